"""What it is worth to choose the best epoch on the test images."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from course import evaluation
from course.plots.picture import (
    BLUE,
    DEEP_SKY,
    FAINT,
    INK,
    SMALL,
    TEXT,
    VERMILLION,
    Picture,
    darker,
    in_house_style,
    wrapped,
)
from course.plots.several import names_of, sources_of
from course.runs import Run

_ROW = 42  # pixels on the page
_HISTOGRAM = 170
_NAMES = 170
_BIN = 0.1  # points of accuracy
_LINE = 12  # points


@in_house_style
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
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture
        760 pixels wide; differences in points.

    Raises
    ------
    ValueError
        When there is nothing to draw, or a run was not tested after each epoch.
    """
    runs = [runs] if isinstance(runs, Run) else list(runs)
    rows = [
        (evaluation.summary(run) | {"name": name}, _by_chance(run))
        for name, run in zip(names_of(runs), runs, strict=True)
    ]
    for row, _ in rows:
        if row["inflation"] is None:
            raise ValueError(
                f"{row['name']} was not tested after each epoch: it has no best epoch on test images."
            )
    gains = None
    if others is not None:
        gains = others["best_test_accuracy"] - others["final_test_accuracy"]
        gains = gains[np.isfinite(gains)]
    elif not rows:
        raise ValueError("There is no run to draw: pass some, or others=published.base_runs().")
    title = title or _finding(rows, gains)
    heights = [*([len(rows) * _ROW] if rows else []), *([_HISTOGRAM] if others is not None else [])]
    subtitle = ["Best test accuracy of all epochs less the last one's, in points."]
    if any(chance is not None for _, chance in rows):
        subtitle.append("Diamond: what choosing among the late epochs adds on average if only noise moves them.")
    if runs:
        subtitle.append(sources_of(runs))
    picture = Picture(sum(heights) + 60, title, "\n".join(subtitle))
    panels = picture.subplots(len(heights), 1, height_ratios=heights, sharex=True, squeeze=False)[:, 0]
    ends = [] if gains is None else [max(gains) + _BIN]
    ends += [max(100 * row["inflation"], chance or 0) for row, chance in rows]
    furthest = max(ends) or 1
    if rows:
        _draw_rows(panels[0], rows, furthest)
    if gains is not None:
        _draw_gains(panels[-1], gains)
    ticks = MaxNLocator(nbins=6, steps=[1, 2, 5, 10]).tick_values(0, furthest)
    # Runs have their numbers in the right half, where no bar reaches and no tick is needed.
    panels[-1].set(xlim=(0, (2 if rows else 1.05) * furthest), xticks=[t for t in ticks if t <= 1.05 * furthest])
    panels[-1].set_xlabel("best less last (points)", color=INK, loc="left")
    if len(panels) > 1:
        panels[0].tick_params(bottom=False)
        panels[0].spines["bottom"].set_visible(False)
    picture.alt = _alt(title, rows, gains)
    return picture


def _by_chance(run):
    """Return what choosing among late epochs would add if they were noise, in points, or None for too few."""
    try:
        return 100 * evaluation.selection(run).by_chance
    except ValueError:
        return None


def _draw_rows(axes, rows, furthest):
    for y, (row, chance) in enumerate(rows):
        axes.barh(y, 100 * row["inflation"], height=0.5, color=BLUE)
        words = [(_in_words(row), INK)]
        if chance is not None:
            axes.plot(
                chance, y, marker="D", markersize=8, color=VERMILLION, markeredgecolor="white", clip_on=False
            )
            words.append((f"\u25c6 {chance:.2f} by noise alone", darker(VERMILLION)))
        for line, (text, colour) in enumerate(words):
            up = ((len(words) - 1) / 2 - line) * _LINE
            axes.annotate(
                text,
                (1.06 * furthest, y),
                (0, up),
                textcoords="offset points",
                va="center",
                size=SMALL,
                color=colour,
            )
    axes.set_yticks(
        range(len(rows)), ["\n".join(wrapped(row["name"], _NAMES, TEXT)) for row, _ in rows], size=TEXT
    )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(left=False)


def _draw_gains(axes, gains):
    # Differences of rounded accuracies lie on bins' edges, where binary fractions fall to either side.
    places = np.round(gains / _BIN, 6) // 1
    counts = np.bincount(places.astype(int))
    axes.bar(_BIN * np.arange(len(counts)), counts, _BIN, align="edge", color=DEEP_SKY, edgecolor="white")
    median, top = np.median(gains), 1.12 * counts.max()
    axes.plot([median, median], [0, top], color=INK, linewidth=1.4, linestyle=(0, (4, 3)))
    axes.annotate(
        f"median of {len(gains)} public runs: {median:.2f}", (median, top), (5, 0), textcoords="offset points",
        va="center", size=SMALL, color=INK,
    )  # fmt: skip
    axes.set_ylim(0, 1.2 * top)
    axes.set_ylabel("public runs", color=INK)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _in_words(row):
    return (
        f"{100 * row['inflation']:.2f}: last {100 * row['last']:.2f} %, best {100 * row['best']:.2f} % "
        f"(epoch {row['best_epoch']})"
    )


def _finding(rows, gains):
    """Return the default title: what choosing the epoch on test images adds."""
    parts = []
    if rows:
        low, high = (f"{100 * pick(row['inflation'] for row, _ in rows):.2f}" for pick in (min, max))
        whose = rows[0][0]["name"] if len(rows) == 1 else f"these {len(rows)} runs"
        parts.append(f"{low if low == high else f'{low} to {high}'} points to {whose}")
    if gains is not None:
        parts.append(
            f"{np.median(gains):.2f}{'' if rows else ' points'} in the median of {len(gains)} public runs"
        )
    return f"Choosing the best epoch on the test images adds {', and '.join(parts)}"


def _alt(title, rows, gains):
    parts = [f"Bar chart. {title}."]
    for row, chance in rows:
        noise = "" if chance is None else f"; choosing among late epochs adds {chance:.2f} if they are noise"
        parts.append(f"{row['name']}: {_in_words(row)}{noise}.")
    if gains is not None:
        parts.append(
            f"Histogram of {len(gains)} public runs: from {min(gains):.2f} to {max(gains):.2f} points, "
            f"half of them between {np.quantile(gains, 0.25):.2f} and {np.quantile(gains, 0.75):.2f}."
        )
    return " ".join(parts)
