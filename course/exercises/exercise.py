"""What an exercise is, and how an answer is judged."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from math import floor, isfinite, log2
from numbers import Real

from course.table import Table

GREEN, ORANGE, GREY = "#009E73", "#D55E00", "#8C8C8C"  # colour-blind safe, after Okabe and Ito


EXERCISES = {}  # those of the kit, by name


@cache
def ledger_of_kit(name):
    """Return the ledger of one of `course.MODELS`, by its name."""
    # Importing Keras takes seconds, so only when a question is asked.
    from course import models
    from course.inspection import ledger_of

    return ledger_of(models.build(name))


def exercise(question, by_hand, **about):
    """Make a function an exercise of the kit, with the function's name. It is called once, when first asked.

    The function takes nothing. It returns the answer, worked out and never typed in; its working, in one line;
    then at least three pairs of a typical wrong answer and why: what was probably done, and what to do instead.

    Parameters
    ----------
    question : str
        As the notebook asks it.
    by_hand : number or None
        The answer that a person worked out on paper: a test compares. None where it depends on a machine.
    **about
        `hint`, `within` and `unit` of `Exercise`.
    """
    return lambda work: _kept(work, Exercise(question, work, by_hand=by_hand, **about))


def parts(by_hand, kind=None):
    """Make a function that returns a dict of `Exercise` an exercise of the kit, with the function's name.

    Parameters
    ----------
    by_hand : dict of str to number
        The answer to each part, worked out on paper.
    kind : type, optional
        Instead of `Parts`.
    """
    return lambda work: _kept(work, (kind or Parts)(work, by_hand))


def _kept(work, made):
    EXERCISES[work.__name__] = made
    return made


def distinct(answer, pairs):
    """Return the wrong answers that are told apart: neither right nor the number of one before."""
    kept = {}
    for value, why in pairs:
        if value != answer:
            kept.setdefault(value, (value, why))
    return tuple(kept.values())


@dataclass(frozen=True)
class Exercise:
    """A question with one number for an answer. What `work` returns is its `answer`, `working` and `wrong`.

    Parameters
    ----------
    question : str
        As the notebook asks it.
    work : callable
        What it returns is said at `exercise`.
    hint : str
        A first push.
    within : float
        How far from the answer still counts as right.
    unit : str
        What is counted, such as " %".
    by_hand : number, optional
        The answer as a person worked it out, for the tests alone.
    """

    question: str
    work: Callable
    hint: str
    within: float = 0
    unit: str = ""
    by_hand: float = None

    answer = property(lambda self: self._worked[0])
    working = property(lambda self: self._worked[1])
    wrong = property(lambda self: self._worked[2:])

    @cached_property
    def _worked(self):
        return self.work()

    def check(self, answer):
        """Return feedback on one answer."""
        if answer is None or answer is ...:
            return Feedback("open", "Not answered yet. Write your number in place of None and run the cell again.")
        if trouble := no_number(answer):
            return Feedback("wrong", trouble)
        answer = answer if isinstance(answer, int) else float(answer)
        # What is worked out in fractions of a float is not wrong for their sake.
        if abs(answer - self.answer) <= max(self.within, 1e-6):
            return Feedback("right", self.working)
        value, why = min(self.wrong, key=lambda pair: abs(answer - pair[0]))
        # Where rounding is allowed, a wrong answer may be off by 5 % too.
        if abs(answer - value) <= min(self.within, 0.05 * abs(value)):
            return Feedback("wrong", f"{show(answer)}{self.unit}? {why}", why)
        side = "more" if answer < self.answer else "less"
        given = show(answer) if show(answer) != show(self.answer) else f"{answer:,}"
        return Feedback("wrong", f"{given}{self.unit} is not it: it is {side}. {self.hint}")

    def show(self, what, part=None):
        """Return the "hint" or the "solution"."""
        if what == "solution":
            return Feedback(what, self.working)
        if self.answer <= 0:
            return Feedback(what, self.hint)
        # A wrong answer has printed the hint already.
        low = 2.0 ** floor(log2(self.answer))
        high = min(2 * low, 100) if self.unit == " %" else 2 * low
        return Feedback(what, f"{self.hint} The number lies between {show(low)} and {show(high)}{self.unit}.")


@dataclass(frozen=True)
class Parts:
    """An exercise of several parts, answered with a dict.

    Parameters
    ----------
    work : callable
        Takes nothing, returns a dict from the part's name to its Exercise.
    by_hand : dict of str to number, optional
        The answer to each part as a person worked it out, for the tests alone.
    """

    work: Callable
    by_hand: dict = None

    @cached_property
    def parts(self):
        """The parts by their names, made when first asked for."""
        return self.work()

    def check(self, answer):
        """Return feedback on each part."""
        answer = dict.fromkeys(self.parts) if answer is None else answer
        if not isinstance(answer, dict):
            example = ", ".join(f'"{name}": ...' for name in self.parts)
            return Feedback("wrong", f"Give a dict with a number for each part: {{{example}}}.")
        unknown = [name for name in answer if name not in self.parts]
        if unknown:
            return Feedback("wrong", no_such("part", unknown[0], self.parts))
        return FeedbackTable({name: part.check(answer.get(name)) for name, part in self.parts.items()})

    def show(self, what, part=None):
        """Return the "hint" or "solution" of one part, or of all."""
        if part is not None and part not in self.parts:
            return Feedback("wrong", no_such("part", part, self.parts))
        if part is not None:
            return self.parts[part].show(what)
        return FeedbackTable({name: exercise.show(what) for name, exercise in self.parts.items()})


HEADS = {
    "right": ("Right.", GREEN),
    "wrong": ("Not yet.", ORANGE),
    "open": ("", GREY),
    "hint": ("Hint.", GREY),
    "solution": ("Solution.", GREEN),
}


@dataclass(frozen=True)
class Feedback:
    """A verdict and a sentence or two. A notebook shows it with a coloured edge.

    Parameters
    ----------
    verdict : str
        "right", "wrong", "open", "hint" or "solution".
    text : str
        What to say.
    mistake : str, optional
        What was probably done, where the answer was recognised.
    """

    verdict: str
    text: str
    mistake: str = None

    def __repr__(self):
        return f"{HEADS[self.verdict][0]} {self.text}".strip()

    def _repr_html_(self):
        head, colour = HEADS[self.verdict]
        head = f"<b>{head}</b> " if head else ""
        return (
            f'<div style="border-left:4px solid {colour};padding:.2em .8em" role="status">'
            f"{head}{html.escape(self.text)}</div>"
        )


@dataclass(frozen=True)
class FeedbackTable:
    """Feedback on the parts of an exercise, one row each.

    Parameters
    ----------
    rows : dict of str to Feedback
    """

    rows: dict

    @property
    def verdict(self):
        """ "right" when all parts are, otherwise "wrong" if any part is, else "open"."""
        found = {row.verdict for row in self.rows.values()}
        return found.pop() if len(found) == 1 else "wrong" if "wrong" in found else "open"

    def __repr__(self):
        return str(self._table())

    def _repr_html_(self):
        return self._table()._repr_html_()

    def _table(self):
        return Table((), self.rows.items(), left=(0, 1))


def no_number(answer):
    """Return what to do about an answer that is no number to judge, or ""."""
    if isinstance(answer, str) and re.fullmatch(r"\s*-?[\d,.]*\d\s*", answer):
        return f"Write the number without quotation marks: {_one_number(answer.strip())}."
    if isinstance(answer, tuple) and len(answer) > 1 and all(isinstance(part, int) for part in answer):
        # Python reads 19,000 as 19 and 0.
        together = ",".join([f"{answer[0]}", *(f"{part:03}" if part == 0 else f"{part}" for part in answer[1:])])
        return f"To Python a comma parts two numbers. If you mean one, write {_one_number(together)}."
    if not isinstance(answer, Real) or isinstance(answer, bool):
        return f"Give one number, not {answer!r}."
    try:
        return "" if isfinite(answer) else f"Give one number, not {answer}."
    except OverflowError:
        return "That is far more than it can be: give a number of ordinary size."


def _one_number(text):
    """Return a number that was written with commas as Python reads it: they part thousands, or decimals."""
    if re.fullmatch(r"-?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text):
        return text.replace(",", "")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text.replace(",", "")


def no_such(what, name, known):
    """Return that there is no exercise or part of a name, and which name is nearest."""
    near = get_close_matches(str(name), known, 1)
    hope = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
    return f"There is no {what} {name!r}: {hope}"


def show(number):
    """Return a number as a reader writes it: 1,344 or 0.38."""
    return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,.0f}"
