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
    assert picture.title == "The last rung ends 2.5 points above the first; the largest step up is 'faster', 3.0"
    assert "as published: 70.00 and 72.00 %, the start, spread 2.0, 1,234 s" in picture.alt


def test_a_step_that_gains_nothing_has_no_minus():
    assert "2: 69.96 %, +0.0 points" in ladder(rungs((0.70,), (0.6996,))).alt


def rungs(*accuracies):
    """Return rungs called "1", "2" and so on, with a run for each of their accuracies."""
    return {str(number): [climbed(each) for each in one] for number, one in enumerate(accuracies, start=1)}


@pytest.mark.parametrize(
    ("accuracies", "title"),
    [
        ([(0.70,), (0.713,)], "'2' ends 1.3 points above the rung below it, one run each"),
        ([(0.70,), (0.696,)], "'2' ends 0.4 points below the rung below it, one run each"),
        ([(0.70,), (0.6998,)], "'2' ends level with the rung below it, one run each"),
        ([(0.70, 0.72), (0.73, 0.75)], "'2' ends 3.0 points above the rung below it, means of 2 runs"),
        ([(0.70, 0.72), (0.74,)], "'2' ends 3.0 points above the rung below it"),
        (
            [(0.70,), (0.765,), (0.769,)],
            "The last rung ends 6.9 points above the first; the largest step up is '2', 6.5, one run each",
        ),
        (
            [(0.70, 0.72), (0.68, 0.70), (0.69, 0.71)],
            "The last rung ends 1.0 points below the first; the largest step up is '3', 1.0, means of 2 runs",
        ),
        ([(0.70,), (0.69,), (0.685,)], "The last rung ends 1.5 points below the first, one run each"),
        ([(0.70,), (0.6999,), (0.7002,)], "The last rung ends level with the first, one run each"),
    ],
)
def test_the_title_says_where_the_runs_ended_and_how_many_there_were(accuracies, title):
    assert ladder(rungs(*accuracies)).title == title


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
