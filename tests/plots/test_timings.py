"""The roofline and the speed-ups: numbers in titles and words, for layers that gain and layers that lose."""

from dataclasses import replace

import pytest
from matplotlib.colors import to_hex
from matplotlib.text import Text
from plot_samples import CEILINGS, paired, roof_timings, timing

from course.plots import Picture, roofline, speed_ups
from course.plots.roofline import COLOURS


def texts(picture):
    return [text.get_text() for text in picture.findobj(Text)]


def test_the_roofline_states_what_memory_allows_and_what_was_reached():
    picture = roofline(roof_timings(), CEILINGS)
    assert isinstance(picture, Picture)
    # 1.12 of 5 MACs per byte are 22 %; the median run took four times the least time.
    assert picture.title == (
        "At 1.1 MACs per byte, fed like a copy, a depthwise layer would reach 22 % of a matrix product's speed; "
        "the fastest here reached 6 %"
    )
    words = " ".join(texts(picture))
    assert "they meet at 5 MACs per byte" in words and "Forward, 1 image;" in words
    assert "memory: 20 GB/s" in words and "arithmetic: 100 GMAC/s" in words
    assert (
        "At 1.1 MACs per byte, fed like a copy, a depthwise layer would reach 100 % of"
        in roofline(roof_timings(), replace(CEILINGS, macs_per_second=1e9)).title
    )
    fast = roofline(roof_timings(), replace(CEILINGS, macs_per_second=2e13))
    assert "would reach 0.1 % of" in fast.title and fast.title.endswith("the fastest here reached 0.03 %")
    assert "arithmetic: 20,000 GMAC/s" in texts(fast)
    assert roofline(roof_timings(), CEILINGS, title="Mine").title == "Mine"


def test_without_a_depthwise_layer_the_fastest_is_named():
    timings = [timing("standard", 8, 256, 0.001), timing("pointwise", 8, 256, 0.001)]
    # 9 * 256 * 256 * 64 MACs in a millisecond, of 100 billion a second.
    assert (
        roofline(timings, CEILINGS).title
        == "The fastest layer, standard, reaches 38 % of a matrix product's speed"
    )


def test_points_lie_at_their_intensity_and_speed_and_bars_join_the_quartiles():
    axes = roofline(roof_timings(), CEILINGS).axes[0]
    dots = {
        (to_hex(line.get_color()).upper(), line.get_markersize()): (line.get_xdata()[0], line.get_ydata()[0])
        for line in axes.lines
        if len(line.get_xdata()) == 1
    }
    assert len(dots) == 8
    sizes = sorted({size for _, size in dots})
    for t in roof_timings():
        place = dots[COLOURS[t.name], sizes[t.channels != 16]]
        assert place == pytest.approx((t.intensity, t.macs / t.median / 1e9))
        allowed = min(CEILINGS.macs_per_second, t.intensity * CEILINGS.bytes_per_second)
        assert place[1] == pytest.approx(allowed / 4 / 1e9)
        (bar,) = [
            sorted(y for _, y in segment)
            for lines in axes.collections
            for segment in lines.get_segments()
            if segment[0][0] == t.intensity and to_hex(lines.get_color()[0]).upper() == COLOURS[t.name]
        ]
        assert bar == pytest.approx([allowed / 5 / 1e9, allowed / 3 / 1e9])


def test_the_roof_is_the_lower_of_the_two_ceilings():
    (roof,) = [line for line in roofline(roof_timings(), CEILINGS).axes[0].lines if len(line.get_xdata()) == 3]
    for intensity, speed in zip(roof.get_xdata(), roof.get_ydata(), strict=True):
        assert speed == pytest.approx(min(100, 20 * intensity))
    assert roof.get_xdata()[1] == 5


def test_the_alt_text_of_the_roofline_has_every_number():
    picture = roofline(roof_timings(), CEILINGS)
    assert picture.title in picture.alt and "Ceilings: 100 GMAC/s and 20 GB/s." in picture.alt
    for t in roof_timings():
        assert (
            f"{t.size}×{t.size}×{t.channels} at {t.intensity:.3g} MACs per byte runs at "
            f"{t.macs_per_second / 1e9:.3g} GMAC/s"
        ) in picture.alt
    assert "depthwise: 32×32×16 at 1.12 MACs per byte runs at 5.6 GMAC/s and 8×8×256 at 1.05" in picture.alt


def test_timings_with_gradients_are_no_points():
    more = [*roof_timings(), *(replace(t, training=True, seconds=(1e-9,)) for t in roof_timings())]
    assert roofline(more, CEILINGS).alt == roofline(roof_timings(), CEILINGS).alt


