"""MACs and FLOPs beside layers: how they are read, judged and put right, and what of them is left alone."""

import pytest

from course.annotations import check, fixed
from course.annotations.claims import Operations
from course.annotations.notes.note import Note

NET = (
    "m = Sequential()\n"
    "m.add(Conv2D(16, 3, padding='same', input_shape=(32, 32, 3)))  # {}\n"  # 3*3*3*16 * 32*32 = 442,368
    "m.add(Conv2D(16, 3))  # {}\n"  # 3*3*16*16 * 30*30 = 2,073,600
    "m.add(MaxPooling2D(2))  # {}\n"
    "m.add(Conv2D(32, 3))  # {}\n"  # 3*3*16*32 * 13*13 = 778,752
    "m.add(Flatten())\n"
    "m.add(Dense(10))  # {}\n"  # 5,408*10 = 54,080; all: 3,348,800
)


@pytest.mark.parametrize(
    ("note", "value", "place"),
    [
        ("442,368 MACs", 442368, 1),
        ("RF 3, 442 368 MACs", 442368, 1),
        ("442.368 MACs", 442368, 1),
        ("MACs: 442368", 442368, 1),
        ("#MACs 442368, RF 3", 442368, 1),
        ("MACs = 27*16*1024 = 442,368", 442368, 1),
        ("27 * 16 * 1024 = 442,368 MACs", 442368, 1),
        ("448 params 442368 MACs", 442368, 1),
        ("442,368 MACs (448 params)", 442368, 1),
        ("442368 multiply-accumulates", 442368, 1),
        ("442.4 k mult-adds", 442400, 100),
        ("442k MACs", 442000, 1000),
        ("0.44 M MACs", 440000, 10000),
        ("0,44 M MACs", 440000, 10000),
        ("0.44 million MACs (448 parameters)", 440000, 10000),
        ("MMACs: 0.44", 440000, 10000),
        ("MACs ~ 0.44M", 440000, 10000),
        ("RF 3 - 0.44M MACs", 440000, 10000),
        ("RF 3, 0.44 M MACs, 448 params", 440000, 10000),
        ("32, 32, 16, 0.44 M MACs", 440000, 10000),
        ("1,849.7 M MACs", 1849700000, 100000),
        # The last digits may be rounded, but the first two are meant.
        ("440,000 MACs", 440000, 10000),
        ("400,000 MACs", 400000, 10000),
        ("about 400,000 MACs", 400000, 100000),
        ("0 MACs", 0, 1),
    ],
)
def test_a_number_of_macs_is_read_as_far_as_it_was_written(note, value, place):
    assert Note(note).claim().macs == Operations(value, place)


def test_flops_are_two_a_mac():
    assert Note("0.88 MFLOPs").claim().macs == Operations(880000, 10000, per_mac=2)
    assert Note("FLOPs: 884,736").claim().macs == Operations(884736, 1, per_mac=2)


@pytest.mark.parametrize(
    "note", ["total MACs: 5 M", "1,166 M MACs", "4.4e5 MACs | 5", "trained on my Mac, 30 min", "MACs (M): 0.44"]
)
def test_what_is_no_number_of_macs_of_a_layer_is_not_read_as_one(note):
    assert Note(note).claim().macs is None


def judged(*notes):
    """Return the verdicts on the MACs beside the layers of NET."""
    found = check(NET.format(*notes))
    return [each.macs for each in found.layers if each.noted.kind != "Flatten"]


RIGHT, LEFT, FREE = "right", "not judged", "unclaimed"


@pytest.mark.parametrize(
    "notes",
    [
        ("442,368 MACs", "2,073,600 MACs", "0 MACs", "778,752 MACs", "54,080 MACs"),
        ("0.44 M MACs", "2.07 M MACs", "0 MACs", "0.78 M MACs", "54k MACs"),
        ("884,736 FLOPs", "4.15 MFLOPs", "0 FLOPs", "1.56 MFLOPs", "0.11 MFLOPs"),
        ("442368", "2073600", "0 MACs", "778752", "54080"),
    ],
)
def test_right_numbers_pass_as_rounded_as_they_are_written(notes):
    assert [each.verdict for each in judged(*notes)] == [RIGHT] * 5


