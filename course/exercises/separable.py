"""Notebook 03's exercises about what separable convolutions hold and do. Those about time are in `speed`."""

from course.arithmetic import BatchNormalization, Conv2D, DepthwiseConv2D, SeparableConv2D, ledger
from course.exercises.exercise import Exercise, exercise, parts

CHANNELS = 64  # in and out of the layer that is counted
SIDE = 32
WIDE = 128
WINDOW, FILTERS = 3, 48
GROUPS = 4


def _counts(layer, channels):
    return ledger([layer], (SIDE, SIDE, channels))[0]


@exercise(
    f"A 3×3 convolution takes {CHANNELS} channels. How many multiplications make one output value?",
    hint="A filter looks at every channel inside its window.",
    by_hand=576,
)
def standard_value():
    whole = _counts(Conv2D(1, 3, padding="same"), CHANNELS).macs // SIDE**2
    return (
        whole,
        f"3 × 3 × {CHANNELS} = {whole}: one for each cell of the window in each channel.",
        (9, f"That is one channel. A filter looks at all {CHANNELS}."),
        (whole + 1, "The bias is added, not multiplied."),
        (CHANNELS, "That is a 1×1 window. This one has nine cells in each channel."),
        (whole * CHANNELS, f"You took {CHANNELS} twice. One output value comes from one filter."),
    )


@exercise(
    f"A separable 3×3 convolution takes {CHANNELS} channels to {CHANNELS}. How many multiplications does it do "
    "at one position, for all its filters?",
    hint="Count the two steps apart, then add them.",
    by_hand=4672,
)
def separable_position():
    depthwise, pointwise, standard = 9 * CHANNELS, CHANNELS**2, 9 * CHANNELS**2
    return (
        _counts(SeparableConv2D(CHANNELS, 3, padding="same"), CHANNELS).macs // SIDE**2,
        f"depthwise 3 × 3 × {CHANNELS} = {depthwise}, pointwise {CHANNELS} × {CHANNELS} = {pointwise:,}: "
        f"together {depthwise + pointwise:,}. The standard layer does {standard:,}.",
        (
            depthwise * pointwise,
            "The two steps come one after the other: their multiplications are added, not multiplied.",
        ),
        (
            standard + pointwise,
            f"Did you take {depthwise} + {CHANNELS} for each filter? All filters share the first step: its "
            f"{depthwise} are done once.",
        ),
        (depthwise, "That is the depthwise step alone. The pointwise step follows."),
        (pointwise, "That is the pointwise step alone. The depthwise step comes first."),
        (9 + pointwise, f"One 3×3 kernel is for one channel. There are {CHANNELS} channels."),
        (
            depthwise + CHANNELS,
            f"That is one output value alone. The filters share the {depthwise}, and each of the {CHANNELS} "
            f"needs {CHANNELS} more.",
        ),
        (depthwise + pointwise + CHANNELS, "Biases are added, not multiplied."),
        (standard, "That is the standard convolution."),
    )


@parts({"document 000, second layer": 4736, "document 002, first layer": 155})
def separable_parameters():
    return {
        "document 000, second layer": _separable_parameters(64, 64, "separable 3×3 layer from 64 channels to 64"),
        "document 002, first layer": _separable_parameters(
            32, 3, "separable 3×3 layer from a colour image to 32 channels"
        ),
    }


