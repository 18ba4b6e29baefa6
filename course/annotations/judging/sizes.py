"""Check the output sizes that were noted, step by step, and name the mistake where one starts."""

from course.annotations.judging.following import SAME_AS_VALID, VALID_AS_SAME, Steps, follow
from course.annotations.judging.rules import OTHER
from course.annotations.judging.verdicts import RIGHT, UNJUDGED, WRONG, Verdict
from course.annotations.truth import Move, plane_of
from course.arithmetic.layer import WINDOW
from course.table import times


def check_sizes(noted, truth):
    """Return a Verdict for each layer's output size, and the sizes that the notes lead to.

    Parameters
    ----------
    noted : sequence of Noted
    truth : Truth
        Of the same layers.

    Returns
    -------
    list of Verdict
    dict of int to tuple
        (height, width) after each layer, -1 being the image; None where nothing fits.
    """
    shapes = [row.row.output_shape for row in truth.rows]
    planes = [_plane_of_claim(note.claim.size, shape) for note, shape in zip(noted, shapes, strict=True)]
    true = [plane_of(shape) for shape in shapes]
    for i in truth.forked:
        known = plane_of(truth.rows[i].output_shape)
        true[i] = None if known is None or None in known else known
    inputs = [row.row.inputs for row in truth.rows]
    verdicts, held = follow(_Sizes(truth.ledger), planes, true, inputs, truth.doubtful)
    for number, (note, plane, row) in enumerate(zip(noted, planes, truth.rows, strict=True)):
        shape, claim = row.row.output_shape, note.claim.size
        if claim and shape is None:
            verdicts[number] = Verdict(UNJUDGED, _Sizes.unknown)
        elif claim and plane is None:
            verdicts[number] = _of_vector(claim, row)
        elif claim and len(shape) == 1 and (number in truth.forked or verdicts[number].verdict == UNJUDGED):
            verdicts[number] = _of_vector(claim, row)
    return verdicts, {number: each and each.value for number, each in held.items()}


def _of_vector(claim, row):
    """Return the verdict on the size of a vector, which hangs on no size that was noted before it."""
    may_be_map = any(len(shape) == 3 for shape in row.shapes)
    planes = {_plane_of_claim(claim, shape) for shape in row.shapes if not may_be_map}
    if planes == {(1, 1)}:
        return Verdict(RIGHT)
    if not planes or (1, 1) in planes or "output_shape" in row.loose or len(claim) > 3:
        return Verdict(UNJUDGED)
    return Verdict(WRONG, f"It puts out {' or '.join(map(times, row.shapes))}, not {times(claim)}.", OTHER)


class _Sizes(Steps):
    what = short = "size"
    unknown = "Its size can't be worked out."

    def __init__(self, ledger):
        self.start = ledger.input_shape[:2]
        self.moves = [Move(row, ledger) for row in ledger]

    def sources(self, inputs):
        return (max(inputs, default=-1),)

    def after(self, number, value):
        return self.moves[number].after(value)

    def named(self, claim, last, since):
        return _named(claim, last, [self.moves[i] for i in since])

    def leads(self, claim, value, last):
        leads = f"leads to {times(value)}, not" if value else "can't work, nor give"
        sentence = f"this layer {leads} {times(claim)}"
        known = last.value and not last.loose
        return f"From {times(last.value)} {sentence}" if known else sentence.capitalize()


def _named(plane, last, path):
    """Return the mistake that leads from the last note to a size, and why it is one."""
    for wrong in reversed(range(len(path))):
        move, before = path[wrong], last.noted
        if move.padding is None:
            continue
        for each in path[:wrong]:
            before = each.after(before)
        size = move.after(before, padding="valid" if move.padding == "same" else "same")
        for each in path[wrong + 1 :]:
            size = each.after(size)
        if size == plane:
            kind = VALID_AS_SAME if move.padding == "valid" else SAME_AS_VALID
            return OTHER if hasattr(move.layer, "pool_size") else kind, _why(move.layer, before)
    if plane == last.value and hasattr(path[-1].layer, "pool_size"):
        return OTHER, "pooling makes the map smaller"
    return OTHER, ""


def _why(layer, before):
    """Return why a layer with a window makes another size of `before` than its other padding would."""
    if layer.role != WINDOW:
        return ""  # a transposed convolution: what follows is not true of it
    kernel, strides, dilation = layer.taps()
    spans = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
    axes = list(zip(before, spans, strides, strict=True))
    valid = [(n - span) // stride + 1 for n, span, stride in axes]
    same = [-(-n // stride) for n, _, stride in axes]
    # Where both sides differ, the smaller one is shown: a window may not even fit it.
    at = min((i for i in (0, 1) if valid[i] != same[i]), key=valid.__getitem__)
    if why := _simply(layer, at, valid[at]):
        return why
    alike = axes[0] == axes[1]
    side = ("height", "width")[at]
    if layer.padding == "same":
        return f"with padding='same' the {'size' if alike else side} is {_shown_same(*axes[at], same[at])}"
    span = f"{spans[at]}{'' if alike else f' along the {side}'}"
    return f"with padding='valid' the window, which spans {span}, {_shown_valid(*axes[at], valid[at])}"


def _simply(layer, at, valid):
    """Return the reason without a sum, for the layers that most networks have, "" for others."""
    kernel, strides, dilation = layer.taps()
    if hasattr(layer, "pool_size"):
        way = "down" if layer.padding == "valid" else "up"
        rounds = kernel == strides and valid > 0
        return f"with padding='{layer.padding}' the size is rounded {way}" if rounds else ""
    if layer.padding == "same":
        zeros = "padding='same' adds zeros around the map, so that only a stride makes it smaller"
        return zeros if strides[at] == 1 else ""
    plain = kernel[0] == kernel[1] and max(*strides, *dilation) == 1
    border = f"without padding='same' a window of {kernel[0]} can't be centred on the border"
    return f"{border}, so a side loses {kernel[0] - 1}" if plain else ""


def _shown_same(n, _, stride, size):
    return f"{n} / {stride}" + (f", rounded up to {size}" if n % stride else f" = {size}")


def _shown_valid(n, span, stride, size):
    if size < 1:
        return f"does not fit into {n}"
    rounded = f", rounded down to {size}" if (n - span) % stride else f" = {size}"
    return f"stays on the map: ({n} − {span}) / {stride} + 1{rounded}"


def _plane_of_claim(claim, shape):
    """Return the (height, width) that a claim means for an output of this shape, None where it fits none."""
    if claim is None or shape is None:
        return None
    if len(shape) == 3:
        return tuple(claim[:2]) if len(claim) > 1 else (claim[0], claim[0])
    if len(claim) == 2 and 1 in claim:  # a vector with its batch
        claim = claim[1:] if claim[0] == 1 else claim[:1]
    if len(claim) > 1:
        return tuple(claim[:2])
    return (1, 1) if claim[0] in (1, shape[-1]) else None
