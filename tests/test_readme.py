"""README, and what repeats it: each figure, command and picture is what the kit says, prints or shows."""

import ast
import contextlib
import graphlib
import io
import json
import re

import nbformat
import numpy as np
import photograph
import pytest
from test_setup import ROOT, read

import course
from course import evaluation, published, runs
from course.__main__ import main
from course.notebooks import NOTEBOOKS

README = read("README.md")
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]


def blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def indented(text):
    """Return the blocks of indented lines, without the indent."""
    found = re.findall(r"(?<=\n\n)(?: {4}.*\n)+", text)
    return [re.sub(r"^ {4}", "", block, flags=re.M) for block in found]


def test_the_lines_of_python_print_what_stands_below_them():
    (code,), (printed,) = blocks(README, "python"), blocks(README, "text")
    assert len(code.splitlines()) == 6
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, {})
    assert out.getvalue() == printed


def test_the_results_are_those_of_the_records():
    rows, small = [], "separable_65k"
    of_small, compact = (small, f"{small}_annealed", f"{small}_muon"), ("compact_100k", "compact_100k_muon")
    for name in ("baseline", "separable_99k", *of_small, *compact):
        about = runs.load(name).about
        assert (about["epochs"], about["data"]["source"]) == (50, "CIFAR-10 (JPEG copy)") and about["bfloat16"]
        rows.append(
            f"| `{about['model']}` | {about['parameters']:,} | `{about['recipe']['name']}` "
            f"| {about['test_accuracy_last']:.2%} | {about['cpu_seconds'] / 60:.0f} |".replace("% |", " % |")
        )
    assert "\n".join(rows) in README
    (mean, deviation), (larger, its_own) = (_mean_and_deviation(f"{name}_muon") for name in (small, compact[0]))
    assert (
        f"From three seeds each, `{small}` with Muon ends at {mean:.2f} % on average, with a standard deviation "
        f"of {deviation:.2f}, and `{compact[0]}` at {larger:.2f} %, with one of {its_own:.2f}."
    ) in README


def _mean_and_deviation(name):
    ends = evaluation.spread([runs.load(f"{name}{seed}") for seed in ("", "_seed1", "_seed2")])
    return 100 * ends.mean, 100 * ends.standard_deviation


def test_the_clock_is_that_of_the_records():
    ends = []
    for epochs in (5, 12):
        found = [runs.load(path.parent).about for path in runs.RECORDS.glob(f"clock/{epochs}_epochs_*/run.json")]
        keys = ("test_accuracy_last", "wall_seconds")
        accuracy, seconds = (np.mean([about[key] for about in found]) for key in keys)
        assert len(found) == 5 and all(about["bfloat16"] for about in found)
        assert {about["data"]["source"] for about in found} == {"CIFAR-10 (JPEG copy)"}
        assert {about["model"] for about in found} == {"compact_quick"}
        ends.append(f"{100 * accuracy:.2f} % after {epochs} epochs, {seconds / 60:.1f} minutes")
    public = published.base_runs()["final_test_accuracy"]
    best = runs.load("published_separable_65k").column("val_accuracy").max()
    assert (
        f"`compact_quick`, {found[0]['parameters']:,} parameters, ends at {ends[0]} on two such cores, and at "
        f"{ends[1]}; others take longer. Each is the mean of five runs. The median of {len(public)} public runs "
        f"of the base network is {np.median(public):.2f} %, after 50 epochs; document 000's best epoch has "
        f"{100 * best:.2f} %. Both are on the original images."
    ) in README


def test_each_notebook_is_listed_with_the_minutes_it_states():
    minutes, computing = {}, set()
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        opening = nbformat.read(path, as_version=4).cells[0].source
        stated = re.search(r"- (\d+) minutes to read and answer, and (.+?) for the computer\.", opening)
        minutes[f"notebooks/{path.name}"] = stated[1]
        computing.add(stated[2])
    assert dict(re.findall(r"^\| \[.*?\]\((.*?)\) \|.*\| (.*?) \|$", README, re.M)) == minutes
    assert set(re.findall(r"the computer needs (.*?) in each", README)) == computing


@pytest.mark.parametrize("shot", photograph.SHOTS, ids=lambda shot: shot.name)
def test_a_picture_shows_the_notebook(shot):
    stored = json.loads(shot.shows.read_text(encoding="utf-8"))
    assert stored == shot.what_it_shows(), (
        f"It is stale. Take it anew: python tests/photograph.py {shot.name}, or ask in the pull request."
    )


def test_the_pictures_are_on_the_page_and_their_alt_texts_say_what_they_show():
    pictures = dict(re.findall(r'<img src="(.*?)" width="\d+" alt="(.*?)">', README))
    assert {ROOT / source for source in pictures} == {shot.picture for shot in photograph.SHOTS}
    words = {
        "notebook_02": ("neighbouring units are 2 pixels apart here", "layer sees 10 pixels of the image"),
        "network_viewer": ("says circle, 99%, which is right",),
        "front": ("compact_100k_muon ends at 88.58 % with 95,210 parameters",),
    }
    for shot in photograph.SHOTS:
        alt, shown = pictures[f"notebooks/images/{shot.name}.png"], str(shot.what_it_shows()["cells"])
        for exercise, answer in shot.answers.items():
            assert exercise in shown and f"The answer {answer} gets: not yet" in alt
        for said in words[shot.name]:
            assert said in alt and said in shown


