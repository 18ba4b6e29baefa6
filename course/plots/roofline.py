"""What a machine makes of multiply-accumulates: the roofline."""

from math import ceil, floor, log10

from course.plots.axes import QUARTILES, beside, sample
from course.plots.picture import (
    BLUE,
    DEEP_ORANGE,
    GREEN,
    INK,
    MUTED,
    TEXT,
    VERMILLION,
    Picture,
    counted,
    listed,
    plot,
)
from course.table import Table

COLOURS = {"standard": BLUE, "depthwise": VERMILLION, "pointwise": GREEN, "separable": DEEP_ORANGE}
_MARKERS = "os^DvP*X"
_HEADINGS = ("layer", "input", "MACs per byte", "GMAC/s", *QUARTILES)


@plot
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

    Raises
    ------
    ValueError
        When there is no forward timing of a layer.
    """
    points = [t for t in timings if not t.training and t.macs and t.bytes]
    if not points:
        raise ValueError("There is no forward timing of a layer to draw: pass those of benchmarks.time_layers().")
    rows = [
        (t.name, t.input, t.intensity, *(t.macs / seconds / 1e9 for seconds in (t.median, *reversed(t.quartiles))))
        for t in points
    ]
    limits = f"Ceilings: {_rate(ceilings.macs_per_second)} and {_traffic(ceilings.bytes_per_second)}."
    table = Table(_HEADINGS, rows, notes=(limits,), formats=dict.fromkeys(_HEADINGS[2:], ".3g"))
    batches = {t.batch for t in points} - {None}
    images = f", {counted(*batches, 'image')}" if len(batches) == 1 else ""
    picture = Picture(
        430,
        title or _finding(table, ceilings),
        f"Grey: as fast as a large copy and large products of matrices; they meet at {ceilings.ridge:.2g} MACs "
        "per byte.\n"
        f"Forward{images}; bars from lower to upper quartile.",
        table=table,
    )
    axes = picture.add_subplot()
    low, high = _draw_ceilings(axes, table.column("MACs per byte"), ceilings)
    sizes = {shape: 6 + 2.5 * i for i, shape in enumerate(dict.fromkeys(table.column("input")))}
    looks = {
        kind: {"color": COLOURS.get(kind, INK), "marker": _MARKERS[i % len(_MARKERS)]}
        for i, kind in enumerate(dict.fromkeys(table.column("layer")))
    }
    # Where points overlap, white edges tell them apart, and the large ones lie lowest.
    for kind, shape, intensity, speed, *quartiles in reversed(rows):
        edge = {"markeredgecolor": "white", "markeredgewidth": 0.8}
        axes.plot(intensity, speed, markersize=sizes[shape], zorder=3, **looks[kind], **edge)
        axes.vlines(intensity, *quartiles, color=looks[kind]["color"], linewidth=1.6, zorder=4)
    speeds = [ceilings.macs_per_second / 4e9, *(speed for row in rows for speed in row[4:])]
    axes.set(
        xscale="log", yscale="log", xlim=(low, high),
        ylim=(10 ** floor(log10(min(speeds))), 2.2 * max(*speeds, ceilings.macs_per_second / 1e9)),
        xlabel="arithmetic intensity (MACs per byte moved)", ylabel="speed (billion MACs per second)",
    )  # fmt: skip
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid()
    _add_legend(picture, looks, sizes)
    told = "{} at {:.3g} MACs per byte runs at {}"
    each = (
        f"{kind}: {listed(told.format(row[1], row[2], _rate(1e9 * row[3])) for row in rows if row[0] == kind)}."
        for kind in looks
    )
    picture.describe("Roofline plot", limits, *each)
    return picture


def _draw_ceilings(axes, intensities, ceilings):
    """Draw the roof and write its two numbers on it; return the lowest and the highest intensity to show."""
    macs, memory = ceilings.macs_per_second / 1e9, ceilings.bytes_per_second / 1e9
    # To a half power of ten, with room for a label on each side of the ridge.
    low = 10 ** (floor(2 * log10(min(*intensities, ceilings.ridge / 8) * 0.8)) / 2)
    high = 10 ** (ceil(2 * log10(max(*intensities, 8 * ceilings.ridge) * 1.2)) / 2)
    axes.plot([low, ceilings.ridge, high], [low * memory, macs, macs], color=MUTED, linewidth=2, zorder=2)
    label = {"color": MUTED, "va": "bottom"}
    slope = ceilings.ridge / 2, macs / 2
    beside(axes, f"memory: {_traffic(ceilings.bytes_per_second)}", slope, -5, ha="right", **label)
    beside(axes, f"arithmetic: {_rate(ceilings.macs_per_second)}", (2 * ceilings.ridge, macs), 0, 5, **label)
    return low, high


def _add_legend(picture, looks, sizes):
    """Add a line of kinds, by colour and marker, above a line of inputs, by size."""
    kinds = [sample(kind, look["color"], marker=look["marker"], markersize=8) for kind, look in looks.items()]
    inputs = [sample(shape, MUTED, marker="o", markersize=size) for shape, size in sizes.items()]
    columns = max(len(kinds), len(inputs))
    blank = sample(" ", marker="")
    lines = [some + [blank] * (columns - len(some)) for some in (kinds, inputs)]
    # matplotlib fills a legend column by column.
    handles = [handle for column in zip(*lines, strict=True) for handle in column]
    picture.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=TEXT)


def _finding(table, ceilings):
    depthwise = [row for row in table.rows if row[0] == "depthwise"]
    fastest, _, _, speed, *_ = max(depthwise or table.rows, key=lambda row: row[3])
    reached = _percent(1e9 * speed / ceilings.macs_per_second)
    if not depthwise:
        return f"The fastest layer, {fastest}, reaches {reached} of a matrix product's speed"
    intensity = max(row[2] for row in depthwise)
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
