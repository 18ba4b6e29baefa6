"""From the baseline to a compact network, one change at a time."""

import keras
from keras import layers

from course.models.published import CLASSES, IMAGE_SHAPE


def separable_baseline(blocks=3, pooled=False, normalised=False):
    """Return the baseline with some of its blocks made separable: the way from large to compact, in steps.

    Parameters
    ----------
    blocks : int
        How many of the three blocks are separable, from 0 to 3, counted from the last one.
    pooled : bool
        Whether global average pooling takes the place of Flatten and the two hidden Dense layers.
    normalised : bool
        Whether BatchNormalization follows each convolution.

    Returns
    -------
    keras.Sequential
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.

    Raises
    ------
    ValueError
        When blocks is not 0, 1, 2 or 3.
    """
    if blocks not in range(4):
        raise ValueError(f"blocks is {blocks!r}; the baseline has three, so it must be 0, 1, 2 or 3.")
    model = keras.Sequential(name="separable_baseline")
    for block, filters in enumerate([48, 96, 192], start=1):
        convolution = layers.SeparableConv2D if block > 3 - blocks else layers.Conv2D
        for number, padding in enumerate(["same", "valid"], start=1):
            name = f"block{block}_conv{number}"
            model.add(convolution(filters, 3, padding=padding, activation="relu", name=name))
            if normalised:
                model.add(layers.BatchNormalization(name=f"block{block}_norm{number}"))
        model.add(layers.MaxPooling2D(2, name=f"block{block}_pool"))
        model.add(layers.Dropout(0.25, name=f"block{block}_dropout"))
    if pooled:
        model.add(layers.GlobalAveragePooling2D(name="global_pool"))
    else:
        model.add(layers.Flatten(name="flatten"))
        for number, units in enumerate([512, 256], start=1):
            model.add(layers.Dense(units, activation="relu", name=f"dense{number}"))
            model.add(layers.Dropout(0.5, name=f"dense{number}_dropout"))
    model.add(layers.Dense(CLASSES, activation="softmax", name="probabilities"))
    model.build((None, *IMAGE_SHAPE))
    return model


# The steps from the baseline to a compact network, each a change to the one before.
CONVERSION = {
    "baseline": {"blocks": 0},
    "normalised": {"blocks": 0, "normalised": True},
    "block 3 separable": {"blocks": 1, "normalised": True},
    "blocks 2 and 3 separable": {"blocks": 2, "normalised": True},
    "all blocks separable": {"blocks": 3, "normalised": True},
    "pooled head": {"blocks": 3, "normalised": True, "pooled": True},
}
