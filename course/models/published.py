"""The network to beat, and the final models of the two published reports.

Each is built once it is whole: after a `keras.Input`, every `add` would build anew what is there.
"""

import keras
from keras import layers

IMAGE_SHAPE = (32, 32, 3)
CLASSES = 10


def baseline():
    """Return the assignment's base network: 1,172,410 parameters, about 82 % on CIFAR-10.

    Three blocks of two 3x3 convolutions, pooling and dropout with 48, 96 and 192 filters, then
    three Dense layers. No BatchNormalization.

    Returns
    -------
    keras.Sequential
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    model = keras.Sequential(name="baseline")
    for block, filters in enumerate([48, 96, 192], start=1):
        name = f"block{block}"
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv1"))
        model.add(layers.Conv2D(filters, 3, activation="relu", name=f"{name}_conv2"))
        model.add(layers.MaxPooling2D(2, name=f"{name}_pool"))
        model.add(layers.Dropout(0.25, name=f"{name}_dropout"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(512, activation="relu", name="dense1"))
    model.add(layers.Dropout(0.5, name="dense1_dropout"))
    model.add(layers.Dense(256, activation="relu", name="dense2"))
    model.add(layers.Dropout(0.5, name="dense2_dropout"))
    model.add(layers.Dense(CLASSES, activation="softmax", name="probabilities"))
    model.build((None, *IMAGE_SHAPE))
    return model


def separable_65k():
    """Return the final model of document 000: 65,101 parameters, 84.65 % after 50 epochs.

    Eight separable convolutions and one 1x1 convolution, ending in global average pooling. The
    last convolution has a ReLU before the softmax, as published.

    Returns
    -------
    keras.Sequential
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    model = keras.Sequential(name="separable_65k")

    model.add(layers.SeparableConv2D(64, 3, padding="same", activation="relu", name="block1_conv1"))
    model.add(layers.BatchNormalization(name="block1_norm1"))
    model.add(layers.SeparableConv2D(64, 3, activation="relu", name="block1_conv2"))
    model.add(layers.BatchNormalization(name="block1_norm2"))
    model.add(layers.Dropout(0.1, name="block1_dropout2"))
    model.add(layers.SeparableConv2D(128, 3, padding="same", activation="relu", name="block1_conv3"))
    model.add(layers.BatchNormalization(name="block1_norm3"))
    model.add(layers.Dropout(0.1, name="block1_dropout3"))
    model.add(layers.MaxPooling2D(2, name="block1_pool"))

    model.add(layers.Conv2D(64, 1, activation="relu", name="block2_conv1"))
    model.add(layers.BatchNormalization(name="block2_norm1"))
    model.add(layers.Dropout(0.1, name="block2_dropout1"))
    model.add(layers.SeparableConv2D(96, 3, padding="same", activation="relu", name="block2_conv2"))
    model.add(layers.BatchNormalization(name="block2_norm2"))
    model.add(layers.Dropout(0.1, name="block2_dropout2"))
    model.add(layers.SeparableConv2D(128, 3, activation="relu", name="block2_conv3"))
    model.add(layers.BatchNormalization(name="block2_norm3"))
    model.add(layers.Dropout(0.15, name="block2_dropout3"))
    model.add(layers.MaxPooling2D(2, name="block2_pool"))

    model.add(layers.SeparableConv2D(128, 3, activation="relu", name="block3_conv1"))
    model.add(layers.BatchNormalization(name="block3_norm1"))
    model.add(layers.Dropout(0.15, name="block3_dropout1"))
    model.add(layers.SeparableConv2D(CLASSES, 3, activation="relu", name="block3_conv2"))
    model.add(layers.BatchNormalization(name="block3_norm2"))
    model.add(layers.GlobalAveragePooling2D(name="global_pool"))
    model.add(layers.Activation("softmax", name="probabilities"))
    model.build((None, *IMAGE_SHAPE))
    return model


def separable_99k():
    """Return the final model of document 002: 98,887 parameters, 77.42 % after 50 epochs.

    Six separable convolutions, then Flatten and two Dense layers. The report prints the layer
    shapes and parameter counts, which fix kernels and padding. It does not print activations or
    dropout rates: ReLU, and dropout of 0.25 among the convolutions and 0.5 in the head, follow the
    baseline.

    Returns
    -------
    keras.Sequential
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    model = keras.Sequential(name="separable_99k")
    for block, filters in enumerate([32, 64, 128], start=1):
        name = f"block{block}"
        for i in (1, 2):
            model.add(
                layers.SeparableConv2D(filters, 3, padding="same", activation="relu", name=f"{name}_conv{i}")
            )
            model.add(layers.BatchNormalization(name=f"{name}_norm{i}"))
            if (block, i) == (1, 1):
                model.add(layers.Dropout(0.25, name="block1_dropout1"))
        model.add(layers.MaxPooling2D(2, name=f"{name}_pool"))
        model.add(layers.Dropout(0.25, name=f"{name}_dropout"))
    model.add(layers.Flatten(name="flatten"))
    model.add(layers.Dense(30, activation="relu", name="dense1"))
    model.add(layers.BatchNormalization(name="dense1_norm"))
    model.add(layers.Dropout(0.5, name="dense1_dropout"))
    model.add(layers.Dense(CLASSES, activation="softmax", name="probabilities"))
    model.build((None, *IMAGE_SHAPE))
    return model
