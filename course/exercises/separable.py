"""Notebook 03's exercises about what separable convolutions hold and do. Those about time are in `speed`."""

from course.arithmetic import (
    BatchNormalization,
    Conv2D,
    DepthwiseConv2D,
    SeparableConv2D,
    ledger,
)
from course.exercises.exercise import Exercise, Mistake, Parts

CHANNELS = 64  # in and out of the layer that is counted
SIDE = 32
WIDE = 128
WINDOW, FILTERS = 3, 48
GROUPS = 4
# Of document 000, its second layer; of document 002, its first.
REPORT_000 = {"filters": 64, "channels": 64}
REPORT_002 = {"filters": 32, "channels": 3}


def _counts(layer, channels, side=SIDE):
    return ledger([layer], (side, side, channels))[0]


def _standard_value():
    area, whole = 9, 9 * CHANNELS
    return Exercise(
        question=f"A 3×3 convolution takes {CHANNELS} channels. How many multiplications make one output value?",
        answer=lambda: _counts(Conv2D(1, 3, padding="same"), CHANNELS).macs // SIDE**2,
        working=lambda: f"3 × 3 × {CHANNELS} = {whole}: one for each cell of the window in each channel.",
        hint="A filter looks at every channel inside its window.",
        mistakes=(
            Mistake(lambda: area, f"That is one channel. A filter looks at all {CHANNELS}."),
            Mistake(lambda: whole + 1, "The bias is added, not multiplied."),
            Mistake(lambda: CHANNELS, "That is a 1×1 window. This one has nine cells in each channel."),
            Mistake(
                lambda: whole * CHANNELS,
                f"That is for all {CHANNELS} filters. One output value comes from one filter.",
            ),
        ),
    )


def _separable_position():
    depthwise, pointwise = 9 * CHANNELS, CHANNELS**2
    return Exercise(
        question=(
            f"A separable 3×3 convolution takes {CHANNELS} channels to {CHANNELS}. How many "
            "multiplications does it do "
            "at one position, for all its filters?"
        ),
        answer=lambda: _counts(SeparableConv2D(CHANNELS, 3, padding="same"), CHANNELS).macs // SIDE**2,
        working=lambda: (
            f"depthwise 3 × 3 × {CHANNELS} = {depthwise}, pointwise {CHANNELS} × {CHANNELS} = {pointwise:,}: "
            f"together {depthwise + pointwise:,}. The standard layer does {9 * CHANNELS**2:,}."
        ),
        hint="Count the two steps apart, then add them.",
        mistakes=(
            Mistake(
                lambda: depthwise * pointwise,
                "The two steps come one after the other: their multiplications are added, not multiplied.",
            ),
            Mistake(
                lambda: 9 * CHANNELS**2 + pointwise,
                f"Did you take {depthwise} + {CHANNELS} for each filter? All filters share the first step: its "
                f"{depthwise} are done once.",
            ),
            Mistake(lambda: depthwise, "That is the depthwise step alone. The pointwise step follows."),
            Mistake(lambda: pointwise, "That is the pointwise step alone. The depthwise step comes first."),
            Mistake(lambda: 9 + CHANNELS**2, f"One 3×3 kernel is for one channel. There are {CHANNELS} channels."),
            Mistake(
                lambda: depthwise + CHANNELS,
                f"That is one output value alone. The filters share the {depthwise}, and each of the {CHANNELS} "
                f"needs {CHANNELS} more.",
            ),
            Mistake(lambda: depthwise + pointwise + CHANNELS, "Biases are added, not multiplied."),
            Mistake(lambda: 9 * CHANNELS**2, "That is the standard convolution."),
        ),
    )


