"""Layers as frozen dataclasses, named and parameterised as Keras names them.

A layer knows how it changes the two axes of its input, how many parameters it holds and how many
multiply-accumulates (MACs) it needs. MACs are counted for convolutions and Dense layers; additions
of a bias, pooling, normalisation and activations are not counted, as is usual.
"""

import re
from dataclasses import dataclass, field, fields
from math import prod


class LayerError(ValueError):
    """One sentence: which layer can't be, and why."""


@dataclass(frozen=True)
class Layer:
    """What every layer has: a name, and no effect unless a subclass says so."""

    name: str = field(default=None, kw_only=True)

    @property
    def kind(self):
        """The Keras class name."""
        return type(self).__name__

    @property
    def snake_name(self):
        """The class name as Keras turns it into a layer's default name: conv2d, max_pooling2d."""
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.kind).lower()

    def axes(self, axes, shape):
        """Return the (height, width) axes of the output."""
        return axes

    def output_shape(self, shape, axes):
        """Return the output shape, given the input shape and the output axes."""
        return shape

    def parameters(self, shape):
        """Return (trainable, non-trainable) parameter counts for an input of this shape."""
        return 0, 0

    def macs(self, shape, output_shape):
        """Return the multiply-accumulates for one image."""
        return 0

    def _pair(self, key):
        """Return a parameter as (height, width), having checked that both are whole and positive."""
        value = getattr(self, key)
        pair = (value, value) if isinstance(value, int) else tuple(value)
        if len(pair) != 2 or not all(isinstance(v, int) and v >= 1 for v in pair):
            raise LayerError(f"{key} is {value!r}; it must be a whole number of at least 1, or two of them")
        return pair

    def _check_counts(self, *keys):
        for key in keys:
            value = getattr(self, key)
            if not isinstance(value, int) or value < 1:
                raise LayerError(f"{key} is {value!r}; it must be a whole number of at least 1")


@dataclass(frozen=True)
class _Window(Layer):
    """A layer that slides a window over height and width."""

    def _taps(self):
        """Return the window's kernel, strides and dilation, each as (height, width)."""
        raise NotImplementedError

    def axes(self, axes, shape):
        if self.padding not in ("valid", "same"):
            raise LayerError(f"padding is {self.padding!r}; it must be 'valid' or 'same'")
        _need_image(shape)
        kernel, strides, dilation = self._taps()
        out = tuple(axes[i].window(kernel[i], strides[i], dilation[i], self.padding) for i in (0, 1))
        if min(axis.size for axis in out) < 1:
            window = "×".join(str((kernel[i] - 1) * dilation[i] + 1) for i in (0, 1))
            raise LayerError(
                f"a {window} window does not fit its {shape[0]}×{shape[1]} input; "
                "use padding='same', a smaller window, or less pooling before it"
            )
        return out


@dataclass(frozen=True)
class _Convolution(_Window):
    def _taps(self):
        return self._pair("kernel_size"), self._pair("strides"), self._pair("dilation_rate")

    def _kernel_area(self):
        return prod(self._pair("kernel_size"))


@dataclass(frozen=True)
class Conv2D(_Convolution):
    """A convolution: every filter sees every channel of its group."""

    filters: int
    kernel_size: int | tuple
    strides: int | tuple = 1
    padding: str = "valid"
    dilation_rate: int | tuple = 1
    groups: int = 1
    activation: str = None
    use_bias: bool = True

    def output_shape(self, shape, axes):
        self._check_counts("filters", "groups")
        for what, count in (("input channels", shape[-1]), ("filters", self.filters)):
            if count % self.groups:
                raise LayerError(f"{count} {what} can't be shared out among {self.groups} groups")
        return axes[0].size, axes[1].size, self.filters

    def parameters(self, shape):
        weights = self._kernel_area() * shape[-1] // self.groups * self.filters
        return weights + self.filters * self.use_bias, 0

    def macs(self, shape, output_shape):
        return self._kernel_area() * shape[-1] // self.groups * prod(output_shape)


@dataclass(frozen=True)
class SeparableConv2D(_Convolution):
    """A depthwise convolution, then a 1x1 convolution, with nothing in between and one bias."""

    filters: int
    kernel_size: int | tuple
    strides: int | tuple = 1
    padding: str = "valid"
    dilation_rate: int | tuple = 1
    depth_multiplier: int = 1
    activation: str = None
    use_bias: bool = True

    def output_shape(self, shape, axes):
        self._check_counts("filters", "depth_multiplier")
        return axes[0].size, axes[1].size, self.filters

    def parameters(self, shape):
        middle = shape[-1] * self.depth_multiplier
        return self._kernel_area() * middle + middle * self.filters + self.filters * self.use_bias, 0

    def macs(self, shape, output_shape):
        middle = shape[-1] * self.depth_multiplier
        return prod(output_shape[:2]) * (self._kernel_area() * middle + middle * self.filters)


