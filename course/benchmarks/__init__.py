"""How fast this machine runs layers and networks, and the two ceilings of its roofline.

    from course.benchmarks import time_layers
    time_layers([(32, 64)], ["standard", "separable"])

The kit's own record was made on an otherwise idle machine with `python -m course record layer_timings`.
"""

from course.benchmarks.measuring import (
    BATCH,
    DIRECT,
    KINDS,
    SHAPES,
    ceilings,
    time_groups,
    time_layers,
    time_networks,
)
from course.benchmarks.record import MULTIPLIERS, RECORD, WIDTHS, Ceilings, Timing, load, save, scaled_name
from course.benchmarks.taking import take

__all__ = [
    "BATCH",
    "DIRECT",
    "KINDS",
    "MULTIPLIERS",
    "RECORD",
    "SHAPES",
    "WIDTHS",
    "Ceilings",
    "Timing",
    "ceilings",
    "load",
    "save",
    "scaled_name",
    "take",
    "time_groups",
    "time_layers",
    "time_networks",
]
