"""Constants of a learner's code, worked out without running it: numbers stay small, lists short."""

import ast
import operator

from course.annotations.reading.keras_calls import Unresolved

LARGEST = 10**12
DEFAULTS = {"image_data_format": "channels_last", "image_dim_ordering": "tf"}
LONGEST = 1_000
_ARITHMETIC = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_COMPARED = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}


def source_of(node, longest=80):
    """Return the code of a node on one line, shortened where it is long."""
    if getattr(node, "end_lineno", 0) - getattr(node, "lineno", 0) > 5:
        return "an expression"
    try:
        text = " ".join(ast.unparse(node).split())
    except (RecursionError, ValueError):
        return "an expression"
    return text if len(text) <= longest else text[: longest - 3] + "..."


def is_number(value):
    """Return whether a value is a plain number, of a size worth calculating with."""
    return type(value) in (int, float, bool) and abs(value) <= LARGEST


def arithmetic(node, left, right):
    """Return the value of a binary operation on constants, or an `Unresolved`."""
    both = (left, right)
    is_power = isinstance(node.op, ast.Pow)
    if isinstance(node.op, ast.Add) and type(left) is type(right) and isinstance(left, list | tuple):
        return left + right if len(left) + len(right) <= LONGEST else Unresolved(source_of(node))
    if isinstance(node.op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
        return left | right
    if isinstance(node.op, ast.Mult):
        items, count = both if isinstance(left, list | tuple) else both[::-1]
        if isinstance(items, list | tuple) and type(count) is int and 0 <= count * len(items) <= LONGEST:
            return items * count
    if all(map(is_number, both)) and type(node.op) in _ARITHMETIC and not (is_power and abs(right) > 64):
        try:
            value = _ARITHMETIC[type(node.op)](left, right)
        except (ZeroDivisionError, OverflowError):
            return Unresolved(source_of(node))
        if is_number(value):
            return value
    return Unresolved(source_of(node))


def is_plain(value):
    """Return whether a value is None, a word or a plain number, which Python knows the truth of."""
    return value is None or isinstance(value, str) or is_number(value)


def comparison(node, left, right):
    """Return the truth of a comparison of two plain values, or an `Unresolved`."""
    compared = _COMPARED.get(type(node.ops[0]))
    if len(node.ops) == 1 and compared and is_plain(left) and is_plain(right):
        try:
            return compared(left, right)
        except TypeError:
            pass
    return Unresolved(source_of(node))


def function(name, values):
    """Return the value of a harmless built-in function of constants, or None."""
    if name == "range" and 1 <= len(values) <= 3 and all(type(v) is int and abs(v) <= LARGEST for v in values):
        if len(values) == 3 and values[2] == 0:
            return None
        numbers = range(*values)
        return list(numbers) if len(numbers) <= LONGEST else None
    if name in ("int", "round") and len(values) == 1 and is_number(values[0]):
        return int(values[0]) if name == "int" else round(values[0])
    if name == "float" and len(values) == 1 and values[0] in ("inf", "-inf", "nan"):
        return float(values[0])
    if name in DEFAULTS and not values:
        return DEFAULTS[name]
    if not values or not all(isinstance(value, list | tuple) for value in values):
        return None
    if name == "zip":
        return list(zip(*values, strict=False))
    if name in ("list", "tuple", "enumerate", "reversed", "len") and len(values) == 1:
        whole = {"list": list, "tuple": tuple, "enumerate": enumerate, "reversed": reversed, "len": len}[name]
        changed = whole(values[0])
        return changed if name in ("tuple", "len") else list(changed)
    return None
