"""The explorer's moves: each returns a new stack and leaves the old one as it was."""

import keras
import pytest

from course import CHAINS, models
from course.arithmetic import Conv2D, Dropout, Flatten, LayerError, MaxPooling2D, Pointwise, ZeroPadding2D, ledger
from course.challenge.building import BuildError, built
from course.inspection import ledger_of
from course.widgets.layer_explorer.code import keras_code
from course.widgets.layer_explorer.state import (
    NEW,
    SETTINGS,
    Stack,
    add,
    edit,
    layers_of,
    move,
    paste,
    remove,
    settings,
    undo,
)

A, B, C = Conv2D(8, 3), MaxPooling2D(2), Flatten()
STACK = Stack((A, B, C), selected=1)


def test_a_new_layer_follows_the_selected_one():
    after = add(STACK, Dropout(0.5))
    assert after.layers == (A, B, Dropout(0.5), C) and after.selected == 2
    assert after.previous is STACK and STACK.layers == (A, B, C)
    assert add(Stack(())).layers == (NEW["Conv2D"],)


def test_what_follows_a_removed_layer_is_selected():
    after = remove(STACK)
    assert after.layers == (A, C) and after.layer == C
    assert remove(after).layers == (A,) and remove(after).layer == A
    empty = Stack(())
    assert remove(empty) is empty and remove(Stack((A,))).layer is None


def test_a_layer_moves_and_stays_selected():
    assert move(STACK, -1).layers == (B, A, C) and move(STACK, -1).layer == B
    assert move(STACK, 1).layers == (A, C, B)
    assert move(STACK, 2) is STACK and move(move(STACK, -1), -1).layers == (B, A, C)


def test_settings_are_edited():
    after = edit(STACK, kernel=3, padding="same")
    assert after.layers == (A, MaxPooling2D(3, padding="same"), C)
    assert edit(STACK, stride=1).layer == MaxPooling2D(2, strides=1)
    assert edit(STACK, kind="MaxPooling2D") is STACK
    with pytest.raises(ValueError, match="The filters of this MaxPooling2D can't be set here"):
        edit(STACK, filters=3)


def test_a_convolution_keeps_its_settings_when_it_becomes_another():
    wide = Stack((Conv2D(24, 5, strides=2, padding="same", name="stem"),))
    other = edit(wide, kind="SeparableConv2D").layer
    assert (other.filters, other.kernel_size, other.strides, other.padding) == (24, 5, 2, "same")
    assert other.name is None
    assert edit(wide, kind="MaxPooling2D").layer == NEW["MaxPooling2D"]


def test_undo_goes_back_move_by_move():
    after = edit(add(STACK), kernel=5)
    assert undo(after).layers == add(STACK).layers and undo(undo(after)) == STACK
    assert undo(STACK) is STACK


@pytest.mark.parametrize("kind", NEW)
def test_only_what_a_kind_has_can_be_set(kind):
    held = settings(NEW[kind])
    for name in SETTINGS:
        if name in held:
            value = "same" if name == "padding" else 2
            assert settings(edit(Stack((NEW[kind],)), **{name: value}).layer)[name] == value
        else:
            with pytest.raises(ValueError, match=f"The {name} of this {kind}"):
                edit(Stack((NEW[kind],)), **{name: 2})


def test_uneven_settings_are_not_offered():
    assert settings(Conv2D(8, (3, 5))) == {"filters": 8, "stride": 1, "dilation": 1, "padding": "valid"}
    assert settings(ZeroPadding2D(((1, 0), (1, 0)))) == {} and settings(ZeroPadding2D(2)) == {"zeros": 2}
    assert settings(None) == {}


def test_the_ledger_goes_up_to_the_layer_that_does_not_fit():
    book, why = Stack((A, Conv2D(8, 31), A)).so_far
    assert [row.name for row in book] == ["conv2d_1"] and why.startswith("layer 2, conv2d_2 (Conv2D): a 31")
    assert STACK.so_far == (ledger((A, B, C)), "")
    with pytest.raises(LayerError, match="input_shape"):
        _ = Stack((A,), input_shape=(32, 32)).so_far


@pytest.mark.parametrize("name", CHAINS)
def test_the_kits_models_are_read(name):
    model = models.build(name)
    layers = layers_of(model)
    assert ledger(layers, (32, 32, 3), name).as_dict() == ledger_of(model).as_dict()
    assert not [layer for layer in layers if getattr(layer, "kernel_size", 3) not in (1, 3)]


def test_layers_without_fields_of_their_own_can_be_edited():
    ours = (A, Pointwise("ReLU", settings=(("max_value", 6.0),)))
    real = keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(8, 3), keras.layers.ReLU(6.0)])
    pasted = paste(STACK, "model.add(Conv2D(8, 3, input_shape=(32, 32, 3)))\nmodel.add(ReLU(6.0))")
    assert pasted.layers == ours
    for layers in (pasted.layers, layers_of(real)):
        assert ledger(layers).parameters == 224 and layers[1].kind == "ReLU"


