"""Execute the notebooks and tidy their outputs: the one way committed outputs are made.

python -m course notebooks                            all, in place, offline, on the shapes
python -m course notebooks --data DIR --out FOLDER    on real images, into another folder
"""

import os
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"

# The tag of cells whose output describes one machine, so that it is not stored.
THIS_MACHINE = "this-machine"

LIVE_WIDGET = "application/vnd.jupyter.widget-view+json"

# Committed outputs may not depend on the machine: generated images, no network, no progress bars.
# The tests run the notebooks under the same settings.
OFFLINE = {
    "COURSE_DATA_DIR": "shapes",
    "TQDM_DISABLE": "1",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,localhost",
    "PYTHONHASHSEED": "0",
}


def execute(path, data="shapes", timeout=600):
    """Return a notebook, executed from a fresh kernel and tidied.

    Parameters
    ----------
    path : pathlib.Path
        The notebook. It is not changed.
    data : str
        What COURSE_DATA_DIR is set to: a folder with CIFAR-10, or "shapes".
    timeout : int
        Seconds that one cell may take.

    Returns
    -------
    (nbformat.NotebookNode, dict)
        The notebook; "seconds" and "peak_mib", the kernel's largest resident size.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        When a cell fails.
    """
    book = nbformat.read(path, as_version=4)
    client = NotebookClient(
        book, timeout=timeout, record_timing=False, resources={"metadata": {"path": str(path.parent)}}
    )
    watch = _PeakMemory()
    started = time.perf_counter()
    with client.setup_kernel(env={**os.environ, **OFFLINE, "COURSE_DATA_DIR": str(data)}):
        watch.start()
        try:
            for number, cell in enumerate(book.cells):
                client.execute_cell(cell, number)
        finally:
            peak = watch.stop()
        seconds = time.perf_counter() - started
    return tidy(book), {"seconds": seconds, "peak_mib": peak}


def tidy(book):
    """Return a notebook without what differs from run to run: logs, versions, timings, live widgets.

    A widget keeps the still picture that it shows where no kernel runs. Its controls are named by random
    numbers, and GitHub refuses a notebook that stores them in part.
    """
    book.metadata = nbformat.NotebookNode(
        kernelspec={"display_name": "Python 3", "language": "python", "name": "python3"},
        language_info={"name": "python"},
    )
    count = 0
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        cell.metadata.pop("execution", None)
        for out in cell.outputs:
            out.get("data", {}).pop(LIVE_WIDGET, None)
        cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr" and out.get("data") != {}]
        if THIS_MACHINE in cell.metadata.get("tags", []):
            cell.outputs = []
        count += bool(cell.source.strip())
        cell.execution_count = count if cell.source.strip() else None
        for out in cell.outputs:
            if out.output_type == "execute_result":
                out.execution_count = count
    return book


class _PeakMemory(threading.Thread):
    """Watch the resident size of this process's children, in MiB."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.done = 0, threading.Event()

    def run(self):
        me = psutil.Process()
        while not self.done.wait(0.05):
            for child in me.children(recursive=True):
                try:
                    self.peak = max(self.peak, child.memory_info().rss)
                except psutil.Error:
                    pass

    def stop(self):
        self.done.set()
        self.join()
        return self.peak / 2**20


def run_all(names=(), data="shapes", out=None):
    """Execute notebooks and write them, reporting seconds and peak memory for each.

    Parameters
    ----------
    names : sequence of str
        Beginnings of file names, such as "01"; all notebooks when empty.
    data : str
        A folder with CIFAR-10, or "shapes".
    out : str or pathlib.Path, optional
        Where to write; in place when None.

    Returns
    -------
    int
        How many notebooks failed.

    Raises
    ------
    ValueError
        When no notebook has such a name, real images would go into the committed notebooks, `data` does not
        exist, or `out` can't be a folder.
    """
    if data != "shapes" and out is None:
        raise ValueError(
            "Committed notebooks are made on the shapes: with --data, name another folder with --out."
        )
    paths = [p for p in sorted(NOTEBOOKS.glob("*.ipynb")) if not names or p.name.startswith(tuple(names))]
    if not paths:
        raise ValueError(f"No notebook in {NOTEBOOKS} begins with {' or '.join(names)}.")
    if data != "shapes" and not Path(data).exists():
        raise ValueError(f"{data} does not exist: name a folder or archive with CIFAR-10.")
    folder = Path(out) if out else NOTEBOOKS
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as why:
        raise ValueError(f"{folder} can't be written to ({why.strerror}): name another folder.") from None
    failed = 0
    for path in paths:
        try:
            book, figures = execute(path, data if data == "shapes" else Path(data).resolve())
        except CellExecutionError as why:
            print(f"{path.name}: a cell failed\n{why}", flush=True)
            failed += 1
            continue
        nbformat.write(book, folder / path.name)
        print(f"{path.name}: {figures['seconds']:.0f} s, peak {figures['peak_mib']:.0f} MiB", flush=True)
    return failed
