"""The live widgets in JupyterLab: wide and narrow, every control by key and by mouse, and keys that stay in them.

All of it on one page, as to run the widgets takes longest. Each control does what the same move does without a
browser: a widget of this process makes the same moves. Its pictures and words, which other tests compare with the
ledger, must be those of the page.
"""

import random
import statistics

import numpy as np
import pytest
from lab import axe, ours

from course import models
from course.arithmetic import ledger
from course.data import shapes
from course.widgets import (
    budget_slider,
    convolution_anatomy,
    field_viewer,
    layer_explorer,
    network_viewer,
    run_explorer,
)
from course.widgets.layer_explorer.state import NEW, layers_of

NAMES = ("explorer", "fields", "budget", "anatomy", "runs", "network")
EXPLORER, FIELDS, BUDGET, ANATOMY, RUNS, NETWORK = range(len(NAMES))

# From the moment at which a key goes down or a button of the mouse, to a changed picture or text line.
WATCH = """() => {
  window.took = [];
  let since = null;
  for (const kind of ['keydown', 'mousedown']) {
    window.addEventListener(kind, () => {since = performance.now()}, true);
  }
  for (const picture of document.querySelectorAll('.course-live .course-picture .widget-html-content')) {
    new MutationObserver(() => {
      if (since !== null) window.took.push(performance.now() - since);
      since = null;
    }).observe(picture, {childList: true});
  }
}"""
# Looks when something in the widget changes, and not in between: that would take the page's time.
SAME = """([cell, html, words]) => new Promise(resolve => {
  const shell = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.course-live');
  const wanted = [['picture', html], ['words', words]].map(([part, text]) => {
    const page = document.createElement('div');
    page.innerHTML = text;
    return [shell.querySelector(`.course-${part} .widget-html-content`), page.innerHTML];
  });
  const watch = new MutationObserver(() => look());
  const end = same => {watch.disconnect(); clearTimeout(late); resolve(same)};
  const look = () => {if (wanted.every(([part, text]) => part.innerHTML === text)) end(true)};
  const late = setTimeout(() => end(false), 60000);
  watch.observe(shell, {childList: true, subtree: true, characterData: true});
  look();
})"""
# Of the budget's chart, what reaches out of the drawing by more than a pixel, or out of what is shown of it.
CUT = """() => [...document.querySelectorAll("[aria-label='Time against width'] > *")].filter(mark => {
  const at = mark.getBoundingClientRect();
  return [mark.closest('svg'), mark.closest('.widget-html-content')].some(around => {
    const box = around.getBoundingClientRect(), sides = ['left', 'top', 'right', 'bottom'];
    return sides.some((side, number) => (at[side] - box[side]) * (number < 2 ? -1 : 1) > 1)});
}).map(mark => mark.outerHTML)"""
FOCUSABLE = "select, input, button:not(:disabled), [role=slider], [tabindex='0']"
STATE = """() => {const book = window.jupyterapp.shell.currentWidget.content;
  const sources = book.widgets.map(cell => cell.model.sharedModel.getSource());
  return [book.widgets.length, book.activeCellIndex, sources]}"""
MIRRORS = {
    EXPLORER: lambda: layer_explorer("separable_65k"),
    FIELDS: lambda: field_viewer(models.build("separable_65k"), effective=lambda layer, unit: np.ones((32, 32))),
    BUDGET: lambda: budget_slider("separable_65k"),
    ANATOMY: convolution_anatomy,
    RUNS: lambda: run_explorer("separable_65k", "published_separable_65k"),
    NETWORK: lambda: network_viewer(models.trained(shapes(500)), shapes(500)),
}


class Both:
    """A live widget and its mirror, and the time that each control took."""

    def __init__(self, live, cell):
        self.live, self.cell, self.page = live, cell, live.page
        self.shell, self.mirror = live.widget(cell), MIRRORS[cell]()
        self.took = {}
        live.show(cell)
        self.check("as it begins")
        self.page.evaluate(WATCH)

    def check(self, what):
        """See that the page shows what the mirror shows."""
        wanted = [self.cell, self.mirror._picture.value, self.mirror._words.value]
        assert self.page.evaluate(SAME, wanted), (
            f"{what}: the page says {self.shell.locator('.course-words').inner_text()!r}, and not "
            f"{self.mirror.render(self.mirror.state).text!r}"
        )
        if took := self.page.evaluate("() => window.took?.splice(0) ?? []"):
            self.took.setdefault(what, []).append(took[-1])

    def key(self, label, key, move, role=None):
        """Press a key in a control; the mirror makes the move, before and not beside the kernel."""
        control = (
            self.shell.get_by_role(role, name=label, exact=True)
            if role
            else self.shell.get_by_label(label, exact=True)
        )
        move(self.mirror)
        control.first.focus()
        self.page.keyboard.press(key)
        self.check(f"{label}, key")

    def click(self, where, move, what):
        """Click; the mirror makes the move."""
        move(self.mirror)
        where.click()
        self.check(f"{what}, mouse")


