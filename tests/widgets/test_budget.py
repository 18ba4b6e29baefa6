"""What the budget slider shows, over every option, and that its controls change it."""

import re

import numpy as np
import pytest
from page_words import words

from course import CHAINS, benchmarks, costs, models
from course.inspection import ledger_of
from course.plots import Picture
from course.widgets import budget_slider
from course.widgets.budget_slider import state as scaling
from course.widgets.budget_slider.chart import ticks as _ticks
from course.widgets.budget_slider.page import render
from course.widgets.budget_slider.state import (
    BUDGET,
    MULTIPLIERS,
    WIDTHS,
    Scaling,
    cost_of,
    curve,
    separable,
)

BOOKS = {name: ledger_of(models.build(name)) for name in CHAINS}
_, CEILINGS, TIMINGS = benchmarks.load()
TIMED = {t.name: t.median for t in TIMINGS["scaled"]}


def expected(state):
    """Return a state's ledger, its bytes, its predicted seconds and the record's, worked out from the start."""
    multiplier = state.depth_multiplier if state.model != "baseline" else 1
    book = costs.scaled(BOOKS[state.model], state.width, multiplier)
    passes = costs.operations(book, benchmarks.BATCH)
    predicted = sum(
        max(part.macs / CEILINGS.macs_per_second, part.bytes / CEILINGS.bytes_per_second) for part in passes
    )
    measured = TIMED.get(f"{state.model} {state.width:g} {multiplier}")
    return book, sum(part.bytes for part in passes), predicted, measured


@pytest.mark.parametrize("multiplier", MULTIPLIERS)
@pytest.mark.parametrize("model", CHAINS)
def test_every_option(model, multiplier):
    for width in WIDTHS:
        state = Scaling(model, width, multiplier)
        book, moved, predicted, measured = expected(state)
        shown = render(state)
        page = words(shown)
        for text in (
            f"parameters {book.parameters:,} ",
            f"MACs an image {book.macs:,} ",
            f"bytes moved, 16 images {moved / 1e6:,.1f} MB ",
            f"predicted time {1000 * predicted:.2f} ms ",
            f"receptive field {BOOKS[model][-1].receptive_field[0]} pixels",
            "measured time not measured" if measured is None else f"measured time {1000 * measured:.2f} ms ",
        ):
            assert text in page, (state, text)
        assert page.count("×") == (4 if measured is None else 5)
        assert f"has {book.parameters:,} parameters: " in shown.text
        assert f"{book.macs / 1e6:,.1f} million MACs an image; predicted {1000 * predicted:.1f} ms" in shown.text
        assert ("not measured" in shown.text) == (measured is None)
        assert shown.text.startswith(f"{model} at width {width:g}")
        assert (f"depth multiplier {multiplier} has" in shown.text) == (model != "baseline")
        assert (">measured</text>" in shown.html) == (model == "baseline" or multiplier in (1, 2))


def test_the_words():
    assert render(Scaling("baseline", 0.25)).text.startswith(
        "baseline at width 0.25 has 74,278 parameters: 25,722 of the 100,000 are left. 3.7 million MACs an image; "
    )
    assert render(Scaling("separable_99k", 1.8, 4)).text.startswith(
        "separable_99k at width 1.8 and depth multiplier 4 has 635,546 parameters: 6.36 times the budget of"
    )
    assert f"the recorded machine ({benchmarks.load()[0]['machine']})" in words(render(Scaling()))


def test_costs_are_compared_with_the_original():
    page = words(render(Scaling("separable_65k", 0.5, 1)))
    half, whole = (expected(Scaling("separable_65k", width)) for width in (0.5, 1.0))
    ratios = [
        half[0].parameters / whole[0].parameters,
        half[0].macs / whole[0].macs,
        *(half[i] / whole[i] for i in (1, 2, 3)),
    ]
    assert re.findall(r"×(\d+\.\d+)", page) == [f"{ratio:.2f}" for ratio in ratios]
    assert re.findall(r"×(\d+\.\d+)", words(render(Scaling()))) == ["1.00"] * 5


def test_bars_are_as_long_as_they_say_and_pointed_beyond_twice_the_original():
    for state in (Scaling("separable_65k", 0.5), Scaling("separable_65k", 1.25), Scaling("separable_65k", 2.0, 4)):
        bars = re.findall(r'<path d="M0 3H([\d.]+)l(\d) .*?>×([\d.]+)</text>', render(state).html)
        assert len(bars) >= 4
        for length, point, times in bars:
            assert float(length) == pytest.approx(75 * min(float(times), 2), abs=0.5)
            assert (point != "0") == (float(times) > 2)


@pytest.mark.parametrize("multiplier", MULTIPLIERS)
@pytest.mark.parametrize("model", CHAINS)
def test_the_curve_is_that_of_every_width(model, multiplier):
    predicted, measured, edge = curve(Scaling(model, 1.0, multiplier))
    assert [width for width, _ in predicted] == list(WIDTHS)
    for width, milliseconds in predicted:
        assert milliseconds == pytest.approx(1000 * expected(Scaling(model, width, multiplier))[2])
    known = multiplier in benchmarks.MULTIPLIERS or model == "baseline"
    assert [width for width, _ in measured] == (list(benchmarks.WIDTHS) if known else [])
    for width, milliseconds in measured:
        assert milliseconds == 1000 * expected(Scaling(model, width, multiplier))[3]
    for width in WIDTHS:
        inside = expected(Scaling(model, width, multiplier))[0].parameters <= BUDGET
        assert inside == (width <= edge)


