"""How fast this machine runs a layer, and how fast it could: timings, and the two ceilings of its roofline.

The kit's own record was made on an otherwise idle machine with

    python -m course.benchmarks

Times differ from run to run, so everything that is to be compared is run in turns, in an order that
changes, and the median is given with the quartiles.
"""

import json
import os
import platform
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from statistics import median, quantiles

import numpy as np

from course import costs, models, runs
from course.arithmetic import Conv2D, DepthwiseConv2D, SeparableConv2D
from course.models import keras
from course.progress import bar

import tensorflow as tf  # isort: skip  (after course.models has imported it quietly)

RECORD = runs.RECORDS / "layer_timings.json"
KINDS = ("standard", "depthwise", "pointwise", "separable")
# From wide and shallow, as early in a network, to narrow and deep, as late in one: (size, channels).
SHAPES = ((32, 16), (32, 64), (16, 128), (8, 256))
WIDTHS = (0.25, 0.5, 0.75, 1.0, 1.5)
MULTIPLIERS = (1, 2)
BATCH = 16


@dataclass(frozen=True)
class Ceilings:
    """What a machine can do at most.

    Parameters
    ----------
    macs_per_second : float
        In a large product of two matrices of float32.
    bytes_per_second : float
        Read and written together, in a copy too large for any cache.

    Used in notebook 03.
    """

    macs_per_second: float
    bytes_per_second: float

    @property
    def ridge(self):
        """The arithmetic intensity, in MACs for each byte, from which on arithmetic is the limit."""
        return self.macs_per_second / self.bytes_per_second


@dataclass(frozen=True)
class Timing:
    """How long something took, each time it was run.

    Parameters
    ----------
    name : str
        What was run: a kind of layer, or a network.
    seconds : tuple of float
        Wall seconds of each run.
    size, channels, batch : int, optional
        Of a layer's input, which is square; it has as many filters as channels.
    training : bool
        Whether the gradients of weights and input were computed too.
    macs, bytes : int, optional
        Forward, as `course.costs` counts them.

    Used in notebook 03.
    """

    name: str
    seconds: tuple
    size: int = None
    channels: int = None
    batch: int = None
    training: bool = False
    macs: int = None
    bytes: int = None

    @property
    def median(self):
        """Seconds."""
        return median(self.seconds)

    @property
    def quartiles(self):
        """(lower, upper), in seconds: half of all runs took a time between them."""
        if len(self.seconds) < 2:
            return self.seconds[0], self.seconds[0]
        lower, _, upper = quantiles(self.seconds, n=4, method="inclusive")
        return lower, upper

    @property
    def macs_per_second(self):
        """Multiply-accumulates in each second of a median forward run."""
        return self.macs / self.median

    @property
    def intensity(self):
        """Multiply-accumulates for each byte moved, forward."""
        return self.macs / self.bytes


def ceilings(rounds=7):
    """Measure the two ceilings of this machine: the best of some large matrix products, and of some large copies.

    Parameters
    ----------
    rounds : int
        How often each is run, in turns. It takes about a quarter of a second a round.

    Returns
    -------
    Ceilings

    Used in notebook 03.
    """
    side, values = 1536, 2**24
    matrices = [tf.random.stateless_normal((side, side), (0, i)) for i in (0, 1)]
    product = tf.function(tf.matmul)
    # A single thread does not reach what the memory can give, so each core copies a part.
    source, target = np.ones(values, np.float32), np.zeros(values, np.float32)
    parts = list(zip(*(np.array_split(a, os.cpu_count() or 1) for a in (target, source)), strict=True))
    with ThreadPoolExecutor(len(parts)) as pool:
        took = _in_turns(
            {
                "product": lambda: product(*matrices),
                "copy": lambda: list(pool.map(lambda part: np.copyto(*part), parts)),
            },
            rounds,
        )
    return Ceilings(side**3 / min(took["product"]), 2 * source.nbytes / min(took["copy"]))


