"""How to train: everything but the model and the images."""

import math
from dataclasses import dataclass, field, fields, replace

from course._given import check_kind, check_whole, is_number, shown
from course.data import Augmentation
from course.data.batches import check_augmentation

OPTIMIZERS = ("adam", "adamw", "sgd", "muon")
SCHEDULES = ("constant", "linear", "cosine", "one_cycle")
MONITORS = ("test", "validation", "nothing")
_TOLD_FIRST = "name epochs batch_size steps_per_epoch optimizer learning_rate schedule augmentation".split()


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
        The optimizer's step size; where a schedule changes it, its peak.
    augmentation : Augmentation
        What happens to training images.
    monitor : str
        "test": measure the test images after every epoch, as the published reports did.
        "validation": hold out a tenth of the training images (5,000 of CIFAR-10's) and measure
        those; read the test images once, when all epochs are done.
        "nothing": train on all of them, and read the test images once, when all epochs are done.
    optimizer : str
        "adam", "adamw" (Adam with weight decay), "sgd" (with Nesterov's momentum of 0.9) or "muon" (see
        `course.training.muon`).
    schedule : str
        What the learning rate does over the whole run: "constant", or after `warm_up` down to zero,
        "linear" or as half a "cosine". "one_cycle" rises from a 25th of the peak as half a cosine and
        falls to zero as another (Smith & Topin, "Super-Convergence", 2017; in fast.ai's form).
    warm_up : float
        The share of all steps in which the learning rate rises to its peak, from 0 to below 1.
    weight_decay : float
        For all but "adam": each step takes this, times the learning rate, off every kernel but the
        depthwise ones; biases and normalisation are left alone. (PyTorch's SGD adds it to the gradient
        instead, where the momentum makes ten times as much of it.)
    label_smoothing : float
        How much of each label is spread evenly over all classes, from 0 to below 1.
    ema_momentum : float
        Measure and keep an exponential moving average of the weights and of BatchNormalization's
        statistics; 0.998 averages over some 500 steps. 0: the weights themselves.
    dropout : bool
        False sets the rate of every Dropout layer to 0. Dropout has no parameters, so the network
        stays the same one.
    norm_momentum : float, optional
        The momentum of every BatchNormalization's moving statistics. None: as the model has it.

    Raises
    ------
    ValueError
        When a value is out of its range, or two of them don't go together.
    """

    name: str
    epochs: int = 50
    batch_size: int = 128
    steps_per_epoch: int = None
    learning_rate: float = 1e-3
    augmentation: Augmentation = field(default_factory=Augmentation)
    monitor: str = "test"
    optimizer: str = "adam"
    schedule: str = "constant"
    warm_up: float = 0.0
    weight_decay: float = 0.0
    label_smoothing: float = 0.0
    ema_momentum: float = 0.0
    dropout: bool = True
    norm_momentum: float = None

    def __post_init__(self):
        check_kind("name", self.name, str, "what the record calls the recipe, in quotes")
        for key in ("epochs", "batch_size", "steps_per_epoch"):
            if key != "steps_per_epoch" or self.steps_per_epoch is not None:
                check_whole(key, getattr(self, key), 1)
        if not (is_number(self.learning_rate) and self.learning_rate > 0):
            raise ValueError(f"learning_rate is {shown(self.learning_rate)}; it must be above 0, such as 0.001.")
        check_augmentation(self.augmentation)
        for key, known in (("monitor", MONITORS), ("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
            value = getattr(self, key)
            if not (isinstance(value, str) and value in known):
                *others, last = map(repr, known)
                raise ValueError(f"{key} is {shown(value)}; it must be {', '.join(others)} or {last}.")
        for key in ("warm_up", "label_smoothing", "ema_momentum", "norm_momentum"):
            value = getattr(self, key)
            if key == "norm_momentum" and value is None:
                continue
            if not (is_number(value) and 0 <= value < 1):
                raise ValueError(f"{key} is {shown(value)}; it must be at least 0 and below 1.")
        if not (is_number(self.weight_decay) and self.weight_decay >= 0):
            raise ValueError(f"weight_decay is {shown(self.weight_decay)}; it must be 0 or above, such as 0.005.")
        check_kind("dropout", self.dropout, bool, "True (as the model has it) or False")
        if self.weight_decay and self.optimizer == "adam":
            raise ValueError(
                f"weight_decay is {self.weight_decay:g}, and Adam has none: "
                "choose optimizer='adamw', 'sgd' or 'muon'."
            )
        if self.warm_up and self.schedule == "constant":
            raise ValueError(
                f"warm_up is {self.warm_up:g}, and a constant schedule never changes: "
                "choose schedule='linear', 'cosine' or 'one_cycle'."
            )
        if self.schedule == "one_cycle" and not self.warm_up:
            raise ValueError("A one_cycle schedule rises before it falls: give it a warm_up, such as 0.3.")

    def __str__(self):
        """The recipe in one line: always the first four facts, the others where they are not the defaults."""
        steps = f" ({self.steps_per_epoch} steps each)" if self.steps_per_epoch else ""
        facts = [f"{self.epochs} epochs{steps}", f"batches of {self.batch_size}"]
        facts.append(f"{self.optimizer} at {self.learning_rate:g}")
        facts.append(self.schedule.replace("_", " "))
        for settings in (self, self.augmentation):
            for setting in fields(settings):
                value = getattr(settings, setting.name)
                if setting.name not in _TOLD_FIRST and value != setting.default:
                    facts.append(setting.name if value is True else f"{setting.name} {value}")
        return ", ".join(facts)

    def learning_rate_at(self, step, steps):
        """Return the learning rate of one step.

        Parameters
        ----------
        step : int
            Counted from 0, over all epochs.
        steps : int
            How many the whole run takes.

        Returns
        -------
        float
        """
        if self.schedule == "constant":
            return float(self.learning_rate)
        # Counted from 1, so that no step is wasted on a rate of 0, at the start or at the end.
        rising = round(self.warm_up * steps)
        if step < rising:
            share = (step + 1) / rising
            if self.schedule == "one_cycle":
                share = 1 / 25 + (1 - 1 / 25) * (1 - math.cos(math.pi * share)) / 2
        else:
            left = 1 - (step - rising) / (steps - rising)
            share = left if self.schedule == "linear" else (1 - math.cos(math.pi * left)) / 2
        return float(self.learning_rate * share)


published_baseline = Recipe("published_baseline")
published_separable_65k = Recipe(
    "published_separable_65k", augmentation=Augmentation(flip=True, zoom=0.1)
)
published_separable_99k = Recipe("published_separable_99k")
# Small batches, for many steps in little time, and moving statistics that keep up with so few.
quick = Recipe(
    "quick", epochs=3, batch_size=16, steps_per_epoch=100, learning_rate=3e-3, norm_momentum=0.9
)
# What wins under 100,000 parameters: high rates brought down to zero, and no Dropout in so small a network.
annealed = Recipe(
    "annealed",
    learning_rate=0.4,
    augmentation=Augmentation(flip="alternating", crop=4),
    monitor="nothing",
    optimizer="sgd",
    schedule="cosine",
    warm_up=0.1,
    weight_decay=0.005,
    ema_momentum=0.998,
    dropout=False,
    norm_momentum=0.9,
)
# The same with Muon, whose steps are as long in the directions that gradients neglect.
annealed_muon = replace(
    annealed, name="annealed_muon", optimizer="muon", learning_rate=0.04, weight_decay=0.05
)
# The challenge's: three minutes on two idle cores for `separable_65k`, whose 1,000 images take 1.22 s in bfloat16.
# AdamW, for with SGD at 0.4 a network without BatchNormalization learns nothing.
qualifier = replace(
    annealed,
    name="qualifier",
    epochs=3,
    monitor="validation",
    optimizer="adamw",
    learning_rate=3e-3,
    weight_decay=0.05,
    ema_momentum=0.99,
)

RECIPES = {
    recipe.name: recipe
    for recipe in (
        published_baseline,
        published_separable_65k,
        published_separable_99k,
        quick,
        annealed,
        annealed_muon,
        qualifier,
    )
}


def recipe_for(model_name):
    """Return the recipe that a model of the kit has its record from; `published_baseline` for others."""
    if model_name.startswith("compact_"):
        return annealed_muon
    return RECIPES.get(f"published_{model_name}", published_baseline)
