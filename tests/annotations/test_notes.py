"""Notes in the styles that learners write: what each claims, and what claims nothing."""

import pytest

from course.annotations import check
from course.annotations.notes.note import Note
from course.annotations.reading.documents import read


def claims_of(notes, legends=()):
    """Return what notes beside the layers of a network of their own claim."""
    first = "Conv2D(48, 3, padding='same', input_shape=(32, 32, 3))"
    calls = (first, "Conv2D(48, 3)", "MaxPooling2D(2)", "Conv2D(48, 3)")
    lines = [f"model.add({call})  # {note}" for call, note in zip(calls, notes, strict=False)]
    return [noted.claim for noted in read("\n".join([*(f"# {legend}" for legend in legends), *lines])).layers]


STYLES = [
    # note, size, receptive field, parameters
    ("10x10 (RF)", None, 10, None),
    ("Output Channel : 15x15x96", (15, 15, 96), None, None),
    ("14x14x48 feature maps, RF 6", (14, 14, 48), 6, None),
    ("48 feature maps of 14x14, RF 6", (14, 14), 6, None),
    ("R F = 6", None, 6, None),
    ("RF = 10 = 6 + 4", None, 10, None),
    ("RF: 10 (= 6 + (3-1)*2)", None, 10, None),
    ("RF = 6 + 4 = 10", None, 10, None),
    ("RF: 5 (3*3*3*64+64 = 1792)", None, 5, None),
    ("RF 5 3*3*3*64+64 = 1792", None, 5, None),
    ("RF 6+4 -> 10", None, 10, None),
    ("RF +4 → 10", None, 10, None),
    ("params: 448 = 3*3*3*16 + 16", None, None, 448),
    ("28x28x32 = (30-3)/1 + 1, RF 5", (28, 28, 32), 5, None),
    ("block 1 = conv + relu, RF 3", None, 3, None),
    ("4'640 params, RF 5", None, 5, 4640),
    ("4_640 params, RF 5", None, 5, 4640),
    ("4.640 Parameter, RF 5", None, 5, 4640),
    ("params: 4'640, RF 5", None, 5, 4640),
    ("Output: 16 channels, 30x30, RF 3", (30, 30), 3, None),
    ("output shape: (128, 32, 32, 16), RF 3", (32, 32, 16), 3, None),
    ("(64, 28, 28, 32) RF 5", (28, 28, 32), 5, None),
    ("RF ≈ 6", None, 6, None),
    ("RF = prev RF + 4 = 12", None, 12, None),
    ("RF goes from 6 to 10", None, 10, None),
    ("nin=32 nout=30 rin=1 rout=3 jin=1 jout=1", (30,), 3, None),
    ("RF 6/32", None, None, None),
    ("32x32x48, RF 3", (32, 32, 48), 3, None),
    ("RF: 5x5", None, 5, None),
    ("-> 30*30*64 | 5", (30, 30, 64), None, None),
    ("Output - 32/32/64, RF-3", (32, 32, 64), 3, None),
    ("o/p 30x30x64 rf=5", (30, 30, 64), 5, None),
    ("Output: (30,30,64) Receptive Field: 5", (30, 30, 64), 5, None),
    ("30 x 30 x 64 ; receptive field = 5 x 5", (30, 30, 64), 5, None),
    ("(None, 30, 30, 64) RF 5x5", (30, 30, 64), 5, None),
    ("out=30, rf=5", (30,), 5, None),
    ("output size 30 | RF 5 | 1,758 params", (30,), 5, 1758),
    ("30×30×48 (RF: 5×5)", (30, 30, 48), 5, None),
    ("R.F.=5", None, 5, None),
    ("GRF 5", None, 5, None),
    ("1x1x10", (1, 1, 10), None, None),
    ("RF=5x5, size 30X30X64", (30, 30, 64), 5, None),
    ("receptive field of 5", None, 5, None),
    ("output channel size 30 RF 5", (30,), 5, None),
    ("Output - 32 * 32 * 48 | Receptive Field - 3 * 3", (32, 32, 48), 3, None),
    ("[30,30,64] | RF: [5,5]", (30, 30, 64), 5, None),
    ("shape 30,30,64 rf 5", (30, 30, 64), 5, None),
    ("RF = 4 + (3-1)*2 = 8", None, 8, None),
    ("4 + (3-1)*2 = 8", None, 8, None),
    ("3x3 RF", None, 3, None),
    ("5 RF", None, 5, None),
    ("RF after this layer: 10", None, 10, None),
    ("rf_out=10 jump_out=2", None, 10, None),
    ("n_in=32, k=3, s=1, j=2, rf=14", None, 14, None),
    ("RF = 5px", None, 5, None),
    ("RF: 5 pixels, 30x30px", (30, 30), 5, None),
    ("3x3 conv, 48 filters", None, None, None),
    ("dropout 0.25", None, None, None),
    ("BLOCK 1", None, None, None),
    ("10 classes", None, None, None),
    ("RF = ?", None, None, None),
    ("RF = ?, size 30", (30,), None, None),
    ("３０×３０×４８ ＲＦ ５", (30, 30, 48), 5, None),
    ("30\u00a0x\u00a030 — RF – 5", (30, 30), 5, None),
    ("RF5", None, 5, None),
    ("rf5x5", None, 5, None),
    ("RF 3 -> 5", None, 5, None),
    ("32x32x3 -> 30x30x48, RF 3", (30, 30, 48), 3, None),
    ("input 32x32x3, output 30x30x48, RF 3", (30, 30, 48), 3, None),
    ("Input: 32x32x3 | Output: 30x30x64 | RF: 3x3", (30, 30, 64), 3, None),
    ("i/p 32x32x3 o/p 30x30x48 rf 3", (30, 30, 48), 3, None),
    ("64@30x30 RF 5", (30, 30, 64), 5, None),
    ("30x30@64", (30, 30, 64), None, None),
    ("kernel 3x3, out 30x30x48, RF=5", (30, 30, 48), 5, None),
    ("3x3 kernel 48 filters", None, None, None),
    ("conv 3x3", None, None, None),
    ("Receptive field: 5x5, Output size: 30x30", (30, 30), 5, None),
    ("output_size=30 receptive_field=5", (30,), 5, None),
    ("Output Size: 30*30*64; RF: 5*5; #params: 155", (30, 30, 64), 5, 155),
    ("params 1758", None, None, 1758),
    ("size(30,30,64) rf(5)", (30, 30, 64), 5, None),
    ("RF size: 5", None, 5, None),
    ("RF is now 5 pixels", None, 5, None),
    ("n_out=30, j_out=1, rf_out=3", (30,), 3, None),
    ("n=30 j=1 r=3", (30,), 3, None),
    ("Receptive Feild = 5", None, 5, None),
    ("receptive-field 5", None, 5, None),
    ("30x30x48, receptive field 5x5", (30, 30, 48), 5, None),
    ("RF: 3+2=5", None, 5, None),
    ("RF = 3 + 2", None, None, None),
    ("max pool 2x2", None, None, None),
    ("2x2 max pooling, RF 6", None, 6, None),
    ("RF same as above, 30x30x48", (30, 30, 48), None, None),
    ("30x30x48 | RF unchanged", (30, 30, 48), None, None),
    ("Output: 30x30x48, RF: 5x5, Jump: 1", (30, 30, 48), 5, None),
    ("stride 2, RF 6", None, 6, None),
    ("RF 6, stride 2", None, 6, None),
    ("RF(5)", None, 5, None),
    ("rf~5", None, 5, None),
    ("RF => 5", None, 5, None),
    ("Size - 30, RF - 5", (30,), 5, None),
    ("output shape: (?, 30, 30, 64), rf: 5", (30, 30, 64), 5, None),
    ("out: 30 30 64 rf: 5", (30, 30, 64), 5, None),
    ("#30-30-64, rf 5", (30, 30, 64), 5, None),
    ("RF 3x3 out 30x30x64", (30, 30, 64), 3, None),
    ("30x30x64 output, 5x5 RF", (30, 30, 64), 5, None),
    ("size: (32-3)/1+1 = 30", (30,), None, None),
    ("(32 - 3)/1 + 1 = 30", (30,), None, None),
    ("Out: 15x15x128 RF: 6x6 (pooling)", (15, 15, 128), 6, None),
    ("Total params: 65,101", None, None, None),
    ("1,758 parameters", None, None, 1758),
    ("30x30 with RF 5", (30, 30), 5, None),
    ("feature map 30x30x64, field of view 5", (30, 30, 64), 5, None),
    ("O/P: 30x30x64, RF: 5", (30, 30, 64), 5, None),
    ("OP 30x30", (30, 30), None, None),
    ("Output shape = 30 x 30 x 64, Receptive field = 5 x 5", (30, 30, 64), 5, None),
    ("local RF 3x3, global RF 5x5", None, 5, None),
    ("lr=0.1", None, None, None),
    ("[30x30x64] [5x5]", (30, 30, 64), None, None),
    ("[[30, 30, 64]] RF: [[5]]", (30, 30, 64), 5, None),
    ("RF 7 ; 26x26x32", (26, 26, 32), 7, None),
    ("7x7 receptive field, 26x26 output", (26, 26), 7, None),
    ("activation relu", None, None, None),
    ("use 3x3x64 filters", None, None, None),
    ("Output dims 30,30,64 RF 5,5", (30, 30, 64), 5, None),
    ("Receptive field: 5. Output: 30x30x64.", (30, 30, 64), 5, None),
    ("size=30x30x48 rf=5 params=1758", (30, 30, 48), 5, 1758),
    ("RF:5;Size:30x30x48", (30, 30, 48), 5, None),
    ("30X30X48|RF5", (30, 30, 48), 5, None),
    ("layer 3: 30x30x48, RF=7", (30, 30, 48), 7, None),
    ("conv1: 30x30x48, RF=7", (30, 30, 48), 7, None),
    ("RF 5*5 output 30*30*48", (30, 30, 48), 5, None),
    ("output is 30x30x48 and receptive field is 5x5", (30, 30, 48), 5, None),
    ("Output image size 30x30, receptive field of 5x5", (30, 30), 5, None),
    ("32x32x3 | 3x3x3x32 | 32x32x32 | RF 3x3", (32, 32, 32), 3, None),
    ("RF - 5 x 5 , o/p - 30 x 30 x 48", (30, 30, 48), 5, None),
    ("128,128,64 RF 3", (128, 128, 64), 3, None),
    ("size 32 -> 30, RF 3 -> 5", (30,), 5, None),
    ("<b>Output - 30/30/48, RF-5</b><br>", (30, 30, 48), 5, None),
    ("RF: 5², 30²", (30, 30), 5, None),
    ("dropout of 10% RF 5", None, 5, None),
    ("48 channels, 30x30, RF 5", (30, 30), 5, None),
    ("Out size: 30 x 30 x 64 and RF: 5 x 5", (30, 30, 64), 5, None),
    ("RF=5, Out=30x30x64", (30, 30, 64), 5, None),
    ("Out_shape=(30, 30, 64), RF=(5, 5)", (30, 30, 64), 5, None),
    ("ReceptiveField=5", None, 5, None),
    ("recep field 5", None, 5, None),
    ("Rf: 5 , Channel size: 30*30", (30, 30), 5, None),
    ("30,30,48; 5 RF", (30, 30, 48), 5, None),
    ("output 30x30x48 RF after conv 5", (30, 30, 48), 5, None),
    ("batch norm", None, None, None),
    ("1x1 conv to reduce channels to 32", None, None, None),
    ("image size: 30x30 RF: 5 x 5", (30, 30), 5, None),
    ("OUTPUT: 30X30X48 RECEPTIVE FIELD: 5X5", (30, 30, 48), 5, None),
    ("this layer sees 5 pixels", None, None, None),
    ("output size: 30 x 30, receptive field size: 5 x 5", (30, 30), 5, None),
    ("rf=5 out=30x30 (valid padding)", (30, 30), 5, None),
    ("32 x 32 x 32 ==> RF = 3 x 3", (32, 32, 32), 3, None),
    ("x: 30x30x48 rf: 5", (30, 30, 48), 5, None),
    ("output 4x4, kernel 3, rf 28", (4, 4), 28, None),
    ("Epoch 1/50", None, None, None),
    ("todo: try 64 filters", None, None, None),
    ("RF: 44x44 (whole image)", None, 44, None),
    # thousands
    ("4 640 params", None, None, 4640),
    ("4\u202f640 paramètres, RF 5", None, 5, 4640),
    ("RF 5, 4\u00a0640 params", None, 5, 4640),
    ("RF 5 (12 345 678 trainable params)", None, 5, 12345678),
    ("30x30x64 | RF 5 | ~4 640 params", (30, 30, 64), 5, 4640),
    ("RF 5 / 4 640 params", None, 5, 4640),
    ("params: 4 640, RF 5", None, 5, 4640),
    ("params = 3*3*512 + 32 = 4 640", None, None, 4640),
    ("RF 5, 4 640 MACs", None, 5, None),
    ("RF 3 640 params", None, 3, 640),
    ("RF: 3 640 params", None, 3, 640),
    ("conv 3 128 params", None, None, 128),
    ("30, 30, 16 448 params", (30, 30, 16), None, 448),
    ("30/30/16 448 params", (30, 30, 16), None, 448),
    ("RF 3, 442,368 MACs", None, 3, None),
    ("RF 3, 442.368 MACs", None, 3, None),
    ("RF 5, 1,792 params", None, 5, 1792),
    ("32x32, RF 5, 4,640 params", (32, 32), 5, 4640),
    ("32x32, 4,640 params", None, None, 4640),
    ("32x32x32, 12,345,678 params", (32, 32, 32), None, 12345678),
    # formulas with names
    ("rf_out = rf_in + (k-1)*j = 10", None, 10, None),
    ("RF_out=RF_in+(k-1)*j=10", None, 10, None),
    ("RF = RF_prev + (k-1)*jump = 5 + 2*2 = 9", None, 9, None),
    ("RF(l) = RF(l-1) + (k−1)×j = 10", None, 10, None),
    ("RF = RF_{l-1} + (k - 1) x jump -> 10", None, 10, None),
    ("RF = previous RF + (kernel - 1) * jump = 10", None, 10, None),
    ("RF = 5 + (k-1)*2 = 9 | out = n - k + 1 = 30", (30,), 9, None),
    ("RF 10 = rf_in + (k-1)*j", None, 10, None),
    ("RF: 10 (= rf_in + (k-1)*jump)", None, 10, None),
    ("out = (in + 2p - k)/s + 1 = 16", (16,), None, None),
    ("out = ⌊(n + 2p - k)/s⌋ + 1 = (32 + 2 - 3)/2 + 1 = 16", (16,), None, None),
    ("out = floor((input size + 2*padding - kernel)/stride) + 1 = 16", (16,), None, None),
    ("out = in/s = 16", (16,), None, None),
    ("params = k*k*c_in*c_out + c_out = 4 640", None, None, 4640),
    ("j_out = j_in * s = 2", None, None, None),
    ("RF = rf_in + (k-1)*j", None, None, None),
    ("rf_in + (k-1)*j = 10", None, None, None),
    ("RF = 3 - out = 30", (30,), 3, None),
    ("size:30-RF=5", (30,), 5, None),
    ("RF: see above + size = 30", (30,), None, None),
    # what a unit sees
    ("each output pixel sees 3 pixels", None, None, None),
    ("each output sees 5x5 pixels", None, None, None),
    ("each output pixel sees 3x3 pixels of the input", None, 3, None),
    ("looks at 3 x 3 pixels of the original image", None, 3, None),
    ("sees 10x10 input pixels", None, 10, None),
    ("30x30 output, each pixel sees 5x5 of the input", (30, 30), 5, None),
    ("the receptive field covers 5x5 pixels of the input", None, 5, None),
    ("sees 25 pixels of the image", None, None, None),
    ("sees 5x5 pixels of its input", None, None, None),
    ("looks at 3x3 pixels of the input feature map", None, None, None),
    ("RF 5: each pixel sees 3 pixels of the previous layer", None, 5, None),
    ("RF: each pixel sees 3 pixels of the previous layer", None, None, None),
]


