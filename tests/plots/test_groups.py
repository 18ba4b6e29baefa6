"""The pictures of the dial of groups and of what a step takes."""

from dataclasses import replace

import pytest
from plot_samples import dial

from course.benchmarks import Timing
from course.plots import groups_dial, step_bars


def test_the_finding_in_words():
    picture = groups_dial(dial({1: 2.0, 2: 2.5, 4: 11.8}, 4, 0.76))
    assert picture.title == (
        "4 groups do 4 times fewer MACs and take 5.9 times as long; as a DepthwiseConv2D the same work takes 38 % "
        "of the time"
    )
    assert picture.title in picture.alt
    assert (
        "1 group: 100.0 million MACs, 2.0 ms; 2 groups: 50.0 million MACs, 2.5 ms; 4 groups: 25.0" in picture.alt
    )
    assert picture.alt.endswith("DepthwiseConv2D: 0.8 ms.")
    assert groups_dial(dial({1: 1, 2: 1}, 2), title="My own").title == "My own"


@pytest.mark.parametrize(
    ("ratio", "words"),
    [
        (1.0, "take as long"),
        (0.97, "take as long"),
        (1.04, "take as long"),
        (0.5, "take 50 % of the time"),
        (0.004, "take 0.4 % of the time"),
        (1.26, "take 1.3 times as long"),
        (12.3, "take 12 times as long"),
    ],
)
def test_times_in_words(ratio, words):
    assert groups_dial(dial({1: 1, 8: ratio}, 16)).title == f"8 groups do 8 times fewer MACs and {words}"


def test_the_curves_are_shares_of_the_standard_layers():
    axes = groups_dial(dial({1: 2.0, 4: 3.0, 2: 2.5}, 4, 0.5)).axes[0]
    macs, times, *quartiles = axes.lines
    assert list(macs.get_xdata()) == [1, 2, 4] and list(macs.get_ydata()) == [1, 0.5, 0.25]
    assert list(times.get_ydata()) == pytest.approx([1, 1.25, 1.5])
    assert list(quartiles[2].get_xdata()) == [4, 4]
    # `dial` has runs of 0.9, 1 and 1.2 times the median.
    assert list(quartiles[2].get_ydata()) == pytest.approx([1.5 * 0.95, 1.5 * 1.1])
    diamond = quartiles[3]
    assert (list(diamond.get_xdata()), list(diamond.get_ydata())) == ([4], [0.25])


def test_a_depthwise_layer_stands_at_as_many_groups_as_channels():
    picture = groups_dial(dial({1: 1, 16: 0.5}, 48, 0.1))
    assert "as a DepthwiseConv2D a layer of as many groups as channels takes 10 % of the time" in picture.title
    axes = picture.axes[0]
    assert list(axes.get_xticks()) == [1, 16, 48]
    assert any(list(line.get_xdata()) == [48] for line in axes.lines)


def test_labels_that_would_touch_are_moved_apart():
    axes = groups_dial(dial({1: 1, 2: 0.5}, 2, 0.5)).axes[0]
    ends = {text.get_text(): text for text in axes.texts}
    assert list(ends) == ["time", "MACs", "time as a\nDepthwiseConv2D"]
    heights = [text.xyann[1] for text in axes.texts]
    assert heights[1] - heights[0] > 10 and heights[2] - heights[1] > 15
    far = groups_dial(dial({1: 1, 64: 5}, 64, 0.3)).axes[0]
    assert [text.xyann[1] for text in far.texts if text.get_text() != "MACs"] == pytest.approx([0, 0], abs=1e-6)


def test_groups_that_do_not_go_through_keras_have_a_curve_of_their_own():
    through, direct = dial({1: 2.0, 4: 8.0}, 4, 0.5), dial({1: 2.2, 4: 0.4}, 4)
    direct = [replace(timing, name=f"tf.nn.conv2d {timing.name}") for timing in direct]
    picture = groups_dial([*through, *direct])
    assert picture.title == (
        "4 groups do 4 times fewer MACs than one: in Keras they take 4.0 times as long, in TensorFlow called "
        "directly 20 % of the time"
    )
    assert "tf.nn.conv2d, 1 group: 2.2 ms; tf.nn.conv2d, 4 groups: 0.4 ms." in picture.alt
    curves = [list(line.get_ydata()) for line in picture.axes[0].lines if list(line.get_xdata()) == [1, 4]]
    assert pytest.approx([1.1, 0.2]) in curves
    words = {text.get_text() for text in picture.axes[0].texts}
    assert {"time in Keras", "time in TensorFlow,\ncalled directly"} <= words


@pytest.mark.parametrize("timings", [[], dial({1: 1}, 4), dial({2: 1, 4: 1}, 4), dial({1: 1}, 4, 0.1)])
def test_a_dial_needs_two_stops(timings):
    with pytest.raises(ValueError, match=r"nothing to compare: pass the timings of benchmarks.time_groups\(\)"):
        groups_dial(timings)


def test_a_bar_for_each_step():
    timings = [Timing("whole", (0.39, 0.414, 0.42), batch=128), Timing("bare", (0.0123,), batch=128)]
    picture = step_bars(timings, "A finding", "On a machine.")
    assert picture.title == "A finding" and picture.alt == "Bar chart. A finding. whole: 414 ms; bare: 12.3 ms."
    axes = picture.axes[0]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([414, 12.3])
    assert [text.get_text() for text in axes.texts] == ["414 ms", "12.3 ms"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["whole", "bare"]
    assert axes.yaxis_inverted() and "128 images" in axes.get_xlabel()
    assert list(axes.lines[0].get_xdata()) == pytest.approx([402, 417])
    assert "1 image (ms)" in step_bars([Timing("a", (1.0,), batch=1)], "One").axes[0].get_xlabel()
    with pytest.raises(ValueError, match="no timing to draw"):
        step_bars([], "None")
