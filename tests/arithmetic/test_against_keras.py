"""Sizes and parameters of every kind of layer, against real Keras layers."""

import inspect

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from layer_kinds import KINDS, SETTINGS, example

from course import arithmetic
from course._quiet import import_keras
from course.arithmetic import LayerError, ledger
from course.arithmetic.layers import arguments, from_config
from course.inspection import ledger_of

keras = import_keras()

small = st.integers(1, 4)
pairs = st.tuples(small, small)
padding = st.sampled_from(["valid", "same"])


@st.composite
def keras_layers(draw):
    kind = draw(
        st.sampled_from(
            ["Conv2D", "SeparableConv2D", "DepthwiseConv2D", "MaxPooling2D", "AveragePooling2D",
             "GlobalAveragePooling2D", "ZeroPadding2D", "BatchNormalization", "Flatten", "Dense", "Dropout",
             "Activation"]
        )
    )  # fmt: skip
    options = {}
    if "Conv" in kind:
        options = {"kernel_size": draw(pairs), "strides": draw(pairs), "padding": draw(padding)}
        options["dilation_rate"] = draw(st.one_of(st.just(1), pairs))
        options["use_bias"] = draw(st.booleans())
        if kind != "DepthwiseConv2D":
            options["filters"] = draw(st.sampled_from([2, 4, 6]))
        if kind == "Conv2D":
            options["groups"] = draw(st.sampled_from([1, 2]))
        else:
            options["depth_multiplier"] = draw(st.integers(1, 3))
    elif kind in ("MaxPooling2D", "AveragePooling2D"):
        options = {"pool_size": draw(pairs), "padding": draw(padding)}
        options["strides"] = draw(st.one_of(st.none(), pairs))
    elif kind == "GlobalAveragePooling2D":
        options = {"keepdims": draw(st.booleans())}
    elif kind == "ZeroPadding2D":
        options = {"padding": draw(st.one_of(st.integers(0, 3), pairs, st.tuples(pairs, pairs)))}
    elif kind == "BatchNormalization":
        options = {"center": draw(st.booleans()), "scale": draw(st.booleans())}
    elif kind == "Dense":
        options = {"units": draw(small), "use_bias": draw(st.booleans())}
    elif kind == "Dropout":
        options = {"rate": 0.5}
    elif kind == "Activation":
        options = {"activation": "relu"}
    return kind, options


@settings(max_examples=300, deadline=None)
@given(keras_layers(), st.tuples(st.integers(1, 12), st.integers(1, 12), st.sampled_from([2, 4])))
def test_one_layer(layer, shape):
    kind, options = layer
    try:
        real = getattr(keras.layers, kind)(**options)
    except ValueError:
        # What Keras does not build, the ledger does not count.
        with pytest.raises(LayerError, match="strides and dilation_rate are both above 1"):
            ledger([getattr(arithmetic, kind)(**options)], shape)
        return
    try:
        row = ledger([from_config(kind, real.get_config())], shape)[0]
    except LayerError:
        assume("Conv" in kind or "Pooling" in kind)
        extent = [(k - 1) * d + 1 for k, d in zip(*_window(real), strict=True)]
        assert options["padding"] == "valid"
        assert extent[0] > shape[0] or extent[1] > shape[1]
        return
    assert (None, *row.output_shape) == tuple(real.compute_output_shape((None, *shape)))
    real.build((None, *shape))
    assert row.parameters == real.count_params()
    assert row.trainable == sum(v.numpy().size for v in real.trainable_variables)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind(kind):
    model = example(kind)
    row, real = ledger_of(model)["last"], model.get_layer("last")
    assert row.kind == kind and row.output_shape == real.output.shape[1:]
    assert row.parameters == real.count_params()
    assert row.trainable == sum(v.numpy().size for v in real.trainable_variables)


@pytest.mark.parametrize("kind", KINDS)
def test_the_arguments_are_keras_own_in_its_order(kind):
    taken = list(inspect.signature(getattr(keras.layers, kind)).parameters)
    assert list(arguments(kind)) == taken[: len(arguments(kind))]
    assert set(arguments(kind)) >= SETTINGS[kind].keys()


def _window(real):
    if hasattr(real, "pool_size"):
        return real.pool_size, (1, 1)
    return real.kernel_size, real.dilation_rate
