"""What compression costs: the same network, trained on original images and on what JPEG left of them."""

from dataclasses import replace
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from course import models, training
from course.data import Augmentation, Dataset, split

SEEDS = range(6)
# 3,000 steps: with so few images, batches of 128 as published would leave 750. Brought down to nothing, as at a
# steady rate the last epoch is a draw among many, and two such draws hide a small difference.
_recipe = training.Recipe(
    "compression",
    epochs=30,
    batch_size=32,
    schedule="cosine",
    monitor="nothing",
    augmentation=Augmentation(flip=True, crop=4),
)
# At 0.001 the base network, which has no normalisation, does not leave chance on so few images.
RECIPES = {"separable_65k": _recipe, "baseline": replace(_recipe, learning_rate=3e-4)}


def kinds_of(images, where):
    """Return images as they were before compression, and their twins.

    Parameters
    ----------
    images : Dataset
        The copy.
    where : str or pathlib.Path
        A NumPy archive: "orig", uint8 images of shape (N, 32, 32, 3), and "index", the place of each one's twin
        among the copy's training images.

    Returns
    -------
    (dict of str to numpy.ndarray, numpy.ndarray)
        "originals" and "twins", each of shape (N, 32, 32, 3), and their labels of shape (N,).

    Raises
    ------
    ValueError
        When there is no such archive of those images.
    """
    try:
        with np.load(where) as file:
            originals, places = file["orig"], file["index"]
        twins, labels = images.train_images[places], images.train_labels[places]
    except (OSError, KeyError, IndexError, ValueError, BadZipFile) as why:
        raise ValueError(
            f"{where} can't be read as an archive with orig and index ({why}): name its folder, in which CIFAR-10 "
            "lies too, with --data."
        ) from None
    return {"originals": originals, "twins": twins}, labels


def pair(network, seed, kinds, labels, names, out, recipe):
    """Train a network on each kind of the same images, and test each on all kinds of those held out.

    The networks of a pair begin with the same weights and see the same images in the same order. Another seed is
    another four fifths to train on as well, so pairs differ by all that chance decides.

    Parameters
    ----------
    network : str
        One of `models.MODELS`.
    seed : int
        Which pair.
    kinds : dict of str to numpy.ndarray
        uint8 images of shape (N, 32, 32, 3), the same in the same order in each.
    labels : numpy.ndarray
        Class numbers of shape (N,).
    names : tuple of str
        The name of each class.
    out : str or pathlib.Path
        A folder to go on from where training was stopped.
    recipe : training.Recipe
        How to train.

    Returns
    -------
    list of dict or None
        None where a training was stopped or diverged, of which a line is printed. Else one a kind: "network",
        "seed", "trained_on", "accuracy" on its training images in the last epoch,
        "test_accuracy" on each kind, "cpu_seconds". Accuracies are fractions.
    """
    kept, held_out = split(labels, held_out=len(labels) // 5, seed=seed)
    truth, rows = labels[held_out], []
    for kind, shown in kinds.items():
        images = Dataset(shown[kept], labels[kept], shown[held_out], truth, names, f"CIFAR-10, {kind}")
        model = training.accelerate(models.build(network, seed))
        folder = Path(out) / f"{network}-{seed}-{kind}"
        run = training.train(model, images, recipe, seed=seed, out=folder, resume=True, watch=_in_silence)
        if run.about["status"] != "complete":
            print(f"{folder}: {run.about['status']}, after {len(run.epochs)} of {recipe.epochs} epochs")
            return None
        seen = {other: training.predict(model, some[held_out]).argmax(axis=1) for other, some in kinds.items()}
        rows.append({
            "network": network,
            "seed": seed,
            "trained_on": kind,
            "accuracy": float(run.column("accuracy")[-1]),
            "test_accuracy": {other: float(np.mean(some == truth)) for other, some in seen.items()},
            "cpu_seconds": run.about["cpu_seconds"],
        })  # fmt: skip
    return rows


def _in_silence(run, part, steps):
    """Take the place of a line for each epoch."""
