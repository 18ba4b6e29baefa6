"""Run the tests offline, without progress bars, and with the same examples each time."""

import os

from hypothesis import settings

from course.notebooks import OFFLINE

os.environ.update(OFFLINE)

# The same examples in every run, so that a failure is the change's and not the day's. COURSE_RANDOM=1 looks
# for new ones.
settings.register_profile("same", derandomize=True)
if not os.environ.get("COURSE_RANDOM"):
    settings.load_profile("same")
