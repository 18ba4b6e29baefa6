"""One convolution taken apart: which inputs feed an output value, and the numbers that make it.

Values and weights are small whole numbers, so that a reader can follow them. Needs NumPy alone.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np

from course._given import check_whole
from course.anatomy.patch import SIDE
from course.arithmetic import Conv2D, DepthwiseConv2D, SeparableConv2D, ledger

KINDS = ("standard", "grouped", "depthwise", "pointwise", "separable")
# Which settings mean something, for each kind.
SETTINGS = {
    "standard": ("channels", "filters", "kernel", "stride"),
    "grouped": ("channels", "filters", "groups", "kernel", "stride"),
    "depthwise": ("channels", "depth_multiplier", "kernel", "stride"),
    "pointwise": ("channels", "filters"),
    "separable": ("channels", "filters", "depth_multiplier", "kernel", "stride"),
}


@dataclass(frozen=True)
class Convolution:
    """A convolution without padding over a patch of 7×7 positions, and the weights that it has here.

    Parameters
    ----------
    kind : str
        One of `KINDS`. What a kind does not use (see `SETTINGS`) is ignored.
    channels : int
        Of the input.
    filters : int
        Output channels. A depthwise convolution has `channels` times `depth_multiplier` of them.
    kernel, stride : int
        Of the window, which is square.
    depth_multiplier : int
        Kernels for each channel.
    groups : int
        In how many parts channels and filters are kept apart.

    Raises
    ------
    ValueError
        When there is no such kind, or the numbers make no layer.
    """

    kind: str = "standard"
    channels: int = 3
    filters: int = 4
    kernel: int = 3
    stride: int = 1
    depth_multiplier: int = 1
    groups: int = 1

    def __post_init__(self):
        if self.kind not in KINDS:
            raise ValueError(f"There is no kind {self.kind!r}: choose one of {', '.join(KINDS)}.")
        for setting in SETTINGS[self.kind]:
            check_whole(setting, getattr(self, setting), 1)
        if self.window > SIDE:
            raise ValueError(f"kernel is {self.kernel}; the patch has {SIDE} rows, so it must be at most {SIDE}.")
        if self.kind == "grouped" and self.groups not in possible_groups(self.channels, self.filters):
            possible = ", ".join(map(str, possible_groups(self.channels, self.filters)))
            raise ValueError(
                f"{self.channels} channels and {self.filters} filters can't be shared out among {self.groups} "
                f"groups: choose one of {possible}."
            )

    @property
    def layer(self):
        """The layer as `course.arithmetic` describes it, with biases."""
        window = {"kernel_size": self.window, "strides": self.step}
        if self.kind == "depthwise":
            return DepthwiseConv2D(depth_multiplier=self.depth_multiplier, **window)
        if self.kind == "separable":
            return SeparableConv2D(self.filters, depth_multiplier=self.depth_multiplier, **window)
        return Conv2D(self.filters, groups=self.split, **window)

    @property
    def window(self):
        """Rows and columns of the window: 1 where the kind is pointwise."""
        return 1 if self.kind == "pointwise" else self.kernel

    @property
    def step(self):
        """How far the window moves: 1 where the kind is pointwise."""
        return 1 if self.kind == "pointwise" else self.stride

    @property
    def split(self):
        """In how many groups the channels are kept apart: 1 where the kind is not grouped."""
        return self.groups if self.kind == "grouped" else 1

    @property
    def outputs(self):
        """How many channels it puts out."""
        return self.channels * self.depth_multiplier if self.kind == "depthwise" else self.filters

    def counts(self):
        """Return the layer's row in a ledger over a patch: parameters, MACs and output size."""
        return ledger([self.layer], (SIDE, SIDE, self.channels))[0]

    def weights(self):
        """Return the weights, laid out as Keras lays them out, without the biases, which are 0 here.

        Returns
        -------
        list of numpy.ndarray
            Whole numbers from -1 to 1. For a separable convolution two arrays, else one.
        """
        k, c, m = self.window, self.channels, self.depth_multiplier
        if self.kind == "separable":
            return [_numbers(k, k, c, m), _numbers(1, 1, c * m, self.filters)]
        if self.kind == "depthwise":
            return [_numbers(k, k, c, m)]
        return [_numbers(k, k, c // self.split, self.filters)]


@dataclass(frozen=True, eq=False)
class Term:
    """What one input channel, seen through one kernel, adds to an output value.

    Parameters
    ----------
    channel : int
        Of the input.
    values, weights : numpy.ndarray, shape (k, k)
        Inside the window, and of the kernel's slice for this channel.
    mixing : int or None
        The pointwise weight that follows, in a separable convolution.
    """

    channel: int
    values: np.ndarray
    weights: np.ndarray
    mixing: int = None

    @property
    def sum(self):
        """The sum of values times weights."""
        return (self.values * self.weights).sum().item()

    @property
    def part(self):
        """What is added to the output value."""
        return self.sum if self.mixing is None else self.sum * self.mixing


def terms(convolution, patch, row, column, output):
    """Return what an output value is the sum of.

    Parameters
    ----------
    convolution : Convolution
    patch : numpy.ndarray, shape (7, 7, maps)
        Whole numbers. The first of the maps are the input's channels.
    row, column, output : int
        Which position, and which output channel, from 0.

    Returns
    -------
    list of Term
        One for each input channel that feeds the value; with a depth multiplier, one for each kernel.

    Raises
    ------
    ValueError
        When the patch does not fit the convolution, or there is no such output value.
    """
    _check(convolution, patch, row, column, output)
    k, top, left = convolution.window, row * convolution.step, column * convolution.step
    window = patch[top : top + k, left : left + k]
    return [
        Term(channel, window[..., channel], weights, mixing)
        for channel, weights, mixing in _slices(convolution, output)
    ]


def output_map(convolution, patch, output):
    """Return all values of one output channel.

    Parameters
    ----------
    convolution, patch, output
        As for `terms`.

    Returns
    -------
    numpy.ndarray, shape (rows, columns)

    Raises
    ------
    ValueError
        As `terms` does.
    """
    _check(convolution, patch, 0, 0, output)
    k, step = convolution.window, convolution.step
    windows = np.lib.stride_tricks.sliding_window_view(patch, (k, k), axis=(0, 1))[::step, ::step]
    return sum(
        (windows[:, :, channel] * weights).sum(axis=(2, 3)) * (1 if mixing is None else mixing)
        for channel, weights, mixing in _slices(convolution, output)
    )


def multiplications(convolution):
    """Return how many multiplications one output value takes alone: in the window, and in mixing.

    Returns
    -------
    (int, int)
        The second is 0 but for a separable convolution, whose filters share the first.
    """
    area = convolution.window**2
    if convolution.kind == "depthwise":
        return area, 0
    if convolution.kind == "separable":
        middle = convolution.channels * convolution.depth_multiplier
        return area * middle, middle
    return area * (convolution.channels // convolution.split), 0


def possible_groups(channels, filters):
    """Return the numbers of groups into which both channels and filters can be shared out, from 1 up."""
    most = gcd(channels, filters)
    return [groups for groups in range(1, most + 1) if most % groups == 0]


def _check(convolution, patch, row, column, output):
    if patch.ndim != 3 or patch.shape[:2] != (SIDE, SIDE) or patch.shape[2] < convolution.channels:
        raise ValueError(
            f"The patch has shape {patch.shape}; it must be ({SIDE}, {SIDE}, {convolution.channels}) or hold more "
            "maps: make it with patch_of."
        )
    shape = convolution.counts().output_shape
    if not all(0 <= place < size for place, size in zip((row, column, output), shape, strict=True)):
        raise ValueError(
            f"There is no output ({row}, {column}) of channel {output}: the output is "
            f"{'×'.join(map(str, shape))}, counted from 0."
        )


def _slices(convolution, output):
    """Return (channel, weights, mixing) for each slice of a kernel that feeds an output channel."""
    first, *rest = convolution.weights()
    multiplier = convolution.depth_multiplier
    if convolution.kind == "separable":
        mixing = rest[0][0, 0, :, output].tolist()
        return [
            (i // multiplier, first[..., i // multiplier, i % multiplier], number)
            for i, number in enumerate(mixing)
        ]
    if convolution.kind == "depthwise":
        channel, multiple = divmod(output, multiplier)
        return [(channel, first[..., channel, multiple], None)]
    seen = convolution.channels // convolution.split
    start = output // (convolution.filters // convolution.split) * seen
    return [(start + i, first[..., i, output], None) for i in range(seen)]


def _numbers(*shape):
    """Return whole numbers from -1 to 1 that look unordered and are the same everywhere."""
    i = np.arange(np.prod(shape))
    return ((7 * i + 4 * (i // 5) + i * i % 11) % 3 - 1).reshape(shape)
