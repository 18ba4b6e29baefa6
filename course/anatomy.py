"""One convolution taken apart: which inputs feed an output value, and the numbers that make it.

Values and weights are small whole numbers, so that a reader can follow them. Needs NumPy alone.
"""

from dataclasses import dataclass
from math import gcd

import numpy as np

from course.arithmetic import Conv2D, DepthwiseConv2D, LayerError, SeparableConv2D, ledger

KINDS = ("standard", "grouped", "depthwise", "pointwise", "separable")
# Which settings mean something, for each kind.
SETTINGS = {
    "standard": ("channels", "filters", "kernel", "stride"),
    "grouped": ("channels", "filters", "groups", "kernel", "stride"),
    "depthwise": ("channels", "depth_multiplier", "kernel", "stride"),
    "pointwise": ("channels", "filters"),
    "separable": ("channels", "filters", "depth_multiplier", "kernel", "stride"),
}
# The maps that a patch holds, in their order.
MAPS = ("red", "green", "blue", "brightness", "edges across", "edges down")
SIDE = 7  # rows and columns of a patch
BRIGHTEST = 9


@dataclass(frozen=True)
class Convolution:
    """A convolution without padding, and the weights that it has here.

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

    Used in notebook 03.
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
            value = getattr(self, setting)
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"{setting} is {value!r}; it must be a whole number of at least 1.")
        self.counts()

    @property
    def layer(self):
        """The layer as `course.arithmetic` describes it, with biases."""
        window = {"kernel_size": self.window, "strides": self.step}
        if self.kind == "depthwise":
            return DepthwiseConv2D(depth_multiplier=self.depth_multiplier, **window)
        if self.kind == "separable":
            return SeparableConv2D(self.filters, depth_multiplier=self.depth_multiplier, **window)
        return Conv2D(self.filters, groups=self.groups if self.kind == "grouped" else 1, **window)

    @property
    def window(self):
        """Rows and columns of the window: 1 where the kind is pointwise."""
        return 1 if self.kind == "pointwise" else self.kernel

    @property
    def step(self):
        """How far the window moves: 1 where the kind is pointwise."""
        return 1 if self.kind == "pointwise" else self.stride

    @property
    def outputs(self):
        """How many channels it puts out."""
        return self.channels * self.depth_multiplier if self.kind == "depthwise" else self.filters

    def counts(self, side=SIDE):
        """Return the layer's row in a ledger: parameters, MACs and output size, on a patch of this side."""
        try:
            return ledger([self.layer], (side, side, self.channels))[0]
        except LayerError as why:
            raise ValueError(str(why)) from None

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
        return [_numbers(k, k, c // (self.groups if self.kind == "grouped" else 1), self.filters)]


@dataclass(frozen=True)
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

    Used in notebook 03.
    """

    channel: int
    values: np.ndarray
    weights: np.ndarray
    mixing: int = None

    @property
    def sum(self):
        """The sum of values times weights."""
        return int((self.values * self.weights).sum())

    @property
    def part(self):
        """What is added to the output value."""
        return self.sum if self.mixing is None else self.sum * self.mixing


def terms(convolution, patch, row, column, output):
    """Return what an output value is the sum of.

    Parameters
    ----------
    convolution : Convolution
    patch : numpy.ndarray, shape (height, width, channels)
        Whole numbers.
    row, column, output : int
        Which position, and which output channel, from 0.

    Returns
    -------
    list of Term
        One for each input channel that feeds the value; with a depth multiplier, one for each kernel.

    Used in notebook 03.
    """
    k, top, left = convolution.window, row * convolution.step, column * convolution.step
    window = patch[top : top + k, left : left + k]
    first, *rest = convolution.weights()
    if convolution.kind == "separable":
        (pointwise,), multiplier = rest, convolution.depth_multiplier
        return [
            Term(c, window[..., c], first[..., c, m], int(pointwise[0, 0, c * multiplier + m, output]))
            for c in range(convolution.channels)
            for m in range(multiplier)
        ]
    if convolution.kind == "depthwise":
        channel, multiple = divmod(output, convolution.depth_multiplier)
        return [Term(channel, window[..., channel], first[..., channel, multiple])]
    seen = first.shape[2]
    start = output // (convolution.filters // (convolution.channels // seen)) * seen
    return [Term(start + i, window[..., start + i], first[..., i, output]) for i in range(seen)]


def output_map(convolution, patch, output):
    """Return all values of one output channel, shape (rows, columns)."""
    rows, columns = convolution.counts(len(patch)).output_shape[:2]
    return np.array(
        [
            [
                sum(term.part for term in terms(convolution, patch, row, column, output))
                for column in range(columns)
            ]
            for row in range(rows)
        ]
    )


def multiplications(convolution):
    """Return how many multiplications one output value takes alone: in the window, and in mixing.

    Returns
    -------
    (int, int)
        The second is 0 but for a separable convolution, whose filters share the first.

    Used in notebook 03.
    """
    area = convolution.window**2
    if convolution.kind == "depthwise":
        return area, 0
    if convolution.kind == "separable":
        middle = convolution.channels * convolution.depth_multiplier
        return area * middle, middle
    return area * convolution.channels // (convolution.groups if convolution.kind == "grouped" else 1), 0


def possible_groups(channels, filters):
    """Return the numbers of groups into which both channels and filters can be shared out."""
    return [g for g in range(1, channels + 1) if gcd(channels, filters) % g == 0]


def patch_of(image, row=None, column=None):
    """Return a patch of an image as maps of small whole numbers.

    Parameters
    ----------
    image : numpy.ndarray, shape (height, width, 3)
        uint8, of at least 8 rows and columns.
    row, column : int, optional
        The patch's first row and column, from 1; where the brightness varies most if left out.

    Returns
    -------
    numpy.ndarray, shape (7, 7, 6)
        The maps of `MAPS`, from 0 to 9: three colours, their mean, and by how much the mean differs
        from that of the pixel to the left and of the pixel above.

    Raises
    ------
    ValueError
        When the image is no such image, or the patch would leave it.

    Used in notebook 03.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(
            f"The image has shape {image.shape} and dtype {image.dtype}; it must be uint8, 3 colours."
        )
    top, left = _most_varied(image) if row is None or column is None else (row, column)
    if not (1 <= top <= image.shape[0] - SIDE and 1 <= left <= image.shape[1] - SIDE):
        raise ValueError(
            f"A patch of {SIDE}×{SIDE} pixels, with a pixel above and to the left of it, does not lie "
            f"at row {top}, "
            f"column {left} of an image of {image.shape[0]}×{image.shape[1]}."
        )
    colours = image[top - 1 : top + SIDE, left - 1 : left + SIDE].astype(int)
    mean = colours.sum(axis=2) // 3
    inner = mean[1:, 1:]
    maps = [*np.moveaxis(colours[1:, 1:], 2, 0), inner, abs(inner - mean[1:, :-1]), abs(inner - mean[:-1, 1:])]
    return (np.stack(maps, axis=2) * BRIGHTEST + 127) // 255


def _most_varied(image):
    if min(image.shape[:2]) <= SIDE:
        return 1, 1  # which does not lie on the image
    windows = np.lib.stride_tricks.sliding_window_view(image.sum(axis=2)[1:, 1:], (SIDE, SIDE))
    spread = windows.std(axis=(2, 3)).round(6)
    return tuple(int(place) + 1 for place in np.unravel_index(spread.argmax(), spread.shape))


def _numbers(*shape):
    """Return whole numbers from -1 to 1 that look unordered and are the same everywhere."""
    i = np.arange(np.prod(shape))
    return ((7 * i + 4 * (i // 5) + i * i % 11) % 3 - 1).reshape(shape)
