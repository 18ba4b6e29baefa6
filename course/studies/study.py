"""A study from its beginning to its end: who does the runs, and what came of them."""

import contextlib
import time
import traceback
from collections import deque
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from course._given import check_whole
from course.data import Dataset, load
from course.progress import bar
from course.studies.grid import grid
from course.studies.worker import images_within_reach, train_one

# Measured: a process that trains one of the kit's networks on CIFAR-10 takes 1.0 to 1.5 GB at its peak.
BYTES_A_WORKER = 2 * 1024**3


@dataclass(frozen=True, repr=False)
class Study:
    """What came of a study.

    Parameters
    ----------
    folder : pathlib.Path
        Where it is.
    records : list of Run
        The finished runs, in the grid's order: by model, then recipe, then seed. Each one's
        `about["model"]` is what the study calls the model.
    failures : dict
        The others, in the same order: the name of each one's folder, and in one sentence why it is
        not finished.
    """

    folder: Path
    records: list
    failures: dict

    def __repr__(self):
        done, count = len(self.records), len(self.records) + len(self.failures)
        lines = [f"{done} of {count} runs are finished in {self.folder}."]
        return "\n".join(lines + [f"{name}: {why}" for name, why in self.failures.items()])


def run(
    models, recipes, seeds, data, out,
    *, epochs=None, accelerate=False, retries=1, workers=None, scheduler=None,
):  # fmt: skip
    """Train every model with every recipe and every seed, several at once, and return the records.

    Run a study again to go on with it: finished runs are skipped, others go on from their last
    checkpoint. Ctrl-C (in a notebook: the stop button) ends it early. A run that a worker left when its
    process died is done by another, as often as dask's `allowed-failures` says (by default three
    times), whatever `retries` is.

    A script must call it under `if __name__ == "__main__":`, because every worker imports the script.

    Parameters
    ----------
    models : list, dict, str or function
        What to train: names out of `models.MODELS`, and functions that take a seed and return a built
        model. A dict gives them names; without one a function is called by its own. Workers import a
        function from its module; one typed in a notebook, and a lambda, are sent to them whole, with
        what they use of the notebook.
        Python's, NumPy's and Keras's random numbers are seeded before the function is called.
    recipes : list, str or Recipe
        Recipes, or names out of `training.RECIPES`.
    seeds : iterable of int
        Such as range(3).
    data : Dataset, str, pathlib.Path or None
        The images, or what `data.load` takes: then each worker reads the images itself. A Dataset is
        written into the study's folder for as long as the study runs.
    out : str or pathlib.Path
        The study's folder, to which all workers must be able to write.
    epochs : int, optional
        Instead of each recipe's own number.
    accelerate : bool
        Whether to train `training.accelerate(model)`.
    retries : int
        How often a run that raised an error or diverged is tried again.
    workers : int, optional
        How many processes to start on this machine. None: one for each core, as far as there are 2 GB
        of memory for each. Each computes with one thread: with small layers two processes get more
        done than two threads, and no result depends on how many cores there are.
    scheduler : str, optional
        The address of a dask scheduler, such as "tcp://10.0.0.1:8786", whose workers do the runs
        instead. It and they need this package. A worker does one run at a time, and after Ctrl-C it
        ends the run it is at; start it with `--nthreads 1`.

    Returns
    -------
    Study

    Raises
    ------
    ImportError
        When dask.distributed is not installed.
    ValueError
        When what was asked for can't be run, two runs would share a folder, or no scheduler answers.

    For runs of your own: no notebook needs as many.
    """
    _import_dask()
    if workers is not None and scheduler is not None:
        raise ValueError("A scheduler has workers of its own: leave out either `workers` or `scheduler`.")
    for name, value, least in (("retries", retries, 0), ("workers", 1 if workers is None else workers, 1)):
        check_whole(name, value, least)
    folder = Path(out).absolute()
    planned = grid(models, recipes, seeds, epochs, folder)
    _check_sendable(planned)
    fingerprint = (data if isinstance(data, Dataset) else load(data)).fingerprint
    todo = [one for one in planned if not one.finished(fingerprint, accelerate)]
    failures = {}
    if todo:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as why:
            raise ValueError(f"{out} can't be made a folder ({why.strerror}): choose another.") from None
        try:
            with (
                images_within_reach(data, fingerprint, folder) as source,
                _client(scheduler, workers, len(todo)) as client,
                bar(len(planned), "study", unit="run", initial=len(planned) - len(todo)) as progress,
            ):
                task = partial(train_one, source=source, fingerprint=fingerprint, quicker=accelerate)
                _work_through(client, task, todo, retries, failures, progress)
        except KeyboardInterrupt:
            print("Stopped early: run the study again to go on with it.")
    records = {one.name: one.finished(fingerprint, accelerate) for one in planned}
    unfinished = "It is not finished: run the study again to go on with it."
    return Study(
        folder,
        [record for record in records.values() if record],
        {name: failures.get(name, unfinished) for name, record in records.items() if not record},
    )


