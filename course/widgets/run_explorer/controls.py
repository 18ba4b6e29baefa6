"""The run explorer: choose records, a measurement and smoothing, and see which is ahead."""

import os
from dataclasses import replace
from pathlib import Path

import ipywidgets as widgets
from matplotlib.patches import Rectangle

from course import runs
from course.plots.picture import DPI, FAINT, INK, MARGIN, MUTED, SMALL, TEXT, Picture, counted, in_house_style
from course.widgets.run_explorer.chart import LEFT, RIGHT, SAMPLE, TOP, UNDER, WIDE, axis_of, chart
from course.widgets.run_explorer.state import AXES, METRICS, WINDOWS, Comparison, lines_of
from course.widgets.run_explorer.page import duration, render, smoothing_of
from course.widgets.run_explorer.words import cautions, finding, label_of, troubles
from course.widgets.shell import Shell

_POINT = 72 / DPI  # of a pixel on the page
_SORTS = {
    "ablation": "One part changed",
    "conversion": "From the baseline to a separable network",
    "published": "Published",
    "shapes": "On the generated shapes",
    "suspect": "Suspects for a gap",
}


def run_explorer(*records):
    """Return an explorer that compares training runs.

    Parameters
    ----------
    *records : str, pathlib.Path or course.runs.Run
        What to compare at first: names of the kit's records, folders of your own, or runs. Without any,
        the kit's records that were measured on CIFAR-10's test images, but for short trials, of which
        nothing but the curves is kept. The kit's other records can be added.

    Returns
    -------
    RunExplorer
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When something is no record, or can't be read.
    """
    found = {}
    for record in records:
        if isinstance(record, runs.Run):
            found[_free(found, record.title)] = record
        elif isinstance(record, (str, os.PathLike)):
            name = str(record) if record in runs.names() else Path(record).resolve().name
            found[_free(found, name, str(record))] = runs.load(record)
        else:
            raise ValueError(f"{record!r} is no record: give the name of one, its folder, or a Run.")
    chosen = tuple(found)
    for name in runs.names():
        if name not in records:
            found[_free(found, name, f"{name} (the kit's)")] = runs.load(name)
    if not records:
        chosen = tuple(name for name, run in found.items() if run.monitored[0] == "test" and _kept(run))
    return RunExplorer(Comparison(tuple(found.items()), chosen))


def _kept(run):
    # What was measured on the shapes is never shown beside CIFAR-10 unasked.
    kept = run.probabilities is not None or run.about.get("published")
    return kept and not run.source.lower().startswith("shapes")


def _free(taken, *names):
    """Return the first of some names that is not taken, or else the last with a number."""
    numbered = (f"{names[-1]}, run {number}" for number in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name not in taken)


class RunExplorer(Shell):
    """The controls of a Comparison."""

    def __init__(self, state):
        self.records = {
            name: widgets.Checkbox(
                description=name, indent=False, layout={"width": "auto", "margin": "0 8px 0 2px"},
                tooltip=f"{_about(name, run)}: Space ticks or unticks it",
            )
            for name, run in state.records
        }  # fmt: skip
        self.metric = widgets.Dropdown(
            options=list(METRICS), description="Measure", layout={"width": "290px"},
            style={"description_width": "58px"}, tooltip="What to compare; arrow keys step through the list",
        )  # fmt: skip
        self.smoothing = widgets.SelectionSlider(
            options=[("none" if window == 1 else f"{window} epochs", window) for window in WINDOWS],
            description="Smoothing", layout={"width": "270px"}, style={"description_width": "86px"},
            tooltip="Epochs of the running mean that is drawn; the table is never smoothed: arrow keys move it",
        )  # fmt: skip
        self.axis = widgets.ToggleButtons(
            options=list(AXES), tooltips=["Against epochs", "Against minutes since the start"],
            style={"button_width": "auto"},
        )  # fmt: skip
        for name, box in self.records.items():
            self.on(box, lambda state, ticked, name=name: _choose(state, name, ticked))
        self.on(self.metric, lambda state, metric: replace(state, metric=metric))
        self.on(self.smoothing, lambda state, window: replace(state, smoothing=window))
        self.on(self.axis, lambda state, axis: replace(state, axis=axis))
        self.zoom = widgets.Checkbox(
            description="Zoom in", indent=False, layout={"width": "auto", "margin": "0 0 0 8px"},
            tooltip="Fit the vertical axis to the second half of each run: Space ticks or unticks it",
        )  # fmt: skip
        self.on(self.zoom, lambda state, zoom: replace(state, zoom=zoom))
        self.all, self.none = (
            widgets.Button(description=name, tooltip=tip, layout={"width": "76px"})
            for name, tip in (("All", "Tick every record"), ("None", "Untick every record"))
        )
        self.on_click(self.all, lambda state: replace(state, chosen=tuple(name for name, _ in state.records)))
        self.on_click(self.none, lambda state: replace(state, chosen=()))
        groups = {}
        for name, run in state.records:
            groups.setdefault(_group(name, run), []).append(self.records[name])
        rows = [[widgets.HTML(f"<b>{heading}</b>"), *boxes] for heading, boxes in groups.items()]
        super().__init__(
            state, [*rows, [self.all, self.none, self.metric, self.smoothing, self.axis, self.zoom]]
        )

    render = staticmethod(render)

    def fill(self, state):
        """Tick the chosen records, and set the other controls."""
        for name, box in self.records.items():
            box.value = name in state.chosen
        self.metric.value, self.smoothing.value, self.axis.value = state.metric, state.smoothing, state.axis
        self.zoom.value = state.zoom
        self.all.disabled, self.none.disabled = len(state.chosen) == len(state.records), not state.chosen

    def still(self, state):
        """Return the chart as a Picture, with the table's numbers in its alt text; None where nothing is drawn."""
        lines = lines_of(state)
        return _still(state, lines) if lines else None


