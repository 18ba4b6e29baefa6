"""What the stored predictions say: accuracy by class, calibration, confident mistakes, two runs image by image."""

from dataclasses import dataclass
from math import comb, nan, sqrt

import numpy as np

from course._given import check_whole
from course.evaluation.errors import standard_error
from course.runs import check_run
from course.table import Table

BINS = 15  # as in Guo et al.


@dataclass(frozen=True)
class ClassAccuracy:
    """The accuracy on the test images of one class; NaN, as is its error, where there are none."""

    name: str
    images: int
    accuracy: float
    standard_error: float


def per_class(run):
    """Return the accuracy on the test images of each class, with its standard error.

    Parameters
    ----------
    run : course.runs.Run
        With predictions.

    Returns
    -------
    list of ClassAccuracy
        In the order of the class numbers.

    Raises
    ------
    ValueError
        When the run has no predictions.
    """
    labels, answers, _ = _answers(run)
    found = []
    for number, name in enumerate(class_names(run)):
        right = answers[labels == number] == number
        accuracy = float(right.mean()) if len(right) else nan
        found.append(
            ClassAccuracy(name, len(right), accuracy, standard_error(accuracy, len(right)) if len(right) else nan)
        )
    return found


@dataclass(frozen=True, eq=False)
class Calibration:
    """Confidence beside accuracy, in bins of equal width.

    Parameters
    ----------
    edges : numpy.ndarray
        From 0 to 1, shape (bins + 1,). A bin holds its upper edge, not its lower one.
    counts : numpy.ndarray
        Images in each bin, shape (bins,).
    confidence, accuracy : numpy.ndarray
        Means over each bin, shape (bins,); NaN where it is empty.
    ece : float
        The expected calibration error, from 0 to 1.
    mean_confidence, mean_accuracy : float
        Over all images.
    """

    edges: np.ndarray
    counts: np.ndarray
    confidence: np.ndarray
    accuracy: np.ndarray
    ece: float
    mean_confidence: float
    mean_accuracy: float


def calibration(run, bins=BINS):
    """Return how often a run is right where it is so and so confident, and the mean gap between the two.

    Confidence is the probability of the predicted class. With images sorted into bins by it, the
    expected calibration error is the sum over bins of (images in the bin / all images) times
    |accuracy - mean confidence|. It depends on the bins, and chance alone keeps it above 0.
    Source: Guo, Pleiss, Sun, Weinberger, "On Calibration of Modern Neural Networks", ICML 2017.

    Parameters
    ----------
    run : course.runs.Run
        With predictions.
    bins : int
        How many.

    Returns
    -------
    Calibration

    Raises
    ------
    ValueError
        When the run has no predictions, or there is no bin.
    """
    check_whole("bins", bins, 1)
    labels, answers, confidence = _answers(run)
    right = answers == labels
    edges = np.linspace(0, 1, bins + 1)
    bin_of = np.digitize(confidence, edges[1:-1], right=True)
    counts = np.bincount(bin_of, minlength=bins)
    sure, correct = (np.bincount(bin_of, weights=what, minlength=bins) for what in (confidence, right))
    some = np.where(counts, counts, np.nan)
    ece = np.abs(correct - sure).sum() / len(labels)
    return Calibration(
        edges, counts, sure / some, correct / some, float(ece), float(confidence.mean()), float(right.mean())
    )


@dataclass(frozen=True)
class Mistake:
    """A test image that was taken for another class.

    Parameters
    ----------
    image : int
        Its number among the test images.
    true, predicted : str
        Names of the classes.
    confidence, true_probability : float
        What the model gave to the predicted class, and to the true one.
    """

    image: int
    true: str
    predicted: str
    confidence: float
    true_probability: float


def confident_mistakes(run, count=10):
    """Return the mistakes that a run is most confident of, the most confident first.

    Parameters
    ----------
    run : course.runs.Run
        With predictions.
    count : int
        How many at most.

    Returns
    -------
    list of Mistake

    Raises
    ------
    ValueError
        When the run has no predictions.
    """
    check_whole("count", count)
    labels, answers, confidence = _answers(run)
    names = class_names(run)
    (wrong,) = np.nonzero(answers != labels)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    return [
        Mistake(
            int(i),
            names[labels[i]],
            names[answers[i]],
            float(confidence[i]),
            float(run.probabilities[i, labels[i]]),
        )
        for i in surest
    ]


@dataclass(frozen=True, repr=False)
class Comparison:
    """Two models on the same test images. Prints as a table; a notebook shows it as HTML.

    Parameters
    ----------
    difference : float
        Accuracy of the first less that of the second.
    standard_error : float
        Of the difference.
    only_first, only_second : int
        Images that one of them alone gets right.
    p_value : float
        How often fair coins, one an image that only one gets right, would fall at least as unevenly.
    names : tuple of str
        What the two are called.
    """

    difference: float
    standard_error: float
    only_first: int
    only_second: int
    p_value: float
    names: tuple = ("the first", "the second")

    def as_table(self):
        """Return the comparison as a course.table.Table, its difference in points."""
        rows = [
            (f"only {name} is right", f"{count:,} image{'' if count == 1 else 's'}")
            for name, count in zip(self.names, (self.only_first, self.only_second), strict=True)
        ]
        points = f"{100 * self.difference:+.2f} ± {100 * self.standard_error:.2f} points"
        return Table((), [*rows, ("difference of the two", points)])

    def __repr__(self):
        return str(self.as_table())

    def _repr_html_(self):
        return self.as_table()._repr_html_()


def compare(first, second):
    """Compare two runs image by image: only images on which they disagree tell them apart.

    With b and c images that one alone gets right, of n: the difference is (b - c) / n and its standard
    error sqrt(b + c - (b - c)² / n) / n (Agresti, Categorical Data Analysis, 2013, section 11.1). The
    p-value is that of McNemar's test (Psychometrika, 1947), by the binomial distribution itself.

    Parameters
    ----------
    first, second : course.runs.Run
        With predictions for the same test images.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        When a run has no predictions, or the test images differ.
    """
    (labels, taken), (other_labels, other_taken) = (_answers(run)[:2] for run in (first, second))
    prints = {run.data.get("fingerprint") for run in (first, second)} - {None}
    if not np.array_equal(labels, other_labels) or len(prints) > 1:
        raise ValueError(
            f"{first.name} and {second.name} were tested on different images: compare their accuracies."
        )
    right, other_right = taken == labels, other_taken == labels
    b, c, n = int((right & ~other_right).sum()), int((other_right & ~right).sum()), len(labels)
    tail = sum(comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c)
    error = sqrt(b + c - (b - c) ** 2 / n) / n
    return Comparison((b - c) / n, error, b, c, min(1.0, 2 * tail), (first.title, second.title))


def class_names(run):
    """Return the name of each class that a run's predictions tell apart; "class 0" where none was recorded."""
    classes = run.probabilities.shape[1]
    names = run.data.get("names") or ()
    return list(names) if len(names) == classes else [f"class {number}" for number in range(classes)]


def _answers(run):
    """Return a run's labels, predicted classes and confidences, each of shape (N,)."""
    check_run("run", run)
    if run.probabilities is None or not len(run.probabilities):
        raise ValueError(f"{run.name} has no predictions: choose a record with a test_predictions.npz.")
    probabilities = np.asarray(run.probabilities, dtype=float)
    return np.asarray(run.labels), probabilities.argmax(axis=1), probabilities.max(axis=1)
