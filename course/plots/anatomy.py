"""One output value of a convolution: the window, the kernel's slices, and the sums they give."""

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
    in_house_style,
)

_COLOURS = dict(zip(MAPS, (VERMILLION, GREEN, BLUE, "#777777", ORANGE, PURPLE), strict=True))
_LABELS = 92  # pixels on the page, left of everything
_LINE = 18
_CELL = 18  # at most
_PALE, _GREY = "#F2F2F2", "#ABABAB"
_WIDE_CELL = 28  # for the output's values
_TERMS = 6  # in a line of the sum
_KINDS = {
    "standard": "Every filter has a slice of its kernel for every input channel.",
    "grouped": "Channels are kept apart in groups. A filter sees the channels of its own group.",
    "depthwise": "Each channel has a kernel of its own. No output value sees two channels.",
    "pointwise": "The window is one position. All its channels are weighted and added.",
    "separable": "First each channel alone, then all channels of one position: two steps, nothing in between.",
}


@in_house_style
def anatomy(convolution, patch, row=0, column=0, output=0, title=None):
    """Draw how one output value of a convolution comes about, with all its numbers.

    Parameters
    ----------
    convolution : course.anatomy.Convolution
    patch : numpy.ndarray, shape (7, 7, 6)
        As `course.anatomy.patch_of` returns it. The first of its maps are the input's channels.
    row, column, output : int
        Which position, and which output channel, from 0.
    title : str, optional
        Instead of how many multiplications the value and the layer take.

    Returns
    -------
    Picture

    Used in notebook 03.
    """
    marks, height = scene(convolution, patch, row, column, output)
    picture = Picture(height + 4, title or counts_in_words(convolution), _KINDS[convolution.kind])
    draw(marks, picture.page())
    picture.alt = (
        f"One output value of a {convolution.kind} convolution, taken apart. {picture.title}. "
        f"{in_words(convolution, patch, row, column, output)} "
        + " ".join(f"{MAPS[t.channel]}: {spelt_out(t)}." for t in terms(convolution, patch, row, column, output))
    )
    return picture


