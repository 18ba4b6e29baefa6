"""The exercises with the network viewer, on the network that was trained on the generated shapes."""

from functools import cache

import numpy as np

from course.exercises.exercise import Exercise, Mistake

IMAGE = 0  # of the test images
LAYER, UNIT, MAP = "block1_conv2", (12, 12), 11
LATE = "block3_conv1"
STAR = 20  # pixels, across and down
_QUARTERS = ("upper left", "upper right", "lower left", "lower right")


@cache
def _network():
    """Return the trained network, as Activations, and the test image."""
    from course import models
    from course.data import shapes
    from course.inspection import Activations

    images = shapes(50)
    return Activations(models.trained(images)), images.test_images[IMAGE]


@cache
def _steps(layer, unit, channel, folded):
    """Return the steps to a unit of a layer, with those of so many layers folded into it."""
    from course.anatomy import unit_steps

    network, image = _network()
    place = [row.name for row in network.ledger].index(layer)
    inputs = network.of(image)[place - 1]
    made = unit_steps(network.layers[place : place + 1 + folded], inputs, (*unit, channel))
    return [step for _, step in made]


def _normalised():
    return _steps(LAYER, UNIT, MAP, 1)[-1]


def _value():
    def root():
        return (_normalised().variance + _normalised().epsilon) ** 0.5

    def working():
        step = _normalised()
        return (
            f"{step.gamma:.4g} × ({step.before:.4g} − {step.mean:.4g}) / √({step.variance:.4g} + "
            f"{step.epsilon:g}) + {step.beta:.4g} = {step.value:.3f}."
        )

    return Exercise(
        question=(
            f"Unit {UNIT} of map {MAP} of {LAYER} has its sum, and the ReLU has left it as it is. What does the "
            "normalisation make of it?"
        ),
        answer=lambda: _normalised().value,
        working=working,
        hint="Take the mean away, divide by a square root, multiply by gamma, add beta.",
        within=0.01,
        mistakes=(
            Mistake(lambda: _normalised().before, "That is the value before the normalisation."),
            Mistake(
                lambda: (
                    _normalised().gamma * (_normalised().before - _normalised().mean) / root() ** 2
                    + _normalised().beta
                ),
                "You divided by the variance. Divide by its square root.",
            ),
            Mistake(
                lambda: _normalised().gamma * _normalised().before / root() + _normalised().beta,
                "The mean was not taken away before the division.",
            ),
            Mistake(
                lambda: (_normalised().before - _normalised().mean) / root(),
                "That has mean 0 and variance 1. Then comes gamma, and then beta.",
            ),
        ),
    )


@cache
def _fields():
    """Return each layer's name and receptive field, for those with a window: convolutions and poolings."""
    network, _ = _network()
    return tuple(
        (row.name, row.receptive_field[0])
        for row in network.ledger
        if row.kind in ("Conv2D", "SeparableConv2D", "MaxPooling2D", "GlobalAveragePooling2D")
    )


def _first(enough):
    return next(number for number, (_, field) in enumerate(_fields(), start=1) if field >= enough)


def _whole_star():
    def among_all():
        network, _ = _network()
        return [row.name for row in network.ledger].index(_fields()[_first(STAR) - 1][0]) + 1

    return Exercise(
        question=(
            f"A star is {STAR} pixels wide and {STAR} high. Count the convolutions and poolings of separable_65k "
            "from the image, beginning with 1. Which is the first that has units with room for the whole star?"
        ),
        answer=lambda: _first(STAR),
        working=lambda: (
            "Receptive fields: "
            + ", ".join(f"{name} {field}" for name, field in _fields()[: _first(STAR)])
            + f". Number {_first(STAR)} is the first with {STAR} or more."
        ),
        hint="In the viewer, the layer level says each layer's receptive field.",
        mistakes=(
            Mistake(among_all, "You counted normalisation and Dropout too. They have no window: leave them out."),
            Mistake(
                lambda: _first(STAR) - 1, f"Its field is a little too small: it must be {STAR} pixels or more."
            ),
            Mistake(lambda: len(_fields()), "It sees the star too, but others do before it."),
            Mistake(lambda: _first(STAR) - 2, f"Its field is still smaller than {STAR} pixels."),
        ),
    )


