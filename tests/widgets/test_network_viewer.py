"""The network viewer: every level, control and click, networks of several kinds, and what can't be shown."""

import itertools
import re
from dataclasses import replace
from functools import cache

import keras
import numpy as np
import pytest
from keras import layers
from page_words import words

from course import models
from course.arithmetic import LayerError
from course.data import shapes
from course.widgets import network_viewer
from course.widgets.network_viewer.controls import COVERS
from course.widgets.network_viewer.maps import PALETTE, shades
from course.widgets.network_viewer.page import render
from course.widgets.network_viewer.state import (
    ALL,
    LEVELS,
    OVER,
    WRONG,
    at_stage,
    at_which,
    chosen,
    cover,
    folded,
    stepped,
    steps_of,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (6, 11, 14, 3)).astype(np.uint8)
LABELS = [0, 1, 2, 0, 1, 2]
NAMES = ("one", "two", "three")


@cache
def network():
    """Return a chain with every kind of step: sizes that don't divide, a vector at the end, Dropout, a pooling."""
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            keras.Input((11, 14, 3)),
            layers.Conv2D(5, 3, strides=2, padding="same", activation="relu", name="first"),
            layers.BatchNormalization(name="norm"),
            layers.SeparableConv2D(4, 3, name="both"),
            layers.ReLU(name="relu"),
            layers.MaxPooling2D(2, padding="same", name="pool"),
            layers.Dropout(0.5, name="drop"),
            layers.GlobalAveragePooling2D(name="mean"),
            layers.Dense(3, activation="softmax", name="answer"),
        ]
    )


def branched():
    image = keras.Input((11, 14, 3))
    left, right = layers.Conv2D(3, 3, padding="same", name="left")(image), layers.Conv2D(3, 1, name="right")(image)
    pooled = layers.GlobalAveragePooling2D()(layers.Add(name="sum")([left, right]))
    return keras.Model(image, layers.Softmax()(pooled), name="branches")


@cache
def viewer():
    return network_viewer(network(), IMAGES, LABELS, NAMES)


def begin():
    return viewer().state


def test_every_unit_of_every_layer_is_what_keras_gives():
    compared = 0
    for unfolded in (False, True):
        start = folded(begin(), unfolded)
        for stage in range(len(start.stages)):
            watch = replace(at_stage(start, stage), level="unit")
            maps = watch.maps()
            for place in np.ndindex(maps.shape):
                here = replace(watch, unit=place[:2], channel=place[2])
                assert steps_of(here)[-1][1].value == pytest.approx(float(maps[place]), rel=1e-4, abs=1e-5)
                compared += 1
            assert "float32 rounding at most" in render(watch).text
    assert compared > 900


@pytest.mark.parametrize("level, over, side, unfolded", [*itertools.product(LEVELS, OVER, (0, 4), (False, True))])
def test_every_option_is_drawn(level, over, side, unfolded):
    watch = folded(replace(begin(), level=level, over=over, cover=side, corner=(2, 3)), unfolded)
    for stage in range(len(watch.stages)):
        here = at_stage(watch, stage)
        shown = render(here)
        name = network().layers[here.stages[stage][0]].name
        assert name in shown.text or level == "overview"
        assert words(shown)
        picture = viewer().still(here)
        assert picture.alt.startswith(shown.text[:40])


def test_the_overview_names_the_answer_and_what_a_cover_changes():
    watch = begin()
    answer = network()(IMAGES[:1].astype("float32") / 255).numpy()[0]
    assert f"says {NAMES[answer.argmax()]}, {answer.max():.0%}" in render(watch).text
    hidden = replace(watch, cover=8, corner=(0, 0))
    after = network()(cover(IMAGES[0], 8, (0, 0))[None].astype("float32") / 255).numpy()[0]
    assert f"to {after[answer.argmax()]:.0%}" in render(hidden).text
    assert "Most changed is map" in render(hidden).text
    assert np.array_equal(hidden.pixels[8:], IMAGES[0][8:]) and (hidden.pixels[:8, :8] == 128).all()
    assert np.array_equal(watch.pixels, IMAGES[0])


