"""Where the kit runs on others' machines: Google Colab, a JupyterHub, and GitHub's runners."""

import re
import subprocess
import sys
import types

import nbformat
import pytest
from test_setup import BINDER, ROOT, address, lines, read

from course.notebooks import NOTEBOOKS

# The cell that notebook 00 begins with. Colab opens a notebook without the repository around it.
COLAB = f'''import os
import sys

if "google.colab" in sys.modules:  # Colab comes without the kit. Elsewhere this cell does nothing.
    import subprocess

    if not os.path.exists("/content/kit"):
        kit = "{address()}"
        subprocess.run(["git", "clone", "--quiet", "--depth=1", kit, "/content/kit"], check=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "ipywidgets>=8.1,<9"], check=True)
    sys.path.insert(0, "/content/kit")'''


@pytest.fixture
def ran(monkeypatch):
    """The commands that a cell runs, which are not run, and a path that may be changed."""
    commands = []
    monkeypatch.setattr(subprocess, "run", lambda command, check: commands.append(command))
    monkeypatch.setattr(sys, "path", [*sys.path])
    return commands


def test_the_cell_for_colab_does_nothing_elsewhere(ran):
    before = list(sys.path)
    exec(COLAB, {})
    assert ran == [] and sys.path == before


def test_on_colab_it_fetches_the_kit_and_its_widgets(ran, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", types.ModuleType("google.colab"))
    exec(COLAB, {})
    clone, install = ran
    assert clone[-2:] == [address(), "/content/kit"] == [address(), sys.path[0]]
    assert install[-1] in lines(read("requirements.txt"))


def test_notebooks_hold_that_cell_or_none():
    for path in NOTEBOOKS.glob("*.ipynb"):
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells]
        assert [cell for cell in cells if "google.colab" in cell] in ([], [COLAB]), path.name


def test_badges_and_the_hubs_link_open_the_first_notebook():
    owner_and_name = address().removeprefix("https://github.com/")
    for place in (
        rf"https://mybinder\.org/v2/gh/{owner_and_name}/HEAD\?urlpath=lab/tree/(\S+?)\)",
        rf"https://colab\.research\.google\.com/github/{owner_and_name}/blob/main/(\S+?)\)",
        rf"git-pull\?repo={address()}&branch=main&urlpath=lab/tree/{owner_and_name.split('/')[1]}/(\S+)",
    ):
        (notebook,) = re.findall(place, read("README.md"))
        assert notebook == "notebooks/00_start_here.ipynb" and (ROOT / notebook).is_file()


def test_the_hubs_image_has_what_binder_has():
    image = read("binder/hub.Dockerfile")
    # Binder would build from a file of that name, and leave requirements.txt and the scripts out.
    assert not (BINDER / "Dockerfile").exists()
    (python,) = re.findall(r"^FROM .*:python-(.*)$", image, re.M)
    assert read("binder/runtime.txt") == f"python-{python}\n"
    assert "pip install --no-cache-dir -r binder/requirements.txt" in image
    assert "pip install --no-cache-dir --no-deps -e ." in image
    threads = set(re.findall(r"\w+_NUM\w+", image))
    assert threads == set(re.findall(r"\w+_NUM\w+", read("binder/start")))
    for copied in re.findall(r"^COPY (?:--chown=\S+ )?(.*) \S+$", image, re.M):
        assert all((ROOT / each).exists() for each in copied.split()), copied