def test_nothing_of_the_checkers_example_is_made_up(tmp_path, capsys):
    (notes,) = (block for block in indented(README) if block.startswith("model.add"))
    (example,) = (block for block in indented(README) if block.startswith("$ "))
    command, _, printed = example.partition("\n")
    assert command == "$ .venv/bin/python -m course check network.py"
    (tmp_path / "network.py").write_text(notes, encoding="utf-8")
    assert main(["check", str(tmp_path / "network.py")]) == 1
    assert capsys.readouterr().out == printed


def test_commands_work_as_copied():
    """Each runs the environment's programs, on Windows in a shell that knows no &&."""
    commands = [line for block in indented(README) for line in block.splitlines()]
    prose = re.sub(r"^```.*?^```$", "", README, flags=re.M | re.S)
    commands += re.findall(r"`([^`\n]* [^`\n]*)`", prose)
    programs = r"(?<![\w/\\.-])(python|pip|jupyter|pytest)(?= )"
    assert not [line for line in commands if re.search(programs, line) and "->" not in line]
    for line in commands:
        if "\\Scripts" in line:
            assert "&&" not in line and "/bin/" not in line
    starts = [line for line in commands if "&&" in line]
    for line in starts:
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/")
    opens, tests = (line.rpartition("/bin/")[2] for line in starts)
    assert opens.startswith("jupyter lab ") and opens.endswith("/00_start_here.ipynb")
    assert tests == "pytest --nbval"


def test_the_workflow_and_the_pages_run_the_same_commands():
    workflow = read(".github/workflows/test.yml")
    ran = re.findall(r"^ +- run: (.*)$", workflow, re.M)
    known = " ".join(README.split())
    assert "bash .ci/run" in ran
    for system in ("macos", "windows"):
        (job,) = re.findall(rf"^  {system}:\n((?:    .*\n|\n)+)", workflow, re.M)
        commands = re.findall(r"- run: (.*)$", job, re.M)
        assert commands[-1].endswith("pytest --nbval")
        assert all(line in known for line in commands if line != "python -m venv .venv"), commands
    pythons = {tuple(re.findall(r"3\.\d+", line)) for line in re.findall(r"python: \[(.*)\]", workflow)}
    oldest, newest = re.search(r"Python (3\.\d+) to (3\.\d+)", README).groups()
    assert pythons == {(oldest, newest)}
    assert re.findall(r'python-version: "(.*)"', workflow) == [oldest]


def test_ruff_is_the_same_everywhere():
    found = [re.findall(r"ruff>=[\d.]+,<[\d.]+", read(name)) for name in (".ci/run", ".pre-commit-config.yaml")]
    assert found[0] and found[0] == found[1]


def test_every_command_is_listed(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    known = re.findall(r"^    (\w+)", capsys.readouterr().out, re.M)
    listed = re.findall(r"^ {4}\.venv/bin/python -m course (\w+) .* {2}", README, re.M)
    assert "doctor" in known and known == listed


@pytest.mark.parametrize("page", PAGES)
def test_links_and_files_named_exist(page):
    text = read(page)
    targets = re.findall(r"\]\((?!https?://)([^)#]+)\)", text) + re.findall(r'src="(?!https?://)(.*?)"', text)
    named = re.findall(r"`((?:course|notebooks|tests|binder|\.github|\.ci)/[^`\s]*)`", text)
    for target in (*targets, *named):
        assert list(ROOT.glob(target.rstrip("/"))), target


def imports():
    """Return, for each module or package of `course`, those it imports, wherever in its files it does."""
    folder = ROOT / "course"
    found = {
        path.stem: set() for path in folder.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    for path in folder.rglob("*.py"):
        taken = found[path.relative_to(folder).parts[0].removesuffix(".py")]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, (ast.Import, ast.ImportFrom)) else []
            if isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}: write course.… in full"
                names = [f"{node.module}.{name}" for name in names]
            taken.update(name.split(".")[1] for name in names if name.startswith("course."))
    del found["__init__"]
    return {name: taken & found.keys() - {name} for name, taken in found.items()}


def test_the_diagram_is_that_of_the_imports():
    (diagram,) = (block for block in indented(README) if block.startswith("table -> arithmetic"))
    assert diagram in "".join(indented(course.__doc__)), "course/__init__.py has another diagram than README.md."
    actual, drawn = imports(), set()
    for line in diagram.splitlines():
        columns = [group.split(", ") for group in re.split(r" -> ", re.split(r" {2,}", line)[0])]
        drawn.update(name for group in columns for name in group)
        for i, group in enumerate(columns):
            right = {name for later in columns[i + 1 :] for name in later}
            for name in group:
                assert not actual[name] & right, f"{name} imports {actual[name] & right}, right of it"
            for name in group if i else ():
                assert actual[name] & set(columns[i - 1]), f"{name} imports nothing of {columns[i - 1]}"
            for name in group if i + 1 < len(columns) else ():
                assert any(name in actual[later] for later in columns[i + 1]), f"no arrow leads on from {name}"
    public = {name for name in actual if not re.match("_[^_]", name)}
    assert drawn == public, f"to be drawn: {public - drawn}; not there: {drawn - public}"
    # In rows of their own, modules could still import one another in a circle.
    list(graphlib.TopologicalSorter(actual).static_order())


def test_the_number_of_files_is_about_right():
    stated = int(re.search(r"`course` has about (\d+) files", README)[1])
    assert abs(stated - len(list((ROOT / "course").rglob("*.py")))) <= 10