def _separable_parameters(filters, channels, where):
    depthwise, pointwise = 9 * channels, channels * filters
    answer = _counts(SeparableConv2D(filters, 3), channels).parameters
    pairs = [
        (depthwise + pointwise, f"The weights are right. Each of the {filters} filters has a bias."),
        (
            answer + channels,
            "Keras's SeparableConv2D has one bias for each filter, after the second step, and none in between.",
        ),
        (
            9 * channels * filters + filters,
            "That is a standard convolution. Here each input channel has one 3×3 kernel for all filters.",
        ),
        (
            9 * channels * filters,
            "That is a standard convolution without biases. Here each input channel has one 3×3 kernel for all.",
        ),
        (
            9 * channels * filters + pointwise + filters,
            "You counted the depthwise step as a standard one: it has one 3×3 kernel for each channel.",
        ),
        (
            depthwise * pointwise + filters,
            "You multiplied the two steps. One follows the other: add their weights.",
        ),
        (depthwise + filters, "That is without the 1×1 convolution, which mixes the channels."),
        (pointwise + filters, "That is without the depthwise step: 3 × 3 for each input channel."),
    ]
    if filters != channels:
        pairs += [
            (
                9 * filters + pointwise + filters,
                f"The depthwise step has a kernel for each of the {channels} channels that arrive, "
                f"not for the {filters} that leave.",
            ),
            (
                9 * filters + filters * filters + filters,
                f"{filters} channels leave this layer, but only {channels} arrive: it is the first one.",
            ),
            (
                depthwise + pointwise + channels,
                f"There is a bias for each of the {filters} filters, not for the {channels} channels that arrive.",
            ),
            (9 + filters + filters, f"That is for a grey image. A colour image has {channels} channels."),
        ]
    return Exercise(
        f"How many parameters does the {where} hold?",
        lambda: (
            answer,
            f"3 × 3 × {channels} = {depthwise} depthwise, {channels} × {filters} = {pointwise:,} pointwise, "
            f"{filters} biases: {depthwise + pointwise + filters:,}.",
            *pairs,
        ),
        hint="Kernels of the first step, weights of the second, biases: three numbers to add.",
    )


@exercise(
    f"How many times fewer multiplications does a separable 3×3 layer with {WIDE} filters do?",
    hint="Both layers work at the same positions. Divide k² C N by k² C + C N.",
    by_hand=8.41,
    within=0.05,
)
def saving():
    standard, separable = (_counts(kind(WIDE, 3, padding="same"), WIDE).macs for kind in (Conv2D, SeparableConv2D))
    fewer = standard / separable
    return (
        fewer,
        f"1 / (1/{WIDE} + 1/9) = {fewer:.2f}. The input's size and channels cancel. With more filters it comes "
        "close to 9, and never reaches it.",
        (1 / fewer, "That is the share that is left. The question asks how many times fewer."),
        (100 / fewer, "That is the share that is left, in per cent. Turn it over."),
        (9, "That leaves out the depthwise step: 1/N + 1/9, not 1/9."),
        (WIDE, "That leaves out the pointwise step: 1/N + 1/9, not 1/N."),
        (9 * WIDE, "You multiplied the two shares. They belong to two steps: add them."),
        (1 / (1 / WIDE + 1 / 3), "The window has 3 × 3 = 9 cells, not 3."),
        (9 + WIDE, "Add the shares 1/N and 1/9, then turn the sum over."),
    )


@exercise(
    f"MobileNet's block takes {CHANNELS} channels to {CHANNELS}: a 3×3 depthwise convolution, "
    "BatchNormalization, ReLU, a 1×1 convolution, BatchNormalization, ReLU. The convolutions have no biases. "
    "How many parameters does it hold, as Keras counts them?",
    hint="BatchNormalization holds four numbers for each channel.",
    by_hand=5184,
)
def mobilenet_block():
    def block(bias, *normalised):
        steps = DepthwiseConv2D(3, use_bias=bias), Conv2D(CHANNELS, 1, use_bias=bias)
        layers = (layer for step in steps for layer in (step, *normalised))
        return ledger(layers, (SIDE, SIDE, CHANNELS)).parameters

    normalised, convolutions = BatchNormalization(), block(False)
    answer = block(False, normalised)
    return (
        answer,
        f"{9 * CHANNELS} depthwise, {CHANNELS}² = {CHANNELS**2:,} pointwise, and 4 × {CHANNELS} for each of two "
        f"BatchNormalizations: {answer:,}.",
        (convolutions, "Those are the convolutions. Each BatchNormalization adds four numbers a channel."),
        (
            convolutions + 4 * CHANNELS,
            "There are two BatchNormalizations, and each holds four numbers a channel: Keras also counts the "
            "moving mean and variance.",
        ),
        (
            convolutions + 2 * CHANNELS,
            "A BatchNormalization holds four numbers a channel, and there are two of them.",
        ),
        (
            answer + CHANNELS,
            "The 1×1 convolution has no bias here: BatchNormalization shifts each channel itself.",
        ),
        (
            block(True, normalised),
            "You gave the convolutions biases. BatchNormalization shifts each channel itself.",
        ),
        (
            _counts(SeparableConv2D(CHANNELS, 3), CHANNELS).parameters,
            "That is Keras's SeparableConv2D, with a bias and nothing in between.",
        ),
    )


