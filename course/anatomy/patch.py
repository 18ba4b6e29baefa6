"""A patch of an image as maps of small whole numbers: the input of a convolution that is taken apart."""

import numpy as np

from course._given import is_whole, shown

# The maps that a patch holds, in their order.
MAPS = ("red", "green", "blue", "brightness", "edges across", "edges down")
SIDE = 7  # rows and columns of a patch
BRIGHTEST = 9


def patch_of(image, row=None, column=None):
    """Return a patch of an image as maps of small whole numbers.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, 3)
        uint8, of at least 8 rows and columns.
    row, column : int, optional
        The patch's first row and column, at least 1, as a pixel above and to the left is needed. Where
        the brightness varies most if both are left out.

    Returns
    -------
    numpy.ndarray, shape (7, 7, 6)
        The maps of `MAPS`, from 0 to 9: three colours, their mean, and by how much the mean differs
        from that of the pixel to the left and of the pixel above.

    Raises
    ------
    ValueError
        When the image is no such image, the patch would leave it, or only one of row and column is given.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"The image has shape {image.shape} and dtype {image.dtype}; it must be uint8, of shape "
            "(height, width, 3)."
        )
    height, width = image.shape[:2]
    if min(height, width) <= SIDE:
        raise ValueError(f"The image has {height}×{width} pixels; at least {SIDE + 1}×{SIDE + 1} are needed.")
    if (row is None) != (column is None):
        raise ValueError("Give both the row and the column of the patch, or neither.")
    top, left = _most_varied(image) if row is None else (row, column)
    for what, place, most in (("row", top, height - SIDE), ("column", left, width - SIDE)):
        if not (is_whole(place) and 1 <= place <= most):
            raise ValueError(
                f"{what} is {shown(place)}; for a patch of an image of {height}×{width} pixels it must be a whole "
                f"number from 1 to {most}."
            )
    colours = image[top - 1 : top + SIDE, left - 1 : left + SIDE].astype(int)
    mean = colours.sum(axis=2) // 3
    inner = mean[1:, 1:]
    maps = [*np.moveaxis(colours[1:, 1:], 2, 0), inner, abs(inner - mean[1:, :-1]), abs(inner - mean[:-1, 1:])]
    return (np.stack(maps, axis=2) * BRIGHTEST + 127) // 255


def _most_varied(image):
    """Return the row and column of the patch whose brightness has the largest variance."""
    brightness = image.sum(axis=2, dtype=np.int64)[1:, 1:]
    # In whole numbers, so that which of two like places is taken does not hang on rounding.
    total, squares = (
        np.lib.stride_tricks.sliding_window_view(values, (SIDE, SIDE)).sum(axis=(2, 3))
        for values in (brightness, brightness**2)
    )
    variance = SIDE**2 * squares - total**2
    return tuple(int(place) + 1 for place in np.unravel_index(variance.argmax(), variance.shape))
