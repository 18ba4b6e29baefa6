"""What a record says of a run before its first step."""

import base64
import hashlib
import json
import marshal
import warnings
from dataclasses import asdict
from types import CodeType

import numpy as np

from course import runs
from course._quiet import import_keras
from course.training.accelerate import accelerated

keras = import_keras()


def about(model, data, recipe, seed):
    """Return the `about` of a new record, as `train`'s arguments make it."""
    return {
        "model": model.name,
        "recipe": asdict(recipe),
        "seed": seed,
        "epochs": 0,
        "parameters": model.count_params(),
        "data": {
            "source": data.source,
            "fingerprint": data.fingerprint,
            "names": list(data.names),
            "train_images": len(data.train_images),
            "test_images": len(data.test_images),
        },
        "monitor": recipe.monitor,
        "accelerated": accelerated(model),
        "bfloat16": any(layer.compute_dtype == "bfloat16" for layer in model.layers),
        "network": _fingerprint(model),
        "published": False,
        "status": "running",
        **runs.made_on(),
        "cpu_seconds": 0.0,
        "wall_seconds": 0.0,
        "test_accuracy_last": None,
        "test_accuracy_best": None,
        "best_epoch": None,
    }


def _fingerprint(model):
    """Return 16 hex digits of all that layers are set to and how they are wired, but for names.

    Keras may number the names otherwise when the same model is built again.
    """
    words = json.dumps(_steps(model, {}), sort_keys=True, default=_in_words)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _steps(model, met):
    """Return each call of a layer or an operation, in order: what it is, and the numbers of what it takes."""
    graph = _graph(model)
    if graph is None:  # a class of the learner's own
        return [_settings(layer, met) for layer in model.layers]
    numbers = {id(tensor): number for number, tensor in enumerate(graph.inputs)}
    steps = [[[list(tensor.shape), tensor.dtype] for tensor in graph.inputs]]
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if node.is_input:
                continue
            arguments = node.arguments
            taken = [numbers[id(tensor)] for tensor in arguments.keras_tensors]
            steps.append([_settings(node.operation, met), taken, arguments.args, arguments.kwargs])
            for tensor in node.outputs:
                numbers[id(tensor)] = len(numbers)
    return [*steps, [numbers[id(tensor)] for tensor in graph.outputs]]


def _graph(operation):
    graph = getattr(operation, "_functional", None) or operation
    return graph if hasattr(graph, "_nodes_by_depth") else None


def _settings(operation, met):
    """Return what an operation is set to, or where it was met before, its number: it may be called again."""
    if id(operation) in met:
        return met[id(operation)]
    met[id(operation)] = len(met)
    kind = type(operation).__name__
    if _graph(operation) is not None:
        return kind, _steps(operation, met)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a lambda is no safe thing to load
            config = _nameless(operation.get_config())
    except Exception:  # a layer of the learner's own, or set to what Keras can't write, raises nearly anything
        config = None
    within = getattr(operation, "_flatten_layers", lambda **which: [])(include_self=False, recursive=False)
    return kind, config, [_settings(layer, met) for layer in within]


def _nameless(config, of_layer=True):
    """Return a layer's configuration without its name, and without those of the layers in it."""
    if isinstance(config, list | tuple):
        return [_nameless(each, False) for each in config]
    if not isinstance(config, dict):
        return config
    match config:
        # A lambda. Marshalled, it also names its file and its line, which a notebook's kernel makes up anew.
        case (
            {"value": (str(code), defaults, closure)}
            | {"code": str(code), "defaults": defaults, "closure": closure}
        ):
            return [marshal.loads(base64.b64decode(code)), defaults, closure]
    holds_layer = config.get("module") == "keras.layers"
    return {
        str(key): _nameless(value, holds_layer and key == "config")
        for key, value in config.items()
        if not (of_layer and key == "name")
    }


def _in_words(thing):
    if isinstance(thing, CodeType):
        return [thing.co_code.hex(), thing.co_names, thing.co_consts]
    if isinstance(thing, frozenset):
        return sorted(map(repr, thing))
    if isinstance(thing, np.ndarray | np.generic) or keras.ops.is_tensor(thing):
        return np.asarray(thing).tolist()
    # What JSON has no words for may call itself by its place in memory, so only its type counts.
    return repr(thing) if isinstance(thing, slice) else type(thing).__name__
