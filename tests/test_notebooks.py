"""What must hold of every committed notebook, beyond what running it shows."""

import html
import re
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

from course.exercises import EXERCISES
from course.notebooks import NOTEBOOKS, THIS_MACHINE, tidy

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))

# A tag, and why a cell may carry it.
TAGS = {
    "nbval-ignore-output": "live training and checks of this machine: figures and timings differ",
    THIS_MACHINE: "its output is not even stored, because it holds names of folders",
}


@pytest.fixture(params=PATHS, ids=lambda path: path.name)
def book(request):
    return nbformat.read(request.param, as_version=4)


def code(book):
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_there_are_notebooks():
    assert [path.name[:2] for path in PATHS][:2] == ["00", "01"]


def test_executed_from_a_fresh_kernel(book):
    cells = code(book)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert not [out for cell in cells for out in cell.outputs if out.output_type == "error"]


def test_tidied(book):
    assert tidy(nbformat.from_dict(book)) == book


def test_opening_and_closing(book):
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    for words in ("**What you'll do**", "**What you'll learn**", "**What you'll need**"):
        assert words in book.cells[0].source
    for words in ("## Key points", "## On your own", "## Further reading"):
        assert words in [cell.source for cell in book.cells if cell.cell_type == "markdown"][-1]
    assert book.cells[0].source.startswith("# ")
    assert not re.search(r"\b(simply|obviously|just)\b", prose)


def test_few_cells_escape_comparison(book):
    cells = code(book)
    tags = [tag for cell in cells for tag in cell.metadata.get("tags", [])]
    assert set(tags) <= set(TAGS)
    assert tags.count("nbval-ignore-output") <= len(cells) / 4


def test_pictures_have_alt_text_with_numbers(book):
    for cell in code(book):
        for out in cell.outputs:
            data = out.get("data", {})
            # Of an image by itself, the page is given no alt text.
            assert not {"image/png", "image/svg+xml", "image/jpeg"} & set(data)
            for image in re.findall(r"<img [^>]*>", data.get("text/html", "")):
                alt = html.unescape(re.search(r' alt="([^"]*)"', image)[1])
                assert len(alt) > 40 and re.search(r"\d", alt), alt
                assert data["text/plain"] == alt
    for cell in book.cells:
        if cell.cell_type == "markdown":
            assert all(len(alt) > 40 for alt in re.findall(r"!\[(.*?)\]\(", cell.source))


def test_nothing_is_installed_downloaded_or_tied_to_a_machine(book):
    text = "\n".join(cell.source for cell in code(book))
    assert not re.search(r"^\s*[!%]", text, re.M)
    assert not re.search(r"urlopen|urlretrieve|requests\.|load_data\(", text)
    assert not re.search(r";\s*$", text, re.M)
    outputs = "\n".join(str(cell.outputs) for cell in code(book))
    assert not re.search(r"/home/|/root/|/tmp/|/Users/|C:\\\\", outputs)


def test_small_enough_for_github(book):
    assert len(nbformat.writes(book)) < 1_000_000


def test_links_and_exercises_exist(book):
    for cell in book.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\((?!https?://)([^)#]+)", cell.source):
                assert (NOTEBOOKS / target).exists(), target
        for name in re.findall(r"\b(?:check|hint|solution)\(\s*\"(\w+)\"", cell.source):
            assert name in EXERCISES, name


def test_names_in_prose_exist(book):
    """A learner types what the prose names; nbval runs no prose."""
    prose = "\n".join(cell.source for cell in book.cells if cell.cell_type == "markdown")
    for span in re.findall(r"`([^`]+)`", prose):
        for module, name in re.findall(r"(?<![\w./])([a-z]+)\.([A-Za-z_]\w*)", span):
            if find_spec(f"course.{module}"):
                assert hasattr(import_module(f"course.{module}"), name), span


def test_every_exercise_is_asked():
    text = "\n".join(Path(path).read_text(encoding="utf-8") for path in PATHS)
    assert not [name for name in EXERCISES if f'\\"{name}\\"' not in text]


def test_under_xdist_no_cell_passes_after_one_that_ran_out_of_time(tmp_path):
    """With the options of pyproject.toml, and of notebooks/conftest.py."""
    shutil.copy(NOTEBOOKS / "conftest.py", tmp_path)
    cells = [
        v4.new_code_cell(source, execution_count=count)
        for count, source in enumerate(["import time", "time.sleep(60)", "time = 1", "time = nothing"], start=1)
    ]
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "late.ipynb")
    command = [
        sys.executable, "-m", "pytest", "--nbval", "-c", NOTEBOOKS.parent / "pyproject.toml", tmp_path,
        "-n1", "--nbval-cell-timeout=2", "-rA",
    ]  # fmt: skip
    shown = subprocess.run(command, capture_output=True, text=True, encoding="utf-8").stdout
    assert "1 worker" in shown
    ends = re.findall(r"^([A-Z]+) .*::Cell (\d+)", shown, re.M)
    assert sorted(ends) == [("FAILED", "1"), ("FAILED", "2"), ("FAILED", "3"), ("PASSED", "0")], shown


@pytest.mark.parametrize("asked", [False, True])
def test_cifar10_is_fetched_when_asked_for_and_its_absence_is_one_sentence(asked, monkeypatch, tmp_path, capsys):
    (source,) = [
        cell.source for cell in code(nbformat.read(PATHS[0], as_version=4)) if "fetch_cifar10" in cell.source
    ]
    assert source.count("fetch_cifar10 = False") == 1
    # Tests can reach no mirror: see OFFLINE.
    monkeypatch.delenv("COURSE_DATA_DIR")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    exec(source.replace("fetch_cifar10 = False", f"fetch_cifar10 = {asked}"), {})
    (said,) = capsys.readouterr().out.splitlines()
    assert ("can't be downloaded" if asked else "Nothing is downloaded") in said
