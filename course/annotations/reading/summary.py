"""A pasted `model.summary()`, as Keras 1, 2 and 3 print it, read into layers.
"""

import re
from dataclasses import dataclass, replace

from course.annotations.claims import IMAGE, Claim, Noted, ReadError, Reading
from course.annotations.notes.columns import Columns
from course.annotations.notes.note import Note
from course.annotations.reading.infer import layer_from_counts
from course.annotations.reading.keras_calls import ALIASES, KNOWN, canonical
from course.annotations.truth import truth_of
from course.table import times

COMMON_SIZES = (32, 28, 64, 224, 96, 128, 256, 299, 48, 160, 192)
MOST_ROWS = 1_000

_HEADER = re.compile(r"Layer \(type\)[^\n]{0,400}?Output Shape")
_SHAPE = r"\(+(?:None|\?|\d{1,7})(?:, ?(?:None|\d{1,9})){0,5},?\)+"
_ROW = re.compile(
    r"^\s{0,80}(?P<name>[^\s()]{1,200})(?:\s{1,200}\((?P<kind>[\w.>\u2026]{0,100})(?P<closed>\)?))?\s{0,200}"
    rf"\[?(?P<shape>{_SHAPE})\]?\s{{1,200}}(?P<count>\d[\d,]{{0,15}})\b(?P<inputs>.{{0,400}})$"
)
_TAIL = re.compile(r"^\s{0,80}(?P<tail>\w{1,60})\)\s{0,200}$")
_MORE_INPUTS = re.compile(r"^\s{0,200}[\w.\-/]{1,100}\[\d+\]\[\d+\],?\s{0,200}$")
_INPUT = re.compile(r"([\w.\-/]{1,100})(?:\[|\u2026)")
_CONNECTED = re.compile(r"[\w.\-/]{1,100}(?:\[\d+\]){1,2},?|\S{0,100}\u2026")
_KINDS = sorted({*KNOWN, "InputLayer"})


@dataclass
class _Row:
    name: str
    kind: str
    shape: tuple
    count: int
    inputs: list
    source: str
    beside: str = ""


def is_summary(text):
    """Return whether a text holds a printed summary."""
    return bool(_HEADER.search(text))


def readings_of_summaries(text, image=None):
    """Return the layers of each summary; kernels, strides and padding are inferred, and said to be.

    Parameters
    ----------
    text : str
        With summaries in it.
    image : tuple of int, optional
        (height, width, channels), where a summary does not say.

    Returns
    -------
    list of Reading
        A claim's size and parameters are those printed. There are no receptive fields in a summary, but
        where the writer has added a column.

    Raises
    ------
    ReadError
        When no row of it can be read.
    """
    found = list(_HEADER.finditer(text))
    if not found:
        raise ReadError("No summary was found: its first line says Layer (type), Output Shape, Param #.")
    ends = [match.start() for match in found[1:]] + [len(text)]
    read = [_one(text, match, end, image) for match, end in zip(found, ends, strict=True)]
    read = [reading for reading in read if reading]
    if not read:
        raise ReadError("The summary has no row of the form: name (kind), (None, height, width, channels), count.")
    return read


def _one(text, header, end, image):
    """Return the reading of one summary, None where no row of it can be read."""
    unread, remarks = {}, {}
    rows = _rows(_unboxed(text[header.start() : end]), unread)
    if not rows:
        return None
    if _channels_first(rows):
        remarks["The shapes have channels first; they are read as (height, width, channels)."] = None
        for row in rows:
            if len(row.shape) == 3:
                row.shape = (*row.shape[1:], row.shape[0])
    line = text.count("\n", 0, header.start()) + 1
    legend = text[header.end() : end].partition("\n")[0]
    name = re.findall(r'Model: "([^"\n]{1,80})"', text[: header.start()])
    reading = _reading(rows, unread, remarks, image)
    reading = replace(reading, name=name[-1] if name else None, line=line, is_summary=True, is_written=True)
    legend = re.sub(r"^\s{0,99}Param #|\bConnected to\b", "", legend)
    return _with_column(reading, rows, legend, text.split("\n"), line)


