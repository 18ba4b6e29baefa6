"""The rules of the challenge, and the check that says which of them a network keeps."""

import json
from dataclasses import dataclass
from os import PathLike

import numpy as np

from course import BUDGET, annotations
from course._given import check_kind, is_number, shown
from course._quiet import import_keras
from course.arithmetic import Attention, LayerError, Reshape, Unknown
from course.challenge.building import BuildError, built
from course.challenge.saved import described, rebuilt
from course.inspection import ledger_of
from course.table import Table, pair, times
from course.training.setting import layers_within

keras = import_keras()

IMAGE, CLASSES = (32, 32, 3), 10
MAPS = 16 * 2**20  # bytes of an image's maps: 2 GiB for a batch of 128
MACS = 1_000_000_000
RULES = {
    "builds": "builds a Keras model",
    "shapes": f"input {IMAGE}, output {CLASSES} probabilities",
    "parameters": f"fewer than {BUDGET:,} parameters",
    "layers": "layers that the kit knows",
    "cost": f"an image's maps fit {MAPS // 2**20} MiB, and its MACs {MACS:,}",
    "field": f"the last map's receptive field spans the image, {IMAGE[0]} pixels",
    "softmax": "softmax at the end, and only there",
    "traps": "no trap of Keras",
    "numbers": "weights and outputs are numbers, outputs add up to 1",
    "saved": "its configuration rebuilds it",
    "notes": "the notes beside the layers are right",
}
_COLOURS = {True: "#009E73", False: "#D55E00"}  # after Okabe and Ito, beside a word that says the same
_NOT_JUDGED = "not judged"
_STRANGE = (Unknown, Attention)  # layers that break the rule on layers


@dataclass(frozen=True)
class Rule:
    """What was found of one rule.

    Parameters
    ----------
    name : str
        One of `RULES`.
    found : str
        In words.
    kept : bool or None
        None where it could not be judged, because another rule is broken.
    """

    name: str
    found: str
    kept: bool | None

    @property
    def verdict(self):
        """The word for it: kept, broken or not judged."""
        return {True: "kept", False: "broken", None: _NOT_JUDGED}[self.kept]

    def __str__(self):
        return f"{self.verdict}: {RULES[self.name]}: {self.found}"


@dataclass(frozen=True, repr=False)
class Checked:
    """What a check found. Prints as a table, a line for each rule; a notebook shows it as HTML.

    Parameters
    ----------
    rules : tuple of Rule
    model : keras.Model or None
        Where one was built.
    ledger : course.arithmetic.Ledger or None
        Of the model.
    findings : course.annotations.Findings or None
        Of the notes.
    """

    rules: tuple
    model: object = None
    ledger: object = None
    findings: object = None

    @property
    def ok(self):
        """Whether every rule is kept."""
        return all(rule.kept for rule in self.rules)

    @property
    def broken(self):
        """A sentence for each broken rule."""
        return tuple(f"Rule broken: {RULES[r.name]}. {_sentence(r.found)}" for r in self.rules if r.kept is False)

    @property
    def summary(self):
        """One sentence on all of it."""
        if self.ok:
            return f"All {len(self.rules)} rules are kept."
        broken = [rule.name for rule in self.rules if rule.kept is False]
        return f"{len(broken)} of {len(self.rules)} rules {'is' if len(broken) == 1 else 'are'} broken."

    def __getitem__(self, name):
        """Return the Rule of a name."""
        return next(rule for rule in self.rules if rule.name == name)

    def as_table(self):
        """Return a line for each rule as a `course.table.Table`."""
        rows = [(RULES[rule.name], rule.verdict, rule.found) for rule in self.rules]
        marks = {
            (place, 1): f"box-shadow:inset 4px 0 {_COLOURS[rule.kept]};padding-left:10px"
            for place, rule in enumerate(self.rules)
            if rule.kept in _COLOURS
        }
        return Table(
            ("rule", "verdict", "what was found"), rows, notes=(self.summary,), left=(0, 1, 2), marks=marks
        )

    def __str__(self):
        return str(self.as_table())

    __repr__ = __str__

    def _repr_html_(self):
        return self.as_table()._repr_html_()


