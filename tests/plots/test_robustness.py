"""Robustness: a line a network, in each panel one disturbance."""

import pytest

from course.plots import robustness

MEASURED = {
    "old": {"blurred": [(0, 0.80), (2, 0.70)], "noisy": [(0, 0.80), (32, 0.40)], "mirrored": [(1, 0.79)]},
    "new": {"blurred": [(0, 0.90), (2, 0.50)], "noisy": [(0, 0.90), (32, 0.60)], "mirrored": [(1, 0.90)]},
}


def test_what_is_drawn_is_what_was_given():
    picture = robustness(MEASURED)
    assert [axes.get_title() for axes in picture.axes] == ["blurred", "noisy"]
    drawn = [[line.get_ydata() for line in axes.lines] for axes in picture.axes]
    assert drawn[0] == [pytest.approx([80, 70]), pytest.approx([90, 50])]
    assert drawn[1] == [pytest.approx([80, 40]), pytest.approx([90, 60])]
    assert [label.get_text() for label in picture.axes[1].get_xticklabels()] == ["0", "32"]
    assert picture.title == "old loses most when images are noisy: 40 points at the strongest"
    assert "new, blurred by 0 and 2: 90.0 and 50.0 %." in picture.alt and "mirrored" not in picture.alt


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        ({}, "no network to draw"),
        ({"a": {"mirrored": [(1, 0.9)]}}, "more than one strength"),
        ({"a": {"blurred": [(0, 0.9)]}, "b": {"blurred": [(1, 0.9)]}}, "different strengths"),
    ],
)
def test_what_can_not_be_compared_is_named(measured, words):
    with pytest.raises(ValueError, match=words):
        robustness(measured)
