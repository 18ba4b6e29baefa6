"""What a recipe sets: optimizers, schedules, weight decay, smoothed labels, averaged weights, layers."""

import json
import signal
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from tiny_runs import RECIPE, arrays_in, dataset, figures, network, same_record, same_state, state

from course import runs
from course.training import Recipe, annealed, checkpoint, loop, predict, setting, train

keras = loop.keras
layers = keras.layers


@pytest.fixture(scope="module", autouse=True)
def eagerly():
    """Run what Keras would compile step by step: compiling takes longer than these runs do."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def data():
    return dataset()


# --- schedules -----------------------------------------------------------------------------------


def rates(recipe, steps):
    return np.array([recipe.learning_rate_at(step, steps) for step in range(steps)])


def test_a_cosine_is_that_of_keras():
    recipe = replace(annealed, learning_rate=0.4, warm_up=0.0)
    by_keras = keras.optimizers.schedules.CosineDecay(0.4, 200)
    np.testing.assert_allclose(rates(recipe, 200), [float(by_keras(step)) for step in range(200)], atol=1e-7)
    # After a warm-up it falls over the steps that are left.
    by_keras = keras.optimizers.schedules.CosineDecay(0.4, 160)
    late = rates(replace(recipe, warm_up=0.2), 200)[40:]
    np.testing.assert_allclose(late, [float(by_keras(step)) for step in range(160)], atol=1e-7)


def test_a_linear_schedule_rises_and_falls_in_equal_steps():
    found = rates(replace(annealed, schedule="linear", learning_rate=1.0, warm_up=0.25), 16)
    np.testing.assert_allclose(found, [1 / 4, 2 / 4, 3 / 4, 1, *np.arange(12, 0, -1) / 12])


def test_one_cycle_rises_from_a_25th_and_falls_to_zero():
    found = rates(replace(annealed, schedule="one_cycle", learning_rate=2.0, warm_up=0.3), 1000)
    assert 2 / 25 < found[0] < 1.001 * 2 / 25 and found.argmax() == 299 and found[299] == 2.0
    assert found[-1] < 1e-4 and (np.diff(found[:300]) > 0).all() and (np.diff(found[300:]) < 0).all()


@pytest.mark.parametrize("schedule", ["linear", "cosine", "one_cycle"])
def test_no_step_is_taken_at_a_rate_of_zero(schedule):
    assert (rates(replace(annealed, schedule=schedule), 50) > 0).all()


def test_each_step_is_taken_at_its_rate(data, monkeypatch):
    model, used = network(), []
    real = setting.Averages.update
    monkeypatch.setattr(
        setting.Averages,
        "update",
        lambda self, step: (used.append(float(model.optimizer.learning_rate)), real(self, step)),
    )
    recipe = replace(RECIPE, schedule="cosine", warm_up=0.5)
    train(model, data, recipe)
    np.testing.assert_allclose(used, rates(recipe, 8), rtol=1e-6)


# --- weight decay --------------------------------------------------------------------------------


@pytest.mark.parametrize("optimizer", ["adamw", "sgd", "muon"])
def test_only_kernels_that_are_not_depthwise_decay(optimizer):
    model = keras.Sequential(
        name="m",
        layers=[
            keras.Input((8, 8, 3)),
            layers.Conv2D(4, 3, name="standard"),
            layers.BatchNormalization(name="norm"),
            layers.DepthwiseConv2D(3, name="depthwise"),
            layers.SeparableConv2D(5, 3, name="separable"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax", name="dense"),
        ]
    )
    for weight in model.trainable_variables:
        weight.assign(keras.ops.ones_like(weight))
    setting.compile_for(model, Recipe("mine", optimizer=optimizer, learning_rate=0.1, weight_decay=0.2))
    model.optimizer.apply([keras.ops.zeros_like(weight) for weight in model.trainable_variables])
    after = {weight.path: float(keras.ops.mean(weight)) for weight in model.trainable_variables}
    decayed = {path for path, mean in after.items() if mean != 1}
    assert decayed == {"m/standard/kernel", "m/separable/pointwise_kernel", "m/dense/kernel"}
    assert all(after[path] == pytest.approx(1 - 0.1 * 0.2) for path in decayed)


def test_sgd_looks_ahead_with_its_momentum():
    model = network()
    setting.compile_for(model, Recipe("mine", optimizer="sgd", learning_rate=0.1))
    assert model.optimizer.nesterov and model.optimizer.momentum == 0.9
    assert model.optimizer.weight_decay is None


# --- labels, layers ------------------------------------------------------------------------------


def test_smoothed_labels_are_shared_among_the_classes():
    model = network()
    setting.compile_for(model, replace(RECIPE, label_smoothing=0.3))
    x, y = np.random.default_rng(0).random((6, 32, 32, 3), np.float32), np.array([0, 1, 2, 2, 1, 0])
    before = model(x, training=True).numpy()  # the Dropout of the step below draws another mask
    model.layers[2].rate = 0.0
    before = model(x, training=True).numpy()
    logs = model.train_on_batch(x, y, return_dict=True)
    targets = 0.7 * np.eye(3)[y] + 0.3 / 3
    assert logs["loss"] == pytest.approx(-(targets * np.log(before)).sum(axis=1).mean(), rel=1e-5)
    assert logs["accuracy"] == pytest.approx((before.argmax(axis=1) == y).mean())


def test_without_dropout_a_run_is_that_of_a_network_with_rates_of_zero(data, tmp_path):
    recipe = replace(RECIPE, epochs=1, dropout=False)
    run = train(network(), data, recipe, seed=1, out=tmp_path / "off")
    other = network()
    other.layers[2].rate = 0.0
    expected = train(other, data, replace(RECIPE, epochs=1), seed=1, out=tmp_path / "zero")
    assert figures(run) == figures(expected) and run.about["parameters"] == expected.about["parameters"]
    assert run.about["network"] == expected.about["network"]
    on = train(network(), data, replace(RECIPE, epochs=1), seed=1)
    assert figures(on) != figures(run) and on.about["network"] != run.about["network"]


def test_the_moving_statistics_have_the_recipes_momentum(data):
    images = loop._as_floats(data.train_images[:48])
    for momentum, kept in ((0.5, 0.5), (None, 0.99)):
        model = network()
        setting.compile_for(model, replace(RECIPE, norm_momentum=momentum))
        mean = keras.ops.mean(model.layers[0](images), axis=(0, 1, 2))
        model.train_on_batch(images, data.train_labels[:48])
        np.testing.assert_allclose(model.layers[1].moving_mean, (1 - kept) * mean, rtol=1e-3)


def test_layers_of_a_model_within_a_model_are_set_too():
    inner = keras.Sequential(
        [keras.Input((8, 8, 3)), layers.DepthwiseConv2D(3), layers.BatchNormalization(), layers.Dropout(0.5)]
    )
    model = keras.Sequential([keras.Input((8, 8, 3)), inner, layers.GlobalAveragePooling2D(), layers.Dense(3)])
    recipe = replace(RECIPE, optimizer="sgd", weight_decay=0.1, dropout=False, norm_momentum=0.5)
    setting.compile_for(model, recipe)
    depthwise, norm, dropout = inner.layers
    assert (norm.momentum, dropout.rate) == (0.5, 0.0)
    decayed = [v.path for v in model.trainable_variables if model.optimizer._use_weight_decay(v)]
    assert decayed == [model.layers[-1].kernel.path] and depthwise.kernel.path not in decayed


# --- averages ------------------------------------------------------------------------------------


def test_an_average_is_the_one_that_a_loop_makes(data, monkeypatch):
    model, expected, taken = network(), [], []
    real = setting.Averages.update

    def update(self, step):
        taken.append([weight.numpy() for weight in model.weights])
        real(self, step)

    monkeypatch.setattr(setting.Averages, "update", update)
    expected = [weight.numpy() for weight in model.weights]
    train(model, data, replace(RECIPE, ema_momentum=0.4), seed=1)
    for step, weights in enumerate(taken):
        kept = min(0.4, (1 + step) / (10 + step))
        expected = [kept * a + (1 - kept) * b for a, b in zip(expected, weights, strict=True)]
    assert len(taken) == 8
    for weight, average in zip(model.weights, expected, strict=True):
        np.testing.assert_allclose(weight, average, rtol=1e-4, atol=1e-6)


def test_a_stop_while_the_average_is_put_in_place_leaves_the_weights(monkeypatch):
    model = network()
    averages = setting.Averages(model, 0.9)
    model.set_weights([weight + 1 for weight in model.get_weights()])
    before, keep = model.get_weights(), averages.keep

    def stopped():
        keep()
        raise KeyboardInterrupt

    monkeypatch.setattr(averages, "keep", stopped)
    with pytest.raises(KeyboardInterrupt), averages.in_place():
        pass
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


def test_a_stop_while_the_weights_are_put_back_waits_until_they_are():
    model = network()
    averages = setting.Averages(model, 0.9)
    model.set_weights([weight + 1 for weight in model.get_weights()])
    before = model.get_weights()
    first = averages._averaged[0]
    pressing = SimpleNamespace(assign=lambda weight: (signal.raise_signal(signal.SIGINT), first.assign(weight)))
    with pytest.raises(KeyboardInterrupt), averages.in_place():
        averages._averaged[0] = pressing  # Ctrl-C, before the first weight is back
    assert all((a == b).all() for a, b in zip(model.get_weights(), before, strict=True))


def test_what_is_measured_and_stored_is_the_average(data, tmp_path):
    model = network()
    run = train(model, data, replace(RECIPE, ema_momentum=0.9), seed=1, out=tmp_path)
    plain = train(network(), data, RECIPE, seed=1)
    # The steps are the same ones; what is measured between them is not.
    assert (run.column("loss") == plain.column("loss")).all()
    assert (run.column("val_loss") != plain.column("val_loss")).all()
    stored = network(seed=9)
    stored.load_weights(tmp_path / "weights.weights.h5")
    for fresh in (stored, model):
        np.testing.assert_allclose(predict(fresh, data.test_images), run.probabilities, atol=1e-6)
    assert "layers/batch_normalization/vars/2" in arrays_in(tmp_path)  # its statistics too


# --- going on ------------------------------------------------------------------------------------

RECIPES = {
    "adamw": {"optimizer": "adamw", "weight_decay": 0.1},
    "sgd": {"optimizer": "sgd", "weight_decay": 0.1},
    "muon": {"optimizer": "muon", "weight_decay": 0.1},
    "schedule": {"schedule": "one_cycle", "warm_up": 0.3},
    "average": {"ema_momentum": 0.5},
    "smoothing": {"label_smoothing": 0.1},
    "layers": {"dropout": False, "norm_momentum": 0.5},
    "augmentation": {"augmentation": replace(annealed.augmentation, cutout=8)},
    "validation": {"monitor": "validation", "ema_momentum": 0.5},
    "all": {
        key: getattr(annealed, key)
        for key in ("optimizer", "schedule", "warm_up", "weight_decay", "ema_momentum", "monitor", "augmentation")
    },
}


def stop_within(monkeypatch, epoch, step):
    real = loop.batch

    def batch(*arguments, **which):
        if (which["epoch"], which["step"]) == (epoch, step):
            raise KeyboardInterrupt
        return real(*arguments, **which)

    monkeypatch.setattr(loop, "batch", batch)


@pytest.mark.parametrize("changes", RECIPES.values(), ids=RECIPES)
def test_a_run_goes_on_to_the_same_bits(data, tmp_path, monkeypatch, changes):
    recipe, model = replace(RECIPE, epochs=3, batch_size=24, steps_per_epoch=3, **changes), network()
    whole = train(model, data, recipe, seed=1, out=tmp_path / "whole")
    for epoch, step in ((0, 2), (2, 0), (2, 1)):
        with monkeypatch.context() as patch:
            stop_within(patch, epoch, step)
            stopped = train(network(), data, recipe, seed=1, out=tmp_path / "broken", resume=True)
        assert stopped.about["status"] == "interrupted"
    again = network(seed=7)
    run = train(again, data, recipe, seed=1, out=tmp_path / "broken", resume=True)
    assert figures(run) == figures(whole) and same_state(state(again), state(model))
    assert same_record(tmp_path / "broken", tmp_path / "whole")


@pytest.fixture(scope="module")
def begun(data, tmp_path_factory):
    """A folder with a run of one epoch."""
    folder = tmp_path_factory.mktemp("runs") / "begun"
    train(network(), data, RECIPE, epochs=1, seed=1, out=folder)
    return folder


@pytest.mark.parametrize("changes", RECIPES.values(), ids=RECIPES)
def test_a_run_with_another_recipe_is_another_run(data, begun, changes):
    with pytest.raises(ValueError, match="holds a run with the recipe's .* choose another folder"):
        train(network(), data, replace(RECIPE, **changes), seed=1, out=begun, resume=True)


def test_a_schedule_spans_the_epochs_it_was_made_for(data, tmp_path):
    recipe = replace(RECIPE, schedule="linear")
    train(network(), data, recipe, epochs=1, seed=1, out=tmp_path)
    with pytest.raises(ValueError, match="holds a run with the recipe's epochs 1, not 4"):
        train(network(), data, recipe, seed=1, out=tmp_path, resume=True)


def test_a_run_from_before_recipes_knew_all_this_goes_on(data, tmp_path):
    expected = train(network(), data, RECIPE, seed=1)
    train(network(), data, RECIPE, epochs=2, seed=1, out=tmp_path)
    path = tmp_path / checkpoint.CHECKPOINT
    with np.load(path) as stored:
        arrays = dict(stored)
    record = json.loads(arrays["record"].item())
    old = ("name", "epochs", "batch_size", "steps_per_epoch", "learning_rate", "augmentation", "monitor")
    record["about"]["recipe"] = {key: record["about"]["recipe"][key] for key in old}
    del record["about"]["recipe"]["augmentation"]["cutout"]
    np.savez(path, **arrays | {"record": np.array(json.dumps(record))})
    run = train(network(seed=3), data, RECIPE, seed=1, out=tmp_path, resume=True)
    assert figures(run) == figures(expected)


# --- nothing watched -----------------------------------------------------------------------------


def test_unwatched_a_run_takes_all_images_and_reads_the_test_images_once(data, tmp_path, monkeypatch, capsys):
    looked, real = [], loop.predict
    monkeypatch.setattr(
        loop, "predict", lambda model, images: (looked.append(images is data.test_images), real(model, images))[1]
    )
    model = network()
    run = train(model, data, replace(RECIPE, monitor="nothing"), seed=1, out=tmp_path)
    assert looked == [True]
    # The same steps as a run that is watched on the test images.
    watched = train(network(), data, RECIPE, seed=1)
    assert (run.column("loss") == watched.column("loss")).all() and np.isnan(run.column("val_accuracy")).all()
    assert run.about["test_accuracy_last"] == watched.about["test_accuracy_last"]
    assert run.about["test_accuracy_best"] is None and run.about["best_epoch"] is None
    assert "val_" not in capsys.readouterr().out.split("Epoch 1/4")[1]
    stored = runs.load(tmp_path)
    assert figures(stored) == [{**row, "val_loss": None, "val_accuracy": None} for row in figures(run)]


def test_weights_spoilt_by_the_very_last_step_are_no_result(data, monkeypatch):
    monkeypatch.setattr(loop, "predict", lambda model, images: np.full((len(images), 3), np.nan))
    run = train(network(), data, replace(RECIPE, epochs=1, monitor="nothing"))
    assert run.about["status"] == "diverged" and run.about["test_accuracy_last"] is None
