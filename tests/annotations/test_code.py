"""Keras code in many spellings, whole and broken: the layers and the notes that are theirs."""

import re

import pytest
from layer_kinds import KINDS, SETTINGS, joins

from course.annotations import check
from course.annotations.claims import ReadError
from course.annotations.reading.code import readings_of_code
from course.annotations.reading.documents import chosen
from course.arithmetic import (
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    KerasObject,
    MaxPooling2D,
    Pointwise,
    SeparableConv2D,
    from_config,
)


def read_code(text):
    return chosen(readings_of_code(text))


def layers(text):
    return [noted.layer for noted in read_code(text).layers]


def claims(text):
    return [(noted.claim.size, noted.claim.receptive_field) for noted in read_code(text).layers]


TWO = [((30, 30, 48), (3, 3)), ((28, 28, 48), (5, 5))]


@pytest.mark.parametrize(
    "text",
    [
        "model.add(Conv2D(48, 3))  # 30x30x48, RF 3\nmodel.add(Conv2D(48, 3))  # 28x28x48, RF 5",
        "net.add(tf.keras.layers.Conv2D(48, 3))#30x30x48, RF 3\n"
        "net.add(layers.Convolution2D(48, 3))#28x28x48, RF 5",
        "m = Sequential([\n  Conv2D(48, 3),  # 30x30x48, RF 3\n  Conv2D(48, 3)  # 28x28x48, RF 5\n])",
        "x = Conv2D(48, 3)(x)  # 30x30x48, RF 3\nx = Conv2D(48, 3)(x)  # 28x28x48, RF 5",
        "# 30x30x48, RF 3\nmodel.add(Conv2D(48, 3))\n# 28x28x48, RF 5\nmodel.add(Conv2D(48, 3))",
        "model.add(Conv2D(48, 3))\n# 30x30x48, RF 3\nmodel.add(Conv2D(48, 3))\n# 28x28x48, RF 5",
        "# 30x30x48\n# RF 3\n\nmodel.add(Conv2D(48, 3))\n\n# 28x28x48\n# RF 5\n\nmodel.add(Conv2D(48, 3))",
        "x = Input((32, 32, 3))\nx = Conv2D(48, 3)(x) // 30x30x48 RF 3\nx = Conv2D(48, 3)(x) <-- 28x28x48 RF 5",
        "model.add(Conv2D(48, 3))\n30x30x48 RF 3\nmodel.add(Conv2D(48, 3))\n28x28x48 RF 5",
        "model.add(Conv2D(48, 3)) -> 30*30*48 | 3\nmodel.add(Conv2D(48, 3)) -> 28*28*48 | 5",
        "model.add(Conv2D(48, 3)) - 30/30/48, RF-3\nmodel.add(Conv2D(48, 3)) Output - 28/28/48, RF-5",
        "model.add(Conv2D(48, 3)) (30, 30, 48) RF 3\nmodel.add(Conv2D(48, 3)) [28, 28, 48] RF 5",
        ">>> model.add(Conv2D(48, 3))  # 30x30x48, RF 3\n>>> model.add(\n...     Conv2D(48, 3))  # 28x28x48, RF 5",
        "- `model.add(Conv2D(48, 3))` 30x30x48 RF 3\n- `model.add(Conv2D(48, 3))` 28x28x48 RF 5",
        "| layer | output | RF |\n|--|--|--|\n| Conv2D(48, 3) | 30x30x48 | 3 |\n| Conv2D(48, 3) | 28x28x48 | 5 |",
        "model.add(Conv2D(48, (3,3))  # 30x30x48, RF 3\nmodel.add(Conv2D(48, 3)))  # 28x28x48, RF 5",
        "It's mine:\nmodel = Sequential([\n"
        "Conv2D(48, 3),  # 30x30x48 RF 3\nConv2D(48, 3),  # 28x28x48 RF 5\nand so on",
        "%%time\n!ls\nmodel.add(Conv2D(\n  48,  # filters\n  3,\n))  # 30x30x48 RF 3\n"
        "model.add(Conv2D(48, 3)) # 28x28x48 RF 5",
        "def build():\n    m = Sequential()\n    m.add(Conv2D(48, 3))  # 30x30x48 RF 3\n"
        "    m.add(Conv2D(48, 3))  # 28x28x48 RF 5",
    ],
)
def test_the_same_two_layers_in_every_style(text):
    assert claims(text) == TWO
    assert [layer.filters for layer in layers(text)] == [48, 48]
    assert [noted.inputs for noted in read_code(text).layers] == [(-1,), (0,)]


