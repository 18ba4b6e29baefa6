"""The challenge's rules. Each is a function in `RULES` that says what it found and whether it is kept."""

import html
from dataclasses import dataclass, field

import numpy as np

from course import annotations
from course.arithmetic import LayerError, Unknown
from course.challenge.building import SECONDS, BuildError, built
from course.inspection import ledger_of

LIMIT = 100_000
SIDE, CLASSES = 32, 10


@dataclass(frozen=True)
class Finding:
    """One rule's line: its name, what was found, and whether it is kept."""

    rule: str
    found: str
    kept: bool

    def __str__(self):
        return f"{'kept  ' if self.kept else 'BROKEN'}  {self.rule}: {self.found}"


@dataclass(frozen=True)
class Check:
    """What the rules say of a model.

    Parameters
    ----------
    findings : tuple of Finding
    model : keras.Model, optional
        None where it could not be built.
    """

    findings: tuple
    model: object = field(default=None, repr=False)

    @property
    def ok(self):
        """Whether every rule is kept."""
        return all(finding.kept for finding in self.findings)

    @property
    def broken(self):
        """The findings whose rule is broken."""
        return tuple(finding for finding in self.findings if not finding.kept)

    def __str__(self):
        return "\n".join(map(str, self.findings))

    __repr__ = __str__

    def _repr_html_(self):
        rows = "".join(
            f'<tr><td>{"kept" if each.kept else "<b>broken</b>"}</td><th scope="row" style="text-align:left">'
            f'{html.escape(each.rule)}</th><td style="text-align:left">{html.escape(each.found)}</td></tr>'
            for each in self.findings
        )
        return f"<table><caption>The challenge's rules</caption>{rows}</table>"


def check(source, notes=None, seconds=SECONDS):
    """Hold a model against the challenge's rules.

    Parameters
    ----------
    source : callable, keras.Model, course.widgets.stack.Stack or LayerExplorer
        A function without arguments that builds the model, the model, or a stack.
    notes : str, optional
        Source text with sizes and receptive fields noted beside the layers; checked too.
    seconds : float
        How long building may take.

    Returns
    -------
    Check
        A model that can't be built breaks the rule "builds"; nothing is raised.
    """
    try:
        model = built(source, seconds)
    except BuildError as why:
        return Check((Finding("builds", str(why), False),))
    findings = [Finding("builds", f"{model.name}, {len(model.layers)} layers", True)]
    try:
        book = ledger_of(model)
    except LayerError as why:
        return Check((*findings, Finding("layers", str(why), False)), model)
    findings += [Finding(name, *rule(model, book)) for name, rule in RULES.items()]
    if notes is not None:
        findings.append(Finding("notes", *_notes(notes)))
    return Check(tuple(findings), model)


def _parameters(model, book):
    count = model.count_params()
    return f"{count:,} of fewer than {LIMIT:,}", count < LIMIT


def _layers(model, book):
    strange = [f"{row.name} ({row.kind})" for row in book if isinstance(row.layer, Unknown)]
    return (f"not of the kit's kinds: {', '.join(strange)}" if strange else "all of the kit's kinds"), not strange


def _input(model, book):
    shape = model.input_shape
    return f"{shape}, as (None, 32, 32, 3) is asked for", shape == (None, SIDE, SIDE, 3)


def _output(model, book):
    shape = model.output_shape
    if shape != (None, CLASSES):
        return f"{shape}: end with Dense(10, activation='softmax')", False
    if not all(np.isfinite(weight).all() for weight in model.get_weights()):
        return "some weights are not numbers: build the model afresh", False
    images = np.random.default_rng(0).random((4, *model.input_shape[1:]), dtype=np.float32)
    values = np.asarray(model(images, training=False), dtype=np.float64)
    if not np.isfinite(values).all():
        return "the outputs are not numbers: look for a division or logarithm of 0", False
    if values.min() < 0 or not np.allclose(values.sum(axis=1), 1, atol=0.01):
        return "10 numbers that are no probabilities: end with activation='softmax'", False
    return "10 probabilities", True


def _field(model, book):
    # Pooling over a whole map, Flatten and Dense see everything whatever stands before them.
    maps = [row for row in book if len(row.output_shape or ()) == 3 and not row.kind.startswith("Global")]
    if not maps:
        return "there is no map before the head: begin with convolutions", False
    fields = maps[-1].nominal_receptive_field
    if fields is None or any(one is None for one in fields):
        return f"can't be worked out at {maps[-1].name}", False
    height, width = fields
    return f"{height:g}x{width:g} pixels at {maps[-1].name}, of at least {SIDE}x{SIDE}", min(fields) >= SIDE


def _traps(model, book):
    rows, found = list(book), []
    soft = [number for number, row in enumerate(rows) if _activation(row) == "softmax"]
    if len(soft) > 1:
        found.append(f"softmax twice, in {rows[soft[0]].name} and {rows[soft[1]].name}")
    if soft:
        found += [
            f"{row.name} normalises after the softmax"
            for row in rows[soft[0] + 1 :]
            if row.kind == "BatchNormalization"
        ]
    for row in rows:
        if row.kind not in _WEIGHTED or len(row.inputs) != 1 or row.layer.kernel_size in (1, (1, 1)):
            continue
        before = row.inputs[0]
        while before >= 0 and len(rows[before].inputs) == 1 and rows[before].kind in _STILL_LINEAR:
            before = rows[before].inputs[0]
        if before >= 0 and rows[before].kind in _WEIGHTED and _activation(rows[before]) in (None, "linear"):
            found.append(f"no activation between {rows[before].name} and {row.name}")
    return "; ".join(found) or "none", not found


_WEIGHTED = {"Conv2D", "SeparableConv2D"}
_STILL_LINEAR = {"BatchNormalization", "Dropout", "ZeroPadding2D"}


def _activation(row):
    return "softmax" if row.kind == "Softmax" else getattr(row.layer, "activation", None)


def _notes(text):
    try:
        found = annotations.check(text)
    except annotations.ReadError as why:
        return str(why), False
    return ("all right" if found.all_right else str(found)), found.all_right


RULES = {
    "parameters": _parameters,
    "layers": _layers,
    "input": _input,
    "output": _output,
    "receptive field": _field,
    "Keras traps": _traps,
}
