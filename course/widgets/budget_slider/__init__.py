"""The budget slider: make a network wider or narrower, and watch what that costs."""

from course.widgets.budget_slider.controls import BudgetSlider, budget_slider

__all__ = ["BudgetSlider", "budget_slider"]
