"""The doctor's report: its two forms, its exit status, and that nothing silences it."""

import ast
import os
import subprocess
import sys
from pathlib import Path

from course import doctor
from course.data.cifar10 import CACHED_FOLDERS
from course.doctor import machine, software


def test_a_healthy_machine(healthy, capsys):
    healthy.add_batches(healthy.cache / CACHED_FOLDERS[0])
    found = doctor.examine()
    assert {check.status for check in found} == {"ok"}
    assert {check.name for check in found} == set(doctor.LOOKS)
    assert found.ready and found.verdict == "Ready: nothing on this machine stops the notebooks."
    assert doctor.main() == 0
    assert capsys.readouterr().out == f"{found}\n"


def test_text_is_aligned_and_html_is_escaped(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    checks = [
        doctor.Check("python", "ok", "Fine."),
        doctor.Check("this folder", "problem", "<b> " + "is full and " * 9 + "so on.", "rm " + "x" * 90),
    ]
    found = doctor.Report(tuple(checks))
    lines = str(found).splitlines()
    assert lines[0] == "ok       python       Fine."
    assert lines[1].startswith("problem  this folder  <b> is full") and lines[2].startswith(" " * 22 + "full")
    assert max(map(len, lines[:3])) <= 80
    assert lines[-3] == " " * 22 + "fix: rm " + "x" * 90
    assert lines[-1] == "Not ready: follow the fix under each problem (this folder), then check again."
    assert repr(found) == str(found) and not found.ready
    page = found._repr_html_()
    assert "&lt;b&gt; is full" in page and "<b>fix:</b> rm xxx" in page and page.count("<tr>") == 3


def test_one_broken_check_does_not_hide_the_others(healthy, monkeypatch):
    monkeypatch.setitem(sys.modules, "course.data.cifar10", None)
    found = {check.name: check for check in doctor.examine()}
    assert set(found) == set(doctor.LOOKS)
    assert found["data"].status == "note"
    assert "could not be checked (ModuleNotFoundError" in found["data"].finding
    assert found["data"].fix and found["memory"].status == "ok"


def run_doctor(tmp_path, broken):
    for name, line in broken.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(line)
    kit = Path(doctor.__file__).parents[2]
    return subprocess.run(
        [sys.executable, "-c", "import sys; from course import doctor; sys.exit(doctor.main())"],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(kit)])},
        capture_output=True, text=True,
    )  # fmt: skip


def test_it_reports_where_tensorflow_is_broken(tmp_path):
    done = run_doctor(tmp_path, {"tensorflow": "raise ImportError('libtensorflow.so: cannot open it')"})
    assert done.returncode == 1 and done.stderr == ""
    said = " ".join(done.stdout.split())  # lines are as long as the terminal is wide
    assert "TensorFlow can't be imported (ImportError: libtensorflow.so: cannot open it)" in said


def test_it_reports_where_everything_is_broken(tmp_path):
    names = ("tensorflow", "keras", "numpy", "pooch", "jupyter_core", "psutil", "packaging")
    done = run_doctor(tmp_path, dict.fromkeys(names, "raise ImportError('broken')"))
    assert done.returncode == 1 and done.stderr == ""
    assert [line.split()[1] for line in done.stdout.splitlines() if line[:1].strip()][:3] == [
        "python", "packages", "tensorflow",
    ]  # fmt: skip
    assert "Traceback" not in done.stdout


def test_a_python_too_old_for_the_kit_can_still_read_it():
    plain = (sys.modules[name] for name in ("course", "course._command", "course._quiet"))
    for module in (doctor, machine, software, *plain):
        ast.parse(Path(module.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_this_environment_holds_together():
    found = {check.name: check for check in doctor.examine()}
    assert found["tensorflow"].status == "ok" and "work together" in found["tensorflow"].finding
    assert not [check for check in found.values() if "could not be checked" in check.finding]
