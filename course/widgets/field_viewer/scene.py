"""The field viewer's two drawings, for the live page and the still picture: the image, and the map of units."""

import numpy as np

from course.plots.marks import Box
from course.plots.picture import BLUE, FAINT, MARGIN, MUTED, ORANGE, SMALL, VERMILLION, Picture, in_house_style
from course.widgets.field_viewer.state import visible, words
from course.widgets.scene import Line, Raster, draw, outline, shifted

_LEAST, _MOST = 0.12, 0.5  # of the image's sides, around it: room for the fields of the layer's units
MOST_LINES = 48  # units along an axis, up to which each is drawn
_STILL = 300  # pixels on the page, for the longer side of the still picture's image


def composed(look, seen):
    """Return the image as it is shown: what the unit can't see dark and grey, the effect in orange.

    Parameters
    ----------
    look : Look
    seen : numpy.ndarray or None
        bool, shape (height, width).

    Returns
    -------
    numpy.ndarray
        uint8, shape (height, width, 3).
    """
    if seen is None:
        return look.image
    grey = look.image.mean(axis=2, keepdims=True)
    shown = look.image
    if look.effect is not None and look.effect.max() > 0:
        strength = np.sqrt(look.effect / look.effect.max())[..., None]
        shown = 0.55 * grey * (1 - strength) + strength * _rgb(ORANGE)
    return np.where(seen[..., None], shown, 0.3 * grey + 16).astype(np.uint8)


def boxes(look, seen):
    """Return two rectangles (left, top, width, height) in pixels, each None where there is none.

    The first lies round the pixels that the unit can see. The second is its receptive field, which may
    reach beyond the image.
    """
    around = None
    if seen is not None and seen.any():
        rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
        around = tuple(map(int, (columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)))
    axes = zip(look.row.axes, look.unit, strict=True)
    fields = [axis.field(unit) if axis.fields else None for axis, unit in axes]
    if None in fields:
        return around, None
    (top, bottom), (left, right) = fields
    return around, (left, top, right - left + 1, bottom - top + 1)


def frame(look):
    """Return (left, top, width, height) in pixels of the image: it, and as much around it as fields may need.

    It is the same for all units of a layer, so that the image stays where it is while one moves over it.
    """
    places = []
    for axis, side in zip(look.row.axes, look.image.shape, strict=False):
        ends = [axis.field(unit) for unit in (0, axis.size - 1)] if axis.fields else []
        reach = max([0, *(max(-first, last + 1 - side) for first, last in filter(None, ends))])
        edge = min(max(reach + 0.02 * side, _LEAST * side), _MOST * side)
        places.append((-edge, side + 2 * edge))
    (top, tall), (left, wide) = places
    return left, top, wide, tall


def nearest(look, across, down):
    """Return the unit whose field is centred nearest to a place in the frame, given as shares of its sides."""
    left, top, wide, tall = frame(look)
    unit = []
    for axis, place, held in zip(look.row.axes, (top + down * tall, left + across * wide), look.unit, strict=True):
        fields = [axis.field(unit) for unit in range(axis.size)] if axis.fields else []
        apart = {u: abs((field[0] + field[1] + 1) / 2 - place) for u, field in enumerate(fields) if field}
        unit.append(min(apart, key=apart.get) if apart else held)
    return tuple(unit)


def image_scene(look, seen, side):
    """Return the image in its frame: what the unit sees, and its field.

    Parameters
    ----------
    look : Look
    seen : numpy.ndarray or None
        From `visible`.
    side : float
        Pixels on the page, for the longer side of the frame.

    Returns
    -------
    (list, tuple of float)
        The marks, and the frame: left, top, width and height in pixels on the page. The image begins at (0, 0).
    """
    height, width = look.image.shape[:2]
    box = frame(look)
    scale = side / max(box[2:])
    box = tuple(value * scale for value in box)
    around, field = boxes(look, seen)
    marks = [
        Raster(0, 0, width * scale, height * scale, composed(look, seen)),
        Box(0, 0, width * scale, height * scale, edge=MUTED, line=0.7),
    ]
    # The solid line lies under the dashed one, which it would hide where both are the same.
    if around:
        marks += outline(*(value * scale for value in around), "white", casing="black", inside=box)
    if field:
        left, top, wide, tall = (value * scale for value in field)
        casing = "white" if field != around else None
        marks += outline(left, top, wide, tall, VERMILLION, dashes=(6, 4), casing=casing, inside=box)
        # A small cross where the field is centred, if that is on view.
        x, y = left + wide / 2, top + tall / 2
        for colour, line in (("white", 3), (VERMILLION, 1.5)):
            marks.append(Line(((x - 5, y), (x + 5, y)), colour, line, inside=box))
            marks.append(Line(((x, y - 5), (x, y + 5)), colour, line, inside=box))
    return marks, box


def units_scene(look, side):
    """Return the marks of the map of the layer's units, with the one that looks; and its width and height."""
    scale = side / max(look.units)
    tall, wide = (count * scale for count in look.units)
    marks = [Box(0, 0, wide, tall, FAINT, MUTED, 0.7)]
    if max(look.units) <= MOST_LINES:
        across, down = ([i * scale for i in range(count + 1)] for count in reversed(look.units))
        marks += [Line(((x, 0), (x, tall)), MUTED, 0.4) for x in across]
        marks += [Line(((0, y), (wide, y)), MUTED, 0.4) for y in down]
    row, column = (place * scale for place in look.unit)
    return [*marks, Box(column, row, max(scale, 4), max(scale, 4), BLUE)], wide, tall


@in_house_style
def still(look):
    """Return the image as the unit sees it, beside the map of units, as a Picture."""
    seen = visible(look)
    text = words(look, seen)
    marks, (left, top, _, tall) = image_scene(look, seen, _STILL)
    picture = Picture(
        tall + MARGIN, text.split(". ")[0].rstrip("."),
        "Dimmed: what the unit can't see. Dashed: its receptive field. Right: the unit among those of its layer.",
        alt=text,
    )  # fmt: skip
    picture.photographic = True
    page = picture.page()
    draw(shifted(marks, MARGIN - left, -top), page)
    units, _, down = units_scene(look, 0.6 * _STILL)
    right = 2 * MARGIN + _STILL + 30
    draw(shifted(units, right, 0), page)
    label = f"{look.row.name}: {look.units[0]}×{look.units[1]} units"
    page.text(right, down + 10, label, size=SMALL, va="top")
    page.set(xlim=(0, page.get_xlim()[1]), ylim=(picture.body, 0))
    return picture


def _rgb(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], float)
