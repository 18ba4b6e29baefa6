"""Entries: runs under a fixed protocol, with all that is needed to evaluate them again."""

import json
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from pathlib import Path

import numpy as np

from course import runs, training
from course._quiet import import_keras
from course.challenge.building import BuildError, built
from course.challenge.rules import check
from course.data import Dataset, split
from course.inspection import ledger_of

keras = import_keras()

PROTOCOLS = ("qualifier", "full")


@dataclass(frozen=True)
class Verdict:
    """Whether an entry is what it claims to be; `sentences` say what disagrees."""

    folder: Path
    sentences: tuple
    accuracy: float = None

    @property
    def ok(self):
        """Whether nothing disagrees."""
        return not self.sentences

    def __str__(self):
        if self.ok:
            return f"{self.folder.name}: verified, {100 * self.accuracy:.2f} %"
        return f"{self.folder.name}: refused. {' '.join(self.sentences)}"

    __repr__ = __str__


def qualify(source, data, seed=0, out=None, author=None, resume=False):
    """Train a model for the qualifier: about three minutes on two idle cores for `separable_65k`.

    It is judged on a tenth of the training images, held out; the test images are not looked at.

    Parameters
    ----------
    source : callable, keras.Model, course.widgets.stack.Stack or LayerExplorer
        What to train. It starts from fresh weights, and is itself left as it is.
    data : Dataset
    seed : int
        Fixes initial weights, order and augmentation.
    out : str or pathlib.Path, optional
        A folder for the entry; it can be verified and put on a board.
    author : str, optional
        Whose entry it is.
    resume : bool
        Go on with the entry in `out`.

    Returns
    -------
    Run
        Its "test" images are the held-out ones; `about["challenge"]` says so.

    Raises
    ------
    ValueError
        When a rule is broken, which is named, or as `training.train` does.
    """
    return _enter("qualifier", source, data, seed, out, author, resume)


def full(source, data, seed=0, out=None, author=None, resume=False):
    """Train a model for 50 epochs of the recipe "annealed", and read the test images once; else as `qualify`."""
    return _enter("full", source, data, seed, out, author, resume)


def _enter(protocol, source, data, seed, out, author, resume):
    found = check(source)
    if not found.ok:
        broken = "; ".join(f"{each.rule}: {each.found.rstrip('.')}" for each in found.broken)
        raise ValueError(f"The model breaks a rule of the challenge. {broken}.")
    config = found.model.to_json()
    keras.utils.set_random_seed(seed)
    model = keras.models.model_from_json(config)
    images, recipe = _images(data, protocol), _recipe(data, protocol)
    run = training.train(training.accelerate(model), images, recipe, seed=seed, out=out, resume=resume)
    run.about["challenge"] = {
        "protocol": protocol,
        "author": author,
        "images": data.source,
        "macs": sum(row.macs or 0 for row in ledger_of(model)),
        "config": json.loads(config),
    }
    if out is not None and run.epochs:
        runs.save(run, out)
    return run


