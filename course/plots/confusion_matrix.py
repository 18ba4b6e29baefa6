"""Which classes are taken for which."""

import matplotlib
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import Rectangle

from course.plots.picture import MARGIN, MUTED, SMALL, WIDTH, Picture, plot, text_width
from course.table import Table

_ROW = 34  # pixels on the page
_RIGHT = "#CFE3F1"  # the diagonal: pale blue, far from every orange
_SMALLEST = 7  # points
MOST_CLASSES = 20


@plot
def confusion_matrix(labels, predictions, names, title=None):
    """Draw how often images of each class are taken for each other class.

    The colours of the mistakes have a scale of their own, from none to the largest mistake, so that
    they can be seen beside a diagonal that is many times larger.

    Parameters
    ----------
    labels : array of int
        True class numbers, shape (N,).
    predictions : array of int
        Predicted class numbers, shape (N,).
    names : sequence of str
        The name of each class, 20 at most.

    Raises
    ------
    ValueError
        When shapes, dtypes or class numbers do not fit.
    """
    labels, predictions = np.asarray(labels), np.asarray(predictions)
    _check(labels, predictions, names)
    classes = len(names)
    counts = np.zeros((classes, classes), dtype=int)
    np.add.at(counts, (labels, predictions), 1)
    wrong = counts - np.diag(np.diag(counts))
    right = np.trace(counts)
    result = f"{right:,} of {len(labels):,} images are right ({100 * right / len(labels):.2f} %)"
    rows = [(name, *row, sum(row)) for name, row in zip(names, counts.tolist(), strict=True)]
    table = Table(("true class", *names, "images"), rows, notes=(result,))
    longest = max(text_width(name, SMALL) for name in names)
    aside = max(longest, text_width("true class \u2193", SMALL)) + 10
    column = (WIDTH - 2 * MARGIN - aside) / classes
    # Names stand upright over columns too narrow for them.
    upright = longest * _SMALLEST / SMALL > column - 4
    head_size = SMALL if upright else SMALL * min(1, (column - 4) / longest)
    left, top = MARGIN + aside, 28 + (longest if upright else 20)
    size = SMALL * min(1, (column - 4) / text_width(f"{counts.max():,}", SMALL, "bold"))
    shades = _even_oranges()

    key = "Blue: right. Orange: mistakes, darker is more."
    finding = title or _finding(counts, wrong, names)
    picture = Picture(classes * _ROW + top + MARGIN, finding, f"{result}. {key}", table=table)
    page = picture.page()
    page.text(MARGIN, 12, "true class \u2193", size=SMALL, color=MUTED, va="center")
    page.text(left, 12, "predicted class \u2192", size=SMALL, color=MUTED, va="center")
    for i, name in enumerate(names):
        page.text(left - 6, top + (i + 0.5) * _ROW, name, size=SMALL, ha="right", va="center")
        page.text(
            left + (i + 0.5) * column, top - 4, name, size=head_size, ha="center", va="bottom",
            rotation=90 if upright else 0,
        )  # fmt: skip
        for j in range(classes):
            share = wrong[i, j] / max(wrong.max(), 1)
            colour = _RIGHT if i == j else shades(share)
            page.add_patch(
                Rectangle((left + j * column, top + i * _ROW), column, _ROW, facecolor=colour, edgecolor="white")
            )
            page.text(
                left + (j + 0.5) * column, top + (i + 0.5) * _ROW, table.texts[i][j + 1], size=size,
                ha="center", va="center", weight="bold" if i == j else "normal",
                color="white" if i != j and share > 0.7 else MUTED if not counts[i, j] else "black",
            )  # fmt: skip
    each = ", ".join(f"{cells[0]} {cells[i + 1]:,} of {cells[-1]:,}" for i, cells in enumerate(table.rows))
    picture.describe(f"Confusion matrix of {classes} classes", f"{result}.", f"Right per class: {each}.")
    return picture


def _check(labels, predictions, names):
    if predictions.ndim == 2:
        raise ValueError(
            f"predictions has shape {predictions.shape}; pass one class number for each image: "
            "probabilities.argmax(axis=1)."
        )
    if labels.ndim != 1 or labels.shape != predictions.shape or not len(labels):
        raise ValueError(
            f"labels has shape {labels.shape} and predictions {predictions.shape}; both must be (N,) with N > 0."
        )
    if not 2 <= len(names) <= MOST_CLASSES:
        raise ValueError(f"names holds {len(names)}; a confusion matrix is drawn for 2 to {MOST_CLASSES} classes.")
    for numbers, what in ((labels, "labels"), (predictions, "predictions")):
        if not np.issubdtype(numbers.dtype, np.integer):
            raise ValueError(f"{what} has dtype {numbers.dtype}; class numbers must be whole numbers.")
        if numbers.min() < 0 or numbers.max() >= len(names):
            raise ValueError(
                f"{what} runs from {numbers.min()} to {numbers.max()}; with {len(names)} names it must stay "
                f"between 0 and {len(names) - 1}."
            )


def _finding(counts, wrong, names):
    if not wrong.any():
        return f"All {counts.sum():,} images are right"
    true, taken = np.unravel_index(wrong.argmax(), wrong.shape)
    return (
        f"The largest confusion: {wrong[true, taken]:,} of {counts[true].sum():,} images of class {names[true]} "
        f"are taken for {names[taken]}"
    )


def _even_oranges():
    """Return matplotlib's Oranges, spaced so that equal steps are equal steps of lightness (CIE L*)."""
    fine = matplotlib.colormaps["Oranges"](np.linspace(0, 1, 512))[:, :3]
    linear = np.where(fine <= 0.04045, fine / 12.92, ((fine + 0.055) / 1.055) ** 2.4)
    lightness = 116 * np.cbrt(linear @ [0.2126, 0.7152, 0.0722]) - 16
    wanted = np.linspace(lightness[0], lightness[-1], 256)
    places = np.interp(-wanted, -lightness, np.arange(512))
    return ListedColormap(fine[places.round().astype(int)])
