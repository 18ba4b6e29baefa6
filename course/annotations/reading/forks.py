"""Code of which it can't be told whether it runs, or how often: what may be otherwise behind it."""

import ast
from dataclasses import replace

from course.annotations.reading import values
from course.annotations.reading.keras_calls import Unresolved
from course.annotations.reading.networks import ANYTHING, Spec, Stack, Tensor


class Fork:
    """Names, models and lists as they are before such code.

    Parameters
    ----------
    env : dict
    networks : list of Network
    """

    def __init__(self, env, networks):
        self.env = dict(env)
        self.ends = {network: (network.layers[-1:], network.other) for network in networks}
        self.lengths = {name: len(value) for name, value in env.items() if isinstance(value, list)}

    def settle(self, env, networks, passed_over):
        """Let whatever such code has changed, or would have, be in doubt.

        Parameters
        ----------
        env : dict
        networks : list of Network
        passed_over : list of ast.stmt
            The code that is not read and might have run instead.
        """
        elsewhere = _changed(passed_over)
        for network in networks:
            self._settle_end(network, bool(passed_over))
        for name, value in list(env.items()):
            if name not in self.env and not passed_over:
                continue  # whatever uses the name needs this branch
            is_elsewhere, before = name in elsewhere, self.env.get(name)
            if isinstance(value, list) and value is before:
                at = max(0, self.lengths[name] - is_elsewhere)
                value[at:] = [replace(each, maybe=True) if isinstance(each, Spec) else each for each in value[at:]]
            elif is_elsewhere or not _is_same(value, before):
                env[name] = _either(name, value, None if is_elsewhere else before)

    def _settle_end(self, network, has_alternative):
        layers, other = self.ends.get(network, ([], ()))
        if network.layers[-1:] != layers and (network in self.ends or has_alternative):
            before = (*(layers or [None]), *other)
            network.other = (ANYTHING,) if has_alternative else _each((*network.other, *before))


def _either(name, value, other):
    if isinstance(value, Tensor):
        return either(value, other)
    return in_doubt(value) if isinstance(value, Stack) else Unresolved(name)


def either(value, other):
    """Return a tensor that may be another as well, or anything where that is none."""
    if isinstance(other, Tensor) and other.network.root() is value.network.root():
        return replace(value, other=_each((*value.other, other.layer, *other.other)))
    return in_doubt(value)


def _each(layers):
    return (ANYTHING,) if ANYTHING in layers else tuple(dict.fromkeys(layers))


def in_doubt(value):
    """Return a value that might be anything else as well."""
    if isinstance(value, Tensor):
        return replace(value, other=(ANYTHING,))
    if isinstance(value, Stack):
        network = value.network.root()
        network.other = (ANYTHING,) if network.layers else ()
    if isinstance(value, list | tuple):
        return type(value)(in_doubt(each) if isinstance(each, Tensor) else each for each in value)
    return value


def _changed(statements):
    """Return the names that statements assign to or add layers to."""
    found = set()
    for node in (each for statement in statements for each in ast.walk(statement)):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(values.source_of(node))
        method = node.func if isinstance(node, ast.Call) else None
        if isinstance(method, ast.Attribute) and method.attr in ("add", "append"):
            found.add(values.source_of(method.value))
    return found


def _is_same(value, before):
    return value is before or (values.is_plain(value) and values.is_plain(before) and value == before)