def _group(name, run):
    """Return a heading for a record: what sort of run it is, and on which images it was measured."""
    sort = _SORTS.get(name.split("_")[0], "Whole runs") if name in runs.names() else "Yours"
    where = run.monitored[0]
    return f"{sort}, {where} images" if where != "nothing" else f"{sort}, measured at their end alone"


def _about(name, run):
    """Return what a record is of, for its tooltip."""
    return f"{run.about.get('name') or name}, {counted(len(run.epochs), 'epoch')}"


def _choose(state, name, ticked):
    chosen = {*state.chosen, name} if ticked else {*state.chosen} - {name}
    return replace(state, chosen=tuple(known for known, _ in state.records if known in chosen))


@in_house_style
def _still(state, lines):
    placed = chart(lines, state.zoom)
    what = label_of(state, lines)
    beware = [*troubles(state, lines), *cautions(state, lines)]
    marks = f"● last epoch, ○ {METRICS[state.metric].picked}. {smoothing_of(state)}"
    picture = Picture(placed.height + MARGIN, finding(state, lines), " ".join([marks.strip(), *beware]))
    page = picture.page()
    page.set(xlim=(-MARGIN, WIDE + MARGIN), ylim=(picture.body, 0))
    right, base = WIDE - RIGHT, placed.height - UNDER
    small = {"size": SMALL, "color": INK}
    for y, number in placed.up:
        page.plot((LEFT, right), (y, y), color=FAINT, linewidth=0.8)
        page.text(LEFT - 6, y, number, ha="right", va="center_baseline", **small)
    for x, number in placed.across:
        page.plot((x, x), (base, base + 4), color=MUTED, linewidth=0.8)
        page.text(x, base + 7, number, ha="center", va="top", **small)
    page.plot((LEFT, right), (base, base), color=MUTED, linewidth=0.8)
    page.text((LEFT + right) / 2, placed.height - 4, axis_of(state), ha="center", va="bottom", size=TEXT)
    page.text(0, (TOP + base) / 2, what, ha="left", va="center", rotation=90, size=TEXT)
    inside = Rectangle((LEFT, TOP), right - LEFT, base - TOP, transform=page.transData)
    for each in placed.drawn:
        _draw(page, each, state.smoothing > 1, inside)
    told = " ".join(_told(line) for line in lines)
    picture.alt = (
        f"{render(state).text} Line chart of {what} against {axis_of(state)}. {told} {' '.join(beware)} "
        f"{smoothing_of(state)}"
    ).strip()
    return picture


def _draw(page, each, smoothed, inside):
    dashes = (0, tuple(length * _POINT / 1.5 for length in each.dashes)) if each.dashes else "solid"
    style = {"color": each.colour, "linewidth": 1.5}
    if smoothed:
        page.plot(*zip(*each.measured, strict=True), color=each.colour, linewidth=0.8, alpha=0.5, clip_path=inside)
    page.plot(*zip(*each.smoothed, strict=True), linestyle=dashes, clip_path=inside, **style)
    dot = {"marker": "o", "linestyle": "none", "color": each.colour}
    page.plot(*each.last, markersize=7 * _POINT, **dot)
    page.plot(*each.best, markersize=12 * _POINT, fillstyle="none", markeredgewidth=1.1, **dot)
    x = WIDE - RIGHT + 10
    page.plot((x, x + SAMPLE), (each.label - 7, each.label - 7), linestyle=dashes, **style)
    for text, y, size in ((each.name, each.label - 7, SMALL * each.shrink), (each.value, each.label + 8, SMALL)):
        page.text(x + SAMPLE + 6, y, text, va="center_baseline", size=size, color=INK)


def _told(line):
    """Return a record's numbers as a sentence."""
    show = METRICS[line.metric].show
    (epoch, value), (best_epoch, best) = line.last, line.best
    error = "" if line.error is None else f" ± {line.error:.2f} points"
    start = f"{show(line.values[0])} in epoch {line.epochs[0]:.0f}, " if len(line.values) > 1 else ""
    parameters, seconds = line.run.about.get("parameters"), line.run.about.get("wall_seconds")
    costs = [
        "" if parameters is None else f"{parameters:,} parameters",
        line.run.source,
        "" if seconds is None else f"trained for {duration(seconds)}",
    ]
    return (
        f"{line.name} ({', '.join(filter(None, costs))}): {start}{show(value)}{error} in epoch {epoch}, "
        f"{METRICS[line.metric].picked} {show(best)} in epoch {best_epoch}."
    )
