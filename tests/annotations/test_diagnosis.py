"""The diagnosis: notes with a known mistake, made by rule, by pattern and by learners."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.annotations.claims import Claim, Noted
from course.annotations.judging.following import Held
from course.annotations.judging.receptive_fields import check_receptive_fields, named
from course.annotations.judging.rules import ANYTHING_MORE, OTHER, RULES
from course.annotations.judging.sizes import check_sizes
from course.annotations.judging.steps import Step, steps_of
from course.annotations.truth import truth_of
from course.arithmetic import (
    Add,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    Unknown,
    UpSampling2D,
    ledger,
)

RIGHT, INHERITED = "right", "inherited"


def judge(layers, fields=None, sizes=None, inputs=None, image=(32, 32, 3)):
    """Return (verdicts on receptive fields, verdicts on sizes) of notes, None being no note."""
    inputs = inputs or [(i - 1,) for i in range(len(layers))]
    fields, sizes = fields or [None] * len(layers), sizes or [None] * len(layers)
    noted = [
        Noted(layer.kind, layer, None, i + 1, "", inputs[i],
              Claim(sizes[i] and (sizes[i], sizes[i]), fields[i] and (fields[i], fields[i])))
        for i, layer in enumerate(layers)
    ]  # fmt: skip
    truth = truth_of(noted, image)
    of_sizes, planes = check_sizes(noted, truth)
    return check_receptive_fields(noted, truth, planes), of_sizes


def said(verdicts):
    return [each.mistake or each.verdict for each in verdicts]


def conv(kernel=3, **options):
    return Conv2D(8, kernel, **{"padding": "same", **options})


POOL = MaxPooling2D(2)
JUMP = "jump ignored (conv adds k-1, as if no pooling before)"
DOUBLES = "pooling doubles RF"
OUTGOING = "pooling uses outgoing jump (adds twice too much)"
VALID_AS_SAME, SAME_AS_VALID = "valid conv annotated as same", "same conv annotated as valid"


@pytest.mark.parametrize(
    ("layers", "fields", "expected"),
    [
        # A note on every layer, all right.
        ([conv(), conv(), POOL, conv(), POOL, conv()], [3, 5, 6, 10, 12, 20], [RIGHT] * 6),
        # The jump is never minded. What is right by that reckoning is a mistake all the same.
        ([conv(), POOL, conv(), conv()], [3, 4, 6, 8], [RIGHT, RIGHT, JUMP, JUMP]),
        # Doubled; then every step takes 2 for the jump's 4, and the last lands on the truth.
        ([conv(), conv(), POOL, conv(), conv()], [3, 5, 10, 12, 14], [RIGHT, RIGHT, DOUBLES, JUMP, JUMP]),
        # One mistake; the rest only builds on it.
        ([conv(), conv(), POOL, conv(), conv()], [3, 5, 10, 14, 18],
         [RIGHT, RIGHT, DOUBLES, INHERITED, INHERITED]),
        ([conv(), POOL, conv(1), conv()], [3, 4, 8, 12], [RIGHT, RIGHT, "1x1 conv adds RF", INHERITED]),
        ([conv(), POOL, POOL, POOL, conv(2)], [3, 4, 6, 10, 26],
         [RIGHT] * 4 + ["kernel other than 3 counted as 3x3"]),
        ([conv(), POOL, conv()], [3, 5, 9], [RIGHT, OUTGOING, INHERITED]),
        # The same number, from a learner who does not mind the jump.
        ([conv(), POOL, conv()], [3, 5, 7], [RIGHT, "pooling counted as a 3x3", JUMP]),
        # With a stride of 3 the two numbers differ.
        ([conv(), MaxPooling2D(2, strides=3), conv()], [3, 6, 8], [RIGHT, OUTGOING, JUMP]),
        ([conv(), POOL, POOL], [3, 4, 5], [RIGHT, RIGHT, "pooling adds 1, jump ignored"]),
        ([conv(), conv()], [1, 3], ["first conv given RF 1", INHERITED]),
        ([conv(), POOL, POOL, conv()], [3, 4, 6, 10],
         [RIGHT, RIGHT, RIGHT, "jump not doubled after the latest pooling"]),
        ([conv(), POOL, conv()], [3, 4, 12], [RIGHT, RIGHT, "jump doubled too early or too often"]),
        ([conv(), POOL, conv()], [3, 4, 3], [RIGHT, RIGHT, "restarts after each pooling"]),
        ([conv(), conv(strides=2), conv()], [3, 7, 11], [RIGHT, "own stride applied to itself", INHERITED]),
        ([conv(), conv(dilation_rate=2)], [3, 5], [RIGHT, "dilation ignored"]),
        ([conv(5, dilation_rate=2)], [5], ["dilation ignored"]),
        ([conv(), POOL, conv(dilation_rate=2)], [3, 4, 8], [RIGHT, RIGHT, "dilation ignored"]),
        # The same number, from learners who have ignored a jump before.
        ([conv(), POOL, conv(), conv(dilation_rate=2)], [3, 4, 6, 10], [RIGHT, RIGHT, JUMP, JUMP]),
        ([conv(), POOL, POOL, conv(dilation_rate=4)], [3, 4, 5, 13],
         [RIGHT, RIGHT, "pooling adds 1, jump ignored", JUMP]),
        ([conv(), conv()], [3, 3], [RIGHT, "kxk adds nothing"]),
        ([conv(), POOL], [3, 3], [RIGHT, "pooling adds nothing"]),
        ([conv(), MaxPooling2D(3, strides=1, padding="same")], [3, 3], [RIGHT, "pooling adds nothing"]),
        ([conv(), MaxPooling2D(3, strides=2, padding="same")], [3, 6], [RIGHT, DOUBLES]),
        ([conv(), POOL, POOL, GlobalAveragePooling2D()], [3, 4, 6, 6], [RIGHT] * 3 + ["GAP left unchanged"]),
        ([conv(), POOL, Flatten(), Dense(10)], [3, 4, 4, 4], [RIGHT] * 3 + ["Dense left unchanged"]),
        ([conv(), POOL, GlobalAveragePooling2D()], [3, 4, 32], [RIGHT, RIGHT, "cut at the image"]),
        ([conv(), conv(5)], [3, 99], [RIGHT, OTHER]),
        # The learner put it right again.
        ([conv(), conv(), conv()], [3, 9, 7], [RIGHT, OTHER, RIGHT]),
        # Notes stand beside the normalisation that follows.
        ([conv(), BatchNormalization(), POOL, conv(), BatchNormalization()], [None, 3, 4, None, 6],
         ["unclaimed", RIGHT, RIGHT, "unclaimed", JUMP]),
        ([conv(), BatchNormalization()], [3, 5], [RIGHT, OTHER]),
        # A layer without a note was left out of the reckoning.
        ([conv(), conv(), conv()], [3, None, 5], [RIGHT, "unclaimed", "a layer dropped from the chain"]),
        # Both layers since the last note were reckoned with a jump of 1.
        ([conv(), POOL, conv(), conv()], [3, 4, None, 8], [RIGHT, RIGHT, "unclaimed", JUMP]),
        ([conv(), POOL, conv()], [3, 4, 7], [RIGHT, RIGHT, "a layer dropped from the chain"]),
    ],
)  # fmt: skip
def test_receptive_fields(layers, fields, expected):
    assert said(judge(layers, fields)[0]) == expected


@pytest.mark.parametrize(
    ("layers", "sizes", "expected"),
    [
        ([conv(), conv(padding="valid"), POOL], [32, 30, 15], [RIGHT] * 3),
        ([conv(), conv(padding="valid"), POOL], [32, 32, 16], [RIGHT, VALID_AS_SAME, INHERITED]),
        ([conv(), conv(), POOL], [32, 30, 15], [RIGHT, SAME_AS_VALID, INHERITED]),
        ([conv(padding="valid"), conv()], [32, 30], [VALID_AS_SAME, SAME_AS_VALID]),
        ([conv(padding="valid"), POOL, POOL], [30, 15, 8], [RIGHT, RIGHT, OTHER]),
        ([conv(), POOL], [32, 13], [RIGHT, OTHER]),
        ([conv(), BatchNormalization(), conv(padding="valid")], [None, 32, 28], ["unclaimed", RIGHT, OTHER]),
        ([conv(padding="valid"), BatchNormalization()], [None, 32], ["unclaimed", VALID_AS_SAME]),
        ([conv(), GlobalAveragePooling2D(), Dense(10)], [32, 1, 1], [RIGHT] * 3),
    ],
)  # fmt: skip
def test_sizes(layers, sizes, expected):
    assert said(judge(layers, sizes=sizes)[1]) == expected


def test_a_window_that_the_noted_map_is_too_small_for():
    """The learner noted 1x1 too early; a 2x2 window can't work on that, and does on the true map."""
    layers = [conv(), POOL, POOL, POOL, POOL, conv(2, padding="valid")]
    verdicts = judge(layers, sizes=[32, 16, 8, 3, 1, 1])[1]
    assert said(verdicts)[3:] == [OTHER, INHERITED, VALID_AS_SAME]
    assert verdicts[-1].verdict == "lucky"


