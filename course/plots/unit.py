"""One unit of a trained network by its numbers: windows, kernels, sums, and what follows them."""

import numpy as np

from course.anatomy import Activated, Normalised, Pooled, Weighed
from course.plots.anatomy import cell_of, tint
from course.plots.marks import Box, Words
from course.plots.picture import BLUE, INK, MARGIN, MUTED, SMALL, TEXT, VERMILLION, WIDTH, counted

_LABELS, _LINE, _GAP = 92, 18, 16
_MOST = 40  # pixels a cell
_READABLE = 25  # pixels of a cell that still holds digits
_COLUMNS = 4
_WORDS = 88  # pixels of what stands under a window


def signed(value, digits=3):
    """Return a number in a few digits, with a real minus."""
    return f"{value:.{digits}g}".replace("-", "\u2212")


def unit_scene(steps):
    """Return the marks of a unit's arithmetic, and their height.

    Of the kernels, the four that add most are drawn, and the rest as one sum.

    Parameters
    ----------
    steps : list of (str, step)
        From `course.anatomy.unit_steps`.

    Returns
    -------
    (list of Box and Words, float)
        The drawing is as wide as a picture.
    """
    marks, y = [], 4
    for name, step in steps:
        if isinstance(step, (Weighed, Pooled)):
            drawn, y = (_weighed if isinstance(step, Weighed) else _pooled)(step, y)
            marks += drawn
        for line in _lines(name, step):
            marks.append(Words(MARGIN, y + _LINE / 2, line, TEXT, "start"))
            y += _LINE
    marks.append(Words(MARGIN, y + _LINE / 2 + 4, f"value {signed(steps[-1][1].value, 4)}", TEXT, "start", True))
    return marks, y + _LINE + 10


def _lines(name, step):
    """Return a step in lines of words and numbers."""
    if isinstance(step, Weighed):
        what = "sums" if step.mixing is None else "sums, each times its pointwise weight"
        total = f"all {len(step.parts)} {what}" if len(step.parts) > 1 else "sum"
        return [
            f"{name}: {total} {signed(step.parts.sum(), 4)}, with the bias {signed(step.bias, 4)}: "
            f"{signed(step.value, 4)}"
        ]
    if isinstance(step, Pooled):
        if step.taken:
            return [
                f"{name}: the largest, at row {step.taken[0]}, column {step.taken[1]}: {signed(step.value, 4)}"
            ]
        return [f"{name}: the mean of {counted(int(step.inside.sum()), 'value')}: {signed(step.value, 4)}"]
    if isinstance(step, Normalised):
        return [
            f"{name}: {signed(step.gamma, 4)} × ({signed(step.before, 4)} \u2212 ({signed(step.mean, 4)})) / "
            f"√({signed(step.variance, 4)} + {signed(step.epsilon)}) + ({signed(step.beta, 4)}) = "
            f"{signed(step.value, 4)}"
        ]
    if isinstance(step, Activated):
        return [f"{name}: {step.name} makes {signed(step.value, 4)} of {signed(step.before, 4)}"]
    where = "padding" if step.place is None else f"its input at {step.place}"
    return [f"{name} ({step.kind}): hands on {signed(step.value, 4)} from {where}"]


def spelt_out(steps):
    """Return every product of a unit in words and numbers, a line for each kernel."""
    lines = []
    for _, step in steps:
        if not isinstance(step, Weighed):
            continue
        for kernel, (total, part) in enumerate(zip(step.sums, step.parts, strict=True)):
            pairs = zip(step.values[..., kernel].ravel(), step.weights[..., kernel].ravel(), strict=True)
            products = " + ".join(f"{signed(value)}×({signed(weight)})" for value, weight in pairs)
            line = f"input channel {step.channels[kernel]}: {products} = {signed(total, 4)}"
            if step.mixing is not None:
                line += f"; × ({signed(step.mixing[kernel])}) = {signed(part, 4)}"
            lines.append(line)
    return lines


def in_words(steps):
    """Return the steps that follow from one another in one paragraph, for a screen reader."""
    return ". ".join(line for name, step in steps for line in _lines(name, step))


def _weighed(step, y):
    order = np.argsort(-np.abs(step.parts), kind="stable")[:_COLUMNS]
    rows, columns = step.inside.shape
    pitch = (WIDTH - 2 * MARGIN - _LABELS) / _COLUMNS
    side = min(_MOST, (pitch - _GAP) / columns, 150 / rows)
    tall = rows * side
    tops = y + _LINE, y + _LINE + tall + 8
    marks = [_label("window", tops[0] + tall / 2), _label("kernel", tops[1] + tall / 2)]
    under = tops[1] + tall + 2
    marks.append(_label("sum", under + _LINE / 2))
    if step.mixing is not None:
        marks.append(_label("pointwise", under + 1.5 * _LINE))
    largest = np.abs(step.values[..., order]).max(), np.abs(step.weights[..., order]).max()
    for number, kernel in enumerate(order):
        # A window of one cell is narrower than what is written over and under it.
        term, half = step.term(kernel), columns * side / 2
        middle = MARGIN + _LABELS + number * pitch + max(half, _WORDS / 2)
        x = middle - half
        marks.append(Words(middle, y + 8, f"channel {term.channel}", SMALL))
        marks += _grid(term.values, x, tops[0], side, largest[0], step.inside)
        marks += _grid(term.weights, x, tops[1], side, largest[1])
        marks.append(Words(middle, under + _LINE / 2, signed(term.sum), TEXT))
        if step.mixing is not None:
            text = f"× {signed(term.mixing)} = {signed(term.part)}"
            marks.append(Words(middle, under + 1.5 * _LINE, text, SMALL))
    y = under + (1 if step.mixing is None else 2) * _LINE + 6
    if len(order) < len(step.parts):
        rest = step.parts.sum() - step.parts[order].sum()
        text = f"These {len(order)} add most. The other {len(step.parts) - len(order)} together: {signed(rest, 4)}"
        marks.append(Words(MARGIN + _LABELS, y + _LINE / 2, text, SMALL, "start"))
        y += _LINE
    return marks, y + 4


def _pooled(step, y):
    rows, columns = step.values.shape
    side = min(_MOST, 420 / columns, 260 / rows)
    x = MARGIN + _LABELS
    marks = [_label("window", y + rows * side / 2)]
    marks += _grid(step.values, x, y, side, np.abs(step.values).max(), step.inside)
    if step.taken:
        row, column = step.taken
        marks.append(Box(x + column * side, y + row * side, side, side, None, INK, 2.5))
    return marks, y + rows * side + 8


def _grid(values, x, y, side, largest, inside=None):
    """Draw a window or a kernel; a cell of padding is grey and says 0."""
    marks = []
    for (i, j), value in np.ndenumerate(values):
        held = inside is None or inside[i, j]
        share = 0.5 * abs(value) / largest if largest else 0
        fill = tint(BLUE if value >= 0 else VERMILLION, 0.06 + share) if held else "#CCCCCC"
        text = (_short(value) if held else "0") if side >= _READABLE else ""
        marks += cell_of(x + j * side, y + i * side, side, fill, text, min(SMALL, 0.21 * side), INK)
    marks.append(Box(x, y, values.shape[1] * side, values.shape[0] * side, None, MUTED, 1))
    return marks


def _short(value):
    size = abs(value)
    text = f"{value:.0f}" if size >= 100 or value == 0 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"
    return text.replace("-", "\u2212")


def _label(text, y):
    return Words(MARGIN, y, text, TEXT, "start", True)
