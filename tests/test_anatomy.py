"""A convolution taken apart gives Keras's values, its counts are the ledger's, and a patch is what it says."""

import subprocess
import sys
from inspect import signature
from math import prod

import numpy as np
import pytest
from anatomy_cases import every_convolution

from course.anatomy import (
    BRIGHTEST,
    KINDS,
    MAPS,
    SETTINGS,
    SIDE,
    Convolution,
    multiplications,
    output_map,
    patch_of,
    possible_groups,
    terms,
)

RNG = np.random.default_rng(3)
PATCH = RNG.integers(0, BRIGHTEST + 1, (SIDE, SIDE, len(MAPS)))
IMAGE = RNG.integers(0, 256, (14, 12, 3), dtype=np.uint8)


def keras_layer(convolution):
    """Return the Keras layer with the same weights, made without `course.arithmetic`, which is tested too."""
    from course.models import keras

    c = convolution
    if c.kind == "depthwise":
        layer = keras.layers.DepthwiseConv2D(c.kernel, c.stride, depth_multiplier=c.depth_multiplier)
    elif c.kind == "separable":
        layer = keras.layers.SeparableConv2D(c.filters, c.kernel, c.stride, depth_multiplier=c.depth_multiplier)
    elif c.kind == "pointwise":
        layer = keras.layers.Conv2D(c.filters, 1)
    elif c.kind == "grouped":
        layer = keras.layers.Conv2D(c.filters, c.kernel, c.stride, groups=c.groups)
    else:
        layer = keras.layers.Conv2D(c.filters, c.kernel, c.stride)
    layer.build((None, SIDE, SIDE, c.channels))
    layer.set_weights([*c.weights(), np.zeros(c.outputs)])
    return layer


def keras_maps(convolution, layer):
    """Return the output of the layer. Groups are run one by one, as Keras compiles a grouped layer for seconds."""
    from course.models import keras

    image = PATCH[None, ..., : convolution.channels].astype("float32")
    if convolution.kind != "grouped":
        return np.asarray(layer(image))[0]
    inputs, kernels = np.split(image, convolution.groups, -1), np.split(layer.kernel, convolution.groups, -1)
    maps = [keras.ops.conv(part, kernel, convolution.stride) for part, kernel in zip(inputs, kernels, strict=True)]
    return np.concatenate(maps, axis=-1)[0]


@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_gives_kerass_values_and_counts(kind):
    for convolution in every_convolution(kind):
        layer = keras_layer(convolution)
        expected = keras_maps(convolution, layer)
        counts = convolution.counts()
        assert expected.shape == counts.output_shape, convolution
        assert counts.parameters == layer.count_params(), convolution
        for output in range(convolution.outputs):
            shown = output_map(convolution, PATCH, output)
            assert np.array_equal(shown, expected[..., output]), (convolution, output)
            # A place for each map, another one for each.
            row, column = np.unravel_index((7 * output + convolution.kernel) % shown.size, shown.shape)
            found = terms(convolution, PATCH, row, column, output)
            assert sum(term.part for term in found) == shown[row, column], (convolution, output)


@pytest.mark.parametrize(
    "convolution",
    [
        Convolution("grouped", channels=4, filters=6, groups=2, stride=2),
        Convolution("grouped", channels=6, filters=6, groups=6, kernel=2),
        Convolution("grouped", channels=2, filters=4, groups=2, kernel=5),
    ],
)
def test_a_few_grouped_layers_run_whole(convolution):
    expected = np.asarray(keras_layer(convolution)(PATCH[None, ..., : convolution.channels].astype("float32")))[0]
    for output in range(convolution.outputs):
        assert np.array_equal(output_map(convolution, PATCH, output), expected[..., output])


@pytest.mark.parametrize("kind", KINDS)
def test_each_value_is_the_sum_of_its_terms(kind):
    convolution = Convolution(kind, channels=6, filters=6, stride=2, depth_multiplier=2, groups=3)
    for output in range(convolution.outputs):
        shown = output_map(convolution, PATCH, output)
        for row, column in np.ndindex(shown.shape):
            found = terms(convolution, PATCH, row, column, output)
            assert sum(term.part for term in found) == shown[row, column]
            top, left, k = row * convolution.step, column * convolution.step, convolution.window
            for term in found:
                window = PATCH[top : top + k, left : left + k, term.channel]
                assert np.array_equal(term.values, window) and term.weights.shape == (k, k)
                assert term.sum == (window * term.weights).sum()
                assert term.part == term.sum * (1 if term.mixing is None else term.mixing)


@pytest.mark.parametrize("kind", KINDS)
def test_the_multiplications_make_up_the_ledgers_macs(kind):
    for convolution in every_convolution(kind):
        alone, mixing = multiplications(convolution)
        counts = convolution.counts()
        rows, columns, outputs = counts.output_shape
        shared = 1 if kind == "separable" else outputs
        assert (alone * shared + mixing * outputs) * rows * columns == counts.macs, convolution
        assert (mixing > 0) == (kind == "separable")
        found = terms(convolution, PATCH, 0, 0, 0)
        assert alone == sum(term.weights.size for term in found)
        assert mixing == sum(term.mixing is not None for term in found)


