"""What a machine makes of multiply-accumulates: the roofline."""

from math import ceil, floor, log10

from matplotlib.lines import Line2D

from course.plots.picture import (
    BLUE,
    DEEP_ORANGE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    SMALL,
    TEXT,
    VERMILLION,
    Picture,
    counted,
    in_house_style,
    listed,
)

COLOURS = {"standard": BLUE, "depthwise": VERMILLION, "pointwise": GREEN, "separable": DEEP_ORANGE}
_MARKERS = "os^DvP*X"


@in_house_style
def roofline(timings, ceilings, title=None):
    """Draw how fast layers run against how many MACs they do for each byte, under the machine's two ceilings.

    Both axes are logarithmic. The left ceiling is what the memory delivered to a copy, the right one what
    the arithmetic did in products of matrices: a layer that suits the machine better may lie above them.
    One under the left one waits for data. Vertical bars join the quartiles.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
        Of layers; those with gradients are left out, as MACs and bytes are counted forward.
    ceilings : course.benchmarks.Ceilings
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When there is no forward timing of a layer.
    """
    points = [t for t in timings if not t.training and t.macs and t.bytes]
    if not points:
        raise ValueError("There is no forward timing of a layer to draw: pass those of benchmarks.time_layers().")
    title = title or _finding(points, ceilings)
    batches = {t.batch for t in points} - {None}
    images = f", {counted(*batches, 'image')}" if len(batches) == 1 else ""
    picture = Picture(
        430,
        title,
        f"Grey: as fast as a large copy and large products of matrices; they meet at {ceilings.ridge:.2g} MACs "
        "per byte.\n"
        f"Forward{images}; bars from lower to upper quartile.",
    )
    axes = picture.add_subplot()
    low, high = _draw_ceilings(axes, points, ceilings)
    shapes = {shape: _MARKERS[i % len(_MARKERS)] for i, shape in enumerate(dict.fromkeys(t.input for t in points))}
    # Where points overlap, white edges tell them apart, and the wide diamonds of the last shape lie lowest.
    for t in reversed(points):
        colour = COLOURS.get(t.name, INK)
        axes.plot(
            t.intensity, t.macs_per_second / 1e9, marker=shapes[t.input], markersize=8, linestyle="none",
            color=colour, markeredgecolor="white", markeredgewidth=0.8, zorder=3,
        )  # fmt: skip
        axes.plot(
            [t.intensity] * 2, [t.macs / s / 1e9 for s in t.quartiles], color=colour, linewidth=1.6, zorder=4
        )
    speeds = [ceilings.macs_per_second / 4e9, *(t.macs / s / 1e9 for t in points for s in t.quartiles)]
    axes.set(
        xscale="log", yscale="log", xlim=(low, high),
        ylim=(10 ** floor(log10(min(speeds))), 2.2 * max(*speeds, ceilings.macs_per_second / 1e9)),
        xlabel="arithmetic intensity (MACs per byte moved)", ylabel="speed (billion MACs per second)",
    )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    kinds = dict.fromkeys(t.name for t in points)
    _add_legend(picture, kinds, shapes)
    each = (
        f"{kind}: "
        + listed(
            f"{t.input} at {t.intensity:.3g} MACs per byte runs at {_rate(t.macs_per_second)}"
            for t in points
            if t.name == kind
        )
        for kind in kinds
    )
    picture.alt = (
        f"Roofline plot. {title}. Ceilings: {_rate(ceilings.macs_per_second)} and "
        f"{_traffic(ceilings.bytes_per_second)}. {'. '.join(each)}."
    )
    return picture


def _draw_ceilings(axes, points, ceilings):
    """Draw the roof and write its two numbers on it; return the lowest and the highest intensity to show."""
    macs, memory = ceilings.macs_per_second / 1e9, ceilings.bytes_per_second / 1e9
    intensities = [t.intensity for t in points]
    # To a half power of ten, with room for a label on each side of the ridge.
    low = 10 ** (floor(2 * log10(min(*intensities, ceilings.ridge / 8) * 0.8)) / 2)
    high = 10 ** (ceil(2 * log10(max(*intensities, 8 * ceilings.ridge) * 1.2)) / 2)
    axes.plot([low, ceilings.ridge, high], [low * memory, macs, macs], color=MUTED, linewidth=2, zorder=2)
    label = {"textcoords": "offset points", "size": SMALL, "color": MUTED, "va": "bottom"}
    axes.annotate(
        f"memory: {_traffic(ceilings.bytes_per_second)}", (ceilings.ridge / 2, macs / 2), (-5, 0), ha="right",
        **label,
    )  # fmt: skip
    axes.annotate(
        f"arithmetic: {_rate(ceilings.macs_per_second)}", (2 * ceilings.ridge, macs), (0, 5), ha="left", **label
    )
    return low, high


def _add_legend(picture, kinds, shapes):
    """Add a line of kinds, by colour, above a line of shapes, by marker."""
    dot = {"linestyle": "none", "markersize": 8}
    colours = [Line2D([], [], marker="s", color=COLOURS.get(kind, INK), label=kind, **dot) for kind in kinds]
    markers = [Line2D([], [], marker=mark, color=MUTED, label=shape, **dot) for shape, mark in shapes.items()]
    columns = max(len(colours), len(markers))
    blank = Line2D([], [], linestyle="none", label=" ")
    lines = [some + [blank] * (columns - len(some)) for some in (colours, markers)]
    # matplotlib fills a legend column by column.
    handles = [handle for column in zip(*lines, strict=True) for handle in column]
    picture.legend(handles=handles, loc="outside lower center", ncols=columns, frameon=False, fontsize=TEXT)


def _finding(points, ceilings):
    depthwise = [t for t in points if t.name == "depthwise"]
    fastest = max(depthwise or points, key=lambda t: t.macs_per_second)
    reached = _percent(fastest.macs_per_second / ceilings.macs_per_second)
    if not depthwise:
        return f"The fastest layer, {fastest.name}, reaches {reached} of a matrix product's speed"
    intensity = max(t.intensity for t in depthwise)
    allowed = _percent(min(1, intensity / ceilings.ridge))
    return (
        f"At {intensity:.2g} MACs per byte, fed like a copy, a depthwise layer would reach {allowed} of a matrix "
        f"product's speed; the fastest here reached {reached}"
    )


def _percent(share):
    return f"{100 * share:.0f} %" if share >= 0.01 else f"{100 * share:.1g} %"


def _rate(macs_per_second):
    return f"{_billions(macs_per_second)} GMAC/s"


def _traffic(bytes_per_second):
    return f"{_billions(bytes_per_second)} GB/s"


def _billions(value):
    return f"{value / 1e9:.3g}" if value < 999.5e9 else f"{value / 1e9:,.0f}"
