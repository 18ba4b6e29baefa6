"""Whole networks against published receptive fields, and against values worked out apart from this code.

The published ones are from the table of Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional
Neural Networks", Distill 2019: receptive field, effective stride and effective padding. Where Keras's
'same' padding differs from the table's slim networks the padding is Keras's.
"""

import pytest

from course._quiet import import_keras
from course.arithmetic import BatchNormalization, Conv2D, Dense, GlobalAveragePooling2D, ledger
from course.inspection import ledger_of

keras = import_keras()
layers = keras.layers

# Network, input, end point: receptive field, jump, padding. Networks that take long to build
# are in tests/benchmarks/oracles.py.
PUBLISHED = {
    ("VGG16", 224): {
        "block1_pool": (6, 2, 2), "block2_pool": (16, 4, 6), "block3_pool": (44, 8, 18),
        "block4_pool": (100, 16, 42), "block5_pool": (212, 32, 90),
    },
    ("MobileNet", 224): {"conv_pw_13": (315, 32, 126)},
    ("ResNet50", 224): {"conv5_block3_out": (483, 32, 241)},
    ("ResNet50V2", 224): {"post_relu": (483, 32, 241)},
    ("InceptionV3", 299): {"mixed10": (1311, 32, 618)},
}  # fmt: skip
COMPUTED = {
    ("VGG19", 224): {"block5_pool": (268, 32, 118)},
    ("MobileNetV2", 224): {"out_relu": (491, 32, 214)},
    ("Xception", 299): {"block14_sepconv2": (1083, 32, 534)},
    ("EfficientNetB0", 224): {"top_activation": (851, 32, 394)},
}


def padding(row):
    """Return Distill's effective padding: how far the field of unit 0 begins before the image."""
    fields = row.nominal_receptive_field
    return tuple((field - 1) / 2 - start for field, start in zip(fields, row.start, strict=True))


def figures(row):
    return row.nominal_receptive_field, row.jump, padding(row)


@pytest.fixture(scope="module")
def application():
    """Return a function that reads one of Keras's own networks, each built once."""
    read = {}

    def read_ledger(name, side):
        if name not in read:
            model = getattr(keras.applications, name)(weights=None, input_shape=(side, side, 3))
            read[name] = ledger_of(model)
            assert read[name].parameters == model.count_params()
        return read[name]

    return read_ledger


@pytest.mark.parametrize("network", PUBLISHED | COMPUTED, ids=lambda network: network[0])
def test_keras_networks_have_the_fields_known_of_them(application, network):
    found = application(*network)
    for end_point, expected in (PUBLISHED | COMPUTED)[network].items():
        assert figures(found[end_point]) == tuple((value, value) for value in expected)


def test_squeeze_and_excite_leaves_efficientnet_nothing_but_nominal_fields(application):
    found = application("EfficientNetB0", 224)
    unbounded = [row.name for row in found if row.receptive_field == (float("inf"),) * 2]
    assert unbounded[0] == "block1a_se_excite"
    assert found["block1a_activation"].marks["receptive_field"] == "exact"
    assert found["top_activation"].marks["receptive_field"] == "nominal"
    assert found["top_activation"].receptive_field == (float("inf"),) * 2


def test_mobilenet_costs_what_its_paper_says(application):
    """Howard and others, "MobileNets", 2017, table 4: 569 M, 4.2 M; with full convolutions 4,866 M, 29.3 M."""
    mobilenet = application("MobileNet", 224)
    assert (round(mobilenet.macs / 1e5), mobilenet.parameters) == (5_687, 4_253_864)
    first, *steps, last = [row.layer for row in mobilenet if row.kind in ("Conv2D", "DepthwiseConv2D")]
    full = [(first.filters, first.strides)]
    full += [(mix.filters, look.strides) for look, mix in zip(steps[::2], steps[1::2], strict=True)]
    blocks = [
        layer
        for filters, strides in full
        for layer in (Conv2D(filters, 3, strides, padding="same", use_bias=False), BatchNormalization())
    ]
    twin = ledger([*blocks, GlobalAveragePooling2D(), Dense(last.filters)], (224, 224, 3))
    assert (round(twin.macs / 1e6), round(twin.parameters / 1e5)) == (4_867, 293)


def test_misaligned_merges_are_named(application):
    # Keras numbers the additions of all models made so far; the second of this one is meant.
    adds = [row for row in application("Xception", 299) if row.kind == "Add"]
    assert [number for number, row in enumerate(adds) if not row.aligned] == [1]
    assert all(row.aligned for row in application("ResNet50", 224))


def residual_network(blocks):
    """Build the residual network of Keras's CIFAR-10 example: three stages with 16, 32 and 64 filters."""
    image = keras.Input((32, 32, 3))

    def convolve(tensor, filters, kernel, strides=1):
        return layers.Conv2D(filters, kernel, strides, padding="same")(tensor)

    def normalise(tensor):
        return layers.ReLU()(layers.BatchNormalization()(tensor))

    out = normalise(convolve(image, 16, 3))
    for stage, filters in enumerate((16, 32, 64)):
        for block in range(blocks):
            strides = 2 if stage and not block else 1
            path = normalise(convolve(out, filters, 3, strides))
            path = layers.BatchNormalization()(convolve(path, filters, 3))
            short = convolve(out, filters, 1, strides) if strides == 2 else out
            out = layers.ReLU()(layers.Add(name=f"add_{stage}_{block}")([path, short]))
    features = layers.Flatten()(layers.AveragePooling2D(8, name="pool")(out))
    return keras.Model(image, layers.Dense(10, activation="softmax")(features))


@pytest.mark.parametrize(
    ("blocks", "field", "before"), [(1, 25, 9), (3, 81, 37), (5, 137, 65), (9, 249, 121), (18, 501, 247)]
)
def test_residual_networks_for_small_images(blocks, field, before):
    found = ledger_of(residual_network(blocks))
    last = found[f"add_2_{blocks - 1}"]
    assert figures(last) == ((field,) * 2, (4, 4), (before,) * 2)
    # A 3x3 window with stride 2 on an even size starts at pixel 0, its 1x1 shortcut beside its centre.
    assert [row.name for row in found if not row.aligned] == ["add_1_0", "add_2_0"]
    assert found["pool"].receptive_field == (field + 28,) * 2


def test_the_reference_network_of_mlperf_tiny():
    """Parameters and MACs of `resnet_v1_eembc` as of MLPerf Tiny 1.3, worked out by hand from its code."""
    model = residual_network(1)
    found = ledger_of(model)
    assert found.parameters == model.count_params() == 78_666
    assert found.trainable == 78_186
    assert found.macs == 12_501_632
