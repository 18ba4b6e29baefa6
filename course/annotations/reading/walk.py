"""Follow a learner's code statement by statement, and note each layer that joins a network.

Names that hold constants, layers, tensors and models are followed; functions written in the text
are read where they are called, short loops turn by turn. Nothing is executed.
"""

import ast
from dataclasses import replace

from course.annotations.reading import values
from course.annotations.reading.forks import Fork, either, in_doubt
from course.annotations.reading.keras_calls import FUNCTIONS, KNOWN, MERGES, OBJECTS, Unresolved, canonical
from course.annotations.reading.networks import Networks, Partial, Spec, Stack, Stop, Tensor
from course.arithmetic import KerasObject
from course.arithmetic.layers import arguments

DECISIVE = ("kernel_size", "strides", "padding", "dilation_rate", "use_bias")
MOST_STEPS = 20_000
DEEPEST = 60
OPEN = "and what hangs on that is not judged"
UNTOLD = f"which branch runs can't be told: the first with layers in it is read, {OPEN}"

OPERATORS = {ast.Add: "Add", ast.Mult: "Multiply", ast.Sub: "Subtract"}


class Walk(Networks):
    """One reading of a syntax tree; `networks`, `unread` and `remarks` are what it found."""

    def __init__(self, tree, keras_1):
        super().__init__(keras_1)
        self.functions, self.called = {}, set()
        self.steps = 0
        try:
            env = {"__name__": "__main__"}
            self.body(tree.body, env, 0)
            constants = {name: each for name, each in env.items() if not isinstance(each, Stack | Tensor)}
            for name in list(self.functions):
                if name not in self.called:
                    self.loose = None
                    self.call_function(self.functions[name], [], {}, dict(constants), 0)
        except Stop as why:
            self.unread.append((None, str(why), None))
        except RecursionError:
            self.unread.append((None, "The code is nested too deeply to be read to its end.", None))

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
            before, after = self.value(node.target, env, depth), self.value(node.value, env, depth)
            self.assign(node.target, self.operation(node, before, after), env)
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
        elif isinstance(node, ast.Match):
            return self.match(node, env, depth)
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
        before, fork = self.placed, Fork(env, self.networks)
        fork.settle(env, self.networks, node.body)
        self.undecided += 1
        done = self.body(node.body, env, depth)
        self.undecided -= 1
        fork.settle(env, self.networks, node.body)
        if self.placed > before:
            self.remark_within(node, f"how often this loop runs can't be told: its layers are read once, {OPEN}")
        return done

    def branch(self, node, env, depth):
        test = self.value(node.test, env, depth)
        if values.is_plain(test):
            return self.body(node.body if test else node.orelse, env, depth)
        return self.undecided_branch(node, node.body, node.orelse, env, depth)

    def match(self, node, env, depth):
        first, *others = node.cases
        rest = [ast.copy_location(ast.Match(node.subject, others), node)] if others else []
        return self.undecided_branch(node, first.body, rest, env, depth)

    def undecided_branch(self, node, first, second, env, depth):
        """Follow the first of two branches, or the second where only that one holds layers."""
        before, fork = (self.placed, self.written), Fork(env, self.networks)
        self.undecided += 1
        done = self.body(first, env, depth)
        if before == (self.placed, self.written) and second and not done:
            first, second = second, first
            done = self.body(first, env, depth)
        self.undecided -= 1
        fork.settle(env, self.networks, second)
        if before != (self.placed, self.written):
            self.remark_within(node, UNTOLD)
        for network in self.within(node) if done else ():
            what = "which branch runs can't be told, and one returns, so what follows it is not read"
            self.report(node, what, network)
        return done and tuple(map(in_doubt, done))

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
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            value = self.value(node.operand, env, depth)
            return not value if values.is_plain(value) else Unresolved(values.source_of(node))
        if isinstance(node, ast.Compare):
            left, right = (self.value(side, env, depth) for side in (node.left, node.comparators[0]))
            return values.comparison(node, left, right)
        if isinstance(node, ast.BoolOp):
            return self.any_or_all(node, env, depth)
        if isinstance(node, ast.IfExp):
            return self.choice(node, env, depth)
        if isinstance(node, ast.BinOp):
            return self.operation(node, self.value(node.left, env, depth), self.value(node.right, env, depth))
        if isinstance(node, ast.Dict) and all(isinstance(key, ast.Constant | None) for key in node.keys):
            return self.keywords(node, env, depth)
        if isinstance(node, ast.Subscript):
            items, key = self.value(node.value, env, depth), self.value(node.slice, env, depth)
            if isinstance(items, list | tuple) and type(key) is int and -len(items) <= key < len(items):
                return items[key]
        if isinstance(node, ast.Call):
            return self.call(node, env, depth)
        return Unresolved(values.source_of(node))

    def choice(self, node, env, depth):
        """Return what `a if test else b` gives; of two tensors, where the test can't be told, either."""
        test = self.value(node.test, env, depth)
        if values.is_plain(test):
            return self.value(node.body if test else node.orelse, env, depth)
        before = self.placed
        self.undecided += 1
        read = self.value(node.body, env, depth)
        is_first, passed_over = self.placed > before, None
        if not is_first or isinstance(node.orelse, ast.Name):
            passed_over = self.value(node.orelse, env, depth)
        self.undecided -= 1
        read, passed_over = (read, passed_over) if is_first else (passed_over, read)
        if not isinstance(read, Tensor):
            return Unresolved(values.source_of(node))
        if self.placed > before:
            self.remark_within(node, UNTOLD)
        return either(read, passed_over)

    def any_or_all(self, node, env, depth):
        """Return where `or` or `and` stops, as Python does."""
        for part in node.values:
            value = self.value(part, env, depth)
            if not values.is_plain(value):
                return Unresolved(values.source_of(node))
            if bool(value) == isinstance(node.op, ast.Or):
                break
        return value

    def keywords(self, node, env, depth):
        """Return what a dict of words holds, of the dicts spread into it too."""
        held = {}
        for key, value in list(zip(node.keys, node.values, strict=True))[: values.LONGEST]:
            given = self.value(value, env, depth)
            if key is None and not isinstance(given, dict):
                return Unresolved(values.source_of(node))
            held |= given if key is None else {key.value: given}
        return {key: value for key, value in held.items() if isinstance(key, str)}

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
        keywords.update(self.spread(node, env, depth))
        alias = env.get(dotted)
        if isinstance(alias, Unresolved) and alias.source.rpartition(".")[2] in KNOWN:
            alias = Partial(alias.source.rpartition(".")[2])
        if isinstance(alias, Partial):
            positional, keywords = [*alias.positional, *positional], {**alias.keywords, **keywords}
            return self.known_call(node, alias.name, positional, keywords)
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

    def spread(self, node, env, depth):
        """Return the keywords of `**more`."""
        for keyword in node.keywords:
            more = self.value(keyword.value, env, depth) if keyword.arg is None else None
            if isinstance(more, dict):
                yield from more.items()
            elif keyword.arg is None:
                yield from self.doubts(node, keyword.value)

    def doubts(self, node, more):
        """Return the keywords on which sizes and fields depend, as unknown, where `**more` may hold them."""
        kind = canonical(values.source_of(node.func).rpartition(".")[2])
        written = {keyword.arg for keyword in node.keywords}
        for name in arguments(kind)[len(node.args) :] if kind in KNOWN else ():
            if name in DECISIVE and name not in written:
                yield name, Unresolved(values.source_of(more))

    # networks

    def apply(self, thing, node, env, depth):
        """Return what a layer or model gives for the arguments of a call."""
        arguments = [self.value(argument, env, depth) for argument in node.args]
        inputs = arguments[0] if arguments and isinstance(arguments[0], list | tuple) else arguments[:1]
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

    def inline(self, node, positional, keywords, env, depth):
        """Read a function of the text where it is called."""
        function = self.functions[node.func.id]
        self.called.add(function.name)
        if depth > DEEPEST // 2:
            self.report(node, f"`{function.name}` calls functions too deeply, or itself, to be followed")
            return Unresolved(values.source_of(node))
        self.sites.append((self.made + 1, node.lineno))
        try:
            return self.call_function(function, positional, keywords, env, depth + 10)
        finally:
            self.sites.pop()

    def call_function(self, function, positional, keywords, env, depth):
        given = function.args
        names = [argument.arg for argument in (*given.args, *given.kwonlyargs)]
        local = dict(env)
        local.update({name: Unresolved(name) for name in names})
        for argument, default in [
            *zip(given.args[::-1], given.defaults[::-1], strict=False),
            *zip(given.kwonlyargs, given.kw_defaults, strict=False),
        ]:
            if default is not None:
                local[argument.arg] = self.value(default, env, depth)
        local.update(zip([argument.arg for argument in given.args], positional, strict=False))
        local.update({name: value for name, value in keywords.items() if name in names})
        if given.kwarg:
            local[given.kwarg.arg] = {name: value for name, value in keywords.items() if name not in names}
        if given.vararg:
            local[given.vararg.arg] = tuple(positional[len(given.args) :])
        done = self.body(function.body, local, depth)
        env.update({name: value for name, value in local.items() if name.startswith("self.")})
        return done[0] if done else None
