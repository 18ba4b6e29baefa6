"""Run the tests offline, without progress bars, and with the same examples each time."""

import os

from hypothesis import settings

from course._quiet import import_keras
from course.notebooks import OFFLINE

os.environ.update(OFFLINE)

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
