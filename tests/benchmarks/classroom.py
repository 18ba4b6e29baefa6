"""What a student costs a shared machine: memory and processor time of several kernels that work at once.

    python tests/benchmarks/classroom.py [KERNELS ...]
    python tests/benchmarks/classroom.py --record       into measured.json, for the instructor's guide

Each kernel runs the first half of notebook 02, up to the experiments. Resident memory (RSS) counts pages that
kernels share once for each of them; PSS shares them out, and USS leaves them out. Linux only, as PSS is.
"""

import argparse
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import nbformat
import psutil
from measured import record
from nbclient import NotebookClient

from course.notebooks import NOTEBOOKS, OFFLINE
from course.table import Table

NOTEBOOK = NOTEBOOKS / "02_receptive_fields.ipynb"
UNTIL = "## Does it matter?"
MIB = 2**20
# In the record's words: RSS, PSS and USS.
HEADINGS = ("kernels at once", "resident, MiB each", "with shared pages shared out", "without shared pages",
            "CPU seconds each")  # fmt: skip


def first_half():
    """Return the notebook's cells before the experiments."""
    book = nbformat.read(NOTEBOOK, as_version=4)
    (end,) = (i for i, cell in enumerate(book.cells) if cell.source.startswith(UNTIL))
    book.cells = book.cells[:end]
    return book


def work(everyone):
    """Run the cells in a kernel of their own; return its memory in MiB when all are done, and its CPU seconds."""
    client = NotebookClient(first_half(), timeout=600, resources={"metadata": {"path": str(NOTEBOOKS)}})
    with client.setup_kernel(env={**os.environ, **OFFLINE}):
        for number, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, number)
        everyone.wait()
        process = psutil.Process(client.km.provisioner.pid)
        memory, times = process.memory_full_info(), process.cpu_times()
        everyone.wait()
        return memory.rss / MIB, memory.pss / MIB, memory.uss / MIB, times.user + times.system


def main():
    """Print a row for each number of kernels: a kernel's means."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kernels", nargs="*", type=int, help="how many at once; 1, 2 and 4 if left out")
    parser.add_argument("--record", action="store_true", help="write it into measured.json")
    options = parser.parse_args()
    rows = []
    for kernels in options.kernels or (1, 2, 4):
        everyone = threading.Barrier(kernels)
        with ThreadPoolExecutor(kernels) as pool:
            found = list(pool.map(work, [everyone] * kernels))
        rows.append((kernels, *(sum(each) / kernels for each in zip(*found, strict=True))))
    forms = dict.fromkeys(("RSS", "PSS", "USS", "CPU seconds"), ".0f")
    print(Table(("kernels at once", *forms), rows, caption="A kernel's MiB and CPU seconds", formats=forms))
    if options.record:
        record("classroom", HEADINGS, rows)


if __name__ == "__main__":
    main()
