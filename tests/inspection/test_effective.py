"""What a unit can see, against brute force; how much it listens to each pixel, against closed forms."""

import numpy as np
import pytest
from layer_kinds import KINDS, example

from course import models
from course._quiet import import_keras
from course.arithmetic import LayerError
from course.inspection import ledger_of
from course.inspection.effective import core, effective_field, footprint, spread

keras = import_keras()
layers = keras.layers


def chain(shape, *parts):
    return keras.Sequential([keras.Input(shape), *parts])


def residual():
    image = keras.Input((11, 10, 2))
    one = layers.Conv2D(3, 3, strides=2, padding="same")(image)
    two = layers.Conv2D(3, 3, padding="same", activation="relu")(one)
    short = layers.Conv2D(3, 1, strides=2, padding="same")(image)
    return keras.Model(image, layers.Add(name="last")([two, short]))


def branches():
    image = keras.Input((9, 12, 1))
    wide = layers.Conv2D(2, (1, 5), padding="same")(image)
    tall = layers.Conv2D(2, (5, 1), padding="same")(image)
    both = layers.Concatenate()([wide, tall])
    return keras.Model(image, layers.DepthwiseConv2D(2, depth_multiplier=2, name="last")(both))


def excitation():
    image = keras.Input((9, 9, 2))
    map_ = layers.Conv2D(4, 3)(image)
    gate = layers.Dense(4, activation="relu")(layers.GlobalMaxPooling2D(keepdims=True)(map_))
    return keras.Model(image, layers.Multiply(name="last")([map_, gate]))


def operations():
    image = keras.Input((9, 9, 2))
    map_ = layers.Conv2D(4, 3, padding="same")(2 * image - 1)
    tall = layers.Conv2D(4, (5, 1), padding="same")(image)
    sum_ = map_ * 3 + layers.Conv2D(4, 1)(image) - tall
    return keras.Model(image, layers.Activation("linear", name="last")(sum_))


def merges():
    image = keras.Input((9, 10, 1))
    wide, tall = (layers.Conv2D(2, size, padding="same")(image) for size in ((1, 5), (5, 1)))
    most = layers.Maximum()([wide, tall])
    return keras.Model(image, layers.Subtract(name="last")([most, layers.Conv2D(2, 3, padding="same")(image)]))


def nested():
    image = keras.Input((10, 10, 1))
    block = chain((None, None, 2), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.ReLU())
    once = block(layers.Conv2D(2, 2)(image))
    return keras.Model(image, layers.Dropout(0.5, name="last")(block(once)))


def shared():
    image = keras.Input((9, 9, 1))
    conv = layers.Conv2D(1, 3, padding="same")
    return keras.Model(image, layers.Identity(name="last")(conv(conv(image))))


SMALL = {
    "valid": lambda: chain((9, 9, 2), layers.Conv2D(3, 3, activation="relu"), layers.Conv2D(2, 3, name="last")),
    "same": lambda: chain((9, 10, 1), layers.Conv2D(3, 5, padding="same"), layers.Conv2D(2, 4, padding="same")),
    "stride that doesn't divide": lambda: chain((12, 11, 1), layers.Conv2D(2, 3, 3), layers.Conv2D(2, 2)),
    "stride larger than kernel": lambda: chain((12, 12, 1), layers.Conv2D(2, 1, 2), layers.Conv2D(2, 2, 2)),
    "dilation": lambda: chain(
        (12, 12, 1), layers.Conv2D(2, 3, dilation_rate=2), layers.Conv2D(2, 3, dilation_rate=(1, 2))
    ),
    "separable": lambda: chain(
        (10, 12, 3),
        layers.SeparableConv2D(4, 3, padding="same", activation="relu"),
        layers.BatchNormalization(),
        layers.SeparableConv2D(4, 3, dilation_rate=2),
    ),
    "depthwise": lambda: chain((11, 9, 2), layers.DepthwiseConv2D(3, strides=2, padding="same"), layers.PReLU()),
    "groups": lambda: chain((9, 9, 4), layers.Conv2D(4, 3, groups=2), layers.LeakyReLU()),
    "pooling": lambda: chain(
        (11, 12, 1), layers.MaxPooling2D(3, 2, padding="same"), layers.Conv2D(2, 2), layers.AveragePooling2D(2)
    ),
    "upwards": lambda: chain(
        (9, 9, 1), layers.Conv2D(2, 3, 2), layers.Conv2DTranspose(2, 3, 2), layers.UpSampling2D(2)
    ),
    "borders": lambda: chain(
        (9, 10, 1), layers.ZeroPadding2D(((2, 0), (1, 3))), layers.Conv2D(1, 3), layers.Cropping2D(((0, 2), 1))
    ),
    "global pooling": lambda: chain((9, 9, 2), layers.Conv2D(2, 3, 2), layers.GlobalMaxPooling2D()),
    "dense": lambda: chain((9, 9, 2), layers.Conv2D(2, 3, 4), layers.Flatten(), layers.Dense(3, "relu")),
    "residual": residual,
    "branches": branches,
    "excitation": excitation,
    "operations": operations,
    "merges": merges,
    "nested": nested,
    "shared": shared,
}


