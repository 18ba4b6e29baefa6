"""The exercises of notebook 06."""

from math import ceil, exp, log, sqrt

from course.exercises.exercise import Exercise, Mistake

DEVIATION, WANTED = 0.4, 0.2  # points
STEPS, MOMENTUM, QUICKER = 390, 0.99, 0.9
APART = 0.6


def _runs():
    return 2 * (DEVIATION / WANTED) ** 2


def _left():
    return 100 * MOMENTUM**STEPS


def _steps():
    return ceil(log(0.01) / log(QUICKER))


EXERCISES = {
    "runs_needed": Exercise(
        question="How many runs of each make the standard error of the difference of two means 0.2 points?",
        answer=lambda: round(_runs()),
        working=lambda: (
            f"A mean of n runs has a standard error of {DEVIATION} / √n, a difference of two means √2 times that. "
            f"√2 × {DEVIATION} / √n = {WANTED} gives n = {_runs():.0f}."
        ),
        hint="A mean of n runs has a standard error of 0.4 / √n. For a difference the variances add.",
        mistakes=(
            Mistake(
                lambda: _runs() / 2, "That makes each mean good to 0.2. Their difference has both errors in it."
            ),
            Mistake(lambda: DEVIATION / WANTED, "The error shrinks with the square root of the number of runs."),
            Mistake(lambda: 2 * DEVIATION / WANTED - 1, "The error shrinks with the square root of the number."),
            Mistake(lambda: 2 * _runs(), "That is all runs together. How many are there of each?"),
            Mistake(lambda: 1, "One run of each differs by √2 × 0.4 points by chance alone."),
        ),
        unit=" runs",
    ),
    "start_left": Exercise(
        question="How many per cent of a moving statistic's start are left after one epoch of 390 steps?",
        answer=_left,
        working=lambda: f"Each step keeps {MOMENTUM}: {MOMENTUM} to the power of {STEPS} is {_left():.2f} %.",
        hint="Each step keeps ninety-nine hundredths of what was there before.",
        mistakes=(
            Mistake(lambda: 100 * MOMENTUM, "That is after one step."),
            Mistake(lambda: 0, "Each step keeps a share of what is left, so it never gets to nothing."),
            Mistake(lambda: _left() / 100, "That is the fraction. The question is about per cent."),
            Mistake(lambda: 100 - _left(), "That is the share that is gone."),
            Mistake(lambda: 100 / STEPS, "It shrinks in unequal parts: each step keeps 0.99 of what is left."),
        ),
        within=0.05,
        unit=" %",
    ),
    "steps_to_forget": Exercise(
        question="With a momentum of 0.9, after how many steps is less than a hundredth of the start left?",
        answer=_steps,
        working=lambda: (
            f"{QUICKER} to the power of n is below 0.01 when n is above ln 0.01 / ln {QUICKER} = "
            f"{log(0.01) / log(QUICKER):.1f}: after {_steps()} steps."
        ),
        hint="Which power of 0.9 is below 0.01? A logarithm finds it, or a loop.",
        mistakes=(
            Mistake(lambda: _steps() - 1, "After that many a little more than a hundredth is left. Round up."),
            Mistake(lambda: ceil(log(0.01) / log(MOMENTUM)), "That is with the momentum of 0.99."),
            Mistake(lambda: 10, "A tenth is replaced at each step, but a tenth of what is left then."),
            Mistake(lambda: ceil(log(0.1) / log(QUICKER)), "That is where a tenth is left."),
        ),
        unit=" steps",
    ),
    "odds_of_floors": Exercise(
        question="One class stands 0.6 above another. How many times as probable is it, after the softmax?",
        answer=lambda: exp(APART),
        working=lambda: (
            f"The ratio of two powers of e is e to the power of their distance, {APART}: {exp(APART):.2f}."
        ),
        hint="The softmax takes e to the power of each number. What is the ratio of two such powers?",
        mistakes=(
            Mistake(lambda: APART, "That is the distance before the softmax, which takes powers of e."),
            Mistake(lambda: 1 + APART, "The softmax takes powers of e: differences become ratios."),
            Mistake(lambda: exp(-APART), "That is the second class beside the first."),
            Mistake(lambda: 10**APART, "The base is e, not ten."),
            Mistake(lambda: sqrt(exp(APART)), "That is for half the distance."),
        ),
        within=0.01,
        unit=" times",
    ),
}