def test_arguments_are_read_in_the_order_keras_has_them():
    text = (
        "model.add(Conv2D(8, (3, 5), (2, 2), 'SAME', None, (1, 1), 1, 'relu', False))\n"
        "model.add(Dense(10, None, False))"
    )
    convolution, dense = layers(text)
    assert convolution == Conv2D(8, (3, 5), (2, 2), "same", (1, 1), 1, "relu", False)
    assert dense == Dense(10, None, False)


def test_constants_are_followed_and_code_is_not_run(tmp_path):
    bait = tmp_path / "run"
    text = (
        f"f, k = 24, (3, 3)\ng = 2 * f\nopen({str(bait)!r}, 'w')\n__import__('os').mkdir({str(bait)!r})\n"
        "for i in range(2):\n    model.add(Conv2D(g * 2**i, kernel_size=k))\nmodel.add(MaxPooling2D())"
    )
    assert [getattr(layer, "filters", None) for layer in layers(text)] == [48, 96, None]
    assert not bait.exists()


def test_keras_1_spellings_are_read_as_keras_1():
    text = (
        "model.add(Convolution2D(48, 3, 3, border_mode='same'))\nmodel.add(SeparableConv2D(48, 3, 3))\n"
        "model.add(Convolution2D(nb_filter=8, nb_row=1, nb_col=3, subsample=(2, 2)))\n"
        "model.add(Dense(output_dim=10))"
    )
    reading = read_code(text)
    first, second, third, dense = (noted.layer for noted in reading.layers)
    assert (first.kernel_size, first.strides, first.padding) == ((3, 3), 1, "same")
    assert (second.kernel_size, second.strides) == ((3, 3), 1)
    assert (third.kernel_size, third.strides) == ((1, 3), (2, 2))
    assert dense.units == 10
    assert len(reading.remarks) == 1
    assert "Lines 1, 2" in reading.remarks[0] and "Keras 3 reads kernel 3, stride 3" in reading.remarks[0]


def test_without_a_keras_1_spelling_the_third_number_is_the_stride():
    reading = read_code("model.add(SeparableConv2D(48, 3, 3))\nmodel.add(Conv2D(64, 1, 1))")
    assert reading.layers[0].layer == SeparableConv2D(48, 3, 3)
    assert reading.layers[1].layer == Conv2D(64, 1, 1)
    assert len(reading.remarks) == 1
    assert "Keras 1 meant a 3x3 kernel" in reading.remarks[0]


def test_branches_know_their_inputs():
    text = (
        "i = Input(shape=(32, 32, 3))\nx = Conv2D(8, 3, padding='same')(i)\ny = Conv2D(8, 1)(x)\nz = add([x, y])\n"
        "z = Activation('relu')(BatchNormalization()(z))  # RF 3\nz = concatenate([z, x])\nz = z + z\nModel(i, z)"
    )
    reading = read_code(text)
    kinds = ["Conv2D", "Conv2D", "Add", "BatchNormalization", "Activation", "Concatenate", "Add"]
    assert [noted.kind for noted in reading.layers] == kinds
    assert [noted.inputs for noted in reading.layers] == [(-1,), (0,), (0, 1), (2,), (3,), (4, 0), (5, 5)]
    assert [noted.claim.receptive_field for noted in reading.layers] == [None] * 4 + [(3, 3), None, None]
    assert reading.input_shape == (32, 32, 3)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read(kind):
    given = ", ".join(f"{key}={value!r}" for key, value in SETTINGS[kind].items())
    text = f"i = Input((9, 10, 4))\na = Conv2D(4, 3)(i)\nb = {kind}({given})({'[a, i]' if joins(kind) else 'a'})"
    assert layers(text)[1:] == [from_config(kind, SETTINGS[kind])]


