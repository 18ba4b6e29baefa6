"""What a notebook file keeps of a widget: a still picture with its alt text, and nothing random."""

import html

import nbformat
import pytest
from nbclient import NotebookClient

from course.notebooks import LIVE_WIDGET, tidy
from course.widgets import shut_down_button

CELLS = [
    """from course.arithmetic import Conv2D, MaxPooling2D, ledger
from course.widgets import field_viewer, layer_explorer
layers = [Conv2D(8, 3), MaxPooling2D(2)]
layer_explorer(layers)""",
    "field_viewer(ledger(layers))",
    "from course.widgets import shut_down_button\n\nshut_down_button()",
]
STILL = {"text/html", "text/plain"}


@pytest.fixture(scope="module")
def book():
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    return NotebookClient(nbformat.v4.new_notebook(cells=cells), timeout=120).execute()


def test_run_it_holds_live_controls_and_stored_a_still_picture(book):
    assert all([set(out.data) for out in cell.outputs] == [STILL, {LIVE_WIDGET}] for cell in book.cells)
    live = [cell.outputs[1].data for cell in book.cells]
    models = [data[LIVE_WIDGET]["model_id"] for data in live]
    assert book.metadata.widgets
    stored = tidy(nbformat.from_dict(book))
    text = nbformat.writes(stored)
    assert "widgets" not in stored.metadata and not [model for model in models if model in text]
    for cell in stored.cells[:2]:
        (out,) = cell.outputs
        assert set(out.data) == STILL and "Run this cell to play." in out.data["text/html"]
        assert f' alt="{html.escape(out.data["text/plain"])}"' in out.data["text/html"]
    assert stored.cells[0].outputs[0].data["text/plain"].startswith("2 layers, 224 parameters")
    assert stored.cells[1].outputs[0].data["text/plain"].startswith("Unit (7, 7) of max_pooling2d_1 sees 4×4")
    (kept,) = stored.cells[2].outputs
    assert kept.data["text/plain"] == "In a running notebook, a button here shuts it down."
    assert kept.data["text/plain"] in kept.data["text/html"] and "<button" not in kept.data["text/html"]


def test_a_button_that_is_not_pressed_ends_nothing_and_knows_its_kernel(book, monkeypatch):
    assert [out.output_type for cell in book.cells for out in cell.outputs] == 6 * ["display_data"]
    name = "0d1f-22"
    monkeypatch.setattr("ipykernel.connect.get_connection_file", lambda: f"/run/jupyter/kernel-{name}.json")
    assert f"api/kernels/{name}&#x27;" in shut_down_button().value
