"""One layer's step of the recurrence, with its own numbers in it.

Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019.
"""

from course.arithmetic import Axis
from course.arithmetic.layer import WINDOW
from course.widgets.rendered import number


def recurrence(layer, before, after):
    """Return how a layer changes one axis, as formulas with the numbers put in.

    Parameters
    ----------
    layer : course.arithmetic.Layer
    before, after : tuple of course.arithmetic.Axis
        (height, width) of its input and of its output.

    Returns
    -------
    dict of str to list
        For "height" and "width", or for "height and width" where they agree, a list of
        (name, formula, numbers, result), all str. Empty where the layer changes none of them, or
        where the recurrence does not hold.
    """
    height, width = (_steps(layer, i, before[i], after[i]) for i in (0, 1))
    return {"height and width": height} if height == width else {"height": height, "width": width}


def in_words(layer, before, after):
    """Return in a sentence what the formulas leave out; "" where they say all."""
    if not all(axis.fields for axis in after):
        return f"What a {layer.kind} unit sees is not known here, so the ledger gives no field from here on."
    if any(axis.unbounded or axis.varies for axis in (*before, *after)):
        return "Fields here depend on a unit's position, or reach everywhere. The ledger gives the largest."
    if layer.role == WINDOW:
        return _leftovers(layer, before, after)
    return f"{layer.kind} leaves size, jump and receptive field as they are." if before == after else ""


def unused(layer, axis, before, after):
    """Return how many of the last rows (axis 0) or columns (axis 1) no window reaches, because of the stride."""
    if layer.role != WINDOW:
        return 0
    kernel, stride, dilation = _taps(layer, axis)
    return max(0, before.size - (after.size - 1) * stride - (kernel - 1) * dilation - 1)


def _steps(layer, i, before, after):
    if not all(map(_simple, (before, after))):
        return []
    if layer.role == WINDOW:
        return _window_steps(layer, i, before, after)
    if before == after:
        return []
    n, jump, field = before.size, before.jump, before.receptive_field
    if after.size == 1 and after.receptive_field == field + (n - 1) * jump:
        return [
            ("size", "1", "", "1"),
            ("RF", "RF_in + (n − 1) × jump_in", f"{field} + ({n} − 1) × {jump}", f"{after.receptive_field}"),
        ]
    if after.receptive_field == field and after.jump == jump:
        added = after.size - n
        return [
            ("size", "n + ends", f"{n} {_signed(added)}", f"{after.size}"),
            ("start", "start_in − first end × jump_in", f"{number(before.start)} − "
             f"{number((before.start - after.start) / jump)} × {jump}", number(after.start)),
        ]  # fmt: skip
    return []


def _simple(axis):
    """Return whether an axis has one known field, the same for all units."""
    return axis.start is not None and not axis.varies and not axis.unbounded


def _window_steps(layer, i, before, after):
    kernel, stride, dilation = _taps(layer, i)
    extent = (kernel - 1) * dilation + 1
    n, jump, field, start = before.size, before.jump, before.receptive_field, before.start
    same = layer.padding == "same"
    left = max((after.size - 1) * stride + extent - n, 0) // 2 if same else 0
    return [
        ("k_eff", "(k − 1) × dilation + 1", f"({kernel} − 1) × {dilation} + 1", f"{extent}"),
        ("size", "⌈n / stride⌉", f"⌈{n} / {stride}⌉", f"{after.size}")
        if same
        else ("size", "⌊(n − k_eff) / stride⌋ + 1", f"⌊({n} − {extent}) / {stride}⌋ + 1", f"{after.size}"),
        ("RF", "RF_in + (k_eff − 1) × jump_in", f"{field} + ({extent} − 1) × {jump}", f"{after.receptive_field}"),
        ("jump", "jump_in × stride", f"{jump} × {stride}", f"{after.jump}"),
        (
            "start",
            "start_in + ((k_eff − 1) / 2 − pad) × jump_in",
            f"{number(start)} + ({number((extent - 1) / 2)} − {left}) × {jump}",
            number(after.start),
        ),
    ]


def _taps(layer, axis):
    kernel, stride, dilation = layer.taps()
    return kernel[axis], stride[axis], dilation[axis]


def _leftovers(layer, before, after):
    rows, columns = (unused(layer, i, before[i], after[i]) for i in (0, 1))
    alike = (rows, before[0].size, layer.taps()[1][0]) == (columns, before[1].size, layer.taps()[1][1])
    if rows and alike:
        return f"{_leftover(layer, 0, before, rows, 'row')} The same holds for the columns."
    kinds = ((0, rows, "row"), (1, columns, "column"))
    return " ".join(_leftover(layer, i, before, count, what) for i, count, what in kinds if count)


def _leftover(layer, axis, before, count, what):
    stride = _taps(layer, axis)[1]
    last = f"last {what} is" if count == 1 else f"last {count} {what}s are"
    return f"{before[axis].size} {what}s, stride {stride}: the {last} not used."


def _signed(value):
    return f"+ {value}" if value >= 0 else f"− {-value}"


def image_axes(input_shape):
    """Return the axes of the image itself."""
    return Axis.image(input_shape[0]), Axis.image(input_shape[1])
