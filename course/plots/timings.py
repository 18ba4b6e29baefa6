"""What a machine makes of multiply-accumulates: the roofline, and what a saving is worth in time."""

from math import ceil, floor, log10

from course.plots.picture import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    SMALL,
    TEXT,
    VERMILLION,
    Picture,
    darker,
    in_house_style,
    listed,
)

COLOURS = {"standard": BLUE, "depthwise": VERMILLION, "pointwise": GREEN, "separable": ORANGE}
_MARKERS = "os^DvP*X"
_BAR = 25  # pixels on the page


@in_house_style
def roofline(timings, ceilings, title=None):
    """Draw how fast layers run against how many MACs they do for each byte, under the machine's two ceilings.

    Both axes are logarithmic. The left ceiling is what the memory can deliver, the right one what the
    arithmetic can. A layer under the left one waits for data. Vertical bars join the quartiles.

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

    Used in notebook 03.
    """
    points = [t for t in timings if not t.training and t.macs and t.bytes]
    if not points:
        raise ValueError("There is no forward timing of a layer to draw: pass those of benchmarks.time_layers().")
    shapes = list(dict.fromkeys((t.size, t.channels) for t in points))
    title = title or _roofline_finding(points, ceilings)
    picture = Picture(
        430,
        title,
        f"Grey: the ceilings, {_rate(ceilings.macs_per_second)} of arithmetic and "
        f"{ceilings.bytes_per_second / 1e9:.1f} GB/s of memory, meet at {ceilings.ridge:.1f} MACs per byte. "
        "Forward; bars from lower to upper quartile.",
    )
    axes = picture.add_subplot()
    low = 10 ** (floor(2 * log10(min(t.intensity for t in points) * 0.8)) / 2)
    high = 10 ** (ceil(2 * log10(max(max(t.intensity for t in points), 2 * ceilings.ridge) * 1.2)) / 2)
    roof = [low, ceilings.ridge, high]
    axes.plot(
        roof, [min(ceilings.macs_per_second, x * ceilings.bytes_per_second) / 1e9 for x in roof],
        color=MUTED, linewidth=2, zorder=1,
    )  # fmt: skip
    for t in points:
        lower, upper = t.quartiles
        style = {"color": COLOURS.get(t.name, INK), "zorder": 3}
        axes.plot([t.intensity] * 2, [t.macs / s / 1e9 for s in (lower, upper)], linewidth=1.6, **style)
        marker = _MARKERS[shapes.index((t.size, t.channels)) % len(_MARKERS)]
        axes.plot(t.intensity, t.macs_per_second / 1e9, marker=marker, markersize=7, linestyle="none", **style)
    slowest = min(t.macs / t.quartiles[1] for t in points) / 1e9
    axes.set(
        xscale="log", yscale="log", xlim=(low, high),
        ylim=(10 ** floor(log10(slowest)), 2.2 * ceilings.macs_per_second / 1e9),
        xlabel="arithmetic intensity (MACs per byte moved)", ylabel="speed (billion MACs per second)",
    )  # fmt: skip
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(color=FAINT, linewidth=0.6)
    kinds = list(dict.fromkeys(t.name for t in points))
    handles = [
        axes.plot([], [], linestyle="none", marker="s", markersize=9, color=COLOURS.get(kind, INK), label=kind)[0]
        for kind in kinds
    ] + [
        axes.plot([], [], linestyle="none", marker=marker, markersize=7, color=MUTED, label=f"{n}×{n}×{c}")[0]
        for marker, (n, c) in zip(_MARKERS, shapes, strict=False)
    ]
    picture.legend(
        handles=handles, loc="outside lower center", ncols=max(len(kinds), len(shapes)), frameon=False, fontsize=TEXT
    )
    picture.alt = (
        f"Roofline plot. {title}. Ceilings: {_rate(ceilings.macs_per_second)} and "
        f"{ceilings.bytes_per_second / 1e9:.1f} GB/s. "
        + " ".join(
            f"{kind}: "
            + listed(
                f"{t.size}×{t.size}×{t.channels} at {t.intensity:.3g} MACs per byte runs at {_rate(t.macs_per_second)}"
                for t in points
                if t.name == kind
            )
            + "."
            for kind in kinds
        )
    )
    return picture


