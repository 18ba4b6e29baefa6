"""An accelerated model computes what the plain one does: outputs, statistics, gradients, rates."""

import sys

import numpy as np
import pytest
from thorough import THOROUGH, thorough

from course import models
from course.data import Dataset
from course.training import Recipe, accelerate, accelerated, multiplies_bfloat16, train
from course.training.accelerate import _random_words

keras = models.keras
layers = keras.layers

import tensorflow as tf  # noqa: E402  (after course.models has imported it quietly)

RNG = np.random.default_rng(5)
IMAGES = RNG.random((12, 32, 32, 3)).astype("float32")
LABELS = np.arange(12) % 10


def stirred(model):
    """Return a model whose statistics and biases are no longer what they were at first."""
    for variable in model.variables:
        if variable.path.endswith(("moving_mean", "bias", "beta")):
            variable.assign(0.1 * RNG.normal(size=variable.shape))
        if variable.path.endswith(("moving_variance", "gamma")):
            variable.assign(RNG.uniform(0.5, 2, size=variable.shape))
    return model


@pytest.mark.parametrize("name", models.MODELS)
def test_the_same_outputs_from_the_same_weights(name):
    plain = stirred(models.build(name))
    quick = accelerate(plain, bfloat16=False)
    assert [layer.name for layer in quick.layers] == [layer.name for layer in plain.layers]
    for a, b in zip(plain.get_weights(), quick.get_weights(), strict=True):
        assert np.array_equal(a, b)
    expected = plain.predict_on_batch(IMAGES)
    assert np.ptp(expected) > 0.001
    np.testing.assert_allclose(quick.predict_on_batch(IMAGES), expected, atol=1e-5)
    assert accelerated(quick) and not accelerated(plain)


def test_bfloat16_alone_is_accelerated_too():
    bare = models.without(models.build("separable_99k"), "BatchNormalization", "Dropout", "MaxPooling2D")
    assert accelerated(accelerate(bare, bfloat16=True)) and not accelerated(accelerate(bare, bfloat16=False))


@pytest.mark.parametrize("bfloat16", [False, True])
def test_files_of_weights_fit_both(tmp_path, bfloat16):
    plain = stirred(models.build("separable_65k"))
    quick = accelerate(models.build("separable_65k", seed=1), bfloat16)
    plain.save_weights(tmp_path / "plain.weights.h5")
    quick.load_weights(tmp_path / "plain.weights.h5")
    quick.save_weights(tmp_path / "quick.weights.h5")
    again = models.build("separable_65k", seed=2)
    again.load_weights(tmp_path / "quick.weights.h5")
    for a, b in zip(plain.get_weights(), again.get_weights(), strict=True):
        assert a.dtype == np.float32 and np.array_equal(a, b)


def gradients(model):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(LABELS, model(IMAGES, training=True)))
    return [np.asarray(g) for g in tape.gradient(loss, [v.value for v in model.trainable_variables])]


@pytest.mark.parametrize("name", ["separable_65k", "separable_99k"])
def test_a_step_leaves_the_same_gradients_and_statistics(name):
    plain = stirred(models.without(models.build(name), "Dropout"))
    quick = accelerate(plain, bfloat16=False)
    for a, b in zip(gradients(plain), gradients(quick), strict=True):
        # Rounding errors add up over twenty layers, and turn a ReLU or a maximum here and there.
        assert np.linalg.norm(b - a) <= 0.03 * np.linalg.norm(a) + 1e-4
    moved = [v for v in plain.non_trainable_variables if "moving" in v.path]
    for a, b in zip(moved, [v for v in quick.non_trainable_variables if "moving" in v.path], strict=True):
        np.testing.assert_allclose(np.asarray(b), np.asarray(a), rtol=1e-4, atol=1e-5)
    # And they have moved.
    fresh = [np.asarray(v) for v in accelerate(models.build(name)).non_trainable_variables if "moving" in v.path]
    assert all(not np.allclose(a, np.asarray(b)) for a, b in zip(fresh, moved, strict=True))