def test_the_chart_draws_the_curve():
    state = Scaling("separable_99k", 0.75, 2)
    chart = render(state).html
    points = max(re.findall(r'polyline points="([^"]*)"', chart), key=len)
    places = [tuple(map(float, point.split(","))) for point in points.split()]
    # The last dot is the key's.
    dots = re.findall(r'circle cx="([\d.]+)" cy="([\d.]+)" r="4.5"', chart)[:-1]
    dots = [tuple(map(float, place)) for place in dots]
    ((x, y),) = re.findall(r'circle cx="([\d.]+)" cy="([\d.]+)" r="5"', chart)
    predicted, measured, _ = curve(state)
    assert len(places) == len(WIDTHS) and len(dots) == len(measured) == 5
    # Pixels rise as milliseconds fall, evenly.
    low, high = places[0], places[-1]
    scale = (low[1] - high[1]) / (predicted[-1][1] - predicted[0][1])
    for (across, down), (width, value) in zip([*places, *dots], [*predicted, *measured], strict=True):
        assert down == pytest.approx(low[1] - scale * (value - predicted[0][1]), abs=0.3)
        share = (width - WIDTHS[0]) / (WIDTHS[-1] - WIDTHS[0])
        assert across == pytest.approx(low[0] + share * (high[0] - low[0]), abs=0.3)
    assert (float(x), float(y)) == places[WIDTHS.index(0.75)]
    assert all(0 < across < 415 and 0 < down < 226 for across, down in (*places, *dots))


@pytest.mark.parametrize("top", [0.07, 0.9, 1, 5.6, 16.1, 33, 699, 701, 12_345])
def test_the_ticks_are_round_and_few(top):
    ticks = _ticks(top)
    assert ticks[0] == 0 and 3 <= len(ticks) <= 8 and ticks[-1] <= top < ticks[-1] + ticks[1]
    assert f"{ticks[1]:e}"[0] in "125"


def test_the_controls_move_the_state():
    slider = budget_slider()
    assert slider.state == Scaling("separable_65k", 1.0, 1)
    seen = [slider._picture.value]

    def moved():
        seen.append(slider._picture.value)
        assert seen[-1] != seen[-2] and seen[-1] == render(slider.state).html
        assert render(slider.state).text in slider._words.value
        return slider.state

    slider.width.value = 0.5
    assert moved() == Scaling("separable_65k", 0.5, 1)
    slider.depth_multiplier.value = 2
    assert moved() == Scaling("separable_65k", 0.5, 2)
    slider.model.value = "separable_99k"
    assert moved() == Scaling("separable_99k", 0.5, 2)
    for control in (slider.model, slider.width, slider.depth_multiplier):
        assert control.description and len(control.tooltip) > 10


def test_a_model_without_separable_layers_has_no_depth_multiplier():
    assert [name for name in CHAINS if not separable(name)] == ["baseline"]
    slider = budget_slider()
    assert slider.depth_multiplier.layout.display is None
    slider.depth_multiplier.value = 2
    slider.model.value = "baseline"
    assert slider.depth_multiplier.layout.display == "none" and "multiplier" not in slider._words.value
    # The multiplier of the model before must not hide what was measured.
    assert cost_of(slider.state) == cost_of(Scaling("baseline")) and cost_of(slider.state).measured
    slider.model.value = "separable_99k"
    assert slider.depth_multiplier.layout.display is None and slider.depth_multiplier.value == 2


@pytest.mark.parametrize("model", CHAINS)
def test_the_still_picture_has_the_numbers_in_its_alt_text(model):
    slider = budget_slider(model)
    picture = slider.still(slider.state)
    assert isinstance(picture, Picture)
    predicted, measured, edge = curve(slider.state)
    times = [value / dict(predicted)[width] for width, value in measured]
    assert picture.title == (
        f"{model} takes {min(times):.1f} to {max(times):.1f} times as long as its MACs and bytes predict"
    )
    assert picture.alt.startswith(render(slider.state).text) and picture.title in picture.alt
    assert f"Receptive field {BOOKS[model][-1].receptive_field[0]}." in picture.alt
    assert f"Up to width {edge:g} it stays within 100,000 parameters." in picture.alt
    assert f"Predicted: {predicted[0][1]:.1f} ms at width 0.15 to {predicted[-1][1]:.1f} ms at 2." in picture.alt
    assert all(f"{value:.1f} ms at width {width:g}" in picture.alt for width, value in measured)
    (line,) = [line for line in picture.axes[0].lines if len(line.get_xdata()) == len(WIDTHS)]
    pixels, values = line.get_ydata(), np.array([value for _, value in predicted])
    rise = (pixels[0] - pixels[-1]) / (values[-1] - values[0])
    assert pixels == pytest.approx(pixels[0] - rise * (values - values[0]))
    # The key has one more.
    assert len([patch for patch in picture.axes[0].patches if hasattr(patch, "radius")]) == len(measured) + 2
    assert slider.stored()["text/plain"] == picture.alt and "<img alt=" in slider.stored()["text/html"]


def test_a_still_picture_of_what_was_not_measured():
    slider = budget_slider()
    slider.depth_multiplier.value = 3
    picture = slider.still(slider.state)
    assert picture.title == slider.render(slider.state).text.split(". ")[0]
    assert "not measured" in picture.alt and "Measured:" not in picture.alt


def test_a_learners_random_seed_is_left_alone():
    models.keras.utils.set_random_seed(7)
    drawn = np.random.random()
    models.keras.utils.set_random_seed(7)
    scaling._network.cache_clear()
    budget_slider().model.value = "baseline"
    assert np.random.random() == drawn


def test_an_unknown_model_is_one_sentence():
    with pytest.raises(ValueError, match="There is no model 'vgg': choose one of baseline, separable_65k"):
        budget_slider("vgg")
