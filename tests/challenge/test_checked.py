"""The rules: networks that keep them, and for each rule one that breaks it alone."""

import json
import threading
import time

import numpy as np
import pytest
import tensorflow as tf
from kit_networks import built

from course import challenge
from course.arithmetic import Conv2D, Dense, GlobalAveragePooling2D
from course.challenge import BuildError, building
from course.challenge.saved import described, rebuilt
from course.models import keras
from course.widgets import layer_explorer

layers = keras.layers
IMAGE = (32, 32, 3)


def chain(*more, head=True, image=IMAGE):
    """Return a small network that spans the image, with layers in the middle."""
    stack = [
        keras.Input(image),
        layers.Conv2D(8, 5, strides=2, padding="same"),
        layers.Conv2D(8, 5, strides=2, padding="same"),
        layers.Conv2D(8, 7, padding="same"),
        *more,
    ]
    if head:
        stack += [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    return keras.Sequential(stack)


def broken(given, **settings):
    """Return the names of the broken rules, and all that is said of them."""
    found = challenge.check(given, **settings)
    assert not found.ok
    return [rule.name for rule in found.rules if rule.kept is False], " ".join(found.broken)


@pytest.mark.parametrize("name", ["separable_65k", "separable_99k", "compact_100k"])
def test_the_kits_answers_keep_every_rule(name):
    found = challenge.check(built(name))
    assert found.ok and found.model is built(name) and not found.broken, str(found)
    assert len(found.rules) == len(challenge.RULES) - 1  # no notes were given


def test_the_baseline_breaks_the_budget_alone():
    names, words = broken(built("baseline"))
    assert names == ["parameters"] and "1,172,410: at least 1,072,411 too many" in words


def test_a_function_is_called_once_and_its_model_kept():
    calls = []

    def build_model():
        calls.append(1)
        model = chain()
        model.compile("adam", "sparse_categorical_crossentropy")
        return model

    found = challenge.check(build_model)
    assert found.ok and calls == [1] and isinstance(found.model, keras.Model), str(found)


def test_a_table_has_a_line_for_each_rule():
    found = challenge.check(built("baseline"))
    text, page = str(found), found._repr_html_()
    for rule in found.rules:
        assert rule.found in text and challenge.RULES[rule.name] in text
    assert text.endswith("1 of 10 rules is broken.") and page.count("<tr>") == 11
    assert page.count(">broken<") == 1 and page.count(">kept<") == 9


def test_an_explorer_and_its_stack_are_taken():
    explorer = layer_explorer("separable_65k")
    for given in (explorer, explorer.state):
        found = challenge.check(given)
        assert found.ok and found.model.count_params() == 65_101, str(found)


def two_inputs():
    images, others = keras.Input(IMAGE), keras.Input(IMAGE)
    maps = layers.GlobalAveragePooling2D()(layers.Conv2D(8, 32)(layers.Add()([images, others])))
    return keras.Model([images, others], layers.Dense(10, activation="softmax")(maps))


class Own(layers.Layer):
    def call(self, inputs):
        return inputs


class Listing(Own):
    def __init__(self):
        super().__init__(name="listing")
        self.layers = [32, 64]  # the name of what a model has, and nothing of the kind


class Subclass(keras.Model):
    def __init__(self):
        super().__init__()
        self.made = layers.Dense(10)

    def call(self, inputs):
        return self.made(inputs)


def twice(x):
    return 2 * x


def chained(change):
    """Return a network that keeps every rule, but for what an operation does to its maps."""
    images = keras.Input(IMAGE)
    maps = change(layers.Conv2D(8, 32, strides=2, padding="same")(images))
    return keras.Model(images, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(maps)))


