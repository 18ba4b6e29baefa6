"""Train each step from the baseline to a compact network for five epochs, and keep the record.

Run it from the repository's root with `python -m tests.benchmarks.conversion DIR`, where DIR holds
CIFAR-10. It takes about three quarters of an hour on two cores, goes on where it was stopped, and writes
`course/records/conversion_*`: one for each step of `models.CONVERSION`, and one with all blocks separable
and without BatchNormalization. The records hold the curves alone: weights and test predictions stay in
`runs/`.
"""

import sys
from pathlib import Path

from course import data, models, runs, training

RECIPE = training.Recipe("conversion", epochs=5, monitor="validation")


def main(where):
    images = data.load(where)
    for name, how in {**models.CONVERSION, "all blocks separable, not normalised": {"blocks": 3}}.items():
        folder = f"conversion_{name}".replace(",", "").replace(" ", "_")
        models.keras.utils.set_random_seed(0)
        network = models.separable_baseline(**how)
        print(f"{name}: {network.count_params():,} parameters", flush=True)
        run = training.train(network, images, RECIPE, out=Path("runs") / folder, resume=True)
        run.about["name"] = name
        run.labels = run.probabilities = None
        runs.save(run.summarise(), runs.RECORDS / folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
