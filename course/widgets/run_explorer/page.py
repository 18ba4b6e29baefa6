"""What the run explorer shows: the chart, a table of how the records ended, and what to know of both."""

import html

import numpy as np

from course.table import Table
from course.widgets.rendered import WRAPPED, Rendered, Shown, paragraph, styled
from course.widgets.run_explorer.chart import SAMPLE, WIDE, look, scene, stroke
from course.widgets.run_explorer.state import ACCURACY, GAP, METRICS, SECONDS, lines_of
from course.widgets.run_explorer.words import cautions, duration, finding, smoothing_of, summary, troubles
from course.widgets.scene import svg


def render(state):
    """Return records compared: a line each, a table of how they ended, and who is ahead in words.

    Parameters
    ----------
    state : Comparison

    Returns
    -------
    Rendered
        What can't be drawn or compared is named in a sentence.
    """
    lines = lines_of(state)
    parts = [paragraph(" ".join(bad), "wrong") if (bad := troubles(state, lines)) else ""]
    if beware := cautions(state, lines):
        parts.append(paragraph(" ".join(beware), "boxed"))
    if lines:
        marks, height = scene(state, lines)
        parts += [svg(marks, (0, 0, WIDE, height), finding(state, lines)), _key(state)]
    if state.chosen:
        parts += _table(state, lines)
    parts += [paragraph(note, "muted") for note in _notes(state, lines)]
    # A number stays on one line with its sign.
    return Rendered(*(text.replace(" %", "\u00a0%") for text in (styled(*parts), summary(state, lines))))


def _key(state):
    faint = ", faint: as measured" if state.smoothing > 1 else ""
    cut = ". Zoomed in: early epochs may lie outside" if state.zoom else ""
    return paragraph(f"● last epoch, ○ {METRICS[state.metric].picked}{faint}{cut}", "muted")


def _table(state, lines):
    """Return how the chosen records ended as a table, and a paragraph of what is to be known of each."""
    metric, drawn = METRICS[state.metric], {line.name: line for line in lines}
    third = "median" if state.metric == SECONDS else f"{metric.picked} − last"
    heads = ("record", "parameters", "epochs", "last", f"{metric.picked} (epoch)", third, "training time")
    rows, told = [], []
    for place, (name, run) in enumerate(state.records):
        if name not in state.chosen:
            continue
        line, parameters = drawn.get(name), run.about.get("parameters")
        rows.append((
            Shown(f"{_swatch(place)} {html.escape(name)}"), "–" if parameters is None else parameters,
            len(run.epochs), *(_ends(line) if line else ("–",) * 3), duration(_seconds(run)),
        ))  # fmt: skip
        details = html.escape(_details(name, run, state))
        told.append(f'<p style="overflow-wrap: anywhere"><b>{html.escape(name)}</b> {details}</p>')
    table = Table(heads, rows, left=(0,), marks={(place, 0): WRAPPED for place in range(len(rows))})
    return [f'<div style="margin-bottom:8px">{table._repr_html_()}</div>', *told]


def _ends(line):
    """Return a table's last, best and third cell."""
    metric = METRICS[line.metric]
    epoch, best = line.best
    last = metric.show(line.last[1])
    if line.error is not None:
        last = f"{line.last[1]:.2f} ± {line.error:.2f} %"
    third = metric.show(line.standing) if line.metric == SECONDS else metric.apart(best - line.last[1])
    return last, f"{metric.show(best)} ({epoch})", third


def _swatch(place):
    colour, dashes = look(place)
    return (
        f'<svg width="{SAMPLE}" height="10"><path d="M0 5h{SAMPLE}" stroke="{stroke(colour)}" stroke-width="2.5" '
        f'stroke-dasharray="{" ".join(map(str, dashes))}"/></svg>'
    )


def _details(name, run, state):
    """Return what a record says of its images, its machine and itself, as sentences."""
    about = run.about
    where, count = run.monitored
    how_many = f"{count:,}" if count else "an unknown number of"
    measured = f"measured on {how_many} {where} images" if where != "nothing" else "not measured on the way"
    told = [f"Images: {run.source}; {measured}"]
    once = about.get("test_accuracy_last")
    if where != "test" and once is not None and state.metric == ACCURACY:
        told[0] += f", and once on the test images: {100 * once:.2f} %"
    if about.get("name") and about["name"] not in (name, about["model"]):
        told.insert(0, about["name"])
    status = about.get("status", "complete")
    told.append(f"Trained on {about.get('machine') or 'a machine not recorded'}")
    if about.get("cpu_seconds"):
        told[-1] += f", {duration(about['cpu_seconds'])} of processor time"
    told += [] if status == "complete" else [f"Status: {status}"]
    return " ".join(f"{text.rstrip('.')}." for text in (*told, *about.get("notes", ())))


def _seconds(run):
    whole = run.about.get("wall_seconds")
    return whole if whole is not None else float(np.sum(run.column("seconds")))


def _notes(state, lines):
    notes = [f"{smoothing_of(state)} So is the table." if state.smoothing > 1 else ""]
    if lines and state.metric == ACCURACY:
        notes.append(
            "Best is the highest of all epochs: a choice, made on the images it was measured on, so it flatters. "
            "± is one standard error, √(p(1 − p)/images). It counts chance in the images, not what another seed "
            "would change."
        )
    if state.metric in ("training accuracy", GAP):
        notes.append(
            "Training accuracy is the mean over an epoch's steps, with dropout and augmentation on, so it can lie "
            "below the accuracy on new images."
        )
    return filter(None, notes)
