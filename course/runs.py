"""Run records: what was trained, on what, and what came of it.

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
import platform
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from course._given import check_all, check_kind, check_path, shown

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
    labels: np.ndarray = None
    probabilities: np.ndarray = None

    def __post_init__(self):
        check_kind("about", self.about, dict, "the content of a run.json, as runs.load reads it")
        check_all("epochs", self.epochs, dict, "a dict with the columns of an epoch")

    def __repr__(self):
        return f"Run({self.name!r}, {len(self.epochs)} epochs, {self.source})"

    @property
    def name(self):
        """What to call the run in a legend."""
        return self.about.get("name", self.about["model"])

    @property
    def title(self):
        """What to call the run beside others: its name, marked where it is a published one."""
        return f"{self.name} (published)" if self.about.get("published") else self.name

    @property
    def source(self):
        """What images the run saw, in words."""
        return self.data.get("source") or "data not recorded"

    @property
    def monitored(self):
        """Which images were measured after every epoch ("test" or "validation"), and how many, or None."""
        where = self.about.get("monitor", "test")
        if where == "validation":
            return where, held_out(self.data.get("train_images", 0)) or None
        return where, self.data.get("test_images")

    @property
    def data(self):
        """What is recorded of the images: "source", "fingerprint" and more, as far as it is known."""
        # Records of other makers say in a word what others say in a dict.
        data = self.about.get("data") or {}
        return data if isinstance(data, dict) else {"source": str(data)}

    def readings(self, key="val_accuracy"):
        """Return the epochs in which one of `COLUMNS` was measured, and its values there.

        Parameters
        ----------
        key : str
            A column. Accuracies are fractions.

        Returns
        -------
        tuple of numpy.ndarray
            Two of shape (measured epochs,).
        """
        values = self.column(key)
        measured = np.isfinite(values)
        return self.column("epoch")[measured], values[measured]

    def column(self, key):
        """Return one of `COLUMNS`, shape (epochs,), NaN where it was not measured."""
        if not (isinstance(key, str) and key in COLUMNS):
            raise ValueError(f"A run has no column {shown(key)}: choose one of {', '.join(COLUMNS)}.")
        values = [row.get(key) for row in self.epochs]
        return np.array([np.nan if v is None else v for v in values], dtype=float)

    def summarise(self):
        """Fill in `about`'s last and best accuracy from epochs and predictions. Returns the run.

        The best of all epochs is a choice: made on test images, it flatters the model.
        """
        on_test = self.about["monitor"] == "test"
        accuracy = self.column("val_accuracy")
        best = int(np.nanargmax(accuracy)) if np.isfinite(accuracy).any() else None
        self.about["epochs"] = len(self.epochs)
        if on_test:
            last = float(accuracy[-1]) if len(accuracy) and np.isfinite(accuracy[-1]) else None
            self.about["test_accuracy_last"] = last
            self.about["test_accuracy_best"] = None if best is None else float(accuracy[best])
        else:
            # Chosen on the validation images, so the test set knows no best epoch.
            seen = self.probabilities is not None
            right = self.probabilities.argmax(axis=1) == self.labels if seen else None
            self.about["test_accuracy_last"] = float(right.mean()) if seen else None
            self.about["test_accuracy_best"] = None
        self.about["best_epoch"] = None if best is None else int(self.epochs[best]["epoch"])
        return self


def save(run, folder):
    """Write a run's run.json, epochs.csv and test_predictions.npz, each of them whole or not at all.

    Parameters
    ----------
    run : Run
        What to write. Where it holds no predictions, the folder keeps none.
    folder : str or pathlib.Path
        Where to; made if it does not exist.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ValueError
        When `run` is no run, or `folder` can't be one.
    """
    check_run("run", run)
    folder = check_path("folder", folder)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file: name a folder for the record.")
    folder.mkdir(parents=True, exist_ok=True)
    # NumPy's numbers are none that JSON knows.
    about = json.dumps(run.about, indent=1, default=np.generic.item)
    with replacing(folder / "epochs.csv") as path, path.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(run.epochs)
    predictions = folder / "test_predictions.npz"
    if run.probabilities is None:
        predictions.unlink(missing_ok=True)
    else:
        with replacing(predictions) as path, path.open("wb") as file:
            np.savez_compressed(
                file, labels=run.labels.astype(np.uint8), probabilities=_halved(run.probabilities)
            )
    # Last, because it makes the folder a record.
    with replacing(folder / "run.json") as path:
        path.write_text(about + "\n", encoding="utf-8", newline="\n")
    return folder


def _halved(probabilities):
    halved = probabilities.astype(np.float16)
    # Two close probabilities may become equal. The predicted class stays the largest, so that the
    # stored predictions have exactly the recorded accuracy.
    chosen = probabilities.argmax(axis=1)
    (changed,) = np.nonzero(halved.argmax(axis=1) != chosen)
    lifted = halved[changed, chosen[changed]]
    halved[changed, chosen[changed]] = np.nextafter(lifted, np.float16(np.inf))
    return halved


def held_out(images):
    """Return how many of so many training images a run keeps for validation, where it does: a tenth."""
    return images // 10


class replacing:
    """Give a path to write to; on success move the file to its place, otherwise leave nothing.

    Parameters
    ----------
    target : pathlib.Path
        The file's final place.
    keep : pathlib.Path, optional
        Where the file that was there before goes. A process killed between the two moves leaves
        that one alone.
    """

    def __init__(self, target, keep=None):
        self.target, self.keep = Path(target), keep
        self.draft = self.target.with_name(f".{os.getpid()}-{self.target.name}")

    def __enter__(self):
        return self.draft

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                # After a power cut, a file moved before its content was on the disk would be empty.
                with self.draft.open("rb+") as file:
                    os.fsync(file.fileno())
                if self.keep is not None and self.target.exists():
                    os.replace(self.target, self.keep)
                os.replace(self.draft, self.target)
        finally:
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
    # A path is never a record's name, even if it reads like one.
    folder = RECORDS / name if isinstance(name, str) and name in names() else check_path("name", name)
    if not (folder / "run.json").is_file():
        known = ", ".join(names()) or "none yet"
        raise ValueError(f"{name} is no record: name a folder with a run.json, or one of the kit's ({known}).")
    try:
        about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        if not (isinstance(about, dict) and {"model", "monitor"} <= about.keys()):
            raise ValueError("its run.json is not one of this kit's")
        run = Run(about, _read_epochs(folder / "epochs.csv"))
        if (folder / "test_predictions.npz").is_file():
            with np.load(folder / "test_predictions.npz", allow_pickle=False) as stored:
                run.labels = stored["labels"].astype(np.int64)
                run.probabilities = stored["probabilities"].astype(np.float32)
    except Exception as why:  # a broken file can raise nearly anything
        raise ValueError(f"{folder} can't be read as a record ({why}); train again or restore it.") from None
    return run


def check_run(what, value):
    """Return a Run; ValueError where something else was given."""
    return check_kind(what, value, Run, "a run, such as runs.load('baseline') returns")


def _read_epochs(path):
    with path.open(newline="", encoding="utf-8") as file:
        header, *lines = list(csv.reader(file)) or [[]]
    if tuple(header) != COLUMNS or any(len(line) != len(COLUMNS) for line in lines):
        raise ValueError(f"its epochs.csv has not the columns {', '.join(COLUMNS)} throughout")
    rows = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
    return [
        {key: None if v == "" else int(v) if key == "epoch" else float(v) for key, v in row.items()}
        for row in rows
    ]


def names():
    """Return the names of the kit's own records, in alphabetical order."""
    return sorted(path.parent.name for path in RECORDS.glob("*/run.json"))


def made_on():
    """Return what a record says of where it was made: its "versions" and its "machine".

    Returns
    -------
    dict
        Of Python, and of the libraries that have been imported by now; the machine's class, in words.
    """
    libraries = [name for name in ("keras", "tensorflow", "numpy") if name in sys.modules]
    return {
        "versions": {
            "python": platform.python_version(),
            **{name: sys.modules[name].__version__ for name in libraries},
        },
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
    }
