"""A network as JSON, and back, for entries that come from other people's machines."""

import sys
from copy import deepcopy
from math import prod

import numpy as np

from course._quiet import import_keras
from course.arithmetic import LAYERS, POINTWISE
from course.challenge.building import BuildError, guarded
from course.models import IMAGE_SHAPE as IMAGE

keras = import_keras()

SECONDS = 60
# What a configuration may name, besides layers. None of these runs code of the file's own.
_HARMLESS = (
    keras.initializers.Initializer,
    keras.regularizers.Regularizer,
    keras.constraints.Constraint,
    keras.DTypePolicy,
)
_NETWORKS = ("Sequential", "Functional", "Model")
_MARKS = ("__keras_tensor__", "__tuple__")
_OPERATIONS = ("keras.src.ops.", "keras.src.activations.")  # an activation that is called is one of the latter
_CONSTANTS = prod(IMAGE)  # at most in one array: more would be weights that nobody counts


def described(model, name=None):
    """Return a model's configuration for JSON, without weights and without what it was compiled with.

    Parameters
    ----------
    model : keras.Model
    name : str, optional
        What the rebuilt model is called, instead of the model's own name.

    Returns
    -------
    dict
    """
    config = keras.saving.serialize_keras_object(model)
    config.pop("compile_config", None)
    if name is not None:
        config["config"] = {**config["config"], "name": name}
    return config


def rebuilt(config, seed=None):
    """Return the network of a configuration, with new weights.

    Only layers that the kit knows, Keras's own initializers, regularizers and constraints, Keras's
    operations on tensors, and arrays of a few numbers are built. Anything else a file might name is refused
    before it is looked up.

    Parameters
    ----------
    config : dict
        As `described` returns it.
    seed : int, optional
        Fixes the weights.

    Returns
    -------
    keras.Model

    Raises
    ------
    BuildError
        When it names something else, or can't be built.
    """
    if not isinstance(config, dict):
        raise BuildError("Its configuration is none of a network.")
    _check(config)

    def build():
        if seed is not None:
            keras.utils.set_random_seed(seed)
        # A copy, for Keras takes a functional model's configuration apart while it reads it.
        return keras.saving.deserialize_keras_object(deepcopy(config))

    model = guarded(build, SECONDS, "The network's configuration")
    if not isinstance(model, keras.Model):
        raise BuildError("Its configuration is none of a network.")
    return model


def _check(part):
    """Refuse a part of a configuration that names what is not known to be harmless."""
    if isinstance(part, (list, tuple)):
        for each in part:
            _check(each)
    elif function := _function(part):
        raise BuildError(
            f"It holds {function}, which no configuration can hold: take one of Keras's own and write its name "
            'in quotes, such as "softmax".'
        )
    elif isinstance(part, dict) and part.get("class_name") == "__tensor__":
        raise BuildError(
            "It holds a tensor of yours, which training would never change: write it as a NumPy array, such as "
            "x * np.array([0.5, 1, 2]), or take a layer that learns it."
        )
    elif isinstance(part, dict) and part.get("class_name") == "__numpy__" and part.get("module") is None:
        if wrong := _wrong_array(part.get("config")):
            raise BuildError(f"It holds an array {wrong}: a network may hold one of up to {_CONSTANTS:,} numbers.")
    elif isinstance(part, dict):
        if "class_name" in part and not _known(part):
            raise BuildError(
                f"Its configuration names {part.get('module')}.{part['class_name']}, which is nothing "
                "that a network of this kit is made of."
            )
        for each in part.values():
            _check(each)


def _wrong_array(config):
    """Return what is wrong with the array of a configuration, "" where nothing is."""
    try:
        values, kind = np.asarray(config["value"]), np.dtype(config["dtype"]).kind
    except (KeyError, TypeError, ValueError):  # rows of unequal length, or a file of another maker
        return "that can't be read"
    if kind not in "biuf" or values.dtype.kind not in "biuf":
        return "of something else than numbers"
    return f"of {values.size:,} numbers" if values.size > _CONSTANTS else ""


def _function(part):
    """Return what a function in a configuration is called, "" for anything else."""
    if not isinstance(part, dict):
        return ""
    value = part.get("value")
    # Keras writes a lambda as its code, a constant that weights begin with as a number.
    is_code = isinstance(value, tuple | list) and len(value) > 0 and isinstance(value[0], str)
    if part.get("class_name") == "__lambda__" or is_code:
        return "a lambda"
    return f"the function {part.get('config')}" if part.get("class_name") == "function" else ""


def _known(part):
    name, module = part["class_name"], part.get("module")
    if module is None:
        return name in _MARKS
    if not (isinstance(name, str) and isinstance(module, str) and module.split(".")[0] == "keras"):
        return False
    if module == "keras.layers":
        return name in LAYERS or name in POINTWISE or name == "InputLayer"
    if name in _NETWORKS:
        return module == "keras" or module.startswith("keras.src.models.")
    found = getattr(sys.modules.get(module), name, None)  # imports nothing
    if not isinstance(found, type):
        return False
    is_operation = module.startswith(_OPERATIONS) and issubclass(found, keras.Operation)
    return is_operation or issubclass(found, _HARMLESS)
