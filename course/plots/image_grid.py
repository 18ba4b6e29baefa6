"""A sheet of images."""

from collections import Counter

import numpy as np

from course._given import check_whole
from course.plots.arguments import checked
from course.plots.picture import (
    MARGIN,
    SHARPNESS,
    SMALL,
    WIDTH,
    Picture,
    counted,
    in_house_style,
    listed,
    text_width,
    wrapped,
)
from course.table import Table

_GAP = 3  # pixels on the page
_ROW_NAME = 8  # points: ten columns of CIFAR-10 are then exactly 2 pixels on the page for each of an image's
_LARGEST = 140  # pixels on the page, for one column
_LINE_HEIGHT = 14
MOST_IMAGES = 400


@in_house_style
@checked
def image_grid(images, labels, names, columns=10, title=None, captions=None, answers=None):
    """Draw images as a sheet, enlarged without smoothing.

    Without `captions`, images are sorted by class. Each class starts a row of its own with its name
    beside it; where classes have fewer than three images on average, each image has its class's name
    under it instead. With `captions`, images stay in the order given, each with its caption under it. With
    `answers` they do too: the caption is the answer, and where it is wrong the true class follows.

    Parameters
    ----------
    images : numpy.ndarray
        uint8, shape (N, height, width, 3), with N from 1 to 400.
    labels : array of int
        Class numbers, shape (N,).
    names : sequence of str
        The name of each class.
    columns : int
        Images in a row.
    title : str, optional
        Instead of the count of images and classes, or of right answers. Say here what data set they are from.
    captions : sequence of str, optional
        One for each image.
    answers : array of int, optional
        The class that a network answers for each image, shape (N,), in place of captions.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When images are not uint8 or not colour images, or when the numbers of images, labels and
        captions or answers differ.
    """
    images, labels = np.asarray(images), np.asarray(labels)
    _check(images, labels, names, columns, {"captions": captions, "answers": answers})
    if answers is not None:
        right = np.equal(answers, labels)
        captions = [
            names[answer] if hit else f"{names[answer]}, not {names[label]}"
            for answer, label, hit in zip(answers, labels, right, strict=True)
        ]
        title = title or f"{right.sum()} of {counted(len(images), 'image')} are right"
    order = np.arange(len(images)) if captions is not None else np.argsort(labels, kind="stable")
    counts = Counter(names[i] for i in labels[order])
    by_class = captions is None and len(images) >= 3 * len(counts)
    if captions is None and not by_class:
        captions = [names[i] for i in labels]
    rows = _rows(order, labels, columns, by_class)

    title = title or _title(counts)
    aside = max(text_width(name, _ROW_NAME) for name in counts) + 6 if by_class else 0
    column = min((WIDTH - 2 * MARGIN - aside + _GAP) // columns, _LARGEST)
    height, width = images.shape[1:3]
    # A whole number of drawn pixels for each of an image's, where there is room, so that all look equally large.
    drawn = (column - _GAP) * SHARPNESS // width
    scale = drawn / SHARPNESS if drawn else (column - _GAP) / width
    height, width = scale * height, scale * width
    under = [] if by_class else [wrapped(captions[i], column - _GAP, SMALL) for i in range(len(images))]
    deep = [max((len(under[i]) for i in row), default=0) * _LINE_HEIGHT if under else 0 for row in rows]

    # A sheet by class is told by its counts, any other image by image, as both are drawn.
    cells = counts.items() if by_class else (
        (number, names[labels[i]], captions[i]) for number, i in enumerate(order, start=1)
    )  # fmt: skip
    table = Table(("class", "images") if by_class else ("image", "class", "caption"), cells)
    picture = Picture(sum(height + d + _GAP + (4 if d else 0) for d in deep) + MARGIN, title, table=table)
    picture.photographic = True
    page = picture.page()
    top, written = 0, None
    for row, depth in zip(rows, deep, strict=True):
        if by_class and labels[row[0]] != written:
            written = labels[row[0]]
            page.text(MARGIN, top + height / 2, names[written], size=_ROW_NAME, va="center")
        for place, i in enumerate(row):
            left = MARGIN + aside + place * column
            page.imshow(
                images[i], extent=(left, left + width, top + height, top), interpolation="nearest", aspect="auto"
            )
            for number, line in enumerate(under[i] if under else ()):
                beneath = top + height + 3 + number * _LINE_HEIGHT
                page.text(left + width / 2, beneath, line, size=SMALL, ha="center", va="top")
        top += height + depth + _GAP + (4 if depth else 0)
    page.set(xlim=(0, WIDTH), ylim=(picture.body, 0))
    if by_class:
        told = f"From top to bottom: {listed(f'{count} {name}' for name, count in table.rows)}."
    else:
        told = f"Row by row, with captions: {'; '.join(table.column('caption'))}."
    picture.describe(f"A sheet of {counted(len(images), 'image')}", told)
    return picture


def _check(images, labels, names, columns, under):
    if images.ndim != 4 or images.shape[-1] != 3 or not 1 <= len(images) <= MOST_IMAGES:
        raise ValueError(
            f"images has shape {images.shape}; it must be (N, height, width, 3) with N from 1 to {MOST_IMAGES}: "
            "choose some, as in images[:100]."
        )
    if images.dtype != np.uint8:
        raise ValueError(
            f"images has dtype {images.dtype}; it must be uint8 from 0 to 255: "
            "multiply by 255 if yours run from 0 to 1, then call .astype('uint8')."
        )
    if labels.shape != (len(images),) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(
            f"labels has shape {labels.shape} and dtype {labels.dtype}; {counted(len(images), 'image')} need one "
            "whole number each."
        )
    if labels.min() < 0 or labels.max() >= len(names):
        raise ValueError(
            f"labels run from {labels.min()} to {labels.max()}, and names holds {counted(len(names), 'name')}: "
            "pass a name for each class."
        )
    for what, given in under.items():
        if given is not None and len(given) != len(images):
            raise ValueError(f"{what} holds {len(given)} for {counted(len(images), 'image')}: pass one for each.")
    check_whole("columns", columns, 1)


def _rows(order, labels, columns, by_class):
    groups = [order[labels[order] == label] for label in np.unique(labels)] if by_class else [order]
    return [group[i : i + columns] for group in groups for i in range(0, len(group), columns)]


def _title(counts):
    if len(counts) == 1:
        return f"{counted(sum(counts.values()), 'image')} of class {next(iter(counts))}"
    if len(set(counts.values())) == 1:
        return f"{counted(next(iter(counts.values())), 'image')} of each of {len(counts)} classes"
    return f"{sum(counts.values())} images of {len(counts)} classes"
