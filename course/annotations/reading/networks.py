"""Networks under construction: Sequential stacks, and graphs of layers called on tensors."""

import ast
from dataclasses import dataclass, field, replace

from course.annotations.reading.keras_calls import (
    ELSEWHERE,
    KNOWN,
    Unresolved,
    is_keras_1_kernel,
    layer_of,
    opaque_layer,
)
from course.annotations.reading.values import source_of

MOST_LAYERS = 2_000
ANYTHING = "anything"  # in place of a layer that is not read


@dataclass(eq=False)
class Network:
    """A model under construction: a Sequential one, or all that hangs on one Input."""

    name: str
    layers: list = field(default_factory=list)
    input_shape: tuple | None = None
    joined: "Network | None" = None
    number: int = 0
    other: tuple = ()  # as a Tensor's, of its end

    def root(self):
        """Return the network this one has become part of, or itself."""
        network = self
        while network.joined:
            network = network.joined
        return network


@dataclass(frozen=True, eq=False)
class Partial:
    """`partial(Conv2D, kernel_size=3)`, or another name for a layer."""

    name: str
    positional: tuple = ()
    keywords: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Tensor:
    """The output of a placed layer, or the image.

    `other` holds the layers whose output it might be as well, None for the image, or `ANYTHING`; it is empty
    where there is no doubt.
    """

    network: Network
    layer: "Placed | None" = None
    other: tuple = ()


@dataclass(frozen=True, eq=False)
class Stack:
    """A Sequential model."""

    network: Network


@dataclass(frozen=True, eq=False)
class Spec:
    """A layer that is written but not yet part of a network."""

    kind: str
    layer: object
    why: str | None
    name: str | None
    input_shape: tuple | None
    node: ast.AST
    other: object = None
    opaque: bool = False
    remark: str | None = None
    maybe: bool = False


@dataclass(frozen=True, eq=False)
class Placed:
    """A layer in a network: what it takes, and the lines of the statement that put it there.

    `sites` are the lines of the calls of helpers through which it was reached, the innermost last. `others` holds
    each input's `other`, or nothing where there is no doubt; `maybe` says that it stands where it might not run.
    """

    spec: Spec
    inputs: tuple
    first: int
    last: int
    sites: tuple = ()
    others: tuple = ()
    maybe: bool = False


class Stop(Exception):
    """The text holds more than is worth reading."""


