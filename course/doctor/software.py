"""Python, the packages, TensorFlow and the widgets: is all of it there, and does it fit together?

Each look returns (status, finding) or (status, finding, fix), or None when there is nothing to say.
"""

import importlib.metadata
import json
import os
import platform
import re
import shutil
import sys
import sysconfig
from pathlib import Path

from course._command import command
from course._quiet import import_keras
from course.doctor.machine import processor

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PYTHON, NEWEST_PYTHON = (3, 10), (3, 13)
# For a copy of the kit without requirements.txt.
MAIN_PACKAGES = ("tensorflow", "keras", "numpy", "matplotlib", "jupyterlab", "ipywidgets", "pooch", "tqdm")
# On Binder, the package on the left is there in the form of the one on the right.
OTHER_FORM = {"tensorflow": "tensorflow-cpu"}


def python():
    """Look at the version of Python."""
    bits = 64 if sys.maxsize > 2**32 else 32
    finding = f"Python {platform.python_version()}, {bits}-bit, in {sys.prefix}"
    if OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON and bits == 64:
        return "ok", f"{finding}."
    oldest, newest = ("{}.{}".format(*version) for version in (OLDEST_PYTHON, NEWEST_PYTHON))
    return (
        "problem",
        f"{finding}; the kit needs {oldest} to {newest}, 64-bit.",
        "Install Python 3.12 (64-bit) from python.org and make a new environment with it.",
    )


