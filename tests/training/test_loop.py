"""Training, resuming, stopping and failing, with a network and images so small that it takes seconds."""

import functools
import linecache
import os
import re
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from tiny_runs import CLASSES, RECIPE, arrays_in, dataset, figures, network, same_record, same_state, state

from course import progress, runs
from course.data import Augmentation, DataError
from course.training import checkpoint, loop, predict, train
from course.training.about import _fingerprint as fingerprint
from course.training.setting import Averages

keras = loop.keras
layers = keras.layers

@pytest.fixture(scope="module", autouse=True)
def eagerly():
    """Run what Keras would compile step by step: compiling takes longer than these runs do."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def compiled():
    tf.config.run_functions_eagerly(False)
    yield
    tf.config.run_functions_eagerly(True)


@pytest.fixture(scope="module")
def data():
    return dataset()


class Whole:
    """A run of four epochs without a break: what it printed, returned, changed and wrote."""


@pytest.fixture(scope="module")
def whole(data, tmp_path_factory):
    out = Whole()
    out.folder = tmp_path_factory.mktemp("runs") / "new" / "whole"
    out.model = network()
    with pytest.MonkeyPatch.context() as patch:
        out.lines = []
        patch.setattr("builtins.print", lambda *words, **_: out.lines.append(" ".join(words)))
        out.run = train(out.model, data, RECIPE, seed=1, out=out.folder)
    out.state = state(out.model)
    return out


def interrupt(monkeypatch, epoch, step):
    """Let the stop button be pressed while a batch is made."""
    real = loop.batch

    def batch(*arguments, **which):
        if (which["epoch"], which["step"]) == (epoch, step):
            raise KeyboardInterrupt
        return real(*arguments, **which)

    monkeypatch.setattr(loop, "batch", batch)


# --- a run ---------------------------------------------------------------------------------------


def test_it_learns(whole):
    assert [row["epoch"] for row in whole.run.epochs] == [1, 2, 3, 4]
    assert whole.run.column("loss")[-1] < 0.9 * whole.run.column("loss")[0]


def test_the_record_says_what_was_run(whole, data):
    about = whole.run.about
    assert (about["model"], about["seed"], about["status"]) == ("tiny", 1, "complete")
    assert about["parameters"] == whole.model.count_params()
    assert about["epochs"] == 4 and about["recipe"]["epochs"] == 4 and about["monitor"] == "test"
    assert about["recipe"]["augmentation"] == {"flip": True, "crop": 2, "zoom": 0.1, "cutout": 0}
    assert about["data"]["fingerprint"] == data.fingerprint and about["data"]["train_images"] == 96
    assert about["versions"].keys() == {"python", "keras", "tensorflow", "numpy"}
    accuracies = whole.run.column("val_accuracy")
    assert about["test_accuracy_last"] == accuracies[-1]
    assert about["test_accuracy_best"] == accuracies.max() == accuracies[about["best_epoch"] - 1]
    assert about["wall_seconds"] == pytest.approx(whole.run.column("seconds").sum())
    assert about["cpu_seconds"] > 0


def test_the_record_on_disk_is_the_one_returned(whole):
    again = runs.load(whole.folder)
    assert again.about == whole.run.about and again.epochs == whole.run.epochs
    assert (again.labels == whole.run.labels).all()
    assert np.abs(again.probabilities - whole.run.probabilities).max() < 1e-3
    assert sorted(path.name for path in whole.folder.iterdir() if path.name != ".lock") == [
        "checkpoint.npz", "checkpoint.previous.npz", "epochs.csv", "run.json", "test_predictions.npz",
        "weights.weights.h5",
    ]  # fmt: skip


def test_epoch_lines_have_the_published_form(whole):
    number = r"\d+\.\d{4}"
    form = (
        rf"Epoch (\d)/4 - \d+s - \d+ms/step - loss: {number} - accuracy: {number}"
        rf" - val_loss: {number} - val_accuracy: {number}"
    )
    assert [re.fullmatch(form, line)[1] for line in whole.lines] == ["1", "2", "3", "4"]


def test_stored_weights_give_the_stored_predictions(whole, data):
    fresh = network(seed=9)
    fresh.load_weights(whole.folder / "weights.weights.h5")
    again = predict(fresh, data.test_images)
    assert np.abs(again - whole.run.probabilities).max() < 1e-6
    assert np.abs(predict(network(seed=9), data.test_images) - again).max() > 1e-3


def test_the_weights_file_holds_no_optimizer(whole):
    arrays = arrays_in(whole.folder)
    assert arrays and not [name for name in arrays if "optimizer" in name]
    assert sum(array.size for array in arrays.values()) == whole.model.count_params()


def test_the_same_seed_gives_the_same_run_and_another_seed_another(whole, data):
    again = network()
    run = train(again, data, RECIPE, seed=1)
    assert figures(run) == figures(whole.run) and same_state(state(again), whole.state)
    other = train(network(), data, RECIPE, epochs=1, seed=2)
    assert figures(other)[0] != figures(whole.run)[0]


def test_training_leaves_the_data_as_it_was(whole, data):
    assert data.fingerprint == dataset().fingerprint


def test_figures_are_those_of_keras(whole, data):
    scores = whole.model.evaluate(data.test_images / np.float32(255), data.test_labels, verbose=0)
    last = whole.run.epochs[-1]
    assert scores == pytest.approx([last["val_loss"], last["val_accuracy"]], rel=1e-5)


def test_an_epochs_figures_are_means_over_its_images(data):
    # With steps this small the network stays what it was, and both batches count alike.
    model = network(norm=False)
    still = replace(RECIPE, learning_rate=1e-12, augmentation=Augmentation(), epochs=1)
    (row,) = train(model, data, still).epochs
    probabilities = predict(model, data.train_images)
    assert row["loss"] == pytest.approx(loop._cross_entropy(probabilities, data.train_labels), rel=1e-5)
    assert row["accuracy"] == pytest.approx((probabilities.argmax(axis=1) == data.train_labels).mean())


def test_cross_entropy_agrees_with_keras():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.full(5, 0.3), 200).astype(np.float32)
    probabilities[:3] = np.eye(5, dtype=np.float32)[:3]  # certain and right, certain and wrong
    labels = np.concatenate([[0, 2, 2], rng.integers(0, 5, 197)])
    wanted = float(keras.losses.SparseCategoricalCrossentropy()(labels, probabilities))
    assert loop._cross_entropy(probabilities, labels) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("batch_size", [1, 7, 30, 500])
def test_predict_takes_any_batch_size(whole, data, batch_size):
    found = predict(whole.model, data.test_images[:30], batch_size=batch_size)
    assert found.dtype == np.float32 and found.shape == (30, CLASSES)
    assert np.abs(found - whole.run.probabilities).max() < 1e-5


def test_predict_refuses_floats(whole, data):
    with pytest.raises(DataError, match="images has dtype float64; .* multiply by 255"):
        predict(whole.model, data.test_images / 255)


# --- resuming ------------------------------------------------------------------------------------


def test_a_resumed_run_equals_one_without_a_break(data, tmp_path, monkeypatch, compiled):
    with monkeypatch.context() as patch:
        interrupt(patch, epoch=2, step=1)
        assert len(train(network(), data, RECIPE, seed=1, out=tmp_path / "resumed").epochs) == 2
    without_break, resumed = network(), network(seed=5)
    whole = train(without_break, data, RECIPE, seed=1, out=tmp_path / "whole")
    run = train(resumed, data, RECIPE, seed=1, out=tmp_path / "resumed", resume=True)
    assert run.about["status"] == "complete"
    assert figures(run) == figures(whole)
    assert same_state(state(resumed), state(without_break))
    assert same_record(tmp_path / "resumed", tmp_path / "whole")


def test_a_finished_run_goes_on_to_more_epochs(whole, data, tmp_path):
    train(network(), data, RECIPE, epochs=2, seed=1, out=tmp_path)
    model = network()
    run = train(model, data, RECIPE, epochs=4, seed=1, out=tmp_path, resume=True)
    assert figures(run) == figures(whole.run) and same_state(state(model), whole.state)
    assert same_record(tmp_path, whole.folder)


def test_resuming_what_is_finished_changes_nothing(whole, data, monkeypatch):
    monkeypatch.setattr(loop, "_finish_epoch", None)
    files = ("run.json", "epochs.csv", "checkpoint.npz")
    before = [(whole.folder / name).read_bytes() for name in files]
    model = network(seed=7)
    run = train(model, data, RECIPE, seed=1, out=whole.folder, resume=True)
    assert run.about == whole.run.about and run.epochs == whole.run.epochs
    assert same_state(state(model), whole.state)
    assert [(whole.folder / name).read_bytes() for name in files] == before


def test_resuming_from_an_empty_folder_starts_a_run(data, tmp_path, whole):
    run = train(network(), data, RECIPE, epochs=1, seed=1, out=tmp_path / "new", resume=True)
    assert figures(run) == figures(whole.run)[:1]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"model": {"name": "other"}}, "holds a run with model tiny, not other: choose another folder"),
        ({"model": {"filters": 5}}, "holds a run with parameters"),
        ({"seed": 2}, "holds a run with seed 1, not 2"),
        ({"data": {"seed": 3}}, "holds a run with images of fingerprint"),
        ({"recipe": {"learning_rate": 0.01}}, "holds a run with the recipe's learning_rate 0.02, not 0.01"),
        ({"recipe": {"augmentation": Augmentation()}}, "the recipe's augmentation"),
        ({"recipe": {"monitor": "validation"}}, "the recipe's monitor test, not validation"),
        ({"recipe": {"epochs": 3}}, "holds 4 epochs, more than the 3 asked for"),
    ],
)
def test_another_run_is_no_run_to_resume(whole, changes, sentence):
    files = {path.name: path.read_bytes() for path in whole.folder.iterdir()}
    with pytest.raises(ValueError, match=sentence):
        train(
            network(**changes.get("model", {})),
            dataset(**changes.get("data", {})),
            replace(RECIPE, **changes.get("recipe", {})),
            seed=changes.get("seed", 1),
            out=whole.folder,
            resume=True,
        )
    assert {path.name: path.read_bytes() for path in whole.folder.iterdir()} == files


def test_a_network_of_the_same_size_and_name_but_other_shapes_is_refused(data, tmp_path):
    def wide(*kernel):
        stack = [keras.Input((32, 32, 3)), layers.Conv2D(2, kernel), layers.GlobalAveragePooling2D()]
        return keras.Sequential([*stack, layers.Dense(CLASSES, activation="softmax")], name="tiny")

    train(wide(1, 3), data, RECIPE, epochs=1, out=tmp_path)
    with pytest.raises(ValueError, match="holds a run of another network"):
        train(wide(3, 1), data, RECIPE, out=tmp_path, resume=True)


@pytest.mark.parametrize("setting", [{"activation": "relu"}, {"strides": 2}])
def test_a_network_with_a_layer_set_otherwise_is_refused(data, tmp_path, setting):
    def mine(**setting):
        stack = [keras.Input((32, 32, 3)), layers.Conv2D(2, 3, **setting), layers.GlobalAveragePooling2D()]
        return keras.Sequential([*stack, layers.Dense(CLASSES, activation="softmax")], name="tiny")

    train(mine(), data, RECIPE, epochs=1, out=tmp_path)
    with pytest.raises(ValueError, match="holds a run of another network"):
        train(mine(**setting), data, RECIPE, out=tmp_path, resume=True)
    assert len(train(mine(), data, RECIPE, epochs=2, out=tmp_path, resume=True).epochs) == 2


WIRINGS = {
    "another join": lambda a, b: layers.Multiply()([a, b]),
    "another operation": lambda a, b: a * b,
    "another number": lambda a, b: a + 2 * b,
    "another array": lambda a, b: a - b * np.array([1.0, 2.0], "float32"),
    "another order": lambda a, b: b - a,
    "another slice": lambda a, b: a - b[..., ::-1],
    "a layer again": lambda a, b: layers.Subtract()([a, b]),
}


def test_arrays_are_told_apart_by_their_values_and_what_keras_cant_write_is_no_obstacle():
    def print_of(by):
        return fingerprint(joined(lambda a, b: a - b * np.array([1.0, by], "float32")))

    assert print_of(2.0) == print_of(2.0) != print_of(3.0)
    relu = functools.partial(keras.activations.relu, max_value=6)
    assert len(fingerprint(joined(lambda a, b: layers.Activation(relu)(a - b)))) == 16


def test_a_layer_as_an_activation_is_the_same_one_when_it_is_built_again():
    def print_of(slope):
        return fingerprint(joined(lambda a, b: layers.Activation(layers.LeakyReLU(slope))(a - b)))

    assert print_of(0.1) == print_of(0.1) != print_of(0.2)


def print_of_layer(layer, **images):
    inputs = keras.Input((32, 32, 3), **images)
    pooled = layers.GlobalAveragePooling2D()(layer(inputs))
    return fingerprint(keras.Model(inputs, layers.Dense(CLASSES, activation="softmax")(pooled)))


@pytest.mark.parametrize("holder", [layers.Lambda, layers.Activation], ids=["Lambda", "Activation"])
def test_a_lambda_is_the_same_one_wherever_it_was_written(holder, monkeypatch):
    # A kernel that was restarted names a notebook's cells otherwise.
    def print_of(factor, cell):
        source = "\n" * cell + f"written = lambda x: x * {factor} if x.shape[-1] in {{3, 4}} else (lambda: x)()"
        name, found = f"<cell {cell}>", {}
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        exec(compile(source, name, "exec"), found)
        return print_of_layer(holder(found["written"]))

    assert print_of(2, cell=0) == print_of(2, cell=3) != print_of(4, cell=0)


def test_lambdas_are_told_apart_by_what_they_take_from_outside():
    def print_of(default, outside):
        return print_of_layer(layers.Lambda(lambda x, by=default: x * by + outside))

    assert print_of(1, 2) == print_of(1, 2) and len({print_of(1, 2), print_of(3, 2), print_of(1, 3)}) == 3


def test_a_layer_shared_with_a_model_in_the_model_is_told_from_one_that_is_not():
    def print_of(shared):
        first, other = (layers.Conv2D(3, 3, padding="same") for _ in range(2))
        inner = keras.Sequential([keras.Input((32, 32, 3)), first if shared else other])
        return print_of_layer(lambda images: other(inner(first(images))))

    assert print_of(True) == print_of(True) != print_of(False)


class Own(keras.Model):
    def __init__(self, skips, within, **settings):
        super().__init__(**settings)
        self.skips, self.within = skips, within

    def call(self, x):
        return self.within(x) + x if self.skips else self.within(x)

    def get_config(self):
        return {"skips": self.skips}


class OwnLayer(layers.Layer):
    def __init__(self, within):
        super().__init__()
        self.within = within

    def call(self, x):
        return self.within(x)


def test_what_a_learners_own_layers_and_models_hold_is_told_apart():
    def own(skips, kernel):
        return print_of_layer(Own(skips, layers.Conv2D(3, kernel, padding="same")))

    def own_layer(kernel):
        return print_of_layer(OwnLayer(layers.Conv2D(3, kernel)))

    assert own(True, 3) == own(True, 3) and len({own(True, 3), own(False, 3), own(True, 5)}) == 3
    assert own_layer((1, 3)) == own_layer((1, 3)) != own_layer((3, 1))


def test_images_taken_as_whole_numbers_are_told_from_images_taken_as_they_are():
    assert print_of_layer(layers.ReLU()) != print_of_layer(layers.ReLU(), dtype="int32")


def joined(join):
    """Return a network whose two paths are joined, with a model in the model; Keras numbers most names."""
    images = keras.Input((32, 32, 3))
    paths = [layers.Conv2D(2, 3, strides=8, activation=activation)(images) for activation in (None, "relu")]
    inner = keras.Sequential([keras.Input((4, 4, 2)), layers.ReLU(), layers.GlobalAveragePooling2D()])
    outputs = layers.Dense(CLASSES, activation="softmax")(inner(join(*paths)))
    return keras.Model(images, outputs, name="joined")


@pytest.fixture(scope="module")
def of_joined(data, tmp_path_factory):
    """A folder with a run of one epoch."""
    folder = tmp_path_factory.mktemp("joined")
    train(joined(lambda a, b: a - b), data, RECIPE, epochs=1, out=folder)
    return folder


@pytest.mark.parametrize("join", WIRINGS.values(), ids=WIRINGS)
def test_a_network_wired_otherwise_is_refused(data, of_joined, join):
    with pytest.raises(ValueError, match="of this one set otherwise .*how layers are wired"):
        train(joined(join), data, RECIPE, epochs=2, out=of_joined, resume=True)


def test_a_model_in_a_model_goes_on_when_it_is_built_again(data, of_joined, tmp_path):
    folder = shutil.copytree(of_joined, tmp_path / "copy")
    assert len(train(joined(lambda a, b: a - b), data, RECIPE, epochs=2, out=folder, resume=True).epochs) == 2


def test_another_keras_that_words_settings_otherwise_goes_on(data, tmp_path, monkeypatch):
    train(network(), data, RECIPE, epochs=1, out=tmp_path)
    monkeypatch.setattr("course.training.about._fingerprint", lambda model: "worded otherwise")
    with pytest.raises(ValueError, match="holds a run of another network, or of this one set otherwise"):
        train(network(), data, RECIPE, epochs=2, out=tmp_path, resume=True)
    monkeypatch.setattr(keras, "__version__", "4.0")
    assert len(train(network(), data, RECIPE, epochs=2, out=tmp_path, resume=True).epochs) == 2


def test_a_run_that_goes_on_elsewhere_says_so(data, tmp_path, monkeypatch):
    train(network(), data, RECIPE, epochs=1, out=tmp_path)
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    run = train(network(), data, RECIPE, epochs=2, out=tmp_path, resume=True)
    (note,) = (note for note in runs.load(tmp_path).about["notes"] if "machine" in note)
    assert note.startswith("After epoch 1, machine: ") and note.endswith("64 cores.")
    assert note in run.about["notes"]


def test_a_record_without_its_checkpoint_is_never_overwritten(whole, data, tmp_path):
    folder = tmp_path / "copy"
    shutil.copytree(whole.folder, folder, ignore=shutil.ignore_patterns("checkpoint*"))
    before = (folder / "run.json").read_bytes()
    with pytest.raises(ValueError, match="holds a record without checkpoint.npz: train into another folder"):
        train(network(), data, RECIPE, seed=1, out=folder, resume=True)
    assert (folder / "run.json").read_bytes() == before


def test_a_folder_with_a_run_is_refused_without_resume(whole, data):
    before = (whole.folder / "run.json").read_bytes()
    with pytest.raises(ValueError, match="already holds a run: choose another folder, or resume it"):
        train(network(), data, RECIPE, seed=1, out=whole.folder)
    assert (whole.folder / "run.json").read_bytes() == before


# --- stopping ------------------------------------------------------------------------------------


def test_an_interruption_keeps_the_finished_epochs(whole, data, tmp_path, monkeypatch, capsys):
    interrupt(monkeypatch, epoch=1, step=1)
    model = network()
    run = train(model, data, RECIPE, seed=1, out=tmp_path)
    assert run.about["status"] == "interrupted" and run.about["epochs"] == 1
    assert figures(run) == figures(whole.run)[:1]
    assert capsys.readouterr().out.splitlines()[1:] == [
        "Stopped: 1 of 4 epochs are recorded. The model keeps what it has learnt; resume=True (or --resume) "
        "goes on from the last checkpoint."
    ]
    stored = runs.load(tmp_path)
    assert stored.about == run.about and stored.epochs == run.epochs
    # On disk are the weights of the last whole epoch, which gave the stored predictions ...
    fresh = network(seed=9)
    fresh.load_weights(tmp_path / "weights.weights.h5")
    assert np.abs(predict(fresh, data.test_images) - run.probabilities).max() < 1e-6
    # ... while the model in memory has learnt one more batch.
    assert np.abs(model.get_weights()[0] - fresh.get_weights()[0]).max() > 0


@pytest.mark.parametrize("out", [True, False])
def test_an_interruption_before_the_very_first_step(data, tmp_path, monkeypatch, capsys, out):
    interrupt(monkeypatch, epoch=0, step=0)
    folder = tmp_path / "run" if out else None
    run = train(network(), data, RECIPE, out=folder)
    assert run.about["status"] == "interrupted" and run.epochs == [] and run.about["epochs"] == 0
    assert run.about["test_accuracy_last"] is None and run.probabilities is None
    assert capsys.readouterr().out == (
        "Stopped: 0 of 4 epochs are recorded. The model keeps what it has learnt.\n"
    )
    monkeypatch.undo()
    if out:
        assert {path.name for path in folder.iterdir()} <= {".lock"}
        assert len(train(network(), data, RECIPE, epochs=1, out=folder).epochs) == 1  # nothing in the way


def test_who_resumes_already_is_told_of_the_same_call(data, tmp_path, monkeypatch, capsys):
    interrupt(monkeypatch, epoch=0, step=1)
    train(network(), data, RECIPE, out=tmp_path, resume=True)
    assert capsys.readouterr().out == (
        "Stopped: 0 of 4 epochs are recorded. The model keeps what it has learnt; the same call goes on from "
        "the last checkpoint.\n"
    )


def test_a_caller_can_give_its_own_advice(data, monkeypatch, capsys):
    own = {"interrupted": "Knock twice.", "diverged": "Think again."}
    train(network(norm=False), data, replace(RECIPE, learning_rate=1e30), advice=own)
    assert capsys.readouterr().out == (
        "The loss stopped being a number in epoch 1: 0 of 4 epochs are recorded. Think again.\n"
    )
    interrupt(monkeypatch, epoch=0, step=0)
    train(network(), data, RECIPE, advice=own)
    assert capsys.readouterr().out == "Stopped: 0 of 4 epochs are recorded. Knock twice.\n"


def press_stop_in(monkeypatch, owner, name, call):
    """Let Ctrl-C be pressed within the given call of a function, as it truly is: by a signal."""
    real, calls = getattr(owner, name), []

    def pressed(*arguments, **others):
        calls.append(name)
        if len(calls) == call:
            os.kill(os.getpid(), signal.SIGINT)
        return real(*arguments, **others)

    monkeypatch.setattr(owner, name, pressed)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends the process instead")
@pytest.mark.parametrize(
    ("owner", "name", "call", "epochs", "steps"),
    [
        (keras.Model, "train_on_batch", 4, 1, 2),  # the second epoch's last step: its validation is still to do
        (keras.Model, "train_on_batch", 5, 2, 1),
        (np, "savez", 2, 2, 0),
        (runs, "save", 2, 2, 0),
        (loop, "predict", 2, 1, 2),
    ],
)
def test_an_interruption_waits_for_the_step_and_for_the_files(
    whole, data, tmp_path, monkeypatch, owner, name, call, epochs, steps
):
    with monkeypatch.context() as patch:
        press_stop_in(patch, owner, name, call)
        run = train(network(), data, RECIPE, seed=1, out=tmp_path)
    assert run.about["status"] == "interrupted" and figures(run) == figures(whole.run)[:epochs]
    fresh = network(seed=9)
    fresh.load_weights(tmp_path / "weights.weights.h5")
    assert np.abs(predict(fresh, data.test_images) - run.probabilities).max() < 1e-6
    # Going on repeats no step.
    taken, real = [], loop.batch

    def batch(*arguments, **which):
        taken.append((which["epoch"], which["step"]))
        return real(*arguments, **which)

    monkeypatch.setattr(loop, "batch", batch)
    model = network(seed=3)
    run = train(model, data, RECIPE, seed=1, out=tmp_path, resume=True)
    assert taken == [(epoch, step) for epoch in range(4) for step in range(2)][2 * epochs + steps :]
    assert figures(run) == figures(whole.run) and same_state(state(model), whole.state)
    assert same_record(tmp_path, whole.folder)


@pytest.mark.skipif(os.name == "nt", reason="Windows ends the process instead")
@pytest.mark.parametrize(("owner", "name", "call"), [(np, "savez", 2), (runs, "save", 2), (Averages, "keep", 3)])
def test_who_presses_again_while_training_ends_gets_the_record_all_the_same(
    data, tmp_path, monkeypatch, owner, name, call
):
    interrupt(monkeypatch, epoch=1, step=1)
    press_stop_in(monkeypatch, owner, name, call)
    run = train(network(), data, RECIPE, seed=1, out=tmp_path)
    assert run.about["status"] == runs.load(tmp_path).about["status"] == "interrupted" and len(run.epochs) == 1


def test_ctrl_c_means_afterwards_what_it_meant_before(data, tmp_path):
    before = signal.getsignal(signal.SIGINT)
    train(network(), data, RECIPE, epochs=1, out=tmp_path)
    assert signal.getsignal(signal.SIGINT) is before


def test_training_works_in_a_thread(data, tmp_path):
    with ThreadPoolExecutor(1) as pool:  # where no signal handler can be set
        run = pool.submit(train, network(), data, RECIPE, epochs=1, out=tmp_path).result()
    assert run.about["status"] == "complete"


# --- a loss that is no number --------------------------------------------------------------------


def test_a_learning_rate_that_is_far_too_high(data, tmp_path, capsys):
    run = train(network(norm=False), data, replace(RECIPE, learning_rate=1e30), out=tmp_path / "run")
    assert run.about["status"] == "diverged" and run.epochs == []
    assert capsys.readouterr().out == (
        "The loss stopped being a number in epoch 1: 0 of 4 epochs are recorded. Lower the learning rate "
        "(now 1e+30) and train a freshly built model.\n"
    )
    assert {path.name for path in (tmp_path / "run").iterdir()} <= {".lock"}


def test_weights_spoilt_by_the_last_step_of_an_epoch(data):
    once = replace(RECIPE, learning_rate=1e30, steps_per_epoch=1)
    run = train(network(norm=False), data, once)
    assert run.about["status"] == "diverged" and run.epochs == []


def test_earlier_epochs_survive_a_divergence(whole, data, tmp_path, monkeypatch, capsys):
    real = loop.batch

    def batch(*arguments, **which):
        x, y = real(*arguments, **which)
        return (x * np.float32("nan"), y) if (which["epoch"], which["step"]) == (1, 1) else (x, y)

    monkeypatch.setattr(loop, "batch", batch)
    model = network()
    run = train(model, data, RECIPE, seed=1, out=tmp_path)
    assert run.about["status"] == "diverged" and figures(run) == figures(whole.run)[:1]
    assert "in epoch 2: 1 of 4 epochs are recorded" in capsys.readouterr().out
    stored = runs.load(tmp_path)
    assert stored.about == run.about and np.isfinite(stored.probabilities).all()
    fresh = network(seed=9)
    fresh.load_weights(tmp_path / "weights.weights.h5")
    assert np.abs(predict(fresh, data.test_images) - run.probabilities).max() < 1e-6
    # The spoilt network is no beginning for another run.
    with pytest.raises(ValueError, match="outputs are not probabilities: .* build it afresh"):
        train(model, data, RECIPE)


@pytest.mark.parametrize("monitor", ["nothing", "validation"])
def test_outputs_that_are_no_numbers_only_at_the_end(data, monkeypatch, capsys, monitor):
    real = loop.predict

    def spoilt(model, images, *rest):
        return real(model, images, *rest) * np.float32("nan" if images is data.test_images else 1)

    monkeypatch.setattr(loop, "predict", spoilt)
    run = train(network(), data, replace(RECIPE, monitor=monitor, epochs=1, batch_size=24))
    assert run.about["status"] == "diverged" and len(run.epochs) == 1 and run.probabilities is None
    assert capsys.readouterr().out.splitlines()[1:] == [
        "The outputs for the test images are not numbers after the last epoch. Lower the learning rate "
        "(now 0.02) and train a freshly built model."
    ]


# --- choosing on validation images ---------------------------------------------------------------

HELD_OUT = replace(RECIPE, monitor="validation", epochs=2, batch_size=24)


@pytest.fixture
def looks_at_test(data, monkeypatch):
    """How often the test images were looked at."""
    real, reads = loop.predict, []

    def counting(model, images, *rest):
        reads.extend([1] if images is data.test_images else [])
        return real(model, images, *rest)

    monkeypatch.setattr(loop, "predict", counting)
    return reads


def test_validation_reads_the_test_images_once(data, tmp_path, monkeypatch, looks_at_test):
    seen = set()
    real = loop.batch

    def batch(images, labels, **which):
        seen.update(image.tobytes() for image in images)
        return real(images, labels, **which)

    monkeypatch.setattr(loop, "batch", batch)
    model = network()
    run = train(model, data, HELD_OUT, out=tmp_path)
    assert len(looks_at_test) == 1
    assert run.about["test_accuracy_best"] is None and run.about["best_epoch"] in (1, 2)
    right = predict(model, data.test_images).argmax(axis=1) == data.test_labels
    assert run.about["test_accuracy_last"] == right.mean()
    assert len(run.labels) == 30 and runs.load(tmp_path).about == run.about
    # Nine of 96 images are held out, and no other images are trained on.
    assert len(seen) == 87 and seen < {image.tobytes() for image in data.train_images}

    # Going on makes the old figure stale; the test images are read again only at the new end.
    del looks_at_test[:]
    real_write, on_the_way = checkpoint.RunFolder.write_record, []

    def write_record(*arguments):
        real_write(*arguments)
        on_the_way.append(runs.load(tmp_path))

    monkeypatch.setattr(checkpoint.RunFolder, "write_record", write_record)
    run = train(network(), data, HELD_OUT, epochs=3, out=tmp_path, resume=True)
    assert len(looks_at_test) == 1 and len(run.epochs) == 3
    third = on_the_way[1]  # the first is the old end's
    assert third.about["test_accuracy_last"] is None and third.probabilities is None
    assert third.about["status"] == "running" and len(third.epochs) == 3


def test_an_unfinished_validation_run_has_not_seen_the_test_images(data, tmp_path, monkeypatch, looks_at_test):
    interrupt(monkeypatch, epoch=1, step=1)
    run = train(network(), data, HELD_OUT, out=tmp_path)
    assert run.about["status"] == "interrupted" and len(run.epochs) == 1
    assert looks_at_test == [] and run.about["test_accuracy_last"] is None and run.probabilities is None
    assert not (tmp_path / "test_predictions.npz").exists()


# --- wrong input ---------------------------------------------------------------------------------


def unbuilt():
    return keras.Sequential([layers.Flatten(), layers.Dense(CLASSES, activation="softmax")])


def of_shape(*shape):
    stack = [keras.Input(shape), layers.GlobalAveragePooling2D(), layers.Dense(CLASSES, activation="softmax")]
    return keras.Sequential(stack)


def ends_with(*last):
    return keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(4, 3, strides=4), *last])


@pytest.mark.parametrize(
    ("model", "changes", "sentence"),
    [
        (network, {"recipe": "quick"}, "recipe is 'quick'; it must be a training.Recipe, such as training.quick"),
        (network, {"data": "shapes"}, r"data is str; it must be a Dataset, such as data.load\(\) returns"),
        (network, {"epochs": 0}, "epochs is 0; it must be a whole number of at least 1"),
        (network, {"seed": -1}, "seed is -1; it must be a whole number from 0 to 4,294,967,295"),
        (network, {"seed": None}, "seed is None"),
        (network, {"checkpoint_minutes": -1}, "checkpoint_minutes is -1; it must be a number, at least 0"),
        (network, {"checkpoint_minutes": None}, "checkpoint_minutes is None"),
        (network, {"checkpoint_minutes": float("nan")}, "checkpoint_minutes is nan"),
        (network, {"resume": True, "out": None}, "resume=True needs a folder"),
        (network, {"recipe": replace(RECIPE, batch_size=97)}, r"1 x 97 images .* more than the 96 there are"),
        (network, {"recipe": replace(RECIPE, steps_per_epoch=3)}, r"3 x 48 images .* more than the 96 there are"),
        (lambda: network(classes=10), {}, r"output shape is \(None, 10\), not \(None, 3\) .*: end it with keras"
                                          r"\.layers\.Dense\(3, activation='softmax'\)"),
        (ends_with, {}, r"\(None, 8, 8, 4\), not .*: end it with keras\.layers\.GlobalAveragePooling2D\(\) "
                        r"\(or Flatten\(\)\), then keras\.layers\.Dense\(3, act"),
        (lambda: ends_with(layers.Reshape((64, 4))), {}, r"\(None, 64, 4\), not .*: end it with keras\.layers"
                                                         r"\.Flatten\(\), then keras\.layers\.Dense\(3, act"),
        (lambda: network(activation=None), {}, "outputs are not probabilities: end it with activation='softmax'"),
        (lambda: network(activation="sigmoid"), {}, "outputs are not probabilities"),
        (unbuilt, {}, r"input shape is None, not \(None, 32, 32, 3\) .* keras.Input\(shape=\(32, 32, 3\)\)"),
        (lambda: of_shape(28, 28, 1), {}, r"input shape is \(None, 28, 28, 1\), not \(None, 32, 32, 3\)"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_before_training(data, tmp_path, monkeypatch, model, changes, sentence):
    monkeypatch.setattr(loop, "_finish_epoch", None)
    asked = {"recipe": RECIPE, "out": tmp_path / "run"} | changes
    with pytest.raises(ValueError, match=sentence):
        train(model(), asked.pop("data", data), asked.pop("recipe"), **asked)
    assert not (tmp_path / "run").exists()


def test_a_folder_that_is_a_file_is_refused_before_training(data, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "_finish_epoch", None)
    (tmp_path / "notes").write_text("mine")
    model = network()
    for out in (tmp_path / "notes", tmp_path / "notes" / "run"):
        with pytest.raises(ValueError, match="can't be made a folder"):
            train(model, data, RECIPE, out=out)
    assert (tmp_path / "notes").read_text() == "mine"


def test_too_few_images_for_one_batch():
    with pytest.raises(ValueError, match="1 x 48 images a training epoch are more than the 20 there are"):
        train(network(), dataset(train_images=20), RECIPE)


def test_a_network_for_images_of_any_size_is_welcome(data):
    assert train(of_shape(None, None, 3), data, replace(RECIPE, steps_per_epoch=1), epochs=1).epochs


# --- the progress bar ----------------------------------------------------------------------------

SHOW = """
import io, sys
from course.progress import bar
class Screen(io.StringIO):
    def isatty(self): return {terminal}
