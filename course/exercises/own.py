"""A teacher's own exercises, from a text file."""

import ast
import operator
import re
from pathlib import Path

from course.exercises.exercise import EXERCISES, Exercise, show
from course.table import Table

_FIELDS = ("answer", "working", "hint", "within", "unit")
_SIGNS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.USub: operator.neg, ast.UAdd: operator.pos,
}  # fmt: skip
_own = {}  # the names of those that came from files, by file


def add(path):
    """Add the exercises of a file to the kit's: `check`, `hint` and `solution` know them then.

    A file is text. Each exercise begins with `#` and its name, and its question::

        # batches_of_64
        How many full batches of 64 fit into 50,000 images?

        answer: 50,000 // 64
        working: 50,000 / 64 = 781.25, so 781 full batches.
        hint: Divide, and keep only full batches.
        unit: batches
        - 782: You counted the last batch, which is not full.
        - 50,000 / 64: A batch is full or it is not. Round down.

    `answer` and the wrong answers are numbers, or sums with + - * / // % ** and brackets. `within: 0.5`
    says how far from the answer still counts as right, and may be left out, as `unit` may. A line that
    begins in none of these ways goes on with the one before.

    Parameters
    ----------
    path : str or pathlib.Path
        The file, in UTF-8. Added again, it takes the place of what it held before.

    Returns
    -------
    Table
        The exercises that were added: name and question. No answers, since learners may see it.

    Raises
    ------
    ValueError
        When the file can't be read, or one of its lines can't be an exercise's; then none is added.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as why:
        why = "it is not in UTF-8" if isinstance(why, UnicodeDecodeError) else why.strerror
        raise ValueError(f"{path} can't be read as exercises: {why}.") from None
    found, made, before = _sections(text, path), {}, _own.get(Path(path).resolve(), set())
    if not found:
        raise ValueError(f"{path} holds no exercise: begin one with a line '# name'.")
    for name, line, items in found:
        where = f"{path}, line {line}"
        if not re.fullmatch(r"\w+", name):
            raise ValueError(f"{where}: an exercise's name is one word of letters, digits and _, not {name!r}.")
        if name in made:
            raise ValueError(f"{where}: there are two exercises {name!r}: call one of them otherwise.")
        if name in EXERCISES and name not in before:
            owner = next((file.name for file, names in _own.items() if name in names), "the kit")
            raise ValueError(f"{where}: {owner} has an exercise {name!r}: call yours otherwise.")
        made[name] = _exercise(name, items, path, line)
    for name in before:
        del EXERCISES[name]
    EXERCISES.update(made)
    _own[Path(path).resolve()] = set(made)
    return Table(("exercise", "question"), [(name, exercise.question) for name, exercise in made.items()])


def _sections(text, path):
    """Return each exercise's name, line, and items: (field, line, text), wrong answers under "-"."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        line, where = line.strip(), f"{path}, line {number}"
        if not line:
            continue
        if line[0] == "#":
            found.append((line.lstrip("#").strip(), number, []))
            continue
        if not found:
            raise ValueError(f"{where} stands before the first exercise: begin one with a line '# name'.")
        items = found[-1][2]
        field = re.match(r"([a-z]+)\s*:\s*(.*)", line)
        if re.match(r"-[\d.]", line):
            raise ValueError(f"{where}: write a space after the dash, '- 5: ...', and '- -5: ...' below 0.")
        if line[0] == "-" or line.startswith("* "):
            items.append(["-", number, line[1:].strip()])
        elif field and field[1] not in _FIELDS:
            raise ValueError(f"{where} begins with {field[1]!r}, which is none of {', '.join(_FIELDS)}.")
        elif field:
            if field[1] in (kind for kind, _, _ in items):
                raise ValueError(f"{where} gives {found[-1][0]!r} a second {field[1]}: leave one of them out.")
            items.append([field[1], number, field[2]])
        elif items:
            items[-1][2] = f"{items[-1][2]} {line}"
        else:
            items.append(["question", number, line])
    return found


def _exercise(name, items, path, line):
    texts = {kind: text for kind, _, text in items}
    wanted = {"question": "the question below its name", "-": "a line '- number: what was probably done'"}
    for kind in ("question", "answer", "working", "hint", "-"):
        if not texts.get(kind):
            way = wanted.get(kind, f"a line '{kind}: ...'")
            raise ValueError(f"{path}, line {line}: the exercise {name!r} lacks {way}.")
    worth = {kind: _number(text, path, at) for kind, at, text in items if kind in ("answer", "within")}
    answer, within, pairs = worth["answer"], worth.get("within", 0), []
    for _, at, text in (item for item in items if item[0] == "-"):
        number, colon, why = text.partition(":")
        if not colon or not why.strip():
            raise ValueError(f"{path}, line {at}: a wrong answer is a line '- number: what was probably done'.")
        value = _number(number, path, at)
        if abs(value - answer) <= max(within, 1e-6):
            raise ValueError(f"{path}, line {at}: {show(value)} counts as right, so it is no wrong answer.")
        if value in (before for before, _ in pairs):
            raise ValueError(f"{path}, line {at}: {show(value)} stands there twice: leave one of them out.")
        pairs.append((value, why.strip()))
    unit = f" {texts['unit']}" if texts.get("unit") else ""
    return Exercise(
        texts["question"], lambda: (answer, texts["working"], *pairs), texts["hint"], within=within, unit=unit
    )


def _number(text, path, line):
    """Return what a number or a sum is worth."""
    plain = re.sub(r"(?<=\d),(?=\d{3})", "", text).replace("×", "*").replace("−", "-").strip()
    try:
        return _worth(ast.parse(plain, mode="eval").body)
    except (ValueError, SyntaxError, ArithmeticError, RecursionError, MemoryError):
        raise ValueError(
            f"{path}, line {line}: {text.strip()!r} is neither a number nor a sum of numbers, such as 3 * 3 * 64."
        ) from None


def _worth(node):
    sign, value = _SIGNS.get(type(getattr(node, "op", None))), None
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        value = node.value
    elif isinstance(node, ast.UnaryOp) and sign:
        value = sign(_worth(node.operand))
    elif isinstance(node, ast.BinOp) and sign:
        left, right = _worth(node.left), _worth(node.right)
        if sign is not operator.pow or abs(right) <= 64:
            value = sign(left, right)
    # No one would answer with more, and a machine might not work it out.
    if isinstance(value, (int, float)) and abs(value) <= 1e15:
        return value
    raise ValueError
