"""What the layer explorer shows, over every kind and setting, and that its controls change it."""

import inspect
import itertools
import re
from dataclasses import MISSING

import keras
import pytest
from page_words import words

from course import CHAINS, models
from course.arithmetic import (
    LAYERS,
    POINTWISE,
    Activation,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    LayerError,
    MaxPooling2D,
    SeparableConv2D,
    ZeroPadding2D,
    ledger,
)
from course.challenge.building import built
from course.widgets import layer_explorer
from course.widgets.layer_explorer.code import keras_code
from course.widgets.layer_explorer.page import budget, changed, first_to_span, in_its_words, render
from course.widgets.layer_explorer.recurrence import image_axes, recurrence
from course.widgets.layer_explorer.state import (
    NEW,
    VIEWS,
    Stack,
    add,
    edit,
    layers_of,
    paste,
    remove,
    settings,
)

SMALL = (
    Conv2D(8, 3, activation="relu"),
    MaxPooling2D(2),
    Conv2D(8, 3, dilation_rate=2),
    GlobalAveragePooling2D(),
    Dense(10),
)


CHOICES = {"filters": [1, 16], "kernel": [1, 2, 3, 12], "stride": [1, 2, 3], "dilation": [1, 2],
           "padding": ["valid", "same"], "zeros": [0, 2]}  # fmt: skip


@pytest.mark.parametrize("kind", NEW)
def test_every_kind_with_every_setting(kind):
    held = settings(NEW[kind])
    for values in itertools.product(*(CHOICES[name] for name in held)):
        stack = edit(
            Stack((SMALL[0], NEW[kind], SMALL[0]), (11, 10, 3), 1), **dict(zip(held, values, strict=True))
        )
        shown = render(stack)
        book, why = stack.so_far
        page = words(shown)
        assert f"{book.parameters:,}" in page
        if why:
            assert in_its_words(why)[1:] in page and shown.text.startswith(
                f"Layer {len(book) + 1} of 3 can't be built."
            )
            assert f"{stack.layers[len(book)].kind}" in page and "does not fit" in page
        else:
            assert f"{book.parameters:,} parameters" in shown.text
            assert f"ends at {book[-1].receptive_field[0]}" in shown.text or first_to_span(book).name in shown.text


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("layers", [(), SMALL, (*SMALL[:2], Conv2D(8, 20), Flatten())])
def test_every_view_of_every_selection(view, layers):
    for selected in range(max(1, len(layers))):
        page = words(render(Stack(layers, selected=selected, view=view)))
        assert ("model = keras.Sequential" in page) == view.endswith("code") * (view != "paste code")
        assert ("# 30x30x8, RF 3" in page) == (view == "annotated code" and bool(layers))


def test_the_recurrence_gives_the_ledgers_numbers():
    layers = (
        Conv2D(4, 3, dilation_rate=2), MaxPooling2D(2), Conv2D(4, (5, 3), strides=(2, 1), padding="same"),
        ZeroPadding2D(((1, 2), (0, 3))), Conv2D(4, 2, strides=2), Conv2DTranspose(4, 3),
        GlobalAveragePooling2D(),
    )  # fmt: skip
    book, before = ledger(layers, (31, 40, 3)), image_axes((31, 40))
    for layer, row in zip(layers, book, strict=True):
        steps = recurrence(layer, before, row.axes)
        for i, axis in enumerate(("height", "width")):
            for name, _, numbers, result in steps.get(axis) or steps.get("height and width", ()):
                expected = {"size": row.axes[i].size, "RF": row.receptive_field[i], "jump": row.jump[i],
                            "start": row.start[i]}.get(name)  # fmt: skip
                plain = numbers.replace("−", "-").replace("×", "*").replace("⌊", "int(").replace("⌋", ")")
                plain = re.sub(r"⌈(.*)⌉", r"-int(-(\1) // 1)", plain)
                if expected is not None:
                    assert float(result.replace("−", "-")) == expected
                if plain:
                    assert eval(plain) == float(result.replace("−", "-")), (name, numbers, result)
        before = row.axes


