"""Read a Keras model that is a chain into layers that hold all that Keras was told of them."""

import inspect
import warnings
from dataclasses import replace
from operator import attrgetter

from course._quiet import import_keras
from course.arithmetic import POINTWISE, KerasObject, LayerError
from course.arithmetic.layer import Named, plain
from course.arithmetic.layers import wanted
from course.inspection.reading import followed

SHARED = "and in the explorer each call has weights of its own."
_ELSEWHERE = "The field viewer shows any model."
_CUSTOM = "custom"


def chain_of(model):
    """Return the layers of a built Keras model that is a chain, each with its `settings`.

    Parameters
    ----------
    model : keras.Model
        Models within it are taken apart, as `ledger_of` does.

    Returns
    -------
    tuple of course.arithmetic.Layer

    Raises
    ------
    LayerError
        When `ledger_of` raises one, or the model branches or calls a layer with weights more than once.
    """
    walk, _ = followed(model)
    last = len(walk.layers) - 1
    if any(taken != (number - 1,) for number, taken in enumerate(walk.inputs)) or {*walk.outputs} - {last}:
        raise LayerError(f"{model.name} branches, and the explorer edits chains only. {_ELSEWHERE}")
    layers = []
    for layer, operation, weights in zip(walk.layers, walk.operations, walk.weights, strict=True):
        if weights is None and getattr(operation, "weights", ()):
            raise LayerError(f"{model.name} calls {layer.name} more than once, {SHARED} {_ELSEWHERE}")
        if weights is None:  # no two layers may have one name
            layer = replace(layer, name=None)
        layers.append(replace(layer, settings=(*layer.settings, *_others(layer, operation))))
    return tuple(layers)


def _others(layer, operation):
    """Return what else a Keras layer is set to than `course.arithmetic` reads, where that is not the default."""
    if not hasattr(operation, "weights") or (isinstance(layer, Named) and layer.kind not in POINTWISE):
        return ()  # an operation of keras.ops, or one of which no setting is read
    read = {*wanted(layer.kind), "data_format"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a lambda, which is told by "custom"
        chosen = _chosen(type(operation), _config(operation), operation)
        return tuple((key, value) for key, value in chosen if key not in read)


def _config(layer):
    try:
        return layer.get_config()
    except NotImplementedError:  # of kinds without a get_config of their own, where no plain number was given
        names, written = inspect.signature(type(layer).__init__).parameters, import_keras().saving
        config = {name: getattr(layer, name) for name in (*names, "trainable") if hasattr(layer, name)}
        objects = {"dtype": layer.dtype_policy, "activity_regularizer": layer.activity_regularizer}
        return config | {key: written.serialize_keras_object(each) for key, each in objects.items()}


def _chosen(kind, config, made=None):
    """Yield (key, value) for what a configuration of a Keras class holds and one with its defaults does not."""
    parameters = inspect.signature(kind.__init__).parameters.values()
    needed = {each.name for each in parameters if each.default is each.empty} & {*config}
    usual = kind(**{key: plain(getattr(made, key, config[key])) for key in needed}).get_config()
    for key, value in config.items():
        written = _written(value)
        if key in needed or written != _written(usual.get(key)):
            yield key, written


def _written(value):
    """Return a part of a configuration as a layer's `settings` hold it."""
    value = plain(value)
    if isinstance(value, tuple):
        parts = tuple(map(_written, value))
        return _CUSTOM if _CUSTOM in parts else parts
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return _object(value) if isinstance(value, dict) else _CUSTOM


def _object(config):
    module, *inner = str(config.get("module")).split(".")
    if module != "keras" or config.get("registered_name"):
        return _CUSTOM
    path = ".".join((*inner, config["class_name"]))
    try:
        settings = tuple(_chosen(attrgetter(path)(import_keras()), config["config"]))
    except (AttributeError, TypeError, ValueError):
        return _CUSTOM
    return _CUSTOM if _CUSTOM in dict(settings).values() else KerasObject(path, settings)
