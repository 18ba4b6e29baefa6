"""Printed summaries of Keras 1, 2 and 3: what is inferred from shapes and counts, and what is in doubt."""

import pytest

from course.annotations.claims import ReadError
from course.annotations.reading.documents import read
from course.arithmetic import Dropout, Pointwise

KERAS_2 = """
    Model: "sequential_1"
    _________________________________________________________________
    Layer (type)                 Output Shape              Param #
    =================================================================
    separable_conv2d_1 (Separabl (None, 32, 32, 32)        155
    _________________________________________________________________
    batch_normalization_1 (Batch (None, 32, 32, 32)        128
    _________________________________________________________________
    max_pooling2d_1 (MaxPooling2 (None, 16, 16, 32)        0
    _________________________________________________________________
    conv2d_1 (Conv2D)            (None, 12, 12, 8)         6400
    _________________________________________________________________
    flatten_1 (Flatten)          (None, 1152)              0
    _________________________________________________________________
    dense_1 (Dense)              (None, 10)                11530
    =================================================================
    Total params: 18,213
"""

KERAS_3 = """
┏━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┓
┃ Layer (type)        ┃ Output Shape      ┃    Param # ┃ Connected to      ┃
┡━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━┩
│ input_layer         │ (None, 32, 32, 3) │          0 │ -                 │
│ (InputLayer)        │                   │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d (Conv2D)     │ (None, 32, 32,    │      1,344 │ input_layer[0][0] │
│                     │ 48)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ batch_normalization │ (None, 32, 32,    │        192 │ conv2d[0][0]      │
│ (BatchNormalizatio… │ 48)               │            │                   │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ add (Add)           │ (None, 32, 32,    │          0 │ conv2d[0][0],     │
│                     │ 48)               │            │ batch_normalizat… │
├─────────────────────┼───────────────────┼────────────┼───────────────────┤
│ conv2d_1 (Conv2D)   │ (None, 16, 16, 8) │      3,456 │ add[0][0]         │
└─────────────────────┴───────────────────┴────────────┴───────────────────┘
 Total params: 4,992 (19.50 KB)
"""

KERAS_1 = """
____________________________________________________________________________________________________
Layer (type)                     Output Shape          Param #     Connected to
====================================================================================================
convolution2d_1 (Convolution2D)  (None, 48, 30, 30)    1344        convolution2d_input_1[0][0]
____________________________________________________________________________________________________
maxpooling2d_1 (MaxPooling2D)    (None, 48, 15, 15)    0           convolution2d_1[0][0]
____________________________________________________________________________________________________
globalaveragepooling2d_1 (Global (None, 48)            0           maxpooling2d_1[0][0]
====================================================================================================
Total params: 1,344
"""


def test_keras_2():
    reading = read(KERAS_2)
    separable, norm, pool, convolution, flatten, dense = reading.layers
    assert separable.kind == "SeparableConv2D"
    assert (separable.layer.kernel_size, separable.layer.padding) == ((3, 3), "same")
    assert (norm.kind, pool.kind, flatten.kind) == ("BatchNormalization", "MaxPooling2D", "Flatten")
    assert pool.layer.pool_size == 2
    assert (convolution.layer.kernel_size, convolution.layer.padding) == ((5, 5), "valid")
    assert not convolution.layer.use_bias
    assert dense.layer.units == 10
    assert separable.claim.size == (32, 32, 32)
    assert separable.claim.parameters == 155
    assert [noted.inputs for noted in reading.layers] == [(i - 1,) for i in range(6)]
    assert reading.input_shape == (32, 32, 3)
    assert reading.parameters == (18_213,)
    assert reading.unread == ()
    assert any("without bias" in sentence for sentence in reading.remarks)
    assert any("2×2 window" in sentence for sentence in reading.remarks)


