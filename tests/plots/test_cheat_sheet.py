"""The cheat sheet: each formula gives what the ledger gives, and the committed pages hold what is drawn now."""

import pytest
from PIL import Image

import course.plots.cheat_sheet as sheet
from course.arithmetic import Conv2D, ledger
from course.arithmetic.layers import LAYERS
from course.notebooks import NOTEBOOKS

MIXED = {"kernel_size": 3, "strides": 2}
SAMPLES = {
    "Conv2D": (
        {"filters": 8, "dilation_rate": 2, "kernel_size": 3, "groups": 2},
        {"N": 8, "k": 3, "d": 2, "g": 2},
    ),
    "DepthwiseConv2D": (MIXED | {"depth_multiplier": 2}, {"k": 3, "s": 2, "M": 2}),
    "SeparableConv2D": (MIXED | {"filters": 8, "depth_multiplier": 2}, {"k": 3, "s": 2, "M": 2, "N": 8}),
    "MaxPooling2D": ({"pool_size": 3, "strides": 2}, {"k": 3, "s": 2}),
    "AveragePooling2D": ({"pool_size": 2}, {"k": 2, "s": 2}),
    "Reshape": ({"target_shape": (-1,)}, {}),
    "Dense": ({"units": 7}, {"N": 7}),
    "Conv2DTranspose": ({"filters": 8} | MIXED, {"k": 3, "s": 2, "N": 8}),
    "UpSampling2D": ({"size": 2}, {"s": 2}),
    "ZeroPadding2D": ({"padding": 2}, {"p": 2}),
    "Cropping2D": ({"cropping": 2}, {"p": 2}),
    "Dropout": ({"rate": 0.5}, {}),
    "Activation": ({"activation": "relu"}, {}),
}
MERGES = next(names for names, *_ in sheet.FORMULAS if "Add" in names)
ROWS = [(name, formulas) for names, *formulas in sheet.FORMULAS for name in names if name not in MERGES]


def rows_of(name):
    """Return the rows before and after a layer of a kind, and what the letters of its formulas stand for."""
    options, letters = SAMPLES.get(name, ({}, {}))
    before, *_, after = ledger([Conv2D(6, 5, 3), LAYERS[name](**options)], (64, 64, 3))
    if name == "Dense":
        before, _, after = ledger([Conv2D(6, 5, 3), LAYERS["GlobalAveragePooling2D"](), LAYERS[name](**options)])
    n, _, channels = before.output_shape
    letters = {"n": n, "C": channels, "s": 1, "d": 1, "p": 0, "M": 1, "g": 1, "k": 1} | letters
    letters["K"] = (letters["k"] - 1) * letters["d"] + 1
    letters["H"], letters["W"] = after.output_shape[:2] if len(after.output_shape) == 3 else (n, n)
    known = {"RF": before.nominal_receptive_field[0], "jump": before.jump[0], "start": before.start[0]}
    return before, after, letters | known


@pytest.mark.parametrize(("name", "formulas"), ROWS, ids=[name for name, _ in ROWS])
def test_formulas_give_what_the_ledger_gives(name, formulas):
    before, after, letters = rows_of(name)

    def sides(row):
        size = 1 if len(row.output_shape) == 1 else row.output_shape[0]
        return size, row.nominal_receptive_field[0], row.jump[0], row.start[0], row.parameters, row.macs

    for formula, true, was in zip(formulas, sides(after), sides(before), strict=True):
        if formula != "":
            assert (was if formula is None else eval(formula, {}, letters)) == true, formula


def test_kinds_that_share_the_last_row_do_nothing_to_a_map():
    listed = {name for names, *_ in sheet.FORMULAS for name in names}
    rest = [name for name in LAYERS if name not in listed]
    assert sheet.kinds().rows[-1][0] == ", ".join(rest) and rest
    for name in rest:
        before, after, _ = rows_of(name)
        assert (after.output_shape, after.axes, after.parameters, after.macs) == (
            before.output_shape,
            before.axes,
            0,
            0,
        )


def test_merges_hold_nothing():
    for name in MERGES:
        (*_, after) = ledger([Conv2D(6, 3), LAYERS[name]()], inputs=[(-1,), (0, 0)])
        assert (after.parameters, after.macs) == (0, 0)


def test_formulas_are_written_as_in_a_book():
    assert sheet._shown("k*k*C*M + C*M*N + N") == "k² C M + C M N + N"
    assert sheet._shown("(n - K)//s + 1") == "⌊(n − K) / s⌋ + 1"
    assert sheet._shown("start + ((K - 1)/2 - p)*jump") == "start + ((K − 1) / 2 − p) × jump"


def test_all_that_is_said_is_on_the_page_and_on_the_paper():
    page = sheet.cheat_sheet()
    page.draw_without_rendering()
    whole = page.bbox
    texts = [text for text in page.axes[0].texts if text.get_text()]
    for text in texts:
        box = text.get_window_extent()
        assert whole.x0 < box.x0 and box.x1 < whole.x1 and whole.y0 < box.y0 and box.y1 < whole.y1, text
    drawn = " ".join(text.get_text() for text in texts)
    for row in (*sheet.kinds().rows, *sheet._network().as_table().rows):
        assert all(part in drawn for cell in row for part in cell.split(", ")), row
    assert min(text.get_fontsize() for text in texts) >= 7.5


def test_the_committed_pages_hold_what_is_drawn_now():
    stamp, again = sheet.cheat_sheet().stamp(), "It is stale: run python -m course handouts."
    assert Image.open(NOTEBOOKS / "images" / "cheat_sheet.png").info["Description"] == stamp, again
    assert stamp.encode() in (NOTEBOOKS / "cheat_sheet.pdf").read_bytes(), again
