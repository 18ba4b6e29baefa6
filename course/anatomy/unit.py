"""The arithmetic of one unit of a trained network: every number from its window to its value.

A layer is a built Keras layer, asked for its settings and weights only; nothing is computed by Keras but
activations that are not written out here. Sums are made in float64. Padding follows TensorFlow: of an odd
number of rows, the one more lies at the end.
"""

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from course.anatomy.convolution import Term
from course.arithmetic import LayerError

WEIGHTED = ("Conv2D", "DepthwiseConv2D", "SeparableConv2D", "Dense")
POOLING = ("MaxPooling2D", "AveragePooling2D", "GlobalMaxPooling2D", "GlobalAveragePooling2D")
_IDLE = ("Dropout", "SpatialDropout2D", "GaussianDropout", "GaussianNoise")  # while it does not train
_MOVING = ("Flatten", "Reshape", "ZeroPadding2D", "Cropping2D", "Rescaling")
_ACTIVATIONS = ("Activation", "ReLU", "LeakyReLU", "Softmax")
# What changes a unit by itself, or by the other channels of its position: it has no window.
FOLDED = ("BatchNormalization", *_IDLE, *_ACTIVATIONS)


@dataclass(frozen=True, eq=False)
class Weighed:
    """A window times a kernel, plus a bias. In a separable layer, the sums of the channels are mixed in between.

    Parameters
    ----------
    values, weights : numpy.ndarray, shape (rows, columns, kernels)
        For each kernel the window of its channel, 0 where there is padding, and its weights.
    channels : numpy.ndarray, shape (kernels,)
        The input channel that each kernel looks at.
    mixing : numpy.ndarray or None, shape (kernels,)
        The pointwise weights of a separable layer.
    bias : float
    inside : numpy.ndarray, shape (rows, columns)
        False where the window lies on padding.
    """

    values: np.ndarray
    weights: np.ndarray
    channels: np.ndarray
    mixing: np.ndarray
    bias: float
    inside: np.ndarray

    @cached_property
    def sums(self):
        """The sum of each kernel's products, shape (kernels,)."""
        return (self.values * self.weights).sum(axis=(0, 1))

    @cached_property
    def parts(self):
        """What each kernel adds to the value, shape (kernels,)."""
        return self.sums if self.mixing is None else self.sums * self.mixing

    @property
    def value(self):
        """The sum of all parts, and the bias."""
        return float(self.parts.sum() + self.bias)

    def term(self, kernel):
        """Return one kernel's Term: its window, its weights and what they add."""
        mixing = None if self.mixing is None else float(self.mixing[kernel])
        return Term(int(self.channels[kernel]), self.values[..., kernel], self.weights[..., kernel], mixing)


@dataclass(frozen=True, eq=False)
class Pooled:
    """A window of one channel, of which the largest value or the mean is taken.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, columns)
    inside : numpy.ndarray, shape (rows, columns)
        False where the window lies on padding, which pooling leaves out.
    largest : bool
        Whether the largest is taken, and not the mean.
    """

    values: np.ndarray
    inside: np.ndarray
    largest: bool

    @property
    def taken(self):
        """(row, column) in the window of the largest value, the first of several; None for a mean."""
        held = np.where(self.inside, self.values, -np.inf)
        return tuple(map(int, np.unravel_index(held.argmax(), held.shape))) if self.largest else None

    @property
    def value(self):
        """The largest value, or the mean, of what is no padding."""
        held = self.values[self.inside]
        return float(held.max() if self.largest else held.mean())


@dataclass(frozen=True)
class Normalised:
    """gamma × (before − mean) / √(variance + epsilon) + beta, with the statistics kept from training.

    Source: Ioffe & Szegedy, "Batch Normalization", 2015, algorithm 2.
    """

    before: float
    mean: float
    variance: float
    gamma: float
    beta: float
    epsilon: float

    @property
    def value(self):
        """The value after it."""
        return self.gamma * (self.before - self.mean) / (self.variance + self.epsilon) ** 0.5 + self.beta


@dataclass(frozen=True)
class Activated:
    """A function of the value before it; softmax is one of all channels."""

    name: str
    before: float
    value: float


@dataclass(frozen=True)
class Kept:
    """What hands a value on as it is.

    Parameters
    ----------
    kind : str
        The layer's class.
    value : float
    place : tuple of int or None
        Where in the layer's input it lies, from 0; None where padding made it.
    """

    kind: str
    value: float
    place: tuple


