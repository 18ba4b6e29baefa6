"""Layers that pad, cut or enlarge a map."""

from dataclasses import dataclass

from course._given import MOST, is_whole, shown
from course.arithmetic.axis import LONGEST, Axis
from course.arithmetic.layer import RESIZING, Layer, LayerError, need_image, twice
from course.arithmetic.windows import Conv2D


@dataclass(frozen=True)
class Conv2DTranspose(Conv2D):
    """A convolution run backwards: each unit is spread over a window, and windows that overlap add up.

    The receptive field depends on where the unit is. MACs are counted as they are done: each input
    unit meets each weight once.
    """

    output_padding: int | tuple = None

    role = RESIZING
    signature = (
        "filters", "kernel_size", "strides", "padding", "output_padding", "data_format", "dilation_rate",
        "activation", "use_bias",
    )  # fmt: skip
    new = None

    def axes(self, axes, shape):
        self._check_padding()
        need_image(shape)
        extra = (None, None) if self.output_padding is None else self._output_padding()
        taps = list(zip(*self.taps(), extra, strict=True))
        first = self._spread(axes[0], *taps[0])
        alike = axes[0] is axes[1] and taps[0] == taps[1]
        return first, first if alike else self._spread(axes[1], *taps[1])

    def _output_padding(self):
        value = self.output_padding
        pair = twice(value)
        if len(pair) != 2 or not all(is_whole(v) and 0 <= v <= MOST for v in pair):
            raise LayerError(f"output_padding is {shown(value)}; it must be a whole number of at least 0")
        return pair

    def _spread(self, axis, kernel, stride, dilation, extra):
        # The sizes are those of Keras, Conv2DTranspose, "output_shape".
        extent = (kernel - 1) * dilation + 1
        if extra is None:
            size = axis.size * stride + (max(extent - stride, 0) if self.padding == "valid" else 0)
        else:
            size = (axis.size - 1) * stride + extent + extra
            size -= 2 * (extent // 2) if self.padding == "same" else 0
        if stride > LONGEST or kernel > LONGEST:
            return Axis.unknown(size)
        before = _same_padding(axis.size, size, extent, stride) if self.padding == "same" else 0
        taps = tuple(
            tuple(
                (unit + before - tap * dilation) // stride
                for tap in range(kernel)
                if (unit + before - tap * dilation) % stride == 0
            )
            for unit in range(stride)
        )
        return axis.scatter(size, taps)

    def macs(self, shape, output_shape):
        return self._kernel_area() * shape[0] * shape[1] * shape[2] // self.groups * self.filters


def _same_padding(small, large, extent, stride):
    """Return how much the forward convolution, from the large map to the small, pads before."""
    return max((small - 1) * stride + extent - large, 0) // 2


@dataclass(frozen=True)
class UpSampling2D(Layer):
    """Each unit repeated ("nearest"), or values in between ("bilinear", "bicubic")."""

    size: int | tuple = 2
    interpolation: str = "nearest"

    role = RESIZING
    signature = ("size", "data_format", "interpolation")

    def axes(self, axes, shape):
        need_image(shape)
        return tuple(
            self._enlarge(axis, factor) for axis, factor in zip(axes, self._pair("size"), strict=True)
        )

    def _enlarge(self, axis, factor):
        reach = {"nearest": None, "bilinear": (0, 1), "bicubic": (-1, 0, 1, 2)}.get(self.interpolation, ())
        if factor > LONGEST or reach == ():
            return Axis.unknown(axis.size * factor)
        taps = []
        for unit in range(factor):
            if reach is None:
                taps.append((0,))
                continue
            # Unit centres lie at halves: output u is at (u + 1/2) / factor - 1/2 of the input.
            whole, rest = divmod(2 * unit + 1 - factor, 2 * factor)
            taps.append(tuple(whole + tap for tap in reach) if rest else (whole,))
        return axis.scatter(axis.size * factor, tuple(taps))

    def output_shape(self, shape, axes):
        return axes[0].size, axes[1].size, shape[-1]


@dataclass(frozen=True)
class _Ends(Layer):
    role = RESIZING

    def _ends(self, key):
        value = getattr(self, key)
        ends = tuple(map(twice, twice(value)))
        flat = [v for end in ends for v in end]
        if len(flat) != 4 or not all(is_whole(v) and 0 <= v <= MOST for v in flat):
            raise LayerError(f"{key} is {shown(value)}; it must be whole numbers of at least 0")
        return ends

    def output_shape(self, shape, axes):
        return axes[0].size, axes[1].size, shape[-1]


@dataclass(frozen=True)
class ZeroPadding2D(_Ends):
    """Zeros around the map: one number, (height, width), or ((top, bottom), (left, right))."""

    padding: int | tuple = 1

    signature = ("padding", "data_format")
    new = {"padding": 1}

    def axes(self, axes, shape):
        need_image(shape)
        return tuple(axis.pad(*end) for axis, end in zip(axes, self._ends("padding"), strict=True))


@dataclass(frozen=True)
class Cropping2D(_Ends):
    """Units cut off: one number, (height, width), or ((top, bottom), (left, right))."""

    cropping: int | tuple = ((0, 0), (0, 0))

    signature = ("cropping", "data_format")

    def axes(self, axes, shape):
        need_image(shape)
        out = tuple(axis.pad(-a, -b) for axis, (a, b) in zip(axes, self._ends("cropping"), strict=True))
        if min(axis.size for axis in out) < 1:
            raise LayerError(f"cropping {shown(self.cropping)} leaves nothing of its {shape[0]}×{shape[1]} input")
        return out


