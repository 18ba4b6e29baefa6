"""Read a learner's notes beside their layers, check every one, and name the mistake where one starts.

    from course import annotations
    annotations.check("model.add(Conv2D(48, 3, input_shape=(32, 32, 3)))  # 30x30x48, RF 3")

Imports no TensorFlow. Used in notebook 02.
"""

from course.annotations.check import check
from course.annotations.claims import Claim, Noted, ReadError, Reading
from course.annotations.documents import read
from course.annotations.findings import Finding, Findings

__all__ = ["Claim", "Finding", "Findings", "Noted", "ReadError", "Reading", "check", "read"]
