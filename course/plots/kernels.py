"""Kernels as patterns of weights, and how close separable layers come to them."""

import numpy as np

from course.plots.picture import (
    INK,
    LINES,
    MARGIN,
    MUTED,
    SMALL,
    TEXT,
    WIDTH,
    Picture,
    darker,
    in_house_style,
    listed,
)
from course.separable import fit_errors

_CHANNELS, _FILTERS = 6, 6  # drawn of each kernel
_GAP = 5  # pixels on the page, between slices


@in_house_style
def kernel_slices(kernels, title=None):
    """Draw the first slices of some kernels: a row for each filter, a column for each input channel.

    Parameters
    ----------
    kernels : dict of str to array, shape (k, k, C, N)
        One to three, by the name that is written over each.
    title : str, optional
        Instead of how much of each kernel one pattern a channel holds.

    Returns
    -------
    Picture
        Weights above 0 blue, below 0 red, on one scale.

    Raises
    ------
    ValueError
        When there are none or too many, or one is no kernel.

    Used in notebook 03.
    """
    if not 1 <= len(kernels) <= 3:
        raise ValueError(f"There are {len(kernels)} kernels; from one to three can be drawn side by side.")
    held = {name: 100 * (1 - fit_errors(kernel)[0] ** 2) for name, kernel in kernels.items()}
    first = next(iter(held))
    title = (
        title or f"One pattern for each channel holds {held[first]:.0f} % of the squared weights of the {first}"
    )
    limit = max(abs(np.asarray(kernel)[..., :_CHANNELS, :_FILTERS]).max() for kernel in kernels.values()) or 1
    wide = (WIDTH - 2 * MARGIN - 30 * (len(kernels) - 1)) / len(kernels)
    slice_ = min(46, (wide - 26) / _CHANNELS - _GAP)
    picture = Picture(
        _FILTERS * (slice_ + _GAP) + 48, title,
        "Rows: filters. Columns: input channels. Blue: above 0. Red: below 0.",
    )  # fmt: skip
    page = picture.page()
    for place, (name, kernel) in enumerate(kernels.items()):
        kernel = np.asarray(kernel)
        left = MARGIN + place * (wide + 30) + 26
        page.text(left, 8, name, size=TEXT, weight="bold", va="center")
        for channel in range(min(_CHANNELS, kernel.shape[2])):
            x = left + channel * (slice_ + _GAP)
            page.text(x + slice_ / 2, 26, f"c{channel + 1}", size=SMALL, color=MUTED, ha="center", va="center")
            for number in range(min(_FILTERS, kernel.shape[3])):
                y = 36 + number * (slice_ + _GAP)
                if not channel:
                    page.text(left - 6, y + slice_ / 2, f"f{number + 1}", size=SMALL, color=MUTED, ha="right",
                              va="center")  # fmt: skip
                page.imshow(
                    kernel[..., channel, number], cmap="RdBu", vmin=-limit, vmax=limit, interpolation="nearest",
                    extent=(x, x + slice_, y + slice_, y), aspect="auto",
                )  # fmt: skip
    page.set(xlim=(0, WIDTH), ylim=(picture.body, 0))
    # Many shades.
    picture.photographic = True
    picture.alt = (
        f"Slices of {listed(kernels)} as small coloured squares, a row for each of the first filters "
        "and a column for "
        f"each of the first channels. {title}. "
        + "; ".join(
            f"{name}, {'×'.join(map(str, np.shape(kernel)))}: one pattern for each channel holds "
            f"{held[name]:.0f} %"
            for name, kernel in kernels.items()
        )
        + "."
    )
    return picture


@in_house_style
def fit_curve(kernels, title=None):
    """Draw how far the closest separable layer is from a kernel, against the depth multiplier.

    Parameters
    ----------
    kernels : dict of str to array, shape (k, k, C, N)
        By what to call them.
    title : str, optional
        Instead of the finding, which is about the first.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When there is none, or one is no kernel.

    Used in notebook 03.
    """
    if not kernels:
        raise ValueError("There is no kernel to fit: pass at least one.")
    errors = {name: 100 * fit_errors(kernel) for name, kernel in kernels.items()}
    first = next(iter(errors))
    title = title or (
        f"With one kernel a channel the closest separable layer misses {errors[first][0]:.0f} % of {first}; "
        f"with {len(errors[first])} it misses nothing"
    )
    picture = Picture(260, title, "Length of the difference over the length of the kernel, by least squares.")
    axes = picture.add_subplot()
    for (name, values), colour in zip(errors.items(), LINES * len(errors), strict=False):
        axes.plot(
            range(1, len(values) + 1), values, color=colour, marker="o", markersize=5, linewidth=2, label=name
        )
    axes.annotate(
        f"{errors[first][0]:.0f} %", (1, errors[first][0]), (-3, -9), textcoords="offset points", size=TEXT,
        color=darker(LINES[0]), va="top",
    )  # fmt: skip
    most = max(map(len, errors.values()))
    axes.set(
        xlim=(0.7, most + 0.3), ylim=(0, 104), xticks=range(1, most + 1),
        xlabel="depth multiplier: kernels for each channel", ylabel="missed (%)",
    )  # fmt: skip
    axes.legend(frameon=False, fontsize=TEXT, loc="lower left", labelcolor=INK)
    picture.alt = f"Line chart. {title}. " + " ".join(
        f"{name}: {listed(f'{value:.0f} % at {m}' for m, value in enumerate(values, start=1))}."
        for name, values in errors.items()
    )
    return picture
