"""A machine made up for the doctor, with parts that a test can spoil."""

import json
from types import SimpleNamespace

import pytest

from course import doctor
from course.data.cifar10 import FILES
from course.doctor import machine, software

VERSIONS = {
    "tensorflow": "2.21.0", "keras": "3.15.1", "numpy": "2.4.6", "jupyterlab": "4.6.6", "ipywidgets": "8.1.9",
    "jupyterlab_widgets": "3.0.17", "matplotlib": "3.11.2", "pooch": "1.9.0", "tqdm": "4.70.1",
}  # fmt: skip
REQUIREMENTS = """# a comment
tensorflow>=2.16.2,<2.22
numpy>=1.26,<2.6  # another
pywinpty>=2,<3; sys_platform == "nowhere"
"""


@pytest.fixture
def healthy(monkeypatch, tmp_path):
    """A machine on which everything is right, with its parts in folders that a test can spoil."""
    root, prefix, home, work = (tmp_path / name for name in ("kit", "env", "home", "work"))
    for folder in (root, prefix, home, work):
        folder.mkdir()
    for name in ("COURSE_DATA_DIR", "TF_NUM_INTRAOP_THREADS", "JUPYTER_PATH", "JUPYTER_PREFER_ENV_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("KERAS_HOME", str(home / ".keras"))
    monkeypatch.chdir(work)

    here = SimpleNamespace(
        root=root, prefix=prefix, home=home, work=work, versions=dict(VERSIONS),
        cache=home / ".keras" / "datasets",
        meminfo=tmp_path / "meminfo", cpuinfo=tmp_path / "cpuinfo", cgroup=tmp_path / "cgroup",
        keras=SimpleNamespace(config=SimpleNamespace(backend=lambda: "tensorflow")), cores=4, kind="x86_64",
        labextensions=[home / "labextensions", prefix / "share" / "labextensions"],
    )  # fmt: skip
    here.look, here.add_batches, here.add_labextension = look, add_batches, add_labextension
    (root / "requirements.txt").write_text(REQUIREMENTS)
    here.meminfo.write_text("MemTotal: 8000000 kB\nMemAvailable: 6000000 kB\n")
    here.cpuinfo.write_text("processor : 0\nflags : sse2 avx avx2 fma\n")
    here.cgroup.mkdir()
    add_labextension(here.labextensions[1], "5.0.16")

    monkeypatch.setattr(software, "ROOT", root)
    monkeypatch.setattr(software, "version_of", lambda name: here.versions.get(name))
    monkeypatch.setattr(software, "import_keras", lambda: here.keras)
    monkeypatch.setattr(software.sys, "prefix", str(prefix))
    monkeypatch.setattr(
        "jupyter_core.paths.jupyter_path",
        lambda _, *parts: [str(folder.joinpath(*parts)) for folder in here.labextensions],
    )
    monkeypatch.setattr(machine, "MEMINFO", here.meminfo)
    monkeypatch.setattr(machine, "CPUINFO", here.cpuinfo)
    monkeypatch.setattr(machine, "CGROUP", here.cgroup)
    monkeypatch.setattr(machine.platform, "machine", lambda: here.kind)
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda pid: set(range(here.cores)), raising=False)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: SimpleNamespace(free=50e9))
    return here


def add_labextension(folder, version):
    manager = folder / "@jupyter-widgets" / "jupyterlab-manager"
    manager.mkdir(parents=True)
    (manager / "package.json").write_text(json.dumps({"version": version}))


def add_batches(folder, leave_out=()):
    folder.mkdir(parents=True)
    for name in set(FILES) - set(leave_out):
        (folder / name).touch()


def look(name):
    """Return the one check of that name, after holding the whole report to its rules."""
    found = doctor.examine()
    for check in found:
        assert check.status in ("ok", "note", "problem")
        assert bool(check.fix) == (check.status != "ok"), check
        assert check.finding.endswith(".") and "\n" not in check.finding, check
        assert "could not be checked" not in check.finding, check
    assert found.ready == all(check.status != "problem" for check in found)
    assert len({check.name for check in found}) == len(found.checks)
    return {check.name: check for check in found}.get(name)
