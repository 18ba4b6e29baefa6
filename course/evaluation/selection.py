"""What it is worth to choose the best epoch on the test images, and how much of that is chance."""

from dataclasses import dataclass

import numpy as np

from course.evaluation.errors import last_accuracy, standard_error
from course.table import Table

LATE = 0.4  # of all epochs: the last 20 of 50
_LEAST = 3  # a line through two readings leaves no scatter


def inflation(run):
    """Return by how much the best test accuracy of all epochs exceeds the last.

    The best is chosen on the images on which it is reported, so it flatters the model.

    Parameters
    ----------
    run : course.runs.Run
        Tested after each epoch.

    Returns
    -------
    float
        0 or more, as a fraction: 0.01 is one point.

    Raises
    ------
    ValueError
        When the run was not tested after each epoch.
    """
    _, readings = _readings(run)
    return float(readings.max() - readings[-1])


def expected_best(readings, scatter, draws=20_000, seed=0):
    """Return how far the highest of some readings of one and the same accuracy lies above it, on average.

    Simulated: each reading is the accuracy plus noise of its own from a normal distribution. For 20
    readings this is 1.87 times the scatter, for 50 it is 2.25 (Harter, Biometrika 48, 1961).

    Parameters
    ----------
    readings : int
        How many the best is chosen from.
    scatter : float
        Standard deviation of the noise, in any unit.
    draws : int
        How many times the choice is made.
    seed : int

    Returns
    -------
    float
        In the unit of `scatter`.

    Raises
    ------
    ValueError
        When there is no reading.
    """
    if readings < 1:
        raise ValueError(f"readings is {readings}; the best is chosen from at least one.")
    noise = np.random.default_rng(seed).normal(size=(draws, readings))
    return scatter * float(noise.max(axis=1).mean())


@dataclass(frozen=True)
class Selection:
    """The best epoch against the last: inflation = (best - level) + (level - last).

    Parameters
    ----------
    last, best : float
        Test accuracies.
    best_epoch : int
    inflation : float
        best - last.
    late : int
        How many late epochs the next three are worked out from.
    level : float
        The height, at the last epoch, of the straight line through the late epochs (least squares).
    scatter : float
        Standard deviation of the late epochs about that line.
    by_chance : float
        `expected_best` of `late` readings with that scatter: what the choice adds on average if the
        network no longer improves and each late epoch is off by noise of its own. Part of that noise
        is how these test images fall, which new ones would not repeat; part is that the weights do
        move. One set of test images can't tell the two apart.
    """

    last: float
    best: float
    best_epoch: int
    inflation: float
    late: int
    level: float
    scatter: float
    by_chance: float


def selection(run, late=None):
    """Return how far a run's best epoch stands above its last, and how far chance alone would lift it.

    Parameters
    ----------
    run : course.runs.Run
        Tested after each epoch.
    late : int, optional
        How many of the last epochs stand for a network that has learnt what it will: two fifths of
        all if left out.

    Returns
    -------
    Selection

    Raises
    ------
    ValueError
        When the run was not tested after each epoch, or has fewer than three late epochs.
    """
    epochs, readings = _readings(run)
    late = round(LATE * len(readings)) if late is None else late
    if not _LEAST <= late <= len(readings):
        raise ValueError(
            f"{run.name} has {len(readings)} tested epochs, and {late} late ones were asked for: "
            f"their scatter takes at least {_LEAST}."
        )
    end = readings[-late:]
    line = np.polyval(np.polyfit(range(late), end, 1), range(late))
    # A line through n readings leaves n - 2 degrees of freedom.
    scatter = float(np.sqrt(np.sum((end - line) ** 2) / (late - 2)))
    best = int(readings.argmax())
    return Selection(
        last=float(readings[-1]),
        best=float(readings[best]),
        best_epoch=int(epochs[best]),
        inflation=inflation(run),
        late=late,
        level=float(line[-1]),
        scatter=scatter,
        by_chance=expected_best(late, scatter),
    )


def summary(run):
    """Return a run's row in a table of results.

    Parameters
    ----------
    run : course.runs.Run

    Returns
    -------
    dict
        "name", "parameters", "epochs", "last" with its "standard_error", "best", "best_epoch" and
        "inflation", "cpu_seconds" and "wall_seconds". Accuracies are fractions. None stands for what
        is not known; the best for a run whose epochs were tested on validation images.

    Raises
    ------
    ValueError
        When the run has no test accuracy after its last epoch.
    """
    about = run.about
    last = last_accuracy(run)
    row = {
        "name": run.title,
        "parameters": about.get("parameters"),
        "epochs": len(run.epochs),
        "last": last,
        "standard_error": standard_error(last, about["data"]["test_images"]),
        "best": None,
        "best_epoch": None,
        "inflation": None,
        "cpu_seconds": about.get("cpu_seconds"),
        "wall_seconds": about.get("wall_seconds"),
    }
    if about["monitor"] == "test":
        epochs, readings = _readings(run)
        best = readings.argmax()
        row |= {"best": float(readings[best]), "best_epoch": int(epochs[best]), "inflation": inflation(run)}
    return row


def results(*runs):
    """Return what came of runs as a course.table.Table: a row a run, its last epoch with one standard error.

    Parameters
    ----------
    *runs : course.runs.Run

    Returns
    -------
    course.table.Table
        What is not known is a question mark.

    Raises
    ------
    ValueError
        When a run has no test accuracy after its last epoch.
    """
    forms = {"CPU minutes": ".0f", "last epoch": ".2%", "±": ".2%"}
    rows = []
    for run in runs:
        row = summary(run)
        minutes = None if row["cpu_seconds"] is None else row["cpu_seconds"] / 60
        rows.append(
            (
                row["name"],
                row["parameters"],
                run.source,
                row["epochs"],
                minutes,
                row["last"],
                row["standard_error"],
            )
        )
    return Table(("run", "parameters", "images", "epochs", *forms), rows, formats=forms)


def _readings(run):
    """Return epochs and test accuracies, those not measured left out."""
    if run.about["monitor"] != "test":
        raise ValueError(
            f"{run.name} was watched on {run.about['monitor']} images: no epoch was chosen on the test images."
        )
    epochs, readings = run.readings()
    if not len(epochs):
        raise ValueError(f"{run.name} has no tested epoch: train it for at least one.")
    return epochs, readings
