"""The ledger's table, totals and sentences."""

import json
import subprocess
import sys

import numpy as np
import pytest

from course.arithmetic import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    LayerError,
    LayerNormalization,
    MaxPooling2D,
    PReLU,
    Reshape,
    SeparableConv2D,
    ZeroPadding2D,
    from_config,
    ledger,
)
from course.arithmetic.row import COLUMNS


def test_a_small_network_by_hand():
    rows = ledger(
        [Conv2D(4, 3, name="see"), BatchNormalization(), MaxPooling2D(), Flatten(), Dense(10)], (8, 8, 3)
    )
    assert [row.name for row in rows] == [
        "see", "batch_normalization_1", "max_pooling2d_1", "flatten_1", "dense_1",
    ]  # fmt: skip
    assert [row.output_shape for row in rows] == [(6, 6, 4), (6, 6, 4), (3, 3, 4), (36,), (10,)]
    assert [row.receptive_field[0] for row in rows] == [3, 3, 4, 4, 8]
    assert [row.jump[0] for row in rows] == [1, 1, 2, 2, 2]
    assert [row.start[0] for row in rows] == [1, 1, 1.5, 1.5, 3.5]
    assert [row.parameters for row in rows] == [3 * 3 * 3 * 4 + 4, 16, 0, 0, 370]
    assert [row.macs for row in rows] == [6 * 6 * 4 * 27, 0, 0, 0, 360]
    assert rows["batch_normalization_1"].trainable == rows["batch_normalization_1"].non_trainable == 8
    assert rows.parameters == 498 and rows.trainable == 490 and rows.macs == 4248
    assert rows["see"].activation_bytes == 6 * 6 * 4 * 4


def test_height_and_width_are_kept_apart():
    row = ledger([Conv2D(2, (3, 5), strides=(1, 2))], (10, 20, 1))[0]
    assert row.output_shape == (8, 8, 2)
    assert (row.jump, row.receptive_field, row.start) == ((1, 2), (3, 5), (1, 2))
    assert row.as_dict()["receptive_field"] == [3, 5]
    assert "3×5" in str(ledger([Conv2D(2, (3, 5))], (10, 20, 1)))


def test_it_prints_as_an_aligned_table_and_as_html():
    rows = ledger([Conv2D(48, 3, padding="same"), Dropout(0.5), Activation("relu")])
    lines = str(rows).splitlines()
    assert lines[0] == "network, input 32×32×3"
    assert all(line.index("32×32×48") == lines[3].index("32×32×48") for line in lines[3:6])
    assert lines[-1].split()[:3] == ["total", "1,344", "1,327,104"]
    assert "<td" in rows._repr_html_() and "1,327,104" in rows._repr_html_()


def test_json_holds_one_number_for_squares():
    found = json.loads(json.dumps(ledger([Conv2D(48, 3)]).as_dict()))
    assert found["rows"][0] == {
        "name": "conv2d_1",
        "kind": "Conv2D",
        "output_shape": [30, 30, 48],
        "jump": 1,
        "receptive_field": 3,
        "nominal_receptive_field": 3,
        "clipped": 3,
        "touched": 3,
        "start": 1,
        "parameters": 1344,
        "macs": 1344 * 900 - 48 * 900,
        "activation_bytes": 172800,
        "aligned": True,
        "inputs": [-1],
        "marks": dict.fromkeys(COLUMNS, "exact"),
    }


