"""The kit's pictures. Each is a matplotlib figure that carries its alt text. Used in every notebook."""

from course.plots.bars import parameter_bars
from course.plots.confusion import confusion_matrix
from course.plots.curves import training_curves
from course.plots.fields import field_picture
from course.plots.grid import image_grid
from course.plots.picture import Picture
from course.plots.seeing import accuracy_against_receptive_field
from course.plots.spread import histogram_of_runs
from course.plots.strip import network_strip
from course.plots.wiring import wiring

__all__ = [
    "Picture",
    "accuracy_against_receptive_field",
    "confusion_matrix",
    "field_picture",
    "histogram_of_runs",
    "image_grid",
    "network_strip",
    "parameter_bars",
    "training_curves",
    "wiring",
]
