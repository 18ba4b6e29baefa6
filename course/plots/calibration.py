"""Whether a network is right as often as it is sure."""

import numpy as np

from course import evaluation
from course.evaluation.predictions import BINS
from course.plots.axes import DASHED
from course.plots.picture import BLUE, INK, MUTED, PALE, TEXT, VERMILLION, Picture, plot, wrapped
from course.plots.several import few, names_of, sources_of
from course.table import Table

_BODY = 390
_PANELS = 640  # pixels on the page, for all of them
_HEADINGS = "run", "confidence (%)", "accuracy (%)", "standard error", "images"


@plot
def calibration(runs, bins=BINS, title=None):
    """Draw a reliability diagram for each run: accuracy against confidence, over the images in each bin.

    Under the dashed line a network is too sure, above it not sure enough. Orange lines are the gaps,
    whose mean over images is the expected calibration error (ECE). Vertical bars are a standard error
    either side. The histogram below counts the images in each bin.

    Parameters
    ----------
    runs : course.runs.Run or list of Run
        Three at most, with predictions.
    bins : int
        How many, of equal width.

    Raises
    ------
    ValueError
        When there is no run or more than three, or one has no predictions.
    """
    runs = few(runs)
    found = {name: evaluation.calibration(run, bins) for name, run in zip(names_of(runs), runs, strict=True)}
    table = Table(
        _HEADINGS,
        [row for name, one in found.items() for row in _rows(name, one)],
        notes=[f"{name}: {_gap(one)}, ECE {100 * one.ece:.1f} points." for name, one in found.items()],
        formats=dict.fromkeys(_HEADINGS[1:4], ".1f"),
    )
    picture = Picture(
        _BODY,
        title or _finding(found),
        f"Predicted class's probability, {bins} bins of equal width. Dashed: right as often as sure.\n"
        f"Orange: the gap. Bars: one standard error. {sources_of(runs)}",
        table=table,
    )
    rows = picture.subplots(2, len(runs), height_ratios=(3, 1), sharex=True, sharey="row", squeeze=False)
    for (above, below), (name, one) in zip(rows.T, found.items(), strict=True):
        _draw_gaps(above, [row[1:] for row in table.rows if row[0] == name])
        lines = [*wrapped(name, _PANELS / len(runs), TEXT, "bold"), f"ECE {100 * one.ece:.1f} points"]
        above.set_title("\n".join(lines), size=TEXT, color=INK, weight="bold")
        below.bar(100 * one.edges[:-1], one.counts, 100 / bins, align="edge", color=PALE, edgecolor="white")
        below.set_xlabel("confidence (%)")
        below.yaxis.get_major_locator().set_params(nbins=3)
        below.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    rows[0, 0].set(ylabel="accuracy (%)", xlim=(0, 100), ylim=(0, 102), xticks=range(0, 101, 20))
    rows[1, 0].set_ylabel("images")
    said = []
    for name, note in zip(found, table.notes, strict=True):
        held = [row[1:] for row in table.rows if row[0] == name]
        each = "; ".join(f"{sure:.0f} % sure, {right:.0f} % right ({count:,})" for sure, right, _, count in held)
        said.append(f"{note} Bins, with their images: {each}.")
    picture.describe("Reliability diagrams", *said)
    return picture


def _rows(name, one):
    """Return a run's rows of the table, a bin that has images each."""
    held = one.counts > 0
    sure, right = 100 * one.confidence[held], 100 * one.accuracy[held]
    errors = np.sqrt(right * (100 - right) / one.counts[held])
    return [(name, *cells) for cells in zip(sure, right, errors, one.counts[held], strict=True)]


def _draw_gaps(axes, rows):
    confidence, accuracy, errors, _ = np.transpose(rows)
    axes.plot([0, 100], [0, 100], color=MUTED, linewidth=1, linestyle=DASHED, zorder=1)
    axes.vlines(confidence, confidence, accuracy, color=VERMILLION, linewidth=4, alpha=0.55, zorder=2)
    axes.errorbar(
        confidence, accuracy, errors, color=BLUE, linestyle="-", linewidth=1, elinewidth=1.4, marker="o",
        markersize=4.5, zorder=3, clip_on=False,
    )  # fmt: skip
    axes.grid()


def _gap(one):
    """Return how confidence and accuracy differ on average, in words."""
    sure, right = 100 * one.mean_confidence, 100 * one.mean_accuracy
    return f"{sure:.1f} % sure on average and right on {right:.1f} %"


def _finding(found):
    if len(found) > 1:
        ranked = sorted(found.items(), key=lambda item: item[1].ece)
        (best, _), (worst, _) = ranked[0], ranked[-1]
        low, high = (f"{100 * one.ece:.1f}" for _, one in (ranked[0], ranked[-1]))
        if low == high:
            return f"These {len(found)} runs have the same calibration error: ECE {low} points"
        return f"Calibration error (ECE) of these runs: from {low} points ({best}) to {high} ({worst})"
    ((name, one),) = found.items()
    gap = one.mean_confidence - one.mean_accuracy
    chance = 2 * evaluation.standard_error(one.mean_accuracy, int(one.counts.sum()))
    way = "about as sure as right" if abs(gap) <= chance else "too sure" if gap > 0 else "not sure enough"
    return f"{name} is {way}: {_gap(one)}; ECE {100 * one.ece:.1f} points"
