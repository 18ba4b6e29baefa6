"""Effective fields as heat maps: what the title says, what is drawn where."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from course.plots import field_picture
from course.plots.picture import WIDTH


def seen(shape=(32, 32), rows=slice(8, 24), columns=slice(10, 20)):
    footprint = np.zeros(shape, bool)
    footprint[rows, columns] = True
    return footprint


def hill(footprint, width):
    rows, columns = np.indices(footprint.shape)
    field = np.exp(-((rows - 15) ** 2 + (columns - 14) ** 2) / 2 / width**2) * footprint
    return field / field.sum()


def flat(footprint):
    return footprint / footprint.sum()


def test_the_title_counts_the_pixels_that_hold_95_per_cent():
    field = np.zeros((10, 10))
    field[4, 4:7] = 0.5, 0.4, 0.06
    field[5, 4:8] = 0.01
    picture = field_picture({"untrained": field}, seen((10, 10), slice(3, 8), slice(3, 8)), "unit (2, 2) of conv3")
    assert picture.title == "95 % of what unit (2, 2) of conv3 listens to lies in 3 of the 25 pixels it can see"
    assert "The unit can see rows 3 to 7 and columns 3 to 7, 25 pixels." in picture.alt
    assert "untrained: 95 % lies in 3 pixels (12 %), spread 0.2 down, 0.7 across, 50 % at most" in picture.alt


def test_two_fields_are_compared_on_one_scale():
    footprint = seen()
    fields = {"untrained": flat(seen(rows=slice(8, 12), columns=slice(10, 15))), "trained": flat(footprint)}
    picture = field_picture(fields, footprint, "the centre unit of conv")
    assert picture.title == (
        "95 % of what the centre unit of conv listens to lies in 19 (untrained) and 152 (trained) "
        "of the 160 pixels it can see"
    )
    maps = [axes.images[0] for axes in picture.axes if axes.images]
    for image, field in zip(maps, fields.values(), strict=True):
        np.testing.assert_array_equal(image.get_array(), 100 * field)
        assert image.get_clim() == (0, 100 * fields["untrained"].max())


def test_the_box_is_around_the_footprint_and_the_line_along_the_edges_of_the_core():
    footprint = seen((12, 9), slice(0, 5), slice(3, 9))
    field = np.zeros((12, 9))
    field[1, 4:6] = 0.5
    axes = field_picture({"one": field}, footprint, "a unit").axes[0]
    (box,) = axes.patches
    assert box.get_bbox().extents == pytest.approx([2.25, -0.75, 8.75, 4.75])
    ends = {tuple(map(tuple, line)) for lines in axes.findobj(LineCollection) for line in lines.get_segments()}
    assert ends == {
        ((3.5, 0.5), (4.5, 0.5)), ((4.5, 0.5), (5.5, 0.5)), ((3.5, 1.5), (4.5, 1.5)), ((4.5, 1.5), (5.5, 1.5)),
        ((3.5, 0.5), (3.5, 1.5)), ((5.5, 0.5), (5.5, 1.5)),
    }  # fmt: skip
    left, right, bottom, top = axes.images[0].get_extent()
    shown = axes.get_window_extent()
    assert shown.height / shown.width == pytest.approx(12 / 9)
    assert (left, right, bottom, top) == (-0.5, 8.5, 11.5, -0.5)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("shape", [(32, 32), (24, 64), (224, 160)])
def test_every_label_is_on_the_page_and_clear_of_the_others(count, shape, monkeypatch):
    footprint = seen(shape, slice(0, 24), slice(0, shape[1]))
    fields = {f"after {n} epochs": hill(footprint, n + 1) for n in range(count)}
    picture = field_picture(fields, footprint, "the centre unit of block3_conv2")
    assert picture.title in picture.alt
    texts, draw = [], Text.draw
    monkeypatch.setattr(Text, "draw", lambda text, renderer: (texts.append(text), draw(text, renderer)))
    picture.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text().strip()]
    assert len(boxes) > 10
    for i, (words, box) in enumerate(boxes):
        assert 0 <= box.x0 and box.x1 <= 2 * WIDTH and box.y0 >= 0 and box.y1 <= picture.bbox.y1, words
        for other_words, other in boxes[i + 1 :]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 2 or down <= 2, (words, other_words)


def test_the_same_fields_give_the_same_bytes():
    def drawn():
        return field_picture({"a": hill(seen(), 3)}, seen(), "a unit").png()

    assert drawn() == drawn()


@pytest.mark.parametrize(
    "fields, footprint, sentence",
    [
        ({}, seen(), "fields holds 0; pass one to 3"),
        ({str(i): flat(seen()) for i in range(4)}, seen(), "fields holds 4"),
        ({"a": flat(seen())}, seen().astype(float), r"footprint has dtype float64 and shape \(32, 32\)"),
        ({"a": np.zeros((9, 9))}, seen(), r"The field 'a' has shape \(9, 9\) and the footprint \(32, 32\)"),
        ({"a": flat(~seen())}, seen(), "The field 'a' reaches beyond the footprint: pass both for the same unit"),
    ],
)
def test_fields_that_fit_no_picture(fields, footprint, sentence):
    with pytest.raises(ValueError, match=sentence):
        field_picture(fields, footprint, "a unit")
