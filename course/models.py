"""The kit's networks, as plain Keras layers that a learner could have typed.

`baseline` is the network the assignment asks to beat. `separable_65k` and `separable_99k` are the
final models of the two published reports, layer for layer. Used in notebooks 01 to 05.
"""

from course._quiet import import_keras

keras = import_keras()

from keras import layers  # noqa: E402  (after the quiet import)

IMAGE_SHAPE = (32, 32, 3)
CLASSES = 10


def baseline():
    """Return the assignment's base network: 1,172,410 parameters, about 82 % on CIFAR-10.

    Three blocks of two 3x3 convolutions, pooling and dropout with 48, 96 and 192 filters, then
    three Dense layers. No BatchNormalization. Used in notebook 01.

    Returns
    -------
    keras.Sequential
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    model = keras.Sequential(name="baseline")
    model.add(keras.Input(shape=IMAGE_SHAPE))
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
    return model


def separable_65k():
    """Return the final model of document 000: 65,101 parameters, 84.65 % after 50 epochs.

    Eight separable convolutions and one 1x1 convolution, ending in global average pooling. The
    last convolution has a ReLU before the softmax, as published. Used in notebooks 03 and 04.

    Returns
    -------
    keras.Sequential
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    model = keras.Sequential(name="separable_65k")
    model.add(keras.Input(shape=IMAGE_SHAPE))

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
    return model


def separable_99k():
    """Return the final model of document 002: 98,887 parameters, 77.42 % after 50 epochs.

    Six separable convolutions, then Flatten and two Dense layers. The report prints the layer
    shapes and parameter counts, which fix kernels and padding. It does not print activations or
    dropout rates: ReLU, and dropout of 0.25 among the convolutions and 0.5 in the head, follow the
    baseline.
    Used in notebooks 03 and 04.

    Returns
    -------
    keras.Sequential
        Built for images of shape (32, 32, 3) with values from 0 to 1; outputs 10 probabilities.
    """
    model = keras.Sequential(name="separable_99k")
    model.add(keras.Input(shape=IMAGE_SHAPE))
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
    return model


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
        When there are not so many blocks.

    Used in notebook 03.
    """
    if blocks not in range(4):
        raise ValueError(f"blocks is {blocks!r}; the baseline has three, so it must be 0, 1, 2 or 3.")
    model = keras.Sequential(name="separable_baseline")
    model.add(keras.Input(shape=IMAGE_SHAPE))
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
    return model


# The steps from the baseline to a compact network, each a change to the one before.
CONVERSION = {
    "baseline": {"blocks": 0},
    "block 3 separable": {"blocks": 1},
    "blocks 2 and 3 separable": {"blocks": 2},
    "all blocks separable": {"blocks": 3},
    "pooled head": {"blocks": 3, "pooled": True},
    "normalised": {"blocks": 3, "pooled": True, "normalised": True},
}

MODELS = {model.__name__: model for model in (baseline, separable_65k, separable_99k)}


def build(name, seed=0):
    """Return one of the kit's models, its initial weights fixed by a seed.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    seed : int
        Fixes the initial weights and the dropout masks.

    Returns
    -------
    keras.Sequential
        The built, uncompiled model.

    Raises
    ------
    ValueError
        When there is no model of that name.
    """
    if name not in MODELS:
        raise ValueError(f"There is no model {name!r}: choose one of {', '.join(MODELS)}.")
    keras.utils.set_random_seed(seed)
    return MODELS[name]()


def scaled(name, width=1.0, depth_multiplier=1):
    """Return one of the kit's models with other numbers of channels.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    width : float
        Multiplies the filters and units of every layer but the last that has any; rounded, at least 1.
    depth_multiplier : int
        Of every separable layer.

    Returns
    -------
    keras.Sequential
        The built, uncompiled model, its layers named as the model's.

    Raises
    ------
    ValueError
        When there is no such model, or a number is out of its range.

    Used in notebook 03.
    """
    if not 0 < width <= 8:
        raise ValueError(f"width is {width!r}; it must be above 0 and at most 8.")
    if depth_multiplier not in range(1, 9):
        raise ValueError(f"depth_multiplier is {depth_multiplier!r}; it must be a whole number from 1 to 8.")
    model = build(name)
    wide = [layer for layer in model.layers if hasattr(layer, "filters") or hasattr(layer, "units")]

    def changed(layer):
        config = layer.get_config()
        for key in ("filters", "units"):
            if key in config and layer is not wide[-1]:
                config[key] = max(1, round(width * config[key]))
        if isinstance(layer, layers.SeparableConv2D):
            config["depth_multiplier"] = depth_multiplier
        return type(layer).from_config(config)

    return keras.models.clone_model(model, clone_function=changed)
