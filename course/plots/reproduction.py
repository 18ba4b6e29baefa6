"""One of the kit's runs beside what was published."""

import numpy as np

from course.evaluation import standard_error
from course.plots.axes import by_epoch, epochs, sample
from course.plots.picture import BLUE, INK, MUTED, SMALL, TEXT, VERMILLION, Picture, counted, plot, ranked
from course.table import Table

_BODY = 400
_OTHERS = "#8A8A8A"
_OTHERS_EPOCHS = 50  # of each run in published.base_runs()
_WHO = "Ours", "Published"
_IMAGES = {"val_accuracy": "test", "accuracy": "training"}
_KEYS = {"last": "final_test_accuracy", "best": "best_test_accuracy"}


@plot
def reproduction(ours, published=None, others=None, title=None):
    """Draw a run against the log it should reproduce, against other runs of the same network, or both.

    Left, every epoch: solid lines are test images, dashed ones training images. Right, enlarged: last
    with last and best with best. Where one run has fewer epochs than the log, both are compared up to
    there. The bars count chance over images, and not what another seed would do.

    Parameters
    ----------
    ours : course.runs.Run
        Tested on test images after each epoch.
    published : course.runs.Run, optional
        The published log.
    others : dict of str to numpy.ndarray, optional
        Last and best accuracies of other runs in per cent, as `published.base_runs` returns them.

    Raises
    ------
    ValueError
        When there is nothing to compare with, a run has no test accuracy, or the data differ.
    """
    if published is None and others is None:
        raise ValueError("There is nothing to compare with: pass a published log, other runs, or both.")
    logs = [ours] if published is None else [ours, published]
    sources = [_checked(run) for run in logs]
    if len({source.split(" (")[0] for source in sources}) > 1:
        raise ValueError(
            f"ours was trained on {sources[0]}, the published run on {sources[1]}: take a run on the same data."
        )
    if others is not None:
        others = {what: others[key][np.isfinite(others[key])] for what, key in _KEYS.items()}
    shared = min(int(_readings(run)[0][-1]) for run in logs)
    found = [_last_and_best(run, shared) for run in logs]
    images = ours.about["data"]["test_images"]
    lines = _compared(found, others)
    headings = "epoch", *(f"{who}, {what}" for who in _WHO[: len(logs)] for what in _IMAGES.values())
    table = Table(
        headings,
        by_epoch(_readings(run, key) for run in logs for key in _IMAGES),
        notes=_notes(lines, others),
        formats=".2f",
    )
    picture = Picture(
        _BODY,
        title or _finding(ours, found, shared, published, others),
        _subtitle(ours, published, others, sources, images),
        table=table,
    )
    curves, ends = picture.subplots(1, 2, width_ratios=(11, 10))
    # Ours is drawn last, so that it can be seen where the lines are one.
    for run, marks, colour in reversed(list(zip(logs, found, (BLUE, VERMILLION), strict=False))):
        _draw_log(curves, run, marks, colour)
    longest = table.rows[-1][0]
    if others:
        low, high = min(others["last"]), max(others["last"])
        curves.plot([_OTHERS_EPOCHS] * 2, [low, high], color=_OTHERS, linewidth=6, solid_capstyle="butt", zorder=1)
        longest = max(longest, _OTHERS_EPOCHS)
    epochs(curves, longest, ticks=7)
    curves.set_ylabel("accuracy (%)")
    _draw_ends(ends, found, others, images)
    ends.set_xticks([0, 1], ["\n".join(each) for each in lines.values()], size=SMALL, linespacing=1.35)
    for axes in (curves, ends):
        axes.grid(axis="y")
    _add_legend(curves, published, others)
    picture.describe(
        "Line chart of accuracy against epoch, and last and best epochs enlarged beside it",
        *(_trends(who, run, source) for who, run, source in zip(_WHO, logs, sources, strict=False)),
        *table.notes,
    )
    return picture


def _checked(run):
    """Return the data a run was trained on, after a look at whether it can be drawn."""
    if run.about.get("monitor") != "test":
        raise ValueError(
            f"{run.name} was watched on {run.about.get('monitor')} images: pass one tested on test images."
        )
    if not len(_readings(run)[0]):
        raise ValueError(f"{run.name} has no tested epoch: train it for at least one.")
    return run.about["data"]["source"]


def _readings(run, key="val_accuracy"):
    """Return epochs and accuracies in per cent, where measured."""
    epochs, values = run.readings(key)
    return epochs, 100 * values


def _last_and_best(run, shared):
    """Return (epoch, accuracy) of the last and the best of the epochs that both logs have."""
    epochs, values = _readings(run)
    epochs, values = epochs[epochs <= shared], values[epochs <= shared]
    return {"last": (int(epochs[-1]), values[-1]), "best": (int(epochs[values.argmax()]), values.max())}


def _difference(first, second):
    """Return two accuracies' difference in points, in words."""
    points = round(first - second, 2)
    return f"{abs(points):.2f} points {'higher' if points > 0 else 'lower'}" if points else "the same"