@pytest.mark.parametrize(("note", "size", "field", "parameters"), STYLES, ids=[style[0] for style in STYLES])
def test_a_note_claims_what_it_says(note, size, field, parameters):
    claim = Note(note).claim()
    assert claim.size == size
    assert claim.receptive_field == (None if field is None else (field, field))
    assert claim.parameters == parameters


@pytest.mark.parametrize("note", [style[0] for style in STYLES])
def test_case_and_spaces_do_not_matter(note):
    spaced = "   " + note.replace(" ", " \u00a0 ") + "\t"
    assert Note(note.upper()).claim() == Note(note).claim() == Note(spaced).claim()


def test_height_and_width_may_differ():
    claim = Note("30x28x48, RF 5x3").claim()
    assert claim.size == (30, 28, 48)
    assert claim.receptive_field == (5, 3)


@pytest.mark.parametrize(
    "form", ["-> {0}*{0}*48 | {1}", "{0}x{0}x48, {1}", "{0},{0},48,{1}", "({0}, {0}, 48) {1}x{1}"]
)
def test_a_second_column_that_grows_is_the_receptive_field(form):
    notes = [form.format(size, field) for size, field in ((32, 3), (30, 5), (15, 6), (13, 10))]
    claims = claims_of(notes)
    assert [claim.receptive_field for claim in claims] == [(3, 3), (5, 5), (6, 6), (10, 10)]
    assert [claim.size for claim in claims] == [(n, n, 48) for n in (32, 30, 15, 13)]


