"""Reliability diagrams: what is drawn is what the predictions say."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.text import Text
from plot_samples import predicting, run

from course.plots import calibration


def mixed():
    """Return a run of 400 images: 300 at 95 % confidence, 240 of them right, and 100 at 55 %, 60 of them right."""
    made = predicting(count=400)
    confidence = np.where(np.arange(400) < 300, 0.95, 0.55)
    right = np.where(np.arange(400) < 300, np.arange(400) < 240, np.arange(400) < 360)
    made.labels = np.where(right, 0, 1)
    made.probabilities = np.zeros((400, 10))
    made.probabilities[:, 0], made.probabilities[:, 1] = confidence, 1 - confidence
    return made


def test_dots_gaps_and_histogram_are_the_bins():
    picture = calibration(mixed(), bins=10)
    above, below = picture.axes
    dots = next(line for line in above.lines if line.get_marker() == "o")
    assert np.allclose(dots.get_xydata(), [[55, 60], [95, 80]])
    gaps, errors = (c.get_segments() for c in above.collections if isinstance(c, LineCollection))
    assert np.allclose(gaps, [[[55, 55], [55, 60]], [[95, 95], [95, 80]]])
    # sqrt(0.6 × 0.4 / 100) and sqrt(0.8 × 0.2 / 300), in per cent.
    assert np.allclose([np.ptp(bar[:, 1]) / 2 for bar in errors], [4.899, 2.309], atol=0.001)
    assert [bar.get_height() for bar in below.patches] == [0, 0, 0, 0, 0, 100, 0, 0, 0, 300]
    assert np.allclose([bar.get_x() for bar in below.patches], np.arange(0, 100, 10))


def test_the_title_and_the_words_give_gap_and_error():
    # (300 × 15 + 100 × 5) / 400; 0.85 sure and 0.75 right on average.
    picture = calibration(mixed(), bins=10)
    assert picture.title == "baseline is too sure: 85.0 % sure on average and right on 75.0 %; ECE 12.5 points"
    assert "55 % sure, 60 % right (100); 95 % sure, 80 % right (300)." in picture.alt
    assert any(text.get_text() == "baseline\nECE 12.5 points" for text in picture.findobj(Text))
    assert "Data: CIFAR-10 (JPEG copy)." in " ".join(text.get_text() for text in picture.texts)


@pytest.mark.parametrize("confidence, words", [
    (0.7, "not sure enough: 70.0 % sure on average and right on 79.6 %"),
    (0.81, "about as sure as right: 81.0 % sure"),
    (0.79, "about as sure as right: 79.0 % sure"),
    (0.84, "too sure: 84.0 % sure"),
])  # fmt: skip
def test_a_gap_within_two_standard_errors_has_no_direction(confidence, words):
    # Two standard errors of 79.6 % over 1,000 images are 2.5 points.
    assert f"baseline is {words}" in calibration(predicting(confidence=confidence)).title


def test_runs_are_ranked_by_their_error():
    runs = [predicting("a", confidence=0.9), predicting("b", confidence=0.6), predicting("c", confidence=0.85)]
    picture = calibration(runs)
    low, high = (100 * abs(c - (runs[0].probabilities.argmax(1) == runs[0].labels).mean()) for c in (0.85, 0.6))
    assert picture.title == f"Calibration error (ECE) of these runs: from {low:.1f} points (c) to {high:.1f} (b)"
    assert [axes.get_title().split("\n")[0] for axes in picture.axes[:3]] == ["a", "b", "c"]
    twins = calibration([predicting(), predicting()])
    assert twins.title.startswith("These 2 runs have the same calibration error: ECE ")
    assert [axes.get_title().split("\n")[0] for axes in twins.axes[:2]] == ["baseline, run 1", "baseline, run 2"]


def test_runs_on_different_data_say_which_saw_what():
    picture = calibration([predicting("a"), predicting("b", source="CIFAR-10"), predicting("c")])
    assert "a and c: CIFAR-10 (JPEG copy). b: CIFAR-10." in " ".join(text.get_text() for text in picture.texts)


def test_a_title_of_ones_own():
    assert calibration(predicting(), title="Mine").title == "Mine"


@pytest.mark.parametrize("runs, sentence", [
    ([], "There are 0 runs to draw: pass 1 to 3"),
    ([predicting()] * 4, "There are 4 runs"),
    (run(), "baseline has no predictions"),
])  # fmt: skip
def test_what_can_not_be_drawn(runs, sentence):
    with pytest.raises(ValueError, match=sentence):
        calibration(runs)
