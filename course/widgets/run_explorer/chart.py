"""The run explorer's chart: where everything in it lies, for the live page and the still picture."""

from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from course.plots.marks import Words, apart
from course.plots.picture import BLACK, LINES, MARGIN, SMALL, TEXT, WIDTH, Picture, in_house_style
from course.widgets.run_explorer.state import GAP, METRICS, SECONDS, lines_of
from course.widgets.run_explorer.state import Line as Measured
from course.widgets.run_explorer.words import (
    cautions,
    duration,
    finding,
    label_of,
    smoothing_of,
    summary,
    troubles,
)
from course.widgets.scene import Dot, Line, Upright, draw

# With the colours, so that no two of the first 28 records look alike.
DASHES = ((), (7, 3), (2, 2), (8, 3, 2, 3))
WIDE = WIDTH - 2 * MARGIN  # pixels on the page, as are all below
LEFT, RIGHT, TOP, UNDER = 52, 250, 10, 44
SAMPLE = 26  # of a line, beside its name
_PLOT, _LABEL = 280, 34
_LONGEST, _WIDEST = 40, 29  # characters of a name in the chart; beyond the second, they are set smaller


@dataclass(frozen=True)
class Drawn:
    """A line's places on the page. Points are (x, y) in pixels from the chart's upper left corner."""

    line: Measured
    colour: str
    dashes: tuple
    smoothed: list
    measured: list
    last: tuple
    best: tuple
    label: float  # the middle of its name and value, from the top
    value: str  # the last one; with the images, where the lines do not have the same

    @property
    def name(self):
        """The line's name, cut where it is too long for the chart."""
        name = self.line.name
        return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"

    @property
    def shrink(self):
        """How many times its usual size the name has, so that it has room."""
        return min(1, _WIDEST / len(self.name))


@dataclass(frozen=True)
class Chart:
    """Everything the chart holds, placed: for SVG and for a still picture.

    Parameters
    ----------
    height : float
    across, up : list of (float, str)
        The axes' ticks: where each is, and its number.
    drawn : list of Drawn
    """

    height: float
    across: list
    up: list
    drawn: list


def look(place):
    """Return the colour and the dashes of the record at a place."""
    return LINES[place % len(LINES)], DASHES[place % len(DASHES)]


def chart(lines, zoom=False):
    """Return lines placed on the page.

    Parameters
    ----------
    lines : list of Line
        At least one.
    zoom : bool
        Whether to leave the first halves out of account, so that early epochs may lie outside.

    Returns
    -------
    Chart
    """
    plot = max(_PLOT, _LABEL * len(lines))
    everything = np.concatenate([_of_interest(line) if zoom else line.values for line in lines])
    low, high = everything.min(), everything.max()
    pad = 0.05 * (high - low) or 1
    low, high = (0 if lines[0].metric == SECONDS else low - pad), high + pad
    if lines[0].metric != GAP and METRICS[lines[0].metric].unit == " %":
        low, high = max(low, 0), min(high, 100)
    start, end = min(line.across[0] for line in lines), max(line.across[-1] for line in lines)
    minutes = any((line.across != line.epochs).any() for line in lines)
    start, end = (0 if minutes else start), (end if end > start else start + 1)

    def x(value):
        return LEFT + 8 + (WIDE - LEFT - RIGHT - 16) * (value - start) / (end - start)

    def y(value):
        return TOP + plot * (high - value) / (high - low)

    def points(line, values):
        return [(x(a), y(v)) for a, v in zip(line.across, values, strict=True)]

    ends = [y(line.last[1]) for line in lines]
    drawn = []
    mixed = len({line.run.monitored[0] for line in lines}) > 1 and "{images}" in METRICS[lines[0].metric].label
    for line, label in zip(lines, apart(ends, _LABEL, TOP, TOP + plot), strict=True):
        measured, smoothed = points(line, line.values), points(line, line.smoothed)
        marked = measured[-1], measured[line.peak]
        value = METRICS[line.metric].show(line.last[1]) + (f", {line.run.monitored[0]} images" if mixed else "")
        drawn.append(Drawn(line, *look(line.place), smoothed, measured, *marked, label, value))
    across = MaxNLocator(8, steps=[1, 2, 5, 10], integer=not minutes).tick_values(start, end)
    up = MaxNLocator(7, steps=[1, 2, 5, 10]).tick_values(low, high)
    return Chart(
        TOP + plot + UNDER,
        [(x(value), f"{value:g}") for value in across if start <= value <= end],
        [(y(value), f"{value:g}".replace("-", "−")) for value in up if low <= value <= high],
        drawn,
    )


