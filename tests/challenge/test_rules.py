"""Every rule, with a model that breaks it and only it; and every bad input."""

import keras
import numpy as np
import pytest
from keras import layers

from course import challenge, models
from course.challenge import building


def network(*more, filters=16, maps=5, size=(32, 32, 3), head=None, **settings):
    """A network that keeps every rule, but for what is asked for."""
    body = [layers.Conv2D(filters, 3, padding="same", activation="relu", dilation_rate=4) for _ in range(maps)]
    end = head or [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    return keras.Sequential([keras.Input(size), *body, *more, *end])


def broken(source, **settings):
    return [each.rule for each in challenge.check(source, **settings).broken]


class Own(layers.Layer):
    def call(self, values):
        return values


def no_numbers():
    model = network()
    model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
    return model


BREAKS = {
    "parameters": lambda: network(filters=80),
    "layers": lambda: network(head=[layers.GlobalAveragePooling2D(), Own(), layers.Dense(10, "softmax")]),
    "input": lambda: network(size=(40, 40, 3)),
    "output": lambda: network(head=[layers.GlobalAveragePooling2D(), layers.Dense(9, "softmax")]),
    "receptive field": lambda: network(maps=3),
    "Keras traps": lambda: network(
        head=[layers.GlobalAveragePooling2D(), layers.Dense(10, "softmax"), layers.Softmax()]
    ),
}


def test_a_network_that_keeps_every_rule():
    found = challenge.check(network)
    assert found.ok and isinstance(found.model, keras.Model) and "kept" in str(found)
    assert "<table>" in found._repr_html_()


@pytest.mark.parametrize("rule", BREAKS)
def test_each_rule_is_broken_alone(rule):
    assert broken(BREAKS[rule]) == [rule]


@pytest.mark.parametrize("name", ["separable_65k", "separable_99k", "compact_100k"])
def test_the_kits_small_networks_keep_every_rule(name):
    assert challenge.check(models.build(name)).ok, challenge.check(models.build(name))


def test_traps():
    bare = lambda: network(layers.Conv2D(8, 3), layers.BatchNormalization(), layers.Conv2D(8, 3, activation="relu"))
    assert "no activation between" in str(challenge.check(bare))
    late = lambda: network(head=[layers.GlobalAveragePooling2D(), layers.Dense(10, "softmax"), layers.BatchNormalization()])
    assert "after the softmax" in str(challenge.check(late))


@pytest.mark.parametrize("model, words", [
    (no_numbers, "not numbers"),
    (lambda: network(head=[layers.GlobalAveragePooling2D(), layers.Dense(10)]), "no probabilities"),
])  # fmt: skip
def test_outputs_that_are_no_probabilities(model, words):
    found = challenge.check(model)
    assert [each.rule for each in found.broken] == ["output"] and words in str(found)


def forever():
    while True:
        pass


@pytest.mark.parametrize("source, words", [
    (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
    (forever, "more than 1 seconds"),
    (lambda: keras.Sequential([keras.Input((32, 32, 3)), layers.Flatten(), layers.Dense(10**9)]), "not even built"),
    (lambda: None, "NoneType"),
    (lambda: keras.Sequential([layers.Dense(3)]), "not built"),
    (3, "is a int"),
])  # fmt: skip
def test_what_can_not_be_built_gets_one_sentence(source, words):
    found = challenge.check(source, seconds=1 if source is forever else building.SECONDS)
    assert [each.rule for each in found.findings] == ["builds"] and not found.ok
    assert words in str(found)
    assert challenge.check(network).ok


def test_a_stack_is_checked():
    from course.widgets.stack import Stack, layers_of

    assert challenge.check(Stack(layers_of(network()))).ok
    assert broken(Stack(())) == ["builds"]
