"""What each step of a ladder of recipes or networks gains, and what it costs."""

import numpy as np

from course.plots.picture import BLUE, FAINT, INK, MUTED, SMALL, TEXT, Picture, counted, in_house_style

_ROW = 42  # pixels on the page


@in_house_style
def ladder(rungs, title=None):
    """Draw the accuracy of each rung, a dot a run, with the points gained and the processor time beside it.

    Parameters
    ----------
    rungs : dict of str to list of course.runs.Run
        From the bottom up: what each rung is called, and its runs, which differ in their seed alone.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture

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
    means = [np.mean(values) for values in last.values()]
    epochs = {len(run.epochs) for runs in rungs.values() for run in runs}
    images = {run.about["monitor"] for runs in rungs.values() for run in runs}
    named = {"test": "test images", "validation": "images held out for choosing"}
    gain = f"{counted(len(rungs) - 1, 'step')} gain {means[-1] - means[0]:.1f} points"
    picture = Picture(
        _ROW * len(rungs) + 60,
        title or f"{gain}: {_largest(rungs, means)}",
        f"A dot for each run: accuracy on {' and '.join(sorted(named[one] for one in images))} after "
        f"{' or '.join(map(str, sorted(epochs)))} epochs. A ring: their mean, where there are several.",
    )
    axes = picture.add_subplot()
    words = []
    for place, (name, values) in enumerate(last.items()):
        gained = f"{means[place] - means[place - 1]:+.1f} points" if place else "the start"
        if len(values) > 1:
            gained += f", spread {np.ptp(values):.1f}"
        seconds = np.mean([run.about["cpu_seconds"] for run in rungs[name]])
        cost = f"{seconds:,.0f} s of processor time"
        if place:
            axes.plot(means[place - 1 : place + 1], [place - 1, place], color=FAINT, linewidth=2, zorder=1)
        axes.scatter(values, [place] * len(values), s=46, color=BLUE, zorder=3, clip_on=False)
        if len(values) > 1:
            axes.scatter(means[place], place, s=110, facecolors="none", edgecolors=INK, zorder=2)
        right = axes.get_yaxis_transform()
        axes.text(1.02, place, gained, transform=right, size=TEXT, color=INK, va="bottom")
        axes.text(1.02, place, cost, transform=right, size=SMALL, color=MUTED, va="top")
        words.append(f"{name}: {' and '.join(f'{value:.2f}' for value in values)} %, {gained}, {cost}.")
    axes.set_yticks(range(len(rungs)), rungs, size=TEXT)
    axes.set_ylim(-0.6, len(rungs) - 0.4)
    axes.set_xlabel("accuracy (%)")
    axes.grid(axis="x", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.margins(x=0.08)
    picture.alt = f"Dot chart. {picture.title}. " + " ".join(words)
    return picture


def _largest(rungs, means):
    """Return which step gains most."""
    steps = np.diff(means)
    return f"{list(rungs)[int(steps.argmax()) + 1]!r} gains most, {steps.max():.1f}"