@in_house_style
def speed_ups(timings, title=None):
    """Draw how many times fewer MACs a separable layer does than a standard one, and how many times faster it is.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
        With "standard" and "separable" for the same shapes, forward, with gradients, or both.

    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When no shape was timed both ways.

    Used in notebook 03.
    """
    found = {(t.size, t.channels, t.training, t.name): t for t in timings}
    shapes = dict.fromkeys(
        (size, channels)
        for size, channels, training, name in found
        if {(size, channels, training, "standard"), (size, channels, training, "separable")} <= found.keys()
    )
    if not shapes:
        raise ValueError("No shape was timed as 'standard' and as 'separable': pass the timings of both.")
    bars = {}
    for size, channels in shapes:
        both = [
            (found[size, channels, training, "standard"], found[size, channels, training, "separable"])
            for training in (False, True)
            if (size, channels, training, "standard") in found and (size, channels, training, "separable") in found
        ]
        bars[f"{size}×{size}×{channels}"] = {
            "fewer MACs": both[0][0].macs / both[0][1].macs,
            **{_WHICH[a.training]: a.median / b.median for a, b in both},
        }
    title = title or _speed_up_finding(bars)
    colours = {"fewer MACs": "#BBBBBB", _WHICH[False]: BLUE, _WHICH[True]: VERMILLION}
    picture = Picture(
        len(bars) * (3 * _BAR + 14) + 60, title,
        "Standard against separable 3×3 layer, with as many filters as channels. Left of the line: slower, not faster.",
    )  # fmt: skip
    axes = picture.add_subplot()
    for place, (shape, values) in enumerate(bars.items()):
        for i, (what, value) in enumerate(values.items()):
            y = place * (len(values) + 0.7) + i
            axes.barh(y, value, height=0.8, color=colours[what])
            axes.annotate(
                f"{value:.1f} times {what}", (value, y), (5, 0), textcoords="offset points", va="center",
                size=SMALL, color=darker(colours[what], 0.5),
            )  # fmt: skip
    step = len(next(iter(bars.values()))) + 0.7
    axes.set_yticks([i * step + (step - 1.7) / 2 for i in range(len(bars))], list(bars), size=TEXT)
    axes.axvline(1, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set(
        xlim=(0, 1.35 * max(max(values.values()) for values in bars.values())),
        ylim=(len(bars) * step - 1, -0.8), xlabel="times (1 is no change)", ylabel="input of the layer",
    )  # fmt: skip
    axes.tick_params(left=False)
    picture.alt = f"Bar chart. {title}. " + " ".join(
        f"Input {shape}: {listed(f'{value:.1f} times {what}' for what, value in values.items())}."
        for shape, values in bars.items()
    )
    return picture


_WHICH = {False: "faster forward", True: "faster with gradients"}


def _roofline_finding(points, ceilings):
    depthwise = [t for t in points if t.name == "depthwise"]
    if not depthwise:
        best = max(points, key=lambda t: t.macs_per_second)
        share = best.macs_per_second / ceilings.macs_per_second
        return f"The fastest layer, {best.name}, reaches {100 * share:.0f} % of the machine's arithmetic"
    intensity = max(t.intensity for t in depthwise)
    allowed = min(1, intensity * ceilings.bytes_per_second / ceilings.macs_per_second)
    fastest = max(t.macs_per_second for t in depthwise) / ceilings.macs_per_second
    return (
        f"A depthwise layer does {intensity:.2g} MACs per byte: memory allows it {100 * allowed:.0f} % of this "
        f"machine's arithmetic, and the fastest here reached {100 * fastest:.0f} %"
    )


def _speed_up_finding(bars):
    saved = [values["fewer MACs"] for values in bars.values()]
    key = _WHICH[True] if _WHICH[True] in next(iter(bars.values())) else _WHICH[False]
    gained = [values[key] for values in bars.values()]
    return f"{_span(saved)} times fewer MACs make a separable layer {_span(gained)} times {key}"


def _span(values):
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return low if low == high else f"{low} to {high}"


def _rate(macs_per_second):
    return f"{macs_per_second / 1e9:.3g} GMAC/s"
