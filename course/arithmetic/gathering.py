"""Layers that bring positions together, and those that only rearrange them."""

from dataclasses import dataclass
from math import prod

from course._given import is_whole, shown
from course.arithmetic.axis import Axis, merge
from course.arithmetic.layer import GLOBAL, RESHAPING, UNKNOWN, Layer, LayerError, Map, Named, both


@dataclass(frozen=True)
class Reduction(Named):
    """A mean, sum or maximum along some axes, as `keras.ops.mean(x, axis=(1, 2))`.

    Along height or width it joins all units, as global pooling does.
    """

    axis: tuple = None
    keepdims: bool = False

    role = GLOBAL

    def apply(self, maps):
        (before,) = maps
        rank = len(before.shape)
        axis = range(1, rank + 1) if self.axis is None else (a % (rank + 1) for a in self.axis)
        places = {a - 1 for a in axis}
        shape = tuple(
            1 if place in places else n
            for place, n in enumerate(before.shape)
            if self.keepdims or place not in places
        )
        if rank == 3:
            axes = tuple(a.gather() if i in places else a for i, a in enumerate(before.axes))
        elif places == {rank - 1} and rank > 1:
            axes = before.axes
        else:
            axes = both(before.axes, lambda a: a.gather())
        return Map(shape, axes)


@dataclass(frozen=True)
class Flatten(Layer):
    """Put all units in one row. Each still sees what it saw."""

    role = RESHAPING
    new = {}

    def output_shape(self, shape, axes):
        return (prod(shape),)


@dataclass(frozen=True)
class Reshape(Layer):
    """The same numbers in another shape.

    Where the channels of a position stay together, each still sees what it saw. Otherwise it is no
    longer known which unit is where, unless all see the same.
    """

    target_shape: tuple

    role = RESHAPING

    def apply(self, maps):
        (before,) = maps
        target = self.target_shape
        if not isinstance(target, tuple | list) or not all(n is None or is_whole(n) for n in target):
            raise LayerError(f"target_shape is {shown(target)}; it must be whole numbers in brackets")
        total, known = prod(before.shape), prod(n for n in self.target_shape if n not in (None, -1))
        free = sum(n in (None, -1) for n in self.target_shape)
        if free > 1 or known < 1 or (total % known if free else total != known):
            raise LayerError(f"{before.shape} can't be reshaped to {tuple(self.target_shape)}")
        shape = tuple(total // known if n in (None, -1) else n for n in self.target_shape)
        axes = before.axes
        alike = all(axis.size == 1 for axis in axes)
        kept = len(shape) == 1 or shape[-1:] == before.shape[-1:]
        if len(shape) == 3:
            kept = kept and shape[:2] == tuple(axis.size for axis in axes)
            if alike and shape[:2] != (1, 1):
                axes = tuple(axis.repeat(n) for axis, n in zip(axes, shape, strict=False))
        if not (alike or kept):
            sizes = shape[:2] if len(shape) == 3 else (1, 1)
            axes = tuple(map(Axis.unknown, sizes))
        return Map(shape, axes)


@dataclass(frozen=True)
class Dense(Layer):
    """Every output unit sees every input unit.

    On a flattened map that is the whole map; on a map of shape (height, width, channels) Keras
    applies it at each position, as a 1x1 convolution.
    """

    units: int
    activation: str = None
    use_bias: bool = True

    family = "dense"
    role = GLOBAL
    new = {"units": 10, "activation": "relu"}

    def axes(self, axes, shape):
        return axes if len(shape) > 1 else both(axes, lambda axis: axis.gather())

    def output_shape(self, shape, axes):
        self._check_counts("units")
        return (*shape[:-1], self.units)

    def parameters(self, shape):
        return shape[-1] * self.units + self.units * self.use_bias, 0

    def macs(self, shape, output_shape):
        return shape[-1] * prod(output_shape)


class Attention(Named):
    """Any kind of attention: each unit can depend on all, of each input. Its MACs are not worked out."""

    role = GLOBAL

    def apply(self, maps):
        axes = []
        for place in (0, 1):
            first = maps[0].axes[place]
            others = [m.axes[place].gather() for m in maps]
            axes.append(merge([first.mix(), *others])[0])
        return Map(maps[0].shape, tuple(axes))

    def macs(self, shape, output_shape):
        return None


@dataclass(frozen=True)
class Unknown(Named):
    """A layer of which only the outside is known: what its units see is not known from here on.

    Parameters
    ----------
    shape : tuple of int, optional
        Of its output.
    """

    counts: tuple = (None, None)
    shape: tuple = None

    role = UNKNOWN

    def apply(self, maps):
        sizes = self.shape[:2] if self.shape and len(self.shape) == 3 else (1, 1)
        return Map(self.shape, tuple(map(Axis.unknown, sizes)))

    def macs(self, shape, output_shape):
        return None
