"""What a class is handed: the cheat sheet, and what the instructor's guide repeats of notebooks and exercises."""

import json
import re
from datetime import date

import nbformat

from course.exercises import wrong_answers
from course.notebooks import NOTEBOOKS
from course.plots.cheat_sheet import cheat_sheet

GUIDE = NOTEBOOKS / "instructor_guide.md"
MEASURED = NOTEBOOKS.parent / "tests" / "benchmarks" / "measured.json"
MOST = 4  # wrong answers of an exercise


def handouts(folder=NOTEBOOKS):
    """Write the cheat sheet as PDF and PNG, and renew the generated parts of the instructor's guide.

    Parameters
    ----------
    folder : pathlib.Path
        That of the notebooks. The picture goes to its folder images.

    Returns
    -------
    list of pathlib.Path
        What was written.
    """
    page = cheat_sheet()
    paths = [folder / "cheat_sheet.pdf", folder / "images" / "cheat_sheet.png", folder / GUIDE.name]
    for path in paths[:2]:
        page.save(path)
    paths[2].write_text(renewed(paths[2].read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    return paths


def renewed(text):
    """Return the guide with each part between `<!-- made: WHAT -->` and `<!-- end -->` made anew.

    Parameters
    ----------
    text : str
        WHAT is `minutes`, or `wrong answers` and the number of a notebook, or `measured` and the name of a
        benchmark of memory.

    Returns
    -------
    str
    """

    def part(match):
        what, (kind, _, which) = match[1], match[1].rpartition(" ")
        made = {"": _minutes, "wrong answers": _wrong, "measured": _measured}[kind](which)
        return f"<!-- made: {what} -->\n\n{made}\n\n<!-- end -->"

    return re.sub(r"<!-- made: (.+?) -->\n.*?<!-- end -->", part, text, flags=re.S)


def _minutes(_):
    rows, total = [], 0
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        opening = nbformat.read(path, as_version=4).cells[0].source
        title = re.match(r"# (.+)", opening)[1]
        stated = re.search(r"- (\d+) minutes to read and answer, and (.+?) for the computer", opening)
        reading, computing = stated.groups()
        total += int(reading)
        rows.append((f"[{path.name[:2]}]({path.name}) {title}", reading, computing))
    return _table(("notebook", "minutes", "the computer needs"), [*rows, ("in all", str(total), "")])


def _wrong(number):
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    code = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    rows = []
    for key in dict.fromkeys(re.findall(r'\bcheck\(\s*"(\w+)"', code)):
        answers = wrong_answers(key)
        if answers.headings[0] == "part":
            # One of each part: the parts of an exercise have their mistakes in common.
            found = {part: (f"`{key}`, {part}", *rest) for part, *rest in reversed(answers.rows)}
            rows += reversed(found.values())
        else:
            rows += [(f"`{key}`", *row) for row in answers.rows[:MOST]]
    return _table(("exercise", "right", "wrong", "what was probably done, and what to say"), rows)


def _measured(name):
    found = json.loads(MEASURED.read_text(encoding="utf-8"))[name]
    day = date.fromisoformat(found["date"])
    rows = [[cell if isinstance(cell, str) else f"{cell:,}" for cell in row] for row in found["rows"]]
    return (
        f"Measured on {day.day} {day:%B %Y} with `python tests/benchmarks/{name}.py` ({found['machine']}):"
        f"\n\n{_table(found['headings'], rows)}"
    )


def _table(headings, rows):
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)
