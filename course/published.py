"""The published reports: their training logs as records, other submissions, and 47 runs of the base network.

Claims are kept as the reports make them; where a report's log says otherwise, the record's notes say so.
"""

import csv
import re
from dataclasses import asdict
from pathlib import Path

import numpy as np

from course import runs
from course.table import Table
from course.training.recipes import recipe_for

EPOCH = re.compile(
    r"Epoch (?P<epoch>\d+)/\d+.*?- (?P<seconds>\d+)s .*?- loss: (?P<loss>[\d.]+) - acc: (?P<accuracy>[\d.]+)"
    r" - val_loss: (?P<val_loss>[\d.]+) - val_acc: (?P<val_accuracy>[\d.]+)",
    re.DOTALL,
)

# By the model of each: the file it came as, and how it states what it claims.
REPORTS = {
    "separable_65k": (
        "000_*.txt",
        {
            "base_accuracy": r"Accuracy on test data is: ([\d.]+)",
            "last_accuracy": r"Last epoch val Accuracy - ([\d.]+)",
            "best_accuracy": r"highest val Accuracy - ([\d.]+)",
            "parameters": r"Total parameters</b> - (\d+)",
            "seconds": r"Model took ([\d.]+) seconds",
        },
    ),
    "separable_99k": (
        "002_*.txt",
        {
            "base_accuracy": r"Accuracy on given model - ([\d.]+)",
            "best_accuracy": r"Highest Accuracy - ([\d.]+)",
            "parameters": r"Total params: ([\d,]+)",
        },
    ),
}


def read_log(text):
    """Return the epochs of a Keras 2 training log.

    Parameters
    ----------
    text : str
        Holds lines such as "Epoch 1/50" and "390/390 [===] - 27s 70ms/step - loss: ...".

    Returns
    -------
    list of dict
        With the keys `runs.COLUMNS`; accuracies as fractions.
    """
    return [
        {key: int(value) if key == "epoch" else float(value) for key, value in match.groupdict().items()}
        for match in EPOCH.finditer(text)
    ]


def read_report(text, model, patterns):
    """Return a published report as a record.

    Parameters
    ----------
    text : str
        The report.
    model : str
        Which of the kit's models it describes.
    patterns : dict of str to str
        For each claim, a regular expression whose first group is the number.

    Returns
    -------
    Run
        `about["published"]` is True, `about["claims"]` what the report says in words.

    Raises
    ------
    ValueError
        When the report holds no log.
    """
    epochs = read_log(text)
    if not epochs:
        raise ValueError(f"The report on {model} holds no training log.")
    found = {key: re.search(pattern, text) for key, pattern in patterns.items()}
    claims = {key: float(match[1].replace(",", "")) for key, match in found.items() if match}
    recipe = recipe_for(model)
    about = {
        "model": model,
        "recipe": asdict(recipe),
        "seed": None,
        "epochs": len(epochs),
        "parameters": int(claims["parameters"]),
        "data": {"source": "CIFAR-10", "fingerprint": None, "train_images": 50_000, "test_images": 10_000},
        "monitor": "test",
        "accelerated": False,
        "published": True,
        "status": "complete",
        "versions": {},
        "machine": "a GPU, 2019",
        "cpu_seconds": None,
        "wall_seconds": claims.get("seconds", sum(row["seconds"] for row in epochs)),
        "claims": claims,
    }
    run = runs.Run(about, epochs).summarise()
    about["notes"] = []
    for key, words in (("last", "after the last epoch"), ("best", "at best")):
        claimed, logged = claims.get(f"{key}_accuracy"), 100 * about[f"test_accuracy_{key}"]
        if claimed is not None and abs(claimed - logged) > 0.005:
            about["notes"].append(f"The report claims {claimed:.2f} % {words}; its own log says {logged:.2f} %.")
    return run


def report(model, folder):
    """Return one of the two published reports as a record.

    Parameters
    ----------
    model : str
        One of `REPORTS`.
    folder : str or pathlib.Path
        Where the report lies, as a text file.

    Returns
    -------
    Run

    Raises
    ------
    ValueError
        When the folder holds no such file, or several.
    """
    pattern, claims = REPORTS[model]
    found = list(Path(folder).glob(pattern))
    if len(found) != 1:
        raise ValueError(f"{folder} holds {len(found)} files {pattern}, and the report on {model} is one of them.")
    return read_report(found[0].read_text(encoding="utf-8"), model, claims)


def base_runs():
    """Return the results of 47 public runs of the base network, each of 50 epochs.

    Returns
    -------
    dict of str to numpy.ndarray
        "final_test_accuracy", "best_test_accuracy" and "final_train_accuracy" in per cent, and
        "train_seconds"; NaN where a log does not show it.
    """
    keys = ("final_test_accuracy", "best_test_accuracy", "final_train_accuracy", "train_seconds")
    return _columns("baseline_runs.csv", keys)


def submissions():
    """Return the results of 52 public submissions, each under 100,000 parameters and of 50 epochs.

    Returns
    -------
    dict of str to numpy.ndarray
        "parameters", "final_test_accuracy" and "best_test_accuracy" in per cent, "train_seconds", and
        "augmented": False where training images were taken as they are.
    """
    keys = ("parameters", "final_test_accuracy", "best_test_accuracy", "train_seconds")
    augmentation = _rows("submissions.csv", "augmentation")
    return {
        **_columns("submissions.csv", keys),
        "augmented": np.array([not what.startswith("none") for what in augmentation]),
    }


def _columns(name, keys):
    return {key: np.array([float(value or "nan") for value in _rows(name, key)]) for key in keys}


def _rows(name, key):
    with (runs.RECORDS / name).open(newline="") as file:
        return [row[key] for row in csv.DictReader(file)]


def annotation_mistakes():
    """Return how often each mistake starts in the layer notes of 52 public submissions.

    Returns
    -------
    course.table.Table
        A row a mistake, the most frequent first: at how many steps (layers) it starts, which share of all that
        is, and how many submissions make it.
    """
    columns = (_rows("annotation_mistakes.csv", key) for key in ("steps", "models", "mistake"))
    found = sorted((-int(steps), -int(makers), mistake) for steps, makers, mistake in zip(*columns, strict=True))
    total = sum(steps for steps, *_ in found)
    rows = [(-steps, steps / total, -makers, mistake) for steps, makers, mistake in found]
    totals = -total, 1, "", f"all {len(rows)} kinds of mistake"
    return Table(("steps", "share", "submissions", "mistake"), rows, totals, formats={"share": ".0%"})