def packages():
    """Look whether every requirement is installed, in its range."""
    file = ROOT / "requirements.txt"
    lines = MAIN_PACKAGES
    if file.is_file():
        lines = [line.split("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines()]
        lines = [line for line in lines if line]
    missing, wrong = [], []
    for line in lines:
        if line.startswith("-"):
            if not _course_is_installed():
                missing.append("course itself")
            continue
        name, wanted = _parse(line)
        version = version_of(name) if name else ""
        if version is None:
            missing.append(name)
        elif wanted is not None and not wanted.contains(version, prereleases=True):
            wrong.append(f"{name} is {version}, not {wanted}")
    if missing:
        wrong.insert(0, f"not installed: {', '.join(missing)}")
    if wrong:
        fix = _install() if file.is_file() else pip(" ".join(missing))
        return "problem", f"In {sys.prefix}, {'; '.join(wrong)}.", fix
    return "ok", f"All {len(lines)} requirements{' of requirements.txt' if file.is_file() else ''} are met."


def _parse(line):
    """Return a requirement's name and range; None for the name where it does not apply."""
    try:
        from packaging.requirements import Requirement
    except ImportError:  # then Jupyter is missing too, and that is what the learner has to read
        return re.match(r"[\w.-]+", line).group(), None
    wanted = Requirement(line)
    applies = wanted.marker is None or wanted.marker.evaluate()
    return (wanted.name, wanted.specifier) if applies else (None, None)


def _course_is_installed():
    # The repository's own folder may hold an egg-info that another environment has left there.
    elsewhere = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]
    return any(importlib.metadata.distributions(name="compact-cnn-course", path=elsewhere))


def _install():
    own = ROOT / ".venv"
    inside = "Scripts" if os.name == "nt" else "bin"
    if own.is_dir() and Path(sys.prefix).resolve() != own.resolve():
        return f"The kit has an environment; check that one: {command('doctor', python=own / inside / 'python')}"
    # pip takes the line "-e ." as seen from the current folder, so the command has to start there. The words say
    # so, because Windows PowerShell 5.1 has no && to put a cd before it.
    there = "" if Path.cwd() == ROOT else f"In the folder {ROOT}, run: "
    if sys.prefix == sys.base_prefix and Path(sysconfig.get_path("stdlib"), "EXTERNALLY-MANAGED").exists():
        # pip refuses to install into the Python of such a system (PEP 668).
        venv = os.path.join(".venv", inside, "python")
        install = command("install -r requirements.txt", "pip", venv)
        return f"{there or 'Run: '}{command('.venv', 'venv')} and then: {install}"
    return there + pip("-r requirements.txt")


def version_of(name):
    """Return a package's installed version, or None."""
    for each in [name, *filter(None, [OTHER_FORM.get(name)])]:
        try:
            return importlib.metadata.version(each)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


def pip(what):
    """Return a pip command for the Python that runs this, whichever one `python` means."""
    same = os.path.normcase(shutil.which("python") or "") == os.path.normcase(sys.executable)
    return command(f"install {what}", "pip", "python" if same else None)


def tensorflow():
    """Look whether TensorFlow and Keras can be imported together."""
    if version_of("tensorflow") is None or version_of("keras") is None or processor()[0] == "problem":
        return None  # another line says so; on such a processor the import would kill this process
    backend = os.environ.get("KERAS_BACKEND", "tensorflow")
    try:
        if backend == "tensorflow":
            backend = import_keras().config.backend()
    except Exception as why:  # a broken installation can raise nearly anything
        fix = pip("--force-reinstall --no-cache-dir tensorflow=={}".format(version_of("tensorflow")))
        if platform.system() == "Windows":
            fix = f"Install the Microsoft Visual C++ Redistributable (x64). If that is not it: {fix}"
        return "problem", f"TensorFlow can't be imported ({type(why).__name__}: {first_line(why)}).", fix
    if backend != "tensorflow":
        return (
            "problem",
            f"Keras is set to work with {backend}; the kit needs TensorFlow.",
            "Set KERAS_BACKEND=tensorflow (or remove the variable), then start Python or the kernel again.",
        )
    return "ok", f"TensorFlow {version_of('tensorflow')} and Keras {version_of('keras')} work together."


def first_line(why):
    """Return the first line of an error, for a sentence."""
    # TensorFlow wraps the cause in an ImportError whose text is the whole traceback.
    while str(why).startswith("Traceback") and why.__context__ is not None:
        why = why.__context__
    return (str(why).strip() or "no message").splitlines()[0].rstrip(".")[:200]


def widgets():
    """Look whether the widgets of the kernel and those of JupyterLab fit together."""
    versions = {name: version_of(name) for name in ("ipywidgets", "jupyterlab_widgets", "jupyterlab")}
    if versions["ipywidgets"] is None or versions["jupyterlab"] is None:
        return None  # the line on packages says so
    told = ", ".join(f"{name} {version or '(not installed)'}" for name, version in versions.items())
    if [_major(version) for version in versions.values()] != ["8", "3", "4"]:
        wanted = '"ipywidgets>=8,<9" "jupyterlab_widgets>=3,<4" "jupyterlab>=4,<5"'
        return "problem", f"{told}: sliders need versions 8, 3 and 4, in one environment.", pip(wanted)

    from jupyter_core.paths import jupyter_path

    copies = {}
    for folder in map(Path, jupyter_path("labextensions", "@jupyter-widgets", "jupyterlab-manager")):
        if (folder / "package.json").is_file():
            copies[folder] = json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"]
    reinstall = pip('--force-reinstall --no-deps "jupyterlab_widgets>=3,<4"')
    if not copies:
        return "problem", f"{told}, but JupyterLab finds no widget extension, so no slider shows.", reinstall
    used = next(iter(copies))  # JupyterLab takes the first
    own = next((folder for folder in copies if Path(sys.prefix) in folder.parents), used)
    if copies[used] != copies[own]:
        return (
            "note" if _major(copies[used]) == _major(copies[own]) else "problem",
            f"Widget extension {copies[used]} in {used} hides this environment's {copies[own]}.",
            f"Set JUPYTER_PREFER_ENV_PATH=1 before you start JupyterLab, or delete {used}.",
        )
    if _major(copies[used]) != "5":
        return "problem", f"{told}, but the extension in {used} is {copies[used]}, not 5.", reinstall
    return "ok", f"{told} and widget extension {copies[used]} fit together."


def _major(version):
    return (version or "").split(".")[0]
