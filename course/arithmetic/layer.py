"""What every layer has in common."""

import re
from dataclasses import dataclass, field


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


def need_image(shape):
    """Raise LayerError unless a shape is (height, width, channels)."""
    if len(shape) != 3:
        raise LayerError(f"its input has shape {shape}, and it needs (height, width, channels)")
