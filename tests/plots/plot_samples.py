"""Runs, networks, images, predictions and timings for the tests of the plots."""

import numpy as np

from course.arithmetic import (
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    SeparableConv2D,
    ledger,
)
from course.benchmarks import Ceilings, Timing
from course.challenge import Place
from course.costs import passes
from course.runs import Run

NAMES = "airplane automobile bird cat deer dog frog horse ship truck".split()


def run(name="baseline", held=(0.5, 0.8, 0.75), train=(0.4, 0.7, 0.9), source="CIFAR-10 (JPEG copy)", **about):
    about = {
        "model": name,
        "monitor": "test",
        "published": False,
        "recipe": {"batch_size": 128, "steps_per_epoch": None},
        "data": {"source": source, "train_images": 50000, "test_images": 10000},
        **about,
    }
    epochs = [
        {"epoch": i, "loss": 2 - (t or 0), "accuracy": t, "val_loss": 2 - (h or 0), "val_accuracy": h}
        for i, (t, h) in enumerate(zip(train, held, strict=True), start=1)
    ]
    return Run(about, epochs)


def log(epochs=50, shift=0.0, name="separable_65k", **about):
    """Return a run whose accuracy rises and wobbles, for so many epochs."""
    epoch = np.arange(1, epochs + 1)
    wobble = 0.01 * np.sin(7.0 * epoch)
    held, train = 0.85 - 0.4 / epoch + wobble + shift, 0.9 - 0.6 / epoch
    return run(name, held.tolist(), train.tolist(), **about).summarise()


def climbed(accuracy):
    """Return a run that ended on held-out images with an accuracy."""
    return run(held=(0.5, accuracy), train=(0.4, 0.7), monitor="validation", cpu_seconds=1234.5)


def others():
    """Return made-up results of public runs of 50 epochs, in per cent."""
    last = np.linspace(81.66, 83.49, 46)
    best = last + np.linspace(0, 1.36, 46) ** 2
    return {"final_test_accuracy": np.append(last, np.nan), "best_test_accuracy": np.append(best, 83.0)}


def predicting(name="baseline", wrong=0.2, confidence=0.9, count=1000, **about):
    """Return a run so confident of each answer, of which that share is wrong, more of them in later classes."""
    labels = np.arange(count) % 10
    answers = np.where(np.arange(count) // 10 < 2 * wrong * labels / 9 * (count // 10), (labels + 1) % 10, labels)
    probabilities = np.full((count, 10), (1 - confidence) / 9)
    probabilities[np.arange(count), answers] = confidence
    made = run(name, **about)
    made.about["data"]["names"] = NAMES
    made.labels, made.probabilities = labels, probabilities
    return made


def baseline():
    def block(filters):
        return [Conv2D(filters, 3, padding="same"), Conv2D(filters, 3), MaxPooling2D(2), Dropout(0.25)]

    head = [Flatten(), Dense(512, name="dense1"), Dense(256, name="dense2"), Dense(10)]
    return ledger([*block(48), *block(96), *block(192), *head])


def thirty_layers(input_shape=(32, 32, 3)):
    pair = [DepthwiseConv2D(3, padding="same"), Conv2D(96, 1)]
    head = [GlobalAveragePooling2D(), Dense(10)]
    layers = [*pair * 6, MaxPooling2D(2), *pair * 5, MaxPooling2D(2), *pair * 2, *head]
    assert len(layers) == 30
    return ledger(layers, input_shape)


def some_images(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), dtype=np.uint8)


def some_predictions():
    labels = np.repeat(np.arange(10), 1000)
    predictions = labels.copy()
    predictions[3000:3096] = 5  # cats taken for dogs
    predictions[9000:9040] = 1
    return labels, predictions


ACCURACIES = np.concatenate([np.linspace(81.7, 83.5, 30), np.full(17, 82.6)])
MARKS = {"document 000": 82.14, "ours": 82.1, "document 002": 81.67, "the highest": 83.49}
CEILINGS = Ceilings(100e9, 20e9)  # they meet at 5 MACs per byte


def timing(kind, size, channels, seconds, training=False):
    """A made-up timing of one image, with the MACs and bytes of the real layer."""
    window = {"padding": "same", "use_bias": False}
    layer = {
        "standard": Conv2D(channels, 3, **window),
        "depthwise": DepthwiseConv2D(3, **window),
        "pointwise": Conv2D(channels, 1, **window),
        "separable": SeparableConv2D(channels, 3, **window),
    }[kind]
    cost = passes(layer, (size, size, channels))
    seconds = seconds if isinstance(seconds, tuple) else (seconds,)
    return Timing(
        kind, seconds, size, channels, 1, training, sum(p.macs for p in cost), sum(p.bytes for p in cost)
    )


def roof_timings():
    """Two shapes, run at a quarter of what the ceilings allow; bars from a fifth to a third."""
    return [
        timing(kind, *shape, tuple(times * least for times in (2, 3, 4, 5, 6)))
        for shape in ((32, 16), (8, 256))
        for kind in ("standard", "depthwise", "pointwise", "separable")
        for least in [_least(kind, *shape)]
    ]


def _least(kind, size, channels):
    some = timing(kind, size, channels, 1.0)
    return max(some.macs / CEILINGS.macs_per_second, some.bytes / CEILINGS.bytes_per_second)


def paired(*factors, training=(False, True)):
    """Standard and separable, the second as many times as fast as asked: a shape for each (forward, gradients)."""
    shapes = ((32, 16), (32, 64), (16, 128), (8, 256))
    return [
        timing(kind, *shape, 0.001 / (factor if kind == "separable" else 1), with_gradients)
        for shape, both in zip(shapes, factors, strict=False)
        for with_gradients, factor in zip(training, both, strict=True)
        for kind in ("standard", "separable")
    ]


def stages(**last):
    """Three stages of a network; the last is as asked, and otherwise a tenth of the first."""
    first = {"parameters": 1_000_000, "macs": 50e6, "seconds": 0.2, "accuracy": 0.8}
    middle = {"parameters": 600_000, "macs": 25e6, "seconds": 0.15, "accuracy": None}
    end = {"parameters": 100_000, "macs": 5e6, "seconds": 0.02, "accuracy": 0.75}
    return {"baseline": first, "all blocks separable": middle, "pooled": {**end, **last}}


def dial(milliseconds, channels, depthwise=None):
    """Timings of a convolution in so many groups, by their milliseconds, and of a DepthwiseConv2D."""
    timings = [
        Timing(
            str(groups),
            tuple(ms * share / 1000 for share in (0.9, 1, 1.2)),
            16,
            channels,
            16,
            False,
            10**8 // groups,
        )
        for groups, ms in milliseconds.items()
    ]
    if depthwise:
        timings.append(Timing("DepthwiseConv2D", (depthwise / 1000,), 16, channels, 16, False, 10**8 // channels))
    return timings


def placed(name="Ada", parameters=80_000, accuracy=0.85, images="CIFAR-10", source="entry", **more):
    """Return a place on the board, of 50 epochs."""
    return Place(name, parameters, accuracy, images, "50 epochs", source, **more)
