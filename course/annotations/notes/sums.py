"""Lists parted, sums and steps replaced by where they lead: "4 + (3-1)*2 = 8" and "32 -> 30"."""

import ast
from math import prod

from course.annotations.notes.tokens import Token, is_thousands
from course.annotations.reading.values import arithmetic


def simplified(found):
    """Return tokens with lists of counts parted, and sums and steps replaced by where they lead."""
    return _without_steps(_without_sums(_parted(found)))


def _parted(found):
    """Read the last number of "64, 6464 params" apart from the others, and the first of "RF 5, 30"."""
    out = []
    for i, token in enumerate(found):
        then = found[i + 1].kind if i + 1 < len(found) else None
        is_list = token.kind == "list"
        counted = is_list and then in ("parameters", "macs", "count") and not is_thousands(token)
        unequal = is_list and len(set(token.value)) == len(token.value) == 2
        if counted or (unequal and _labels_field(out)):
            out += [Token("number", str(part), part) for part in token.value]
        else:
            out.append(token)
    return out


def _labels_field(before):
    """Return whether what comes next is a receptive field: "RF: "."""
    kinds = [token.kind for token in before if token.kind not in ("link", "equals", "arrow")]
    return kinds[-1:] == ["field"]


def _without_sums(found):
    """Replace "4 + (3-1)*2 = 8" and "8 = 4 + (3-1)*2" by the result."""
    out, until = [], 0
    for at, token in enumerate(found):
        if at < until:
            continue
        if token.kind == "equals":
            start = len(out)
            while start and (
                _is_of_a_sum(out[start - 1])
                or (out[start - 1].kind in ("ignore", "word") and out[start:] and out[start].kind == "operator")
            ):
                if out[start - 1].is_value and out[start:] and (out[start].is_value or out[start].kind == "open"):
                    start += out[start].kind == "open"  # RF 5 (3*3 = 9
                    break
                start -= 1
            if any(t.is_value for t in out[start:]):
                until = at + 1 + _explains(out[start:], found[at + 1 :])
                if until == at + 1:
                    if at + 1 < len(found) and found[at + 1].is_value:
                        found[at + 1].terms = _worth(out[start:])
                    del out[start:]
                else:
                    next(t for t in out[start:] if t.is_value).terms = _worth(found[at + 1 : until])
                continue
        out.append(token)
    return out


def _explains(before, behind):
    """Return how many tokens behind "8 =" say what 8 is the sum or the product of."""
    result = [token.value for token in before if token.kind != "open"]
    length = next((i for i, token in enumerate(behind) if not _is_of_a_sum(token)), len(behind))
    leads_on = length < len(behind) and behind[length].kind == "equals"
    if leads_on or len(result) != 1:
        return 0
    while length and behind[length - 1].kind == "operator":
        length -= 1
    is_sum = any(token.text in ("+", "*") for token in behind[:length])
    is_product = length > 0 and behind[0].kind == "shape" and prod(behind[0].value) == result[0]
    return length if is_sum or is_product else 0


def _worth(terms):
    """Return what a sum or product of whole numbers comes to, None where it is none."""
    text = "".join(token.text for token in terms).replace("x", "*").replace("^2", "**2")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    worth = _folded(tree, 0) if isinstance(tree, ast.BinOp) else None
    return worth if type(worth) is int else None


def _folded(node, depth):
    if isinstance(node, ast.BinOp) and depth < 40:
        return arithmetic(node, _folded(node.left, depth + 1), _folded(node.right, depth + 1))
    return node.value if isinstance(node, ast.Constant) else None


def _is_of_a_sum(token):
    return token.is_value or token.kind in ("operator", "open", "close", "other") or token.text == "-"


def _without_steps(found):
    """Replace "32 -> 30" by where it leads."""
    out = []
    for token in found:
        if token.is_value and len(out) > 1 and out[-1].kind in ("arrow", "to") and out[-2].is_value:
            if out[-1].text == ">" and _labels_field(out[:-2]) and _exceeds(out[-2].value, token.value):
                del out[-1]
                continue
            token.before = out[-2].value
            del out[-2:]
            while out and out[-1].text == "+":  # RF 6+4 -> 10
                del out[-2 if len(out) > 1 and out[-2].is_value else -1 :]
        out.append(token)
    return out


def _exceeds(value, other):
    """Return whether "RF 74 > 64" compares a receptive field with an image that it exceeds."""
    return isinstance(value, int) and isinstance(other, int) and value > other
