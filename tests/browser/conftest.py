"""One JupyterLab for the whole run and one Chromium a file; skipped, with the reason, where they are not here."""

import shutil
from collections import Counter
from importlib.util import find_spec

import nbformat
import pytest
from lab import ARGUMENTS, CHROMIUM, Book, Server, ours

from course.notebooks import NOTEBOOKS

_LACKING = "chromium is not installed" if not CHROMIUM else next(
    (f"{name} is not installed" for name in ("playwright", "axe_playwright_python") if not find_spec(name)), ""
)  # fmt: skip

# The widgets as the notebooks show them, each in a cell of its own.
WIDGETS = """from course.widgets import *
layer_explorer("separable_65k")
---
from course import models
field_viewer(models.build("separable_65k"), effective=lambda layer, unit: __import__("numpy").ones((32, 32)))
---
budget_slider("separable_65k")
---
convolution_anatomy()
---
run_explorer("separable_65k", "published_separable_65k")
---
from course.data import shapes
images = shapes(500)
network_viewer(models.trained(images), images)
---
from course import plots, runs
plots.training_curves([runs.load("baseline")])
---
shut_down_button()"""

# The longest trainings, made short: of how they end, the test of the outputs has the say.
SHORTER = {
    "00_start_here.ipynb": ("training.quick, seed=0", "training.Recipe('quick', 3, steps_per_epoch=9), seed=0"),
    "01_baseline_model.ipynb": ("epochs=2, steps_per_epoch=80", "epochs=2, steps_per_epoch=8"),
}


def pytest_collection_modifyitems(items):
    """Skip every test here where the browser is absent."""
    for item in items:
        if _LACKING and item.path.parent.name == "browser":
            item.add_marker(pytest.mark.skip(reason=f"{_LACKING}; see .ci/run"))


_seconds = Counter()


def pytest_runtest_logreport(report):
    """Add up what each file takes, what its fixtures take included."""
    if "tests/browser/" in report.nodeid:
        _seconds[report.nodeid.partition("::")[0]] += report.duration


def pytest_terminal_summary(terminalreporter):
    """Say it."""
    for name, seconds in _seconds.items():
        terminalreporter.line(f"{seconds:5.0f} s  {name}")


@pytest.fixture(scope="session")
def findings(request):
    """What axe-core finds, by where: a test adds its own, and they are counted when all have run."""
    found = {}
    yield found
    impacts = ("critical", "serious", "moderate", "minor")
    head = "".join(f"{impact:>10}" for impact in impacts)
    lines = [f"{'axe-core finds':45}{'ours:':>8}{head}   theirs:{head}"]
    for where, each in [*found.items(), ("in all", sum(found.values(), []))]:
        mine = Counter(one[0] for one in ours(each))
        every = Counter(one[0] for one in each)
        lines.append(
            f"{where:53}{''.join(f'{mine[impact]:10}' for impact in impacts)}          "
            f"{''.join(f'{every[impact] - mine[impact]:10}' for impact in impacts)}"
        )
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print("", *lines, sep="\n")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A copy of the notebooks, and one with nothing but the widgets."""
    folder = tmp_path_factory.mktemp("browser") / "notebooks"
    shutil.copytree(NOTEBOOKS, folder, ignore=shutil.ignore_patterns("conftest.py", "__pycache__"))
    for name, change in SHORTER.items():
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(change[0]) == 1, f"{name} no longer holds {change[0]}"
        (folder / name).write_text(text.replace(*change), encoding="utf-8")
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in WIDGETS.split("---")]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "widgets.ipynb"
    )
    return folder


@pytest.fixture(scope="session")
def lab(folder):
    """A running JupyterLab."""
    with Server(folder) as server:
        yield server


# Playwright holds an event loop in this thread while it runs, so it ends before other tests begin.
@pytest.fixture(scope="module")
def browser():
    """A running Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module")
def page(browser):
    """A page of the browser."""
    return browser.new_page(viewport={"width": 1200, "height": 1400})


@pytest.fixture(scope="module")
def live(page, lab):
    """All the widgets, live in JupyterLab."""
    return Book(page, lab, "widgets.ipynb").open().run_all()
