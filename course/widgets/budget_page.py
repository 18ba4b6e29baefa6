"""What the budget slider shows: a network made wider or narrower, its costs, and the time that they predict."""

import html
from dataclasses import dataclass
from functools import cache

from course import benchmarks, costs, models
from course.inspection import ledger_of
from course.plots.picture import BLUE, VERMILLION
from course.widgets.explorer_page import BUDGET, budget
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
        Of every separable layer; one of `MULTIPLIERS`.

    Used in notebook 03.
    """

    model: str = "separable_65k"
    width: float = 1.0
    depth_multiplier: int = 1


@dataclass(frozen=True)
class Costs:
    """What a scaled network costs. Bytes and seconds are for a batch of `course.benchmarks.BATCH` images, forward.

    Parameters
    ----------
    parameters, macs, bytes : int
        MACs are for one image.
    field : tuple
        (height, width): the last layer's receptive field.
    predicted : float
        Seconds, the roofline's least.
    measured : float or None
        Seconds, the record's median; None at widths that were not timed.
    """

    parameters: int
    macs: int
    bytes: int
    field: tuple
    predicted: float
    measured: float = None


@cache
def cost_of(state):
    """Return a scaled network's Costs: predicted from the record's ceilings, measured where the record has it."""
    _, ceilings, timings = _record()
    network = costs.scaled(_network(state.model), state.width, state.depth_multiplier)
    passes = costs.operations(network, benchmarks.BATCH)
    limits = ceilings.macs_per_second, ceilings.bytes_per_second
    return Costs(
        network.parameters,
        network.macs,
        sum(part.bytes for part in passes),
        network[-1].receptive_field,
        sum(part.seconds(*limits)[0] for part in passes),
        timings.get(benchmarks.scaled_name(state.model, state.width, state.depth_multiplier)),
    )


def separable(name):
    """Return whether a model has a separable layer, so that the depth multiplier matters."""
    return any(row.kind == "SeparableConv2D" for row in _network(name))


@cache
def _record():
    about, ceilings, timings = benchmarks.load()
    return about, ceilings, {timing.name: timing.median for timing in timings["scaled"]}


@cache
def _network(name):
    return ledger_of(models.build(name))


def render(state):
    """Return a scaled model's costs beside the original's, and its time against the width.

    Parameters
    ----------
    state : Scaling

    Returns
    -------
    Rendered

    Used in notebook 03.
    """
    found, original = cost_of(state), cost_of(Scaling(state.model))
    body = (
        '<div style="display:flex;flex-wrap:wrap;gap:8px 28px;align-items:flex-start">'
        f"<div>{_table(found, original)}</div><div>{_chart(state)}</div></div>"
    )
    about, _, _ = _record()
    note = (
        f"Time is for {benchmarks.BATCH} images, forward. Predicted: the least that the two ceilings of the recorded "
        f"machine allow ({about['machine']}). Measured: the median on that machine, at some widths only."
    )
    return Rendered(styled(body, paragraph(note, "muted")), words(state, found))


def words(state, found):
    """Return a scaled model's costs in two sentences."""
    kind = f" and depth multiplier {state.depth_multiplier}" if separable(state.model) else ""
    measured = "not measured here" if found.measured is None else f"measured {1000 * found.measured:.1f} ms"
    return (
        f"{state.model} at width {state.width:g}{kind}: {budget(found.parameters)}. "
        f"{found.macs / 1e6:,.1f} million MACs an image; predicted {1000 * found.predicted:.1f} ms, {measured}."
    )


def rows(found, original):
    """Return the table's rows: what, its value as text, and how many times the original's; None for no bar."""
    return [
        ("parameters", f"{found.parameters:,}", found.parameters / original.parameters),
        ("MACs an image", f"{found.macs:,}", found.macs / original.macs),
        (f"bytes moved, {benchmarks.BATCH} images", f"{found.bytes / 1e6:,.1f} MB", found.bytes / original.bytes),
        ("predicted time", f"{1000 * found.predicted:.2f} ms", found.predicted / original.predicted),
        (
            "measured time",
            "–" if found.measured is None else f"{1000 * found.measured:.2f} ms",
            None if None in (found.measured, original.measured) else found.measured / original.measured,
        ),
        ("receptive field", f"{pair(found.field)} pixels", None),
    ]


