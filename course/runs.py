"""Run records: what was trained, on what, and what came of it. Used in notebooks 01, 04 and 05.

A record is a folder:

    run.json               what was run, and the figures that sum it up
    epochs.csv             one row an epoch
    weights.weights.h5     the weights after the last epoch recorded
    test_predictions.npz   labels and probabilities of the test images, for those weights

The kit's own records are in `course/records/`.
"""

import csv
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

RECORDS = Path(__file__).parent / "records"
COLUMNS = ("epoch", "seconds", "loss", "accuracy", "val_loss", "val_accuracy")


@dataclass
class Run:
    """One training run.

    Parameters
    ----------
    about : dict
        The content of run.json. Accuracies are fractions.
    epochs : list of dict
        A dict an epoch, with the keys `COLUMNS`. `val_` columns were measured on the images that
        `about["monitor"]` names: "test" or "validation".
    labels : numpy.ndarray, optional
        True classes of the test images, shape (N,).
    probabilities : numpy.ndarray, optional
        Predicted probabilities after the last epoch, shape (N, classes).
    """

    about: dict
    epochs: list = field(default_factory=list)
    labels: np.ndarray = field(default=None, repr=False)
    probabilities: np.ndarray = field(default=None, repr=False)

    @property
    def name(self):
        """What to call the run in a legend."""
        return self.about.get("name", self.about["model"])

    def column(self, key):
        """Return one column of the epochs, shape (epochs,), NaN where it was not measured."""
        values = [row.get(key) for row in self.epochs]
        return np.array([np.nan if v is None else v for v in values], dtype=float)

    def summarise(self):
        """Fill in `about`'s last and best accuracy from the epochs. Returns the run.

        The best of all epochs is a choice: made on test images, it flatters the model.
        """
        on_test = self.about["monitor"] == "test"
        accuracy = self.column("val_accuracy")
        seen = len(accuracy) > 0 and not np.isnan(accuracy).all()
        self.about["epochs"] = len(self.epochs)
        if on_test:
            self.about["test_accuracy_last"] = float(accuracy[-1]) if seen else None
            self.about["test_accuracy_best"] = float(np.nanmax(accuracy)) if seen else None
        else:
            # Chosen on the validation images, so the test set knows no best epoch.
            self.about["test_accuracy_best"] = None
        self.about["best_epoch"] = int(self.epochs[np.nanargmax(accuracy)]["epoch"]) if seen else None
        return self


def save(run, folder):
    """Write a run's run.json, epochs.csv and test_predictions.npz, each of them whole or not at all.

    Parameters
    ----------
    run : Run
        What to write.
    folder : str or pathlib.Path
        Where to; made if it does not exist.

    Returns
    -------
    pathlib.Path
        The folder.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with replacing(folder / "run.json") as path:
        path.write_text(json.dumps(run.about, indent=1) + "\n")
    with replacing(folder / "epochs.csv") as path, path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(run.epochs)
    if run.probabilities is not None:
        with replacing(folder / "test_predictions.npz") as path, path.open("wb") as file:
            np.savez_compressed(
                file, labels=run.labels.astype(np.uint8), probabilities=run.probabilities.astype(np.float16)
            )
    return folder


class replacing:
    """Give a path to write to; on success move the file to its place, otherwise leave nothing.

    Parameters
    ----------
    target : pathlib.Path
        The file's final place.
    """

    def __init__(self, target):
        self.target = Path(target)
        self.draft = self.target.with_name(f".{os.getpid()}-{self.target.name}")

    def __enter__(self):
        return self.draft

    def __exit__(self, kind, *_):
        if kind is None:
            os.replace(self.draft, self.target)
        else:
            self.draft.unlink(missing_ok=True)


def load(name):
    """Return a record.

    Parameters
    ----------
    name : str or pathlib.Path
        The name of one of the kit's records (see `names()`), or a record's folder.

    Returns
    -------
    Run
        With `probabilities` None where the record holds no predictions.

    Raises
    ------
    ValueError
        When there is no such record, or it can't be read.
    """
    folder = RECORDS / name if (RECORDS / name / "run.json").is_file() else Path(name)
    if not (folder / "run.json").is_file():
        raise ValueError(f"{name} is no record: name a folder with a run.json, or one of {', '.join(names())}.")
    try:
        about = json.loads((folder / "run.json").read_text())
        with (folder / "epochs.csv").open(newline="") as file:
            epochs = [
                {k: None if v == "" else int(v) if k == "epoch" else float(v) for k, v in row.items()}
                for row in csv.DictReader(file)
            ]
        run = Run(about, epochs)
        if (folder / "test_predictions.npz").is_file():
            with np.load(folder / "test_predictions.npz", allow_pickle=False) as stored:
                run.labels = stored["labels"].astype(np.int64)
                run.probabilities = stored["probabilities"].astype(np.float32)
    except (OSError, ValueError, KeyError) as why:
        raise ValueError(f"{folder} can't be read as a record ({why}); train again or restore it.") from None
    return run


def names():
    """Return the names of the kit's own records, in alphabetical order."""
    return sorted(path.parent.name for path in RECORDS.glob("*/run.json"))
