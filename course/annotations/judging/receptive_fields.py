"""Check the receptive fields that were noted, step by step, and name the mistake where one starts."""

from dataclasses import replace

from course.annotations.judging.following import Steps, follow
from course.annotations.judging.rules import (
    ADDS_1,
    ANYTHING_MORE,
    COMMON,
    COMMON_AFTER_IGNORED_JUMP,
    DROPPED,
    JUMP_IGNORED,
    K_TIMES_OUTGOING,
    OTHER,
    OUTGOING_JUMP,
    POOLING_AS_3X3,
    RARE,
    TOO_OFTEN,
)
from course.annotations.judging.steps import CONVOLUTION, GLOBAL, POOLING, steps_of
from course.annotations.judging.steps import OTHER as NO_WINDOW
from course.table import pair


def check_receptive_fields(noted, truth, sizes):
    """Return a Verdict for each layer's receptive field.

    Parameters
    ----------
    noted : sequence of Noted
    truth : Truth
        Of the same layers.
    sizes : dict of int to tuple
        For each layer the (height, width) that the notes lead to; see `check_sizes`.

    Returns
    -------
    list of Verdict
    """
    pairs = steps_of(truth.ledger)
    claims = [note.claim.receptive_field for note in noted]
    known = [row.nominal_receptive_field for row in truth.rows]
    true = [
        None if pair is None or truth.image and len(truth.image) == 1 or (i in truth.forked and None in known[i])
        else row.row.nominal_receptive_field
        for i, (pair, row) in enumerate(zip(pairs, truth.rows, strict=True))
    ]  # fmt: skip
    inputs = [row.row.inputs for row in truth.rows]
    doubtful = set(truth.doubtful) - {-1}
    for number, row in enumerate(truth.rows):
        if None in known[number] and not any(i >= 0 and None in known[i] for i in row.row.inputs):
            doubtful.add(number)
    verdicts, _ = follow(_Fields(pairs, sizes, inputs), claims, true, inputs, doubtful)
    return _with_poolings_renamed(verdicts, pairs, claims, inputs)


class _Fields(Steps):
    what, short = "receptive field", "number"
    unknown = "What it sees can't be worked out."
    start = (1, 1)

    def __init__(self, pairs, sizes, inputs):
        self.pairs, self.sizes, self.inputs = pairs, sizes, inputs
        self.jump_ignored = False  # in a layer that was judged before

    def gather(self, held):
        return max(held, key=lambda each: each.value)

    def after(self, number, value):
        return tuple(v + step.grows for v, step in zip(value, self.pairs[number], strict=True))

    def named(self, claim, last, since):
        found = named(claim, last, [self.pairs[i] for i in since], self.jump_ignored)
        self.jump_ignored = self.jump_ignored or found[0] in (JUMP_IGNORED, ADDS_1)
        return found

    def leads(self, claim, value, last):
        return f"From {_shown(last.value)} this layer leads to {_shown(value)}, not {_shown(claim)}"

    def excuse(self, claim, last, number):
        own, size = self.pairs[number], self.sizes.get(max(self.inputs[number]))
        if own[0].family != GLOBAL or size is None:
            return ""
        by_noted_size = tuple(v + (n - 1) * step.jump for v, n, step in zip(last.value, size, own, strict=True))
        return "The step is right for the size that was noted." if claim == by_noted_size else ""


def named(claim, last, steps, jump_ignored=False):
    """Return the mistake that leads from the last note to a claim, and why it is one.

    Parameters
    ----------
    claim : tuple of int
        The wrong receptive field, (height, width) in pixels.
    last : Held
        What was noted last.
    steps : list of tuple
        A (height, width) pair of Steps for each layer since then.
    jump_ignored : bool
        Whether a jump was ignored in a layer before those.

    Returns
    -------
    (str, str)
        The mistake's kind, and what was probably done and why it is wrong; empty where no rule fits.
    """
    moving = [i for i, (step, _) in enumerate(steps) if step.family != NO_WINDOW]
    own, passed = moving[-1:], moving[:-1]
    # The mistake is in the latest window, or in all since the last note, or in one of the others.
    places = (own, moving, *([i] for i in passed))
    common = COMMON_AFTER_IGNORED_JUMP if jump_ignored else COMMON
    stays = all(step.grows == 0 and step.kernel == 1 for both in steps for step in both)
    return (
        _by_rule(common, claim, last.noted, steps, places)
        or _by_leaving_out(claim, last, steps, passed)
        or _by_rule(RARE, claim, last.noted, steps, places)
        or (OTHER, "it moves no window, so the receptive field stays" if stays and not moving else "")
    )