def unit_steps(layers, inputs, place):
    """Return every step that leads from what a layer takes to one unit's value.

    Parameters
    ----------
    layers : sequence of built Keras layers
        A layer, and those folded into it: all but the first are of `FOLDED`.
    inputs : numpy.ndarray
        What the first layer takes, without the batch: (height, width, channels), or (features,).
    place : tuple of int
        (row, column, channel) of the unit, from 0, or (feature,).

    Returns
    -------
    list of (str, step)
        The name of the layer that does it, and a `Weighed`, `Pooled`, `Normalised`, `Activated` or `Kept`. The
        unit's value is that of the last.

    Raises
    ------
    LayerError
        When a layer's arithmetic is not known here, or one that is not the first has a window.
    """
    inputs = np.asarray(inputs, np.float64)
    steps = []
    for number, layer in enumerate(layers):
        kind = _kind(layer)
        if number and kind not in FOLDED:
            raise LayerError(f"{layer.name} ({kind}) has a window of its own: begin with it.")
        before = steps[-1][1].value if steps else None

        def all_before(number=number):
            """The values of all channels at the position, which a softmax needs."""
            if not number:
                return inputs[place[:-1]]
            last = [_each(layer) for layer in layers[:number] if _each(layer)]
            width = last[0] if last else inputs.shape[-1]
            return [unit_steps(layers[:number], inputs, (*place[:-1], i))[-1][1].value for i in range(width)]

        steps += [(layer.name, step) for step in _layer(layer, kind, inputs, place, before, all_before)]
    return steps


def _layer(layer, kind, inputs, place, before, all_before):
    """Return a layer's own steps to a unit, whose value is `before` where another layer came first."""
    if kind in WEIGHTED:
        weighed = _weighed(layer, kind, inputs, place)

        def sums():
            return [_weighed(layer, kind, inputs, (*place[:-1], i)).value for i in range(_each(layer))]

        linear = getattr(layer.activation, "__name__", "") == "linear"
        return [weighed] if linear else [weighed, _activated(layer, "", weighed.value, sums, place[-1])]
    if kind in POOLING:
        return [_pooled(layer, kind, inputs, place)]
    if kind in _MOVING:
        return [_moved(layer, kind, inputs, place)]
    if kind in FOLDED:
        before = float(inputs[place]) if before is None else before
        if kind == "BatchNormalization":
            return [_normalised(layer, before, place)]
        return [
            Kept(kind, before, place) if kind in _IDLE else _activated(layer, kind, before, all_before, place[-1])
        ]
    raise LayerError(f"{layer.name} ({kind}): how its units come about is not taken apart here; choose another")


def _each(layer):
    """Return how many channels a weighted layer puts out, None for other layers."""
    kind = _kind(layer)
    if kind == "DepthwiseConv2D":
        return prod(layer.kernel.shape[2:])
    return {"Dense": "units", "Conv2D": "filters", "SeparableConv2D": "filters"}.get(kind) and getattr(
        layer, "units" if kind == "Dense" else "filters"
    )


def _kind(layer):
    return type(layer).__name__


def _numpy(weight):
    return np.asarray(weight, np.float64)


