"""What the budget slider shows: a network's costs beside the original's, and the chart of its time."""

from course import benchmarks
from course.plots.picture import BLUE
from course.table import Table
from course.widgets.budget_slider.chart import scene
from course.widgets.budget_slider.state import Scaling, cost_of, record, words
from course.widgets.rendered import Rendered, Shown, pair, paragraph, styled
from course.widgets.scene import svg

_WIDE, _HIGH = 415, 226  # of the chart, in pixels on the page
_BAR = 150  # pixels on the page, for twice the original


def render(state):
    """Return a scaled model's costs beside the original's, and its time against the width.

    Parameters
    ----------
    state : Scaling

    Returns
    -------
    Rendered
    """
    about, _, _ = record()
    note = (
        f"Time is for {benchmarks.BATCH} images, forward. Predicted: each pass as fast as the two ceilings that "
        f"were measured on the recorded machine ({about['machine']}). Measured: the median there, at some widths."
    )
    chart = svg(scene(state, _WIDE, _HIGH), (0, 0, _WIDE, _HIGH), "Time against width")
    body = (
        '<div style="display:flex;flex-wrap:wrap;gap:8px 18px;align-items:flex-start">'
        f"<div>{_table(state)._repr_html_()}</div>{chart}</div>"
    )
    return Rendered(styled(body, paragraph(note, "muted")), words(state))


def _table(state):
    """Return the costs as a Table, with a bar for how many times the original's each is."""
    found, original = cost_of(state), cost_of(Scaling(state.model))
    rows = []
    for what, key, scale, unit in (
        ("parameters", "parameters", 1, "{:,}"),
        ("MACs an image", "macs", 1, "{:,}"),
        (f"bytes moved, {benchmarks.BATCH} images", "bytes", 1e-6, "{:,.1f} MB"),
        ("predicted time", "predicted", 1000, "{:.2f} ms"),
        ("measured time", "measured", 1000, "{:.2f} ms"),
    ):
        value, first = getattr(found, key), getattr(original, key)
        shown = ("not measured", "") if value is None else (unit.format(scale * value), _bar(value / first))
        rows.append((what, *shown))
    rows.append(("receptive field", f"{pair(found.field)} pixels", ""))
    return Table(("", "cost", "against the original"), rows, left=(0, 2))


def _bar(times):
    """Return a bar with its number. The line marks the original; beyond twice that, the bar ends in a point."""
    wide, point = _BAR * min(times, 2) / 2, 7 if times > 2 else 0
    return Shown(
        f'<svg width="{_BAR + 55}" height="16"><path d="M0 3H{wide:.1f}l{point} 5l-{point} 5H0z" fill="{BLUE}"/>'
        f'<line x1="{_BAR / 2}" x2="{_BAR / 2}" y1="0" y2="16" stroke="currentColor"/>'
        f'<text x="{max(wide + point, _BAR / 2) + 5:.1f}" y="12">×{times:.2f}</text></svg>'
    )
