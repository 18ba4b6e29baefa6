"""What the budget slider shows: a network made wider or narrower, its costs, and the time that they predict."""

from dataclasses import dataclass
from functools import cache

from course import BUDGET, benchmarks, costs, models
from course.inspection import ledger_of
from course.plots.picture import BLUE, VERMILLION
from course.widgets.layer_explorer.page import budget
from course.widgets.rendered import Rendered, pair, paragraph, styled

WIDTHS = tuple(round(0.05 * i, 2) for i in range(3, 41))
MULTIPLIERS = (1, 2, 3, 4)
_WIDE, _HIGH = 430, 210  # of the chart, in pixels on the page
_LEFT, _RIGHT, _TOP, _UNDER = 46, 12, 14, 38
_BAR = 150  # pixels on the page, for twice the original


@dataclass(frozen=True)
class Scaling:
    """One of the kit's models, and how it is scaled.

    Parameters
    ----------
    model : str
        One of `course.models.MODELS`.
    width : float
        Multiplies the number of filters and units; one of `WIDTHS`.
    depth_multiplier : int
        Of every separable layer; one of `MULTIPLIERS`. Without effect where there are none.
    """

    model: str = "separable_65k"
    width: float = 1.0
    depth_multiplier: int = 1


@dataclass(frozen=True)
class Costs:
    """What a scaled network costs. Bytes and seconds are for `course.benchmarks.BATCH` images, forward.

    Parameters
    ----------
    parameters, macs, bytes : int
        MACs are for one image.
    field : tuple
        (height, width): the last layer's receptive field.
    predicted : float
        Seconds: the sum of what each pass over the data takes at the machine's ceilings.
    measured : float or None
        Seconds: the record's median. None at widths that were not timed.
    """

    parameters: int
    macs: int
    bytes: int
    field: tuple
    predicted: float
    measured: float = None


@cache
def cost_of(state):
    """Return what a scaled network costs: predicted from the record's ceilings, measured where it was timed.

    Parameters
    ----------
    state : Scaling

    Returns
    -------
    Costs
    """
    _, ceilings, timed = _record()
    multiplier = state.depth_multiplier if separable(state.model) else 1
    network = costs.scaled(_network(state.model), state.width, multiplier)
    passes = costs.operations(network, benchmarks.BATCH)
    limits = ceilings.macs_per_second, ceilings.bytes_per_second
    return Costs(
        network.parameters,
        network.macs,
        sum(part.bytes for part in passes),
        network[-1].receptive_field,
        sum(part.seconds(*limits)[0] for part in passes),
        timed.get(benchmarks.scaled_name(state.model, state.width, multiplier)),
    )


def separable(name):
    """Return whether one of the kit's models has a separable layer, so that the depth multiplier matters."""
    return any(row.kind == "SeparableConv2D" for row in _network(name))


def curve(state):
    """Return the numbers of the chart of time against width.

    Parameters
    ----------
    state : Scaling

    Returns
    -------
    (list, list, float)
        Predicted and measured, each a list of (width, ms), and the largest width within the budget. Every
        width is predicted; none may have been measured.
    """
    found = {width: cost_of(Scaling(state.model, width, state.depth_multiplier)) for width in WIDTHS}
    predicted = [(width, 1000 * cost.predicted) for width, cost in found.items()]
    measured = [(width, 1000 * cost.measured) for width, cost in found.items() if cost.measured]
    return predicted, measured, max(width for width, cost in found.items() if cost.parameters <= BUDGET)


def render(state):
    """Return a scaled model's costs beside the original's, and its time against the width.

    Parameters
    ----------
    state : Scaling

    Returns
    -------
    Rendered
    """
    about, _, _ = _record()
    note = (
        f"Time is for {benchmarks.BATCH} images, forward. Predicted: each pass as fast as the two ceilings that "
        f"were measured on the recorded machine ({about['machine']}). Measured: the median there, at some widths."
    )
    body = (
        '<div style="display:flex;flex-wrap:wrap;gap:8px 28px;align-items:flex-start">'
        f"<div>{_table(state)}</div><div>{_chart(state)}</div></div>"
    )
    return Rendered(styled(body, paragraph(note, "muted")), _words(state))


@cache
def _record():
    about, ceilings, timings = benchmarks.load()
    return about, ceilings, {timing.name: timing.median for timing in timings["scaled"]}


@cache
def _network(name):
    # Not models.build, which would set the learner's random seed.
    return ledger_of(models.MODELS[name]())


def _words(state):
    found = cost_of(state)
    kind = f" and depth multiplier {state.depth_multiplier}" if separable(state.model) else ""
    measured = "not measured" if found.measured is None else f"measured {1000 * found.measured:.1f} ms"
    return (
        f"{state.model} at width {state.width:g}{kind} has {budget(found.parameters)}. "
        f"{found.macs / 1e6:,.1f} million MACs an image; predicted {1000 * found.predicted:.1f} ms, {measured}."
    )


