"""The one form in which images reach the rest of the kit."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from course._given import check_all, check_kind


class DataError(ValueError):
    """One sentence: what is wrong with the data, where, and what to do."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """Training and test images with their labels, checked on arrival.

    Parameters
    ----------
    train_images, test_images : numpy.ndarray
        uint8 images of shape (N, 32, 32, 3), values from 0 to 255.
    train_labels, test_labels : numpy.ndarray
        Class numbers of shape (N,), kept as int64.
    names : tuple of str
        The name of each class.
    source : str
        What the images are, in words fit for a figure's title.

    Raises
    ------
    DataError
        When a shape, a dtype, a count or a label does not fit.
    """

    train_images: np.ndarray = field(repr=False)
    train_labels: np.ndarray = field(repr=False)
    test_images: np.ndarray = field(repr=False)
    test_labels: np.ndarray = field(repr=False)
    names: tuple
    source: str

    def __post_init__(self):
        try:
            object.__setattr__(self, "names", tuple(check_all("names", self.names, str, "a class's name")))
            check_kind("source", self.source, str, "what the images are, in words")
        except ValueError as why:
            raise DataError(str(why)) from None
        for part in ("train", "test"):
            check_images(getattr(self, f"{part}_images"), f"{part}_images")
            labels = getattr(self, f"{part}_labels")
            check_labels(labels, f"{part}_labels", len(getattr(self, f"{part}_images")), len(self.names))
            # NumPy's default integer has 32 bits on some machines, which would change the fingerprint.
            object.__setattr__(self, f"{part}_labels", labels.astype(np.int64, copy=False))

    @property
    def fingerprint(self):
        """The first 16 hex digits of the SHA-256 of all images and labels."""
        digest = hashlib.sha256()
        for array in (self.train_images, self.train_labels, self.test_images, self.test_labels):
            digest.update(np.ascontiguousarray(array))
        return digest.hexdigest()[:16]

    @property
    def is_cifar10(self):
        """Whether these are CIFAR-10 images, of whatever copy."""
        return self.source.startswith("CIFAR-10")

    def __str__(self):
        counts = f"{len(self.train_images):,} training and {len(self.test_images):,} test images"
        return f"{self.source}: {counts}, {len(self.names)} classes"


def check_images(images, where, any_size=False):
    """Raise DataError unless `images` is a uint8 array of shape (N, 32, 32, 3), or of any size, with N > 0."""
    _check_array(images, where)
    if images.ndim != 4 or not (any_size or images.shape[1:] == (32, 32, 3)) or not len(images):
        size = "height, width, channels" if any_size else "32, 32, 3"
        raise DataError(f"{where} has shape {images.shape}; images must have shape (N, {size}) with N > 0.")
    if images.dtype != np.uint8:
        raise DataError(
            f"{where} has dtype {images.dtype}; images must be uint8 from 0 to 255: "
            "multiply by 255 if yours run from 0 to 1, then call .astype('uint8')."
        )


def check_labels(labels, where, count, classes=None):
    """Raise DataError unless `labels` holds `count` integers, from 0 to `classes` - 1 where that is given."""
    _check_array(labels, where)
    if labels.shape != (count,):
        raise DataError(f"{where} has shape {labels.shape}; {count:,} images need labels of shape ({count},).")
    if not np.issubdtype(labels.dtype, np.integer):
        raise DataError(f"{where} has dtype {labels.dtype}; labels must be whole numbers.")
    if classes is not None and (labels.min() < 0 or labels.max() >= classes):
        raise DataError(
            f"{where} runs from {labels.min()} to {labels.max()}; with {classes} classes it must stay "
            f"between 0 and {classes - 1}."
        )


def _check_array(value, where):
    if not isinstance(value, np.ndarray):
        raise DataError(f"{where} is a {type(value).__name__}; call numpy.asarray() on it first.")


def check_dataset(data):
    """Raise ValueError unless `data` is a Dataset."""
    if not isinstance(data, Dataset):
        raise ValueError(f"data is {type(data).__name__}; it must be a Dataset, such as data.load() returns.")