def _images(data, protocol):
    """Return what a protocol trains and judges on; for the qualifier, without the test images."""
    if protocol == "full":
        return data
    kept, held_out = split(data.train_labels, held_out=len(data.train_labels) // 10)
    images, labels = data.train_images, data.train_labels
    source = f"{data.source}, judged on held-out training images"
    return Dataset(images[kept], labels[kept], images[held_out], labels[held_out], data.names, source)


def _recipe(data, protocol):
    if protocol == "full":
        return training.annealed
    # As many steps in all, however few images there are.
    recipe, most = training.qualifier, (len(data.train_images) * 9 // 10) // training.qualifier.batch_size
    if recipe.steps_per_epoch <= most or not most:
        return recipe
    return replace(recipe, steps_per_epoch=most, epochs=ceil(recipe.epochs * recipe.steps_per_epoch / most))


def verify(folder, data):
    """Rebuild an entry, evaluate its weights again, and compare with what it claims.

    Parameters
    ----------
    folder : str or pathlib.Path
        Holds run.json, epochs.csv, weights and predictions.
    data : Dataset
        The images that it was made with.

    Returns
    -------
    Verdict
        Each disagreement is a sentence; nothing is raised for a bad entry.
    """
    folder = Path(folder)
    refused = partial(Verdict, folder)
    try:
        run = runs.load(folder)
        entry, claimed = run.about["challenge"], run.about["test_accuracy_last"]
        protocol, config = entry["protocol"], entry["config"]
        if protocol not in PROTOCOLS or claimed is None or run.probabilities is None:
            raise ValueError("it is not complete")
        claimed, parameters = float(claimed), run.about["parameters"]
        fingerprint, recipe = run.about["data"]["fingerprint"], run.about["recipe"]["name"]
    except (ValueError, KeyError, TypeError) as why:
        return refused((f"It is no finished entry ({why}).",))
    images = _images(data, protocol)
    if fingerprint != images.fingerprint:
        return refused((f"It was made with other images ({entry.get('images')}), so it can't be verified with these.",))
    wanted = _recipe(data, protocol)
    if recipe != wanted.name or len(run.epochs) != wanted.epochs:
        return refused((f"Its {len(run.epochs)} epochs of {recipe} are not the {protocol}'s {wanted.epochs}.",))
    if stranger := _stranger(config):
        return refused((f"Its network holds {stranger}, which is no part of Keras and is not loaded.",))
    try:
        model = built(lambda: keras.models.model_from_json(json.dumps(config)))
    except BuildError as why:
        return refused((f"Its network can't be rebuilt. {why}",))
    wrong = [f"Rule broken: {each.rule}: {each.found}." for each in check(model).broken]
    if wrong:
        return refused(tuple(wrong))
    if model.count_params() != parameters:
        wrong.append(f"It claims {parameters:,} parameters, and its network has {model.count_params():,}.")
    macs = sum(row.macs or 0 for row in ledger_of(model))
    if entry.get("macs") != macs:
        wrong.append(f"It claims {entry.get('macs')} MACs, and its network does {macs}.")
    stored = float((run.probabilities.argmax(axis=1) == run.labels).mean())
    if not np.array_equal(run.labels, images.test_labels):
        return refused((*wrong, "The labels of its stored predictions are not those of the images."))
    if abs(stored - claimed) > 1e-9:
        wrong.append(f"It claims {100 * claimed:.2f} %, and its stored predictions reach {100 * stored:.2f} %.")
    if run.about.get("accelerated"):
        model = training.accelerate(model, bfloat16=bool(run.about.get("bfloat16")))
    try:
        model.load_weights(folder / "weights.weights.h5")
    except Exception as why:  # a broken file can raise nearly anything
        return refused((*wrong, f"Its weights don't fit its network ({type(why).__name__})."))
    again = training.predict(model, images.test_images)
    accuracy = float((again.argmax(axis=1) == images.test_labels).mean())
    # Machines round differently, bfloat16 most: a mean of 0.01 is far above that, and far below another network's.
    apart = float(np.abs(again - run.probabilities).mean())
    if not apart < 0.01:
        wrong.append(
            f"Evaluated again, its weights reach {100 * accuracy:.2f} %, and its probabilities are {apart:.3f} from "
            "the stored ones on average: weights, network or predictions were exchanged."
        )
    return refused(tuple(wrong), accuracy)


def _stranger(part):
    """Return the name of something in a model's configuration that is not Keras's own, or None."""
    if isinstance(part, list):
        return next(filter(None, map(_stranger, part)), None)
    if not isinstance(part, dict):
        return None
    module, kind = part.get("module", "keras"), part.get("class_name")
    if kind in ("Lambda", "__lambda__", "function"):
        return kind
    if module is not None and str(module).split(".")[0] not in ("keras", "builtins"):
        return f"{module}.{kind}"
    return next(filter(None, map(_stranger, part.values())), None)
