"""A run's folder while the run is trained: who may write to it, what is saved, how a run goes on.

    checkpoint.npz            all that training needs to go on exactly from there
    checkpoint.previous.npz   the one before, should that be damaged
    .lock                     held by the process that trains

The checkpoint is one file, so that moving it into place saves everything or nothing. The record
(`course.runs`) and the weights are written from it after every epoch.
"""

import contextlib
import io
import itertools
import json
import os
import time
import zipfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from course import runs
from course._quiet import import_keras
from course.data import Augmentation
from course.training.recipes import Recipe
from course.training.setting import Averages
from course.training.uninterrupted import uninterrupted

keras = import_keras()

CHECKPOINT, PREVIOUS, WEIGHTS = "checkpoint.npz", "checkpoint.previous.npz", "weights.weights.h5"
_WRITTEN = (CHECKPOINT, WEIGHTS, "run.json", "epochs.csv", "test_predictions.npz")


@dataclass
class UnfinishedEpoch:
    """What an epoch has come to so far. Its next step is `len(losses)`; its clock runs from here on.

    Parameters
    ----------
    losses, accuracies : list of float
        One a step.
    seconds, cpu_seconds : float
        Spent on it until now.
    """

    losses: list = field(default_factory=list)
    accuracies: list = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __post_init__(self):
        self._began = time.perf_counter() - self.seconds, time.process_time() - self.cpu_seconds

    def read_clock(self):
        """Bring `seconds` and `cpu_seconds` up to date."""
        self.seconds, self.cpu_seconds = time.perf_counter() - self._began[0], time.process_time() - self._began[1]


@contextlib.contextmanager
def run_folder(folder, resume, minutes):
    """Hold a run's folder, so that no other process trains into it.

    Parameters
    ----------
    folder : str, pathlib.Path or None
        Made if it does not exist. None: nothing is saved.
    resume : bool
        Whether the folder may hold a run already.
    minutes : float
        How often `RunFolder.save_if_due` saves.

    Returns
    -------
    RunFolder
        To be used in a `with` statement.

    Raises
    ------
    ValueError
        When the folder can't be written to, another process holds it, or it holds a run that was
        not to be resumed.
    """
    if folder is None:
        yield RunFolder(None, minutes)
        return
    lock = FileLock(Path(folder) / ".lock", timeout=0)
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise ValueError(
            f"Another process is training into {folder}: wait until it ends, or choose another folder."
        ) from None
    except OSError as why:
        raise ValueError(
            f"{folder} can't be made a folder to write to ({why.strerror}): choose another."
        ) from None
    try:
        held = RunFolder(folder, minutes)
        if held.holds_run() and not resume:
            raise ValueError(f"{folder} already holds a run: choose another folder, or resume it.")
        # A process that was killed while it wrote a file could not tidy up.
        for name in _WRITTEN:
            for draft in held.folder.glob(f".[0-9]*-{name}"):
                draft.unlink(missing_ok=True)
        yield held
    finally:
        lock.release()