sys.stderr = Screen()
with bar(3, "epoch 1 of 2", unit="step") as progress:
    progress.update()
sys.stdout.write(sys.stderr.getvalue())
"""


@pytest.mark.parametrize("terminal", [True, False])
def test_a_bar_is_for_a_terminal_and_not_for_a_log_file(terminal):
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TQDM")}
    shown = subprocess.run(
        [sys.executable, "-c", SHOW.format(terminal=terminal)],
        env=environment, capture_output=True, text=True, check=True,
    )
    assert ("epoch 1 of 2" in shown.stdout) == terminal and shown.stderr == ""


def test_a_bar_is_for_a_notebook_though_that_is_no_terminal(monkeypatch):
    asked = {}

    class Widget:
        __module__ = "tqdm.notebook"

        def __init__(self, **options):
            asked.update(options)

    monkeypatch.setattr(progress, "tqdm", type("tqdm", (Widget,), {"__module__": "tqdm.auto"}))
    monkeypatch.delenv("TQDM_DISABLE", raising=False)
    progress.bar(390, "epoch 1 of 50")
    assert asked["total"] == 390 and not asked.get("disable")


def test_training_shows_its_progress_through_that_bar(data, monkeypatch):
    made = []

    class Bar:
        def __init__(self, total, title, **_):
            made.append([title, total, 0])

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def update(self):
            made[-1][2] += 1

        def set_postfix_str(self, text, refresh):
            assert re.fullmatch(r"loss \d+\.\d{3}, accuracy \d\.\d{3}", text)

    monkeypatch.setattr(loop, "bar", Bar)
    train(network(), data, RECIPE, epochs=2)
    assert made == [["epoch 1 of 2", 2, 2], ["epoch 2 of 2", 2, 2]]