def _import_dask():
    try:
        from dask import distributed
    except ImportError:
        raise ImportError('A study needs dask, which is not here: pip install "dask[distributed]".') from None
    return distributed


def _check_sendable(planned):
    import cloudpickle  # with which dask sends functions

    for name, make in {one.model: one.make for one in planned}.items():
        try:
            cloudpickle.dumps(make)
        except Exception as why:  # an object can refuse with any
            raise ValueError(
                f"The function for {name!r} can't be sent to workers ({why}): let it make what it uses itself."
            ) from None


@contextlib.contextmanager
def _client(scheduler, workers, count):
    distributed = _import_dask()
    if scheduler is not None:
        try:
            client = distributed.Client(scheduler, timeout="10s", set_as_default=False)
        except (OSError, ValueError) as why:
            raise ValueError(f"No scheduler answers at {scheduler} ({why}): see whether it runs.") from None
        with client:
            if not client.nthreads():
                print(f"The scheduler at {scheduler} has no worker yet: the study waits for one.")
            yield client
        return
    one_thread = dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS"), "1")
    with (
        distributed.LocalCluster(
            n_workers=min(workers or _as_many_as_fit(), count),
            # Not threads: Python runs one of those at a time, and a seed is a whole process's.
            processes=True,
            threads_per_worker=1,
            env=one_thread,
            # At a limit dask would pause the worker until memory is free, and TensorFlow frees none.
            memory_limit=0,
            dashboard_address="127.0.0.1:0",
            silence_logs="CRITICAL",
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        yield client


def _as_many_as_fit():
    from dask.system import CPU_COUNT  # both know a container's limits
    from distributed.system import MEMORY_LIMIT

    return max(1, min(CPU_COUNT, MEMORY_LIMIT // BYTES_A_WORKER))


def _work_through(client, task, todo, retries, failures, progress):
    """Do all runs, and note in `failures` why one failed for good."""
    waiting, running = deque((one, 1) for one in todo), {}
    while waiting or running:
        # One for each worker, because dask blames all that it has given to a worker when that dies.
        while waiting and len(running) < max(1, len(client.nthreads())):
            one, attempt = waiting.popleft()
            running[client.submit(task, one, pure=False)] = one, attempt
        done = [future for future in running if future.done()]
        if not done:
            time.sleep(0.2)
        for future in done:
            one, attempt = running.pop(future)
            why, details = _what_failed(future, one)
            if why:
                _note(one, f"attempt {attempt} of {retries + 1}", why, details)
                if attempt <= retries and not _killed_workers(future):
                    waiting.append((one, attempt + 1))
                    continue
                failures[one.name] = why
                progress.set_postfix_str(f"{len(failures)} failed", refresh=False)
            progress.update()


def _what_failed(future, one):
    """Return in one sentence why a run is not finished, and the traceback; nothing if it is."""
    if future.status == "finished":
        if future.result() == "complete":
            return None, None
        # The last that `train` printed.
        return (one.folder / "log.txt").read_text(encoding="utf-8").splitlines()[-1], ""
    if future.status != "error":
        return "The scheduler has lost it: see whether the scheduler runs.", ""
    error = future.exception()
    details = "".join(traceback.format_exception(type(error), error, future.traceback()))
    if _killed_workers(future):
        return "Every process that tried it died, perhaps for want of memory: use fewer workers.", details
    return f"{type(error).__name__}: {error}".strip().splitlines()[0], details


def _killed_workers(future):
    return future.status == "error" and type(future.exception()).__name__ == "KilledWorker"


def _note(one, attempt, why, details):
    one.folder.mkdir(exist_ok=True)
    with (one.folder / "errors.txt").open("a", encoding="utf-8") as file:
        file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}, {attempt}\n{why}\n{details}\n")
