"""The dial from a standard to a depthwise convolution: what is saved, and what that is worth in time."""

from math import log

from matplotlib.ticker import LogLocator

from course.plots.picture import (
    BLUE,
    DPI,
    FAINT,
    GREEN,
    INK,
    PURPLE,
    TEXT,
    VERMILLION,
    Picture,
    counted,
    darker,
    in_house_style,
)

_HEIGHT = 230  # of the axes, about, in pixels on the page
_LINE = 17


@in_house_style
def groups_dial(timings, title=None):
    """Draw MACs and time of a convolution against its number of groups, both as shares of the standard one's.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
        As `benchmarks.time_groups` returns them: named by the number of groups, "DepthwiseConv2D", and named
        by "tf.nn.conv2d" and the number of groups. The last two may be missing.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When the standard convolution, of one group, is not among them, or nothing else is.
    """
    by_groups = {int(t.name): t for t in timings if t.name.isdecimal()}
    if 1 not in by_groups or len(by_groups) < 2:
        raise ValueError("There is nothing to compare: pass the timings of benchmarks.time_groups().")
    depthwise = next((t for t in timings if t.name == "DepthwiseConv2D"), None)
    direct = {int(t.name.split()[1]): t for t in timings if t.name.startswith("tf.nn.conv2d ")}
    groups, one = sorted(by_groups), by_groups[1]
    most = groups[-1]
    title = title or _finding(one, by_groups[most], most, depthwise, direct.get(most))
    picture = Picture(
        300, title,
        f"3×3 convolution on {one.size}×{one.size}×{one.channels}, {one.channels} filters, "
        f"{counted(one.batch, 'image')}, forward. Lines from lower to upper quartile.",
    )  # fmt: skip
    axes = picture.add_subplot()
    macs = [by_groups[g].macs / one.macs for g in groups]
    times = [by_groups[g].median / one.median for g in groups]
    axes.plot(groups, macs, color=GREEN, marker="s", linewidth=2)
    axes.plot(groups, times, color=VERMILLION, marker="o", linewidth=2)
    for g in groups:
        axes.plot([g, g], [s / one.median for s in by_groups[g].quartiles], color=VERMILLION, linewidth=1.4)
    ends = [("time in Keras" if direct else "time", most, times[-1], VERMILLION), ("MACs", most, macs[-1], GREEN)]
    if direct:
        ratios = [t.median / one.median for t in direct.values()]
        axes.plot(list(direct), ratios, color=PURPLE, marker="^", linewidth=2)
        ends.append(("time in TensorFlow,\ncalled directly", max(direct), ratios[-1], PURPLE))
    if depthwise:
        ratio = depthwise.median / one.median
        axes.plot(one.channels, ratio, color=BLUE, marker="D", markersize=8, linestyle="none")
        ends.append(("time as a\nDepthwiseConv2D", one.channels, ratio, BLUE))
    last = max(x for _, x, _, _ in ends)
    axes.plot([last**-0.05, last], [1, 1], color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.set(
        xscale="log", yscale="log", xlim=(last**-0.05, last**1.28), xticks=sorted({*groups, last}),
        xlabel="groups (1: standard; as many as channels: depthwise)", ylabel="times the standard layer's",
    )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.grid(color=FAINT, linewidth=0.6)
    _label(axes, ends)
    picture.alt = (
        f"Line chart on logarithmic axes. {title}. "
        + "; ".join(
            f"{counted(g, 'group')}: {by_groups[g].macs / 1e6:.1f} million MACs, {by_groups[g].took}"
            for g in groups
        )
        + (f"; DepthwiseConv2D: {depthwise.took}" if depthwise else "")
        + "".join(f"; tf.nn.conv2d, {counted(g, 'group')}: {t.took}" for g, t in direct.items())
        + "."
    )
    return picture


def _finding(one, last, most, depthwise, direct):
    fewer, longer = one.macs / last.macs, _times(last.median / one.median)
    if direct:
        return (
            f"{most} groups do {fewer:.0f} times fewer MACs than one: in Keras they take {longer}, in TensorFlow "
            f"called directly {_times(direct.median / one.median)}"
        )
    text = f"{most} groups do {fewer:.0f} times fewer MACs and take {longer}"
    if depthwise:
        work = "the same work" if most == one.channels else "a layer of as many groups as channels"
        text += f"; as a DepthwiseConv2D {work} takes {_times(depthwise.median / one.median)}"
    return text


def _label(axes, ends):
    """Write (text, x, y, colour) right of each place (x, y), moved up where it would touch one below."""
    low, high = (log(value) for value in axes.get_ylim())
    reached = 0
    for text, x, y, colour in sorted(ends, key=lambda end: end[2]):
        wanted, half = _HEIGHT * (log(y) - low) / (high - low), _LINE * (text.count("\n") + 1) / 2
        placed = max(wanted, reached + half)
        reached = placed + half
        axes.annotate(
            text, (x, y), (10, (placed - wanted) * 72 / DPI), textcoords="offset points", va="center", size=TEXT,
            color=darker(colour),
        )  # fmt: skip


def _times(ratio):
    if 0.95 <= ratio < 1.05:
        return "as long"
    if ratio < 1:
        return f"{100 * ratio:.2g} % of the time"
    return f"{ratio:.1f} times as long" if ratio < 10 else f"{ratio:.0f} times as long"
