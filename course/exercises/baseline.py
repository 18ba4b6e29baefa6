"""The exercises of notebook 01."""

from functools import partial
from math import log, log2, prod, sqrt

from course import runs
from course.data.provenance import TEST_IMAGES
from course.evaluation import standard_error as error_of
from course.exercises.exercise import Exercise, distinct, exercise, ledger_of_kit, parts

ACCURACY, CLASSES = 0.82, 10

_ledger = partial(ledger_of_kit, "baseline")


@parts({
    "block1_conv1": 1344, "block1_conv2": 20784, "block2_conv1": 41568, "block2_conv2": 83040,
    "block3_conv1": 166080, "block3_conv2": 331968, "dense1": 393728, "dense2": 131328, "probabilities": 2570,
})  # fmt: skip
def parameters():
    found, shape = {}, _ledger().input_shape
    for row in _ledger():
        if row.parameters:
            made = _conv_parameters if row.kind == "Conv2D" else _dense_parameters
            found[row.name] = made(row, shape[-1], row.output_shape[-1])
        shape = row.output_shape
    return found


def _conv_parameters(row, inputs, filters):
    pairs = (
        (9 * inputs * filters, f"The weights are right. Each of the {filters} filters also has a bias."),
        (
            9 * filters + filters,
            f"A filter looks at all {inputs} input channels, not at one: 3 × 3 × {inputs} weights.",
        ),
        (9 * inputs + 1, f"That is one filter. There are {filters}."),
        (
            9 * 3 * filters + filters,
            f"Only the first layer sees the 3 colours. This one sees the {inputs} channels before it.",
        ),
        (
            (9 * inputs + filters) * filters,
            "The bias is one number a filter, not one for every pair of filters.",
        ),
        (
            row.macs,
            "Those are the multiplications. The same weights are used at every position; count them once.",
        ),
        (
            9 * filters * filters + filters,
            "Those are the channels that leave. Look one layer up for those that arrive.",
        ),
    )
    return Exercise(
        f"How many parameters does {row.name} hold?",
        lambda: (
            row.parameters,
            f"3 × 3 × {inputs} weights for each of {filters} filters, and {filters} biases: "
            f"{9 * inputs * filters:,} + {filters} = {row.parameters:,}.",
            *distinct(row.parameters, pairs),
        ),
        hint="A filter has one weight for each cell of its window in each input channel, and one bias.",
    )


def _dense_parameters(row, inputs, units):
    pooled = _ledger()["block3_pool"].output_shape
    first = inputs == prod(pooled)
    pairs = (
        (inputs * units, f"The weights are right. Each of the {units} units also has a bias."),
        (
            pooled[-1] * units + units,
            "Flatten keeps every position: count all the numbers that reach this layer."
            if first
            else "What reaches this layer is the output of the Dense layer before it.",
        ),
        (
            (prod(pooled) + 1) * units,
            "Flatten's numbers reach dense1. This layer gets what the Dense layer before it puts out.",
        ),
        (9 * inputs * units + units, "A Dense layer has no 3×3 window: one weight for each input."),
        (inputs + units, "Every unit is joined to every input: multiply."),
    )
    return Exercise(
        f"How many parameters does {row.name} hold?",
        lambda: (
            row.parameters,
            f"{inputs} weights for each of {units} units, and {units} biases: "
            f"{inputs * units:,} + {units} = {row.parameters:,}.",
            *distinct(row.parameters, pairs),
        ),
        hint="Each unit has one weight for every number that reaches it, and one bias.",
    )


@exercise(
    "How many numbers does Flatten hand to the first Dense layer?",
    hint="Look at the output of block3_pool.",
    by_hand=768,
)
def flatten():
    shape = _ledger()["block3_pool"].output_shape
    return (
        prod(shape),
        f"{' × '.join(map(str, shape))} = {prod(shape)}: every channel at every position.",
        (shape[-1], "That is the number of channels. Each has several positions left."),
        (
            prod(_ledger()["block3_conv2"].output_shape),
            "That is before the pooling, which leaves a quarter of the positions.",
        ),
        (sum(shape), "You added the sizes. Multiply them."),
    )


