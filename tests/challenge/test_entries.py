"""Entries: the protocol, what is recorded, how one goes on; verified, and refused when tampered with."""

import json
import shutil

import keras
import numpy as np
import pytest
from entries import build_model, images, layers

from course import challenge, runs, training
from course.challenge.saved import rebuilt
from course.training import loop


def about(folder):
    return json.loads((folder / "run.json").read_text())


def same(run, other):
    """Return whether two runs are the same, by what each epoch came to."""
    columns = ("loss", "accuracy", "val_loss", "val_accuracy")
    return all((run.column(key) == other.column(key)).all() for key in columns)


def test_the_qualifier_takes_three_minutes_of_the_recipe_that_wins():
    recipe = training.qualifier
    assert recipe.name == "qualifier" and recipe.monitor == "validation"
    # separable_65k: 1.22 s for 1,000 images on two idle cores, and 0.4 s to look at 1,000.
    seconds = 1.22 * recipe.epochs * 351 * 0.128 + 0.4 * (recipe.epochs * 5 + 10)
    assert 150 < seconds < 200


def test_an_entry_is_a_record_with_all_that_is_needed_to_rebuild_it(shared):
    run = runs.load(shared / "ada")
    entry = run.about["challenge"]
    assert run.name == "Ada" and run.about["status"] == "complete" and run.about["recipe"]["name"] == "qualifier"
    assert set(entry) == {"protocol", "macs", "config"} and entry["protocol"] == "qualifier"
    model = rebuilt(entry["config"])
    assert model.count_params() == run.about["parameters"] == build_model().count_params()
    model.load_weights(shared / "ada" / "weights.weights.h5")
    assert run.about["cpu_seconds"] > 0
    assert challenge.score(run) == run.epochs[-1]["val_accuracy"]
    other = runs.load(shared / "bob")
    assert challenge.score(other) == other.about["test_accuracy_last"] and not other.column("val_loss").size == 0


def test_the_score_of_a_qualifier_does_not_look_at_the_test_images(shared, data, tmp_path):
    changed = images()
    changed.test_images[:] = 0
    again = challenge.qualify(build_model, changed, name="Ada", out=tmp_path / "again")
    assert same(again, runs.load(shared / "ada"))


def test_training_starts_from_new_weights_and_leaves_the_model_alone(shared, data):
    model = build_model()
    for weight in model.weights:
        weight.assign(np.ones(weight.shape))
    run = challenge.qualify(model, data, name="Ada")
    assert same(run, runs.load(shared / "ada"))
    assert all((weight == 1).all() for weight in model.get_weights())


def press_stop_at(monkeypatch, step):
    """Let the stop button be pressed before a step; an epoch has six."""
    calls, batch = [], loop.batch

    def stops(*given, **settings):
        calls.append(1)
        if len(calls) == step:
            raise KeyboardInterrupt
        return batch(*given, **settings)

    monkeypatch.setattr(loop, "batch", stops)


@pytest.mark.parametrize(("step", "epochs", "found"), [(8, 1, "interrupted"), (2, 0, "not complete")])
def test_a_stopped_entry_goes_on_where_it_was(shared, data, tmp_path, monkeypatch, capsys, step, epochs, found):
    press_stop_at(monkeypatch, step)
    stopped = challenge.qualify(build_model, data, name="Ada", out=tmp_path / "ada")
    assert stopped.about["status"] == "interrupted"
    assert capsys.readouterr().out.splitlines()[-1] == (
        f"Stopped: {epochs} of 2 epochs are recorded. Make the same call, with the same out, to go on."
    )
    said = f"Its run is {found}. If it is an entry, make the same call with the same out to go on."
    assert str(challenge.verify(tmp_path / "ada", data)) == f"ada: refused. {said}"
    assert challenge.board(tmp_path).left_out == (f"ada: left out. {said}",)
    run = challenge.qualify(build_model, data, name="Ada", out=tmp_path / "ada")
    assert same(run, runs.load(shared / "ada"))
    assert challenge.verify(tmp_path / "ada", data).ok


