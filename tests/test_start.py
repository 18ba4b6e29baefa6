"""Working copies of the notebooks: nothing in them gives an answer away, and solved ones answer rightly."""

import ast

import nbformat
import pytest

from course import start
from course.__main__ import main
from course.exercises import EXERCISES, check
from course.notebooks import NOTEBOOKS

NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def test_copies_have_the_cells_and_no_outputs(tmp_path):
    written, kept = start.start(tmp_path / "mine")
    assert [path.name for path in written] == NAMES and not kept
    for path in written:
        copy, original = (nbformat.read(p, as_version=4) for p in (path, NOTEBOOKS / path.name))
        assert [cell.source for cell in copy.cells] == [cell.source for cell in original.cells]
        code = [cell for cell in copy.cells if cell.cell_type == "code"]
        assert code and not any(cell.outputs or cell.execution_count for cell in code)
        nbformat.validate(copy)


def test_a_copy_that_was_begun_is_kept(tmp_path, capsys):
    (tmp_path / NAMES[0]).write_text("my work")
    assert main(["start", str(tmp_path)]) == 0
    assert (tmp_path / NAMES[0]).read_text() == "my work"
    assert {path.name for path in tmp_path.iterdir()} == {*NAMES, "glossary.md"}
    out = capsys.readouterr().out
    assert f"Left as they are, since they were there: {NAMES[0]}." in out
    assert out.splitlines()[-1].endswith(f"-m jupyterlab {tmp_path / NAMES[0]}")


def test_the_committed_notebooks_are_never_written_over(tmp_path, capsys):
    assert main(["start", str(NOTEBOOKS / ".." / "notebooks")]) == 2
    assert "holds the notebooks themselves: name another folder" in capsys.readouterr().err
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match="file can't be written to .*: name another folder"):
        start.start(tmp_path / "file")


def questions(book):
    """The keys and answers of all calls of `check` that an exercise's name begins."""
    for cell in book.cells:
        if cell.cell_type == "code":
            for call in ast.walk(ast.parse(cell.source)):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "check" and len(call.args) == 2:
                    yield [ast.literal_eval(argument) for argument in call.args]


def is_open(answer):
    return None in (answer.values() if isinstance(answer, dict) else [answer])


def test_every_exercise_of_a_solved_copy_is_right(tmp_path):
    start.start(tmp_path, solved=True)
    asked = set()
    for name in NAMES:
        before = list(questions(nbformat.read(NOTEBOOKS / name, as_version=4)))
        after = list(questions(nbformat.read(tmp_path / name, as_version=4)))
        assert [key for key, _ in before] == [key for key, _ in after] and before
        for (key, was), (_, now) in zip(before, after, strict=True):
            if not is_open(was):  # a wrong answer that the notebook shows
                assert now == was
                continue
            asked.add(key)
            assert check(key, now).verdict == "right", (key, now)
    assert asked == set(EXERCISES)


def test_only_what_is_open_is_filled_in():
    source = 'ö = None\nö; check("fields", {"block1_pool": None,\n "block2_conv1": 9})  # None'
    assert start.solve(source) == source.replace('"block1_pool": None', '"block1_pool": 6')
