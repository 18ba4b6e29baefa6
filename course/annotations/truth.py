"""What is true of a network, as far as a text says: its ledger, and what of that hangs on something unknown.

Whatever is unknown (an image's size, filters in a variable, a layer of one's own) is read in two ways, and what
comes out differently is not known. So one unknown costs what depends on it and nothing else.
"""

from dataclasses import dataclass, replace
from itertools import product

from course.annotations.claims import ReadError
from course.annotations.reading.keras_calls import UNKNOWN_CHANNELS, opaque_layer
from course.arithmetic import Flatten, LayerError, Ledger, Unknown, ledger
from course.arithmetic.axis import Axis
from course.arithmetic.layer import Map

UNKNOWN_SIDES = (4096, 5040)  # longer than any image of a course, and than what the ledger keeps pixel sets of
MOST_WAYS = 40  # that code may run, and are looked at
MOVING = ("kernel_size", "pool_size", "strides", "padding", "dilation_rate", "size")


@dataclass(frozen=True)
class Known:
    """One row of a ledger, with None for what is not known.

    Parameters
    ----------
    row : course.arithmetic.Row
        In one of the two readings.
    output_shape, nominal_receptive_field : tuple
    parameters, macs : int
    shapes : tuple of tuple
        Each output shape that it may have, with which code before it runs; empty where they are not all known.
    loose : frozenset of str
        Which of "output_shape", "parameters" and "macs" are so only if a layer of one's own before it leaves
        positions as they are.
    """

    row: object
    output_shape: tuple | None
    nominal_receptive_field: tuple
    parameters: int | None
    macs: int | None
    shapes: tuple = ()
    loose: frozenset = frozenset()


@dataclass(frozen=True)
class Truth:
    """What is true of a network.

    Parameters
    ----------
    ledger : course.arithmetic.Ledger
        In one of the two readings.
    rows : tuple of Known
    image : tuple of int or None
        (height, width, channels); None for each that is not known.
    misfits : tuple of (int, str)
        Layers that can't be in their place: which, and why.
    doubtful : frozenset of int
        Layers that may move positions in a way that is not known; -1 for an image of unknown size.
    forked : frozenset of int
        Layers that come out differently with which code before them runs, where that can't be told.
    is_whole : bool
        Whether it is known that all layers are in the network.
    """

    ledger: Ledger
    rows: tuple
    image: tuple
    misfits: tuple
    doubtful: frozenset
    forked: frozenset = frozenset()
    is_whole: bool = True

    @property
    def parameters(self):
        """All parameters, None where some are not known."""
        each = [row.parameters for row in self.rows]
        return sum(each) if self.is_whole and None not in each else None


def truth_of(noted, image, strides=None):
    """Return what is true of a network.

    Parameters
    ----------
    noted : sequence of Noted
    image : tuple of int or None, or None
        (height, width, channels) with None for what is not known, or (features,) where a vector comes in.
    strides : dict of int to int, optional
        What the layers of one's own are taken to stride.
    """
    image = tuple(image or (None, None, None))
    image = image if len(image) in (1, 3) else (*image, *(None,) * 3)[:3]
    own = {i: opaque_layer(stride) for i, stride in (strides or {}).items()}
    first = [own[i][0] if i in own else note.layer or Unknown(note.kind) for i, note in enumerate(noted)]
    second = [own[i][1] if i in own else note.other or first[i] for i, note in enumerate(noted)]
    inputs = [note.inputs for note in noted]
    found, misfits = _ledger(first, _filled(image, 0), inputs)
    other = _ledger(second, _filled(image, 1), inputs)[0] if second != first or None in image else found
    doubtful = {i for i, note in enumerate(noted) if note.other is not None and _moves(note)}
    if len(image) == 3 and None in image[:2]:
        doubtful.add(-1)
    ways = [_ledger(*way)[0] for way in _ways(noted, first, _filled(image, 0))]
    twins = ways if other is found else [_ledger(*way)[0] for way in _ways(noted, second, _filled(image, 1))]
    pairs = list(zip((found, *ways), (other, *twins), strict=True))
    moved = found
    if any(note.opaque for note in noted):
        wider = {i: opaque_layer((strides or {}).get(i, 1) + 1)[0] for i, note in enumerate(noted) if note.opaque}
        moved = _ledger([wider.get(i, layer) for i, layer in enumerate(first)], _filled(image, 0), inputs)[0]
    rows = tuple(_known([(a[i], b[i]) for a, b in pairs], moved[i], len(image) == 1) for i in range(len(noted)))
    forked = frozenset(
        i for i, (a, *each) in enumerate(zip(found, *ways, strict=True)) if any(_seen(a) != _seen(b) for b in each)
    )
    shapes = {-1: image, **{i: row.output_shape for i, row in enumerate(rows)}}
    sure = tuple(
        (i, why)
        for i, why in misfits
        if not (noted[i].opaque or noted[i].maybe or i in forked)
        and all(shapes[j] is not None and None not in shapes[j] for j in noted[i].inputs)
    )
    is_whole = not any(note.maybe for note in noted)
    return Truth(found, rows, image, sure, frozenset(doubtful), forked, is_whole)