def test_without_a_folder_a_stopped_entry_says_that_nothing_was_saved(data, monkeypatch, capsys):
    press_stop_at(monkeypatch, 8)
    challenge.qualify(build_model, data, name="Ada")
    assert capsys.readouterr().out.splitlines()[-1] == (
        "Stopped: 1 of 2 epochs are recorded. Nothing was saved on the disk: name a folder as out next time."
    )


@pytest.mark.parametrize("out", [True, False])
def test_an_entry_that_diverges_is_told_what_it_can_change(data, tmp_path, monkeypatch, capsys, out):
    steps, real = [], keras.Model.train_on_batch

    def diverges(*given, **settings):
        steps.append(1)
        return {**real(*given, **settings), "loss": np.nan if len(steps) == 8 else 1.0}

    monkeypatch.setattr(keras.Model, "train_on_batch", diverges)
    folder = tmp_path / "ada" if out else None
    run = challenge.qualify(build_model, data, name="Ada", out=folder)
    assert run.about["status"] == "diverged"
    assert capsys.readouterr().out.splitlines()[-1] == (
        "The loss stopped being a number in epoch 2: 1 of 2 epochs are recorded. The recipe of an entry is "
        "fixed, so change the network: is BatchNormalization there?"
        + (" Name another folder as out for it." if out else "")
    )
    if out:
        assert "are not numbers: change the network" in str(challenge.verify(folder, data))
        with pytest.raises(ValueError, match="choose another folder"):
            challenge.qualify(lambda: build_model(4), data, name="Ada", out=folder)


def reshaped():
    """Return a network of which the receptive field can't be known."""
    return keras.Sequential([
        keras.Input((32, 32, 3)), layers.Reshape((16, 16, 12)), layers.Conv2D(8, 16),
        layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax"),
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("given", "name", "words"),
    [
        (lambda: None, "Ada", "Ada can't be entered. Rule broken: builds a Keras model."),
        (reshaped, "Ada", "Ada can't be entered. Rule broken: the last map's receptive field spans the image"),
        (build_model, " ", "name is ' '"),
        (build_model, None, "name is None"),
        (build_model, 5, "name is 5; it must be what the board calls the entry"),
    ],
)
def test_what_can_not_be_entered_is_named(given, name, words, data):
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        challenge.qualify(given, data, name=name)


@pytest.mark.parametrize("entry", ["ada", "bob"])
def test_an_honest_entry_is_verified(entry, shared, data):
    verdict = challenge.verify(shared / entry, data)
    assert verdict.ok and str(verdict).endswith("%."), str(verdict)
    assert verdict.accuracy == challenge.score(runs.load(shared / entry))


def branched():
    """Return a network with a residual connection."""
    inputs = keras.Input((32, 32, 3))
    maps = layers.Conv2D(8, 9, strides=4, padding="same")(inputs)
    maps = layers.Add()([maps, layers.Conv2D(8, 7, padding="same", activation="relu")(maps)])
    return keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(maps)))


def test_an_entry_with_branches_is_verified(data, tmp_path):
    run = challenge.qualify(branched, data, name="Eve", out=tmp_path / "eve")
    # Read twice: Keras takes a functional model's configuration apart.
    for _ in range(2):
        assert rebuilt(run.about["challenge"]["config"]).count_params() == run.about["parameters"]
    verdict = challenge.verify(tmp_path / "eve", data)
    assert verdict.ok, str(verdict)


def claims(**changes):
    def tamper(folder):
        found = about(folder)
        found.update(changes)
        (folder / "run.json").write_text(json.dumps(found))

    return tamper


def part(key, value):
    def tamper(folder):
        found = about(folder)
        found["challenge"][key] = value
        (folder / "run.json").write_text(json.dumps(found))

    return tamper


def data_edited(**changes):
    return lambda folder: claims(data={**about(folder)["data"], **changes})(folder)


def without(*names):
    def tamper(folder):
        for name in names:
            (folder / name).unlink()

    return tamper


