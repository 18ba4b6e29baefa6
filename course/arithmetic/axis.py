"""The recurrence: how a sliding window changes size, jump, receptive field and start.

Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
https://distill.pub/2019/computing-receptive-fields/. Height and width never mix, so each is an
`Axis` of its own.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import gcd, inf, lcm

LONGEST = 2048  # pixels; along a longer axis the sets of visible pixels are not kept


@dataclass(frozen=True)
class Axis:
    """The height or the width of a layer's output, and what its units see of the image.

    `Axis(32)` is the image itself. The methods return the axis after a layer.

    Parameters
    ----------
    size : int
        Number of units along the axis.
    fields : tuple of (int, int), optional
        First and last pixel of the receptive field of unit 0, then of unit 1, and so on up to where
        the pattern repeats. Pixels are counted from 0; those outside the image are padding. Nearly
        always one pair will do. After a transposed convolution or upsampling the field depends on
        the unit's position, and there are several. A unit that no pixel reaches has None for a
        pair. No pairs at all: it is not known what the units see.
    advance : int
        How many pixels further on the pattern repeats.
    sees : tuple of int, optional
        For each unit the pixels of the image that can change it, as a number whose bit i stands
        for pixel i. Exact: cut at the border, and with the holes that dilation leaves.
    unbounded : bool
        Whether a unit can also be changed from anywhere, as by a squeeze-and-excite branch; `fields`
        then leave that out.
    """

    size: int
    fields: tuple = ((0, 0),)
    advance: int = 1
    sees: tuple = None
    unbounded: bool = False

    @classmethod
    def image(cls, size):
        """Return the axis of an image: each unit is a pixel and sees itself."""
        return cls(size, sees=tuple(1 << i for i in range(size)) if size <= LONGEST else None)

    @classmethod
    def unknown(cls, size):
        """Return an axis of which only the size is known."""
        return cls(size, fields=())

    @property
    def jump(self):
        """Distance between the centres of neighbouring units' fields, in pixels: the mean, if it varies."""
        if not self.fields:
            return None
        jump = Fraction(self.advance, len(self.fields))
        return int(jump) if jump.denominator == 1 else jump

    @property
    def nominal_receptive_field(self):
        """Length of image that a unit's windows span, padding included, in pixels: the longest, if they vary."""
        return max(map(_width, self.fields[: self.size]), default=None)  # the pattern may go on past the end

    @property
    def receptive_field(self):
        """The nominal receptive field, or infinity where a unit can be changed from anywhere."""
        return inf if self.unbounded and self.fields else self.nominal_receptive_field

    @property
    def start(self):
        """Where the field of unit 0 is centred, in pixels: 0 is the middle of the first pixel."""
        if not self.fields or self.fields[0] is None:
            return None
        twice = sum(self.fields[0])
        return twice // 2 if twice % 2 == 0 else twice / 2

    @property
    def varies(self):
        """Whether units at different positions have fields of different lengths or distances."""
        return min(len(self.fields), self.size) > 1

    @property
    def clipped(self):
        """The longest stretch of the image, in pixels, between two pixels that one unit sees, both counted."""
        return max(map(_span, self.sees), default=0) if self.sees is not None else None

    @property
    def touched(self):
        """The most pixels of the image that one unit sees: fewer than `clipped` where there are holes."""
        return max((bin(seen).count("1") for seen in self.sees), default=0) if self.sees is not None else None

    def field(self, unit):
        """Return the first and last pixel of a unit's field, which may lie beyond the image, or None."""
        if not self.fields:
            return None
        turns, place = divmod(unit, len(self.fields))
        field = self.fields[place]
        return field and (field[0] + turns * self.advance, field[1] + turns * self.advance)

    def window(self, kernel, stride=1, dilation=1, padding="valid"):
        """Return the axis after a window of `kernel` taps has moved over it.

        Parameters
        ----------
        kernel, stride, dilation : int
            In units of this axis.
        padding : str
            "valid": the window stays inside. "same": ceil(size / stride) positions, zeros added
            half before and half after, the odd one after, as TensorFlow does.

        Returns
        -------
        Axis
            Its `size` is below 1 when the window does not fit.
        """
        extent = (kernel - 1) * dilation + 1
        if padding == "same":
            size = -(-self.size // stride)
            before = max((size - 1) * stride + extent - self.size, 0) // 2
        else:
            size = (self.size - extent) // stride + 1
            before = 0
        if not self.fields or size < 1:
            return Axis.unknown(size)
        if len(self.fields) == 1 and self.fields[0]:
            # The recurrence itself: the field grows by (extent - 1) jumps, and a jump becomes `stride` jumps.
            first, last = self.fields[0]
            fields = ((first - before * self.advance, last + (extent - 1 - before) * self.advance),)
            advance = self.advance * stride
        else:
            period = len(self.fields) // gcd(len(self.fields), stride)
            advance = self.advance * (period * stride // len(self.fields))
            fields = tuple(
                self._union(range(unit * stride - before, unit * stride - before + extent, dilation))
                for unit in range(period)
            )
        return Axis(size, fields, advance, self._seen(size, kernel, stride, dilation, before), self.unbounded)

    def scatter(self, size, taps):
        """Return the axis after each unit has been spread over several, as by a transposed convolution.

        Parameters
        ----------
        size : int
            Number of units of the output.
        taps : tuple of tuple of int
            For output units 0, 1, ... up to the factor by which the axis grows, the input units that
            reach them. The next outputs take the next inputs, and so on.

        Returns
        -------
        Axis
        """
        factor = len(taps)
        if not 0 < factor * len(self.fields) <= LONGEST:
            return Axis.unknown(size)
        reached = [[tap + i // factor for tap in taps[i % factor]] for i in range(factor * len(self.fields))]
        sees = None
        if self.sees is not None and size <= LONGEST:
            sees = tuple(
                _either(
                    self.sees[tap + unit // factor]
                    for tap in taps[unit % factor]
                    if 0 <= tap + unit // factor < self.size
                )
                for unit in range(size)
            )
        return Axis(size, tuple(map(self._union, reached)), self.advance, sees, self.unbounded)._simplest()

    def pad(self, before, after):
        """Return the axis with units of zeros added at its ends, or, where negative, with units cut off."""
        size = self.size + before + after
        if not self.fields or size < 1:
            return Axis.unknown(size)
        fields = tuple(self.field(unit - before) for unit in range(len(self.fields)))
        sees = None
        if self.sees is not None and size <= LONGEST:
            kept = self.sees[max(0, -before) : self.size - max(0, -after)]
            sees = (0,) * max(0, before) + kept + (0,) * max(0, after)
        return Axis(size, fields, self.advance, sees, self.unbounded)

    def gather(self):
        """Return the axis as one unit that sees them all: global pooling, or Flatten and Dense."""
        if not self.fields:
            return Axis.unknown(1)
        sees = None if self.sees is None else (_either(self.sees),)
        return Axis(1, (self._union(range(self.size)),), self.advance, sees, self.unbounded)

    def repeat(self, size):
        """Return the axis of one unit spread over `size` places, all of which see what it sees."""
        return Axis(size, self.fields, 0, self.sees and self.sees * size, self.unbounded)

    def mix(self):
        """Return the axis after every unit has come to depend on all: GroupNormalization, attention."""
        if not self.fields or self.size == 1:
            return self
        sees = None if self.sees is None else (_either(self.sees),) * self.size
        return Axis(self.size, self.fields, self.advance, sees, True)

    def _union(self, units):
        """Return the field that covers those of a range of units, or of a list."""
        if isinstance(units, range) and len(units) > 2 * len(self.fields):
            # Fields only move on, so the first turn and the last hold the extremes.
            units = [*units[: len(self.fields)], *units[-len(self.fields) :]]
        return _cover(self.field(unit) for unit in units)

    def _seen(self, size, kernel, stride, dilation, before):
        sees = self.sees
        if sees is None or size > LONGEST:
            return None
        if dilation == 1 and sees.count(sees[0]) == len(sees):
            # Deep down, every unit sees the same. A window without gaps always holds one of them.
            return sees[:1] * size
        extent = (kernel - 1) * dilation + 1
        out = []
        for first in range(-before, -before + size * stride, stride):
            inside = first if first >= 0 else first % dilation
            seen = 0
            for unit in range(inside, min(self.size, first + extent), dilation):
                seen |= sees[unit]
            out.append(seen)
        return tuple(out)

    def _simplest(self):
        """Return the axis with its pattern as short as it can be."""
        for period in range(1, len(self.fields)):
            turns, rest = divmod(len(self.fields), period)
            if rest or self.advance % turns or None in self.fields:
                continue
            shorter = Axis(self.size, self.fields[:period], self.advance // turns, self.sees, self.unbounded)
            if all(shorter.field(unit) == field for unit, field in enumerate(self.fields)):
                return shorter
        return self


def merge(axes):
    """Return the axis of a sum, product or concatenation of channels, and whether the paths agree.

    Parameters
    ----------
    axes : sequence of Axis
        One a path. Those of size 1 are spread over the others, as arrays are.

    Returns
    -------
    Axis, bool
        Its fields cover those of all paths, and its units see what those of any path see. (Where a
        path's unit lies on padding alone in one direction, it sees nothing in the other either. An
        axis does not know of the other, so that is not taken into account.) The paths are aligned
        when all fields have the same centres: at odd sizes and strides, 'same' padding can shift one
        path against another.
    """
    size = max(axis.size for axis in axes)
    if not all(axis.fields for axis in axes) or (size > LONGEST and any(axis.varies for axis in axes)):
        return Axis.unknown(size), True
    wide = [axis for axis in axes if axis.size == size]
    spread = len(wide) < len(axes)
    period = lcm(*(len(axis.fields) for axis in wide))
    steps = {axis.advance * (period // len(axis.fields)) for axis in wide}
    if len(steps) > 1 or period > size > 1:
        if size > LONGEST:
            return Axis.unknown(size), False
        # No common pattern: keep each unit's own field.
        period, steps = size, {round(wide[0].jump * size)}
    paths = [[axis.field(unit) for unit in range(period)] for axis in wide]
    units = list(zip(*paths, strict=True))
    sees = None
    if all(axis.sees is not None for axis in axes):
        whole = [axis.sees if axis.size == size else axis.sees * size for axis in axes]
        sees = tuple(map(_either, zip(*whole, strict=True)))
    merged = Axis(
        size, tuple(map(_cover, units)), steps.pop(), sees, spread or any(axis.unbounded for axis in axes)
    )
    aligned = all(len({sum(field) for field in unit if field}) <= 1 for unit in units[:size])
    return (merged if period == 1 else merged._simplest()), aligned


def chain(axes):
    """Return the axis of maps put one after another along it."""
    size = sum(axis.size for axis in axes)
    if size > LONGEST or not all(axis.fields for axis in axes):
        return Axis.unknown(size)
    fields = tuple(axis.field(unit) for axis in axes for unit in range(axis.size))
    sees = None
    if all(axis.sees is not None for axis in axes):
        sees = tuple(seen for axis in axes for seen in axis.sees)
    return Axis(size, fields, round(axes[0].jump * size), sees, any(axis.unbounded for axis in axes))


def _cover(fields):
    fields = [field for field in fields if field]
    return (min(first for first, _ in fields), max(last for _, last in fields)) if fields else None


def _width(field):
    return field[1] - field[0] + 1 if field else 0


def _span(seen):
    return seen.bit_length() - (seen & -seen).bit_length() + 1 if seen else 0


def _either(masks):
    seen = 0
    for mask in masks:
        seen |= mask
    return seen
