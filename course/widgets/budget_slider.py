"""The budget slider: make a network wider or narrower, and watch what that costs."""

from dataclasses import replace

import ipywidgets as widgets

from course import benchmarks, models
from course.plots.picture import BLUE, FAINT, INK, MUTED, SMALL, VERMILLION, Picture, in_house_style
from course.widgets.budget_page import BUDGET, MULTIPLIERS, WIDTHS, Scaling, cost_of, curve, render, separable
from course.widgets.shell import Shell

_WIDE = {"layout": {"width": "330px"}, "style": {"description_width": "104px"}}


def budget_slider(model="separable_65k"):
    """Return a slider that scales one of the kit's models, with its costs and its time.

    Parameters
    ----------
    model : str
        Which model to begin with: one of `course.models.MODELS`.

    Returns
    -------
    BudgetSlider
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When there is no such model.

    Used in notebook 03.
    """
    if model not in models.MODELS:
        raise ValueError(f"There is no model {model!r}: choose one of {', '.join(models.MODELS)}.")
    return BudgetSlider(Scaling(model))


class BudgetSlider(Shell):
    """The controls of a Scaling. Used in notebook 03."""

    def __init__(self, state):
        self.model = widgets.Dropdown(
            options=list(models.MODELS), description="Model", tooltip="Which model to scale; Space opens the list",
            **_WIDE,
        )  # fmt: skip
        self.width = widgets.SelectionSlider(
            options=[(f"{width:.2f}", width) for width in WIDTHS], description="Width", continuous_update=True,
            tooltip="Multiplies the filters and units of every layer but the last: arrow keys move it", **_WIDE,
        )  # fmt: skip
        self.depth_multiplier = widgets.SelectionSlider(
            options=MULTIPLIERS, description="Depth multiplier",
            tooltip="Depthwise kernels for each channel, in every separable layer: arrow keys move it", **_WIDE,
        )  # fmt: skip
        self.on(self.model, lambda state, model: replace(state, model=model))
        self.on(self.width, lambda state, width: replace(state, width=width))
        self.on(self.depth_multiplier, lambda state, number: replace(state, depth_multiplier=number))
        super().__init__(state, [[self.model, self.width, self.depth_multiplier]])

    render = staticmethod(render)

    def fill(self, state):
        """Set the controls; a model without separable layers has no depth multiplier."""
        self.model.value, self.width.value = state.model, state.width
        self.depth_multiplier.value = state.depth_multiplier
        self.depth_multiplier.layout.display = None if separable(state.model) else "none"

    def still(self, state):
        """Return time against width, predicted and measured."""
        return _still(state, self.render(state).text)


@in_house_style
def _still(state, text):
    predicted, measured, edge = curve(state)
    found = cost_of(state)
    slower = [value / dict(predicted)[width] for width, value in measured]
    title = f"{state.model} takes {min(slower):.1f} to {max(slower):.1f} times as long as its MACs and bytes predict"
    picture = Picture(
        250, title if measured else text.split(". ")[0],
        f"Time for {benchmarks.BATCH} images, forward, against the width multiplier.", alt="",
    )  # fmt: skip
    axes = picture.add_subplot()
    axes.plot(*zip(*predicted, strict=True), color=BLUE, linewidth=2)
    axes.annotate(
        "predicted: the least that the ceilings allow", predicted[-1], (-4, -16), ha="right", color=BLUE,
        textcoords="offset points", size=SMALL,
    )  # fmt: skip
    if measured:
        axes.plot(*zip(*measured, strict=True), color=VERMILLION, marker="o", linestyle="none")
        axes.annotate(
            "measured", measured[-1], (9, 0), color=VERMILLION, textcoords="offset points", size=SMALL, va="center"
        )
    axes.axvline(state.width, color=INK, linewidth=1, linestyle=(0, (4, 3)))
    if edge:
        axes.axvspan(0, edge, color=FAINT, alpha=0.5, zorder=0, linewidth=0)
        axes.annotate(
            f"within {BUDGET:,} parameters", (0, 1), (5, -4), xycoords="axes fraction", va="top", color=MUTED,
            textcoords="offset points", size=SMALL,
        )  # fmt: skip
    axes.set(
        xlim=(0, WIDTHS[-1]), ylim=(0, 1.1 * max(v for _, v in (*predicted, *measured))),
        xlabel="width multiplier", ylabel="time (ms)",
    )  # fmt: skip
    inside = f"Up to width {edge:g} it stays within {BUDGET:,} parameters. " if edge else ""
    picture.alt = (
        f"{text} Receptive field {found.field[0]}. {picture.title}. {inside}Measured: "
        + ", ".join(f"{value:.1f} ms at width {width:g}" for width, value in measured)
        + f". Predicted: {predicted[0][1]:.1f} ms at width {WIDTHS[0]:g} to {predicted[-1][1]:.1f} ms at {WIDTHS[-1]:g}."
    )
    return picture