def test_a_sweep_is_what_the_covers_do_one_by_one():
    sweep = begin().network.sweep(1)
    assert sweep.shape == (1, 2)
    before, answer = begin().network.answers[1], begin().network.answers[1].argmax()
    for column in range(2):
        hidden = replace(begin(), image=1, cover=8, corner=(0, 4 * column))
        assert sweep[0, column] == pytest.approx(before[answer] - hidden.values[-1][answer], abs=1e-5)


def test_the_class_map_adds_up_to_the_answer():
    found = begin().network.class_map(IMAGES[0], 2)
    model = network()
    features = keras.Model(model.inputs, model.get_layer("mean").output)(IMAGES[:1].astype("float32") / 255)
    score = (features.numpy() @ model.get_layer("answer").kernel.numpy())[0, 2]
    assert found.mean() == pytest.approx(score, abs=1e-5)
    plain = keras.Sequential([keras.Input((11, 14, 3)), layers.Flatten(), layers.Dense(3, "softmax")])
    watch = replace(network_viewer(plain, IMAGES).state, over=OVER[1])
    assert "needs a network that ends in global average pooling" in words(render(watch))


def test_images_by_class_and_those_it_gets_wrong():
    wrong = np.flatnonzero(begin().network.answers.argmax(axis=1) != LABELS).tolist()
    assert wrong and chosen(replace(begin(), which=WRONG)) == wrong
    two = at_which(begin(), "two")
    assert two.image == 1 and stepped(two, 1).image == 4 and stepped(stepped(two, 1), 1).image == 1
    assert stepped(two, -1).image == 4
    assert stepped(replace(begin(), image=5), 1).image == 0


def test_controls_move_the_state():
    live = network_viewer(network(), IMAGES, LABELS, NAMES)
    for level in LEVELS:
        live.level.value = level
        assert live.state.level == level
    live.layer.value = 1
    assert live.state.row.name == "both"
    live.unfolded.value = True
    assert live.state.row.name == "both" and len(live.layer.options) == 8
    live.unfolded.value = False
    live.channel.value, live.row.value, live.column.value = 2, 1, 3
    assert (live.state.channel, live.state.unit) == (2, (1, 3)) and "Unit (1, 3) of map 2" in live._words.value
    live.cover.value = COVERS["4×4"]
    live.corner[0].value = live.corner[0].max
    assert live.state.corner[0] == 11 - 4
    live.cover.value = COVERS["8×8"]
    assert live.state.corner[0] == 11 - 8
    live.following.click()
    assert live.state.image == 1
    live.which.value = "three"
    assert live.state.image == 2
    live.which.value = ALL
    live.over.value = OVER[2]
    assert live.state.over == OVER[2]


def test_clicks():
    live = network_viewer(network(), IMAGES, LABELS, NAMES)
    live._clicked("stage 2 0.5 0.5 1")
    assert live.state.level == "layer" and live.state.row.name == "pool"
    live._clicked("map 0.99 0.5 2")
    order = np.argsort(-np.abs(live.state.maps()).mean(axis=(0, 1)), kind="stable")
    assert live.state.channel == order[-1]
    live._clicked("unit 0.99 0.0 3")
    assert live.state.unit == (0, live.state.maps().shape[1] - 1)
    live._clicked("image 0.0 0.99 4")
    assert live.state.unit == (live.state.maps().shape[0] - 1, 0)
    live._clicked("cover 0.0 0.5 5")
    assert live.state.cover == 8 and live.state.corner == (1, 0)


def test_a_layer_says_its_zeros_and_its_ledger():
    model = keras.Sequential([keras.Input((11, 14, 3)), layers.Conv2D(2, 3, activation="relu", name="dead")])
    kernel = np.zeros((3, 3, 3, 2))
    kernel[..., 1] = 1
    model.layers[0].set_weights([kernel, np.array([-1.0, 0.0])])
    model.add(layers.GlobalAveragePooling2D())
    text = render(replace(network_viewer(model, IMAGES).state, level="layer"))
    assert "50% of all values are 0, and 1 map is 0 everywhere; of map 1, 0%" in text.text
    assert "9×12×2" in words(text) and "56" in words(text)


