"""Nothing that Keras was told of a layer is lost in the explorer: in code, an entry, a line, or pasted back."""

import inspect
import math
from dataclasses import replace

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_kinds import KINDS, SETTINGS, joins
from page_words import words

import course.arithmetic
from course.arithmetic import Conv2D, KerasObject
from course.challenge.building import BuildError, built
from course.widgets.layer_explorer.code import in_code, keras_code
from course.widgets.layer_explorer.page import render
from course.widgets.layer_explorer.state import Stack, layers_of, paste, spelled

IMAGE = (9, 10, 2)
CHAINED = [kind for kind in KINDS if not joins(kind)]
INITIALIZERS = (
    "ones",
    keras.initializers.HeNormal(seed=3),
    keras.initializers.TruncatedNormal(stddev=np.float64(0.02)),
    keras.initializers.VarianceScaling(2.0, mode="fan_out"),
    keras.initializers.Constant(0.5),
)
REGULARIZERS = ("l2", keras.regularizers.L2(1e-4), keras.regularizers.L1L2(0.1, 0.2))
CONSTRAINTS = ("non_neg", keras.constraints.MaxNorm(3, axis=[0]))
# What any layer may be given, by the end of its name.
CHOICES = {
    "_initializer": INITIALIZERS,
    "_regularizer": REGULARIZERS,
    "_constraint": CONSTRAINTS,
    "noise_shape": ((None, 1, 1, 4),),
    "seed": (7,),
    "trainable": (False,),
    "dtype": ("float64", "mixed_bfloat16"),
    "name": ("stem", 'it"s', "back\\slash", "Übung"),
}
NUMBERS = {"rate": 0.25, "stddev": math.pi, "alpha": 0.5, "epsilon": 1e-5, "max_value": 4.0, "scale": 1 / 255}


@st.composite
def layers(draw):
    """Return any kind of layer that stands in a chain, and settings of any kind."""
    kind = draw(st.sampled_from(CHAINED))
    made = getattr(keras.layers, kind)
    takes = {*inspect.signature(made.__init__).parameters}
    if "kwargs" in takes:
        takes |= {"trainable", "dtype", "name"}
        # Of kinds without a get_config of their own, Keras can't write one down.
        written = made.get_config is not keras.layers.Layer.get_config
        takes |= {"activity_regularizer"} if written and kind != "ActivityRegularization" else set()
    chosen = dict(SETTINGS[kind])
    for key in sorted(takes):
        choices = next((each for end, each in CHOICES.items() if key.endswith(end)), None)
        if choices and draw(st.booleans()):
            chosen[key] = draw(st.sampled_from(choices))
        if key in NUMBERS and draw(st.booleans()):
            chosen[key] = np.float64(NUMBERS[key])
    return kind, chosen


def listed(value):
    """Return a configuration with lists for tuples, so that two can be compared."""
    if isinstance(value, dict):
        return {key: listed(inner) for key, inner in value.items() if key != "shared_object_id"}
    return [*map(listed, value)] if isinstance(value, (tuple, list)) else value


def told(model):
    """Return what each layer of a model is told besides its name."""
    return [(type(layer).__name__, listed(layer.get_config()) | {"name": ""}) for layer in model.layers]


@given(st.lists(layers(), min_size=1, max_size=3))
@settings(max_examples=30, deadline=None)
def test_every_setting_is_kept(chosen):
    first = keras.layers.Conv2D(4, 3, padding="same", name="first")
    try:
        last = [getattr(keras.layers, kind)(**given) for kind, given in chosen]
        model = keras.Sequential([keras.Input(IMAGE), first, *last])
    except ValueError:  # two of one name, or one that can't follow the other
        return
    held = layers_of(model)
    code, made = keras_code(held, IMAGE), {}
    exec(code, made)
    assert told(made["model"]) == told(model)
    names = {given["name"] for _, given in chosen if "name" in given}
    assert names <= {layer.name for layer in made["model"].layers}
    assert told(built(Stack(held, IMAGE), 60)) == told(model)
    assert [eval(spelled(layer), {**vars(course.arithmetic)}) for layer in held] == [*held]
    pasted = paste(Stack(()), code)
    assert not pasted.trouble
    assert [replace(layer, name=None) for layer in pasted.layers] == [replace(layer, name=None) for layer in held]


def test_what_is_kept_is_said():
    layer = Conv2D(8, 3, settings=(("seed", 1), ("trainable", False)))
    assert "though no number here depends on it: seed and trainable." in words(render(Stack((layer,))))


OWN = {
    "kernel_initializer": keras.layers.Dense(3, kernel_initializer=lambda *given, **more: keras.ops.ones(*given)),
    "kernel_regularizer": keras.layers.Dense(3, kernel_regularizer=keras.ops.sum),
    "bias_initializer": keras.layers.Dense(3, bias_initializer=keras.initializers.Constant(np.ones(3))),
    "activation": keras.layers.Activation(lambda x: x * 2),
}


@pytest.mark.parametrize("key", OWN)
def test_what_can_not_be_written_is_asked_for(key):
    held = layers_of(keras.Sequential([keras.Input(IMAGE), OWN[key]]))
    assert f"# put your own {key} here" in keras_code(held, IMAGE)
    with pytest.raises(BuildError, match=f"has an? {key} of your own"):
        built(Stack(held, IMAGE), 60)


def test_numbers_of_numpys_are_pythons():
    chain = [
        keras.layers.Dropout(np.float32(0.5)), keras.layers.Rescaling(np.float32(0.5), np.int64(3)),
        keras.layers.ELU(np.float32(2), activity_regularizer=keras.regularizers.L2(np.float64(0.25))),
    ]  # fmt: skip
    held = layers_of(keras.Sequential([keras.Input(IMAGE), *chain]))
    assert "np." not in keras_code(held, IMAGE) + "".join(map(spelled, held))
    again = built(Stack(held, IMAGE), 60).layers
    assert (again[0].rate, again[1].scale, again[1].offset, again[2].alpha) == (0.5, 0.5, 3, 2)
    assert again[2].activity_regularizer.l2 == 0.25


def test_a_model_within_a_model_is_taken_apart():
    inner = keras.Sequential([keras.Input(IMAGE), keras.layers.Conv2D(4, 3, name="conv")], name="block")
    inner.trainable, made = False, {}
    exec(keras_code(layers_of(keras.Sequential([keras.Input(IMAGE), inner])), IMAGE), made)
    (conv,) = made["model"].layers
    assert conv.name == "block_conv" and not conv.trainable


@pytest.mark.parametrize("value", [1, 0.1, -1e-30, math.inf, -math.inf, None, True, (1,), (), ((0, 1), (2, 3)),
                                   'a"b\\c\n', "Übung/\u2028", (math.inf, "x")])  # fmt: skip
def test_a_value_in_code_is_the_value(value):
    assert eval(in_code(value), {}) == value
    assert eval(in_code(np.float64(0.1)), {}) == 0.1 and math.isnan(eval(in_code(math.nan), {}))


def test_an_object_of_keras_in_code():
    value = KerasObject("regularizers.L1L2", (("", 0.5), ("l2", np.float64(0.25))))
    assert in_code(value) == "keras.regularizers.L1L2(0.5, l2=0.25)"
    assert eval(spelled(value), {**vars(course.arithmetic)}) == value