@pytest.mark.parametrize(
    ("layers", "shape", "words"),
    [
        ([Conv2D(8, 3), MaxPooling2D(4), Conv2D(8, 3)], (8, 8, 3), ("layer 3", "conv2d_2", "3×3", "1×1")),
        ([Conv2D(8, 3, groups=2)], (8, 8, 3), ("3 input channels", "2 groups")),
        ([Conv2D(8, 0)], (8, 8, 3), ("kernel_size is 0",)),
        ([Conv2D(0, 3)], (8, 8, 3), ("filters is 0",)),
        ([Conv2D(8, 3, padding="full")], (8, 8, 3), ("'full'", "'valid' or 'same'")),
        ([Flatten(), Conv2D(8, 3)], (8, 8, 3), ("layer 2", "(height, width, channels)")),
        ([SeparableConv2D(8, 3, strides=(1, 2, 3))], (8, 8, 3), ("strides is (1, 2, 3)",)),
        ([ZeroPadding2D(-1)], (8, 8, 3), ("padding is -1",)),
        ([Conv2D(8, 3)], (8, 8), ("input_shape is (8, 8)",)),
    ],
)
def test_what_can_not_be_gets_one_sentence(layers, shape, words):
    with pytest.raises(LayerError) as caught:
        ledger(layers, shape)
    sentence = str(caught.value)
    assert all(word in sentence for word in words), sentence
    assert sentence.endswith(".") and "\n" not in sentence


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"layers": None}, "layers is None; it must be a list of layers of course.arithmetic (of a Keras model,"),
        ({"layers": "Conv2D"}, "layers is 'Conv2D'"),
        ({"layers": [Flatten(), 5]}, "layer 2 is 5; it must be of course.arithmetic, as Conv2D(48, 3) is."),
        ({"input_shape": None}, "input_shape is None; it must be (height, width, channels)"),
        ({"input_shape": 32}, "input_shape is 32"),
        ({"input_shape": (32, 32, True)}, "input_shape is (32, 32, True)"),
        ({"input_shape": "abc"}, "input_shape is 'abc'"),
        ({"inputs": 5}, "inputs must hold some numbers for each of the 2 layers, such as (-1,)."),
        ({"inputs": [(-1,)]}, "inputs must hold some numbers for each of the 2 layers"),
        ({"inputs": [(-1,), (-2,)]}, "layer 2 takes from (-2); it must be from -1, the image, or layers"),
        ({"inputs": [(-1,), (1,)]}, "layer 2 takes from (1)"),
        ({"inputs": [(-1,), ("a",)]}, "layer 2 takes from ('a')"),
    ],
)
def test_what_is_no_network_gets_a_sentence(given, words):
    with pytest.raises(LayerError) as caught:
        ledger(**{"layers": [Flatten(), Dense(3)], **given})
    assert words in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Conv2D(True, 3), "filters is True; it must be a whole number of at least 1"),
        (lambda: Conv2D(8, (3, True)), "kernel_size is (3, True)"),
        (lambda: Conv2D(8, 3, use_bias="no"), "use_bias is 'no'; it must be True or False"),
        (lambda: Conv2D(8, 3, name=5), "name is 5; it must be a word in quotes"),
        (lambda: Conv2D(8, 3, padding=["same"]), "padding is ('same'); it must be a word in quotes"),
        (lambda: LayerNormalization(axis="a"), "axis is 'a'; it must be a whole number, such as -1, or several"),
        (lambda: LayerNormalization(axis=None), "axis is None"),
        (lambda: PReLU(shared_axes=(1, "a")), "axis is (1, 'a')"),
        (lambda: Reshape(5), "target_shape is 5; it must be whole numbers in brackets"),
        (lambda: Reshape((float("nan"),)), "target_shape is (nan)"),
        (lambda: Dropout(2), "rate is 2; it must be from 0 to 1"),
        (lambda: Dropout(float("nan")), "rate is nan"),
        (lambda: Dropout(True), "rate is True"),
        (lambda: from_config("Conv2D", None), "a layer is a Keras class's name and a dict, not 'Conv2D' and None"),
        (lambda: from_config(["Conv2D"], {}), "a layer is a Keras class's name and a dict, not ('Conv2D') and {}"),
    ],
)
def test_a_setting_of_another_kind_gets_a_sentence(make, words):
    with pytest.raises(LayerError) as caught:
        ledger([make()])
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_numbers_of_numpy_become_pythons():
    layer = Conv2D(np.int64(8), np.array([3, 5]), use_bias=np.True_)
    assert layer == Conv2D(8, [3, 5]) and type(layer.filters) is int and layer.use_bias is True
    found = ledger([layer, Dropout(np.float32(0.5))], np.array([9, 9, 3]))
    assert found.parameters == 3 * 5 * 3 * 8 + 8 and found.input_shape == (9, 9, 3)
    assert json.loads(json.dumps(found.as_dict()))["parameters"] == 368
    with pytest.raises(LayerError, match="filters is 0"):
        ledger([Conv2D(np.int64(0), 3)])


def test_an_axis_of_a_prelu_counts_as_in_keras():
    # Keras takes 1 from each number and then from the end, so that -1 shares the width.
    assert [PReLU(axes).parameters((4, 5, 3))[0] for axes in (None, (1, 2), (3,), (-1,))] == [60, 3, 20, 12]


def test_unknown_layer_name_lists_the_layers():
    with pytest.raises(KeyError, match="conv2d_1"):
        ledger([Conv2D(8, 3)])["conv9"]


def test_depthwise_and_separable_counts():
    shape = (16, 16, 64)
    depthwise, pointwise = ledger([DepthwiseConv2D(3, use_bias=False), Conv2D(128, 1)], shape)
    separable = ledger([SeparableConv2D(128, 3)], shape)[0]
    assert separable.parameters == depthwise.parameters + pointwise.parameters
    assert separable.macs == depthwise.macs + pointwise.macs
    assert separable.receptive_field == (3, 3) and pointwise.receptive_field == (3, 3)


def test_average_and_global_pooling():
    rows = ledger([AveragePooling2D(3, strides=2, padding="same"), GlobalAveragePooling2D()], (9, 9, 5))
    assert rows[0].output_shape == (5, 5, 5) and rows[0].start == (0, 0)
    assert rows[1].output_shape == (5,) and rows[1].receptive_field == (3 + 4 * 2, 3 + 4 * 2)


def test_import_is_light():
    code = (
        "import sys, course, course.arithmetic;"
        "heavy = {'tensorflow', 'keras', 'numpy', 'matplotlib'} & set(sys.modules);"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_pixels_are_those_a_unit_can_see_on_the_image():
    row = ledger([Conv2D(1, 5, padding="same"), MaxPooling2D(2)], (8, 10, 1))[1]
    # A field of 6: at a corner 2 pixels of it lie off the image, on each side.
    assert row.pixels((0, 0)) == (4, 4) and row.pixels((1, 2)) == (6, 6) and row.pixels((0, 4)) == (4, 4)
