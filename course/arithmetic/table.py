"""A ledger as text and as HTML."""

import html
from math import inf, log10


def as_text(ledger):
    """Return the ledger as an aligned table, with a line for each mark used in it."""
    headings, body, totals, notes = _parts(ledger)
    lines = [headings, *body, totals]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = 2

    def line(cells):
        parts = [
            c.ljust(w) if i < left else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(parts).rstrip()

    rule = "-" * len(line(headings))
    return "\n".join([_caption(ledger), line(headings), rule, *map(line, body), rule, line(totals), *notes])


def as_html(ledger):
    """Return the ledger as an HTML table."""

    def cells(values, tag):
        return "".join(
            f'<{kind} style="text-align:{"left" if i < 2 else "right"}">{html.escape(v)}</{kind}>'
            for i, v in enumerate(values)
            for kind in [tag if v else "td"]
        )

    headings, body, totals, notes = _parts(ledger)
    rows = "".join(f"<tr>{cells(values, 'td')}</tr>" for values in body)
    return (
        f'<table><caption style="text-align:left">{html.escape(_caption(ledger))}</caption>'
        f"<thead><tr>{cells(headings, 'th')}</tr></thead><tbody>{rows}</tbody>"
        f"<tfoot><tr>{cells(totals, 'th')}</tr></tfoot></table>"
        + "".join(f"<div>{html.escape(note)}</div>" for note in notes)
    )


def _caption(ledger):
    return f"{ledger.name}, input {'×'.join(map(_number, ledger.input_shape))}"


def _parts(ledger):
    """Return headings, a tuple of texts for each row, totals and footnotes."""
    holes = any(row.touched != row.clipped for row in ledger.rows)
    columns = ["layer", "kind", "output", "jump", "RF", "on image", "touched", "start", "parameters", "MACs",
               "memory"]  # fmt: skip
    lines, notes = [columns], {}
    for row in ledger.rows:
        field = _field(row, notes)
        if not row.aligned:
            notes["†"] = "paths with different centres meet here"
        lines.append([
            row.name,
            row.kind + ("" if row.aligned else " †"),
            "×".join(map(_number, row.output_shape)) if row.output_shape else "?",
            _pair(row.jump),
            field,
            _pair(row.clipped),
            _pair(row.touched),
            _pair(row.start),
            _count(row.parameters),
            _count(row.macs),
            _memory(row.activation_bytes),
        ])  # fmt: skip
    if any("?" in line for line in lines[1:]):
        notes["?"] = "not known here"
    partly = any(None in (row.parameters, row.macs, row.activation_bytes) for row in ledger.rows)
    least = "≥ " if partly else ""
    lines.append(["total", *[""] * 7, least + _count(ledger.parameters), least + _count(ledger.macs),
                  least + _memory(ledger.activation_bytes)])  # fmt: skip
    if not holes:
        lines = [line[:6] + line[7:] for line in lines]
    return lines[0], lines[1:-1], lines[-1], [f"{mark}  {note}" for mark, note in notes.items()]


def _field(row, notes):
    if row.receptive_field == (None, None):
        return "?"
    text = _pair(row.nominal_receptive_field)
    if any(axis.varies for axis in row.axes):
        notes["≤"] = "the field depends on a unit's position; the largest is given"
        text = f"≤{text}"
    if inf in row.receptive_field:
        notes["∞"] = "a unit can be changed from anywhere; beside it the RF without that path"
        text = f"∞ ({text})"
    return text


def _pair(pair):
    return "×".join(_number(v) for v in (pair[:1] if pair[0] == pair[1] else pair))


def _number(value):
    if value is None:
        return "?"
    if abs(value) >= 10**15:
        return f"about 10^{int(abs(int(value)).bit_length() * log10(2))}"
    return f"{float(value):g}" if value != int(value) else str(int(value))


def _count(value):
    return "?" if value is None else f"{value:,}" if value < 10**15 else _number(value)


def _memory(count):
    if count is None:
        return "?"
    return f"{_count(count)} B" if count < 1024 or count >= 10**15 else f"{count / 1024:,.1f} KiB"