@pytest.fixture(scope="module")
def both(live, request):
    made = {}
    yield lambda cell: made.get(cell) or made.setdefault(cell, Both(live, cell))
    lines = [
        f"{NAMES[cell]:9} {what:28} {statistics.median(took):5.0f} "
        f"ms in the median, {max(took):5.0f} at most, {len(took)} times"
        for cell, each in sorted(made.items())
        for what, took in each.took.items()
    ]
    every = [one for each in made.values() for took in each.took.values() for one in took]
    if every:
        lines.append(f"all controls: {statistics.median(every):.0f} ms in the median, {max(every):.0f} at most")
    # Not asserted: a machine may be busy.
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("\nFrom key or click to changed picture:", *lines, sep="\n")


def _step(control, steps=1):
    """Return a move that steps a control of the mirror through its options, as an arrow key does."""

    def move(mirror):
        chosen = control(mirror)
        if hasattr(chosen, "options"):
            values = [
                value[1] if isinstance(value, tuple) and len(value) == 2 else value for value in chosen.options
            ]
            place = min(max(values.index(chosen.value) + steps, 0), len(values) - 1)
            chosen.value = values[place]
        elif hasattr(chosen, "max"):
            chosen.value = min(max(chosen.value + steps, chosen.min), chosen.max)
        else:
            chosen.value = chosen.value + steps

    return move


