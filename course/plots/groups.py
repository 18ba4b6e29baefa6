"""The dial from a standard to a depthwise convolution, and what each part of a network's step takes."""

from course.plots.picture import BLUE, FAINT, GREEN, INK, SMALL, TEXT, VERMILLION, Picture, darker, in_house_style


@in_house_style
def groups_dial(timings, title=None):
    """Draw MACs and time of a convolution against its number of groups, both as shares of the standard one's.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
        As `benchmarks.time_groups` returns them: named by the number of groups, and "DepthwiseConv2D".
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When the standard convolution, of one group, is not among them.

    Used in notebook 03.
    """
    by_groups = {int(t.name): t for t in timings if t.name.isdecimal()}
    if 1 not in by_groups or len(by_groups) < 2:
        raise ValueError("There is nothing to compare: pass the timings of benchmarks.time_groups().")
    depthwise = next((t for t in timings if t.name == "DepthwiseConv2D"), None)
    one, most = by_groups[1], max(by_groups)
    last = by_groups[most]
    title = title or _finding(one, last, most, depthwise)
    picture = Picture(
        300, title,
        f"3×3 convolution on {one.size}×{one.size}×{one.channels}, as many filters as channels, "
        f"{one.batch} images, "
        "forward. Bars from lower to upper quartile.",
    )  # fmt: skip
    axes = picture.add_subplot()
    groups = sorted(by_groups)
    axes.plot(groups, [by_groups[g].macs / one.macs for g in groups], color=GREEN, marker="s", linewidth=2)
    axes.plot(
        groups, [by_groups[g].median / one.median for g in groups], color=VERMILLION, marker="o", linewidth=2
    )
    for g in groups:
        low, high = by_groups[g].quartiles
        axes.plot([g, g], [low / one.median, high / one.median], color=VERMILLION, linewidth=1.4)
    edge = by_groups[groups[-1]]
    axes.annotate("time", (most, edge.median / one.median), (10, 0), textcoords="offset points", va="center",
                  size=TEXT, color=darker(VERMILLION))  # fmt: skip
    axes.annotate("MACs", (most, edge.macs / one.macs), (10, 0), textcoords="offset points", va="center",
                  size=TEXT, color=darker(GREEN))  # fmt: skip
    if depthwise:
        axes.plot(most, depthwise.median / one.median, color=BLUE, marker="D", markersize=8, linestyle="none")
        axes.annotate("time as a\nDepthwiseConv2D", (most, depthwise.median / one.median), (10, 0), va="center",
                      textcoords="offset points", size=TEXT, color=darker(BLUE))  # fmt: skip
    axes.axhline(1, color=INK, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    axes.set(
        xscale="log", yscale="log", xlim=(0.8, 3.2 * most), xticks=groups,
        xlabel="groups (1: standard; as many as channels: depthwise)", ylabel="times the standard layer's",
    )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.minorticks_off()
    axes.grid(color=FAINT, linewidth=0.6)
    picture.alt = (
        f"Line chart on logarithmic axes. {title}. "
        + "; ".join(
            f"{g} group{'s' if g > 1 else ''}: {by_groups[g].macs / 1e6:.1f} million MACs, "
            f"{1000 * by_groups[g].median:.1f} ms"
            for g in groups
        )
        + (f"; DepthwiseConv2D: {1000 * depthwise.median:.1f} ms" if depthwise else "")
        + "."
    )
    return picture


@in_house_style
def step_bars(timings, title, subtitle=""):
    """Draw the time of some networks' steps as bars, in their order.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
    title : str
        The finding.
    subtitle : str
        What was timed, and where.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When there are no timings.

    Used in notebook 03.
    """
    if not timings:
        raise ValueError("There is no timing to draw: pass those of benchmarks.time_networks().")
    picture = Picture(len(timings) * 32 + 46, title, subtitle)
    axes = picture.add_subplot()
    for place, timing in enumerate(timings):
        low, high = (1000 * s for s in timing.quartiles)
        axes.barh(place, 1000 * timing.median, height=0.62, color=BLUE)
        axes.plot([low, high], [place, place], color=INK, linewidth=1.4)
        axes.annotate(
            f"{1000 * timing.median:.0f} ms", (max(1000 * timing.median, high), place), (6, 0),
            textcoords="offset points", va="center", size=SMALL, color=INK,
        )  # fmt: skip
    axes.set_yticks(range(len(timings)), [timing.name for timing in timings], size=TEXT)
    axes.set(
        ylim=(len(timings) - 0.5, -0.5), xlim=(0, 1150 * max(t.quartiles[1] for t in timings)),
        xlabel=f"time of a step of {timings[0].batch} images (ms); lines from lower to upper quartile",
    )  # fmt: skip
    axes.tick_params(left=False)
    picture.alt = f"Bar chart. {title}. " + "; ".join(f"{t.name}: {1000 * t.median:.0f} ms" for t in timings) + "."
    return picture


def _finding(one, last, most, depthwise):
    saved, slower = one.macs / last.macs, last.median / one.median
    text = f"{most} groups do {saved:.0f} times fewer MACs and take {_times(slower)}"
    if depthwise:
        text += f"; as a DepthwiseConv2D the same work takes {_times(depthwise.median / one.median)}"
    return text


def _times(ratio):
    return f"{ratio:.1f} times as long" if ratio >= 1 else f"{100 * ratio:.0f} % of the time"
