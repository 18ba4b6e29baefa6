"""The exercises of notebook 01."""

from functools import cache
from math import log, log2, prod, sqrt

from course import runs
from course.data.provenance import TEST_IMAGES
from course.evaluation import standard_error
from course.exercises.exercise import Exercise, Mistake, Parts
from course.exercises.fields import field_exercise


@cache
def _ledger():
    # Importing Keras takes seconds, so only when a question is asked.
    from course import models
    from course.inspection import ledger_of

    return ledger_of(models.baseline())


def _with_inputs():
    """Return (row, shape of its input) for the baseline's layers that hold parameters."""
    found, shape = [], _ledger().input_shape
    for row in _ledger():
        if row.parameters:
            found.append((row, shape))
        shape = row.output_shape
    return found


def _parameter_parts():
    return {
        row.name: (_conv_parameters if row.kind == "Conv2D" else _dense_parameters)(row, shape)
        for row, shape in _with_inputs()
    }


def _conv_parameters(row, shape):
    inputs, filters = shape[-1], row.output_shape[-1]
    return Exercise(
        question=f"How many parameters does {row.name} hold?",
        answer=lambda: row.parameters,
        working=lambda: (
            f"3 × 3 × {inputs} weights for each of {filters} filters, and {filters} biases: "
            f"{9 * inputs * filters:,} + {filters} = {row.parameters:,}."
        ),
        hint="A filter has one weight for each cell of its window in each input channel, and one bias.",
        mistakes=_distinct(
            row.parameters,
            Mistake(
                lambda: 9 * inputs * filters,
                f"The weights are right. Each of the {filters} filters also has a bias.",
            ),
            Mistake(
                lambda: 9 * filters + filters,
                f"A filter looks at all {inputs} input channels, not at one: 3 × 3 × {inputs} weights.",
            ),
            Mistake(lambda: 9 * inputs + 1, f"That is one filter. There are {filters}."),
            Mistake(
                lambda: 9 * 3 * filters + filters,
                f"Only the first layer sees the 3 colours. This one sees the {inputs} channels before it.",
            ),
            Mistake(
                lambda: (9 * inputs + filters) * filters,
                "The bias is one number a filter, not one for every pair of filters.",
            ),
            Mistake(
                lambda: row.macs,
                "Those are the multiplications. The same weights are used at every position; count them once.",
            ),
        ),
    )


def _dense_parameters(row, shape):
    inputs, units = shape[-1], row.output_shape[-1]
    channels = _ledger()["block3_pool"].output_shape[-1]
    return Exercise(
        question=f"How many parameters does {row.name} hold?",
        answer=lambda: row.parameters,
        working=lambda: (
            f"{inputs} weights for each of {units} units, and {units} biases: "
            f"{inputs * units:,} + {units} = {row.parameters:,}."
        ),
        hint="Each unit has one weight for every number that reaches it, and one bias.",
        mistakes=_distinct(
            row.parameters,
            Mistake(
                lambda: inputs * units, f"The weights are right. Each of the {units} units also has a bias."
            ),
            Mistake(
                lambda: channels * units + units,
                f"Flatten keeps every position: count what reaches this layer, {inputs} numbers.",
            ),
            Mistake(
                lambda: 9 * inputs * units + units,
                "A Dense layer has no 3×3 window: one weight for each input.",
            ),
            Mistake(lambda: inputs + units, "Every unit is joined to every input: multiply."),
        ),
    )


def _flat():
    return _ledger()["flatten"].output_shape[0]


def dense_share():
    """Return the share of the baseline's parameters that its Dense layers hold, in per cent."""
    dense = sum(row.parameters for row in _ledger() if row.kind == "Dense")
    return 100 * dense / _ledger().parameters


def _share_of(*names):
    return 100 * sum(_ledger()[name].parameters for name in names) / _ledger().parameters


def _field_parts():
    hint = "Field before + (window - 1) × the jump before."
    return {
        name: field_exercise(_ledger(), name, f"How wide is the receptive field of {name}, in pixels?", hint)
        for name in ("block1_pool", "block2_conv1", "block2_pool")
    }


def _distinct(answer, *mistakes):
    """Keep the mistakes that lead to numbers of their own."""
    kept, seen = [], {answer}
    for mistake in mistakes:
        if mistake.value() not in seen:
            seen.add(mistake.value())
            kept.append(mistake)
    return tuple(kept)


def _run():
    return runs.load("baseline")


def _gap():
    run = _run()
    return 100 * (run.column("accuracy")[-1] - run.column("val_accuracy")[-1])


def _standard_error(accuracy):
    return 100 * standard_error(accuracy, TEST_IMAGES)


ACCURACY, CLASSES = 0.82, 10

