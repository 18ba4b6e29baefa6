"""Check the MACs that were noted, and name the mistake where one can be told.

They are counted as the ledger counts them: without biases, and none in pooling, normalisation and activations.
Whoever counts otherwise is not accused, nor is a number that may be of several layers.
"""

from itertools import accumulate
from math import prod

from course.annotations.judging.verdicts import INHERITED, RIGHT, UNCLAIMED, UNJUDGED, WRONG, Verdict
from course.arithmetic.layer import GLOBAL, WINDOW

OTHER = "wrong MAC count"


def check_macs(noted, truth, planes):
    """Return a Verdict for each layer's number of MACs, or of FLOPs.

    Parameters
    ----------
    noted : sequence of Noted
    truth : Truth
        Of the same layers.
    planes : dict of int to tuple
        For each layer the (height, width) that the notes lead to; see `check_sizes`.

    Returns
    -------
    list of Verdict
    """
    claims, true = [note.claim.macs for note in noted], [row.macs for row in truth.rows]
    pairs = zip(claims, true, strict=True)
    right = [claim and each is not None and _is_right(claim, each) for claim, each in pairs]
    sums = [claim and not right[i] and _is_sum(i, claims, true) for i, claim in enumerate(claims)]
    are_sums = sum(map(bool, sums)) > sum(map(bool, right))
    noted_at = [i for i, claim in enumerate(claims) if claim]
    is_lone = len(noted_at) == 1 < sum(each != 0 for each in true)
    total = sum(each or 0 for each in true)
    verdicts = []
    for number, claim in enumerate(claims):
        if claim is None or true[number] is None:
            verdicts.append(Verdict(UNCLAIMED if claim is None else UNJUDGED))
        elif right[number]:
            verdicts.append(Verdict(RIGHT))
        elif claim.of_several or sums[number] or are_sums or "macs" in truth.rows[number].loose:
            verdicts.append(Verdict(UNJUDGED))
        else:
            # A total stands above the first layer or below the last, and is more than a slip of the pen away.
            own = true[number] * claim.per_mac
            is_outer = number in (noted_at[0], noted_at[-1]) and 2 * claim.value > true[number] + total
            may_be_total = claim.value > 1.05 * own and (is_lone or None in true or is_outer)
            verdicts.append(_judge(claim, truth, number, planes, may_be_total))
    return verdicts


def _is_right(claim, true):
    """Return whether a claim is a layer's MACs; FLOPs are twice as many, or the same by another name."""
    return claim.is_of(true) or (claim.per_mac > 1 and claim.is_of(true * claim.per_mac))


def _is_sum(number, claims, true):
    """Return whether a claim is what the layers up to this one need, or all, or some beside it without a claim."""
    running = list(accumulate(each or 0 for each in true))
    sums = {running[number], running[-1]}
    for step in (-1, 1):
        i, total = number, true[number] or 0
        while 0 <= i + step < len(true) and claims[i + step] is None:
            i += step
            total += true[i] or 0
            sums.add(total)
    return any(_is_right(claims[number], each) for each in sums if each)


def _judge(claim, truth, number, planes, may_be_total):
    row = truth.rows[number]
    layer, out, true = row.row.layer, row.row.output_shape, row.macs
    source = max(row.row.inputs, default=-1)
    into = truth.ledger.input_shape if source < 0 else truth.ledger[source].output_shape
    if not true or any(claim.is_of(each) for each in _by_other_habits(claim, layer, into, out, true)):
        return Verdict(UNJUDGED)
    noted = planes.get(source), planes.get(number)
    if len(into) == len(out) == 3 and None not in noted:
        before, after = ((*plane, shape[2]) for plane, shape in zip(noted, (into, out), strict=True))
        if claim.is_of(layer.macs(before, after) * claim.per_mac):
            return Verdict(INHERITED, "The count is right for the size that was noted.")
    fitting = [each for each in _mistakes(row, layer, into, out, true) if claim.is_of(each[0] * claim.per_mac)]
    is_coarse = 100 * claim.place > claim.value
    if (not fitting and claim.per_mac > 1) or (may_be_total and (is_coarse or not fitting)):
        return Verdict(UNJUDGED)
    what = "FLOPs" if claim.per_mac > 1 else "MACs"
    sentence = f"It needs {true * claim.per_mac:,} {what}, not {claim.value:,}"
    if len({kind for _, kind, _ in fitting}) == 1:
        _, kind, why = fitting[0]
        return Verdict(WRONG, f"{sentence}: {why}.", kind)
    return Verdict(WRONG, f"{sentence}.", OTHER)


def _by_other_habits(claim, layer, into, out, true):
    """Yield what a layer needs for those who count additions of biases, activations, or taps of the output."""
    for times in range(1, claim.per_mac + 1):
        for more in (-1, 1, 2):
            yield times * true + more * prod(out)
        if layer.role != WINDOW and len(into) == len(out) == 3:  # a transposed convolution
            yield times * true * prod(out[:2]) // prod(into[:2])


def _mistakes(row, layer, into, out, true):
    """Yield (MACs, kind, why it is wrong) for each way in which a layer's MACs are counted wrongly."""
    positions = prod(out[:-1])
    twice = "one MAC is a multiplication with its addition, so FLOPs are twice as many"
    yield 2 * true, "FLOPs noted as MACs", twice
    if positions > 1 and layer.role in (WINDOW, GLOBAL):
        where = f"it is done at {'×'.join(map(str, out[:-1]))} = {positions:,} positions"
        yield true // positions, "MACs of one position", where
        if row.parameters:
            why = f"each weight is used once at a position, and {where}"
            yield row.parameters, "parameters noted as MACs", why
    if layer.role != WINDOW or not hasattr(layer, "taps"):
        return
    if into[:2] != out[:2]:
        before = "×".join(map(str, into[:2]))
        why = f"the window stops at {'×'.join(map(str, out[:2]))} positions, not at {before}"
        yield true // positions * prod(into[:2]), "MACs at the input's size", why
    kernel, channels = layer.taps()[0], into[-1]
    area, plain = prod(kernel), positions * prod(kernel) * channels * out[-1]
    depthwise, pointwise = positions * area * channels, positions * channels * out[-1]
    taps = f"the kernel has {kernel[0]}×{kernel[1]} taps"
    if layer.family == "separable convolution":
        if layer.depth_multiplier == 1:
            yield plain, "a separable convolution counted as a plain one", (
                f"it needs {area} for each channel that comes in, and 1 from each of those for each filter"
            )
            yield pointwise, "depthwise half left out", f"before the 1×1 convolution each channel needs {area}"
            yield depthwise, "pointwise half left out", f"a 1×1 convolution with {out[-1]} filters follows"
        return
    if area > 1:
        yield true // area, "kernel left out", f"{taps} at each position"
        if kernel[0] == kernel[1]:
            yield true // kernel[0], "one side of the kernel left out", taps
    if layer.family == "depthwise convolution":
        yield plain, "a depthwise convolution counted as a plain one", "each of its filters sees one channel"
    elif getattr(layer, "groups", 1) == 1:
        if channels > 1:
            yield positions * area * out[-1], "input channels left out", (
                f"each filter spans all {channels} channels that come in"
            )
        if out[-1] > 1:
            yield depthwise, "filters left out", f"there are {out[-1]} filters"