def _of_interest(line):
    """Return a line's values in its second half, and its best."""
    return np.append(line.values[len(line.values) // 2 :], line.best[1])


def axis_of(state):
    """Return what the horizontal axis says."""
    return "epoch" if state.axis == "epochs" else "minutes since the start"


def scene(state, lines):
    """Return the marks of the chart of a Comparison's lines, and its height; it is `WIDE` pixels wide."""
    placed = chart(lines, state.zoom)
    right, base = WIDE - RIGHT, placed.height - UNDER
    marks = []
    for y, number in placed.up:
        marks += [Line(((LEFT, y), (right, y)), opacity=0.15), Words(LEFT - 6, y, number, SMALL, "end")]
    for x, number in placed.across:
        marks += [Line(((x, base), (x, base + 4))), Words(x, base + 13, number)]
    marks += [
        Line(((LEFT, base), (right, base))),
        Words((LEFT + right) / 2, placed.height - 8, axis_of(state), TEXT),
        Upright(8, (TOP + base) / 2, label_of(state, lines), TEXT),
    ]
    inside = (LEFT, TOP, right - LEFT, base - TOP)
    for each in placed.drawn:
        marks += _marks(each, state.smoothing > 1, inside)
    return marks, placed.height


def _marks(each, smoothed, inside):
    """Return a line with its dots and its name. Pointed at, the dots say what they are."""
    line, show = each.line, METRICS[each.line.metric].show
    # Black would not be seen where the page is dark.
    colour = None if each.colour == BLACK else each.colour
    marks = [Line(tuple(each.measured), colour, 1, opacity=0.5, inside=inside)] if smoothed else []
    x, y = WIDE - RIGHT + 10, each.label - 7
    marks += [
        Line(tuple(each.smoothed), colour, 2, each.dashes, inside=inside),
        Line(((x, y), (x + SAMPLE, y)), colour, 2, each.dashes),
        Words(x + SAMPLE + 6, y, each.name, SMALL * each.shrink, "start"),
        Words(x + SAMPLE + 6, each.label + 8, each.value, SMALL, "start"),
    ]
    for (x, y), radius, filled, (epoch, value) in (
        (each.last, 3.5, True, line.last), (each.best, 6, False, line.best)
    ):  # fmt: skip
        marks.append(Dot(x, y, radius, colour, filled, title=f"{line.name}, epoch {epoch}: {show(value)}"))
    return marks


@in_house_style
def still(state):
    """Return the chart as a Picture, with the table's numbers in its alt text; None where nothing is drawn."""
    lines = lines_of(state)
    if not lines:
        return None
    marks, height = scene(state, lines)
    beware = [*troubles(state, lines), *cautions(state, lines)]
    key = f"● last epoch, ○ {METRICS[state.metric].picked}. {smoothing_of(state)}"
    picture = Picture(height + MARGIN, finding(state, lines), " ".join([key.strip(), *beware]))
    page = picture.page()
    page.set(xlim=(-MARGIN, WIDE + MARGIN), ylim=(picture.body, 0))
    draw(marks, page)
    told = " ".join(_told(line) for line in lines)
    picture.alt = (
        (
            f"{summary(state, lines)} Line chart of {label_of(state, lines)} against {axis_of(state)}. {told} "
            f"{' '.join(beware)} {smoothing_of(state)}"
        )
        .replace(" %", "\u00a0%")
        .strip()
    )
    return picture


def _told(line):
    """Return a record's numbers as a sentence."""
    show = METRICS[line.metric].show
    (epoch, value), (best_epoch, best) = line.last, line.best
    error = "" if line.error is None else f" ± {line.error:.2f} points"
    start = f"{show(line.values[0])} in epoch {line.epochs[0]:.0f}, " if len(line.values) > 1 else ""
    parameters, seconds = line.run.about.get("parameters"), line.run.about.get("wall_seconds")
    costs = [
        "" if parameters is None else f"{parameters:,} parameters",
        line.run.source,
        "" if seconds is None else f"trained for {duration(seconds)}",
    ]
    return (
        f"{line.name} ({', '.join(filter(None, costs))}): {start}{show(value)}{error} in epoch {epoch}, "
        f"{METRICS[line.metric].picked} {show(best)} in epoch {best_epoch}."
    )


def stroke(colour):
    """Return a colour as SVG takes it, with the page's own in place of black."""
    # Black would not be seen where the page is dark.
    return "currentColor" if colour == BLACK else colour
