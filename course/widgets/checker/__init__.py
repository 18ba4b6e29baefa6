"""The checker: a box to paste a network with notes into, and beside it what is found as one types."""

from course.widgets.checker.controls import Checker, checker

__all__ = ["Checker", "checker"]
