"""A Jupyter server of one's own, and a notebook in it, driven through Chromium."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import nbformat

from course.notebooks import OFFLINE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# A container's root has no sandbox, and a test needs nothing from outside.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
TOKEN = "tests"
_LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))

# What a learner must never read in place of a widget or a result.
FAULTS = ("Error displaying widget", "Error creating widget", "Model not found", "Loading widget...",
          "Traceback (most recent call last)")  # fmt: skip

_DONE = """() => {
  const panel = window.jupyterapp.shell.currentWidget;
  const waiting = panel.content.widgets.some(
    cell => cell.model.type === 'code' && cell.node.querySelector('.jp-InputPrompt')?.textContent.includes('*'));
  return window.ran && !waiting && panel.sessionContext.session?.kernel?.status === 'idle'}"""
# Its words once it is drawn, and its widget with it; those of a widget that does not come in ten seconds say so.
_SEEN = """async i => {
  const book = window.jupyterapp.shell.currentWidget.content, began = performance.now();
  const drawn = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  const words = () => book.widgets[i].node.querySelector('.jp-Cell-outputArea')?.innerText ?? '';
  book.activeCellIndex = i;
  book.widgets[i].node.scrollIntoView();
  do await drawn(); while (book.widgets[i].isPlaceholder());
  await drawn();
  while (words().includes('Loading widget') && performance.now() - began < 10000) await drawn();
  return words()}"""


class Server:
    """A Jupyter server over a folder, for as long as a `with` block runs.

    Parameters
    ----------
    folder : pathlib.Path
        What it serves. Settings and signatures go into folders beside it, so that the user's own stay as they are.
    app : str
        Module to run: jupyterlab, notebook or voila.
    theme : str
        "Light" or "Dark"; of JupyterLab and Notebook.
    settings : dict, optional
        More of JupyterLab's settings, by extension.
    """

    def __init__(self, folder, app="jupyterlab", theme="Light", settings=None):
        self.folder, self.app = Path(folder), app
        self.settings = {"apputils-extension/themes": {"theme": f"JupyterLab {theme}"}} | (settings or {})
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.root = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        beside = self.folder.parent / f"{self.app}_state"
        for name, values in self.settings.items():
            path = beside / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))
        env = os.environ | OFFLINE | {
            "JUPYTERLAB_SETTINGS_DIR": str(beside / "settings"), "JUPYTER_DATA_DIR": str(beside / "data"),
            "JUPYTER_RUNTIME_DIR": str(beside / "runtime"), "JUPYTER_PREFER_ENV_PATH": "1",
        }  # fmt: skip
        self._log = open(beside / "log", "w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.app, *self._options()], env=env, stdout=self._log,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        end = time.monotonic() + 120
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                self.__exit__()
                raise RuntimeError(f"{self.app} did not start:\n{(beside / 'log').read_text()[-2000:]}")
            time.sleep(0.2)
        return self

    def __exit__(self, *why):
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def _options(self):
        if self.app == "voila":
            return [str(self.folder), "--no-browser", f"--port={self.port}", "--Voila.ip=127.0.0.1"]
        return [
            "--no-browser", f"--port={self.port}", "--ServerApp.ip=127.0.0.1", "--allow-root",
            f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.folder}",
            "--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True",
            "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]  # fmt: skip

    def _answers(self):
        try:
            return _LOCAL.open(
                f"{self.root}/{'' if self.app == 'voila' else f'api/status?token={TOKEN}'}", timeout=2
            )
        except OSError:
            return False

    def address(self, name):
        """Return where a notebook of the folder is opened."""
        if self.app == "voila":
            return f"{self.root}/voila/render/{name}"
        return f"{self.root}/{'notebooks' if self.app == 'notebook' else 'doc/tree'}/{name}?token={TOKEN}&reset"


class Book:
    """A notebook on a page of JupyterLab or Notebook 7.

    Parameters
    ----------
    page : playwright.sync_api.Page
    server : Server
    name : str
        Its file, in the server's folder.
    """

    def __init__(self, page, server, name):
        self.page, self.server, self.name = page, server, name

    def open(self):
        """Open the notebook, and wait for its kernel."""
        self.page.goto(self.server.address(self.name))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'",
            timeout=60_000,
        )
        return self

    def begin(self):
        """Begin to run all cells."""
        # Not awaited there: a page that waits for longer than half a minute is given up.
        self.page.evaluate(
            """() => {window.ran = false;
               window.jupyterapp.commands.execute('notebook:run-all-cells').finally(() => {window.ran = true})}"""
        )
        return self

    def end(self, seconds=280):
        """Wait until the last cell is done."""
        self.page.wait_for_function(_DONE, timeout=1000 * seconds, polling=100)
        return self

    def run_all(self):
        """Run all cells, and wait until the last is done."""
        return self.begin().end()

    def save(self):
        """Save the notebook."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")

    def shut_down(self, cell):
        """Press the button that shuts the notebook down, by key: its kernel is gone, and it says so."""
        kernel = self.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.id")
        assert kernel in self._kernels()
        self.show(cell)
        self.page.get_by_role("button", name="Shut this notebook down").focus()
        self.page.keyboard.press("Enter")
        self.page.get_by_text("Its memory is free").wait_for()
        assert kernel not in self._kernels()

    def _kernels(self):
        with _LOCAL.open(f"{self.server.root}/api/kernels?token={TOKEN}", timeout=60) as answer:
            return {kernel["id"] for kernel in json.load(answer)}

    def end_kernel(self):
        """End the notebook's kernel, and let the next that opens it have none."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    def stored(self):
        """Return the notebook as it stands in its file."""
        return nbformat.read(self.server.folder / self.name, as_version=4)

    def show(self, cell):
        """Bring a cell into view, and make it the active one."""
        self.page.evaluate(
            """i => {const book = window.jupyterapp.shell.currentWidget.content;
               book.activeCellIndex = i; book.widgets[i].node.scrollIntoView()}""", cell
        )  # fmt: skip

    def widget(self, cell):
        """Return the live widget in a cell's output."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(cell).locator(".course-live")

    def cells(self):
        """Scroll past every cell, as one's eyes would, and return the words seen in their outputs.

        What is out of view is not drawn, and has no words that are seen.
        """
        count = self.page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length")
        return [self.page.evaluate(_SEEN, number) for number in range(count)]

    @staticmethod
    def faults(seen):
        """Return what of the words seen a learner must never read, as (cell, words)."""
        return [(i, bad) for i, text in enumerate(seen) for bad in FAULTS if bad in text]