def _table(state):
    """Return the costs as a table, with a bar for how many times the original's each is."""
    found, original = cost_of(state), cost_of(Scaling(state.model))
    lines = []
    for what, key, scale, unit in (
        ("parameters", "parameters", 1, "{:,}"),
        ("MACs an image", "macs", 1, "{:,}"),
        (f"bytes moved, {benchmarks.BATCH} images", "bytes", 1e-6, "{:,.1f} MB"),
        ("predicted time", "predicted", 1000, "{:.2f} ms"),
        ("measured time", "measured", 1000, "{:.2f} ms"),
    ):
        value, first = getattr(found, key), getattr(original, key)
        shown = ("not measured", "") if value is None else (unit.format(scale * value), _bar(value / first))
        lines.append((what, *shown))
    lines.append(("receptive field", f"{pair(found.field)} pixels", ""))
    rows = "".join(
        f'<tr><td class="left">{what}</td><td>{value}</td><td class="left">{bar}</td></tr>'
        for what, value, bar in lines
    )
    return (
        '<table><thead><tr><td></td><th>cost</th><th class="left">against the original</th></tr>'
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _bar(times):
    """Return a bar with its number. The line marks the original; beyond twice that, the bar ends in a point."""
    wide, point = _BAR * min(times, 2) / 2, 7 if times > 2 else 0
    return (
        f'<svg width="{_BAR + 70}" height="16"><path d="M0 3H{wide:.1f}l{point} 5l-{point} 5H0z" fill="{BLUE}"/>'
        f'<line x1="{_BAR / 2}" x2="{_BAR / 2}" y1="0" y2="16" stroke="currentColor"/>'
        f'<text x="{max(wide + point, _BAR / 2) + 5:.1f}" y="12">×{times:.2f}</text></svg>'
    )


def _chart(state):
    """Return time against width as SVG."""
    predicted, measured, edge = curve(state)
    top = 1.1 * max(value for _, value in (*predicted, *measured))

    def place(width, value):
        across = _LEFT + (_WIDE - _LEFT - _RIGHT) * width / WIDTHS[-1]
        return across, _TOP + (_HIGH - _TOP - _UNDER) * (1 - value / top)

    base = place(0, 0)[1]
    inside = place(edge, 0)[0] - _LEFT
    parts = [
        f'<rect x="{_LEFT}" y="{_TOP}" width="{inside:.1f}" height="{base - _TOP}" fill="{BLUE}" opacity=".15"/>',
    ]
    for value in _ticks(top):
        y = place(0, value)[1]
        parts.append(_line((_LEFT, y), (_WIDE - _RIGHT, y), 'opacity=".15"'))
        parts.append(_text(_LEFT - 5, y + 4, f"{value:g}", "end"))
    for width in (0.5, 1, 1.5, 2):
        parts.append(_text(place(width, 0)[0], base + 15, f"{width:g}", "middle"))
    points = " ".join("{:.1f},{:.1f}".format(*place(*point)) for point in predicted)
    parts.append(f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
    for point in measured:
        parts.append('<circle cx="{:.1f}" cy="{:.1f}" r="4.5" fill="{}"/>'.format(*place(*point), VERMILLION))
    x, y = place(state.width, dict(predicted)[state.width])
    parts += [
        _line((x, _TOP), (x, base), 'stroke-dasharray="4 3"'),
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="{BLUE}" stroke-width="2"/>',
        _text((_LEFT + _WIDE) / 2, _HIGH - 4, "width multiplier", "middle"),
        f'<text transform="translate(11 {(base + _TOP) / 2}) rotate(-90)" text-anchor="middle">'
        f"ms, {benchmarks.BATCH} images</text>",
    ]
    key = [("━", BLUE, "predicted"), ("■", f"{BLUE};opacity:.3", f"within {BUDGET:,} parameters")]
    if measured:
        key.insert(1, ("●", VERMILLION, "measured"))
    marks = " &nbsp; ".join(f'<span style="color:{colour}">{mark}</span> {words}' for mark, colour, words in key)
    return (
        f'<div>{marks}</div><svg width="{_WIDE}" height="{_HIGH}" role="img" aria-label="Time against width">'
        f"{''.join(parts)}</svg>"
    )


def _ticks(top):
    """Return round numbers from 0 up to the top of an axis, at most seven of them."""
    step = next(base * 10**power for power in range(-3, 6) for base in (1, 2, 5) if top / (base * 10**power) < 7)
    return [i * step for i in range(int(top / step) + 1)]


def _line(start, end, style):
    (x1, y1), (x2, y2) = start, end
    return f'<line x1="{x1:.1f}" x2="{x2:.1f}" y1="{y1:.1f}" y2="{y2:.1f}" stroke="currentColor" {style}/>'


def _text(x, y, words, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'