@pytest.mark.parametrize(
    ("convolution", "channels"),
    [
        (Convolution(channels=3, filters=4), [[0, 1, 2]] * 4),
        (Convolution("pointwise", channels=2, filters=2), [[0, 1]] * 2),
        (Convolution("depthwise", channels=3, depth_multiplier=2), [[0], [0], [1], [1], [2], [2]]),
        (Convolution("grouped", channels=4, filters=6, groups=2), [[0, 1]] * 3 + [[2, 3]] * 3),
        (Convolution("separable", channels=2, filters=1, depth_multiplier=2), [[0, 0, 1, 1]]),
    ],
)
def test_which_channels_feed_a_value(convolution, channels):
    for output, expected in enumerate(channels):
        assert [term.channel for term in terms(convolution, PATCH, 1, 1, output)] == expected
    assert convolution.outputs == len(channels)


@pytest.mark.parametrize("kind", KINDS)
def test_the_weights_are_small_and_not_all_alike(kind):
    for convolution in every_convolution(kind):
        for weights in convolution.weights():
            assert set(np.unique(weights)) <= {-1, 0, 1}
            assert weights.size < 12 or set(np.unique(weights)) == {-1, 0, 1}
        if convolution.window > 1:
            # A filter of zeros would show nothing.
            assert all(
                any(term.weights.any() for term in terms(convolution, PATCH, 0, 0, output))
                for output in range(convolution.outputs)
            )


def test_what_a_kind_does_not_use_is_ignored():
    assert Convolution("pointwise", kernel=5, stride=3, depth_multiplier=2, groups=7).counts().macs == 12 * 49
    depthwise = Convolution("depthwise", filters="none", groups=7)
    assert depthwise.outputs == 3 and depthwise.weights()[0].shape == (3, 3, 3, 1)
    assert Convolution(groups=7, depth_multiplier=9).weights()[0].shape == (3, 3, 3, 4)
    for kind, settings in SETTINGS.items():
        assert set(settings) < set(signature(Convolution).parameters), kind


@pytest.mark.parametrize(
    ("channels", "filters", "groups"), [(6, 6, [1, 2, 3, 6]), (4, 6, [1, 2]), (3, 4, [1]), (1, 5, [1])]
)
def test_the_groups_that_can_be(channels, filters, groups):
    assert possible_groups(channels, filters) == groups


def test_the_maps_of_a_patch_by_hand():
    image = np.zeros((9, 9, 3), np.uint8)
    image[3, 4] = 255, 100, 29  # the mean is 128
    image[2, 4] = 60, 30, 0  # the mean is 30
    red, green, blue, brightness, across, down = np.moveaxis(patch_of(image, 1, 2), 2, 0)
    at = (2, 2)
    # Nine times the value over 255, rounded.
    assert (red[at], green[at], blue[at], brightness[at]) == (9, 4, 1, 5)
    assert across[at] == 5 and across[2, 3] == 5 and across[2, 4] == 0
    # Between 128 and the 30 above it lie 98, to the 0 below it 128.
    assert down[at] == 3 and down[3, 2] == 5 and down[1, 2] == 1 and down[4, 2] == 0
    assert brightness.sum() == 5 + 1 and brightness[1, 2] == 1


def test_a_patch_looks_one_pixel_up_and_to_the_left():
    image = np.zeros((8, 8, 3), np.uint8)
    image[0], image[:, 0] = 255, 255
    patch = patch_of(image)
    assert not patch[..., :4].any()
    assert patch[:, 0, 4].tolist() == [9] * 7 and not patch[:, 1:, 4].any()
    assert patch[0, :, 5].tolist() == [9] * 7 and not patch[1:, :, 5].any()


def test_a_patch_holds_whole_numbers_from_0_to_9():
    for row in range(1, IMAGE.shape[0] - SIDE + 1):
        for column in range(1, IMAGE.shape[1] - SIDE + 1):
            patch = patch_of(IMAGE, row, column)
            assert patch.shape == (SIDE, SIDE, len(MAPS)) and np.issubdtype(patch.dtype, np.integer)
            assert patch.min() >= 0 and patch.max() <= BRIGHTEST
            exact = IMAGE[row : row + SIDE, column : column + SIDE] * (BRIGHTEST / 255)
            assert abs(patch[..., :3] - exact).max() <= 0.5
    assert patch_of(np.full((8, 8, 3), 255, np.uint8))[..., :4].min() == BRIGHTEST