LEARNT = keras.initializers.Constant(np.zeros((8, 8, 8, 8)))
POOLED = [layers.GlobalAveragePooling2D(), layers.Dense(10)]
BROKEN = {
    "a thousand outputs": (lambda: chain(layers.Flatten(), layers.Dense(1000, "softmax"), head=False),
                             ["shapes", "parameters"], "output (1000,)"),
    "five classes": (lambda: chain(layers.GlobalMaxPooling2D(), layers.Dense(5, "softmax"), head=False),
                     ["shapes"], "output (5,)"),
    "a map for an output": (lambda: chain(layers.Dense(10, activation="softmax"), head=False),
                            ["shapes"], "output (8, 8, 10)"),
    "another image": (lambda: chain(image=(64, 64, 3)), ["shapes"], "input (64, 64, 3)"),
    "two inputs": (two_inputs, ["shapes", "layers"], "and (32, 32, 3)"),
    "no input": (lambda: keras.Sequential([layers.Dense(10)]), ["builds"], "is not built"),
    "a class of its own": (Subclass, ["builds"], "is not built"),
    "a layer of one's own": (lambda: chain(Own(name="mine")), ["layers"], "Mine (Own) is none of them"),
    "a layer that has layers": (lambda: chain(Listing()), ["layers"], "Listing (Listing) is none of them"),
    "a recurrent layer": (lambda: chain(layers.Reshape((64, 8)), layers.LSTM(8), layers.Dense(10, "softmax"),
                                        head=False), ["layers"], "(LSTM) is none of them"),
    "a lambda": (lambda: chain(layers.Lambda(twice)), ["layers"], "(Lambda) is none of them"),
    "large maps": (lambda: chain(layers.UpSampling2D(256)), ["cost"], "MiB"),
    "a small field": (lambda: keras.Sequential([keras.Input(IMAGE), layers.Conv2D(8, 3),
                      layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]),
                      ["field"], "3 at conv2d"),
    "pooled to one unit by hand": (lambda: keras.Sequential([keras.Input(IMAGE), layers.Conv2D(8, 3),
                                   layers.AveragePooling2D(30), layers.Flatten(), layers.Dense(10, "softmax")]),
                                   ["field"], "3 at conv2d"),
    "pooled, and convolved after": (lambda: keras.Sequential([keras.Input(IMAGE), layers.Conv2D(8, 3),
                                    layers.GlobalAveragePooling2D(keepdims=True), layers.Conv2D(10, 1),
                                    layers.Flatten(), layers.Softmax()]), ["field"], "3 at conv2d"),
    "no map": (lambda: keras.Sequential([keras.Input(IMAGE), layers.Flatten(), layers.Dense(10, "softmax")]),
               ["field"], "no map"),
    "a Reshape that moves positions": (lambda: keras.Sequential([keras.Input(IMAGE),
        layers.Reshape((16, 16, 12), name="fold"), layers.Conv2D(8, 9, strides=2, padding="same"),
        layers.Conv2D(8, 7, padding="same", name="last"), layers.GlobalAveragePooling2D(),
        layers.Dense(10, activation="softmax")]), ["field"],
        "The receptive field of last can't be known, because fold (Reshape) moves positions: leave it out."),
    "a map too long to follow": (lambda: chain(layers.UpSampling2D((2100, 1), name="tall")), ["field"],
                                 "because tall (UpSampling2D) makes a map too long to follow"),
    "no softmax": (lambda: chain(*POOLED, head=False), ["softmax", "numbers"], "are no probabilities"),
    "softmax twice": (lambda: keras.Sequential([chain(), layers.Activation("softmax")]), ["softmax"], "2 times"),
    "Dropout at the end": (lambda: keras.Sequential([chain(), layers.Dropout(0.5)]), ["softmax"],
                           "(Dropout) comes after it"),
    "softmax in the middle": (lambda: chain(layers.Activation("softmax")), ["softmax"], "2 times"),
    "images rescaled": (lambda: chain(layers.Rescaling(1 / 255)), ["traps"], "divides by about 255"),
    "rows normalised": (lambda: chain(layers.BatchNormalization(axis=1)), ["traps"], "normalises axis 1"),
    "Keras 1": (lambda: chain(layers.Conv2D(8, 3, 3)), ["traps"], "moves 3 pixels at a step"),
    "frozen": (lambda: chain(layers.Conv2D(8, 3, trainable=False, name="kept")), ["traps"], "Kept is frozen"),
    "NaN": (lambda: chain(layers.Dense(8, bias_initializer=keras.initializers.Constant(np.nan))),
            ["numbers"], "no numbers"),
    "an activation of one's own": (lambda: chain(layers.Dense(8, activation=twice)), ["saved"],
                                 "It holds the function twice, which no configuration can hold: take one"),
    "a tensor of one's own": (lambda: chained(lambda maps: maps + tf.constant(0.5, shape=(8,))), ["saved"],
                              "It holds a tensor of yours, which training would never change: write it"),
    "a variable of no layer": (lambda: chained(lambda maps: maps * keras.Variable(np.ones(8))), ["saved"],
                               "or take a layer that learns it"),
    "a large array": (lambda: chained(layers.Conv2D(8, 8, kernel_initializer=LEARNT)), ["saved"],
                      "It holds an array of 4,096 numbers: a network may hold one of up to 3,072 numbers."),
    "a lambda as an activation": (lambda: chain(layers.Dense(8, activation=lambda maps: 2 * maps)),
                                  ["saved"], "It holds a lambda, which"),
    "a function of TensorFlow's": (lambda: chain(layers.Conv2D(8, 1, activation=tf.nn.silu)), ["saved"],
                                   'write its name in quotes, such as "softmax"'),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_each_rule_that_is_broken_is_named(case):
    build, expected, words = BROKEN[case]
    names, said = broken(build)
    assert names == expected and words.lower() in said.lower(), said


EIGHT = np.linspace(0.1, 1.3, 8)
ARRAYS = {
    "Rescaling": lambda maps: layers.Rescaling(EIGHT, EIGHT / 7)(maps),
    "multiplied": lambda maps: maps * EIGHT,
    "divided": lambda maps: maps / EIGHT.astype(np.float32),
    "subtracted": lambda maps: maps - np.arange(8),
    "added with keras.ops": lambda maps: keras.ops.add(maps, EIGHT.reshape(1, 1, 8)),
    "a bias to begin with": layers.Dense(8, bias_initializer=keras.initializers.Constant(EIGHT)),
    "relu, called": keras.activations.relu,
    "relu, called with settings": lambda maps: keras.activations.relu(maps, negative_slope=0.1, max_value=1.0),
}


@pytest.mark.parametrize("case", ARRAYS)
def test_arrays_and_called_activations_are_kept_to_the_last_bit(case):
    model = chained(ARRAYS[case])
    found = challenge.check(model)
    assert found.ok, str(found)
    again = rebuilt(json.loads(json.dumps(described(model))))
    again.set_weights(model.get_weights())
    images = np.random.default_rng(0).random((3, *IMAGE), dtype=np.float32)
    assert np.array_equal(model(images), again(images))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"value": [1, 2], "dtype": "V1000000000"}, "of something else than numbers"),
        ({"value": ["a"], "dtype": "S1000000000"}, "of something else than numbers"),
        ({"value": [[1], [1, 2]], "dtype": "float32"}, "that can't be read"),
        ({"value": [1]}, "that can't be read"),
        (None, "that can't be read"),
        ({"value": [1], "dtype": "no dtype"}, "that can't be read"),
    ],
)
def test_an_array_of_a_file_is_looked_at_before_it_is_made(config, words):
    with pytest.raises(BuildError, match=f"It holds an array {words}"):
        rebuilt({"class_name": "__numpy__", "config": config})


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"seconds": "a"}, "seconds is 'a'; it must be a number above 0, such as 60."),
        ({"seconds": 0}, "seconds is 0"),
        ({"seconds": None}, "seconds is None"),
        ({"notes": 5}, "notes is 5; it must be code in quotes, or a path."),
    ],
)
def test_how_to_check_is_checked(settings, words):
    with pytest.raises(ValueError) as caught:
        challenge.check(chain, **settings)
    assert words in str(caught.value)


