"""Studies, with two real worker processes, and a network and images so small that a run takes a second.

What runs in a worker is imported there from this module, or sent whole where it is a lambda.
"""

import logging
import os
import pickle
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pytest
from filelock import FileLock

from course import runs, studies
from course.data import Augmentation, shapes
from course.models import keras
from course.studies import study, worker
from course.studies.grid import grid
from course.training import Recipe, train

layers = keras.layers
pytestmark = pytest.mark.studies

PLAIN = Recipe("plain", epochs=3, batch_size=25, learning_rate=0.02)
FLIPPED = replace(PLAIN, name="flipped", augmentation=Augmentation(flip=True))
HOT = replace(PLAIN, name="hot", learning_rate=1e30)
NAMES = [f"tiny-{recipe}-seed{seed}" for recipe in ("plain", "flipped") for seed in (0, 1)]

# As in conftest.py; and sums of floats may depend on how many threads make them.
SAME_ARITHMETIC = {
    "TF_ENABLE_ONEDNN_OPTS": "0", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"
}  # fmt: skip


LOCK = threading.Lock()


def tiny(seed):
    # No seed is set here: a study does that.
    stack = [keras.Input((32, 32, 3)), layers.Conv2D(4, 3, strides=2, activation="relu"), layers.Dropout(0.25)]
    return keras.Sequential([*stack, layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")])


def one_by_one(folder):
    """Make the runs of `NAMES` without dask, in this process."""
    for recipe in (PLAIN, FLIPPED):
        for seed in (0, 1):
            keras.utils.set_random_seed(seed)
            model = tiny(seed)
            model.name = "tiny"
            train(model, shapes(50), recipe, seed=seed, out=Path(folder) / f"tiny-{recipe.name}-seed{seed}")


def contents(folder):
    """All of a run that does not say how long it took."""
    run = runs.load(folder)
    about = {key: value for key, value in run.about.items() if key not in ("cpu_seconds", "wall_seconds")}
    rows = [{key: value for key, value in row.items() if key != "seconds"} for row in run.epochs]
    arrays = {"probabilities": run.probabilities.tobytes()}
    with h5py.File(folder / "weights.weights.h5") as file:
        file.visititems(lambda name, it: arrays.update({name: it[()].tobytes()}) if hasattr(it, "shape") else None)
    return about, rows, arrays


def attempts(folder):
    """The first lines of the entries in a run's errors.txt, and those after them."""
    text = (folder / "errors.txt").read_text(encoding="utf-8").splitlines()
    found = [i for i, line in enumerate(text) if ", attempt " in line]
    return [text[i].partition(", ")[2] for i in found], [text[i + 1] for i in found]


@pytest.fixture(scope="module")
def environment():
    with pytest.MonkeyPatch.context() as patch:
        for key, value in SAME_ARITHMETIC.items():
            patch.setenv(key, value)
        yield


@pytest.fixture(scope="module")
def dask():
    pytest.importorskip("distributed", reason="dask is not installed: pip install -e .[studies]")
    import dask

    return dask


@pytest.fixture(scope="module")
def scheduler(environment, dask):
    """The address of a scheduler with two worker processes."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, memory_limit=0,
        dashboard_address="127.0.0.1:0", silence_logs="CRITICAL",
    ) as cluster:  # fmt: skip
        yield cluster.scheduler_address


@pytest.fixture(scope="module")
def data():
    return shapes(50)


@pytest.fixture(scope="module")
def alone(environment, dask, tmp_path_factory):
    """The folder of the runs of `NAMES`, made one by one in a process of their own."""
    folder = tmp_path_factory.mktemp("alone")
    code = f"import test_studies; test_studies.one_by_one({str(folder)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parent, check=True, capture_output=True)
    return folder


# --- a study -------------------------------------------------------------------------------------


def noting(seed, *, folder):
    """`tiny`, with a file that says which process made it, and how that is set up."""
    limits = [os.environ[f"{name}_THREADS"] for name in ("TF_NUM_INTRAOP", "TF_NUM_INTEROP", "OMP_NUM")]
    warns = logging.getLogger("tensorflow").isEnabledFor(logging.WARNING)  # it would, from the sixth run on
    (folder / f"{os.getpid()} of {os.getppid()}").write_text(f"{' '.join(limits)} {warns}")
    return tiny(seed)


def test_a_study_is_its_runs_made_one_by_one(environment, dask, data, alone, tmp_path, capfd, monkeypatch):
    shown = []

    def bar(total, title, **options):
        shown.append((total, options["initial"]))
        return real(total, title, **options)

    real = study.bar
    monkeypatch.setattr(study, "bar", bar)
    monkeypatch.delenv("TF_NUM_INTRAOP_THREADS")  # workers set it themselves
    (tmp_path / "notes").mkdir()
    made = partial(noting, folder=tmp_path / "notes")
    found = studies.run({"tiny": made}, [PLAIN, FLIPPED], range(2), data, tmp_path / "study", workers=2)

    assert found.failures == {} and str(found) == f"4 of 4 runs are finished in {tmp_path / 'study'}."
    assert [(r.about["model"], r.about["recipe"]["name"], r.about["seed"]) for r in found.records] == [
        ("tiny", "plain", 0), ("tiny", "plain", 1), ("tiny", "flipped", 0), ("tiny", "flipped", 1)
    ]  # fmt: skip
    assert sorted(path.name for path in found.folder.iterdir()) == sorted(NAMES)  # the images' file is gone
    for name in NAMES:
        assert contents(found.folder / name) == contents(alone / name)
        assert not (found.folder / name / "errors.txt").exists()
        log = (found.folder / name / "log.txt").read_text().splitlines()
        assert [line.split(" - ")[0] for line in log] == ["Epoch 1/3", "Epoch 2/3", "Epoch 3/3"]
    # Two processes, both of them children of this one and with one thread each; and nothing on the screen.
    notes = list((tmp_path / "notes").iterdir())
    assert len(notes) == 2 and all(note.name.endswith(f" of {os.getpid()}") for note in notes)
    assert {note.read_text() for note in notes} == {"1 1 1 False"}
    assert shown == [(4, 0)]
    out, err = capfd.readouterr()
    assert out == "" and "Epoch" not in err and "WARNING" not in err


def test_a_study_run_again_goes_on(scheduler, data, alone, tmp_path, monkeypatch):
    first = studies.run(tiny, PLAIN, [0], data, tmp_path, epochs=1, scheduler=scheduler)
    assert [record.about["epochs"] for record in first.records] == [1]
    found = studies.run(tiny, PLAIN, [0, 1], data, tmp_path, scheduler=scheduler)
    assert len(found.records) == 2 and found.failures == {}
    for name in NAMES[:2]:
        assert contents(tmp_path / name) == contents(alone / name)
    log = (tmp_path / NAMES[0] / "log.txt").read_text().splitlines()
    assert [line.split(" - ")[0] for line in log] == ["Epoch 1/1", "Epoch 2/3", "Epoch 3/3"]

    # Once more, with a third seed: the finished runs are left as they are.
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*")}
    found = studies.run(tiny, PLAIN, [1, 2, 0], data, tmp_path, scheduler=scheduler)
    assert [record.about["seed"] for record in found.records] == [1, 2, 0]
    assert {path: path.stat().st_mtime_ns for path in before} == before

    # With nothing left to do, nobody is asked to do it.
    monkeypatch.setattr(study, "_client", None)
    found = studies.run(tiny, PLAIN, [0, 1, 2], data, tmp_path, scheduler=scheduler)
    assert len(found.records) == 3 and found.records[0].epochs == runs.load(tmp_path / NAMES[0]).epochs


def test_other_images_another_recipe_and_other_layers_are_not_a_finished_run(scheduler, data, tmp_path):
    def why(recipe=PLAIN, images=data, **more):
        more |= {"epochs": 1, "retries": 0, "scheduler": scheduler}
        (said,) = studies.run(tiny, recipe, [0], images, tmp_path, **more).failures.values()
        return said

    assert len(studies.run(tiny, PLAIN, [0], data, tmp_path, epochs=1, scheduler=scheduler).records) == 1
    before = contents(tmp_path / NAMES[0])
    assert "images of fingerprint" in why(images=shapes(100))
    assert "recipe's learning_rate 0.02, not 0.5" in why(replace(PLAIN, learning_rate=0.5))
    # What was computed without cheaper code serves where that is wanted, and not the other way round.
    asked = {"epochs": 1, "scheduler": scheduler}
    assert len(studies.run(tiny, PLAIN, [0], data, tmp_path, accelerate=True, **asked).records) == 1
    assert studies.run(tiny, PLAIN, [0], data, tmp_path / "quick", accelerate=True, **asked).failures == {}
    (said,) = studies.run(tiny, PLAIN, [0], data, tmp_path / "quick", retries=0, **asked).failures.values()
    assert "accelerated True, not False" in said
    assert contents(tmp_path / NAMES[0]) == before


def test_workers_read_images_from_a_path_themselves(scheduler, tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for name in (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch"):
        batch = {"data": rng.integers(0, 256, (10, 3072), np.uint8), "labels": list(range(10))}
        (folder / name).write_bytes(pickle.dumps(batch, protocol=2))
    (folder / "batches.meta").write_bytes(pickle.dumps({"label_names": list("abcdefghij")}, protocol=2))
    monkeypatch.chdir(tmp_path)  # where the workers are not
    monkeypatch.setattr(worker.np, "savez", None)
    sent = {"sent": lambda seed: tiny(seed)}
    found = studies.run(sent, PLAIN, [0], "mine", "study", epochs=1, accelerate=True, scheduler=scheduler)
    assert found.failures == {} and found.folder == tmp_path / "study"
    (record,) = found.records
    assert record.about["model"] == "sent" and record.about["accelerated"] and record.about["epochs"] == 1
    assert record.about["data"]["train_images"] == 50 and record.about["data"]["source"].startswith("CIFAR-10")


def test_a_worker_that_finds_other_images_does_not_train_on_them(data, tmp_path):
    with worker.images_within_reach(data, data.fingerprint, tmp_path) as source:
        again = worker._images(source, data.fingerprint)
        assert (again.fingerprint, again.names, again.source) == (data.fingerprint, data.names, data.source)
        with pytest.raises(ValueError, match="found other images than the study's, Shapes .*: give `data` a path"):
            worker._images(source, "0123456789abcdef")
    assert not source.exists()


def slow(seed):
    drawn = [random.random(), time.sleep(2), random.random()]
    expected = random.Random(seed)
    if drawn != [expected.random(), None, expected.random()]:
        raise RuntimeError("somebody else has drawn a random number")
    return tiny(seed)


def test_dask_takes_no_random_number_away(scheduler, data, tmp_path):
    found = studies.run(slow, PLAIN, [0], data, tmp_path, epochs=1, retries=0, scheduler=scheduler)
    assert found.failures == {}


# --- workers that die ----------------------------------------------------------------------------


def killed_once(seed, *, folder):
    """`tiny` with the seed 0 ends its process by SIGKILL in the second of three epochs, unless one has before."""
    model = tiny(seed)
    real, steps = model.train_on_batch, []

    def train_on_batch(*arguments, **options):
        steps.append(1)
        if len(steps) == 4:
            killed = folder / "killed"
            if seed == 0 and not killed.exists():
                killed.write_text(str(os.getpid()))
                os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **options)

    model.train_on_batch = train_on_batch
    return model


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_run_whose_worker_was_killed_ends_the_same(scheduler, data, alone, tmp_path):
    made = partial(killed_once, folder=tmp_path)
    found = studies.run(
        {"tiny": made}, [PLAIN, FLIPPED], [0, 1], data, tmp_path / "study", retries=0, scheduler=scheduler
    )
    assert (tmp_path / "killed").exists()
    assert found.failures == {} and len(found.records) == 4
    for name in NAMES:
        assert contents(found.folder / name) == contents(alone / name)
    # It went on from where it was.
    logs = {name: (found.folder / name / "log.txt").read_text().splitlines() for name in NAMES}
    assert {name: len(lines) for name, lines in logs.items()} == dict.fromkeys(NAMES, 3)


def test_a_run_waits_for_a_dying_process_to_leave_its_folder(scheduler, data, tmp_path):
    (tmp_path / NAMES[0]).mkdir()
    held = FileLock(tmp_path / NAMES[0] / ".lock", thread_local=False)
    held.acquire()
    threading.Timer(3, held.release).start()
    found = studies.run(tiny, PLAIN, [0], data, tmp_path, epochs=1, retries=0, scheduler=scheduler)
    assert found.failures == {} and not held.is_locked


def deadly(seed):
    if seed == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return tiny(seed)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
def test_a_run_that_kills_every_worker_is_given_up_and_takes_no_other_with_it(environment, dask, data, tmp_path):
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}):  # dask's own are 3
        found = studies.run(deadly, PLAIN, [0, 1], data, tmp_path, epochs=1, retries=1, workers=1)
    assert [record.about["seed"] for record in found.records] == [1]
    why = "Every process that tried it died, perhaps for want of memory: use fewer workers."
    assert found.failures == {"deadly-plain-seed0": why}
    assert attempts(tmp_path / "deadly-plain-seed0") == (["attempt 1 of 2"], [why])


# --- runs that fail ------------------------------------------------------------------------------


def broken(seed):
    raise RuntimeError(f"no weights\nfor {seed}")


def flaky(seed, *, folder):
    if not (folder / "failed").exists():
        (folder / "failed").touch()
        raise RuntimeError("not yet")
    return tiny(seed)


def test_failures_are_kept_and_tried_again_and_stop_no_other_run(scheduler, data, alone, tmp_path):
    models = {"broken": broken, "flaky": partial(flaky, folder=tmp_path), "tiny": tiny}
    folder = tmp_path / "study"
    found = studies.run(models, PLAIN, [0], data, folder, retries=2, scheduler=scheduler)
    assert [record.about["model"] for record in found.records] == ["flaky", "tiny"]
    assert found.failures == {"broken-plain-seed0": "RuntimeError: no weights"}
    assert str(found).splitlines() == [
        f"2 of 3 runs are finished in {folder}.", "broken-plain-seed0: RuntimeError: no weights"
    ]  # fmt: skip
    assert contents(folder / "tiny-plain-seed0") == contents(alone / "tiny-plain-seed0")
    entries, why = attempts(folder / "broken-plain-seed0")
    assert entries == ["attempt 1 of 3", "attempt 2 of 3", "attempt 3 of 3"]
    assert why == ["RuntimeError: no weights"] * 3
    text = (folder / "broken-plain-seed0" / "errors.txt").read_text()
    assert "in broken\n" in text and "RuntimeError: no weights\nfor 0\n" in text  # with its traceback
    assert attempts(folder / "flaky-plain-seed0") == (["attempt 1 of 3"], ["RuntimeError: not yet"])


def test_a_run_that_diverges_has_failed(scheduler, data, tmp_path):
    found = studies.run(tiny, [HOT, PLAIN], [0], data, tmp_path, epochs=1, scheduler=scheduler)
    assert [record.about["recipe"]["name"] for record in found.records] == ["plain"]
    (name,), (why,) = found.failures.keys(), found.failures.values()
    assert name == "tiny-hot-seed0" and why.startswith("The loss stopped being a number in epoch 1: ")
    assert attempts(tmp_path / name) == (["attempt 1 of 2", "attempt 2 of 2"], [why] * 2)


def test_a_study_that_is_stopped_says_so_and_can_go_on(scheduler, data, tmp_path, monkeypatch, capsys):
    def press_stop(seconds):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(study.time, "sleep", press_stop)
        found = studies.run(tiny, PLAIN, [0, 1], data, tmp_path, epochs=1, scheduler=scheduler)
    assert capsys.readouterr().out == "Stopped early: run the study again to go on with it.\n"
    assert list(found.failures) == NAMES[:2]
    assert set(found.failures.values()) == {"It is not finished: run the study again to go on with it."}
    assert not list(tmp_path.glob("*.npz"))
    found = studies.run(tiny, PLAIN, [0, 1], data, tmp_path, epochs=1, scheduler=scheduler)
    assert len(found.records) == 2 and found.failures == {}


# --- how many workers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cores", "gigabytes", "workers"), [(2, 8, 2), (2, 3.9, 1), (1, 8, 1), (2, 1, 1), (8, 8, 4)]
)
def test_a_worker_for_each_core_that_memory_allows(dask, monkeypatch, cores, gigabytes, workers):
    import dask.system
    import distributed.system

    monkeypatch.setattr(dask.system, "CPU_COUNT", cores)
    monkeypatch.setattr(distributed.system, "MEMORY_LIMIT", int(gigabytes * 1024**3))
    assert study._as_many_as_fit() == workers


# --- wrong input ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"models": "baselin"}, "There is no model 'baselin': choose one of baseline, separable_65k"),
        ({"models": [lambda seed: tiny(seed)]}, r"<lambda> at .* has no name .*: give it one, \{'name'"),
        ({"models": [partial(noting, folder=None)]}, "has no name to call its runs by"),
        ({"models": [tiny(0)]}, "A model is <Sequential .*; it must be a name, or a function that takes a seed"),
        ({"models": {"mine": lambda seed: LOCK}}, "for 'mine' can't be sent to workers .*: let it make"),
        ({"models": {"mine": 7}}, "A model is 7; it must be a name, or a function"),
        ({"models": {"a/b": tiny}}, "'a/b-plain-seed0' can't be a folder's name"),
        ({"models": [tiny, tiny]}, "Two runs would be called tiny-plain-seed0: give each model a name of its own"),
        ({"models": {"tiny": tiny, "Tiny": tiny}}, "Two runs would be called Tiny-plain-seed0"),
        ({"models": {"a": tiny, "a-b": tiny}, "recipes": [replace(PLAIN, name="b-c"), replace(PLAIN, name="c")]},
         "Two runs would be called a-b-c-seed0"),
        ({"models": []}, "nothing to run: give at least one model, one recipe and one seed"),
        ({"recipes": "quik"}, "There is no recipe 'quik': choose one of published_baseline"),
        ({"recipes": [3]}, "A recipe is 3; it must be a training.Recipe, or the name of one"),
        ({"recipes": [PLAIN, replace(PLAIN, epochs=4)]}, "Two runs would be called tiny-plain-seed0"),
        ({"seeds": 3}, r"seeds is 3; it must be a list of whole numbers, such as range\(3\)"),
        ({"seeds": [0, -1]}, "A seed is -1; it must be a whole number from 0 to"),
        ({"seeds": [0, 0]}, "and each seed once"),
        ({"epochs": 0}, "epochs is 0; it must be a whole number of at least 1"),
        ({"retries": -1}, "retries is -1; it must be a whole number of at least 0"),
        ({"workers": 0}, "workers is 0; it must be a whole number of at least 1"),
        ({"workers": 2, "scheduler": "tcp://127.0.0.1:1"}, "leave out either `workers` or `scheduler`"),
        ({"scheduler": "nonsense://x"}, "No scheduler answers at nonsense://x .*: see whether it runs"),
        ({"data": "/nowhere"}, "/nowhere does not exist"),
        ({"out": __file__}, "can't be made a folder"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_at_once(dask, data, tmp_path, monkeypatch, changes, sentence):
    if "scheduler" not in changes:
        monkeypatch.setattr(study, "_client", None)
    asked = {"models": tiny, "recipes": PLAIN, "seeds": [0], "data": data, "out": tmp_path / "study"} | changes
    with pytest.raises(ValueError, match=sentence):
        studies.run(**asked)
    assert not list(tmp_path.glob("study/*"))


def test_models_and_recipes_go_by_name(tmp_path):
    planned = grid(["baseline", tiny], ["quick"], range(2), 1, tmp_path)
    assert [one.name for one in planned] == [
        "baseline-quick-seed0", "baseline-quick-seed1", "tiny-quick-seed0", "tiny-quick-seed1"
    ]  # fmt: skip
    assert planned[0].make(0).name == "baseline" and planned[0].recipe.epochs == 1
    assert planned[0].folder == tmp_path / "baseline-quick-seed0"


def test_without_dask_there_is_one_sentence(data, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "dask", None)
    with pytest.raises(ImportError, match=r'needs dask, which is not here: pip install "dask\[distributed\]".$'):
        studies.run(tiny, PLAIN, [0], data, tmp_path)
