"""What the doctor says about Python, packages, TensorFlow and widgets."""

import sys
from types import SimpleNamespace

import pytest

from course import doctor
from course._command import command
from course.doctor import software


@pytest.mark.parametrize(
    ("version", "ok"), [((3, 9), False), ((3, 10), True), ((3, 13), True), ((3, 14), False)]
)
def test_python(healthy, monkeypatch, version, ok):
    monkeypatch.setattr(software, "sys", SimpleNamespace(**{**vars(sys), "version_info": (*version, 0)}))
    status, finding, *fix = software.python()
    assert (status == "ok") is ok and ("3.10 to 3.13" in finding) is not ok
    assert ok or "3.12" in fix[0]


def test_32_bit_python(healthy, monkeypatch):
    monkeypatch.setattr(software, "sys", SimpleNamespace(**{**vars(sys), "maxsize": 2**31 - 1}))
    status, finding, _ = software.python()
    assert status == "problem" and "32-bit" in finding


def test_a_missing_package(healthy, capsys):
    del healthy.versions["tensorflow"]
    check = healthy.look("packages")
    assert check.status == "problem" and check.finding == f"In {healthy.prefix}, not installed: tensorflow."
    assert check.fix.startswith(f"In the folder {healthy.root}, run: ")
    assert check.fix.endswith("-m pip install -r requirements.txt")
    assert healthy.look("tensorflow") is None, "one cause, one line"
    assert doctor.main() == 1
    assert "(packages)" in capsys.readouterr().out.splitlines()[-1]


def test_the_command_needs_no_folder_in_the_right_one(healthy, monkeypatch):
    del healthy.versions["numpy"]
    monkeypatch.chdir(healthy.root)
    assert "folder" not in healthy.look("packages").fix


def test_too_old_and_too_new_packages(healthy):
    healthy.versions.update(tensorflow="2.15.0", numpy="2.6.0")
    finding = healthy.look("packages").finding
    assert "tensorflow is 2.15.0, not <2.22,>=2.16.2; numpy is 2.6.0, not <2.6,>=1.26." in finding
    del healthy.versions["numpy"]
    assert "not installed: numpy; tensorflow is 2.15.0" in healthy.look("packages").finding


def test_a_pre_release_within_its_range_counts(healthy):
    healthy.versions.update(tensorflow="2.21.0rc1")
    assert healthy.look("packages").status == "ok"


def test_course_not_installed(healthy):
    (healthy.root / "requirements.txt").write_text("-e .\n")
    (healthy.root / "compact_cnn_course.egg-info").mkdir()  # left by another environment
    sys.path[:0], before = [str(healthy.root)], list(sys.path)
    try:
        sys.path[1:] = [str(healthy.prefix)]
        missing = healthy.look("packages")
        (healthy.prefix / "compact_cnn_course-0.1.0.dist-info").mkdir()
        present = healthy.look("packages")
    finally:
        sys.path[:] = before
    assert missing.status == "problem" and "course itself" in missing.finding
    assert present.status == "ok"


def test_without_requirements(healthy):
    (healthy.root / "requirements.txt").unlink()
    assert healthy.look("packages").status == "ok"
    del healthy.versions["pooch"]
    check = healthy.look("packages")
    assert check.status == "problem" and check.fix.endswith("pip install pooch")


def test_without_packaging(healthy, monkeypatch):
    monkeypatch.setitem(sys.modules, "packaging.requirements", None)
    healthy.versions["pywinpty"] = "2.0"
    assert healthy.look("packages").status == "ok"
    del healthy.versions["numpy"]
    assert "not installed: numpy" in healthy.look("packages").finding


def test_the_wrong_environment(healthy):
    del healthy.versions["numpy"]
    (healthy.root / ".venv").mkdir()
    fix = healthy.look("packages").fix
    assert str(healthy.root / ".venv") in fix and fix.endswith("-m course doctor") and "pip" not in fix


def test_a_python_that_pip_may_not_touch(healthy, monkeypatch):
    del healthy.versions["numpy"]
    (healthy.prefix / "EXTERNALLY-MANAGED").touch()
    monkeypatch.setattr(software.sysconfig, "get_path", lambda name: str(healthy.prefix))
    assert " -m venv " not in healthy.look("packages").fix, "inside an environment pip works"
    monkeypatch.setattr(software.sys, "base_prefix", str(healthy.prefix))
    fix = healthy.look("packages").fix
    assert fix.startswith(f"In the folder {healthy.root}, run: ") and " -m venv .venv and then: .venv" in fix
    monkeypatch.chdir(healthy.root)
    assert healthy.look("packages").fix.startswith("Run: ")


