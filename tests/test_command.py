"""Commands that the kit names run as they are copied, whatever is on the PATH."""

import shlex
import subprocess
import sys

import pytest

from course._command import command


def test_a_command_runs_where_no_environment_is_active(tmp_path):
    line = shlex.split(command("ledger nothing"))
    done = subprocess.run(line, cwd=tmp_path, env={}, capture_output=True, text=True)
    assert done.returncode == 2 and "There is no model 'nothing'" in done.stderr


@pytest.mark.parametrize(
    ("platform", "python", "line"),
    [
        ("linux", "/home/a b/python", "'/home/a b/python' -m course data"),
        ("win32", r"C:\kit\python.exe", r"C:\kit\python.exe -m course data"),
        ("win32", r"C:\my kit\python.exe", r'& "C:\my kit\python.exe" -m course data'),  # PowerShell
    ],
)
def test_spaces_in_a_path_are_kept_together(monkeypatch, platform, python, line):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(sys, "executable", python)
    assert command("data") == line
