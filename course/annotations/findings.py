"""What was found in a text of notes: as a table, as HTML, and for JSON."""

import html
from dataclasses import dataclass

from course.annotations.claims import Noted
from course.annotations.verdicts import INHERITED, LUCKY, RIGHT, UNCLAIMED, WRONG, Verdict
from course.arithmetic import Row

_BY_WEIGHT = (WRONG, LUCKY, INHERITED, RIGHT, UNCLAIMED)
_HEADINGS = ("line", "layer", "size noted", "true", "RF noted", "true", "verdict")
_LEFT = (1, 6)  # columns of words
_COLOURS = {WRONG: "#D55E00", LUCKY: "#CC79A7", INHERITED: "#E69F00", RIGHT: "#009E73"}  # after Okabe and Ito


@dataclass(frozen=True)
class Finding:
    """What was found at one layer.

    Parameters
    ----------
    index : int
        The layer's number, counted from 0.
    noted : Noted
        The layer as written, with its claim.
    row : course.arithmetic.Row
        What is true of it.
    receptive_field, size, channels, parameters : Verdict
        Size is height and width.
    """

    index: int
    noted: Noted
    row: Row
    receptive_field: Verdict
    size: Verdict
    channels: Verdict
    parameters: Verdict

    @property
    def verdict(self):
        """The graver of the verdicts on receptive field and size."""
        return min((each.verdict for each in (self.receptive_field, self.size)), key=_BY_WEIGHT.index)

    @property
    def mistake(self):
        """The kind of mistake that starts here, of the receptive field or else of the size, or None."""
        return self.receptive_field.mistake or self.size.mistake

    @property
    def explanation(self):
        """A sentence for each number that is not right."""
        return " ".join(each.explanation for each in self.parts.values() if each.explanation)

    @property
    def parts(self):
        """The verdicts by name."""
        return {
            "RF": self.receptive_field,
            "size": self.size,
            "channels": self.channels,
            "parameters": self.parameters,
        }

    def as_dict(self):
        """Return the finding for JSON."""
        claim = self.noted.claim
        true = self.row.nominal_receptive_field
        return {
            "index": self.index,
            "kind": self.noted.kind,
            "line": self.noted.line,
            "claimed": {
                "size": claim.size and list(claim.size),
                "rf": _one_or_both(claim.receptive_field),
                "parameters": claim.parameters,
            },
            "true": {
                "size": self.row.output_shape and list(self.row.output_shape),
                "rf": None if None in true else _one_or_both(true),
                "parameters": self.row.parameters,
            },
            "verdict": self.verdict,
            "mistake": self.mistake,
            "explanation": self.explanation,
            "parts": {
                name.lower(): {"verdict": each.verdict, "mistake": each.mistake, "since": each.source}
                for name, each in self.parts.items()
            },
        }


