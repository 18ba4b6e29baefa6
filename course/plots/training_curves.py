"""How accuracy or loss goes from epoch to epoch."""

from dataclasses import dataclass

from course.plots.axes import by_epoch, dots, epochs, sample
from course.plots.marks import apart
from course.plots.picture import DPI, INK, LINES, SMALL, Picture, counted, darker, listed, plot
from course.plots.several import names_of
from course.runs import held_out
from course.table import Table

_LINE_HEIGHT = 15  # pixels on the page, for a line of labels
_GAP = 7
_BODY = 370
_MARKERS = "os^DvPX"  # of the runs in a legend, beside their colours
_MARKED = 9  # times along a line


@dataclass
class _Curve:
    """One run's measurements, in the units of the axis."""

    name: str
    where: str  # "test" or "validation"
    data: str
    source: str
    colour: str
    metric: str
    train: tuple  # epochs, values; only where measured
    held: tuple

    def show(self, value):
        return f"{value:.2f} %" if self.metric == "accuracy" else f"{value:.3f}"

    @property
    def last(self):
        """Epoch and value of the last measurement, on held-out images where there are any."""
        epochs, values = self.held if len(self.held[0]) else self.train
        return int(epochs[-1]), values[-1]

    @property
    def best(self):
        epochs, values = self.held
        i = values.argmax() if self.metric == "accuracy" else values.argmin()
        return int(epochs[i]), values[i]

    @property
    def images(self):
        return f"{self.where} images" if len(self.held[0]) else "training images"


@plot
def training_curves(runs, metric="accuracy", title=None):
    """Draw accuracy or loss of one or more runs against epochs, their last and best epoch marked.

    Solid lines are test or validation images (the labels say which), dashed lines are training
    images. A filled dot marks the last epoch, an open one the best. Epochs that were not measured
    are bridged by a straight line.

    Parameters
    ----------
    runs : course.runs.Run or list of Run
        What to draw; published runs are marked as such.
    metric : str
        "accuracy" or "loss".

    Raises
    ------
    ValueError
        When there is no run, a run has no measured epoch, or there is no such metric.
    """
    if metric not in ("accuracy", "loss"):
        raise ValueError(f"metric is {metric!r}; it must be 'accuracy' or 'loss'.")
    if not runs:
        raise ValueError("There is no run to draw: pass at least one, such as runs.load('baseline').")
    curves = [
        _curve(run, name, metric, LINES[i % len(LINES)])
        for i, (run, name) in enumerate(zip(runs, names_of(runs), strict=True))
    ]
    headings = "epoch", *(f"{c.name}, {what}" for c in curves for what in ("training", c.where))
    table = Table(
        headings,
        by_epoch(part for curve in curves for part in (curve.train, curve.held)),
        notes=(subtitle := _subtitle(curves),),
        formats=".2f" if metric == "accuracy" else ".3f",
    )
    picture = Picture(_BODY, title or _finding(curves), subtitle, table=table)
    axes = picture.add_subplot()
    drawn = [_draw(axes, curve) for curve in curves]
    last = table.rows[-1][0]
    epochs(axes, last)
    axes.set_ylabel("accuracy (%)" if metric == "accuracy" else "loss")
    axes.grid(axis="y")
    picture.get_layout_engine().execute(picture)
    space = axes.get_window_extent().height * DPI / picture.dpi
    blocks = [block for curve in curves for block in _blocks(curve)]
    if sum(len(lines) * _LINE_HEIGHT + _GAP for _, lines, _ in blocks) <= space:
        _label_ends(axes, blocks, space, last)
    else:
        _add_legend(picture, curves, drawn)
    _describe(picture, curves, metric)
    return picture


def _curve(run, name, metric, colour):
    factor = 100 if metric == "accuracy" else 1
    train, held = ((epochs, factor * values) for epochs, values in map(run.readings, (metric, f"val_{metric}")))
    if not len(train[0]) and not len(held[0]):
        raise ValueError(f"{run.name} has no epoch with a measured {metric}: train it for at least one epoch.")
    steps = _steps_per_epoch(run)
    described = run.source + (f", {counted(steps, 'step')} an epoch" if steps else "")
    return _Curve(name, run.monitored[0], described, run.source, colour, metric, train, held)


