"""How far an accuracy, or a difference of two, may be off by chance; how far seeds lie apart."""

from dataclasses import dataclass
from math import hypot, nan, sqrt

import numpy as np


def standard_error(accuracy, images):
    """Return how far an accuracy lies from that on endlessly many such images, as a standard deviation.

    sqrt(p (1 - p) / n), for p the accuracy and n the images: each image is right or wrong on its own.
    The weights are taken as given, so this says nothing of another seed: see `spread`. It is 0 where
    all or none are right, which is too little. Source: Mitchell, Machine Learning, 1997, chapter 5.

    Parameters
    ----------
    accuracy : float
        From 0 to 1.
    images : int
        How many it was measured on.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When the accuracy is no fraction, or there are no images.
    """
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy is {accuracy}; it must be a fraction from 0 to 1, so divide per cent by 100.")
    if images < 1:
        raise ValueError(f"images is {images}; an accuracy needs at least one.")
    return sqrt(accuracy * (1 - accuracy) / images)


def standard_error_of_difference(first, second, images):
    """Return the standard error of the difference of two accuracies, each of as many images of its own.

    sqrt(e1² + e2²), for e1 and e2 the standard errors of the two. For two models on the same images it
    is too large, as both fail on the hard ones: where both have predictions, use `compare`.
    Source: Mitchell, Machine Learning, 1997, chapter 5.

    Parameters
    ----------
    first, second : float
        Accuracies from 0 to 1.
    images : int
        How many each was measured on.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When an accuracy is no fraction, or there are no images.
    """
    return hypot(standard_error(first, images), standard_error(second, images))


@dataclass(frozen=True)
class Spread:
    """Accuracies of one network trained several times.

    Parameters
    ----------
    runs : int
    mean : float
    standard_deviation : float
        With runs - 1 below the line; NaN for one run.
    standard_error : float
        Of the mean: the standard deviation over sqrt(runs).
    lowest, highest : float
    warning : str
        A sentence where there are too few runs to go by, otherwise empty.
    """

    runs: int
    mean: float
    standard_deviation: float
    standard_error: float
    lowest: float
    highest: float
    warning: str


def spread(accuracies):
    """Return how far apart the accuracies of one network lie, trained anew with other seeds.

    Parameters
    ----------
    accuracies : sequence of course.runs.Run, or of float
        Runs, of which the last test accuracy is taken, or accuracies in any one unit.

    Returns
    -------
    Spread
        In the unit of what was given; fractions for runs.

    Raises
    ------
    ValueError
        When there is none, or a run has no test accuracy.
    """
    if hasattr(accuracies, "about"):
        accuracies = [accuracies]
    values = np.array([last_accuracy(one) if hasattr(one, "about") else one for one in accuracies], dtype=float)
    values = values[~np.isnan(values)]  # as `published.base_runs` has where a log does not show it
    if not len(values):
        raise ValueError("There is no accuracy: pass at least one run.")
    n = len(values)
    deviation = float(values.std(ddof=1)) if n > 1 else nan
    warning = {
        1: "One run says nothing of how far apart seeds lie.",
        # sqrt(1 / q), for q the 97.5 % and 2.5 % points of chi-squared with one degree of freedom.
        2: "Two runs say little: the true standard deviation may be 0.4 to 32 times this one (95 %, if normal).",
    }.get(n, "")
    return Spread(
        n, float(values.mean()), deviation, deviation / sqrt(n), float(values.min()), float(values.max()), warning
    )


def last_accuracy(run):
    """Return a run's test accuracy after its last epoch, a fraction.

    Raises
    ------
    ValueError
        When the record has none.
    """
    accuracy = run.about.get("test_accuracy_last")
    if accuracy is None:
        raise ValueError(f"{run.name} has no test accuracy after its last epoch: choose a record that has one.")
    return accuracy
