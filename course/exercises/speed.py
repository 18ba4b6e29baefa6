"""Notebook 03's exercises about time: what moves, what a record says, and what the counts do not say."""

from functools import cache

from course.exercises.baseline import dense_share
from course.exercises.exercise import Exercise, Mistake


@cache
def _converted():
    # Importing Keras takes seconds, so only when a question is asked.
    from course import models
    from course.inspection import ledger_of

    return ledger_of(models.separable_baseline(**models.CONVERSION["all blocks separable"]))


def _head_share(of="parameters"):
    head = sum(getattr(row, of) for row in _converted() if row.kind == "Dense")
    return 100 * head / getattr(_converted(), of)


@cache
def _recorded():
    from course import benchmarks

    _, _, timings = benchmarks.load()
    layers = {(t.name, t.size, t.channels): t for t in timings["layers"] if not t.training}
    return layers, {t.name: t for t in timings["training"]}


def _narrow(what):
    """Return how many times less a separable layer has than a standard one, on 32×32×16."""
    layers, _ = _recorded()
    standard, separable = layers["standard", 32, 16], layers["separable", 32, 16]
    return getattr(standard, what) / getattr(separable, what)


def _step(name):
    return _recorded()[1][name].median


def _step_ratio():
    return _step("separable_65k") / _step("baseline")


@cache
def _published(what):
    """Return separable_65k's MACs or parameters as a share of the baseline's."""
    from course import models
    from course.inspection import ledger_of

    small, large = (getattr(ledger_of(models.build(name)), what) for name in ("separable_65k", "baseline"))
    return small / large


EXERCISES = {
    "intensity": Exercise(
        question=(
            "A 3×3 depthwise layer reads each input value once and writes each output value once, 4 bytes each. "
            "Leave out the weights. How many MACs does it do for each byte?"
        ),
        answer=lambda: 9 / 8,
        working=lambda: "9 MACs for each output value; 4 bytes written and 4 read for it: 9 / 8 = 1.125.",
        hint="Take one output value. How many MACs make it, and how many bytes come and go for it?",
        mistakes=(
            Mistake(lambda: 9 / 4, "That counts the bytes written only. As many are read."),
            Mistake(lambda: 9 / 2, "Each value takes 4 bytes, and two values move: one read, one written."),
            Mistake(lambda: 9, "That is MACs for each value. A value takes 4 bytes, and two values move."),
            Mistake(
                lambda: 9 / 40, "Neighbouring windows share their inputs: each value is read once, not nine times."
            ),
            Mistake(lambda: 8 / 9, "That is bytes for each MAC. Turn it over."),
        ),
        within=0.03,
    ),
    "narrow_speed": Exercise(
        question=(
            "On a 32×32 map with 16 channels, how many times as fast as a standard layer is a separable one, "
            "forward, on the machine of the record? A guess within 0.4 counts."
        ),
        answer=lambda: _narrow("median"),
        working=lambda: (
            f"{_narrow('median'):.1f} times as fast, no more. It does {_narrow('macs'):.1f} times "
            "fewer MACs, but moves "
            f"{1 / _narrow('bytes'):.1f} times as many bytes: the map between the two steps is written and read "
            "too."
        ),
        hint="Think of what moves, not of what is multiplied.",
        mistakes=(
            Mistake(
                lambda: _narrow("macs"),
                "That compares MACs and calls it time. The map in between has to be written and read, and that "
                "takes time without any MAC.",
            ),
            Mistake(lambda: 9, "That is the most that MACs can fall. Time need not follow them."),
            Mistake(
                lambda: _narrow("bytes"), "That compares bytes alone. The standard layer has a lot to compute."
            ),
        ),
        within=0.4,
    ),
    "head_share": Exercise(
        question="All blocks are separable now. What share of the parameters is in the Dense layers, in per cent?",
        answer=_head_share,
        working=lambda: (
            f"{sum(row.parameters for row in _converted() if row.kind == 'Dense'):,} of "
            f"{_converted().parameters:,}: "
            f"{_head_share():.1f} %."
        ),
        hint="The Dense layers have not changed since notebook 01, and the rest has shrunk.",
        mistakes=(
            Mistake(
                dense_share, "That was in the baseline. The convolutions have shrunk since, the head has not."
            ),
            Mistake(
                lambda: 100 * _converted()["dense1"].parameters / _converted().parameters,
                "That is dense1 alone. There are three Dense layers.",
            ),
            Mistake(lambda: _head_share() / 100, "That is the fraction. The question asks for per cent."),
            Mistake(lambda: 100 - _head_share(), "That is what the convolutions hold."),
            Mistake(
                lambda: _head_share("macs"), "That is their share of the MACs. The question is about parameters."
            ),
        ),
        within=0.5,
        unit=" %",
    ),
    "small_is_fast": Exercise(
        question=(
            "How many times as long as a training step of the baseline does one of separable_65k take, on the "
            "machine of the record? Below 1 is faster. A guess within 0.3 counts."
        ),
        answer=_step_ratio,
        working=lambda: (
            f"{_step_ratio():.2f} times as long: {1000 * _step('separable_65k'):.0f} against "
            f"{1000 * _step('baseline'):.0f} ms for 128 images."
        ),
        hint="It has BatchNormalization and Dropout on wide maps of 30×30. Neither does a MAC that is counted.",
        mistakes=(
            Mistake(
                lambda: _published("macs"),
                "That compares MACs and calls it time. BatchNormalization and Dropout do none, and "
                "take most of it.",
            ),
            Mistake(
                lambda: 1 / _published("macs"), "That is how many times fewer MACs it does. MACs are no time."
            ),
            Mistake(
                lambda: 1 / _published("parameters"),
                "That is how many times fewer parameters it has. They say what is stored, not what is done.",
            ),
            Mistake(lambda: 1, "It is not the same: it has fewer MACs, and more passes over large maps."),
            Mistake(
                lambda: _published("parameters"),
                "That compares parameters. They say how much is stored, not how much is done.",
            ),
        ),
        within=0.3,
    ),
}
