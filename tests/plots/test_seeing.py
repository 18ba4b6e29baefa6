"""Accuracy against receptive field: the finding, the marks where the arithmetic puts them, the words."""

from types import SimpleNamespace

import pytest
from matplotlib.text import Text

from course.plots import Picture, accuracy_against_receptive_field


class Point(SimpleNamespace):
    """What the picture reads of a point, without the seconds that importing Keras takes."""


def point(field, test, train=None, by="depth", distances=(3, 7), predicted=None):
    return Point(
        by=by,
        receptive_field=field,
        distance_a=distances[0],
        distance_b=distances[1],
        predicted=predicted or (1.0 if field > min(distances) else 0.5),
        test_accuracy=test,
        train_accuracy=test if train is None else train,
    )


POINTS = [
    point(3, 0.5),
    point(3, 0.52),
    point(5, 1.0),
    point(7, 0.5, train=0.52),  # sees both dots, and did not learn
    point(9, 0.98),
    point(7, 0.74, by="stride", distances=(6, 10), predicted=0.75),
]


def lines(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker]


def test_the_title_states_what_the_blind_and_the_able_reached():
    picture = accuracy_against_receptive_field(POINTS)
    assert isinstance(picture, Picture)
    assert picture.title == (
        "Where no unit sees both dots, 2 networks reached 52.0 % at most; "
        "where one always does, 2 of 3 exceeded 95 %"
    )
    assert accuracy_against_receptive_field(POINTS[:1]).title == (
        "Where no unit sees both dots, 1 network reached 50.0 % at most"
    )
    assert accuracy_against_receptive_field(POINTS[2:3]).title == (
        "Where one always does, 1 of 1 exceeded 95 %"
    )
    assert accuracy_against_receptive_field(POINTS[-1:]).title == "Units see both dots in some places only"
    assert accuracy_against_receptive_field(POINTS, title="Mine").title == "Mine"


def test_dots_rings_and_bars_are_where_they_belong():
    axes = accuracy_against_receptive_field(POINTS).axes[0]
    dots, rings = lines(axes, "o")
    assert (dots.get_fillstyle(), rings.get_fillstyle()) == ("full", "none")
    assert dots.get_xdata().tolist() == rings.get_xdata().tolist() == [3, 3, 5, 7, 9]
    assert dots.get_ydata().tolist() == pytest.approx([50, 52, 100, 50, 98])
    assert rings.get_ydata().tolist() == pytest.approx([50, 52, 100, 52, 98])
    bars = [line for line in axes.lines if line.get_linewidth() == 5]
    places = [(line.get_xdata().mean(), line.get_ydata()[0]) for line in bars]
    assert places == [(3, 50), (5, 100), (7, 100), (9, 100)]


def test_the_dashed_line_is_at_the_smaller_distance_and_one_more():
    for distances in ((3, 7), (10, 6)):
        axes = accuracy_against_receptive_field([point(7, 0.5, distances=distances)]).axes[0]
        (dashed,) = [line for line in axes.lines if line.get_linestyle() == "--"]
        assert set(dashed.get_xdata()) == {min(distances) + 1}
        assert f"{min(distances)} + 1" in [text.get_text() for text in axes.findobj(Text)]


def test_a_panel_for_each_way_and_pair_of_distances():
    picture = accuracy_against_receptive_field(POINTS)
    assert [axes.get_title() for axes in picture.axes] == [
        "3 or 7 pixels apart, by depth",
        "6 or 10 pixels apart, by depth",
        "3 or 7 pixels apart, by stride",
        "6 or 10 pixels apart, by stride",
    ]
    assert [len(lines(axes, "o")[0].get_xdata()) for axes in picture.axes] == [5, 0, 0, 1]


def test_the_alt_text_has_the_numbers():
    picture = accuracy_against_receptive_field(POINTS)
    assert picture.title in picture.alt
    assert (
        "By depth, dots 3 or 7 pixels apart: test accuracy 50 to 52 % at 3, 100 % at 5, 50 % at 7 and 98 % at 9."
        in picture.alt
    )
    assert "By stride, dots 6 or 10 pixels apart: test accuracy 74 % at 7." in picture.alt
    assert "by stride, dots 3" not in picture.alt.lower()
    assert picture.alt.endswith("differ by more than 5 points in 0 of 6 networks.")
    failed = accuracy_against_receptive_field([point(5, 0.5, train=1.0)])
    assert failed.alt.endswith("differ by more than 5 points in 1 of 1 network.")


def test_every_label_is_on_the_page_and_clear_of_the_others(monkeypatch):
    distances = ((3, 7), (6, 10), (9, 13))
    ways = ("depth", "stride", "pooling", "dilation")
    points = [
        point(field, 0.5, by=by, distances=pair) for by in ways for field in range(3, 18, 2) for pair in distances
    ]
    picture = accuracy_against_receptive_field(points)
    texts = []
    draw = Text.draw
    monkeypatch.setattr(Text, "draw", lambda text, renderer: (texts.append(text), draw(text, renderer)))
    picture.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text().strip()]
    assert len(boxes) > 30
    for i, (words, box) in enumerate(boxes):
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.bbox.x1 and box.y1 <= picture.bbox.y1, words
        for other_words, other in boxes[i + 1 :]:
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 2 or down <= 2, (words, other_words)


def test_no_point_no_picture():
    with pytest.raises(ValueError, match="no point to draw: pass those of experiments"):
        accuracy_against_receptive_field([])
