"""The kit's pictures. Each is a matplotlib figure that carries its alt text."""

from course.plots.anatomy import anatomy
from course.plots.bars import parameter_bars
from course.plots.calibration import calibration
from course.plots.confusion import confusion_matrix
from course.plots.conversion import conversion
from course.plots.curves import training_curves
from course.plots.fields import field_picture
from course.plots.grid import image_grid
from course.plots.groups import groups_dial, step_bars
from course.plots.kernels import fit_curve, kernel_slices
from course.plots.per_class import per_class
from course.plots.picture import Picture
from course.plots.reproduction import reproduction
from course.plots.seeing import accuracy_against_receptive_field
from course.plots.selection import selection
from course.plots.spread import histogram_of_runs
from course.plots.strip import network_strip
from course.plots.timings import roofline, speed_ups
from course.plots.wiring import wiring

__all__ = [
    "Picture",
    "accuracy_against_receptive_field",
    "anatomy",
    "calibration",
    "confusion_matrix",
    "conversion",
    "field_picture",
    "fit_curve",
    "groups_dial",
    "histogram_of_runs",
    "image_grid",
    "kernel_slices",
    "network_strip",
    "parameter_bars",
    "per_class",
    "reproduction",
    "roofline",
    "selection",
    "speed_ups",
    "step_bars",
    "training_curves",
    "wiring",
]