@pytest.mark.parametrize("form", ["{0} | {1}", "{0} {1}", "{0}, {1}", "{0}/{1}", "{0}x{0} {1}x{1}"])
def test_two_bare_columns_are_told_apart_by_which_one_shrinks(form):
    pairs = ((32, 3), (30, 5), (15, 6), (13, 10))
    for order in (1, -1):
        claims = claims_of([form.format(*pair[::order]) for pair in pairs])
        assert [claim.size[0] for claim in claims] == [32, 30, 15, 13]
        assert [claim.receptive_field for claim in claims] == [(3, 3), (5, 5), (6, 6), (10, 10)]


def test_a_legend_names_the_columns():
    claims = claims_of(["3 | 30", "5 | 28"], ["RF | output size"])
    assert [claim.receptive_field for claim in claims] == [(3, 3), (5, 5)]
    assert [claim.size for claim in claims] == [(30,), (28,)]


def test_a_bare_number_before_the_field_is_a_size_only_where_it_shrinks():
    assert [claim.size for claim in claims_of(["32, RF 3", "30, RF 5"])] == [(32,), (30,)]
    assert [claim.size for claim in claims_of(["32, RF 3", "64, RF 5"])] == [None, None]


def test_columns_in_doubt_are_not_claimed():
    assert not any(claims_of(["48 3", "96 3", "192 3"]))
    assert not any(claims_of(["48", "96", "192", "384"]))
    assert not any(claims_of(["3x3", "3x3", "1x1", "3x3"]))


