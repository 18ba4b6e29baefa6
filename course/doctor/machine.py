"""Images, memory, folders, processor and threads: what does this machine have?

Each look returns (status, finding) or (status, finding, fix), or None when there is nothing to say.
"""

import os
import platform
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

from course._command import command

MEMINFO, CPUINFO, CGROUP = Path("/proc/meminfo"), Path("/proc/cpuinfo"), Path("/sys/fs/cgroup")
MEMORY_NEEDED = 2e9  # bytes of the machine
MEMORY_OF_A_NOTEBOOK = 1e9  # bytes, the most that one kernel holds
ARCHIVE_BYTES = 170_498_071
MAC_FEATURES = {"avx": "avx1_0", "avx2": "avx2_0", "bf16": "arm.FEAT_BF16"}


def data():
    """Find the images that `course.data.load()` would use, by names and sizes alone."""
    from course.data.cifar10 import CACHED_ARCHIVES, CACHED_FOLDERS, keras_cache

    given = os.environ.get("COURSE_DATA_DIR")
    if given == "shapes":
        return "ok", "COURSE_DATA_DIR asks for the generated shapes."
    if given:
        wrong = _wrong_with_cifar10(Path(given).expanduser())
        if wrong:
            fix = "Set COURSE_DATA_DIR to the folder or archive that holds CIFAR-10, or remove the variable."
            return "problem", f"COURSE_DATA_DIR is set, but {wrong}.", fix
        return "ok", f"CIFAR-10 from COURSE_DATA_DIR ({given})."
    passed_over = []
    for path in (keras_cache() / name for name in (*CACHED_FOLDERS, *CACHED_ARCHIVES)):
        if path.exists():
            wrong = _wrong_with_cifar10(path)
            if not wrong and path.is_file() and path.stat().st_size != ARCHIVE_BYTES:
                wrong = f"{path} has {path.stat().st_size:,} bytes, not {ARCHIVE_BYTES:,}"
            if not wrong:
                return "ok", f"CIFAR-10 from Keras's cache ({path})."
            passed_over.append(wrong)
    why = f" ({'; '.join(passed_over)})" if passed_over else ""
    return (
        "note",
        f"No CIFAR-10 on this machine{why}, so the notebooks use the generated shapes.",
        f"'{command('data')}' downloads CIFAR-10 (170 MB, once). You can also go on without.",
    )


def _wrong_with_cifar10(path):
    from course.data.cifar10 import FILES, FOLDER, folder_of_batches

    try:
        if path.is_dir():
            folder = folder_of_batches(path)
            if not folder.is_dir():
                return f"{path} holds no folder {FOLDER}"
            missing = [name for name in FILES if not (folder / name).is_file()]
            return f"{folder} has no {', '.join(missing)}" if missing else ""
        if path.is_file():
            return "" if tarfile.is_tarfile(path) else f"{path} is not a whole .tar.gz archive"
        return f"{path} does not exist"
    except OSError as why:
        return f"{path} can't be read ({why.strerror})"


def memory():
    """Look at the memory, of a container where there is one."""
    total, free = _bytes_of_memory()
    if total is None:
        return "note", "The memory of this machine is unknown; 2 GB is needed.", "Look it up in its settings."
    finding = f"{total / 1e9:.1f} GB, of which {max(free, 0) / 1e9:.1f} GB is free now"
    # A machine sold as 2 GB shows a little less, because the kernel keeps some for itself.
    if total < 0.9 * MEMORY_NEEDED:
        fix = "Use a machine with more memory, or raise the limit of the container."
        return "problem", f"{finding}; 2 GB is needed.", fix
    if free < MEMORY_OF_A_NOTEBOOK:
        fix = "Close other programs, and shut down notebooks that you no longer use."
        return "note", f"{finding}; a notebook takes up to 1 GB.", fix
    return "ok", f"{finding}."