def test_nine_shapes_have_each_an_entry():
    timings = [timing("standard", size, 16, 0.001) for size in range(4, 13)]
    picture = roofline(timings, CEILINGS)
    assert {f"{n}×{n}×16" for n in range(4, 13)} <= set(texts(picture))


@pytest.mark.parametrize(
    ("factors", "training", "finding"),
    [
        # With gradients counts where both are there.
        (((1.0, 2.0), (3.0, 4.0)), (False, True), "2.0 to 4.0 times as fast with gradients"),
        (((2.0,), (3.0,)), (False,), "2.0 to 3.0 times as fast forward"),
        (
            ((3.0, 0.5), (3.0, 4.0)),
            (False, True),
            "0.5 to 4.0 times as fast with gradients, slower on 1 of 2 inputs",
        ),
        (((0.5,), (0.8,)), (False,), "0.5 to 0.8 times as fast forward, slower on 2 of 2 inputs"),
        (((0.5,),), (False,), "0.5 times as fast forward, slower on 1 of 1 input"),
        # What is shown as 1.0 is called neither.
        (((0.96,), (1.04,)), (False,), "1.0 times as fast forward"),
        (((0.94,), (1.04,)), (False,), "0.9 to 1.0 times as fast forward, slower on 1 of 2 inputs"),
    ],
)
def test_the_title_of_the_speed_ups_is_right(factors, training, finding):
    # 144 / (9 + 16) and 576 / (9 + 64) times fewer MACs.
    saved = "5.8 to 7.9" if len(factors) > 1 else "5.8"
    title = speed_ups(paired(*factors, training=training)).title
    assert title == f"{saved} times fewer MACs make a separable layer {finding}"


def test_bars_are_as_long_as_their_labels_say():
    picture = speed_ups(paired((0.5, 2.0), (3.0, 4.0)))
    axes = picture.axes[0]
    bars = [round(bar.get_width(), 1) for bar in axes.patches]
    assert bars == [5.8, 0.5, 2.0, 7.9, 3.0, 4.0]
    labels = [text.get_text() for text in axes.texts]
    assert labels == [
        "5.8 times fewer MACs", "0.5 times as fast forward", "2.0 times as fast with gradients",
        "7.9 times fewer MACs", "3.0 times as fast forward", "4.0 times as fast with gradients",
    ]  # fmt: skip
    # No label is crossed by the line at 1.
    assert all(text.xy[0] == max(1, bar.get_width()) for text, bar in zip(axes.texts, axes.patches, strict=True))
    middles = [bar.get_y() + bar.get_height() / 2 for bar in axes.patches]
    assert axes.get_yticks().tolist() == pytest.approx([middles[1], middles[4]])
    assert [label.get_text() for label in axes.get_yticklabels()] == ["32×32×16", "32×32×64"]
    assert picture.alt.endswith(
        "Input 32×32×16: 5.8 times fewer MACs, 0.5 times as fast forward and 2.0 times as fast with gradients. "
        "Input 32×32×64: 7.9 times fewer MACs, 3.0 times as fast forward and 4.0 times as fast with gradients."
    )
    assert picture.title in picture.alt and speed_ups(paired((1.0, 1.0)), title="Mine").title == "Mine"


def test_an_input_timed_forward_alone_is_shown_beside_one_timed_both_ways():
    timings = [*paired((2.0, 3.0))[:2], *paired((2.0, 3.0), (4.0, 5.0))[4:], timing("standard", 8, 8, 1.0)]
    picture = speed_ups(timings)
    assert picture.title.endswith("5.0 times as fast with gradients")
    bars = picture.axes[0].patches
    assert [round(bar.get_width(), 1) for bar in bars] == [5.8, 2.0, 7.9, 4.0, 5.0]
    tops = [bar.get_y() for bar in bars]
    assert all(after - before >= 0.8 for before, after in zip(tops, tops[1:], strict=False))


def test_medians_are_compared():
    slow = replace(paired((1.0,), training=(False,))[1], seconds=(0.0001, 0.002, 1.0))
    assert "0.5 times as fast forward" in speed_ups([paired((1.0,), training=(False,))[0], slow]).title


@pytest.mark.parametrize("timings", [[], paired((1.0, 1.0))[:1], [paired((1.0, 1.0))[0], paired((1.0, 1.0))[3]]])
def test_nothing_to_compare_no_picture(timings):
    with pytest.raises(ValueError, match="No shape was timed as 'standard' and as 'separable'"):
        speed_ups(timings)


@pytest.mark.parametrize(
    "timings", [[], [replace(roof_timings()[0], training=True)], [replace(roof_timings()[0], macs=None)]]
)
def test_no_forward_layer_no_roofline(timings):
    with pytest.raises(ValueError, match="no forward timing of a layer to draw: pass those of benchmarks"):
        roofline(timings, CEILINGS)