@dataclass(frozen=True, repr=False)
class Findings:
    """What was found in a text. Prints as a table; a notebook shows it as HTML.

    Parameters
    ----------
    layers : tuple of Finding
    claimed_parameters, parameters : int
        The model's total as noted and as it is; None where there is none.
    misfits : tuple of str
        Layers that can't be in their place, a sentence each.
    unread : tuple of str
        What could not be read, a sentence each.
    remarks : tuple of str
        What was read in one way and could mean another, a sentence each.
    """

    layers: tuple
    claimed_parameters: int
    parameters: int
    misfits: tuple = ()
    unread: tuple = ()
    remarks: tuple = ()

    @property
    def all_right(self):
        """Whether no mistake was found, in what could be read."""
        wrong_total = None not in (self.claimed_parameters, self.parameters) and (
            self.claimed_parameters != self.parameters
        )
        return not (wrong_total or self.misfits) and all(
            each.verdict in (RIGHT, UNCLAIMED) for finding in self.layers for each in finding.parts.values()
        )

    def as_dict(self):
        """Return the findings for JSON."""
        return {
            "layers": [finding.as_dict() for finding in self.layers],
            "parameters": {"claimed": self.claimed_parameters, "true": self.parameters},
            "unread": [*self.misfits, *self.unread],
            "remarks": list(self.remarks),
        }

    def _cells(self):
        for finding in self.layers:
            claim, row = finding.noted.claim, finding.row
            field = row.nominal_receptive_field
            yield (
                str(finding.noted.line or ""),
                finding.noted.kind,
                _times(claim.size),
                _times(row.output_shape) or "?",
                _field(claim.receptive_field),
                "?" if None in field else _field(field),
                _words(finding),
            )

    def _sentences(self):
        """Yield (verdict, sentence) pairs: what is said under the table."""
        for finding in self.layers:
            where = f"line {finding.noted.line}" if finding.noted.line else f"layer {finding.index + 1}"
            for what, each in finding.parts.items():
                if each.verdict in (WRONG, LUCKY):
                    yield each.verdict, (
                        f"{where.capitalize()}, {finding.noted.kind}, {what}: {each.mistake}. {each.explanation}"
                        f"{self._follows(finding.index, what)}"
                    )
        if None not in (self.claimed_parameters, self.parameters):
            if self.claimed_parameters != self.parameters:
                yield WRONG, (
                    f"The model holds {self.parameters:,} parameters, not {self.claimed_parameters:,}."
                )
        for sentence in self.misfits:
            yield WRONG, sentence
        for sentence in self.unread:
            yield UNCLAIMED, f"Not read: {sentence}"
        for sentence in self.remarks:
            yield UNCLAIMED, f"Note: {sentence}"

    def _follows(self, index, what):
        heirs = [finding for finding in self.layers if finding.parts[what].source == index]
        if not heirs:
            return ""
        places = [f"line {f.noted.line}" if f.noted.line else f"layer {f.index + 1}" for f in heirs]
        return f" Passed on to {', '.join(places)}."

    def summary(self):
        """Return one sentence on how many notes are right."""
        noted = [
            each
            for finding in self.layers
            for each in (finding.size, finding.receptive_field)
            if each.verdict != UNCLAIMED
        ]
        counts = {v: sum(each.verdict == v for each in noted) for v in _BY_WEIGHT}
        if not noted:
            return f"{len(self.layers)} layers, and no note of a size or receptive field beside them."
        said = [f"{counts[RIGHT]} right"]
        said += [f"{counts[v]} {word}" for v, word in (
            (WRONG, "wrong"), (INHERITED, "inherited"), (LUCKY, "right by luck"),
        ) if counts[v]]  # fmt: skip
        return f"{len(noted)} notes of sizes and receptive fields: {', '.join(said)}."

    def __str__(self):
        lines = [_HEADINGS, *self._cells()]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

        def line(cells):
            return "  ".join(
                c.ljust(w) if i in _LEFT else c.rjust(w)
                for i, (c, w) in enumerate(zip(cells, widths, strict=True))
            ).rstrip()

        rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
        said = [sentence for _, sentence in self._sentences()]
        return "\n".join([line(lines[0]), rule, *map(line, lines[1:]), rule, self.summary(), *said])

    __repr__ = __str__

    def _repr_html_(self):
        head = "".join(
            f'<th style="text-align:{"left" if i in _LEFT else "right"}">{h}</th>' for i, h in enumerate(_HEADINGS)
        )
        body = []
        for finding, cells in zip(self.layers, self._cells(), strict=True):
            marks = [""] * len(cells)
            for place, each in ((2, finding.size), (4, finding.receptive_field), (6, finding)):
                if each.verdict in (WRONG, LUCKY, INHERITED):
                    marks[place] = f"box-shadow:inset 4px 0 {_COLOURS[each.verdict]};font-weight:bold"
            body.append(
                "<tr>"
                + "".join(
                    f'<td style="text-align:{"left" if i in _LEFT else "right"};{mark}">{html.escape(cell)}</td>'
                    for i, (cell, mark) in enumerate(zip(cells, marks, strict=True))
                )
                + "</tr>"
            )
        said = "".join(
            f'<li style="border-left:4px solid {_COLOURS.get(verdict, "#8C8C8C")};padding-left:8px;margin:4px 0;'
            f'list-style:none">{html.escape(sentence)}</li>'
            for verdict, sentence in self._sentences()
        )
        return (
            f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
            f'<p>{html.escape(self.summary())}</p><ul style="padding-left:0">{said}</ul>'
        )


def _words(finding):
    """Return a layer's verdict for the table."""
    parts = {name: each.verdict for name, each in finding.parts.items() if each.verdict != UNCLAIMED}
    if set(parts.values()) <= {RIGHT}:
        return RIGHT if parts else ""
    return ", ".join(f"{name} {verdict}" for name, verdict in parts.items() if verdict != RIGHT)


def _times(shape):
    return "×".join(map(str, shape)) if shape else ""


def _field(pair):
    return "" if pair is None else str(pair[0]) if pair[0] == pair[1] else f"{pair[0]}×{pair[1]}"


def _one_or_both(pair):
    return None if pair is None else pair[0] if pair[0] == pair[1] else list(pair)
