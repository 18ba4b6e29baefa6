"""What a ledger says of a Keras model: what it knows, what it marks, and what it refuses."""

from math import inf, prod

import numpy as np
import pytest

from course._quiet import import_keras
from course.arithmetic import LayerError
from course.inspection import ledger_of

keras = import_keras()
layers = keras.layers


def chain(*parts, shape=(8, 8, 3), name="net"):
    return keras.Sequential([keras.Input(shape), *parts], name=name)


def sees_everything(row, pixels=8):
    return all(mask == 2**pixels - 1 for masks in row.sees for mask in masks)


def test_squeeze_and_excite_is_unbounded_and_keeps_the_nominal_field():
    image = keras.Input((9, 9, 2))
    map_ = layers.Conv2D(4, 3, name="conv")(image)
    gate = layers.GlobalAveragePooling2D()(map_)
    gate = layers.Dense(2, activation="relu")(layers.Reshape((1, 1, 4))(gate))
    gate = layers.Dense(4, activation="sigmoid")(gate)
    out = layers.Conv2D(2, 3, strides=2, name="after")(layers.Multiply(name="excite")([map_, gate]))
    found = ledger_of(keras.Model(image, out))
    assert found["conv"].receptive_field == (3, 3) and found["conv"].marks["receptive_field"] == "exact"
    for name, nominal, jump in (("excite", 3, 1), ("after", 5, 2)):
        row = found[name]
        assert row.receptive_field == (inf, inf)
        assert row.nominal_receptive_field == (nominal, nominal)
        assert row.jump == (jump, jump)
        assert row.clipped == row.touched == (9, 9) and sees_everything(row, 9)
        assert row.marks["receptive_field"] == "nominal" and row.marks["touched"] == "exact"
        assert row.aligned


def test_functions_and_classes_of_no_module_are_read():
    def twice(x):
        return 2 * x

    class Own(layers.Layer):
        def call(self, inputs):
            return inputs

    twice.__module__, Own.__module__ = None, None
    found = ledger_of(chain(layers.Conv2D(4, 3, activation=twice), Own(name="own")))
    assert found[0].layer.activation == "custom" and found[0].parameters == 112
    assert found["own"].receptive_field == (None, None)  # not taken for one of Keras's


def test_numbers_of_numpy_are_read():
    found = ledger_of(chain(layers.Conv2D(np.int64(4), 3), layers.Dropout(np.float32(0.5))))
    assert found.parameters == 112 and type(found[0].layer.filters) is int


@pytest.mark.parametrize("axes", [None, [1, 2], [3], [-1]])
def test_a_prelu_shares_the_axes_that_keras_shares(axes):
    model = chain(layers.PReLU(shared_axes=axes), shape=(4, 5, 3))
    assert ledger_of(model).parameters == model.count_params()


@pytest.mark.parametrize(
    "layer",
    [
        lambda: layers.GroupNormalization(2, name="mix"),
        lambda: layers.LayerNormalization(axis=(1, 2, 3), name="mix"),
        lambda: layers.Softmax(axis=(1, 2), name="mix"),
    ],
)
def test_what_normalises_over_the_map_is_unbounded(layer):
    row = ledger_of(chain(layers.Conv2D(4, 3), layer(), layers.Conv2D(2, 3)))["mix"]
    assert row.receptive_field == (inf, inf) and row.nominal_receptive_field == (3, 3)
    assert sees_everything(row)


def test_normalising_along_one_direction_leaves_the_other():
    row = ledger_of(chain(layers.Conv2D(4, 3), layers.LayerNormalization(axis=(2, 3), name="mix")))["mix"]
    assert row.receptive_field == (3, inf)
    assert row.touched == (3, 8)


def test_normalising_the_channels_of_a_position_is_pointwise():
    row = ledger_of(chain(layers.Conv2D(4, 3), layers.LayerNormalization()))[-1]
    assert row.receptive_field == (3, 3) and row.marks["receptive_field"] == "exact"
    assert row.parameters == 8


def test_attention_over_tokens_is_unbounded():
    image = keras.Input((8, 8, 3))
    tokens = layers.Reshape((16, 4), name="tokens")(layers.Conv2D(4, 2, strides=2)(image))
    attention = layers.MultiHeadAttention(2, 4, name="attention")
    out = layers.Dense(5, name="dense")(attention(tokens, tokens))
    model = keras.Model(image, out)
    found = ledger_of(model)
    assert found["tokens"].receptive_field == (2, 2)
    assert found["attention"].receptive_field == (inf, inf)
    assert found["attention"].nominal_receptive_field[0] >= 2
    assert found["dense"].receptive_field == (inf, inf) and sees_everything(found["dense"])
    assert found["attention"].output_shape == (16, 4) and found["attention"].macs is None
    assert found.parameters == model.count_params()


