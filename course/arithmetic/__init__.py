"""What a network costs and sees, worked out with the standard library alone.

    from course.arithmetic import Conv2D, MaxPooling2D, ledger
    print(ledger([Conv2D(48, 3), MaxPooling2D(2)], input_shape=(32, 32, 3)))

Used in notebooks 01 to 05.
"""

from course.arithmetic.axis import Axis
from course.arithmetic.layer import Layer, LayerError
from course.arithmetic.layers import (
    LAYERS,
    Activation,
    BatchNormalization,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    ZeroPadding2D,
)
from course.arithmetic.ledger import Ledger, Row, ledger
from course.arithmetic.windows import (
    AveragePooling2D,
    Conv2D,
    DepthwiseConv2D,
    MaxPooling2D,
    SeparableConv2D,
)

__all__ = [
    "LAYERS",
    "Activation",
    "AveragePooling2D",
    "Axis",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "LayerError",
    "Ledger",
    "MaxPooling2D",
    "Row",
    "SeparableConv2D",
    "ZeroPadding2D",
    "ledger",
]
