"""What the run explorer compares: one measurement of several records, epoch by epoch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.evaluation import standard_error
from course.runs import Run

ACCURACY = "test or validation accuracy"
GAP = "training minus test accuracy"
SECONDS = "seconds an epoch"
WINDOWS = (1, 3, 5, 9)
AXES = ("epochs", "minutes")


@dataclass(frozen=True)
class Metric:
    """Something that is measured in every epoch.

    Parameters
    ----------
    label : str
        What an axis says; {images} stands for the images it was measured on.
    read : callable
        From a Run to an array of shape (epochs,), NaN where it was not measured.
    unit : str
        After a value: " %", " points", " s" or nothing.
    decimals : int
    pick : callable
        `max` or `min`: which of two values comes first, and is marked.
    picked : str
        What the marked value is called.
    """

    label: str
    read: Callable
    unit: str
    decimals: int
    pick: Callable = max
    picked: str = "best"

    def show(self, value):
        """Return a value with its unit."""
        return f"{value:.{self.decimals}f}{self.unit}".replace("-", "−")

    def apart(self, difference):
        """Return a difference of two values with its sign: that of per cent is in points."""
        return f"{difference:+.{self.decimals}f}".replace("-", "−")


METRICS = {
    ACCURACY: Metric("{images} accuracy (%)", lambda run: 100 * run.column("val_accuracy"), " %", 2),
    "training accuracy": Metric("training accuracy (%)", lambda run: 100 * run.column("accuracy"), " %", 2),
    GAP: Metric(
        "training − {images} accuracy (points)",
        lambda run: 100 * (run.column("accuracy") - run.column("val_accuracy")), " points", 2, max, "largest",
    ),
    "test or validation loss": Metric("{images} loss", lambda run: run.column("val_loss"), "", 3, min),
    "training loss": Metric("training loss", lambda run: run.column("loss"), "", 3, min),
    SECONDS: Metric("seconds an epoch", lambda run: run.column("seconds"), " s", 1, min, "fastest"),
}  # fmt: skip


@dataclass(frozen=True)
class Comparison:
    """Some records, and how they are compared.

    Parameters
    ----------
    records : tuple of (str, course.runs.Run)
        What there is to choose from. A record's place decides its colour and its dashes.
    chosen : tuple of str
        Names of those compared.
    metric : str
        One of `METRICS`.
    smoothing : int
        Epochs of the running mean: one of `WINDOWS`.
    axis : str
        What lies along the horizontal axis: one of `AXES`.
    zoom : bool
        Whether the vertical axis holds the second halves only, which early epochs would press flat.
    """

    records: tuple
    chosen: tuple = ()
    metric: str = ACCURACY
    smoothing: int = 1
    axis: str = "epochs"
    zoom: bool = False


@dataclass(frozen=True)
class Line:
    """One record's measurements, where there are any; all arrays have the shape (measured epochs,).

    Parameters
    ----------
    name : str
    run : course.runs.Run
    place : int
        Among all records.
    metric : str
        One of `METRICS`.
    epochs, across, values, smoothed : numpy.ndarray
        `across` is where the values lie along the axis: epochs, or minutes since the start.
    """

    name: str
    run: Run
    place: int
    metric: str
    epochs: np.ndarray
    across: np.ndarray
    values: np.ndarray
    smoothed: np.ndarray

    @property
    def last(self):
        """Epoch and value of the last measurement, never smoothed."""
        return int(self.epochs[-1]), float(self.values[-1])

    @property
    def best(self):
        """Epoch and value of the best measurement, or the largest gap; never smoothed."""
        i = self.peak
        return int(self.epochs[i]), float(self.values[i])

    @property
    def peak(self):
        """The place of the best measurement among the values."""
        return int(self.values.argmax() if METRICS[self.metric].pick is max else self.values.argmin())

    @property
    def standing(self):
        """The value by which records are ranked: the last. Of times the median, as any epoch may be held up."""
        return float(np.median(self.values)) if self.metric == SECONDS else self.last[1]

    @property
    def error(self):
        """Standard error of the last accuracy in points, or None."""
        count = self.run.monitored[1]
        if self.metric != ACCURACY or not count:
            return None
        return 100 * standard_error(self.last[1] / 100, count)


def lines_of(state):
    """Return a Line for each chosen record that can be drawn.

    Parameters
    ----------
    state : Comparison

    Returns
    -------
    list of Line
        In the records' order.
    """
    found = []
    for place, (name, run) in enumerate(state.records):
        if name not in state.chosen:
            continue
        values, epochs = METRICS[state.metric].read(run), run.column("epoch")
        across = np.cumsum(run.column("seconds")) / 60 if state.axis == "minutes" else epochs
        kept = np.isfinite(values) & np.isfinite(across)
        if kept.any():
            parts = (epochs, across, values, smooth(values, state.smoothing))
            found.append(Line(name, run, place, state.metric, *(part[kept] for part in parts)))
    return found


def smooth(values, window):
    """Return the centred running mean of a measurement.

    Each value becomes the mean of itself and of as many neighbours on one side as on the other, at most
    `window` in all. So the first and the last stay as they were measured, and no slope is bent at the ends.

    Parameters
    ----------
    values : numpy.ndarray
        Shape (epochs,). NaN where nothing was measured; that stays, and counts in no mean.
    window : int
        Odd.

    Returns
    -------
    numpy.ndarray
        Shape (epochs,).
    """
    means = values.copy()
    (measured,) = np.nonzero(np.isfinite(values))
    for i in measured:
        if reach := min(window // 2, i - measured[0], measured[-1] - i):
            means[i] = np.nanmean(values[i - reach : i + reach + 1])
    return means
