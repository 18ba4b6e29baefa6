"""The receptive-field viewer: pick a unit, and see which pixels of a real image it can see."""

from course.widgets.field_viewer.controls import FieldViewer, field_viewer

__all__ = ["FieldViewer", "field_viewer"]
