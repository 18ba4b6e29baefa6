"""Follow notes through a network step by step: the walk that sizes and receptive fields share.

A note is judged by the step from the note before it. So a mistake is not counted again in every layer
that builds on it, and a wrong step that lands on the true number is found as well.
"""

from dataclasses import dataclass, replace

from course.annotations.judging.rules import OTHER
from course.annotations.judging.verdicts import INHERITED, LUCKY, RIGHT, UNCLAIMED, UNJUDGED, WRONG, Verdict

LATE = "the whole column is one layer late"
VALID_AS_SAME = "valid conv annotated as same"
SAME_AS_VALID = "same conv annotated as valid"
PADDINGS = (VALID_AS_SAME, SAME_AS_VALID)


@dataclass(frozen=True)
class Held:
    """What the notes amount to after a layer, each number as (height, width)."""

    value: tuple  # where they lead, every step since the last note taken rightly; None where nothing fits
    noted: tuple  # the last note
    since: tuple = ()  # the layers after it
    before: tuple = None  # what reached the layer of the last note
    source: int = None  # the layer in which a wrong value started
    loose: bool = False  # a step since the last note is not known
    free: bool = False  # what is true is not known; the notes are judged against each other
    slip: bool = False  # the last note is wrong in a way that has no name


class Steps:
    """How a quantity steps from layer to layer, and what is said of a note of it.

    A subclass has

    what, short                its name, and what a number of it is called
    unknown                    a sentence, where a layer's own is not known
    start                      (height, width) of it at the image
    after(number, value)       returns the (height, width) that a layer makes of another
    named(claim, last, since)  returns the mistake that leads from the last note to a claim, and why it is one
    leads(claim, value, last)  returns the beginning of a sentence: where the right step leads
    """

    def sources(self, inputs):
        """Return those of a layer's inputs that count."""
        return inputs

    def gather(self, held):
        """Return which of several Held, one an input, a layer goes on from."""
        return held[0]

    def excuse(self, claim, last, number):
        """Return why a wrong claim is no mistake of its layer, "" where it may be one."""
        return ""

    def judge(self, claim, true, value, last, number, since):
        """Return the verdict on one note, `value` being where the right step leads from the last one."""
        if claim == value:
            started = f"The step is right, but it starts from a wrong {self.short}."
            return Verdict(RIGHT) if claim == true else Verdict(INHERITED, started, source=last.source)
        if claim != true and (excuse := self.excuse(claim, last, number)):
            return Verdict(INHERITED, excuse, source=last.source)
        kind, why = self.named(claim, last, since)
        if claim == true:
            # Where no known mistake leads there, the number was put right.
            lucky = f"Right by luck: {why}." if why else "Right by luck."
            return Verdict(RIGHT) if kind == OTHER else Verdict(LUCKY, lucky, kind)
        leads = self.leads(claim, value, last)
        return Verdict(WRONG, f"{leads}: {why}." if why else f"{leads}.", kind)


def follow(steps, claims, true, inputs, doubtful):
    """Return a Verdict for each claim, and what is held after each layer.

    Parameters
    ----------
    steps : Steps
    claims, true : sequence of tuple or None
        (height, width) as noted and as it is, for each layer.
    inputs : sequence of tuple of int
    doubtful : set of int
        Layers whose step is not known; -1 for the image.

    Returns
    -------
    list of Verdict
    dict of int to (Held or None)
    """
    held, verdicts = {-1: Held(steps.start, steps.start, loose=-1 in doubtful)}, []
    for number, (claim, truth) in enumerate(zip(claims, true, strict=True)):
        sources = [held[i] for i in steps.sources(inputs[number]) if held[i] is not None]
        if not sources or truth is None:
            held[number] = None
            verdicts.append(Verdict(UNJUDGED, steps.unknown) if claim else Verdict(UNCLAIMED))
            continue
        last = steps.gather(sources)
        value = steps.after(number, last.value)
        now = replace(last, value=value, since=(*last.since, number), loose=last.loose or number in doubtful)
        held[number] = now
        if claim is None:
            verdicts.append(Verdict(UNCLAIMED))
            continue
        if now.loose and claim != value:
            verdict = Verdict(UNJUDGED)
            held[number] = Held(claim, claim, free=True)
        elif last.free:
            verdict = _against_each_other(claim, value, last, number, now.since, steps)
            source = number if verdict.mistake else last.source
            held[number] = Held(claim, claim, before=last.value, source=source, free=True)
        else:
            verdict = steps.judge(claim, truth, value, last, number, now.since)
            if verdict.verdict == LUCKY and last.slip:  # the slip stayed where it was
                verdict = Verdict(RIGHT)
            source = None if claim == truth else number if verdict.mistake else last.source
            held[number] = Held(claim, claim, before=last.value, source=source, slip=_is_slip(verdict, last))
        verdicts.append(verdict)
    late = _late(claims, true, steps.start, inputs)
    return _with_late(verdicts, late, steps.what) if late else verdicts, held


def _is_slip(verdict, last):
    """Return whether a wrong note after a right one may be a slip of the pen."""
    return verdict.mistake is not None and last.source is None and verdict.mistake not in PADDINGS


def _against_each_other(claim, value, last, number, since, steps):
    if claim == value:
        inherited = Verdict(INHERITED, "The step is right, but it starts from a wrong number.", source=last.source)
        return Verdict(UNJUDGED) if last.source is None else inherited
    verdict = steps.judge(claim, value, value, last, number, since)
    return verdict if verdict.mistake else Verdict(UNJUDGED)


def _late(claims, true, first, inputs):
    """Return the layers whose notes are wrong where a whole column gives each layer's input, else none."""
    found = []
    for number, (claim, truth) in enumerate(zip(claims, true, strict=True)):
        if claim is None:
            continue
        into = [first if i < 0 else true[i] for i in inputs[number]]
        if len(into) != 1 or claim != into[0]:
            return []
        if claim != truth:
            found.append(number)
    return found if len(found) >= 3 else []


def _with_late(verdicts, layers, what):
    """Return the verdicts on a column that is one layer late: one mistake, passed on."""
    first, *rest = layers
    out = list(verdicts)
    why = f"Each {what} noted is that of what goes into the layer, not of what comes out."
    out[first] = Verdict(WRONG, why, LATE)
    for number in rest:
        out[number] = Verdict(INHERITED, "It is one layer late, as all the others are.", source=first)
    for number, each in enumerate(out):
        if number not in layers and each.verdict not in (UNCLAIMED, UNJUDGED):
            out[number] = Verdict(RIGHT)
    return out