def epoch_edited(folder):
    lines = (folder / "epochs.csv").read_text().splitlines()
    lines[-1] = ",".join([*lines[-1].split(",")[:-1], "0.99"])
    (folder / "epochs.csv").write_text("\n".join(lines) + "\n")


def weights_swapped(folder):
    model = build_model()
    model.set_weights([weight + 1 for weight in model.get_weights()])
    model.save_weights(folder / "weights.weights.h5")


def config_swapped(folder):
    part("config", challenge.rules.described(build_model(12)))(folder)


def activation_swapped(folder):
    config = about(folder)["challenge"]["config"]
    config["config"]["layers"][1]["config"]["activation"] = "tanh"
    part("config", config)(folder)


def recipe_swapped(folder):
    claims(recipe={**about(folder)["recipe"], "learning_rate": 0.1})(folder)


def stranger(folder):
    config = about(folder)["challenge"]["config"]
    config["config"]["layers"][1].update(module="os", class_name="system")
    part("config", config)(folder)


def endless_weights(folder):
    config = about(folder)["challenge"]["config"]
    config["config"]["layers"][-1]["config"]["units"] = 10**9
    part("config", config)(folder)


def too_dear(folder):
    large = keras.Sequential([
        keras.Input((32, 32, 3)), layers.UpSampling2D(400), layers.GlobalAveragePooling2D(),
        layers.Dense(10, activation="softmax"),
    ])  # fmt: skip
    part("config", challenge.rules.described(large))(folder)


def predictions_edited(folder):
    run = runs.load(folder)
    run.probabilities = np.eye(10)[run.labels]
    runs.save(run, folder)


TAMPERED = {
    "accuracy in run.json": (claims(test_accuracy_last=0.99), "It claims 99.00 % on the test images"),
    "no accuracy": (claims(test_accuracy_last=None), "It claims no accuracy"),
    "accuracy in epochs.csv": (epoch_edited, "It claims 99.00 %, and its weights reach"),
    "predictions": (predictions_edited, "its stored predictions have 100.00 %"),
    "weights": (weights_swapped, "Its weights disagree with its stored predictions"),
    "weights that are none": (lambda f: (f / "weights.weights.h5").write_bytes(b"no"), "weights don't fit"),
    "no weights": (lambda f: (f / "weights.weights.h5").unlink(),
                   "It has no weights.weights.h5: copy the whole folder."),
    "configuration": (config_swapped, "parameters, and its network has"),
    "activation": (activation_swapped, "Its weights disagree with its stored predictions"),
    "parameters": (claims(parameters=5), "It claims 5 parameters, and its network has"),
    "MACs": (part("macs", 7), "It claims 7 MACs"),
    "recipe": (recipe_swapped, "Its recipe has learning_rate 0.1; that of the qualifier is 0.003"),
    "a stranger": (stranger, "names os.system"),
    "huge weights": (endless_weights, "too many parameters: 8,000,005,128 with dense"),
    "more than memory holds": (too_dear, "Rule broken: an image's maps fit 16 MiB"),
    "no configuration": (part("config", 5), "none of a network"),
    "another protocol": (part("protocol", "mine"), "none of an entry"),
    "no predictions": (lambda f: (f / "test_predictions.npz").unlink(),
                       "It has no test_predictions.npz: copy the whole folder."),
    "broken JSON": (lambda f: (f / "run.json").write_text("{"), "can't be read as a record"),
    "no record": (without("run.json", "checkpoint.npz", "checkpoint.previous.npz"),
                  "is no record: name an entry's"),
    "no record yet": (without("run.json"), "Its run is not complete. If it is an entry, make the same call"),
    "source": (data_edited(source="CIFAR-10"),
               "Its data has source 'CIFAR-10'; that of these images is 'Shapes (generated)'."),
    "training images": (data_edited(train_images=50_000),
                        "Its data has train_images 50000; that of these images is 400."),
    "test images": (data_edited(test_images=None), "Its data has test_images None; that of these images is 80."),
    "names": (data_edited(names=["a"]), "Its data has names ['a']; that of these images is ["),
    "a number without end": (claims(test_accuracy_last=10**400), "a number that is too large"),
    "a record without its parts": (lambda f: (f / "run.json").write_text(json.dumps(
        {"model": "a", "monitor": "test", "challenge": {"protocol": "qualifier"}})), "not as this kit writes it"),
}  # fmt: skip


