"""What a built Keras model costs and sees. Used in notebooks 01 to 05."""

from course.inspection.reading import ledger_of

__all__ = ["ledger_of"]
