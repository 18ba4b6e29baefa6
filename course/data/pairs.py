"""Two classes of images that differ in one thing only: how far apart two dots lie.

They put receptive fields to the proof. A network that ends in global average pooling can tell the
classes only when one of its units sees both dots, so it can be built to fail or to succeed by
arithmetic alone. That needs images in which nothing else gives the class away:

- One dot alone tells nothing. Images come in fours, from the four places s, s + a, s + b and
  s + a + b on a line, where a and b are the distances. Class A shows the two pairs that lie a
  apart, class B the two that lie b apart: each class has lit each place once.
- No counts of what small windows hold tell anything. A window of at most min(a, b) pixels never
  holds both dots, and as it slides over an image it meets each dot at each of its own pixels once,
  wherever the dot is. For that it must slide beyond the border by its own length less one, over
  zeros; `course.experiments.network` does. Without those zeros, dots near a border are met less
  often, and both dots are near it more often when they are close. Windows with holes would tell
  the classes apart by that.
- A window that moves in steps of j pixels meets a dot only at every j-th of its own pixels. Which
  ones depends on the dot's place modulo j, and the second dot's place is the first's plus the
  distance. So a and b must leave the same remainder by j, or the steps alone tell them apart.
- No pair reaches across the border, as it would on a torus. There, a distance of d would look like
  a distance of size - d.
"""

import numpy as np

from course._given import check_seed, check_whole


def pairs(distance_a, distance_b, count, size=24, seed=0):
    """Return images of two dots, `distance_a` apart in class 0 and `distance_b` apart in class 1.

    The dots are single pixels of 255 on 0, side by side or one above the other. Classes alternate,
    and images i and i + 1 of an even i are twins, which share one dot. Both classes have exactly the
    same mean image. A larger count only adds images. The text of this module says what else is
    equal, and why.

    Parameters
    ----------
    distance_a, distance_b : int
        In pixels, from one dot to the other: 1 for neighbours.
    count : int
        How many images, a multiple of 4.
    size : int
        Height and width in pixels, at least distance_a + distance_b + 1.
    seed : int
        Which images.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        uint8 images of shape (count, size, size, 1) and int64 labels of shape (count,).

    Raises
    ------
    ValueError
        When the distances are equal or below 1, the image has no room for them, `count` is not a
        positive multiple of 4, or `seed` is no seed.
    """
    _check(distance_a, distance_b, count, size, seed)
    room = size - distance_a - distance_b
    # 2 keeps this stream apart from those of split(), batch() and shapes().
    numbers = np.random.default_rng([seed, 2, 2, 2]).random((count // 4, 3))
    start, across, upright = numbers.T.reshape(3, -1, 1, 1)
    start, across = np.floor(start * room).astype(np.intp), np.floor(across * size).astype(np.intp)
    places = [
        [0, distance_a],
        [0, distance_b],
        [distance_b, distance_a + distance_b],
        [distance_a, distance_a + distance_b],
    ]
    along = start + np.array(places)
    upright = upright < 0.5
    rows, columns = np.where(upright, along, across), np.where(upright, across, along)
    images = np.zeros((count, size, size, 1), np.uint8)
    images[np.arange(count)[:, None], rows.reshape(count, 2), columns.reshape(count, 2)] = 255
    return images, np.arange(count, dtype=np.int64) % 2


def _check(distance_a, distance_b, count, size, seed):
    for name, value, least in (
        ("distance_a", distance_a, 1),
        ("distance_b", distance_b, 1),
        ("count", count, 4),
        ("size", size, 3),
    ):
        check_whole(name, value, least)
    check_seed(seed)
    if distance_a == distance_b:
        raise ValueError(f"Both distances are {distance_a}, which makes one class of two: choose two distances.")
    if count % 4:
        raise ValueError(f"count is {count}; it must be a multiple of 4, so that no single dot tells the class.")
    if size <= distance_a + distance_b:
        raise ValueError(
            f"size is {size}, and distances of {distance_a} and {distance_b} need at least "
            f"{distance_a + distance_b + 1}: enlarge the image or bring the dots closer."
        )