def both_ways(layer, inputs, weights):
    """Return outputs, statistics and gradients of Keras's layer and of its quicker twin."""
    model = keras.Sequential([keras.Input(inputs.shape[1:]), layer, layers.Activation("tanh")])
    found = []
    for one in (stirred(model), accelerate(model, bfloat16=False)):
        layer, inputs = one.layers[0], tf.constant(inputs)
        sources = [inputs, *(variable.value for variable in layer.trainable_variables)]
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs, training=True)
            total = tf.reduce_sum(weights * outputs**2)
        found.append([outputs, *layer.non_trainable_variables, *tape.gradient(total, sources)])
    return [[np.asarray(value) for value in values] for values in found]


@pytest.mark.parametrize("shape", [(7, 6, 5, 4), (3, 1, 1, 2), (2, 64, 3, 1), (2, 65, 3, 1)], ids=str)
def test_one_normalisation_agrees_closely(shape):
    some, weights = (RNG.normal(2, 3, shape).astype("float32") for _ in range(2))
    plain, quick = both_ways(layers.BatchNormalization(momentum=0.8), some, weights)
    for a, b in zip(plain, quick, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-4 * abs(a).max())


def test_far_from_zero_a_variance_keeps_its_digits():
    some = (1e4 + RNG.normal(0, 1, (8, 9, 9, 3))).astype("float32")
    _, (outputs, mean, variance, *_) = both_ways(layers.BatchNormalization(momentum=0), some, 1)
    np.testing.assert_allclose(variance, some.astype(float).var(axis=(0, 1, 2)), rtol=1e-3)
    np.testing.assert_allclose(mean, some.astype(float).mean(axis=(0, 1, 2)), rtol=1e-6)
    assert np.isfinite(outputs).all()


@pytest.mark.parametrize(
    "shape, how",
    [
        ((3, 8, 6, 4), {"pool_size": 2}),
        ((3, 9, 7, 4), {"pool_size": 2}),
        ((3, 9, 6, 4), {"pool_size": 3, "padding": "same"}),
        ((3, 8, 6, 4), {"pool_size": (4, 1)}),
        ((3, 9, 7, 4), {"pool_size": 2, "padding": "same"}),
        ((3, 9, 7, 4), {"pool_size": 3, "strides": 2}),
    ],
    ids=str,
)
def test_pooling_agrees_to_the_last_bit(shape, how):
    # Few numbers, so that maxima are often shared: then the first has to get the whole gradient.
    some, weights = RNG.integers(0, 3, shape).astype("float32"), RNG.normal()
    (outputs, back), (again, back_again) = both_ways(layers.MaxPooling2D(**how), some, weights)
    assert back.any() and np.array_equal(outputs, again) and np.array_equal(back, back_again)


def test_the_last_place_of_a_large_window_gets_its_gradient():
    some = np.linspace(0, 1, 32 * 32, dtype="float32").reshape(1, 32, 32, 1)
    (_, back), (_, back_again) = both_ways(layers.MaxPooling2D(32), some, 1)
    assert back[0, -1, -1, 0] and np.array_equal(back, back_again)


@pytest.mark.parametrize("rate", [0.001, 0.1, 0.15, 0.25, 0.5, 0.999])
def test_dropout_drops_at_its_rate_and_keeps_the_mean(rate):
    layer = dropout(rate)
    ones = np.ones((64, 30, 30, 8), "float32")
    first, second = (np.asarray(layer(ones, training=True)) for _ in range(2))
    assert set(np.unique(first)) == {0, np.float32(1 / (1 - rate))}
    error = np.sqrt(rate * (1 - rate) / ones.size)
    assert abs((first == 0).mean() - rate) < 5 * error
    # No two draws, places or channels go together.
    assert abs(((first == 0) & (second == 0)).mean() - rate**2) < 5 * error
    for axis in range(4):
        beside = (first == 0) & (np.roll(first, 1, axis) == 0)
        assert abs(beside.mean() - rate**2) < 5 * error
    assert np.array_equal(np.asarray(layer(ones, training=False)), ones)


