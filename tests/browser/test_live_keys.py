"""Keys pressed in a widget stay in it: none reaches the notebook's cells, and Jupyter keeps those with Ctrl."""

import pytest

FOCUSABLE = "select, input, button:not(:disabled), [role=slider], [tabindex='0']"
STATE = """() => {const book = window.jupyterapp.shell.currentWidget.content;
  const sources = book.widgets.map(cell => cell.model.sharedModel.getSource());
  return [book.widgets.length, book.activeCellIndex, sources]}"""


@pytest.mark.parametrize("cell", range(6))
def test_no_key_moves_or_changes_a_cell(live, cell):
    page = live.page
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


def test_jupyter_keeps_its_keys_with_ctrl(live):
    page = live.page
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
