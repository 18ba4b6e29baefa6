"""The budget slider: make a network wider or narrower, and watch what that costs."""

from dataclasses import replace

import ipywidgets as widgets

from course import BUDGET, CHAINS, benchmarks
from course.plots.picture import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    SMALL,
    VERMILLION,
    Picture,
    in_house_style,
    listed,
    wrapped,
)
from course.widgets.budget_slider.page import MULTIPLIERS, WIDTHS, Scaling, cost_of, curve, render, separable
from course.widgets.rendered import pair
from course.widgets.shell import Shell

_WIDE = {"layout": {"width": "330px"}, "style": {"description_width": "104px"}}


def budget_slider(model="separable_65k"):
    """Return a slider that scales one of the kit's models, with its costs and its time.

    Parameters
    ----------
    model : str
        Which model to begin with: one of `course.CHAINS`.

    Returns
    -------
    BudgetSlider
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When there is no such model.
    """
    if model not in CHAINS:
        raise ValueError(f"There is no model {model!r}: choose one of {', '.join(CHAINS)}.")
    return BudgetSlider(Scaling(model))


class BudgetSlider(Shell):
    """The controls of a Scaling."""

    def __init__(self, state):
        self.model = widgets.Dropdown(
            options=list(CHAINS), description="Model", **_WIDE,
            tooltip="Which model to scale; arrow keys step through the list",
        )  # fmt: skip
        self.width = widgets.SelectionSlider(
            options=[(f"{width:.2f}", width) for width in WIDTHS], description="Width", continuous_update=True,
            tooltip="Multiplies the filters and units of every layer but the last: arrow keys move it", **_WIDE,
        )  # fmt: skip
        self.depth_multiplier = widgets.SelectionSlider(
            options=MULTIPLIERS, description="Depth mult.",
            tooltip="Depthwise kernels for each channel, in every separable layer: arrow keys move it", **_WIDE,
        )  # fmt: skip
        # Done once here, as building a network takes longer than an update may.
        self._separable = {name: separable(name) for name in CHAINS}
        self.on(self.model, lambda state, model: replace(state, model=model))
        self.on(self.width, lambda state, width: replace(state, width=width))
        self.on(self.depth_multiplier, lambda state, number: replace(state, depth_multiplier=number))
        super().__init__(state, [[self.model, self.width, self.depth_multiplier]])

    render = staticmethod(render)

    def fill(self, state):
        """Set the controls; a model without separable layers has no depth multiplier."""
        self.model.value, self.width.value = state.model, state.width
        self.depth_multiplier.value = state.depth_multiplier
        self.depth_multiplier.layout.display = None if self._separable[state.model] else "none"

    def still(self, state):
        """Return time against width, predicted and measured, as a Picture."""
        return _still(state)


@in_house_style
def _still(state):
    predicted, measured, edge = curve(state)
    text = render(state).text
    picture = Picture(
        250, _finding(state) if measured else text.split(". ")[0],
        f"Time for {benchmarks.BATCH} images, forward, against the width multiplier.",
    )  # fmt: skip
    axes = picture.add_subplot()
    label = {"textcoords": "offset points", "size": SMALL}
    axes.plot(*zip(*predicted, strict=True), color=BLUE, linewidth=2)
    # The curve rises ever faster, so there is room below it.
    axes.annotate(
        "predicted: each pass at the ceilings", (WIDTHS[-1], dict(predicted)[1.2]), (-4, -4), ha="right",
        va="top", color=BLUE, **label,
    )  # fmt: skip
    if measured:
        axes.plot(*zip(*measured, strict=True), color=VERMILLION, marker="o", linestyle="none")
        axes.annotate("measured", measured[-1], (-8, 0), ha="right", va="center", color=VERMILLION, **label)
    axes.axvline(state.width, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    axes.axvspan(0, edge, color=FAINT, alpha=0.5, zorder=0, linewidth=0)
    lines = wrapped(f"within {BUDGET:,} parameters", max(80, edge / WIDTHS[-1] * 640), SMALL)
    axes.annotate(
        "\n".join(lines), (0, 1), (5, -4), xycoords="axes fraction", va="top", color=MUTED, **label
    )  # fmt: skip
    axes.set(
        xlim=(0, WIDTHS[-1]), ylim=(0, 1.1 * max(v for _, v in (*predicted, *measured))),
        xlabel="width multiplier", ylabel="time (ms)",
    )  # fmt: skip
    (first, least), (last, most) = predicted[0], predicted[-1]
    alt = [
        f"{text} Receptive field {pair(cost_of(state).field)}. Line chart of time against width. {picture.title}.",
        f"Up to width {edge:g} it stays within {BUDGET:,} parameters.",
        f"Predicted: {least:.1f} ms at width {first:g} to {most:.1f} ms at {last:g}.",
    ]
    if measured:
        alt.append(f"Measured: {listed(f'{value:.1f} ms at width {width:g}' for width, value in measured)}.")
    picture.alt = " ".join(alt)
    return picture


def _finding(state):
    """Return how many times the predicted time the measured one is."""
    predicted, measured, _ = curve(state)
    times = [value / dict(predicted)[width] for width, value in measured]
    span = f"{min(times):.1f} to {max(times):.1f}"
    return f"{state.model} takes {span} times as long as its MACs and bytes predict"
