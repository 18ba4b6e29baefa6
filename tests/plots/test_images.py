"""Sheets of images and confusion matrices."""

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.text import Text
from plot_samples import NAMES, some_images, some_predictions

from course.plots import confusion_matrix, image_grid
from course.plots.confusion_matrix import _even_oranges


def test_a_sheet_has_a_row_for_each_class_and_shows_every_image_unchanged():
    images = some_images(6)
    picture = image_grid(images, [1, 0, 1, 0, 0, 1], ("cat", "dog"))
    assert picture.title == "3 images of each of 2 classes"
    assert "3 cat and 3 dog" in picture.alt
    shown = picture.axes[0].images
    assert [np.flatnonzero((images == image.get_array()).all(axis=(1, 2, 3)))[0] for image in shown] == [
        1, 3, 4, 0, 2, 5,
    ]  # fmt: skip
    assert all(image.get_interpolation() == "nearest" for image in shown)
    tops = [image.get_extent()[3] for image in shown]
    assert len(set(tops[:3])) == len(set(tops[3:])) == 1 and tops[3] > tops[0]
    sides = {(e[1] - e[0], e[2] - e[3]) for e in (image.get_extent() for image in shown)}
    (width, height) = sides.pop()
    assert not sides and width == height and width * 2 % 32 == 0


def test_images_wider_than_a_column_shrink_in_proportion():
    picture = image_grid(np.zeros((2, 200, 400, 3), np.uint8), [0, 0], NAMES)
    left, right, bottom, top = picture.axes[0].images[1].get_extent()
    assert (right - left) == pytest.approx(2 * (bottom - top)) and right < 760


def test_captions_keep_the_order_given():
    picture = image_grid(some_images(3), [2, 1, 0], NAMES, captions=["first", "second", "third"])
    assert "first; second; third" in picture.alt
    few = image_grid(some_images(3), [2, 1, 0], NAMES)
    assert "airplane; automobile; bird" in few.alt


def test_answers_are_captions_that_say_what_is_wrong_and_are_counted():
    picture = image_grid(some_images(3), [2, 1, 0], NAMES, answers=np.array([2, 0, 0]))
    assert picture.title == "2 of 3 images are right"
    assert picture.table.column("caption") == ["bird", "airplane, not automobile", "airplane"]
    assert image_grid(some_images(1), [0], NAMES, answers=[1], title="Mine").title == "Mine"


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"images": some_images(4) / 255}, "dtype float64; it must be uint8"),
        ({"images": some_images(4)[..., 0]}, r"shape \(4, 32, 32\); it must be"),
        ({"images": np.zeros((401, 8, 8, 3), np.uint8)}, "N from 1 to 400: choose some"),
        ({"labels": [0, 1]}, r"labels has shape \(2,\)"),
        ({"labels": [0, 1, 2, 10]}, "labels run from 0 to 10, and names holds 10 names"),
        ({"captions": ["one"]}, "captions holds 1 for 4 images"),
        ({"answers": [1]}, "answers holds 1 for 4 images"),
        ({"columns": 0}, "columns is 0"),
    ],
)
def test_images_that_fit_no_sheet(change, sentence):
    good = {"images": some_images(4), "labels": [0, 1, 2, 3], "names": NAMES}
    with pytest.raises(ValueError, match=sentence):
        image_grid(**{**good, **change})


def test_the_largest_confusion_is_the_title_and_every_count_is_in_its_cell():
    labels, predictions = some_predictions()
    picture = confusion_matrix(labels, predictions, NAMES)
    assert picture.title == "The largest confusion: 96 of 1,000 images of class cat are taken for dog"
    assert "9,864 of 10,000 images are right (98.64 %)" in picture.alt
    assert "cat 904 of 1,000" in picture.alt
    texts = [text.get_text() for text in picture.findobj(Text)]
    assert [texts.count(n) for n in ("96", "904", "40", "960", "1,000", "0")] == [1, 1, 1, 1, 8, 88]
    assert confusion_matrix([0, 1], [0, 1], ("a", "b")).title == "All 2 images are right"


def test_numbers_can_be_read_on_their_cells_and_mistakes_have_even_shades():
    picture = confusion_matrix([0] * 66, np.repeat(np.arange(12), np.arange(12)), [str(i) for i in range(12)])
    page = picture.axes[0]
    numbers = [text for text in page.texts if text.get_va() == "center" and text.get_ha() == "center"]
    assert len(numbers) == len(page.patches) == 144
    for number, cell in zip(numbers, page.patches, strict=True):
        assert cell.get_bbox().contains(*number.get_position())
        assert _contrast(number.get_color(), cell.get_facecolor()) >= 4.4, number
    light = [_lightness(colour) for colour in _even_oranges()(np.linspace(0, 1, 9))]
    steps = -np.diff(light)
    assert steps.min() > 0.9 * steps.mean() and steps.max() < 1.1 * steps.mean()


def _luminance(colour):
    parts = np.array(to_rgb(colour))
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722]


def _lightness(colour):
    return 116 * np.cbrt(_luminance(colour)) - 16


def _contrast(one, other):
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    "labels, predictions, names, sentence",
    [
        ([0, 1], [[0.1, 0.9], [0.8, 0.2]], ("a", "b"), "probabilities.argmax"),
        ([0, 1], [0], ("a", "b"), r"labels has shape \(2,\) and predictions \(1,\)"),
        ([0, 1], [0, 2], ("a", "b"), "predictions runs from 0 to 2; with 2 names"),
        ([0, 1], [0.0, 1.0], ("a", "b"), "predictions has dtype float64"),
        ([0, 1], [0, 1], "a" * 21, "names holds 21"),
    ],
)
def test_predictions_that_fit_no_matrix(labels, predictions, names, sentence):
    with pytest.raises(ValueError, match=sentence):
        confusion_matrix(labels, predictions, list(names))
