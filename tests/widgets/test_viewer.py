"""What the receptive-field viewer shows, against what a change of a pixel really changes."""

import base64
import io
import re

import keras
import numpy as np
import pytest
from PIL import Image

from course import models
from course.arithmetic import (
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    LayerError,
    MaxPooling2D,
    ZeroPadding2D,
    ledger,
)
from course.inspection import ledger_of
from course.widgets import field_viewer
from course.widgets.field_viewer.page import render
from course.widgets.field_viewer.scene import boxes, composed, frame
from course.widgets.field_viewer.state import Look, at_layer, at_unit, visible

DILATED = ledger(
    [Conv2D(2, 3, dilation_rate=3, padding="same"), Conv2D(2, 3, strides=2), MaxPooling2D(2), Flatten(), Dense(3)],
    (14, 11, 3),
)
IMAGE = np.random.default_rng(0).integers(0, 256, (14, 11, 3)).astype(np.uint8)


def every_look(book, image):
    for layer in range(len(book)):
        first = at_layer(Look(book, image), layer)
        for row in range(first.units[0]):
            for column in range(first.units[1]):
                yield at_unit(first, (row, column))


def drawn(look):
    """Return the pixels of the image in the page."""
    data = re.search(r"data:image/png;base64,([^\"]+)", render(look).html).group(1)
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))))


def test_every_unit_of_every_layer():
    for look in every_look(DILATED, IMAGE):
        seen, shown = visible(look), drawn(look)
        assert np.array_equal(shown[seen], IMAGE[seen])
        assert not np.array_equal(shown[~seen], IMAGE[~seen]) or seen.all()
        text = render(look).text
        count = int(re.search(r"sees (\d+) of", text).group(1)) if "holes" in text else None
        assert (count or seen.sum()) == seen.sum()
        (_, _, wide, tall), _ = boxes(look, seen)
        assert f"{tall}×{wide} pixels" in text
        assert f"Unit ({look.unit[0]}, {look.unit[1]}) of {look.row.name} sees" in text


def test_what_is_seen_is_what_can_change_the_unit():
    model = keras.Sequential(
        [
            keras.Input((9, 8, 1)),
            keras.layers.Conv2D(1, 3, dilation_rate=2, padding="same", kernel_initializer="ones"),
            keras.layers.Conv2D(1, 2, strides=2, kernel_initializer="ones"),
        ]
    )
    book = ledger_of(model)
    pixels = np.eye(72, dtype=np.float32).reshape(72, 9, 8, 1)
    changed = np.asarray(model(pixels))[..., 0].reshape(9, 8, 4, 4) > 0
    for row in range(4):
        for column in range(4):
            look = Look(book, np.zeros((9, 8, 3), np.uint8), 1, (row, column))
            assert np.array_equal(visible(look), changed[:, :, row, column])


def test_the_sentences():
    image = np.zeros((32, 32, 3), np.uint8)
    look = Look(ledger_of(models.separable_65k()), image)
    place = [row.name for row in look.ledger]
    inner = at_unit(at_layer(look, place.index("block2_conv1")), (3, 4))
    assert render(inner).text == (
        "Unit (3, 4) of block2_conv1 sees 8×8 pixels of the image, rows 4 to 11 and columns 6 to 13. "
        "Its receptive field of 8 lies on the image."
    )
    corner = at_unit(inner, (0, 0))
    assert "rows 0 to 5 and columns 0 to 5. Its receptive field of 8 is cut at the border." in render(corner).text
    last = at_layer(look, len(place) - 1)
    assert last.units == (1, 1) and "sees the whole image, 32×32 pixels" in render(last).text
    outside = Look(ledger([ZeroPadding2D(2)], (4, 4, 3)), image[:4, :4])
    assert "sees no pixel of the image" in render(outside).text
    dotted = Look(ledger([Conv2D(1, 2, dilation_rate=2)], (4, 4, 3)), image[:4, :4])
    assert (
        "sees 4 of the 3×3 pixels in rows 0 to 2 and columns 0 to 2: dilation leaves holes." in render(dotted).text
    )


def test_what_is_not_known_or_has_no_bound_is_said():
    class Odd(keras.layers.Layer):
        def call(self, x):
            return x

    inputs = keras.Input((8, 8, 3))
    odd = Look(ledger_of(keras.Model(inputs, Odd()(inputs))), np.zeros((8, 8, 3), np.uint8))
    assert "is not known" in render(odd).text and visible(odd) is None
    normed = keras.layers.GroupNormalization(1)(keras.layers.Conv2D(2, 3)(inputs))
    look = Look(ledger_of(keras.Model(inputs, normed)), np.zeros((8, 8, 3), np.uint8), 1)
    assert "Its receptive field has no bound" in render(look).text


def test_a_unit_keeps_its_place_from_layer_to_layer():
    book = ledger([MaxPooling2D(2), MaxPooling2D(2), GlobalAveragePooling2D()])
    look = at_unit(Look(book, np.zeros((32, 32, 3), np.uint8)), (15, 4))
    assert at_layer(look, 1).unit == (7, 2) and at_layer(at_layer(look, 1), 0).unit == (15, 5)
    assert at_layer(look, 2).unit == (0, 0)


