"""Layers that work on each position alone, and normalisations, most of which do."""

from dataclasses import MISSING, dataclass
from math import prod

from course._given import is_number, is_whole, shown
from course.arithmetic.layer import ALONE, IDLE, MIXING, Layer, LayerError, Named, both

# Keras layers of which only the name matters here: they hold no parameters and, when the network is used, leave
# every unit in its place. With what they do there, and Keras's arguments in its order, each with its default.
POINTWISE = {
    "ReLU": (ALONE, {"max_value": None, "negative_slope": 0, "threshold": 0}),
    "LeakyReLU": (ALONE, {"negative_slope": 0.3}),
    "ELU": (ALONE, {"alpha": 1}),
    "Rescaling": (ALONE, {"scale": MISSING, "offset": 0}),
    "Identity": (IDLE, {}),
    "GaussianNoise": (IDLE, {"stddev": MISSING}),
    "GaussianDropout": (IDLE, {"rate": MISSING}),
    "AlphaDropout": (IDLE, {"rate": MISSING}),
    "SpatialDropout2D": (IDLE, {"rate": MISSING}),
    "ActivityRegularization": (IDLE, {"l1": 0, "l2": 0}),
}


@dataclass(frozen=True)
class Pointwise(Named):
    """Any other layer that works on each position alone: a ReLU, noise, Rescaling."""

    @property
    def role(self):
        return POINTWISE.get(self.kind, (ALONE,))[0]


@dataclass(frozen=True)
class BatchNormalization(Layer):
    """Per channel: a trainable scale and shift, and a moving mean and variance that are not trained.

    When the network is used it acts on each unit alone, so the receptive field stays.
    """

    center: bool = True
    scale: bool = True
    axis: int = -1
    momentum: float = 0.99
    epsilon: float = 0.001

    signature = ("axis", "momentum", "epsilon", "center", "scale")
    new = {}

    def parameters(self, shape):
        size = prod(shape[i] for i in _places(shape, self.axis))
        return size * (self.center + self.scale), 2 * size


class _Along(Layer):
    """A layer that ties the numbers along `axis`: over height or width, each unit comes to depend on all."""

    role = MIXING

    def axes(self, axes, shape):
        return _mixed(axes, shape, self.axis)


@dataclass(frozen=True)
class LayerNormalization(_Along):
    """Mean and variance of one image along some axes: by default the channels of each position.

    Along height or width, each unit comes to depend on all.
    """

    axis: int | tuple = -1
    center: bool = True
    scale: bool = True
    epsilon: float = 0.001

    signature = ("axis", "epsilon", "center", "scale")

    def parameters(self, shape):
        return prod(shape[i] for i in _places(shape, self.axis)) * (self.center + self.scale), 0


@dataclass(frozen=True)
class GroupNormalization(LayerNormalization):
    """Mean and variance of one image over all positions and a group of channels: each unit depends on all."""

    groups: int = 32

    signature = ("groups", "axis", "epsilon", "center", "scale")

    def axes(self, axes, shape):
        return both(axes, lambda axis: axis.mix())


@dataclass(frozen=True)
class RMSNormalization(_Along):
    """Each number over the root of the mean square along some axes, times a trainable scale."""

    axis: int | tuple = -1
    epsilon: float = 1e-6

    signature = ("axis", "epsilon")

    def parameters(self, shape):
        return prod(shape[i] for i in _places(shape, self.axis)), 0


@dataclass(frozen=True)
class UnitNormalization(_Along):
    """Scale the numbers along some axes to a length of 1."""

    axis: int | tuple = -1


@dataclass(frozen=True)
class Dropout(Layer):
    """Silence units at random while training. A rate that can't be told is "custom"."""

    rate: float

    role = IDLE
    new = {"rate": 0.25}

    def __post_init__(self):
        super().__post_init__()
        if self.rate != "custom" and not (is_number(self.rate) and 0 <= self.rate <= 1):
            raise LayerError(f"rate is {shown(self.rate)}; it must be from 0 to 1")


@dataclass(frozen=True)
class Activation(Layer):
    """A function applied to each unit (softmax: across the channels of one position)."""

    activation: str

    new = {"activation": "relu"}


@dataclass(frozen=True)
class Softmax(_Along):
    """Softmax across the channels of a position, or along an axis, which joins all its units."""

    axis: int | tuple = -1


@dataclass(frozen=True)
class PReLU(Layer):
    """A ReLU whose slope below zero is learnt, for each unit or, along `shared_axes`, together."""

    shared_axes: tuple = None

    signature = ("alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes")

    def parameters(self, shape):
        # Keras takes 1 from each number and counts from there, so that its -1 is the last axis but one.
        shared = [(axis - 1) % len(shape) for axis in _several(self.shared_axes)] if self.shared_axes else ()
        return prod(1 if i in shared else n for i, n in enumerate(shape)), 0


def _places(shape, axis):
    """Return which places of the shape a Keras axis, or several, mean. Keras counts the batch as axis 0."""
    places = [a + len(shape) if a < 0 else a - 1 for a in _several(axis)]
    if not all(0 <= place < len(shape) for place in places):
        raise LayerError(f"axis {axis} is not among the axes of its input of shape {shape}")
    return places


def _several(axis):
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    if not all(map(is_whole, axes)):
        raise LayerError(f"axis is {shown(axis)}; it must be a whole number, such as -1, or several")
    return axes


def _mixed(axes, shape, axis):
    """Return the axes after units along `axis` have come to depend on each other."""
    places = _places(shape, axis)
    if len(shape) == 3:
        return tuple(a.mix() if place in places else a for place, a in enumerate(axes))
    if places == [len(shape) - 1] and len(shape) > 1:
        return axes
    return both(axes, lambda a: a.mix())