def test_a_mean_over_the_map_sees_what_global_pooling_sees():
    image = keras.Input((9, 7, 3))
    map_ = layers.Conv2D(4, 3, strides=2)(image)
    rows = [
        ledger_of(keras.Model(image, out))[-1]
        for out in (
            keras.ops.mean(map_, axis=(1, 2)),
            layers.GlobalAveragePooling2D()(map_),
            keras.ops.average(keras.ops.average(map_, axis=1), axis=1),
        )
    ]
    assert rows[0].axes == rows[1].axes == rows[2].axes
    assert {row.output_shape for row in rows} == {(4,)} and rows[0].receptive_field == (9, 7)


class Strange(layers.Layer):
    """Adds a shifted copy, with a weight for each channel."""

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],))

    def call(self, values):
        return values + keras.ops.roll(values, 3, axis=1) * self.scale


class Conv2D(Strange):
    """Has the name of one of Keras's own classes, and is not one."""


@pytest.mark.parametrize(
    "stranger",
    [
        lambda: Strange(name="odd"),
        lambda: Conv2D(name="odd"),
        lambda: layers.Lambda(lambda x: x[:, ::-1], name="odd"),
    ],
)
def test_from_an_unknown_layer_on_the_field_is_unavailable_and_the_rest_is_right(stranger):
    model = chain(
        layers.Conv2D(4, 3, name="before"), stranger(), layers.Conv2D(5, 3, name="after"),
        layers.BatchNormalization(), layers.GlobalAveragePooling2D(), layers.Dense(2, name="dense"),
    )  # fmt: skip
    found = ledger_of(model)
    assert found["before"].marks["receptive_field"] == "exact"
    for row in list(found)[1:]:
        assert row.receptive_field == row.start == row.jump == row.clipped == row.touched == (None, None)
        assert row.marks["receptive_field"] == row.marks["touched"] == "unavailable"
    for row, layer in zip(found, model.layers, strict=True):
        assert row.output_shape == layer.output.shape[1:] and row.parameters == layer.count_params()
    assert found.parameters == model.count_params()
    assert found["after"].macs == 4 * 4 * 5 * 3 * 3 * 4
    assert "unavailable" in found["odd"].marks["macs"]


def test_an_input_other_than_the_first_is_unavailable():
    image, other = keras.Input((8, 8, 3)), keras.Input((8, 8, 3), name="other")
    one = layers.Conv2D(2, 3, name="one")(image)
    both = layers.Add(name="both")([one, layers.Conv2D(2, 3, name="two")(other)])
    model = keras.Model([image, other], both)
    found = ledger_of(model)
    assert found["one"].receptive_field == (3, 3)
    assert found["two"].receptive_field == found["both"].receptive_field == (None, None)
    assert found["both"].output_shape == (6, 6, 2) and found.parameters == model.count_params()


def test_an_input_of_any_size_takes_the_size_it_is_given():
    model = chain(layers.Conv2D(4, 3, strides=2, padding="same"), shape=(None, None, 3))
    assert [ledger_of(model, (n, n, 3))[0].start for n in (8, 9)] == [(1, 1), (0, 0)]
    assert ledger_of(model, (9, 8, 3))[0].output_shape == (5, 4, 4)
    with pytest.raises(LayerError, match=r"needs images of a fixed size. Give one as input_shape=\(32, 32, 3\).$"):
        ledger_of(model)


class Subclassed(keras.Model):
    def __init__(self):
        super().__init__(name="own")
        self.conv = layers.Conv2D(2, 3)

    def call(self, values):
        return self.conv(values)


def subclassed():
    model = Subclassed()
    model(keras.ops.zeros((1, 8, 8, 3)))
    return model


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        (
            lambda: keras.Sequential([layers.Conv2D(2, 3)], name="net"),
            "net is not built: start it with keras.Input(shape=(32, 32, 3)).",
        ),
        (
            subclassed,
            "own is a class of its own, so its layers can't be followed: "
            "build it with Sequential, or with keras.Model(inputs, outputs).",
        ),
        (
            lambda: chain(layers.ZeroPadding2D(1, data_format="channels_first", name="pad")),
            "pad (ZeroPadding2D): its images have channels first; build the model with channels last.",
        ),
        (
            lambda: chain(layers.Dense(2), shape=(12,)),
            "net has input shape (None, 12): a ledger needs images of a fixed size. "
            "Give one as input_shape=(32, 32, 3).",
        ),
    ],
)
def test_what_can_not_be_read_gets_one_sentence(model, sentence):
    with pytest.raises(LayerError) as caught:
        ledger_of(model())
    assert str(caught.value) == sentence


