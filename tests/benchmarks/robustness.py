"""Measure how much accuracy the trained networks keep when something happens to the test images.

Run it from the repository's root with `python -m tests.benchmarks.robustness DIR`, where DIR holds CIFAR-10.
It reads the weights of the records named in `NAMES`, takes some minutes, and writes
`course/records/robustness.json`.
"""

import json
import sys

from course import data, models, runs, training
from course.data import DISTURBANCES, disturbed

NAMES = ("separable_65k", "separable_65k_annealed")


def main(where):
    """Measure the networks, all on the same disturbed images."""
    images = data.load(where)
    networks = {}
    for name in NAMES:
        networks[name] = training.accelerate(models.build(runs.load(name).about["model"]))
        networks[name].load_weights(runs.RECORDS / name / "weights.weights.h5")
    measured = {name: {kind: [] for kind in DISTURBANCES} for name in NAMES}
    for kind, strengths in DISTURBANCES.items():
        for strength in strengths:
            changed = disturbed(images.test_images, kind, strength)
            for name, network in networks.items():
                right = training.predict(network, changed).argmax(axis=1) == images.test_labels
                measured[name][kind].append((strength, float(right.mean())))
                print(f"{name}, {kind} {strength:g}: {right.mean():.2%}", flush=True)
    record = {"data": images.source, **runs.made_on(), "accuracy": measured}
    with runs.replacing(runs.RECORDS / "robustness.json") as path:
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
