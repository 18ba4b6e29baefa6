"""The budget slider: make a network wider or narrower, and watch what that costs."""

from dataclasses import replace

import ipywidgets as widgets

from course import CHAINS
from course.widgets.budget_slider.chart import still
from course.widgets.budget_slider.page import render
from course.widgets.budget_slider.state import MULTIPLIERS, WIDTHS, Scaling, separable
from course.widgets.shell import Shell, moved_from

_WIDE = {"layout": {"width": "330px"}, "style": {"description_width": "104px"}}


def budget_slider(model="separable_65k", width=1.0, depth_multiplier=1):
    """Return a slider that scales one of the kit's models, with its costs and its time.

    Parameters
    ----------
    model : str
        Which model to begin with: one of `course.CHAINS`.
    width : float
        Multiplies the filters and units of every layer but the last: a step of 0.05 from 0.15 to 2.
    depth_multiplier : int
        Of every separable layer, from 1 to 4.

    Returns
    -------
    BudgetSlider
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When there is no such model, width or multiplier.
    """
    if model not in CHAINS:
        raise ValueError(f"There is no model {model!r}: choose one of {', '.join(CHAINS)}.")
    for what, value, possible in (("width", width, WIDTHS), ("depth multiplier", depth_multiplier, MULTIPLIERS)):
        if value not in possible:
            raise ValueError(f"There is no {what} {value!r}: it goes from {possible[0]:g} to {possible[-1]:g}.")
    return BudgetSlider(Scaling(model, width, depth_multiplier))


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
        super().__init__(state, [[self.model, self.width, self.depth_multiplier]], render, still)

    def fill(self, state):
        """Set the controls; a model without separable layers has no depth multiplier."""
        self.model.value, self.width.value = state.model, state.width
        self.depth_multiplier.value = state.depth_multiplier
        self.depth_multiplier.layout.display = None if self._separable[state.model] else "none"

    def call(self, state):
        """Return what brings a state back."""
        return "budget_slider", [repr(state.model)], moved_from(state, Scaling(state.model))
