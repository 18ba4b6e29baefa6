"""Notebook 02's exercises. Every wrong answer is named by the rules of `course.annotations`."""

from functools import partial

from course.annotations.claims import Claim, Noted
from course.annotations.judging.receptive_fields import check_receptive_fields
from course.annotations.judging.rules import ANYTHING_MORE, RULES
from course.annotations.judging.sizes import check_sizes
from course.annotations.judging.steps import steps_of
from course.annotations.judging.verdicts import INHERITED, RIGHT
from course.annotations.truth import truth_of
from course.arithmetic import Conv2D, GlobalAveragePooling2D, MaxPooling2D, SeparableConv2D, ledger
from course.exercises.exercise import Exercise, Feedback, FeedbackTable, Parts, distinct, exercise, parts

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
SHAPE = (32, 32, 3)


def field_of(network, name, *foreseen):
    """Work out how wide the receptive field of one layer of a chain is, as an exercise's function does.

    Parameters
    ----------
    network : course.arithmetic.Ledger
    name : str
        The layer's name.
    *foreseen : tuple
        Wrong answers with why, before those of the rules.

    Returns
    -------
    tuple
        The answer, its working, and the wrong answers that the rules of `course.annotations` know for this step.
    """
    number = network.rows.index(network[name])
    before = network[number - 1].receptive_field[0] if number else 1
    step, answer = steps_of(network)[number][0], network[number].receptive_field[0]
    more = (before + 2 * step.jump, before + step.jump, before + 1, 2 * before)
    pairs = [*foreseen]
    for rule in RULES:
        if rule.applies(step):
            value, why = rule.value(before, step), rule.why(step)
            values = more if value == ANYTHING_MORE else (value,)
            pairs += [(value, f"{why[0].upper()}{why[1:]}.") for value in values if value is not None]
    working = f"{before} + ({step.extent} - 1) × {step.jump} = {answer} pixels."
    return answer, working, *distinct(answer, pairs)


def field_parts(network, names, question, hint, foreseen=()):
    """Return an exercise for each of some layers of a chain: how wide its receptive field is.

    Parameters
    ----------
    network : course.arithmetic.Ledger
    names : iterable of str
        The layers.
    question : str
        With {} for the layer's name.
    hint : str
    foreseen : dict of str to tuple, optional
        More wrong answers of a layer, each with why: those that take in more than its own step.

    Returns
    -------
    dict of str to Exercise
    """
    more = dict(foreseen)
    return {
        name: Exercise(question.format(name), partial(field_of, network, name, *more.get(name, ())), hint=hint)
        for name in names
    }


def _last(layers, *foreseen):
    network = ledger(layers)
    return field_of(network, network[-1].name, *foreseen)


@exercise(
    "Two 3×3 convolutions, one on the other. How wide is the receptive field of the second?",
    hint="Draw three neighbouring units of the first layer, and the pixels each of them sees.",
    by_hand=5,
)
def two_windows():
    return _last(THREES, (9, "The three windows overlap. Draw them, and count each pixel once."))


@exercise(
    "A 2×2 pooling follows. How wide is its receptive field?",
    hint="Two neighbouring units are joined. How far apart are their fields?",
    by_hand=6,
)
def pooling():
    return _last(BASE)


@exercise(
    "A 3×3 convolution follows the pooling. How wide is its receptive field?",
    hint="Three neighbouring units are joined. After the pooling, how many pixels apart are neighbours?",
    by_hand=10,
)
def after_pooling():
    return _last(
        (*BASE, Conv2D(8, 3)),
        (
            14,
            "Did you double the field at the pooling? It was 6 there, not 10. Or take a jump of 4? It is 2: add "
            "(3 - 1) × 2 = 4.",
        ),
        (
            12,
            "Did you add 3 × 2, or double the field at the pooling? It was 6 there, and a window of 3 adds "
            "(3 - 1) × 2 = 4.",
        ),
    )


@exercise(
    "A 1×1 convolution follows the pooling. How wide is its receptive field?",
    hint="How many neighbours does a 1×1 window take in?",
    by_hand=6,
)
def one_by_one():
    return _last((*BASE, Conv2D(8, 1)), (1, "That is what it sees of the map below. A unit there sees 6 pixels."))


@exercise(
    "The last layer has a 2×2 window. How wide is its receptive field?",
    hint="Read field and jump of pool3 in the ledger. A window of two takes in one neighbour.",
    by_hand=48,
)
def two_by_two():
    return _last(TWO_BY_TWO)


@exercise(
    "A 3×3 convolution with stride 2 follows the two convolutions. How wide is its receptive field?",
    hint="A layer's stride says where its own windows stand, not how far apart their inputs are.",
    by_hand=7,
)
def strided():
    return _last((*THREES, Conv2D(8, 3, strides=2)))


@exercise(
    "A 3×3 convolution with dilation 3 follows the pooling. How wide is its receptive field?",
    hint="With dilation 3, three taps span seven units. How many pixels apart are those?",
    by_hand=18,
)
def dilated():
    return _last((*BASE, Conv2D(8, 3, dilation_rate=3)))


@exercise(
    "The stack ends in global average pooling. How wide is its receptive field?",
    hint="It is a window over all units along a side. Take field and jump of the layer before.",
    by_hand=36,
)
def global_pooling():
    return _last(GLOBAL)


class Notes(Parts):
    """The receptive fields of all layers of `NOTES`, judged as the checker judges notes.

    So a mistake is named where it starts, and what only follows from it is said to follow.
    """

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
                start = NOTES[verdict.source].name
                said = f"{verdict.explanation} Put {start} right first."
                rows[name] = Feedback("wrong", said, said)
            elif verdict.verdict != RIGHT:
                rows[name] = Feedback("wrong", verdict.explanation, verdict.explanation)
        return FeedbackTable(rows)

    def _verdicts(self, claims):
        noted = [
            Noted(
                layer.kind, layer, layer.name, None, "", (i - 1,),
                Claim(receptive_field=(claims[layer.name],) * 2 if layer.name in claims else None),
            )
            for i, layer in enumerate(NOTES)
        ]  # fmt: skip
        truth = truth_of(noted, SHAPE)
        _, planes = check_sizes(noted, truth)
        verdicts = check_receptive_fields(noted, truth, planes)
        return {layer.name: verdict for layer, verdict in zip(NOTES, verdicts, strict=True)}


@parts(
    {
        "conv1": 3, "conv2": 5, "pool1": 6, "mix": 6, "conv3": 10, "conv4": 14, "pool2": 16, "conv5": 24,
        "conv6": 32, "mean": 44,
    },
    kind=Notes,
)  # fmt: skip
def notes():
    return field_parts(
        ledger(NOTES, SHAPE),
        [layer.name for layer in NOTES],
        "How wide is the receptive field of {}?",
        hint="Field before + (window - 1) × the jump before. A stride changes the jump from the next layer on.",
    )
