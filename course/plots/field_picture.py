"""What a unit can see, and what it listens to."""

from math import ceil, log2

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from course.inspection.effective import core, spread
from course.plots.picture import DPI, INK, SMALL, VERMILLION, WIDTH, Picture, counted, listed, plot, text_width
from course.table import Table

MOST_FIELDS = 3
_SHARE = 0.95
_HEADINGS = ("field", "pixels with 95 %", "of all (%)", "spread down", "spread across", "most in one pixel (%)")
_FORMATS = ".0f", ".1f", ".1f", ".2g"
# Pixels on the page.
_SIDE = {1: 340, 2: 280, 3: 180}  # the larger side of a field, by the number of fields
_LEFT, _ABOVE, _UNDER = 60, 44, 46  # for labels
_GAP = 32
_TICK = 24  # from one label of an axis to the next, at least
_OUTLINE = [withStroke(linewidth=3.2, foreground="black")]  # a white line must be seen on yellow too


@plot
def field_picture(fields, footprint, of, title=None):
    """Draw effective receptive fields of a unit as heat maps, with the box of all that it can see.

    The orange line encloses the fewest pixels that hold 95 % of the field. All maps have one scale.

    Parameters
    ----------
    fields : dict of str to numpy.ndarray
        One to three fields from `effective_field`, by the name each gets: {"untrained": ..., "trained": ...}.
    footprint : numpy.ndarray
        bool, from `footprint` for the same unit, the shape of every field.
    of : str
        The unit in words, as "the centre unit of block2_conv3".

    Raises
    ------
    ValueError
        When there is no field or more than three, or one does not fit the footprint.
    """
    fields, footprint = {name: np.asarray(field) for name, field in fields.items()}, np.asarray(footprint)
    _check(fields, footprint)
    rows = [(name, *_numbers(field, footprint)) for name, field in fields.items()]
    left, top, across, down = _extent(footprint)
    box = (
        f"The unit can see rows {top} to {top + down - 1} and columns {left} to {left + across - 1}, "
        f"{footprint.sum():,} pixels."
    )
    notes = box, "Spreads are standard deviations in pixels."
    table = Table(_HEADINGS, rows, notes=notes, formats=dict(zip(_HEADINGS[2:], _FORMATS, strict=True)))
    spreads = [f"spread {down} down, {across} across" for *_, down, across, _ in table.texts]
    largest = 100 * max(field.max() for field in fields.values())
    scale = _SIDE[len(fields)] / max(footprint.shape)
    height, width = (scale * n for n in footprint.shape)

    picture = Picture(
        _ABOVE + height + _UNDER,
        title or _finding(table, footprint, of),
        "White box: all the unit can see. Orange line: the fewest pixels that hold 95 %. "
        "Spread: standard deviation.",
        table=table,
    )
    picture.photographic = True
    picture.set_layout_engine("none")
    column = max(width, *(text_width(line, SMALL) for line in (*fields, *spreads)))
    for number, (name, field) in enumerate(fields.items()):
        axes = _axes(picture, _LEFT + number * (column + _GAP) + (column - width) / 2, width, height)
        image = axes.imshow(100 * field, cmap="cividis", vmin=0, vmax=largest, interpolation="nearest")
        axes.autoscale(False)
        _outline(axes, core(field, _SHARE))
        _box(axes, footprint)
        axes.set_title(f"{name}\n{spreads[number]}", size=SMALL, color=INK, pad=8)
        axes.set(xticks=_ticks(footprint.shape[1], scale), yticks=_ticks(footprint.shape[0], scale))
        axes.set(xlabel="column (pixels)", ylabel="" if number else "row (pixels)")
        axes.tick_params(labelleft=not number)
        axes.spines[:].set_visible(False)
    bar = picture.colorbar(image, _axes(picture, _LEFT + len(fields) * (column + _GAP) - _GAP / 2, 12, height))
    bar.set_label("share of one pixel (%)")
    bar.outline.set_visible(False)
    size = f"{footprint.shape[0]}×{footprint.shape[1]}"
    each = (
        f"{name}: 95 % lies in {held} pixels ({share} %), {apart}, {peak} % at most in one pixel."
        for (name, held, share, *_, peak), apart in zip(table.texts, spreads, strict=True)
    )
    kind = f"Heat map of {counted(len(fields), 'effective receptive field')} on an image of {size} pixels"
    picture.describe(kind, box, *each, notes[1])
    return picture


def _numbers(field, footprint):
    """Return what the table says of a field."""
    held = int(core(field, _SHARE).sum())
    return held, 100 * held / footprint.sum(), *spread(field), 100 * field.max()


def _check(fields, footprint):
    if not 1 <= len(fields) <= MOST_FIELDS:
        raise ValueError(f"fields holds {len(fields)}; pass one to {MOST_FIELDS}, each with a name.")
    if footprint.dtype != bool or footprint.ndim != 2:
        raise ValueError(
            f"footprint has dtype {footprint.dtype} and shape {footprint.shape}; it must be bool and "
            "(height, width), as footprint() returns it."
        )
    for name, field in fields.items():
        if field.shape != footprint.shape:
            raise ValueError(f"The field {name!r} has shape {field.shape} and the footprint {footprint.shape}.")
        if np.any(field[~footprint]):
            raise ValueError(f"The field {name!r} reaches beyond the footprint: pass both for the same unit.")


def _finding(table, footprint, of):
    each = [f"{held} ({name})" for name, held, *_ in table.texts]
    held = table.texts[0][1] if len(each) == 1 else listed(each)
    return f"95 % of what {of} listens to lies in {held} of the {footprint.sum():,} pixels it can see"


def _axes(picture, left, width, height):
    """Return axes at a place in pixels on the page."""
    page = picture.get_figheight() * DPI
    return picture.add_axes((left / WIDTH, _UNDER / page, width / WIDTH, height / page))


def _outline(axes, inside):
    """Draw a line around a set of pixels, along their edges."""
    padded = np.pad(inside, 1)
    rows, columns = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])
    style = {"color": VERMILLION, "linewidth": 1.2, "capstyle": "projecting", "zorder": 3}  # above the box
    axes.hlines(rows - 0.5, columns - 0.5, columns + 0.5, **style)
    rows, columns = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])
    axes.vlines(columns - 0.5, rows - 0.5, rows + 0.5, **style)


def _box(axes, footprint):
    left, top, width, height = _extent(footprint)
    gap = 0.25  # pixels of the image, so that the box does not hide the orange line
    axes.add_patch(
        Rectangle(
            (left - 0.5 - gap, top - 0.5 - gap), width + 2 * gap, height + 2 * gap, fill=False,
            edgecolor="white", linewidth=1.6, path_effects=_OUTLINE, clip_on=False,
        )
    )  # fmt: skip


def _extent(footprint):
    """Return the first column and row of a footprint, and how many columns and rows it spans."""
    rows, columns = np.nonzero(footprint)
    return int(columns.min()), int(rows.min()), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1


def _ticks(size, scale):
    """Return every pixel's place, or every second, fourth, ... where labels would collide."""
    return range(0, size, 2 ** max(0, ceil(log2(_TICK / scale))))
