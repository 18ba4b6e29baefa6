"""Take README's pictures anew: notebooks in a real JupyterLab, answered as a learner would and run.

    python tests/photograph.py [NAME...]

Needs playwright, and a Chromium: the one on the PATH (Debian's package), or else playwright's own. Writes
notebooks/images/NAME.png and, beside it, what the picture shows. `tests/test_readme.py` compares that with the
notebook, without a browser.
"""

import base64
import hashlib
import io
import json
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from PIL import Image

from course.exercises import check
from course.notebooks import NOTEBOOKS

WIDE = 1000  # pixels on the page
SETTINGS = {
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false"},
    "statusbar-extension/plugin": {"visible": False},
}


@dataclass(frozen=True)
class Shot:
    """A picture of some cells.

    Parameters
    ----------
    name : str
        Of the picture.
    notebook : str
        Its file.
    first, last : str
        The ids of the first and the last cell in it.
    answers : dict
        What is typed in, by exercise.
    """

    name: str
    notebook: str
    first: str
    last: str
    answers: dict = field(default_factory=dict)

    @property
    def picture(self):
        """Its file."""
        return NOTEBOOKS / "images" / f"{self.name}.png"

    @property
    def shows(self):
        """The file that says what it shows."""
        return self.picture.with_suffix(".json")

    def cells(self):
        """Return the number of the first cell shown, and the cells with the answers typed in."""
        cells = nbformat.read(NOTEBOOKS / self.notebook, as_version=4).cells
        ids = [cell.id for cell in cells]
        shown = cells[ids.index(self.first) : ids.index(self.last) + 1]
        for exercise, answer in self.answers.items():
            (asked,) = (cell for cell in shown if f'check("{exercise}", None)' in cell.source)
            asked.source = asked.source.replace("None", str(answer))
            asked.outputs = [nbformat.v4.new_output("stream", text=repr(check(exercise, answer)))]
        return ids.index(self.first), shown

    def what_it_shows(self):
        """Return the sources and outputs of the cells shown, and the picture's digest.

        Of an image among them, it is the digest of its pixels: a file may pack the same pixels otherwise.
        """
        _, cells = self.cells()
        return {
            "cells": [
                {"source": cell.source, "outputs": [_brief(out) for out in cell.get("outputs", [])]}
                for cell in cells
            ],
            "picture": hashlib.sha256(self.picture.read_bytes()).hexdigest(),
        }


SHOTS = (
    # 8 forgets the jump.
    Shot("notebook_02", "02_receptive_fields.ipynb", "nb02-08", "nb02-10", {"after_pooling": 8}),
    Shot("network_viewer", "05_beat_them.ipynb", "nb05-35", "nb05-36"),
    Shot("front", "05_beat_them.ipynb", "nb05-53", "nb05-54"),
)


def _brief(out):
    if "text" in out:
        return out.text
    brief = {}
    for kind, content in out.data.items():
        if kind.startswith("image/"):
            content = _pixels(content)
        elif kind == "text/html":
            content = re.sub(r"data:image/\w+;base64,([\w+/=\s]+)", lambda found: _pixels(found[1]), content)
        brief[kind] = content
    return brief


def _pixels(encoded):
    image = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
    return f"{image.width}×{image.height} {hashlib.sha256(image.tobytes()).hexdigest()}"


TYPE = """([place, source]) =>
    window.jupyterapp.shell.currentWidget.content.widgets[place].model.sharedModel.setSource(source)"""
FAILED = """() => window.jupyterapp.shell.currentWidget.content.widgets.some(
    cell => cell.model.type === 'code' && cell.model.outputs.toJSON().some(out => out.output_type === 'error'))"""
# Brings the first cell shown to the top and returns where the last ends, in pixels on the page.
SCROLL = """([first, last]) => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0;
    document.activeElement.blur();
    cells[first].node.scrollIntoView({block: 'start'});
    return cells[last].node.getBoundingClientRect().bottom;
}"""


def photograph(shot, page, server):
    """Open, answer and run a shot's notebook in JupyterLab, and write the picture and what it shows."""
    from lab import Book

    first, cells = shot.cells()
    last = first + len(cells) - 1
    shutil.copy(NOTEBOOKS / shot.notebook, server.folder)
    page.set_viewport_size({"width": WIDE, "height": 1200})
    book = Book(page, server, shot.notebook).open()
    for place, cell in enumerate(cells, start=first):
        page.evaluate(TYPE, [place, cell.source])
    book.run_all()
    if page.evaluate(FAILED):
        raise SystemExit(f"A cell of {shot.notebook} failed: execute it with 'python -m course notebooks'.")
    page.wait_for_timeout(2000)  # for formulas and pictures to be laid out
    bottom = page.evaluate(SCROLL, [first, last])
    page.set_viewport_size({"width": WIDE, "height": round(bottom)})
    page.evaluate(SCROLL, [first, last])
    page.mouse.move(WIDE / 2, 20)
    page.wait_for_timeout(1000)
    page.screenshot(path=shot.picture)
    book.end_kernel()
    shows = json.dumps(shot.what_it_shows(), indent=1, ensure_ascii=False) + "\n"
    shot.shows.write_text(shows, encoding="utf-8", newline="\n")


def main(names):
    """Take the pictures of some names, or all."""
    sys.path.insert(0, str(Path(__file__).with_name("browser")))
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise SystemExit("The picture needs playwright: pip install -e '.[browser]'.") from None
    from lab import ARGUMENTS, CHROMIUM, Server

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "notebooks"
        folder.mkdir()
        with Server(folder, settings=SETTINGS) as server, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = chromium.new_page()
            for shot in SHOTS:
                if not names or shot.name in names:
                    photograph(shot, page, server)
            chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
