"""What an operation asks of a machine: multiply-accumulates, bytes moved, and the time for both at its ceilings.

Counted, not measured: `course.benchmarks` measures. Needs the standard library alone.
"""

from dataclasses import dataclass, replace
from math import prod

from course._given import check_whole, is_number, shown
from course.arithmetic import ledger
from course.arithmetic.row import BYTES_PER_VALUE


@dataclass(frozen=True)
class Operation:
    """One pass over the data: it reads a map and weights, and writes a map.

    Parameters
    ----------
    name : str
        The layer's name; a separable layer has two passes, "conv1 depthwise" and "conv1 pointwise".
    kind : str
        "standard", "grouped", "depthwise", "pointwise" or "dense"; "elementwise" where no MACs are counted:
        pooling, normalisation, activations, merges.
    macs : int
        Multiply-accumulates, for the whole batch.
    read, weights, written : int
        Values (float32) that are read from the inputs, for the whole batch, and from the weights, and that
        are written.
    """

    name: str
    kind: str
    macs: int
    read: int
    weights: int
    written: int

    @property
    def bytes(self):
        """Bytes moved, each value once: what even a machine whose cache holds everything must move."""
        return BYTES_PER_VALUE * (self.read + self.weights + self.written)

    @property
    def intensity(self):
        """Arithmetic intensity: multiply-accumulates for each byte moved."""
        return self.macs / self.bytes

    def seconds(self, macs_per_second, bytes_per_second):
        """Return the time the pass takes at a machine's ceilings, in seconds, and what sets it.

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

        Raises
        ------
        ValueError
            When a ceiling is not above 0.
        """
        for ceiling in (macs_per_second, bytes_per_second):
            if not ceiling > 0:
                raise ValueError(f"A ceiling is {ceiling!r}; both must be above 0.")
        arithmetic, memory = self.macs / macs_per_second, self.bytes / bytes_per_second
        return (arithmetic, "arithmetic") if arithmetic > memory else (memory, "memory")


def operations(network, batch=1):
    """Return the passes that a network makes over its data, forward, for a batch of images.

    An activation named in a convolution or a Dense layer is applied where its result is written.
    Dropout and Flatten move nothing when the network is used, and have no pass.

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
        When a layer's shapes or MACs are not known, or batch is no whole number of at least 1.
    """
    check_whole("batch", batch, 1)
    shapes = [network.input_shape, *(row.output_shape for row in network)]
    found = []
    for row in network:
        inputs = [shapes[source + 1] for source in row.inputs]
        if row.output_shape is None or row.macs is None or None in inputs:
            raise ValueError(f"{row.name} ({row.kind}): its size or its MACs are not known, so its cost is not.")
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
    """
    return operations(ledger([layer], input_shape), batch)


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

    Raises
    ------
    ValueError
        When a number is out of its range, or branches no longer fit together.
    """
    check_scaling(width, depth_multiplier)
    wide = [row for row in network if hasattr(row.layer, "filters") or hasattr(row.layer, "units")]
    layers = []
    for row in network:
        changes = {"depth_multiplier": depth_multiplier} if row.kind == "SeparableConv2D" else {}
        for key in ("filters", "units"):
            if hasattr(row.layer, key) and row is not wide[-1]:
                changes[key] = max(1, round(width * getattr(row.layer, key)))
        layers.append(replace(row.layer, **changes) if changes else row.layer)
    return ledger(layers, network.input_shape, network.name, [row.inputs for row in network])


def check_scaling(width, depth_multiplier):
    """Raise ValueError when a network can't be scaled so.

    Parameters
    ----------
    width : float
        Above 0 and at most 8.
    depth_multiplier : int
        From 1 to 8.

    Raises
    ------
    ValueError
        When either is out of its range.
    """
    if not (is_number(width) and 0 < width <= 8):
        raise ValueError(f"width is {shown(width)}; it must be a number above 0 and at most 8.")
    check_whole("depth_multiplier", depth_multiplier, 1, 8)


def _passes(row, inputs, batch):
    """Return the passes of a ledger's row that takes maps of the shapes `inputs`."""
    if row.layer.is_free:
        return []
    read, written = batch * sum(map(prod, inputs)), batch * prod(row.output_shape)
    # A layer that is called twice has its parameters in the first row alone, but reads them each time.
    weights = sum(row.layer.parameters(inputs[0]))
    if row.kind != "SeparableConv2D":
        return [Operation(row.name, _kind(row.layer, inputs[0][-1]), batch * row.macs, read, weights, written)]
    *map_size, filters = row.output_shape
    channels = inputs[0][-1] * row.layer.depth_multiplier
    between = batch * prod(map_size) * channels
    area = prod(row.layer.taps()[0])
    return [
        Operation(f"{row.name} depthwise", "depthwise", area * between, read, area * channels, between),
        Operation(
            f"{row.name} pointwise", "pointwise", filters * between, between, weights - area * channels, written
        ),
    ]


def _kind(layer, channels):
    if layer.family == "convolution":  # a transposed one too
        if layer.groups > 1:
            return "depthwise" if layer.groups == channels else "grouped"
        return "pointwise" if prod(layer.taps()[0]) == 1 else "standard"
    return {"depthwise convolution": "depthwise", "dense": "dense"}.get(layer.family, "elementwise")
