"""How far runs of one and the same network lie apart."""

from numbers import Real

import numpy as np
from matplotlib.ticker import MaxNLocator

from course._given import check_kind
from course.plots.axes import DASHED, beside
from course.plots.picture import (
    BLUE,
    DPI,
    MUTED,
    SMALL,
    VERMILLION,
    WIDTH,
    Picture,
    darker,
    plot,
    ranked,
    text_width,
)
from course.table import Table

_LABEL = 19  # pixels on the page, for a line of labels
_BAND = "#E3EEF5"
_HEADING = "final test accuracy (%)"


@plot
def spread(accuracies, marks, title=None):
    """Draw the final accuracies of many runs as stacked dots, one a run, with some values marked.

    Parameters
    ----------
    accuracies : array of float
        Final test accuracies in per cent, shape (N,) with N at least 2.
    marks : dict of str to float
        Values to mark, in per cent, by the label each gets: {"document 000": 82.14}.

    Raises
    ------
    ValueError
        When there are fewer than two runs, or a value is no percentage.
    """
    accuracies = np.asarray(accuracies)
    if not np.issubdtype(accuracies.dtype, np.number):
        raise ValueError(f"accuracies has dtype {accuracies.dtype}; accuracies must be numbers, in per cent.")
    accuracies = accuracies.astype(float)
    if accuracies.ndim != 1 or len(accuracies) < 2:
        raise ValueError(f"accuracies has shape {accuracies.shape}; it must be (N,) with N at least 2.")
    for name, value in marks.items():
        check_kind(f"The mark {name!r}", value, Real, "a number, in per cent")
    values = np.array([*accuracies, *marks.values()], dtype=float)
    if not np.all((values >= 0) & (values <= 100)):
        raise ValueError("accuracies and marks must be percentages from 0 to 100, and one of them is not.")
    if accuracies.max() <= 1:
        raise ValueError("accuracies are fractions: multiply them by 100 to get per cent.")
    median, deviation = np.median(accuracies), accuracies.std(ddof=1)
    finding = f"{len(accuracies)} runs: median {median:.2f} %, standard deviation {deviation:.2f} points"

    pad = max(np.ptp(values), 0.5) * 0.04
    low, high = values.min() - pad, values.max() + pad
    dot = min(13, 13 * (60 / len(accuracies)) ** 0.5)
    accuracies = np.sort(accuracies)
    rows = [(name, value, f"{ranked(value, accuracies)} runs") for name, value in marks.items()]
    rows += [("one of the runs", value, "") for value in accuracies]
    table = Table(("what", _HEADING, "lies"), rows, notes=(finding,), formats={_HEADING: ".2f"})
    heights = _stacked([_place(value, low, high) for value in accuracies], dot)
    labels = {f"{name} {value:.2f} %": value for name, value in marks.items()}
    levels = _levels(labels, low, high)
    above = (max(levels, default=-1) + 1) * _LABEL + 8
    tall = max((max(heights) + 1) * dot + 10, 120)

    picture = Picture(
        tall + above + 48,
        title or finding,
        "A dot for each run's final test accuracy. Dashed: median. Band: one standard deviation each side.",
        table=table,
    )
    axes = picture.add_subplot()
    axes.fill_between([median - deviation, median + deviation], tall, color=_BAND, linewidth=0)
    axes.plot([median, median], [0, tall], color=MUTED, linewidth=1.2, linestyle=DASHED)
    axes.scatter(
        accuracies, [(height + 0.5) * dot for height in heights], s=(0.9 * dot * 72 / DPI) ** 2, color=BLUE,
        linewidths=0, zorder=3,
    )  # fmt: skip
    for (label, value), level in zip(labels.items(), levels, strict=True):
        top = tall + level * _LABEL + 4
        axes.plot([value, value], [0, top], color=VERMILLION, linewidth=1.6, clip_on=False, zorder=2)
        right = _side(label, value, low, high)
        beside(
            axes, label, (value, top), 4 if right else -4, -1, ha="left" if right else "right", weight="bold",
            color=darker(VERMILLION, 0.2),
            annotation_clip=False, bbox={"facecolor": "white", "linewidth": 0, "pad": 0.5}, zorder=4,
        )  # fmt: skip
    axes.set(xlim=(low, high), ylim=(0, tall + above), xlabel=_HEADING)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 5, 10]))
    axes.tick_params(left=False, labelleft=False)
    axes.spines["left"].set_visible(False)
    each = "".join(f" {name}, {value} %, lies {place}." for name, value, place in table.texts[: len(marks)])
    picture.alt = f"Dot plot of {finding}, from {accuracies[0]:.2f} % to {accuracies[-1]:.2f} %.{each}"
    return picture


def _place(value, low, high):
    """Return about how far right a value is drawn, in pixels on the page."""
    return (value - low) / (high - low) * (WIDTH - 60)


def _side(label, value, low, high):
    """Return whether a label has room right of its line."""
    return _place(value, low, high) + text_width(label, SMALL, "bold") + 12 < WIDTH - 60


def _levels(labels, low, high):
    """Return a line for each label, 0 the lowest, so that no two on one line overlap."""
    taken, levels = [], {}
    # From right to left: a label raised above another has its stem left of it, not through it.
    for label, value in sorted(labels.items(), key=lambda item: -item[1]):
        wide = text_width(label, SMALL, "bold") + 14
        place = _place(value, low, high)
        span = (place - 6, place + wide) if _side(label, value, low, high) else (place - wide, place + 6)
        level = 0
        while any(level == other and span[0] < end and start < span[1] for other, start, end in taken):
            level += 1
        taken.append((level, *span))
        levels[label] = level
    return [levels[label] for label in labels]


def _stacked(places, dot):
    """Return how many dots each dot stands on, for ascending places, so that none overlap."""
    ends, heights = [], []
    for place in places:
        height = next((h for h, end in enumerate(ends) if place - end >= dot), len(ends))
        ends[height : height + 1] = [place]
        heights.append(height)
    return heights
