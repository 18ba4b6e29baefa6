"""What a record says of a run before its first step."""

import hashlib
import json
from dataclasses import asdict

from course import runs
from course.training.accelerate import accelerated


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
        "layers": _fingerprint(model),
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
    """Return 16 hex digits of all that layers are set to, but for their names, which Keras may number."""
    kept = []
    for layer in model.layers:
        try:
            config = {key: value for key, value in layer.get_config().items() if key != "name"}
        except NotImplementedError:  # a layer of the learner's own
            config = None
        kept.append((type(layer).__name__, config))
    # What JSON has no words for may call itself by its place in memory, so only its type counts.
    words = json.dumps(kept, sort_keys=True, default=lambda thing: type(thing).__name__)
    return hashlib.sha256(words.encode()).hexdigest()[:16]
