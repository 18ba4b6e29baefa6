"""Where notebook 03 finds the budget slider's numbers."""

from course.widgets.budget_slider.state import Scaling, cost_of

__all__ = ["Scaling", "cost_of"]
