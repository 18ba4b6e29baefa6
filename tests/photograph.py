"""Take README's picture anew: a notebook in a real JupyterLab, answered as a learner would and run.

    python tests/photograph.py

Needs playwright, and a Chromium: the one on the PATH (Debian's package), or else playwright's own. Writes
notebooks/images/notebook_02.png and, beside it, what the picture shows. `tests/test_readme.py` compares that
with the notebook, without a browser.
"""

import base64
import contextlib
import hashlib
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import nbformat
from PIL import Image

from course.exercises import check
from course.notebooks import NOTEBOOKS, OFFLINE

NOTEBOOK = NOTEBOOKS / "02_receptive_fields.ipynb"
PICTURE = NOTEBOOKS / "images" / "notebook_02.png"
SHOWS = PICTURE.with_suffix(".json")

# From the words above the cell that asks this exercise to the next that draws the answer.
EXERCISE, DRAWS = "after_pooling", "plots.wiring("
ANSWER = 8  # which forgets the jump

WIDE = 1000  # pixels on the page
SETTINGS = {
    "apputils-extension/themes": {"theme": "JupyterLab Light"},
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false"},
    "statusbar-extension/plugin": {"visible": False},
}
SECONDS = 300  # for the cells to run


def cells_shown():
    """Return the number of the first cell that the picture shows, and the cells with the answer typed in."""
    cells = nbformat.read(NOTEBOOK, as_version=4).cells
    question = f'check("{EXERCISE}", None)'
    (asked,) = (i for i, cell in enumerate(cells) if question in cell.source)
    last = next(i for i, cell in enumerate(cells) if DRAWS in cell.source and i > asked)
    cells[asked].source = cells[asked].source.replace("None", str(ANSWER))
    cells[asked].outputs = [nbformat.v4.new_output("stream", text=repr(check(EXERCISE, ANSWER)))]
    return asked - 1, cells[asked - 1 : last + 1]


def what_it_shows():
    """Return the sources and outputs of the cells shown, and the picture's digest.

    Of an image among them, it is the digest of its pixels: a file may pack the same pixels otherwise.
    """
    _, cells = cells_shown()
    return {
        "cells": [
            {"source": cell.source, "outputs": [_brief(out) for out in cell.get("outputs", [])]} for cell in cells
        ],
        "picture": hashlib.sha256(PICTURE.read_bytes()).hexdigest(),
    }


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


@contextlib.contextmanager
def jupyterlab(folder):
    """Run JupyterLab on a folder, with its settings; gives its address with a token."""
    for name, settings in SETTINGS.items():
        path = folder / ".settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(settings))
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        port = some.getsockname()[1]
    token = os.urandom(16).hex()
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={folder}",
        "--LabApp.expose_app_in_browser=True", "--LabApp.news_url=None", "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    env = {**os.environ, **OFFLINE, "JUPYTERLAB_SETTINGS_DIR": str(folder / ".settings")}
    with open(folder / "lab.log", "w") as log:
        server = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(f"{address}/api/status?token={token}"), 60, "JupyterLab did not start")
        yield address, token
    finally:
        server.terminate()
        server.wait(30)


def _answers(url):
    try:
        return urllib.request.urlopen(url, timeout=5).status == 200
    except OSError:
        return False


def _wait(done, seconds, otherwise):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise SystemExit(f"{otherwise} within {seconds} s.")
        time.sleep(0.5)


# Types the answer and runs all cells down to the last one shown.
RUN = """([asked, last, source]) => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.widgets[asked].model.sharedModel.setSource(source);
    notebook.activeCellIndex = last + 1;
    window.jupyterapp.commands.execute('notebook:run-all-above');
}"""
STATE = """last => {
    const panel = window.jupyterapp.shell.currentWidget;
    const cells = panel.content.widgets.slice(0, last + 1).filter(cell => cell.model.type === 'code');
    const outputs = cells.flatMap(cell => cell.model.outputs.toJSON());
    if (outputs.some(out => out.output_type === 'error')) return 'failed';
    const done = cells.every(cell => cell.model.executionCount && cell.model.executionState !== 'running');
    return done && panel.sessionContext.session?.kernel?.status === 'idle' ? 'done' : 'running';
}"""
# Brings the first cell shown to the top and returns where the last ends, in pixels on the page.
SCROLL = """([first, last]) => {
    const cells = window.jupyterapp.shell.currentWidget.content.widgets;
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = 0;
    document.activeElement.blur();
    cells[first].node.scrollIntoView({block: 'start'});
    return cells[last].node.getBoundingClientRect().bottom;
}"""


def photograph():
    """Open, answer and run the notebook's copy in JupyterLab, and write the picture and what it shows."""
    try:
        from playwright.sync_api import sync_playwright
    except ModuleNotFoundError:
        raise SystemExit("The picture needs playwright: pip install -e '.[browser]'.") from None
    first, cells = cells_shown()
    last = first + len(cells) - 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        shutil.copy(NOTEBOOK, folder)
        with jupyterlab(folder) as (address, token), sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
            )
            page = chromium.new_page(viewport={"width": WIDE, "height": 1200})
            page.goto(f"{address}/doc/tree/{NOTEBOOK.name}?token={token}&reset")
            page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
            page.wait_for_function(
                "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
                timeout=60_000,
            )
            page.evaluate(RUN, [first + 1, last, cells[1].source])
            _wait(lambda: page.evaluate(STATE, last) != "running", SECONDS, "The cells did not end")
            if page.evaluate(STATE, last) == "failed":
                raise SystemExit(f"A cell of {NOTEBOOK.name} failed: run 'python -m course notebooks 02'.")
            page.wait_for_timeout(2000)  # for formulas and pictures to be laid out
            bottom = page.evaluate(SCROLL, [first, last])
            page.set_viewport_size({"width": WIDE, "height": round(bottom)})
            page.evaluate(SCROLL, [first, last])
            page.mouse.move(WIDE / 2, 20)
            page.wait_for_timeout(1000)
            page.screenshot(path=PICTURE)
            chromium.close()
    shows = json.dumps(what_it_shows(), indent=1, ensure_ascii=False) + "\n"
    SHOWS.write_text(shows, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    photograph()