def _by_rule(rules, claim, noted, steps, places):
    for wrong in places:
        for rule in rules:
            # Of several layers, one that adds nothing was left out.
            if "nothing" in rule.kind and len(places) > 2:
                continue
            if _lead(rule, noted, steps, wrong, claim) == claim:
                step = next(step for i in reversed(wrong) for step in steps[i] if rule.applies(step))
                return rule.kind, rule.why(step)
    return None


def _by_leaving_out(claim, last, steps, passed):
    value = tuple(v + step.grows for v, step in zip(last.value, steps[-1], strict=True))
    for i in passed:
        if claim == tuple(v - step.grows for v, step in zip(value, steps[i], strict=True)):
            step = steps[i][0]
            return DROPPED, f"the {step.family} on the way, which adds {step.grows}, was left out"
    if not last.since and last.before:
        skipped = tuple(v + step.grows for v, step in zip(last.before, steps[-1], strict=True))
        if claim == skipped != value:
            return DROPPED, f"it was reckoned from {_shown(last.before)}, as if the layer before were not there"
    return None


def _lead(rule, field, steps, wrong, claim):
    """Return where the steps lead from `field` when a rule is used in some, None where it can't be."""
    out, used = [], False
    for axis, value in enumerate(field):
        for number, both in enumerate(steps):
            step, after = both[axis], value + both[axis].grows
            if number in wrong and rule.applies(step):
                right, after = after, rule.value(value, step)
                if after == ANYTHING_MORE:
                    after = claim[axis] if claim[axis] > value else None
                if after is None:
                    return None
                used = used or after != right
            value = after
        out.append(value)
    return tuple(out) if used else None


def _with_poolings_renamed(verdicts, steps, claims, inputs):
    """Name poolings by what fits all of them, and the convolutions beside them."""
    kinds = {verdict.mistake for verdict in verdicts}
    out = list(verdicts)
    poolings = [i for i, each in enumerate(verdicts) if each.mistake and steps[i][0].family == POOLING]
    for i in poolings:
        # Where the jump is ignored elsewhere, a first pooling that adds 2 was counted as a 3x3 window.
        if JUMP_IGNORED in kinds and verdicts[i].mistake == OUTGOING_JUMP:
            if all((step.kernel, step.stride, step.jump) == (2, 2, 1) for step in steps[i]):
                rule = next(rule for rule in COMMON if rule.kind == POOLING_AS_3X3)
                out[i] = _renamed(verdicts[i], rule.kind, rule.why(steps[i][0]))
    windows = [i for i, pair in enumerate(steps) if pair and pair[0].family == CONVOLUTION]
    convolutions = {verdicts[i].mistake for i in windows}
    if poolings and TOO_OFTEN not in convolutions and TOO_OFTEN in kinds:
        added = {i: _added(i, claims, inputs) for i in poolings}
        if all(added[i] == steps[i][0].kernel * steps[i][0].jump * steps[i][0].stride for i in poolings):
            for i in poolings:
                step = steps[i][0]
                out[i] = _renamed(
                    verdicts[i],
                    K_TIMES_OUTGOING,
                    f"{step.kernel} × the outgoing jump of {step.jump * step.stride} was "
                    f"added; a window of {step.kernel} over units {step.jump} apart adds "
                    f"({step.extent} - 1) × {step.jump} = {step.grows}",
                )
    return out


def _renamed(verdict, mistake, why):
    """Return a verdict with another mistake, its explanation with that mistake's reason."""
    leads = verdict.explanation.partition(": ")[0].removesuffix(".")
    return replace(verdict, mistake=mistake, explanation=f"{leads}: {why}.")


def _added(number, claims, inputs):
    """Return what a noted field adds to the noted field before it, or to the image's field of 1."""
    at = max(inputs[number], default=-1)
    while at >= 0 and claims[at] is None:
        at = max(inputs[at], default=-1)
    return claims[number][0] - (claims[at][0] if at >= 0 else 1)


def _shown(field):
    return f"RF {pair(field)}"
