"""A network changed step by step: what each step costs and gains, side by side."""

from course.plots.axes import hbars
from course.plots.picture import BLUE, GREEN, INK, MUTED, SMALL, TEXT, VERMILLION, Picture, counted, plot
from course.table import Table

_ROW = 34  # pixels on the page
_PANELS = {
    "parameters": ("parameters", BLUE, lambda v: f"{v / 1e6:.2f} M" if v >= 1e6 else f"{v / 1e3:.0f} k"),
    "macs": ("MACs", GREEN, lambda v: f"{v / 1e6:.1f} M"),
    "seconds": ("step of training (ms)", VERMILLION, lambda v: f"{1000 * v:.0f}"),
    "accuracy": ("accuracy (%)", MUTED, lambda v: f"{100 * v:.1f}"),
}


@plot
def conversion(stages, title=None, accuracy_of=""):
    """Draw parameters, MACs, time of a training step and accuracy of a network's stages, a row each.

    The title compares the first stage with the last.

    Parameters
    ----------
    stages : dict of str to dict
        By the stage's name, in their order: "parameters", "macs", "seconds" (of one step) and
        "accuracy" (a fraction, or None).
    accuracy_of : str, optional
        After how much training accuracy was measured, and on what, for the subtitle.

    Raises
    ------
    ValueError
        When there are fewer than two stages, or one lacks a number.
    """
    if len(stages) < 2:
        raise ValueError(f"{counted(len(stages), 'stage')} can't be compared: pass at least two.")
    for name, stage in stages.items():
        if missing := [key for key in _PANELS if key not in stage]:
            raise ValueError(f"The stage {name!r} has no {missing[0]}: give it, or None for an unknown accuracy.")
    rows = [(name, *(stage[key] for key in _PANELS)) for name, stage in stages.items()]
    ratios = [first / last for first, last in zip(rows[0][1:4], rows[-1][1:4], strict=True)]
    table = Table(
        ("stage", *_PANELS), rows, ("first / last", *(f"{ratio:.3g}" for ratio in ratios), ""),
        (accuracy_of,) if accuracy_of else (),
        formats={"parameters": ",", "macs": ",.0f", "seconds": ".3f", "accuracy": ".1%"},
    )  # fmt: skip
    subtitle = f"Each row changes the one above it. {accuracy_of}".strip()
    picture = Picture(len(rows) * _ROW + 36, title or _finding(table, *ratios), subtitle, table=table)
    panels = picture.subplots(1, len(_PANELS), sharey=True)
    for axes, (key, (label, colour, shown)) in zip(panels, _PANELS.items(), strict=True):
        values = table.column(key)
        ends = ["not measured" if value is None else shown(value) for value in values]
        hbars(axes, table.column("stage"), values, ends, colour, panels=len(panels), size=SMALL, scale=False)
        axes.set_title(label, size=TEXT, color=INK)
    each = "; ".join(
        f"{name}: {parameters:,} parameters, {macs / 1e6:.1f} million MACs, {1000 * seconds:.0f} ms, "
        + ("accuracy not measured" if accuracy is None else f"{100 * accuracy:.1f} %")
        for name, parameters, macs, seconds, accuracy in table.rows
    )
    charts = "Bar charts of parameters, MACs, milliseconds of a training step and accuracy"
    picture.describe(charts, accuracy_of, f"{each}.")
    return picture


def _finding(table, parameters, macs, seconds):
    """Return how the last stage differs from the first, from the three ratios."""
    finding = (
        f"{_factor(parameters, 'fewer', 'as many')} parameters, {_factor(macs, 'fewer', 'as many')} MACs, "
        f"and a step {_factor(seconds, 'as fast', 'as long')}"
    )
    first, *_, last = table.column("accuracy")
    if None not in (first, last):
        finding += f"; accuracy goes from {100 * first:.1f} % to {100 * last:.1f} %"
    return finding[0].upper() + finding[1:]


def _factor(ratio, below, above):
    """Return "14 times" and the word for a fall to a 14th, or the word for a rise where the ratio is below 1."""
    times = max(ratio, 1 / ratio)
    shown = f"{times:.1f}" if times < 9.95 else f"{times:,.0f}"
    return above if shown == "1.0" else f"{shown} times {below if ratio > 1 else above}"
