"""What a person gives: a wrong number, path or kind of thing is refused in one sentence."""

import math
import os
from numbers import Integral, Rational, Real
from pathlib import Path

MOST = 10**9  # the largest whole number that anything in this kit takes
LARGEST_SEED = 2**32 - 1  # that Keras takes


def is_whole(value):
    """Return whether a value is a whole number; Python counts True and False among them."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def is_number(value):
    """Return whether a value is a finite number that JSON can hold."""
    if not is_whole(value) and (not isinstance(value, Real) or isinstance(value, Rational)):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number beyond what a float holds
        return False


def check_whole(what, value, least=0, most=None, of=""):
    """Return a whole number as Python's own.

    Parameters
    ----------
    what : str
        What the sentence calls it.
    value : object
        NumPy's whole numbers will do.
    least, most : int
        The range; without `most`, up to `MOST`.
    of : str
        What is counted, as " of pixels".

    Returns
    -------
    int

    Raises
    ------
    ValueError
        When it is no whole number, or out of the range.
    """
    if not is_whole(value) or not least <= value <= (MOST if most is None else most):
        too_large = most is None and is_whole(value) and value > MOST
        most = MOST if too_large else most
        span = f"of at least {least}" if most is None else f"from {least} to {most:,}"
        said = f"{value:,}" if is_whole(value) and abs(value) < 10**15 else shown(value)
        raise ValueError(f"{what} is {said}; it must be a whole number{of} {span}.")
    return int(value)


def check_seed(value, what="seed"):
    """Return a seed as Python's own whole number; ValueError where NumPy and Keras do not take it."""
    return check_whole(what, value, 0, LARGEST_SEED)


def check_path(what, value, error=ValueError):
    """Return a path that was given as pathlib's; an error where it can be none."""
    if not isinstance(value, str | os.PathLike) or str(value) == "" or "\0" in str(value):
        raise error(f"{what} is {shown(value)}; it must be a path, in quotes.")
    return Path(value)


def check_kind(what, value, kind, such_as):
    """Return a value; ValueError unless it is of a kind, such as what the words name.

    The kind is a class, several, or the name of one whose module would take seconds to import.
    """
    named = isinstance(kind, str) and any(base.__name__ == kind for base in type(value).__mro__)
    if not (named if isinstance(kind, str) else isinstance(value, kind)):
        raise ValueError(f"{what} is {shown(value)}; it must be {such_as}.")
    return value


def check_all(what, values, kind, such_as):
    """Return several values of one kind as a list; ValueError where one is of another, or they are not several."""
    if isinstance(values, str | bytes | dict) or not hasattr(values, "__iter__"):
        raise ValueError(f"{what} is {shown(values)}; it must be a list, each of it {such_as}.")
    values = list(values)
    for value in values:
        check_kind(f"One of {what}", value, kind, such_as)
    return values


def shown(value):
    """Return a value as text, cut where it is long."""
    if is_whole(value) and abs(value) > MOST:
        return f"above {MOST:,}" if value > 0 else f"below {-MOST:,}"
    if isinstance(value, (tuple, list)):
        return f"({', '.join(map(shown, value[:4]))}{', ...' if len(value) > 4 else ''})"
    # NumPy 2 names the type of a number, and writes an array on several lines.
    text = " ".join(repr(value.item() if isinstance(value, Real) and hasattr(value, "item") else value).split())
    return text if len(text) <= 40 else f"{text[:37]}..."
