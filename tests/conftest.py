"""Run the tests offline, without progress bars, and with the same examples each time."""

import os
from pathlib import Path

from hypothesis import settings

from course._quiet import import_keras
from course.notebooks import OFFLINE

os.environ.update(OFFLINE)
if "PYTEST_XDIST_WORKER" in os.environ:
    # One of two processes on two cores: a second thread in each would only be in the way.
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")

# Seen with TensorFlow 2.21 on a processor with avx512_bf16: after many small convolutions in one process the
# heap is damaged, and a later one ends it ("free(): invalid next size"). Never without oneDNN's kernels. The
# choice is made at the first operation; notebooks, in processes of their own, keep oneDNN.
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
_keras = import_keras()
_keras.ops.conv(_keras.ops.ones((1, 4, 4, 1)), _keras.ops.ones((3, 3, 1, 1)))
del os.environ["TF_ENABLE_ONEDNN_OPTS"]

# The same examples in every run, so that a failure is the change's and not the day's. COURSE_RANDOM=1 looks
# for new ones.
settings.register_profile("same", derandomize=True)
if not os.environ.get("COURSE_RANDOM"):
    settings.load_profile("same")


def pytest_xdist_auto_num_workers(config):
    """Run a single file in this process: another would only have to import TensorFlow as well."""
    files = {argument.partition("::")[0] for argument in config.args}
    return 0 if len(files) == 1 and Path(*files).is_file() else None
