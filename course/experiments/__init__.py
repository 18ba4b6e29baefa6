"""Receptive fields put to the proof: networks that can only succeed if one unit sees two dots.

`course.data.pairs` makes two classes of images that differ in the distance of two dots, and in
nothing else. A network that ends in global average pooling adds up what its last units say, each
by itself. If none of them ever sees both dots, the sums of the two classes are equal and the
network must guess: 50 %. If one does, it can learn the classes. Which of the two it is, the ledger says
beforehand.

The networks slide over zeros beyond the border, so without strides they know no places: to them
all images of one class and one direction are the same image. Forty small steps of training are
enough for that, and a network that sees too little gives every image the same answer, trained or
not.

The other experiment is `compression.pair`: what a network loses when its images went through JPEG.
"""

from course.experiments import compression
from course.experiments.networks import SIZE, WAYS, network
from course.experiments.prediction import best_accuracy, last_units, share_seen
from course.experiments.record import RECORD, load, save
from course.experiments.training import DISTANCES, RECEPTIVE_FIELDS, Point, point, sweep

__all__ = [
    "DISTANCES",
    "RECEPTIVE_FIELDS",
    "RECORD",
    "SIZE",
    "WAYS",
    "Point",
    "best_accuracy",
    "compression",
    "last_units",
    "load",
    "network",
    "point",
    "save",
    "share_seen",
    "sweep",
]
