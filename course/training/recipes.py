"""How to train: everything but the model and the images."""

import math
from dataclasses import dataclass, field

import numpy as np

from course.data import Augmentation


@dataclass(frozen=True)
class Recipe:
    """How a model is trained.

    Parameters
    ----------
    name : str
        What the record calls it.
    epochs : int
        How many times through the training images.
    batch_size : int
        Images a step.
    steps_per_epoch : int, optional
        None is as many full batches as there are: 390 for 50,000 images and batches of 128.
    learning_rate : float
        Adam's step size.
    augmentation : Augmentation
        What happens to training images.
    monitor : str
        "test": measure the test images after every epoch, as the published reports did.
        "validation": hold out a tenth of the training images (5,000 of CIFAR-10's) and measure
        those; read the test images once, when all epochs are done.

    Raises
    ------
    ValueError
        When a value is out of its range.
    """

    name: str
    epochs: int = 50
    batch_size: int = 128
    steps_per_epoch: int = None
    learning_rate: float = 1e-3
    augmentation: Augmentation = field(default_factory=Augmentation)
    monitor: str = "test"

    def __post_init__(self):
        counts = {"epochs": self.epochs, "batch_size": self.batch_size}
        if self.steps_per_epoch is not None:
            counts["steps_per_epoch"] = self.steps_per_epoch
        for key, value in counts.items():
            if not isinstance(value, (int, np.integer)):
                raise ValueError(f"{key} is {value!r}; it must be a whole number.")
            if value < 1:
                raise ValueError(f"{key} is {value}; it must be at least 1.")
        if not (isinstance(self.learning_rate, (int, float, np.number)) and 0 < self.learning_rate < math.inf):
            raise ValueError(f"learning_rate is {self.learning_rate!r}; it must be above 0, such as 0.001.")
        if not isinstance(self.augmentation, Augmentation):
            raise ValueError(
                f"augmentation is {self.augmentation!r}; it must be an Augmentation, "
                "such as Augmentation(flip=True)."
            )
        if self.monitor not in ("test", "validation"):
            raise ValueError(f"monitor is {self.monitor!r}; it must be 'test' or 'validation'.")


published_baseline = Recipe("published_baseline")
published_separable_65k = Recipe(
    "published_separable_65k", augmentation=Augmentation(flip=True, zoom=0.1)
)
published_separable_99k = Recipe("published_separable_99k")
# Small batches, for many steps in little time, and moving statistics that keep up with so few.
quick = Recipe(
    "quick", epochs=3, batch_size=16, steps_per_epoch=100, learning_rate=3e-3, norm_momentum=0.9
)

RECIPES = {
    recipe.name: recipe
    for recipe in (published_baseline, published_separable_65k, published_separable_99k, quick)
}


def published_for(model_name):
    """Return the recipe with which a published model was trained, `published_baseline` for others."""
    return RECIPES.get(f"published_{model_name}", published_baseline)
