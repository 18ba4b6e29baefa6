"""A run survives being killed, damaged files, a full disk and a second process, to the last bit."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from thorough import THOROUGH, thorough
from tiny_runs import RECIPE, arrays_in, dataset, figures, network, same_record, same_state, state

from course import runs
from course.training import checkpoint, loop, predict, train

CHECKPOINT, PREVIOUS = "checkpoint.npz", "checkpoint.previous.npz"


@pytest.fixture(scope="module", autouse=True)
def eagerly():
    """Run what Keras would compile step by step: compiling takes longer than these runs do."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def data():
    return dataset()


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    """A run of four epochs without a break: its folder, record and final state."""
    folder, model = tmp_path_factory.mktemp("runs") / "whole", network()
    run = train(model, data, RECIPE, seed=1, out=folder)
    return folder, run, state(model)


@pytest.fixture(scope="module")
def stopped(data, tmp_path_factory):
    """A folder whose run was stopped within its third epoch."""
    real, folder = loop.batch, tmp_path_factory.mktemp("runs") / "stopped"

    def batch(*arguments, **which):
        if (which["epoch"], which["step"]) == (2, 1):
            raise KeyboardInterrupt
        return real(*arguments, **which)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "batch", batch)
        train(network(), data, RECIPE, seed=1, out=folder)
    return folder


@pytest.fixture
def begun(stopped, tmp_path):
    """A copy of it, to go on with."""
    return shutil.copytree(stopped, tmp_path / "run")


def go_on(folder, data, **changes):
    model = network(seed=6)
    asked = {"seed": 1, "out": folder, "resume": True} | changes
    return train(model, data, RECIPE, **asked), state(model)


def ends_as(whole, folder, run, final):
    return figures(run) == figures(whole[1]) and same_state(final, whole[2]) and same_record(folder, whole[0])


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def position(path):
    """How many epochs, and steps of the next, a checkpoint holds."""
    run, part, _ = checkpoint._read(path)
    return len(run.epochs), len(part.losses)


# --- what is saved -------------------------------------------------------------------------------


def test_a_checkpoint_after_every_step_changes_no_result(whole, data, tmp_path):
    model = network()
    run = train(model, data, RECIPE, seed=1, out=tmp_path, checkpoint_minutes=0)
    assert ends_as(whole, tmp_path, run, state(model))


def saved_positions(monkeypatch, clock=None):
    found, real = [], checkpoint.RunFolder.save

    def save(self, model, run, part):
        real(self, model, run, part)
        found.append(position(self.folder / CHECKPOINT))

    monkeypatch.setattr(checkpoint.RunFolder, "save", save)
    if clock:
        monkeypatch.setattr(checkpoint.time, "monotonic", clock)
    return found


def test_checkpoints_come_after_so_many_minutes_and_after_every_epoch(data, tmp_path, monkeypatch):
    minutes = iter(np.arange(0, 99, 0.5))  # half a minute from one look at the clock to the next
    found = saved_positions(monkeypatch, lambda: 60 * next(minutes))
    train(network(), data, RECIPE, epochs=1, seed=1, out=tmp_path / "every", checkpoint_minutes=0.5)
    assert found == [(0, 1), (0, 2), (1, 0), (1, 0)]
    del found[:]
    train(network(), data, RECIPE, epochs=1, seed=1, out=tmp_path / "second", checkpoint_minutes=1)
    assert found == [(0, 2), (1, 0), (1, 0)]
    del found[:]
    train(network(), data, RECIPE, epochs=1, seed=1, out=tmp_path / "none", checkpoint_minutes=60)
    assert found == [(1, 0), (1, 0)]


def test_within_an_epoch_only_the_checkpoint_is_written(data, tmp_path, monkeypatch):
    written, real = [], runs.replacing.__enter__
    monkeypatch.setattr(
        runs.replacing, "__enter__", lambda self: (written.append(self.target.name), real(self))[1]
    )
    train(network(), data, RECIPE, epochs=1, seed=1, out=tmp_path, checkpoint_minutes=0)
    assert written[:2] == [CHECKPOINT] * 2
    assert sorted(written[2:7]) == [
        CHECKPOINT, "epochs.csv", "run.json", "test_predictions.npz", "weights.weights.h5"
    ]  # fmt: skip


def test_the_previous_checkpoint_is_the_one_before(begun):
    assert position(begun / CHECKPOINT) == (2, 1) and position(begun / PREVIOUS) == (2, 0)


