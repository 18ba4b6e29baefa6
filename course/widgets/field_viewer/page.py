"""What the receptive-field viewer shows: the pixels of an image that one unit can see."""

import base64
import html
import io
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from course.arithmetic import Ledger
from course.plots.picture import BLUE, ORANGE, VERMILLION, counted
from course.table import times
from course.widgets.rendered import Rendered, pair, paragraph, styled

SIDE = 400  # pixels on the page, for the longer side of the image and what is shown around it
_LEAST, _MOST = 0.12, 0.5  # of the image's sides, around it: room for the fields of the layer's units
_GRID = 150  # pixels on the page, for the longer side of the map of units
_SWATCH = '<svg width="26" height="16" viewBox="-2 -2 26 16" aria-hidden="true">'
MOST_LINES = 48  # units along an axis, up to which each is drawn


@dataclass(frozen=True)
class Look:
    """A unit of a network, and the image it looks at.

    Parameters
    ----------
    ledger : course.arithmetic.Ledger
    image : numpy.ndarray
        uint8, shape (height, width, 3), of the ledger's height and width.
    layer : int
        The layer's number, from 0.
    unit : (int, int)
        Row and column, from 0, among the layer's units.
    effect : numpy.ndarray, optional
        How much each pixel matters to the unit, shape (height, width), from 0 up.
    trouble : str
        Why there is no effect to show, as a sentence.
    """

    ledger: Ledger
    image: np.ndarray = field(compare=False, repr=False)
    layer: int = 0
    unit: tuple = (0, 0)
    effect: np.ndarray = field(default=None, compare=False, repr=False)
    trouble: str = ""

    @property
    def row(self):
        """The layer's row in the ledger."""
        return self.ledger[self.layer]

    @property
    def units(self):
        """How many units the layer has along (height, width)."""
        return tuple(axis.size for axis in self.row.axes)


def at_layer(look, layer):
    """Return a look at another layer, from the unit at about the same place; the effect is dropped."""
    new = replace(look, layer=layer, effect=None, trouble="")
    unit = tuple(
        (2 * place + 1) * count // (2 * before)
        for place, count, before in zip(look.unit, new.units, look.units, strict=True)
    )
    return replace(new, unit=unit)


def at_unit(look, unit):
    """Return a look at another unit of the layer; the effect is dropped."""
    return replace(look, unit=tuple(unit), effect=None, trouble="")


def visible(look):
    """Return which pixels the unit can see, as a bool array of shape (height, width), or None if not known."""
    if None in look.row.sees:
        return None
    rows, columns = (
        np.array([seen >> pixel & 1 for pixel in range(size)], bool)
        for seen, size in zip(map(_visible, (look.row,) * 2, (0, 1), look.unit), look.image.shape, strict=False)
    )
    return rows[:, None] & columns


def _visible(row, axis, unit):
    """Return the pixels along an axis that a unit can see, as a number whose bit i stands for pixel i."""
    return row.sees[axis][unit]


def render(look):
    """Return what a unit sees: the image with the rest dimmed, the unit's place, and a sentence.

    Parameters
    ----------
    look : Look

    Returns
    -------
    Rendered
    """
    seen = visible(look)
    text = words(look, seen)
    parts = [
        '<div style="display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start">',
        scene(look, seen, text),
        f"<div>{_units(look)}{_key(look, seen)}</div></div>",
        paragraph(look.trouble, "wrong") if look.trouble else "",
    ]
    return Rendered(styled(*parts), text)


def words(look, seen):
    """Return in words which pixels the unit can see."""
    row = look.row
    unit = f"Unit ({look.unit[0]}, {look.unit[1]}) of {row.name}"
    if seen is None:
        return f"What the units of {row.name} ({row.kind}) see is not known: its kind is not in the ledger's list."
    if not seen.any():
        return f"{unit} sees no pixel of the image: its window lies on zeros that padding added."
    rows, columns = (np.flatnonzero(seen.any(axis=1 - axis)) for axis in (0, 1))
    lengths = [int(line[-1] - line[0]) + 1 for line in (rows, columns)]
    place = " and ".join(_stretch(line, what) for line, what in ((rows, "row"), (columns, "column")))
    whole = lengths == list(seen.shape)
    size = f"{lengths[0]}×{lengths[1]}"
    if seen.sum() < lengths[0] * lengths[1]:
        first = f"{unit} sees {seen.sum()} of the {size} pixels in {place}: dilation leaves holes."
    elif whole:
        first = f"{unit} sees the whole image, {size} pixels."
    else:
        first = f"{unit} sees {size} pixels of the image, {place}."
    return f"{first} {_field(look)}{_effect(look)}"


def _stretch(line, what):
    return f"{what} {line[0]}" if len(line) == 1 else f"{what}s {line[0]} to {line[-1]}"


def _field(look):
    row = look.row
    if any(axis.unbounded for axis in row.axes):
        return "Its receptive field has no bound: a branch brings in the whole map."
    size = pair(row.receptive_field)
    kind = "largest receptive field" if any(axis.varies for axis in row.axes) else "receptive field"
    if _cut(look):
        return f"Its {kind} of {size} is cut at the border."
    return f"Its {kind} of {size} lies on the image."


def _cut(look):
    return any(
        (field := axis.field(unit)) and (field[0] < 0 or field[1] >= side)
        for axis, unit, side in zip(look.row.axes, look.unit, look.image.shape, strict=False)
    )


