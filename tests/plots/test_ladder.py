"""The ladder: a dot a run, the points between means, the time."""

import pytest
from plot_samples import climbed, run

from course.plots import ladder

RUNGS = {"as published": [climbed(0.70), climbed(0.72)], "faster": [climbed(0.74)], "best": [climbed(0.735)]}


def test_what_is_drawn_is_what_was_given():
    picture = ladder(RUNGS)
    axes = picture.axes[0]
    dots = [tuple(place) for drawn in axes.collections for place in drawn.get_offsets()]
    assert dots == [(70.0, 0), (72.0, 0), (71.0, 0), (74.0, 1), (73.5, 2)]  # the third is the ring
    words = [text.get_text() for text in axes.texts]
    assert words[::2] == ["the start, spread 2.0", "+3.0 points", "-0.5 points"]
    assert set(words[1::2]) == {"1,234 s of processor time"}
    assert picture.title == "2 steps gain 2.5 points: 'faster' gains most, 3.0"
    assert "as published: 70.00 and 72.00 %, the start, spread 2.0, 1,234 s" in picture.alt


def test_a_single_step_is_not_compared():
    two = {"as published": RUNGS["as published"], "faster": RUNGS["faster"]}
    assert ladder(two).title == "'faster' gains 3.0 points"


@pytest.mark.parametrize(
    ("rungs", "words"),
    [
        ({"one": [climbed(0.7)]}, "at least two rungs"),
        ({"one": [climbed(0.7)], "two": []}, "The rung 'two' has no run"),
        ({"one": [climbed(0.7)], "two": [run(held=(None,), train=(0.4,))]}, "the rung 'two' was not measured"),
    ],
)
def test_what_is_no_ladder_is_named(rungs, words):
    with pytest.raises(ValueError, match=words):
        ladder(rungs)
