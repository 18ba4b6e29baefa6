"""The ledger: one row a layer, with what it costs and what it sees."""

import html
from dataclasses import dataclass
from math import prod

from course.arithmetic.axis import Axis
from course.arithmetic.layer import LayerError

BYTES_PER_VALUE = 4  # float32


@dataclass(frozen=True)
class Row:
    """One layer's line in a ledger.

    Parameters
    ----------
    name, kind : str
        The layer's name and Keras class name.
    output_shape : tuple of int
        Without the batch: (height, width, channels), or (units,).
    jump, receptive_field : tuple of int
        (height, width), in image pixels; see `Axis`.
    start : tuple of float
        (height, width): where the field of the first unit is centred, in pixels from the middle of
        the first pixel.
    trainable, non_trainable : int
        Parameters. BatchNormalization's moving mean and variance are not trainable.
    macs : int
        Multiply-accumulates for one image.
    activation_bytes : int
        Size of the output for one image, in bytes, at 4 bytes a value.
    """

    name: str
    kind: str
    output_shape: tuple
    jump: tuple
    receptive_field: tuple
    start: tuple
    trainable: int
    non_trainable: int
    macs: int
    activation_bytes: int

    @property
    def parameters(self):
        """Trainable and non-trainable parameters together, as Keras counts them."""
        return self.trainable + self.non_trainable

    def as_dict(self):
        """Return the row for JSON: one number where height and width agree, else [height, width]."""
        return {
            "name": self.name,
            "kind": self.kind,
            "output_shape": list(self.output_shape),
            "jump": _one_or_both(self.jump),
            "receptive_field": _one_or_both(self.receptive_field),
            "start": _one_or_both(self.start),
            "parameters": self.parameters,
            "macs": self.macs,
            "activation_bytes": self.activation_bytes,
        }


@dataclass(frozen=True, repr=False)
class Ledger:
    """The rows of a network and their totals. Prints as a table; a notebook shows it as HTML.

    Parameters
    ----------
    rows : tuple of Row
    input_shape : tuple of int
        (height, width, channels).
    name : str
        What the network is called.

    Used in notebooks 01 to 05.
    """

    rows: tuple
    input_shape: tuple
    name: str = "network"

    HEADINGS = ("layer", "kind", "output", "jump", "RF", "start", "parameters", "MACs", "memory")

    def __len__(self):
        return len(self.rows)

    def __iter__(self):
        return iter(self.rows)

    def __getitem__(self, key):
        """Return a row by its number or by its layer's name."""
        if isinstance(key, str):
            for row in self.rows:
                if row.name == key:
                    return row
            raise KeyError(f"no layer is called {key!r}: there are {', '.join(r.name for r in self.rows)}")
        return self.rows[key]

    @property
    def parameters(self):
        """All parameters."""
        return sum(row.parameters for row in self.rows)

    @property
    def trainable(self):
        """Trainable parameters."""
        return sum(row.trainable for row in self.rows)

    @property
    def macs(self):
        """Multiply-accumulates for one image."""
        return sum(row.macs for row in self.rows)

    @property
    def activation_bytes(self):
        """Bytes of all layers' outputs for one image."""
        return sum(row.activation_bytes for row in self.rows)

    def as_dict(self):
        """Return the ledger for JSON."""
        return {
            "model": self.name,
            "input_shape": list(self.input_shape),
            "parameters": self.parameters,
            "macs": self.macs,
            "rows": [row.as_dict() for row in self.rows],
        }

    def _cells(self):
        for row in self.rows:
            yield (
                row.name,
                row.kind,
                "×".join(map(str, row.output_shape)),
                *(
                    "×".join(f"{v:g}" for v in _as_tuple(pair))
                    for pair in (row.jump, row.receptive_field, row.start)
                ),
                f"{row.parameters:,}",
                f"{row.macs:,}",
                _memory(row.activation_bytes),
            )

    def _totals(self):
        return (
            "total", "", "", "", "", "",
            f"{self.parameters:,}", f"{self.macs:,}", _memory(self.activation_bytes),
        )  # fmt: skip

    def __str__(self):
        lines = [self.HEADINGS, *self._cells(), self._totals()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        left = 2

        def line(cells):
            parts = [
                c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))
            ]
            return "  ".join(parts).rstrip()

        rule = "-" * len(line(self.HEADINGS))
        shape = "×".join(map(str, self.input_shape))
        return "\n".join(
            [
                f"{self.name}, input {shape}",
                line(lines[0]),
                rule,
                *map(line, lines[1:-1]),
                rule,
                line(lines[-1]),
            ]
        )

    __repr__ = __str__

    def _repr_html_(self):
        def cells(values, tag):
            return "".join(
                f'<{tag} style="text-align:{"left" if i < 2 else "right"}">{html.escape(v)}</{tag}>'
                for i, v in enumerate(values)
            )

        body = "".join(f"<tr>{cells(values, 'td')}</tr>" for values in self._cells())
        caption = f"{html.escape(self.name)}, input {'×'.join(map(str, self.input_shape))}"
        return (
            f'<table><caption style="text-align:left">{caption}</caption>'
            f"<thead><tr>{cells(self.HEADINGS, 'th')}</tr></thead><tbody>{body}</tbody>"
            f"<tfoot><tr>{cells(self._totals(), 'th')}</tr></tfoot></table>"
        )


def ledger(layers, input_shape=(32, 32, 3), name="network"):
    """Return the ledger of a chain of layers.

    Parameters
    ----------
    layers : iterable of Layer
        From the image onwards. Layers without a name are called conv2d_1, conv2d_2, ...
    input_shape : tuple of int
        (height, width, channels) of one image. 'same' padding depends on it.
    name : str
        What to call the network.

    Returns
    -------
    Ledger

    Raises
    ------
    LayerError
        When a layer can't work on what reaches it; says which layer and why.

    Used in notebooks 01 to 05.
    """
    shape = tuple(input_shape)
    if len(shape) != 3 or not all(isinstance(n, int) and n >= 1 for n in shape):
        raise LayerError(f"input_shape is {input_shape!r}; it must be (height, width, channels), each at least 1.")
    axes = (Axis(shape[0]), Axis(shape[1]))
    rows, seen = [], {}
    for number, layer in enumerate(layers, start=1):
        seen[layer.kind] = seen.get(layer.kind, 0) + 1
        title = layer.name or f"{layer.snake_name}_{seen[layer.kind]}"
        try:
            axes = layer.axes(axes, shape)
            output_shape = layer.output_shape(shape, axes)
            trainable, non_trainable = layer.parameters(shape)
            macs = layer.macs(shape, output_shape)
        except LayerError as why:
            raise LayerError(f"layer {number}, {title} ({layer.kind}): {why}.") from None
        shape = output_shape
        rows.append(
            Row(
                title,
                layer.kind,
                shape,
                tuple(axis.jump for axis in axes),
                tuple(axis.receptive_field for axis in axes),
                tuple(axis.start for axis in axes),
                trainable,
                non_trainable,
                macs,
                prod(shape) * BYTES_PER_VALUE,
            )
        )
    return Ledger(tuple(rows), tuple(input_shape), name)


def _one_or_both(pair):
    values = [int(v) if float(v).is_integer() else v for v in _as_tuple(pair)]
    return values[0] if len(values) == 1 else values


def _as_tuple(pair):
    return pair[:1] if pair[0] == pair[1] else pair


def _memory(count):
    return f"{count / 1024:,.1f} KiB" if count >= 1024 else f"{count} B"
