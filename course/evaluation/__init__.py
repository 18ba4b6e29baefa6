"""How far a measured accuracy can be trusted: chance, seeds, calibration, choices made on test images.

Accuracies, their errors and their differences are fractions, as in records: 0.01 is one point.
"""

from course.evaluation.errors import (
    Spread,
    last_accuracy,
    spread,
    standard_error,
    standard_error_of_difference,
)
from course.evaluation.predictions import (
    Calibration,
    ClassAccuracy,
    Comparison,
    Mistake,
    calibration,
    class_names,
    compare,
    confident_mistakes,
    per_class,
)
from course.evaluation.selection import Selection, expected_best, inflation, results, selection, summary

__all__ = [
    "Calibration",
    "ClassAccuracy",
    "Comparison",
    "Mistake",
    "Selection",
    "Spread",
    "calibration",
    "class_names",
    "compare",
    "confident_mistakes",
    "expected_best",
    "inflation",
    "last_accuracy",
    "per_class",
    "results",
    "selection",
    "spread",
    "standard_error",
    "standard_error_of_difference",
    "summary",
]
