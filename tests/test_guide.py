"""The instructor's guide: its plans name what is in the notebooks, and its generated parts are not stale."""

import re

import nbformat
import pytest
from benchmarks.measured import record

from course import handouts
from course.exercises import EXERCISES
from course.notebooks import NOTEBOOKS

GUIDE = handouts.GUIDE.read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| (0\d) \| (.+?) \| (.+?) \|$", re.M)


def headings(number):
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return re.findall(r"^##+ (.+)$", text, re.M)


@pytest.mark.parametrize(("title", "minutes"), [("90 minutes", 90), ("Half a day", 210)])
def test_a_plan_names_headings_and_its_minutes_add_up(title, minutes):
    (plan,) = re.findall(rf"^## {title}\n(.*?)^## ", GUIDE, re.M | re.S)
    rows = ROW.findall(plan)
    assert sum(int(row[0]) for row in rows) == minutes and len(rows) > 4
    for _, number, do, skip in rows:
        named = f"{do}; {skip}".split("; ")
        known = headings(number)
        assert [name for name in named if name not in known] == [], number
        assert len(set(named)) == len(named)
        places = [known.index(name) for name in do.split("; ")]
        assert places == sorted(places)


def test_the_generated_parts_are_those_of_the_notebooks_and_exercises():
    assert handouts.renewed(GUIDE) == GUIDE, "It is stale: run python -m course handouts."
    for number in range(7):
        assert f"<!-- made: wrong answers {number:02} -->" in GUIDE
    for benchmark in ("classroom", "binder"):
        assert f"<!-- made: measured {benchmark} -->" in GUIDE
    asked = set(re.findall(r"^\| `(\w+)`", GUIDE, re.M))
    assert asked == set(EXERCISES)


def test_a_stale_part_is_made_anew():
    stale = "before\n<!-- made: wrong answers 00 -->\nof last year\n<!-- end -->\nafter"
    assert "| `steps` | 390 | 391 |" in handouts.renewed(stale)
    assert handouts.renewed(stale).startswith("before\n") and "of last year" not in handouts.renewed(stale)


def test_what_a_benchmark_records_is_what_the_guide_says(tmp_path, monkeypatch):
    monkeypatch.setattr(handouts, "MEASURED", tmp_path / "measured.json")
    for peak in (900.2, 1234.4):
        record("binder", ("notebook", "peak MiB"), [("00_start_here", peak)], handouts.MEASURED)
        record("classroom", ("kernels at once",), [(4,)], handouts.MEASURED)
    made = handouts.renewed("<!-- made: measured binder -->\n<!-- end -->")
    assert "| notebook | peak MiB |" in made and "| 00_start_here | 1,234 |" in made and "900" not in made
    assert "with `python tests/benchmarks/binder.py` (" in made and "kernels" not in made


def test_the_guide_is_written_for_another_folder_too(tmp_path):
    (tmp_path / "images").mkdir()
    (tmp_path / handouts.GUIDE.name).write_text("<!-- made: minutes -->\n<!-- end -->", encoding="utf-8")
    written = handouts.handouts(tmp_path)
    assert all(path.stat().st_size > 100 for path in written) and "| in all |" in written[2].read_text("utf-8")


def test_links_of_the_guide_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", GUIDE):
        assert (NOTEBOOKS / target).is_file(), target
