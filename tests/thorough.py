"""How much tests draw at random. With COURSE_THOROUGH=1, which .ci/run sets, those marked here do more.

`COURSE_THOROUGH=1 pytest -m thorough` runs them alone.
"""

import os

import pytest

THOROUGH = bool(os.environ.get("COURSE_THOROUGH"))
thorough = pytest.mark.thorough