def _table(found, original):
    lines = []
    for what, value, times in rows(found, original):
        bar = ""
        if times is not None:
            wide = min(times, 2) / 2 * _BAR
            bar = (
                f'<svg width="{_BAR + 64}" height="16" aria-hidden="true">'
                f'<rect x="0" y="3" width="{wide:.1f}" height="10" fill="{BLUE}"/>'
                f'<line x1="{_BAR / 2}" x2="{_BAR / 2}" y1="0" y2="16" stroke="currentColor" stroke-width="1"/>'
                f'<text x="{wide + 5:.1f}" y="12">×{times:.2f}</text></svg>'
            )
        lines.append(
            f'<tr><td class="left">{html.escape(what)}</td><td>{html.escape(value)}</td>'
            f'<td class="left">{bar}</td></tr>'
        )
    return (
        '<table><thead><tr><th class="left">forward</th><th>cost</th><th class="left">against width 1</th></tr>'
        f"</thead><tbody>{''.join(lines)}</tbody></table>"
    )


def curve(state):
    """Return the chart's numbers: [(width, predicted ms)], [(width, measured ms)] and the width of the budget."""
    at = [cost_of(Scaling(state.model, width, state.depth_multiplier)) for width in WIDTHS]
    predicted = [(width, 1000 * found.predicted) for width, found in zip(WIDTHS, at, strict=True)]
    measured = [(w, 1000 * found.measured) for w, found in zip(WIDTHS, at, strict=True) if found.measured]
    inside = [width for width, found in zip(WIDTHS, at, strict=True) if found.parameters <= BUDGET]
    return predicted, measured, max(inside, default=None)


def _chart(state):
    predicted, measured, edge = curve(state)
    top = 1.1 * max(value for _, value in (*predicted, *measured))
    step = next(s for s in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if top / s <= 6)

    def place(width, value):
        across = _LEFT + (_WIDE - _LEFT - _RIGHT) * width / WIDTHS[-1]
        return across, _TOP + (_HIGH - _TOP - _UNDER) * (1 - value / top)

    base = place(0, 0)[1]
    parts = []
    for i in range(int(top / step) + 1):
        y = place(0, i * step)[1]
        parts.append(
            f'<line x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="currentColor" opacity=".15"/>'
            f'<text x="{_LEFT - 5}" y="{y + 4:.1f}" text-anchor="end">{i * step:g}</text>'
        )
    for width in (0.5, 1, 1.5, 2):
        x = place(width, 0)[0]
        parts.append(f'<text x="{x:.1f}" y="{base + 15:.1f}" text-anchor="middle">{width:g}</text>')
    if edge:
        x = place(edge, 0)[0]
        parts.append(
            f'<rect x="{_LEFT}" y="{_TOP}" width="{x - _LEFT:.1f}" height="{base - _TOP:.1f}" fill="{BLUE}" '
            f'opacity=".08"/><text x="{_LEFT + 5}" y="{_TOP + 12}">within {BUDGET:,} parameters</text>'
        )
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in predicted))
    parts.append(f'<polyline points="{points}" fill="none" stroke="{BLUE}" stroke-width="2"/>')
    for point in measured:
        x, y = place(*point)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{VERMILLION}"/>')
    x, y = place(state.width, 1000 * cost_of(state).predicted)
    parts.append(
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{base:.1f}" stroke="currentColor" stroke-dasharray="4 3"/>'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="none" stroke="{BLUE}" stroke-width="2"/>'
    )
    label = (
        f'<text x="{(_LEFT + _WIDE) / 2}" y="{_HIGH - 4}" text-anchor="middle">width multiplier</text>'
        f'<text transform="translate(11 {base / 2 + _TOP}) rotate(-90)" text-anchor="middle">ms, '
        f"{benchmarks.BATCH} images</text>"
    )
    key = (
        f'<div><span style="color:{BLUE}">━</span> predicted &nbsp; '
        f'<span style="color:{VERMILLION}">●</span> measured</div>'
    )
    return (
        f'{key}<svg width="{_WIDE}" height="{_HIGH}" viewBox="0 0 {_WIDE} {_HIGH}" role="img" '
        f'aria-label="Time against width">{"".join(parts)}{label}</svg>'
    )