def test_tensorflow_cpu_counts_as_tensorflow(monkeypatch):
    def version(name):
        if name != "tensorflow-cpu":
            raise software.importlib.metadata.PackageNotFoundError(name)
        return "2.20.0"

    monkeypatch.setattr(software.importlib.metadata, "version", version)
    assert software.version_of("tensorflow") == "2.20.0" and software.version_of("keras") is None


def test_the_fix_names_the_python_that_asks(monkeypatch):
    monkeypatch.setattr(software.shutil, "which", lambda name: sys.executable)
    assert software.pip("x") == "python -m pip install x"
    monkeypatch.setattr(software.shutil, "which", lambda name: None)
    assert software.pip("x") == command("install x", "pip")


@pytest.mark.parametrize(
    ("python", "called"),
    [
        (r"C:\kit\python.exe", r"C:\kit\python.exe"),
        (r"C:\my kit\python.exe", r'& "C:\my kit\python.exe"'),
    ],
)
def test_powershell_can_run_every_fix(healthy, monkeypatch, python, called):
    monkeypatch.setattr(software.shutil, "which", lambda name: None)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(sys, "executable", python)
    assert software.pip("x") == f"{called} -m pip install x"
    there = f"In the folder {healthy.root}, run: "
    assert software._install() == f"{there}{called} -m pip install -r requirements.txt"

    (healthy.prefix / "EXTERNALLY-MANAGED").touch()  # as in a Python from uv
    monkeypatch.setattr(software.sysconfig, "get_path", lambda name: str(healthy.prefix))
    monkeypatch.setattr(sys, "base_prefix", str(healthy.prefix))
    first, then = software._install().split(" and then: ")
    assert first == f"{there}{called} -m venv .venv"
    assert then.startswith(".venv") and then.endswith("python -m pip install -r requirements.txt")

    spaced = healthy.root / "my kit"
    (spaced / ".venv").mkdir(parents=True)
    monkeypatch.setattr(software, "ROOT", spaced)
    assert f'check that one: & "{spaced / ".venv"}' in software._install()


def test_a_broken_tensorflow(healthy, monkeypatch):
    def broken():
        try:
            raise ImportError("DLL load failed while importing _pywrap: no such module.\nMore.")
        except ImportError:
            raise ImportError("Traceback (most recent call last):\n  ...\nFailed to load.")  # noqa: B904 (as TensorFlow)

    monkeypatch.setattr(software, "import_keras", broken)
    check = healthy.look("tensorflow")
    assert check.status == "problem"
    assert "(ImportError: DLL load failed while importing _pywrap: no such module)" in check.finding
    assert "--force-reinstall" in check.fix and doctor.main() == 1
    monkeypatch.setattr(software.platform, "system", lambda: "Windows")
    assert "Visual C++" in healthy.look("tensorflow").fix


def test_another_keras_backend(healthy, monkeypatch):
    healthy.keras.config.backend = lambda: "torch"  # imported before course was
    assert healthy.look("tensorflow").finding == "Keras is set to work with torch; the kit needs TensorFlow."
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setattr(software, "import_keras", lambda: pytest.fail("JAX must not be imported"))
    check = healthy.look("tensorflow")
    assert check.status == "problem" and "jax" in check.finding and "KERAS_BACKEND=tensorflow" in check.fix


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("ipywidgets", "7.8.5"), ("jupyterlab_widgets", "1.1.11"), ("jupyterlab_widgets", None),
        ("jupyterlab", "3.6.8"),
    ],  # fmt: skip
)
def test_widgets_that_do_not_fit(healthy, name, version):
    healthy.versions[name] = version
    check = healthy.look("widgets")
    assert check.status == "problem" and '"jupyterlab_widgets>=3,<4"' in check.fix
    assert f"{name} {version or '(not installed)'}" in check.finding


def test_widgets_leave_a_missing_package_to_its_own_line(healthy):
    del healthy.versions["ipywidgets"]
    assert healthy.look("widgets") is None


@pytest.mark.parametrize(("version", "status"), [("3.1.11", "problem"), ("5.0.9", "note"), ("5.0.16", "ok")])
def test_a_user_labextension_that_hides_the_right_one(healthy, version, status):
    healthy.add_labextension(healthy.labextensions[0], version)
    check = healthy.look("widgets")
    assert check.status == status
    if status != "ok":
        assert version in check.finding and "5.0.16" in check.finding and str(healthy.home) in check.finding
        assert "JUPYTER_PREFER_ENV_PATH=1" in check.fix
    healthy.labextensions.reverse()  # what that variable does
    assert healthy.look("widgets").status == "ok"


def test_labextension_missing_or_of_another_generation(healthy):
    healthy.add_labextension(healthy.labextensions[0], "3.1.11")
    del healthy.labextensions[1]
    check = healthy.look("widgets")
    assert check.status == "problem" and "3.1.11, not 5" in check.finding and "--force-reinstall" in check.fix
    healthy.labextensions.clear()
    assert "no widget extension" in healthy.look("widgets").finding
