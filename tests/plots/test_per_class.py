"""Accuracy by class: the order, the dots, and the words."""

import numpy as np
import pytest
from plot_samples import NAMES, predicting, run

from course.plots import per_class


def right_on(counts, name="baseline"):
    """Return a run that is right on so many of each class's 100 images."""
    made = predicting(name)
    made.labels = np.repeat(np.arange(10), 100)
    answers = np.concatenate([np.where(np.arange(100) < c, i, (i + 1) % 10) for i, c in enumerate(counts)])
    made.probabilities = np.eye(10)[answers]
    return made


COUNTS = [80, 90, 60, 50, 70, 65, 85, 75, 88, 82]


def dots(picture):
    return [line for line in picture.axes[0].lines if line.get_marker() in "osD"]


def test_the_hardest_class_is_on_top():
    picture = per_class(right_on(COUNTS))
    assert picture.title == "cat is the hardest class for baseline, at 50.0 %; automobile the easiest, at 90.0 %"
    order = np.argsort(COUNTS)
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == [NAMES[i] for i in order]
    assert [dot.get_xdata()[0] for dot in dots(picture)] == sorted(COUNTS)
    heights = [dot.get_ydata()[0] for dot in dots(picture)]
    low, high = picture.axes[0].get_ylim()
    assert heights == sorted(heights) and low > high
    assert picture.alt.endswith("baseline: " + ", ".join(f"{NAMES[i]} {COUNTS[i]}.0 %" for i in order) + ".")


def test_a_bar_is_a_standard_error_either_side():
    picture = per_class(right_on(COUNTS))
    bars = [
        line.get_xdata()
        for line in picture.axes[0].lines
        if line.get_marker() == "None" and line.get_linewidth() == 1.6
    ]
    for bar, right in zip(bars, sorted(COUNTS), strict=True):
        error = np.sqrt(right * (100 - right) / 100)
        assert np.allclose(bar, [right - error, right + error])


def test_several_runs_are_sorted_together_and_named_once():
    # Bird is the second's hardest class, cat that of both together.
    second = [80, 95, 55, 60, 70, 65, 85, 75, 88, 82]
    picture = per_class([right_on(COUNTS), right_on(second, "separable_65k")])
    assert picture.title == (
        "cat is the hardest class for these runs together, at 50.0 to 60.0 %; "
        "automobile the easiest, at 90.0 to 95.0 %"
    )
    labels = [text.get_text() for text in picture.axes[0].texts]
    assert labels[0] == "50.0 %  baseline" and labels[10] == "60.0 %  separable_65k"
    assert sum("baseline" in label for label in labels) == sum("separable" in label for label in labels) == 1
    assert [dot.get_xdata()[0] for dot in dots(picture)[:2]] == [50, 60]  # of the first run: cat, then bird
    assert len({dot.get_color() for dot in dots(picture)}) == len({dot.get_marker() for dot in dots(picture)}) == 2


def test_a_class_without_test_images_is_left_out():
    few = right_on(COUNTS)
    few.labels, few.probabilities = few.labels[:900], few.probabilities[:900]
    labels = [label.get_text() for label in per_class(few).axes[0].get_yticklabels()]
    assert len(labels) == 9 and "truck" not in labels


def test_a_title_of_ones_own():
    assert per_class(predicting(), title="Mine").title == "Mine"


def test_what_can_not_be_drawn():
    other = predicting()
    other.about["data"]["names"] = NAMES[::-1]
    for runs, sentence in (
        ([], "There are 0 runs to draw"),
        ([predicting()] * 4, "There are 4 runs to draw"),
        (run(), "baseline has no predictions"),
        ([predicting(), other], "These runs tell different classes apart"),
    ):
        with pytest.raises(ValueError, match=sentence):
            per_class(runs)