def test_unused_rows_are_named():
    shown = words(render(Stack((MaxPooling2D(2), Flatten()), (31, 32, 3))))
    assert "31 rows, stride 2: the last row is not used." in shown and "last 1 row unused" in shown
    shown = words(render(Stack((MaxPooling2D(3),))))
    assert "32 rows, stride 3: the last 2 rows are not used. The same holds for the columns." in shown
    assert "last 2 rows and columns unused" in shown
    assert "unused" not in words(render(Stack((MaxPooling2D(3, padding="same"),))))


def test_the_last_move_is_summed_up():
    stack = Stack(SMALL, selected=2)
    shown = words(render(edit(stack, kernel=5)))
    assert "parameters 898 → 1,922 (+1,024); MACs 264,176 → 272,880 (+8,704)." in shown
    before, after = ledger(SMALL[:2]), ledger(SMALL[:3])
    assert changed(before, after) == [
        "parameters 224 → 808 (+584)", "MACs 194,400 → 264,096 (+69,696)", "RF of the last layer 4 → 12",
        "its output 15×15×8 → 11×11×8",
    ]  # fmt: skip
    assert changed(after, after) == []
    assert "parameters 808 → 224 (−584)" in words(render(remove(Stack(SMALL[:3], selected=2))))
    assert "no size, field or cost changed" in words(render(add(stack, Dropout(0.1))))
    broken = edit(stack, kernel=17)
    assert "Last move" not in words(render(broken)) and "it fits again" in words(render(edit(broken, kernel=3)))


def test_the_budget_in_words():
    assert budget(98_887) == "98,887 parameters: 1,113 of the 100,000 are left"
    assert budget(100_000) == "100,000 parameters: one too many, as fewer than 100,000 are asked for"
    assert budget(1_172_410) == "1,172,410 parameters: 11.7 times the budget of 100,000"
    assert budget(205_877_312_521).endswith(": 2,058,773 times the budget of 100,000")


def test_what_the_formulas_leave_out_is_said():
    shown = words(render(Stack((Conv2DTranspose(4, 3, strides=2), Conv2D(4, 3)), (8, 8, 3), 1)))
    assert "depend on a unit's position" in shown
    assert "Its kernel can't be edited here" in words(render(Stack((Conv2D(4, (3, 5)),))))
    both = Conv2D(4, 3, strides=2, dilation_rate=2)
    with pytest.raises(ValueError, match="not supported"):
        exec(keras_code([both], (32, 32, 3)), {})
    shown = render(Stack((both,)))
    assert "stride and dilation are both above 1, which Keras refuses; set one of them to 1." in words(shown)
    assert shown.text.startswith("Layer 1 of 1 can't be built.")
    assert "BatchNormalization leaves size, jump and receptive field" in words(
        render(Stack((BatchNormalization(),)))
    )


STACKS = {
    "small": SMALL,
    "uneven": (
        ZeroPadding2D(((1, 0), (2, 1))),
        Conv2D(6, (3, 5), strides=(2, 1), padding="same", use_bias=False, name="stem"),
        BatchNormalization(scale=False),
        Activation("relu"),
        SeparableConv2D(9, 3, depth_multiplier=2),
        MaxPooling2D(3, strides=2, padding="same"),
        Dropout(0.5),
        Flatten(name="flat"),
        Dense(7, activation="softmax"),
    ),
    **{kind: (layer,) for kind, layer in NEW.items()},
}


@pytest.mark.parametrize("rows", [True, False])
@pytest.mark.parametrize("name", STACKS)
def test_the_code_builds_the_stack(name, rows):
    book = ledger(STACKS[name])
    made = {}
    exec(keras_code(STACKS[name], (32, 32, 3), book if rows else None), made)
    assert made["model"].count_params() == book.parameters
    assert made["model"].output_shape[1:] == book[-1].output_shape


