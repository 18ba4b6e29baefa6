"""What each step of a ladder of recipes or networks gains, and what it costs."""

import numpy as np

from course.plots.picture import BLUE, FAINT, INK, MUTED, SMALL, TEXT, Picture, plot
from course.table import Table

_ROW = 42  # pixels on the page


@plot
def ladder(rungs, title=None):
    """Draw the accuracy of each rung, a dot a run, with the points gained and the processor time beside it.

    Parameters
    ----------
    rungs : dict of str to list of course.runs.Run
        From the bottom up: what each rung is called, and its runs, which differ in their seed alone.

    Raises
    ------
    ValueError
        When there are fewer than two rungs, one has no run, or a run was not measured on held-out images.
    """
    if len(rungs) < 2:
        raise ValueError("A ladder has at least two rungs.")
    if empty := [name for name, runs in rungs.items() if not runs]:
        raise ValueError(f"The rung {empty[0]!r} has no run.")
    last = {name: [100 * run.column("val_accuracy")[-1] for run in runs] for name, runs in rungs.items()}
    if unmeasured := [name for name, values in last.items() if not np.isfinite(values).all()]:
        raise ValueError(f"A run of the rung {unmeasured[0]!r} was not measured after its last epoch.")
    table = _table(rungs, last)
    epochs = {len(run.epochs) for runs in rungs.values() for run in runs}
    images = {run.about["monitor"] for runs in rungs.values() for run in runs}
    named = {"test": "test images", "validation": "images held out for choosing"}
    picture = Picture(
        _ROW * len(rungs) + 60,
        title or _finding(table, rungs),
        f"A dot for each run: accuracy on {' and '.join(sorted(named[one] for one in images))} after "
        f"{' or '.join(map(str, sorted(epochs)))} epochs. A ring: their mean, where there are several.",
        table=table,
    )
    axes = picture.add_subplot()
    means = table.column("mean (%)")
    axes.plot(means, range(len(means)), color=FAINT, linewidth=2, zorder=1)
    words = []
    for place, (name, *values, mean, gained, apart, seconds) in enumerate(table.rows):
        values = [value for value in values if value != ""]
        # Rounded first, and freed of its sign by adding 0: no step gains "-0.0".
        gained = "the start" if gained == "" else f"{round(gained, 1) + 0:+.1f} points"
        if len(values) > 1:
            gained += f", spread {apart:.1f}"
        axes.scatter(values, [place] * len(values), s=46, color=BLUE, zorder=3, clip_on=False)
        if len(values) > 1:
            axes.scatter(mean, place, s=110, facecolors="none", edgecolors=INK, zorder=2)
        cost = f"{seconds:,.0f} s of processor time"
        right = axes.get_yaxis_transform()
        axes.text(1.02, place, gained, transform=right, size=TEXT, color=INK, va="bottom")
        axes.text(1.02, place, cost, transform=right, size=SMALL, color=MUTED, va="top")
        words.append(f"{name}: {' and '.join(f'{value:.2f}' for value in values)} %, {gained}, {cost}.")
    axes.set_yticks(range(len(rungs)), rungs, size=TEXT)
    axes.set_ylim(-0.6, len(rungs) - 0.4)
    axes.set_xlabel("accuracy (%)")
    axes.grid(axis="x")
    axes.margins(x=0.08)
    picture.describe("Dot chart", *words)
    return picture


def _table(rungs, last):
    most = max(map(len, last.values()))
    columns = ["accuracy (%)"] if most == 1 else [f"run {number} (%)" for number in range(1, most + 1)]
    rows, before = [], None
    for name, values in last.items():
        mean = np.mean(values)
        rows.append((
            name, *values, *[""] * (most - len(values)), mean, "" if before is None else mean - before,
            np.ptp(values) if len(values) > 1 else "", np.mean([run.about["cpu_seconds"] for run in rungs[name]]),
        ))  # fmt: skip
        before = mean
    formats = {**dict.fromkeys((*columns, "mean (%)", "spread"), ".2f"), "gained": "+.2f"}
    headings = ("rung", *columns, "mean (%)", "gained", "spread", "processor time (s)")
    totals = ("all steps", *[""] * (most + 1), mean - rows[0][most + 1], "", "")
    return Table(headings, rows, totals, formats=formats | {headings[-1]: ",.0f"})


def _finding(table, rungs):
    """Return where the rungs ended, and of how many runs that is said: another seed may end elsewhere."""
    steps = table.column("gained")
    if len(steps) == 1:
        said = f"{table.rows[1][0]!r} ends {_apart(steps[0], 'the rung below it')}"
    else:
        said = f"The last rung ends {_apart(table.totals[-3], 'the first')}"
        most = max(steps)
        if round(most, 1) > 0:
            said += f"; the largest step up is {table.rows[steps.index(most) + 1][0]!r}, {most:.1f}"
    counts = {len(runs) for runs in rungs.values()}
    if len(counts) > 1:
        return said
    return f"{said}, one run each" if counts == {1} else f"{said}, means of {counts.pop()} runs"


def _apart(points, other):
    if round(points, 1) == 0:
        return f"level with {other}"
    return f"{abs(points):.1f} points {'above' if points > 0 else 'below'} {other}"