@exercise(
    "What share of all parameters do the three Dense layers hold, in per cent?",
    hint="Add the parameters of dense1, dense2 and probabilities, and divide by the total.",
    by_hand=45.0,
    within=0.5,
    unit=" %",
)
def dense_share():
    dense, total = [row.parameters for row in _ledger() if row.kind == "Dense"], _ledger().parameters
    share = 100 * sum(dense) / total
    return (
        share,
        f"({' + '.join(f'{some:,}' for some in dense)}) / {total:,} = {share:.1f} %.",
        (100 * dense[0] / total, "That is dense1 alone. There are two more."),
        (share / 100, "That is the fraction. The question asks for per cent."),
        (100 - share, "That is the share of the convolutions."),
    )


@parts({"block1_pool": 6, "block2_conv1": 10, "block2_pool": 16})
def fields():
    # Notebook 02's exercises become known by this import, and come after these.
    from course.exercises.fields import field_parts

    return field_parts(
        _ledger(),
        ("block1_pool", "block2_conv1", "block2_pool"),
        "How wide is the receptive field of {}, in pixels?",
        hint="Field before + (window - 1) × the jump before.",
        foreseen={
            "block2_pool": (
                (12, "Did you pass block2_conv2? After the first pooling it adds 4, and this pooling adds 2."),
            )
        },
    )


@exercise(
    "A network gives each of the ten classes a probability of 0.1. What is its cross-entropy loss?",
    hint="The loss is minus the natural logarithm of the probability given to the true class.",
    by_hand=2.303,
    within=0.005,
)
def guessing_loss():
    loss = log(CLASSES)
    return (
        loss,
        f"-ln(1 / {CLASSES}) = ln({CLASSES}) = {loss:.3f}, whatever the true class.",
        (1, "That is the logarithm to base 10. Keras takes the natural one."),
        (log2(CLASSES), "That is the logarithm to base 2, in bits. Keras takes the natural one."),
        (-loss, "The size is right. The loss is minus the logarithm of 0.1."),
        (1 / CLASSES, "That is the probability. Take minus its natural logarithm."),
        (-log(1 - 1 / CLASSES), "That is for the nine wrong classes. Take the true one's probability."),
    )


@exercise(
    "After the last epoch, how many points is accuracy on training images above that on test images?",
    hint="Read both curves at the last epoch, or take run.epochs[-1].",
    by_hand=7.88,
    within=0.05,
    unit=" points",
)
def gap():
    last = runs.load("baseline").epochs[-1]
    trained, tested = 100 * last["accuracy"], 100 * last["val_accuracy"]
    points = trained - tested
    return (
        points,
        f"{trained:.2f} - {tested:.2f} = {points:.2f} points.",
        (-points, "The size is right. Training accuracy minus test accuracy."),
        (points / 100, "That is the fraction. In points, it is a hundred times that."),
        (tested, "That is the accuracy on test images. By how much is training above it?"),
        (
            last["val_loss"] - last["loss"],
            "That is the gap between the losses. The question is about accuracy.",
        ),
    )


@exercise(
    "What is the standard error of an accuracy of 82 % on 10,000 images, in points?",
    hint="The square root of p × (1 - p) / n.",
    by_hand=0.384,
    within=0.017,  # 0.4 is right, too
    unit=" points",
)
def standard_error():
    error, wrong = error_of(ACCURACY, TEST_IMAGES), 1 - ACCURACY
    return (
        100 * error,
        f"√({ACCURACY} × {wrong:.2f} / {TEST_IMAGES:,}) = {error:.4f}, so {100 * error:.2f} points.",
        (error, "That is the fraction. In points, it is a hundred times that."),
        (100 * ACCURACY * wrong / TEST_IMAGES, "That is the variance. Take its square root."),
        (
            100 * sqrt(ACCURACY * wrong),
            "That is the spread of a single image. Divide by the root of the number of images.",
        ),
        (100 * sqrt(ACCURACY / TEST_IMAGES), "You left out the factor 1 - p: how often it is wrong."),
    )