def _ways(noted, layers, image):
    """Yield (layers, image, inputs) for each way in which the code may run, where that can't be told."""
    if not any(note.others for note in noted):
        return
    choices, ways = {}, 1
    for note in noted:
        for taken, others in zip(note.inputs, note.others, strict=False):
            many = ways * (len(others) + (taken not in others))
            if others and None not in others and (taken, others) not in choices and many <= MOST_WAYS:
                choices[taken, others], ways = (taken, *others), many
    layers = list(layers)
    for i, note in enumerate(noted):
        pairs = zip(note.inputs, note.others, strict=False)
        if any(others and (taken, others) not in choices for taken, others in pairs):
            layers[i] = Unknown(layers[i].kind)
    for way in product(*(dict.fromkeys(each) for each in choices.values())):
        chosen = dict(zip(choices, way, strict=True))
        inputs = [
            tuple(chosen.get(pair, pair[0]) for pair in zip(note.inputs, note.others or note.inputs, strict=True))
            for note in noted
        ]
        yield layers, image, inputs


def _seen(row):
    return row.output_shape, row.nominal_receptive_field, row.jump, row.parameters


def _filled(image, which):
    if len(image) == 1:
        return image[0] or UNKNOWN_CHANNELS[which]
    height, width, channels = image
    sides = (height or width, width or height)
    return (*(side or UNKNOWN_SIDES[which] for side in sides), channels or UNKNOWN_CHANNELS[which])


def _moves(note):
    return note.opaque or any(getattr(note.layer, k, None) != getattr(note.other, k, None) for k in MOVING)


def _ledger(layers, image, inputs):
    """Return the ledger, and (index, sentence) for each layer that can't be in its place."""
    layers, misfits = list(layers), []
    is_vector = isinstance(image, int)
    ahead = int(is_vector)
    shape = (1, 1, image) if is_vector else image
    taken = [(-1,)] * ahead + [tuple(i + ahead for i in each) for each in inputs]
    while True:
        try:
            found = ledger([Flatten()] * ahead + layers, shape, inputs=taken)
        except LayerError as why:
            if why.index is None:
                raise ReadError(str(why)) from None
            at = why.index - ahead
            misfits.append((at, str(why)))
            layers[at] = Unknown(layers[at].kind)
        else:
            rows = found.rows
            if is_vector:
                rows = tuple(replace(row, inputs=tuple(i - 1 for i in row.inputs)) for row in rows[1:])
            return Ledger(rows, shape, found.name), misfits


def _known(ways, moved, is_vector):
    """Return what is the same in a row and in others, which it might be as well.

    `ways` holds its two readings for each way in which the code may run, `moved` the row where layers of one's own
    have other strides.
    """
    (a, other), *more = ways
    others = [other, *(way for way, _ in more)]
    shape, shapes = a.output_shape, [other.output_shape for other in others]
    if shape is not None:
        is_alike = all(each is not None and len(each) == len(shape) for each in shapes)
        shape = _common(shape, shapes) if is_alike else None
    fields = [other.nominal_receptive_field for other in others]
    field = (None, None) if is_vector else _common(a.nominal_receptive_field, fields)
    parameters, macs = (
        getattr(a, what) if all(getattr(each, what) == getattr(a, what) for each in others) else None
        for what in ("parameters", "macs")
    )
    are_known = all(way.output_shape is not None and way.output_shape == twin.output_shape for way, twin in ways)
    shapes = tuple(dict.fromkeys(way.output_shape for way, _ in ways)) if are_known else ()
    loose = {what for what in ("output_shape", "parameters", "macs") if getattr(moved, what) != getattr(a, what)}
    return Known(a, shape, field, parameters, macs, shapes, frozenset(loose))


def _common(numbers, others):
    return tuple(n if all(other[k] == n for other in others) else None for k, n in enumerate(numbers))


class Move:
    """What a layer does to any (height, width), not only to the true one."""

    def __init__(self, row, ledger):
        self.layer = row.layer
        source = max(row.inputs, default=-1)
        self.shape = ledger.input_shape if source < 0 else ledger[source].output_shape
        self.true = plane_of(row.output_shape)
        self.seen = {}

    def after(self, before, padding=None):
        """Return the (height, width) that a layer makes of another, None where it can't."""
        if before is None:
            return None
        if self.shape is None or len(self.shape) != 3:
            return self.true
        if (before, padding) not in self.seen:
            layer = replace(self.layer, padding=padding) if padding else self.layer
            axes = tuple(map(Axis.unknown, before))
            try:
                after = plane_of(layer.apply([Map((*before, self.shape[-1]), axes)]).shape)
            except LayerError:
                after = None
            self.seen[before, padding] = after
        return self.seen[before, padding]

    @property
    def padding(self):
        """The layer's padding, None where it has no window."""
        return self.layer.padding if hasattr(self.layer, "taps") else None


class Moves:
    """The moves of all layers of a ledger, and how they lead from one to another."""

    def __init__(self, ledger):
        self.each = [Move(row, ledger) for row in ledger]
        self.parents = [max(row.inputs, default=-1) for row in ledger]

    def lead(self, start, plane, end, most=None):
        """Return the (height, width) after layer `end` that one after layer `start` leads to.

        None where there is no such way, or one over more than `most` layers. The image's `start` is -1.
        """
        path = []
        while end > start:
            path.append(end)
            end = self.parents[end]
        if end != start or (most and len(path) > most):
            return None
        for i in reversed(path):
            plane = self.each[i].after(plane)
        return plane


def plane_of(shape):
    """Return the (height, width) of a map, (1, 1) for a vector."""
    return None if shape is None else tuple(shape[:2]) if len(shape) == 3 else (1, 1)