def test_a_size_too_small_for_the_network_names_the_layer():
    model = chain(layers.Conv2D(4, 3), layers.MaxPooling2D(4, name="pool"), shape=(None, None, 3))
    with pytest.raises(LayerError, match=r"pool \(MaxPooling2D\): a 4×4 window does not fit its 3×3 input"):
        ledger_of(model, (5, 5, 3))


def test_layers_within_models_are_called_by_their_path_and_shared_ones_are_counted_once():
    block = chain(layers.Conv2D(3, 3, padding="same", name="conv"), shape=(None, None, 3), name="block")
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, block(block(image)))
    found = ledger_of(model)
    assert [row.name for row in found] == ["block/conv", "block/conv"]
    assert [row.parameters for row in found] == [84, 0] and found.parameters == model.count_params()
    assert found[-1].receptive_field == (5, 5)


def normalised(**options):
    return [layers.Conv2D(4, 3, name="conv"), layers.BatchNormalization(name="norm", **options)]


def frozen(model, *names):
    for name in names:
        part = model
        for step in name.split("/") if name else ():
            part = part.get_layer(step)
        part.trainable = False
    return model


def nested():
    base = chain(*normalised(), shape=(None, None, 3), name="base")
    image = keras.Input((12, 12, 3))
    head = chain(base, layers.SeparableConv2D(5, 3, name="head"), shape=(12, 12, 3), name="inner")
    return keras.Model(image, layers.Dense(2, name="dense")(layers.Flatten()(head(image))))


def thawed():
    model = frozen(nested(), "inner/base")
    model.get_layer("inner").get_layer("base").get_layer("conv").trainable = True
    return model


def shared():
    base = chain(layers.Conv2D(3, 3, padding="same", name="conv"), shape=(None, None, 3), name="base")
    image = keras.Input((8, 8, 3))
    return frozen(keras.Model(image, layers.Conv2D(2, 1)(base(base(image)))), "base")


def without_one_bias():
    model = chain(*normalised())
    model.get_layer("conv").bias.trainable = False
    return model


@pytest.mark.parametrize(
    ("model", "trainable"),
    [
        (lambda: frozen(chain(layers.Conv2D(16, 3, name="conv"), layers.Conv2D(4, 3)), "conv"), 580),
        (lambda: chain(*normalised()), 112 + 8),
        (lambda: frozen(chain(*normalised()), "norm"), 112),
        (lambda: chain(*normalised(trainable=False)), 112),
        (lambda: frozen(chain(*normalised(), layers.Conv2D(1, 1)), "conv"), 8 + 5),
        (lambda: frozen(nested(), "inner/base"), 36 + 25 + 642),
        (lambda: frozen(nested(), "inner"), 642),
        (lambda: frozen(nested(), ""), 0),
        (thawed, 112 + 36 + 25 + 642),
        (shared, 8),
        (without_one_bias, 108 + 8),
    ],
)
def test_trainable_are_the_parameters_that_keras_would_train(model, trainable):
    model = model()
    found = ledger_of(model)
    assert found.trainable == trainable == sum(prod(weight.shape) for weight in model.trainable_weights)
    assert found.parameters == model.count_params()
    assert sum(row.non_trainable for row in found) == found.parameters - trainable


def test_a_frozen_base_and_its_head():
    base = frozen(chain(layers.Conv2D(16, 3), shape=(32, 32, 3), name="base"), "")
    found = ledger_of(chain(base, layers.Conv2D(4, 3), shape=(32, 32, 3)))
    assert (found.trainable, found.parameters) == (580, 1028)
    assert [(row.trainable, row.non_trainable) for row in found] == [(0, 448), (580, 0)]


def test_a_layer_that_is_not_known_may_be_frozen_too():
    row = ledger_of(frozen(chain(Strange(name="odd")), "odd"))["odd"]
    assert (row.trainable, row.non_trainable) == (0, 3)


def test_a_field_that_depends_on_the_position_is_the_largest_and_marked_nominal():
    row = ledger_of(chain(layers.Conv2DTranspose(2, 3, strides=2)))[0]
    assert row.receptive_field == (2, 2) and row.marks["receptive_field"] == "nominal"
    assert row.jump == (0.5, 0.5) and row.marks["touched"] == "exact"
    assert [row.axes[0].field(unit) for unit in range(3)] == [(-1, 0), (0, 0), (0, 1)]
