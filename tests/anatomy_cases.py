"""Every convolution that the anatomy widget lets a learner choose, for the tests of the anatomy."""

import itertools

from course.anatomy import SETTINGS, Convolution, possible_groups
from course.widgets.convolution_anatomy.page import CHOICES


def every_convolution(kind):
    settings = [name for name in SETTINGS[kind] if name != "groups"]
    for values in itertools.product(*(CHOICES[name] for name in settings)):
        held = dict(zip(settings, values, strict=True))
        for groups in possible_groups(held["channels"], held["filters"]) if kind == "grouped" else (1,):
            yield Convolution(kind, **held, groups=groups)
