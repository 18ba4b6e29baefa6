"""Which layer fits a row of a summary? From its input's shape, its output's shape and its parameters."""

from itertools import product
from math import isqrt

from course.annotations.reading.keras_calls import layer_of
from course.arithmetic import LAYERS, from_config
from course.arithmetic.layer import RESIZING, WINDOW
from course.arithmetic.layers import arguments
from course.table import times

LARGEST_KERNEL = 15
LARGEST_POOL = 256
STRIDES = (1, 2, 3, 4, 5, 6, 7, 8)


def layer_from_counts(kind, inputs, shape, count):
    """Return (layer, how, why): how it was inferred, or why it was not.

    Parameters
    ----------
    kind : str
        The Keras 3 class name.
    inputs : list of tuple or None
        Shapes of what comes in.
    shape : tuple
        The output's.
    count : int
        Parameters as printed.

    Returns
    -------
    tuple
        (Layer or None, str or None, str or None).
    """
    before = inputs[0] if inputs else None
    if rule := _rule(kind):
        if before is None or len(before) != 3 or len(shape) != 3:
            return None, None, "its input or output is not (height, width, channels)"
        return rule(kind, before, shape, count)
    if kind == "BatchNormalization" and shape:
        return _normalisation(shape[-1], count)
    if kind == "Dense" and shape:
        return _dense(before, shape[-1], count)
    untold = {"rate": "custom", "activation": "custom", "target_shape": shape}
    config = {key: value for key, value in untold.items() if key in arguments(kind)}
    layer, _, why = layer_of(kind, [], config, False)
    return layer, None, f"{kind} is not among the layers this checker knows" if why == "" else why


def _rule(kind):
    layer = LAYERS.get(kind)
    if layer is None or layer.role not in (WINDOW, RESIZING):
        return None
    return next((rule for key, rule in _RULES.items() if key in layer.arguments()), None)


def _convolution(kind, before, shape, count):
    channels, filters = before[-1], shape[-1]
    fits = [
        (config, window)
        for config, area in _areas(kind, channels, filters, count)
        for window in _windows(area, before, shape)
    ]
    if not fits:
        return None, None, f"{count:,} parameters from {channels} to {filters} channels fit no kernel of this size"
    config, window = min(fits, key=_oddness)
    layer = from_config(kind, {**config, **window})
    rows, columns = window["kernel_size"]
    bias = "" if config["use_bias"] else " without bias"
    how = f"{count:,} parameters fit a {rows}×{columns} kernel{bias}; {_sizes(before, shape)} fits {_step(window)}"
    return layer, how + _others(fits, (config, window)), None