def _steps_per_epoch(run):
    recipe, data = run.about.get("recipe"), run.about.get("data")
    if not isinstance(recipe, dict) or not isinstance(data, dict):
        return None
    if recipe.get("steps_per_epoch"):
        return recipe["steps_per_epoch"]
    if not recipe.get("batch_size") or not data.get("train_images"):
        return None
    kept_back = held_out(data["train_images"]) if run.monitored[0] == "validation" else 0
    return (data["train_images"] - kept_back) // recipe["batch_size"]


def _subtitle(curves):
    if len({c.data for c in curves}) == 1:
        return curves[0].data
    each = dict.fromkeys(c.data for c in curves)
    return "\n".join(f"{listed(c.name for c in curves if c.data == data)}: {data}" for data in each)


def _finding(curves):
    """Return the default title: what the curves show, worked out from them."""
    if len({c.source.split(" (")[0] for c in curves}) > 1:
        return "These runs saw different data: compare the shapes of the curves, not their heights"
    if len({c.images for c in curves}) > 1:
        return "Measured on different images: compare the shapes of the curves, not their heights"
    return _comparison(curves) if len(curves) > 1 else _course(curves[0])


def _comparison(curves):
    """Return which of several curves ends best, as far as the figures shown tell them apart."""
    falls = curves[0].metric == "loss"
    first, behind, *_ = ranked = sorted(curves, key=lambda c: c.last[1], reverse=not falls)
    value = first.last[1]
    ends = f"{first.show(value)} on the {first.images}"
    level = [c.name for c in ranked if c.show(c.last[1]) == first.show(value)]
    if len(level) > 1:
        # More than two names would make a title of many lines.
        who = listed(level) if len(level) == 2 else f"{len(level)} runs"
        rest = ", ahead of the rest" if len(level) < len(curves) else ""
        return f"{who} end level, at {'a loss of ' if falls else ''}{ends}{rest}"
    if falls:
        return f"{first.name} ends with the lowest loss, {ends}"
    lead = round(value, 2) - round(behind.last[1], 2)
    lead = f"{lead:.1f}" if lead >= 0.05 else f"{lead:.2f}"
    return f"{first.name} ends highest, at {ends}, {lead} points above {behind.name}"


def _course(first):
    """Return how one run's curves end."""
    epoch, value = first.last
    falls = first.metric == "loss"
    if falls and len(first.held[0]):
        best_epoch, best = first.best
        if best_epoch == epoch:
            return f"{first.name}'s {first.where} loss is lowest in its last epoch: {first.show(value)}"
        return (
            f"{first.name}'s {first.where} loss is lowest in epoch {best_epoch} "
            f"and {first.show(value - best)} higher at the end"
        )
    ends = f"{first.name} ends at {first.show(value)} on the {first.images}"
    if not len(first.held[0]) or not len(first.train[0]):
        return ends
    gap = first.train[1][-1] - value
    if abs(gap) < 0.05:
        return f"{ends}, level with training"
    return f"{ends}; training ends {abs(gap):.1f} points {'higher' if gap > 0 else 'lower'}"


def _draw(axes, curve):
    """Draw a run's curves and dots, and return their lines."""
    before = len(axes.lines)
    for places, dashes, width in ((curve.train, (0, (4, 2)), 1.3), (curve.held, "solid", 1.9)):
        marker = "." if len(places[0]) == 1 else None
        axes.plot(*places, color=curve.colour, linestyle=dashes, linewidth=width, marker=marker)
    if len(curve.held[0]):
        dots(axes, *curve.last, curve.colour, markersize=6, zorder=4)
        # An open marker larger than the filled one shows both where the last epoch is the best.
        dots(axes, *curve.best, curve.colour, markersize=10, fillstyle="none", markeredgewidth=1.6, zorder=4)
    return axes.lines[before:]


