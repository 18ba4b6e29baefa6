"""Print how hard the generated shapes are: a linear classifier, then the kit's networks after a minute.

Run it from the repository's root with `python -m tests.benchmarks.shapes_difficulty [SEEDS]`; three
seeds take about ten minutes. The claims it checks: a linear classifier stays under 40 % and
`separable_65k` passes 90 %. The figures depend on the machine, so this is no unit test.
"""

import sys
import time

import numpy as np

from course import models
from course.data import shapes
from course.training import quick as RECIPE
from course.training import train


def linear_accuracy(data, penalties=(1e2, 1e3, 1e4)):
    """Return the best test accuracy that ridge regression on raw pixels reaches over some penalties."""
    train_x, test_x = (
        images.reshape(len(images), -1) / np.float32(255) - np.float32(0.5)
        for images in (data.train_images, data.test_images)
    )
    targets = np.eye(len(data.names), dtype=np.float32)[data.train_labels] - np.float32(1 / len(data.names))
    square, right = train_x.T @ train_x, train_x.T @ targets
    identity = np.eye(len(square), dtype=np.float32)
    return max(
        float(((test_x @ np.linalg.solve(square + p * identity, right)).argmax(axis=1) == data.test_labels).mean())
        for p in map(np.float32, penalties)
    )


def main(seeds=3):
    started = time.process_time()
    data = shapes()
    print(f"{data}; fingerprint {data.fingerprint}; drawn in {time.process_time() - started:.1f} s of CPU")
    print(f"ridge regression on raw pixels: {linear_accuracy(data):.3f} on test, at its best penalty")
    print(RECIPE)
    for name in ("separable_65k", "baseline"):
        for seed in range(seeds):
            run = train(models.build(name, seed), data, RECIPE, seed=seed)
            seen = RECIPE.epochs * RECIPE.steps_per_epoch * RECIPE.batch_size
            print(
                f"{name}, seed {seed}: {run.about['test_accuracy_last']:.4f} on test after {seen:,} images, "
                f"{run.about['cpu_seconds']:.0f} s of CPU, {run.about['wall_seconds']:.0f} s in all",
                flush=True,
            )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
