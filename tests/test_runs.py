"""Run records: written whole or not at all, read back as they were, refused when they are no records."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

from course import runs

ABOUT = {"model": "tiny", "monitor": "test", "seed": 0}


def row(epoch, val_accuracy=0.5, **changes):
    made = {"epoch": epoch, "seconds": 1.5, "loss": 2.0 / epoch, "accuracy": 0.1 * epoch, "val_loss": 1.0 / 3}
    return made | {"val_accuracy": val_accuracy} | changes


def predictions(count=50, classes=4, seed=0):
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(classes), count).astype(np.float32)
    return rng.integers(0, classes, count), probabilities


@pytest.fixture
def record(tmp_path):
    labels, probabilities = predictions()
    run = runs.Run(dict(ABOUT), [row(1, 0.25), row(2, 0.75), row(3, 0.5)], labels, probabilities)
    return runs.save(run.summarise(), tmp_path / "a" / "record")


# --- there and back ------------------------------------------------------------------------------


def test_a_record_comes_back_as_it_was(record):
    again = runs.load(record)
    labels, probabilities = predictions()
    assert again.epochs == [row(1, 0.25), row(2, 0.75), row(3, 0.5)]
    assert again.about == ABOUT | {
        "epochs": 3, "test_accuracy_last": 0.5, "test_accuracy_best": 0.75, "best_epoch": 2
    }
    assert again.labels.dtype == np.int64 and (again.labels == labels).all()
    assert again.probabilities.dtype == np.float32
    assert np.abs(again.probabilities - probabilities).max() < 5e-4  # kept as float16


def test_a_run_is_shown_in_a_line(record):
    run = runs.load(record)
    run.about["data"] = {"source": "Shapes (generated)"}
    run.about["challenge"] = {"config": ["a layer"] * 1000}
    assert repr(run) == "Run('tiny', 3 epochs, Shapes (generated))"


def test_what_was_not_measured_comes_back_as_such(tmp_path):
    rows = [row(1, None, val_loss=None), row(2, math.nan), row(3, 0.1 + 0.2, loss=math.inf, accuracy=1e-300)]
    again = runs.load(runs.save(runs.Run(dict(ABOUT), rows), tmp_path))
    assert again.epochs[0] == rows[0] and again.epochs[2] == rows[2]
    assert math.isnan(again.epochs[1]["val_accuracy"])
    assert np.isnan(again.column("val_accuracy")).tolist() == [True, True, False]
    assert again.labels is None and again.probabilities is None


def test_numpy_numbers_are_written_as_plain_ones(tmp_path):
    about = ABOUT | {"seed": np.int64(7), "cpu_seconds": np.float32(0.5), "accelerated": np.bool_(True)}
    again = runs.load(runs.save(runs.Run(about, [row(1, np.float64(0.125))]), tmp_path))
    assert again.about == ABOUT | {"seed": 7, "cpu_seconds": 0.5, "accelerated": True}
    assert again.epochs[0]["val_accuracy"] == 0.125


def test_stored_predictions_keep_the_predicted_class(tmp_path):
    # Neighbours in float32 are equal in float16, where argmax would name the first of them.
    close = np.float32([[0.25, 0.3, 0.30001, 0.14999], [0.4001, 0.4, 0.1999, 0], [0.5, 0.49999, 0.00001, 0]])
    assert close.astype(np.float16).argmax(axis=1)[0] == 1  # the trap is there
    again = runs.load(runs.save(runs.Run(dict(ABOUT), [row(1)], np.arange(3), close), tmp_path))
    assert again.probabilities.argmax(axis=1).tolist() == [2, 0, 0]
    assert np.abs(again.probabilities - close).max() < 5e-4


def test_a_run_without_predictions_leaves_no_older_ones(record):
    runs.save(runs.Run(dict(ABOUT), [row(1)]), record)
    assert runs.load(record).probabilities is None


def test_the_files_are_the_same_on_every_system(record):
    for name in ("run.json", "epochs.csv"):
        content = (record / name).read_bytes()
        assert b"\r" not in content and content.endswith(b"\n") and content.isascii()


# --- figures that sum a run up -------------------------------------------------------------------


def test_columns():
    run = runs.Run(dict(ABOUT), [row(1), row(2)])
    assert run.column("loss").tolist() == [2.0, 1.0] and run.column("epoch").dtype == float
    assert runs.Run(dict(ABOUT)).column("loss").shape == (0,)
    with pytest.raises(ValueError, match="no column 'val_acc': choose one of epoch, seconds, loss"):
        run.column("val_acc")


@pytest.mark.parametrize(
    ("accuracies", "last", "best", "best_epoch"),
    [
        ([], None, None, None),
        ([0.5], 0.5, 0.5, 1),
        ([0.5, 0.75, 0.75, 0.25], 0.25, 0.75, 2),
        ([None, 0.5, None], None, 0.5, 2),
        ([None, math.nan], None, None, None),
    ],
)
def test_last_and_best_on_the_test_images(accuracies, last, best, best_epoch):
    run = runs.Run(dict(ABOUT), [row(i, value) for i, value in enumerate(accuracies, start=1)]).summarise()
    found = [run.about[k] for k in ("test_accuracy_last", "test_accuracy_best", "best_epoch", "epochs")]
    assert found == [last, best, best_epoch, len(accuracies)]
    json.dumps(run.about, allow_nan=False)


def test_validation_images_choose_an_epoch_but_no_best_test_accuracy():
    labels, probabilities = predictions()
    run = runs.Run(ABOUT | {"monitor": "validation"}, [row(1, 0.9), row(2, 0.8)])
    run.summarise()
    assert run.about["test_accuracy_last"] is None
    assert run.about["test_accuracy_best"] is None and run.about["best_epoch"] == 1
    run.labels, run.probabilities = labels, probabilities
    run.summarise()
    assert run.about["test_accuracy_last"] == np.mean(probabilities.argmax(axis=1) == labels)
    assert run.about["test_accuracy_best"] is None


def test_a_run_is_called_by_its_name_or_its_model():
    assert runs.Run(dict(ABOUT)).name == "tiny"
    assert runs.Run(ABOUT | {"name": "tiny, published"}).name == "tiny, published"


# --- what is no record ---------------------------------------------------------------------------


def test_a_missing_record_gets_a_sentence_with_the_names(tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="no_such_run is no record: name a folder with a run.json"):
        runs.load("no_such_run")
    with pytest.raises(ValueError, match="is no record"):
        runs.load(tmp_path)
    monkeypatch.setattr(runs, "RECORDS", tmp_path)
    with pytest.raises(ValueError, match=r"one of the kit's \(none yet\)"):
        runs.load("no_such_run")


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda folder: runs.load(None), "name is None; it must be a path, in quotes."),
        (lambda folder: runs.load(["baseline"]), "name is ('baseline'); it must be a path, in quotes."),
        (lambda folder: runs.load(runs.load("baseline")), "name is Run('baseline', "),
        (lambda folder: runs.save(None, folder), "run is None; it must be a run, such as runs.load('baseline')"),
        (lambda folder: runs.save(runs.Run(dict(ABOUT)), None), "folder is None; it must be a path, in quotes."),
        (lambda folder: runs.save(runs.Run(dict(ABOUT)), __file__), "test_runs.py is a file: name a folder"),
        (lambda folder: runs.Run("baseline"), "about is 'baseline'; it must be the content of a run.json"),
        (lambda folder: runs.Run(dict(ABOUT), [None]), "One of epochs is None; it must be a dict"),
        (lambda folder: runs.Run(dict(ABOUT), 3), "epochs is 3; it must be a list"),
        (lambda folder: runs.Run(dict(ABOUT)).column(["loss"]), "A run has no column ('loss'): choose one of"),
    ],
)
def test_what_is_no_run_or_folder_gets_one_sentence(call, words, tmp_path):
    with pytest.raises(ValueError) as caught:
        call(tmp_path)
    assert words in str(caught.value) and not list(tmp_path.iterdir())


@pytest.mark.parametrize("share", [0, 0.3, 0.9])
@pytest.mark.parametrize("name", ["run.json", "epochs.csv", "test_predictions.npz"])
def test_a_truncated_file_gets_a_sentence(record, name, share):
    content = (record / name).read_bytes()
    (record / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=r"can't be read as a record \(.+\); train again or restore it"):
        runs.load(record)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("run.json", "[]"),
        ("run.json", "3"),
        ("run.json", '{"model": "tiny"}'),
        ("run.json", '{"lock": 1, "monitor": "test"}'),
        ("epochs.csv", "a,b\n1,2\n"),
        ("epochs.csv", ",".join(runs.COLUMNS) + "\n1,2,3,4,5,6,7\n"),
        ("epochs.csv", ",".join(runs.COLUMNS) + "\n1,2,3,4,5,six\n"),
        ("epochs.csv", ",".join(runs.COLUMNS) + "\n1.5,2,3,4,5,6\n"),
        ("test_predictions.npz", "not a zip"),
    ],
)
def test_a_foreign_file_gets_a_sentence(record, name, content):
    (record / name).write_text(content)
    with pytest.raises(ValueError, match="can't be read as a record"):
        runs.load(record)


def test_a_damaged_or_foreign_npz_gets_a_sentence(record):
    path = record / "test_predictions.npz"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)
    with pytest.raises(ValueError, match="can't be read as a record"):
        runs.load(record)
    np.savez(path, something=np.arange(3))
    with pytest.raises(ValueError, match="can't be read as a record"):
        runs.load(record)
    np.savez(path, labels=np.array([{}]), probabilities=np.array([print]))  # pickled objects
    with pytest.raises(ValueError, match="can't be read as a record"):
        runs.load(record)


def test_a_missing_file_gets_a_sentence(record):
    (record / "epochs.csv").unlink()
    with pytest.raises(ValueError, match="can't be read as a record .*epochs.csv"):
        runs.load(record)


# --- the kit's own -------------------------------------------------------------------------------


def test_names_are_those_of_folders_with_a_record(tmp_path, monkeypatch):
    monkeypatch.setattr(runs, "RECORDS", tmp_path / "none")
    assert runs.names() == []
    monkeypatch.setattr(runs, "RECORDS", tmp_path)
    for name in ("b", "a"):
        runs.save(runs.Run(dict(ABOUT), [row(1)]), tmp_path / name)
    (tmp_path / "c").mkdir()
    (tmp_path / "list.csv").touch()
    assert runs.names() == ["a", "b"]
    assert runs.load("a").epochs == [row(1)]


def test_a_path_is_never_taken_for_the_name_of_a_record(tmp_path, monkeypatch):
    runs.save(runs.Run(dict(ABOUT), [row(1)]), tmp_path / "baseline")
    monkeypatch.chdir(tmp_path)
    for path in ("./baseline", Path("baseline"), tmp_path / "baseline"):
        assert runs.load(path).epochs == [row(1)]
    assert runs.load("baseline").about["model"] == "baseline"


def test_every_record_of_the_kit_is_whole():
    for name in runs.names():
        run = runs.load(name)
        said = dict(run.about)
        assert run.summarise().about == said, name
        assert run.column("epoch").tolist() == list(range(1, said["epochs"] + 1))
        if run.probabilities is not None:
            right = (run.probabilities.argmax(axis=1) == run.labels).mean()
            assert right == pytest.approx(said["test_accuracy_last"], abs=1e-9), name


# --- whole or not at all -------------------------------------------------------------------------


def test_replacing_puts_the_file_in_its_place(tmp_path):
    with runs.replacing(tmp_path / "file") as path:
        path.write_text("new")
        assert path.parent == tmp_path and not (tmp_path / "file").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "new"


@pytest.mark.parametrize("why", [OSError, KeyboardInterrupt])
def test_replacing_leaves_the_old_file_and_nothing_else_when_writing_fails(tmp_path, why):
    (tmp_path / "file").write_text("old")
    with pytest.raises(why), runs.replacing(tmp_path / "file") as path:
        path.write_text("half of the n")
        raise why
    with pytest.raises(why), runs.replacing(tmp_path / "file"):
        raise why  # before anything was written
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_replacing_leaves_the_old_file_and_nothing_else_when_moving_fails(tmp_path, monkeypatch):
    def fail(*_):
        raise PermissionError("another program holds the file open")

    (tmp_path / "file").write_text("old")
    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(PermissionError), runs.replacing(tmp_path / "file") as path:
        path.write_text("new")
    assert [p.name for p in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_a_save_that_fails_leaves_a_record_that_loads(record):
    before = {path.name: path.read_bytes() for path in record.iterdir()}
    with pytest.raises(TypeError):
        runs.save(runs.Run(ABOUT | {"model": object()}, [row(1)]), record)
    assert {path.name: path.read_bytes() for path in record.iterdir()} == before


def test_a_run_reads_itself():
    epochs = [{"epoch": 1, "val_accuracy": 0.5}, {"epoch": 2}, {"epoch": 3, "val_accuracy": 0.6}]
    run = runs.Run({"model": "m", "monitor": "test", "published": True, "data": "the archive"}, epochs)
    assert (run.title, run.source, run.monitored) == ("m (published)", "the archive", ("test", None))
    assert [list(part) for part in run.readings()] == [[1, 3], [0.5, 0.6]]
    assert len(run.readings("loss")[0]) == 0
    data = {"source": "CIFAR-10", "train_images": 50_000, "test_images": 10_000}
    run = runs.Run({"model": "m", "name": "mine", "monitor": "validation", "data": data})
    assert (run.title, run.source, run.monitored) == ("mine", "CIFAR-10", ("validation", 5000))
    assert runs.Run({"model": "m"}).source == "data not recorded"
