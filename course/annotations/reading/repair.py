"""Turn text that holds Keras code into Python that parses, line for line.

What does not parse becomes a comment: prose, magics, HTML left-overs, and text that trails a call,
as in `model.add(Conv2D(48, 3)) -> 30*30*48 | 3`. So there is one way to read code, and one to
read notes. Nothing is executed.
"""

import ast
import re
import textwrap
import warnings

LONGEST_LINE = 5_000
LONGEST_STATEMENT = 300  # lines
WORK = 500_000  # characters looked at while joining lines, over a whole text

UNPARSABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError)
LOOKS_ALIKE = str.maketrans(
    {
        "\u00a0": " ",
        "\u2007": " ",
        "\u202f": " ",
        "\u3000": " ",
        "\ufeff": " ",
        "\u200b": " ",
        "\u200c": " ",
        "\u200d": " ",
        "\u2018": "'",
        "\u2019": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\uff08": "(",
        "\uff09": ")",
        "\uff0c": ",",
        "`": " ",
        "\x00": " ",
        "\x0b": " ",
        "\x0c": " ",
    }
)
BULLET = re.compile(
    r"^[ \t]*(?:>>>|\.\.\.|[-*+>|\u2022]|\d{1,3}[.)]|In ?\[\d{0,4}\]:)[ \t]+"
    r"(?=[\w.]{1,60} ?[=(])"
)
CALL = re.compile(r"\s*(?:[\w.]{1,60}\.add\s*\(|\w{1,60}\s*=\s*[\w.]{1,60}\()")
LONG_NUMBER = re.compile(r"[\d_]{40,}")
HEADER = re.compile(r"^\s*(?:for|while|if|elif|else|try|except|finally|with|def|class)\b[^#]*:\s*(?:#.*)?$")
MARK = "#\x1f"  # before what is commented out here


def parse(text):
    """Return the syntax tree of a text, or None when it is not Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except UNPARSABLE:
        return None


def repaired(text):
    """Return a text with all that is not Python commented out, and its syntax tree.

    Parameters
    ----------
    text : str
        Code, broken code, or code with prose around it.

    Returns
    -------
    tuple of (str, ast.Module, list of int)
        The text has as many lines as before; the numbers are of lines whose brackets were closed.
    """
    lines = [_plain(line) for line in re.split(r"\r\n|\r|\n", text)]
    mended = []
    lines = _statements(lines, mended) if parse("\n".join(lines)) is None else lines
    tree = parse("\n".join(lines))
    if tree is None:  # a block lost its header, or a header its block
        lines = [_comment(line) if HEADER.match(line) else line.lstrip() for line in lines]
        lines = _statements(lines, mended)
        tree = parse("\n".join(lines))
    tails = [tail for tail in map(_tail, _assignments(tree)) if tail] if tree else []
    for line, column in tails:
        kept = lines[line - 1].encode()[:column].decode(errors="ignore")
        lines[line - 1] = f"{kept}  #{lines[line - 1][len(kept) :]}"
    if tails:
        tree = parse("\n".join(lines))
    if tree is None:
        return "\n".join(map(_comment, lines)), ast.Module([], []), []
    return "\n".join(lines), tree, sorted(set(mended))


def _plain(line):
    line = LONG_NUMBER.sub("number_too_long", line[:LONGEST_LINE].translate(LOOKS_ALIKE)).rstrip()
    line = BULLET.sub("", line)
    return _comment(line) if line.lstrip()[:1] in ("%", "!", "?") else line


def _comment(line):
    return line if line.lstrip().startswith("#") or not line.strip() else MARK + line


def _statements(lines, mended):
    """Comment out each line that starts no statement; note in `mended` where brackets were closed."""
    out, at, work = [], 0, WORK
    while at < len(lines):
        found = None
        if lines[at].strip() and not lines[at].lstrip().startswith("#"):
            taken, looked = _joined(lines, at, 1 if work < 0 else LONGEST_STATEMENT)
            work -= looked
            found = taken and _kept(lines[at : at + taken])
            if not found and (found := _closed(lines[at])):
                mended.append(at + 1)
        if found:
            out += found
            at += len(found)
        else:
            out.append(_comment(lines[at]))
            at += 1
    return out


def _joined(lines, at, limit):
    """Return how many lines the brackets opened at a line reach over (0: never closed), and the work done."""
    depth, quote, looked = 0, "", 0
    for number, line in enumerate(lines[at : at + limit], start=1):
        if number > 1 and quote == "" and CALL.match(line):
            return 0, looked  # the next statement: the bracket was lost
        depth, quote = _scan(line, depth, quote)
        looked += len(line)
        if depth <= 0 and not quote and not line.endswith("\\"):
            return number, looked
    return 0, looked


def _scan(line, depth, quote):
    """Return the bracket depth and the open triple quote after a line."""
    i = 0
    while i < len(line):
        char = line[i]
        if quote:
            if line.startswith(quote, i):
                i += len(quote) - 1
                quote = ""
            elif char == "\\":
                i += 1
        elif char == "#":
            break
        elif char in "'\"":
            quote = char * 3 if line.startswith(char * 3, i) else char
            i += len(quote) - 1
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
            if depth <= 0 and line[i + 1 :].strip():
                rest = line[i + 1 :].lstrip()
                if rest[0] not in "([.,;#+-*/%=:)]}":
                    return 0, ""  # prose follows; its quotes are no strings
        i += 1
    return depth, quote if len(quote) == 3 else ""


def _kept(chunk):
    """Return the lines of a statement, what trails it commented out; None when nothing parses."""
    if _parses(chunk):
        return chunk
    if HEADER.match("\n".join(chunk)) and parse(textwrap.dedent("\n".join(chunk)) + " pass"):
        return chunk
    *head, last = chunk
    for end in [m.end() for m in re.finditer(r"\)", last)][:50][::-1]:
        if _parses([*head, last[:end]]):
            return [*head, f"{last[:end]}  #{last[end:]}"]
    return None


def _closed(line):
    """Return the line of a call that lacks closing brackets with them put in; None when that does not help."""
    if not CALL.match(line):
        return None
    for end in [m.end() for m in re.finditer(r"\)", line)][:50][::-1]:
        for brackets in (")", "))", ")))"):
            if _parses([line[:end] + brackets]):
                rest = line[end:].strip()
                return [line[:end] + brackets + (f"  #{rest}" if rest else "")]
    return None


def _parses(chunk):
    first, *rest = chunk
    return parse("\n".join([first.lstrip(), *rest])) is not None


def _assignments(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.Expr | ast.Assign)]


def _tail(node):
    """Return where text begins that happens to parse after a call, as in `model.add(...) - 30/30/48`."""
    value, assigned = node.value, isinstance(node, ast.Assign)
    while not _is_call(value):
        if isinstance(value, ast.BinOp) and not (assigned and _is_meant(value)):
            value = value.left
        elif isinstance(value, ast.Compare):
            value = value.left
        elif isinstance(value, ast.Subscript):
            value = value.value
        elif isinstance(value, ast.Call) and not assigned:
            value = value.func
        elif isinstance(value, ast.Tuple) and value.elts and not any(map(_has_call, value.elts[1:])):
            value = value.elts[0]
        else:
            return None
    if value is node.value or value.end_lineno != node.value.end_lineno:
        return None
    return value.end_lineno, value.end_col_offset


def _is_meant(value):
    """Return whether an operation is Python's and no note behind a call: `+ x`, `* 2`, `| {"padding": "same"}`."""
    of_python = isinstance(value.op, ast.Add | ast.Mult) or isinstance(value.right, ast.Dict | ast.List)
    return of_python or _has_call(value.right)


def _is_call(value):
    return isinstance(value, ast.Call) and not (
        isinstance(value.func, ast.Call)
        and isinstance(value.func.func, ast.Attribute)
        and value.func.func.attr == "add"
    )


def _has_call(value):
    return any(isinstance(node, ast.Call) for node in ast.walk(value))