def test_what_is_inherited_names_where_it_started():
    verdicts = judge([conv(), conv(), POOL, conv(), conv(), POOL], [3, 5, 10, 14, 16, 18])[0]
    assert [each.source for each in verdicts] == [None, None, None, 2, None, 4]
    assert [each.verdict for each in verdicts][2:] == ["wrong", INHERITED, "wrong", INHERITED]


def test_lucky_is_neither_right_nor_wrong():
    last = judge([conv(), conv(), POOL, conv(), conv()], [3, 5, 10, 12, 14])[0][-1]
    assert last.verdict == "lucky" and "Right by luck" in last.explanation


@pytest.mark.parametrize(
    ("layers", "fields", "at", "why"),
    [
        ([conv(), POOL, POOL, conv()], [3, 4, 6, 8], 3,
         "From RF 6 this layer leads to RF 14, not RF 8: 2 was added, "
         "but neighbouring units are 4 pixels apart here: add (3 - 1) × 4 = 8."),
        # A mistake that is renamed is explained anew.
        ([conv(), POOL, conv()], [3, 5, 7], 1,
         "From RF 3 this layer leads to RF 4, not RF 5: 2 × 1 is what a window of 3 adds; "
         "a window of 2 adds (2 - 1) × 1 = 1."),
        ([conv(), conv(4, dilation_rate=2)], [3, 7], 1,
         "From RF 3 this layer leads to RF 9, not RF 7: 2 × 2 × 1 is what a kernel of 3 adds; "
         "a kernel of 4 adds (7 - 1) × 1 = 6."),
        ([conv(), BatchNormalization()], [3, 5], 1,
         "From RF 3 this layer leads to RF 3, not RF 5: it moves no window, so the receptive field stays."),
        # What adds something, or has a window, is not said to move none.
        ([conv(), POOL, UpSampling2D(2), conv()], [3, 4, 4, 8], 3,
         "From RF 4 this layer leads to RF 6, not RF 8."),
        ([conv(), Conv2DTranspose(8, 2, strides=2)], [3, 5], 1, "From RF 3 this layer leads to RF 3, not RF 5."),
    ],
)  # fmt: skip
def test_explanations_hold_the_layers_own_numbers(layers, fields, at, why):
    assert judge(layers, fields)[0][at].explanation == why


