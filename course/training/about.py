"""What a record says of a run before its first step."""

import hashlib
import json
from dataclasses import asdict

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
    words = json.dumps(_steps(model), sort_keys=True, default=_in_words)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def _steps(model):
    """Return each call of a layer or an operation, in order: what it is, and the numbers of what it takes."""
    graph = getattr(model, "_functional", None) or model
    if not hasattr(graph, "_nodes_by_depth"):  # a class of the learner's own
        return [_settings(layer) for layer in model.layers]
    numbers = {id(tensor): number for number, tensor in enumerate(graph.inputs)}
    steps, called = [[list(tensor.shape) for tensor in graph.inputs]], {}
    for depth in sorted(graph._nodes_by_depth, reverse=True):
        for node in graph._nodes_by_depth[depth]:
            if node.is_input:
                continue
            arguments = node.arguments
            # An operation that is called again is the one of its first call.
            first = called.setdefault(id(node.operation), len(steps))
            which = _settings(node.operation) if first == len(steps) else first
            taken = [numbers[id(tensor)] for tensor in arguments.keras_tensors]
            steps.append([which, taken, arguments.args, arguments.kwargs])
            for tensor in node.outputs:
                numbers[id(tensor)] = len(numbers)
    return [*steps, [numbers[id(tensor)] for tensor in graph.outputs]]


def _settings(operation):
    kind = type(operation).__name__
    if isinstance(operation, keras.Model):
        return kind, _steps(operation)
    try:
        return kind, _nameless(operation.get_config())
    except Exception:  # a layer of the learner's own, or set to what Keras can't write, raises nearly anything
        return kind, None


def _nameless(config, of_layer=True):
    """Return a layer's configuration without its name, and without those of the layers in it."""
    if isinstance(config, list | tuple):
        return [_nameless(each, False) for each in config]
    if not isinstance(config, dict):
        return config
    holds_layer = config.get("module") == "keras.layers"
    return {
        str(key): _nameless(value, holds_layer and key == "config")
        for key, value in config.items()
        if not (of_layer and key == "name")
    }


def _in_words(thing):
    if isinstance(thing, np.ndarray | np.generic) or keras.ops.is_tensor(thing):
        return np.asarray(thing).tolist()
    # What JSON has no words for may call itself by its place in memory, so only its type counts.
    return repr(thing) if isinstance(thing, slice) else type(thing).__name__
