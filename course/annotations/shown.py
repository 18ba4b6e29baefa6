"""How findings are shown: as a table of text, as HTML, and in sentences."""

import html

from course.annotations.judging.verdicts import INHERITED, LUCKY, RIGHT, UNCLAIMED, UNJUDGED, WRONG
from course.table import Table, pair, times

_HEADINGS = ("line", "layer", "size noted", "true", "RF noted", "true", "verdict")
_LEFT = (1, 6)  # columns of words
_COLOURS = {WRONG: "#D55E00", LUCKY: "#CC79A7", INHERITED: "#BF8500", RIGHT: "#009E73"}  # after Okabe and Ito


def as_text(found):
    """Return Findings as a table with sentences under it."""
    said = (found.summary(), *(sentence for _, sentence in _sentences(found)))
    first = [found.chosen()] if found.chosen() else []
    return "\n".join([*first, str(_table(found, said))])


def as_html(found):
    """Return Findings as an HTML table with sentences under it."""
    said = "".join(
        f'<li style="border-left:4px solid {_COLOURS.get(verdict, "#8C8C8C")};padding-left:8px;margin:4px 0;'
        f'list-style:none">{html.escape(sentence)}</li>'
        for verdict, sentence in _sentences(found)
    )
    first = f"<p>{html.escape(found.chosen())}</p>" if found.chosen() else ""
    return (
        f"{first}{_table(found)._repr_html_()}"
        f'<p>{html.escape(found.summary())}</p><ul style="padding-left:0">{said}</ul>'
    )


def _table(found, notes=()):
    marks = {
        (row, column): f"box-shadow:inset 4px 0 {_COLOURS[each.verdict]};font-weight:bold"
        for row, finding in enumerate(found.layers)
        for column, each in ((2, finding.size), (4, finding.receptive_field), (6, finding))
        if each.verdict in (WRONG, LUCKY, INHERITED)
    }
    return Table(_HEADINGS, _cells(found), notes=notes, left=_LEFT, marks=marks)


def _cells(found):
    for finding in found.layers:
        claim, field = finding.noted.claim, finding.true_field
        yield (
            str(finding.noted.line or ""),
            finding.noted.kind,
            _times(claim.size) or _times(claim.channels and ("", claim.channels)),
            _times(finding.true_size) or "?",
            _field(claim.receptive_field),
            "?" if None in field else _field(field),
            _words(finding),
        )


def _sentences(found):
    """Yield (verdict, sentence) pairs: what is said under the table."""
    for finding in found.layers:
        for what, each in finding.parts.items():
            if each.verdict in (WRONG, LUCKY):
                where = f"{finding.where.capitalize()}, {finding.noted.kind}, {what}"
                follows = _follows(found, finding.index, what)
                yield each.verdict, f"{where}: {each.mistake}. {each.explanation}{follows}"
    if found.is_total_wrong:
        yield WRONG, f"The model holds {found.parameters:,} parameters, not {found.claimed_parameters:,}."
    for sentence in found.misfits:
        yield WRONG, sentence
    for sentence in found.unread:
        yield UNCLAIMED, f"Not read: {sentence}"
    for sentence in found.remarks:
        yield UNCLAIMED, f"Note: {sentence}"


def _follows(found, index, what):
    heirs = [finding.where for finding in found.layers if finding.parts[what].source == index]
    return f" Passed on to {', '.join(heirs)}." if heirs else ""


def _words(finding):
    """Return a layer's verdict for the table."""
    parts = {name: each.verdict for name, each in finding.parts.items() if each.verdict != UNCLAIMED}
    if len(set(parts.values())) == 1 and set(parts.values()) <= {RIGHT, UNJUDGED}:
        return parts.popitem()[1]
    return ", ".join(f"{name} {verdict}" for name, verdict in parts.items() if verdict != RIGHT)


def _times(shape):
    return times(shape) if shape else ""


def _field(values):
    return "" if values is None else pair(values)
