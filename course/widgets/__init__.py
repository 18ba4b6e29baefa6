"""Explorers to play with: each a pure `render(state)` in words and pictures, and a thin shell of controls."""

from course.widgets.budget_slider import budget_slider
from course.widgets.checker import checker
from course.widgets.convolution_anatomy import convolution_anatomy
from course.widgets.field_viewer import field_viewer
from course.widgets.layer_explorer import layer_explorer
from course.widgets.network_viewer import network_viewer
from course.widgets.rendered import Rendered
from course.widgets.run_explorer import run_explorer
from course.widgets.shut_down import shut_down_button

__all__ = [
    "Rendered",
    "budget_slider",
    "checker",
    "convolution_anatomy",
    "field_viewer",
    "layer_explorer",
    "network_viewer",
    "run_explorer",
    "shut_down_button",
]
