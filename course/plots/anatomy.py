"""One output value of a convolution: the window, the kernel's slices, and the sums they give."""

from functools import lru_cache

import numpy as np
from matplotlib.colors import to_hex, to_rgb

from course.anatomy import BRIGHTEST, MAPS, SIDE, multiplications, output_map, terms
from course.plots.marks import Box, Words, draw
from course.plots.picture import (
    BLUE,
    GREEN,
    INK,
    MARGIN,
    MUTED,
    ORANGE,
    PURPLE,
    SMALL,
    TEXT,
    VERMILLION,
    WIDTH,
    Picture,
    counted,
    plot,
)
from course.table import Table

_COLOURS = dict(zip(MAPS, (VERMILLION, GREEN, BLUE, "#777777", ORANGE, PURPLE), strict=True))
# Pixels on the page.
_LABELS = 92  # left of everything
_PITCH = 150  # from channel to channel, at most
_GAP = 9  # between channels, at least
_LINE = 18
_CELL = 18  # at most
_WIDE_CELL = 29  # for the output's values
# Digits can be read on their fills: at 4.5 to 1 or more, and at 3.5 to 1 in a channel that is not used.
_DIM, _PALE = "#444444", "#F2F2F2"
_UNUSED, _GREY = "#80808020", "#767676"  # the first lets the page through, white or dark
_TERMS = 6  # in a line of the sum
_KINDS = {
    "standard": "Every filter has a slice of its kernel for every input channel.",
    "grouped": "Channels are kept apart in groups. A filter sees the channels of its own group.",
    "depthwise": "Each channel has a kernel of its own. No output value sees two channels.",
    "pointwise": "The window is one position. All its channels are weighted and added.",
    "separable": "First each channel alone, then all channels of one position. There is no activation in between.",
}


@plot
def anatomy(convolution, patch, row=0, column=0, output=0, title=None):
    """Draw how one output value of a convolution comes about, with all its numbers.

    The title says how many multiplications the value and the layer take.

    Parameters
    ----------
    convolution : course.anatomy.Convolution
    patch : numpy.ndarray, shape (7, 7, 6)
        As `course.anatomy.patch_of` returns it. The first of its maps are the input's channels.
    row, column, output : int
        Which position, and which output channel, from 0.

    Raises
    ------
    ValueError
        When the patch does not fit the convolution, or there is no such output value.
    """
    marks, height = scene(convolution, patch, row, column, output)
    counts, place = counts_in_words(convolution), (row, column, output)
    found = terms(convolution, patch, *place)
    table = Table(
        ("input channel", "products", "part of the sum"),
        [(MAPS[term.channel], spelt_out(term), term.part) for term in found],
        ("sum", "", sum(term.part for term in found)),
        (in_words(convolution, patch, *place), f"{counts}."),
    )
    picture = Picture(height + 4, title or counts, _KINDS[convolution.kind], table=table)
    draw(marks, picture.page())
    picture.describe(
        f"One output value of a {convolution.kind} convolution, taken apart",
        f"{counts}." if title else "",
        table.notes[0],
        *(f"{channel}: {products}." for channel, products, _ in table.rows),
    )
    return picture


def counts_in_words(convolution):
    """Return how many multiplications one value and the whole layer take, and how many parameters it holds."""
    alone, counts = sum(multiplications(convolution)), convolution.counts()
    make = "makes" if alone == 1 else "make"
    return (
        f"{counted(alone, 'multiplication')} {make} one value of the {convolution.kind} convolution; "
        f"the layer does {counts.macs:,} and holds {counted(counts.parameters, 'parameter')}"
    )


def in_words(convolution, patch, row, column, output):
    """Return one output value in a sentence."""
    found = terms(convolution, patch, row, column, output)
    seen = len({term.channel for term in found})
    return (
        f"Output ({row}, {column}) of channel {output} is {_signed(sum(t.part for t in found))}, "
        f"from {seen} of {counted(convolution.channels, 'input channel')}."
    )


def spelt_out(term):
    """Return a term's arithmetic with its numbers: 3×1 + 4×0 = 3."""
    pairs = zip(term.values.ravel(), term.weights.ravel(), strict=True)
    text = f"{' + '.join(f'{value}×{_bracketed(weight)}' for value, weight in pairs)} = {_signed(term.sum)}"
    return text if term.mixing is None else f"{text}; {_mixed(term)}"


