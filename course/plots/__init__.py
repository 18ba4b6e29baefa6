"""The kit's pictures. Each is a matplotlib figure that carries its alt text. Used in every notebook."""

from course.plots.bars import parameter_bars
from course.plots.confusion import confusion_matrix
from course.plots.curves import training_curves
from course.plots.grid import image_grid
from course.plots.picture import Picture
from course.plots.spread import histogram_of_runs
from course.plots.strip import network_strip

__all__ = [
    "Picture",
    "confusion_matrix",
    "histogram_of_runs",
    "image_grid",
    "network_strip",
    "parameter_bars",
    "training_curves",
]
