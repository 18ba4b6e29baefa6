"""A chain of layers with something changed throughout: its numbers of channels, or a kind of layer."""

import keras
from keras import layers


def scaled(model, width=1.0, depth_multiplier=1):
    """Return a model with other numbers of channels.

    Parameters
    ----------
    model : keras.Sequential
    width : float
        Multiplies the filters and units of every layer but the last that has any; rounded, at least 1.
    depth_multiplier : int
        Of every separable layer.

    Returns
    -------
    keras.Sequential
        New and untrained, its layers named as the model's.

    Raises
    ------
    ValueError
        When a number is out of its range.

    Used in notebook 03.
    """
    if not 0 < width <= 8:
        raise ValueError(f"width is {width!r}; it must be above 0 and at most 8.")
    if depth_multiplier not in range(1, 9):
        raise ValueError(f"depth_multiplier is {depth_multiplier!r}; it must be a whole number from 1 to 8.")
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


def twin(model):
    """Return a model with a standard convolution in place of each separable one.

    Parameters
    ----------
    model : keras.Model

    Returns
    -------
    keras.Model
        New and untrained, its layers named as the model's.

    Used in notebook 03.
    """

    def changed(layer):
        config = layer.get_config()
        if not isinstance(layer, layers.SeparableConv2D):
            return type(layer).from_config(config)
        shared = ("name", "filters", "kernel_size", "strides", "padding", "dilation_rate", "activation", "use_bias")
        return layers.Conv2D(**{key: config[key] for key in shared})

    return keras.models.clone_model(model, clone_function=changed)


def without(model, *kinds):
    """Return a model without its layers of some kinds.

    Parameters
    ----------
    model : keras.Sequential
    *kinds : str
        Keras class names, such as "Dropout".

    Returns
    -------
    keras.Sequential
        New and untrained, its layers named as the model's.

    Raises
    ------
    ValueError
        When the model has no layer of a kind.

    Used in notebook 03.
    """
    held = {type(layer).__name__ for layer in model.layers}
    if missing := [kind for kind in kinds if kind not in held]:
        raise ValueError(f"{model.name} has no {missing[0]} layer: it has {', '.join(sorted(held))}.")
    kept = [layer for layer in model.layers if type(layer).__name__ not in kinds]
    return keras.Sequential(
        [keras.Input(model.input_shape[1:]), *(type(layer).from_config(layer.get_config()) for layer in kept)],
        name=model.name,
    )
