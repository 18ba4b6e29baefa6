"""Measure what compression costs: train the same network on original images and on their JPEG twins.

Run it from the repository's root with `python -m tests.benchmarks.compression DIR ORIGINALS`, where DIR holds the
JPEG copy of CIFAR-10 and ORIGINALS is an `originals.npz`: "orig", uint8 of shape (N, 32, 32, 3), and "index", the
place of each one's twin among the training images. Each seed is another split into four fifths to train on and a
fifth to test on, other weights and another order. Both networks of a pair share all three, and each is tested on
originals and on twins. It goes on where it was stopped, and writes `course/records/compression.json`.
"""

import json
import sys
from pathlib import Path

import numpy as np

from course import data, models, runs, training
from course.data import Augmentation, Dataset

NETWORKS = ("separable_65k", "baseline")
SEEDS = range(6)
# 3,000 steps: with so few images the published batches of 128 would leave 750.
RECIPE = training.Recipe(
    "compression", epochs=30, batch_size=32, monitor="nothing", augmentation=Augmentation(flip=True, zoom=0.1)
)


def pairs_of(images, where):
    """Return the originals and their twins, uint8 of shape (N, 32, 32, 3) each, and their labels."""
    with np.load(where) as file:
        originals, places = file["orig"], file["index"]
    return {"originals": originals, "twins": images.train_images[places]}, images.train_labels[places]


def main(where, originals, out="runs/compression"):
    """Train all pairs that are missing, one after the other."""
    images = data.load(where)
    kinds, labels = pairs_of(images, originals)
    target = runs.RECORDS / "compression.json"
    rows = json.loads(target.read_text(encoding="utf-8"))["runs"] if target.exists() else []
    for seed in SEEDS:
        kept, held_out = data.split(labels, held_out=len(labels) // 5, seed=seed)
        for name in NETWORKS:
            if any((row["network"], row["seed"]) == (name, seed) for row in rows):
                continue
            for kind, shown in kinds.items():
                part = Dataset(
                    shown[kept], labels[kept], shown[held_out], labels[held_out], images.names,
                    f"CIFAR-10, {len(labels):,} {kind}",
                )  # fmt: skip
                network = training.accelerate(models.build(name, seed))
                folder = Path(out) / f"{name}-{kind}-{seed}"
                run = training.train(network, part, RECIPE, seed=seed, out=folder, resume=True, watch=_quiet)
                tested = {}
                for other, others in kinds.items():
                    right = training.predict(network, others[held_out]).argmax(axis=1) == labels[held_out]
                    tested[other] = float(right.mean())
                rows.append({
                    "network": name, "seed": seed, "trained_on": kind,
                    "accuracy": float(run.column("accuracy")[-1]), "test_accuracy": tested,
                    "cpu_seconds": run.about["cpu_seconds"],
                })  # fmt: skip
                print(rows[-1], flush=True)
            record = {
                "recipe": str(RECIPE), "images": len(labels), "train_images": len(kept),
                **runs.made_on(), "runs": rows,
            }  # fmt: skip
            with runs.replacing(target) as path:
                path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _quiet(run, part, steps):
    """Print no epochs."""


if __name__ == "__main__":
    main(*sys.argv[1:])