@dataclass(frozen=True)
class DepthwiseConv2D(_Convolution):
    """A convolution that keeps channels apart: each has `depth_multiplier` filters of its own."""

    kernel_size: int | tuple
    strides: int | tuple = 1
    padding: str = "valid"
    depth_multiplier: int = 1
    dilation_rate: int | tuple = 1
    activation: str = None
    use_bias: bool = True

    def output_shape(self, shape, axes):
        self._check_counts("depth_multiplier")
        return axes[0].size, axes[1].size, shape[-1] * self.depth_multiplier

    def parameters(self, shape):
        channels = shape[-1] * self.depth_multiplier
        return self._kernel_area() * channels + channels * self.use_bias, 0

    def macs(self, shape, output_shape):
        return self._kernel_area() * prod(output_shape)


@dataclass(frozen=True)
class _Pooling(_Window):
    pool_size: int | tuple = 2
    strides: int | tuple = None
    padding: str = "valid"

    def _taps(self):
        pool = self._pair("pool_size")
        return pool, pool if self.strides is None else self._pair("strides"), (1, 1)

    def output_shape(self, shape, axes):
        return axes[0].size, axes[1].size, shape[-1]


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """The largest value in each window. The stride is the window's size unless given."""


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """The mean of each window. The stride is the window's size unless given."""


@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole map: one unit a channel, which sees it all."""

    keepdims: bool = False

    def axes(self, axes, shape):
        _need_image(shape)
        return tuple(axis.gather() for axis in axes)

    def output_shape(self, shape, axes):
        return (1, 1, shape[-1]) if self.keepdims else (shape[-1],)


@dataclass(frozen=True)
class ZeroPadding2D(Layer):
    """Zeros around the map: one number, (height, width), or ((top, bottom), (left, right))."""

    padding: int | tuple = 1

    def _ends(self):
        value = self.padding
        pair = (value, value) if isinstance(value, int) else tuple(value)
        ends = tuple((v, v) if isinstance(v, int) else tuple(v) for v in pair)
        flat = [v for end in ends for v in end]
        if len(flat) != 4 or not all(isinstance(v, int) and v >= 0 for v in flat):
            raise LayerError(f"padding is {value!r}; it must be whole numbers of at least 0")
        return ends

    def axes(self, axes, shape):
        _need_image(shape)
        return tuple(axis.pad(*end) for axis, end in zip(axes, self._ends(), strict=True))

    def output_shape(self, shape, axes):
        return axes[0].size, axes[1].size, shape[-1]


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Per channel: a trainable scale and shift, and a moving mean and variance that are not trained.

    When the network is used it acts on each unit alone, so the receptive field stays.
    """

    center: bool = True
    scale: bool = True

    def parameters(self, shape):
        return shape[-1] * (self.center + self.scale), 2 * shape[-1]


@dataclass(frozen=True)
class Dropout(Layer):
    """Silence units at random while training."""

    rate: float

    def __post_init__(self):
        if not 0 <= self.rate <= 1:
            raise LayerError(f"rate is {self.rate!r}; it must be from 0 to 1")


@dataclass(frozen=True)
class Activation(Layer):
    """A function applied to each unit (softmax: across the channels of one position)."""

    activation: str


@dataclass(frozen=True)
class Flatten(Layer):
    """Put all units in one row. Each still sees what it saw."""

    def output_shape(self, shape, axes):
        return (prod(shape),)


@dataclass(frozen=True)
class Dense(Layer):
    """Every output unit sees every input unit.

    On a flattened map that is the whole map; on a map of shape (height, width, channels) Keras
    applies it at each position, as a 1x1 convolution.
    """

    units: int
    activation: str = None
    use_bias: bool = True

    def axes(self, axes, shape):
        return axes if len(shape) == 3 else tuple(axis.gather() for axis in axes)

    def output_shape(self, shape, axes):
        self._check_counts("units")
        return (*shape[:-1], self.units)

    def parameters(self, shape):
        return shape[-1] * self.units + self.units * self.use_bias, 0

    def macs(self, shape, output_shape):
        return shape[-1] * prod(output_shape)


def _need_image(shape):
    if len(shape) != 3:
        raise LayerError(f"its input has shape {shape}, and it needs (height, width, channels)")


LAYERS = {
    layer.__name__: layer
    for layer in (
        Conv2D,
        SeparableConv2D,
        DepthwiseConv2D,
        MaxPooling2D,
        AveragePooling2D,
        GlobalAveragePooling2D,
        ZeroPadding2D,
        BatchNormalization,
        Dropout,
        Activation,
        Flatten,
        Dense,
    )
}


def from_config(kind, config):
    """Return a layer from a Keras class name and the layer's `get_config()`.

    Parameters
    ----------
    kind : str
        One of `LAYERS`.
    config : dict
        Keras's own keys; those that don't matter here are left out.

    Returns
    -------
    Layer

    Raises
    ------
    LayerError
        When the kind is not known, or its images have channels first.
    """
    if kind not in LAYERS:
        raise LayerError(f"a {kind} is not among the layers this ledger reads: {', '.join(LAYERS)}")
    if config.get("data_format") == "channels_first":
        raise LayerError("its images have channels first; build the model with channels last")
    wanted = {f.name for f in fields(LAYERS[kind])}
    given = {key: value for key, value in config.items() if key in wanted}
    if not isinstance(given.get("activation", ""), str):
        given["activation"] = "custom"
    return LAYERS[kind](**given)
