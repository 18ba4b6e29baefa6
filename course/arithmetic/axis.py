"""The recurrence: how a sliding window changes size, jump, receptive field and start.

Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019,
https://distill.pub/2019/computing-receptive-fields/. Height and width never mix, so each is an
`Axis` of its own.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Axis:
    """The height or the width of a layer's output, and what its units see of the image.

    Parameters
    ----------
    size : int
        Number of units along the axis.
    jump : int
        Distance between the centres of two neighbouring units' fields, in image pixels.
    receptive_field : int
        Length of image that can change one unit, in pixels. Padding around the image counts.
    start : float
        Where the field of unit 0 is centred: 0 is the middle of the first pixel.

    Used in notebook 02.
    """

    size: int
    jump: int = 1
    receptive_field: int = 1
    start: float = 0.0

    def window(self, kernel, stride=1, dilation=1, padding="valid"):
        """Return the axis after a window of `kernel` taps has moved over it.

        Parameters
        ----------
        kernel, stride, dilation : int
            In units of this axis.
        padding : str
            "valid": the window stays inside. "same": ceil(size / stride) positions, zeros added
            half before and half after, the odd one after, as TensorFlow does.

        Returns
        -------
        Axis
            Its `size` is below 1 when the window does not fit.
        """
        extent = (kernel - 1) * dilation + 1
        if padding == "same":
            size = -(-self.size // stride)
            before = max((size - 1) * stride + extent - self.size, 0) // 2
        else:
            size = (self.size - extent) // stride + 1
            before = 0
        return Axis(
            size,
            self.jump * stride,
            self.receptive_field + (extent - 1) * self.jump,
            self.start + ((extent - 1) / 2 - before) * self.jump,
        )

    def pad(self, before, after):
        """Return the axis with `before` and `after` units of zeros added at its ends."""
        return Axis(self.size + before + after, self.jump, self.receptive_field, self.start - before * self.jump)

    def gather(self):
        """Return the axis as one unit that sees them all: global pooling, or Flatten and Dense."""
        return self.window(self.size)
