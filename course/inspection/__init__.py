"""What a built Keras model costs and sees."""

from course.inspection.activations import Activations
from course.inspection.chain import chain_of
from course.inspection.effective import core, effective_field, footprint, spread
from course.inspection.reading import ledger_of

__all__ = ["Activations", "chain_of", "core", "effective_field", "footprint", "ledger_of", "spread"]