def test_the_effect_is_orange_and_counted():
    effect = np.zeros((14, 11))
    effect[3:5, 3:5] = [[4, 2], [1, 1]]
    look = at_unit(at_layer(Look(DILATED, IMAGE), 1), (1, 1))
    shown = Look(DILATED, IMAGE, 1, (1, 1), effect)
    assert render(shown).text == f"{render(look).text} Half of the effect on it comes from 1 pixel."
    pixels = composed(shown, np.ones((14, 11), bool))
    assert tuple(pixels[3, 3]) == (230, 159, 0)
    nothing = Look(DILATED, IMAGE, 1, (1, 1), np.zeros((14, 11)))
    assert render(nothing).text.endswith("No pixel has an effect on it here.")


def test_the_controls_change_the_picture():
    viewer = field_viewer(DILATED, IMAGE)
    viewer.layer.value = 1
    before = viewer._picture.value
    viewer.unit[0].value = 0
    assert viewer._picture.value != before and "Unit (0, " in viewer._words.value
    before = viewer._picture.value
    viewer.unit[1].value = 0
    assert viewer._picture.value != before and "Unit (0, 0)" in viewer._words.value
    viewer.layer.value = 4
    assert "dense_1" in viewer._words.value and viewer.unit[0].disabled and viewer.unit[0].max == 0
    for control in (viewer.layer, *viewer.unit, viewer.with_effect):
        assert control.description and len(control.tooltip) > 10


def test_the_effect_is_worked_out_once_and_only_when_asked():
    asked = []

    def effective(name, unit):
        asked.append((name, unit))
        if name == "flatten_1":
            raise ValueError("flatten_1 has no map.")
        return np.ones((14, 11)) if name != "dense_1" else np.ones((2, 2))

    viewer = field_viewer(DILATED, IMAGE, effective)
    viewer.layer.value = 1
    assert not asked and "effective field" not in viewer._picture.value
    viewer.with_effect.value = True
    assert asked == [("conv2d_2", viewer.state.unit)] and "effective field" in viewer._picture.value
    viewer.with_effect.value = False
    assert "effective field" not in viewer._picture.value
    viewer.with_effect.value = True
    assert len(asked) == 1
    viewer.layer.value = 3
    assert "flatten_1 has no map." in viewer._picture.value
    viewer.layer.value = 4
    assert "has shape (2, 2); it must be (14, 11)" in viewer._picture.value


def test_images_and_networks_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"shape \(32, 32, 3\) and dtype uint8; network needs"):
        field_viewer(DILATED, np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match="dtype float64"):
        field_viewer(DILATED, IMAGE / 255)
    with pytest.raises(ValueError, match="has no layers"):
        field_viewer(ledger([]))
    with pytest.raises(LayerError, match="not built"):
        field_viewer(keras.Sequential([keras.layers.Flatten()]))
    assert field_viewer(ledger([Flatten()], (50, 20, 1))).state.image.shape == (50, 20, 3)


def test_it_starts_where_there_is_most_to_see():
    assert field_viewer(models.separable_65k()).state.row.name == "block3_conv1"
    assert field_viewer(ledger([GlobalAveragePooling2D(), Dense(3)])).state.layer == 0


def test_a_click_on_a_unit_or_a_place_of_the_image_looks_from_there():
    viewer = field_viewer(DILATED, IMAGE)
    for layer in range(len(DILATED)):
        viewer.layer.value = layer
        rows, columns = viewer.state.units
        left, top, wide, tall = frame(viewer.state)
        for row in range(rows):
            for column in range(columns):
                viewer._told.value = f"unit {(column + 0.5) / columns} {(row + 0.5) / rows} {layer}{row}{column}"
                assert viewer.state.unit == (row, column)
                _, (x, y, across, down) = boxes(viewer.state, None)
                viewer._told.value = "unit 0 0 0"
                place = (x + across / 2 - left) / wide, (y + down / 2 - top) / tall
                viewer._told.value = f"image {place[0]} {place[1]} {layer}{row}{column}"
                assert viewer.state.unit == (row, column)


def test_a_field_that_leaves_the_image_is_drawn_whole_or_said_to_be_cut():
    book = ledger([Conv2D(1, 9, padding="same"), Conv2D(1, 31, padding="same")], (14, 11, 3))
    image = np.zeros((14, 11, 3), np.uint8)
    for look in every_look(book, image):
        left, top, wide, tall = frame(look)
        _, (x, y, across, down) = boxes(look, visible(look))
        whole = left <= x and top <= y and x + across <= left + wide and y + down <= top + tall
        assert whole == ("still further out is not drawn" not in render(look).html)
        assert whole or look.layer == 1


def test_what_is_no_network_is_a_sentence():
    for nothing in (None, "baseline", 3):
        with pytest.raises(ValueError, match=f"needs a Keras model or a ledger, not {nothing!r}"):
            field_viewer(nothing)


def test_the_effect_of_a_layer_without_a_map_is_asked_for_without_a_place():
    asked = []
    viewer = field_viewer(DILATED, IMAGE, lambda name, unit: asked.append((name, unit)) or np.ones((14, 11)))
    viewer.with_effect.value = True
    viewer.layer.value = 4
    assert asked[-1] == ("dense_1", ()) and "effective field" in viewer._picture.value