def check(model_or_build, notes=None, seconds=60):
    """Check a network against the rules of the challenge.

    Nothing that is handed in can do harm: a function that raises, never ends, or asks for more weights than
    memory holds breaks a rule, and the kernel goes on.

    Parameters
    ----------
    model_or_build : callable, keras.Model, or a layer explorer
        `build_model` itself, a function without arguments that returns a model; a built model; or a layer
        explorer, or its state.
    notes : str or pathlib.Path, optional
        Code with sizes and receptive fields noted beside its layers, for `annotations.check`.
    seconds : float
        How long building may take.

    Returns
    -------
    Checked

    Raises
    ------
    ValueError
        When `seconds` is no number above 0, or `notes` are neither code nor a path.
    """
    if not (is_number(seconds) and seconds > 0):
        raise ValueError(f"seconds is {shown(seconds)}; it must be a number above 0, such as 60.")
    if notes is not None:
        check_kind("notes", notes, str | PathLike, "code in quotes, or a path")
    found, model, book = {}, None, None
    try:
        model = built(model_or_build, seconds)
        found["builds"] = _builds(model)
    except BuildError as why:
        found[why.rule] = str(why), False
        if why.rule == "parameters":
            found["builds"] = "the build was stopped: see the parameters", False
    if model is not None and found["builds"][1]:
        found["parameters"] = _parameters(model)
        found["shapes"] = _shapes(model)
        found["traps"] = _traps(model)
        try:
            book = ledger_of(model)
        except LayerError as why:
            found["layers"] = str(why), False
        else:
            found["layers"] = _layers(book)
            found["cost"] = _cost(book)
            found["field"] = _field(book)
            found["softmax"] = _softmax(book)
        if _kept(found, "shapes", "cost"):
            found["numbers"] = _numbers(model)
        if _kept(found, "layers", "cost"):
            found["saved"] = _saved(model)
    findings = None
    if notes is not None:
        found["notes"], findings = _notes(notes)
    asked = [name for name in RULES if name != "notes" or notes is not None]
    rules = tuple(Rule(name, *found.get(name, ("another rule is broken", None))) for name in asked)
    return Checked(rules, model, book, findings)


def _kept(found, *names):
    return all(found.get(name, ("", False))[1] for name in names)


def _sentence(words):
    words = words.rstrip(".")
    if words.split(" ")[0].rstrip(":,").isalpha():  # no function's or layer's name, which a capital would change
        words = f"{words[:1].upper()}{words[1:]}"
    return f"{words}."


def _builds(model):
    if not model.built or not getattr(model, "inputs", None):
        return f"{model.name} is not built: start it with keras.Input(shape={IMAGE})", False
    return f"{model.name}, {len(model.layers)} layers", True


def _shapes(model):
    takes, gives = ([tuple(t.shape[1:]) for t in tensors] for tensors in (model.inputs, model.outputs))
    said = f"input {' and '.join(map(str, takes))}, output {' and '.join(map(str, gives))}"
    if takes != [IMAGE]:
        return f"{said}: begin it with keras.Input(shape={IMAGE})", False
    if gives != [(CLASSES,)]:
        return f"{said}: end it with one vector, as Flatten or pooling and Dense({CLASSES}) give", False
    return said, True


def _parameters(model):
    count = model.count_params()
    over = count - BUDGET + 1
    return (f"{count:,}", True) if over <= 0 else (f"{count:,}: at least {over:,} too many", False)


def _layers(book):
    strange = [f"{row.name} ({row.kind})" for row in book if isinstance(row.layer, _STRANGE)]
    if strange:
        return f"{', '.join(dict.fromkeys(strange))} {'is' if len(strange) == 1 else 'are'} none of them", False
    return f"{len({row.kind for row in book})} kinds", True


def _cost(book):
    return (
        f"{book.activation_bytes / 2**20:.1f} MiB, {book.macs:,} MACs",
        book.activation_bytes <= MAPS and book.macs <= MACS,
    )


def _field(book):
    rows = [row for row in book if _is_map(book, row)]
    if not rows:
        return "there is no map", False
    last = rows[-1]
    sides = last.nominal_receptive_field
    if None in sides:
        return _field_lost(book, last)
    return f"{pair(sides)} at {last.name}, {times(last.output_shape[:2])} units", min(sides) >= IMAGE[0]


