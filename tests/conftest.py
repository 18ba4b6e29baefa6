"""Run the tests offline, without progress bars, and with the same examples each time."""

import gc
import os
from pathlib import Path

from hypothesis import settings

from course.notebooks import OFFLINE

os.environ.update(OFFLINE)
if "PYTEST_XDIST_WORKER" in os.environ:
    # One of two processes on two cores: a second thread in each would only be in the way.
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

# The same examples in every run, so that a failure is the change's and not the day's. COURSE_RANDOM=1 looks
# for new ones.
settings.register_profile("same", derandomize=True, deadline=None)
if not os.environ.get("COURSE_RANDOM"):
    settings.load_profile("same")


def pytest_xdist_auto_num_workers(config):
    """Run a single file in this process: another would only have to import TensorFlow as well."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and Path(*files).is_file() else None


def pytest_collection_finish():
    """Look for garbage less often: TensorFlow's million objects are searched each time, a fifth of the work."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
