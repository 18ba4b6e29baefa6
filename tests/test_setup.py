"""One list of dependencies, one range of Pythons, one address, and files that follow them.

`python tests/test_setup.py` writes binder/requirements.txt, and the repository's address where it is repeated.
"""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import course
from course.doctor.software import NEWEST_PYTHON, OLDEST_PYTHON

ROOT = Path(__file__).resolve().parents[1]
BINDER = ROOT / "binder"
SCRIPTS = [".ci/run", ".ci/next", "binder/postBuild", "binder/start"]
PART_OF_JUPYTERLAB = {"ipykernel", "ipython", "jupyter-core", "traitlets"}
# Where the repository's address stands besides pyproject.toml: for people and sites that don't read that.
ADDRESSED = ["README.md", "CITATION.cff", ".github/ISSUE_TEMPLATE/problem.yml", "notebooks/00_start_here.ipynb"]
_PLACES = r"https://github\.com/|mybinder\.org/v2/gh/|colab\.research\.google\.com/github/"


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def lines(text):
    return [line for line in text.splitlines() if line and not line.startswith("#")]


REQUIREMENTS = [Requirement(line) for line in lines(read("requirements.txt")) if line != "-e ."]


def for_binder(text):
    """Return the root list as Binder needs it.

    tensorflow-cpu keeps the image small. Without `-e .`, `-r` and `-c` the list holds no local file,
    so Binder installs it before it copies the repository, and a commit reinstalls nothing.
    """
    head = "# Made from ../requirements.txt by: python tests/test_setup.py\n"
    kept = [re.sub(r"^tensorflow\b", "tensorflow-cpu", line) for line in lines(text) if line != "-e ."]
    return head + "\n".join(kept) + "\n"


def address():
    """Return the repository's address, from the one place where it is set."""
    return re.search(r'^Repository = "(https://github\.com/[\w-]+/[\w-]+)"$', read("pyproject.toml"), re.M)[1]


def with_address(text):
    """Return a text in which links to the repository, on GitHub, Binder, Colab or a hub, lead to that address."""
    owner_and_name = address().removeprefix("https://github.com/")
    text = re.sub(r"(?<=&urlpath=lab/tree/)[\w-]+", owner_and_name.partition("/")[2], text)
    return re.sub(rf"({_PLACES})[\w-]+/[\w-]+", rf"\g<1>{owner_and_name}", text)


def test_another_address_is_written_wherever_it_is_repeated(monkeypatch):
    monkeypatch.setitem(globals(), "address", lambda: "https://github.com/ann/small-nets")
    changed = with_address(read("README.md"))
    assert "OWNER" not in changed and "compact-cnn-course" not in re.sub(r"cd compact-cnn-course", "", changed)


@pytest.mark.parametrize("name", ADDRESSED)
def test_the_repository_has_one_address(name):
    assert address() in read(name)
    assert with_address(read(name)) == read(name), f"{name} has another address: run 'python tests/test_setup.py'."


def test_one_version():
    version = re.search(r'^version = "(.*)"$', read("pyproject.toml"), re.M)[1]
    assert version == course.__version__
    assert f"\nversion: {version}\n" in read("CITATION.cff")
    # What is not released yet stands above the newest version.
    assert re.findall(r"^## (\d\S*)", read("CHANGELOG.md"), re.M)[0] == version


def test_binder_installs_the_same():
    expected = for_binder(read("requirements.txt"))
    assert (BINDER / "requirements.txt").read_text(encoding="utf-8") == expected, (
        "binder/requirements.txt no longer follows requirements.txt: run 'python tests/test_setup.py'."
    )


def test_binder_list_is_flat():
    assert all(re.match(r"[a-z0-9]", line) for line in lines(read("binder/requirements.txt")))


def test_course_is_installed_in_place():
    assert lines(read("requirements.txt"))[-1] == "-e ."


@pytest.mark.parametrize("requirement", REQUIREMENTS, ids=str)
def test_floor_and_ceiling(requirement):
    assert sorted(limit.operator for limit in requirement.specifier) == ["<", ">="]
    assert requirement.marker is None


def test_every_import_is_listed():
    """What `course` and the tests import is in the list, not merely brought by something in it."""
    listed = {requirement.name for requirement in REQUIREMENTS} | PART_OF_JUPYTERLAB | {"compact-cnn-course"}
    for_studies = {requirement.name for requirement in optional("studies")}
    tools = {requirement.name for requirement in optional("browser")}
    comes_from = packages_distributions()
    missing = {}
    for path in [*ROOT.glob("course/**/*.py"), *ROOT.glob("tests/**/*.py")]:
        allowed = listed | for_studies if "studies" in str(path.relative_to(ROOT)) else listed
        if path.is_relative_to(ROOT / "tests"):
            allowed = allowed | tools
        for module in imports(path):
            names = {re.sub(r"[-_.]+", "-", name).lower() for name in comes_from.get(module, [])}
            names = {name.removesuffix("-cpu") for name in names}
            if names and not names & allowed:
                missing[module] = str(path.relative_to(ROOT))
    assert missing == {}


