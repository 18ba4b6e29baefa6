"""The ledger: one row a layer, with what it costs and what it sees."""

from dataclasses import dataclass

from course._given import MOST, is_whole, shown
from course.arithmetic.axis import Axis
from course.arithmetic.gathering import Unknown
from course.arithmetic.layer import Layer, LayerError, Map, twice
from course.arithmetic.row import Row
from course.arithmetic.table import table_of


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
    """

    rows: tuple
    input_shape: tuple
    name: str = "network"

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
        """All parameters; those of layers where they are not known are left out."""
        return self._total("parameters")

    @property
    def trainable(self):
        """Trainable parameters."""
        return self._total("trainable")

    @property
    def macs(self):
        """Multiply-accumulates for one image."""
        return self._total("macs")

    @property
    def activation_bytes(self):
        """Bytes of all layers' outputs for one image."""
        return self._total("activation_bytes")

    def _total(self, column):
        return sum(getattr(row, column) or 0 for row in self.rows)

    def as_dict(self):
        """Return the ledger for JSON."""
        return {
            "model": self.name,
            "input_shape": list(self.input_shape),
            "parameters": self.parameters,
            "macs": self.macs,
            "rows": [row.as_dict() for row in self.rows],
        }

    def as_table(self):
        """Return the rows and totals as a course.table.Table."""
        return table_of(self)

    def __str__(self):
        return str(self.as_table())

    __repr__ = __str__

    def _repr_html_(self):
        return self.as_table()._repr_html_()


def ledger(layers, input_shape=(32, 32, 3), name="network", inputs=None):
    """Return the ledger of a network.

    Parameters
    ----------
    layers : iterable of Layer
        From the image onwards. Layers without a name are called conv2d_1, conv2d_2, ...
    input_shape : tuple of int
        (height, width, channels) of one image. 'same' padding depends on it.
    name : str
        What to call the network.
    inputs : sequence of tuple of int, optional
        For each layer, the numbers of the layers (counted from 0) whose outputs it takes, all of them
        earlier; -1 is the image. If not given, each layer takes the output of the one before.

    Returns
    -------
    Ledger

    Raises
    ------
    LayerError
        When a layer can't work on what reaches it (says which layer and why), or something else is given than
        layers, a shape and numbers of layers.
    """
    if isinstance(layers, str | dict) or not hasattr(layers, "__iter__"):
        raise LayerError(
            f"layers is {shown(layers)}; it must be a list of layers of course.arithmetic "
            "(of a Keras model, inspection.ledger_of makes a ledger)."
        )
    layers = list(layers)
    shape = twice(input_shape.tolist() if hasattr(input_shape, "tolist") else input_shape)
    if len(shape) != 3 or not all(is_whole(n) and 1 <= n <= MOST for n in shape):
        raise LayerError(
            f"input_shape is {shown(input_shape)}; it must be (height, width, channels), each at least 1."
        )
    height = Axis.image(shape[0])
    maps = [Map(shape, (height, height if shape[1] == shape[0] else Axis.image(shape[1])))]
    rows, seen = [], {}
    for number, (layer, sources) in enumerate(zip(layers, _sources(layers, inputs), strict=True)):
        if not isinstance(layer, Layer):
            raise LayerError(
                f"layer {number + 1} is {shown(layer)}; it must be of course.arithmetic, as Conv2D(48, 3) is.",
                number,
            )
        seen[layer.kind] = seen.get(layer.kind, 0) + 1
        title = layer.name or f"{layer.snake_name}_{seen[layer.kind]}"
        taken = [maps[source + 1] for source in sources]
        try:
            made, counts, macs = _applied(layer, taken)
        except LayerError as why:
            raise LayerError(f"layer {number + 1}, {title} ({layer.kind}): {why}.", number) from None
        maps.append(made)
        rows.append(Row(title, layer, made.shape, made.axes, made.aligned, sources, *counts, macs))
    return Ledger(tuple(rows), shape, name)


def _sources(layers, inputs):
    """Return for each layer the numbers of those it takes from."""
    if inputs is None:
        return [(number - 1,) for number in range(len(layers))]
    inputs = [twice(taken) for taken in inputs] if hasattr(inputs, "__iter__") else []
    if len(inputs) != len(layers):
        raise LayerError(f"inputs must hold some numbers for each of the {len(layers)} layers, such as (-1,).")
    for number, taken in enumerate(inputs):
        if not all(is_whole(source) and -1 <= source < number for source in taken):
            raise LayerError(
                f"layer {number + 1} takes from {shown(taken)}; it must be from -1, the image, or layers "
                "before it, counted from 0.",
                number,
            )
    return inputs


def _applied(layer, maps):
    """Return a layer's output map, its parameter counts and its MACs."""
    if any(m.shape is None for m in maps) and not isinstance(layer, Unknown):
        layer = Unknown(layer.kind)
    made = layer.apply(maps)
    shape = maps[0].shape if maps else None
    return made, layer.parameters(shape), layer.macs(shape, made.shape)
