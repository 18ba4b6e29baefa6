"""One value taken apart: which inputs feed it, and the numbers that make it.

`terms` does it for a convolution over a patch, in small whole numbers that a reader can follow; `unit_steps` for
a unit of a trained network. Needs NumPy alone.
"""

from course.anatomy.convolution import (
    KINDS,
    SETTINGS,
    Convolution,
    Term,
    multiplications,
    output_map,
    possible_groups,
    terms,
)
from course.anatomy.patch import BRIGHTEST, MAPS, SIDE, patch_of
from course.anatomy.unit import FOLDED, Activated, Kept, Normalised, Pooled, Weighed, unit_steps

__all__ = [
    "Activated",
    "BRIGHTEST",
    "Convolution",
    "FOLDED",
    "KINDS",
    "Kept",
    "MAPS",
    "SETTINGS",
    "Normalised",
    "Pooled",
    "SIDE",
    "Term",
    "Weighed",
    "multiplications",
    "output_map",
    "patch_of",
    "possible_groups",
    "terms",
    "unit_steps",
]
