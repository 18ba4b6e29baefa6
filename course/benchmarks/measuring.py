"""Timing layers and networks, and measuring the ceilings of the machine.

Times differ from run to run, so everything that is to be compared is run in turns, in an order that
changes, and the median is given with the quartiles.
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial

import numpy as np

from course import costs, models
from course._given import check_whole
from course.arithmetic.layers import from_config
from course.benchmarks.record import Ceilings, Timing
from course.models import keras
from course.progress import bar

import tensorflow as tf  # isort: skip  (after course.models has imported it quietly)

_WINDOW = {"kernel_size": 3, "padding": "same"}
_LAYERS = {
    "standard": lambda channels: keras.layers.Conv2D(channels, use_bias=False, **_WINDOW),
    "depthwise": lambda channels: keras.layers.DepthwiseConv2D(use_bias=False, **_WINDOW),
    "pointwise": lambda channels: keras.layers.Conv2D(channels, 1, use_bias=False),
    "separable": lambda channels: keras.layers.SeparableConv2D(channels, use_bias=False, **_WINDOW),
}
KINDS = tuple(_LAYERS)
# What the record calls a convolution with groups that does not go through Keras.
DIRECT = "tf.nn.conv2d"
# From wide and shallow, as early in a network, to narrow and deep, as late in one: (size, channels).
SHAPES = ((32, 16), (32, 64), (16, 128), (8, 256))
# Rows, inner side and columns: large ones, and one that is shaped as the last standard layer of `SHAPES` is.
PRODUCTS = ((1536, 1536, 1536), (2048, 2048, 2048), (1024, 2304, 256))
BATCH = 16


def ceilings(rounds=7):
    """Measure this machine's ceilings: the best of some large products of matrices, and of some large copies.

    Parameters
    ----------
    rounds : int
        How often each is run, in turns.

    Returns
    -------
    Ceilings

    Raises
    ------
    ValueError
        When there is less than one round.
    """
    values = 2**23
    work = {}
    for rows, inner, columns in PRODUCTS:
        matrices = [tf.random.stateless_normal(shape, (0, rows)) for shape in ((rows, inner), (inner, columns))]
        work[rows * inner * columns] = partial(tf.function(tf.matmul), *matrices)
    # A single thread does not reach what the memory can give, so each core copies a part.
    source, target = np.ones(values, np.float32), np.zeros(values, np.float32)
    parts = list(zip(*(np.array_split(a, os.cpu_count() or 1) for a in (target, source)), strict=True))
    with ThreadPoolExecutor(len(parts)) as pool:
        work["copy"] = lambda: list(pool.map(lambda part: np.copyto(*part), parts))
        took = _in_turns(work, rounds)
    copied = 2 * source.nbytes / min(took.pop("copy"))
    return Ceilings(max(macs / min(seconds) for macs, seconds in took.items()), copied)


def time_layers(shapes=SHAPES, kinds=KINDS, batch=BATCH, rounds=11):
    """Time single layers without a bias, forward and with gradients, in turns.

    Parameters
    ----------
    shapes : sequence of (int, int)
        Height and width, and channels, of the input. A layer has as many filters as channels.
    kinds : sequence of str
        Of `KINDS`.
    batch : int
        Images at once.
    rounds : int
        How often each is run.

    Returns
    -------
    list of Timing
        For each shape and kind one forward, and one with the gradients of weights and input too.

    Raises
    ------
    ValueError
        When there is no such kind, or less than one round.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"There is no kind {unknown[0]!r}: choose among {', '.join(KINDS)}.")
    work = {}
    for size, channels in shapes:
        x = _input(size, channels, batch)
        for kind in kinds:
            layer = _LAYERS[kind](channels)
            layer.build(x.shape)
            about = kind, size, channels, batch
            cost = _cost(layer, x)
            work[(*about, False, *cost)] = _forward(layer, x)
            work[(*about, True, *cost)] = _gradients(layer, x)
    return [Timing(name, seconds, *about) for (name, *about), seconds in _in_turns(work, rounds).items()]