@pytest.mark.parametrize(
    ("note", "mistake", "why"),
    [
        ("2,073,601 MACs", "wrong MAC count", "It needs 2,073,600 MACs, not 2,073,601."),
        ("4,147,200 MACs", "FLOPs noted as MACs", "FLOPs are twice as many"),
        ("2,359,296 MACs", "MACs at the input's size", "the window stops at 30×30 positions, not at 32×32"),
        ("4,718,592 FLOPs", "MACs at the input's size", "It needs 4,147,200 FLOPs, not 4,718,592"),
        ("2,304 MACs", "MACs of one position", "it is done at 30×30 = 900 positions"),
        ("2,320 MACs", "parameters noted as MACs", "each weight is used once at a position"),
        ("230,400 MACs", "kernel left out", "the kernel has 3×3 taps at each position"),
        ("691,200 MACs", "one side of the kernel left out", "the kernel has 3×3 taps."),
        # 16 channels and 16 filters: which were left out can't be told.
        ("129,600 MACs", "wrong MAC count", "It needs 2,073,600 MACs, not 129,600."),
    ],
)
def test_a_wrong_number_is_named_with_what_was_done(note, mistake, why):
    first, second, *_ = judged("442,368 MACs", note, "", "", "")
    assert first.verdict == RIGHT and (second.verdict, second.mistake) == ("wrong", mistake)
    assert why in second.explanation
    if "MACs" in note:
        assert "It needs 2,073,600 MACs" in second.explanation


def test_channels_and_filters_that_were_left_out_are_told_apart():
    *_, conv, dense = judged("442,368 MACs", "", "", "48,672 MACs", "54k MACs")
    assert conv.explanation == (
        "It needs 778,752 MACs, not 48,672: each filter spans all 16 channels that come in."
    ) and dense.verdict == RIGHT
    assert judged("442,368 MACs", "", "", "24,336 MACs", "")[3].mistake == "filters left out"


@pytest.mark.parametrize(
    ("layer", "note", "mistake"),
    [
        # 30 * 30 positions: 9 * 3 and 3 * 16 of the halves, 9 * 3 * 16 of a plain convolution.
        ("SeparableConv2D(16, 3)", "67,500 MACs", None),
        ("SeparableConv2D(16, 3)", "388,800 MACs", "a separable convolution counted as a plain one"),
        ("SeparableConv2D(16, 3)", "43,200 MACs", "depthwise half left out"),
        ("SeparableConv2D(16, 3)", "24,300 MACs", "pointwise half left out"),
        ("DepthwiseConv2D(3)", "24,300 MACs", None),
        ("DepthwiseConv2D(3)", "72,900 MACs", "a depthwise convolution counted as a plain one"),
    ],
)
def test_separable_and_depthwise_convolutions(layer, note, mistake):
    (found,) = check(f"x = Input((32, 32, 3))\nx = {layer}(x)  # RF 3, {note}").layers
    assert found.macs.mistake == mistake and found.macs.verdict == ("wrong" if mistake else RIGHT)


def test_macs_of_a_size_that_was_noted_wrongly_are_inherited():
    notes = ("32x32x16, 442,368 MACs", "32x32x16, 2,359,296 MACs", "16x16x16", "14x14x32, 903,168 MACs", "")
    assert [each.verdict for each in judged(*notes)] == [RIGHT, "inherited", FREE, "inherited", FREE]
    text, left = fixed(NET.format(*notes))
    assert "30x30x16, 2,073,600 MACs" in text and "13x13x32, 778,752 MACs" in text and left == []


