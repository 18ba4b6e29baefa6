"""Read a learner's notes beside their layers, check every one, and name the mistake where one starts.

    from course import annotations
    annotations.check("model.add(Conv2D(48, 3, input_shape=(32, 32, 3)))  # 30x30x48, RF 3")

Imports no TensorFlow. The modules, in the order in which a text goes through them:

    documents            what kind of text it is, and where the code in it
    code, summary        the layers in it (repair, walk, networks, keras_calls, values; infer)
    notes                what stands beside them (tokens)
    claims               the result: each layer with what is claimed of it
    steps, rules         what a layer does to a receptive field, and how that is got wrong
    receptive_fields, sizes, counts -> verdicts
    check -> findings    all of it together, and how it is shown
"""

from course.annotations.check import check, check_all
from course.annotations.claims import Claim, Noted, ReadError, Reading
from course.annotations.documents import read, readings
from course.annotations.findings import SCHEMA, Finding, Findings
from course.annotations.fix import fixed
from course.annotations.folder import check_folder

__all__ = [
    "SCHEMA",
    "Claim",
    "Finding",
    "Findings",
    "Noted",
    "ReadError",
    "Reading",
    "check",
    "check_all",
    "check_folder",
    "fixed",
    "read",
    "readings",
]