def test_the_code_of_a_kits_model_keeps_its_names():
    model, made = models.separable_65k(), {}
    exec(keras_code(layers_of(model), (32, 32, 3)), made)
    assert [layer.name for layer in made["model"].layers] == [layer.name for layer in model.layers]
    assert made["model"].count_params() == 65_101


SET = {
    "ReLU": {"max_value": 6.0, "negative_slope": 0.1, "threshold": 0.5},
    "LeakyReLU": {"negative_slope": 0.2},
    "ELU": {"alpha": 0.5},
    "Rescaling": {"scale": 2.0, "offset": -1.0},
    "Identity": {},
    "GaussianNoise": {"stddev": 0.1},
    "GaussianDropout": {"rate": 0.1},
    "AlphaDropout": {"rate": 0.1},
    "SpatialDropout2D": {"rate": 0.1},
    "ActivityRegularization": {"l1": 0.1, "l2": 0.2},
    "BatchNormalization": {"momentum": 0.9, "epsilon": 1e-5, "scale": False},
    "LayerNormalization": {"epsilon": 1e-5, "center": False},
    "GroupNormalization": {"groups": 2, "epsilon": 1e-5},
    "RMSNormalization": {"epsilon": 1e-5},
}


def set_otherwise(kind):
    layer = getattr(keras.layers, kind)(**SET[kind])
    return keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), layer])


@pytest.mark.parametrize("kind", SET)
def test_what_a_layer_is_set_to_is_kept(kind):
    """Read from a model, pasted as code, written as code, and entered in the challenge."""
    model, made = set_otherwise(kind), {}
    code = keras_code(layers_of(model), (8, 8, 3))
    exec(code, made)
    entered = built(layer_explorer(model), 60)
    again = built(paste(Stack(()), code), 60)
    for other in (made["model"], entered, again):
        config = other.layers[-1].get_config()
        assert {key: config[key] for key in SET[kind]} == SET[kind]


def test_all_that_acts_on_each_position_alone_is_tried():
    normalising = {kind for kind in LAYERS if kind.endswith("Normalization")}
    assert (normalising | {*POINTWISE}) - {*SET} == {"UnitNormalization"}
    ours = {kind: defaults for kind, (_, defaults) in POINTWISE.items()}
    theirs = {kind: inspect.signature(getattr(keras.layers, kind).__init__).parameters for kind in ours}
    for kind, defaults in ours.items():
        known = {key: theirs[kind][key].default for key in defaults}
        assert known == {key: inspect.Parameter.empty if v is MISSING else v for key, v in defaults.items()}


def test_an_activation_that_is_no_name_is_asked_for():
    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, activation=keras.ops.square),
         keras.layers.Rescaling([1.0, 2.0, 3.0, 4.0])]
    )  # fmt: skip
    code = keras_code(layers_of(model), (8, 8, 3))
    assert re.search(r"layers.Conv2D\(4, 3\), +# put your own activation here", code)
    assert re.search(r"layers.Rescaling\(\), +# put your own scale here", code)


def test_the_controls_change_the_picture():
    shell = layer_explorer(SMALL)
    seen = [shell._picture.value]

    def moved():
        seen.append(shell._picture.value)
        assert seen[-1] != seen[-2]
        return shell._words.value

    shell.layer.value = 2
    moved()
    assert shell.settings["kernel"].value == 3 and shell.settings["dilation"].value == 2
    shell.settings["kernel"].value = 5
    assert "1,922 parameters" in moved()
    shell.settings["padding"].value = "same"
    moved()
    shell.kind.value = "MaxPooling2D"
    moved()
    assert shell.settings["filters"].layout.display == "none" and shell.settings["kernel"].layout.display is None
    shell.view.value = "code"
    moved()
    shell.buttons["Undo"].click()
    moved()
    assert shell.kind.value == "Conv2D" and shell.view.value == "code"
    for button in ("Add Conv2D", "Up", "Down", "Remove"):
        shell.buttons[button].click()
        moved()
    assert [layer.kind for layer in shell.state.layers] == [layer.kind for layer in SMALL]


