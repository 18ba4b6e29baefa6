"""What the layer explorer shows: a stack's totals, the last move, one layer's recurrence, ledger or code."""

import html
import re

from course import BUDGET
from course.plots.picture import BLUE, VERMILLION, counted, listed
from course.table import Table
from course.widgets.layer_explorer.beside import beside
from course.widgets.layer_explorer.code import keras_code
from course.widgets.layer_explorer.recurrence import image_axes, in_words, recurrence, unused
from course.widgets.layer_explorer.state import held, settings
from course.widgets.rendered import MARKED, WRAPPED, Rendered, Shown, budget, pair, paragraph, shape, styled

_HEADINGS = ("", "layer", "kind", "output", "jump", "RF", "parameters", "MACs", "")
_FIELD, _NOTE = 5, 8  # columns
_ALSO = {"Dropout": ("rate",), "Activation": ("activation",)}
_SHORT = {"stride": "stride {}", "dilation": "dilation {}", "zeros": "{} a side"}


def render(stack):
    """Return a stack as its totals, the last move, the selected layer's recurrence, and a ledger or code.

    Parameters
    ----------
    stack : Stack

    Returns
    -------
    Rendered
        Where a layer does not fit, the table goes up to it and the sentence says why.
    """
    book, error = stack.so_far
    error = in_its_words(error)

    def code(rows=None):
        return _code(keras_code(stack.layers, stack.input_shape, rows, len(book), error))

    body = {
        "ledger": lambda: _table(stack, book),
        "side by side": lambda: beside(stack.kept or stack.origin or stack, stack),
        "code": code,
        "annotated code": lambda: code(book),
        "paste code": lambda: paragraph("Paste Keras code above and press Read. It is read, never run.", "muted"),
    }[stack.view]()
    return Rendered(
        styled(
            _bar(book.parameters),
            paragraph(_sentence(error), "wrong") if error else "",
            paragraph(stack.trouble, "wrong") if stack.trouble else "",
            _last_move(stack, book, error),
            _step(stack, book),
            body,
        ),
        _summary(stack, book, error),
        _spoken(stack, book, error),
    )


def in_its_words(error):
    """Return an error of the ledger's with the names that the controls have, and without what they can't hold."""
    for name, plain in (("strides", "stride"), ("dilation_rate", "dilation"), ("kernel_size", "kernel"),
                        ("pool_size", "kernel"), ("units", "filters")):  # fmt: skip
        error = re.sub(rf"\b{name}\b", plain, error)
    error = error.replace(", or two of them", "")
    return f"{error.rstrip('.')}." if error else ""


def _spoken(stack, book, error):
    """Return the selected layer and the last move in words: what is seen in the box and the table."""
    if error:
        return _sentence(error)
    if not stack.layers:
        return "There are no layers."
    row = book[stack.selected]
    return (
        f"Layer {stack.selected + 1}, {row.name}, {_kind(stack.layer)}: output {shape(row.output_shape)}, "
        f"receptive field {pair(row.receptive_field)}. {_move_in_words(stack, book, error)}"
    ).strip()


def _summary(stack, book, error):
    if error:
        fit = f"The first {len(book)} fit" if len(book) > 1 else "The first fits" if len(book) else "None fits"
        return f"Layer {len(book) + 1} of {len(stack.layers)} can't be built. {fit}."
    return f"{counted(len(book), 'layer')}, {budget(book.parameters)}. {_reach(book)}."


def first_to_span(book):
    """Return the first row whose receptive field is as long as the image, both ways, or None."""
    for row in book:
        if None not in row.receptive_field and all(
            field >= side for field, side in zip(row.receptive_field, book.input_shape, strict=False)
        ):
            return row
    return None


def _reach(book):
    row, image = first_to_span(book), pair(book.input_shape[:2])
    if row:
        field = pair(row.receptive_field)
        return f"The receptive field spans the {image}-pixel image from {row.name} on (RF {field})"
    last = pair(book[-1].receptive_field) if len(book) else "1"
    return f"The receptive field ends at {last} and never spans the {image}-pixel image"


def changed(before, after):
    """Return what differs between two ledgers, as phrases such as "RF of the last layer 44 → 60"."""
    phrases = []
    for what, key in (("parameters", "parameters"), ("MACs", "macs")):
        old, new = getattr(before, key), getattr(after, key)
        if old != new:
            phrases.append(f"{what} {old:,} → {new:,} ({new - old:+,})".replace("-", "−"))
    ends = [book[-1] if len(book) else None for book in (before, after)]
    for what, show in (
        ("RF of the last layer", lambda row: pair(row.receptive_field) if row else "1"),
        ("its output", lambda row: shape(row.output_shape) if row else "the image"),
    ):
        old, new = map(show, ends)
        if old != new:
            phrases.append(f"{what} {old} → {new}")
    spans = [row.name if row else "nowhere" for row in map(first_to_span, (before, after))]
    if spans[0] != spans[1]:
        phrases.append(f"RF spans the image from {spans[0]} → {spans[1]}")
    return phrases


def _move_in_words(stack, book, error):
    """Return what the last move changed, as a sentence, or ""."""
    if not stack.previous or error:
        return ""
    before, error_before = stack.previous.so_far
    text = (
        "it fits again" if error_before else "; ".join(changed(before, book)) or "no size, field or cost changed"
    )
    return f"Last move: {text}."


def _last_move(stack, book, error):
    text = _move_in_words(stack, book, error).removeprefix("Last move: ")
    return f"<p><b>Last move:</b> {html.escape(text)}</p>" if text else ""


