"""What an exercise is, and how an answer is judged."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from math import floor, isfinite, log2
from numbers import Real

from course.table import Table

GREEN, ORANGE, GREY = "#009E73", "#D55E00", "#8C8C8C"  # colour-blind safe, after Okabe and Ito


@dataclass(frozen=True)
class Mistake:
    """A wrong answer worth naming.

    Parameters
    ----------
    value : callable
        Takes nothing, returns the number that this mistake leads to.
    why : str
        One or two sentences: what was probably done, and what to do instead.
    """

    value: Callable
    why: str


@dataclass(frozen=True)
class Exercise:
    """A question with one number for an answer.

    Parameters
    ----------
    question : str
        As the notebook asks it.
    answer : callable
        Takes nothing, returns the number. It is worked out, never typed in.
    working : callable
        Takes nothing, returns how the number comes about, as one line.
    hint : str
        A first push.
    mistakes : tuple of Mistake
        At least three typical wrong answers.
    within : float
        How far from the answer still counts as right.
    unit : str
        What is counted, such as " %".
    """

    question: str
    answer: Callable
    working: Callable
    hint: str
    mistakes: tuple
    within: float = 0
    unit: str = ""

    def check(self, answer):
        """Return feedback on one answer."""
        if answer is None or answer is ...:
            return Feedback(
                "open", "Not answered yet. Write your number in place of None and run the cell again."
            )
        if trouble := no_number(answer):
            return Feedback("wrong", trouble)
        # What is worked out in fractions of a float is not wrong for their sake.
        if abs(answer - self.answer()) <= max(self.within, 1e-6):
            return Feedback("right", self.working())
        for mistake in self.mistakes:
            if self.is_named(mistake.value(), answer):
                return Feedback("wrong", f"{show(answer)}{self.unit}? {mistake.why}")
        side = "more" if answer < self.answer() else "less"
        given = show(answer) if show(answer) != show(self.answer()) else f"{answer:,}"
        return Feedback("wrong", f"{given}{self.unit} is not it: it is {side}. {self.hint}")

    def is_named(self, value, answer):
        """Return whether an answer is a mistake's number, give or take 5 % where rounding is allowed."""
        return abs(answer - value) <= min(self.within, 0.05 * abs(value))

    def show(self, what, part=None):
        """Return the "hint" or the "solution"."""
        if what == "solution":
            return Feedback(what, self.working())
        # A wrong answer has printed the hint already.
        low = 2.0 ** floor(log2(self.answer()))
        return Feedback(what, f"{self.hint} The number lies between {show(low)} and {show(2 * low)}{self.unit}.")


@dataclass(frozen=True)
class Parts:
    """An exercise of several parts, answered with a dict.

    Parameters
    ----------
    parts : callable
        Takes nothing, returns a dict from the part's name to its Exercise.
    """

    parts: Callable

    def check(self, answer):
        """Return feedback on each part."""
        parts = self.parts()
        answer = dict.fromkeys(parts) if answer is None else answer
        if not isinstance(answer, dict):
            example = ", ".join(f'"{name}": ...' for name in parts)
            return Feedback("wrong", f"Give a dict with a number for each part: {{{example}}}.")
        unknown = [name for name in answer if name not in parts]
        if unknown:
            return Feedback("wrong", no_such("part", unknown[0], parts))
        return FeedbackTable({name: parts[name].check(answer.get(name)) for name in parts})

    def show(self, what, part=None):
        """Return the "hint" or "solution" of one part, or of all."""
        parts = self.parts()
        if part is not None and part not in parts:
            return Feedback("wrong", no_such("part", part, parts))
        if part is not None:
            return parts[part].show(what)
        return FeedbackTable({name: exercise.show(what) for name, exercise in parts.items()})


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
    """

    verdict: str
    text: str

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
        return f"Write the number without quotation marks: {answer.replace(',', '').strip()}."
    if isinstance(answer, tuple) and len(answer) > 1 and all(isinstance(part, int) for part in answer):
        together = "".join([f"{answer[0]}", *(f"{part:03}" for part in answer[1:])])
        return f"To Python a comma parts two numbers. If you mean one, write {together}."
    if not isinstance(answer, Real) or isinstance(answer, bool):
        return f"Give one number, not {answer!r}."
    try:
        return "" if isfinite(answer) else f"Give one number, not {answer}."
    except OverflowError:
        return "That is far more than it can be: give a number of ordinary size."


def no_such(what, name, known):
    """Return that there is no exercise or part of a name, and which name is nearest."""
    near = get_close_matches(str(name), known, 1)
    hope = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}."
    return f"There is no {what} {name!r}: {hope}"


def show(number):
    """Return a number as a reader writes it: 1,344 or 0.38."""
    return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,.0f}"
