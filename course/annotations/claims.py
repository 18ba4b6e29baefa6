"""What a learner wrote: one claim a layer, and everything that could not be read.
"""

from dataclasses import dataclass

from course.arithmetic import Layer

IMAGE = -1


class ReadError(ValueError):
    """One sentence: what could not be read, and why."""


@dataclass(frozen=True)
class Claim:
    """What a note says about the output of one layer.

    Parameters
    ----------
    size : tuple of int or None
        As written: (height, width, channels), (height, width), (n,), or None where no size is written.
    receptive_field : tuple of int or None
        (height, width), in image pixels. "RF 5" and "RF 5x5" are both (5, 5).
    parameters : int or None
        Parameters of this layer.
    """

    size: tuple | None = None
    receptive_field: tuple | None = None
    parameters: int | None = None

    def __bool__(self):
        return (self.size, self.receptive_field, self.parameters) != (None, None, None)

    def completed(self, other):
        """Return the claim with what it lacks taken from another."""
        return Claim(
            self.size or other.size,
            self.receptive_field or other.receptive_field,
            other.parameters if self.parameters is None else self.parameters,
        )


@dataclass(frozen=True)
class Noted:
    """One layer as written, with what its note claims.

    Parameters
    ----------
    kind : str
        The class name as Keras 3 spells it.
    layer : course.arithmetic.Layer or None
        None where it could not be read; `Reading.unread` says why.
    name : str or None
        The `name=` it was given.
    line : int or None
        1-based line in the text; None in a summary.
    source : str
        The code of it, or its row in a summary.
    inputs : tuple of int
        Indices of the layers it takes; -1 is the image.
    claim : Claim
    """

    kind: str
    layer: Layer | None
    name: str | None
    line: int | None
    source: str
    inputs: tuple
    claim: Claim = Claim()


@dataclass(frozen=True)
class Reading:
    """Everything found in a text.

    Parameters
    ----------
    layers : tuple of Noted
        In the order in which they are written.
    input_shape : tuple of int or None
        (height, width, channels) as written in the code.
    parameters : int or None
        The total claimed for the model.
    unread : tuple of str
        One sentence for each thing that could not be read: which line, what, why.
    remarks : tuple of str
        One sentence for each thing that was read one way and could mean another.
    """

    layers: tuple
    input_shape: tuple | None = None
    parameters: int | None = None
    unread: tuple = ()
    remarks: tuple = ()