@pytest.mark.parametrize("behind", ["30 x 30 x 48", "30x30x48", "30 by 30 by 48"])
def test_a_size_behind_the_field_is_no_part_of_it(behind):
    claim = Note(f"RF 5, {behind}").claim()
    assert (claim.size, claim.receptive_field) == ((30, 30, 48), (5, 5))


def test_a_number_behind_the_field_is_no_part_of_it():
    assert [claim.receptive_field for claim in claims_of(["RF 3, 32", "RF 5, 30"])] == [(3, 3), (5, 5)]
    assert [claim.size for claim in claims_of(["RF 3, 32", "RF 5, 30"])] == [(32,), (30,)]
    assert Note("RF (3, 5)").claim().receptive_field == (3, 5)
    assert Note("RF 5, 5").claim().receptive_field == (5, 5)


def test_a_field_that_exceeds_the_image_is_compared_with_it():
    assert Note("8x8x32, RF 74 > 64").claim().receptive_field == (74, 74)
    assert Note("RF 3 > 5").claim().receptive_field == (5, 5)


def test_a_product_behind_a_size_is_no_claim_of_its_own():
    text = "x = Input((32, 32, 3))\nx = Conv2D(16, 3)(x)  # 30x30x16, RF 3\nx = Flatten()(x)  # 14400 = 30*30*16"
    found = check(text)
    assert found.all_right and found.layers[1].noted.claim.size == (14400,)


