"""The command line: what it prints, and how it ends."""

import json
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from course import MODELS, RECIPES, models, training
from course.__main__ import main
from course.arithmetic.row import COLUMNS
from course.data import Dataset


@pytest.fixture
def few_images(monkeypatch):
    """160 random images in place of a data set."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (160, 32, 32, 3), dtype=np.uint8)
    labels = np.arange(160) % 10
    few = Dataset(images[:128], labels[:128], images[128:], labels[128:], tuple("abcdefghij"), "Noise")
    monkeypatch.setattr("course.data.load", lambda path=None: few)
    # An epoch is one step: compiling would take longer.
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_ledger_prints_a_table(capsys):
    assert main(["ledger", "baseline"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("baseline, input 32×32×3") and "1,172,410" in out.splitlines()[-1]


def test_ledger_json(capsys):
    assert main(["ledger", "separable_65k", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["model", "input_shape", "parameters", "macs", "rows"]
    assert (found["model"], found["input_shape"], found["parameters"]) == ("separable_65k", [32, 32, 3], 65_101)
    assert list(found["rows"][0]) == ["name", "kind", *COLUMNS, "aligned", "inputs", "marks"]
    assert found["rows"][0]["receptive_field"] == 3
    assert sum(row["macs"] for row in found["rows"]) == found["macs"]


def test_train_writes_and_prints_the_record(few_images, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["train", "separable_99k", "--epochs", "1", "--out", str(out), "--json"]) == 0
    printed = capsys.readouterr()
    about = json.loads(printed.out)
    assert about == json.loads((out / "run.json").read_text())
    for key in (
        "model", "recipe", "seed", "epochs", "parameters", "data", "accelerated", "versions", "cpu_seconds",
        "wall_seconds", "test_accuracy_last", "test_accuracy_best", "best_epoch",
    ):  # fmt: skip
        assert key in about, key
    assert 0 <= about["test_accuracy_last"] <= 1 and about["epochs"] == 1
    assert "Epoch 1/1" in printed.err
    fresh = models.build("separable_99k", seed=5)
    fresh.load_weights(out / "weights.weights.h5")
    assert main(["train", "separable_99k", "--epochs", "2", "--out", str(out), "--resume"]) == 0
    assert "Epoch 2/2" in capsys.readouterr().out


def test_train_takes_cheaper_steps_when_asked(few_images, tmp_path, capsys):
    out = tmp_path / "run"
    assert main(["train", "separable_99k", "--epochs", "1", "--out", str(out), "--accelerate", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accelerated"] is True
    models.build("separable_99k").load_weights(out / "weights.weights.h5")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ledger", "resnet"], "There is no model 'resnet'"),
        (["train", "resnet"], "There is no model 'resnet'"),
        (["train", "baseline", "--recipe", "slow"], "There is no recipe 'slow'"),
        (["train", "baseline", "--data", "nowhere"], "nowhere does not exist"),
        (["data", "--data", "nowhere"], "nowhere does not exist"),
        (["challenge", "nowhere"], "There is no folder nowhere"),
        (["check", "tests", "--summary", "--csv", "nowhere/all.csv"], "nowhere/all.csv can't be written to"),
        (["check", "pyproject.toml", "--csv", "all.csv"], "give --summary with it"),
        (["check", "pyproject.toml", "--fix", "--json"], "leave --model, --all and --json."),
        (["notebooks", "99"], "begins with 99"),
        (["notebooks", "--data", "somewhere"], "--out"),
        (["notebooks", "--data", "somewhere", "--out", "elsewhere"], "somewhere does not exist"),
        (["notebooks", "--out", "pyproject.toml"], "pyproject.toml can't be written to"),
        (["challenge", "pyproject.toml"], "There is no folder pyproject.toml"),
        (["class", "pyproject.toml"], "pyproject.toml holds no recorded answers"),
        (["start", "pyproject.toml"], "pyproject.toml can't be written to"),
    ],
)
def test_a_wrong_request_gets_one_sentence_and_status_2(arguments, words, capsys):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and words in printed.err and printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["ledger"], "MODEL"),
        (["train", "baseline", "--epochs", "many"], "--epochs: it is 'many'; it must be a whole number"),
        (["train", "baseline", "--epochs", "0"], "--epochs: it is 0; it must be a whole number of at least 1."),
        (["train", "baseline", "--epochs", "2.5"], "--epochs: it is '2.5'"),
        (["train", "baseline", "--epochs", "9" * 5000], "--epochs: it is '99"),
        (["train", "baseline", "--seed", "-1"], "--seed: it is -1; it must be a whole number from 0 to 4,294,"),
        (["train", "baseline", "--seed", "4294967296"], "--seed: it is 4,294,967,296; it"),
        (["train", "baseline", "--seed", ""], "--seed: it is ''"),
    ],
)
def test_argparse_refuses_in_one_line(arguments, words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err
    assert ended.value.code == 2 and words in said and said.count("\n") == 1


def test_recipes_are_listed_each_on_a_line(capsys):
    assert main(["recipes"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(training.RECIPES)
    assert lines[1].endswith("50 epochs, batches of 128, adam at 0.001, constant, flip, zoom 0.1")


@pytest.mark.parametrize(
    "command",
    ["doctor", "data", "ledger", "check", "recipes", "train", "record", "challenge", "class", "notebooks"],
)
def test_help(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0 and f"python -m course {command}" in capsys.readouterr().out


def test_the_names_of_models_and_recipes_are_known_without_tensorflow():
    assert MODELS == tuple(models.MODELS) and RECIPES == tuple(training.RECIPES)
    code = (
        "import sys; from course.__main__ import main; wrong = ['train', 'baseline', '--recipe', 'slow']; "
        "print(main(['ledger', 'baselin']), main(['train', 'baselin']), main(wrong), 'tensorflow' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "2 2 2 False" and said.stderr.count("There is no model 'baselin': choose") == 2
    assert "There is no recipe 'slow': choose one of published_baseline, " in said.stderr
