"""What each notebook takes on Binder: one core, and a kernel that is killed above 2 GB.

    python tests/benchmarks/binder.py             all notebooks, on the shapes
    python tests/benchmarks/binder.py 03 04       two of them
    python tests/benchmarks/binder.py --environment DIR --data DIR
    python tests/benchmarks/binder.py --record    into measured.json too, for the instructor's guide

The environment is made from binder/ as Binder makes it, except that Python is the one that runs this. It is
kept in the folder that --environment names, for the next time, or else is gone afterwards. On Linux.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import psutil
from measured import record

from course.notebooks import NOTEBOOKS
from course.table import Table

BINDER = NOTEBOOKS.parent / "binder"
MOST = 2048  # MiB, where mybinder.org kills a kernel
AIM = "Aimed at: 900 MiB and 60 s."


def prepare(folder):
    """Make Binder's environment in a folder, if it is not there, and return what `os.environ` is in it."""
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(NOTEBOOKS.parent)}
    if not (folder / "pyvenv.cfg").exists():
        venv.create(folder, with_pip=True)
        install = ["pip", "install", "--quiet", "-r", BINDER / "requirements.txt"]
        for command in (install, [BINDER / "postBuild"]):
            subprocess.run(command, check=True, env=environment, cwd=NOTEBOOKS.parent)
    return environment


def measure(path, environment, data):
    """Return a notebook's row: its name, seconds, processor seconds, peak MiB and how it ended."""
    used = processor_seconds()
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as out:
        execute = f"python -m course notebooks {path.name} --out".split()
        command = [BINDER / "start", *execute, out, "--data", data]
        runner = psutil.Popen(command, env=environment, stdout=sys.stderr)
        peak = watch(runner)
        status = runner.wait()
    end = "killed" if peak > MOST else "failed" if status else "complete"
    return path.stem, time.perf_counter() - started, processor_seconds() - used, peak, end


def watch(runner):
    """Return the largest resident size of all that a process has started, in MiB; kill it above `MOST`."""
    peak = 0
    while runner.is_running() and runner.status() != psutil.STATUS_ZOMBIE:
        size, children = 0, runner.children(recursive=True)
        for child in children:
            try:
                size += child.memory_info().rss / 2**20
            except psutil.NoSuchProcess:
                pass
        peak = max(peak, size)
        if size > MOST:
            for process in (runner, *children):
                process.kill()
        time.sleep(0.05)
    return peak


def processor_seconds():
    """Return what all ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="beginnings of file names, such as 01")
    parser.add_argument("--environment", type=Path, metavar="DIR", help="where the environment is kept")
    parser.add_argument("--data", default="shapes", metavar="DIR", help="CIFAR-10 instead of the shapes")
    parser.add_argument("--record", action="store_true", help="all notebooks, and write it into measured.json")
    options = parser.parse_args()
    if options.record and (options.names or options.data != "shapes"):
        parser.error("--record is for all notebooks, on the shapes")
    psutil.Process().cpu_affinity([psutil.Process().cpu_affinity()[-1]])
    rows = []
    with tempfile.TemporaryDirectory() as gone_afterwards:
        environment = prepare((options.environment or Path(gone_afterwards)).resolve())
        for path in sorted(NOTEBOOKS.glob("*.ipynb")):
            if path.name.startswith(tuple(options.names) or ""):
                rows.append(measure(path, environment, options.data))
    headings = ("notebook", "seconds", "processor seconds", "peak MiB", "end")
    formats = dict.fromkeys(headings[1:4], ",.0f")
    print(Table(headings, rows, notes=(AIM,), caption="One core, as on Binder", formats=formats))
    failed = any(row[-1] != "complete" for row in rows)
    if options.record and not failed:
        # Seconds are left out: they also tell what else the machine had to do.
        record("binder", ("notebook", "peak MiB"), [(name, peak) for name, _, _, peak, _ in rows])
    return failed


if __name__ == "__main__":
    sys.exit(main())
