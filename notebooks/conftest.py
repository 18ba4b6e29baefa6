"""Run the notebooks as tests: offline, on the generated shapes, whatever this machine has."""

import os

import pytest

from course.notebooks import OFFLINE

# Each notebook's kernel inherits these.
os.environ.update(OFFLINE)
if "PYTEST_XDIST_WORKER" in os.environ:
    # As in tests/conftest.py.
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")


def pytest_collectstart(collector):
    """Leave log lines and pixels out of the comparison: they differ from machine to machine."""
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr",)
        collector.sanitize_patterns[r"(?<=;base64,)[^\"]+"] = "..."


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Fail the cells after one that ran out of time: nbval only expects them to, and then forgives them."""
    report = yield
    if hasattr(report, "wasxfail"):
        report.outcome, report.longrepr = "failed", f"{item.name} came after a cell that ran out of time."
        del report.wasxfail
    return report
