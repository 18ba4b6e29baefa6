"""A run beside what was published: like is compared with like, epoch by epoch and in points."""

import math

import numpy as np
import pytest
from plot_samples import run

from course.plots import reproduction

OTHERS = {
    "final_test_accuracy": np.array([70.0, 74.0, 79.0, np.nan]),
    "best_test_accuracy": np.array([81.0, 82.0, 86.0, 70.0]),
}


def numbers(picture):
    """Return the lines under last with last, and under best with best."""
    return [label.get_text().split("\n") for label in picture.axes[1].get_xticklabels()]


def test_last_is_compared_with_last_and_best_with_best():
    ours, published = run(held=(0.5, 0.8, 0.75)), run(held=(0.6, 0.79, 0.77), published=True, source="CIFAR-10")
    picture = reproduction(ours, published)
    assert picture.title == "baseline is below the published log in 2 of 3 epochs, and ends 2.00 points lower"
    assert numbers(picture) == [
        ["last with last", "ours 75.00 %", "published 77.00 %", "2.00 points lower"],
        ["best with best", "ours 80.00 %", "published 79.00 %", "1.00 points higher"],
    ]
    assert "Best with best: ours 80.00 %, published 79.00 %, 1.00 points higher." in picture.alt
    # An exercise of notebook 04 asks for it, long after the picture.
    assert "standard errors" not in picture.alt
    assert (
        "Ours (CIFAR-10 (JPEG copy)): test accuracy goes from 50.00 % in epoch 1 to 75.00 % in ep" in picture.alt
    )
    assert "Published (CIFAR-10): test accuracy goes from 60.00 % in epoch 1 to 77.00 % in epoch 3" in picture.alt
    said = " ".join(text.get_text() for text in picture.texts)
    assert "Ours: CIFAR-10 (JPEG copy), 3 epochs. Published: CIFAR-10, 3 epochs." in said


def test_dots_and_bars_are_the_accuracies_and_their_standard_errors():
    picture = reproduction(run(held=(0.5, 0.8, 0.75)), run(held=(0.6, 0.79, 0.77)))
    bars, dots = ([line for line in picture.axes[1].lines if len(line.get_xdata()) == n] for n in (2, 1))
    values = [75, 77, 80, 79]
    assert [round(dot.get_ydata()[0], 9) for dot in dots] == values
    for bar, value in zip(bars, values, strict=True):
        error = math.sqrt(value * (100 - value) / 10_000)
        assert np.allclose(bar.get_ydata(), [value - error, value + error])
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == [False, False, True, True]
    assert dots[0].get_color() == dots[2].get_color() != dots[1].get_color()
    marks = [line.get_xydata()[0] for line in picture.axes[0].lines if line.get_marker() == "o"]
    assert np.allclose(marks, [[3, 77], [2, 79], [3, 75], [2, 80]])  # the published log's lie below ours


def test_a_longer_log_is_compared_up_to_where_the_shorter_one_ends():
    short, long = run(held=(0.5, 0.6), train=(0.4, 0.5)), run(held=(0.7, 0.65, 0.9))
    picture = reproduction(short, long)
    assert picture.title == "baseline is below the published log in 2 of 2 epochs, and is then 5.00 points lower"
    assert numbers(picture)[1][1:3] == ["ours 60.00 %", "published 70.00 %"]
    other_way = reproduction(long, short)
    assert other_way.title.endswith(" in none of 2 epochs, and is then 5.00 points higher")
    # The whole logs are drawn nevertheless.
    assert max(len(line.get_xdata()) for line in picture.axes[0].lines) == 3


def test_equal_accuracies_are_the_same():
    picture = reproduction(run(), run())
    assert picture.title == "baseline is below the published log in none of 3 epochs, and ends the same"
    always = run(held=(1.0,), train=(1.0,))
    assert numbers(reproduction(always, always))[0][3:] == ["the same"]


def test_other_runs_are_drawn_one_by_one_and_counted():
    fifty = run(held=(0.5,) * 48 + (0.85, 0.75), train=(0.9,) * 50)
    picture = reproduction(fifty, others=OTHERS)
    assert picture.title == "baseline ends at 75.00 %, above 2 of 3 public runs, whose median is 74.00 %"
    assert numbers(picture) == [
        ["last with last", "ours 75.00 %", "median of 3: 74.00 %", "ours above 2 of 3"],
        ["best with best", "ours 85.00 %", "median of 4: 81.50 %", "ours above 3 of 4"],
    ]
    rows = [[line[0, 1] for line in drawn.get_segments()] for drawn in picture.axes[1].collections]
    assert rows == [[70, 74, 79], [74], [81, 82, 86, 70], [81.5]]
    places = [np.mean(drawn.get_segments()[0][:, 0]) for drawn in picture.axes[1].collections]
    assert np.allclose(places, [0.14, 0.14, 1.14, 1.14])  # right of the dots
    (band,) = [line for line in picture.axes[0].lines if line.get_linewidth() == 6]
    assert np.array_equal(band.get_xydata(), [[50, 70], [50, 79]])
    assert "The other 3 runs end between 70.00 % and 79.00 %." in picture.alt


@pytest.mark.parametrize(("last", "place"), [(0.6, "below all 3"), (0.95, "above all 3")])
def test_a_run_beyond_all_others_is_said_to_be(last, place):
    picture = reproduction(run(held=(0.5,) * 49 + (last,), train=(0.9,) * 50), others=OTHERS)
    assert picture.title.startswith(f"baseline ends at {100 * last:.2f} %, {place} public runs,")
    assert numbers(picture)[0][-1] == f"ours {place}"


def test_a_run_that_is_not_done_does_not_end_among_the_others():
    picture = reproduction(run(), others=OTHERS)
    assert (
        picture.title
        == "baseline is at 75.00 % after 3 epochs; 3 public runs end at 74.00 % after 50, in the median"
    )
    assert picture.axes[0].get_xlim()[1] > 50


def test_a_log_and_other_runs_are_told_apart():
    lines = numbers(reproduction(run(), run(held=(0.6, 0.79, 0.77)), OTHERS))[0]
    assert lines[2] == "published 77.00 %" and lines[4:] == ["median of 3: 74.00 %", "ours above 2 of 3"]


def test_a_title_of_ones_own():
    assert reproduction(run(), run(), title="Mine").title == "Mine"


@pytest.mark.parametrize("arguments, sentence", [
    ((run(),), "nothing to compare with: pass a published log, other runs, or both"),
    ((run(monitor="validation"), run()), "baseline was watched on validation images: pass one tested on test"),
    ((run(), run(monitor="validation")), "watched on validation images"),
    ((run(held=(None, None, None)), run()), "baseline has no tested epoch"),
    ((run(source="generated shapes"), run()), "ours was trained on generated shapes, the published run on CIFAR"),
])  # fmt: skip
def test_runs_that_reproduce_nothing(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        reproduction(*arguments)
