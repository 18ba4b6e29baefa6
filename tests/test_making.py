"""The table of the kit's records: whole, true to what the records say, and each made by its name."""

import json
import re
import shutil
from dataclasses import asdict

import numpy as np
import pytest
import tensorflow as tf
from test_setup import read

from course import experiments, making, models, runs, training
from course.__main__ import _parser, main
from course.data import DataError, Dataset
from course.experiments import compression
from course.making import RECORDS

HERE = runs.RECORDS
TRAININGS = {name: made.make.keywords for name, made in RECORDS.items() if hasattr(made.make, "keywords")}


def test_every_record_is_in_the_table_and_every_entry_is_a_record():
    there = {
        (file.parent if file.parent != runs.RECORDS else file.with_suffix("")).relative_to(runs.RECORDS).as_posix()
        for file in runs.RECORDS.rglob("*")
        if file.is_file()
    }
    # One that has come is awaited no more.
    assert there == {name for name, made in RECORDS.items() if not made.awaited}


@pytest.mark.parametrize("name", [name for name in TRAININGS if not RECORDS[name].awaited])
def test_the_table_says_what_the_record_says(name):
    how, about = TRAININGS[name], json.loads((runs.RECORDS / name / "run.json").read_text())
    recipe = {**asdict(training.Recipe("", 1)), **about["recipe"]}  # older records don't name what came later
    recipe["augmentation"] = {**asdict(training.Recipe("", 1).augmentation), **recipe["augmentation"]}
    assert asdict(how["recipe"]) == recipe
    assert how.get("seed", 0) == about["seed"] and how["title"] == about.get("name", about["model"])
    network = how.get("prepare", training.accelerate)(how["network"]())
    assert (network.name, network.count_params()) == (about["model"], about["parameters"])
    assert training.accelerated(network) == about["accelerated"]
    files = {path.name for path in (runs.RECORDS / name).iterdir()}
    kept = {"answers": "test_predictions.npz", "weights": making.WEIGHTS}
    assert files == {"run.json", "epochs.csv", *(kept[what] for what in how.get("keeps", ()))}
    source = about["data"]["source"]
    assert ("CIFAR-10" in source) == (RECORDS[name].needs == making.IMAGES)
    assert ("compressed once more" in source) == (how["images"] is making._compressed_once_more)


def test_all_records_together_stay_small():
    assert sum(path.stat().st_size for path in runs.RECORDS.rglob("*") if path.is_file()) < 10e6


