"""How to train: everything but the model and the images."""

from dataclasses import dataclass, field

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
        "validation": hold out 5,000 training images and measure those; read the test images once,
        at the end.

    Used in notebooks 00, 01, 04 and 05.
    """

    name: str
    epochs: int = 50
    batch_size: int = 128
    steps_per_epoch: int = None
    learning_rate: float = 1e-3
    augmentation: Augmentation = field(default_factory=Augmentation)
    monitor: str = "test"

    def __post_init__(self):
        for key in ("epochs", "batch_size"):
            if getattr(self, key) < 1:
                raise ValueError(f"{key} is {getattr(self, key)}; it must be at least 1.")
        if self.monitor not in ("test", "validation"):
            raise ValueError(f"monitor is {self.monitor!r}; it must be 'test' or 'validation'.")


published_baseline = Recipe("published_baseline")
published_separable_65k = Recipe(
    "published_separable_65k", augmentation=Augmentation(flip=True, zoom=0.1)
)
published_separable_99k = Recipe("published_separable_99k")
quick = Recipe("quick", epochs=4, batch_size=32, steps_per_epoch=100, learning_rate=2e-3)

RECIPES = {
    recipe.name: recipe
    for recipe in (published_baseline, published_separable_65k, published_separable_99k, quick)
}


def published_for(model_name):
    """Return the recipe with which a published model was trained, `published_baseline` for others."""
    return RECIPES.get(f"published_{model_name}", published_baseline)
