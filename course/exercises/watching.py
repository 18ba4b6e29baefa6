"""The exercises with the network viewer, on the network that was trained on the generated shapes."""

from functools import cache

import numpy as np

from course.exercises.exercise import exercise

IMAGE = 0  # of the test images
LAYER, UNIT, MAP = "block1_conv2", (12, 12), 11
LATE = "block3_conv1"
STAR = 26  # pixels across or down, at most: `course.data.shapes` draws none larger
WINDOWS = ("Conv2D", "SeparableConv2D", "MaxPooling2D", "GlobalAveragePooling2D")


@cache
def _network():
    """Return the trained network, as Activations, and the test image."""
    from course import models
    from course.data import shapes
    from course.inspection import Activations

    images = shapes(50)
    return Activations(models.trained(images)), images.test_images[IMAGE]


@cache
def _maps():
    network, image = _network()
    return network.of(image)


def _last_step(layer, unit, channel, folded=0):
    """Return a layer's sum at a unit, or with layers folded into it the last step to its value."""
    from course.anatomy import unit_steps

    network, _ = _network()
    place = [row.name for row in network.ledger].index(layer)
    layers = network.layers[place : place + 1 + folded]
    return unit_steps(layers, _maps()[place - 1], (*unit, channel))[-1 if folded else 0][1]


@exercise(
    f"Unit {UNIT} of map {MAP} of {LAYER} has its sum, and the ReLU has left it as it is. What does the "
    "normalisation make of it?",
    hint="Take the mean away, divide by a square root, multiply by gamma, add beta.",
    by_hand=1.474,
    within=0.01,
)
def unit_value():
    step = _last_step(LAYER, UNIT, MAP, folded=1)
    centred, root = step.before - step.mean, (step.variance + step.epsilon) ** 0.5
    return (
        step.value,
        f"{step.gamma:.4g} × ({step.before:.4g} − {step.mean:.4g}) / √({step.variance:.4g} + "
        f"{step.epsilon:g}) + {step.beta:.4g} = {step.value:.3f}.",
        (step.before, "That is the value before the normalisation."),
        (
            step.gamma * centred / root**2 + step.beta,
            "You divided by the variance. Divide by its square root.",
        ),
        (
            step.gamma * step.before / root + step.beta,
            "The mean was not taken away before the division.",
        ),
        (centred / root, "That has mean 0 and variance 1. Then comes gamma, and then beta."),
        (step.value - step.beta, "Beta is added last."),
        (
            step.gamma * centred / step.variance**0.5 + step.beta,
            "Epsilon is added to the variance, before the root.",
        ),
    )


@exercise(
    f"A star is at most {STAR} pixels wide and high. Count the convolutions and poolings of separable_65k "
    "from the image, beginning with 1. Which is the first that has units with room for any whole star?",
    hint="In the viewer, the layer level says each layer's receptive field.",
    by_hand=9,
)
def whole_star():
    rows = _network()[0].ledger.rows
    fields = [(row.name, row.receptive_field[0]) for row in rows if row.kind in WINDOWS]
    first = next(number for number, (_, field) in enumerate(fields, start=1) if field >= STAR)
    name = fields[first - 1][0]
    return (
        first,
        f"Receptive fields: {', '.join(f'{name} {field}' for name, field in fields[:first])}. "
        f"Number {first} is the first with {STAR} or more.",
        (
            [row.name for row in rows].index(name) + 1,
            "You counted normalisation and Dropout too. They have no window: leave them out.",
        ),
        (first - 1, _too_small(fields, first - 1, "1×1 convolutions count, too")),
        (len(fields), "It sees a whole star too, but others do before it."),
        (first - 2, _too_small(fields, first - 2, "poolings count, too")),
    )


def _too_small(fields, number, count):
    name, field = fields[number - 1]
    return f"Number {number} is {name}, and its field is {field}. If you meant another, begin with 1, and {count}."


@exercise(
    f"Test image {IMAGE} of the shapes, cut into quarters: 1 upper left, 2 upper right, 3 lower left, "
    "4 lower right. Cover one with a grey square of 16×16 pixels. Which takes most from the right answer?",
    hint="In the viewer, set Cover to 16×16 and move its row and column to 0 and 16.",
    by_hand=3,
)
def cover_quarter():
    network, image = _network()
    right = int(network.probabilities(image[None])[0].argmax())
    height, width = image.shape[0] // 2, image.shape[1] // 2
    left = []  # of the right answer's probability, in per cent
    for row in (0, height):
        for column in (0, width):
            hidden = image.copy()
            hidden[row : row + height, column : column + width] = 128
            left.append(100 * float(network.probabilities(hidden[None])[0, right]))
    most, second, third, least = (int(quarter) + 1 for quarter in np.argsort(left))
    names = ("upper left", "upper right", "lower left", "lower right")
    shares = ", ".join(f"{name} {share:.0f} %" for name, share in zip(names, left, strict=True))
    return (
        most,
        f"What is left of the right answer: {shares}.",
        (second, "That takes second most. Compare the bars with each quarter covered."),
        (third, "Two others take more from the right answer than that."),
        (least, "That takes least of all."),
    )


@exercise(
    f"Take the first map of {LATE} that is 0 everywhere after its ReLU. By how much must its bias rise at "
    "least before one of its units is more than 0?",
    hint="Look for the unit whose sum is nearest to 0.",
    by_hand=0.362,
    within=0.01,
)
def zero_map():
    network, _ = _network()
    maps = _maps()[[row.name for row in network.ledger].index(LATE)]
    dead = int(np.flatnonzero((maps == 0).all(axis=(0, 1)))[0])
    sums = [_last_step(LATE, unit, dead).value for unit in np.ndindex(maps.shape[:2])]
    bias, highest = float(np.asarray(network.model.get_layer(LATE).bias)[dead]), max(sums)
    return (
        -highest,
        f"Map {dead}: its {len(sums)} sums with bias go from {min(sums):.3f} to "
        f"{highest:.3f}: none is above 0, and the ReLU makes 0 of each. The bias is added to all, so "
        f"{-highest:.3f} more lifts the largest to 0.",
        (-min(sums), "That would lift the lowest sum to 0. One unit is enough."),
        (-float(np.mean(sums)), "That lifts their mean to 0. The largest gets there first."),
        (highest, "That is the largest sum itself. How far is it to 0?"),
        (-highest - bias, "You added the bias once more. The sums hold it already."),
        (-highest + bias, "Take the sum with its bias."),
    )