@exercise(
    "A notebook of 2016 calls SeparableConv2D(48, 3, 3) on a 32×32 image. How many rows does the output have "
    "in Keras 3?",
    hint="In Keras 3 the arguments are filters, kernel_size, strides.",
    by_hand=10,
)
def old_call():
    height = _counts(SeparableConv2D(48, 3, 3), 3).output_shape[0]
    return (
        height,
        f"The second 3 is the stride now: ⌊(32 − 3) / 3⌋ + 1 = {height}. In Keras 1 it was the window's width.",
        (30, "So it was in Keras 1, where 3, 3 was the window. Now the second 3 is the stride."),
        (32, "Without padding='same' a 3×3 window loses rows. And there is a stride now."),
        (11, "That is ⌈32 / 3⌉, which holds for padding='same'. The default is 'valid'."),
        (15, "That is a stride of 2. The second 3 is the stride."),
        (9, "The first window counts too: add 1."),
    )


@exercise(
    f"A separable layer with depth multiplier M is to equal any standard 3×3 layer with {FILTERS} filters. "
    "What is the smallest M that is always enough?",
    hint="Write one channel's weights as a matrix: a row for each cell of the window, a column a filter.",
    by_hand=9,
)
def rank():
    cells = WINDOW**2
    return (
        min(cells, FILTERS),
        f"For each channel the standard kernel is a matrix of {cells} rows and {FILTERS} columns. Its rank "
        f"is at most {cells}, and M kernels give a rank of at most M.",
        (FILTERS, "So many kernels are enough, but 9 are too: the window has only 9 cells."),
        (WINDOW, "The window's 3 × 3 cells are 9 rows of the matrix."),
        (1, "One kernel gives every filter the same pattern in that channel."),
        (cells * FILTERS, "That is how many numbers the matrix has. Its rank is at most its smaller side."),
    )


@exercise(
    f"A 3×3 convolution from {CHANNELS} channels to {CHANNELS}, without bias, is split into {GROUPS} groups. "
    "How many parameters does it hold?",
    hint="A filter sees the channels of its own group only. There are as many filters as before.",
    by_hand=9216,
)
def groups():
    def held(groups):
        return _counts(Conv2D(CHANNELS, 3, groups=groups, use_bias=False), CHANNELS).parameters

    own = CHANNELS // GROUPS
    return (
        held(GROUPS),
        f"Each filter sees {CHANNELS} / {GROUPS} = {own} channels: "
        f"9 × {own} × {CHANNELS} = {held(GROUPS):,}, {held(1):,} divided by {GROUPS}.",
        (held(1), "That is one group. Here a filter sees only the channels of its own group."),
        (
            held(GROUPS) // GROUPS,
            f"A group has {CHANNELS} / {GROUPS} = {own} channels. If you took {own}, that is one group's: there "
            f"are {GROUPS}.",
        ),
        (held(CHANNELS), "That is a group for each channel: the depthwise end of the dial."),
        (held(1) * GROUPS, "A filter sees fewer channels now, so the weights are divided."),
        (9 * own, f"That is one filter's. There are {CHANNELS} filters in all groups."),
        (9 * GROUPS, "Count all filters: each has 9 weights for every channel of its group."),
    )
