"""A unit of a network that looks at an image: which pixels it can see, and that in words."""

from dataclasses import dataclass, field, replace

import numpy as np

from course.arithmetic import Ledger
from course.plots.picture import counted
from course.widgets.rendered import pair


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
