"""What a worker does: one run after another, each with its log in its folder."""

import contextlib
import logging
import threading
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout

from course import runs
from course.data import Dataset, load
from course.models import keras
from course.training import accelerate, train

PATIENCE = 60  # seconds until a process that trains in the same folder is to have ended

_ARRAYS = ("train_images", "train_labels", "test_images", "test_labels")
# A worker with several threads may get several runs, but there is one sys.stdout and one global seed.
_ONE_AT_A_TIME = threading.Lock()


@contextlib.contextmanager
def images_within_reach(data, fingerprint, folder):
    """Give what workers find the images by: a Dataset goes into a file, not through the scheduler.

    Parameters
    ----------
    data : Dataset, str, pathlib.Path or None
        The images, or what `data.load` takes.
    fingerprint : str
        The images' fingerprint.
    folder : pathlib.Path
        Where the file goes, for as long as the context lasts.
    """
    if not isinstance(data, Dataset):
        yield data if data is None or str(data) == "shapes" else str(Path(data).expanduser().absolute())
        return
    written = folder / f"images-{fingerprint}.npz"
    parts = {key: getattr(data, key) for key in _ARRAYS}
    with runs.replacing(written) as path, path.open("wb") as file:
        np.savez(file, names=np.array(data.names), source=np.array(data.source), **parts)
    try:
        yield written
    finally:
        written.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _images(source, fingerprint):
    if isinstance(source, Path):
        with np.load(source) as stored:
            names, title = tuple(map(str, stored["names"])), str(stored["source"])
            data = Dataset(*(stored[key] for key in _ARRAYS), names, title)
    else:
        data = load(source)
    if data.fingerprint != fingerprint:
        raise ValueError(
            f"A worker found other images than the study's, {data}: give `data` a path that is the same for all."
        )
    return data


def train_one(planned, source, fingerprint, quicker):
    """Do one run of a study, or go on with it.

    Parameters
    ----------
    planned : Planned
        The run.
    source : str, pathlib.Path or None
        From `images_within_reach`.
    fingerprint : str
        What the images' fingerprint must be.
    quicker : bool
        Whether to train the accelerated model.

    Returns
    -------
    str
        The record's status.
    """
    planned.folder.mkdir(parents=True, exist_ok=True)
    with (
        _ONE_AT_A_TIME,
        (planned.folder / "log.txt").open("a", encoding="utf-8", buffering=1) as log,
        contextlib.redirect_stdout(log),
        contextlib.redirect_stderr(log),
    ):
        data = _images(source, fingerprint)
        # TensorFlow warns of compiling often, and a worker compiles anew for every run.
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
        # A worker that lost its scheduler trains on for a while, and then another has its run.
        with contextlib.suppress(Timeout), FileLock(planned.folder / ".lock", timeout=PATIENCE):
            pass
        model = _undisturbed(partial(_build, planned, quicker))
        run = train(model, data, planned.recipe, seed=planned.seed, out=planned.folder, resume=True)
        return run.about["status"]


def _build(planned, quicker):
    # The names that Keras gives to layers, and its memory, grow with every model of a process.
    keras.utils.clear_session(free_memory=True)
    keras.utils.set_random_seed(planned.seed)
    model = planned.make(planned.seed)
    if quicker:
        model = accelerate(model)
    model.name = planned.model
    return model


def _undisturbed(build):
    """Call a function in the thread that is dask's own."""
    # That thread draws from Python's `random` whenever the worker reports to its scheduler. So does Keras, for
    # initial weights: called in another thread, it would now and then get other numbers.
    from distributed import get_worker
    from distributed.utils import sync

    async def call():
        return build()

    return sync(get_worker().loop, call)
