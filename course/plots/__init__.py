"""The kit's pictures. Each is a matplotlib figure that carries its alt text, and the table it is drawn from."""

from course.plots.accuracy_against_receptive_field import accuracy_against_receptive_field
from course.plots.anatomy import anatomy
from course.plots.calibration import calibration
from course.plots.confusion_matrix import confusion_matrix
from course.plots.conversion import conversion
from course.plots.field_picture import field_picture
from course.plots.fit_curve import fit_curve
from course.plots.groups_dial import groups_dial
from course.plots.image_grid import image_grid
from course.plots.kernel_slices import kernel_slices
from course.plots.ladder import ladder
from course.plots.layer_bars import layer_bars
from course.plots.mistakes import mistakes
from course.plots.network_strip import network_strip
from course.plots.pareto import pareto
from course.plots.per_class import per_class
from course.plots.picture import Picture
from course.plots.projector import projector
from course.plots.reproduction import reproduction
from course.plots.robustness import robustness
from course.plots.roofline import roofline
from course.plots.selection import selection
from course.plots.speed_ups import speed_ups
from course.plots.spread import spread
from course.plots.step_bars import step_bars
from course.plots.training_curves import training_curves
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
    "image_grid",
    "kernel_slices",
    "ladder",
    "layer_bars",
    "mistakes",
    "network_strip",
    "pareto",
    "per_class",
    "projector",
    "reproduction",
    "robustness",
    "roofline",
    "selection",
    "speed_ups",
    "spread",
    "step_bars",
    "training_curves",
    "wiring",
]
