"""Layers that join paths. Their units see what the units of all paths see."""

from dataclasses import dataclass

from course._given import is_whole, shown
from course.arithmetic.axis import chain, merge
from course.arithmetic.layer import JOINING, Layer, LayerError, Map


@dataclass(frozen=True)
class _Merge(Layer):
    role = JOINING

    def apply(self, maps):
        return Map(self._joined_shape([m.shape for m in maps]), *_joined_axes(maps))

    def _joined_shape(self, shapes):
        rank = max(map(len, shapes))
        joined = []
        for sizes in zip(*((1,) * (rank - len(shape)) + tuple(shape) for shape in shapes), strict=True):
            if len(set(sizes) - {1}) > 1:
                raise LayerError(f"maps of shapes {' and '.join(map(shown, shapes))} can't be joined")
            joined.append(max(sizes))
        return tuple(joined)


@dataclass(frozen=True)
class Add(_Merge):
    """The sum of maps of one shape, or of shapes that can be spread to one."""


@dataclass(frozen=True)
class Subtract(_Merge):
    """The difference of two maps."""

    adds_as = "Add"


@dataclass(frozen=True)
class Multiply(_Merge):
    """The product of maps. A map of one position, spread over another, ties each unit to all."""

    adds_as = "Add"


@dataclass(frozen=True)
class Average(_Merge):
    """The mean of maps."""


@dataclass(frozen=True)
class Maximum(_Merge):
    """The largest of maps."""

    adds_as = "Add"


@dataclass(frozen=True)
class Minimum(_Merge):
    """The smallest of maps."""

    adds_as = "Add"


@dataclass(frozen=True)
class Concatenate(_Merge):
    """Maps put one behind the other: by default their channels."""

    axis: int = -1

    def apply(self, maps):
        shapes = [m.shape for m in maps]
        rank = len(shapes[0])
        if not is_whole(self.axis):
            raise LayerError(f"axis is {shown(self.axis)}; it must be a whole number, such as -1")
        place = self.axis - 1 if self.axis > 0 else self.axis + rank
        alike = {tuple(n for i, n in enumerate(shape) if i != place) for shape in shapes}
        if not 0 <= place < rank or len(alike) > 1 or len(set(map(len, shapes))) > 1:
            raise LayerError(f"maps of shapes {' and '.join(map(shown, shapes))} can't be put together")
        shape = tuple(sum(s[i] for s in shapes) if i == place else n for i, n in enumerate(shapes[0]))
        if rank == 3 and place < 2:
            axes = [chain([m.axes[place] for m in maps])] * 2
            axes[1 - place], aligned = merge([m.axes[1 - place] for m in maps])
            return Map(shape, tuple(axes), aligned)
        return Map(shape, *_joined_axes(maps))


def _joined_axes(maps):
    paths = [tuple(m.axes) for m in maps]
    if (
        len({len(m.shape) for m in maps}) == 1
        and len(maps[0].shape) < 3
        and len({tuple(axis.size for axis in path) for path in paths}) > 1
    ):
        # Flattened maps of different sizes: a unit's place is lost, so each may be of any of them.
        paths = [tuple(axis.gather() for axis in path) for path in paths]
    height, aligned = merge([path[0] for path in paths])
    if all(path[1] is path[0] for path in paths):
        return (height, height), aligned
    width, also = merge([path[1] for path in paths])
    return (height, width), aligned and also