@pytest.mark.parametrize("note", ["30x30x48, rf: 7/32", "output size: 2x3x4x5, RF 3"])
def test_a_labelled_number_that_claims_nothing_is_said_to_be_unread(note):
    assert [token.text for token in Note(note).unread()] == [note.split()[-1] if "/" in note else "2x3x4x5"]


def test_the_side_of_the_image_behind_each_field_is_no_number_of_channels():
    text = "x = Input((32, 32, 3))\n" + "".join(
        f"x = Conv2D({filters}, 3)(x)  # {size}x{size}x{filters}, RF {field} of 32\n"
        for filters, size, field in ((16, 30, 3), (16, 28, 5), (32, 26, 7), (32, 24, 9))
    )
    found = check(text)
    assert found.all_right and not found.unread and found.summary().startswith("8 notes")


FOUR = (
    "m.add(Conv2D(16, 3, padding='same', input_shape=(32, 32, 3)))  # {}\nm.add(Conv2D(16, 3))  # {}\n"
    "m.add(MaxPooling2D(2))  # {}\nm.add(Conv2D(32, 3))  # {}"
)


@pytest.mark.parametrize(
    ("notes", "fields", "parameters"),
    [
        (("448 params", "2 320 params", "0 params", "4 640 params"), [None] * 4, [448, 2320, 0, 4640]),
        (("3 448 params", "5 2 320 params", "6", "10 4 640 params"), [3, 5, 6, 10], [448, 2320, None, 4640]),
        (("RF 3 448 params", "RF 5 2 320 params", "", "RF 10 4 640 params"), [3, 5, None, 10],
         [448, 2320, None, 4640]),
        (("RF 3, 442,368 MACs", "RF 5, 2,320 params", "RF 6", "RF 10, 4,640 params"), [3, 5, 6, 10],
         [None, 2320, None, 4640]),
    ],
)  # fmt: skip
def test_a_space_parts_thousands_or_two_numbers_as_the_layer_has_it(notes, fields, parameters):
    found = check(FOUR.format(*notes))
    claims = [each.noted.claim for each in found.layers]
    assert [claim.receptive_field and claim.receptive_field[0] for claim in claims] == fields
    assert [claim.parameters for claim in claims] == parameters and found.all_right