def _finding(ours, found, shared, published, others):
    last = found[0]["last"][1]
    if published is not None:
        theirs = dict(zip(*_readings(published), strict=True))
        apart = [value - theirs[epoch] for epoch, value in zip(*_readings(ours), strict=True) if epoch in theirs]
        below = sum(points < 0 for points in apart)
        longest = max(_readings(run)[0][-1] for run in (ours, published))
        return (
            f"{ours.name} is below the published log in {below or 'none'} of {counted(len(apart), 'epoch')}, and "
            f"{'ends' if shared == longest else 'is then'} {_difference(last, found[1]['last'][1])}"
        )
    ends = others["last"]
    if shared != _OTHERS_EPOCHS:
        return (
            f"{ours.name} is at {last:.2f} % after {counted(shared, 'epoch')}; {len(ends)} public runs end at "
            f"{np.median(ends):.2f} % after {_OTHERS_EPOCHS}, in the median"
        )
    return (
        f"{ours.name} ends at {last:.2f} %, {ranked(last, ends)} public runs, "
        f"whose median is {np.median(ends):.2f} %"
    )


def _subtitle(ours, published, others, sources, images):
    parts = [f"Ours: {sources[0]}, {counted(len(ours.epochs), 'epoch')}."]
    if published is not None:
        parts.append(f"Published: {sources[1]}, {counted(len(published.epochs), 'epoch')}.")
    if others:
        parts.append(f"Other public runs: {_OTHERS_EPOCHS} epochs, median in black.")
    return (
        f"{' '.join(parts)}\nBars on dots: one standard error either side, by chance over {images:,} test images."
    )


def _draw_log(axes, run, marks, colour):
    for key, dashes, width in (("accuracy", (0, (4, 2)), 1.2), ("val_accuracy", "solid", 1.8)):
        places = _readings(run, key)
        marker = "." if len(places[0]) == 1 else None
        axes.plot(*places, color=colour, linestyle=dashes, linewidth=width, marker=marker)
    for what, place in marks.items():
        axes.plot(*place, color=colour, zorder=4, clip_on=False, **_mark(what))


def _mark(what):
    if what == "last":
        return {"marker": "o", "markersize": 6, "linestyle": "none"}
    return {"marker": "o", "markersize": 9, "fillstyle": "none", "markeredgewidth": 1.6, "linestyle": "none"}


def _compared(found, others):
    """Return the lines of numbers under last and best."""
    said = {}
    for what in _KEYS:
        values = [marks[what][1] for marks in found]
        lines = [f"{what} with {what}", f"ours {values[0]:.2f} %"]
        if len(found) > 1:
            lines += [f"published {values[1]:.2f} %", _difference(*values)]
        if others:
            each = others[what]
            lines += [f"median of {len(each)}: {np.median(each):.2f} %", f"ours {ranked(values[0], each)}"]
        said[what] = lines
    return said


def _notes(lines, others):
    notes = [f"{what[0].upper()}{what[1:]}: {', '.join(rest)}." for what, *rest in lines.values()]
    if others:
        ends = others["last"]
        notes.append(f"The other {len(ends)} runs end between {min(ends):.2f} % and {max(ends):.2f} %.")
    return notes


def _draw_ends(axes, found, others, images):
    """Draw last with last and best with best."""
    count = len(found) + bool(others)
    for column, what in enumerate(("last", "best")):
        places = column + (np.arange(count) - (count - 1) / 2) * 0.28
        values = [marks[what][1] for marks in found]
        for x, value, colour in zip(places, values, (BLUE, VERMILLION), strict=False):
            error = 100 * standard_error(value / 100, images)
            axes.plot([x, x], [value - error, value + error], color=colour, linewidth=1.4)
            axes.plot(x, value, color=colour, markerfacecolor="white" if what == "best" else colour, zorder=4,
                      **{k: v for k, v in _mark(what).items() if k != "fillstyle"})  # fmt: skip
        if others:
            each = others[what]
            axes.hlines(each, places[-1] - 0.1, places[-1] + 0.1, color=_OTHERS, linewidth=1, alpha=0.5)
            median = np.median(each)
            axes.hlines(median, places[-1] - 0.13, places[-1] + 0.13, color=INK, linewidth=2, zorder=3)
    axes.set(xlim=(-0.5, 1.5))
    axes.margins(y=0.12)
    axes.tick_params(bottom=False)
    axes.set_title("enlarged", size=TEXT, color=MUTED)


def _add_legend(axes, published, others):
    handles = [sample("ours", BLUE, linewidth=2)]
    if published is not None:
        handles.append(sample("published", VERMILLION, linewidth=2))
    if others:
        handles.append(sample("other public runs", _OTHERS, linewidth=6))
    handles.append(sample("training images", linestyle="dashed"))
    handles += [sample(what, **_mark(what)) for what in ("last", "best")]
    # Under the axes, where the enlarged ones have their numbers.
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(-0.16, -0.2), ncols=2)


def _trends(who, run, source):
    trends = []
    for key, images in _IMAGES.items():
        places, values = _readings(run, key)
        if len(places):
            trends.append(
                f"{images} accuracy goes from {values[0]:.2f} % in epoch {places[0]:.0f} to "
                f"{values[-1]:.2f} % in epoch {places[-1]:.0f}"
            )
    return f"{who} ({source}): {'; '.join(trends)}."
