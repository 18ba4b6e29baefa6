"""What the network viewer says: the answer, what a cover changes, a layer's maps, and one unit's value."""

from dataclasses import replace

import numpy as np

from course.plots.picture import counted
from course.plots.unit import signed
from course.widgets.network_viewer.state import OVER, STEP, SWEEP, zeros


def answer(watch):
    """Return what the network says of the image, and whether that is right."""
    network = watch.network
    shares = probabilities(watch)
    first = int(shares.argmax())
    says = f"{network.activations.model.name} says {name_of(network, first)}, {shares[first]:.0%}"
    if network.labels is None:
        return f"Image {watch.image}: {says}."
    truth = int(network.labels[watch.image])
    right = "right" if truth == first else f"wrong: it gives {name_of(network, truth)} {shares[truth]:.0%}"
    return f"Image {watch.image} ({name_of(network, truth)}): {says}, which is {right}."


def changed(watch):
    """Return what a cover changed, in words."""
    if not watch.cover:
        return ""
    before, after = watch.network.answers[watch.image], probabilities(watch)
    first = int(before.argmax())
    row, column = watch.corner
    open_ = replace(watch, cover=0)
    most = max(range(len(watch.stages)), key=lambda stage: _shift(watch, open_, stage)[1])
    channel, share = _shift(watch, open_, most)
    return (
        f"With {watch.cover}×{watch.cover} pixels covered from row {row}, column {column}, "
        f"{name_of(watch.network, first)} goes from {before[first]:.0%} to {after[first]:.0%}. Most changed is "
        f"map {channel} of {title(watch, most)}, by {share:.0%} of the layer's largest value on average."
    )


def over_words(watch):
    """Return in words what is drawn over the image."""
    over = overlay(watch)
    if over is None:
        return (
            "No class activation map: it needs a network that ends in global average pooling and at most one "
            "Dense layer."
        )
    name = name_of(watch.network, int(probabilities(watch).argmax()))
    if watch.over == OVER[1]:
        row, column = np.unravel_index(over.argmax(), over.shape)
        return (
            f"Orange is where {name} comes from, in a map of {over.shape[0]}×{over.shape[1]}: most at row {row}, "
            f"column {column}, {signed(over.max())}; least {signed(over.min())}."
        )
    row, column = (int(place) * STEP for place in np.unravel_index(over.argmax(), over.shape))
    return (
        f"Orange is where a grey square of {SWEEP}×{SWEEP} pixels takes most from the answer: at row {row}, "
        f"column {column}, {100 * over.max():.0f} points. {int((over > 0.1).sum())} of {over.size} places take "
        "more than 10."
    )


def layer_words(watch):
    """Return what a layer's maps hold, in three sentences."""
    maps, channel = watch.maps(), watch.channel
    row, at_most = zeros(watch)
    dead = int((at_most == 0).all(axis=(0, 1)).sum())
    values = maps[..., channel]
    empty = f", and {counted(dead, 'map')} {'is' if dead == 1 else 'are'} 0 everywhere" if dead else ""
    last = watch.network.activations.ledger[watch.stages[watch.stage][-1]]
    where = f"Out of {row.name}" if last is not row else "Out of it"
    zero = (at_most[..., channel] == 0).mean()
    return (
        f"{title(watch, watch.stage)}: {counted(maps.shape[2], 'map')} of {maps.shape[0]}×{maps.shape[1]}. "
        f"{where}, {(at_most == 0).mean():.0%} of all values are 0{empty}; of map {channel}, {zero:.0%}. "
        f"As shown, map {channel} goes from {signed(values.min())} to {signed(values.max())}."
    )


def unit_words(watch, steps):
    """Return the unit's value, and Keras's, in a sentence."""
    value, theirs = steps[-1][1].value, float(watch.maps()[(*watch.unit, watch.channel)])
    apart = abs(value - theirs)
    close = apart < 1e-4 * max(1, abs(theirs))
    # By how much they differ depends on the machine that runs Keras.
    how_far = "they differ by float32 rounding at most" if close else f"{signed(apart)} apart"
    return (
        f"Unit ({watch.unit[0]}, {watch.unit[1]}) of map {watch.channel} of {title(watch, watch.stage)} is "
        f"{signed(value, 4)} by its numbers, and Keras gives {signed(theirs, 4)}: {how_far}."
    )


def name_of(network, number):
    """Return the name of a class."""
    return network.names[number] if number < len(network.names) else f"class {number}"


def probabilities(watch):
    """Return the network's answer to the image as it is shown, shape (classes,)."""
    return watch.values[-1].ravel()


def title(watch, stage):
    """Return the name of a layer that is shown."""
    return watch.network.activations.ledger[watch.stages[stage][0]].name


def overlay(watch):
    """Return what is drawn over the image, as an array of its own size, or None."""
    if watch.over == OVER[1]:
        return watch.network.class_map(watch.pixels, int(probabilities(watch).argmax()))
    return watch.network.sweep(watch.image) if watch.over == OVER[2] else None


def _shift(watch, open_, stage):
    before, after = open_.maps(stage), watch.maps(stage)
    change = np.abs(after - before).mean(axis=(0, 1)) / max(float(np.abs(before).max()), 1e-12)
    return int(change.argmax()), float(change.max())