def test_the_random_words_are_even_and_unlike_those_of_other_steps_and_layers():
    count, seeds = 2**16, [(0, 0), (0, 1), (0, 2), (1, 0), (2**32 - 1, 7)]
    words = np.array([_random_words(count, tf.constant(seed, tf.uint32)) for seed in seeds], dtype=np.uint32)
    for which in words:
        for shift in (0, 8, 16, 24):
            found = np.bincount((which >> shift) & 255, minlength=256)
            # Chi-squared of 255 degrees of freedom: mean 255, standard deviation 22.6.
            assert abs(((found - count / 256) ** 2).sum() / (count / 256) - 255) < 5 * 22.6
    for bit in range(32):
        signs = 1.0 - 2 * ((words >> bit) & 1)
        spectrum = np.fft.fft(signs)
        for i in range(len(seeds)):
            for j in range(i + 1):
                # Of a sum of random signs the standard deviation is the square root of their number.
                together = np.fft.ifft(spectrum[i] * spectrum[j].conj()).real[i == j :]
                assert abs(together).max() < 6.5 * np.sqrt(count)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_going_back_dropout_lets_through_what_it_let_through(dtype):
    layer = dropout(0.3, bfloat16=dtype == "bfloat16")
    some = tf.cast(RNG.normal(2, 1, (4, 30, 30, 8)), dtype)
    with tf.GradientTape() as tape:
        tape.watch(some)
        outputs = layer(some, training=True)
    upstream = tf.cast(RNG.normal(2, 1, some.shape), dtype)
    gradient = np.asarray(tf.cast(tape.gradient(outputs, some, upstream), tf.float32))
    kept = np.asarray(tf.cast(outputs != 0, tf.float32))
    expected = kept * np.asarray(tf.cast(upstream, tf.float32)) / np.float32(0.7)
    assert 0.6 < kept.mean() < 0.8
    np.testing.assert_allclose(gradient, expected, rtol=1e-5 if dtype == "float32" else 0.02)


def dropout(rate, bfloat16=False, **options):
    model = keras.Sequential(
        [keras.Input((30, 30, 8)), layers.Dropout(rate, **options), layers.Activation("linear")]
    )
    return accelerate(model, bfloat16).layers[0]


def test_no_dropout_drops_nothing():
    ones = np.ones((2, 30, 30, 8), "float32")
    assert np.array_equal(np.asarray(dropout(0)(ones, training=True)), ones)


def test_where_nothing_can_be_compiled_the_layers_are_kerass(monkeypatch):
    monkeypatch.setattr(sys.modules["course.training.accelerate"], "_compiles", lambda: False)
    quick = {type(layer).__name__: type(layer) for layer in accelerate(models.build("separable_65k")).layers}
    assert quick["Dropout"] is layers.Dropout and quick["MaxPooling2D"] is layers.MaxPooling2D
    some, weights = (RNG.normal(2, 3, (7, 6, 5, 4)).astype("float32") for _ in range(2))
    plain, quick = both_ways(layers.BatchNormalization(momentum=0.8), some, weights)
    for a, b in zip(plain, quick, strict=True):
        np.testing.assert_allclose(b, a, rtol=1e-4, atol=1e-4 * abs(a).max())


def test_dropout_repeats_with_its_seed_and_moves_on():
    ones = np.ones((2, 30, 30, 8), "float32")
    runs = []
    for _ in range(2):
        layer = dropout(0.3, seed=7)
        runs.append([np.asarray(layer(ones, training=True)) for _ in range(2)])
    assert np.array_equal(runs[0], runs[1]) and not np.array_equal(*runs[0])


def test_bfloat16_multiplies_and_stores_nothing():
    plain = stirred(models.build("separable_65k"))
    quick = accelerate(plain, bfloat16=True)
    assert {v.dtype for v in quick.trainable_variables} == {"float32"}
    assert quick.layers[0].compute_dtype == "bfloat16" and quick.layers[-1].compute_dtype == "float32"
    outputs = quick.predict_on_batch(IMAGES)
    assert outputs.dtype == np.float32
    np.testing.assert_allclose(outputs.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_allclose(outputs, plain.predict_on_batch(IMAGES), atol=0.05)


def two_blocks():
    """Return a network of separable_65k's kinds of layer, which takes a third of the time to compile."""
    keras.utils.set_random_seed(0)
    stack = [keras.Input((32, 32, 3))]
    for filters, strides in ((16, 2), (32, 1)):
        stack.append(layers.SeparableConv2D(filters, 3, strides, activation="relu"))
        stack += [layers.BatchNormalization(), layers.Dropout(0.1), layers.MaxPooling2D(2)]
    stack += [layers.GlobalAveragePooling2D(), layers.BatchNormalization(), layers.Dense(10, "softmax")]
    return keras.Sequential(stack)


@thorough
@pytest.mark.parametrize("bfloat16", [False, True])
def test_it_learns(bfloat16):
    quick = accelerate(models.build("separable_65k") if THOROUGH else two_blocks(), bfloat16)
    quick.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy")
    losses = [float(quick.train_on_batch(IMAGES, LABELS)) for _ in range(25)]
    assert losses[-1] < 0.5 * losses[0]


def test_branches_and_unlike_layers_stay_as_they_are():
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(4, 3, padding="same")(inputs)
    y = layers.BatchNormalization(scale=False)(x)
    z = layers.BatchNormalization(axis=1)(x)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(layers.Add()([x, y, z]))))
    quick = accelerate(model, bfloat16=False)
    some = RNG.random((5, 8, 8, 3)).astype("float32")
    for training in (False, True):
        np.testing.assert_allclose(
            np.asarray(quick(some, training=training)), np.asarray(model(some, training=training)), atol=1e-5
        )