@pytest.mark.parametrize(
    ("notes", "parameters", "macs"),
    [
        # The result or the terms are the layer's: 3*3*3*16 + 16, 3*3*16*16 + 16, 3*3*16*32 + 32.
        (("3*3*3*16+16 = 448", "3*3*16*16+16 = 2320", "", "(3*3*16+1)*32 = 4,640"),
         [448, 2320, None, 4640], [None] * 4),
        (("32x32x16, RF 3, 448 = 3x3x3x16 + 16", "RF 5 (3*3*16*16+16 = 2302)", "RF 6", "RF 10, 4*3*16*32+32=4640"),
         [448, 2302, None, 4640], [None] * 4),
        (("3*3*3*16*32*32 = 442368", "30*30*9*16*16 = 2,073,600", "", "1 + 2*2 = 5"), [None] * 4,
         [442368, 2073600, None, None]),
        # These are not, or may be something else.
        (("3*3*3*16 = 432", "2*30*30 = 1800", "2*2 = 4", "13*13*32 = 5408"), [None] * 4, [None] * 4),
        (("3*3*3*16 + 16", "", "", ""), [None] * 4, [None] * 4),
    ],
)  # fmt: skip
def test_a_formula_without_a_label_counts_what_it_fits(notes, parameters, macs):
    found = check(FOUR.format(*notes))
    claims = [each.noted.claim for each in found.layers]
    assert [claim.parameters for claim in claims] == parameters
    assert [claim.macs and claim.macs.value for claim in claims] == macs
    verdicts = [each.parameters.verdict for each in found.layers]
    assert [verdict == "wrong" for verdict in verdicts] == [n == 2302 for n in parameters]