def test_functions_and_loops_are_read_where_they_are_used():
    text = (
        "def block(x, filters, stride=1):\n    x = Conv2D(filters, 3, strides=stride)(x)  # 30x30, RF 3\n"
        "    return BatchNormalization()(x)\n"
        "x = Input((32, 32, 3))\nfor f in [16, 32]:\n    x = block(x, f, stride=2)\nx = Dense(10)(x)"
    )
    reading = read_code(text)
    assert [noted.kind for noted in reading.layers] == ["Conv2D", "BatchNormalization"] * 2 + ["Dense"]
    assert [reading.layers[i].layer.filters for i in (0, 2)] == [16, 32]
    assert not any(noted.claim for noted in reading.layers)
    assert any("read several times" in sentence for sentence in reading.unread)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("model.add(Dense(num_classes))", "units=num_classes is not a constant"),
        ("model.add(Conv2D(9**9**9, 3))", "is not a constant"),
        ("model.add(Conv2D(10**9, 3))", "filters is not a whole number"),
        ("model.add(my_block(48))", "`my_block(48)` is not a layer written in the text"),
        ("model.add(LSTM(3))", "LSTM is not among the layers"),
        ("model.add(Conv2D())", "its arguments don't fit"),
        ("model.add(Conv2D(48, 3 strides=2))", "could not be read; the line is not Python"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(line, what):
    reading = read_code(f"model.add(Conv2D(8, 3))\n{line}\n")
    assert len(reading.unread) == 1
    assert reading.unread[0].startswith("Line 2: ")
    assert what in reading.unread[0]


def test_an_unknown_dropout_rate_changes_nothing_that_is_checked():
    text = "model.add(Dropout(rate))\nmodel.add(Conv2D(8, 3, activation=relu, kernel_regularizer=l2(1)))"
    reading = read_code(text)
    assert reading.unread == ()
    assert all(noted.layer for noted in reading.layers)


def test_of_several_models_the_one_with_the_most_notes_is_taken():
    text = (
        "model = Sequential()\nmodel.add(Conv2D(48, 3))\nmodel.add(Dense(10))\nmodel.add(Dense(10))\n"
        "mine = Sequential()\nmine.add(Conv2D(48, 3, input_shape=(28, 28, 1)))  # RF 3\n"
        "mine.add(MaxPooling2D(2))  # RF 4"
    )
    reading = read_code(text)
    assert [noted.line for noted in reading.layers] == [6, 7]
    assert reading.layers[1].layer == MaxPooling2D(2)
    assert reading.input_shape == (28, 28, 1)
    assert (reading.name, reading.line) == ("mine", 6)


def test_code_that_is_commented_out_is_no_note():
    text = "# model.add(Conv2D(48, 3))  # 30x30x48 RF 3\nmodel.add(Conv2D(8, 3))"
    assert claims(text) == [(None, None)]


def test_a_model_cut_off_is_read_as_far_as_it_goes():
    text = "model.add(Conv2D(48, 3))  # 30x30x48, RF 3\n" * 4
    for end in range(len(text)):
        if end < text.index(")") + 1:
            continue
        assert len(read_code(text[:end]).layers) >= end // 43


def test_no_layers_is_an_error():
    with pytest.raises(ReadError, match="No layers were found"):
        read_code("import keras\nprint('hello')")


@pytest.mark.parametrize(
    "text",
    [
        "m = Sequential([Input((32, 32, 3)), Conv2D(48, 3)])",
        "m = Sequential([keras.Input(shape=(32, 32, 3))])\nm.add(Conv2D(48, 3))",
        "m = Sequential()\nm.add(Input((32, 32, 3)))\nm.add(Conv2D(48, 3))",
    ],
)
def test_an_input_in_a_sequential_model_is_its_image(text):
    assert read_code(text).input_shape == (32, 32, 3) and len(layers(text)) == 1


@pytest.mark.parametrize(
    ("text", "kinds", "filters"),
    [
        ("y = Conv2D(8, 1)(x)\nz = Conv2D(8, 3, padding='same')(x) + y", ["Conv2D", "Conv2D", "Add"], 8),
        ("f = int(16 * 0.5) * 2\nx = Conv2D(f, 3)(x)", ["Conv2D"], 16),
        ("f = int(8) + 3 - 1\nx = Conv2D(f, 3)(x)", ["Conv2D"], 10),
        ("fs = list((16, 32)) + [64]\nfor f in fs:\n    x = Conv2D(f, 3)(x)", ["Conv2D"] * 3, 64),
        ("kw = dict(filters=8) | {'kernel_size': 3}\nx = Conv2D(**kw)(x)", ["Conv2D"], 8),
        ("base = {'filters': 8}\nkw = {**base, 'kernel_size': 3}\nx = Conv2D(**kw)(x)", ["Conv2D"], 8),
    ],
)
def test_what_stands_behind_a_call_may_be_python(text, kinds, filters):
    read = read_code(f"x = Input((32, 32, 3))\n{text}").layers
    assert [noted.kind for noted in read] == kinds
    assert [noted.layer.filters for noted in read if noted.kind == "Conv2D"][-1] == filters


@pytest.mark.parametrize(
    ("test", "taken"),
    [
        ("n < 2", True), ("n >= 2", False), ("mode == 'max'", True), ("mode != 'max'", False), ("not last", True),
        ("last", False), ("name is None", True), ("name is not None", False), ("n < 2 and last", False),
        ("n < 2 or last", True), ("mode", True), ("__name__ == '__main__'", True), ("n < 'a'", None),
        ("n < given", None), ("0 < n < 2", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["if {0}:\n    x = Conv2D(8, 3)(x)", "p = 8 if {0} else 9\nx = Conv2D(p, 3)(x)"])
def test_a_condition_of_constants_is_worked_out(form, test, taken):
    constants = "n, mode, last, name = 1, 'max', False, None\n"
    found = read_code(f"{constants}x = Input((32, 32, 3))\nx = Conv2D(4, 1)(x)\n{form.format(test)}")
    if form.startswith("if"):
        assert len(found.layers) == (1 if taken is False else 2)
        said, where = "which branch runs can't be told", found.remarks
    else:
        filters = found.layers[1].layer.filters if taken is not None else None
        assert filters == {True: 8, False: 9, None: None}[taken]
        said, where = "is not a constant written in the text", found.unread
    assert any(said in sentence for sentence in where) == (taken is None)


BRANCH = (
    "which branch runs can't be told: the first with layers in it is read, and what hangs on that is not judged."
)


def test_a_doubt_about_the_first_layers_is_said_too():
    found = read_code("x = Input((32, 32, 3))\nif pool:\n    x = MaxPooling2D()(x)\nx = Conv2D(8, 3)(x)")
    assert found.unread == () and found.remarks == (f"Line 2: {BRANCH}",)


GRAPH = "x = Input((32, 32, 3))\nx = Conv2D(8, 3, padding='same')(x)  # 32x32x8, RF 3\n"
STACK = "m = Sequential()\nm.add(Conv2D(8, 3, padding='same', input_shape=(32, 32, 3)))  # 32x32x8, RF 3\n"


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        # What the branch may change is not judged behind it; a mistake in it is still one.
        (f"{GRAPH}if pool:\n    x = MaxPooling2D()(x)  # 16x16x8, RF 5\nx = Conv2D(8, 3)(x)  # 14x14x8, RF 8\n"
         "x = Conv2D(8, 3)(x)  # 30x30x8, RF 5", ["right", "wrong", "?", "?"]),
        (f"{STACK}if pool:\n    m.add(MaxPooling2D())  # 16x16x8, RF 5\nm.add(Conv2D(8, 3))  # 14x14x8, RF 8\n"
         "m.add(Conv2D(8, 3))  # 30x30x8, RF 5", ["right", "wrong", "?", "?"]),
        # What it does not change is judged.
        (f"{GRAPH}if norm:\n    x = BatchNormalization()(x)  # 32x32x8, RF 3\n"
         "x = Conv2D(8, 3)(x)  # 30x30x8, RF 7",
         ["right", "right", "wrong"]),
        (f"{GRAPH}s = x\nif wide:\n    s = Conv2D(8, 1)(s)\nx = Conv2D(8, 3, padding='same')(x)  # 32x32x8, RF 5\n"
         "x = Add()([x, s])  # 32x32x8, RF 6", ["right", "none", "right", "wrong"]),
        # Another branch may do anything.
        (f"{STACK}if a:\n    m.add(MaxPooling2D())  # 16x16x8, RF 4\nelif b:\n    m.add(MaxPooling2D())\n"
         "m.add(Conv2D(8, 3))  # 14x14x8, RF 9", ["right", "right", "?"]),
        (f"{STACK}match pool:\n    case 'max':\n        m.add(MaxPooling2D())  # 16x16x8, RF 4\n    case _:\n"
         "        pass\nm.add(Conv2D(8, 3))  # 14x14x8, RF 9", ["right", "right", "?"]),
        # The branch with layers is read, be it the second.
        (f"{STACK}if not pool:\n    pass\nelse:\n    m.add(MaxPooling2D())  # 16x16x8, RF 5\n"
         "m.add(Conv2D(8, 3))  # 14x14x8, RF 9", ["right", "wrong", "?"]),
        (f"{GRAPH}x = MaxPooling2D()(x) if pool else x  # 16x16x8, RF 5\nx = Conv2D(8, 3)(x)  # 14x14x8, RF 9",
         ["right", "wrong", "?"]),
        (f"{GRAPH}x = x if bare else ReLU()(x)  # 32x32x8, RF 3\nx = Conv2D(8, 3)(x)  # 30x30x8, RF 6",
         ["right", "right", "wrong"]),
        # A list of layers, and a model in a model.
        ("a = [Conv2D(8, 3, input_shape=(32, 32, 3))]  # 30x30x8, RF 3\nif pool:\n    a.append(MaxPooling2D())\n"
         "a.append(Conv2D(8, 3))  # 13x13x8, RF 9\nm = Sequential(a)", ["right", "none", "?"]),
        (f"{STACK}if pool:\n    m.add(MaxPooling2D())\n"
         "n = Sequential([m, Conv2D(8, 3)])  # 14x14x8, RF 9", ["right", "none", "?"]),
    ],
)  # fmt: skip
def test_what_hangs_on_a_branch_that_can_not_be_told_is_not_judged(text, verdicts):
    found = check(text)
    known = {"not judged": "?", "unclaimed": "none"}
    assert [known.get(each.verdict, each.verdict) for each in found.layers] == verdicts
    line = next(i for i, line in enumerate(text.split("\n"), 1) if re.search(r"\bif\b|\bmatch\b", line))
    assert found.unread == () and found.remarks == (f"Line {line}: {BRANCH}",)
    assert found.parameters is None


@pytest.mark.parametrize(
    ("layer", "sizes", "verdicts", "said"),
    [
        # 28 * 28 * 8 with the branch, 30 * 30 * 8 without it.
        ("Flatten()", ("size 6272", "size 128"), ["not judged", "right"], ""),
        ("Flatten()", ("size 7200", "size 128"), ["not judged", "right"], ""),
        ("Flatten()", ("size 7201", "size 129"), ["wrong", "wrong"], "It puts out 6272 or 7200, not 7201."),
        ("Flatten()", ("1x1x7201", "1x1x129"), ["wrong", "wrong"], "It puts out 6272 or 7200 channels, not"),
        ("Flatten()", ("28x28x8", "1x128"), ["wrong", "right"], "It puts out 6272 or 7200, not 28×28×8."),
        ("GlobalAveragePooling2D()", ("size 9", "size 128"), ["wrong", "right"], "It puts out 8, not 9."),
    ],
)
def test_a_vector_behind_a_branch_is_wrong_where_no_branch_leads_to_it(layer, sizes, verdicts, said):
    found = check(
        "x = Input((32, 32, 3))\nx = Conv2D(8, 3)(x)  # 30x30x8\nif deep:\n    x = Conv2D(8, 3)(x)  # 28x28x8\n"
        f"x = ReLU()(x)  # 28x28x8\nx = {layer}(x)  # {sizes[0]}\nx = Dense(128)(x)  # {sizes[1]}"
    )
    first, second = found.layers[-2:]
    accused = ["wrong" if {each.size.verdict, each.channels.verdict} & {"wrong"} else each.size.verdict
               for each in (first, second)]  # fmt: skip
    assert accused == verdicts and said in " ".join((first.explanation, second.explanation))
    assert found.layers[2].size.verdict == "not judged"


def test_what_may_be_a_vector_or_a_map_is_not_judged():
    text = "x = Input((32, 32, 3))\nx = Conv2D(8, 3)(x)\nif flat:\n    x = Flatten()(x)\nx = ReLU()(x)  # size 31"
    found = check(text)
    assert found.layers[-1].size.verdict == "not judged"


def test_a_vector_hangs_on_a_layer_of_ones_own_where_it_was_a_map():
    text = "x = Input((32, 32, 3))\nx = Mine()(x)\nx = Conv2D(8, 3)(x)  # 24x24x8\n"
    found = check(f"{text}x = Flatten()(x)  # size 4608\nx = Dense(10)(x)  # size 10, 46,090 params")
    assert [each.size.verdict for each in found.layers[2:]] == ["not judged", "right"]
    assert found.layers[2].true_size == (None,) and found.layers[3].parameters.verdict == "not judged"
    found = check(f"{text}x = GlobalAveragePooling2D()(x)  # size 9\nx = Dense(10)(x)  # size 10, 91 params")
    assert [each.size.verdict for each in found.layers[2:]] == ["wrong", "right"]
    assert found.layers[3].explanation == "It holds 90 parameters, not 91."


def test_what_hangs_on_how_often_a_loop_runs_is_not_judged():
    loop = "for i in range(n):\n    m.add(Conv2D(8, 3))  # 30x30x8, RF 6\n"
    found = check(f"{STACK}{loop}m.add(ReLU())  # 30x30x8, RF 6")
    assert [each.verdict for each in found.layers] == ["right", "not judged", "not judged"]
    said = "how often this loop runs can't be told: its layers are read once, and what hangs on that is not judged"
    assert found.remarks == (f"Line 3: {said}.",) and found.parameters is None


def test_a_branch_that_returns_leaves_what_follows_unread_and_says_so():
    text = (
        "def f(x):\n    x = Conv2D(8, 3)(x)  # 30x30x8, RF 3\n    if top:\n        return x\n"
        "    return ReLU()(x)\nx = f(Input((32, 32, 3)))\nx = Conv2D(8, 1)(x)  # 30x30x8, RF 9"
    )
    found = check(text)
    assert [each.verdict for each in found.layers] == ["right", "not judged"]
    said = "which branch runs can't be told, and one returns, so what follows it is not read."
    assert found.unread == (f"Line 3: {said}",)


@pytest.mark.parametrize(
    ("setting", "channels"),
    [("n = 8\nif big:\n    n = 16", None), ("if big:\n    n = 16\nelse:\n    n = 8", None),
     ("if big:\n    n = 16", 16), ("n = 16\nif big:\n    n = 16", 16), ("n = 16\nif big:\n    m = 16", 16),
     ("n = 16\nwhile n < m:\n    n = 2 * n", None)],
)  # fmt: skip
def test_a_number_that_hangs_on_a_branch_is_not_known(setting, channels):
    found = check(f"{setting}\nx = Input((32, 32, 3))\nx = Conv2D(n, 3)(x)  # 30x30x8, RF 3")
    assert found.layers[0].row.output_shape == (30, 30, channels) and found.layers[0].verdict == "right"
    assert found.layers[0].channels.verdict == ("wrong" if channels else "not judged")


def test_the_order_of_an_images_sides_is_keras_own():
    text = "if K.image_data_format() == 'channels_first':\n    s = (1, 28, 28)\nelse:\n    s = (28, 28, 1)\n"
    found = read_code(f"{text}m = Sequential([Conv2D(8, 3, input_shape=s)])")
    assert found.input_shape == (28, 28, 1) and found.remarks == ()


def test_keywords_from_elsewhere_leave_sizes_unknown():
    found = check("x = Input((32, 32, 3))\nx = Conv2D(16, 3, **CONV)(x)  # 32x32x16, RF 3")
    assert found.all_right and "padding=CONV is not a constant written in the text" in found.unread[0]
    found = check("x = Input((32, 32, 3))\nx = Conv2D(16, 3, padding='same', strides=1, **CONV)(x)  # 32x32x16")
    assert "padding=" not in found.unread[0]


JOIN = """def inception(x):
    a = Conv2D(8, 3, padding="same")(x)
    b = Conv2D(8, 5, padding="same")(x)
    c = Conv2D(8, 1)(x)
    return Concatenate()([a, b, c])
x = Input((32, 32, 3))
x = inception(x)  # 32x32x24, RF 5
"""


def test_a_note_beside_a_call_is_of_the_join_that_it_ends_with():
    assert claims(JOIN)[-1] == ((32, 32, 24), (5, 5)) and read_code(JOIN).layers[-1].kind == "Concatenate"


def test_what_a_ledger_has_no_use_for_is_kept_or_told():
    text = (
        "model.add(Dense(3, W_regularizer=regularizers.l2(1e-4), activity_regularizer=mine, trainable=False))\n"
        "model.add(Dropout(rate, noise_shape=[None, 1, 1, 3]))\nmodel.add(BatchNormalization(momentum=m))\n"
        "model.add(GaussianNoise(s, seed=2))\nmodel.add(ReLU(float('inf')))"
    )
    l2 = KerasObject("regularizers.l2", (("", 1e-4),))
    own = (("kernel_regularizer", l2), ("activity_regularizer", "custom"), ("trainable", False))
    assert layers(text) == [
        Dense(3, settings=own),
        Dropout("custom", settings=(("noise_shape", (None, 1, 1, 3)),)),
        BatchNormalization(momentum="custom"),
        Pointwise("GaussianNoise", settings=(("stddev", "custom"), ("seed", 2))),
        Pointwise("ReLU", settings=(("max_value", float("inf")),)),
    ]