@cache
def _covered():
    """Return the probability of the right class with each quarter of the image covered, in per cent."""
    network, image = _network()
    answer = int(network.probabilities(image[None])[0].argmax())
    height, width = image.shape[0] // 2, image.shape[1] // 2
    left = []
    for quarter in range(4):
        hidden = image.copy()
        top, side = quarter // 2 * height, quarter % 2 * width
        hidden[top : top + height, side : side + width] = 128
        left.append(100 * float(network.probabilities(hidden[None])[0, answer]))
    return tuple(left)


def _quarter(rank):
    """Return the quarter that takes most when it is covered (0), second most (1), and so on; from 1."""
    return int(np.argsort(_covered())[rank]) + 1


def _cover():
    return Exercise(
        question=(
            f"Test image {IMAGE} of the shapes, cut into quarters: 1 upper left, 2 upper right, 3 lower left, "
            "4 lower right. Cover one with a grey square of 16×16 pixels. Which takes most from the right answer?"
        ),
        answer=lambda: _quarter(0),
        working=lambda: (
            "What is left of the right answer: "
            + ", ".join(f"{name} {share:.0f} %" for name, share in zip(_QUARTERS, _covered(), strict=True))
            + "."
        ),
        hint="In the viewer, set Cover to 16×16 and move its row and column to 0 and 16.",
        mistakes=(
            Mistake(lambda: _quarter(1), "That takes second most. Compare the bars with each quarter covered."),
            Mistake(lambda: _quarter(2), "Two others take more from the right answer than that."),
            Mistake(lambda: _quarter(3), "That takes least of all."),
        ),
    )


@cache
def _dead():
    """Return the first map of the late layer that is 0 everywhere, and its sums before the ReLU."""
    network, image = _network()
    place = [row.name for row in network.ledger].index(LATE)
    maps = network.of(image)[place]
    channel = int(np.flatnonzero((maps == 0).all(axis=(0, 1)))[0])
    sums = [_steps(LATE, unit, channel, 0)[0].value for unit in np.ndindex(maps.shape[:2])]
    return channel, tuple(sums)


def _zeros():
    def bias():
        network, _ = _network()
        return float(np.asarray(network.model.get_layer(LATE).bias)[_dead()[0]])

    return Exercise(
        question=(
            f"Take the first map of {LATE} that is 0 everywhere after its ReLU. By how much must its bias rise at "
            "least before one of its units is more than 0?"
        ),
        answer=lambda: -max(_dead()[1]),
        working=lambda: (
            f"Map {_dead()[0]}: its {len(_dead()[1])} sums with bias go from {min(_dead()[1]):.3f} to "
            f"{max(_dead()[1]):.3f}: none is above 0, and the ReLU makes 0 of each. The bias is added to all, so "
            f"{-max(_dead()[1]):.3f} more lifts the largest to 0."
        ),
        hint="Look for the unit whose sum is nearest to 0.",
        within=0.01,
        mistakes=(
            Mistake(lambda: -min(_dead()[1]), "That would lift the lowest sum to 0. One unit is enough."),
            Mistake(
                lambda: -float(np.mean(_dead()[1])), "That lifts their mean to 0. The largest gets there first."
            ),
            Mistake(lambda: max(_dead()[1]), "That is the largest sum itself. How far is it to 0?"),
            Mistake(lambda: -max(_dead()[1]) - bias(), "You added the bias once more. The sums hold it already."),
        ),
    )


EXERCISES = {"unit_value": _value(), "whole_star": _whole_star(), "cover_quarter": _cover(), "zero_map": _zeros()}