def test_left_alone_it_takes_where_brightness_varies_most():
    places = {}
    for row in range(1, IMAGE.shape[0] - SIDE + 1):
        for column in range(1, IMAGE.shape[1] - SIDE + 1):
            brightness = IMAGE[row : row + SIDE, column : column + SIDE].sum(axis=2, dtype=float)
            places[row, column] = brightness.var()
    best = max(places, key=places.get)
    assert sorted(places.values())[-2] < places[best] - 1
    assert np.array_equal(patch_of(IMAGE), patch_of(IMAGE, *best))
    # Of places that vary alike, the first.
    flat = np.full((20, 20, 3), 9, np.uint8)
    flat[8, 8] = flat[8, 16] = 200
    assert np.array_equal(patch_of(flat), patch_of(flat, 2, 2))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "round"}, "There is no kind 'round': choose one of standard, grouped, depthwise"),
        ({"kind": None}, "There is no kind None"),
        ({"channels": 0}, "channels is 0; it must be a whole number of at least 1"),
        ({"filters": 2.5}, "filters is 2.5; it must be a whole number"),
        ({"kernel": "3"}, "kernel is '3'; it must be a whole number"),
        ({"stride": -1}, "stride is -1; it must be"),
        ({"kind": "separable", "depth_multiplier": None}, "depth_multiplier is None; it must be"),
        ({"kernel": 8}, "kernel is 8; the patch has 7 rows, so it must be at most 7"),
        ({"kind": "grouped", "groups": 0}, "groups is 0; it must be"),
        (
            {"kind": "grouped", "channels": 4, "filters": 6, "groups": 3},
            "4 channels and 6 filters can't be shared out among 3 groups: choose one of 1, 2",
        ),
    ],
)
def test_numbers_that_make_no_convolution(settings, words):
    with pytest.raises(ValueError, match=words) as caught:
        Convolution(**settings)
    one_sentence(caught)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: patch_of(IMAGE / 255), r"shape \(14, 12, 3\) and dtype float64; it must be uint8, of shape"),
        (lambda: patch_of(IMAGE[..., 0]), r"shape \(14, 12\) and dtype uint8"),
        (lambda: patch_of(IMAGE[None]), r"shape \(1, 14, 12, 3\)"),
        (lambda: patch_of(np.dstack([IMAGE, IMAGE])), r"shape \(14, 12, 6\)"),
        (lambda: patch_of(None), "dtype object"),
        (lambda: patch_of(IMAGE[:7]), "has 7×12 pixels; at least 8×8 are needed"),
        (lambda: patch_of(IMAGE[:, :7], 1, 1), "has 14×7 pixels; at least 8×8 are needed"),
        (lambda: patch_of(IMAGE, 0, 1), "row is 0; .* 14×12 pixels it must be a whole number from 1 to 7"),
        (lambda: patch_of(IMAGE, 8, 1), "row is 8; .* from 1 to 7"),
        (lambda: patch_of(IMAGE, 1, 6), "column is 6; .* from 1 to 5"),
        (lambda: patch_of(IMAGE, 1, 2.0), "column is 2.0; .* whole number"),
        (lambda: patch_of(IMAGE, row=3), "both the row and the column"),
        (lambda: patch_of(IMAGE, column=3), "both the row and the column"),
        (lambda: terms(Convolution(), IMAGE, 0, 0, 0), r"patch has shape \(14, 12, 3\); it must be \(7, 7, 3\)"),
        (lambda: terms(Convolution(), PATCH[..., :2], 0, 0, 0), r"shape \(7, 7, 2\); .* patch_of"),
        (lambda: terms(Convolution(), PATCH[..., 0], 0, 0, 0), r"shape \(7, 7\)"),
        (lambda: terms(Convolution(), PATCH, 5, 0, 0), r"no output \(5, 0\) of channel 0: the output is 5×5×4"),
        (lambda: terms(Convolution(), PATCH, 0, -1, 0), r"no output \(0, -1\)"),
        (lambda: terms(Convolution("depthwise"), PATCH, 0, 0, 3), "of channel 3: the output is 5×5×3"),
        (lambda: output_map(Convolution(), PATCH, 4), "of channel 4: the output is 5×5×4"),
        (lambda: output_map(Convolution(), IMAGE, 0), "patch has shape"),
    ],
)
def test_patches_and_places_that_can_not_be(call, words):
    with pytest.raises(ValueError, match=words) as caught:
        call()
    one_sentence(caught)


def one_sentence(caught):
    message = str(caught.value)
    assert message.endswith(".") and message.count(". ") == 0 and "\n" not in message


def test_the_last_places_can_be_looked_at():
    for kind in KINDS:
        convolution = Convolution(kind, stride=2)
        last = [size - 1 for size in convolution.counts().output_shape]
        assert len(terms(convolution, PATCH, *last)) == (1 if kind == "depthwise" else 3)
    assert prod(Convolution(kernel=SIDE).counts().output_shape[:2]) == 1
    patch_of(IMAGE, 7, 5)
    patch_of(IMAGE, np.int64(1), np.int64(1))


def test_the_arithmetic_needs_numpy_alone():
    code = (
        "import sys, course.anatomy; assert not {'keras', 'tensorflow', 'matplotlib', 'ipywidgets', 'scipy'} "
        "& {name.partition('.')[0] for name in sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
