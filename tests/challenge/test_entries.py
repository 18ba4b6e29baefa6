"""Qualify, resume, verify and the board, on shapes with a few steps."""

import json
import shutil

import keras
import numpy as np
import pytest
from keras import layers

from course import challenge, runs, training
from course.challenge import board
from course.data import shapes

from dataclasses import replace


def small():
    body = [layers.Conv2D(4, 3, padding="same", strides=2, activation="relu") for _ in range(4)]
    end = [layers.Conv2D(4, 3, padding="same", activation="relu"), layers.GlobalAveragePooling2D()]
    return keras.Sequential([keras.Input((32, 32, 3)), *body, *end, layers.Dense(10, activation="softmax")])


@pytest.fixture(scope="module")
def quick():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "qualifier", replace(training.qualifier, epochs=2, steps_per_epoch=2, batch_size=32))
        yield


@pytest.fixture(scope="module")
def data():
    return shapes(400)


@pytest.fixture(scope="module")
def made(quick, data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("class") / "ada"
    challenge.qualify(small, data, out=folder, author="Ada")
    return folder


@pytest.fixture
def copy(made, tmp_path):
    return shutil.copytree(made, tmp_path / "copy")


def edit(folder, change):
    about = json.loads((folder / "run.json").read_text())
    change(about)
    (folder / "run.json").write_text(json.dumps(about))


def test_an_entry_is_verified_and_test_images_are_not_read(made, data):
    verdict = challenge.verify(made, data)
    assert verdict.ok, verdict
    changed = replace(data, test_images=255 - data.test_images)
    assert challenge.verify(made, changed).ok


def test_a_model_that_breaks_a_rule_is_not_trained(data):
    with pytest.raises(ValueError, match="receptive field"):
        challenge.qualify(lambda: keras.Sequential([
            keras.Input((32, 32, 3)), layers.Conv2D(4, 3, activation="relu"), layers.GlobalAveragePooling2D(),
            layers.Dense(10, activation="softmax"),
        ]), data)  # fmt: skip


def test_a_qualifier_resumes(made, quick, data, tmp_path, monkeypatch):
    real, calls = keras.Model.train_on_batch, []

    def stopped(*args, **kwargs):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "train_on_batch", stopped)
        assert challenge.qualify(small, data, out=tmp_path / "b").about["status"] == "interrupted"
    run = challenge.qualify(small, data, out=tmp_path / "b", resume=True)
    np.testing.assert_array_equal(runs.load(tmp_path / "b").probabilities, runs.load(made).probabilities)
    assert run.about["status"] == "complete" and challenge.verify(tmp_path / "b", data).ok


def other_weights(folder):
    about = json.loads((folder / "run.json").read_text())
    model = keras.models.model_from_json(json.dumps(about["challenge"]["config"]))
    model.set_weights([weight + 1 for weight in model.get_weights()])
    model.save_weights(folder / "weights.weights.h5")


def other_activation(about):
    for layer in about["challenge"]["config"]["config"]["layers"]:
        if layer["config"].get("activation") == "relu":
            layer["config"]["activation"] = "tanh"


def other_filters(about):
    for layer in about["challenge"]["config"]["config"]["layers"]:
        if layer["class_name"] == "Conv2D":
            layer["config"]["filters"] = 6


def stranger(about):
    about["challenge"]["config"]["config"]["layers"][1]["module"] = "os"


@pytest.mark.parametrize("tamper, words", [
    (lambda f: edit(f, lambda about: about.update(test_accuracy_last=0.99)), "claims 99.00 %"),
    (lambda f: edit(f, lambda about: about.update(parameters=5)), "claims 5 parameters"),
    (lambda f: edit(f, lambda about: about["challenge"].update(macs=5)), "claims 5 MACs"),
    (lambda f: edit(f, other_activation), "exchanged"),
    (lambda f: edit(f, other_filters), "don't fit"),
    (lambda f: edit(f, stranger), "not loaded"),
    (lambda f: edit(f, lambda about: about["recipe"].update(name="annealed")), "are not the qualifier's"),
    (other_weights, "exchanged"),
    (lambda f: (f / "weights.weights.h5").write_bytes(b"no"), "don't fit"),
    (lambda f: (f / "test_predictions.npz").unlink(), "no finished entry"),
    (lambda f: (f / "run.json").write_text("{"), "no finished entry"),
])  # fmt: skip
def test_a_tampered_entry_is_refused(copy, data, tamper, words):
    tamper(copy)
    verdict = challenge.verify(copy, data)
    assert not verdict.ok and words in str(verdict), verdict


def test_other_images_are_refused(made):
    assert "other images" in str(challenge.verify(made, shapes(400, seed=1)))


def test_the_board_of_a_class(made, copy, data):
    edit(copy, lambda about: about.update(test_accuracy_last=1.0))
    found = board(made.parent, copy, images="shapes", protocol="qualifier", data=data)
    assert [place.name for place in found.places] == ["Ada"]
    assert len(found.left_out) == 1 and "claims 100.00 %" in found.left_out[0]
    assert "Ada" in str(found) and "Ada" in found._repr_html_()


def test_kinds_of_images_and_protocols_are_not_mixed(made):
    official, copied = board(made), board(made, images="CIFAR-10 (JPEG copy)")
    assert sum(place.source == "public" for place in official.places) > 40
    assert {place.source for place in copied.places} == {"the kit's record"}
    assert "published_separable_65k" in [place.name for place in official.places]
    assert not any(place.own for place in (*official.places, *copied.places))
    with pytest.raises(ValueError, match="no folder"):
        board("nowhere")
    with pytest.raises(ValueError, match="protocol"):
        board(protocol="fast")