def _separable_parameters(filters, channels, where):
    depthwise, pointwise = 9 * channels, channels * filters
    answer = depthwise + pointwise + filters
    mistakes = [
        Mistake(
            lambda: depthwise + pointwise, f"The weights are right. Each of the {filters} filters has a bias."
        ),
        Mistake(
            lambda: answer + channels,
            "Keras's SeparableConv2D has one bias for each filter, after the second step, and none in between.",
        ),
        Mistake(
            lambda: 9 * channels * filters + filters,
            "That is a standard convolution. Here each input channel has one 3×3 kernel for all filters.",
        ),
        Mistake(
            lambda: 9 * channels * filters,
            "That is a standard convolution without biases. Here each input channel has one 3×3 kernel for all.",
        ),
        Mistake(
            lambda: 9 * channels * filters + pointwise + filters,
            "You counted the depthwise step as a standard one: it has one 3×3 kernel for each channel.",
        ),
        Mistake(
            lambda: depthwise * pointwise + filters,
            "You multiplied the two steps. One follows the other: add their weights.",
        ),
        Mistake(lambda: depthwise + filters, "That is without the 1×1 convolution, which mixes the channels."),
        Mistake(lambda: pointwise + filters, "That is without the depthwise step: 3 × 3 for each input channel."),
    ]
    if filters != channels:
        mistakes += [
            Mistake(
                lambda: 9 * filters + pointwise + filters,
                f"The depthwise step has a kernel for each of the {channels} channels that arrive, "
                f"not for the {filters} that leave.",
            ),
            Mistake(
                lambda: 9 * filters + filters * filters + filters,
                f"{filters} channels leave this layer, but only {channels} arrive: it is the first one.",
            ),
            Mistake(
                lambda: depthwise + pointwise + channels,
                f"There is a bias for each of the {filters} filters, not for the {channels} channels that arrive.",
            ),
            Mistake(
                lambda: 9 + filters + filters, f"That is for a grey image. A colour image has {channels} channels."
            ),
        ]
    return Exercise(
        question=f"How many parameters does the {where} hold?",
        answer=lambda: _counts(SeparableConv2D(filters, 3), channels).parameters,
        working=lambda: (
            f"3 × 3 × {channels} = {depthwise} depthwise, {channels} × {filters} = {pointwise:,} pointwise, "
            f"{filters} biases: {answer:,}."
        ),
        hint="Kernels of the first step, weights of the second, biases: three numbers to add.",
        mistakes=tuple(mistakes),
    )


def _saving():
    standard = _counts(Conv2D(WIDE, 3, padding="same"), WIDE).macs
    separable = _counts(SeparableConv2D(WIDE, 3, padding="same"), WIDE).macs
    return standard / separable


def _dial(groups):
    return _counts(Conv2D(CHANNELS, 3, groups=groups, use_bias=False), CHANNELS).parameters


def _mobilenet_block(bias=False, normalised=True):
    between = [BatchNormalization()] if normalised else []
    layers = [DepthwiseConv2D(3, use_bias=bias), *between, Conv2D(CHANNELS, 1, use_bias=bias), *between]
    return ledger(layers, (SIDE, SIDE, CHANNELS)).parameters


