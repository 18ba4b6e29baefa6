"""Networks trained on pairs of dots, one at a time."""

import time
from dataclasses import dataclass
from itertools import product

import numpy as np

from course._quiet import import_keras
from course.data import pairs
from course.experiments.networks import SIZE, network
from course.experiments.prediction import best_accuracy, last_units
from course.progress import bar

keras = import_keras()

RECEPTIVE_FIELDS = tuple(range(3, 18, 2))
# The two distances differ by 4, so that no steps of 1, 2 or 4 pixels tell them apart; see `pairs`.
DISTANCES = ((3, 7), (6, 10), (9, 13))
STEPS, BATCH_SIZE, LEARNING_RATE, TEST_IMAGES = 40, 16, 0.02, 1000


@dataclass(frozen=True)
class Point:
    """One network trained on one pair of distances.

    Parameters
    ----------
    by : str
        What makes the field as large as it is, one of `WAYS`.
    receptive_field, jump, touched : int
        Of the last units before the global pooling, in pixels: see `last_units`. `touched` is
        smaller than the field where dilation leaves holes.
    distance_a, distance_b : int
        Between the dots of either class, in pixels.
    seed : int
    predicted : float
        The highest accuracy possible; see `best_accuracy`.
    train_accuracy, test_accuracy : float
        On the batches of the last quarter of the training, and on test images. Where the first is
        low although `predicted` is high, the network did not learn what it could see. Where only
        the second is low, the averages that BatchNormalization keeps had not caught up.
    cpu_seconds : float
    """

    by: str
    receptive_field: int
    jump: int
    touched: int
    distance_a: int
    distance_b: int
    seed: int
    predicted: float
    train_accuracy: float
    test_accuracy: float
    cpu_seconds: float


def point(receptive_field, distances=DISTANCES[0], by="depth", seed=0):
    """Train one network on one pair of distances, in a few seconds.

    Parameters
    ----------
    receptive_field, by
        Which network; see `network`.
    distances : tuple of (int, int)
        Between the dots of class A and of class B, in pixels.
    seed : int
        Fixes initial weights and images. The same seed gives the same result on the same machine.

    Returns
    -------
    Point

    Raises
    ------
    ValueError
        When there is no such network, there are no such images, or the network's steps alone would
        tell the two distances apart.
    """
    started = time.process_time()
    keras.utils.set_random_seed(seed)
    model = network(receptive_field, by)
    row = last_units(model)
    if (distances[1] - distances[0]) % row.jump[1]:
        raise ValueError(
            f"Steps of {row.jump[1]} pixels tell distances of {distances[0]} and {distances[1]} apart even where "
            f"no unit sees both dots: choose distances that differ by a multiple of {row.jump[1]}."
        )
    images, labels = _floats(*pairs(*distances, count=STEPS * BATCH_SIZE, size=SIZE, seed=2 * seed))
    test_images, test_labels = _floats(*pairs(*distances, count=TEST_IMAGES, size=SIZE, seed=2 * seed + 1))
    # The steps get shorter towards the end, so that BatchNormalization's averages can catch up.
    rate = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, STEPS)
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    accuracies = []
    for first in range(0, len(images), BATCH_SIZE):
        batch = slice(first, first + BATCH_SIZE)
        model.reset_metrics()
        logs = model.train_on_batch(images[batch], labels[batch], return_dict=True)
        accuracies.append(float(logs["accuracy"]))
    # In parts, so that the largest network stays within a small machine's memory.
    parts = [np.asarray(model(part, training=False)) for part in np.split(test_images, 5)]
    predictions = np.concatenate(parts).argmax(axis=1)
    return Point(
        by=by,
        receptive_field=row.receptive_field[1],
        jump=row.jump[1],
        touched=row.touched[1],
        distance_a=distances[0],
        distance_b=distances[1],
        seed=seed,
        predicted=best_accuracy(row, *distances),
        train_accuracy=float(np.mean(accuracies[-STEPS // 4 :])),
        test_accuracy=float(np.mean(predictions == test_labels)),
        cpu_seconds=round(time.process_time() - started, 2),
    )


def _floats(images, labels):
    return images.astype(np.float32) / 255, labels


def sweep(ways=("depth",), receptive_fields=RECEPTIVE_FIELDS, distances=DISTANCES[:1], seeds=(0,)):
    """Train a network for each combination of what is given, one after another.

    Parameters
    ----------
    ways : sequence of str
        Out of `WAYS`. There is no field of 3 by pooling: it is left out.
    receptive_fields : sequence of int
    distances : sequence of (int, int)
    seeds : sequence of int

    Returns
    -------
    list of Point
        About 45 seconds of CPU time for the default.
    """
    cases = [
        (field, pair, by, seed)
        for by, field, pair, seed in product(ways, receptive_fields, distances, seeds)
        if (by, field) != ("pooling", 3)
    ]
    points = []
    with bar(len(cases), "networks", unit="network") as progress:
        for case in cases:
            points.append(point(*case))
            progress.update()
    return points
