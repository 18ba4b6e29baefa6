"""What a network costs and what it sees, worked out with the standard library alone.

    from course.arithmetic import Conv2D, MaxPooling2D, ledger
    print(ledger([Conv2D(48, 3), MaxPooling2D(2)], input_shape=(32, 32, 3)))
"""

from course.arithmetic.axis import Axis
from course.arithmetic.gathering import Attention, Dense, Flatten, Reduction, Reshape, Unknown
from course.arithmetic.layer import KerasObject, Layer, LayerError
from course.arithmetic.layers import LAYERS, POINTWISE, from_config
from course.arithmetic.ledger import Ledger, ledger
from course.arithmetic.merging import Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract
from course.arithmetic.pointwise import (
    Activation,
    BatchNormalization,
    Dropout,
    GroupNormalization,
    LayerNormalization,
    Pointwise,
    PReLU,
    RMSNormalization,
    Softmax,
    UnitNormalization,
)
from course.arithmetic.resampling import Conv2DTranspose, Cropping2D, UpSampling2D, ZeroPadding2D
from course.arithmetic.row import Row
from course.arithmetic.windows import (
    AveragePooling2D,
    Conv2D,
    DepthwiseConv2D,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    MaxPooling2D,
    SeparableConv2D,
)

__all__ = [
    "LAYERS",
    "POINTWISE",
    "Attention",
    "Axis",
    "KerasObject",
    "Layer",
    "LayerError",
    "Ledger",
    "Pointwise",
    "Reduction",
    "Row",
    "Unknown",
    "from_config",
    "ledger",
    "Activation",
    "Add",
    "Average",
    "AveragePooling2D",
    "BatchNormalization",
    "Concatenate",
    "Conv2D",
    "Conv2DTranspose",
    "Cropping2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "GroupNormalization",
    "LayerNormalization",
    "Maximum",
    "MaxPooling2D",
    "Minimum",
    "Multiply",
    "PReLU",
    "RMSNormalization",
    "Reshape",
    "SeparableConv2D",
    "Softmax",
    "Subtract",
    "UnitNormalization",
    "UpSampling2D",
    "ZeroPadding2D",
]
