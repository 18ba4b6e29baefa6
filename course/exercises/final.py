"""The exercises of notebook 04."""

from functools import cache
from math import prod, sqrt

from course import runs
from course.data.provenance import TEST_IMAGES
from course.evaluation import standard_error
from course.exercises.exercise import Exercise, Mistake


@cache
def _ledger():
    # Importing Keras takes seconds, so only when a question is asked.
    from course import models
    from course.inspection import ledger_of

    return ledger_of(models.separable_99k())


def _dense():
    return _ledger()["dense1"].parameters


def _parts():
    """Return what reaches the first Dense layer: height, width and channels, and its units."""
    return (*_ledger()["block3_pool"].output_shape, _ledger()["dense1"].output_shape[-1])


@cache
def _published():
    return runs.load("published_separable_65k")


def _lead():
    about = _published().about
    return 100 * (about["test_accuracy_best"] - about["test_accuracy_last"])


def _base():
    return _published().about["claims"]["base_accuracy"]


@cache
def _our_run():
    return runs.load("separable_65k")


def _ours():
    return _our_run().about["test_accuracy_last"]


def _last():
    return _published().about["test_accuracy_last"]


def _below():
    return 100 * (_last() - _ours())


def _error_of(accuracy):
    return 100 * standard_error(accuracy, TEST_IMAGES)


def _error_of_both():
    return sqrt(_error_of(_ours()) ** 2 + _error_of(_last()) ** 2)


def _confidence():
    return float(_our_run().probabilities.max(axis=1).mean())


def _error():
    return 100 * standard_error(ACCURACY, TEST_IMAGES)


ACCURACY = 0.78

EXERCISES = {
    "first_dense": Exercise(
        question="How many parameters does dense1 of separable_99k hold?",
        answer=_dense,
        working=lambda: "{} × {} × {} numbers reach each of {} units, and each has a bias: {:,}.".format(
            *_parts(), _dense()
        ),
        hint="Flatten hands it every channel at every position of block3_pool.",
        mistakes=(
            Mistake(lambda: prod(_parts()), "The weights are right. Each unit also has a bias."),
            Mistake(
                lambda: (_parts()[2] + 1) * _parts()[3],
                "That is one position. Flatten keeps all of them. With global average pooling you would be right.",
            ),
            Mistake(
                lambda: (prod(_ledger()["block3_conv2"].output_shape) + 1) * _parts()[3],
                "That is before the last pooling, which leaves a quarter of the positions.",
            ),
            Mistake(
                lambda: (9 * _parts()[2] + 1) * _parts()[3],
                "That would be a 3×3 convolution. A Dense layer has a weight for each number that reaches it.",
            ),
        ),
    ),
    "dense_fraction": Exercise(
        question="What share of the parameters of separable_99k does dense1 hold, in per cent?",
        answer=lambda: 100 * _dense() / _ledger().parameters,
        working=lambda: (
            f"{_dense():,} of {_ledger().parameters:,}: {100 * _dense() / _ledger().parameters:.1f} %. "
            "Six separable convolutions make do with the rest."
        ),
        hint="The network has 98,887 parameters in all.",
        mistakes=(
            Mistake(lambda: 100 * (1 - _dense() / _ledger().parameters), "That is the share of all the others."),
            Mistake(lambda: _dense() / _ledger().parameters, "That is the fraction. Give it in per cent."),
            Mistake(
                lambda: 100 * _dense() / (_ledger().parameters - _dense()),
                "That is beside the rest. Divide by all parameters, its own included.",
            ),
        ),
        within=0.5,
        unit=" %",
    ),
    "best_less_last": Exercise(
        question="By how many points does document 000's best epoch exceed its last?",
        answer=_lead,
        working=lambda: (
            f"{_published().about['test_accuracy_best']:.2%} after epoch {_published().about['best_epoch']}, "
            f"{_published().about['test_accuracy_last']:.2%} after the last: {_lead():.2f} points."
        ),
        hint="Take the largest test accuracy of all epochs, and the one after the last epoch.",
        mistakes=(
            Mistake(
                lambda: 100 * (_published().column("accuracy")[-1] - _published().about["test_accuracy_last"]),
                "That is training accuracy less test accuracy, both after the last epoch.",
            ),
            Mistake(
                lambda: 100 * _published().about["test_accuracy_best"] - _base(),
                "That is the best epoch less the document's base network.",
            ),
            Mistake(
                lambda: 100 * _published().about["test_accuracy_last"] - _base(),
                "That is the last epoch less the document's base network.",
            ),
            Mistake(lambda: _lead() / 100, "That is the fraction. A point is a hundredth."),
        ),
        within=0.02,
        unit=" points",
    ),
    "difference_error": Exercise(
        question="What is the standard error of the difference of two accuracies near 78 %, in points?",
        answer=lambda: sqrt(2) * _error(),
        working=lambda: (
            f"Each has √(0.78 × 0.22 / {TEST_IMAGES:,}) = {_error():.3f} points. Variances add: "
            f"√2 × {_error():.3f} = {sqrt(2) * _error():.2f} points."
        ),
        hint="One accuracy p on n images has a standard error of √(p(1 − p)/n). Then add the variances.",
        mistakes=(
            Mistake(lambda: _error(), "That is one accuracy alone. Both are off, each by its own chance."),
            Mistake(lambda: 2 * _error(), "Add the variances, not the errors."),
            Mistake(lambda: 0, "They don't cancel. Each network has its own hits and misses."),
            Mistake(
                lambda: sqrt(2) * _error() / 100,
                "That is the fraction. A point is a hundredth.",
            ),
        ),
        within=0.03,
        unit=" points",
    ),
    "errors_apart": Exercise(
        question="How many standard errors of their difference is our separable_65k below the published one?",
        answer=lambda: _below() / _error_of_both(),
        working=lambda: (
            f"{_below():.2f} points apart. Each accuracy has an error of its own, together "
            f"√({_error_of(_ours()):.3f}² + {_error_of(_last()):.3f}²) = {_error_of_both():.3f} points: "
            f"{_below() / _error_of_both():.1f} of them."
        ),
        hint="Work out both standard errors, as above, add their squares and take the root. Then divide.",
        mistakes=(
            Mistake(lambda: _below(), "Those are points. How many standard errors are they?"),
            Mistake(lambda: _below() / _error_of(_ours()), "That is the error of one accuracy alone."),
            Mistake(
                lambda: _below() / (_error_of(_ours()) + _error_of(_last())),
                "Add the squares of the two errors, not the errors.",
            ),
            Mistake(lambda: _below() * _error_of_both(), "Divide by the standard error."),
        ),
        within=0.15,
        unit=" standard errors",
    ),
    "expected_mistakes": Exercise(
        question="How many mistakes would separable_65k make if it were as right as it is sure?",
        answer=lambda: TEST_IMAGES * (1 - _confidence()),
        working=lambda: (
            f"It is {_confidence():.1%} sure on average, so wrong on 1 − {_confidence():.3f} of {TEST_IMAGES:,}: "
            f"{TEST_IMAGES * (1 - _confidence()):,.0f}. It makes {TEST_IMAGES * (1 - _ours()):,.0f}."
        ),
        hint="If an answer has a probability of 85 %, how probable is a mistake?",
        mistakes=(
            Mistake(lambda: TEST_IMAGES * (1 - _ours()), "Those are the mistakes that it really makes."),
            Mistake(lambda: TEST_IMAGES * _confidence(), "Those would be its right answers."),
            Mistake(lambda: TEST_IMAGES * (_confidence() - _ours()), "That is how many more it really makes."),
        ),
        within=15,
        unit=" mistakes",
    ),
}
