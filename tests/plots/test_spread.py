"""Many runs of one network."""

import numpy as np
import pytest
from matplotlib.text import Text

from course.plots import spread


def test_runs_state_median_and_deviation_and_draw_each_dot_where_it_is():
    picture = spread([82.0, 82.5, 82.5, 83.5], {"ours": 82.25})
    assert picture.title == "4 runs: median 82.50 %, standard deviation 0.63 points"
    assert "ours, 82.25 %, lies above 1 of 4 runs." in picture.alt
    assert "ours, 81.90 %, lies below all 4 runs." in spread([82.0, 82.5, 82.5, 83.5], {"ours": 81.9}).alt
    offsets = picture.axes[0].collections[-1].get_offsets()
    assert offsets[:, 0].tolist() == [82.0, 82.5, 82.5, 83.5]
    assert len(np.unique(offsets, axis=0)) == 4
    assert any(text.get_text() == "ours 82.25 %" for text in picture.findobj(Text))


def test_no_two_dots_overlap():
    picture = spread(np.random.default_rng(0).normal(82.6, 0.4, 100), {})
    picture.draw_without_rendering()
    dots = picture.axes[0].collections[-1]
    places = picture.axes[0].transData.transform(dots.get_offsets())
    across = np.sqrt(dots.get_sizes()[0]) * picture.dpi / 72
    apart = np.linalg.norm(places[:, None] - places, axis=2) + 1e9 * np.eye(len(places))
    assert apart.min() >= across - 0.5


@pytest.mark.parametrize(
    "accuracies, marks, sentence",
    [
        ([82.0], {}, r"shape \(1,\); it must be \(N,\) with N at least 2"),
        ([0.82, 0.83], {}, "are fractions: multiply them by 100"),
        ([82.0, np.nan], {}, "must be percentages"),
        ([82.0, 83.0], {"ours": 820}, "must be percentages"),
    ],
)
def test_values_that_are_no_percentages(accuracies, marks, sentence):
    with pytest.raises(ValueError, match=sentence):
        spread(accuracies, marks)
