"""The arithmetic of a unit gives the value that Keras gives, at every kind of layer, window and activation."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import Input, Sequential, layers

from course.anatomy import FOLDED, Kept, Normalised, Pooled, Weighed, unit_steps
from course.arithmetic import LayerError

SIDES = st.integers(1, 3)
PADDING = st.sampled_from(["same", "valid"])
ACTIVATIONS = st.sampled_from([None, "relu", "softmax", "tanh", "elu", "sigmoid"])


@st.composite
def windows(draw, channels):
    """Draw a layer with a window. TensorFlow knows no layer with both strides and dilation."""
    kind = draw(st.sampled_from(["conv", "depthwise", "separable", "max", "mean"]))
    size, padding = (draw(SIDES), draw(SIDES)), draw(PADDING)
    stride = draw(SIDES)
    if kind in ("max", "mean"):
        pooling = layers.MaxPooling2D if kind == "max" else layers.AveragePooling2D
        return pooling(size, stride, padding)
    spread = {"padding": padding, "activation": draw(ACTIVATIONS), "use_bias": draw(st.booleans())}
    spread |= draw(st.sampled_from([{"strides": stride}, {"dilation_rate": draw(SIDES)}]))
    if kind == "depthwise":
        return layers.DepthwiseConv2D(size, depth_multiplier=draw(st.integers(1, 2)), **spread)
    filters = draw(st.integers(1, 3))
    if kind == "separable":
        return layers.SeparableConv2D(filters, size, depth_multiplier=draw(st.integers(1, 2)), **spread)
    groups = draw(st.sampled_from([n for n in range(1, channels + 1) if channels % n == 0]))
    return layers.Conv2D(filters * groups, size, groups=groups, **spread)


@st.composite
def chains(draw):
    """Draw a built chain of layers that can follow one another."""
    shape = (draw(st.integers(5, 9)), draw(st.integers(5, 9)), draw(st.sampled_from([1, 2, 3, 4])))
    stack, before = [], shape
    for _ in range(draw(st.integers(1, 3))):
        layer = draw(windows(before[-1]))
        try:
            size = layer.compute_output_shape((1, *before))
        except ValueError:  # a window larger than what it looks at
            continue
        if min(size[1:]) < 1:
            continue
        before = size[1:]
        stack.append(layer)
        for folded in draw(st.lists(st.sampled_from(["norm", "relu", "drop", "leaky", "softmax"]), max_size=2)):
            stack.append(
                {
                    "norm": lambda: layers.BatchNormalization(
                        scale=draw(st.booleans()), center=draw(st.booleans())
                    ),
                    "relu": layers.ReLU,
                    "drop": lambda: layers.Dropout(0.5),
                    "leaky": layers.LeakyReLU,
                    "softmax": layers.Softmax,
                }[folded]()
            )
    ends = [[], [layers.GlobalAveragePooling2D()], [layers.GlobalMaxPooling2D(), layers.Dense(3, "softmax")]]
    ends += [[layers.Flatten(), layers.Dense(4, activation="relu")], [layers.ZeroPadding2D(((1, 0), (0, 2)))]]
    return Sequential([Input(shape), *stack, *draw(st.sampled_from(ends))])


def randomised(model, rng):
    for weight in model.weights:
        values = rng.normal(size=weight.shape)
        weight.assign(np.abs(values) + 0.1 if weight.name == "moving_variance" else values)


def stages(model):
    """Return each layer with those folded into it."""
    found = []
    for layer in model.layers:
        if found and type(layer).__name__ in FOLDED:
            found[-1].append(layer)
        else:
            found.append([layer])
    return found


def compared(model, image, rng, count=6):
    """Compare units of every layer, alone and folded, with Keras's own values; return how many."""
    values, taken, number = np.asarray(image)[None], {}, 0
    for layer in model.layers:
        taken[layer.name] = values
        values = np.asarray(layer(values, training=False))
        taken[layer.name, "out"] = values
    alone = [[layer] for layer in model.layers]
    for group in alone + [group for group in stages(model) if len(group) > 1]:
        inputs, outputs = taken[group[0].name][0], taken[group[-1].name, "out"][0]
        for _ in range(count):
            place = tuple(int(rng.integers(side)) for side in outputs.shape)
            value = unit_steps(group, inputs, place)[-1][1].value
            assert value == pytest.approx(float(outputs[place]), rel=2e-4, abs=2e-5), (group[-1].name, place)
            number += 1
    return number