def _bar(parameters):
    """Return the totals as a bar against the budget: full length is the larger of the two."""
    whole = max(parameters, BUDGET)
    filled, mark = 100 * parameters / whole, 99.8 * BUDGET / whole
    over = parameters >= BUDGET
    # Near the left end the mark's label stands right of it.
    anchor, shift = ("start", 4) if mark < 50 else ("end", -4)
    return (
        f'<svg width="100%" height="34" role="img" aria-label="{budget(parameters)}">'
        '<rect y="18" width="100%" height="14" fill="var(--jp-layout-color2, #eee)"/>'
        f'<rect y="18" width="{filled:.2f}%" height="14" fill="{VERMILLION if over else BLUE}"/>'
        f'<line x1="{mark:.2f}%" x2="{mark:.2f}%" y1="2" y2="34" stroke="var(--jp-ui-font-color1, #222)" '
        f'stroke-width="2"/><text x="{mark:.2f}%" dx="{shift}" y="12" text-anchor="{anchor}">'
        f"budget {BUDGET:,}</text></svg>"
    )


def _step(stack, book):
    """Return the selected layer's step of the recurrence."""
    if not stack.layers:
        return paragraph("There are no layers yet. Press Add Conv2D, or choose a Kind, to begin.", "boxed")
    if stack.selected >= len(book):
        return ""
    layer, row = stack.layer, book[stack.selected]
    before = book[stack.selected - 1].axes if stack.selected else image_axes(stack.input_shape)
    found = recurrence(layer, before, row.axes)
    tables = [
        Table(
            (),
            [
                (Shown(f"<b>{name}</b>"), f"= {formula}", numbers and f"= {numbers}", Shown(f"= <b>{result}</b>"))
                for name, formula, numbers, result in steps
            ],
            caption=axis if len(found) > 1 else "",
            left=(0, 1, 2, 3),
        )._repr_html_()
        for axis, steps in found.items()
        if steps
    ]
    words = [in_words(layer, before, row.axes)]
    if uneven := [key for key in held(layer) if key not in settings(layer)]:
        words.append(f"Its {listed(uneven)} can't be edited here: height and width differ.")
    if layer.settings:
        kept = listed(key for key, _ in layer.settings)
        words.append(f"Also set, and kept in the code, though no number here depends on it: {kept}.")
    return (
        f'<div class="boxed"><b>{html.escape(row.name)}</b> <span class="muted">{html.escape(_kind(layer))}</span>'
        f"{''.join(tables)}{html.escape(' '.join(words))}</div>"
    )


def _table(stack, book):
    spans, rows, marks = first_to_span(book), [], {}
    before = image_axes(stack.input_shape)
    for place, (layer, row) in enumerate(zip(stack.layers, book, strict=False)):
        notes = [_unused(layer, before, row.axes), "RF spans the image" if row is spans else ""]
        rows.append((
            place + 1, row.name, _kind(layer), shape(row.output_shape), pair(row.jump), pair(row.receptive_field),
            row.parameters, row.macs, "; ".join(filter(None, notes)),
        ))  # fmt: skip
        if row is spans:
            marks[place, _FIELD] = MARKED
        before = row.axes
    for place, layer in enumerate(stack.layers[len(book) :], start=len(book)):
        why = "does not fit" if place == len(book) else ""
        rows.append((place + 1, layer.name or "", _kind(layer), *["–"] * 5, why))
    marks |= {(place, _NOTE): WRAPPED for place in range(len(rows))}
    clicked = {place: f' data-tell="{place}" title="Click to select"' for place in range(len(rows))}
    if rows:
        clicked[stack.selected] += ' class="selected"'
    total = "total so far" if len(book) < len(stack.layers) else "total"
    totals = ("", total, "", "", "", "", book.parameters, book.macs, "")
    return Table(
        _HEADINGS, rows, totals, left=(1, 2, _NOTE), marks=marks, attributes=clicked
    )._repr_html_()


def _unused(layer, before, after):
    rows, columns = (unused(layer, i, before[i], after[i]) for i in (0, 1))
    if rows == columns:
        return f"last {'row and column' if rows == 1 else f'{rows} rows and columns'} unused" if rows else ""
    parts = ((rows, "row"), (columns, "column"))
    return "last " + " and ".join(counted(count, what) for count, what in parts if count) + " unused"


def _kind(layer):
    """Return a layer's kind with its settings: Conv2D 48, 3×3, same."""
    words = [
        _SHORT.get(key, "{}").format(_twice(value) if key == "kernel" else _each(value))
        for key, value in held(layer).items()
        if not (value == 1 and key in ("stride", "dilation")) and value != "valid"
    ]
    words += [str(getattr(layer, key)) for key in _ALSO.get(layer.kind, ())]
    return f"{layer.kind} {', '.join(words)}".strip()


def _twice(value):
    return _each(value if isinstance(value, tuple) else (value, value))


def _each(value):
    return "×".join(map(_each, value)) if isinstance(value, tuple) else str(value)


def _code(text):
    # Jupyter would take the keys of one that is read-only for its own shortcuts.
    rows = text.count("\n") + 2
    return (
        '<p><button type="button" class="jupyter-button" data-copy="code">Copy the code</button></p>'
        f'<textarea rows="{rows}" spellcheck="false" aria-label="Keras code of the stack" '
        f'title="Click or tab here, then copy" onfocus="this.select()">{html.escape(text)}</textarea>'
    )


def _sentence(text):
    return text[:1].upper() + text[1:]
