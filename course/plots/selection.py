"""What it is worth to choose the best epoch on the test images."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from course import evaluation
from course.plots.axes import DASHED, beside, dots, hbars
from course.plots.picture import DEEP_SKY, INK, TEXT, VERMILLION, Picture, darker, listed, plot, wrapped
from course.plots.several import names_of, sources_of
from course.table import Table

_ROW = 42  # pixels on the page
_HISTOGRAM = 170
_NAMES = 170
_BIN = 0.1  # points of accuracy
_LINE = 12  # points
_HEADINGS = ("run", "best less last (points)", "last (%)", "best (%)", "best epoch", "by noise alone (points)")


@plot
def selection(runs=(), others=None, title=None):
    """Draw by how many points the best epoch exceeds the last, for runs, and for many other runs below.

    Diamonds are what choosing the best of the late epochs would add on average if the network no
    longer improved: see `course.evaluation.selection`. Runs of too few epochs have none.

    Parameters
    ----------
    runs : list of course.runs.Run
        Tested on test images after each epoch; published ones are marked as such.
    others : dict of str to numpy.ndarray, optional
        Last and best accuracies of other runs in per cent, as `published.base_runs` returns them.

    Raises
    ------
    ValueError
        When there is nothing to draw, or a run was not tested after each epoch.
    """
    rows = [_row(name, run) for name, run in zip(names_of(runs), runs, strict=True)]
    gains, notes = None, ()
    if others is not None:
        gains = others["best_test_accuracy"] - others["final_test_accuracy"]
        gains = gains[np.isfinite(gains)]
        low, *middle, high = np.quantile(gains, (0, 0.25, 0.5, 0.75, 1))
        notes = (
            f"Histogram of {len(gains)} public runs: from {low:.2f} to {high:.2f} points, "
            f"half of them between {middle[0]:.2f} and {middle[2]:.2f}.",
            f"Their median: {middle[1]:.2f}. Runs in each tenth of a point: {listed(map(str, _binned(gains)))}.",
        )
    elif not rows:
        raise ValueError("There is no run to draw: pass some, or others=published.base_runs().")
    table = Table(_HEADINGS, rows, notes=notes, formats=dict.fromkeys((*_HEADINGS[1:4], _HEADINGS[5]), ".2f"))
    heights = [*([len(rows) * _ROW] if rows else []), *([_HISTOGRAM] if others is not None else [])]
    subtitle = ["Best test accuracy of all epochs less the last one's, in points."]
    if chances := table.column(_HEADINGS[5]):
        subtitle.append("Diamond: what choosing among the late epochs adds on average if only noise moves them.")
    if runs:
        subtitle.append(sources_of(runs))
    picture = Picture(sum(heights) + 60, title or _finding(table, gains), "\n".join(subtitle), table=table)
    panels = picture.subplots(len(heights), 1, height_ratios=heights, sharex=True, squeeze=False)[:, 0]
    ends = [] if gains is None else [max(gains) + _BIN]
    furthest = max([*ends, *table.column(_HEADINGS[1]), *chances]) or 1
    if rows:
        _draw_rows(panels[0], table, furthest)
    if gains is not None:
        _draw_gains(panels[-1], gains)
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(0, furthest)
    # Runs have their numbers in the right half, where no bar reaches and no tick is needed.
    panels[-1].set(xlim=(0, (2 if rows else 1.05) * furthest), xticks=[t for t in ticks if t <= 1.05 * furthest])
    panels[-1].set_xlabel("best less last (points)", color=INK, loc="left")
    if len(panels) > 1:
        panels[0].tick_params(bottom=False)
        panels[0].spines["bottom"].set_visible(False)
    each = []
    for cells in table.texts:
        noise = f"; choosing among late epochs adds {cells[5]} if they are noise" if cells[5] else ""
        each.append(f"{cells[0]}: {_in_words(cells)}{noise}.")
    picture.describe("Bar chart", *each, *notes[:1])
    return picture


def _row(name, run):
    """Return a run's row of the table; the last cell is empty where it has too few epochs."""
    found = evaluation.summary(run)
    if found["inflation"] is None:
        raise ValueError(f"{name} was not tested after each epoch: it has no best epoch on test images.")
    try:
        chance = 100 * evaluation.selection(run).by_chance
    except ValueError:
        chance = ""
    points = (100 * found[key] for key in ("inflation", "last", "best"))
    return (name, *points, found["best_epoch"], chance)


def _draw_rows(axes, table, furthest):
    words = [_in_words(cells) for cells in table.texts]
    ups = [_LINE / 2 if cells[5] != "" else 0 for cells in table.rows]
    start = [1.04 * furthest] * len(words)
    names = ["\n".join(wrapped(name, _NAMES, TEXT)) for name in table.column("run")]
    hbars(axes, names, table.column(_HEADINGS[1]), words, start=start, up=ups)
    for y, (*_, chance) in enumerate(table.rows):
        if chance != "":
            dots(axes, chance, y, VERMILLION, marker="D", markersize=8, markeredgecolor="white")
            noise = f"\u25c6 {chance:.2f} by noise alone"
            beside(axes, noise, (start[y], y), 5, -_LINE / 2, color=darker(VERMILLION))


def _draw_gains(axes, gains):
    counts = _binned(gains)
    axes.bar(_BIN * np.arange(len(counts)), counts, _BIN, align="edge", color=DEEP_SKY, edgecolor="white")
    median, top = np.median(gains), 1.12 * counts.max()
    axes.plot([median, median], [0, top], color=INK, linewidth=1.4, linestyle=DASHED)
    beside(axes, f"median of {len(gains)} public runs: {median:.2f}", (median, top))
    axes.set(ylim=(0, 1.2 * top), ylabel="public runs")
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(axis="y")


def _binned(gains):
    # Differences of rounded accuracies lie on bins' edges, where binary fractions fall to either side.
    return np.bincount((np.round(gains / _BIN, 6) // 1).astype(int))


def _in_words(cells):
    _, gain, last, best, epoch, _ = cells
    return f"{gain}: last {last} %, best {best} % (epoch {epoch})"


def _finding(table, gains):
    """Return the default title: what choosing the epoch on test images adds."""
    parts = []
    if rows := table.rows:
        low, high = (f"{pick(table.column(_HEADINGS[1])):.2f}" for pick in (min, max))
        whose = rows[0][0] if len(rows) == 1 else f"these {len(rows)} runs"
        parts.append(f"{low if low == high else f'{low} to {high}'} points to {whose}")
    if gains is not None:
        parts.append(
            f"{np.median(gains):.2f}{'' if rows else ' points'} in the median of {len(gains)} public runs"
        )
    return f"Choosing the best epoch on the test images adds {', and '.join(parts)}"