def test_files_reach_the_disk_before_they_are_moved(data, tmp_path, monkeypatch):
    done, flush, move = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda file: (done.append(os.fstat(file).st_ino), flush(file)))
    monkeypatch.setattr(os, "replace", lambda a, b: (done.append((os.stat(a).st_ino, b.name)), move(a, b)))
    train(network(), data, RECIPE, epochs=1, seed=1, out=tmp_path)
    moved = [now for now in done if isinstance(now, tuple) and now[1] != PREVIOUS]
    assert len(moved) >= 6
    assert all(done.index(now[0]) < done.index(now) for now in moved)


def test_seconds_go_on_from_the_checkpoint(begun, data, whole):
    _, part, _ = checkpoint._read(begun / CHECKPOINT)
    assert part.seconds > 0 and part.cpu_seconds > 0
    path = begun / CHECKPOINT
    with np.load(path) as stored:
        arrays = dict(stored)
    record = json.loads(arrays["record"].item())
    record["unfinished"]["seconds"], record["unfinished"]["cpu_seconds"] = 5000.0, 7000.0
    np.savez(path, **arrays | {"record": np.array(json.dumps(record))})
    run, _ = go_on(begun, data)
    assert run.epochs[2]["seconds"] > 5000 > run.epochs[3]["seconds"]
    assert run.about["wall_seconds"] == pytest.approx(run.column("seconds").sum())
    assert run.about["cpu_seconds"] > 7000


def test_a_run_begun_beyond_what_is_asked_for_is_refused(begun, data):
    before = contents(begun)
    with pytest.raises(ValueError, match="holds 3 epochs, more than the 2 asked for"):
        go_on(begun, data, epochs=2)
    assert contents(begun) == before