def axe(page, where=".jp-Notebook"):
    """Return axe-core's findings in a part of a page: a list of (impact, rule, the element's HTML, where it lies).

    Where it lies is its place as axe names it, and the classes of everything around it.
    """
    script = Path(find_spec("axe_playwright_python").origin).with_name("axe.min.js")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(script.read_text(encoding="utf-8"))
    found = page.evaluate(
        """where => {
          const around = node =>
            node ? [node.className?.baseVal ?? node.className, ...around(node.parentElement)] : [];
          return axe.run({include: [where]}, {resultTypes: ['violations'], elementRef: true}).then(found =>
            found.violations.flatMap(v => v.nodes.map(
              n => [n.impact, v.id, n.html, [n.target.join(' '), ...around(n.element)].join(' ')])))}""",
        where,
    )
    return [tuple(each) for each in found]


# Findings in what is not ours: rule, a word of the element, and whose it is.
THEIRS = (
    ("aria-input-field-name", "cm-content", "JupyterLab: its editors have no names"),
    ("aria-required-children", "jp-WindowedPanel-viewport", "JupyterLab: a feed of cells that are not articles"),
    ("scrollable-region-focusable", "cm-scroller", "JupyterLab: an editor that is narrower than its lines"),
    ("button-name", "jp-collapseHeadingButton", "JupyterLab: it folds a section, and has no name"),
    ("link-in-text-block", "", "nbconvert: its links have no underline"),
    ("color-contrast", "Prompt", "nbconvert: the numbers beside cells"),
    ("color-contrast", "highlight", "Pygments: its colours for code"),
)


def ours(found):
    """Return axe's findings without those that lie in JupyterLab's and nbconvert's own elements."""
    return [
        each[:3] for each in found
        if not any(rule in each[1] and word in each[2] + each[3] for rule, word, _ in THEIRS)
    ]  # fmt: skip