def _effect(look):
    if look.effect is None:
        return ""
    effect = np.sort(look.effect, axis=None)[::-1]
    if not effect[0] > 0:
        return " No pixel has an effect on it here."
    half = int(np.searchsorted(np.cumsum(effect), effect.sum() / 2)) + 1
    return f" Half of the effect on it comes from {counted(half, 'pixel')}."


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


def scene(look, seen, text, side=SIDE):
    """Return the image in its frame as an SVG element: what the unit sees, and its field.

    Parameters
    ----------
    look : Look
    seen : numpy.ndarray or None
        From `visible`.
    text : str
        What a screen reader says.
    side : float
        Pixels on the page, for the longer side.
    """
    height, width = look.image.shape[:2]
    box = frame(look)
    scale = side / max(box[2:])
    box = " ".join(f"{value * scale:g}" for value in box)
    around, field = boxes(look, seen)
    # The solid line lies under the dashed one, which it would hide where both are the same.
    marks = _rectangle(*(value * scale for value in around), "white", "") if around else ""
    if field:
        left, top, wide, tall = (value * scale for value in field)
        marks += _rectangle(left, top, wide, tall, VERMILLION, "6 4", casing=field != around)
        # A small cross where the field is centred, if that is on view.
        x, y = left + wide / 2, top + tall / 2
        marks += f'<path d="M{x - 5:g} {y:g}h10M{x:g} {y - 5:g}v10" stroke="white" stroke-width="3"/>'
        marks += f'<path d="M{x - 5:g} {y:g}h10M{x:g} {y - 5:g}v10" stroke="{VERMILLION}" stroke-width="1.5"/>'
    wide, tall = width * scale, height * scale
    return (
        f'<svg role="img" aria-label="{html.escape(text)}" data-tell="image" width="{box.split()[2]}" '
        f'height="{box.split()[3]}" viewBox="{box}" style="max-width:100%;height:auto;cursor:pointer">'
        f'<image href="{_png(composed(look, seen))}" width="{wide:g}" height="{tall:g}" '
        'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        f'<rect width="{wide:g}" height="{tall:g}" fill="none" stroke="var(--jp-border-color1, #bbb)"/>'
        f"{marks}</svg>"
    )


def _rectangle(left, top, wide, tall, colour, dashes, casing=True):
    """Return an outline that stands out from any image: white on black, any other colour on white."""
    box = f'<rect x="{left:g}" y="{top:g}" width="{wide:g}" height="{tall:g}" fill="none"'
    line = f'{box} stroke="{colour}" stroke-width="2" stroke-dasharray="{dashes}"/>'
    return (
        f'{box} stroke="{"black" if colour == "white" else "white"}" stroke-width="4"/>{line}' if casing else line
    )


def _units(look):
    """Return the map of the layer's units, with the one that looks."""
    scale = _GRID / max(look.units)
    tall, wide = (count * scale for count in look.units)
    lines = ""
    if max(look.units) <= MOST_LINES:
        lines = "".join(f"M{i * scale:.2f} 0V{tall:.2f}" for i in range(look.units[1] + 1))
        lines += "".join(f"M0 {i * scale:.2f}H{wide:.2f}" for i in range(look.units[0] + 1))
    mark = max(scale, 4)
    return (
        f'<div class="muted">{html.escape(look.row.name)}: {times(look.units)} units</div>'
        f'<svg width="{wide + 2:.0f}" height="{tall + 2:.0f}" viewBox="-1 -1 {wide + 2:.2f} {tall + 2:.2f}" '
        'aria-hidden="true" data-tell="unit" style="cursor:pointer">'
        f'<rect width="{wide:.2f}" height="{tall:.2f}" fill="var(--jp-layout-color2, #eee)" '
        'stroke="var(--jp-border-color1, #bbb)"/>'
        f'<path d="{lines}" stroke="var(--jp-border-color1, #bbb)" stroke-width="0.7"/>'
        f'<rect x="{look.unit[1] * scale:.2f}" y="{look.unit[0] * scale:.2f}" width="{mark:.2f}" '
        f'height="{mark:.2f}" fill="{BLUE}"/></svg>'
    )


def _key(look, seen):
    lines = []
    if seen is not None and seen.any():
        lines.append((_swatch("white", ""), "round the pixels it can see; the rest is dimmed"))
    if boxes(look, seen)[1]:
        cut = "; what lies still further out is not drawn" if _beyond(look) else ""
        lines.append((_swatch(VERMILLION, "6 4"), f"receptive field, which may leave the image{cut}"))
        cross = f'<path d="M6 6h10M11 1v10" stroke="{VERMILLION}" stroke-width="1.5"/>'
        lines.append((cross, "its centre; click the image or the units to move it"))
    if look.effect is not None:
        lines.append(
            (
                f'<rect width="22" height="12" fill="{ORANGE}"/>',
                "effective field: the brighter, the more it matters",
            )
        )
    return (
        '<table style="margin-top:10px">'
        + "".join(
            f'<tr><td class="left">{_SWATCH}{mark}</svg></td><td class="left">{words}</td></tr>'
            for mark, words in lines
        )
        + "</table>"
    )


def _beyond(look):
    """Return whether the unit's field reaches out of the frame."""
    left, top, wide, tall = frame(look)
    x, y, across, down = boxes(look, None)[1]
    return x < left or y < top or x + across > left + wide or y + down > top + tall


def _swatch(colour, dashes):
    return _rectangle(0, 0, 22, 12, colour, dashes)


def _png(pixels):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _rgb(colour):
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], float)