EXERCISES = {
    "standard_value": _standard_value(),
    "separable_position": _separable_position(),
    "separable_parameters": Parts(
        lambda: {
            "document 000, second layer": _separable_parameters(
                **REPORT_000, where="separable 3×3 layer from 64 channels to 64"
            ),
            "document 002, first layer": _separable_parameters(
                **REPORT_002, where="separable 3×3 layer from a colour image to 32 channels"
            ),
        }
    ),
    "saving": Exercise(
        question=f"How many times fewer multiplications does a separable 3×3 layer with {WIDE} filters do?",
        answer=_saving,
        working=lambda: (
            f"1 / (1/{WIDE} + 1/9) = {_saving():.2f}. The input's size and channels cancel. With more "
            "filters it comes "
            "close to 9, and never reaches it."
        ),
        hint="Both layers work at the same positions. Divide k² C N by k² C + C N.",
        mistakes=(
            Mistake(
                lambda: 1 / _saving(), "That is the share that is left. The question asks how many times fewer."
            ),
            Mistake(lambda: 100 / _saving(), "That is the share that is left, in per cent. Turn it over."),
            Mistake(lambda: 9, "That leaves out the depthwise step: 1/N + 1/9, not 1/9."),
            Mistake(lambda: WIDE, "That leaves out the pointwise step: 1/N + 1/9, not 1/N."),
            Mistake(lambda: 9 * WIDE, "You multiplied the two shares. They belong to two steps: add them."),
            Mistake(lambda: 1 / (1 / WIDE + 1 / 3), "The window has 3 × 3 = 9 cells, not 3."),
            Mistake(lambda: 9 + WIDE, "Add the shares 1/N and 1/9, then turn the sum over."),
        ),
        within=0.05,
    ),
    "mobilenet_block": Exercise(
        question=(
            f"MobileNet's block takes {CHANNELS} channels to {CHANNELS}: a 3×3 depthwise convolution, "
            "BatchNormalization, ReLU, a 1×1 convolution, BatchNormalization, ReLU. The convolutions "
            "have no biases. "
            "How many parameters does it hold, as Keras counts them?"
        ),
        answer=_mobilenet_block,
        working=lambda: (
            f"{9 * CHANNELS} depthwise, {CHANNELS}² = {CHANNELS**2:,} pointwise, and 4 × {CHANNELS} "
            "for each of two "
            f"BatchNormalizations: {_mobilenet_block():,}."
        ),
        hint="BatchNormalization holds four numbers for each channel.",
        mistakes=(
            Mistake(
                lambda: _mobilenet_block(normalised=False),
                "Those are the convolutions. Each BatchNormalization adds four numbers a channel.",
            ),
            Mistake(
                lambda: _mobilenet_block(normalised=False) + 4 * CHANNELS,
                "There are two BatchNormalizations, and each holds four numbers a channel: Keras also counts the "
                "moving mean and variance.",
            ),
            Mistake(
                lambda: _mobilenet_block(normalised=False) + 2 * CHANNELS,
                "A BatchNormalization holds four numbers a channel, and there are two of them.",
            ),
            Mistake(
                lambda: _mobilenet_block() + CHANNELS,
                "The 1×1 convolution has no bias here: BatchNormalization shifts each channel itself.",
            ),
            Mistake(
                lambda: _mobilenet_block(bias=True),
                "You gave the convolutions biases. BatchNormalization shifts each channel itself.",
            ),
            Mistake(
                lambda: _counts(SeparableConv2D(CHANNELS, 3), CHANNELS).parameters,
                "That is Keras's SeparableConv2D, with a bias and nothing in between.",
            ),
        ),
    ),
    "old_call": Exercise(
        question=(
            "A notebook of 2016 calls SeparableConv2D(48, 3, 3) on a 32×32 image. How many rows does "
            "the output have "
            "in Keras 3?"
        ),
        answer=lambda: _counts(SeparableConv2D(48, 3, 3), 3).output_shape[0],
        working=lambda: (
            "The second 3 is the stride now: ⌊(32 − 3) / 3⌋ + 1 = "
            f"{_counts(SeparableConv2D(48, 3, 3), 3).output_shape[0]}. In Keras 1 it was the window's width."
        ),
        hint="In Keras 3 the arguments are filters, kernel_size, strides.",
        mistakes=(
            Mistake(
                lambda: 30, "So it was in Keras 1, where 3, 3 was the window. Now the second 3 is the stride."
            ),
            Mistake(lambda: 32, "Without padding='same' a 3×3 window loses rows. And there is a stride now."),
            Mistake(lambda: 11, "That is ⌈32 / 3⌉, which holds for padding='same'. The default is 'valid'."),
            Mistake(lambda: 15, "That is a stride of 2. The second 3 is the stride."),
        ),
    ),
    "rank": Exercise(
        question=(
            "A separable layer with depth multiplier M is to equal any standard 3×3 layer with "
            f"{FILTERS} filters. "
            "What is the smallest M that is always enough?"
        ),
        answer=lambda: min(WINDOW**2, FILTERS),
        working=lambda: (
            f"For each channel the standard kernel is a matrix of {WINDOW**2} rows and {FILTERS} "
            "columns. Its rank "
            f"is at most {WINDOW**2}, and M kernels give a rank of at most M."
        ),
        hint="Write one channel's weights as a matrix: a row for each cell of the window, a column a filter.",
        mistakes=(
            Mistake(lambda: FILTERS, "So many kernels are enough, but 9 are too: the window has only 9 cells."),
            Mistake(lambda: WINDOW, "The window's 3 × 3 cells are 9 rows of the matrix."),
            Mistake(lambda: 1, "One kernel gives every filter the same pattern in that channel."),
            Mistake(
                lambda: WINDOW**2 * FILTERS,
                "That is how many numbers the matrix has. Its rank is at most its smaller side.",
            ),
        ),
    ),
    "groups": Exercise(
        question=(
            f"A 3×3 convolution from {CHANNELS} channels to {CHANNELS}, without bias, is split into "
            f"{GROUPS} groups. "
            "How many parameters does it hold?"
        ),
        answer=lambda: _dial(GROUPS),
        working=lambda: (
            f"Each filter sees {CHANNELS} / {GROUPS} = {CHANNELS // GROUPS} channels: "
            f"9 × {CHANNELS // GROUPS} × {CHANNELS} = {_dial(GROUPS):,}, {_dial(1):,} divided by {GROUPS}."
        ),
        hint="A filter sees the channels of its own group only. There are as many filters as before.",
        mistakes=(
            Mistake(lambda: _dial(1), "That is one group. Here a filter sees only the channels of its own group."),
            Mistake(
                lambda: _dial(GROUPS) // GROUPS,
                f"That is one group's. There are {GROUPS} groups, with {CHANNELS // GROUPS} filters each.",
            ),
            Mistake(lambda: _dial(CHANNELS), "That is a group for each channel: the depthwise end of the dial."),
            Mistake(lambda: _dial(1) * GROUPS, "A filter sees fewer channels now, so the weights are divided."),
            Mistake(
                lambda: 9 * CHANNELS // GROUPS,
                f"That is one filter's. There are {CHANNELS} filters in all groups.",
            ),
            Mistake(lambda: 9 * GROUPS, "Count all filters: each has 9 weights for every channel of its group."),
        ),
    ),
}