def test_a_reshape_of_keras_ops_is_read_as_the_layer_is():
    images = keras.Input(IMAGE)
    maps = keras.ops.reshape(layers.Conv2D(8, 32)(images), (-1, 8))
    found = challenge.check(lambda: keras.Model(images, layers.Dense(10, activation="softmax")(maps)))
    assert found.ok, str(found)


def test_a_softmax_that_is_no_word_is_told_which_word_to_write():
    names, said = broken(lambda: chain(*POOLED[:1], layers.Dense(10, activation=layers.Softmax()), head=False))
    assert names == ["softmax"] and "write activation='softmax'" in said


def raising():
    raise RuntimeError("no such thing\nand more lines")


def endless():
    while True:
        try:
            time.sleep(0.001)
        except Exception:
            pass


def huge():
    return keras.Sequential([keras.Input(IMAGE), layers.Flatten(), layers.Dense(400_000), layers.Dense(10)])


def leaving():
    raise SystemExit


def test_a_function_keeps_its_name_in_a_sentence_about_it():
    broken = challenge.check(raising).broken[0]
    assert broken.startswith("Rule broken: builds a Keras model. raising() stopped at line"), broken


@pytest.mark.parametrize(
    ("given", "rule", "words"),
    [
        (raising, "builds", "raising() stopped at line"),
        (raising, "builds", "with RuntimeError: no such thing."),
        (leaving, "builds", "SystemExit."),
        (lambda: None, "builds", "returned None: end it with `return model`"),
        (lambda: Own, "builds", "returned a type"),
        (lambda needs: needs, "builds", "TypeError"),
        (lambda: chain(layers.Conv2D(8, 50)), "builds", "ValueError"),
        ("build_model", "builds", "This is a str: hand in build_model itself"),
        (None, "builds", "This is None"),
        (huge, "parameters", "1,228,800,000 with dense (Dense)"),
    ],
)
def test_a_build_that_fails_gets_one_sentence(given, rule, words):
    found = challenge.check(given)
    assert found.model is None and not found.ok
    assert found[rule].kept is False and words in found[rule].found, str(found)
    assert "\n" not in found[rule].found
    assert {each.kept for each in found.rules if each.name not in ("builds", "parameters")} == {None}


