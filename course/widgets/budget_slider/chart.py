"""The budget slider's chart: time against width, for the live page and for the still picture."""

from course import BUDGET, benchmarks
from course.plots.marks import Box, Words
from course.plots.picture import BLUE, MARGIN, MUTED, SMALL, VERMILLION, WIDTH, Picture, in_house_style, listed
from course.widgets.budget_slider.state import WIDTHS, cost_of, curve, words
from course.widgets.rendered import pair
from course.widgets.scene import Dot, Line, Upright, draw

_LEFT, _RIGHT, _TOP, _UNDER = 46, 12, 30, 38  # pixels on the page
_SHADE = "#0072B226"  # blue, to be seen through


def scene(state, wide, high):
    """Return the marks of time against width.

    Parameters
    ----------
    state : Scaling
    wide, high : float
        Pixels on the page.
    """
    predicted, measured, edge = curve(state)
    top = 1.1 * max(value for _, value in (*predicted, *measured))

    def place(width, value):
        across = _LEFT + (wide - _LEFT - _RIGHT) * width / WIDTHS[-1]
        return across, _TOP + (high - _TOP - _UNDER) * (1 - value / top)

    base, right = high - _UNDER, wide - _RIGHT
    marks = [Box(_LEFT, _TOP, place(edge, 0)[0] - _LEFT, base - _TOP, _SHADE)]
    for value in ticks(top):
        y = place(0, value)[1]
        marks += [Line(((_LEFT, y), (right, y)), opacity=0.15), Words(_LEFT - 5, y, f"{value:g}", SMALL, "end")]
    marks += [Words(place(width, 0)[0], base + 11, f"{width:g}") for width in (0.5, 1, 1.5, 2)]
    marks.append(Line(tuple(place(*point) for point in predicted), BLUE, 2))
    marks += [Dot(*place(*point), 4.5, VERMILLION) for point in measured]
    x, y = place(state.width, dict(predicted)[state.width])
    marks += [
        Line(((x, _TOP), (x, base)), dashes=(4, 3)), Dot(x, y, 5, BLUE, False, 2),
        Words((_LEFT + wide) / 2, high - 8, "width multiplier"),
        Upright(9, (base + _TOP) / 2, f"ms, {benchmarks.BATCH} images", SMALL),
    ]  # fmt: skip
    # The key: what each mark is, and where its words begin.
    key = [(Line(((_LEFT, 10), (_LEFT + 18, 10)), BLUE, 2), "predicted", 24)]
    if measured:
        key.append((Dot(_LEFT + 100, 10, 4.5, VERMILLION), "measured", 110))
    key.append((Box(_LEFT + 190, 4, 12, 12, _SHADE, MUTED, 0.5), f"within {BUDGET:,} parameters", 208))
    for mark, text, at in key:
        marks += [mark, Words(_LEFT + at, 10, text, SMALL, "start")]
    return marks


def ticks(top):
    """Return round numbers from 0 up to the top of an axis, at most seven of them."""
    step = next(base * 10**power for power in range(-3, 6) for base in (1, 2, 5) if top / (base * 10**power) < 7)
    return [i * step for i in range(int(top / step) + 1)]


@in_house_style
def still(state):
    """Return time against width, predicted and measured, as a Picture."""
    predicted, measured, edge = curve(state)
    text = words(state)
    picture = Picture(
        250, _finding(state) if measured else text.split(". ")[0],
        f"Time for {benchmarks.BATCH} images, forward: predicted from each pass at the ceilings, and measured.",
    )  # fmt: skip
    page = picture.page()
    wide = WIDTH - 2 * MARGIN
    draw(scene(state, wide, picture.body), page)
    page.set(xlim=(-MARGIN, wide + MARGIN), ylim=(picture.body, 0))
    (first, least), (last, most) = predicted[0], predicted[-1]
    alt = [
        f"{text} Receptive field {pair(cost_of(state).field)}. Line chart of time against width. {picture.title}.",
        f"Up to width {edge:g} it stays within {BUDGET:,} parameters.",
        f"Predicted: {least:.1f} ms at width {first:g} to {most:.1f} ms at {last:g}.",
    ]
    if measured:
        alt.append(f"Measured: {listed(f'{value:.1f} ms at width {width:g}' for width, value in measured)}.")
    picture.alt = " ".join(alt)
    return picture


def _finding(state):
    """Return how many times the predicted time the measured one is."""
    predicted, measured, _ = curve(state)
    times = [value / dict(predicted)[width] for width, value in measured]
    span = f"{min(times):.1f} to {max(times):.1f}"
    return f"{state.model} takes {span} times as long as its MACs and bytes predict"
