"""Train separable_65k for a few epochs with one circumstance changed at a time, and keep the record.

Run it from the repository's root with `python -m tests.benchmarks.suspects DIR`, where DIR holds CIFAR-10;
keys after DIR choose some of them. All take about 40 minutes on two idle cores. It goes on where it was
stopped, and writes `course/records/suspect_*`, to be laid beside the first epochs of the run of 50. The
records hold the curves alone: weights and predictions stay in `runs/`.
"""

import sys
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from course import data, models, runs, training

EPOCHS = 4
NAME = "separable_65k"


def twice(images):
    """Return images that went through JPEG once more, as CIFAR-10's copy did: quality 75, colours halved.

    JPEG works on blocks of 8x8 pixels, and a second pass over the same blocks changes almost nothing. So the
    images get a border of 4 pixels first, which moves the blocks by half their width.
    """
    out = np.empty_like(images)
    for kept, image in zip(out, np.pad(images, ((0, 0), (4, 4), (4, 4), (0, 0)), mode="edge"), strict=True):
        file = BytesIO()
        Image.fromarray(image).save(file, "JPEG", quality=75, subsampling="4:2:0")
        kept[:] = np.asarray(Image.open(file))[4:-4, 4:-4]
    return out


def main(where, *keys):
    """Train those named, or all, one after the other."""
    images = data.load(where)
    worse = replace(
        images,
        train_images=twice(images.train_images),
        test_images=twice(images.test_images),
        source=f"{images.source}, compressed once more",
    )
    change = np.abs(worse.train_images.astype(int) - images.train_images).mean()
    print(f"Compressing once more changes a value by {change:.1f} of 255 in the mean.", flush=True)
    suspects = {
        "plain": ("in plain Keras", images, 0, lambda model: model),
        "float32": ("in float32", images, 0, lambda model: training.accelerate(model, bfloat16=False)),
        "seed": ("with seed 1", images, 1, training.accelerate),
        "jpeg": ("on images compressed once more", worse, 0, training.accelerate),
    }
    for key in keys or suspects:
        what, used, seed, prepare = suspects[key]
        network, recipe = prepare(models.build(NAME, seed=seed)), training.recipe_for(NAME)
        print(f"{NAME} {what}", flush=True)
        folder = Path("runs") / f"suspect_{key}"
        run = training.train(network, used, recipe, epochs=EPOCHS, seed=seed, out=folder, resume=True)
        run.about["name"] = f"{NAME} {what}"
        run.labels = run.probabilities = None
        runs.save(run.summarise(), runs.RECORDS / f"suspect_{key}")


if __name__ == "__main__":
    main(*sys.argv[1:])