def test_an_endless_build_is_stopped():
    before = threading.active_count()
    found = challenge.check(endless, seconds=0.3)
    assert found["builds"].found == (
        "endless() was not done after 0.3 seconds and was stopped: look for a loop that never ends."
    )
    assert threading.active_count() == before
    assert challenge.check(chain).ok  # the kernel goes on


def test_a_build_that_can_not_be_stopped_says_so(monkeypatch):
    monkeypatch.setattr(building, "_TRIES", 1)
    before, given = set(threading.enumerate()), threading.Event()

    def waits():
        given.wait(20)

    found = challenge.check(waits, seconds=0.1)
    given.set()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert found["builds"].found == (
        "waits() was not done after 0.1 seconds and could not be stopped: look for something that waits or "
        "never ends, and restart the kernel."
    )


def test_huge_stacks_are_refused_and_those_that_do_not_fit_named():
    def stack(*layers):
        explorer = layer_explorer(layers)
        return explorer.state

    huge = challenge.check(stack(Conv2D(8, 3), GlobalAveragePooling2D(), Dense(10**8)))
    assert huge["parameters"].kept is False and "800,000,000" in huge["parameters"].found
    wrong = challenge.check(stack(Conv2D(8, 33)))
    assert "window does not fit" in wrong["builds"].found


NOTED = """
model = keras.Sequential([
    keras.Input((32, 32, 3)),
    layers.Conv2D(8, 3),  # 30x30x8, RF 3
    layers.MaxPooling2D(2),  # 15x15x8, RF {field}
])
"""


def test_notes_are_checked_where_they_are_given():
    right = challenge.check(chain, notes=NOTED.format(field=4))
    assert right.ok and "4 right" in right["notes"].found and right.findings.all_right
    wrong = challenge.check(chain, notes=NOTED.format(field=6))
    assert not wrong.ok and "1 wrong" in wrong["notes"].found and "line 5, RF" in wrong["notes"].found
    none = challenge.check(chain, notes="no layers at all")
    assert none["notes"].kept is False and "No layers were found" in none["notes"].found