def test_keras_3_with_wrapped_cells_and_names_cut_short():
    reading = read(KERAS_3)
    assert [noted.kind for noted in reading.layers] == ["Conv2D", "BatchNormalization", "Add", "Conv2D"]
    assert [noted.inputs for noted in reading.layers] == [(-1,), (0,), (0, 1), (2,)]
    assert reading.layers[0].claim.size == (32, 32, 48)
    last = reading.layers[-1].layer
    assert (last.kernel_size, last.strides, last.padding, last.use_bias) == ((3, 3), 2, "same", False)
    assert reading.parameters == (4_992,)


def test_keras_1_with_channels_first():
    reading = read(KERAS_1)
    assert [noted.kind for noted in reading.layers] == ["Conv2D", "MaxPooling2D", "GlobalAveragePooling2D"]
    assert reading.layers[0].claim.size == (30, 30, 48)
    assert (reading.layers[0].layer.kernel_size, reading.layers[0].layer.padding) == ((3, 3), "valid")
    assert reading.input_shape == (32, 32, 3)
    assert any("channels first" in sentence for sentence in reading.remarks)


def test_a_count_that_fits_no_kernel_is_reported():
    reading = read(KERAS_2.replace("6400", "6401"))
    assert reading.layers[3].layer is None
    assert any("conv2d_1" in sentence and "6,401 parameters" in sentence for sentence in reading.unread)


def test_a_stride_that_the_sizes_leave_open_is_named():
    header = "Layer (type) Output Shape Param #\n"
    reading = read(header + "i (InputLayer) (None, 3, 3, 1) 0\nconv2d (Conv2D) (None, 1, 1, 8) 80\n")
    assert reading.layers[0].layer.strides == 1
    assert any("also possible" in sentence and "stride 3" in sentence for sentence in reading.remarks)


def test_a_pooling_that_is_not_two_by_two():
    text = (
        "Layer (type) Output Shape Param #\n"
        "i (InputLayer) (None, {}, {}, 8) 0\nm (MaxPooling2D) (None, {}, {}, 8) 0\n"
    )
    cases = ((8, 1, 8, 8, "valid"), (15, 7, 2, 2, "valid"), (15, 8, 2, 2, "same"), (32, 15, 3, 2, "valid"))
    for before, after, pool, stride, padding in cases:
        layer = read(text.format(before, before, after, after)).layers[0].layer
        assert (layer.pool_size, layer.strides, layer.padding) == (pool, stride, padding)


def test_a_summary_without_rows_is_an_error():
    with pytest.raises(ReadError):
        read("Layer (type)   Output Shape   Param #\n=====\n")


def test_what_keras_prints_is_read_back():
    keras = pytest.importorskip("keras")
    lines = []
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Conv2D(8, 5, padding="same"),
            keras.layers.DepthwiseConv2D(3, strides=2, padding="same", use_bias=False),
            keras.layers.SeparableConv2D(16, 3, depth_multiplier=2),
            keras.layers.AveragePooling2D(2),
            keras.layers.GlobalMaxPooling2D(),
            keras.layers.Dense(10),
        ]
    )
    for width in (60, 80):
        lines.clear()
        model.summary(print_fn=lambda text, **_: lines.append(text), line_length=width)
        layers = [noted.layer for noted in read("\n".join(lines)).layers]
        kinds = ["Conv2D", "DepthwiseConv2D", "SeparableConv2D", "AveragePooling2D"]
        assert [layer.kind for layer in layers[:4]] == kinds
        assert [layer.kernel_size for layer in layers[:3]] == [(5, 5), (3, 3), (3, 3)]
        assert [layer.strides for layer in layers[:3]] == [1, 2, 1]
        assert (layers[1].use_bias, layers[2].depth_multiplier) == (False, 2)


def test_a_summary_tells_no_rate():
    text = "Layer (type) Output Shape Param #\nconv2d (Conv2D) (None, 30, 30, 8) 224\n"
    text += "dropout (Dropout) (None, 30, 30, 8) 0\nnoise (GaussianNoise) (None, 30, 30, 8) 0"
    assert [noted.layer for noted in read(text).layers[1:]] == [
        Dropout("custom"),
        Pointwise("GaussianNoise", settings=(("stddev", "custom"),)),
    ]
