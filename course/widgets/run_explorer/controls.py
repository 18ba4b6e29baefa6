"""The run explorer: choose records, a measurement and smoothing, and see which is ahead."""

import os
from dataclasses import replace
from pathlib import Path

import ipywidgets as widgets

from course import runs
from course.plots.picture import counted
from course.widgets.run_explorer.chart import still
from course.widgets.run_explorer.page import render
from course.widgets.run_explorer.state import AXES, METRICS, WINDOWS, Comparison
from course.widgets.shell import Shell, moved_from

_SORTS = {
    "ablation": "One part changed",
    "conversion": "From the baseline to a separable network",
    "published": "Published",
    "shapes": "On the generated shapes",
    "suspect": "Suspects for a gap",
}


def run_explorer(*records, **start):
    """Return an explorer that compares training runs.

    Parameters
    ----------
    *records : str, pathlib.Path or course.runs.Run
        What to compare at first: names of the kit's records, folders of your own, or runs. Without any,
        the kit's records that were measured on CIFAR-10's test images, but for short trials, of which
        nothing but the curves is kept. The kit's other records can be added.
    **start
        How to begin: fields of `course.widgets.run_explorer.state.Comparison`, such as smoothing=5.

    Returns
    -------
    RunExplorer
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When something is no record, or can't be read, or there is no such way to begin.
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
    state = Comparison(tuple(found.items()), chosen)
    possible = {"metric": tuple(METRICS), "smoothing": WINDOWS, "axis": AXES, "zoom": (False, True)}
    for key, value in start.items():
        if key == "chosen":
            wrong = [name for name in value if name not in found]
        else:
            wrong = [] if key in possible and value in possible[key] else [f"{key}={value!r}"]
        if wrong:
            known = found if key == "chosen" else possible.get(key, ("chosen", *possible))
            raise ValueError(f"There is no {wrong[0]} to begin with; there is {', '.join(map(str, known))}.")
    # A Run that stands in a variable is called `run` in the line of code.
    given = ["run" if isinstance(record, runs.Run) else repr(str(record)) for record in records]
    return RunExplorer(replace(state, **start), given, chosen)


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

    def __init__(self, state, given=(), begun=()):
        self.given, self.begun = given, begun
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
            state, [*rows, [self.all, self.none, self.metric, self.smoothing, self.axis, self.zoom]], render, still
        )

    def fill(self, state):
        """Tick the chosen records, and set the other controls."""
        for name, box in self.records.items():
            box.value = name in state.chosen
        self.metric.value, self.smoothing.value, self.axis.value = state.metric, state.smoothing, state.axis
        self.zoom.value = state.zoom
        self.all.disabled, self.none.disabled = len(state.chosen) == len(state.records), not state.chosen

    def call(self, state):
        """Return what brings a state back."""
        return "run_explorer", self.given, moved_from(state, Comparison(state.records, self.begun))


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
