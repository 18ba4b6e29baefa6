"""Predict, then check: questions whose answers the code works out."""

from course.exercises.baseline import EXERCISES as _BASELINE
from course.exercises.beat import EXERCISES as _BEAT
from course.exercises.exercise import Exercise, Feedback, Mistake, Parts, no_such
from course.exercises.fields import EXERCISES as _FIELDS
from course.exercises.final import EXERCISES as _FINAL
from course.exercises.separable import EXERCISES as _SEPARABLE
from course.exercises.speed import EXERCISES as _SPEED
from course.exercises.start import EXERCISES as _START
from course.exercises.watching import EXERCISES as _WATCHING
from course.exercises.why import EXERCISES as _WHY

__all__ = ["EXERCISES", "Exercise", "Feedback", "Mistake", "answer", "check", "hint", "solution"]

EXERCISES = {
    **_START, **_BASELINE, **_FIELDS, **_SEPARABLE, **_SPEED, **_FINAL, **_BEAT, **_WHY, **_WATCHING,
}  # fmt: skip


def check(key, answer=None):
    """Say whether an answer is right, and if it is not, what probably went wrong.

    Parameters
    ----------
    key : str
        Which exercise; each notebook names its own.
    answer : number, dict or None
        Your answer. A dict answers several parts at once. None is no answer yet.

    Returns
    -------
    Feedback
        Shown below the cell. A misspelt name is answered with the nearest one.
    """
    return EXERCISES[key].check(answer) if key in EXERCISES else _unknown(key)


def hint(key, part=None):
    """Return a hint for an exercise, or for one part of it."""
    return EXERCISES[key].show("hint", part) if key in EXERCISES else _unknown(key)


def solution(key, part=None):
    """Return an exercise's answer with its working, or that of one part."""
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
    found = EXERCISES[key]
    parts = found.parts() if isinstance(found, Parts) else {key: found}
    pairs = {name: (exercise.answer(), exercise.within) for name, exercise in parts.items()}
    return pairs if isinstance(found, Parts) else pairs[key]


def _unknown(key):
    return Feedback("wrong", no_such("exercise", key, EXERCISES))
