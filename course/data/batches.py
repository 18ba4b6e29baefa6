"""Splits, augmentation and batches: each a pure function, so that a run can be repeated exactly."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from course._given import check_kind, check_seed, check_whole, is_number, is_whole, shown
from course.data.dataset import check_images, check_labels


@dataclass(frozen=True)
class Augmentation:
    """What may happen to a training image before the network sees it.

    Parameters
    ----------
    flip : bool or str
        True: mirror left and right with probability one half. "alternating": mirror a random half of
        the images in the first epoch, the other half in the next, and so on, so that no two epochs in
        a row show an image the same way round (K. Jordan, "94% on CIFAR-10 in 3.29 Seconds", 2024).
    crop : int
        Pad by this many pixels (reflected) on each side and cut a random 32x32 window.
    zoom : float
        Scale height and width independently by factors drawn from 1 - zoom to 1 + zoom, as
        Keras's `ImageDataGenerator(zoom_range=zoom)` does: the output pixel at distance d from
        the centre shows the input at distance factor * d, so a factor above 1 shrinks the
        picture. Bilinear; edges are repeated. (Keras of 2019 took a point one pixel below and right
        of the centre for the centre, see keras-preprocessing #314; this kit takes the centre.)
    cutout : int
        Grey out a square of this many pixels a side around a random pixel, cut off where it leaves
        the image (DeVries & Taylor, "Improved Regularization ... with Cutout", 2017).
    """

    flip: bool | str = False
    crop: int = 0
    zoom: float = 0.0
    cutout: int = 0

    def __post_init__(self):
        if not (isinstance(self.flip, bool | np.bool_ | str) and self.flip in (False, True, "alternating")):
            raise ValueError(f"flip is {shown(self.flip)}; it must be False, True or 'alternating'.")
        if not (is_number(self.zoom) and 0 <= self.zoom < 1):
            raise ValueError(f"zoom is {shown(self.zoom)}; it must be at least 0 and below 1.")
        check_whole("crop", self.crop, 0, 31, " of pixels")
        check_whole("cutout", self.cutout, 0, 32, " of pixels")


def split(labels, held_out=5000, seed=0):
    """Return a stratified split: indices to train on, and indices to choose on.

    Every class gives the same share of its images, so 5,000 of CIFAR-10's 50,000 are 500 a class.

    Parameters
    ----------
    labels : numpy.ndarray
        Class numbers of shape (N,).
    held_out : int
        How many images to hold out. Each class gives its share, rounded up or down.
    seed : int
        Which split. The kit's records use 0.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Sorted indices of shapes (N - held_out,) and (held_out,).

    Raises
    ------
    ValueError
        When `labels` are no class numbers, `held_out` is not between 1 and N - 1, or `seed` is no seed.
    """
    labels = np.asarray(labels)
    if labels.ndim != 1 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels has shape {labels.shape} and dtype {labels.dtype}; it must be whole numbers of shape (N,)."
        )
    total = len(labels)
    if not (is_whole(held_out) and 0 < held_out < total):
        raise ValueError(f"held_out is {shown(held_out)}; with {total} images it must be from 1 to {total - 1}.")
    check_seed(seed)
    order = np.random.default_rng([seed, 5000]).permutation(total)
    classes, sizes = np.unique(labels, return_counts=True)
    share = sizes * held_out / total
    counts = share.astype(int)
    # What rounding down left over goes to the classes that lost most by it.
    counts[np.argsort(counts - share, kind="stable")[: held_out - counts.sum()]] += 1
    members = [order[labels[order] == label] for label in classes]
    chosen = np.concatenate([m[:count] for m, count in zip(members, counts, strict=True)])
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

    Raises
    ------
    ValueError
        When there are too few images for this step, or an argument is of another kind.
    """
    check_images(images, "images")
    check_labels(labels, "labels", len(images))
    check_seed(seed)
    check_whole("epoch", epoch)
    steps = len(images) // check_whole("batch_size", batch_size, 1)
    if not (is_whole(step) and 0 <= step < steps):
        raise ValueError(
            f"There is no step {shown(step)}: {len(images):,} images make {steps} batches of {batch_size}, "
            "counted from 0."
        )
    order = np.random.default_rng([seed, epoch]).permutation(len(images))
    chosen = order[step * batch_size : (step + 1) * batch_size]
    out = images[chosen]
    if augmentation is not None:
        check_augmentation(augmentation)
        # From 1, because NumPy gives [seed, epoch, 0] the same numbers as [seed, epoch].
        rng = np.random.default_rng([seed, epoch, step + 1])
        mirrored = _first_mirrored(seed, len(images))[chosen] ^ bool(epoch % 2)
        out = augment(out, augmentation, rng, mirrored if augmentation.flip == "alternating" else None)
    return out, labels[chosen]


def check_augmentation(value):
    """Raise ValueError unless `value` is an Augmentation."""
    check_kind("augmentation", value, Augmentation, "an Augmentation, such as Augmentation(flip=True)")


@lru_cache(maxsize=4)
def _first_mirrored(seed, count):
    return np.random.default_rng([seed, 5001]).random(count) < 0.5


def augment(images, augmentation, rng, mirrored=None):
    """Return augmented copies of a batch of uint8 images.

    Parameters
    ----------
    images : numpy.ndarray
        uint8, shape (N, H, W, 3).
    augmentation : Augmentation
        What to do; see there.
    rng : numpy.random.Generator
        Where the random choices come from.
    mirrored : numpy.ndarray, optional
        bool, shape (N,): which images to mirror where `augmentation` flips; drawn if not given.

    Returns
    -------
    numpy.ndarray
        uint8, the same shape.

    Raises
    ------
    ValueError
        When an argument is of another kind.
    """
    check_augmentation(augmentation)
    check_kind("rng", rng, np.random.Generator, "what numpy.random.default_rng(0) returns")
    check_images(images, "images", any_size=True)
    if mirrored is not None and (np.shape(mirrored) != (len(images),) or np.asarray(mirrored).dtype != bool):
        raise ValueError(f"mirrored is {shown(mirrored)}; it must be True or False for each image.")
    images = images.copy()
    if augmentation.zoom:
        images = _zoom(images, rng.uniform(1 - augmentation.zoom, 1 + augmentation.zoom, (2, len(images))))
    if augmentation.crop:
        images = _crop(images, augmentation.crop, rng)
    if augmentation.flip:
        if mirrored is None:
            mirrored = rng.random(len(images)) < 0.5
        images[mirrored] = images[mirrored, :, ::-1]
    if augmentation.cutout:
        _grey_out(images, augmentation.cutout, rng)
    return images


def _crop(images, pad, rng):
    count, height, width, _ = images.shape
    padded = np.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode="reflect")
    top, left = rng.integers(0, 2 * pad + 1, (2, count))
    return np.stack([padded[i, top[i] :, left[i] :][:height, :width] for i in range(count)])