def counts_in_words(convolution):
    """Return how many multiplications one value and the whole layer take, and how many parameters it holds."""
    alone, counts = sum(multiplications(convolution)), convolution.counts()
    return (
        f"{counted(alone, 'multiplication')} make one value of the {convolution.kind} convolution; the layer does "
        f"{counts.macs:,} and holds {counted(counts.parameters, 'parameter')}"
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
    pitch = min(150, (WIDTH - 2 * MARGIN - _LABELS) / convolution.channels)
    cell = min(_CELL, int((pitch - 14) / SIDE))
    found = terms(convolution, patch, row, column, output)
    marks = []

    def left(channel):
        return MARGIN + _LABELS + channel * pitch

    top = _LINE
    marks.append(Words(MARGIN, top + SIDE * cell / 2, "input", TEXT, "start", True))
    for channel in range(convolution.channels):
        window = (row, column) if channel in {term.channel for term in found} else None
        marks += _sheet(convolution, patch[..., channel], MAPS[channel], left(channel), top, cell, window)

    top += SIDE * cell + 12
    block = convolution.window * cell + 6 + _LINE
    several = len(found) > len({term.channel for term in found})
    per_channel = 0
    for i, term in enumerate(found):
        per_channel = per_channel + 1 if i and found[i - 1].channel == term.channel else 0
        marks += _slice(term, left(term.channel), top + per_channel * block, cell, SIDE * cell)
    middle = top + convolution.window * cell / 2
    steps = convolution.kind == "separable"
    marks.append(Words(MARGIN, middle, "1 depthwise" if steps else "kernel", TEXT, "start", True))
    sums = top + convolution.window * cell + 4 + _LINE / 2
    marks.append(Words(MARGIN, sums, "2 pointwise" if steps else "sums", TEXT, "start", True))

    top += (convolution.depth_multiplier if several else 1) * block + 14
    marks += _result(convolution, patch, found, (row, column, output), top)
    rows = convolution.counts().output_shape[0]
    lines = len(_sum_lines(found)) + 1 + len(_counting(convolution))
    return marks, top + _LINE + max(rows * _WIDE_CELL, lines * _LINE)


def _sheet(convolution, values, name, x, y, cell, window):
    """Draw one channel of the input. Where it does not feed the output value it is pale."""
    marks = [Words(x + SIDE * cell / 2, y - 8, name, SMALL, colour=None if window else _GREY)]
    k = convolution.window
    top, left = (place * convolution.step for place in window) if window else (-k, -k)
    for i in range(SIDE):
        for j in range(SIDE):
            inside = top <= i < top + k and left <= j < left + k
            value = int(values[i, j])
            fill = _tint(_COLOURS[name], 0.1 + 0.62 * value / BRIGHTEST) if window else _PALE
            marks.append(Box(x + j * cell, y + i * cell, cell, cell, fill, "white", 0.6))
            marks.append(
                Words(
                    x + (j + 0.5) * cell,
                    y + (i + 0.5) * cell,
                    str(value),
                    _digits(cell),
                    bold=inside,
                    colour=INK if inside else MUTED if window else _GREY,
                )  # fmt: skip
            )
    if window:
        marks.append(Box(x + left * cell, y + top * cell, k * cell, k * cell, None, INK, 2))
    return marks


def _slice(term, x, y, cell, width):
    """Draw the kernel's slice for one channel, and what it adds."""
    k = len(term.weights)
    start = x + (width - k * cell) / 2
    marks = []
    for i in range(k):
        for j in range(k):
            weight = int(term.weights[i, j])
            marks.append(Box(start + j * cell, y + i * cell, cell, cell, _weight_tint(weight), "white", 0.6))
            marks.append(
                Words(start + (j + 0.5) * cell, y + (i + 0.5) * cell, _signed(weight), _digits(cell), colour=INK)
            )
    marks.append(Box(start, y, k * cell, k * cell, None, MUTED, 1))
    text = _signed(term.sum) if term.mixing is None else _mixed(term)
    size = TEXT if term.mixing is None else SMALL
    marks.append(Words(x + width / 2, y + k * cell + 4 + _LINE / 2, text, size))
    return marks


def _result(convolution, patch, found, place, y):
    """Draw the output channel, with the sum that makes the chosen value beside it."""
    row, column, output = place
    values = output_map(convolution, patch, output)
    x = MARGIN + _LABELS
    marks = [
        Words(MARGIN, y + _LINE + len(values) * _WIDE_CELL / 2, "output", TEXT, "start", True),
        Words(x, y + 6, f"channel {output} of {convolution.outputs}, counted from 0", SMALL, "start"),
    ]
    y += _LINE
    largest = max(1, abs(values).max())
    for i, line in enumerate(values):
        for j, value in enumerate(line):
            chosen = (i, j) == (row, column)
            fill = to_hex([1 - 0.3 * abs(value) / largest] * 3)
            marks.append(Box(x + j * _WIDE_CELL, y + i * _WIDE_CELL, _WIDE_CELL, _WIDE_CELL, fill, "white", 0.6))
            marks.append(
                Words(
                    x + (j + 0.5) * _WIDE_CELL,
                    y + (i + 0.5) * _WIDE_CELL,
                    _signed(value),
                    7.5,
                    bold=chosen,
                    colour=INK,
                )  # fmt: skip
            )
    marks.append(Box(x + column * _WIDE_CELL, y + row * _WIDE_CELL, _WIDE_CELL, _WIDE_CELL, None, INK, 2))
    # Beside the widest map that there is, so that the text stays where it is as settings change.
    x += SIDE * _WIDE_CELL + 22
    lines = [*_sum_lines(found), "", *_counting(convolution)]
    marks += [
        Words(x, y + 8 + i * _LINE, line, TEXT, "start", bold=i == 0 and len(found) <= _TERMS)
        for i, line in enumerate(lines)
    ]
    return marks


def _sum_lines(found):
    parts = [_signed(found[0].part)]
    parts += [f"{'−' if term.part < 0 else '+'} {abs(term.part)}" for term in found[1:]]
    lines = [" ".join(parts[i : i + _TERMS]) for i in range(0, len(parts), _TERMS)]
    total = _signed(sum(term.part for term in found))
    return [*lines[:-1], f"{lines[-1]} = {total}" if len(found) > 1 else f"the value is {total}"]


def _counting(convolution):
    """Return how the multiplications are counted, in two or three lines."""
    area, mixing = (
        f"{convolution.window}×{convolution.window}",
        convolution.channels * convolution.depth_multiplier,
    )
    counts, (alone, _) = convolution.counts(), multiplications(convolution)
    rows, columns, outputs = counts.output_shape
    where = f"{rows}×{columns} positions"
    if convolution.kind == "separable":
        return [
            f"{area}×{mixing} + {mixing} = {alone + mixing} multiplications for this value alone",
            f"all {outputs} filters share the first {alone}:",
            f"({alone} + {mixing}×{outputs}) × {where} = {counts.macs:,} for the layer",
        ]
    seen = alone // convolution.window**2
    return [
        f"{area}×{seen} = {alone} multiplications for this value",
        f"{alone} × {where} × {counted(outputs, 'output channel')} = {counts.macs:,} for the layer",
    ]


def _mixed(term):
    return f"{_signed(term.sum)} × {_bracketed(term.mixing)} = {_signed(term.part)}"


def _bracketed(value):
    return f"(−{-value})" if value < 0 else str(value)


def _signed(value):
    return str(value).replace("-", "−")


def _digits(cell):
    return min(SMALL, 0.48 * cell)


def _tint(colour, strength):
    return to_hex([1 - strength * (1 - part) for part in to_rgb(colour)])


def _weight_tint(weight):
    return _tint(BLUE if weight > 0 else VERMILLION, 0.4 * abs(weight)) if weight else _PALE
