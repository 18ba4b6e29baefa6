"""The run explorer's chart: where everything in it lies, and the same as SVG."""

import html
from dataclasses import dataclass

import numpy as np
from matplotlib.ticker import MaxNLocator

from course.plots.picture import BLACK, LINES, MARGIN, WIDTH
from course.widgets.run_explorer.state import GAP, METRICS, SECONDS, Line
from course.widgets.run_explorer.words import finding, label_of

# With the colours, so that no two of the first 28 records look alike.
DASHES = ((), (7, 3), (2, 2), (8, 3, 2, 3))
WIDE = WIDTH - 2 * MARGIN  # pixels on the page, as are all below
LEFT, RIGHT, TOP, UNDER = 52, 250, 10, 44
SAMPLE = 26  # of a line, beside its name
_PLOT, _LABEL = 280, 34
_LONGEST, _WIDEST = 40, 29  # characters of a name in the chart; beyond the second, they are set smaller


@dataclass(frozen=True)
class Drawn:
    """A line's places on the page. Points are (x, y) in pixels from the chart's upper left corner.
    """

    line: Line
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
    for line, label in zip(lines, spread(ends, TOP + _LABEL / 2, TOP + plot - _LABEL / 2), strict=True):
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


def spread(wanted, top, bottom):
    """Return places as near to the wanted ones as the height of labels allows, between two limits."""
    order = np.argsort(wanted, kind="stable")
    places, reached = np.array(wanted, float), top
    for i in order:
        places[i] = reached = max(places[i], reached)
        reached += _LABEL
    ceiling = bottom
    for i in order[::-1]:
        places[i] = min(places[i], ceiling)
        ceiling = places[i] - _LABEL
    return [float(place) for place in places]


def axis_of(state):
    """Return what the horizontal axis says."""
    return "epoch" if state.axis == "epochs" else "minutes since the start"


def svg(state, lines):
    """Return the chart of a Comparison's lines as an SVG element."""
    placed = chart(lines, state.zoom)
    right, base = WIDE - RIGHT, placed.height - UNDER
    parts = []
    for y, number in placed.up:
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="currentColor" opacity=".15"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number}</text>')
    for x, number in placed.across:
        parts.append(f'<path d="M{x:.1f} {base}v4" stroke="currentColor"/>')
        parts.append(f'<text x="{x:.1f}" y="{base + 17}" text-anchor="middle">{number}</text>')
    parts.append(f'<path d="M{LEFT} {base}H{right}" stroke="currentColor"/>')
    middle = (LEFT + right) / 2
    parts.append(f'<text x="{middle}" y="{placed.height - 6}" text-anchor="middle">{axis_of(state)}</text>')
    parts.append(
        f'<text transform="translate(12 {(TOP + base) / 2}) rotate(-90)" text-anchor="middle">'
        f"{html.escape(label_of(state, lines))}</text>"
    )
    inside = f'x="{LEFT}" y="{TOP}" width="{right - LEFT}" height="{base - TOP}"'
    inside += f' viewBox="{LEFT} {TOP} {right - LEFT} {base - TOP}"'
    parts += [_line(each, state.smoothing > 1, inside) for each in placed.drawn]
    told = html.escape(finding(state, lines))
    fits = "max-width:100%;height:auto;overflow:visible"
    return (
        f'<svg role="img" aria-label="{told}" width="{WIDE}" height="{placed.height}" '
        f'viewBox="0 0 {WIDE} {placed.height}" style="{fits}">{"".join(parts)}</svg>'
    )


def _line(each, smoothed, inside):
    """Return a line with its dots and its name. Pointed at, it and its dots say what they are."""
    # An SVG within cuts off what lies outside of the axes.
    line, show = each.line, METRICS[each.line.metric].show
    colour, dashes = stroke(each.colour), " ".join(map(str, each.dashes))
    style = f'fill="none" stroke="{colour}"'
    parts = [f'<polyline points="{_joined(each.measured)}" {style} opacity=".5"/>'] if smoothed else []
    x = WIDE - RIGHT + 10
    parts.append(
        f'<polyline points="{_joined(each.smoothed)}" {style} stroke-width="2" stroke-dasharray="{dashes}"/>'
    )
    parts = [f"<svg {inside}>{''.join(parts)}</svg>"]
    parts.append(
        f'<path d="M{x} {each.label - 7:.1f}h{SAMPLE}" {style} stroke-width="2" stroke-dasharray="{dashes}"/>'
        f'<text x="{x + SAMPLE + 6}" y="{each.label - 3:.1f}" style="font-size:{12 * each.shrink:.3g}px">'
        f'{html.escape(each.name)}</text>'
        f'<text x="{x + SAMPLE + 6}" y="{each.label + 12:.1f}">{each.value}</text>'
    )
    for (x, y), size, fill, (epoch, value) in (
        (each.last, 3.5, colour, line.last), (each.best, 6, "transparent", line.best)
    ):  # fmt: skip
        about = html.escape(f"epoch {epoch}: {show(value)}")
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{fill}" stroke="{colour}" stroke-width="1.5">'
            f"<title>{html.escape(line.name)}, {about}</title></circle>"
        )
    return f"<g><title>{html.escape(line.name)}</title>{''.join(parts)}</g>"


def _joined(points):
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def stroke(colour):
    """Return a colour as SVG takes it, with the page's own in place of black."""
    # Black would not be seen where the page is dark.
    return "currentColor" if colour == BLACK else colour