def _grey_out(images, side, rng):
    count, height, width, _ = images.shape
    top, left = rng.integers(0, height, count), rng.integers(0, width, count)
    rows = _within(np.arange(height), top[:, None] - side // 2, side)
    columns = _within(np.arange(width), left[:, None] - side // 2, side)
    images[rows[:, :, None] & columns[:, None, :]] = 128


def _within(places, start, length):
    return (places >= start) & (places < start + length)


def _zoom(images, factors):
    zoomed = images.astype(np.float32)
    for factor in factors:
        size = zoomed.shape[1]
        centre = (size - 1) / 2
        position = np.clip((np.arange(size) - centre) * factor[:, None] + centre, 0, size - 1)
        # Positions in 256ths of a pixel make every product and sum below a whole number of 65,536ths
        # under 2**24. float32 holds those exactly, so that all machines make the same images.
        position = (np.rint(position * 256) / 256).astype(np.float32)
        weights = np.maximum(1 - np.abs(position[:, :, None] - np.arange(size, dtype=np.float32)), 0)
        zoomed = (weights @ zoomed.reshape(len(images), size, -1)).reshape(zoomed.shape)
        # Rows and columns change places: once for the second axis's turn, once more to restore them.
        zoomed = zoomed.swapaxes(1, 2)
    return np.ascontiguousarray(np.rint(zoomed).astype(np.uint8))
