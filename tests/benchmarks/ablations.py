"""Train the two published networks with one thing changed at a time, and keep the record.

Run it from the repository's root with `python -m tests.benchmarks.ablations DIR`, where DIR holds CIFAR-10;
keys after DIR choose some of them. All take about 45 minutes on two idle cores. It goes on where it was
stopped, and writes `course/records/ablation_*`. The records hold the curves alone: weights and predictions
stay in `runs/`.
"""

import sys
from dataclasses import replace
from pathlib import Path

from course import data, models, runs, training

EPOCHS = 10
SMALL, LARGE = training.recipe_for("separable_65k"), training.recipe_for("separable_99k")
# What is changed, the network it is changed in, how, and the recipe.
ABLATIONS = {
    "99k": ("separable_99k", "as published", lambda model: model, LARGE),
    "99k_augmented": (
        "separable_99k",
        "with document 000's augmentation",
        lambda model: model,
        replace(LARGE, augmentation=SMALL.augmentation),
    ),
    "99k_pooled": ("separable_99k", "with global average pooling", models.pooled, LARGE),
    "99k_no_dropout": ("separable_99k", "without Dropout", lambda model: models.without(model, "Dropout"), LARGE),
    "99k_no_dropout_augmented": (
        "separable_99k",
        "without Dropout, augmented",
        lambda model: models.without(model, "Dropout"),
        replace(LARGE, augmentation=SMALL.augmentation),
    ),
    "65k": ("separable_65k", "as published", lambda model: model, SMALL),
    "65k_no_relu": (
        "separable_65k",
        "without the last ReLU",
        lambda model: models.without_activation(model, "block3_conv2"),
        SMALL,
    ),
}


def main(where, *keys):
    """Train those named, or all, one after the other."""
    images = data.load(where)
    for key in keys or ABLATIONS:
        name, what, change, recipe = ABLATIONS[key]
        models.keras.utils.set_random_seed(0)
        network = training.accelerate(change(models.MODELS[name]()))
        print(f"{name} {what}: {network.count_params():,} parameters", flush=True)
        recipe = replace(recipe, name="ablation", epochs=EPOCHS, monitor="validation")
        run = training.train(network, images, recipe, out=Path("runs") / f"ablation_{key}", resume=True)
        run.about["name"] = f"{name} {what}"
        run.labels = run.probabilities = None
        runs.save(run.summarise(), runs.RECORDS / f"ablation_{key}")


if __name__ == "__main__":
    main(*sys.argv[1:])
