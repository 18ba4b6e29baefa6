"""CIFAR-10, the generated shapes, splits and batches. Used in every notebook."""

from course.data.batches import Augmentation, augment, batch, split
from course.data.cifar10 import read_cifar10
from course.data.dataset import DataError, Dataset

__all__ = ["Augmentation", "DataError", "Dataset", "augment", "batch", "read_cifar10", "split"]