def scene(convolution, patch, row, column, output):
    """Return the marks of the drawing, and its height.

    Parameters
    ----------
    convolution, patch, row, column, output
        As for `anatomy`.

    Returns
    -------
    (list of Box and Words, float)
        The drawing is as wide as a picture.
    """
    pitch = min(_PITCH, (WIDTH - 2 * MARGIN - _LABELS) // convolution.channels)
    # A kernel has room for larger cells than the input has.
    cell, kernel_cell = (min(_CELL, int((pitch - _GAP) / side)) for side in (SIDE, convolution.window))
    left = [MARGIN + _LABELS + channel * pitch for channel in range(convolution.channels)]
    found = {}
    for term in terms(convolution, patch, row, column, output):
        found.setdefault(term.channel, []).append(term)

    top = _LINE
    marks = [_label("input", top + SIDE * cell / 2)]
    for channel, x in enumerate(left):
        window = (row * convolution.step, column * convolution.step) if channel in found else None
        marks += _sheet(patch[..., channel], MAPS[channel], x, top, cell, window, convolution.window)
    top += SIDE * cell + 12

    separable = convolution.kind == "separable"
    height = convolution.window * kernel_cell
    for together in zip(*found.values(), strict=True):
        marks.append(_label("1 depthwise" if separable else "kernel", top + height / 2))
        marks.append(_label("sums", top + height + 4 + _LINE / 2))
        if separable:
            marks.append(_label("2 pointwise", top + height + 4 + 1.5 * _LINE))
        for term in together:
            marks += _slice(term, left[term.channel] + SIDE * cell / 2, top, kernel_cell)
        top += height + (2 if separable else 1) * _LINE + 12
    below, bottom = _result(
        convolution, patch, [term for some in found.values() for term in some], (row, column, output), top + 10
    )
    return [*marks, *below], bottom


def _label(text, y):
    return Words(MARGIN, y, text, TEXT, "start", True)


def _sheet(values, name, x, y, cell, window, k):
    """Draw one channel of the input, pale unless a window of k rows, at (row, column), is looked at."""
    marks = [Words(x + SIDE * cell / 2, y - 8, name, SMALL, colour=None if window else _GREY)]
    if not window:
        marks.append(Box(x, y, SIDE * cell, SIDE * cell, _UNUSED))
    top, left = window or (SIDE, SIDE)
    for (i, j), value in np.ndenumerate(values):
        inside = top <= i < top + k and left <= j < left + k
        fill = tint(_COLOURS[name], 0.08 + 0.42 * value / BRIGHTEST) if window else None
        colour = INK if inside else _DIM if window else _GREY
        marks += cell_of(
            x + j * cell, y + i * cell, cell, fill, str(value), min(SMALL, 0.53 * cell), colour, inside
        )
    if window:
        marks.append(Box(x + left * cell, y + top * cell, k * cell, k * cell, None, INK, 2))
    return marks


def _slice(term, middle, y, cell):
    """Draw the kernel's slice for one channel, with what it adds underneath."""
    k = len(term.weights)
    x = middle - k * cell / 2
    marks = []
    for (i, j), weight in np.ndenumerate(term.weights):
        fill = tint(BLUE if weight > 0 else VERMILLION, 0.4) if weight else _PALE
        marks += cell_of(x + j * cell, y + i * cell, cell, fill, _signed(weight), 0.42 * cell, INK)
    marks.append(Box(x, y, k * cell, k * cell, None, MUTED, 1))
    y += k * cell + 4 + _LINE / 2
    marks.append(Words(middle, y, _signed(term.sum), TEXT))
    if term.mixing is not None:
        marks.append(Words(middle, y + _LINE, f"× {_bracketed(term.mixing)} = {_signed(term.part)}", SMALL))
    return marks


def _result(convolution, patch, found, place, y):
    """Draw the output channel, with the sum that makes the chosen value beside it; return where it ends too."""
    *chosen, output = place
    values = output_map(convolution, patch, output)
    x, top = MARGIN + _LABELS, y + _LINE
    name = f"channel {output} of {convolution.outputs}, counted from 0"
    marks = [_label("output", top + len(values) * _WIDE_CELL / 2), Words(x, y + 6, name, SMALL, "start")]
    marks += _map(values, x, top, tuple(chosen))
    # Beside the widest map that there is, so that the text stays where it is as settings change.
    x += SIDE * _WIDE_CELL + 18
    sums = _sum_lines(found)
    lines = [*sums, "", *_counting(convolution)]
    marks += [
        Words(x, y + 8 + i * _LINE, line, TEXT, "start", bold=i < len(sums))
        for i, line in enumerate(lines)
        if line
    ]
    return marks, max(top + len(values) * _WIDE_CELL, y + len(lines) * _LINE)


def _map(values, x, y, chosen):
    """Draw one channel of the output, darker where a value is further from 0."""
    largest = max(1, abs(values).max())
    size = 7.5 if largest < 100 else 6.5
    marks = []
    for (i, j), value in np.ndenumerate(values):
        # Not even a 0 is as white as the page.
        fill = tint(INK, 0.06 + 0.26 * abs(value) / largest)
        place = x + j * _WIDE_CELL, y + i * _WIDE_CELL
        marks += cell_of(*place, _WIDE_CELL, fill, _signed(value), size, INK, (i, j) == chosen)
    row, column = chosen
    place = x + column * _WIDE_CELL, y + row * _WIDE_CELL
    return [*marks, Box(*place, _WIDE_CELL, _WIDE_CELL, None, INK, 2)]


def cell_of(x, y, side, fill, text, size, colour, bold=False):
    """Return the marks of one cell of a grid: a square of `side` pixels at (x, y) and what is written in it."""
    box = [Box(x, y, side, side, fill, "white", 0.6)] if fill else []
    return [*box, Words(x + side / 2, y + side / 2, text, size, bold=bold, colour=colour)]


def _sum_lines(found):
    """Return the sum that makes the value, in lines of a few terms."""
    total = _signed(sum(term.part for term in found))
    if len(found) == 1:
        return [f"the value is {total}"]
    parts = [_signed(found[0].part)]
    parts += [f"{'−' if term.part < 0 else '+'} {abs(term.part)}" for term in found[1:]]
    lines = [" ".join(parts[i : i + _TERMS]) for i in range(0, len(parts), _TERMS)]
    return [*lines[:-1], f"{lines[-1]} = {total}"]


def _counting(convolution):
    """Return how multiplications and parameters are counted, in three or four lines."""
    counts, (alone, mixing) = convolution.counts(), multiplications(convolution)
    rows, columns, outputs = counts.output_shape
    window = f"{convolution.window}×{convolution.window}"
    where = "1 position" if rows * columns == 1 else f"{rows}×{columns} positions"
    if mixing:
        lines = [
            f"{window}×{mixing} + {mixing} = {alone + mixing} multiplications for this value",
            *([f"all {outputs} filters share the first {alone}:"] if outputs > 1 else []),
            f"({alone} + {mixing}×{outputs}) × {where} = {counts.macs:,} for the layer",
        ]
    else:
        lines = [
            f"{window}×{alone // convolution.window**2} = {counted(alone, 'multiplication')} for this value",
            f"{alone} × {where} × {counted(outputs, 'output channel')} = {counts.macs:,} for the layer",
        ]
    weights = " + ".join(f"{part.size:,}" for part in convolution.weights())
    noun = "weight" if weights == "1" else "weights"
    biases = "1 bias" if outputs == 1 else f"{outputs} biases"
    return [*lines, f"{weights} {noun} + {biases} (0 here) = {counts.parameters:,} parameters"]


def _mixed(term):
    return f"{_signed(term.sum)} × {_bracketed(term.mixing)} = {_signed(term.part)}"


def _bracketed(value):
    return f"(−{-value})" if value < 0 else str(value)


def _signed(value):
    return str(value).replace("-", "−")


@lru_cache(4096)  # a picture has hundreds of cells, and few colours
def tint(colour, strength):
    """Return a colour mixed with white, as hex digits: white at a strength of 0, the colour itself at 1."""
    return to_hex([1 - strength * (1 - part) for part in to_rgb(colour)])
