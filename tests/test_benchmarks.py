"""What is timed, what a timing says, and what the committed record holds. No time is ever expected."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import partial
from math import prod

import numpy as np
import pytest
from kit_networks import step

from course import CHAINS, benchmarks, costs, models
from course.arithmetic import Conv2D, DepthwiseConv2D, SeparableConv2D
from course.benchmarks import Ceilings, Timing, measuring

keras = models.keras


def cost(layer, size, channels, batch):
    passes = costs.passes(layer, (size, size, channels), batch)
    return sum(part.macs for part in passes), sum(part.bytes for part in passes)


def well_timed(timing, rounds):
    return len(timing.seconds) == rounds and min(timing.seconds) > 0


def test_layers_are_timed_forward_and_with_gradients():
    timings = benchmarks.time_layers([(5, 3), (4, 6)], ["standard", "separable"], batch=2, rounds=2)
    assert [(t.size, t.channels, t.name, t.training) for t in timings] == [
        (5, 3, "standard", False), (5, 3, "standard", True), (5, 3, "separable", False), (5, 3, "separable", True),
        (4, 6, "standard", False), (4, 6, "standard", True), (4, 6, "separable", False), (4, 6, "separable", True),
    ]  # fmt: skip
    window = {"kernel_size": 3, "padding": "same", "use_bias": False}
    for t in timings:
        kind = Conv2D if t.name == "standard" else SeparableConv2D
        assert (t.macs, t.bytes) == cost(kind(t.channels, **window), t.size, t.channels, 2)
        assert t.batch == 2 and well_timed(t, 2)


@pytest.mark.parametrize("kind", benchmarks.KINDS)
def test_a_kind_is_timed_with_its_own_costs(kind):
    forward, _ = benchmarks.time_layers([(4, 6)], [kind], batch=3, rounds=1)
    window = {"kernel_size": 3, "padding": "same", "use_bias": False}
    layer = {
        "standard": Conv2D(6, **window),
        "depthwise": DepthwiseConv2D(**window),
        "pointwise": Conv2D(6, 1, use_bias=False),
        "separable": SeparableConv2D(6, **window),
    }[kind]
    assert (forward.name, forward.macs, forward.bytes) == (kind, *cost(layer, 4, 6, 3))


def run_once(call, monkeypatch):
    """Return what each timed function of a call returns, by what it is called."""
    results = {}

    def once(work, rounds):
        results.update({key: function() for key, function in work.items()})
        return {key: (1.0,) * rounds for key in work}

    monkeypatch.setattr(measuring, "_in_turns", once)
    call()
    return results


def test_the_timed_gradients_are_those_of_the_input_and_of_every_weight(monkeypatch):
    results = run_once(lambda: benchmarks.time_layers([(4, 3)], batch=2, rounds=1), monkeypatch)
    shapes = {key[0]: [tuple(part.shape) for part in found] for key, found in results.items() if key[4]}
    image = (2, 4, 4, 3)
    assert shapes == {
        "standard": [image, (3, 3, 3, 3)],
        "depthwise": [image, (3, 3, 3, 1)],
        "pointwise": [image, (1, 1, 3, 3)],
        "separable": [image, (3, 3, 3, 1), (1, 1, 3, 3)],
    }
    for key, found in results.items():
        outputs = found if key[4] else [found]
        assert all(np.abs(np.asarray(part)).max() > 0 for part in outputs)
        assert key[4] or found.shape == image


def test_the_timed_gradients_are_right():
    layer = keras.layers.SeparableConv2D(3, 3, padding="same", use_bias=False)
    x = measuring._input(4, 3, 2)
    layer.build(x.shape)
    total = float(np.asarray(layer(x)).sum())
    # The sum of the outputs is linear in the input, and in each weight alone.
    parts = [x, *layer.weights]
    for part, gradient in zip(parts, measuring._gradients(layer, x)(), strict=True):
        assert np.sum(np.asarray(part) * np.asarray(gradient)) == pytest.approx(total, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(("channels", "names"), [(4, ["1", "2", "4"]), (6, ["1", "2"])])
def test_groups_are_the_powers_of_2_that_divide_the_channels(channels, names):
    timings = benchmarks.time_groups(4, channels, batch=2, rounds=1)
    found = {t.name: t for t in timings}
    direct = [f"{benchmarks.DIRECT} {name}" for name in names]
    # TensorFlow can't do groups itself everywhere.
    assert list(found) in ([*names, "DepthwiseConv2D", *direct], [*names, "DepthwiseConv2D", direct[0]])
    window = {"kernel_size": 3, "padding": "same"}
    for name, t in found.items():
        groups = channels if name == "DepthwiseConv2D" else int(name.split()[-1])
        assert (t.macs, t.bytes) == cost(Conv2D(channels, groups=groups, **window), 4, channels, 2)
    assert (found["DepthwiseConv2D"].macs, found["DepthwiseConv2D"].bytes) == cost(
        DepthwiseConv2D(**window), 4, channels, 2
    )
    assert all((t.size, t.channels, t.batch, t.training) == (4, channels, 2, False) for t in timings)
    assert all(well_timed(t, 1) for t in timings)


def small(name, units=10):
    return keras.Sequential(
        [keras.Input(models.IMAGE_SHAPE), keras.layers.Flatten(), keras.layers.Dense(units, "softmax")], name=name
    )


@pytest.mark.parametrize("training", [False, True])
def test_networks_are_timed_in_their_order(training):
    networks = {"b": small("one"), "a": small("two")}
    before = [network.get_weights()[0] for network in networks.values()]
    timings = benchmarks.time_networks(networks, batch=3, rounds=2, training=training)
    assert [t.name for t in timings] == ["b", "a"]
    assert all((t.batch, t.training, t.macs) == (3, training, None) and well_timed(t, 2) for t in timings)
    after = [network.get_weights()[0] for network in networks.values()]
    assert all(np.array_equal(*pair) != training for pair in zip(before, after, strict=True))


def test_a_forward_run_is_the_network_as_it_is_used(monkeypatch):
    network = keras.Sequential(
        [keras.Input(models.IMAGE_SHAPE), keras.layers.BatchNormalization(), keras.layers.Dropout(0.9)]
    )
    results = run_once(lambda: benchmarks.time_networks({"n": network}, batch=2), monkeypatch)
    # Nothing was dropped, and nothing was centred.
    assert np.asarray(results["n"]).min() > 0
    assert results["n"].shape == (2, *models.IMAGE_SHAPE)


def test_everything_is_run_once_more_than_it_is_timed_and_in_turns():
    seen = []
    took = measuring._in_turns({name: partial(seen.append, name) for name in "abc"}, 4)
    assert list(took) == ["a", "b", "c"] and all(len(seconds) == 4 for seconds in took.values())
    rounds = ["".join(seen[i : i + 3]) for i in range(0, 15, 3)]
    assert len(seen) == 15 and all(sorted(part) == ["a", "b", "c"] for part in rounds)
    assert len(set(rounds)) > 1


def test_the_ceilings_are_those_of_the_best_run(monkeypatch):
    products, copied = [], []

    def made_up(work, rounds):
        assert rounds == 2
        products.extend(work[key]() for key in work if key != "copy")
        work["copy"]()
        # The second product is the fastest, in its second round.
        return {**dict.fromkeys(work, (1e3, 1e3)), list(work)[1]: (2.0, 0.5), "copy": (0.25, 4.0)}

    monkeypatch.setattr(measuring, "_in_turns", made_up)
    monkeypatch.setattr(np, "copyto", lambda target, source: copied.append((target.nbytes, source.nbytes)))
    found = benchmarks.ceilings(rounds=2)
    assert [tuple(product.shape) for product in products] == [
        (rows, columns) for rows, _, columns in measuring.PRODUCTS
    ]
    assert found.macs_per_second == prod(measuring.PRODUCTS[1]) / 0.5
    assert found.bytes_per_second == sum(map(sum, copied)) / 0.25
    assert sum(map(sum, copied)) > 50e6
    assert found.ridge == found.macs_per_second / found.bytes_per_second


def test_a_learner_sees_no_warning():
    code = (
        "from course.benchmarks import time_layers, time_networks\n"
        "from course import models\n"
        "import logging\n"
        "before = logging.getLogger('tensorflow').level\n"
        "time_layers([(4, 4), (4, 8)], batch=1, rounds=1)\n"
        "layers = models.keras.layers\n"
        "image = models.keras.Input((32, 32, 3))\n"
        "networks = [models.keras.Sequential([image, layers.Flatten(), layers.Dense(10)]) for _ in range(7)]\n"
        "networks = dict(enumerate(networks))\n"
        "time_networks(networks, batch=1, rounds=1)\n"
        "time_networks(networks, batch=1, rounds=1, training=True)\n"
        "assert logging.getLogger('tensorflow').level == before\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=os.environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_median_quartiles_and_rates():
    timing = Timing("standard", (4.0, 1.0, 2.0, 3.0, 10.0), macs=60, bytes=20)
    assert (timing.median, timing.quartiles) == (3.0, (2.0, 4.0))
    assert [replace(timing, seconds=(s,)).took for s in (0.0021, 0.0196, 0.0204, 1.5)] == [
        "2.1 ms", "19.6 ms", "20 ms", "1,500 ms"
    ]  # fmt: skip
    assert (timing.macs_per_second, timing.intensity) == (20.0, 3.0)
    assert replace(timing, seconds=(2.0,)).quartiles == (2.0, 2.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: benchmarks.time_layers(kinds=["dense"]), "no kind 'dense': choose among standard, depthwise, p"),
        (lambda: benchmarks.time_layers(rounds=0), "rounds is 0; it must be a whole number of at least 1"),
        (lambda: benchmarks.time_groups(rounds=1.5), "rounds is 1.5"),
        (lambda: benchmarks.time_networks({}, rounds=-1), "rounds is -1"),
        (lambda: benchmarks.ceilings(rounds="7"), "rounds is '7'"),
    ],
)
def test_what_can_not_be_timed(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_what_is_saved_is_read_again(tmp_path):
    path = tmp_path / "timings.json"
    timings = {
        "layers": [Timing("a", (0.25, 0.5), 8, 4, 16, False, 100, 50), Timing("b", (1.5,), 8, 4, 2, True)],
        "none": [],
        "training": [Timing("baseline", (0.001234, 2.0), batch=128, training=True)],
    }
    benchmarks.save(Ceilings(2e9, 1e9), timings, path)
    about, ceiling, found = benchmarks.load(path)
    assert (ceiling, found) == (Ceilings(2e9, 1e9), timings)
    assert about["versions"]["keras"] == keras.__version__ and "cores" in about["machine"]
    assert [file.name for file in tmp_path.iterdir()] == ["timings.json"]


GOOD = {
    "about": {"ceilings": {"macs_per_second": 2.0, "bytes_per_second": 1.0}},
    "layers": [{"name": "a", "seconds": [1]}],
}


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (None, "No such file"),
        ("{", "Expecting property name"),
        ([], ""),
        ({}, "it has no 'about'"),
        ({**GOOD, "about": {}}, "it has no 'ceilings'"),
        ({**GOOD, "about": {"ceilings": {"speed": 1}}}, "speed"),
        ({**GOOD, "layers": [{"name": "a"}]}, "it has no 'seconds'"),
        ({**GOOD, "layers": [{"name": "a", "seconds": []}]}, "'a' has no seconds above 0"),
        ({**GOOD, "layers": [{"name": "a", "seconds": [1, -1]}]}, "'a' has no seconds above 0"),
        ({**GOOD, "layers": [{"name": "a", "seconds": ["soon"]}]}, "soon"),
        ({**GOOD, "layers": [{"name": "a", "seconds": [1], "weight": 3}]}, "weight"),
        ({**GOOD, "layers": 7}, ""),
    ],
)
def test_a_broken_record_is_one_sentence(broken, why, tmp_path):
    path = tmp_path / "timings.json"
    if broken is not None:
        path.write_text(broken if isinstance(broken, str) else json.dumps(broken))
    with pytest.raises(ValueError, match="can't be read as a record of timings") as error:
        benchmarks.load(path)
    words = str(error.value)
    assert str(path) in words and why in words and words.endswith(": restore it, or write one with save().")
    assert "\n" not in words
    path.write_text(json.dumps(GOOD))
    assert benchmarks.load(path)[2] == {"layers": [Timing("a", (1.0,))]}


def held(timings):
    return [(t.name, t.size, t.channels, t.batch, t.training) for t in timings]


def test_the_committed_record_holds_what_it_promises():
    about, ceiling, timings = benchmarks.load()
    assert set(timings) == {"layers", "groups", "training", "scaled"}
    assert set(about) == {"machine", "versions", "ceilings"}
    assert set(about["versions"]) == {"python", "keras", "tensorflow", "numpy"}
    assert ceiling.macs_per_second > 0 and ceiling.bytes_per_second > 0
    assert held(timings["layers"]) == [
        (kind, size, channels, benchmarks.BATCH, training)
        for size, channels in benchmarks.SHAPES
        for kind in benchmarks.KINDS
        for training in (False, True)
    ]
    counts = [str(2**i) for i in range(7)]
    groups = [*counts, "DepthwiseConv2D", *(f"{benchmarks.DIRECT} {count}" for count in counts)]
    assert held(timings["groups"]) == [(name, 16, 64, benchmarks.BATCH, False) for name in groups]
    steps = [
        *models.CONVERSION, "separable_99k", "separable_65k", "without Dropout", "without BatchNormalization",
        "without either", "with standard convolutions",
    ]  # fmt: skip
    assert set(CHAINS) < set(steps)
    assert held(timings["training"]) == [(name, None, None, 128, True) for name in steps]
    names = [
        benchmarks.scaled_name(name, width, multiplier)
        for name in CHAINS
        for width in benchmarks.WIDTHS
        for multiplier in (benchmarks.MULTIPLIERS if "separable" in name else (1,))
    ]
    assert held(timings["scaled"]) == [(name, None, None, benchmarks.BATCH, False) for name in names]


def test_the_committed_costs_are_the_ledgers_of_today():
    _, _, timings = benchmarks.load()
    window = {"kernel_size": 3, "padding": "same"}
    for t in timings["layers"]:
        layer = {
            "standard": Conv2D(t.channels, use_bias=False, **window),
            "depthwise": DepthwiseConv2D(use_bias=False, **window),
            "pointwise": Conv2D(t.channels, 1, use_bias=False),
            "separable": SeparableConv2D(t.channels, use_bias=False, **window),
        }[t.name]
        assert (t.macs, t.bytes) == cost(layer, t.size, t.channels, t.batch)
    for t in timings["groups"]:
        groups = 64 if t.name == "DepthwiseConv2D" else int(t.name.split()[-1])
        layer = Conv2D(64, groups=groups, **window)
        assert (t.macs, t.bytes) == cost(layer, t.size, t.channels, t.batch)


def test_what_is_taken_is_every_timing_that_the_record_holds(tmp_path, monkeypatch, capsys):
    networks = []

    def once(work, rounds):
        return {key: (1.0,) * rounds for key in work}

    def kept(some, **how):
        networks.append(some)
        return measuring.time_networks(some, **how)

    monkeypatch.setattr(measuring, "_in_turns", once)
    monkeypatch.setitem(benchmarks.take.__globals__, "time_networks", kept)
    benchmarks.take(tmp_path / "timings.json")
    _, _, found = benchmarks.load(tmp_path / "timings.json")
    _, _, committed = benchmarks.load()
    assert {name: held(some) for name, some in found.items()} == {
        name: held(some) for name, some in committed.items()
    }
    for name in committed:
        assert [(t.macs, t.bytes) for t in found[name]] == [(t.macs, t.bytes) for t in committed[name]]
    training, scaled = networks
    for name in models.CONVERSION:
        assert training[name].count_params() == step(name).count_params()
    parts = list(training)[len(models.CONVERSION) + 1 :]
    assert parts[0] == "separable_65k" and len(parts) == 5
    for name in parts:
        kinds = {type(layer).__name__ for layer in training[name].layers}
        assert ("Dropout" in kinds) == (name not in ("without Dropout", "without either"))
        assert ("BatchNormalization" in kinds) == (name not in ("without BatchNormalization", "without either"))
        assert ("SeparableConv2D" in kinds) == (name != "with standard convolutions")
    assert scaled["baseline 0.5 1"].count_params() < scaled["baseline 1 1"].count_params() == 1_172_410
    assert "GMAC/s" in capsys.readouterr().out
