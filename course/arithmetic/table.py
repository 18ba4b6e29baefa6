"""A ledger as a table."""

from math import inf, log10

from course.table import Table, pair, times


def table_of(ledger):
    """Return a ledger as a Table, with a note for each mark used in it."""
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
            times(row.output_shape, _number) if row.output_shape else "?",
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
    said = tuple(f"{mark}  {note}" for mark, note in notes.items())
    caption = f"{ledger.name}, input {times(ledger.input_shape, _number)}"
    return Table(lines[0], lines[1:-1], lines[-1], said, caption, left=(0, 1))


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


def _pair(values):
    return pair(values, _number)


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
