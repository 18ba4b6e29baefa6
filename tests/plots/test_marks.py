"""A drawing as a list of marks: the same in SVG and in a picture."""

from xml.etree import ElementTree

import pytest
from anatomy_cases import every_convolution
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from course.anatomy import KINDS, patch_of
from course.data import shapes
from course.plots.anatomy import anatomy, scene
from course.plots.marks import Box, Words, apart, draw, svg
from course.plots.picture import DPI, INK, WIDTH, Picture

SOME = [
    Box(10, 20, 30.5, 40, "#123456", "white", 0.6),
    Box(1, 2, 3, 4, None, "#222222", 2),
    Words(50, 60, 'a < b & "c"', 9, "start", True, "#444444"),
    Words(70, 80, "−1"),
]
SVG = "{http://www.w3.org/2000/svg}"


def elements(marks, label="What it shows"):
    root = ElementTree.fromstring(svg(marks, 200, 100.5, label))
    return root, [element for element in root.iter() if element is not root]


def test_every_mark_is_in_the_svg():
    root, (filled, outline, bold, plain) = elements(SOME, 'It is "<6" & more')
    assert root.tag in ("svg", f"{SVG}svg") and root.get("role") == "img"
    assert root.get("aria-label") == 'It is "<6" & more'
    assert root.get("viewBox") == "0 0 200 100.5" and root.get("width") == "200"
    assert "max-width:100%" in root.get("style")
    assert filled.attrib == {
        "x": "10", "y": "20", "width": "30.5", "height": "40", "fill": "#123456", "stroke": "white",
        "stroke-width": "0.6",
    }  # fmt: skip
    assert (outline.get("fill"), outline.get("stroke"), outline.get("stroke-width")) == ("none", "#222222", "2")
    assert bold.text == 'a < b & "c"' and bold.get("text-anchor") == "start"
    assert bold.get("style") == "font-size:12.5px;font-weight:600;fill:#444444"
    # Its middle lies on y: the baseline is about a third of the size lower.
    assert float(bold.get("y")) == pytest.approx(60 + 0.35 * 12.5, abs=0.01)
    # Text that stands on the page has the page's colour.
    assert plain.text == "−1" and plain.get("text-anchor") == "middle" and "fill" not in plain.get("style")


def test_every_mark_is_in_the_picture():
    picture = Picture(100, "A title")
    page = picture.page()
    draw(SOME, page)
    filled, outline = (patch for patch in page.patches if isinstance(patch, Rectangle))
    assert filled.get_bbox().bounds == (10, 20, 30.5, 40)
    assert to_hex(filled.get_facecolor()) == "#123456" and to_hex(filled.get_edgecolor()) == "#ffffff"
    assert filled.get_linewidth() == pytest.approx(0.6 * 72 / DPI)
    assert outline.get_facecolor()[3] == 0 and outline.get_linewidth() == pytest.approx(2 * 72 / DPI)
    bold, plain = page.texts
    assert (bold.get_text(), bold.get_position(), bold.get_size()) == ('a < b & "c"', (50, 60), 9)
    assert bold.get_ha() == "left" and bold.get_weight() == "bold" and bold.get_color() == "#444444"
    assert plain.get_ha() == "center" and plain.get_weight() == "normal" and plain.get_color() == INK


@pytest.mark.parametrize("kind", KINDS)
def test_both_draw_the_same_texts(kind):
    patch = patch_of(shapes(50).train_images[24])
    for convolution in list(every_convolution(kind))[::97]:
        marks, height = scene(convolution, patch, 0, 0, convolution.outputs - 1)
        picture = anatomy(convolution, patch, 0, 0, convolution.outputs - 1)
        (page,) = picture.axes
        _, drawn = elements(marks)
        texts = [element.text for element in drawn if element.tag.endswith("text")]
        assert texts == [text.get_text() for text in page.texts] == [m.text for m in marks if isinstance(m, Words)]
        boxes = [tuple(float(element.get(key)) for key in ("x", "y", "width", "height"))
                 for element in drawn if element.tag.endswith("rect")]  # fmt: skip
        assert boxes == [pytest.approx(patch.get_bbox().bounds) for patch in page.patches]
        assert len(boxes) + len(texts) == len(marks) and height < picture.body
        for x, y, width, tall in boxes:
            assert x >= 0 and y >= 0 and x + width <= WIDTH and y + tall <= height


@pytest.mark.parametrize(
    ("wanted", "heights", "ends", "places"),
    [
        ([10, 50], 20, (), [10, 50]),  # clear of one another
        ([50, 10, 12], 20, (), [50, 10, 30]),  # the upper one moves, whatever their order
        ([0, 3], [20, 10], (0,), [10, 25]),
        ([95, 90], 20, (0, 100), [90, 70]),
        ([5, 5, 5], 20, (0, 60), [10, 30, 50]),
        ([5, 5], 20, (0, 30), [0, 20]),  # too little room: below the lower end
        ([], 20, (0, 30), []),
    ],
)
def test_labels_are_pushed_apart_and_kept_between_two_ends(wanted, heights, ends, places):
    assert apart(wanted, heights, *ends) == places