def test_a_layer_that_does_not_fit_is_a_sentence():
    shell = layer_explorer(SMALL)
    shell.layer.value = 2
    shell.settings["kernel"].value = 99
    assert "Layer 3 of 5 can&#x27;t be built. The first 2 fit." in shell._words.value
    assert (
        "window does not fit its 15×15 input" in shell._picture.value and "max_pooling2d_1" in shell._picture.value
    )
    shell.settings["kernel"].value = 0
    assert "kernel is 0; it must be a whole number of at least 1." in shell._picture.value
    shell.settings["kernel"].value = 3
    assert "5 layers" in shell._words.value


def test_everything_can_be_removed_and_begun_again():
    shell = layer_explorer(SMALL[:1])
    shell.buttons["Remove"].click()
    assert "There are no layers yet" in shell._picture.value and shell.buttons["Remove"].disabled
    assert shell.layer.value is None and "<img" not in shell.stored()["text/html"]
    shell.buttons["Add Conv2D"].click()
    assert "1 layer, 448 parameters" in shell._words.value


def test_it_starts_from_a_name_or_a_model():
    assert layer_explorer("separable_99k").state.layers == layer_explorer(models.separable_99k()).state.layers
    assert layer_explorer(
        keras.Sequential([keras.Input((8, 9, 3)), keras.layers.Flatten()])
    ).state.input_shape == (8, 9, 3)
    with pytest.raises(ValueError, match="There is no model 'vgg'"):
        layer_explorer("vgg")
    with pytest.raises(LayerError, match="not built"):
        layer_explorer(keras.Sequential([keras.layers.Flatten()]))


def test_every_control_has_a_label_and_a_tooltip():
    shell = layer_explorer(SMALL)
    for control in (
        shell.layer,
        shell.kind,
        shell.network,
        shell.image,
        shell.pasted,
        shell.read,
        *shell.settings.values(),
        *shell.buttons.values(),
    ):
        assert control.description and len(control.tooltip) > 10
    assert all(shell.view.tooltips)


def test_an_empty_stack_takes_a_kind():
    shell = layer_explorer([])
    assert shell.kind.value is None
    shell.kind.value = "MaxPooling2D"
    assert shell.state.layers == (NEW["MaxPooling2D"],) and "1 layer, 0 parameters" in shell._words.value


def test_errors_have_the_names_that_the_controls_have():
    shell = layer_explorer([Conv2D(8, 3), MaxPooling2D(2)])
    for name, value, said in (
        ("stride", 0, "stride is 0; it must be a whole number of at least 1."),
        ("dilation", -1, "dilation is -1; it must be a whole number of at least 1."),
        ("kernel", 3.7, "kernel is 3.7; it must be a whole number of at least 1."),
        ("filters", 0.5, "filters is 0.5; it must be a whole number of at least 1."),
    ):
        shell.settings[name].value = value
        assert said in shell._picture.value and "or two of them" not in shell._picture.value
        assert said in shell._words.value  # for a screen reader
        assert shell.settings[name].value == value
        shell.buttons["Undo"].click()
    shell.settings["filters"].value = 1e3
    assert shell.state.layer == Conv2D(1000, 3)
    shell.layer.value = 1
    shell.settings["kernel"].value = 0
    assert "conv2d" not in shell._words.value and "kernel is 0" in shell._picture.value


