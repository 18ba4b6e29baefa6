"""The ledger's table, totals and sentences."""

import json
import subprocess
import sys

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
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
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


def test_dropout_rate_is_checked():
    with pytest.raises(LayerError, match="rate is 2"):
        Dropout(2)


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
