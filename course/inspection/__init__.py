"""What a built Keras model costs and sees. Used in notebooks 01 to 04."""

from course.inspection.effective import core, effective_field, footprint, spread
from course.inspection.reading import ledger_of

__all__ = ["core", "effective_field", "footprint", "ledger_of", "spread"]