def _blocks(curve):
    """Return (end of the line, its label's lines as (text, weight, colour), colour) for each line of a run."""
    colour = darker(curve.colour)
    blocks = []
    if len(curve.held[0]):
        epoch, value = curve.last
        best_epoch, best = curve.best
        lines = [
            (curve.name, "bold", colour),
            (f"\u25cf {curve.where}, last {curve.show(value)}", "normal", INK),
            (f"\u25cb best {curve.show(best)}, epoch {best_epoch}", "normal", INK),
        ]
        blocks.append(((epoch, value), lines, curve.colour))
    if len(curve.train[0]):
        end = curve.train[0][-1], curve.train[1][-1]
        blocks.append((end, [(f"training {curve.show(end[1])}", "normal", colour)], curve.colour))
    return blocks


def _label_ends(axes, blocks, space, last):
    """Write each block right of the axes, as near to its line's end as the others let it."""
    low, high = axes.get_ylim()
    wanted = [(value - low) / (high - low) * space for (_, value), _, _ in blocks]
    heights = [len(lines) * _LINE_HEIGHT for _, lines, _ in blocks]
    middles = apart(wanted, [height + _GAP for height in heights], -_GAP / 2, space + _GAP / 2)
    points = 72 / DPI
    for (end, lines, colour), middle, height in zip(blocks, middles, heights, strict=True):
        # From a run that ends early, the line would cross the others and look like one of them.
        if end[0] == last:
            axes.annotate(
                "", end, (1.02, middle / space), "data", "axes fraction", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 6},
            )  # fmt: skip
        for i, (text, weight, text_colour) in enumerate(lines):
            axes.annotate(
                text, (1.02, 0), (4, (middle + height / 2 - (i + 0.5) * _LINE_HEIGHT) * points), "axes fraction",
                "offset points", size=SMALL, weight=weight, color=text_colour, va="center", annotation_clip=False,
            )  # fmt: skip


def _add_legend(picture, curves, drawn):
    handles = []
    for place, (curve, lines) in enumerate(zip(curves, drawn, strict=True)):
        # One further along where the colours begin again.
        marker = _MARKERS[(place + place // len(LINES)) % len(_MARKERS)]
        for line in lines:
            length = len(line.get_xdata())
            every = max(1, length // _MARKED)
            line.set(marker=marker, markevery=(every * place // len(curves), every))
            if length > 1:
                line.set_markersize(5)
        label = curve.name
        if len(curve.held[0]):
            epoch, best = curve.best
            label += f", {curve.where}: last {curve.show(curve.last[1])},"
            label += f"\nbest {curve.show(best)} in epoch {epoch}"
        handles.append(sample(label, curve.colour, linestyle="solid", linewidth=2, marker=marker))
    handles.append(sample("dashed: training images", linestyle="dashed"))
    handles.append(sample("last epoch", marker="o"))
    handles.append(sample("best epoch", marker="o", fillstyle="none", markersize=9))
    for columns in (2, 1):  # two where their names leave room
        legend = picture.legend(handles=handles, loc="outside lower left", ncols=columns)
        if columns == 1 or legend.get_window_extent().width < picture.bbox.width:
            break
        legend.remove()
    picture.body += legend.get_window_extent().height * DPI / picture.dpi


def _describe(picture, curves, metric):
    shared = len({curve.data for curve in curves}) == 1
    parts = [f"Data: {curves[0].data}."] if shared else []
    for curve in curves:
        held = _trend(curve, curve.where, *curve.held)
        if held:
            held += f", best {curve.show(curve.best[1])} in epoch {curve.best[0]}"
        trends = "; ".join(filter(None, [held, _trend(curve, "training", *curve.train)]))
        parts.append(f"{curve.name}{'' if shared else f' ({curve.data})'}: {trends}.")
    picture.describe(f"Line chart of {metric} against epoch", *parts)


def _trend(curve, what, epochs, values):
    if not len(epochs):
        return ""
    end = f"{curve.show(values[-1])} in epoch {epochs[-1]:.0f}"
    if len(epochs) == 1:
        return f"{what} {curve.metric} is {end}"
    way = "rises" if values[-1] >= values[0] else "falls"
    return f"{what} {curve.metric} {way} from {curve.show(values[0])} in epoch {epochs[0]:.0f} to {end}"
