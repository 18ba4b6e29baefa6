"""A network with something changed throughout: its numbers of channels, or a kind of layer."""

import keras
from keras import layers

from course.costs import check_scaling


def scaled(model, width=1.0, depth_multiplier=1):
    """Return a model with other numbers of channels.

    `course.costs.scaled` does the same to a ledger, without building anything.

    Parameters
    ----------
    model : keras.Model
    width : float
        Multiplies the filters and units of every layer but the last that has any; rounded, at least 1.
    depth_multiplier : int
        Of every separable layer.

    Returns
    -------
    keras.Model
        New and untrained, its layers named as the model's.

    Raises
    ------
    ValueError
        When a number is out of its range.
    """
    check_scaling(width, depth_multiplier)
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
        One without separable convolutions is copied.

    Returns
    -------
    keras.Model
        New and untrained, its layers named as the model's.
    """
    shared = (
        "name", "filters", "kernel_size", "strides", "padding", "dilation_rate", "activation", "use_bias",
    )  # fmt: skip

    def changed(layer):
        config = layer.get_config()
        if not isinstance(layer, layers.SeparableConv2D):
            return type(layer).from_config(config)
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
        When the model has no layer of a kind, or is not Sequential.
    """
    if not isinstance(model, keras.Sequential):
        raise ValueError(f"{model.name} is not Sequential: its layers may branch, so none can be left out.")
    held = {type(layer).__name__ for layer in model.layers}
    if missing := [kind for kind in kinds if kind not in held]:
        raise ValueError(f"{model.name} has no {missing[0]} layer: it has {', '.join(sorted(held))}.")
    kept = [layer for layer in model.layers if type(layer).__name__ not in kinds]
    return keras.Sequential(
        [keras.Input(model.input_shape[1:]), *(type(layer).from_config(layer.get_config()) for layer in kept)],
        name=model.name,
    )


def pooled(model):
    """Return a model with global average pooling and one Dense layer in place of Flatten and what follows.

    Parameters
    ----------
    model : keras.Sequential
        One with a Flatten layer.

    Returns
    -------
    keras.Sequential
        New and untrained, its layers before Flatten named as the model's.

    Raises
    ------
    ValueError
        When the model has no Flatten layer, or is not Sequential.
    """
    if not isinstance(model, keras.Sequential):
        raise ValueError(f"{model.name} is not Sequential: its layers may branch, so its head can't be replaced.")
    places = [place for place, layer in enumerate(model.layers) if isinstance(layer, layers.Flatten)]
    if not places:
        raise ValueError(f"{model.name} has no Flatten layer: there is no head to replace.")
    last = model.layers[-1]
    return keras.Sequential(
        [
            keras.Input(model.input_shape[1:]),
            *(type(layer).from_config(layer.get_config()) for layer in model.layers[: places[0]]),
            layers.GlobalAveragePooling2D(name="global_pool"),
            layers.Dense(model.output_shape[-1], activation="softmax", name=last.name),
        ],
        name=model.name,
    )


def without_activation(model, name):
    """Return a model in which one layer's outputs pass on as they are.

    Parameters
    ----------
    model : keras.Model
    name : str
        The layer's name.

    Returns
    -------
    keras.Model
        New and untrained, its layers named as the model's.

    Raises
    ------
    ValueError
        When there is no such layer, or it has no activation of its own.
    """
    held = [layer.name for layer in model.layers if layer.get_config().get("activation", "linear") != "linear"]
    if name not in held:
        raise ValueError(f"{model.name} has no layer {name!r} with an activation: it has {', '.join(held)}.")

    def changed(layer):
        config = layer.get_config()
        if layer.name == name:
            config["activation"] = "linear"
        return type(layer).from_config(config)

    return keras.models.clone_model(model, clone_function=changed)