@pytest.mark.parametrize("width", [700, 1200])
def test_no_scroll_bar_where_there_is_room_and_names_everywhere(live, width, findings):
    page = live.page
    page.set_viewport_size({"width": width, "height": 1400})
    assert live.faults(live.cells()) == []
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.course-live, .course-live *')]
           .filter(e => e.scrollWidth > e.clientWidth)
           .filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
           .map(e => e.parentElement.className)"""
    )
    # On a narrow page, wide tables scroll by themselves, by key too.
    assert not [each for each in wide if width == 1200 or "course-picture" not in each]
    # An SVG cuts off what lies outside of it, such as words of its key.
    assert page.evaluate(CUT) == []
    findings[f"live widgets, {width} px"] = found = axe(page)
    assert ours(found) == []
    names = page.evaluate(
        "() => [...document.querySelectorAll('.course-live [role=slider]')].map(e => e.getAttribute('aria-label'))"
    )
    assert len(names) > 5 and all(names)
    titles = page.evaluate("""() => [...document.querySelectorAll('.course-live select')].map(e => e.title)""")
    assert len(titles) > 5 and all(titles)
    words = page.locator(".course-words .widget-html-content").first
    assert words.get_attribute("role") == "status"
    words.evaluate("element => window.region = element")
    live.show(0)
    layer = live.widget(0).get_by_label("Layer")
    for key, says in (("ArrowDown", "Layer 2, block1_norm1"), ("ArrowUp", "Layer 1, ")):
        layer.focus()
        page.keyboard.press(key)
        page.wait_for_function("says => window.region.innerText.includes(says)", arg=says)
    assert page.evaluate("window.region.isConnected")


def test_explorer_by_key(both):
    explorer = both(EXPLORER)
    for _ in range(4):
        explorer.key("Layer", "ArrowDown", _step(lambda m: m.layer))
    explorer.key("Layer", "ArrowUp", _step(lambda m: m.layer, -1))
    explorer.key("Layer", "ArrowUp", _step(lambda m: m.layer, -1))
    for name in ("filters", "kernel", "stride", "dilation"):
        explorer.key(name.capitalize(), "ArrowUp", _step(lambda m, name=name: m.settings[name]))
        explorer.key(name.capitalize(), "ArrowDown", _step(lambda m, name=name: m.settings[name], -1))
    explorer.key("Padding", "ArrowDown", _step(lambda m: m.settings["padding"]))
    explorer.key("Kind", "ArrowDown", _step(lambda m: m.kind))
    explorer.key("Image", "ArrowDown", _step(lambda m: m.image))
    explorer.key("Image", "ArrowUp", _step(lambda m: m.image, -1))
    for name in ("Add Conv2D", "Up", "Down", "Remove", "Undo", "Reset"):
        explorer.key(name, "Enter", lambda m, name=name: m.buttons[name].click(), "button")


def test_numbers_are_taken_as_they_are_typed(both):
    explorer = both(EXPLORER)
    explorer.key("Layer", "Home", lambda m: setattr(m.layer, "value", 0))
    for typed, value in (("3.7", 3.7), ("1e3", 1000), ("0", 0), ("16", 16)):
        explorer.shell.get_by_label("Filters").fill("")
        explorer.shell.get_by_label("Filters").type(typed)
        explorer.key("Filters", "Enter", lambda m, value=value: setattr(m.settings["filters"], "value", value))
    explorer.shell.get_by_label("Filters").fill("7")
    explorer.page.keyboard.press("Escape")
    explorer.page.wait_for_timeout(300)
    explorer.check("Escape")
    assert explorer.shell.get_by_label("Filters").input_value() == "16"


def test_explorer_by_mouse(both):
    explorer = both(EXPLORER)
    explorer.click(explorer.shell.locator("tr[data-tell='5']"), lambda m: setattr(m.layer, "value", 5), "row")
    assert explorer.shell.get_by_label("Layer").input_value().startswith("6 ")
    for name in ("Add Conv2D", "Remove", "Undo", "Keep"):
        explorer.click(
            explorer.shell.get_by_role("button", name=name, exact=True),
            lambda m, name=name: m.buttons[name].click(),
            name,
        )
    for view in ("code", "annotated code", "paste code", "side by side", "ledger"):
        explorer.click(
            explorer.shell.get_by_role("button", name=view, exact=True),
            lambda m, view=view: setattr(m.view, "value", view),
            "view",
        )
    book = ledger(explorer.mirror.state.layers, (32, 32, 3))
    rows = explorer.shell.locator("tr[data-tell]").evaluate_all(
        "rows => rows.map(row => [...row.cells].map(c => c.innerText))"
    )
    assert [(row[3], row[5], row[6], row[7]) for row in rows] == [
        ("×".join(map(str, row.output_shape)), str(row.receptive_field[0]), f"{row.parameters:,}", f"{row.macs:,}")
        for row in book
    ]


def test_explorer_fuzzed(both):
    """A walk at random, down to no layers and up again."""
    explorer, choose = both(EXPLORER), random.Random(0)
    explorer.shell.get_by_label("Network").select_option("no layers")
    explorer.mirror.network.value = "no layers"
    explorer.check("Network")
    for _ in range(40):
        buttons = [
            name for name, button in explorer.mirror.buttons.items() if not button.disabled and name != "Keep"
        ]
        what = choose.choice([*buttons, "Remove", "kind", "setting"])
        if what in buttons:
            explorer.click(
                explorer.shell.get_by_role("button", name=what, exact=True),
                lambda m, w=what: m.buttons[w].click(),
                what,
            )
        elif what == "kind":
            kind = choose.choice([*NEW])
            explorer.shell.get_by_label("Kind").select_option(kind)
            explorer.mirror.kind.value = kind
            explorer.check("Kind, chosen")
        elif held := [
            n for n, c in explorer.mirror.settings.items() if c.layout.display is None and n != "padding"
        ]:
            name, value = choose.choice(held), choose.choice([0, 1, 2, 3, 7, 40])
            explorer.shell.get_by_label(name.capitalize(), exact=True).fill(str(value))
            explorer.page.keyboard.press("Tab")
            explorer.mirror.settings[name].value = value
            explorer.check(f"{name.capitalize()}, typed")


def test_pasted_code(both):
    explorer = both(EXPLORER)
    code = "model = Sequential([Input((32, 32, 3)), Conv2D(8, 3, strides=2), Flatten(), Dense(10)])"
    explorer.click(
        explorer.shell.get_by_role("button", name="paste code"),
        lambda m: setattr(m.view, "value", "paste code"),
        "view",
    )
    explorer.shell.get_by_label("Code").fill(code)
    explorer.mirror.pasted.value = code
    explorer.page.keyboard.press("Tab")
    explorer.click(explorer.shell.get_by_role("button", name="Read"), lambda m: m.read.click(), "Read")
    assert len(explorer.mirror.state.layers) == 3
    explorer.shell.get_by_label("Network").select_option("separable_99k")
    explorer.mirror.network.value = "separable_99k"
    explorer.check("Network")
    assert explorer.mirror.state.layers == layers_of(models.separable_99k())
    explorer.click(
        explorer.shell.get_by_role("button", name="code", exact=True),
        lambda m: setattr(m.view, "value", "code"),
        "view",
    )
    explorer.shell.get_by_role("button", name="Copy the code").click()
    assert explorer.shell.get_by_role("button", name="Copied").count() == 1
    # Into a field, as nobody may read the clipboard.
    explorer.click(
        explorer.shell.get_by_role("button", name="paste code"),
        lambda m: setattr(m.view, "value", "paste code"),
        "view",
    )
    explorer.shell.get_by_label("Code").fill("")
    explorer.shell.get_by_label("Code").focus()
    explorer.page.keyboard.press("Control+v")
    pasted = explorer.shell.get_by_label("Code").input_value()
    assert pasted.startswith("import keras") and pasted.count("layers.") == len(explorer.mirror.state.layers)


def test_fields(both):
    fields = both(FIELDS)
    fields.key("Layer", "ArrowUp", _step(lambda m: m.layer, -1))
    for axis, name in enumerate(("Row", "Column")):
        fields.key(name, "ArrowLeft", _step(lambda m, axis=axis: m.unit[axis], -1), "slider")
        fields.key(name, "ArrowLeft", _step(lambda m, axis=axis: m.unit[axis], -1), "slider")
        fields.key(name, "ArrowRight", _step(lambda m, axis=axis: m.unit[axis]), "slider")
    fields.key("Effective field", "Space", lambda m: setattr(m.with_effect, "value", True))
    units = fields.shell.locator("svg[data-tell='unit']")
    box = units.bounding_box()
    units.click(position={"x": 3, "y": box["height"] - 3})

    def corner(mirror):
        mirror.unit[0].value, mirror.unit[1].value = mirror.unit[0].max, 0

    corner(fields.mirror)
    fields.check("units, mouse")
    image = fields.shell.locator("svg[data-tell='image']")
    box = image.bounding_box()
    image.click(position={"x": box["width"] - 2, "y": 2})
    fields.mirror.unit[0].value, fields.mirror.unit[1].value = 0, fields.mirror.unit[1].max
    fields.check("image, mouse")
    for _ in range(26):
        fields.key("Layer", "ArrowDown", _step(lambda m: m.layer))


def test_budget(both):
    budget = both(BUDGET)
    for key, steps in (("ArrowRight", 1), ("ArrowRight", 1), ("ArrowLeft", -1)):
        budget.key("Width", key, _step(lambda m: m.width, steps), "slider")
        budget.key("Depth mult.", key, _step(lambda m: m.depth_multiplier, steps), "slider")
    budget.key("Model", "ArrowUp", _step(lambda m: m.model, -1))
    budget.key("Model", "ArrowDown", _step(lambda m: m.model, 1))


def test_anatomy(both):
    anatomy = both(ANATOMY)
    for kind in ("grouped", "depthwise", "separable", "pointwise", "standard"):
        anatomy.click(
            anatomy.shell.get_by_role("button", name=kind, exact=True),
            lambda m, kind=kind: setattr(m.kind, "value", kind),
            "kind",
        )
        assert anatomy.shell.get_by_role("button", name=kind, exact=True).get_attribute("aria-pressed") == "true"
    for name, label in (
        ("filters", "Filters"),
        ("kernel", "Kernel"),
        ("stride", "Stride"),
        ("channels", "Channels"),
    ):
        anatomy.key(label, "ArrowLeft", _step(lambda m, name=name: m.settings[name], -1), "slider")
    anatomy.key("Position", "ArrowRight", _step(lambda m: m.cell), "slider")
    anatomy.key("Out channel", "ArrowRight", _step(lambda m: m.output), "slider")


def test_runs(both):
    runs = both(RUNS)
    runs.key("baseline", "Space", lambda m: setattr(m.records["baseline"], "value", True))
    runs.key("Measure", "ArrowDown", _step(lambda m: m.metric))
    runs.key("Smoothing", "ArrowRight", _step(lambda m: m.smoothing), "slider")
    runs.key("Zoom in", "Space", lambda m: setattr(m.zoom, "value", True))
    for name in ("minutes", "epochs"):
        runs.click(
            runs.shell.get_by_role("button", name=name, exact=True),
            lambda m, name=name: setattr(m.axis, "value", name),
            "axis",
        )
    for name in ("All", "None"):
        runs.click(
            runs.shell.get_by_role("button", name=name, exact=True),
            lambda m, n=name: getattr(m, n.lower()).click(),
            name,
        )


def test_network(both):
    """Every control by key, every button and every part of the picture by mouse."""
    network = both(NETWORK)

    def level(name):
        network.click(
            network.shell.get_by_role("button", name=name, exact=True),
            lambda m: setattr(m.level, "value", name),
            "level",
        )
        assert network.shell.get_by_role("button", name=name, exact=True).get_attribute("aria-pressed") == "true"

    def inside(what, across, down, number=0):
        part = network.shell.locator(f"[data-tell='{what}']").nth(number)
        box = part.bounding_box()
        part.click(position={"x": across * box["width"], "y": down * box["height"]})
        # Where exactly a click falls is told to the kernel in ten thousandths.
        network.page.wait_for_function(
            "([cell, what]) => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell]"
            ".querySelector('.course-told input').value.startsWith(what)", arg=[network.cell, what]
        )  # fmt: skip
        told = network.shell.locator(".course-told input").input_value()
        network.mirror._clicked(told)
        network.check(f"{what.split()[0]}, mouse")

    for name, button in (("Next image", "following"), ("Next image", "following"), ("Previous image", "previous")):
        network.click(
            network.shell.get_by_role("button", name=name), lambda m, b=button: getattr(m, b).click(), name
        )
    network.key("Images", "ArrowDown", _step(lambda m: m.which))
    network.key("Images", "ArrowUp", _step(lambda m: m.which, -1))
    network.key("Cover", "ArrowDown", _step(lambda m: m.cover))
    for axis, name in enumerate(("Cover row", "Cover col.")):
        network.key(name, "ArrowRight", _step(lambda m, axis=axis: m.corner[axis]), "slider")
    inside("cover", 0.5, 0.25)
    for _ in range(2):
        network.key("Draw over", "ArrowDown", _step(lambda m: m.over))
    network.key("Unfold", "Space", lambda m: setattr(m.unfolded, "value", True))
    network.key("Unfold", "Space", lambda m: setattr(m.unfolded, "value", False))
    inside("stage 4", 0.5, 0.5)
    assert network.mirror.state.level == "layer" and network.mirror.state.stage == 4
    network.key("Layer", "ArrowDown", _step(lambda m: m.layer))
    for name, control in (("Map", "channel"), ("Row", "row"), ("Column", "column")):
        network.key(name, "ArrowRight", _step(lambda m, c=control: getattr(m, c)), "slider")
    inside("map", 0.5, 0.5)
    inside("unit", 0.2, 0.8)
    inside("image", 0.4, 0.6)
    level("unit")
    assert "float32 rounding at most" in network.shell.locator(".course-words").inner_text()
    network.key("Layer", "ArrowDown", _step(lambda m: m.layer))
    level("overview")


def test_the_line_of_code_stays_open_and_follows(both):
    budget = both(BUDGET)
    line = budget.shell.locator(".course-line")
    line.locator("summary").focus()
    budget.page.keyboard.press("Enter")
    assert line.locator("code").inner_text() == budget.mirror.line()
    budget.key("Width", "ArrowRight", _step(lambda m: m.width), "slider")
    budget.page.wait_for_function(
        "([cell, code]) => document.querySelectorAll('.jp-Notebook .jp-Cell')[cell]"
        ".querySelector('.course-line code').innerText === code", arg=[budget.cell, budget.mirror.line()]
    )  # fmt: skip
    assert line.locator("code").is_visible()


@pytest.fixture(scope="module")
def afresh(live):
    """The widgets as they begin: all cells are run again."""
    return live.run_all()


@pytest.mark.parametrize("cell", range(6))
def test_no_key_moves_or_changes_a_cell(afresh, cell):
    live, page = afresh, afresh.page
    live.show(cell)
    before = page.evaluate(STATE)
    count = live.widget(cell).locator(FOCUSABLE).count()
    tried = 0
    for number in range(count):
        control = live.widget(cell).locator(FOCUSABLE).nth(number)
        if not control.is_visible() or control.is_disabled():
            continue
        for key in ("ArrowDown", "ArrowUp", "a", "b", "x", "d", "d", "m", "Shift+ArrowDown"):
            control.focus()
            page.keyboard.press(key)
        tried += 1
        assert page.evaluate("document.activeElement.closest('.course-live') !== null"), control.evaluate(
            "e => e.outerHTML"
        )
        assert page.evaluate(STATE) == before, control.evaluate("e => e.outerHTML")
    assert tried >= 4


def test_jupyter_keeps_its_keys_with_ctrl(afresh):
    live, page = afresh, afresh.page
    live.show(0)
    live.widget(0).get_by_label("Layer").focus()
    page.evaluate(
        """() => {window.ran = [];
           window.jupyterapp.commands.commandExecuted.connect((_, what) => window.ran.push(what.id))}"""
    )
    page.keyboard.press("Control+s")
    page.wait_for_function("() => window.ran.includes('docmanager:save')", timeout=60_000)
    page.keyboard.press("b")
    assert page.evaluate("window.ran.filter(id => id.startsWith('notebook:'))") == []


def test_the_button_shuts_the_notebook_down(afresh):
    afresh.shut_down(7)
