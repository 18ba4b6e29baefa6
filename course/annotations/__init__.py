"""Read a learner's notes beside their layers, check every one, and name the mistake where one starts.

    from course import annotations
    annotations.check("model.add(Conv2D(48, 3, input_shape=(32, 32, 3)))  # 30x30x48, RF 3")

Imports no TensorFlow. The modules, in the order in which a text goes through them:

    documents            what kind of text it is, and where the code in it (dialects: what is refused)
    code, summary        the layers in it (repair, walk, networks, keras_calls, values; infer; totals)
    truth, image         what is true of a network as far as the text says, and the image where it does not
    owners, notes        which notes stand beside which layer, and what they say on their own (tokens)
    columns, forms       (facts) what the rest of their numbers is, by the layers they stand beside
    claims               the result: each layer with what is claimed of it
    steps, rules         what a layer does to a receptive field, and how that is got wrong
    following            the walk from note to note that sizes and receptive_fields share
    judging -> verdicts  all of it together, with counts
    check -> findings    for one model or all (folder: of many files), and how it is shown; fix: put right
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
