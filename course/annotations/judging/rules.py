"""The ways in which receptive fields are reckoned wrongly, each as a rule with its own numbers.

The rules come from 582 notes that learners wrote beside their layers, 126 of them wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

from course.annotations.judging.steps import CONVOLUTION, DENSE, GLOBAL, POOLING

OTHER = "other/typo"
ANYTHING_MORE = "anything more"


@dataclass(frozen=True)
class Rule:
    """A wrong way to take one step.

    Parameters
    ----------
    kind : str
        The mistake's name.
    applies : callable
        Takes a Step; says whether this mistake can be made in it.
    value : callable
        Takes the receptive field before and a Step; returns the one that this mistake leads to,
        None where there is none, or `ANYTHING_MORE`.
    why : callable
        Takes a Step; returns what was probably done and why it is wrong, as part of a sentence.
    """

    kind: str
    applies: Callable
    value: Callable
    why: Callable


def _convolution(step):
    return step.family == CONVOLUTION and step.kernel > 1


def _pooling(step):
    return step.family == POOLING and step.kernel > 1


def _neighbours(step):
    return f"{step.extent - 1} neighbour{'s' if step.extent > 2 else ''}"


def _adds(step):
    return f"({step.extent} - 1) × {step.jump} = {step.grows}"


JUMP_IGNORED = "jump ignored (conv adds k-1, as if no pooling before)"
POOLING_AS_3X3 = "pooling counted as a 3x3"
OUTGOING_JUMP = "pooling uses outgoing jump (adds twice too much)"
DROPPED = "a layer dropped from the chain"
TOO_OFTEN = "jump doubled too early or too often"
ADDS_1 = "pooling adds 1, jump ignored"
K_TIMES_OUTGOING = "pooling adds k times the outgoing jump"

# The order matters: where several rules lead to the same number, the first one is named. A layer that
# was left out altogether comes between the common rules and the rare ones.
_FIRST = (
    Rule(
        "first conv given RF 1",
        lambda s: s.first and _convolution(s),
        lambda field, s: 1,
        lambda s: f"1 is the image itself; a window of {s.extent} pixels sees {s.extent}",
    ),
    Rule(
        "1x1 conv adds RF",
        lambda s: s.family == CONVOLUTION and s.kernel == 1,
        lambda field, s: ANYTHING_MORE,
        lambda s: f"a 1x1 window takes in no neighbour, so it adds (1 - 1) × {s.jump} = 0",
    ),
    Rule(
        "pooling doubles RF",
        lambda s: _pooling(s) and s.stride > 1,
        lambda field, s: s.stride * field,
        lambda s: (
            f"pooling multiplies the jump by {s.stride}, not the receptive field, to which it adds {_adds(s)}"
        ),
    ),
)
_DILATION = Rule(
    "dilation ignored",
    lambda s: _convolution(s) and s.dilation > 1,
    lambda field, s: field + (s.kernel - 1) * s.jump,
    lambda s: (
        f"with dilation {s.dilation} a kernel of {s.kernel} spans {s.extent} units, so it adds {_adds(s)}"
    ),
)
_JUMP = Rule(
    JUMP_IGNORED,
    lambda s: _convolution(s) and s.jump > 1,
    lambda field, s: field + s.extent - 1,
    lambda s: (
        f"{s.extent - 1} was added, but neighbouring units are {s.jump} pixels apart here: add {_adds(s)}"
    ),
)
_MORE = (
    Rule(
        ADDS_1,
        lambda s: _pooling(s) and s.jump > 1,
        lambda field, s: field + s.extent - 1,
        lambda s: (
            f"{s.extent - 1} was added, but neighbouring units are {s.jump} pixels apart here: add {_adds(s)}"
        ),
    ),
    Rule(
        "kernel other than 3 counted as 3x3",
        lambda s: _convolution(s) and s.kernel != 3,
        lambda field, s: field + 2 * s.dilation * s.jump,
        lambda s: (
            f"2 × {f'{s.dilation} × ' if s.dilation > 1 else ''}{s.jump} is what a kernel of 3 adds; "
            f"a kernel of {s.kernel} adds {_adds(s)}"
        ),
    ),
    Rule(
        OUTGOING_JUMP,
        lambda s: _pooling(s) and s.stride > 1,
        lambda field, s: field + (s.extent - 1) * s.jump * s.stride,
        lambda s: (
            f"the window moves over what reaches it, where the jump is still {s.jump}, "
            f"not {s.jump * s.stride}: it adds {_adds(s)}"
        ),
    ),
    Rule(
        POOLING_AS_3X3,
        lambda s: _pooling(s) and s.kernel != 3,
        lambda field, s: field + 2 * s.jump,
        lambda s: f"2 × {s.jump} is what a window of 3 adds; a window of {s.kernel} adds {_adds(s)}",
    ),
    Rule(
        POOLING_AS_3X3,
        lambda s: _pooling(s) and s.kernel != 3,
        lambda field, s: field + 2,
        lambda s: f"a window of {s.kernel} over units {s.jump} pixels apart adds {_adds(s)}, not 2",
    ),
    Rule(
        "own stride applied to itself",
        lambda s: _convolution(s) and s.stride > 1,
        lambda field, s: field + (s.extent - 1) * s.jump * s.stride,
        lambda s: (
            f"a layer's own stride of {s.stride} acts from the next layer on; "
            f"here neighbours are {s.jump} apart, so it adds {_adds(s)}"
        ),
    ),
    Rule(
        "jump not doubled after the latest pooling",
        lambda s: s.window and s.last_stride > 1 and s.jump > s.last_stride,
        lambda field, s: field + (s.extent - 1) * s.jump // s.last_stride,
        lambda s: (
            f"the latest stride of {s.last_stride} has made the jump {s.jump}, "
            f"not {s.jump // s.last_stride}: add {_adds(s)}"
        ),
    ),
    *(
        Rule(
            TOO_OFTEN,
            lambda s: s.window,
            lambda field, s, times=times: field + (s.extent - 1) * s.jump * times,
            lambda s, times=times: (
                f"the jump that reaches this layer is {s.jump}, not {s.jump * times}: add {_adds(s)}"
            ),
        )
        for times in (2, 4, 8)
    ),
    Rule(
        "kxk adds nothing",
        _convolution,
        lambda field, s: field,
        lambda s: f"a kernel of {s.kernel} takes in neighbours, so it adds {_adds(s)}",
    ),
    Rule(
        "pooling adds nothing",
        _pooling,
        lambda field, s: field,
        lambda s: f"a window of {s.kernel} takes in neighbours, so it adds {_adds(s)}",
    ),
    Rule(
        "GAP left unchanged",
        lambda s: s.family == GLOBAL and s.size > 1,
        lambda field, s: field,
        lambda s: (
            f"global pooling is a window over all {s.size} units along a side, so it adds {_adds(s)}"
        ),
    ),
    Rule(
        "Dense left unchanged",
        lambda s: s.family == DENSE and s.size > 1,
        lambda field, s: field,
        lambda s: f"Dense joins all {s.size} units along a side, so it adds {_adds(s)}",
    ),
    Rule(
        "cut at the image",
        lambda s: s.window or s.family in (GLOBAL, DENSE),
        lambda field, s: s.image if field + s.grows > s.image else None,
        lambda s: (
            f"{s.image} is the image; the receptive field counts the padding around it too, and adds {_adds(s)}"
        ),
    ),
    Rule(
        "restarts after each pooling",
        lambda s: _convolution(s) and s.after_pooling,
        lambda field, s: s.extent,
        lambda s: (
            f"{s.extent} is how far it sees in the map it works on; in the image each of those units sees "
            f"more, so it adds {_adds(s)}"
        ),
    ),
)
COMMON = (*_FIRST, _DILATION, _JUMP, *_MORE)
# Where dilation and jump are the same, so is what forgetting one of them leads to. Who has ignored a jump before
# has ignored it again.
COMMON_AFTER_IGNORED_JUMP = (*_FIRST, _JUMP, _DILATION, *_MORE)
RARE = (
    Rule(
        "jump ignored by global pooling",
        lambda s: s.family in (GLOBAL, DENSE) and s.jump > 1,
        lambda field, s: field + s.size - 1,
        lambda s: f"neighbouring units are {s.jump} pixels apart here: add {_adds(s)}",
    ),
    Rule(
        "stride doubles RF",
        lambda s: s.family == CONVOLUTION and s.stride > 1,
        lambda field, s: s.stride * field,
        lambda s: (
            f"a stride multiplies the jump, not the receptive field, to which this layer adds {_adds(s)}"
        ),
    ),
    Rule(
        "k added instead of k-1",
        lambda s: s.window or (s.family in (GLOBAL, DENSE) and s.size > 1),
        lambda field, s: field + s.extent * s.jump,
        lambda s: f"a window of {s.extent} takes in {_neighbours(s)}, so it adds {_adds(s)}",
    ),
    Rule(
        "k added instead of k-1",
        lambda s: s.window and s.jump > 1,
        lambda field, s: field + s.extent,
        lambda s: (
            f"a window of {s.extent} takes in {_neighbours(s)}, {s.jump} pixels apart, so it adds {_adds(s)}"
        ),
    ),
    Rule(
        "dilation ignored",
        lambda s: _convolution(s) and s.dilation > 1 and s.jump > 1,
        lambda field, s: field + s.kernel - 1,
        lambda s: (
            f"with dilation {s.dilation} a kernel of {s.kernel} spans {s.extent} units, {s.jump} pixels apart, "
            f"so it adds {_adds(s)}"
        ),
    ),
    Rule(
        "kernel other than 3 counted as 3x3",
        lambda s: _convolution(s) and s.kernel != 3 and s.jump > 1,
        lambda field, s: field + 2,
        lambda s: (
            f"2 is what a kernel of 3 {'without dilation ' if s.dilation > 1 else ''}adds to the image itself; "
            f"here a kernel of {s.kernel} adds {_adds(s)}"
        ),
    ),
)
RULES = COMMON + RARE