def test_the_table_is_printed(capsys):
    assert main(["record"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[2:]] == list(RECORDS)
    assert "separable_99k with global average pooling: 10 epochs" in "\n".join(lines)
    to_come = [line.split()[0] for line in lines if line.endswith("to come")]
    assert to_come == [name for name, made in RECORDS.items() if made.awaited]


def test_commands_of_the_pages_are_those_that_the_parser_takes():
    listed = [f"record {name} --data DIR" for name in RECORDS]
    pages = [read(name) for name in ("README.md", "CONTRIBUTING.md")]
    shown = [line for page in pages for line in re.findall(r"`python -m course ([^`]*)`", page)]
    assert any(line.startswith("record ") for line in shown)
    for line in (*listed, *shown):
        options = _parser().parse_args(line.replace("'", "").split())
        if options.command == "record":
            assert all(making._matching(name) for name in options.names), line


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["separabel_65k"], "There is no record 'separabel_65k': did you mean separable_65k?"),
        (["zzz"], "There is no record 'zzz': 'python -m course record' lists them."),
        (["baseline", "zzz"], "There is no record 'zzz'"),
        (
            ["baseline", "--data", "nowhere"],
            "nowhere does not exist: name a folder that holds cifar-10-batches-py",
        ),
        (["published_separable_65k"], "is read from a report: name the folder that holds it with --data."),
        (["published_separable_65k", "--data", "tests"], "tests holds 0 files 000_*.txt, and the report on"),
        (["baseline*", "--data", "nowhere"], "baseline_runs was collected by hand"),
        (["submissions"], "submissions was collected by hand: results of 52 public submissions."),
    ],
)
def test_what_can_not_be_made_gets_one_sentence(arguments, words, capsys):
    assert main(["record", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and words in printed.err and printed.err.count("\n") == 1


def test_the_shapes_never_stand_in_for_cifar10(monkeypatch, tmp_path):
    monkeypatch.delenv("COURSE_DATA_DIR")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    with pytest.raises(DataError, match="name a folder or archive that you have with"):
        making.make(["suspect_seed"])


def test_several_are_made_by_one_pattern(monkeypatch):
    made = []
    monkeypatch.setattr(making, "RECORDS", {
        name: making.Record("", lambda name, where: made.append((name, where))) for name in RECORDS
    })  # fmt: skip
    assert making.make(["suspect_*", "pairs"], "somewhere")
    assert made == [(f"suspect_{one}", "somewhere") for one in ("plain", "float32", "seed", "jpeg")] + [
        ("pairs", "somewhere")
    ]


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """Records are written to an empty folder, and made from 160 random images."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (160, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(160) % 10
    few = Dataset(images[:128], labels[:128], images[128:], labels[128:], tuple("abcdefghij"), "CIFAR-10")
    monkeypatch.setattr(making.data, "cifar10", lambda where, download=False: few)
    monkeypatch.setattr(runs, "RECORDS", tmp_path / "records")
    monkeypatch.chdir(tmp_path)
    # An epoch is one step: compiling would take longer.
    tf.config.run_functions_eagerly(True)
    yield tmp_path / "records"
    tf.config.run_functions_eagerly(False)


def tiny():
    return models.keras.Sequential(
        [
            models.keras.Input((32, 32, 3)),
            models.keras.layers.Flatten(),
            models.keras.layers.Dense(10, activation="softmax"),
        ],
        name="tiny",
    )


def test_a_training_that_was_stopped_goes_on_and_leaves_its_curves(elsewhere, monkeypatch):
    recipe = training.Recipe("short", epochs=3)
    monkeypatch.setitem(RECORDS, "short", making._training(tiny, recipe, "tiny with seed 1", seed=1))
    monkeypatch.setitem(RECORDS, "after", making.Record("", None))
    train = training.train

    def stopped(*given, **how):
        def stop(run, part, steps):
            if len(run.epochs) == 1:
                raise KeyboardInterrupt

        return train(*given, **how, watch=stop)

    monkeypatch.setattr(training, "train", stopped)
    assert main(["record", "short", "after"]) == 1
    assert not elsewhere.exists()
    monkeypatch.setattr(training, "train", train)
    assert main(["record", "short"]) == 0
    run = runs.load(elsewhere / "short")
    assert (run.name, run.about["seed"], run.about["epochs"]) == ("tiny with seed 1", 1, 3)
    assert run.probabilities is None and run.about["test_accuracy_last"] == run.column("val_accuracy")[-1]
    assert {path.name for path in (elsewhere / "short").iterdir()} == {"run.json", "epochs.csv"}


def test_a_record_has_weights_and_predictions_where_it_keeps_them(elsewhere, monkeypatch):
    short = making._training(
        tiny, training.Recipe("short", epochs=1), "tiny", keeps=making.WHOLE
    )
    monkeypatch.setitem(RECORDS, "short", short)
    assert making.make(["short"])
    run = runs.load(elsewhere / "short")
    assert "name" not in run.about and run.probabilities.shape == (32, 10)
    network = tiny()
    network.load_weights(elsewhere / "short" / making.WEIGHTS)
    assert np.abs(training.predict(network, making.data.cifar10("").test_images) - run.probabilities).max() < 0.01


def test_robustness_is_measured_on_the_trained_networks(elsewhere, monkeypatch):
    recorded = json.loads((HERE / "robustness.json").read_text())["accuracy"]
    for name in recorded:
        shutil.copytree(HERE / name, elsewhere / name)
    monkeypatch.setattr(making.data, "DISTURBANCES", {"shifted": (0, 8)})
    assert making.make(["robustness"])
    found = json.loads((elsewhere / "robustness.json").read_text())
    assert found["data"] == "CIFAR-10" and list(found["accuracy"]) == list(recorded)
    network, images = models.build("separable_65k"), making.data.cifar10("")
    network.load_weights(elsewhere / "separable_65k" / making.WEIGHTS)
    right = training.predict(network, images.test_images).argmax(axis=1) == images.test_labels
    (strength, accuracy), (further, _) = found["accuracy"]["separable_65k"]["shifted"]
    assert (strength, further) == (0, 8) and abs(accuracy - right.mean()) < 0.1


def test_an_image_and_its_mirror_image_answer_together(elsewhere):
    recorded = json.loads((HERE / "flip_averaged.json").read_text())["accuracy"]
    for name in recorded:
        shutil.copytree(HERE / name, elsewhere / name)
        # What a run of its own said of the same images, but for the rounding of other batches.
        assert recorded[name][0] == pytest.approx(runs.load(name).about["test_accuracy_last"], abs=1e-3)
    assert making.make(["flip_averaged"])
    found = json.loads((elsewhere / "flip_averaged.json").read_text())["accuracy"]
    assert list(found) == list(recorded)
    network, images = making._trained("separable_65k"), making.data.cifar10("")
    views = images.test_images, np.flip(images.test_images, axis=2)
    answers = np.mean([training.predict(network, view) for view in views], axis=0)
    single = training.predict(network, views[0])
    right = [(each.argmax(axis=1) == images.test_labels).mean() for each in (single, answers)]
    assert found["separable_65k"] == pytest.approx(right)


def test_the_pairs_are_those_of_the_record(elsewhere, monkeypatch):
    kept = []
    monkeypatch.setitem(experiments.sweep.__globals__, "point", lambda *case: kept.append(case))
    monkeypatch.setattr(experiments, "save", lambda points, path: None)
    assert making.make(["pairs"])
    _, points = experiments.load()
    recorded = [(p.receptive_field, (p.distance_a, p.distance_b), p.by, p.seed) for p in points]
    assert sorted(map(str, kept)) == sorted(map(str, recorded))


def test_pairs_on_originals_and_twins_go_on_where_they_were_stopped(elsewhere, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(compression, "SEEDS", (0,))
    monkeypatch.setattr(compression, "RECIPES", {"tiny": training.Recipe("short", epochs=1, batch_size=16)})
    monkeypatch.setitem(models.MODELS, "tiny", tiny)
    few = making.data.cifar10("")
    with pytest.raises(ValueError, match="originals.npz can't be read .* with --data."):
        making.make(["compression"])
    np.savez(tmp_path / "originals.npz", orig=few.train_images[:100] // 2, index=np.arange(100))
    train = training.train

    def stopped(*given, **how):
        def stop(run, part, steps):
            raise KeyboardInterrupt

        return train(*given, **how | {"watch": stop})

    monkeypatch.setattr(training, "train", stopped)
    assert main(["record", "compression", "--data", str(tmp_path)]) == 1
    assert "interrupted, after 0 of 1 epochs" in capsys.readouterr().out and not elsewhere.exists()
    monkeypatch.setattr(training, "train", train)
    elsewhere.mkdir()
    assert making.make(["compression"], tmp_path)
    found = json.loads((elsewhere / "compression.json").read_text())
    assert found["images"] == 100
    assert [(row["network"], row["seed"], row["trained_on"]) for row in found["runs"]] == [
        ("tiny", 0, "originals"), ("tiny", 0, "twins")
    ]  # fmt: skip
    assert all(row["test_accuracy"].keys() == {"originals", "twins"} for row in found["runs"])
    np.savez(tmp_path / "originals.npz", orig=few.train_images[:100], index=np.arange(100) + 100)
    with pytest.raises(ValueError, match="originals.npz can't be read"):
        making.make(["compression"], tmp_path)
    (tmp_path / "originals.npz").write_bytes(b"PK cut short")
    with pytest.raises(ValueError, match="originals.npz can't be read"):
        making.make(["compression"], tmp_path)
