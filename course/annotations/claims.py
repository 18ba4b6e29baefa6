"""What a learner wrote: one claim a layer, and everything that could not be read.
"""

from dataclasses import dataclass, replace

from course.arithmetic import Layer

IMAGE = -1


class ReadError(ValueError):
    """One sentence: what could not be read, and why."""


@dataclass(frozen=True)
class Operations:
    """A number of MACs or FLOPs as written.

    Parameters
    ----------
    value : int
    place : int
        What one step of the last digit written is worth: 10,000 for "0.44 M".
    per_mac : int
        1 for MACs, 2 for FLOPs.
    of_several : bool
        Whether the note may be on something else than this layer alone, for one image.
    """

    value: int
    place: int = 1
    per_mac: int = 1
    of_several: bool = False

    def is_of(self, true):
        """Return whether it is a number, rounded or cut off to what was written."""
        return 2 * abs(true - self.value) <= self.place or 0 < self.value <= true < self.value + self.place


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
    channels : int or None
        Where they are written apart from the size.
    entering : tuple of int or None
        The size of what goes in, written as a size is.
    macs : Operations or None
        MACs of this layer, or FLOPs.
    """

    size: tuple | None = None
    receptive_field: tuple | None = None
    parameters: int | None = None
    channels: int | None = None
    entering: tuple | None = None
    macs: Operations | None = None

    def __bool__(self):
        return any(getattr(self, each) is not None for each in self.__dataclass_fields__)

    def completed(self, other):
        """Return the claim with what it lacks taken from another, whose size may also say more."""
        mine, theirs = self.size or (), other.size or ()
        if len(mine) < len(theirs) > 1 and theirs[: len(mine)] == mine and theirs[0] == theirs[1]:
            return replace(self, size=theirs).completed(replace(other, size=None))
        return Claim(
            *(
                getattr(other if getattr(self, each) is None else self, each)
                for each in self.__dataclass_fields__
            )
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
    other : course.arithmetic.Layer or None
        Where something of it is not known: another layer that it might be as well. What differs
        between the two can't be judged.
    opaque : bool
        Whether it is a layer of the writer's own, taken to leave positions as they are.
    notes : tuple of int
        Lines on which its notes stand.
    others : tuple of tuple of (int or None)
        Where it can't be told which code before it runs: for each of its inputs what it might be as well, None
        for what is not read. Empty where there is no doubt.
    maybe : bool
        Whether it stands in code of which it can't be told that it runs, or how often.
    """

    kind: str
    layer: Layer | None
    name: str | None
    line: int | None
    source: str
    inputs: tuple
    claim: Claim = Claim()
    other: Layer | None = None
    opaque: bool = False
    notes: tuple = ()
    others: tuple = ()
    maybe: bool = False


@dataclass(frozen=True)
class Reading:
    """Everything found in a text.

    Parameters
    ----------
    layers : tuple of Noted
        In the order in which they are written.
    input_shape : tuple of int or None
        (height, width, channels) as far as it is known, with None for what is not; (features,) of a vector.
    parameters : tuple of int or None
        The totals claimed for the model.
    unread : tuple of str
        One sentence for each thing that could not be read: which line, what, why.
    remarks : tuple of str
        One sentence for each thing that was read one way and could mean another.
    name : str or None
        Of the model, as the text has it.
    line : int or None
        Where the model begins.
    is_summary : bool
    is_written : bool
        Whether the text itself says what goes into the model.
    """

    layers: tuple
    input_shape: tuple | None = None
    parameters: int | None = None
    unread: tuple = ()
    remarks: tuple = ()
    name: str | None = None
    line: int | None = None
    is_summary: bool = False
    is_written: bool = False
