"""Layers as frozen dataclasses, named and parameterised as Keras names them.

A layer knows how it changes the two axes of its input, how many parameters it holds and how many
multiply-accumulates (MACs) it needs. MACs are counted for convolutions and Dense layers; additions
of a bias, pooling, normalisation and activations are not counted, as is usual.
"""

from dataclasses import dataclass, fields
from math import prod

from course.arithmetic.layer import Layer, LayerError, need_image
from course.arithmetic.windows import (
    AveragePooling2D,
    Conv2D,
    DepthwiseConv2D,
    MaxPooling2D,
    SeparableConv2D,
)


@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole map: one unit a channel, which sees it all."""

    keepdims: bool = False

    def axes(self, axes, shape):
        need_image(shape)
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
        need_image(shape)
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
