"""The kit's own answers, under 100,000 parameters: one for accuracy, one for the clock."""

import keras
from keras import layers

from course.models.published import CLASSES, IMAGE_SHAPE


def compact_100k():
    """Return a network of residual separable convolutions: 95,210 parameters.

    A standard convolution, then three stages with 48, 80 and 128 channels of 3, 4 and 2 blocks, each as
    `_residual` makes it. Between stages the map is halved and a 1x1 convolution sets the channels. Biases
    are left out wherever BatchNormalization, which has its own, follows.

    Returns
    -------
    keras.Model
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    maps = _standard(images, 48, "stem")
    for stage, (channels, blocks) in enumerate([(48, 3), (80, 4), (128, 2)], start=1):
        if stage > 1:
            maps = layers.MaxPooling2D(2, name=f"stage{stage}_pool")(maps)
            maps = layers.Conv2D(channels, 1, use_bias=False, name=f"stage{stage}_conv")(maps)
            maps = layers.BatchNormalization(name=f"stage{stage}_norm")(maps)
        for block in range(1, blocks + 1):
            maps = _residual(maps, f"stage{stage}_block{block}")
    maps = layers.ReLU(name="relu")(maps)
    maps = layers.GlobalAveragePooling2D(name="global_pool")(maps)
    probabilities = layers.Dense(CLASSES, activation="softmax", name="probabilities")(maps)
    return keras.Model(images, probabilities, name="compact_100k")


def _residual(maps, name):
    """Add to maps what a separable convolution makes of them."""
    # The ReLU stands between the two convolutions and none after the sum: whatever a block learns, the maps
    # reach the next one unbent (He et al., "Identity Mappings in Deep Residual Networks", 2016).
    made = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depthwise")(maps)
    made = layers.BatchNormalization(name=f"{name}_norm1")(made)
    made = layers.ReLU(name=f"{name}_relu")(made)
    made = layers.Conv2D(maps.shape[-1], 1, use_bias=False, name=f"{name}_pointwise")(made)
    made = layers.BatchNormalization(name=f"{name}_norm2")(made)
    return layers.Add(name=f"{name}_add")([maps, made])


def compact_quick():
    """Return a network of few and standard convolutions, made for the clock: 94,202 parameters.

    A stem, then two stages with 48 and 64 channels of two convolutions each, of which the second adds to
    what the first made. The maps are halved early and all channels but the image's are multiples of 16, so
    a step costs about a fifth of one of `separable_65k`: it moves less, and what it does suits processors.

    Returns
    -------
    keras.Model
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    images = keras.Input(IMAGE_SHAPE, name="images")
    maps = _standard(images, 16, "stem")
    for stage, channels in enumerate([48, 64], start=1):
        maps = layers.MaxPooling2D(2, name=f"stage{stage}_pool")(maps)
        maps = _standard(maps, channels, f"stage{stage}_first")
        more = _standard(maps, channels, f"stage{stage}_second")
        maps = layers.Add(name=f"stage{stage}_add")([maps, more])
    maps = layers.GlobalAveragePooling2D(name="global_pool")(maps)
    probabilities = layers.Dense(CLASSES, activation="softmax", name="probabilities")(maps)
    return keras.Model(images, probabilities, name="compact_quick")


def _standard(maps, channels, name):
    """Return what a standard 3x3 convolution makes of maps, normalised, without what is below 0."""
    maps = layers.Conv2D(channels, 3, padding="same", use_bias=False, name=f"{name}_conv")(maps)
    maps = layers.BatchNormalization(name=f"{name}_norm")(maps)
    return layers.ReLU(name=f"{name}_relu")(maps)
