"""One convolution taken apart: which inputs feed an output value, and the numbers that make it.

Values and weights are small whole numbers, so that a reader can follow them. Needs NumPy alone.
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

__all__ = [
    "BRIGHTEST",
    "Convolution",
    "KINDS",
    "MAPS",
    "SETTINGS",
    "SIDE",
    "Term",
    "multiplications",
    "output_map",
    "patch_of",
    "possible_groups",
    "terms",
]
