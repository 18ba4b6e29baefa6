"""Read a learner's notes beside their layers, check every one, and name the mistake where one starts.

    from course import annotations
    annotations.check("model.add(Conv2D(48, 3, input_shape=(32, 32, 3)))  # 30x30x48, RF 3")

Imports no TensorFlow. The rooms and files, in the order in which a text goes through them:

    reading    documents: what kind of text it is, and where the code in it (dialects: what is refused; totals)
               code: from the text to readings, with the help of all that follows
               repair, walk, calls, forks, networks, keras_calls, values: the layers that code places
               summary, infer: the layers of a printed summary
    truth      what is true of a network as far as the text says
    notes      owners: which notes stand beside which layer; image: its size, where no more than notes tell
               spelling, tokens, sums, note: what a note says on its own; columns, twofold, forms, facts: what all
               of them say together
               sentences: on what was not understood
    claims     the result: each layer with what is claimed of it
    judging    steps, rules: what a layer does to a receptive field, and how that is got wrong
               following: the walk from note to note; sizes, receptive_fields: its two moves
               counts, verdicts
    check      all of it, for one model or all (folder: of many files); fix: put right
    findings   what was found, and shown: how it looks
"""

from course.annotations.check import check, check_all
from course.annotations.claims import Claim, Noted, ReadError, Reading
from course.annotations.findings import SCHEMA, Finding, Findings
from course.annotations.fix import fixed
from course.annotations.folder import check_folder
from course.annotations.reading.documents import read, readings

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
