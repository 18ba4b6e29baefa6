"""How accuracy or loss goes from epoch to epoch."""

from dataclasses import dataclass

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from course.plots.picture import DPI, FAINT, INK, LINES, SMALL, Picture, counted, darker, in_house_style, listed
from course.runs import Run, held_out

_LINE_HEIGHT = 15  # pixels on the page, for a line of labels
_GAP = 7
_BODY = 370


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


@in_house_style
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
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture
        760 pixels wide; accuracy in per cent.

    Raises
    ------
    ValueError
        When there is no run, a run has no measured epoch, or there is no such metric.
    """
    if metric not in ("accuracy", "loss"):
        raise ValueError(f"metric is {metric!r}; it must be 'accuracy' or 'loss'.")
    runs = [runs] if isinstance(runs, Run) else list(runs)
    if not runs:
        raise ValueError("There is no run to draw: pass at least one, such as runs.load('baseline').")
    curves = [_curve(run, metric, LINES[i % len(LINES)]) for i, run in enumerate(runs)]
    for curve in curves:
        twins = [c for c in curves if c.name == curve.name]
        for number, twin in enumerate(twins if len(twins) > 1 else (), start=1):
            twin.name = f"{twin.name}, run {number}"

    picture = Picture(_BODY, title or _finding(curves), _subtitle(curves))
    axes = picture.add_subplot()
    for curve in curves:
        _draw(axes, curve)
    last = max(int(max(part[0][-1] for part in (c.train, c.held) if len(part[0]))) for c in curves)
    axes.set_xlabel("epoch")
    axes.set_ylabel("accuracy (%)" if metric == "accuracy" else "loss")
    # Epochs count from 1, so the axis has no 0.
    axes.set_xlim(max(0.5, 1 - 0.02 * last) if last > 1 else 0.5, 1.02 * last)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=12, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.grid(axis="y", color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    picture.get_layout_engine().execute(picture)
    space = axes.get_window_extent().height * DPI / picture.dpi
    blocks = [block for curve in curves for block in _blocks(curve)]
    if sum(len(lines) * _LINE_HEIGHT + _GAP for _, lines, _ in blocks) <= space:
        _label_ends(axes, blocks, space, last)
    else:
        _add_legend(picture, curves)
    picture.alt = _alt(curves, metric, picture.title)
    return picture


def _curve(run, metric, colour):
    factor = 100 if metric == "accuracy" else 1
    train, held = (
        (epochs, factor * values) for epochs, values in map(run.readings, (metric, f"val_{metric}"))
    )
    if not len(train[0]) and not len(held[0]):
        raise ValueError(f"{run.name} has no epoch with a measured {metric}: train it for at least one epoch.")
    steps = _steps_per_epoch(run)
    described = run.source + (f", {counted(steps, 'step')} an epoch" if steps else "")
    return _Curve(run.title, run.monitored[0], described, run.source, colour, metric, train, held)


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
    falls = curves[0].metric == "loss"
    ranked = sorted(curves, key=lambda c: c.last[1], reverse=not falls)
    first = ranked[0]
    epoch, value = first.last
    if len(curves) > 1:
        behind = ranked[1]
        if falls:
            return f"{first.name} ends with the lowest loss, {first.show(value)} on the {first.images}"
        lead = f"{value - behind.last[1]:.1f} points above {behind.name}"
        return f"{first.name} ends highest, at {first.show(value)} on the {first.images}, {lead}"
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
    for (epochs, values), dashes in ((curve.train, (0, (4, 2))), (curve.held, "solid")):
        width = 1.3 if dashes != "solid" else 1.9
        marker = "." if len(epochs) == 1 else None
        axes.plot(epochs, values, color=curve.colour, linestyle=dashes, linewidth=width, marker=marker)
    if len(curve.held[0]):
        dot = {"marker": "o", "linestyle": "none", "color": curve.colour, "clip_on": False, "zorder": 4}
        axes.plot(*curve.last, markersize=6, **dot)
        # An open marker larger than the filled one shows both where the last epoch is the best.
        axes.plot(*curve.best, markersize=10, fillstyle="none", markeredgewidth=1.6, **dot)


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
    blocks = sorted(blocks, key=lambda block: block[0][1])
    heights = [len(lines) * _LINE_HEIGHT for _, lines, _ in blocks]
    bottoms, reached = [], 0
    for ((_, value), _, _), height in zip(blocks, heights, strict=True):
        wanted = (value - low) / (high - low) * space - height / 2
        bottoms.append(max(wanted, reached))
        reached = bottoms[-1] + height + _GAP
    ceiling = space
    for i in reversed(range(len(blocks))):
        bottoms[i] = min(bottoms[i], ceiling - heights[i])
        ceiling = bottoms[i] - _GAP
    points = 72 / DPI
    for (end, lines, colour), bottom, height in zip(blocks, bottoms, heights, strict=True):
        middle = bottom + height / 2
        # From a run that ends early, the line would cross the others and look like one of them.
        if end[0] == last:
            axes.annotate(
                "", end, (1.02, middle / space), "data", "axes fraction", annotation_clip=False,
                arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 0.8, "shrinkA": 0, "shrinkB": 6},
            )  # fmt: skip
        for i, (text, weight, text_colour) in enumerate(lines):
            axes.annotate(
                text, (1.02, 0), (4, (bottom + height - (i + 0.5) * _LINE_HEIGHT) * points), "axes fraction",
                "offset points", size=SMALL, weight=weight, color=text_colour, va="center", annotation_clip=False,
            )  # fmt: skip


def _add_legend(picture, curves):
    handles = []
    for curve in curves:
        label = curve.name
        if len(curve.held[0]):
            epoch, best = curve.best
            label += f", {curve.where}: last {curve.show(curve.last[1])},"
            label += f"\nbest {curve.show(best)} in epoch {epoch}"
        handles.append(Line2D([], [], color=curve.colour, linewidth=2, label=label))
    handles.append(Line2D([], [], color=INK, linestyle="dashed", label="dashed: training images"))
    handles.append(Line2D([], [], color=INK, linestyle="none", marker="o", label="last epoch"))
    handles.append(
        Line2D([], [], color=INK, linestyle="none", marker="o", fillstyle="none", markersize=9, label="best epoch")
    )
    for columns in (2, 1):  # two where their names leave room
        legend = picture.legend(
            handles=handles, loc="outside lower left", ncols=columns, fontsize=SMALL, frameon=False
        )
        if columns == 1 or legend.get_window_extent().width < picture.bbox.width:
            break
        legend.remove()
    picture.body += legend.get_window_extent().height * DPI / picture.dpi


def _alt(curves, metric, title):
    shared = len({curve.data for curve in curves}) == 1
    parts = [f"Line chart of {metric} against epoch. {title}." + (f" Data: {curves[0].data}." if shared else "")]
    for curve in curves:
        held = _trend(curve, curve.where, *curve.held)
        if held:
            held += f", best {curve.show(curve.best[1])} in epoch {curve.best[0]}"
        trends = "; ".join(filter(None, [held, _trend(curve, "training", *curve.train)]))
        parts.append(f"{curve.name}{'' if shared else f' ({curve.data})'}: {trends}.")
    return " ".join(parts)


def _trend(curve, what, epochs, values):
    if not len(epochs):
        return ""
    end = f"{curve.show(values[-1])} in epoch {epochs[-1]:.0f}"
    if len(epochs) == 1:
        return f"{what} {curve.metric} is {end}"
    way = "rises" if values[-1] >= values[0] else "falls"
    return f"{what} {curve.metric} {way} from {curve.show(values[0])} in epoch {epochs[0]:.0f} to {end}"
