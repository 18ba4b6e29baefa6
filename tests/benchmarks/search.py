"""Look for the recipe and the network that win under 100,000 parameters, on the training images alone.

Run it from the repository's root with `python -m tests.benchmarks.search DIR NAME...`, where DIR holds CIFAR-10
and each NAME is one of `CANDIDATES`, with `-seed1` behind it for another seed than 0. A tenth of the training
images is held out to choose by. Each run goes on where it was stopped, and leaves its curves in
`course/records/search/`, what did not help included; weights and predictions stay in `runs/`.
"""

import sys
from dataclasses import replace
from pathlib import Path

from course import data, models, runs, training

ANNEALED = replace(training.annealed, epochs=8, monitor="validation")
ADAMW = replace(ANNEALED, optimizer="adamw", learning_rate=0.01, weight_decay=0.05)
# What is tried: the network, and the recipe.
CANDIDATES = {
    "65k_adamw_10e3": ("separable_65k", ADAMW),
    "65k_adamw_3e3": ("separable_65k", replace(ADAMW, learning_rate=0.003)),
    "65k_sgd_4e1": ("separable_65k", ANNEALED),
    "65k_sgd_1e0": ("separable_65k", replace(ANNEALED, learning_rate=1.0)),
    "compact_sgd_4e1": ("compact_100k", ANNEALED),
    "quick_sgd_4e1": ("compact_quick", replace(ANNEALED, epochs=12)),
    "quick_sgd_8e1": ("compact_quick", replace(ANNEALED, epochs=12, learning_rate=0.8)),
    "quick_sgd_2e1": ("compact_quick", replace(ANNEALED, epochs=12, learning_rate=0.2)),
    **{f"ladder_{name}": ("separable_65k", recipe) for name, recipe in training.LADDER.items()},
}


def main(where, *names):
    """Train those named, one after the other."""
    images = data.load(where)
    for name in names:
        key, _, seed = name.partition("-seed")
        model, recipe = CANDIDATES[key]
        seed = int(seed or 0)
        network = training.accelerate(models.build(model, seed))
        print(f"{name}: {network.count_params():,} parameters", flush=True)
        recipe = replace(recipe, name=key)
        run = training.train(network, images, recipe, seed=seed, out=Path("runs/search") / name, resume=True)
        run.about["name"] = name
        run.labels = run.probabilities = None
        runs.save(run, runs.RECORDS / "search" / name)


if __name__ == "__main__":
    main(*sys.argv[1:])