def _bytes_of_memory():
    if MEMINFO.is_file():
        fields = dict(line.split(":") for line in MEMINFO.read_text().splitlines())
        total, free = (int(fields[name].split()[0]) * 1024 for name in ("MemTotal", "MemAvailable"))
    else:
        try:
            import psutil
        except ImportError:
            return None, None
        total, free = psutil.virtual_memory().total, psutil.virtual_memory().available
    # In a container the limit of its control group counts: version 2, then version 1.
    for folder, limit, used, cached in (
        (CGROUP, "memory.max", "memory.current", "inactive_file"),
        (CGROUP / "memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            bound = int((folder / limit).read_text())
            statistics = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
            taken = int((folder / used).read_text()) - int(statistics[cached])
        except (OSError, ValueError):  # no such group, or the word "max"
            continue
        if bound < total:
            total, free = bound, min(free, bound - taken)
    return total, free


def this_folder():
    """Look whether records and notebooks can be saved here."""
    here = Path.cwd()
    wrong = _wrong_with_folder(here, 100e6)
    if wrong:
        fix = "Make room, or copy the kit to a folder of your own and start there."
        return "problem", f"{wrong}, so no run can be saved.", fix
    return "ok", f"{here} can be written to; {_free(here)} is free."


def cache_folder():
    """Look whether CIFAR-10 can be downloaded."""
    from course.data.cifar10 import keras_cache

    if os.environ.get("COURSE_DATA_DIR"):
        return None  # then nothing is downloaded
    folder = keras_cache()
    while not folder.exists():
        folder = folder.parent
    wrong = _wrong_with_folder(folder, 1.2 * ARCHIVE_BYTES)
    if wrong:
        fix = "Make room, or set KERAS_HOME to a folder of your own."
        return "note", f"{wrong}, so CIFAR-10 can't be saved in {keras_cache()}.", fix
    return "ok", f"{keras_cache()} can be written to; {_free(folder)} is free."


def _free(folder):
    return f"{shutil.disk_usage(folder).free / 1e9:.1f} GB"


def _wrong_with_folder(folder, needed):
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"x")
    except OSError as why:
        return f"{folder} can't be written to ({why.strerror})"
    free = shutil.disk_usage(folder).free
    return f"{folder} has {free / 1e6:.0f} MB free and needs {needed / 1e6:.0f} MB" if free < needed else ""


def processor():
    """Look at the cores and the instructions that make training quick."""
    features, kind = _features(), platform.machine().lower()
    intel = kind in ("x86_64", "amd64")
    _, cores = _cores()
    finding = f"{_count(cores, 'core')} ({kind})"
    if features is None:
        return "ok", f"{finding}; its instructions are unknown here."
    if intel and "avx" not in features:
        # What an Intel Python sees on an Apple silicon Mac, too.
        fix = "On an Apple silicon Mac install the arm64 Python from python.org; otherwise use Binder."
        return "problem", f"{finding} without AVX, which TensorFlow needs.", fix
    wanted = ("avx2", "avx512_bf16", "amx_bf16") if intel else ("bf16",)
    finding += "".join(f", {name} {'yes' if name in features else 'no'}" for name in wanted)
    if intel and "avx2" not in features:
        return "note", f"{finding}.", "Nothing to mend: training takes longer than the notebooks say."
    if cores == 1:
        return "note", f"{finding}.", "Nothing to mend: training takes about twice what the notebooks say."
    return "ok", f"{finding}."


def _features():
    if CPUINFO.is_file():
        for line in CPUINFO.read_text(errors="replace").splitlines():
            if line.startswith(("flags", "Features")):
                return set(line.split(":", 1)[1].split())
    if platform.system() == "Darwin":
        answers = {name: _sysctl(f"hw.optional.{key}") for name, key in MAC_FEATURES.items()}
        if any(answers.values()):
            return {name for name, answer in answers.items() if answer == "1"}
    return None


def _sysctl(key):
    try:
        return subprocess.run(["sysctl", "-n", key], capture_output=True, text=True, timeout=5).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _cores():
    """Return the cores that TensorFlow sees, and how many a container's quota lets it use."""
    seen = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        quota, period = map(int, (CGROUP / "cpu.max").read_text().split())
    except (OSError, ValueError):  # no such group, or the word "max"
        return seen, seen
    return seen, min(seen, max(1, round(quota / period)))


def threads():
    """Look at how many threads TensorFlow is told to use."""
    seen, cores = _cores()
    setting = os.environ.get("TF_NUM_INTRAOP_THREADS", "")
    # TensorFlow takes 0, and what is no number, as no limit. It does not read OMP_NUM_THREADS.
    count = int(setting) if setting.isdigit() and int(setting) else seen
    finding = (
        f"TF_NUM_INTRAOP_THREADS is {setting or 'not set'}, so TensorFlow computes with "
        f"{_count(count, 'thread')} on {_count(cores, 'core')}."
    )
    if count > cores:
        return "note", finding, f"Set TF_NUM_INTRAOP_THREADS={cores} before you start JupyterLab."
    if count < cores:
        return "note", finding, "Remove the variable before you start JupyterLab, to use every core."
    return "ok", finding


def _count(number, unit):
    return f"{number} {unit}{'' if number == 1 else 's'}"