def drawn(layer):
    """Return what of a layer is easily missed: what a strategy must draw to have tested it."""
    size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    steps = getattr(layer, "strides", (1, 1))
    held = {
        "groups": getattr(layer, "groups", 1) > 1 and "Conv2D" == type(layer).__name__,
        "dilation": max(getattr(layer, "dilation_rate", (1, 1))) > 1,
        "depth multiplier": getattr(layer, "depth_multiplier", 1) > 1,
        "a stride that leaves a rest": max(steps) > 1 and any(
            (side - (window if layer.padding == "valid" else 0)) % step
            for side, window, step in zip(layer.input.shape[1:3], size, steps, strict=True)
        ),
        "padding": max(size or (1,)) > 1 and layer.padding == "same",
    }  # fmt: skip
    return [what for what, there in held.items() if there]


def test_random_units_of_random_chains():
    seen = Counter()

    @settings(max_examples=40, deadline=None, derandomize=True)
    @given(chains(), st.integers(0, 1000))
    def every(model, seed):
        rng = np.random.default_rng(seed)
        randomised(model, rng)
        image = rng.random(model.input_shape[1:], np.float32)
        assert compared(model, image, rng) >= (6 if model.layers else 0)
        seen.update(what for layer in model.layers for what in drawn(layer))

    every()
    wanted = {"groups", "dilation", "depth multiplier", "a stride that leaves a rest", "padding"}
    assert {what for what in wanted if seen[what] >= 3} == wanted, seen


def test_both_steps_of_a_separable_unit_and_what_is_padding():
    layer = layers.SeparableConv2D(2, 3, padding="same", use_bias=False)
    image = np.arange(1.0, 33.0).reshape(4, 4, 2)
    layer.build((None, 4, 4, 2))
    depthwise, pointwise = np.ones((3, 3, 2, 1)), np.array([[1.0, 10.0], [2.0, 20.0]])[None, None]
    layer.set_weights([depthwise, pointwise])
    ((name, step),) = unit_steps([layer], image, (0, 0, 1))
    assert name == layer.name and isinstance(step, Weighed)
    assert step.inside.tolist() == [[False] * 3, [False, True, True], [False, True, True]]
    assert step.sums.tolist() == [1 + 3 + 9 + 11, 2 + 4 + 10 + 12]
    assert step.value == 10 * 24 + 20 * 28
    term = step.term(1)
    assert (term.channel, term.sum, term.mixing, term.part) == (1, 28, 20, 560)


def test_what_a_pooling_takes_and_what_a_layer_hands_on():
    image = np.array([[1.0, 5.0], [7.0, 7.0]])[..., None]
    ((_, taken),) = unit_steps([layers.MaxPooling2D(2)], image, (0, 0, 0))
    assert isinstance(taken, Pooled) and taken.taken == (1, 0) and taken.value == 7
    ((_, mean),) = unit_steps([layers.AveragePooling2D(2, padding="same", strides=1)], image, (1, 1, 0))
    assert mean.taken is None and mean.value == 7 and mean.inside.sum() == 1
    ((_, kept),) = unit_steps([layers.Flatten()], image, (2,))
    assert isinstance(kept, Kept) and kept.place == (1, 0, 0) and kept.value == 7


def test_a_rescaling_may_have_a_scale_for_each_channel():
    layer = layers.Rescaling([1.0, 2.0, 4.0], offset=[0.0, 1.0, 0.5])
    ((_, step),) = unit_steps([layer], np.full((2, 2, 3), 3.0), (1, 0, 2))
    assert step.value == 4 * 3 + 0.5 == float(np.asarray(layer(np.full((1, 1, 1, 3), 3.0)))[0, 0, 0, 2])


def test_normalisation_by_its_numbers():
    layer = layers.BatchNormalization(epsilon=0.75)
    layer.build((None, 1, 1, 1))
    layer.set_weights([np.array([value]) for value in (3.0, 1.0, 2.0, 0.25)])
    ((_, step),) = unit_steps([layer], np.full((1, 1, 1), 6.0), (0, 0, 0))
    assert step == Normalised(6, 2, 0.25, 3, 1, 0.75) and step.value == 3 * (6 - 2) / 1 + 1


@pytest.mark.parametrize(
    "layer, says",
    [
        (layers.UpSampling2D(2), "not taken apart here"),
        (layers.Conv2D(1, 1, data_format="channels_first"), "only data_format='channels_last'"),
        (layers.BatchNormalization(axis=1), "normalises axis 1"),
    ],
)
def test_what_is_not_known_is_said(layer, says):
    layer.build((None, 4, 4, 4))
    with pytest.raises(LayerError, match=says):
        unit_steps([layer], np.zeros((4, 4, 4)), (0, 0, 0))
