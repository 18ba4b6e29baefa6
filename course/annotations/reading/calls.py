"""What a call makes of its values: a layer, a model, a tensor or a constant."""

import ast
from dataclasses import replace

from course.annotations.reading import values
from course.annotations.reading.keras_calls import FUNCTIONS, KNOWN, MERGES, OBJECTS, Unresolved, canonical
from course.annotations.reading.networks import Networks, Partial, Spec, Stack, Tensor
from course.arithmetic import KerasObject
from course.arithmetic.layers import arguments

DECISIVE = ("kernel_size", "strides", "padding", "dilation_rate", "use_bias")
OPERATORS = {ast.Add: "Add", ast.Mult: "Multiply", ast.Sub: "Subtract"}


class Calls(Networks):
    """The networks of one text, and the calls that build them."""

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
        if name == "partial" and node.args:
            base = positional[0]
            if isinstance(base, Partial):
                return Partial(base.name, (*base.positional, *positional[1:]), {**base.keywords, **keywords})
            return Partial(values.source_of(node.args[0]).rpartition(".")[2], tuple(positional[1:]), keywords)
        if name == "dict" and not positional:
            return keywords
        tensors = [value for value in positional if isinstance(value, Tensor)]
        inputs = positional[0] if positional and isinstance(positional[0], list | tuple) else []
        mode = keywords.get("mode", "sum") if name in ("merge", "Merge") else name  # `merge` is Keras 1's
        if mode in MERGES and inputs:
            return self.place(self.spec(MERGES[mode], [], {}, node), inputs, node)
        if name in FUNCTIONS and tensors:
            config = {"activation": name} if FUNCTIONS[name] == "Activation" else {}
            return self.place(self.spec(FUNCTIONS[name], [], config, node), tensors[:1], node)
        path = values.source_of(node.func).split(".")[-2:]
        if path[0] in OBJECTS or name == "DTypePolicy":
            given = (*(("", value) for value in positional), *keywords.items())
            return KerasObject(".".join(path) if path[0] in OBJECTS else name, given)
        if name[:1].isupper():
            return self.spec(canonical(name), positional, keywords, node)
        value = values.function(name, positional)
        if value is not None:
            return value
        if tensors:
            unknown = self.unknown(name, f"`{name}` is not a layer this checker knows", node)
            return self.place(unknown, tensors, node)
        return Unresolved(values.source_of(node))

    def apply(self, thing, node, given):
        """Return what a layer or model gives for the arguments of a call."""
        inputs = given[0] if given and isinstance(given[0], list | tuple) else given[:1]
        if isinstance(thing, Stack):
            tensor = self.tensor(inputs[0], node) if inputs else None
            for item in thing.network.layers:
                tensor = self.place(replace(item.spec, maybe=item.maybe), [tensor], item.spec.node)
            self.absorb(thing.network)
            return tensor
        if not isinstance(thing, Spec):
            thing = self.unknown(values.source_of(node.func, 40), "it is not a layer written in the text", node)
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

    def operation(self, node, left, right):
        if isinstance(left, Tensor) and isinstance(right, Tensor) and type(node.op) in OPERATORS:
            return self.place(self.spec(OPERATORS[type(node.op)], [], {}, node), [left, right], node)
        return values.arithmetic(node, left, right)

    def doubts(self, node, more):
        """Return the keywords on which sizes and fields depend, as unknown, where `**more` may hold them."""
        kind = canonical(values.source_of(node.func).rpartition(".")[2])
        written = {keyword.arg for keyword in node.keywords}
        for name in arguments(kind)[len(node.args) :] if kind in KNOWN else ():
            if name in DECISIVE and name not in written:
                yield name, Unresolved(values.source_of(more))
