"""Explorers to play with: each a pure `render(state)` in words and pictures, and a thin shell of controls.

Used in notebook 02.
"""

from course.widgets.field_viewer import field_viewer
from course.widgets.layer_explorer import layer_explorer
from course.widgets.rendered import Rendered

__all__ = ["Rendered", "field_viewer", "layer_explorer"]
