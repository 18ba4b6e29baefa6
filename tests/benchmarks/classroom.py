"""What a student costs a shared machine: memory and processor time of several kernels that work at once.

    python tests/benchmarks/classroom.py [KERNELS ...]

Each kernel runs the first half of notebook 02, up to the experiments. Resident memory (RSS) counts pages that
kernels share once for each of them; PSS shares them out, and USS leaves them out. Linux only, as PSS is.
"""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import nbformat
import psutil
from nbclient import NotebookClient

from course.notebooks import NOTEBOOKS, OFFLINE
from course.table import Table

NOTEBOOK = NOTEBOOKS / "02_receptive_fields.ipynb"
UNTIL = "## Does it matter?"
MIB = 2**20


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


def main(numbers=(1, 2, 4)):
    """Print a row for each number of kernels: a kernel's means."""
    rows = []
    for kernels in numbers:
        everyone = threading.Barrier(kernels)
        with ThreadPoolExecutor(kernels) as pool:
            found = list(pool.map(work, [everyone] * kernels))
        rows.append((kernels, *(sum(each) / kernels for each in zip(*found, strict=True))))
    forms = dict.fromkeys(("RSS", "PSS", "USS", "CPU seconds"), ".0f")
    print(Table(("kernels at once", *forms), rows, caption="A kernel's MiB and CPU seconds", formats=forms))


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or (1, 2, 4))
