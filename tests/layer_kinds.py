"""An example of each kind of layer that the ledger reads, for tests that hold for all of them."""

from course._quiet import import_keras
from course.arithmetic import LAYERS, POINTWISE
from course.arithmetic.layer import JOINING

# What Keras is given to build one. A kind that needs nothing has nothing.
SETTINGS = {
    "Conv2D": {"filters": 6, "kernel_size": (3, 2), "strides": 2, "groups": 2},
    "SeparableConv2D": {"filters": 5, "kernel_size": 3, "depth_multiplier": 2},
    "DepthwiseConv2D": {"kernel_size": 3, "padding": "same", "depth_multiplier": 2},
    "Conv2DTranspose": {"filters": 3, "kernel_size": 3, "strides": 2},
    "MaxPooling2D": {"pool_size": 3, "strides": 2, "padding": "same"},
    "AveragePooling2D": {"pool_size": (1, 2)},
    "GlobalAveragePooling2D": {"keepdims": True},
    "GlobalMaxPooling2D": {},
    "UpSampling2D": {"size": (2, 1)},
    "ZeroPadding2D": {"padding": ((1, 0), (2, 3))},
    "Cropping2D": {"cropping": ((1, 0), (2, 3))},
    "BatchNormalization": {"scale": False},
    "LayerNormalization": {"axis": (2, 3)},
    "RMSNormalization": {},
    "UnitNormalization": {"axis": (1, 2)},
    "GroupNormalization": {"groups": 2},
    "Dropout": {"rate": 0.5},
    "Activation": {"activation": "tanh"},
    "Softmax": {"axis": (1, 2)},
    "PReLU": {"shared_axes": (1, 2)},
    "Flatten": {},
    "Reshape": {"target_shape": (9, -1)},
    "Dense": {"units": 3, "use_bias": False},
    "Add": {},
    "Subtract": {},
    "Multiply": {},
    "Average": {},
    "Maximum": {},
    "Minimum": {},
    "Concatenate": {"axis": -1},
    "ReLU": {"max_value": 6.0},
    "LeakyReLU": {},
    "ELU": {},
    "Rescaling": {"scale": 0.5, "offset": 1.0},
    "Identity": {},
    "GaussianNoise": {"stddev": 0.1},
    "GaussianDropout": {"rate": 0.5},
    "AlphaDropout": {"rate": 0.5},
    "SpatialDropout2D": {"rate": 0.5},
    "ActivityRegularization": {"l2": 0.1},
}
KINDS = (*LAYERS, *POINTWISE)


def joins(kind):
    """Return whether a layer of a kind joins paths."""
    return kind in LAYERS and LAYERS[kind].role == JOINING


def example(kind):
    """Return a Keras model of a convolution, or of two where paths are joined, and a layer of a kind behind."""
    keras = import_keras()
    image = keras.Input((9, 10, 2))
    paths = [keras.layers.Conv2D(4, size, padding="same")(image) for size in ((3, 3), (1, 5))]
    layer = getattr(keras.layers, kind)(**SETTINGS[kind], name="last")
    return keras.Model(image, layer(paths if joins(kind) else paths[0]))
