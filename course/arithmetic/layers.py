"""Every layer the ledger reads, by the name of its Keras class.

A layer is a frozen dataclass, parameterised as Keras does it. It knows how it changes the two axes
of its input, how many parameters it holds and how many multiply-accumulates (MACs) it needs. MACs
are counted for convolutions and Dense layers; additions of a bias, pooling, normalisation and
activations are not counted, as is usual.
"""

from dataclasses import fields

from course.arithmetic.gathering import Dense, Flatten, GlobalAveragePooling2D, GlobalMaxPooling2D, Reshape
from course.arithmetic.layer import LayerError
from course.arithmetic.merging import Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract
from course.arithmetic.pointwise import (
    Activation,
    BatchNormalization,
    Dropout,
    GroupNormalization,
    LayerNormalization,
    Pointwise,
    PReLU,
    Softmax,
)
from course.arithmetic.resampling import Conv2DTranspose, Cropping2D, UpSampling2D, ZeroPadding2D
from course.arithmetic.windows import (
    AveragePooling2D,
    Conv2D,
    DepthwiseConv2D,
    MaxPooling2D,
    SeparableConv2D,
)

LAYERS = {
    layer.__name__: layer
    for layer in (
        Conv2D,
        SeparableConv2D,
        DepthwiseConv2D,
        Conv2DTranspose,
        MaxPooling2D,
        AveragePooling2D,
        GlobalAveragePooling2D,
        GlobalMaxPooling2D,
        ZeroPadding2D,
        Cropping2D,
        UpSampling2D,
        BatchNormalization,
        LayerNormalization,
        GroupNormalization,
        Dropout,
        Activation,
        Softmax,
        PReLU,
        Flatten,
        Reshape,
        Dense,
        Add,
        Subtract,
        Multiply,
        Average,
        Maximum,
        Minimum,
        Concatenate,
    )
}
# Layers that hold no parameters and, when the network is used, leave every unit in its place.
POINTWISE = (
    "ReLU",
    "LeakyReLU",
    "ELU",
    "Identity",
    "Rescaling",
    "GaussianNoise",
    "GaussianDropout",
    "AlphaDropout",
    "SpatialDropout2D",
    "ActivityRegularization",
)


def from_config(kind, config):
    """Return a layer from a Keras class name and the layer's `get_config()`.

    Parameters
    ----------
    kind : str
        One of `LAYERS` or `POINTWISE`.
    config : dict
        Keras's own keys; those that don't matter here are left out.

    Returns
    -------
    Layer

    Raises
    ------
    LayerError
        When the kind is not known, or its images have channels first.
    """
    if config.get("data_format") == "channels_first":
        raise LayerError("its images have channels first; build the model with channels last")
    if kind in POINTWISE:
        return Pointwise(keras_kind=kind, name=config.get("name"))
    if kind not in LAYERS:
        raise LayerError(f"a {kind} is not among the layers this ledger reads: {', '.join(LAYERS)}")
    given = {key: config[key] for key in wanted(kind) if key in config}
    if not isinstance(given.get("activation", ""), str):
        given["activation"] = "custom"
    return LAYERS[kind](**given)


def wanted(kind):
    """Return the keys of a Keras layer's configuration that a ledger needs."""
    return [f.name for f in fields(LAYERS[kind])] if kind in LAYERS else ["name"]