def _with_column(reading, rows, legend, lines, start):
    """Return a reading with what the writer has added behind the rows."""
    rows = [row for row in rows if row.kind != "InputLayer"]
    notes = [(i, Note(row.beside)) for i, row in enumerate(rows) if re.search(r"\d", row.beside)]
    if not notes:
        return reading
    truth = truth_of(reading.layers, reading.input_shape)
    Columns(reading.layers, truth).settle(notes, [Note(legend)])
    only = Note(legend).labels
    layers = list(reading.layers)
    for i, note in notes:
        free = [token for token in note.values if token.label in (None, "size") and only == ["field"]]
        for token in free:
            token.label = "field"
        line = next((n for n, text in enumerate(lines[start:], start + 1) if rows[i].name in text), None)
        claim = replace(note.claim(), size=None)
        layers[i] = replace(layers[i], claim=layers[i].claim.completed(claim), line=line, notes=(line,))
    unread = [f'Line {layers[i].line}: "{" ".join(rows[i].beside.split())[:60]}" is not understood.'
              for i, note in notes if note.unread()]  # fmt: skip
    return replace(reading, layers=tuple(layers), unread=(*reading.unread, *unread))


def with_columns(readings, text):
    """Return readings of code with the columns that were added by hand to a summary of the same layers.

    Parameters
    ----------
    readings : list of Reading
        Of code.
    text : str
        With the summaries.
    """
    try:
        summaries = readings_of_summaries(text)
    except ReadError:
        return readings
    out = list(readings)
    for summary in summaries:
        if not any(note.claim.receptive_field for note in summary.layers):
            continue
        for i, reading in enumerate(out):
            alike = [a.kind for a in reading.layers] == [b.kind for b in summary.layers]
            if alike and not any(note.claim.receptive_field for note in reading.layers):
                layers = []
                for code, row in zip(reading.layers, summary.layers, strict=True):
                    claim = code.claim.completed(replace(row.claim, size=None, parameters=None))
                    layers.append(replace(code, line=row.line, notes=row.notes, claim=claim))
                out[i] = replace(reading, layers=tuple(layers))
                break
        else:
            out.append(summary)
    return out


def _reading(rows, unread, remarks, given):
    image = next((row.shape for row in rows if row.kind == "InputLayer"), given)
    rows = [row for row in rows if row.kind != "InputLayer"]
    if not rows:
        raise ReadError("The summary has an input and no layers.")
    is_graph = any(row.inputs for row in rows)
    if image is None:
        image = _guessed_image(rows[0])
        shown = times(image) if image else "unknown"
        shown = f"{shown} features" if image and len(image) == 1 else shown
        remarks[f"The input is not in the summary; it is taken to be {shown}, from the first layer."] = None
    index = {}
    layers = []
    for i, row in enumerate(rows):
        inputs = tuple(_index(index, name) for name in row.inputs) if is_graph and row.inputs else (i - 1,)
        shapes = [rows[j].shape if j >= 0 else image for j in inputs]
        layer, how, why = layer_from_counts(row.kind, shapes, row.shape, row.count)
        if how:
            remarks[f"{row.name}: {how}."] = None
        if why:
            unread[f"{row.name} ({row.kind}) could not be read: {why}."] = None
        index[row.name] = i
        printed = Claim(row.shape, None, row.count)
        layers.append(Noted(row.kind, layer, row.name, None, row.source, inputs, printed))
    return Reading(tuple(layers), image, None, tuple(unread), tuple(remarks))


def _index(index, name):
    """Return the layer a name in the last column means; it may be cut short."""
    if name in index:
        return index[name]
    return max((i for known, i in index.items() if known.startswith(name)), default=IMAGE)


