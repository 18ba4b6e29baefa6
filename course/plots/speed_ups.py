"""What a saving of multiply-accumulates is worth in time."""

from course.plots.picture import (
    BLUE,
    INK,
    SMALL,
    TEXT,
    VERMILLION,
    Picture,
    counted,
    darker,
    in_house_style,
    listed,
)

_BAR = 25  # pixels on the page
_GAP = 0.7  # between inputs, in bars
_LEAST = 180  # pixels on the page, so that the axis has room for its label
_SAVED = "fewer MACs"
_SPEED = {False: "as fast forward", True: "as fast with gradients"}
_FILLS = {_SAVED: "#8C8C8C", _SPEED[False]: BLUE, _SPEED[True]: VERMILLION}


@in_house_style
def speed_ups(timings, title=None):
    """Draw how many times fewer MACs a separable layer does than a standard one, and how many times as fast it is.

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
    """
    inputs = _compared(timings)
    if not inputs:
        raise ValueError("No shape was timed as 'standard' and as 'separable': pass the timings of both.")
    title = title or _finding(inputs.values())
    rows = sum(map(len, inputs.values())) + (len(inputs) - 1) * _GAP
    picture = Picture(
        max(rows * _BAR + 64, _LEAST),
        title,
        "Standard against separable 3×3 layer, with as many filters as channels. Left of the line: slower.",
    )
    axes = picture.add_subplot()
    top, places = 0, []
    for factors in inputs.values():
        places.append(top + (len(factors) - 1) / 2)
        for i, (what, factor) in enumerate(factors.items()):
            y = top + i
            axes.barh(y, factor, height=0.8, color=_FILLS[what])
            # Always right of the line, which would cross it.
            axes.annotate(
                f"{factor:.1f} times {what}", (max(factor, 1), y), (5, 0), textcoords="offset points", va="center",
                size=SMALL, color=darker(_FILLS[what], 0.5),
            )  # fmt: skip
        top += len(factors) + _GAP
    axes.set_yticks(places, list(inputs), size=TEXT)
    axes.axvline(1, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    longest = max(max(factors.values()) for factors in inputs.values())
    axes.set(
        xlim=(0, 1.5 * longest), ylim=(rows - 0.4, -0.8), xlabel="times (1 is no change)",
        ylabel="input of the layer",
    )  # fmt: skip
    axes.tick_params(left=False)
    each = (
        f"Input {shape}: {listed(f'{factor:.1f} times {what}' for what, factor in factors.items())}."
        for shape, factors in inputs.items()
    )
    picture.alt = f"Bar chart. {title}. {' '.join(each)}"
    return picture


def _compared(timings):
    """Return for each input, such as "8×8×256", by how many times separable beats standard, in what."""
    found = {(t.input, t.training, t.name): t for t in timings}
    inputs = {}
    for shape, training, name in sorted(found, key=lambda key: key[1]):
        standard = found.get((shape, training, "standard"))
        if name != "separable" or standard is None:
            continue
        separable = found[shape, training, name]
        factors = inputs.setdefault(shape, {_SAVED: standard.macs / separable.macs})
        factors[_SPEED[training]] = standard.median / separable.median
    return inputs


def _finding(inputs):
    saved = [factors[_SAVED] for factors in inputs]
    what = next(what for what in reversed(_FILLS) if any(what in factors for factors in inputs))
    gained = [factors[what] for factors in inputs if what in factors]
    slower = sum(float(f"{factor:.1f}") < 1 for factor in gained)
    but = f", slower on {slower} of {counted(len(gained), 'input')}" if slower else ""
    return f"{_span(saved)} times {_SAVED} make a separable layer {_span(gained)} times {what}{but}"


def _span(values):
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return low if low == high else f"{low} to {high}"