def test_the_browsers_tools_are_installed_by_one_name():
    for name in ("CONTRIBUTING.md", ".ci/run", "tests/photograph.py"):
        text = read(name)
        assert ".[browser]" in text and not re.search(r"(playwright|voila)[>=]=", text), name
    # In CI, after README's test command: it leaves out what the browser's tools are not there for.
    ci = read(".ci/run")
    assert ci.index("pytest --nbval") < ci.index(".[browser]") < ci.index("pytest -n 0 -s tests/browser")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


def test_metadata_holds_no_second_list():
    project = read("pyproject.toml").partition("[project]")[2].partition("\n[")[0]
    assert not re.search(r"^(dynamic|dependencies|optional-dependencies)\b", project, re.MULTILINE)
    assert not re.search(r"^\[dependenc", read("pyproject.toml"), re.MULTILINE)
    for group in ("studies", "browser"):
        assert not {r.name for r in optional(group)} & {r.name for r in REQUIREMENTS}
        assert all(sorted(limit.operator for limit in r.specifier) == ["<", ">="] for r in optional(group))


def optional(group):
    """What an optional group needs: only `course.studies`, or only the browser tests."""
    _, _, groups = read("pyproject.toml").partition("[project.optional-dependencies]\n")
    found = dict(line.split(" = ", 1) for line in groups.partition("\n\n")[0].splitlines())
    assert set(found) == {"studies", "browser"}
    # distributed is a part of dask[distributed].
    wanted = [Requirement(text) for text in re.findall(r'"([^"]+)"', found[group])]
    return [*wanted, *(Requirement(f"{extra}>=1,<9999") for r in wanted for extra in r.extras)]


def test_pythons_agree():
    oldest, above = re.search(r'requires-python = ">=3\.(\d+),<3\.(\d+)"', read("pyproject.toml")).groups()
    assert ((3, int(oldest)), (3, int(above) - 1)) == (OLDEST_PYTHON, NEWEST_PYTHON)
    assert f"Python 3.{oldest} to 3.{int(above) - 1}" in read("README.md")
    assert int(oldest) <= int(re.fullmatch(r"python-3\.(\d+)\n", read("binder/runtime.txt"))[1]) < int(above)


@pytest.mark.skipif(os.name != "posix", reason=".ci/next is for Linux and macOS")
def test_what_comes_next_has_the_same_floors_and_no_ceilings():
    (edit,) = re.findall(r"^(sed .*) >", read(".ci/next"), re.M)
    edited = subprocess.run(["bash", "-c", edit], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    floors = [f"{r.name}{limit}" for r in REQUIREMENTS for limit in r.specifier if limit.operator == ">="]
    assert lines(edited) == [*floors, "-e ."]
    assert "- run: bash .ci/next\n" in read(".github/workflows/next.yml")


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_start_anywhere(name):
    assert (ROOT / name).read_bytes().startswith((b"#!/bin/bash\n", b"#!/usr/bin/env bash\n"))
    if os.name == "posix":
        assert os.access(ROOT / name, os.X_OK)
        subprocess.run(["bash", "-n", ROOT / name], check=True)


def test_post_build_stops_at_an_error():
    build = lines(read("binder/postBuild"))
    assert build[0] == "set -euo pipefail"
    assert "pip install --no-deps --no-cache-dir -e ." in build


@pytest.mark.skipif(os.name != "posix", reason="Binder is Linux")
def test_start_caps_threads_and_hands_over():
    show = "import os, sys; print(*(os.environ[name] for name in sys.argv[1:]))"
    names = ["OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "TF_CPP_MIN_LOG_LEVEL"]
    command = [BINDER / "start", sys.executable, "-c", show, *names]
    assert subprocess.run(command, capture_output=True, text=True).stdout.split() == ["1", "1", "1", "3"]
    assert lines(read("binder/start"))[-1] == 'exec "$@"'


def test_both_licences_are_whole():
    text = read("LICENSE")
    apache, creative_commons = ["Apache License\n", "9. Accepting"], ["Attribution 4.0 Int", "Section 8 --"]
    places = [text.find(beginning) for beginning in apache + creative_commons]
    assert places == sorted(places) and places[0] > 0
    assert 'license = "Apache-2.0 AND CC-BY-4.0"' in read("pyproject.toml")


if __name__ == "__main__":
    (BINDER / "requirements.txt").write_bytes(for_binder(read("requirements.txt")).encode())
    for name in ADDRESSED:
        (ROOT / name).write_bytes(with_address(read(name)).encode())
