"""CIFAR-10, the generated shapes and pairs of dots, splits and batches."""

from course.data.batches import Augmentation, augment, batch, split
from course.data.cifar10 import cifar10, read_cifar10
from course.data.dataset import DataError, Dataset
from course.data.disturbed import DISTURBANCES, disturbed
from course.data.load import load
from course.data.pairs import pairs
from course.data.provenance import provenance
from course.data.shapes import shapes

__all__ = [
    "DISTURBANCES",
    "Augmentation",
    "DataError",
    "Dataset",
    "augment",
    "batch",
    "cifar10",
    "disturbed",
    "load",
    "pairs",
    "provenance",
    "read_cifar10",
    "shapes",
    "split",
]