@pytest.mark.parametrize("view", ["code", "annotated code"])
def test_code_that_does_not_fit_says_so_where_it_does_not(view):
    lines = words(render(Stack((*SMALL[:2], Conv2D(8, 20), Flatten()), view=view))).splitlines()
    marked = [line for line in lines if "DOES NOT FIT" in line]
    assert len(marked) == 1 and "Conv2D(8, 20)" in marked[0] and "a 20×20 window does not fit" in marked[0]
    assert [line for line in lines if "not reached" in line][0].strip().startswith("layers.Flatten()")
    assert "DOES NOT FIT" not in words(render(Stack(SMALL, view=view)))


def test_a_network_can_be_chosen_and_all_begun_again():
    shell = layer_explorer(SMALL)
    shell.settings["filters"].value = 9
    shell.buttons["Reset"].click()
    assert shell.state.layers == SMALL
    shell.buttons["Undo"].click()
    assert shell.state.layers[0].filters == 9
    for name in CHAINS:
        shell.network.value = name
        assert shell.state.layers == layers_of(models.MODELS[name]())
    shell.buttons["Remove"].click()
    shell.buttons["Reset"].click()
    assert shell.state.layers == layers_of(models.separable_99k())
    shell.network.value = "no layers"
    assert shell.state.layers == ()


def test_the_image_has_a_size_of_ones_own():
    shell = layer_explorer(SMALL)
    shell.image.value = (64, 64, 3)
    assert shell.state.input_shape == (64, 64, 3) and "62×62×8" in shell._picture.value
    assert layer_explorer(keras.Sequential([keras.Input((8, 9, 3)), keras.layers.Flatten()])).image.value == (
        8,
        9,
        3,
    )


def test_two_networks_stand_side_by_side():
    shell = layer_explorer(SMALL)
    shell.buttons["Keep"].click()
    shell.settings["filters"].value = 16
    page = words(render(shell.state))
    before, after = ledger(SMALL), ledger((Conv2D(16, 3, activation="relu"), *SMALL[1:]))
    assert f"{before.parameters:,}" in page and f"{after.parameters:,}" in page
    assert "30×30×8" in page and "30×30×16" in page
    shell.buttons["Remove"].click()
    assert "–" in words(render(shell.state))


def test_pasted_code_is_read():
    shell = layer_explorer(SMALL)
    shell.view.value = "paste code"
    assert shell.pasted.layout.display is None and shell.read.layout.display is None
    shell.pasted.value = keras_code(layers_of(models.separable_65k()), (32, 32, 3))
    shell.read.click()
    assert shell.state.layers == layers_of(models.separable_65k()) and shell.state.view == "ledger"
    shell.buttons["Undo"].click()
    assert shell.state.layers == SMALL
    for text, why in (
        ("print(1)", "No layers were found"),
        ("", "The text is empty"),
        ("x = Conv2D(3, 3)(i)\ny = Add()([x, Conv2D(3, 1)(i)])", "branches, and the explorer edits chains only."),
    ):
        shell.pasted.value = text
        shell.read.click()
        assert why in shell._picture.value and shell.state.layers == SMALL
    shell.pasted.value = "i = Input((8, 8, 3))\nx = Conv2D(3, 3)(i)\nx = Whatever(3)(x)"
    shell.read.click()
    assert shell.state.input_shape == (8, 8, 3) and "can&#x27;t" not in shell._words.value


def test_a_row_that_is_clicked_is_selected():
    shell = layer_explorer(SMALL)
    shell._told.value = "3 0.5 0.5 1"
    assert shell.state.selected == 3 and shell.layer.value == 3
    assert shell._picture.value.count("data-tell=") == len(SMALL)


def test_the_layer_and_the_change_are_spoken():
    stack = Stack(SMALL, selected=2)
    assert render(edit(stack, kernel=5)).spoken == (
        "Layer 3, conv2d_2, Conv2D 8, 5×5, dilation 2: output 7×7×8, receptive field 20. "
        "Last move: parameters 898 → 1,922 (+1,024); MACs 264,176 → 272,880 (+8,704)."
    )
