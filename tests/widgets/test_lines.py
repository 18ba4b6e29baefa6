"""The line of code under every widget brings its view back: evaluated, it renders the same."""

import pytest
from ipywidgets import Widget

import course.arithmetic
from course import models, runs, widgets
from course.data import shapes
from course.inspection import ledger_of

IMAGES = shapes(50)
MODEL = models.build("separable_65k")
LONG = 'model = Sequential()\nmodel.add(Conv2D(8, 3, input_shape=(9, 9, 3)))  # it\'s 7x7x8, "RF" 3\n'
NAMES = {"model": MODEL, "images": IMAGES, "model_or_ledger": MODEL, "image": IMAGES.test_images[1]}
BEGIN = {
    "budget": lambda: widgets.budget_slider(),
    "anatomy": lambda: widgets.convolution_anatomy(),
    "anatomy of an image": lambda: widgets.convolution_anatomy(NAMES["image"], kind="grouped"),
    "fields": lambda: widgets.field_viewer(MODEL),
    "fields of an image": lambda: widgets.field_viewer(ledger_of(MODEL), NAMES["image"]),
    "explorer": lambda: widgets.layer_explorer(),
    "explorer of layers": lambda: widgets.layer_explorer([course.arithmetic.Conv2D(8, 3, strides=2, name="one")]),
    "runs": lambda: widgets.run_explorer("separable_65k", "baseline"),
    "checker": lambda: widgets.checker(),
    "network": lambda: widgets.network_viewer(MODEL, IMAGES),
}


def moves(control):
    """Return what a learner may set a control to."""
    if hasattr(control, "options"):
        # A choice may be a pair of its words and its value.
        return [each[1] if isinstance(each, tuple) and len(each) == 2 else each for each in control.options][-2:]
    if hasattr(control, "max"):
        return [control.max, control.max // 2]
    return {bool: [not control.value], float: [control.value + 1]}.get(type(control.value), [])


CONTROLS = {
    "budget": lambda w: [w.model, w.width, w.depth_multiplier],
    "anatomy": lambda w: [w.kind, *w.settings.values(), w.cell, w.output],
    "fields": lambda w: [w.layer, *w.unit],
    "explorer": lambda w: [w.network, w.image, w.layer, w.view, w.kind, w.settings["filters"]],
    "runs": lambda w: [w.metric, w.smoothing, w.axis, w.zoom, w.records["separable_99k"], w.records["baseline"]],
    "checker": lambda w: [],
    "network": lambda w: [w.which, w.layer, w.level, w.channel, w.row, w.column, w.unfolded, w.cover, w.over],
}


def again(shell):
    """Return what the widget's line of code makes."""
    known = vars(widgets) | vars(course.arithmetic) | NAMES
    assert shell.line().replace("'", "&#x27;").replace('"', "&quot;").split("<")[0] in shell._line.value
    return eval(shell.line(), known)


def same(shell):
    other = again(shell)
    # The last move and what led to it are not shared.
    first, second = (each.render(strip(each.state)) for each in (shell, other))
    assert (second.html, second.text) == (first.html, first.text), shell.line()


def strip(state):
    from dataclasses import replace

    return replace(state, previous=None, origin=None, kept=None) if hasattr(state, "previous") else state


@pytest.mark.parametrize("name", BEGIN)
def test_the_line_brings_every_view_back(name):
    shell = BEGIN[name]()
    assert "=" not in shell.line() or name not in ("budget", "anatomy", "fields", "runs", "network")
    same(shell)
    for control in CONTROLS[name.split(" of ")[0]](shell):
        for value in moves(control):
            if not getattr(control, "disabled", False) and control.layout.display != "none":
                control.value = value
        same(shell)


@pytest.mark.parametrize("name", BEGIN)
def test_a_move_sends_its_picture_before_all_else_and_no_style(name, monkeypatch):
    shell, sent = BEGIN[name](), []
    monkeypatch.setattr(Widget, "_send", lambda self, message, buffers=None: sent.append((self, message)))
    drawn = 0
    for control in CONTROLS[name.split(" of ")[0]](shell) or [shell.text]:
        for value in [LONG] if name == "checker" else moves(control):
            sent.clear()
            if not getattr(control, "disabled", False):
                control.value = value
            moved = [each for each, message in sent if each is not control]
            assert shell._picture not in moved or moved[0] is shell._picture
            assert "<style" not in str([message for _, message in sent])
            drawn += shell._picture in moved
    assert drawn and sum("<style" in part.value for part in shell.children if hasattr(part, "value")) == 1


def test_the_lines_read_well():
    slider = widgets.budget_slider("separable_99k", 0.5, 2)
    assert slider.line() == "budget_slider('separable_99k', width=0.5, depth_multiplier=2)"
    explorer = widgets.layer_explorer([course.arithmetic.Conv2D(8, 3, strides=2)], (28, 28, 1), view="code")
    assert explorer.line() == "layer_explorer([Conv2D(8, 3, strides=2)], input_shape=(28, 28, 1), view='code')"
    assert explorer.state.input_shape == (28, 28, 1)
    viewer = widgets.network_viewer(MODEL, IMAGES, level="unit", stage=2, channel=3)
    assert viewer.line().startswith("network_viewer(model, images, stage=2, level='unit', channel=3")
    text = widgets.checker(LONG)
    assert again(text).state == text.state
    both = widgets.run_explorer("baseline", smoothing=5, chosen=("baseline", "separable_65k"))
    assert both.line() == "run_explorer('baseline', chosen=('baseline', 'separable_65k'), smoothing=5)"


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: widgets.budget_slider(width=0.51), "There is no width 0.51: it goes from 0.15 to 2"),
        (lambda: widgets.convolution_anatomy(cell=99), "cell is 99; this convolution has 25, counted from 0"),
        (lambda: widgets.field_viewer(MODEL, layer="none"), "has no layer 'none': it has "),
        (lambda: widgets.field_viewer(MODEL, unit=(99, 0)), "There is no unit"),
        (lambda: widgets.layer_explorer(view="none"), "view is one of ledger"),
        (
            lambda: widgets.run_explorer("baseline", smoothing=4),
            "There is no smoothing=4 to begin with; there is 1, 3",
        ),
        (lambda: widgets.run_explorer("baseline", chosen=("none",)), "There is no none to begin with"),
    ],
)
def test_where_no_view_begins_is_said(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_a_run_in_a_variable_is_called_run():
    assert widgets.run_explorer(runs.load("baseline")).line() == "run_explorer(run)"
