"""The kit's own answers, under 100,000 parameters: for accuracy, with finer maps, and for the clock."""

import keras
from keras import layers

from course.models.published import CLASSES, IMAGE_SHAPE


def compact_100k():
    """Return a network of residual separable convolutions, for accuracy: 95,210 parameters.

    A standard convolution with 48 filters, then three stages with 48, 80 and 128 channels of 3, 4 and 2
    blocks. Each block adds to its maps what `_separable` makes of them. Between stages the map is halved and
    a 1x1 convolution sets the channels. Biases are left out wherever BatchNormalization, which has its own,
    follows.

    Returns
    -------
    keras.Model
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    return _compact("compact_100k", 48, [(48, 3), (80, 4), (128, 2)])


def compact_fine():
    """Return the same with maps that stay fine: 92,746 parameters.

    48 filters, then 3 blocks with 48 channels at 32x32 and 7 with 96 at 16x16, and no smaller maps: fewer
    parameters than `compact_100k`, and 1.4 times its multiplications.

    Returns
    -------
    keras.Model
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    return _compact("compact_fine", 48, [(48, 3), (96, 7)])


def compact_quick(residual=True):
    """Return the same in a shape made for the clock: 91,274 parameters.

    32 filters, then 1, 4 and 3 blocks with 32, 64 and 128 channels: as many parameters, but fewer of them
    where the maps are large, so little more than half the multiplications of `compact_100k`.

    Parameters
    ----------
    residual : bool
        Whether each block adds to its maps. If False, it hands on what it made of them alone.

    Returns
    -------
    keras.Model
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    return _compact("compact_quick", 32, [(32, 1), (64, 4), (128, 3)], residual)


def _compact(name, filters, stages, residual=True):
    images = keras.Input(IMAGE_SHAPE, name="images")
    maps = layers.Conv2D(filters, 3, padding="same", use_bias=False, name="stem_conv")(images)
    maps = layers.BatchNormalization(name="stem_norm")(maps)
    maps = layers.ReLU(name="stem_relu")(maps)
    for stage, (channels, blocks) in enumerate(stages, start=1):
        if stage > 1:
            maps = layers.MaxPooling2D(2, name=f"stage{stage}_pool")(maps)
            maps = layers.Conv2D(channels, 1, use_bias=False, name=f"stage{stage}_conv")(maps)
            maps = layers.BatchNormalization(name=f"stage{stage}_norm")(maps)
        for block in range(1, blocks + 1):
            made = _separable(maps, f"stage{stage}_block{block}")
            maps = layers.Add(name=f"stage{stage}_block{block}_add")([maps, made]) if residual else made
    maps = layers.ReLU(name="relu")(maps)
    maps = layers.GlobalAveragePooling2D(name="global_pool")(maps)
    probabilities = layers.Dense(CLASSES, activation="softmax", name="probabilities")(maps)
    return keras.Model(images, probabilities, name=name)


def _separable(maps, name):
    """Return a separable convolution of maps."""
    # The ReLU stands between the two convolutions and none after the sum: whatever a block learns, the maps
    # reach the next one unbent (He et al., "Identity Mappings in Deep Residual Networks", 2016).
    made = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depthwise")(maps)
    made = layers.BatchNormalization(name=f"{name}_norm1")(made)
    made = layers.ReLU(name=f"{name}_relu")(made)
    made = layers.Conv2D(maps.shape[-1], 1, use_bias=False, name=f"{name}_pointwise")(made)
    return layers.BatchNormalization(name=f"{name}_norm2")(made)
