"""What was found in a text of notes: as a table, as HTML, and for JSON."""

from dataclasses import dataclass

from course.annotations.claims import Noted
from course.annotations.judging.verdicts import (
    ACCUSED,
    INHERITED,
    LUCKY,
    RIGHT,
    UNCLAIMED,
    UNJUDGED,
    WRONG,
    Verdict,
)
from course.annotations.shown import as_html, as_text
from course.annotations.truth import Known

SCHEMA = 2  # of `Findings.as_dict`
_BY_WEIGHT = (WRONG, LUCKY, INHERITED, RIGHT, UNJUDGED, UNCLAIMED)


@dataclass(frozen=True)
class Finding:
    """What was found at one layer.

    Parameters
    ----------
    index : int
        The layer's number, counted from 0.
    noted : Noted
        The layer as written, with its claim.
    row : Known
        What is true of it.
    receptive_field, size, channels, parameters, macs : Verdict
        Size is height and width.
    """

    index: int
    noted: Noted
    row: Known
    receptive_field: Verdict
    size: Verdict
    channels: Verdict
    parameters: Verdict
    macs: Verdict

    @property
    def where(self):
        """Its line, or where there is none the number of its layer, counted from 1."""
        return f"line {self.noted.line}" if self.noted.line else f"layer {self.index + 1}"

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
            "MACs": self.macs,
        }

    @property
    def true_size(self):
        """The output shape, with None for what is not known."""
        shape = self.row.output_shape
        if self.size.verdict == UNJUDGED and shape and (len(shape) == 3 or "output_shape" in self.row.loose):
            return (None, None, *shape[2:])[: len(shape)]
        return shape

    @property
    def true_field(self):
        """The receptive field, with None for what is not known."""
        unknown = self.receptive_field.verdict == UNJUDGED
        return (None, None) if unknown else self.row.nominal_receptive_field

    def as_dict(self):
        """Return the finding for JSON."""
        claim = self.noted.claim
        true = self.true_field
        macs = ({"macs": claim.macs.value}, {"macs": self.row.macs}) if claim.macs else ({}, {})
        return {
            "index": self.index,
            "kind": self.noted.kind,
            "line": self.noted.line,
            "claimed": {
                "size": claim.size and list(claim.size),
                "rf": _one_or_both(claim.receptive_field),
                "channels": claim.channels,
                "entering": claim.entering and list(claim.entering),
                "parameters": claim.parameters,
                **macs[0],
            },
            "true": {
                "size": self.true_size and list(self.true_size),
                "rf": None if None in true else _one_or_both(true),
                "parameters": self.row.parameters,
                **macs[1],
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
    model : str or None
        Its name in the text.
    number : int
        Of the model in the text, counted from 1.
    models : tuple of (str or None, int or None, int)
        All models of the text: name, line, and how many of its layers have notes.
    """

    layers: tuple
    claimed_parameters: int
    parameters: int
    misfits: tuple = ()
    unread: tuple = ()
    remarks: tuple = ()
    model: str | None = None
    number: int = 1
    models: tuple = ((None, None, 0),)

    @property
    def is_total_wrong(self):
        """Whether another number of parameters is noted than the model has."""
        totals = self.claimed_parameters, self.parameters
        return None not in totals and totals[0] != totals[1]

    @property
    def all_right(self):
        """Whether no mistake was found, in what could be read."""
        return not (self.is_total_wrong or self.misfits) and all(
            each.verdict not in ACCUSED for finding in self.layers for each in finding.parts.values()
        )

    def as_dict(self):
        """Return the findings for JSON.

        Returns
        -------
        dict
            schema: version of this form, `SCHEMA`. model: name, number (from 1), of how many in the text.
            counts: notes by verdict. layers: for each its index (from 0), kind, line, what is claimed and
            what is true (size as written or (height, width, channels), rf as a number or [height, width],
            parameters, and macs where they are noted; null where there is none or where it can't be told; of
            claims also channels noted apart and the size entering), verdict, mistake, explanation, and its parts
            (rf, size, channels, parameters, macs), each with verdict, mistake, and the index of the layer since
            which it is wrong.
            parameters: total claimed and true. unread, remarks: sentences. Verdicts are those of
            `course.annotations.judging.verdicts`.
        """
        return {
            "schema": SCHEMA,
            "model": {"name": self.model, "number": self.number, "of": len(self.models)},
            "counts": self.counts,
            "layers": [finding.as_dict() for finding in self.layers],
            "parameters": {"claimed": self.claimed_parameters, "true": self.parameters},
            "unread": [*self.misfits, *self.unread],
            "remarks": list(self.remarks),
        }

    def first_mistake(self):
        """Return the first mistake with its place, "" where there is none."""
        for finding in self.layers:
            for what, each in finding.parts.items():
                if each.mistake:
                    return f"{finding.where}, {what}: {each.mistake}"
        if self.is_total_wrong:
            return f"total: {self.claimed_parameters:,} for {self.parameters:,}"
        return ""

    @property
    def counts(self):
        """How many notes there are of sizes and receptive fields, or else of the rest, by verdict."""
        main = [each for finding in self.layers for each in (finding.size, finding.receptive_field)]
        rest = [each for finding in self.layers for each in (finding.channels, finding.parameters, finding.macs)]
        noted = [each for each in main if each.verdict != UNCLAIMED]
        noted = noted or [each for each in rest if each.verdict != UNCLAIMED]
        return {"notes": len(noted)} | {v: sum(each.verdict == v for each in noted) for v in _BY_WEIGHT[:-1]}

    def summary(self):
        """Return one sentence on how many notes are right."""
        counts = self.counts
        if not counts["notes"]:
            layers = f"{len(self.layers)} layer{'s' if len(self.layers) > 1 else ''}"
            beside = "beside them" if len(self.layers) > 1 else "beside it"
            if sum(bool(finding.noted.claim.entering) for finding in self.layers) > 1:
                return f"{layers}, with notes of what goes into them."
            if any("not understood" in sentence for sentence in self.unread):
                return f"{layers}, and no note {beside} that was understood."
            return f"{layers}, and no note of a size or receptive field {beside}."
        main = any(UNCLAIMED != each.verdict for f in self.layers for each in (f.size, f.receptive_field))
        counts_macs = any(UNCLAIMED != each.macs.verdict for each in self.layers)
        counted = "channels, parameters and MACs" if counts_macs else "channels and parameters"
        what = "sizes and receptive fields" if main else counted
        notes = f"{counts['notes']} note{'s' if counts['notes'] > 1 else ''} of {what}"
        if counts[UNJUDGED] == counts["notes"]:
            return f"{notes}, none of which can be judged."
        said = [f"{counts[RIGHT]} right"]
        said += [f"{counts[v]} {word}" for v, word in (
            (WRONG, "wrong"), (INHERITED, "inherited"), (LUCKY, "right by luck"), (UNJUDGED, "not judged"),
        ) if counts[v]]  # fmt: skip
        return f"{notes}: {', '.join(said)}."

    def chosen(self):
        """Return the sentence on which of several models this is, "" where there is one."""
        if len(self.models) < 2:
            return ""
        listed = [
            f"{i} {f'`{name}`' if name else 'without a name'}"
            f" ({f'line {line}, ' if line else ''}{notes} note{'' if notes == 1 else 's'})"
            for i, (name, line, notes) in enumerate(self.models[:6], start=1)
        ]
        more = f" and {len(self.models) - 6} more" if len(self.models) > 6 else ""
        return (
            f"The text holds {len(self.models)} models: {', '.join(listed)}{more}. This is number {self.number}; "
            "--model NAME or NUMBER shows another, --all shows each."
        )

    def __str__(self):
        return as_text(self)

    __repr__ = __str__

    def _repr_html_(self):
        return as_html(self)


def _one_or_both(pair):
    return None if pair is None else pair[0] if pair[0] == pair[1] else list(pair)
