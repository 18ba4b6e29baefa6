"""Find the code in what learners hand in: a script, a notebook, a README, a page of HTML, or pasted text.
"""

import html
import json
import os
import re
from dataclasses import replace
from pathlib import Path

from course.annotations.claims import ReadError
from course.annotations.code import read_code
from course.annotations.summary import is_summary, read_summary

LARGEST = 5_000_000  # bytes
SUFFIXES = (".py", ".ipynb", ".md", ".markdown", ".txt", ".html", ".htm", ".rst")
NOTEBOOK = ".ipynb"

_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_HTML = re.compile(r"<(?:br|p|b|pre|code|div|span|h[1-6]|li|td|hr)\b[^<>\n]{0,200}>", re.I)
_LINE_END = re.compile(r"<(?:br|/p|/div|/li|/tr|/pre|/h[1-6])\s{0,9}/?>[ \t]{0,99}\n?", re.I)
_FENCE = re.compile(r"^[ \t>]{0,9}(?:```|~~~)")


def read(text_or_path):
    """Return the layers of a learner's text or file, and what its notes claim.

    Parameters
    ----------
    text_or_path : str or os.PathLike
        Text with Keras code or a `model.summary()` in it, or the path of a .py, .ipynb, .md, .txt or
        .html file. Code is parsed and never executed.

    Returns
    -------
    course.annotations.claims.Reading

    Raises
    ------
    ReadError
        When a file can't be read, or no layer is found.
    """
    text, is_notebook = _text(text_or_path)
    if len(text) > LARGEST:
        raise ReadError(f"The text has {len(text):,} characters; at most {LARGEST:,} are read.")
    cells = _cells(text, is_notebook)
    if cells is None:
        plain = _plain(text)
        sources, summary = [_fenced(plain), plain], plain
    else:
        sources, summary = [cells["code"], cells["markdown"]], cells["outputs"]
        text = cells["markdown"] + "\n" + cells["code"]
    reading = _first([source for source in sources if source.strip()], summary)
    return reading if reading.parameters else replace(reading, parameters=claimed_total(_plain(text)))


def _first(sources, summary):
    """Return the reading of the first source that holds layers."""
    why = ReadError("The text is empty.")
    for source in sources:
        try:
            return read_code(source)
        except ReadError as error:
            why = error
    if is_summary(summary):
        return read_summary(summary)
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
        text = _TAG.sub("", _LINE_END.sub("\n", text))
    return html.unescape(text) if re.search(r"&(?:#?\w{2,8});", text) else text


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


_NUMBER = r"(\d{1,3}(?:[,_ ]\d{3}){1,3}|\d{1,10})(?![\d,.]*[\dkKmM%])"
_TOTAL = re.compile(
    r"(?P<what>total|model|overall|final|number of|no\.? of|#)?[ \t*_#]{0,9}(?:trainable |model )?"
    r"param(?:eter)?s?\b(?: count)?[ \t*_)]{0,9}(?:[:=\-\u2013\u2014]|is|are|of){1,2}[ \t*_`]{0,9}" + _NUMBER,
    re.I,
)
_OF_ANOTHER = re.compile(r"\b(?:base|baseline|given|original|reference)\b", re.I)
_HEADING = re.compile(r"^\s{0,9}(?:#{1,6} |[*_]{2}|model\b.{0,40}:$)", re.I)
_NON_TOTAL = re.compile(r"non-?\s?trainable|\btrainable", re.I)


def claimed_total(text):
    """Return the parameters a text claims for its final model, or None.

    Parameters
    ----------
    text : str
        Such as "Total params: 98,887". A count under a heading of the base or given model is passed over.
    """
    named, bare, heading = [], [], ""
    for line in text.split("\n"):
        line = line[:500]
        if _HEADING.match(line) and not _TOTAL.search(line):
            heading = line
        found = _TOTAL.search(line)
        if not found or _OF_ANOTHER.search(line) or _NON_TOTAL.search(line):
            continue
        count = int(re.sub(r"\D", "", found[2]))
        if found["what"] and found["what"] != "#" and not _OF_ANOTHER.search(heading):
            named.append((found["what"].lower() == "total", count))
        elif not line[: found.start()].strip(" \t#*_-<>") and "(" not in line and not _OF_ANOTHER.search(heading):
            bare.append(count)
    totals = [count for is_total, count in named if is_total] or [count for _, count in named]
    if totals:
        return totals[-1]
    return bare[0] if len(bare) == 1 else None