@pytest.mark.parametrize(
    ("notes", "verdicts"),
    [
        # All of the network's, at its end or at its beginning, right or not.
        (("", "", "", "", "3.35 M MACs"), [FREE] * 4 + [LEFT]),
        (("", "", "", "", "3.5 M MACs"), [FREE] * 4 + [LEFT]),
        (("4 M MACs", "", "", "", ""), [LEFT] + [FREE] * 4),
        (("442,368 MACs", "", "", "", "3.5 M MACs"), [RIGHT, FREE, FREE, FREE, LEFT]),
        # Running totals, one of them wrong.
        (("0.44 M MACs", "2.52 M MACs", "", "3.29 M MACs", "3.4 M MACs"), [RIGHT, LEFT, FREE, LEFT, LEFT]),
        # Of a block.
        (("", "2,515,968 MACs", "", "778,752 MACs", ""), [FREE, LEFT, FREE, RIGHT, FREE]),
        (("", "block 1: 2,615,968 MACs", "", "778,752 MACs", ""), [FREE, LEFT, FREE, RIGHT, FREE]),
        # Compared with something else.
        (("442,368 MACs", "1 M MACs less than before", "", "", ""), [RIGHT, LEFT, FREE, FREE, FREE]),
        (("442,368 MACs", "500,000 MACs + 300,000 MACs", "", "", ""), [RIGHT, LEFT, FREE, FREE, FREE]),
        # Additions of biases, and what pooling does, count for some.
        (("458,752 MACs", "", "14,400 MACs", "", "54,090 MACs"), [LEFT, FREE, LEFT, FREE, LEFT]),
        # FLOPs are counted in many ways.
        (("884,736 FLOPs", "3,999,999 FLOPs", "", "", ""), [RIGHT, LEFT, FREE, FREE, FREE]),
    ],
)
def test_what_may_be_meant_otherwise_is_not_accused(notes, verdicts):
    assert [each.verdict for each in judged(*notes)] == verdicts


def test_macs_beside_the_call_of_a_helper_may_be_of_all_its_layers():
    text = (
        "def block(x, n):\n    x = Conv2D(n, 3, padding='same')(x)\n{}    return BatchNormalization()(x)\n"
        "x = Input((32, 32, 3))\nx = block(x, 16)  # 32x32x16, 442,369 MACs\n"
        "x = Conv2D(8, 1)(x)  # 131,072 MACs\n"
    )
    again = "    x = Conv2D(n, 3, padding='same')(x)\n"
    verdicts = [[each.macs.verdict for each in check(text.format(more)).layers] for more in ("", again)]
    assert LEFT in verdicts[1] and "wrong" not in verdicts[1]


def test_macs_are_not_judged_where_the_size_is_not_known():
    text = "{}x = Conv2D(8, 3)(x)  # 64,800 MACs\nx = Conv2D(8, 3)(x)  # 451,585 MACs"
    assert [each.macs.verdict for each in check(text.format("")).layers] == [LEFT, LEFT]
    found = check(text.format("x = Input((32, 32, 1))\n"))
    assert [each.macs.verdict for each in found.layers] == [RIGHT, "wrong"]
    found = check(text.format("x = Input((32, 32, 1))\nx = Mine()(x)\n"))
    assert [each.macs.verdict for each in found.layers] == [FREE, LEFT, LEFT]
    branch = "x = Input((32, 32, 1))\nif deep:\n    x = Conv2D(1, 3)(x)\n"
    assert [each.macs.verdict for each in check(text.format(branch)).layers] == [FREE, LEFT, LEFT]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("2,073,601 MACs", "2,073,600 MACs"),
        ("2 073 601 MACs", "2 073 600 MACs"),
        ("MACs: 4147200", "MACs: 2073600"),
        ("2.36 M MACs", "2.07 M MACs"),
        ("2,36 M MACs", "2,07 M MACs"),
        ("4 M MACs", "2.1 M MACs"),
        ("230k MACs", "2074k MACs"),
        ("4.72 MFLOPs", "4.15 MFLOPs"),
        ("RF 5, 2.36 M MACs, 2,320 params", "RF 5, 2.07 M MACs, 2,320 params"),
    ],
)
def test_a_wrong_number_is_put_right_as_it_is_written(wrong, right):
    text = NET.format("442,368 MACs", wrong, "", "778,752 MACs", "")
    assert fixed(text) == (text.replace(wrong, right), [])


def test_json_holds_macs_where_they_are_noted():
    first, second, *_ = check(NET.format("442,368 MACs", "", "", "", "")).as_dict()["layers"]
    assert first["claimed"]["macs"] == first["true"]["macs"] == 442368
    assert first["parts"]["macs"] == {"verdict": "right", "mistake": None, "since": None}
    assert "macs" not in second["claimed"] and second["parts"]["macs"]["verdict"] == FREE


def test_notes_of_macs_alone_are_counted():
    found = check(NET.format("442,368 MACs", "2,073,601 MACs", "", "", ""))
    assert found.summary() == "2 notes of channels, parameters and MACs: 1 right, 1 wrong."
    assert not found.all_right and "Line 3, Conv2D, MACs: wrong MAC count. It needs 2,073,600 MACs" in str(found)