def test_a_sum_that_is_no_size_may_lead_to_one_all_the_same():
    found = check(FOUR.format("(32 - 1)/1 + 1 = 32", "32 - 3 + 1 = 30", "30/2 = 15", "15 - 3 + 1 = 13"))
    assert [each.noted.claim.size for each in found.layers] == [(32,), (30,), (15,), (13,)]


FIRST = "channels come first in what is noted; it is read as (height, width, channels)"


@pytest.mark.parametrize(
    ("sizes", "wrong"),
    [
        ((32, 30, 15, 13), [None] * 4),
        ((32, 32, 16, 14), [None, "valid conv annotated as same", None, None]),
        ((32, 30, 15, 12), [None, None, None, "other/typo"]),
    ],
)
@pytest.mark.parametrize(
    "form", ["{1}x{0}x{0}", "({1}, {0}, {0})", "output: {1}, {0}, {0}", "(None, {1}, {0}, {0})"]
)
def test_a_size_with_channels_first_is_judged_as_such(form, sizes, wrong):
    channels = (16, 16, 16, 32)
    found = check(FOUR.format(*(form.format(*pair) for pair in zip(sizes, channels, strict=True))))
    assert [each.noted.claim.size[:2] for each in found.layers] == [(size, size) for size in sizes]
    assert [each.size.mistake for each in found.layers] == wrong
    assert all(each.channels.verdict == "right" for each in found.layers)
    assert FIRST in found.remarks[-1]


def test_what_is_wrong_with_channels_first_too_stays_as_it_is_written():
    found = check(FOUR.format("16x32x32", "32x30x16", "15x16x16", "16x24x24"))
    sizes = [(32, 32, 16), (32, 30, 16), (15, 16, 16), (16, 24, 24)]
    assert [each.noted.claim.size for each in found.layers] == sizes
    assert [each.size.verdict for each in found.layers] == ["right", "wrong", "wrong", "wrong"]
    assert found.remarks == (f"Line 1: {FIRST}.",)
    kernels = check(FOUR.format("16x3x3, RF 3", "16x3x3, RF 5", "RF 6", "32x3x3, RF 10"))
    assert kernels.all_right and kernels.remarks == ()


@pytest.mark.parametrize(
    ("notes", "fields"),
    [
        # Of the input of each layer, of the image, and of neither.
        ([f"{n}x{n} pixels of the input" for n in (3, 3, 2, 3)], [3, None, None, None]),
        ([f"{n}x{n} pixels of the image" for n in (3, 5, 6, 8)], [3, 5, 6, 8]),
        ([f"{n} pixels" for n in (3, 5, 6, 10)], [3, 5, 6, 10]),
        ([f"{n} pixels" for n in (3, 3, 2, 3)], [None] * 4),
        ([f"{n * n} pixels of the image" for n in (3, 5, 6, 10)], [None] * 4),
    ],
)
def test_what_a_unit_sees_is_a_field_where_it_is_of_the_image(notes, fields):
    found = check(FOUR.format(*(f"each output pixel sees {note}" for note in notes)))
    claims = [each.noted.claim for each in found.layers]
    assert [claim.receptive_field and claim.receptive_field[0] for claim in claims] == fields
    assert not any(claim.size for claim in claims)
    assert [each.receptive_field.verdict == "wrong" for each in found.layers] == [field == 8 for field in fields]


def test_a_long_note_is_read_in_no_time_and_without_a_crash():
    for piece in ("3x", "1,", "((", "rf ", "1-1-", "= ", "none, ", "30 30 30 ", "\U0001f600", "\ud800",
                  "1x1", "a x ", "a1 xa", "a{b}x ", "a(b)+", "k (", "1 000 ", "= a+", "sees 3x3 "):  # fmt: skip
        for ahead, behind in (("", ""), ("= ", "="), ("5 = ", "|")):
            Note(ahead + piece * 20_000).claim()
            Note(ahead + piece * 40 + behind).claim()