def _taps(n, kernel, stride, dilation, padding, out):
    """Return which places along an axis a window looks at, and which of them lie inside."""
    reach = (kernel - 1) * dilation + 1
    if padding == "same":
        before = max((-(-n // stride) - 1) * stride + reach - n, 0) // 2
    elif padding == "valid":
        before = 0
    else:
        raise LayerError(f"padding {padding!r} is not taken apart here; use 'same' or 'valid'")
    taps = out * stride - before + np.arange(kernel) * dilation
    return taps, (0 <= taps) & (taps < n)


def _window(inputs, place, kernel, strides, dilation, padding):
    """Return the values under a window, shape (rows, columns, channels), 0 on padding, and what is inside."""
    (rows, down), (columns, across) = (
        _taps(*along, padding, out)
        for *along, out in zip(inputs.shape[:2], kernel, strides, dilation, place[:2], strict=True)
    )
    inside = down[:, None] & across
    found = inputs[rows.clip(0, inputs.shape[0] - 1)[:, None], columns.clip(0, inputs.shape[1] - 1)]
    return np.where(inside[..., None], found, 0), inside


def _check_last(layer):
    if getattr(layer, "data_format", "channels_last") != "channels_last":
        raise LayerError(f"{layer.name}: only data_format='channels_last' is taken apart here")


def _weighed(layer, kind, inputs, place):
    """Return one unit's sum. A Dense layer's window is 1×1: its inputs are channels of one position."""
    channel = place[-1]
    bias = float(_numpy(layer.bias)[channel]) if layer.use_bias else 0.0
    if kind == "Dense":
        values, inside = inputs[place[:-1]].reshape(1, 1, -1), np.ones((1, 1), bool)
        kernel = _numpy(layer.kernel)[:, channel]
        return Weighed(values, kernel.reshape(1, 1, -1), np.arange(len(kernel)), None, bias, inside)
    _check_last(layer)
    values, inside = _window(inputs, place, layer.kernel_size, layer.strides, layer.dilation_rate, layer.padding)
    mixing = None
    if kind == "Conv2D":
        kernel = _numpy(layer.kernel)[..., channel]
        seen = kernel.shape[-1]
        start = channel // (layer.filters // layer.groups) * seen
        channels = np.arange(start, start + seen)
    else:
        # Keras 3 calls a depthwise layer's weights `kernel`, a separable one's `depthwise_kernel`.
        each = _numpy(layer.kernel if kind == "DepthwiseConv2D" else layer.depthwise_kernel)
        multiplier = each.shape[-1]
        kernel = each.reshape(*each.shape[:2], -1)
        channels = np.arange(kernel.shape[-1]) // multiplier
        if kind == "DepthwiseConv2D":
            kernel, channels = kernel[..., [channel]], channels[[channel]]
        else:
            mixing = _numpy(layer.pointwise_kernel)[0, 0, :, channel]
    return Weighed(values[..., channels], kernel, channels, mixing, bias, inside)


def _pooled(layer, kind, inputs, place):
    _check_last(layer)
    largest = "Max" in kind
    if kind.startswith("Global"):
        values = inputs[..., place[-1]]
        return Pooled(values, np.ones(values.shape, bool), largest)
    one = inputs[..., [place[-1]]]
    values, inside = _window(one, place, layer.pool_size, layer.strides, (1, 1), layer.padding)
    return Pooled(values[..., 0], inside, largest)


def _normalised(layer, before, place):
    axis = layer.axis if isinstance(layer.axis, int) else layer.axis[0]
    if axis not in (-1, len(place)):
        raise LayerError(f"{layer.name} normalises axis {axis}: only the last, the channels, is taken apart here")
    weights = (layer.moving_mean, layer.moving_variance, layer.gamma if layer.scale else None)
    mean, variance, gamma = (1.0 if w is None else float(_numpy(w)[place[-1]]) for w in weights)
    beta = float(_numpy(layer.beta)[place[-1]]) if layer.center else 0.0
    return Normalised(before, mean, variance, gamma, beta, float(layer.epsilon))


def _activated(layer, kind, before, all_before, channel):
    """Return the step that an activation is: written out for the commonest, else Keras's own function."""
    function = layer if kind in ("ReLU", "LeakyReLU", "Softmax") else layer.activation
    name = kind.lower() or getattr(function, "__name__", _kind(function))
    if kind == "Activation":
        name = getattr(function, "__name__", _kind(function))
    plain = kind != "ReLU" or (layer.max_value is None and not layer.negative_slope and not layer.threshold)
    if name == "relu" and plain:
        return Activated(name, before, max(before, 0.0))
    if name == "softmax" and getattr(layer, "axis", -1) == -1:
        values = _numpy(all_before())
        powers = np.exp(values - values.max())
        return Activated(name, before, float(powers[channel] / powers.sum()))
    if name in ("softmax", "log_softmax"):
        raise LayerError(f"{layer.name}: only a softmax of the channels is taken apart here")
    return Activated(name, before, float(_numpy(function(np.full((1, 1), before, np.float32)))[0, 0]))


def _moved(layer, kind, inputs, place):
    """Return the one input that such a layer hands on."""
    if kind in ("Flatten", "Reshape"):
        _check_last(layer)
        shape = (prod(inputs.shape),) if kind == "Flatten" else layer.target_shape
        if -1 in shape:
            shape = tuple(-prod(inputs.shape) // prod(shape) if side == -1 else side for side in shape)
        source = np.unravel_index(np.ravel_multi_index(place, shape), inputs.shape)
    elif kind == "Rescaling":
        scale, offset = (np.broadcast_to(value, inputs.shape)[place] for value in (layer.scale, layer.offset))
        return Kept(kind, float(inputs[place] * scale + offset), place)
    else:
        _check_last(layer)
        ((top, _), (left, _)) = layer.padding if kind == "ZeroPadding2D" else layer.cropping
        sign = -1 if kind == "ZeroPadding2D" else 1
        source = (place[0] + sign * top, place[1] + sign * left, place[2])
        if not all(0 <= at < side for at, side in zip(source, inputs.shape, strict=True)):
            return Kept(kind, 0.0, None)
    source = tuple(map(int, source))
    return Kept(kind, float(inputs[source]), source)