def _areas(kind, channels, filters, count):
    """Yield (config, taps of the kernel) for each way to have so many parameters."""
    if not channels * filters:
        return
    keys = LAYERS[kind].arguments()
    config = {"filters": filters} if "filters" in keys else {}
    multipliers = [{}]
    if "depth_multiplier" in keys:
        each = (1, 2, 3, 4) if config else [filters // channels] if filters % channels == 0 else ()
        multipliers = [{"depth_multiplier": multiplier} for multiplier in each]
    for use_bias in (True, False):
        for multiplier in multipliers:
            tried = {**config, "use_bias": use_bias, **multiplier}
            # Parameters grow evenly with the taps.
            one, two = (
                LAYERS[kind](kernel_size=(1, taps), **tried).parameters((1, 1, channels))[0] for taps in (1, 2)
            )
            more, left = divmod(count - one, two - one)
            if not left and more >= 0:
                yield tried, 1 + more


def _windows(area, before, shape):
    """Yield kernels of so many taps, with the stride, padding and dilation that give the output's size."""
    side = isqrt(area)
    square = [side] if side > LARGEST_KERNEL and side * side == area and side <= max(before[:2]) else []
    for rows in [*range(1, LARGEST_KERNEL + 1), *square]:
        columns, left = divmod(area, rows)
        if left or (columns > LARGEST_KERNEL and columns != rows):
            continue
        for padding, stride, dilation in [
            *product(("same", "valid"), STRIDES, (1,)),
            *product(("valid",), (1,), (2, 3, 4, 5, 6)),
        ]:
            kernel = (rows, columns)
            if all(_size(before[i], kernel[i], stride, dilation, padding) == shape[i] for i in (0, 1)):
                if kernel == (1, 1) and (padding == "same" or dilation > 1):
                    continue
                window = {"kernel_size": kernel, "strides": stride, "padding": padding, "dilation_rate": dilation}
                yield window


def _size(n, kernel, stride, dilation, padding):
    return -(-n // stride) if padding == "same" else (n - (kernel - 1) * dilation - 1) // stride + 1


def _oddness(fit):
    """Order readings from the commonest to the oddest."""
    config, window = fit
    rows, columns = window["kernel_size"]
    return (
        rows != columns,
        config.get("depth_multiplier", 1) if "filters" in config else 1,
        window["dilation_rate"],
        window["strides"],
        rows % 2 == 0,
        not config["use_bias"],
        window["padding"] != "same",
        abs(rows - 3),
    )


def _others(fits, chosen):
    """Name other readings with a square kernel that see something else."""

    def key(fit):
        config, window = fit
        step = (window["strides"], window["dilation_rate"])
        return window["kernel_size"], step, config["use_bias"], config.get("depth_multiplier", 1)

    others = {}
    for fit in fits:
        rows, columns = fit[1]["kernel_size"]
        if rows == columns and key(fit) != key(chosen):
            bias = "" if fit[0]["use_bias"] else " without bias"
            others.setdefault(key(fit), f"{rows}×{columns}{bias} with {_step(fit[1])}")
    return f" (also possible: {', '.join(list(others.values())[:3])})" if others else ""


def _step(window):
    dilation = "" if window["dilation_rate"] == 1 else f", dilation {window['dilation_rate']}"
    return f"padding '{window['padding']}', stride {window['strides']}{dilation}"


def _sizes(before, shape):
    return f"{times(before[:2])} to {times(shape[:2])}"


def _pooling(kind, before, shape, count):
    """Choose 2 where it fits, else how many times the output is smaller, else 3: summaries don't say."""
    if min(shape) < 1:
        return None, None, "its output is empty"
    ratio = before[0] // shape[0]
    commonest = [(2, 2), (ratio, ratio), (3, 2), (3, 1), (2, 1), *((n, n) for n in range(3, LARGEST_POOL))]
    for padding in ("valid", "same"):
        for pool, stride in commonest:
            if not 1 <= pool <= LARGEST_POOL:
                continue
            sizes = [_size(before[i], pool, stride, 1, padding) for i in (0, 1)]
            if (*sizes, before[2]) == shape:
                layer = from_config(kind, {"pool_size": pool, "strides": stride, "padding": padding})
                how = f"{_sizes(before, shape)} fits a {pool}×{pool} window, stride {stride}, padding '{padding}'"
                return layer, f"{how}; the window's size is not in a summary", None
    return None, None, f"no window leads from {_sizes(before, shape)}"


def _resized(kind, before, shape, count):
    """Zero padding, cropping and upsampling."""
    key = LAYERS[kind].arguments()[0]
    larger, smaller = (before, shape) if key == "cropping" else (shape, before)
    if key == "size":
        factors = [divmod(larger[i], smaller[i]) for i in (0, 1)]
        if any(left or not factor for factor, left in factors):
            return None, None, f"no factor leads from {_sizes(before, shape)}"
        return from_config(kind, {"size": tuple(factor for factor, _ in factors)}), None, None
    extra = [larger[i] - smaller[i] for i in (0, 1)]
    if min(extra) < 0:
        return None, None, f"it can't lead from {_sizes(before, shape)}"
    ends = tuple((n // 2, n - n // 2) for n in extra)
    doubt = "; which side has more is not in a summary" if extra[0] % 2 or extra[1] % 2 else ""
    return from_config(kind, {key: ends}), f"{_sizes(before, shape)} fits {key} {ends}{doubt}", None


def _transposed(kind, before, shape, count):
    fits = []
    for config, area in _areas(kind, before[-1], shape[-1], count):
        side = round(area**0.5)
        for stride, padding in product(STRIDES, ("same", "valid")):
            grown = [before[i] * stride + (max(side - stride, 0) if padding == "valid" else 0) for i in (0, 1)]
            if side * side == area and grown == list(shape[:2]):
                fits.append({**config, "kernel_size": side, "strides": stride, "padding": padding})
    if not fits:
        return None, None, f"{count:,} parameters and {_sizes(before, shape)} fit no square kernel"
    config = fits[0]
    how = (
        f"{count:,} parameters fit a {config['kernel_size']}×{config['kernel_size']} kernel; "
        f"{_sizes(before, shape)} fits stride {config['strides']}, padding '{config['padding']}'"
    )
    return from_config(kind, config), how, None


def _normalisation(channels, count):
    parts, left = divmod(count, channels) if channels else (0, 1)
    if left or parts not in (2, 3, 4):
        return None, None, f"{count:,} parameters are not 4 for each of {channels} channels"
    how = {4: None, 3: "3 parameters a channel fit scale=False", 2: "2 a channel fit scale=False, center=False"}
    return from_config("BatchNormalization", {"scale": parts == 4, "center": parts > 2}), how[parts], None


def _dense(before, units, count):
    features = before[-1] if before else None
    for use_bias in (True, False):
        if features and count == features * units + units * use_bias:
            how = None if use_bias else f"{count:,} parameters fit no bias"
            return from_config("Dense", {"units": units, "use_bias": use_bias}), how, None
    if features is None and units:
        return from_config("Dense", {"units": units}), None, None
    return None, None, f"{count:,} parameters from {features} to {units} units fit no Dense layer"


# By the setting that is looked for.
_RULES = {
    "output_padding": _transposed,
    "kernel_size": _convolution,
    "pool_size": _pooling,
    "size": _resized,
    "cropping": _resized,
    "padding": _resized,
}
