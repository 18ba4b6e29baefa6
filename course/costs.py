"""What an operation asks of a machine: multiply-accumulates, bytes moved, and the least time for both.

Counted, not measured: `course.benchmarks` measures. Needs the standard library alone.
"""

from dataclasses import dataclass, replace
from math import prod

from course.arithmetic import LayerError, ledger
from course.arithmetic.row import BYTES_PER_VALUE


@dataclass(frozen=True)
class Operation:
    """One pass over the data: it reads a map and weights, and writes a map.

    Parameters
    ----------
    name : str
        The layer's name; a separable layer has two passes, "conv1 depthwise" and "conv1 pointwise".
    kind : str
        "standard", "grouped", "depthwise", "pointwise", "dense" or "elementwise".
    macs : int
        Multiply-accumulates.
    read, weights, written : int
        Values (float32) that are read from the inputs and from the weights, and that are written.

    Used in notebook 03.
    """

    name: str
    kind: str
    macs: int
    read: int
    weights: int
    written: int

    @property
    def bytes(self):
        """Bytes moved, each value once: what a machine must move that forgets nothing while it works."""
        return BYTES_PER_VALUE * (self.read + self.weights + self.written)

    @property
    def intensity(self):
        """Arithmetic intensity: multiply-accumulates for each byte moved."""
        return self.macs / self.bytes

    def seconds(self, macs_per_second, bytes_per_second):
        """Return the least time the pass can take, in seconds, and what sets it.

        The roofline model: arithmetic and traffic overlap, and the slower one sets the time (Williams,
        Waterman and Patterson, "Roofline", Communications of the ACM 52 (4), 2009).

        Parameters
        ----------
        macs_per_second, bytes_per_second : float
            The machine's two ceilings, as `course.benchmarks.ceilings` measures them.

        Returns
        -------
        (float, str)
            Seconds, and "arithmetic" or "memory".
        """
        arithmetic, memory = self.macs / macs_per_second, self.bytes / bytes_per_second
        return (arithmetic, "arithmetic") if arithmetic > memory else (memory, "memory")


def operations(network, batch=1):
    """Return the passes that a network makes over its data, forward, for a batch of images.

    An activation named in a convolution or a Dense layer is applied where its result is written.
    Dropout and Flatten move nothing when the network is used.

    Parameters
    ----------
    network : course.arithmetic.Ledger
    batch : int
        Images at once. Weights are read once for all of them.

    Returns
    -------
    list of Operation
        In the order of the layers.

    Raises
    ------
    ValueError
        When a layer's shapes or MACs are not known.

    Used in notebook 03.
    """
    if not isinstance(batch, int) or batch < 1:
        raise ValueError(f"batch is {batch!r}; it must be a whole number of at least 1.")
    shapes = [network.input_shape, *(row.output_shape for row in network)]
    found = []
    for row in network:
        inputs = [shapes[source + 1] for source in row.inputs]
        if row.output_shape is None or row.macs is None or None in inputs:
            raise ValueError(f"{row.name}: the size of what it reads or writes is not known, so its cost is not.")
        found += _passes(row, inputs, batch)
    return found


def passes(layer, input_shape, batch=1):
    """Return the passes of one layer: `operations` of a network that holds nothing else.

    Parameters
    ----------
    layer : course.arithmetic.Layer
    input_shape : tuple of int
        (height, width, channels).
    batch : int

    Returns
    -------
    list of Operation

    Raises
    ------
    ValueError
        When the layer does not fit its input.

    Used in notebook 03.
    """
    try:
        return operations(ledger([layer], input_shape), batch)
    except LayerError as why:
        raise ValueError(str(why)) from None


def scaled(network, width=1.0, depth_multiplier=1):
    """Return the ledger of a network with other numbers of channels, as `course.models.scaled` builds it.

    Parameters
    ----------
    network : course.arithmetic.Ledger
    width : float
        Multiplies the filters and units of every layer but the last that has any; rounded, at least 1.
    depth_multiplier : int
        Of every separable layer.

    Returns
    -------
    course.arithmetic.Ledger

    Used in notebook 03.
    """
    keys = ("filters", "units", "depth_multiplier")
    wide = [row.name for row in network if hasattr(row.layer, "filters") or hasattr(row.layer, "units")]
    layers = []
    for row in network:
        held = {key: getattr(row.layer, key) for key in keys if hasattr(row.layer, key)}
        if row.kind == "SeparableConv2D":
            held["depth_multiplier"] = depth_multiplier
        for key in ("filters", "units"):
            if key in held and row.name != wide[-1]:
                held[key] = max(1, round(width * held[key]))
        layers.append(replace(row.layer, **held))
    return ledger(layers, network.input_shape, network.name, [row.inputs for row in network])


def _passes(row, inputs, batch):
    layer, read, written = row.layer, batch * sum(map(prod, inputs)), batch * prod(row.output_shape)
    if row.kind in ("Dropout", "Flatten", "Reshape", "InputLayer"):
        return []
    if row.kind == "SeparableConv2D":
        channels = inputs[0][-1] * layer.depth_multiplier
        between = batch * prod(row.output_shape[:2]) * channels
        area = prod(layer.taps()[0])
        filters = row.output_shape[-1]
        return [
            Operation(f"{row.name} depthwise", "depthwise", area * between, read, area * channels, between),
            Operation(
                f"{row.name} pointwise", "pointwise", between * filters, between,
                row.parameters - area * channels, written,
            ),
        ]  # fmt: skip
    return [Operation(row.name, _kind(row, inputs), batch * row.macs, read, row.parameters, written)]


def _kind(row, inputs):
    layer = row.layer
    if row.kind == "Conv2D":
        groups, channels = layer.groups, inputs[0][-1]
        if groups > 1:
            return "depthwise" if groups == channels else "grouped"
        return "pointwise" if prod(layer.taps()[0]) == 1 else "standard"
    return {"DepthwiseConv2D": "depthwise", "Dense": "dense"}.get(row.kind, "elementwise")