def time_groups(size=16, channels=64, batch=BATCH, rounds=11):
    """Time a 3x3 convolution, forward, whose channels are kept apart in 1, 2, 4, ... groups, in turns.

    Parameters
    ----------
    size, channels, batch, rounds : int
        As for `time_layers`.

    Returns
    -------
    list of Timing
        Named by the number of groups, each power of 2 that divides the channels; then "DepthwiseConv2D",
        which is as many groups as channels; then, where TensorFlow can do it without Keras, each number of
        groups again, as `DIRECT` and the number.

    Raises
    ------
    ValueError
        When there is less than one round.
    """
    x = _input(size, channels, batch)
    groups = [2**i for i in range(channels.bit_length()) if channels % 2**i == 0]
    layers = {str(count): keras.layers.Conv2D(channels, groups=count, **_WINDOW) for count in groups}
    layers["DepthwiseConv2D"] = keras.layers.DepthwiseConv2D(**_WINDOW)
    work = {name: _forward(layer, x) for name, layer in layers.items()}
    for count in groups:
        kernel = tf.random.stateless_normal((3, 3, channels // count, channels), (2, size))
        direct = partial(tf.function(tf.nn.conv2d), x, kernel, 1, "SAME")
        # TensorFlow can't do it everywhere: not without the oneDNN library.
        with _no_warnings(), suppress(tf.errors.OpError):
            direct()
            work[f"{DIRECT} {count}"] = direct
    took = _in_turns(work, rounds)
    return [
        Timing(name, seconds, size, channels, batch, False, *_cost(layers[name.removeprefix(f"{DIRECT} ")], x))
        for name, seconds in took.items()
    ]


def time_networks(networks, batch=BATCH, rounds=5, training=False):
    """Time whole networks in turns: forward, or a step of training with Adam.

    Parameters
    ----------
    networks : dict of str to keras.Model
        Built for the kit's images. For training they are compiled anew, and the steps change their weights.
    batch : int
        Images at once.
    rounds : int
        How often each is run.
    training : bool
        Whether to time steps of training.

    Returns
    -------
    list of Timing
        In the order of the networks.

    Raises
    ------
    ValueError
        When there is less than one round.
    """
    x = np.random.default_rng(0).random((batch, *models.IMAGE_SHAPE), np.float32)
    y = np.zeros(batch, np.int32)
    work = {}
    for name, network in networks.items():
        if training:
            network.compile("adam", "sparse_categorical_crossentropy")
            work[name] = lambda network=network: network.train_on_batch(x, y)
        else:
            work[name] = _forward(network, tf.constant(x))
    took = _in_turns(work, rounds)
    return [Timing(name, seconds, batch=batch, training=training) for name, seconds in took.items()]


def _input(size, channels, batch):
    return tf.random.stateless_normal((batch, size, size, channels), (1, size))


def _cost(layer, x):
    """Return a layer's MACs and the bytes that it moves, forward."""
    batch, *shape = x.shape
    passes = costs.passes(from_config(type(layer).__name__, layer.get_config()), shape, batch)
    return sum(part.macs for part in passes), sum(part.bytes for part in passes)


def _forward(network, x):
    # A single layer of these kinds has no training argument: it is the same in both.
    options = {"training": False} if isinstance(network, keras.Model) else {}
    return tf.function(lambda: network(x, **options))


def _gradients(layer, x):
    """Return a function that returns the gradients of the input and of each of the layer's weights."""
    arriving = tf.ones_like(x)  # at the output, whose shape is the input's

    @tf.function
    def run():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, *(weight.value for weight in layer.weights)], arriving)

    return run


def _in_turns(work, rounds):
    """Run each of some functions once a round, in an order that changes; return each one's seconds."""
    check_whole("rounds", rounds, 1)
    took = {key: [] for key in work}
    order = list(work)
    shuffle = random.Random(0).shuffle
    with bar((rounds + 1) * len(order), "timing", unit="run") as progress, _no_warnings():
        for number in range(rounds + 1):
            shuffle(order)
            for key in order:
                started = time.perf_counter()
                work[key]()
                seconds = time.perf_counter() - started
                if number:  # the first round traces and fills caches
                    took[key].append(seconds)
                progress.update()
    return {key: tuple(seconds) for key, seconds in took.items()}


@contextmanager
def _no_warnings():
    """Keep TensorFlow's warnings off the screen."""
    # It counts functions by the line that makes them: a dozen layers, each traced once, look to it like one
    # function traced a dozen times.
    logger = tf.get_logger()
    level = logger.level
    logger.setLevel("ERROR")
    try:
        yield
    finally:
        logger.setLevel(level)
