"""Notebook 03's exercises about time: what moves, what a record says, and what the counts do not say."""

from functools import cache

from course.exercises.baseline import dense_share
from course.exercises.exercise import exercise, ledger_of_kit


@exercise(
    "A 3×3 depthwise layer reads each input value once and writes each output value once, 4 bytes each. "
    "Leave out the weights. How many MACs does it do for each byte?",
    hint="Take one output value. How many MACs make it, and how many bytes come and go for it?",
    by_hand=1.125,
    within=0.03,
)
def intensity():
    return (
        9 / 8,
        "9 MACs for each output value; 4 bytes written and 4 read for it: 9 / 8 = 1.125.",
        (9 / 4, "That counts the bytes written only. As many are read."),
        (9 / 2, "Each value takes 4 bytes, and two values move: one read, one written."),
        (9, "That is MACs for each value. A value takes 4 bytes, and two values move."),
        (9 / 40, "Neighbouring windows share their inputs: each value is read once, not nine times."),
        (8 / 9, "That is bytes for each MAC. Turn it over."),
    )


@cache
def _timings():
    from course import benchmarks

    return benchmarks.load()[2]


@exercise(
    "On a 32×32 map with 16 channels, how many times as fast as a standard layer is a separable one, "
    "forward, for 16 images, on the machine of the record? A guess within 0.4 counts.",
    hint="It is two passes in place of one. What does each of them do besides multiplying?",
    by_hand=None,  # the record may be taken anew, on another machine
    within=0.4,
)
def narrow_speed():
    timed = {(t.name, t.size, t.channels): t for t in _timings()["layers"] if not t.training}
    standard, separable = timed["standard", 32, 16], timed["separable", 32, 16]
    faster, macs = standard.median / separable.median, standard.macs / separable.macs
    return (
        faster,
        f"{faster:.1f} times as fast, no more. It does {macs:.1f} times fewer MACs, in two passes in place of "
        f"one, and moves {separable.bytes / standard.bytes:.1f} times as many bytes, for the map between them is "
        f"written and read too. And a MAC takes it {macs / faster:.1f} times as long.",
        (
            macs,
            "That compares MACs and calls it time. In two passes with little to multiply, a MAC takes longer.",
        ),
        (9, "That is the most that MACs can fall. Time need not follow them."),
        (
            standard.bytes / separable.bytes,
            "That compares bytes alone. The standard layer has a lot to compute.",
        ),
    )


@exercise(
    "All blocks are separable now. What share of the parameters is in the Dense layers, in per cent?",
    hint="The Dense layers have not changed since notebook 01, and the rest has shrunk.",
    by_hand=86.9,
    within=0.5,
    unit=" %",
)
def head_share():
    # Importing Keras takes seconds, so only when a question is asked.
    from course import models
    from course.inspection import ledger_of

    converted = ledger_of(models.separable_baseline(**models.CONVERSION["all blocks separable"]))
    dense = [row for row in converted if row.kind == "Dense"]
    held, total = sum(row.parameters for row in dense), converted.parameters
    share = 100 * held / total
    return (
        share,
        f"{held:,} of {total:,}: {share:.1f} %.",
        (dense_share.answer, "That was in the baseline. The convolutions have shrunk since, the head has not."),
        (100 * dense[0].parameters / total, "That is dense1 alone. There are three Dense layers."),
        (share / 100, "That is the fraction. The question asks for per cent."),
        (100 - share, "That is what convolutions and BatchNormalization hold."),
        (
            100 * sum(row.macs for row in dense) / converted.macs,
            "That is their share of the MACs. The question is about parameters.",
        ),
    )


@exercise(
    "How many times as long as a training step of the baseline does one of separable_65k take, on the "
    "machine of the record? Below 1 is faster. A guess within 0.3 counts.",
    hint="It has BatchNormalization and Dropout on wide maps of 30×30. Neither does a MAC that is counted.",
    by_hand=None,  # the record may be taken anew, on another machine
    within=0.3,
)
def small_is_fast():
    small, large = map(ledger_of_kit, ("separable_65k", "baseline"))
    took = {timing.name: timing.median for timing in _timings()["training"]}
    ratio = took["separable_65k"] / took["baseline"]
    macs, parameters = small.macs / large.macs, small.parameters / large.parameters
    return (
        ratio,
        f"{ratio:.2f} times as long: {1000 * took['separable_65k']:.0f} against "
        f"{1000 * took['baseline']:.0f} ms for 128 images.",
        (
            macs,
            "That compares MACs and calls it time. BatchNormalization and Dropout do none, and take most of it.",
        ),
        (1 / macs, "That is how many times fewer MACs it does. MACs are no time."),
        (
            1 / parameters,
            "That is how many times fewer parameters it has. They say what is stored, not what is done.",
        ),
        (1, "It is not the same: it has fewer MACs, and more passes over large maps."),
        (parameters, "That compares parameters. They say how much is stored, not how much is done."),
    )
