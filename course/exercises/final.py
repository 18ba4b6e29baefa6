"""The exercises of notebook 04."""

from functools import partial
from math import hypot, prod, sqrt

from course import runs
from course.data.provenance import TEST_IMAGES
from course.evaluation import standard_error
from course.exercises.exercise import exercise, ledger_of_kit

ACCURACY = 0.78

_ledger = partial(ledger_of_kit, "separable_99k")


def _error_of(accuracy):
    return 100 * standard_error(accuracy, TEST_IMAGES)


@exercise(
    "How many parameters does dense1 of separable_99k hold?",
    hint="Flatten hands it every channel at every position of block3_pool.",
    by_hand=61470,
)
def first_dense():
    height, width, channels = _ledger()["block3_pool"].output_shape
    units, held = _ledger()["dense1"].output_shape[-1], _ledger()["dense1"].parameters
    return (
        held,
        f"{height} × {width} × {channels} numbers reach each of {units} units, and each has a bias: {held:,}.",
        (height * width * channels * units, "The weights are right. Each unit also has a bias."),
        (
            (channels + 1) * units,
            "That is one position. Flatten keeps all of them. With global average pooling you would be right.",
        ),
        (
            (prod(_ledger()["block3_conv2"].output_shape) + 1) * units,
            "That is before the last pooling, which leaves a quarter of the positions.",
        ),
        (
            (9 * channels + 1) * units,
            "That would be a 3×3 convolution. A Dense layer has a weight for each number that reaches it.",
        ),
    )


@exercise(
    "What share of the parameters of separable_99k does dense1 hold, in per cent?",
    hint="The network has 98,887 parameters in all.",
    by_hand=62.2,
    within=0.5,
    unit=" %",
)
def dense_fraction():
    dense, total = first_dense.answer, _ledger().parameters
    share = dense / total
    return (
        100 * share,
        f"{dense:,} of {total:,}: {100 * share:.1f} %. Six separable convolutions make do with the rest.",
        (100 * (1 - share), "That is the share of all the others."),
        (share, "That is the fraction. Give it in per cent."),
        (100 * dense / (total - dense), "That is beside the rest. Divide by all parameters, its own included."),
    )


@exercise(
    "By how many points does document 000's best epoch exceed its last?",
    hint="Take the largest test accuracy of all epochs, and the one after the last epoch.",
    by_hand=0.93,
    within=0.02,
    unit=" points",
)
def best_less_last():
    run = runs.load("published_separable_65k")
    best, last = (100 * run.about[f"test_accuracy_{which}"] for which in ("best", "last"))
    base, lead = run.about["claims"]["base_accuracy"], best - last
    return (
        lead,
        f"{best:.2f}% after epoch {run.about['best_epoch']}, {last:.2f}% after the last: {lead:.2f} points.",
        (
            100 * run.epochs[-1]["accuracy"] - last,
            "That is training accuracy less test accuracy, both after the last epoch.",
        ),
        (best - base, "That is the best epoch less the document's base network."),
        (last - base, "That is the last epoch less the document's base network."),
        (lead / 100, "That is the fraction. A point is a hundredth."),
    )


@exercise(
    "What is the standard error of the difference of two accuracies near 78 %, in points?",
    hint="One accuracy p on n images has a standard error of √(p(1 − p)/n). Then add the variances.",
    by_hand=0.586,
    within=0.03,
    unit=" points",
)
def difference_error():
    one = _error_of(ACCURACY)
    both = sqrt(2) * one
    return (
        both,
        f"Each has √(0.78 × 0.22 / {TEST_IMAGES:,}) = {one:.3f} points. Variances add: "
        f"√2 × {one:.3f} = {both:.2f} points.",
        (one, "That is one accuracy alone. Both are off, each by its own chance."),
        (2 * one, "Add the variances, not the errors."),
        (0, "They don't cancel. Each network has its own hits and misses."),
        (both / 100, "That is the fraction. A point is a hundredth."),
    )


@exercise(
    "How many standard errors of their difference is our separable_65k below the published one?",
    hint="Work out both standard errors, as above, add their squares and take the root. Then divide.",
    by_hand=5.32,
    within=0.15,
    unit=" standard errors",
)
def errors_apart():
    ours, theirs = (
        runs.load(name).about["test_accuracy_last"] for name in ("separable_65k", "published_separable_65k")
    )
    below, our_error, their_error = 100 * (theirs - ours), _error_of(ours), _error_of(theirs)
    both = hypot(our_error, their_error)
    return (
        below / both,
        f"{below:.2f} points apart. Each accuracy has an error of its own, together "
        f"√({our_error:.3f}² + {their_error:.3f}²) = {both:.3f} points: {below / both:.1f} of them.",
        (below, "Those are points. How many standard errors are they?"),
        (below / our_error, "That is the error of our accuracy alone."),
        (below / their_error, "That is the error of the published accuracy alone."),
        (below / difference_error.answer, "That error was for two accuracies of 78 %. Work it out for these two."),
        (below / (our_error + their_error), "Add the squares of the two errors, not the errors."),
        (below * both, "Divide by the standard error."),
    )


@exercise(
    "How many mistakes would separable_65k make if it were as right as it is sure?",
    hint="If an answer has a probability of 90 %, how probable is a mistake? Take all digits of the mean.",
    by_hand=1470,
    within=15,
    unit=" mistakes",
)
def expected_mistakes():
    run = runs.load("separable_65k")
    sure, right = float(run.probabilities.max(axis=1).mean()), run.about["test_accuracy_last"]
    expected, made = TEST_IMAGES * (1 - sure), TEST_IMAGES * (1 - right)
    return (
        expected,
        f"It is {sure:.2%} sure on average, so wrong on 1 − {sure:.4f} of {TEST_IMAGES:,}: "
        f"{expected:,.0f}. It makes {made:,.0f}.",
        (made, "Those are the mistakes that it really makes."),
        (TEST_IMAGES * sure, "Those would be its right answers."),
        (TEST_IMAGES * (sure - right), "That is how many more it really makes."),
        (100 * (1 - sure), "That is a share, in per cent. How many of the test images is it?"),
        (1 - sure, "That is a share. How many of the test images is it?"),
    )
