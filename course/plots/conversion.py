"""A network changed step by step: what each step costs and gains, side by side."""

from course.plots.picture import (
    BLUE,
    GREEN,
    INK,
    MUTED,
    SMALL,
    TEXT,
    VERMILLION,
    Picture,
    counted,
    in_house_style,
)

_ROW = 34  # pixels on the page
_PANELS = {
    "parameters": ("parameters", BLUE, lambda v: f"{v / 1e6:.2f} M" if v >= 1e6 else f"{v / 1e3:.0f} k"),
    "macs": ("MACs", GREEN, lambda v: f"{v / 1e6:.1f} M"),
    "seconds": ("step of training (ms)", VERMILLION, lambda v: f"{1000 * v:.0f}"),
    "accuracy": ("accuracy (%)", MUTED, lambda v: f"{100 * v:.1f}"),
}


@in_house_style
def conversion(stages, title=None, accuracy_of=""):
    """Draw parameters, MACs, time of a training step and accuracy of a network's stages, a row each.

    Parameters
    ----------
    stages : dict of str to dict
        By the stage's name, in their order: "parameters", "macs", "seconds" (of one step) and
        "accuracy" (a fraction, or None).
    title : str, optional
        Instead of the finding, which compares the first stage with the last.
    accuracy_of : str, optional
        After how much training accuracy was measured, and on what, for the subtitle.

    Returns
    -------
    Picture

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
    title = title or _finding(stages)
    picture = Picture(len(stages) * _ROW + 36, title, f"Each row changes the one above it. {accuracy_of}".strip())
    panels = picture.subplots(1, len(_PANELS), sharey=True)
    for axes, (key, (label, colour, shown)) in zip(panels, _PANELS.items(), strict=True):
        values = [stage[key] for stage in stages.values()]
        known = [v for v in values if v is not None]
        for y, value in enumerate(values):
            if value is not None:
                axes.barh(y, value, height=0.62, color=colour)
            axes.annotate(
                "not measured" if value is None else shown(value), (value or 0, y), (4, 0), va="center",
                textcoords="offset points", size=SMALL, color=INK,
            )  # fmt: skip
        axes.set(xlim=(0, 1.55 * max(known, default=1)), ylim=(len(stages) - 0.5, -0.5))
        axes.set_title(label, size=TEXT, color=INK)
        axes.set_yticks(range(len(stages)), list(stages))
        axes.tick_params(left=False, bottom=False, labelbottom=False)
        axes.spines["bottom"].set_visible(False)
    each = "; ".join(
        f"{name}: {stage['parameters']:,} parameters, {stage['macs'] / 1e6:.1f} million MACs, "
        f"{1000 * stage['seconds']:.0f} ms, "
        + ("accuracy not measured" if stage["accuracy"] is None else f"{100 * stage['accuracy']:.1f} %")
        for name, stage in stages.items()
    )
    charts = "Bar charts of parameters, MACs, milliseconds of a training step and accuracy"
    picture.alt = " ".join(filter(None, (f"{charts}. {title}.", accuracy_of, f"{each}.")))
    return picture


def _finding(stages):
    """Return how the last stage differs from the first."""
    first, *_, last = stages.values()
    fewer = {key: first[key] / last[key] for key in ("parameters", "macs", "seconds")}
    finding = (
        f"{_factor(fewer['parameters'], 'fewer', 'as many')} parameters, "
        f"{_factor(fewer['macs'], 'fewer', 'as many')} MACs, "
        f"and a step {_factor(fewer['seconds'], 'as fast', 'as long')}"
    )
    if None not in (first["accuracy"], last["accuracy"]):
        finding += f"; accuracy goes from {100 * first['accuracy']:.1f} % to {100 * last['accuracy']:.1f} %"
    return finding[0].upper() + finding[1:]


def _factor(ratio, below, above):
    """Return "14 times" and the word for a fall to a 14th, or the word for a rise where the ratio is below 1."""
    times = max(ratio, 1 / ratio)
    shown = f"{times:.1f}" if times < 9.95 else f"{times:,.0f}"
    return above if shown == "1.0" else f"{shown} times {below if ratio > 1 else above}"
