"""Layers that slide a window over height and width: convolutions and pooling, also of the whole map."""

from dataclasses import dataclass
from math import prod

from course._given import shown
from course.arithmetic.layer import GLOBAL, WINDOW, Layer, LayerError, both, need_image
from course.table import times

_STEP = ("strides", "padding", "data_format")


@dataclass(frozen=True)
class _Window(Layer):
    """A layer that slides a window over height and width."""

    role = WINDOW

    def taps(self):
        """Return the window's kernel, strides and dilation, each as (height, width)."""
        raise NotImplementedError

    def _check_padding(self):
        if self.padding not in ("valid", "same"):
            raise LayerError(f"padding is {shown(self.padding)}; it must be 'valid' or 'same'")

    def axes(self, axes, shape):
        self._check_padding()
        need_image(shape)
        kernel, strides, dilation = self.taps()
        taps = list(zip(kernel, strides, dilation, strict=True))
        first = axes[0].window(*taps[0], self.padding)
        alike = axes[0] is axes[1] and taps[0] == taps[1]
        out = first, first if alike else axes[1].window(*taps[1], self.padding)
        if min(axis.size for axis in out) < 1:
            window = times((kernel[i] - 1) * dilation[i] + 1 for i in (0, 1))
            raise LayerError(
                f"a {window} window does not fit its {shape[0]}×{shape[1]} input; "
                "use padding='same', a smaller window, or less pooling before it"
            )
        return out


@dataclass(frozen=True)
class _Convolution(_Window):
    family = "convolution"

    def taps(self):
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

    signature = ("filters", "kernel_size", *_STEP, "dilation_rate", "groups", "activation", "use_bias")
    new = {"filters": 16, "kernel_size": 3, "padding": "same", "activation": "relu"}

    def taps(self):
        kernel, strides, dilation = super().taps()
        if max(strides) > 1 < max(dilation):
            raise LayerError(
                "strides and dilation_rate are both above 1, which Keras refuses; set one of them to 1"
            )
        return kernel, strides, dilation

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

    family = "separable convolution"
    signature = ("filters", "kernel_size", *_STEP, "dilation_rate", "depth_multiplier", "activation", "use_bias")
    new = {"filters": 16, "kernel_size": 3, "padding": "same", "activation": "relu"}

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

    family = "depthwise convolution"
    signature = (
        "kernel_size", "strides", "padding", "depth_multiplier", "data_format", "dilation_rate", "activation",
        "use_bias",
    )  # fmt: skip
    new = {"kernel_size": 3, "padding": "same", "activation": "relu"}

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

    family = "pooling"
    signature = ("pool_size", *_STEP)
    new = {"pool_size": 2}

    def taps(self):
        pool = self._pair("pool_size")
        return pool, pool if self.strides is None else self._pair("strides"), (1, 1)

    def output_shape(self, shape, axes):
        return axes[0].size, axes[1].size, shape[-1]


@dataclass(frozen=True)
class MaxPooling2D(_Pooling):
    """The largest value in each window. The stride is the window's size unless given."""

    adds_as = "AveragePooling2D"


@dataclass(frozen=True)
class AveragePooling2D(_Pooling):
    """The mean of each window. The stride is the window's size unless given."""


@dataclass(frozen=True)
class GlobalAveragePooling2D(Layer):
    """The mean of each channel over the whole map: one unit a channel, which sees it all."""

    keepdims: bool = False

    family = "global pooling"
    role = GLOBAL
    signature = ("data_format", "keepdims")
    new = {}

    def axes(self, axes, shape):
        need_image(shape)
        return both(axes, lambda axis: axis.gather())

    def output_shape(self, shape, axes):
        return (1, 1, shape[-1]) if self.keepdims else (shape[-1],)


@dataclass(frozen=True)
class GlobalMaxPooling2D(GlobalAveragePooling2D):
    """The largest value of each channel over the whole map."""

    new = None
    adds_as = "GlobalAveragePooling2D"