class RunFolder:
    """A run's folder; see `run_folder`. Where a file can't be written, it says so and training goes on.

    `averages` are those of the run's weights: the checkpoint holds them too, and the record holds them instead.
    """

    def __init__(self, folder, minutes):
        self.folder = None if folder is None else Path(folder)
        self.averages = Averages(None, 0)
        self._seconds = 60 * minutes
        self._saved_at = time.monotonic()

    def holds_run(self):
        """Return whether there is a run to go on with."""
        return self.folder is not None and any(
            (self.folder / name).exists() for name in ("run.json", CHECKPOINT, PREVIOUS)
        )

    def save_if_due(self, model, run, part):
        """Save a checkpoint when `minutes` have passed since the last."""
        if time.monotonic() - self._saved_at >= self._seconds:
            self.save(model, run, part)

    def save(self, model, run, part):
        """Save a checkpoint; the last one becomes the previous one.

        Parameters
        ----------
        model : keras.Model
            Compiled, its optimizer built.
        run : Run
            The record of the finished epochs.
        part : UnfinishedEpoch
            The epoch after those.
        """
        if self.folder is None:
            return
        with self._saving("The checkpoint"):
            arrays = {str(i): variable.numpy() for i, variable in enumerate(self._variables(model))}
            if run.probabilities is not None:
                arrays |= {"labels": run.labels, "probabilities": run.probabilities}
            record = {"about": run.about, "epochs": run.epochs, "unfinished": asdict(part), "parts": [*arrays]}
            with (
                runs.replacing(self.folder / CHECKPOINT, keep=self.folder / PREVIOUS) as path,
                path.open("wb") as file,
            ):
                np.savez(file, record=np.array(json.dumps(record, default=np.generic.item)), **arrays)
        self._saved_at = time.monotonic()

    def write_record(self, model, run):
        """Write the record and the weights, or their averages, which must be those of its last epoch."""
        if self.folder is None:
            return
        with self._saving("The record"):
            # A compiled model's file would hold Adam's two moments as well and be three times as large.
            bare, file = keras.Model(model.inputs, model.outputs), _FileInMemory()
            with self.averages.in_place():
                bare.save_weights(file)
            with runs.replacing(self.folder / WEIGHTS) as path:
                path.write_bytes(file.getvalue())
            runs.save(run, self.folder)

    def write_status(self, run):
        """Write the record, unless the one on the disk is of another epoch, and so are the weights beside it."""
        if self.folder is None:
            return
        with self._saving("The record"), contextlib.suppress(ValueError):  # there may be none yet
            if len(runs.load(self.folder).epochs) == len(run.epochs):
                runs.save(run, self.folder)

    def _variables(self, model):
        # model.variables also holds the state of each dropout's random generator.
        return [*model.variables, *model.optimizer.variables, *self.averages.variables]

    def _epochs_recorded(self):
        try:
            return len(runs.load(self.folder).epochs)
        except ValueError:  # none yet, or not all of it was written
            return 0

    @contextlib.contextmanager
    def _saving(self, what):
        with uninterrupted():
            try:
                yield
            except OSError as why:
                print(
                    f"{what} can't be written to {self.folder} ({why.strerror or why}): make room there; "
                    "training goes on, and what was saved before is kept.",
                    flush=True,
                )

    def load(self, model, fresh):
        """Put a model back to where the run's last good checkpoint left it.

        Parameters
        ----------
        model : keras.Model
            Compiled, its optimizer built; the same network as the run's.
        fresh : Run
            A new record for what was asked; returned where the folder holds no run yet.

        Returns
        -------
        (Run, UnfinishedEpoch)
            The record up to the checkpoint, and the epoch after it.

        Raises
        ------
        ValueError
            When the run was of another model, recipe, seed or data set, is longer than what was
            asked, or has no checkpoint that can be read.
        """
        damaged, found = {}, None
        for path in (self.folder / CHECKPOINT, self.folder / PREVIOUS):
            if found is None and path.exists():
                try:
                    found = _read(path)
                except Exception as why:  # a broken file can raise nearly anything
                    damaged[path] = why
        if damaged and not found:
            faults = " and ".join(f"{path} can't be read ({why})" for path, why in damaged.items())
            raise ValueError(f"{faults}: train into another folder.")
        if not found:
            if self.holds_run():
                raise ValueError(f"{self.folder} holds a record without {CHECKPOINT}: train into another folder.")
            return fresh, UnfinishedEpoch()
        run, part, values = found
        variables = self._variables(model)
        self._check(run, part, fresh)
        if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
            raise ValueError(f"{self.folder} holds a run of another network: choose another folder.")
        # Another Keras may word the same setting otherwise, another Python a lambda, and earlier runs note none.
        was, now = run.about["versions"], fresh.about["versions"]
        worded_alike = all(was.get(name) == now[name] for name in ("keras", "python"))
        if worded_alike and run.about.get("network", fresh.about["network"]) != fresh.about["network"]:
            raise ValueError(
                f"{self.folder} holds a run of another network, or of this one set otherwise (an activation, "
                "a Dropout rate, how layers are wired, bfloat16): choose another folder."
            )
        for path, why in damaged.items():
            # Out of the way, or it would be the previous one at the next checkpoint.
            aside = _unused(path)
            os.rename(path, aside)
            print(
                f"{path} can't be read ({why}): it is kept as {aside.name}, "
                "and training goes on from the checkpoint before it.",
                flush=True,
            )
        for variable, value in zip(variables, values, strict=True):
            variable.assign(value)
        for key in ("machine", "versions"):
            if run.about[key] != fresh.about[key]:
                note = f"After epoch {len(run.epochs)}, {key}: {fresh.about[key]}."
                run.about.setdefault("notes", []).append(note)
        run.about.update(recipe=fresh.about["recipe"], status="running")
        run.summarise()
        if part.losses:
            self.write_status(run)
        elif run.epochs and self._epochs_recorded() <= len(run.epochs):
            self.write_record(model, run)  # the process may have ended before it did
        return run, part

    def _check(self, run, part, fresh):
        asked = _identity(fresh.about)
        for key, was in _identity(run.about).items():
            if was != asked[key]:
                raise ValueError(
                    f"{self.folder} holds a run with {key} {was}, not {asked[key]}: "
                    "choose another folder, or ask for the same run."
                )
        begun, wanted = len(run.epochs) + bool(part.losses), fresh.about["recipe"]["epochs"]
        if begun > wanted:
            raise ValueError(
                f"{self.folder} holds {begun} epochs, more than the {wanted} asked for: "
                "ask for more, or choose another folder."
            )


class _FileInMemory(io.BytesIO):
    """What Keras takes for a file: HDF5 ends the whole process when it can't close one on a full disk."""

    def __str__(self):
        return WEIGHTS


def _read(path):
    with zipfile.ZipFile(path) as archive:
        # Compares checksums and names, also of parts that would go unread under a damaged name.
        if (name := archive.testzip()) is not None:
            raise ValueError(f"its part {name} is damaged")
    with np.load(path, allow_pickle=False) as stored:
        if "record" not in stored and "epochs" in stored:
            raise ValueError("an earlier version of this kit wrote it")
        record = json.loads(stored["record"].item())
        # A damaged table of contents can hide parts, and no checksum covers it.
        if stored.files != ["record", *record["parts"]]:
            raise ValueError("some of its parts are missing")
        values = [stored[name] for name in stored.files if name.isdecimal()]
        run = runs.Run(record["about"], record["epochs"], stored.get("labels"), stored.get("probabilities"))
    _identity(run.about)  # all of it is there
    return run, UnfinishedEpoch(**record["unfinished"]), values


def _identity(about):
    """Return all that must stay the same for a run to go on: how many epochs, only if a schedule spans them."""
    # Earlier records say less, and mean what a recipe does by itself.
    recipe = json.loads(json.dumps(asdict(Recipe("")))) | about["recipe"]
    recipe["augmentation"] = asdict(Augmentation()) | recipe["augmentation"]
    if recipe["schedule"] == "constant":
        del recipe["epochs"]
    recipe = {f"the recipe's {key}": value for key, value in recipe.items()}
    plain = {key: about[key] for key in ("model", "parameters", "seed", "accelerated")}
    return {**plain, "images of fingerprint": about["data"]["fingerprint"], **recipe}


def _unused(path):
    names = (path.with_name(f"{path.stem}.damaged-{number}.npz") for number in itertools.count(1))
    return next(name for name in names if not name.exists())