EXERCISES = {
    "parameters": Parts(_parameter_parts),
    "flatten": Exercise(
        question="How many numbers does Flatten hand to the first Dense layer?",
        answer=_flat,
        working=lambda: (
            f"{' × '.join(map(str, _ledger()['block3_pool'].output_shape))} = {_flat()}: "
            "every channel at every position."
        ),
        hint="Look at the output of block3_pool.",
        mistakes=(
            Mistake(
                lambda: _ledger()["block3_pool"].output_shape[-1],
                "That is the number of channels. Each has several positions left.",
            ),
            Mistake(
                lambda: prod(_ledger()["block3_conv2"].output_shape),
                "That is before the pooling, which leaves a quarter of the positions.",
            ),
            Mistake(
                lambda: sum(_ledger()["block3_pool"].output_shape), "You added the sizes. Multiply them."
            ),
        ),
    ),
    "dense_share": Exercise(
        question="What share of all parameters do the three Dense layers hold, in per cent?",
        answer=dense_share,
        working=lambda: (
            f"({' + '.join(f'{row.parameters:,}' for row in _ledger() if row.kind == 'Dense')}) / "
            f"{_ledger().parameters:,} = {dense_share():.1f} %."
        ),
        hint="Add the parameters of dense1, dense2 and probabilities, and divide by the total.",
        mistakes=(
            Mistake(lambda: _share_of("dense1"), "That is dense1 alone. There are two more."),
            Mistake(lambda: dense_share() / 100, "That is the fraction. The question asks for per cent."),
            Mistake(lambda: 100 - dense_share(), "That is the share of the convolutions."),
        ),
        within=0.5,
        unit=" %",
    ),
    "fields": Parts(_field_parts),
    "guessing_loss": Exercise(
        question="A network gives each of the ten classes a probability of 0.1. What is its cross-entropy loss?",
        answer=lambda: log(CLASSES),
        working=lambda: f"-ln(1 / {CLASSES}) = ln({CLASSES}) = {log(CLASSES):.3f}, whatever the true class.",
        hint="The loss is minus the natural logarithm of the probability given to the true class.",
        mistakes=(
            Mistake(lambda: 1, "That is the logarithm to base 10. Keras takes the natural one."),
            Mistake(
                lambda: log2(CLASSES),
                "That is the logarithm to base 2, in bits. Keras takes the natural one.",
            ),
            Mistake(lambda: -log(CLASSES), "The size is right. The loss is minus the logarithm of 0.1."),
            Mistake(lambda: 1 / CLASSES, "That is the probability. Take minus its natural logarithm."),
            Mistake(
                lambda: -log(1 - 1 / CLASSES),
                "That is for the nine wrong classes. Take the true one's probability.",
            ),
        ),
        within=0.005,
    ),
    "gap": Exercise(
        question="After the last epoch, how many points is accuracy on training images above that on test images?",
        answer=_gap,
        working=lambda: (
            f"{100 * _run().column('accuracy')[-1]:.2f} - {100 * _run().column('val_accuracy')[-1]:.2f} = "
            f"{_gap():.2f} points."
        ),
        hint="Read both curves at the last epoch, or take run.epochs[-1].",
        mistakes=(
            Mistake(lambda: -_gap(), "The size is right. Training accuracy minus test accuracy."),
            Mistake(lambda: _gap() / 100, "That is the fraction. In points, it is a hundred times that."),
            Mistake(
                lambda: 100 * _run().column("val_accuracy")[-1],
                "That is the accuracy on test images. By how much is training above it?",
            ),
            Mistake(
                lambda: _run().column("val_loss")[-1] - _run().column("loss")[-1],
                "That is the gap between the losses. The question is about accuracy.",
            ),
        ),
        within=0.05,
        unit=" points",
    ),
    "standard_error": Exercise(
        question="What is the standard error of an accuracy of 82 % on 10,000 images, in points?",
        answer=lambda: _standard_error(ACCURACY),
        working=lambda: (
            f"√({ACCURACY} × {1 - ACCURACY:.2f} / {TEST_IMAGES:,}) = {_standard_error(ACCURACY) / 100:.4f}, "
            f"so {_standard_error(ACCURACY):.2f} points."
        ),
        hint="The square root of p × (1 - p) / n.",
        mistakes=(
            Mistake(
                lambda: _standard_error(ACCURACY) / 100,
                "That is the fraction. In points, it is a hundred times that.",
            ),
            Mistake(
                lambda: 100 * ACCURACY * (1 - ACCURACY) / TEST_IMAGES,
                "That is the variance. Take its square root.",
            ),
            Mistake(
                lambda: 100 * sqrt(ACCURACY * (1 - ACCURACY)),
                "That is the spread of a single image. Divide by the root of the number of images.",
            ),
            Mistake(
                lambda: 100 * sqrt(ACCURACY / TEST_IMAGES),
                "You left out the factor 1 - p: how often it is wrong.",
            ),
        ),
        within=0.005,
        unit=" points",
    ),
}
