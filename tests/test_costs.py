"""What each pass costs, counted by hand, and that costs agree with the ledger and with Keras."""

import subprocess
import sys
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit_networks import built, step

from course import costs, models
from course.arithmetic import (
    Add,
    Conv2D,
    Conv2DTranspose,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Pointwise,
    SeparableConv2D,
    ledger,
)
from course.inspection import ledger_of

NETWORKS = {
    **{name: partial(built, name) for name in models.MODELS},
    **{f"step: {name}": partial(step, name) for name in models.CONVERSION},
}


def book(name):
    """Return a network's ledger. A network is built when it is asked for, not when tests are collected."""
    return ledger_of(NETWORKS[name]())


def counted(operation):
    return operation.kind, operation.macs, operation.read, operation.weights, operation.written


# Inputs are 8 rows, 6 columns and 4 channels: 192 values. Valid 3x3 windows leave 6 rows and 4 columns.
BY_HAND = {
    "standard": (Conv2D(10, 3), ("standard", 9 * 4 * 240, 192, 9 * 4 * 10 + 10, 240)),
    "strided": (Conv2D(10, 3, strides=2), ("standard", 9 * 4 * 60, 192, 9 * 4 * 10 + 10, 60)),
    "grouped": (Conv2D(10, 3, groups=2), ("grouped", 9 * 2 * 240, 192, 9 * 2 * 10 + 10, 240)),
    "depthwise": (DepthwiseConv2D(3, depth_multiplier=2), ("depthwise", 9 * 192, 192, 9 * 8 + 8, 192)),
    "as many groups as channels": (Conv2D(8, 3, groups=4), ("depthwise", 9 * 192, 192, 9 * 8 + 8, 192)),
    "pointwise": (Conv2D(10, 1, use_bias=False), ("pointwise", 4 * 480, 192, 4 * 10, 480)),
    "transposed": (Conv2DTranspose(10, 3), ("standard", 9 * 4 * 10 * 48, 192, 9 * 4 * 10 + 10, 800)),
    "Dense on each position": (Dense(5), ("dense", 4 * 240, 192, 4 * 5 + 5, 240)),
    "pooling": (MaxPooling2D(2), ("elementwise", 0, 192, 0, 48)),
    "global pooling": (GlobalAveragePooling2D(), ("elementwise", 0, 192, 0, 4)),
    "ReLU": (Pointwise("ReLU"), ("elementwise", 0, 192, 0, 192)),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_one_layer_by_hand(case):
    layer, expected = BY_HAND[case]
    (operation,) = costs.passes(layer, (8, 6, 4))
    assert counted(operation) == expected
    _, macs, read, weights, written = expected
    assert operation.bytes == 4 * (read + weights + written)
    assert operation.intensity == macs / operation.bytes


def test_a_separable_layer_has_two_passes():
    layer = SeparableConv2D(10, (3, 5), strides=2, depth_multiplier=2, name="both")
    depthwise, pointwise = costs.passes(layer, (9, 11, 4))
    # 4 rows and 4 columns are left; in between there are 8 channels.
    assert counted(depthwise) == ("depthwise", 15 * 4 * 4 * 8, 9 * 11 * 4, 15 * 8, 4 * 4 * 8)
    assert counted(pointwise) == ("pointwise", 8 * 4 * 4 * 10, 4 * 4 * 8, 8 * 10 + 10, 4 * 4 * 10)
    assert (depthwise.name, pointwise.name) == ("both depthwise", "both pointwise")


def test_a_separable_layer_costs_what_its_two_halves_cost_apart():
    together = costs.passes(SeparableConv2D(12, 3, strides=2, padding="same"), (9, 7, 5), batch=3)
    halves = [DepthwiseConv2D(3, strides=2, padding="same", use_bias=False), Conv2D(12, 1)]
    apart = costs.operations(ledger(halves, (9, 7, 5)), batch=3)
    assert [counted(a) for a in together] == [counted(a) for a in apart]


def test_a_branch_is_read_from_where_it_comes():
    layers = [Conv2D(4, 3, padding="same"), Conv2D(4, 3, padding="same"), Add(), Flatten(), Dense(2)]
    network = ledger(layers, (5, 5, 4), inputs=[(-1,), (0,), (0, 1), (2,), (3,)])
    *_, add, dense = costs.operations(network)
    assert counted(add) == ("elementwise", 0, 2 * 100, 0, 100)
    assert counted(dense) == ("dense", 200, 100, 202, 2)


@pytest.mark.parametrize("layer", [Dropout(0.5), Flatten(), Pointwise("GaussianNoise"), Pointwise("Identity")])
def test_what_does_nothing_costs_nothing(layer):
    assert costs.passes(layer, (4, 4, 2)) == []


def test_an_activation_in_a_layer_is_free_and_one_behind_it_is_not():
    inside = costs.passes(Conv2D(4, 3, activation="relu"), (8, 8, 3))
    assert [counted(part) for part in inside] == [counted(part) for part in costs.passes(Conv2D(4, 3), (8, 8, 3))]
    behind = costs.operations(ledger([Conv2D(4, 3), Pointwise("ReLU")], (8, 8, 3)))
    assert [part.kind for part in behind] == ["standard", "elementwise"]


def test_a_batch_multiplies_the_data_but_not_the_weights():
    network = book("separable_99k")
    for one, many in zip(costs.operations(network), costs.operations(network, 16), strict=True):
        assert (many.macs, many.read, many.written) == (16 * one.macs, 16 * one.read, 16 * one.written)
        assert (many.weights, many.kind, many.name) == (one.weights, one.kind, one.name)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_passes_add_up_to_the_ledger(name):
    network = book(name)
    passes = costs.operations(network)
    assert sum(part.macs for part in passes) == network.macs
    assert sum(part.weights for part in passes) == network.parameters
    for row in network:
        own = [part.macs for part in passes if part.name.split()[0] == row.name]
        assert sum(own) == row.macs


def test_a_layer_that_is_called_twice_reads_its_weights_twice():
    keras = models.keras
    image = keras.Input((6, 6, 4))
    layer = keras.layers.SeparableConv2D(4, 3, padding="same")
    twice = costs.operations(ledger_of(keras.Model(image, layer(layer(image)))))
    assert [counted(part) for part in twice[:2]] == [counted(part) for part in twice[2:]]


@given(
    sizes=st.tuples(*[st.integers(1, 64)] * 2),
    channels=st.integers(1, 512),
    kernel=st.integers(1, 9),
    padding=st.sampled_from(["same", "valid"]),
    bias=st.booleans(),
    batch=st.integers(1, 64),
)
def test_a_depthwise_layer_does_less_than_k_times_k_over_8_macs_for_each_byte(
    sizes, channels, kernel, padding, bias, batch
):
    sizes = tuple(max(size, kernel) for size in sizes)
    layer = DepthwiseConv2D(kernel, padding=padding, use_bias=bias)
    (operation,) = costs.passes(layer, (*sizes, channels), batch)
    assert 0 < operation.intensity < kernel * kernel / 8


# As printed in a table of our notes on receptive fields: batch 1, without a bias, as many filters as channels.
TABLE = {
    (32, 16): ("2.36", "16.8", "1.12", "2.0", "5.8", "1.88"),
    (32, 64): ("37.7", "56", "1.12", "7.8", "7.9", "1.59"),
    (16, 128): ("37.7", "44", "1.11", "12.8", "8.4", "0.70"),
    (8, 256): ("37.7", "15", "1.05", "10.7", "8.7", "0.21"),
}


@pytest.mark.parametrize("shape", TABLE)
def test_the_published_table_of_four_layers(shape):
    size, channels = shape
    window = {"padding": "same", "use_bias": False}
    (standard,) = costs.passes(Conv2D(channels, 3, **window), (size, size, channels))
    parts = costs.passes(SeparableConv2D(channels, 3, **window), (size, size, channels))
    values = (
        standard.macs / 1e6,
        standard.intensity,
        *(part.intensity for part in parts),
        standard.macs / sum(part.macs for part in parts),
        sum(part.bytes for part in parts) / standard.bytes,
    )
    for value, printed in zip(values, TABLE[shape], strict=True):
        digits = len(printed.partition(".")[2])
        assert f"{value:.{digits}f}" == printed


def test_the_slower_of_arithmetic_and_memory_sets_the_time():
    (operation,) = costs.passes(Conv2D(10, 3), (8, 6, 4))  # 8,640 MACs, 3,208 bytes
    assert operation.seconds(1000, 4000) == (8.64, "arithmetic")
    assert operation.seconds(10_000, 1000) == (3.208, "memory")
    # Where both take as long, more arithmetic would not help and less traffic would not either.
    assert operation.seconds(8640, 3208) == (1.0, "memory")


def settings(network):
    return [(row.name, row.kind, row.output_shape, row.parameters, row.macs) for row in network]


@pytest.mark.parametrize(("width", "multiplier"), [(0.15, 1), (0.25, 2), (0.55, 1), (1.0, 3), (1.35, 4), (2.0, 2)])
@pytest.mark.parametrize("name", models.MODELS)
def test_scaled_is_what_keras_builds(name, width, multiplier):
    network = costs.scaled(book(name), width, multiplier)
    model = models.scaled(built(name), width, multiplier)
    assert settings(network) == settings(ledger_of(model))
    assert network.parameters == model.count_params()
    assert network[-1].output_shape == (10,) and network.name == name


def test_at_width_1_nothing_changes():
    assert settings(costs.scaled(book("separable_65k"))) == settings(book("separable_65k"))


def test_scaling_rounds_keeps_one_and_leaves_the_last_alone():
    layers = [Conv2D(10, 3), DepthwiseConv2D(3, depth_multiplier=2), SeparableConv2D(3, 1), Dense(4), Flatten()]
    half, tiny = (costs.scaled(ledger(layers, (8, 8, 3)), width) for width in (0.45, 0.01))
    assert [row.layer.filters for row in (half[0], half[2])] == [4, 1]  # 4.5 goes to the even neighbour
    assert [row.layer.filters for row in (tiny[0], tiny[2])] == [1, 1]
    assert half[3].layer.units == tiny[3].layer.units == 4
    doubled = costs.scaled(ledger(layers, (8, 8, 3)), 1, 2)
    assert doubled[1].layer.depth_multiplier == 2 and doubled[2].layer.depth_multiplier == 2


def unknown():
    class Odd(models.keras.layers.Layer):
        def call(self, x):
            return x

    image = models.keras.Input((4, 4, 3))
    return ledger_of(models.keras.Model(image, Odd(name="odd")(image)))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: costs.operations(book("baseline"), 0), "batch is 0; it must be a whole number of at least 1"),
        (lambda: costs.operations(book("baseline"), 1.5), "batch is 1.5"),
        (lambda: costs.operations(unknown()), r"odd \(Odd\): its size or its MACs are not known"),
        (lambda: costs.passes(Conv2D(4, 5), (3, 3, 1)), "a 5×5 window does not fit its 3×3 input"),
        (lambda: costs.scaled(book("baseline"), 0), "width is 0; it must be a number above 0 and at most 8"),
        (lambda: costs.scaled(book("baseline"), 9), "width is 9"),
        (lambda: costs.scaled(book("baseline"), "1"), "width is '1'"),
        (lambda: costs.scaled(book("baseline"), 1, 0), "depth_multiplier is 0; it must be a whole"),
        (lambda: costs.scaled(book("baseline"), 1, 1.0), "depth_multiplier is 1.0"),
        (lambda: costs.passes(Conv2D(1, 1), (1, 1)), "input_shape is"),
        (lambda: costs.passes(Conv2D(1, 1), (1, 1, 1))[0].seconds(0, 1), "A ceiling is 0; both must be above 0"),
        (lambda: costs.passes(Conv2D(1, 1), (1, 1, 1))[0].seconds(1, -1), "A ceiling is -1"),
    ],
)
def test_what_can_not_be(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_counting_costs_needs_the_standard_library_alone():
    code = "import sys, course.costs; assert not {'keras', 'tensorflow', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
