"""One layer's line in a ledger."""

from dataclasses import dataclass
from math import inf, prod

from course.arithmetic.layer import Layer

BYTES_PER_VALUE = 4  # float32
COLUMNS = (
    "output_shape", "jump", "receptive_field", "nominal_receptive_field", "clipped", "touched", "start",
    "parameters", "macs", "activation_bytes",
)  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One layer's line in a ledger. What is not known is None; see `marks`.

    Parameters
    ----------
    name : str
        The layer's name.
    layer : Layer
        What it is and its settings.
    output_shape : tuple of int
        Without the batch: (height, width, channels), or (units,).
    axes : tuple of Axis
        (height, width): what the layer's units see of the image.
    aligned : bool
        False where this layer joins paths whose fields have different centres.
    inputs : tuple of int
        The rows whose outputs it takes; -1 is the image.
    trainable, non_trainable : int
        Parameters. BatchNormalization's moving mean and variance are not trainable, nor is anything in a
        layer that is frozen.
    macs : int
        Multiply-accumulates for one image.
    """

    name: str
    layer: Layer
    output_shape: tuple
    axes: tuple
    aligned: bool
    inputs: tuple
    trainable: int
    non_trainable: int
    macs: int

    @property
    def kind(self):
        """The layer's Keras class name."""
        return self.layer.kind

    @property
    def jump(self):
        """(height, width): distance between neighbouring units' fields, in pixels."""
        return self._each("jump")

    @property
    def receptive_field(self):
        """(height, width) in pixels, padding included; infinite where a unit can be changed from anywhere."""
        return self._each("receptive_field")

    @property
    def nominal_receptive_field(self):
        """(height, width) in pixels, leaving out such paths from anywhere."""
        return self._each("nominal_receptive_field")

    @property
    def start(self):
        """(height, width): where the first unit's field is centred, in pixels from the first pixel's middle."""
        return self._each("start")

    @property
    def clipped(self):
        """(height, width): the most pixels of the image that a unit's field spans. Exact."""
        return self._each("clipped")

    @property
    def touched(self):
        """(height, width): the most pixels of the image that a unit sees. Exact; see `Axis.sees`."""
        return self._each("touched")

    @property
    def sees(self):
        """(height, width): for each unit the pixels that can change it, as in `Axis.sees`."""
        return self._each("sees")

    def pixels(self, unit):
        """Return how many (rows, columns) of the image the unit at (row, column) can see."""
        return tuple(seen[place].bit_count() for seen, place in zip(self.sees, unit, strict=True))

    @property
    def parameters(self):
        """Trainable and non-trainable parameters together, as Keras counts them."""
        return None if self.trainable is None else self.trainable + self.non_trainable

    @property
    def activation_bytes(self):
        """Size of the output for one image, at 4 bytes a value."""
        return None if self.output_shape is None else prod(self.output_shape) * BYTES_PER_VALUE

    @property
    def marks(self):
        """For each column "exact", "nominal" or "unavailable".

        Jump, receptive field and start are nominal where they depend on a unit's position, as after
        a transposed convolution (the largest field is given), or where a unit can be changed from
        anywhere.
        """
        nominal = any(axis.varies or axis.unbounded for axis in self.axes)
        return {
            column: "unavailable"
            if value is None or value == (None, None)
            else "nominal"
            if nominal and column in ("jump", "receptive_field", "start")
            else "exact"
            for column, value in ((column, getattr(self, column)) for column in COLUMNS)
        }

    def as_dict(self):
        """Return the row for JSON: one number where height and width agree, else [height, width]."""
        row = {"name": self.name, "kind": self.kind}
        for column in COLUMNS:
            value = getattr(self, column)
            if column == "output_shape":
                row[column] = value and list(value)
            else:
                row[column] = _one_or_both(value) if isinstance(value, tuple) else value
        row["aligned"] = self.aligned
        row["inputs"] = list(self.inputs)
        row["marks"] = self.marks
        return row

    def _each(self, what):
        return tuple(getattr(axis, what) for axis in self.axes)


def _one_or_both(pair):
    values = [_plain(v) for v in (pair[:1] if pair[0] == pair[1] else pair)]
    return values[0] if len(values) == 1 else values


def _plain(value):
    if value is None or value == inf:
        return None if value is None else "unbounded"
    return int(value) if value == int(value) else float(value)
