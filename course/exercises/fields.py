"""Notebook 02's exercises. Every wrong answer is named by the rules of `course.annotations`."""

from course.annotations.claims import Claim, Noted
from course.annotations.judging.receptive_fields import check_receptive_fields
from course.annotations.judging.rules import ANYTHING_MORE, RULES
from course.annotations.judging.sizes import check_sizes
from course.annotations.judging.steps import steps_of
from course.annotations.judging.verdicts import INHERITED, RIGHT
from course.annotations.truth import truth_of
from course.arithmetic import Conv2D, GlobalAveragePooling2D, MaxPooling2D, SeparableConv2D, ledger
from course.exercises.exercise import Exercise, Feedback, FeedbackTable, Mistake, Parts

THREES = (Conv2D(8, 3, name="first"), Conv2D(8, 3, name="second"))
BASE = (*THREES, MaxPooling2D(2, name="pool"))
GLOBAL = (
    *BASE,
    Conv2D(8, 3, padding="same", name="third"),
    MaxPooling2D(2, name="pool2"),
    GlobalAveragePooling2D(name="mean"),
)
TWO_BY_TWO = (
    *(Conv2D(8, 3, padding="same", name=f"conv{i}") for i in (1, 2)), MaxPooling2D(2, name="pool1"),
    *(Conv2D(8, 3, padding="same", name=f"conv{i}") for i in (3, 4, 5)), MaxPooling2D(2, name="pool2"),
    *(Conv2D(8, 3, padding="same", name=f"conv{i}") for i in (6, 7)), MaxPooling2D(2, name="pool3"),
    Conv2D(10, 2, name="last"),
)  # fmt: skip
NOTES = (
    SeparableConv2D(32, 3, padding="same", name="conv1"),
    SeparableConv2D(64, 3, name="conv2"),
    MaxPooling2D(2, name="pool1"),
    Conv2D(32, 1, name="mix"),
    SeparableConv2D(96, 3, padding="same", name="conv3"),
    SeparableConv2D(96, 3, name="conv4"),
    MaxPooling2D(2, name="pool2"),
    SeparableConv2D(128, 3, padding="same", name="conv5"),
    SeparableConv2D(10, 3, name="conv6"),
    GlobalAveragePooling2D(name="mean"),
)


def field_exercise(network, name, question, hint):
    """Return the question how wide the receptive field of one layer of a chain is.

    Parameters
    ----------
    network : course.arithmetic.Ledger
    name : str
        The layer's name.
    question, hint : str

    Returns
    -------
    Exercise
        Its mistakes are those that the rules of `course.annotations` know for this step.
    """
    number = network.rows.index(network[name])
    before = network[number - 1].receptive_field[0] if number else 1
    step, answer = steps_of(network)[number][0], network[number].receptive_field[0]
    mistakes, seen = [], {answer}
    for rule in RULES:
        if not rule.applies(step):
            continue
        value = rule.value(before, step)
        more = (before + 2 * step.jump, before + step.jump, before + 1, 2 * before)
        values = more if value == ANYTHING_MORE else (value,)
        for value in values:
            if value is not None and value not in seen:
                seen.add(value)
                why = rule.why(step)
                mistakes.append(Mistake(lambda value=value: value, f"{why[0].upper()}{why[1:]}."))
    return Exercise(
        question,
        lambda: answer,
        lambda: f"{before} + ({step.extent} - 1) × {step.jump} = {answer} pixels.",
        hint,
        tuple(mistakes),
    )


class Notes(Parts):
    """A network whose receptive fields are all asked for, and judged as the checker judges notes.

    So a mistake is named where it starts, and what only follows from it is said to follow.
    """

    layers = NOTES
    input_shape = (32, 32, 3)

    def __init__(self):
        hint = "Field before + (window - 1) × the jump before. A stride changes the jump from the next layer on."
        network = ledger(self.layers, self.input_shape)
        super().__init__(
            lambda: {
                row.name: field_exercise(
                    network, row.name, f"How wide is the receptive field of {row.name}?", hint
                )
                for row in network
            }
        )

    def check(self, answer):
        """Return feedback on each note, given the notes before it."""
        table = super().check(answer)
        if isinstance(table, Feedback):
            return table
        claims = {
            name: answer[name]
            for name in table.rows
            if answer and isinstance(answer.get(name), int) and not isinstance(answer[name], bool)
        }
        verdicts = self._verdicts(claims)
        rows = dict(table.rows)
        for name in claims:
            verdict = verdicts[name]
            if verdict.verdict == INHERITED:
                start = self.layers[verdict.source].name
                rows[name] = Feedback("wrong", f"{verdict.explanation} Put {start} right first.")
            elif verdict.verdict != RIGHT:
                rows[name] = Feedback("wrong", verdict.explanation)
        return FeedbackTable(rows)

    def _verdicts(self, claims):
        noted = [
            Noted(
                layer.kind, layer, layer.name, None, "", (i - 1,),
                Claim(receptive_field=(claims[layer.name],) * 2 if layer.name in claims else None),
            )
            for i, layer in enumerate(self.layers)
        ]  # fmt: skip
        truth = truth_of(noted, self.input_shape)
        _, planes = check_sizes(noted, truth)
        verdicts = check_receptive_fields(noted, truth, planes)
        return {layer.name: verdict for layer, verdict in zip(self.layers, verdicts, strict=True)}


def _last(layers, question, hint):
    network = ledger(layers)
    return field_exercise(network, network[-1].name, question, hint)


EXERCISES = {
    "two_windows": _last(
        THREES,
        "Two 3×3 convolutions, one on the other. How wide is the receptive field of the second?",
        "Draw three neighbouring units of the first layer, and the pixels each of them sees.",
    ),
    "pooling": _last(
        BASE,
        "A 2×2 pooling follows. How wide is its receptive field?",
        "Two neighbouring units are joined. How far apart are their fields?",
    ),
    "after_pooling": _last(
        (*BASE, Conv2D(8, 3)),
        "A 3×3 convolution follows the pooling. How wide is its receptive field?",
        "Three neighbouring units are joined. After the pooling, how many pixels apart are neighbours?",
    ),
    "one_by_one": _last(
        (*BASE, Conv2D(8, 1)),
        "A 1×1 convolution follows the pooling. How wide is its receptive field?",
        "How many neighbours does a 1×1 window take in?",
    ),
    "two_by_two": _last(
        TWO_BY_TWO,
        "The last layer has a 2×2 window. How wide is its receptive field?",
        "Read field and jump of pool3 in the ledger. A window of two takes in one neighbour.",
    ),
    "strided": _last(
        (*THREES, Conv2D(8, 3, strides=2)),
        "A 3×3 convolution with stride 2 follows the two convolutions. How wide is its receptive field?",
        "A layer's stride says where its own windows stand, not how far apart their inputs are.",
    ),
    "dilated": _last(
        (*BASE, Conv2D(8, 3, dilation_rate=3)),
        "A 3×3 convolution with dilation 3 follows the pooling. How wide is its receptive field?",
        "With dilation 3, three taps span seven units. How many pixels apart are those?",
    ),
    "global_pooling": _last(
        GLOBAL,
        "The stack ends in global average pooling. How wide is its receptive field?",
        "It is a window over all units along a side. Take field and jump of the layer before.",
    ),
    "notes": Notes(),
}