ZEROS = "padding='same' adds zeros around the map, so that only a stride makes it smaller"
BORDER = "without padding='same' a window of 3 can't be centred on the border, so a side loses 2"
STAYS = "with padding='valid' the window, which spans {}, stays on the map: "
SAME = "with padding='same' the size is "


@pytest.mark.parametrize(
    ("layer", "image", "noted", "true", "why"),
    [
        (Conv2D(8, 3), 32, 32, "30×30", BORDER),
        (Conv2D(8, 3, dilation_rate=2), 32, 32, "28×28", STAYS.format(5) + "(32 − 5) / 1 + 1 = 28"),
        (Conv2D(8, 3, strides=2), 32, 16, "15×15", STAYS.format(3) + "(32 − 3) / 2 + 1, rounded down to 15"),
        (Conv2D(8, (1, 3)), 32, 32, "32×30", STAYS.format("3 along the width") + "(32 − 3) / 1 + 1 = 30"),
        (conv(), 32, 30, "32×32", ZEROS),
        (conv(dilation_rate=2), 32, 28, "32×32", ZEROS),
        (conv(strides=2), 32, 15, "16×16", SAME + "32 / 2 = 16"),
        (conv(strides=2), 15, 7, "8×8", SAME + "15 / 2, rounded up to 8"),
        (Conv2DTranspose(8, 3, strides=2), 8, 16, "17×17", ""),
        (Conv2DTranspose(8, 3, strides=2, padding="same"), 8, 17, "16×16", ""),
        (POOL, 15, 8, "7×7", "with padding='valid' the size is rounded down"),
        (MaxPooling2D(2, padding="same"), 15, 7, "8×8", SAME + "rounded up"),
        (MaxPooling2D(3, strides=2), 32, 16, "15×15", STAYS.format(3) + "(32 − 3) / 2 + 1, rounded down to 15"),
        (MaxPooling2D(3, strides=1), 32, 32, "30×30", STAYS.format(3) + "(32 − 3) / 1 + 1 = 30"),
        (MaxPooling2D(3, strides=2, padding="same"), 32, 15, "16×16", SAME + "32 / 2 = 16"),
    ],
)
def test_reasons_fit_the_sizes(layer, image, noted, true, why):
    verdict = judge([layer], sizes=[noted], image=(image, image, 3))[1][0]
    leads = f"From {image}×{image} this layer leads to {true}, not {noted}×{noted}"
    assert verdict.explanation == f"{leads}: {why}." if why else f"{leads}."


