"""Find the code in what learners hand in: a script, a notebook, a README, a page of HTML, or pasted text.
"""

import html
import json
import os
import re
from dataclasses import replace
from pathlib import Path

from course.annotations.claims import ReadError
from course.annotations.reading.code import readings_of_code
from course.annotations.reading.dialects import refuse_other_libraries
from course.annotations.reading.summary import is_summary, readings_of_summaries, with_columns
from course.annotations.reading.totals import claimed_totals

LARGEST = 5_000_000  # bytes
SUFFIXES = (".py", ".ipynb", ".md", ".markdown", ".txt", ".html", ".htm", ".rst")
NOTEBOOK = ".ipynb"

_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_HTML = re.compile(r"<(?:br|p|b|pre|code|div|span|h[1-6]|li|td|hr)\b[^<>\n]{0,200}>", re.I)
_LINE_END = re.compile(r"<(?:br|/p|/div|/li|/tr|/pre|/h[1-6])\s{0,9}/?>", re.I)
_FENCE = re.compile(r"^[ \t>]{0,9}(?:```|~~~)")


def read(text_or_path, image=None):
    """Return the reading of the model that has the most notes.

    Parameters
    ----------
    text_or_path, image
        As `readings` takes them.

    Returns
    -------
    Reading
        One of those that `readings` returns.
    """
    return chosen(readings(text_or_path, image))


def chosen(found):
    """Return the reading of the model with the most notes, and then the most layers; of summaries the last."""
    if all(reading.is_summary for reading in found):
        return found[-1]
    return max(found, key=lambda reading: (sum(bool(n.claim) for n in reading.layers), len(reading.layers)))


def readings(text_or_path, image=None):
    """Return the layers of each model in a learner's text or file, and what its notes claim.

    Parameters
    ----------
    text_or_path : str or os.PathLike
        Text with Keras code or a `model.summary()` in it, or the path of a .py, .ipynb, .md, .txt or
        .html file. Code is parsed and never executed.
    image : tuple of int, optional
        (height, width, channels), where the text does not say.

    Returns
    -------
    list of Reading
        In the order in which the models begin.

    Raises
    ------
    ReadError
        When a file can't be read, or no layer is found.
    """
    text, cells = _opened(text_or_path)
    if cells is None:
        plain = _plain(text)
        sources, summary = [_fenced(plain), plain], plain
    else:
        sources, summary = [cells["code"], cells["markdown"]], cells["outputs"]
        text = cells["markdown"] + "\n" + cells["code"]
        plain = _plain(text)
    refuse_other_libraries(text)
    found = _first([source for source in sources if source.strip()], summary, image)
    totals = claimed_totals(plain)
    return [replace(reading, parameters=totals) for reading in found]


def source_of(text_or_path):
    """Return a text or file as it is, and the code in its cells where it is a notebook, else None."""
    text, cells = _opened(text_or_path)
    return text, cells and cells["code"]


def _opened(text_or_path):
    text, is_notebook = _text(text_or_path)
    if len(text) > LARGEST:
        raise ReadError(f"The text has {len(text):,} characters; at most {LARGEST:,} are read.")
    return text, _cells(text, is_notebook)


def _first(sources, summary, image):
    """Return the readings of the first source that holds layers."""
    why = ReadError("The text is empty.")
    for source in sources:
        try:
            found = readings_of_code(source, image)
        except ReadError as error:
            why = error
        else:
            return with_columns(found, summary) if is_summary(summary) else found
    if is_summary(summary):
        return readings_of_summaries(summary, image)
    raise why


def _text(text_or_path):
    """Return (text, whether it must be a notebook)."""
    given = os.fspath(text_or_path)
    if not isinstance(given, str):
        raise ReadError("Give a text or the path of a file, not bytes.")
    is_path = not isinstance(text_or_path, str)
    if not is_path and not _may_be_path(given):
        return given, False
    path = Path(given)
    try:
        if path.is_dir():
            raise ReadError(f"{path.name or given} is a directory; give one file in it.")
        if not is_path and path.suffix.lower() not in SUFFIXES and not path.is_file():
            return given, False
        if path.stat().st_size > LARGEST:
            raise ReadError(f"{path.name} is larger than {LARGEST // 10**6} MB; give only the code.")
        data = path.read_bytes()
    except (OSError, ValueError) as why:
        if isinstance(why, ReadError):
            raise
        reason = getattr(why, "strerror", None) or why
        raise ReadError(f"{given[:200]!r} can't be read ({reason}); check the path.") from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text, path.suffix.lower() == NOTEBOOK


def _may_be_path(given):
    return 0 < len(given) <= 1_000 and not re.search(r"[\n\r\0(]", given)


def _cells(text, is_notebook):
    """Return a notebook's code, markdown and printed outputs, or None when the text is no notebook."""
    if not is_notebook and not re.match(r"\s{0,99}\{", text):
        return None
    try:
        notebook = json.loads(text, parse_int=str, parse_float=str)
        cells = notebook["cells"] if "cells" in notebook else notebook["worksheets"][0]["cells"]
        found = {"code": [], "markdown": [], "outputs": []}
        for cell in cells:
            kind = "code" if cell.get("cell_type") == "code" else "markdown"
            found[kind].append(_joined(cell.get("source", cell.get("input", ""))))
            for output in cell.get("outputs") or ():
                found["outputs"].append(_joined(output.get("text", "")))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, MemoryError):
        if is_notebook:
            raise ReadError("This is not a Jupyter notebook: its JSON is broken or holds no cells.") from None
        return None
    return {kind: "\n\n".join(parts) for kind, parts in found.items()}


def _joined(source):
    return source if isinstance(source, str) else "".join(line for line in source if isinstance(line, str))


def _plain(text):
    """Return a text without HTML tags and entities, its lines kept."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _HTML.search(text):
        text = "\n".join(map(_untagged, text.split("\n")))
    return html.unescape(text) if re.search(r"&(?:#?\w{2,8});", text) else text


def _untagged(line):
    """Return a line without tags, parted where one ends a line of code; else the lines keep their numbers."""
    parts = [_TAG.sub("", part) for part in _LINE_END.split(line)]
    kept = parts[:1]
    for part in parts[1:]:
        if "(" in part and "(" in kept[-1]:
            kept.append(part)
        else:
            kept[-1] = f"{kept[-1]} {part}".rstrip()
    return "\n".join(kept)


def _fenced(text):
    """Return the text with all that is outside Markdown fences blanked, its lines kept; "" without fences."""
    inside, kept = False, []
    for line in text.split("\n"):
        if _FENCE.match(line):
            inside = not inside
            kept.append("")
        else:
            kept.append(line if inside else "")
    return "\n".join(kept) if any(kept) else ""