@pytest.mark.parametrize("case", TAMPERED)
def test_a_tampered_entry_is_refused_with_what_disagrees(case, shared, data, tmp_path):
    tamper, words = TAMPERED[case]
    folder = shutil.copytree(shared / "ada", tmp_path / "ada")
    tamper(folder)
    verdict = challenge.verify(folder, data)
    assert not verdict.ok and words in str(verdict) and ": refused. " in str(verdict), str(verdict)


def test_each_part_of_the_data_that_differs_has_a_sentence(shared, data, tmp_path):
    folder = shutil.copytree(shared / "ada", tmp_path / "ada")
    data_edited(source="CIFAR-10", train_images=50_000)(folder)
    source, count = challenge.verify(folder, data).disagrees
    assert "source" in source and "train_images" in count
    assert challenge.board(folder, data=data).kinds == challenge.board().kinds


def test_a_word_is_a_folder_of_the_learners(shared, data, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "separable_65k is no record: name an entry's" in str(challenge.verify("separable_65k", data))
    shutil.copytree(shared / "ada", "separable_65k")
    verdict = challenge.verify("separable_65k", data)
    assert verdict.ok and verdict.name == "Ada"


@pytest.mark.parametrize(("given", "kind"), [(None, "NoneType"), ("shapes", "str")])
def test_data_that_is_none_is_the_callers_fault(shared, given, kind):
    with pytest.raises(ValueError, match=f"data is {kind}; it must be a Dataset, such as data.load"):
        challenge.verify(shared / "ada", given)


def test_other_images_are_named(shared):
    from course.data import shapes

    assert "other images" in str(challenge.verify(shared / "ada", shapes(400, seed=1)))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"seed": -1}, "seed is -1; it must be a whole number from 0 to 4,294,967,295."),
        ({"seed": "a"}, "seed is 'a'"),
        ({"out": 5}, "out is 5; it must be a path, in quotes."),
        ({"data": None}, "data is NoneType; it must be a Dataset"),
    ],
)
def test_other_wrong_arguments_are_refused_before_anything_is_built(changed, words, data):
    def never():
        raise AssertionError("It was built.")

    for enter in (challenge.qualify, challenge.full):
        with pytest.raises(ValueError) as caught:
            enter(never, **{"data": data, "name": "Ada", **changed})
        assert words in str(caught.value)
    with pytest.raises(ValueError, match="folder is None; it must be a path, in quotes."):
        challenge.verify(None, data)


def test_an_entry_with_arrays_and_called_activations_is_trained_and_verified(data, tmp_path):
    image = keras.Input((32, 32, 3))
    maps = layers.Rescaling(np.array([1.0, 2.0, 0.5]), offset=np.array([-0.5, 0.0, 0.1]))(image)
    maps = layers.Conv2D(8, 32, padding="same")(maps) * np.linspace(0.5, 2, 8, dtype=np.float32)
    maps = keras.activations.relu(maps + 0.1, negative_slope=0.2, max_value=3.0)
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    challenge.qualify(keras.Model(image, outputs), data, name="Arrays", out=tmp_path / "entry")
    assert challenge.verify(tmp_path / "entry", data).ok, challenge.verify(tmp_path / "entry", data)


def test_a_configuration_with_operations_and_gates_is_rebuilt():
    image = keras.Input((32, 32, 3))
    maps = layers.Conv2D(8, 32, padding="same")(image)
    gate = layers.Dense(8, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(maps))
    maps = keras.activations.silu(maps * gate + maps)
    outputs = layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(maps))
    found = challenge.check(keras.Model(image, outputs))
    assert found.ok, str(found)