def test_branches_have_two_levels_and_a_reason():
    live = network_viewer(branched(), IMAGES)
    for level in LEVELS[:2]:
        assert "no" not in render(replace(live.state, level=level)).text.split()
    shown = render(replace(live.state, level="unit"))
    assert shown.text == (
        "branches has branches, so a unit's numbers come by more than one way: the third level is for chains, and "
        "the first two show this network."
    )
    assert viewer().still(replace(live.state, level="unit")) is None


def test_compact_100k_has_two_levels_and_a_reason():
    images = shapes(50)
    model = models.build("compact_100k")
    live = network_viewer(model, images)
    assert any(len(row.inputs) > 1 for row in live.state.network.activations.ledger)
    for stage in range(len(live.state.stages)):
        here = replace(at_stage(live.state, stage), level="layer")
        assert "As shown, map" in render(here).text
    assert render(live.state).text.startswith("Image 0 (")
    live.level.value = "unit"
    assert "compact_100k has branches, so a unit" in live._words.value
    answer = model(images.test_images[:1].astype("float32") / 255, training=False).numpy()[0]
    assert live.state.values[-1].ravel() == pytest.approx(answer, abs=1e-5)


def test_a_colour_says_the_sign():
    zero, above, below = PALETTE[shades(np.array([0.0, 2.0, -2.0]), 2.0)][:, :3].tolist()
    assert zero == [255, 255, 255] and above[2] > above[0] and below[0] > below[2]
    assert (PALETTE[shades(np.zeros((2, 2)), 0.0)] == 255).all()
    half = PALETTE[shades(np.array([1.0, 1.5]), 2.0)]
    assert (half[:, 3] == 255).all() and above[0] < half[1, 0] < half[0, 0] < 255


@pytest.mark.parametrize(
    "model, error, says",
    [
        (lambda: keras.Sequential([layers.Conv2D(2, 3)], name="raw"), LayerError, "raw is not built"),
        (lambda: keras.Sequential([keras.Input((20,)), layers.Dense(2)]), LayerError, "needs images of a fixed"),
        (lambda: keras.Sequential([keras.Input((20, 3)), layers.Conv1D(2, 3)]), LayerError, "needs images of a"),
        (
            lambda: keras.Sequential([keras.Input((20,), dtype="int32"), layers.Embedding(50, 4)]),
            LayerError,
            "needs images of a fixed",
        ),
        (lambda: "a name", ValueError, "needs a Keras model, not 'a name'"),
    ],
)
def test_what_is_no_such_network(model, error, says):
    with pytest.raises(error, match=says):
        network_viewer(model(), IMAGES)


@pytest.mark.parametrize(
    "given, says",
    [
        ({"images": IMAGES[:, :8]}, re.escape("shape (6, 8, 14, 3)")),
        ({"images": IMAGES / 255}, "dtype float64"),
        ({"images": IMAGES[:0]}, re.escape("shape (0, 11, 14, 3)")),
        ({"labels": [1]}, "pass one each"),
        ({"labels": [0, 1, 2, 3, 0, 1]}, "name every class"),
        ({"level": "atom"}, "level is one of overview, layer, unit"),
        ({"channel": 99}, "counted from 0"),
        ({"stage": 99}, "no such place to begin"),
        ({"size": 3}, "no such place to begin"),
        ({"cover": 5}, "no such place to begin"),
        ({"which": "cat"}, "no such place to begin"),
        ({"stage": -1}, "no such place to begin"),
    ],
)
def test_what_does_not_fit_is_said(given, says):
    with pytest.raises(ValueError, match=says):
        network_viewer(network(), **{"images": IMAGES, "labels": LABELS, "names": NAMES} | given)


@pytest.mark.parametrize("count", [1, 25, 56])
def test_answers_are_the_networks_own_for_any_number_of_images(count):
    images = RNG.integers(0, 256, (count, 11, 14, 3)).astype(np.uint8)
    found = begin().network.activations.probabilities(images)
    np.testing.assert_allclose(found, network()(images.astype(np.float32) / 255, training=False), atol=1e-6)


def test_the_weights_that_come_with_the_kit_know_the_shapes():
    images = shapes(500)
    live = network_viewer(models.trained(images), images)
    right = (live.state.network.answers.argmax(axis=1) == live.state.network.labels).mean()
    assert right > 0.85
    assert sum(value.nbytes for value in live.state.network.activations.of(live.state.pixels)) < 4e6
