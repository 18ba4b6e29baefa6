"""Kernels as patterns of weights."""

import numpy as np
from matplotlib.patches import Rectangle

from course.plots.picture import FAINT, MARGIN, MUTED, SMALL, TEXT, WIDTH, Picture, listed, plot, wrapped
from course.separable import fit_errors
from course.table import Table

_MOST = 6  # channels and filters drawn of each kernel
# Pixels on the page.
_SLICE = 46  # at most
_GAP = 5  # between slices
_BETWEEN = 30  # kernels
_NUMBERS = 26  # left of each kernel
_LINE = 17


@plot
def kernel_slices(kernels, title=None):
    """Draw the first slices of some kernels: a row for each filter, a column for each input channel.

    Weights above 0 are blue, those below 0 red, on one scale. The title says how much of the first kernel one
    pattern a channel holds; the table says it of each.

    Parameters
    ----------
    kernels : dict of str to array, shape (kh, kw, C, N)
        One to three, by the name that is written over each.

    Raises
    ------
    ValueError
        When there are none or too many, or one is no kernel.
    """
    if not 1 <= len(kernels) <= 3:
        raise ValueError(f"There are {len(kernels)} kernels; from one to three can be drawn side by side.")
    headings = "kernel", "shape", "held by one pattern for each channel (%)"
    rows = [(name, np.shape(kernel), 100 * (1 - fit_errors(kernel)[0] ** 2)) for name, kernel in kernels.items()]
    table = Table(headings, rows, formats={headings[2]: ".0f"})
    first, _, held = table.texts[0]
    title = title or f"{first}: one pattern for each channel holds {held} % of the squared weights"

    drawn = {name: np.asarray(kernel)[..., :_MOST, :_MOST] for name, kernel in kernels.items()}
    limit = max(abs(kernel).max() for kernel in drawn.values()) or 1
    wide = (WIDTH - 2 * MARGIN - _BETWEEN * (len(drawn) - 1)) / len(drawn)
    pitch = min(_SLICE + _GAP, (wide - _NUMBERS) / _MOST)
    names = {name: wrapped(name, wide - _NUMBERS, TEXT, "bold") for name in drawn}
    top = max(map(len, names.values())) * _LINE + 18
    rows = max(kernel.shape[3] for kernel in drawn.values())
    picture = Picture(
        top + rows * pitch + 8, title,
        "Rows: filters. Columns: input channels. Blue: above 0. Red: below 0.", table=table,
    )  # fmt: skip
    page = picture.page()
    for place, (name, kernel) in enumerate(drawn.items()):
        left = MARGIN + place * (wide + _BETWEEN) + _NUMBERS
        for i, line in enumerate(names[name]):
            page.text(left, 8 + i * _LINE, line, size=TEXT, weight="bold", va="center")
        _draw_slices(page, kernel, left, top, pitch, limit)
    page.set(xlim=(0, WIDTH), ylim=(picture.body, 0))
    each = (f"{name}, {shape}: one pattern for each channel holds {held} %" for name, shape, held in table.texts)
    picture.describe(
        f"Slices of {listed(kernels)} as small coloured squares, a row for each of the first filters and a "
        "column for each of the first channels", f"{'; '.join(each)}.",
    )  # fmt: skip
    return picture


def _draw_slices(page, kernel, left, top, pitch, limit):
    """Draw the slices of one kernel, with the numbers of its channels over and of its filters beside them."""
    height, width, channels, filters = kernel.shape
    side = pitch - _GAP
    about = {"size": SMALL, "color": MUTED, "va": "center"}
    for channel in range(channels):
        page.text(left + channel * pitch + side / 2, top - 10, f"c{channel + 1}", ha="center", **about)
    for number in range(filters):
        page.text(left - 6, top + number * pitch + side / 2, f"f{number + 1}", ha="right", **about)
    # Cells are square, also those of a kernel that is not.
    cell = side / max(height, width)
    for channel, number in np.ndindex(channels, filters):
        x, y = left + channel * pitch, top + number * pitch
        page.imshow(
            kernel[..., channel, number], cmap="RdBu", vmin=-limit, vmax=limit, interpolation="nearest",
            extent=(x, x + width * cell, y + height * cell, y), aspect="auto",
        )  # fmt: skip
        # Weights near 0 are as white as the page.
        page.add_patch(
            Rectangle((x, y), width * cell, height * cell, facecolor="none", edgecolor=FAINT, linewidth=0.6)
        )
