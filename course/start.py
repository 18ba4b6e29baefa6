"""Working copies of the notebooks, to write in: the committed ones stay as they are, for the next update."""

import ast
import math
import shutil
from pathlib import Path

import nbformat

from course.notebooks import NOTEBOOKS

GLOSSARY = "glossary.md"


def start(folder, solved=False):
    """Write copies of the notebooks without outputs, so that no answer stands under its question, and a glossary.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where to; made if it does not exist. A notebook that is there already is left as it is.
    solved : bool
        Whether every exercise is answered, rightly: for a teacher.

    Returns
    -------
    (list of pathlib.Path, list of pathlib.Path)
        The notebooks written, and those that were there.

    Raises
    ------
    ValueError
        When the folder is that of the committed notebooks, or can't be written to.
    """
    folder = Path(folder)
    if folder.resolve() == NOTEBOOKS.resolve():
        raise ValueError(f"{folder} holds the notebooks themselves: name another folder for your copies.")
    written, kept = [], []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in sorted(NOTEBOOKS.glob("*.ipynb")):
            copy = folder / path.name
            if copy.exists():
                kept.append(copy)
                continue
            nbformat.write(_copied(nbformat.read(path, as_version=4), solved), copy)
            written.append(copy)
        # The notebooks link to it. It is nobody's work, so an update may replace it.
        shutil.copy(NOTEBOOKS / GLOSSARY, folder)
    except OSError as why:
        raise ValueError(f"{folder} can't be written to ({why.strerror}): name another folder.") from None
    return written, kept


def _copied(book, solved):
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            if solved:
                cell.source = solve(cell.source)
    return book


def solve(source):
    """Return a cell with every None in a call of `check` replaced by the right answer.

    Parameters
    ----------
    source : str
        The cell's code.

    Returns
    -------
    str
    """
    lines = source.encode().splitlines(keepends=True)  # ast counts bytes
    for place, answer in sorted(_open_places(ast.parse(source)), key=lambda found: found[0], reverse=True):
        line, column = place
        before = lines[line - 1]
        lines[line - 1] = before[:column] + answer.encode() + before[column + len("None") :]
    return b"".join(lines).decode()


def _open_places(tree):
    from course.exercises import answer

    for call in ast.walk(tree):
        if not (isinstance(call, ast.Call) and getattr(call.func, "id", None) == "check" and len(call.args) == 2):
            continue
        key, given = call.args
        if _is_none(given):
            yield (given.lineno, given.col_offset), _written(*answer(key.value))
        elif isinstance(given, ast.Dict):
            right = answer(key.value)
            for part, value in zip(given.keys, given.values, strict=True):
                if _is_none(value):
                    yield (value.lineno, value.col_offset), _written(*right[part.value])


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _written(value, within):
    """Return a number as a person would write it, well within what still counts as right."""
    if not within:
        return repr(int(value)) if value == int(value) else repr(float(value))
    rounded = f"{value:.{max(1, math.ceil(-math.log10(within)) + 1)}f}"
    return rounded.rstrip("0").rstrip(".")