def _field_lost(book, row):
    """Say at which layer the field of a row was lost; a layer that is strange breaks its own rule already."""
    at = row
    while before := [book[i] for i in at.inputs if i >= 0 and None in book[i].nominal_receptive_field]:
        at = before[0]
    if isinstance(at.layer, _STRANGE):
        return f"that of {row.name} can't be known", None
    does = "moves positions" if isinstance(at.layer, Reshape) else "makes a map too long to follow"
    why = f"{at.name} ({at.kind}) {does}: leave it out"
    return f"the receptive field of {row.name} can't be known, because {why}", False


def _is_map(book, row):
    """Return whether a row's output is a map that was not pooled to one unit, from which all can be seen."""
    positions = _positions(row.output_shape)
    if positions == 1 and hasattr(row.layer, "kernel_size"):
        return any(_positions(book[i].output_shape if i >= 0 else IMAGE) > 1 for i in row.inputs)
    return positions > 1


def _positions(shape):
    return shape[0] * shape[1] if shape and len(shape) == 3 else 0


def _softmax(book):
    at = [row for row in book if row.kind == "Softmax" or getattr(row.layer, "activation", None) == "softmax"]
    last = book[-1]
    if not at:
        said = f"none: the outputs of {last.name} ({last.kind}) are no probabilities"
        return f"{said}, or by a function that the kit does not know: write activation='softmax'", False
    if len(at) > 1:
        return f"{len(at)} times, at {', '.join(row.name for row in at)}: leave all but the last out", False
    if at[0] is not last:
        return f"at {at[0].name}, but {last.name} ({last.kind}) comes after it", False
    return f"at {last.name}", True


def _traps(model):
    caught = [words for layer in layers_within(model) if (words := _trap(layer))]
    return ("; ".join(caught), False) if caught else ("none of those it looks for", True)


def _trap(layer):
    name = layer.name
    if isinstance(layer, keras.layers.Rescaling) and np.max(np.abs(layer.scale)) < 0.1:
        return f"{name} divides by about {1 / np.max(np.abs(layer.scale)):.0f}: images run from 0 to 1 already"
    if isinstance(layer, keras.layers.BatchNormalization) and layer.built:
        axes = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
        if any(axis not in (-1, layer.input_spec.ndim - 1) for axis in axes):
            return f"{name} normalises axis {axes[0]}, which is not the channels: leave `axis` out"
    if isinstance(layer, keras.layers.Conv2D) and layer.kernel_size == layer.strides == (3, 3):
        return f"{name} moves 3 pixels at a step: Conv2D(32, 3, 3) sets a stride, Conv2D(32, 3) does not"
    if not layer.trainable:
        return f"{name} is frozen (trainable=False) with the weights it begins with"
    return ""


def _numbers(model):
    bad = [weight.path for weight in model.weights if not np.isfinite(np.asarray(weight, np.float64)).all()]
    if bad:
        return f"{bad[0]} holds values that are no numbers", False
    images = np.random.default_rng(0).random((3, *IMAGE), dtype=np.float32)
    try:
        outputs = np.asarray(model(images, training=False), dtype=np.float64)
    except Exception as why:  # a network can raise nearly anything
        return f"three images can't go through it ({type(why).__name__})", False
    if not np.isfinite(outputs).all():
        return "of three random images it makes outputs that are no numbers", False
    sums = outputs.sum(axis=1)
    if outputs.min() < 0 or not np.allclose(sums, 1, atol=0.01):
        return f"outputs of three random images add up to {', '.join(f'{total:.3g}' for total in sums)}", False
    return "for three random images they do", True


def _saved(model):
    try:
        again = rebuilt(json.loads(json.dumps(described(model), default=np.generic.item)))  # as a record is
    except Exception as why:  # what a configuration can't hold raises nearly anything
        return f"it does not: {str(why).splitlines()[0] if str(why) else type(why).__name__}", False
    same = [w.shape for w in again.weights] == [w.shape for w in model.weights]
    return ("it does", True) if same else ("its weights have other shapes then", False)


def _notes(notes):
    try:
        findings = annotations.check(notes, IMAGE)
    except annotations.ReadError as why:
        return (str(why), False), None
    first = findings.first_mistake() or next(iter(findings.misfits), "")
    said = f"{findings.summary()} {_sentence(f'first, {first}') if first else ''}".strip()
    return (said, findings.all_right and bool(findings.counts["notes"])), findings
