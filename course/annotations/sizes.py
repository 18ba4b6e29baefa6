"""Check the output sizes that were noted, step by step, and name the mistake where one starts."""

from dataclasses import dataclass, replace

from course.annotations.rules import OTHER
from course.annotations.verdicts import INHERITED, LUCKY, RIGHT, UNCLAIMED, WRONG, Verdict
from course.arithmetic.axis import Axis
from course.arithmetic.layer import LayerError, Map

VALID_AS_SAME = "valid conv annotated as same"
SAME_AS_VALID = "same conv annotated as valid"


@dataclass(frozen=True)
class _Held:
    """What the notes amount to after a layer, each size as (height, width)."""

    value: tuple  # where they lead, every step since the last note taken rightly; None where nothing fits
    noted: tuple  # the last note
    since: tuple = ()  # the layers after it
    source: int = None  # the layer in which a wrong value started


def check_sizes(noted, ledger):
    """Return a Verdict for each layer's output size, and the sizes that the notes lead to.

    As with receptive fields, a note is judged by the step from the note before it.

    Parameters
    ----------
    noted : sequence of Noted
    ledger : course.arithmetic.Ledger
        Of the same layers.

    Returns
    -------
    list of Verdict
    dict of int to tuple
        (height, width) after each layer, -1 being the image; None where nothing fits.
    """
    moves = [_Move(row, ledger) for row in ledger]
    image = ledger.input_shape[:2]
    held, verdicts = {-1: _Held(image, image)}, []
    for number, (note, row) in enumerate(zip(noted, ledger, strict=True)):
        last = held[max(row.inputs, default=-1)]
        claim, value = note.claim.size, moves[number].after(last.value)
        held[number] = replace(last, value=value, since=(*last.since, number))
        if claim is None or row.output_shape is None:
            verdicts.append(Verdict(UNCLAIMED, "Its size can't be worked out." if claim else ""))
            continue
        plane = _plane_of_claim(claim, row.output_shape)
        path = [moves[i] for i in held[number].since]
        verdict = _judge(claim, plane, row.output_shape, value, last, path)
        verdicts.append(verdict)
        if plane is not None:
            right = plane == _plane(row.output_shape)
            source = None if right else number if verdict.mistake else last.source
            held[number] = _Held(plane, plane, source=source)
    return verdicts, {number: each.value for number, each in held.items()}


class _Move:
    """What a layer does to any (height, width), not only to the true one."""

    def __init__(self, row, ledger):
        self.layer = row.layer
        source = max(row.inputs, default=-1)
        self.shape = ledger.input_shape if source < 0 else ledger[source].output_shape
        self.true = _plane(row.output_shape)

    def after(self, before, padding=None):
        if before is None:
            return None
        if self.shape is None or len(self.shape) != 3:
            return self.true
        layer = replace(self.layer, padding=padding) if padding else self.layer
        try:
            return _plane(layer.apply([Map((*before, self.shape[-1]), tuple(map(Axis.unknown, before)))]).shape)
        except LayerError:
            return None

    @property
    def padding(self):
        return self.layer.padding if hasattr(self.layer, "taps") else None


def _judge(claim, plane, shape, value, last, path):
    true = _plane(shape)
    if plane is None:
        return Verdict(WRONG, f"It puts out {_shown(shape)}, not {_shown(claim)}.", OTHER)
    if plane == true == value:
        return Verdict(RIGHT)
    if plane == value:
        return Verdict(INHERITED, "The step is right, but it starts from a wrong size.", source=last.source)
    kind, why = _named(plane, last, path)
    if plane == true:
        # Where no known mistake leads there, the number was put right.
        return Verdict(RIGHT) if kind == OTHER else Verdict(LUCKY, f"Right by luck: {why}.", kind)
    leads = f"leads to {_shown(value)}, not {_shown(plane)}" if value else f"can't work, nor give {_shown(plane)}"
    sentence = f"From {_shown(last.value)} this layer {leads}" if last.value else f"This layer {leads}"
    return Verdict(WRONG, f"{sentence}: {why}." if why else f"{sentence}.", kind)


def _named(plane, last, path):
    """Return the mistake that leads from the last note to a size, and why it is one."""
    for wrong in reversed(range(len(path))):
        move = path[wrong]
        if move.padding is None:
            continue
        size, other = last.noted, "valid" if move.padding == "same" else "same"
        for i, each in enumerate(path):
            size = each.after(size, padding=other if i == wrong else None)
        if size != plane:
            continue
        kernel = move.layer.taps()[0][0]
        if hasattr(move.layer, "pool_size"):
            way = "down" if move.padding == "valid" else "up"
            return OTHER, f"with padding='{move.padding}' the size is rounded {way}"
        if move.padding == "valid":
            return VALID_AS_SAME, (
                f"without padding='same' a window of {kernel} can't be centred on the border, "
                f"so a side loses {kernel - 1}"
            )
        return SAME_AS_VALID, "padding='same' adds zeros around the map, so that only a stride makes it smaller"
    if plane == last.value and hasattr(path[-1].layer, "pool_size"):
        return OTHER, "pooling makes the map smaller"
    return OTHER, ""


def _plane(shape):
    """Return the (height, width) of a map, (1, 1) for a vector."""
    return None if shape is None else tuple(shape[:2]) if len(shape) == 3 else (1, 1)


def _plane_of_claim(claim, shape):
    """Return the (height, width) that a claim means for an output of this shape, None where it fits none."""
    if len(shape) == 3:
        return tuple(claim[:2]) if len(claim) > 1 else (claim[0], claim[0])
    if len(claim) > 1:
        return tuple(claim[:2])
    return (1, 1) if claim[0] in (1, shape[-1]) else None


def _shown(shape):
    return "×".join(map(str, shape))
