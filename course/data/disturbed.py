"""Test images as a camera might have given them: moved, mirrored, noisy, blurred, compressed."""

import io

import numpy as np

from course._given import check_seed, is_number, shown
from course.data.dataset import check_images

# How much of each to try, from nothing or next to nothing.
DISTURBANCES = {
    "shifted": (0, 1, 2, 4, 8),
    "noisy": (0, 4, 8, 16, 32),
    "blurred": (0, 0.5, 1, 1.5, 2),
    "compressed": (100, 75, 50, 25, 10),
    "mirrored": (1,),
}
UNITS = {
    "shifted": "pixels to the right",
    "noisy": "standard deviation, of 255",
    "blurred": "standard deviation, in pixels",
    "compressed": "JPEG quality",
    "mirrored": "",
}
_RANGES = {"shifted": (0, 31), "noisy": (0, 255), "blurred": (0, 32), "compressed": (1, 100), "mirrored": (0, 1)}


def disturbed(images, kind, strength, seed=0):
    """Return images that something happened to.

    Parameters
    ----------
    images : numpy.ndarray
        uint8, shape (N, height, width, 3). Not changed.
    kind : str
        "shifted" by whole pixels to the right, what is missing on the left mirrored; "noisy": normal noise
        added to each value; "blurred" with a Gaussian window, the border mirrored; "compressed" as JPEG, with
        4:2:0 subsampling, and unpacked again; "mirrored".
    strength : float
        In the units of `UNITS`; `DISTURBANCES` holds some to try.
    seed : int
        Fixes the noise.

    Returns
    -------
    numpy.ndarray
        uint8, the same shape.

    Raises
    ------
    DataError
        When `images` has another shape or dtype.
    ValueError
        When there is no such kind, or `strength` or `seed` is out of its range.
    """
    check_images(images, "images")
    if not (isinstance(kind, str) and kind in DISTURBANCES):
        raise ValueError(f"kind is {shown(kind)}; it must be one of {', '.join(DISTURBANCES)}.")
    (least, most), whole = _RANGES[kind], " whole" if kind in ("shifted", "compressed") else ""
    if not (is_number(strength) and least <= strength <= most) or (whole and strength != int(strength)):
        raise ValueError(
            f"strength is {shown(strength)}; for {kind!r} it must be a{whole} number from {least} to {most}."
        )
    check_seed(seed)
    if kind == "mirrored":
        return images[:, :, ::-1].copy()
    if kind == "compressed":
        return np.stack([through_jpeg(image, int(strength)) for image in images])
    if not strength:
        return images.copy()
    if kind == "shifted":
        return np.pad(images, ((0, 0), (0, 0), (int(strength), 0), (0, 0)), "reflect")[:, :, : images.shape[2]]
    if kind == "noisy":
        noise = np.random.default_rng(seed).normal(0, strength, images.shape)
        return _rounded(images + noise)
    return _blurred(images, strength)


def _rounded(values):
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _blurred(images, deviation):
    reach = int(np.ceil(3 * deviation))
    window = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    window /= window.sum()
    values = images.astype(np.float64)
    for axis in (1, 2):
        pad = [(reach, reach) if place == axis else (0, 0) for place in range(4)]
        padded = np.moveaxis(np.pad(values, pad, "reflect"), axis, 0)
        size = images.shape[axis]
        values = np.moveaxis(sum(w * padded[i : i + size] for i, w in enumerate(window)), 0, axis)
    return _rounded(values)


def through_jpeg(image, quality):
    """Return one image, uint8 of shape (height, width, 3), compressed with 4:2:0 subsampling and unpacked."""
    from PIL import Image

    packed = io.BytesIO()
    Image.fromarray(image).save(packed, "JPEG", quality=quality, subsampling="4:2:0")
    return np.asarray(Image.open(packed).convert("RGB"))