UNEVEN = {
    "padding": [keras.layers.ZeroPadding2D(((0, 1), (0, 1))), keras.layers.Conv2D(8, 3, 2)],
    "cropping": [keras.layers.Cropping2D(((0, 1), (0, 1)))],
    "even sides": [keras.layers.ZeroPadding2D(((1, 1), (2, 2)))],
    "square": [keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(64), keras.layers.Reshape((8, 8))],
    "transposed": [keras.layers.Conv2DTranspose(8, 3, 2, "same")],
}


@pytest.mark.parametrize("chain", UNEVEN.values(), ids=UNEVEN)
def test_pairs_keep_their_meaning(chain):
    model = keras.Sequential([keras.Input((32, 32, 3)), *chain])
    stack = Stack(layers_of(model))
    assert built(stack, 60).output_shape == model.output_shape
    assert stack.so_far[0][-1].output_shape == model.output_shape[1:]


def test_a_model_that_is_no_chain_is_refused():
    image = keras.Input((8, 8, 3))
    one = keras.layers.Conv2D(4, 3, padding="same")(image)
    two = keras.layers.Add()([one, keras.layers.Conv2D(4, 1)(image)])
    with pytest.raises(LayerError, match="branches, and the explorer edits chains only"):
        layers_of(keras.Model(image, two))
    with pytest.raises(LayerError, match="branches, and the explorer edits chains only"):
        layers_of(keras.Model(image, [one, keras.layers.ReLU()(one)]))
    assert len(layers_of(keras.Model(image, one))) == 1


def test_a_layer_with_weights_that_is_called_twice_is_refused():
    image = keras.Input((8, 8, 3))
    conv, drop = keras.layers.Conv2D(3, 3, padding="same", name="twice"), keras.layers.Dropout(0.5, name="drop")
    with pytest.raises(LayerError, match="calls twice more than once, and in the explorer each call has"):
        layers_of(keras.Model(image, drop(conv(conv(image))), name="shared"))
    inner = keras.Sequential([image, conv])
    with pytest.raises(LayerError, match="more than once"):
        layers_of(keras.Model(image, inner(inner(image))))
    assert [layer.name for layer in layers_of(keras.Model(image, drop(drop(image))))] == ["drop", None]
    code = "i = Input((8, 8, 3))\nconv, drop = Conv2D(3, 3), Dropout(0.5, name='drop')\n"
    shared = paste(STACK, f"{code}x = conv(conv(i))")
    assert shared.trouble.startswith("This network calls one Conv2D more than once, and in")
    assert shared.layers == STACK.layers
    assert [layer.name for layer in paste(STACK, f"{code}x = drop(conv(drop(i)))").layers] == ["drop", None, None]


@pytest.mark.parametrize("operation", ["Multiply", "Subtract", "Maximum", "Relu", "TrueDivide", "Mean"])
def test_an_operation_is_no_layer(operation):
    image = keras.Input((8, 8, 3))
    result = {
        "Multiply": lambda: image * 2, "Subtract": lambda: 1 - image, "Relu": lambda: keras.ops.relu(image),
        "Maximum": lambda: keras.ops.maximum(image, 0), "TrueDivide": lambda: image / 255,
        "Mean": lambda: keras.ops.mean(image, (1, 2)),
    }[operation]()  # fmt: skip
    layers = layers_of(keras.Model(image, keras.layers.Flatten()(result)))
    assert "# put its settings here, or a layer that does the same" in keras_code(layers, (8, 8, 3))
    with pytest.raises(BuildError, match=f"layer 1 is a {operation}, of which the stack does not know"):
        built(Stack(layers, (8, 8, 3)), 60)


UNTOLD = {
    "rate": "Dropout(r)",
    "momentum": "BatchNormalization(momentum=m)",
    "epsilon": "LayerNormalization(epsilon=e)",
    "groups": "GroupNormalization(g)",
    "stddev": "GaussianNoise(s)",
    "kernel_regularizer": "Dense(3, kernel_regularizer=mine)",
    "trainable": "Dense(3, trainable=t)",
}


@pytest.mark.parametrize("key", UNTOLD)
def test_what_can_not_be_told_is_not_made_up(key):
    stack = paste(Stack(()), f"model.add(Conv2D(8, 3, input_shape=(8, 8, 3)))\nmodel.add({UNTOLD[key]})")
    assert f"# put your own {key} here" in keras_code(stack.layers, (8, 8, 3))
    with pytest.raises(BuildError, match=f"has an? {key} of your own"):
        built(stack, 60)


def test_settings_that_another_kind_does_not_have_are_named():
    stack = Stack((Conv2D(8, 3, settings=(("kernel_regularizer", "l2"), ("seed", 1))),))
    after = edit(stack, kind="SeparableConv2D")
    assert after.trouble == (
        "What was set as kernel_regularizer and seed did not pass from the Conv2D to the SeparableConv2D. "
        "Undo brings it back."
    )
    assert undo(after) == stack and edit(stack, kernel=5).layer.settings == stack.layer.settings