@pytest.mark.parametrize("bfloat16", [False, True])
def test_operations_among_the_layers_stay_as_they_are(bfloat16):
    inputs = keras.Input((8, 8, 3))
    x = layers.Conv2D(3, 3, padding="same")(inputs)
    model = keras.Model(inputs, layers.Dense(2)(layers.Flatten()(keras.activations.silu(x + inputs) * x)))
    quick = accelerate(model, bfloat16=bfloat16)
    some = RNG.random((5, 8, 8, 3)).astype("float32")
    np.testing.assert_allclose(np.asarray(quick(some)), np.asarray(model(some)), atol=0.05 if bfloat16 else 1e-5)


def test_what_can_not_be_accelerated(monkeypatch):
    with pytest.raises(ValueError, match="is not built: start it with keras.Input"):
        accelerate(keras.Sequential([layers.Dense(3)]))
    model = models.build("separable_99k")
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind=None: ["a GPU"] if kind == "GPU" else [])
    assert accelerate(model) is model


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor : 0\nflags\t\t: fpu avx512f avx512_bf16 sse\n", True),
        ("flags : fpu amx_bf16\n", True),
        ("flags : fpu avx2 avx512f\n", False),
        ("Features : asimd\n", False),
    ],
)
def test_the_processors_instructions(tmp_path, text, expected):
    (tmp_path / "cpuinfo").write_text(text)
    assert multiplies_bfloat16(tmp_path / "cpuinfo") is expected
    assert multiplies_bfloat16(tmp_path / "nothing") is False


FEW = Dataset(
    RNG.integers(0, 256, (40, 32, 32, 3), dtype=np.uint8), np.arange(40) % 10,
    RNG.integers(0, 256, (20, 32, 32, 3), dtype=np.uint8), np.arange(20) % 10, tuple("abcdefghij"), "Noise",
)  # fmt: skip
RECIPE = Recipe("few", epochs=3, batch_size=8)


def small(seed):
    keras.utils.set_random_seed(seed)
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.SeparableConv2D(8, 3, activation="relu", name="conv"),
            layers.BatchNormalization(name="norm"),
            layers.Dropout(0.25, name="dropout"),
            layers.GlobalAveragePooling2D(name="pool"),
            layers.Dense(10, activation="softmax", name="probabilities"),
        ],
        name="small",
    )


def test_a_run_of_an_accelerated_model_says_so_and_resumes_to_the_same_end(tmp_path):
    whole, first, again = (accelerate(small(seed)) for seed in (0, 0, 1))
    run = train(whole, FEW, RECIPE, out=tmp_path / "whole")
    assert run.about["accelerated"] is True and run.about["bfloat16"] is multiplies_bfloat16()
    train(first, FEW, RECIPE, epochs=1, out=tmp_path / "resumed")
    train(again, FEW, RECIPE, out=tmp_path / "resumed", resume=True)
    for a, b in zip(whole.get_weights(), again.get_weights(), strict=True):
        assert np.array_equal(a, b)
    with pytest.raises(ValueError, match="holds a run with accelerated True, not False"):
        train(small(0), FEW, RECIPE, out=tmp_path / "resumed", resume=True)
    plain = small(2)
    plain.load_weights(tmp_path / "whole" / "weights.weights.h5")
    for a, b in zip(whole.get_weights(), plain.get_weights(), strict=True):
        assert np.array_equal(a, b)
