"""Check the receptive fields that were noted, step by step, and name the mistake where one starts."""

from dataclasses import dataclass, replace

from course.annotations.rules import (
    ANYTHING_MORE,
    COMMON,
    DROPPED,
    JUMP_IGNORED,
    OTHER,
    OUTGOING_JUMP,
    POOLING_AS_3X3,
    RARE,
)
from course.annotations.steps import GLOBAL, steps_of
from course.annotations.steps import OTHER as NO_WINDOW
from course.annotations.verdicts import INHERITED, LUCKY, RIGHT, UNCLAIMED, WRONG, Verdict


@dataclass(frozen=True)
class _Held:
    """What the notes amount to after a layer, each field as (height, width)."""

    value: tuple  # where they lead, every step since the last note taken rightly
    noted: tuple  # the last note
    since: tuple = ()  # the layers after it
    before: tuple = None  # what reached the layer of the last note
    source: int = None  # the layer in which a wrong value started


def check_receptive_fields(noted, ledger, sizes):
    """Return a Verdict for each layer's receptive field.

    A note is judged by the step from the note before it. So a mistake is not counted again in every
    layer that builds on it, and a wrong step that lands on the true number is found as well.

    Parameters
    ----------
    noted : sequence of Noted
    ledger : course.arithmetic.Ledger
        Of the same layers.
    sizes : dict of int to tuple
        For each layer the (height, width) that the notes lead to; see `check_sizes`.

    Returns
    -------
    list of Verdict
    """
    steps = steps_of(ledger)
    held, verdicts = {-1: _Held((1, 1), (1, 1))}, []
    for number, (note, pair, row) in enumerate(zip(noted, steps, ledger, strict=True)):
        claim, true = note.claim.receptive_field, row.nominal_receptive_field
        if pair is None:
            held[number] = None
            verdicts.append(Verdict(UNCLAIMED, "What it sees can't be worked out." if claim else ""))
            continue
        last = max((held[i] for i in row.inputs if held[i]), key=lambda h: h.value)
        value = tuple(v + step.grows for v, step in zip(last.value, pair, strict=True))
        since = (*last.since, number)
        if claim is None:
            held[number] = replace(last, value=value, since=since)
            verdicts.append(Verdict(UNCLAIMED))
            continue
        verdict = _judge(claim, true, value, last, [steps[i] for i in since], sizes.get(max(row.inputs)))
        verdicts.append(verdict)
        source = None if claim == true else number if verdict.mistake else last.source
        held[number] = _Held(claim, claim, before=last.value, source=source)
    return _with_poolings_renamed(verdicts, steps)


def explain(field, step, claim):
    """Name the mistake that leads from one receptive field to another in one step.

    Parameters
    ----------
    field : int
        Receptive field before the layer, in pixels.
    step : Step
    claim : int
        The wrong receptive field after it, in pixels.

    Returns
    -------
    (str, str)
        The mistake's kind, and what was probably done and why it is wrong; empty where no rule fits.
    """
    return _named((claim, claim), _Held((field, field), (field, field)), [(step, step)])


def _judge(claim, true, value, last, steps, size):
    """Return the verdict on one note, `value` being where the right step leads from the last one."""
    own = steps[-1]
    by_noted_size = (
        own[0].family == GLOBAL
        and size not in (None, (own[0].size, own[1].size))
        and claim == tuple(v + (n - 1) * step.jump for v, n, step in zip(last.value, size, own, strict=True))
    )
    if claim == true == value:
        return Verdict(RIGHT)
    if claim == value:
        return Verdict(INHERITED, "The step is right, but it starts from a wrong number.", source=last.source)
    if by_noted_size and claim != true:
        return Verdict(INHERITED, "The step is right for the size that was noted.", source=last.source)
    kind, why = _named(claim, last, steps)
    if claim == true:
        # Where no rule leads there, the number was put right.
        return Verdict(RIGHT) if kind == OTHER else Verdict(LUCKY, f"Right by luck: {why}.", kind)
    leads = f"From {_shown(last.value)} this layer leads to {_shown(value)}, not {_shown(claim)}"
    return Verdict(WRONG, f"{leads}: {why}." if why else f"{leads}.", kind)


def _named(claim, last, steps):
    """Return the mistake that leads from the last note to a claim, and why it is one."""
    moving = [i for i, (step, _) in enumerate(steps) if step.family != NO_WINDOW]
    own, passed = moving[-1:], moving[:-1]
    # The mistake is in the latest window, or in all since the last note, or in one of the others.
    places = (own, moving, *([i] for i in passed))
    return (
        _by_rule(COMMON, claim, last.noted, steps, places)
        or _by_leaving_out(claim, last, steps, passed)
        or _by_rule(RARE, claim, last.noted, steps, places)
        or (OTHER, "" if moving else "it moves no window, so the receptive field stays")
    )


def _by_rule(rules, claim, noted, steps, places):
    for wrong in places:
        for rule in rules:
            # Of several layers, one that adds nothing was left out.
            if "nothing" in rule.kind and len(places) > 2:
                continue
            if _lead(rule, noted, steps, wrong, claim) == claim:
                step = next(steps[i][0] for i in reversed(wrong) if rule.applies(steps[i][0]))
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
        for number, pair in enumerate(steps):
            step, after = pair[axis], value + pair[axis].grows
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


def _with_poolings_renamed(verdicts, steps):
    """Where the jump is ignored elsewhere, a first pooling that adds 2 was counted as a 3x3 window."""
    if not any(verdict.mistake == JUMP_IGNORED for verdict in verdicts):
        return verdicts
    return [
        replace(verdict, mistake=POOLING_AS_3X3)
        if verdict.mistake == OUTGOING_JUMP and pair[0].kernel == 2 and pair[0].jump == 1
        else verdict
        for verdict, pair in zip(verdicts, steps, strict=True)
    ]


def _shown(pair):
    return f"RF {pair[0]}" if pair[0] == pair[1] else f"RF {pair[0]}×{pair[1]}"
