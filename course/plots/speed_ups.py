"""What a saving of multiply-accumulates is worth in time."""

from itertools import groupby

from course.plots.axes import DASHED, hbars
from course.plots.picture import BLUE, INK, VERMILLION, Picture, counted, darker, listed, plot
from course.table import Table

_BAR = 25  # pixels on the page
_GAP = 0.7  # between inputs, in bars
_LEAST = 180  # pixels on the page, so that the axis has room for its label
_SAVED = "fewer MACs"
_SPEED = {False: "as fast forward", True: "as fast with gradients"}
_FILLS = {_SAVED: "#8C8C8C", _SPEED[False]: BLUE, _SPEED[True]: VERMILLION}


@plot
def speed_ups(timings, title=None):
    """Draw how many times fewer MACs a separable layer does than a standard one, and how many times as fast it is.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
        With "standard" and "separable" for the same shapes, forward, with gradients, or both.

    Raises
    ------
    ValueError
        When no shape was timed both ways.
    """
    rows = _compared(timings)
    if not rows:
        raise ValueError("No shape was timed as 'standard' and as 'separable': pass the timings of both.")
    table = Table(("input of the layer", "times", "separable"), rows, formats={"times": ".1f"})
    inputs, factors, whats = zip(*table.rows, strict=True)
    groups = [[i for i, _ in some] for _, some in groupby(enumerate(inputs), lambda row: row[1])]
    places = [i + _GAP * number for number, some in enumerate(groups) for i in some]
    picture = Picture(
        max((places[-1] + 1) * _BAR + 64, _LEAST),
        title or _finding(table),
        "Standard against separable 3×3 layer, with as many filters as channels. Left of the line: slower.",
        table=table,
    )
    axes = picture.add_subplot()
    ends = [f"{factor} times {what}" for _, factor, what in table.texts]
    hbars(
        axes, [inputs[some[0]] for some in groups], factors, ends, [_FILLS[what] for what in whats], places=places,
        ticks=[(places[some[0]] + places[some[-1]]) / 2 for some in groups],
        # Always right of the line, which would cross it.
        start=[max(factor, 1) for factor in factors], color=[darker(_FILLS[what], 0.5) for what in whats],
    )  # fmt: skip
    axes.axvline(1, color=INK, linewidth=1.2, linestyle=DASHED)
    axes.set(xlabel="times (1 is no change)", ylabel="input of the layer")
    each = (f"Input {inputs[some[0]]}: {listed(ends[i] for i in some)}." for some in groups)
    picture.describe("Bar chart", *each)
    return picture


def _compared(timings):
    """Return rows of an input, such as "8×8×256", by how many times separable beats standard, and in what."""
    found = {(t.input, t.training, t.name): t for t in timings}
    inputs = {}
    for shape, training, name in sorted(found, key=lambda key: key[1]):
        standard = found.get((shape, training, "standard"))
        if name != "separable" or standard is None:
            continue
        separable = found[shape, training, name]
        factors = inputs.setdefault(shape, {_SAVED: standard.macs / separable.macs})
        factors[_SPEED[training]] = standard.median / separable.median
    return [(shape, factor, what) for shape, factors in inputs.items() for what, factor in factors.items()]


def _finding(table):
    factors = {what: [factor for _, factor, of in table.rows if of == what] for what in _FILLS}
    what = next(what for what in reversed(_FILLS) if factors[what])
    gained = factors[what]
    slower = sum(float(f"{factor:.1f}") < 1 for factor in gained)
    but = f", slower on {slower} of {counted(len(gained), 'input')}" if slower else ""
    return f"{_span(factors[_SAVED])} times {_SAVED} make a separable layer {_span(gained)} times {what}{but}"


def _span(values):
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return low if low == high else f"{low} to {high}"
