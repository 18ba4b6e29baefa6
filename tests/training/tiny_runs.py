"""A network, images and a recipe so small that a run takes a second, and comparisons of such runs."""

import h5py
import numpy as np

from course import runs
from course.data import Augmentation, Dataset
from course.training import Recipe, loop

keras = loop.keras
layers = keras.layers

CLASSES = 3
RECIPE = Recipe(
    "test", epochs=4, batch_size=48, learning_rate=0.02, augmentation=Augmentation(flip=True, crop=2, zoom=0.1)
)


def dataset(train_images=96, test_images=30, classes=CLASSES, seed=0):
    """Noise that is brighter from class to class."""
    rng = np.random.default_rng(seed)

    def part(count):
        labels = np.arange(count) % classes
        shades = 255 * (labels + 0.5) / classes + rng.normal(0, 20, count)
        images = shades[:, None, None, None] + rng.normal(0, 20, (count, 32, 32, 3))
        return np.clip(images, 0, 255).astype(np.uint8), labels

    names = tuple("abcdefghij"[:classes])
    return Dataset(*part(train_images), *part(test_images), names, "Shades")


def network(seed=0, *, norm=True, classes=CLASSES, filters=4, activation="softmax", name="tiny"):
    keras.utils.set_random_seed(seed)
    stack = [keras.Input((32, 32, 3)), layers.Conv2D(filters, 3, strides=2, activation="relu")]
    if norm:
        stack += [layers.BatchNormalization(), layers.Dropout(0.25)]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(classes, activation=activation)]
    return keras.Sequential(stack, name=name)


def state(model):
    """All that training changes: weights, moments, and the state of the dropouts' generators."""
    return [value.numpy() for value in [*model.variables, *model.optimizer.variables]]


def same_state(a, b):
    return len(a) == len(b) and all((x == y).all() for x, y in zip(a, b, strict=True))


def figures(run):
    """The rows without their seconds."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in run.epochs]


def same_record(folder, other):
    """Whether two folders hold the same run, whatever time it took."""
    a, b = runs.load(folder), runs.load(other)
    timed = ("cpu_seconds", "wall_seconds")
    about = [{k: v for k, v in run.about.items() if k not in timed} for run in (a, b)]
    return (
        about[0] == about[1]
        and figures(a) == figures(b)
        and (a.probabilities == b.probabilities).all()
        and same_state(weights_in(folder), weights_in(other))
    )


def arrays_in(folder):
    """The arrays of a run's weights file, by their path in it."""
    found = {}
    with h5py.File(folder / "weights.weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if hasattr(item, "shape") else None)
    return found


def weights_in(folder):
    return [array for _, array in sorted(arrays_in(folder).items())]
