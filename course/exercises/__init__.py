"""Predict, then check: questions whose answers the code works out."""

from importlib import import_module

from course.exercises.answers import class_sheet, note, record_answers
from course.exercises.exercise import EXERCISES, Exercise, Feedback, Parts, no_such, show
from course.exercises.own import add
from course.table import Table

__all__ = [
    "EXERCISES",
    "Exercise",
    "Feedback",
    "add",
    "answer",
    "check",
    "class_sheet",
    "hint",
    "record_answers",
    "solution",
    "wrong_answers",
]

# Each holds exercises, in the order of the notebooks: importing it makes them known.
for _name in ("start", "baseline", "fields", "separable", "speed", "final", "beat", "why", "watching"):
    import_module(f"course.exercises.{_name}")


def check(key, answer=None, *more):
    """Say whether an answer is right, and if it is not, what probably went wrong.

    Parameters
    ----------
    key : str
        Which exercise; each notebook names its own.
    answer : number, dict or None
        Your answer. A dict answers several parts at once. None is no answer yet.
    *more : number
        What Python makes of the rest of a number with a comma: you are told how to write it.

    Returns
    -------
    Feedback
        Shown below the cell. A misspelt name is answered with the nearest one.
    """
    if key not in EXERCISES:
        return _unknown(key)
    answer = (answer, *more) if more else answer
    feedback = EXERCISES[key].check(answer)
    note(key, answer, feedback)
    return feedback


def hint(key, part=None):
    """Return a hint for an exercise, or for one part of it.

    Parameters
    ----------
    key : str
        Which exercise.
    part : str, optional
        Of one with several parts; one without has no use for it.

    Returns
    -------
    Feedback
        Shown below the cell. A misspelt name is answered with the nearest one.
    """
    return EXERCISES[key].show("hint", part) if key in EXERCISES else _unknown(key)


def solution(key, part=None):
    """Return an exercise's answer with its working, or that of one part.

    Parameters
    ----------
    key, part
        As `hint` takes them.

    Returns
    -------
    Feedback
        As `hint` returns it.
    """
    return EXERCISES[key].show("solution", part) if key in EXERCISES else _unknown(key)


def answer(key):
    """Return an exercise's right answer and how far from it still counts, or such a pair for each part.

    Parameters
    ----------
    key : str
        Which exercise.

    Returns
    -------
    tuple or dict
    """
    pairs = {name: (exercise.answer, exercise.within) for name, exercise in _parts(key).items()}
    return pairs if isinstance(EXERCISES[key], Parts) else pairs[key]


def wrong_answers(key):
    """Return the typical wrong answers to an exercise, and what each says of the one who gives it.

    Parameters
    ----------
    key : str
        Which exercise.

    Returns
    -------
    Table
        A row a wrong answer, each under its part, if the exercise has several, and its right answer.
    """

    def shown(value, made):
        # Four digits say enough of a number that may be rounded.
        return show(float(f"{value:.4g}") if made.within else value) + made.unit

    rows = [
        (name, shown(made.answer, made), shown(value, made), why)
        for name, made in _parts(key).items()
        for value, why in made.wrong
    ]
    if not isinstance(EXERCISES[key], Parts):
        return Table(("answer", "wrong answer", "why"), [row[1:] for row in rows], caption=EXERCISES[key].question)
    return Table(("part", "answer", "wrong answer", "why"), rows, caption=key)


def _parts(key):
    """Return the parts of an exercise by their names; that of one with no parts is itself."""
    return getattr(EXERCISES[key], "parts", {key: EXERCISES[key]})


def _unknown(key):
    return Feedback("wrong", no_such("exercise", key, EXERCISES))
