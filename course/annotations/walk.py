"""Follow a learner's code statement by statement, and note each layer that joins a network.

Names that hold constants, layers, tensors and models are followed; functions written in the text
are read where they are called, short loops turn by turn. Nothing is executed.
"""

import ast
from dataclasses import dataclass, field

from course.annotations import values
from course.annotations.claims import IMAGE
from course.annotations.keras_calls import (
    ALIASES,
    CONVOLUTIONS,
    POINTWISE,
    SIGNATURES,
    Unresolved,
    canonical,
    is_keras_1_kernel,
    layer_of,
)
from course.arithmetic.layers import LAYERS

MOST_LAYERS = 2_000
MOST_STEPS = 20_000
DEEPEST = 60

MERGES = {
    "add": "Add", "sum": "Add", "concatenate": "Concatenate", "concat": "Concatenate", "maximum": "Maximum",
    "max": "Maximum", "minimum": "Minimum", "average": "Average", "ave": "Average", "multiply": "Multiply",
    "mul": "Multiply", "subtract": "Subtract",
}  # fmt: skip
OPERATORS = {ast.Add: "Add", ast.Mult: "Multiply", ast.Sub: "Subtract"}
FUNCTIONS = {"relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "softmax": "Softmax"}
KNOWN = {*LAYERS, *POINTWISE, *SIGNATURES, *ALIASES, "Flatten", "Lambda"}


@dataclass(eq=False)
class Network:
    """A model under construction: a Sequential one, or all that hangs on one Input."""

    name: str
    layers: list = field(default_factory=list)
    input_shape: tuple | None = None
    joined: "Network | None" = None

    def root(self):
        """Return the network this one has become part of, or itself."""
        network = self
        while network.joined:
            network = network.joined
        return network


@dataclass(frozen=True)
class Tensor:
    """The output of a placed layer, or the image."""

    network: Network
    layer: "Placed | None" = None


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


@dataclass(frozen=True, eq=False)
class Placed:
    """A layer in a network: what it takes, and the lines of the statement that put it there."""

    spec: Spec
    inputs: tuple
    first: int
    last: int


class Stop(Exception):
    """The text holds more than is worth reading."""


class Walk:
    """One reading of a syntax tree; `networks`, `unread` and `remarks` are what it found."""

    def __init__(self, tree, keras_1):
        self.keras_1 = keras_1
        self.networks, self.unread, self.remarks = [], {}, {}
        self.functions, self.called = {}, set()
        self.steps = self.placed = 0
        self.loose = None
        try:
            self.body(tree.body, {}, 0)
            for name in [name for name in self.functions if name not in self.called]:
                if name not in self.called:
                    self.loose = None
                    self.call_function(self.functions[name], [], {}, {}, 0)
        except Stop as why:
            self.unread[str(why)] = None
        except RecursionError:
            self.unread["The code is nested too deeply to be read to its end."] = None

    # statements

    def body(self, statements, env, depth):
        """Follow statements in order; return what a `return` among them returns, in a one-tuple."""
        for statement in statements:
            self.steps += 1
            if self.steps > MOST_STEPS:
                raise Stop(f"Line {statement.lineno}: the code is too long to be read to its end.")
            done = self.statement(statement, env, depth)
            if done:
                return done
        return None

    def statement(self, node, env, depth):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            value = self.value(node.value, env, depth)
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                self.assign(target, value, env)
        elif isinstance(node, ast.AugAssign):
            value = self.value(ast.copy_location(ast.BinOp(_loaded(node.target), node.op, node.value), node), env, depth)
            self.assign(node.target, value, env)
        elif isinstance(node, ast.Expr):
            self.expression(node.value, env, depth)
        elif isinstance(node, ast.Return):
            return (self.value(node.value, env, depth) if node.value else None,)
        elif isinstance(node, ast.FunctionDef):
            self.functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    self.call_function(method, [], {}, env, depth)
        elif isinstance(node, ast.For | ast.While):
            return self.loop(node, env, depth)
        elif isinstance(node, ast.If):
            return self.branch(node, env, depth)
        elif isinstance(node, ast.With | ast.Try):
            return self.body(node.body, env, depth)
        return None

    def assign(self, target, value, env):
        if isinstance(target, ast.Tuple | ast.List):
            known = isinstance(value, list | tuple) and len(value) == len(target.elts)
            for i, part in enumerate(target.elts):
                self.assign(part, value[i] if known else Unresolved(values.source_of(part)), env)
        elif isinstance(target, ast.Name | ast.Attribute):
            name = values.source_of(target)
            env[name] = value
            if isinstance(value, Stack) and not value.network.name:
                value.network.name = name

    def loop(self, node, env, depth):
        turns = self.value(node.iter, env, depth) if isinstance(node, ast.For) else None
        if isinstance(turns, list | tuple):
            for turn in turns:
                self.assign(node.target, turn, env)
                done = self.body(node.body, env, depth)
                if done:
                    return done
            return None
        before = self.placed
        done = self.body(node.body, env, depth)
        if self.placed > before:
            self.report(node, "how often this loop runs can't be told, so its layers are read once")
        return done

    def branch(self, node, env, depth):
        test = self.value(node.test, env, depth)
        if isinstance(test, bool | int):
            return self.body(node.body if test else node.orelse, env, depth)
        before = self.placed
        done = self.body(node.body, env, depth)
        if self.placed > before and node.orelse:
            self.report(node, "which branch of this `if` runs can't be told, so the first is read")
        return done

    def expression(self, node, env, depth):
        value = self.value(node, env, depth)
        for item in value if isinstance(value, tuple) else [value]:
            if isinstance(item, Spec) and item.kind in KNOWN:  # what is left of a list that lost its brackets
                self.append(Stack(self.loose_network("the list")), item, item.node)

    # values

    def value(self, node, env, depth):
        """Return a constant, list, tuple, Tensor, Stack or Spec, or an Unresolved."""
        if depth > DEEPEST:
            return Unresolved("an expression nested too deeply")
        depth += 1
        if isinstance(node, ast.Constant):
            is_long = type(node.value) in (int, float) and not values.is_number(node.value)
            return Unresolved("a number too large") if is_long else node.value
        if isinstance(node, ast.Name | ast.Attribute):
            name = values.source_of(node)
            if isinstance(node, ast.Attribute) and node.attr in ("output", "outputs") and name not in env:
                base = self.value(node.value, env, depth)
                return self.end(base) if isinstance(base, Stack) else Unresolved(name)
            return env.get(name, Unresolved(name))
        if isinstance(node, ast.List | ast.Tuple):
            items = []
            for element in node.elts[: values.LONGEST]:
                if isinstance(element, ast.Starred):
                    more = self.value(element.value, env, depth)
                    items += more if isinstance(more, list | tuple) else [more]
                else:
                    items.append(self.value(element, env, depth))
            return items if isinstance(node, ast.List) else tuple(items)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            value = self.value(node.operand, env, depth)
            return -value if values.is_number(value) else Unresolved(values.source_of(node))
        if isinstance(node, ast.BinOp):
            return self.operation(node, self.value(node.left, env, depth), self.value(node.right, env, depth))
        if isinstance(node, ast.Subscript):
            items, key = self.value(node.value, env, depth), self.value(node.slice, env, depth)
            if isinstance(items, list | tuple) and type(key) is int and -len(items) <= key < len(items):
                return items[key]
        if isinstance(node, ast.Call):
            return self.call(node, env, depth)
        return Unresolved(values.source_of(node))

    def operation(self, node, left, right):
        if isinstance(left, Tensor) and isinstance(right, Tensor) and type(node.op) in OPERATORS:
            return self.place(self.spec(OPERATORS[type(node.op)], [], {}, node), [left, right], node)
        return values.arithmetic(node, left, right)

    def call(self, node, env, depth):
        function = node.func
        if isinstance(function, ast.Call | ast.Subscript):
            return self.apply(self.value(function, env, depth), node, env, depth)
        dotted = values.source_of(function)
        if dotted in env and isinstance(env[dotted], Spec | Stack):
            return self.apply(env[dotted], node, env, depth)
        name = dotted.rpartition(".")[2]
        positional = [self.value(argument, env, depth) for argument in node.args]
        keywords = {k.arg: self.value(k.value, env, depth) for k in node.keywords if k.arg}
        receiver = env.get(dotted.rpartition(".")[0]) if isinstance(function, ast.Attribute) else None
        if name in ("add", "append") and isinstance(function, ast.Attribute) and len(positional) == 1:
            if isinstance(receiver, list):
                return receiver.append(positional[0]) if len(receiver) < values.LONGEST else None
            if name == "add" and not isinstance(positional[0], list | tuple):
                return self.add(dotted.rpartition(".")[0], positional[0], node, env)
        if name in self.functions and "." not in dotted:
            return self.inline(node, positional, keywords, env, depth)
        return self.known_call(node, name, positional, keywords)

    def known_call(self, node, name, positional, keywords):
        if name == "Sequential":
            stack = Stack(self.network(None))
            given = keywords.get("layers", positional[0] if positional else [])
            for item in given if isinstance(given, list | tuple) else [given]:
                self.append(stack, item, item.node if isinstance(item, Spec) else node)
            return stack
        if name in ("Input", "InputLayer"):
            return self.input(name, positional, keywords, node)
        if name == "Model":
            return Unresolved(values.source_of(node))
        tensors = [value for value in positional if isinstance(value, Tensor)]
        if name in ("merge", "Merge") or (name in MERGES and positional and isinstance(positional[0], list | tuple)):
            mode = keywords.get("mode", "add") if name in ("merge", "Merge") else name
            spec = self.spec(MERGES.get(mode, str(mode)), [], {}, node)
            inputs = positional[0] if positional and isinstance(positional[0], list | tuple) else []
            return self.place(spec, inputs, node)
        if name in FUNCTIONS and tensors:
            return self.place(self.spec(FUNCTIONS[name], [], {}, node), tensors[:1], node)
        if name[:1].isupper():
            return self.spec(canonical(name), positional, keywords, node)
        value = values.function(name, positional)
        if value is not None:
            return value
        if tensors:
            return self.place(Spec(name, None, f"`{name}` is not a layer this checker knows", None, None, node), tensors, node)
        return Unresolved(values.source_of(node))

    # networks

    def apply(self, thing, node, env, depth):
        """Return what a layer or model gives for the arguments of a call."""
        arguments = [self.value(argument, env, depth) for argument in node.args]
        inputs = arguments[0] if arguments and isinstance(arguments[0], list | tuple) else arguments[:1]
        if isinstance(thing, Stack):
            tensor = self.tensor(inputs[0], node) if inputs else None
            for item in thing.network.layers:
                tensor = self.place(item.spec, [tensor], item.spec.node)
            self.absorb(thing.network)
            return tensor
        if not isinstance(thing, Spec):
            thing = Spec(values.source_of(node.func, 40), None, "it is not a layer written in the text", None, None, node)
            if not any(isinstance(value, Tensor) for value in inputs):
                return Unresolved(values.source_of(node))
        return self.place(thing, inputs, node)

    def add(self, receiver, item, node, env):
        """Follow `model.add(item)`."""
        if not isinstance(item, Spec | Stack) and not isinstance(node.args[0], ast.Call):
            return None
        stack = env.get(receiver)
        if not isinstance(stack, Stack):
            stack = env[receiver] = Stack(self.network(receiver))
        self.append(stack, item, node)
        return None

    def append(self, stack, item, node):
        """Put a layer, or all of another model, at the end of a Sequential model."""
        end = self.end(stack)
        if isinstance(item, Stack):
            for placed in list(item.network.layers):
                end = self.place(placed.spec, [end], placed.spec.node)
            self.absorb(item.network)
        elif isinstance(item, Spec):
            if item.kind in ("Input", "InputLayer"):
                stack.network.input_shape = item.input_shape
            else:
                self.place(item, [end], node)
        elif isinstance(item, Tensor):
            pass
        else:
            source = item.source if isinstance(item, Unresolved) else values.source_of(node)
            kind = source.partition("(")[0].rpartition(".")[2][:40] or "layer"
            self.place(Spec(kind, None, f"`{source}` is not a layer written in the text", None, None, node), [end], node)

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
        """Return an input shape as a tuple, or None with a remark."""
        if isinstance(value, list | tuple) and value and all(type(n) is int and 1 <= n <= 10**6 for n in value):
            return tuple(value)
        if value is not None:
            self.remark(node, "the input shape is not written in numbers")
        return None

    def spec(self, kind, positional, keywords, node):
        """Return a layer as written."""
        layer, why = layer_of(kind, positional, keywords, self.keras_1)
        if is_keras_1_kernel(kind, positional) and positional[2] > 1:
            shown = f"{kind}({', '.join(map(str, positional[:3]))})"
            square = f"{positional[1]}x{positional[2]}"
            keras_3 = f"kernel {positional[1]}, stride {positional[2]}"
            self.remark(
                node,
                f"{shown} is read as Keras 1 does, a {square} kernel; Keras 3 reads {keras_3}"
                if self.keras_1
                else f"{shown} is read as Keras 3 does, {keras_3}; Keras 1 meant a {square} kernel",
            )
        name = keywords.get("name")
        shape = keywords.get("input_shape")
        batched = keywords.get("batch_input_shape")
        shape = batched[1:] if isinstance(batched, list | tuple) else shape
        shape = self.shape(shape, node) if kind in KNOWN else None
        return Spec(kind, layer, why, name if isinstance(name, str) else None, shape, node)

    def place(self, spec, inputs, node):
        """Make a layer part of the network its inputs belong to, and return its output."""
        if self.placed >= MOST_LAYERS:
            raise Stop(f"Line {node.lineno}: only the first {MOST_LAYERS:,} layers are read.")
        tensors = [self.tensor(value, node) for value in inputs] or [Tensor(self.loose_network("the code"))]
        network = tensors[0].network.root()
        for tensor in tensors[1:]:
            other = tensor.network.root()
            if other is not network:
                network.layers = sorted([*network.layers, *other.layers], key=self.order)
                network.input_shape = network.input_shape or other.input_shape
                other.joined = network
        if not network.layers and spec.input_shape:
            network.input_shape = spec.input_shape
        placed = Placed(spec, tuple(tensor.layer for tensor in tensors), node.lineno, node.end_lineno or node.lineno)
        self.placed += 1
        network.layers.append(placed)
        if spec.layer is None:
            self.report(node, f"{spec.kind} could not be read: {spec.why}")
        return Tensor(network, placed)

    def order(self, placed):
        return placed.first

    def tensor(self, value, node):
        """Return a Tensor, also for a name that is not defined in the text."""
        if isinstance(value, Tensor):
            return Tensor(value.network.root(), value.layer)
        if isinstance(value, Stack):
            return self.end(value)
        network = self.loose_network("the function")
        if not network.layers:
            return Tensor(network)
        source = value.source if isinstance(value, Unresolved) else "its input"
        self.report(node, f"`{source}` is not defined in the text; it is taken to be the output of the layer before")
        return Tensor(network, network.layers[-1])

    def end(self, stack):
        network = stack.network.root()
        return Tensor(network, network.layers[-1] if network.layers else None)

    def network(self, name):
        self.networks.append(Network(name))
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

    def inline(self, node, positional, keywords, env, depth):
        """Read a function of the text where it is called."""
        function = self.functions[node.func.id]
        self.called.add(function.name)
        if depth > DEEPEST // 2:
            return Unresolved(values.source_of(node))
        return self.call_function(function, positional, keywords, env, depth + 10)

    def call_function(self, function, positional, keywords, env, depth):
        names = [argument.arg for argument in function.args.args]
        local = dict(env)
        local.update({name: Unresolved(name) for name in names})
        for name, default in zip(names[::-1], function.args.defaults[::-1], strict=False):
            local[name] = self.value(default, env, depth)
        local.update(zip(names, positional, strict=False))
        local.update({name: value for name, value in keywords.items() if name in names})
        done = self.body(function.body, local, depth)
        env.update({name: value for name, value in local.items() if name.startswith("self.")})
        return done[0] if done else None

    def report(self, node, what):
        self.unread[f"Line {node.lineno}: {what}."] = None

    def remark(self, node, what):
        self.remarks[f"Line {node.lineno}: {what}."] = None


def _loaded(node):
    """Return a name that is assigned to as one that is read."""
    return ast.Name(node.id, ast.Load()) if isinstance(node, ast.Name) else node
