"""The exercises of notebook 06."""

import json
from math import ceil, exp, log, sqrt
from statistics import mean, pstdev, stdev

from course import runs
from course.exercises.exercise import exercise

DEVIATION, WANTED = 0.4, 0.2  # points
STEPS, MOMENTUM, QUICKER = 390, 0.99, 0.9
APART = 0.6


@exercise(
    "How many runs of each make the standard error of the difference of two means 0.2 points?",
    hint="A mean of n runs has a standard error of 0.4 / √n. For a difference the variances add.",
    by_hand=8,
    unit=" runs",
)
def runs_needed():
    needed = 2 * (DEVIATION / WANTED) ** 2
    return (
        round(needed),
        f"A mean of n runs has a standard error of {DEVIATION} / √n, a difference of two means √2 times that. "
        f"√2 × {DEVIATION} / √n = {WANTED} gives n = {needed:.0f}.",
        (needed / 2, "That makes each mean good to 0.2. Their difference has both errors in it."),
        (DEVIATION / WANTED, "The error shrinks with the square root of the number of runs."),
        (2 * DEVIATION / WANTED - 1, "The error shrinks with the square root of the number."),
        (
            2 * needed,
            "Did you add the two errors? Add the variances. If you counted all runs together: the question is how "
            "many of each.",
        ),
        (1, "One run of each differs by √2 × 0.4 points by chance alone."),
    )


def _pair_differences():
    """Return by how many points a network was better on originals than on twins, for each pair of the record."""
    found = {}
    for row in json.loads((runs.RECORDS / "compression.json").read_text(encoding="utf-8"))["runs"]:
        if row["network"] == "separable_65k":
            found.setdefault(row["seed"], {})[row["trained_on"]] = 100 * row["test_accuracy"][row["trained_on"]]
    return [pair["originals"] - pair["twins"] for pair in found.values()]


@exercise(
    "The differences of the pairs of separable_65k have a standard deviation. What is the standard error of "
    "their mean, in points?",
    hint="A mean of n values varies less than one of them, by the square root of n.",
    by_hand=0.69,
    within=0.01,
    unit=" points",
)
def pairs_error():
    some = _pair_differences()
    deviation, n = stdev(some), len(some)
    return (
        deviation / sqrt(n),
        f"{deviation:.2f} / √{n} = {deviation / sqrt(n):.2f} points.",
        (deviation, "That is how far one pair lies from the mean. A mean of several is surer."),
        (deviation / n, "Divide by the square root of the number of pairs."),
        (pstdev(some) / sqrt(n), "NumPy divides by n if not told otherwise. Use ddof=1, as the cell above does."),
        (deviation / sqrt(2 * n), "There are two runs in a pair, and one difference. Count the differences."),
        (sqrt(2) * deviation / sqrt(n), "The difference of a pair has the errors of both runs in it already."),
        (mean(some), "That is the mean itself. How sure is it?"),
    )


@exercise(
    "How many per cent of a moving statistic's start are left after one epoch of 390 steps?",
    hint="Each step keeps ninety-nine hundredths of what was there before.",
    by_hand=1.98,
    within=0.05,
    unit=" %",
)
def start_left():
    left = 100 * MOMENTUM**STEPS
    return (
        left,
        f"Each step keeps {MOMENTUM}: {MOMENTUM} to the power of {STEPS} is {left:.2f} %.",
        (100 * MOMENTUM, "That is after one step."),
        (0, "Each step keeps a share of what is left, so it never gets to nothing."),
        (left / 100, "That is the fraction. The question is about per cent."),
        (100 - left, "That is the share that is gone."),
        (100 / STEPS, "It shrinks in unequal parts: each step keeps 0.99 of what is left."),
    )


@exercise(
    "With a momentum of 0.9, after how many steps is, for the first time, less than a hundredth of the start "
    "left?",
    hint="Which power of 0.9 is below 0.01? A logarithm finds it, or a loop.",
    by_hand=44,
    unit=" steps",
)
def steps_to_forget():
    exact = log(0.01) / log(QUICKER)
    return (
        ceil(exact),
        f"{QUICKER} to the power of n is below 0.01 when n is above ln 0.01 / ln {QUICKER} = "
        f"{exact:.1f}: after {ceil(exact)} steps.",
        (ceil(exact) - 1, "After that many a little more than a hundredth is left. Round up."),
        (ceil(log(0.01) / log(MOMENTUM)), "That is with the momentum of 0.99."),
        (10, "A tenth is replaced at each step, but a tenth of what is left then."),
        (ceil(log(0.1) / log(QUICKER)), "That is where a tenth is left."),
    )


@exercise(
    "One class stands 0.6 above another. How many times as probable is it, after the softmax?",
    hint="The softmax takes e to the power of each number. What is the ratio of two such powers?",
    by_hand=1.82,
    within=0.03,  # 1.8 is right, too
    unit=" times",
)
def odds_of_floors():
    return (
        exp(APART),
        f"The ratio of two powers of e is e to the power of their distance, {APART}: {exp(APART):.2f}.",
        (APART, "That is the distance before the softmax, which takes powers of e."),
        (1 + APART, "The softmax takes powers of e: differences become ratios."),
        (exp(-APART), "That is the second class beside the first."),
        (10**APART, "The base is e, not ten."),
        (sqrt(exp(APART)), "That is for half the distance."),
    )