def changes(model):
    """Return which units change with which pixels: shape (pixel rows, pixel columns, *map)."""
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(random.uniform(0.5, 1, weight.shape))
    height, width, colours = model.input_shape[1:]
    image = random.uniform(0.5, 1, (height, width, colours)).astype(np.float32)
    images = np.repeat(image[None], height * width, axis=0)
    rows, columns = np.indices((height, width)).reshape(2, -1)
    images[np.arange(len(images)), rows, columns] += 100
    before, after = np.asarray(model(image[None])), np.asarray(model(images))
    # A change is at least a thousandth of what the largest one is; rounding is a millionth.
    changed = (np.abs(after - before) > 1e-4 * np.abs(after - before).max()).any(axis=-1)
    return changed.reshape(height, width, *changed.shape[1:])


@pytest.mark.parametrize("name", SMALL)
def test_a_footprint_is_the_set_of_pixels_that_change_the_unit_and_the_ledger_agrees(name):
    model = SMALL[name]()
    row = ledger_of(model)[-1]
    truth = changes(model)
    size = truth.shape[2:]
    units = {tuple(0 for _ in size), tuple(n - 1 for n in size), tuple(n // 3 for n in size)}
    for unit in units:
        seen = footprint(model, model.layers[-1].name, unit)
        np.testing.assert_array_equal(seen, truth[(slice(None), slice(None), *unit)], err_msg=str(unit))
        profiles = seen.any(axis=1), seen.any(axis=0)
        for axis, place, profile in zip(row.axes, unit or (0, 0), profiles, strict=True):
            assert [bool(axis.sees[place] >> i & 1) for i in range(len(profile))] == profile.tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_a_footprint_and_the_ledger_agree_on_every_kind(kind):
    model = example(kind)
    row = ledger_of(model)["last"]
    seen = footprint(model, "last")  # of the unit in the centre
    assert seen.any()
    if len(row.output_shape) == 3:
        for axis, profile in zip(row.axes, (seen.any(axis=1), seen.any(axis=0)), strict=True):
            assert [bool(axis.sees[axis.size // 2] >> i & 1) for i in range(len(profile))] == profile.tolist()


def test_a_footprint_is_the_same_when_every_relu_is_off_and_every_weight_is_zero():
    model = residual()
    fresh = footprint(model, "last")
    for weight in model.weights:
        weight.assign(np.zeros(weight.shape))
    np.testing.assert_array_equal(footprint(model, "last"), fresh)
    assert 0 < fresh.sum() < fresh.size
    assert not np.any(model.layers[1].get_weights()[0])  # the network itself is left alone


@pytest.mark.parametrize(
    "layer",
    [
        lambda: layers.Conv2D(4, 3, padding="same", activation="sigmoid"),  # would overflow
        lambda: layers.AveragePooling2D(3, 1, padding="same"),  # would underflow
    ],
)
def test_sixty_layers_neither_vanish_nor_overflow(layer):
    image = keras.Input((125, 127, 1))
    map_ = image
    for _ in range(60):
        map_ = layer()(map_)
    expected = np.zeros((125, 127), bool)
    expected[2:123, 3:124] = True
    squared = keras.Model(image, layers.Multiply(name="last")([map_, map_]))
    np.testing.assert_array_equal(footprint(squared, "last"), expected)


def test_normalising_over_the_map_shows_the_whole_image_and_over_channels_does_not():
    model = chain(
        (9, 9, 1), layers.Conv2D(4, 3), layers.LayerNormalization(name="channels"),
        layers.GroupNormalization(2, name="groups"),
    )  # fmt: skip
    assert footprint(model, "channels").sum() == 9
    assert footprint(model, "groups").all()


def test_footprints_in_the_kits_models():
    model = models.build("separable_65k")
    for name, side in (("block1_conv1", 3), ("block1_pool", 8), ("block2_conv3", 16)):
        rows, columns = np.nonzero(footprint(model, name))
        assert np.ptp(rows) + 1 == np.ptp(columns) + 1 == side
        assert len(rows) == side**2
    assert footprint(model, "probabilities", ()).all()


def equal_convolutions(depth, kernel):
    side = depth * (kernel - 1) + 1
    convolutions = [
        layers.Conv2D(1, kernel, use_bias=False, kernel_initializer=keras.initializers.Constant(1 / kernel**2))
        for _ in range(depth)
    ]
    return chain((side, side, 1), *convolutions), convolutions[-1].name


@pytest.mark.parametrize("depth, kernel", [(1, 3), (2, 3), (10, 3), (20, 3), (1, 5), (7, 5), (4, 2)])
def test_equal_convolutions_have_the_field_of_the_closed_form(depth, kernel):
    model, last = equal_convolutions(depth, kernel)
    field = effective_field(model, last, count=1)
    profile = np.ones(1)
    for _ in range(depth):
        profile = np.convolve(profile, np.ones(kernel) / kernel)
    np.testing.assert_allclose(field, np.outer(profile, profile), rtol=1e-4, atol=1e-12)
    assert spread(field) == pytest.approx([np.sqrt(depth * (kernel**2 - 1) / 12)] * 2, rel=1e-4)
    seen = footprint(model, last)
    assert seen.all() and seen.shape == (depth * (kernel - 1) + 1,) * 2


def test_the_field_of_one_convolution_is_its_weights():
    model = chain((5, 6, 3), layers.Conv2D(2, 3, name="conv"))
    kernel = model.layers[0].get_weights()[0]
    field = effective_field(model, "conv", (0, 2))
    heard = np.abs(kernel.sum(axis=-1)).sum(axis=-1)
    np.testing.assert_allclose(field[:3, 2:5], heard / heard.sum(), rtol=1e-5)
    assert field.sum() == pytest.approx(1) and np.count_nonzero(field) == 9


def test_a_field_is_averaged_over_all_images():
    # The ReLU lets through pixels above a half, so the gradient at a pixel is 1 where it is bright.
    bright = chain(
        (3, 3, 1),
        layers.Conv2D(1, 1, activation="relu", kernel_initializer="ones", bias_initializer=lambda *_, **__: -0.5),
        layers.Conv2D(1, 3, kernel_initializer="ones", name="sum"),
    )
    images = np.random.default_rng(0).choice(np.array([0, 255], np.uint8), (70, 3, 3, 1))
    counts = (images == 255).sum(axis=(0, 3))
    np.testing.assert_allclose(effective_field(bright, "sum", images=images), counts / counts.sum(), rtol=1e-6)
    noise = effective_field(bright, "sum", count=5)
    np.testing.assert_array_equal(noise, effective_field(bright, "sum", count=5))
    assert np.any(noise != effective_field(bright, "sum", count=5, seed=1))


def test_a_field_lies_within_the_footprint():
    model = models.build("separable_65k")
    for name, unit in (("block1_pool", (0, 14)), ("block2_conv3", (5, 0)), ("block3_conv2", (1, 1))):
        field = effective_field(model, name, unit, count=2)
        assert not field[~footprint(model, name, unit)].any()
        assert np.count_nonzero(field) > 0.5 * footprint(model, name, unit).sum()


def test_spread_tells_down_from_across():
    field = np.zeros((8, 9))
    field[1, [2, 6]] = 0.5
    assert spread(field) == (0, 2)


def test_the_core_is_the_fewest_pixels_that_hold_the_share():
    field = np.array([[0.5, 0.02, 0.3], [0.0, 0.15, 0.03]])
    assert core(field).tolist() == [[True, False, True], [False, True, False]]
    assert core(field, 0.96).sum() == 4
    assert core(field, 1).sum() == 5
    assert core(np.full((4, 5), 0.05)).sum() == 19


def refused(model=None, layer="conv", **options):
    model = model or chain((6, 6, 3), layers.Conv2D(2, 3, name="conv"), layers.Flatten(name="flat"))
    return lambda: effective_field(model, layer, **options)


@pytest.mark.parametrize(
    "call, sentence",
    [
        (refused(layer="conv9"), "has no layer 'conv9': choose one of conv, flat."),
        (refused(unit=(4, 0)), r"unit is \(4, 0\), and the units of conv run from \(0, 0\) to \(3, 3\)."),
        (refused(unit=(-1, 0)), r"unit is \(-1, 0\)"),
        (refused(unit=(1.5, 0)), r"unit is \(1.5, 0.0\)"),
        (refused(unit=2), r"unit is \(2,\), and the output of conv is a map"),
        (refused(unit=()), r"unit is \(\), and the output of conv is a map of 4 x 4 units: pass \(row, column\)."),
        (refused(layer="flat", unit=(1, 1)), r"the output of flat is no map: pass \(\)."),
        (refused(chain((6,), layers.Dense(2, name="conv"))), "must have one image input of a fixed size"),
        (refused(chain((None, None, 3), layers.Conv2D(2, 3, name="conv"))), "one image input of a fixed size"),
        (refused(keras.Sequential([layers.Conv2D(2, 3, name="conv")])), "one image input of a fixed size"),
        (refused(images=np.zeros((1, 6, 6, 3))), "images has dtype float64"),
        (refused(images=np.zeros((1, 6, 5, 3), np.uint8)), r"it must be uint8 from 0 to 255 and \(N, 6, 6, 3\)"),
        (refused(images=np.zeros((0, 6, 6, 3), np.uint8)), "with N > 0"),
        (refused(models.build("baseline"), "probabilities"), "always sum to 1, so no pixel can change their sum"),
        (refused(models.build("separable_65k"), "probabilities"), "choose a layer before the softmax"),
        (refused(chain((6, 6, 3), layers.Softmax(name="conv"))), "always sum to 1"),
        (
            refused(chain((3, 3, 1), layers.Conv2D(1, 3, kernel_initializer="zeros", name="conv"))),
            r"No gradient arrives from unit \(0, 0\) of conv with 32 images",
        ),
    ],
)
def test_what_has_no_field_is_refused_in_one_sentence(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_layer_that_the_footprint_does_not_know_is_refused_by_name():
    class Conv2D(layers.Layer):
        def call(self, values):
            return values[:, ::-1]

    for stranger in (
        layers.Lambda(lambda x: x[:, ::-1], name="strange"),
        Conv2D(name="strange"),
        layers.UpSampling2D(interpolation="bicubic", name="strange"),
    ):
        model = chain((4, 4, 1), stranger, layers.Conv2D(1, 3, name="conv"))
        with pytest.raises(LayerError, match=rf"strange \({type(stranger).__name__}\): footprint does not know"):
            footprint(model, "conv")
