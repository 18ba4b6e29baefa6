"""What the convolution anatomy shows for every choice, and that no control leads to one that can not be."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import ipywidgets
import numpy as np
import pytest
from anatomy_cases import every_convolution
from hypothesis import given, settings
from hypothesis import strategies as st
from page_words import Words

from course.anatomy import KINDS, MAPS, SETTINGS, Convolution, output_map, patch_of, possible_groups, terms
from course.data import shapes
from course.plots import Picture
from course.widgets import convolution_anatomy
from course.widgets.convolution_anatomy.page import CHOICES, Anatomy, change, render

PATCH = patch_of(shapes(50).train_images[24])
SLIDERS = [*CHOICES, "groups"]
moves = st.one_of(
    st.tuples(st.just("kind"), st.sampled_from(KINDS)),
    *(st.tuples(st.just(name), st.sampled_from(choices)) for name, choices in CHOICES.items()),
    st.tuples(st.sampled_from(["groups", "cell", "output"]), st.integers(0, 48)),
)


def states(kind, step=7):
    """Every few convolutions of a kind, each with another of its places and output channels.

    The step shares no factor with the number of choices of a setting, so that all choices come in all company.
    """
    for i, convolution in enumerate(list(every_convolution(kind))[::step]):
        first = Anatomy(PATCH, convolution)
        cells = first.size[0] * first.size[1]
        yield replace(first, cell=5 * i % cells, output=i % convolution.outputs)


def sides(equation):
    """Return both sides of written arithmetic, worked out."""
    plain = equation.replace("\u00a0", " ").replace("−", "-").replace("×", "*")
    left, right = plain.split(" = ")
    return eval(left), int(right)


def check(state):
    """See that a state is one that can be."""
    convolution = state.convolution
    for name, choices in CHOICES.items():
        assert getattr(convolution, name) in choices, name
    assert convolution.groups in possible_groups(convolution.channels, convolution.filters)
    rows, columns = state.size
    assert 0 <= state.cell < rows * columns and 0 <= state.output < convolution.outputs
    assert terms(convolution, state.patch, *state.place)


@pytest.mark.parametrize("kind", KINDS)
def test_the_arithmetic_gives_the_value(kind):
    for state in states(kind):
        shown = render(state)
        assert Words(shown.html).words
        page = ElementTree.fromstring(f"<page>{shown.html}</page>")
        found = terms(state.convolution, PATCH, *state.place)
        lines = [[cell.text for cell in row] for row in page.iter("tr")]
        assert [name for name, _ in lines] == [MAPS[term.channel] for term in found]
        parts = []
        for (_, line), term in zip(lines, found, strict=True):
            equations = [sides(equation) for equation in line.split("; ")]
            assert all(left == right for left, right in equations), line
            assert len(equations) == (2 if kind == "separable" else 1)
            assert line.count("+") == term.weights.size - 1 and equations[0][1] == term.sum
            parts.append(equations[-1][1])
        row, column, output = state.place
        value = output_map(state.convolution, PATCH, output)[row, column]
        assert sum(parts) == value
        written = str(value).replace("-", "−")
        assert shown.text.startswith(f"Output ({row}, {column}) of channel {output} is {written}, from ")


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_holds_the_counts(kind):
    for state in states(kind):
        shown = render(state)
        convolution, counts = state.convolution, state.convolution.counts()
        seen = len({term.channel for term in terms(convolution, PATCH, *state.place)})
        numbers = re.fullmatch(
            r"Output .*, from (\d+) of (\d+) input channels?\. (\d+) multiplications? makes? one value of the "
            r"(\w+) convolution; the layer does ([\d,]+) and holds ([\d,]+) parameters\.",
            shown.text,
        )
        *first, named, macs, parameters = numbers.groups()
        window, channels = convolution.window**2, convolution.channels
        alone = {
            "standard": window * channels,
            "grouped": window * channels // convolution.groups,
            "depthwise": window,
            "pointwise": channels,
            "separable": (window + 1) * channels * convolution.depth_multiplier,
        }[kind]
        assert [*map(int, first)] == [seen, channels, alone] and named == kind
        assert (macs, parameters) == (f"{counts.macs:,}", f"{counts.parameters:,}")
        # A screen reader is told the same in place of the drawing.
        (drawing,) = ElementTree.fromstring(f"<page>{shown.html}</page>").iter("svg")
        assert drawing.get("aria-label") == shown.text and drawing.get("role") == "img"


def note(convolution):
    boxed = re.findall(r'<p class="boxed">(.*?)</p>', render(Anatomy(PATCH, convolution)).html)
    return boxed[0] if boxed else ""


def test_what_else_a_grouped_convolution_is():
    for convolution in list(every_convolution("grouped"))[::7]:
        said, channels = note(convolution), convolution.channels
        if convolution.groups == 1:
            assert said == "One group: this is a standard convolution."
            other = replace(convolution, kind="standard")
            assert convolution.layer == other.layer
        elif convolution.groups == channels:
            multiplier = int(re.fullmatch(r".* a depthwise convolution with depth multiplier (\d+)\.", said)[1])
            other = replace(convolution, kind="depthwise", depth_multiplier=multiplier)
            assert other.counts().macs == convolution.counts().macs and other.outputs == convolution.outputs
            assert other.counts().parameters == convolution.counts().parameters
        else:
            assert bool(said) == (convolution.kernel == convolution.stride == 1)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("standard", "this is a pointwise convolution."),
        ("grouped", "pointwise convolution within each group"),
        ("depthwise", "only multiplied by a number"),
        ("separable", "so a pointwise convolution does the same"),
        ("pointwise", None),
    ],
)
def test_a_window_of_one_position_is_named(kind, words):
    convolution = Convolution(kind, channels=4, filters=4, groups=2, kernel=1)
    assert words is None and note(convolution) == "" or words in note(convolution)
    assert note(replace(convolution, kernel=3)) == ""
    # It leaves positions out, which a pointwise convolution does not.
    assert note(replace(convolution, stride=2)) == ""
    if kind == "standard":
        pointwise = replace(convolution, kind="pointwise")
        for output in range(4):
            assert np.array_equal(output_map(convolution, PATCH, output), output_map(pointwise, PATCH, output))


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_from_every_kind_is_possible(kind):
    options = {"kind": KINDS, **CHOICES, "groups": range(1, 8)}
    for state in states(kind, 13):
        last = state.size[0] * state.size[1] - 1, state.convolution.outputs - 1
        for start in (state, replace(state, cell=last[0], output=last[1])):
            for name, choices in options.items():
                for choice in choices:
                    after = change(start, **{name: choice})
                    check(after)
                    assert name == "groups" or getattr(after.convolution, name) == choice
                    asked = choice if name == "groups" else 2 if choice == "grouped" else 1
                    assert after.convolution.groups <= max(asked, start.convolution.groups)


@given(st.lists(moves, max_size=30))
def test_no_walk_leaves_what_can_be(walk):
    state = Anatomy(PATCH)
    for name, value in walk:
        if name == "cell":
            state = replace(state, cell=value % (state.size[0] * state.size[1]))
        elif name == "output":
            state = replace(state, output=value % state.convolution.outputs)
        else:
            state = change(state, **{name: max(1, value) if name == "groups" else value})
        check(state)
    render(state)


def test_what_still_fits_stays():
    state = Anatomy(PATCH, Convolution(filters=6), cell=12, output=5)
    assert state.place == (2, 2, 5)
    assert change(state, kernel=2).place == (2, 2, 5)
    assert change(state, kernel=5).place == (2, 2, 5) and change(state, stride=2).place == (2, 2, 5)
    assert change(state, stride=3).place == (1, 1, 5) and change(state, filters=2).place == (2, 2, 1)
    assert change(state, kind="depthwise").place == (2, 2, 2)
    six = replace(state, convolution=Convolution("grouped", channels=6, filters=6, groups=6))
    assert change(six, filters=4).convolution.groups == 2 and change(six, channels=3).convolution.groups == 3
    assert change(six, groups=5).convolution.groups == 3


def test_a_dial_of_groups_has_stops():
    grouped = change(Anatomy(PATCH), kind="grouped").convolution
    assert (grouped.channels, grouped.filters, grouped.groups) == (6, 6, 2)
    # Where there are stops already, the numbers stay; and so do those chosen once it is grouped.
    four = change(Anatomy(PATCH, Convolution(channels=4, filters=4)), kind="grouped")
    assert (four.convolution.channels, four.convolution.filters) == (4, 4)
    assert change(four, filters=1).convolution == replace(four.convolution, filters=1, groups=1)
    shell = convolution_anatomy(kind="grouped")
    assert shell.settings["groups"].options == (1, 2, 3, 6) and shell.settings["groups"].value == 2
    assert convolution_anatomy(kind="grouped", groups=1).state.convolution.groups == 1
    assert convolution_anatomy(kind="grouped", channels=3, filters=1).state.convolution.groups == 1
    assert convolution_anatomy(kind="grouped", channels=4, filters=2).state.convolution.channels == 4


def test_grouped_and_back_changes_nothing():
    for kind in KINDS:
        for start in (Anatomy(PATCH, Convolution(kind)), Anatomy(PATCH, Convolution(kind, channels=2, filters=1))):
            if kind != "grouped":
                there = change(change(start, kind="grouped"), kernel=2)
                back = change(there, kind=kind).convolution
                assert (back.channels, back.filters) == (start.convolution.channels, start.convolution.filters)
                chosen = change(change(there, filters=3), kind=kind).convolution
                assert (chosen.channels, chosen.filters) == (6, 3)


def shown(shell):
    return {name for name, control in shell.settings.items() if control.layout.display != "none"}


@given(st.lists(moves, max_size=12))
@settings(max_examples=25, deadline=None)
def test_the_controls_follow_the_state(walk):
    shell = convolution_anatomy()
    for name, value in walk:
        if name == "kind":
            shell.kind.value = value
        elif name in ("cell", "output"):
            control = getattr(shell, name)
            control.value = value % (control.max + 1)
        else:
            control = shell.settings[name]
            # A learner can only move what is there.
            if name not in shown(shell) or name == "groups" and value not in control.options:
                continue
            control.value = value
        state, convolution = shell.state, shell.state.convolution
        check(state)
        assert shell.kind.value == convolution.kind
        assert shown(shell) == set(SETTINGS[convolution.kind])
        for setting, control in shell.settings.items():
            assert control.value == getattr(convolution, setting), setting
        assert list(shell.settings["groups"].options) == possible_groups(convolution.channels, convolution.filters)
        rows, columns = state.size
        assert (shell.cell.value, shell.cell.max) == (state.cell, rows * columns - 1)
        assert (shell.output.value, shell.output.max) == (state.output, convolution.outputs - 1)
        assert shell.cell.disabled == (rows * columns == 1)
        assert shell.output.disabled == (convolution.outputs == 1)
    expected = render(shell.state)
    assert shell._picture.value == expected.html and expected.text in shell._words.value


def test_every_control_changes_the_picture():
    shell = convolution_anatomy(kind="grouped")
    for control, value in (
        (shell.settings["groups"], 3), (shell.settings["channels"], 3), (shell.settings["filters"], 3),
        (shell.settings["kernel"], 2), (shell.settings["stride"], 2), (shell.cell, 0), (shell.output, 2),
        (shell.kind, "separable"), (shell.settings["depth_multiplier"], 2),
    ):  # fmt: skip
        before = shell._picture.value, shell._words.value
        control.value = value
        assert shell._picture.value != before[0] and shell._words.value != before[1], (control, value)


def test_every_control_has_a_label_a_tooltip_and_keys():
    shell = convolution_anatomy()
    assert list(shell.settings) == SLIDERS
    for control in (*shell.settings.values(), shell.cell, shell.output):
        # Both kinds of slider move with the arrow keys.
        assert isinstance(control, (ipywidgets.SelectionSlider, ipywidgets.IntSlider))
        assert control.description and "arrow keys" in control.tooltip
    labels = [control.description for control in (*shell.settings.values(), shell.cell, shell.output)]
    assert len(set(labels)) == len(labels)
    assert isinstance(shell.kind, ipywidgets.ToggleButtons) and list(shell.kind.options) == list(KINDS)
    assert len(shell.kind.tooltips) == len(KINDS) and all(shell.kind.tooltips) and shell.kind.tooltip
    controls = {id(control) for row in shell.children[1:4] for control in row.children}
    assert controls == {id(c) for c in (shell.kind, *shell.settings.values(), shell.cell, shell.output)}


def test_the_still_picture():
    shell = convolution_anatomy(kind="separable", depth_multiplier=2)
    picture = shell.still(shell.state)
    assert isinstance(picture, Picture)
    sentence, counts = render(shell.state).text.split(". ")
    assert f"{sentence}." in picture.alt and picture.title == counts.removesuffix(".")
    assert shell.stored()["text/plain"] == picture.alt and "<img alt=" in shell.stored()["text/html"]


def test_where_it_begins():
    shell = convolution_anatomy()
    assert shell.state.convolution == Convolution() and shell.state.place == (2, 2, 0)
    assert np.array_equal(shell.state.patch, PATCH)
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    shell = convolution_anatomy(image, kind="depthwise", channels=2, kernel=5, stride=3)
    assert np.array_equal(shell.state.patch, patch_of(image)) and shell.state.place == (0, 0, 0)
    assert shell.kind.value == "depthwise" and shell.settings["kernel"].value == 5 and shell.cell.disabled


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"width": 3}, "A convolution has no 'width': it has kind, channels, filters, kernel, stride"),
        ({"kind": "full"}, "There is no kind 'full'"),
        ({"channels": 5}, "channels is 5; choose one of 1, 2, 3, 4, 6"),
        ({"kernel": 7}, "kernel is 7; choose one of 1, 2, 3, 5"),
        ({"kind": "pointwise", "kernel": 7}, "kernel is 7; choose one of"),
        ({"filters": "many"}, "filters is 'many'; it must be a whole number"),
        ({"kind": "depthwise", "filters": "many"}, "filters is 'many'; choose one of 1, 2, 3, 4, 6"),
        ({"depth_multiplier": 3}, "depth_multiplier is 3; choose one of 1, 2"),
        ({"stride": None}, "stride is None; it must be"),
        ({"groups": 2}, "groups is 2; choose one of 1"),
        ({"groups": "two"}, "groups is 'two'; choose one of 1"),
        ({"kind": "grouped", "groups": 4}, "6 channels and 6 filters can't be shared out among 4 groups"),
        ({"kind": "grouped", "channels": 4, "groups": 3}, "4 channels and 6 filters can't be shared out"),
        ({"image": np.zeros((32, 32), np.uint8)}, r"shape \(32, 32\) and dtype uint8; it must be uint8, of shape"),
        ({"image": np.zeros((32, 32, 3))}, "dtype float64; it must be uint8"),
        ({"image": np.zeros((7, 32, 3), np.uint8)}, "has 7×32 pixels; at least 8×8"),
        ({"image": "photo.png"}, "it must be uint8"),
    ],
)
def test_what_can_not_be_is_refused_in_a_sentence(arguments, words):
    with pytest.raises(ValueError, match=words) as caught:
        convolution_anatomy(**arguments)
    message = str(caught.value)
    assert message.endswith(".") and ". " not in message
