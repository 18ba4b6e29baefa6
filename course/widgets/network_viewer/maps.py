"""The network viewer's drawings, for the live page and the still picture: the image, maps, and one map large."""

import numpy as np

from course.plots.marks import Box, Words
from course.plots.picture import BLUE, DPI, MUTED, ORANGE, VERMILLION
from course.widgets.network_viewer.state import most_active
from course.widgets.network_viewer.words import overlay
from course.widgets.scene import Raster, outline

GAP = 3  # pixels between maps
SCALE = "Blue is above 0, white is 0, vermillion is below 0; one scale a layer, its largest value the darkest."
_NUMBER = 11 * 72 / DPI  # points
_ENDS = [[int(colour[i : i + 2], 16) for i in (1, 3, 5)] for colour in (VERMILLION, BLUE)]


def shades(values, largest):
    """Return values as rows of `PALETTE`: 128 is 0, 255 the largest value, 1 its opposite.

    Parameters
    ----------
    values : numpy.ndarray
    largest : float
        The distance from 0 that gets the full colour.

    Returns
    -------
    numpy.ndarray
        uint8, of the values' shape.
    """
    return (128.5 + np.clip(values * (127 / largest if largest else 0), -127, 127)).astype(np.uint8)


def _palette():
    share = np.arange(-128, 128)[:, None] / 127
    colour = np.where(share < 0, *np.array(_ENDS, float))
    shown = 255 * (1 - abs(share)) + abs(share) * colour
    return np.concatenate([shown.clip(0, 255), np.full((256, 1), 255)], axis=1).astype(np.uint8)


# White at 0, blue above, vermillion below; the first is seen through.
PALETTE = _palette()
PALETTE[0] = 0


def image_scene(watch, side):
    """Return the image, with the cover and what is drawn over it; and its width and height.

    Parameters
    ----------
    watch : Watch
    side : float
        Pixels on the page, for the longer side.
    """
    pixels, over = watch.pixels, overlay(watch)
    if over is not None:
        rows, columns = (np.arange(n) * size // n for n, size in zip(pixels.shape[:2], over.shape, strict=True))
        strength = np.clip(over, 0, None)[rows[:, None], columns]
        # Never wholly orange: the image must be seen under it.
        strength = 0.7 * (strength / strength.max() if strength.max() > 0 else strength)[..., None]
        grey = pixels.mean(axis=2, keepdims=True)
        orange = np.array([int(ORANGE[i : i + 2], 16) for i in (1, 3, 5)])
        pixels = (0.6 * grey * (1 - strength) + strength * orange).astype(np.uint8)
    tall, wide = pixels.shape[:2]
    scale = side / max(tall, wide)
    marks = [Raster(0, 0, wide * scale, tall * scale, pixels)]
    if watch.cover:
        row, column = watch.corner
        hidden = watch.cover * scale
        marks += outline(column * scale, row * scale, hidden, hidden, "black", dashes=(4, 3))
    return marks, wide * scale, tall * scale


def sheet(maps, columns, tile, most, mark=None):
    """Return a layer's maps in rows, the most active first; and their width and height.

    Parameters
    ----------
    maps : numpy.ndarray, shape (rows, columns, channels)
    columns : int
        Maps in a row, if there are as many.
    tile : int
        Pixels on the page, for a map's longer side.
    most : int
        How many maps at most.
    mark : int, optional
        A channel that is marked; each map then has its number under it.
    """
    order = most_active(maps)[:most]
    columns = min(columns, len(order))
    under = 13 if mark is not None else 0
    size = max(maps.shape[:2])
    down, across = (tile // 2,) * 2 if size == 1 else (max(1, round(tile * n / size)) for n in maps.shape[:2])
    rows = -(-len(order) // columns)
    # All of them are one raster: a page with an image for each map takes its time.
    colours = shades(maps[..., order], float(np.abs(maps).max()))
    picked = (np.arange(down) * maps.shape[0] // down)[:, None], np.arange(across) * maps.shape[1] // across
    colours = colours[picked]
    wide, tall = columns * (across + GAP), rows * (down + under + GAP)
    raster = np.zeros((tall, wide), np.uint8)
    marks = [Raster(0, 0, wide, tall, raster, PALETTE)]
    for number, channel in enumerate(order):
        top, left = number // columns * (down + under + GAP), number % columns * (across + GAP)
        raster[top : top + down, left : left + across] = colours[:, :, number]
        if mark is not None:
            marks.append(Words(left + across / 2, top + down + 7, str(channel), _NUMBER))
            if channel == mark:
                marks += outline(left + 1, top + 1, across - 2, down - 2, ORANGE, 1.5, casing="black", wider=1.5)
    return marks, wide, tall


def map_scene(watch, side):
    """Return one map, large, with the unit marked; and its width and height."""
    values = watch.maps()[..., watch.channel]
    scale = side / max(values.shape)
    tall, wide = (n * scale for n in values.shape)
    row, column = (place * scale for place in watch.unit)
    cell = max(scale, 4)
    return (
        [
            Raster(0, 0, wide, tall, shades(values, float(np.abs(watch.maps()).max())), PALETTE),
            Box(0, 0, wide, tall, edge=MUTED, line=0.7),
            *outline(column, row, cell, cell, ORANGE, 1.8, casing="black", wider=1.7),
        ],
        wide,
        tall,
    )