def test_a_folder_with_nothing_but_a_checkpoint_holds_a_run(data, tmp_path, monkeypatch, whole):
    with monkeypatch.context() as patch:
        patch.setattr(loop, "predict", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        train(network(), data, RECIPE, seed=1, out=tmp_path)
    assert {path.name for path in tmp_path.iterdir()} - {".lock"} == {CHECKPOINT}
    with pytest.raises(ValueError, match="already holds a run: choose another folder, or resume it"):
        go_on(tmp_path, data, resume=False)
    assert ends_as(whole, tmp_path, *go_on(tmp_path, data))


def test_a_record_that_a_killed_process_did_not_write_is_written_at_once(data, tmp_path, whole, monkeypatch):
    train(network(), data, RECIPE, epochs=2, seed=1, out=tmp_path)
    for name in ("run.json", "epochs.csv", "test_predictions.npz", "weights.weights.h5"):
        (tmp_path / name).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(loop, "batch", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        go_on(tmp_path, data)
    stored = runs.load(tmp_path)
    assert figures(stored) == figures(whole[1])[:2] and stored.about["status"] == "interrupted"
    fresh = network(seed=9)
    fresh.load_weights(tmp_path / "weights.weights.h5")
    assert np.abs(predict(fresh, data.test_images) - stored.probabilities).max() < 1e-3


def test_a_record_of_another_epoch_keeps_its_own_status(begun, data, whole, monkeypatch):
    # Weights, predictions and rows belong together: here those of four epochs, though training is in the third.
    for name in ("run.json", "epochs.csv", "test_predictions.npz", "weights.weights.h5"):
        shutil.copy(whole[0] / name, begun / name)
    with monkeypatch.context() as patch:
        patch.setattr(loop, "batch", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        go_on(begun, data)
    assert same_record(begun, whole[0])
    assert ends_as(whole, begun, *go_on(begun, data))


# --- damaged files -------------------------------------------------------------------------------


def foreign(_):
    return (Path(checkpoint.__file__).parents[1] / "records" / "baseline" / "test_predictions.npz").read_bytes()


DAMAGES = {
    "truncated": lambda content: content[: len(content) // 2],
    "without its end": lambda content: content[:-1],
    "empty": lambda content: b"",
    "text": lambda content: b"not a checkpoint",
    "one bit": lambda content: content[:5000] + bytes([content[5000] ^ 4]) + content[5001:],
    "foreign": foreign,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_the_previous_checkpoint_serves_where_the_last_is_damaged(begun, data, whole, capsys, damage):
    bad = damage((begun / CHECKPOINT).read_bytes())
    (begun / CHECKPOINT).write_bytes(bad)
    capsys.readouterr()
    run, final = go_on(begun, data)
    said = capsys.readouterr().out.splitlines()[0]
    assert said.startswith(f"{begun / CHECKPOINT} can't be read (")
    assert said.endswith(
        "): it is kept as checkpoint.damaged-1.npz, and training goes on from the checkpoint before it."
    )
    assert (begun / "checkpoint.damaged-1.npz").read_bytes() == bad
    assert ends_as(whole, begun, run, final)
    # Damaged again, it takes another name.
    (begun / CHECKPOINT).write_bytes(b"worse")
    assert ends_as(whole, begun, *go_on(begun, data))
    assert (begun / "checkpoint.damaged-1.npz").read_bytes() == bad
    assert (begun / "checkpoint.damaged-2.npz").read_bytes() == b"worse"


def test_a_damaged_checkpoint_never_becomes_the_previous_one(begun, data, monkeypatch):
    good = (begun / PREVIOUS).read_bytes()
    (begun / CHECKPOINT).write_bytes(b"damaged")
    with monkeypatch.context() as patch:
        patch.setattr(loop, "predict", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        go_on(begun, data)
    assert (begun / PREVIOUS).read_bytes() == good and position(begun / CHECKPOINT) == (2, 2)


def test_no_flipped_bit_goes_unnoticed(begun):
    content = (begun / CHECKPOINT).read_bytes()
    run, part, values = checkpoint._read(begun / CHECKPOINT)
    rng, noticed = random.Random(0), 0
    for _ in range(300):
        bad = bytearray(content)
        bad[rng.randrange(len(bad))] ^= 1 << rng.randrange(8)
        (begun / CHECKPOINT).write_bytes(bad)
        try:
            again = checkpoint._read(begun / CHECKPOINT)
        except Exception:
            noticed += 1
        else:  # such as the date of a part
            assert again[0].about == run.about and again[0].epochs == run.epochs and again[1] == part
            assert same_state(again[2], values) and (again[0].probabilities == run.probabilities).all()
    assert noticed > 200


@pytest.mark.parametrize("previous", [None, b"damaged too"])
def test_without_a_good_checkpoint_nothing_is_touched(begun, data, previous):
    (begun / CHECKPOINT).write_bytes(b"damaged")
    (begun / PREVIOUS).unlink()
    if previous:
        (begun / PREVIOUS).write_bytes(previous)
    before = contents(begun)
    sentence = rf"^{begun / CHECKPOINT} can't be read \(.*\)"
    sentence += rf" and {begun / PREVIOUS} can't be read \(.*\)" if previous else ""
    with pytest.raises(ValueError, match=sentence + ": train into another folder.$"):
        go_on(begun, data)
    assert contents(begun) == before


def test_the_previous_checkpoint_serves_where_there_is_no_last(begun, data, whole, capsys):
    (begun / CHECKPOINT).unlink()
    capsys.readouterr()
    assert ends_as(whole, begun, *go_on(begun, data))
    assert "can't be read" not in capsys.readouterr().out


def test_a_previous_checkpoint_of_another_run_is_refused_and_nothing_touched(begun, data):
    (begun / CHECKPOINT).write_bytes(b"damaged")
    before = contents(begun)
    with pytest.raises(ValueError, match="holds a run with seed 1, not 2"):
        go_on(begun, data, seed=2)
    assert contents(begun) == before


def test_a_checkpoint_of_the_kits_first_version_gets_a_sentence(begun, data):
    for name in (CHECKPOINT, PREVIOUS):
        np.savez(begun / name, **{"epochs": 2, "0": np.zeros(3)})
    with pytest.raises(ValueError, match=r"can't be read \(an earlier version of this kit wrote it\)"):
        go_on(begun, data)


# --- a full disk ---------------------------------------------------------------------------------

FILES = [CHECKPOINT, "weights.weights.h5", "run.json", "epochs.csv", "test_predictions.npz"]


def fill_the_disk(monkeypatch, full):
    """Let the system refuse to make a file longer than half of what it should be, where `full(file)`."""
    resource = pytest.importorskip("resource")
    limit, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    enter, leave = runs.replacing.__enter__, runs.replacing.__exit__
    sizes = {}

    def entering(self):
        if full(self.target.name):
            resource.setrlimit(resource.RLIMIT_FSIZE, (sizes[self.target.name] // 2, most))
        return enter(self)

    def leaving(self, *why):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
        if self.draft.exists() and why[0] is None:
            sizes[self.target.name] = self.draft.stat().st_size
        return leave(self, *why)

    monkeypatch.setattr(runs.replacing, "__enter__", entering)
    monkeypatch.setattr(runs.replacing, "__exit__", leaving)


@pytest.mark.parametrize("file", FILES)
def test_a_full_disk_ends_no_training(whole, data, tmp_path, monkeypatch, capsys, file):
    calls = []

    def full(name):
        calls.extend([1] if name == file else [])
        return name == file and len(calls) in (2, 3)  # at the end of the second and the third epoch

    model = network()
    with monkeypatch.context() as patch:
        fill_the_disk(patch, full)
        run = train(model, data, RECIPE, seed=1, out=tmp_path)
    assert run.about["status"] == "complete" and ends_as(whole, tmp_path, run, state(model))
    said = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("Epoch")]
    what = "The checkpoint" if file == CHECKPOINT else "The record"
    assert said == 2 * [
        f"{what} can't be written to {tmp_path} (File too large): make room there; training goes on, "
        "and what was saved before is kept."
    ]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".") and path.name != ".lock"]


def test_a_disk_that_stays_full_keeps_the_last_good_checkpoint(whole, data, tmp_path, monkeypatch):
    calls = []

    def full(name):
        calls.extend([1] if name == CHECKPOINT else [])
        return len(calls) > 3  # after the second step of the second epoch

    model = network()
    with monkeypatch.context() as patch:
        fill_the_disk(patch, full)
        run = train(model, data, RECIPE, seed=1, out=tmp_path, checkpoint_minutes=0)
    assert figures(run) == figures(whole[1]) and same_state(state(model), whole[2])
    assert position(tmp_path / CHECKPOINT) == (1, 0) and len(runs.load(tmp_path).epochs) == 1
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".") and path.name != ".lock"]
    assert ends_as(whole, tmp_path, *go_on(tmp_path, data))


def test_an_older_checkpoint_takes_no_newer_record_back(whole, data, tmp_path, monkeypatch):
    calls = []

    def full(name):
        calls.extend([1] if name == CHECKPOINT else [])
        return name == CHECKPOINT and len(calls) > 2  # checkpoints are larger than records

    with monkeypatch.context() as patch:
        fill_the_disk(patch, full)
        train(network(), data, RECIPE, seed=1, out=tmp_path)
    assert position(tmp_path / CHECKPOINT) == (2, 0) and same_record(tmp_path, whole[0])
    with monkeypatch.context() as patch:
        patch.setattr(loop, "batch", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        go_on(tmp_path, data)
    assert same_record(tmp_path, whole[0])
    assert ends_as(whole, tmp_path, *go_on(tmp_path, data))


def test_a_folder_that_cannot_be_written_to_is_refused_before_training(data, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_finish_epoch", None)

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(checkpoint.FileLock, "acquire", denied)
    with pytest.raises(ValueError, match="can't be made a folder to write to .Permission denied.: choose another"):
        train(network(), data, RECIPE, out=tmp_path / "run")


# --- a killed process ----------------------------------------------------------------------------

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")


class Attempts:
    """The program attempts.py: trains in processes that can be killed."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("attempts.py")],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def start(self, folder, quicker=False, die=None):
        """Start to train; returns the process's id."""
        self.process.stdin.write(json.dumps({"folder": str(folder), "quicker": quicker, "die": die}) + "\n")
        self.process.stdin.flush()
        return int(self.word().removeprefix("pid "))

    def word(self):
        """Return what the process says next."""
        word = self.process.stdout.readline().strip()
        assert word, "attempts.py has ended"
        return word

    def end(self, last=""):
        """Wait for the end of training; returns the wait status, and what was done last."""
        while not (word := self.word()).startswith("ended "):
            last = word
        return int(word.removeprefix("ended ")), last

    def kill_from_outside(self, folder, quicker, steps, seconds):
        """Train, and kill the process so many seconds after so many steps; returns what `end` does."""
        process = self.start(folder, quicker)
        while steps:
            if (word := self.word()).startswith("ended "):
                return int(word.removeprefix("ended ")), ""
            steps -= word == "step"
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        return self.end("step")

    def kill_at(self, folder, quicker, *moment):
        """Train until the process kills itself at a moment; returns what `end` does."""
        self.start(folder, quicker, moment)
        return self.end()


@pytest.fixture(scope="module")
def attempts():
    program = Attempts()
    yield program
    program.process.stdin.close()
    program.process.wait()


def everything(folder):
    """All that a finished run's folder holds, but for the time it took."""
    with np.load(folder / CHECKPOINT) as stored:
        found = {f"checkpoint {name}": stored[name] for name in stored.files if name != "record"}
        record = json.loads(stored["record"].item())
    run = runs.load(folder)
    assert run.about["status"] == record["about"]["status"] == "complete"
    for about in (run.about, record["about"]):
        assert about.pop("wall_seconds") > 0 and about.pop("cpu_seconds") > 0
    for row in (*run.epochs, *record["epochs"]):
        assert row.pop("seconds") > 0
    found |= {f"weights {name}": array for name, array in arrays_in(folder).items()}
    found |= {"labels": run.labels, "probabilities": run.probabilities}
    words = [run.about, run.epochs, record["about"], record["epochs"], record["unfinished"]["losses"]]
    return found | {"words": np.array(json.dumps(words))}


def differing(one, other):
    """The names of what is not the same to the last bit."""
    return [
        name
        for name in sorted(one.keys() | other.keys())
        if not (name in one and name in other and one[name].tobytes() == other[name].tobytes())
    ]


DOING = {
    "": "at its start", "batch": "making a batch", "step": "in a step", "save": "saving", "saved": "having saved"
}  # fmt: skip


def kills(rng, every_moment):
    """Moments at which a process is killed: at each step of each file's saving, and at random ones."""
    moments = ["half written", "written", "flushed", "old one moved", "in place"]
    found = [(moment, CHECKPOINT, rng.randint(1, 3)) for moment in moments]
    found += [(rng.choice(moments[:3]), name, rng.randint(1, 2)) for name in FILES[1:]]
    found += [("in place", name, rng.randint(1, 2)) for name in FILES[1:]]
    rng.shuffle(found)
    found = found if every_moment else found[:4]
    found += [("outside", rng.randint(1, 4), rng.uniform(0, 0.03)) for _ in range(9 if THOROUGH else 1)]
    rng.shuffle(found)
    return found


@needs_fork
@thorough
@pytest.mark.parametrize("quicker", [False, True], ids=["plain", "accelerated"])
def test_a_run_killed_again_and_again_ends_as_one_that_was_not(attempts, tmp_path, quicker):
    attempts.start(tmp_path / "whole", quicker)
    assert attempts.end()[0] == 0
    expected = everything(tmp_path / "whole")
    # What is compared holds the state of the dropout's generator: a seed, and the number of draws from it.
    (state,) = [array for array in expected.values() if array.shape == (2,) and array.dtype.kind in "iu"]
    assert state[1] == 5 * 4

    rng, count, folder, finished = random.Random(quicker), Counter(), tmp_path / "run_0", 0
    # What is saved, and how, is the same for both; an accelerated network is slower to start.
    moments = kills(rng, every_moment=THOROUGH or not quicker)
    for kind, *how in moments:
        attempt = attempts.kill_from_outside if kind == "outside" else attempts.kill_at
        arguments = how if kind == "outside" else (kind, *how)
        while (died := attempt(folder, quicker, *arguments))[0] == 0:  # the run's end came before the kill
            assert differing(everything(folder), expected) == []
            finished += 1
            folder = tmp_path / f"run_{finished}"
        assert died[0] == signal.SIGKILL
        count[f"at random, {DOING[died[1]]}" if kind == "outside" else f"{how[0]} {kind}"] += 1
        # Whenever it dies, the last checkpoint is whole or the previous one is, and the record can be read.
        last = folder / CHECKPOINT
        if (folder / PREVIOUS).exists() or last.exists():
            checkpoint._read(last if last.exists() else folder / PREVIOUS)
        if (folder / "run.json").exists():
            runs.load(folder)
    attempts.start(folder, quicker)
    assert attempts.end()[0] == 0
    assert differing(everything(folder), expected) == []
    left = {path.name for path in folder.iterdir()}
    assert left - {".lock"} == {CHECKPOINT, PREVIOUS, "weights.weights.h5", *FILES[2:]}
    kinds = [f"{number} {kind}" for kind, number in sorted(count.items())]
    print(f"\n{sum(count.values())} SIGKILLs in {finished + 1} runs:", *kinds, sep="\n  ")
    assert sum(count.values()) == len(moments) == (22 if THOROUGH else 5 if quicker else 14)


@needs_fork
def test_a_second_process_is_refused_until_the_first_is_gone(attempts, tmp_path):
    folder = tmp_path / "run"
    process = attempts.start(folder, die=("wait", "", 3))
    while attempts.word() != "waiting":
        pass
    before = contents(folder)
    for resume in (True, False):
        with pytest.raises(ValueError, match="Another process is training into .*run: wait until it ends, or ch"):
            train(network(), dataset(), RECIPE, seed=1, out=folder, resume=resume)
    assert contents(folder) == before
    os.kill(process, signal.SIGKILL)
    assert attempts.end()[0] == signal.SIGKILL
    attempts.start(folder)
    assert attempts.end()[0] == 0 and len(runs.load(folder).epochs) == 5
