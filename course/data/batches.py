"""Splits, augmentation and batches: each a pure function, so that a run can be repeated exactly."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a training image before the network sees it.

    Parameters
    ----------
    flip : bool
        Mirror left and right with probability one half.
    crop : int
        Pad by this many pixels (reflected) on each side and cut a random 32x32 window.
    zoom : float
        Scale height and width independently by factors drawn from 1 - zoom to 1 + zoom, as
        Keras's `ImageDataGenerator(zoom_range=zoom)` did in 2019. Edges are repeated.

    Used in notebook 04.
    """

    flip: bool = False
    crop: int = 0
    zoom: float = 0.0

    def __post_init__(self):
        if not 0 <= self.zoom < 1:
            raise ValueError(f"zoom is {self.zoom}; it must be at least 0 and below 1.")
        if not 0 <= self.crop < 32:
            raise ValueError(f"crop is {self.crop}; it must be from 0 to 31 pixels.")


def split(labels, held_out=5000, seed=0):
    """Return a stratified split: indices to train on, and indices to choose on.

    Every class gives the same share of its images, so 5,000 of CIFAR-10's 50,000 are 500 a class.

    Parameters
    ----------
    labels : numpy.ndarray
        Class numbers of shape (N,).
    held_out : int
        How many images to hold out, a multiple of what makes equal class shares.
    seed : int
        Which split. The kit's records use 0.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Sorted indices of shapes (N - held_out,) and (held_out,).

    Raises
    ------
    ValueError
        When `held_out` is not between 1 and N - 1.

    Used in notebook 04.
    """
    total = len(labels)
    if not 0 < held_out < total:
        raise ValueError(f"held_out is {held_out}; with {total} images it must be from 1 to {total - 1}.")
    order = np.random.default_rng([seed, 5000]).permutation(total)
    # A class's k-th image in this order has rank (k + 1/2) / size; the lowest ranks are held out,
    # which takes the same fraction of every class to within one image.
    rank = np.empty(total)
    for label in np.unique(labels):
        members = order[labels[order] == label]
        rank[members] = (np.arange(len(members)) + 0.5) / len(members)
    chosen = np.argsort(rank, kind="stable")[:held_out]
    kept = np.setdiff1d(np.arange(total), chosen, assume_unique=True)
    return kept, np.sort(chosen)


def batch(images, labels, *, seed, epoch, step, batch_size, augmentation=None):
    """Return one training batch, a pure function of (seed, epoch, step).

    Every epoch visits the images in its own random order.

    Parameters
    ----------
    images : numpy.ndarray
        uint8, shape (N, 32, 32, 3).
    labels : numpy.ndarray
        int, shape (N,).
    seed, epoch, step : int
        Which batch of which epoch of which run; counted from 0.
    batch_size : int
        Images in the batch.
    augmentation : Augmentation, optional
        None leaves the images as they are.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        uint8 images of shape (batch_size, 32, 32, 3) and their labels.

    Used in every training run.
    """
    order = np.random.default_rng([seed, epoch]).permutation(len(images))
    chosen = order[step * batch_size : (step + 1) * batch_size]
    out = images[chosen]
    if augmentation is not None:
        out = augment(out, augmentation, np.random.default_rng([seed, epoch, step]))
    return out, labels[chosen]


def augment(images, augmentation, rng):
    """Return augmented copies of a batch of uint8 images.

    Parameters
    ----------
    images : numpy.ndarray
        uint8, shape (N, H, W, 3).
    augmentation : Augmentation
        What to do; see there.
    rng : numpy.random.Generator
        Where the random choices come from.

    Returns
    -------
    numpy.ndarray
        uint8, the same shape.

    Used in notebook 04.
    """
    images = images.copy()
    if augmentation.zoom:
        images = _zoom(images, rng.uniform(1 - augmentation.zoom, 1 + augmentation.zoom, (2, len(images))))
    if augmentation.crop:
        images = _crop(images, augmentation.crop, rng)
    if augmentation.flip:
        mirrored = rng.random(len(images)) < 0.5
        images[mirrored] = images[mirrored, :, ::-1]
    return images


def _crop(images, pad, rng):
    count, height, width, _ = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="reflect")
    top, left = rng.integers(0, 2 * pad + 1, (2, count))
    rows = top[:, None] + np.arange(height)
    columns = left[:, None] + np.arange(width)
    return padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def _zoom(images, factors):
    for axis, factor in ((1, factors[0]), (2, factors[1])):
        size = images.shape[axis]
        centre = (size - 1) / 2
        position = np.clip((np.arange(size) - centre) * factor[:, None] + centre, 0, size - 1)
        low = np.minimum(position.astype(np.intp), size - 2)
        # Linear interpolation with weights of 8 bits, so that it stays in whole numbers.
        weight = np.rint((position - low) * 256).astype(np.uint32)
        shape = [len(images), 1, 1, 1]
        shape[axis] = size
        low, weight = low.reshape(shape), weight.reshape(shape)
        below = np.take_along_axis(images, low, axis)
        above = np.take_along_axis(images, low + 1, axis)
        images = ((below * (256 - weight) + above * weight + 128) >> 8).astype(np.uint8)
    return images
