"""A network changed step by step: what each step costs and gains, side by side."""

from math import log10

from course.plots.picture import BLUE, GREEN, INK, MUTED, SMALL, TEXT, VERMILLION, Picture, in_house_style

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

    Used in notebook 03.
    """
    if len(stages) < 2:
        raise ValueError(f"There are {len(stages)} stages; pass at least two, to compare them.")
    for name, stage in stages.items():
        if missing := [key for key in _PANELS if key not in stage]:
            raise ValueError(f"The stage {name!r} has no {missing[0]}: give it, or None for an unknown accuracy.")
    title = title or _finding(stages)
    picture = Picture(
        len(stages) * _ROW + 36, title, f"Each row changes the one above it.{' ' + accuracy_of if accuracy_of else ''}"
    )
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
    picture.alt = (
        f"Bar charts of parameters, MACs, milliseconds of a training step and accuracy. {title}. "
        + (f"{accuracy_of} " if accuracy_of else "")
        + "; ".join(
            f"{name}: {stage['parameters']:,} parameters, {stage['macs'] / 1e6:.1f} million MACs, "
            f"{1000 * stage['seconds']:.0f} ms, "
            + ("accuracy not measured" if stage["accuracy"] is None else f"{100 * stage['accuracy']:.1f} %")
            for name, stage in stages.items()
        )
        + "."
    )
    return picture


def _finding(stages):
    first, *_, last = stages.values()
    times = {key: first[key] / last[key] for key in ("parameters", "macs", "seconds")}
    step = f"a step is {_times(times['seconds'])} times {'faster' if times['seconds'] >= 1 else 'as long'}"
    if times["seconds"] < 1:
        step = f"a step takes {_times(1 / times['seconds'])} times as long"
    return (
        f"{_times(times['parameters'])} times fewer parameters, {_times(times['macs'])} times fewer MACs, and {step}"
    )


def _times(value):
    return f"{value:.{max(0, 1 - int(log10(value)))}f}" if value >= 1 else f"{value:.2g}"
