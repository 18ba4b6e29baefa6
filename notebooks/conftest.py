"""Run the notebooks as tests: offline, on the generated shapes, whatever this machine has."""

import os

from course.notebooks import OFFLINE

# Each notebook's kernel inherits these.
os.environ.update(OFFLINE)


def pytest_collectstart(collector):
    """Leave log lines out of the comparison: they differ from machine to machine."""
    if collector.path.suffix == ".ipynb":
        collector.skip_compare += ("stderr",)