def test_a_lucky_size_may_have_no_reason():
    layers = [conv(padding="valid"), Conv2DTranspose(8, 3)]
    assert judge(layers, sizes=[8, 8], image=(8, 8, 3))[1][1].explanation == "Right by luck."


def test_global_pooling_over_a_size_that_was_noted_wrongly_is_inherited():
    layers = [conv(padding="valid"), POOL, GlobalAveragePooling2D()]
    fields, sizes = judge(layers, [3, 4, 4 + 15 * 2], [32, 16, None])
    assert said(fields) == [RIGHT, RIGHT, INHERITED] and sizes[0].mistake


def test_branches_are_followed():
    layers = [conv(), conv(), conv(5), Add(), conv()]
    inputs = [(-1,), (0,), (0,), (1, 2), (3,)]
    assert said(judge(layers, [3, 5, 7, 7, 9], inputs=inputs)[0]) == [RIGHT] * 5
    assert said(judge(layers, [3, 5, 5, 7, 9], inputs=inputs)[0])[2:] == [
        "kernel other than 3 counted as 3x3", RIGHT, RIGHT,
    ]  # fmt: skip


def test_what_can_not_be_known_is_not_judged():
    fields, sizes = judge([conv(), Unknown("Mystery"), conv()], [3, 3, 5], [32, 32, 32])
    assert said(fields) == said(sizes) == [RIGHT, "not judged", "not judged"]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.builds(conv, st.integers(1, 5), padding=st.sampled_from(["same"]), strides=st.integers(1, 2)),
            st.just(POOL),
            st.just(BatchNormalization()),
            st.builds(lambda k: SeparableConv2D(8, k, padding="same"), st.integers(1, 5)),
        ),
        min_size=1,
        max_size=12,
    ),
    st.data(),
)
def test_right_notes_are_never_accused_and_a_wrong_one_only_once(layers, data):
    try:
        found = ledger(layers)
    except ValueError:
        return
    fields = [row.receptive_field[0] for row in found]
    sizes = [row.output_shape[0] for row in found]
    shown = data.draw(st.lists(st.booleans(), min_size=len(layers), max_size=len(layers)))
    some = [field if show else None for field, show in zip(fields, shown, strict=True)]
    of_fields, of_sizes = judge(layers, some, [s if show else None for s, show in zip(sizes, shown, strict=True)])
    assert said(of_fields) == said(of_sizes) == [RIGHT if show else "unclaimed" for show in shown]
    # One step goes wrong, and all that follow build on it.
    at, by = data.draw(st.integers(0, len(layers) - 1)), data.draw(st.integers(-2, 9))
    if by and fields[at] + by > 0:
        wrong = fields[:at] + [field + by for field in fields[at:]]
        verdicts = judge(layers, wrong)[0]
        assert verdicts[at].verdict == "wrong" and verdicts[at].mistake
        assert said(verdicts[:at]) == [RIGHT] * at
        assert all(each.verdict == INHERITED and each.source == at for each in verdicts[at + 1 :])


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["convolution", "pooling"]),
    st.integers(1, 6),
    st.integers(1, 3),
    st.integers(1, 2),
    st.sampled_from([1, 2, 4, 8]),
    st.integers(3, 40),
    st.sampled_from(RULES),
)
def test_every_rule_is_named_for_the_number_it_leads_to(family, kernel, stride, dilation, jump, field, rule):
    dilation = 1 if family == "pooling" else dilation
    grows = (kernel - 1) * dilation * jump
    step = Step(family, grows, jump, kernel, stride, dilation, last_stride=2 if jump > 1 else 1,
                after_pooling=jump > 1, size=8, image=32)  # fmt: skip
    if not rule.applies(step):
        return
    value = rule.value(field, step)
    value = field + 1 if value == ANYTHING_MORE else value
    if value is None or value == field + grows:
        return
    kind, why = named((value, value), Held((field, field), (field, field)), [(step, step)])
    rivals = [r.kind for r in RULES if r.applies(step) and r.value(field, step) in (value, ANYTHING_MORE)]
    assert kind == (rivals[0] if rivals else rule.kind) and why


def test_steps_know_what_came_before():
    layers = [conv(), POOL, conv(1), conv(strides=2), conv()]
    steps = [pair[0] for pair in steps_of(ledger(layers))]
    assert [step.first for step in steps] == [True, False, False, False, False]
    assert [step.after_pooling for step in steps] == [False, False, True, True, False]
    assert [step.last_stride for step in steps] == [1, 1, 2, 2, 2]
    assert [step.jump for step in steps] == [1, 1, 2, 2, 4]