def time_layers(shapes=SHAPES, kinds=KINDS, batch=BATCH, rounds=11):
    """Time single layers, forward and with gradients, in turns.

    Parameters
    ----------
    shapes : sequence of (int, int)
        Height and width, and channels, of the input. A layer has as many filters as channels.
    kinds : sequence of str
        Of `KINDS`.
    batch : int
        Images at once.
    rounds : int
        How often each is run. All the defaults together take about 20 seconds on two cores.

    Returns
    -------
    list of Timing
        For each shape and kind one forward, and one with gradients.

    Raises
    ------
    ValueError
        When there is no such kind, or fewer than one round.

    Used in notebook 03.
    """
    if unknown := [kind for kind in kinds if kind not in KINDS]:
        raise ValueError(f"There is no kind {unknown[0]!r}: choose among {', '.join(KINDS)}.")
    work, about = {}, {}
    for size, channels in shapes:
        x = tf.random.stateless_normal((batch, size, size, channels), (1, size))
        for kind in kinds:
            layer = _layer(kind, channels)
            cost = costs.passes(_arithmetic(kind, channels), (size, size, channels), batch)
            for training in (False, True):
                key = kind, size, channels, training
                work[key] = _layer_run(layer, x, training)
                about[key] = sum(part.macs for part in cost), sum(part.bytes for part in cost)
    took = _in_turns(work, rounds)
    return [
        Timing(kind, tuple(seconds), size, channels, batch, training, *about[kind, size, channels, training])
        for (kind, size, channels, training), seconds in took.items()
    ]


def time_networks(networks, batch=BATCH, rounds=5, training=False):
    """Time whole networks in turns: forward, or a step of training with Adam.

    Parameters
    ----------
    networks : dict of str to keras.Model
        Built for the kit's images. Training steps change their weights.
    batch : int
        Images at once.
    rounds : int
        How often each is run.
    training : bool

    Returns
    -------
    list of Timing
        In the order of the networks.

    Used in notebook 03.
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
    return [Timing(name, tuple(seconds), batch=batch, training=training) for name, seconds in took.items()]


def save(ceiling, timings, path=RECORD):
    """Write ceilings and timings, and on what machine they were taken, as JSON.

    Parameters
    ----------
    ceiling : Ceilings
    timings : dict of str to list of Timing
        By what they are of, such as "layers".
    path : str or pathlib.Path, optional
        Where to; the kit's own record if left out.
    """
    about = {
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
        },
        "ceilings": asdict(ceiling),
    }
    parts = []
    for name, some in timings.items():
        lines = ",\n".join(f"  {json.dumps(_rounded(timing))}" for timing in some)
        parts.append(f"{json.dumps(name)}: [\n{lines}\n]")
    text = f'{{"about": {json.dumps(about, indent=1)},\n' + ",\n".join(parts) + "}\n"
    with runs.replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def load(path=RECORD):
    """Return what `save` wrote.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        The kit's own record if left out.

    Returns
    -------
    (dict, Ceilings, dict of str to list of Timing)
        Machine and versions; the ceilings; the timings. The kit's own record holds "layers", "groups",
        "training" (steps of `models.CONVERSION` and of the kit's models), "separable_65k" (steps without some of its
        layers, and with standard ones) and "scaled" (other widths, forward).

    Raises
    ------
    ValueError
        When the file can't be read as such a record.

    Used in notebook 03.
    """
    try:
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
        about = record.pop("about")
        timings = {
            name: [Timing(**{**timing, "seconds": tuple(timing["seconds"])}) for timing in some]
            for name, some in record.items()
        }
        return about, Ceilings(**about["ceilings"]), timings
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as why:
        raise ValueError(
            f"{path} can't be read as a record of timings ({why}): restore it, or write one with save()."
        ) from None


def main(path=RECORD):
    """Take the kit's record of timings on this machine, and write it. It takes about seven minutes."""
    timings = {"layers": time_layers(rounds=21), "groups": time_groups()}
    stages = {name: models.separable_baseline(**how) for name, how in models.CONVERSION.items()}
    finals = {name: models.build(name) for name in models.MODELS if name not in stages}
    timings["training"] = time_networks({**stages, **finals}, batch=128, rounds=7, training=True)
    whole = models.build("separable_65k")
    parts = {
        "as published": whole,
        "without Dropout": models.without(whole, "Dropout"),
        "without BatchNormalization": models.without(whole, "BatchNormalization"),
        "without both": models.without(whole, "Dropout", "BatchNormalization"),
        "with standard convolutions": models.twin(whole),
    }
    timings["separable_65k"] = time_networks(parts, batch=128, rounds=7, training=True)
    scaled = {
        scaled_name(name, width, multiplier): models.scaled(models.build(name), width, multiplier)
        for name in models.MODELS
        for width in WIDTHS
        for multiplier in (MULTIPLIERS if name != "baseline" else (1,))
    }
    timings["scaled"] = time_networks(scaled, rounds=9)
    ceiling = ceilings(rounds=15)
    save(ceiling, timings, path)
    print(f"{ceiling.macs_per_second / 1e9:.0f} GMAC/s, {ceiling.bytes_per_second / 1e9:.1f} GB/s: written to {path}.")