class Networks:
    """The networks of one text; `unread` and `remarks` hold a (line, what, network) for each doubt."""

    def __init__(self, keras_1):
        self.keras_1 = keras_1
        self.networks, self.unread, self.remarks = [], [], []
        self.placed = self.written = self.made = self.undecided = 0
        self.latest = None
        self.loose = None
        self.sites = []

    def append(self, stack, item, node):
        """Put a layer, or all of another model, at the end of a Sequential model."""
        end = self.end(stack)
        if isinstance(item, Stack):
            for placed in list(item.network.layers):
                end = self.place(replace(placed.spec, maybe=placed.maybe), [end], placed.spec.node)
            self.absorb(item.network)
        elif isinstance(item, Spec):
            if item.kind in ("Input", "InputLayer"):
                stack.network.input_shape = item.input_shape
            else:
                self.place(item, [end], node)
        elif isinstance(item, Tensor):
            if item.layer is None and not stack.network.layers:
                stack.network.input_shape = item.network.input_shape
        else:
            source = item.source if isinstance(item, Unresolved) else source_of(node)
            kind = source.partition("(")[0].rpartition(".")[2][:40] or "layer"
            self.place(self.unknown(kind, f"`{source}` is not a layer written in the text", node), [end], node)

    def input(self, name, positional, keywords, node):
        shape = keywords.get("shape", keywords.get("input_shape", positional[0] if positional else None))
        batched = keywords.get("batch_shape", keywords.get("batch_input_shape"))
        shape = batched[1:] if isinstance(batched, list | tuple) else shape
        network = self.network(None)
        network.input_shape = self.shape(shape, node)
        if name == "InputLayer":
            return Spec(name, None, None, None, network.input_shape, node)
        return Tensor(network)

    def shape(self, value, node):
        """Return an input shape as a tuple, with None for what is not written in numbers."""
        if type(value) is int:
            value = (value,)
        if isinstance(value, list | tuple) and 1 <= len(value) <= 4:
            shape = tuple(n if type(n) is int and 1 <= n <= 10**6 else None for n in value)
            if len(shape) == 3 and shape[0] in (1, 3) and shape[1] == shape[2] and (shape[2] or 0) > 4:
                self.remark(node, "the input shape has channels first; it is read as (height, width, channels)")
                shape = (*shape[1:], shape[0])
            return shape
        return None

    def spec(self, kind, positional, keywords, node):
        """Return a layer as written."""
        self.written += kind in KNOWN
        layer, other, why = layer_of(kind, positional, keywords, self.keras_1)
        remark = None
        if is_keras_1_kernel(kind, positional) and positional[2] > 1:
            shown = f"{source_of(node.func)}({', '.join(map(str, positional[:3]))})"
            square = f"{positional[1]}x{positional[2]}"
            keras_3 = f"kernel {positional[1]}, stride {positional[2]}"
            remark = (
                f"{shown} is read as Keras 1 does, a {square} kernel; Keras 3 reads {keras_3}"
                if self.keras_1
                else f"{shown} is read as Keras 3 does, {keras_3}; Keras 1 meant a {square} kernel"
            )
        name = keywords.get("name")
        name = name if isinstance(name, str) else None
        shape = keywords.get("input_shape", keywords.get("input_dim"))
        batched = keywords.get("batch_input_shape")
        shape = self.shape(batched[1:] if isinstance(batched, list | tuple) else shape, node)
        if why == "":
            why = f"{kind} is not among the layers this checker knows"
            return replace(self.unknown(kind, why, node), name=name, input_shape=shape)
        return Spec(kind, layer, why, name, shape, node, other, remark=remark)

    def unknown(self, kind, why, node):
        """Return a layer that can't be read: it is taken to leave positions as they are."""
        if kind in ELSEWHERE or kind.endswith((".output", ".outputs")):
            return Spec(kind, None, why, None, None, node)
        layer, other = opaque_layer()
        return Spec(kind, layer, why, None, None, node, other, opaque=True)

    def place(self, spec, inputs, node):
        """Make a layer part of the network its inputs belong to, and return its output."""
        if self.placed >= MOST_LAYERS:
            raise Stop(f"Line {node.lineno}: only the first {MOST_LAYERS:,} layers are read.")
        tensors = [self.tensor(value, node) for value in inputs] or [Tensor(self.loose_network("the code"))]
        network = tensors[0].network.root()
        for tensor in tensors[1:]:
            other = tensor.network.root()
            if other is not network:
                network.layers = sorted([*network.layers, *other.layers], key=lambda placed: placed.first)
                network.input_shape = network.input_shape or other.input_shape
                other.joined = network
        if not network.layers and spec.input_shape:
            network.input_shape = spec.input_shape
        inputs = tuple(tensor.layer for tensor in tensors)
        others = tuple(tensor.other for tensor in tensors) if any(tensor.other for tensor in tensors) else ()
        sites = tuple(line for made, line in self.sites if network.number < made)
        last = node.end_lineno or node.lineno
        placed = Placed(spec, inputs, node.lineno, last, sites, others, self.undecided > 0 or spec.maybe)
        self.placed += 1
        self.latest, network.other = network, (ANYTHING,) if spec.maybe else ()
        network.layers.append(placed)
        if spec.why and spec.opaque:
            self.report(node, f"{spec.why}; it is taken to leave positions as they are", network)
        elif spec.why:
            verb = "could not be read" if spec.layer is None else "is read in part"
            self.report(node, f"{spec.kind} {verb}: {spec.why}", network)
        if spec.remark:
            self.remark(node, spec.remark, network)
        return Tensor(network, placed, network.other)

    def tensor(self, value, node):
        """Return a Tensor, also for a name that is not defined in the text."""
        if isinstance(value, Tensor):
            return replace(value, network=value.network.root())
        if isinstance(value, Stack):
            return self.end(value)
        network = self.loose_network("the function")
        source = value.source if isinstance(value, Unresolved) else "its input"
        if source.endswith((".output", ".outputs")):
            return self.place(self.unknown(source, "that model is not in the text", node), [Tensor(network)], node)
        if not network.layers:
            return Tensor(network)
        what = f"`{source}` is not in the text; it is taken to be the output of the layer before"
        self.report(node, what, network)
        return self.end(Stack(network))

    def end(self, stack):
        network = stack.network.root()
        return Tensor(network, network.layers[-1] if network.layers else None, network.other)

    def network(self, name):
        self.made += 1
        self.networks.append(Network(name, number=self.made))
        return self.networks[-1]

    def loose_network(self, name):
        """Return the network of layers whose model is not in the text."""
        if self.loose is None:
            self.loose = self.network(name)
        return self.loose

    def absorb(self, network):
        """Forget a model on its own, once it is part of another."""
        if network in self.networks:
            self.networks.remove(network)

    def report(self, node, what, network=None):
        self.unread.append((node.lineno, what, network))

    def remark_within(self, node, what):
        for network in self.within(node):
            self.remark(node, what, network)

    def within(self, node):
        """Return the networks that have layers between the lines of a statement, or else the latest."""
        lines = range(node.lineno, node.end_lineno + 1)
        found = [network for network in self.networks if any(placed.first in lines for placed in network.layers)]
        return found or [self.latest]

    def remark(self, node, what, network=None):
        self.remarks.append((node.lineno, what, network))
