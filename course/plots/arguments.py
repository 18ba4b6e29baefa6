"""What pictures are given: arguments of one name are of one kind in all of them."""

import functools
import inspect
from collections.abc import Mapping

from course._given import check_all, check_kind
from course.arithmetic import Layer, Ledger
from course.runs import Run

_RUN = Run, "a run, such as runs.load('baseline') returns"
_ONE = {
    "title": (str, "a title in quotes"),
    "ledger": (Ledger, "a ledger, such as inspection.ledger_of(model) returns"),
    "convolution": ("Convolution", "a course.anatomy.Convolution"),
    "ceilings": ("Ceilings", "what benchmarks.ceilings() returns"),
    "ours": _RUN,
    "published": _RUN,
    **{
        name: (Mapping, f"a dict of {what} by name")
        for name, what in {
            "kernels": "kernels",
            "fields": "fields",
            "stages": "stages",
            "measured": "measurements",
            "rungs": "lists of runs",
            "others": "accuracies",
            "marks": "values",
        }.items()
    },
}
_SEVERAL = {
    "runs": _RUN,
    "layers": (Layer, "a layer of course.arithmetic, such as Conv2D(48, 3)"),
    "timings": ("Timing", "a timing, such as those of benchmarks.time_layers()"),
    "places": ("Place", "a place, such as those of challenge.board()"),
    "points": ("Point", "a point, such as those of experiments.load()"),
    "names": (str, "a name in quotes"),
}


def checked(draw):
    """Make a picture's function refuse an argument of another kind in a sentence, before it draws."""
    signature = inspect.signature(draw)

    @functools.wraps(draw)
    def checking(*args, **kwargs):
        given = signature.bind(*args, **kwargs)
        for name, value in given.arguments.items():
            if value is None and signature.parameters[name].default is None:
                continue
            if name in _ONE:
                check_kind(name, value, *_ONE[name])
            elif name in _SEVERAL:
                alone = [value] if isinstance(value, Run) else value
                given.arguments[name] = check_all(name, alone, *_SEVERAL[name])
            if name == "rungs":
                for rung, runs in value.items():
                    check_all(f"the rung {rung!r}", runs, *_RUN)
        return draw(*given.args, **given.kwargs)

    return checking
