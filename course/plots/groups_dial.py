"""The dial from a standard to a depthwise convolution: what is saved, and what that is worth in time."""

from math import log

from matplotlib.ticker import LogLocator

from course.plots.axes import DASHED, QUARTILES, beside
from course.plots.marks import apart
from course.plots.picture import BLUE, DPI, GREEN, INK, PURPLE, TEXT, VERMILLION, Picture, counted, darker, plot
from course.table import Table

_HEIGHT = 230  # of the axes, about, in pixels on the page
_LINE = 17
_HEADINGS = ("layer", "groups", "MACs", "times the MACs", "took", "times as long", *QUARTILES)
_KERAS, _DIRECT, _DEPTHWISE = "Conv2D", "tf.nn.conv2d", "DepthwiseConv2D"


@plot
def groups_dial(timings, title=None):
    """Draw MACs and time of a convolution against its number of groups, both as shares of the standard one's.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
        As `benchmarks.time_groups` returns them: named by the number of groups, "DepthwiseConv2D", and named
        by "tf.nn.conv2d" and the number of groups. The last two may be missing.

    Raises
    ------
    ValueError
        When the standard convolution, of one group, is not among them, or nothing else is.
    """
    by_groups = {int(t.name): t for t in timings if t.name.isdecimal()}
    if 1 not in by_groups or len(by_groups) < 2:
        raise ValueError("There is nothing to compare: pass the timings of benchmarks.time_groups().")
    one = by_groups[1]
    table = Table(
        _HEADINGS,
        sorted(_row(timing, one) for timing in timings),
        formats={heading: ".3g" for heading in _HEADINGS if heading not in ("groups", "MACs")},
    )
    picture = Picture(
        300,
        title or _finding(table, one.channels),
        f"3×3 convolution on {one.size}×{one.size}×{one.channels}, {one.channels} filters, "
        f"{counted(one.batch, 'image')}, forward. Lines from lower to upper quartile.",
        table=table,
    )
    axes = picture.add_subplot()
    keras, direct, depthwise = (_rows(table, what) for what in (_KERAS, _DIRECT, _DEPTHWISE))
    _, groups, _, macs, _, times, *_ = zip(*keras, strict=True)
    axes.plot(groups, macs, color=GREEN, marker="s", linewidth=2)
    axes.plot(groups, times, color=VERMILLION, marker="o", linewidth=2)
    for _, place, *_, lower, upper in keras:
        axes.plot([place, place], [lower, upper], color=VERMILLION, linewidth=1.4)
    most = groups[-1]
    ends = [("time in Keras" if direct else "time", most, times[-1], VERMILLION), ("MACs", most, macs[-1], GREEN)]
    for text, rows, style in (
        ("time in TensorFlow,\ncalled directly", direct, {"color": PURPLE, "marker": "^", "linewidth": 2}),
        ("time as a\nDepthwiseConv2D", depthwise, {"color": BLUE, "marker": "D", "markersize": 8}),
    ):
        if rows:
            axes.plot([row[1] for row in rows], [row[5] for row in rows], **style)
            ends.append((text, rows[-1][1], rows[-1][5], style["color"]))
    last = max(x for _, x, _, _ in ends)
    axes.plot([last**-0.05, last], [1, 1], color=INK, linewidth=1, linestyle=DASHED, zorder=0)
    axes.set(
        xscale="log", yscale="log", xlim=(last**-0.05, last**1.28), xticks=sorted({*groups, last}),
        xlabel="groups (1: standard; as many as channels: depthwise)", ylabel="times the standard layer's",
    )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.grid()
    _label(axes, ends)
    each = [f"{counted(at, 'group')}: {macs / 1e6:.1f} million MACs, {took}" for _, at, macs, _, took, *_ in keras]
    each += [f"{_DEPTHWISE}: {row[4]}" for row in depthwise]
    each += [f"{_DIRECT}, {counted(row[1], 'group')}: {row[4]}" for row in direct]
    picture.describe("Line chart on logarithmic axes", f"{'; '.join(each)}.")
    return picture


def _row(timing, one):
    called = f"{_KERAS} {timing.name}" if timing.name.isdecimal() else timing.name
    what, _, groups = called.partition(" ")
    shares = (seconds / one.median for seconds in (timing.median, *timing.quartiles))
    return (what, int(groups or one.channels), timing.macs, timing.macs / one.macs, timing.took, *shares)


def _rows(table, what):
    return [row for row in table.rows if row[0] == what]


def _finding(table, channels):
    _, most, _, share, _, longer, *_ = _rows(table, _KERAS)[-1]
    start = f"{most} groups do {1 / share:.0f} times fewer MACs"
    if direct := [row for row in _rows(table, _DIRECT) if row[1] == most]:
        return (
            f"{start} than one: in Keras they take {_times(longer)}, in TensorFlow called directly "
            f"{_times(direct[0][5])}"
        )
    text = f"{start} and take {_times(longer)}"
    if depthwise := _rows(table, _DEPTHWISE):
        work = "the same work" if most == channels else "a layer of as many groups as channels"
        text += f"; as a {_DEPTHWISE} {work} takes {_times(depthwise[0][5])}"
    return text


def _label(axes, ends):
    """Write (text, x, y, colour) right of each place (x, y), moved up where it would touch one below."""
    low, high = (log(value) for value in axes.get_ylim())
    wanted = [_HEIGHT * (log(y) - low) / (high - low) for _, _, y, _ in ends]
    placed = apart(wanted, [_LINE * (text.count("\n") + 1) for text, *_ in ends], low=0)
    for (text, x, y, colour), at, want in zip(ends, placed, wanted, strict=True):
        beside(axes, text, (x, y), 10, (at - want) * 72 / DPI, size=TEXT, color=darker(colour))


def _times(ratio):
    if 0.95 <= ratio < 1.05:
        return "as long"
    if ratio < 1:
        return f"{100 * ratio:.2g} % of the time"
    return f"{ratio:.1f} times as long" if ratio < 10 else f"{ratio:.0f} times as long"