def scaled_name(name, width, depth_multiplier):
    """Return what the record calls one of the kit's models at another width and depth multiplier."""
    return f"{name} {width:g} {depth_multiplier}"


def time_groups(size=16, channels=64, batch=BATCH, rounds=11):
    """Time a 3x3 convolution, forward, whose channels are kept apart in 1, 2, 4, ... groups, in turns.

    Parameters
    ----------
    size, channels, batch, rounds : int
        As for `time_layers`.

    Returns
    -------
    list of Timing
        Named by the number of groups; then "DepthwiseConv2D", which is as many groups as channels.

    Used in notebook 03.
    """
    x = tf.random.stateless_normal((batch, size, size, channels), (1, size))
    groups = [2**i for i in range(channels.bit_length())]
    window = {"kernel_size": 3, "padding": "same"}
    layers = {str(g): keras.layers.Conv2D(channels, groups=g, **window) for g in groups}
    cost = {
        str(g): costs.passes(Conv2D(channels, groups=g, **window), (size, size, channels), batch)[0] for g in groups
    }
    layers["DepthwiseConv2D"] = keras.layers.DepthwiseConv2D(**window)
    cost["DepthwiseConv2D"] = cost[str(groups[-1])]
    took = _in_turns({name: _forward(layer, x) for name, layer in layers.items()}, rounds)
    return [
        Timing(name, tuple(seconds), size, channels, batch, False, cost[name].macs, cost[name].bytes)
        for name, seconds in took.items()
    ]


def _in_turns(work, rounds):
    """Run each of some functions once a round, in an order that changes; return each one's seconds."""
    if not isinstance(rounds, int) or rounds < 1:
        raise ValueError(f"rounds is {rounds!r}; it must be a whole number of at least 1.")
    took = {key: [] for key in work}
    order = list(work)
    shuffle = random.Random(0).shuffle
    with bar((rounds + 1) * len(order), "timing", unit="run") as progress:
        for number in range(rounds + 1):
            shuffle(order)
            for key in order:
                started = time.perf_counter()
                work[key]()
                seconds = time.perf_counter() - started
                if number:  # the first round traces and fills caches
                    took[key].append(seconds)
                progress.update()
    return took


def _layer(kind, channels):
    window = {"kernel_size": 3, "padding": "same", "use_bias": False}
    return {
        "standard": lambda: keras.layers.Conv2D(channels, **window),
        "depthwise": lambda: keras.layers.DepthwiseConv2D(**window),
        "pointwise": lambda: keras.layers.Conv2D(channels, 1, use_bias=False),
        "separable": lambda: keras.layers.SeparableConv2D(channels, **window),
    }[kind]()


def _arithmetic(kind, channels):
    window = {"kernel_size": 3, "padding": "same", "use_bias": False}
    return {
        "standard": Conv2D(channels, **window),
        "depthwise": DepthwiseConv2D(**window),
        "pointwise": Conv2D(channels, 1, use_bias=False),
        "separable": SeparableConv2D(channels, **window),
    }[kind]


def _layer_run(layer, x, training):
    if not training:
        return _forward(layer, x)
    layer.build(x.shape)
    arriving = tf.ones_like(layer(x))

    @tf.function
    def run():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x)
        return tape.gradient(y, [x, *(weight.value for weight in layer.weights)], arriving)

    return run


def _forward(network, x):
    # A single layer of these kinds has no training argument: it is the same in both.
    options = {"training": False} if isinstance(network, keras.Model) else {}
    return tf.function(lambda: network(x, **options))


def _rounded(timing):
    stored = {key: value for key, value in asdict(timing).items() if value is not None}
    return {**stored, "seconds": [round(s, 6) for s in timing.seconds]}


if __name__ == "__main__":
    main(*sys.argv[1:])