def _unboxed(text):
    """Return the lines of a table drawn with box characters, wrapped cells joined."""
    lines, cells = [], None
    for line in text.split("\n"):
        if "\u2502" not in line and "\u2503" not in line:
            if cells:
                lines.append(_flat(cells))
                cells = None
            lines.append(line)
            continue
        parts = [part.strip() for part in re.split("[\u2502\u2503]", line)[1:-1]]
        is_new = len(parts) > 2 and re.fullmatch(r"[\d,]+", parts[2]) and parts[0]
        if is_new or not cells:
            if cells:
                lines.append(_flat(cells))
            cells = [[part] for part in parts]
        else:
            for cell, part in zip(cells, parts, strict=False):
                cell.append(part)
    return [*lines, *([_flat(cells)] if cells else [])]


def _flat(cells):
    name, *others = (" ".join(filter(None, cell)) for cell in cells)
    head, bracket, tail = name.partition("(")
    return "   ".join([head.replace(" ", "") + " " + bracket + tail.replace(" ", ""), *others])


def _rows(lines, unread):
    rows, cut, is_open = [], "", False
    for line in lines[1 : MOST_ROWS * 3]:
        line = line[:1_000]
        if re.match(r"\s{0,80}Total params", line) or len(rows) >= MOST_ROWS:
            break
        found = _ROW.match(line)
        if found:
            shape = tuple(int(n) for n in re.findall(r"\d+", found["shape"].partition(",")[2]))
            if "None" in found["shape"].partition(",")[2]:
                unread[f"{found['name']}: its size is not fixed (None)."] = None
            kind = _kind(found["kind"] or "", found["name"], bool(found["closed"]))
            inputs = _INPUT.findall(found["inputs"])
            source = " ".join(line.split())
            beside = _CONNECTED.sub("", found["inputs"])
            count = int(found["count"].replace(",", ""))
            rows.append(_Row(found["name"], kind, shape, count, inputs, source, beside))
            cut = found["kind"] or ""
            is_open = bool(cut) and not found["closed"]
        elif rows and _MORE_INPUTS.match(line):
            rows[-1].inputs += _INPUT.findall(line)
        elif rows and is_open and _TAIL.match(line):
            rows[-1].kind = _kind(cut + _TAIL.match(line)["tail"], rows[-1].name, True)
            is_open = False
    return rows


def _kind(prefix, name, is_whole):
    """Return a class name as Keras 3 spells it, from one that the table may have cut short."""
    if is_whole and not prefix.endswith("\u2026"):
        return canonical(prefix.rpartition(">")[2])
    prefix = prefix.rstrip("\u2026")
    stem = re.sub(r"_\d+$", "", name).replace("_", "").lower()
    fitting = [kind for kind in _KINDS if kind.startswith(prefix)]
    named = [kind for kind in fitting if kind.lower() == stem]
    plain = [kind for kind in fitting if kind not in ALIASES]
    return canonical((named or plain or fitting or [prefix or name])[0])


def _channels_first(rows):
    maps = [row.shape for row in rows if len(row.shape) == 3 and len(set(row.shape)) > 1]
    return sum(a != b == c for a, b, c in maps) > sum(a == b != c for a, b, c in maps)


def _guessed_image(row):
    """Return the input shape that the first layer's row speaks for, or None."""
    if row.kind == "Dense" and len(row.shape) == 1 and row.shape[0]:
        features, left = divmod(row.count - row.shape[0], row.shape[0])
        return None if left or features < 1 else (features,)
    if len(row.shape) != 3:
        return None
    height, width, _ = row.shape
    fits = []
    for channels in (3, 1, 4, 2):
        for grown in (0, 2, 4, 6, 1, 3):
            image = (height + grown, width + grown, channels)
            layer, _, why = layer_from_counts(row.kind, [image], row.shape, row.count)
            if layer and not why and (grown == 0) == (getattr(layer, "padding", "same") == "same"):
                kernel = layer.taps()[0] if hasattr(layer, "taps") else (1, 1)
                fits.append((kernel[0] != kernel[1], image[0] not in COMMON_SIZES, len(fits), image))
    return min(fits)[-1] if fits else None
