"""Networks that succeed or fail by their receptive field: the arithmetic, and the record of what came of it."""

from dataclasses import replace

import numpy as np
import pytest

from course import experiments, runs
from course.data import pairs
from course.experiments import (
    DISTANCES,
    RECEPTIVE_FIELDS,
    WAYS,
    Point,
    best_accuracy,
    last_units,
    network,
    share_seen,
)
from course.experiments import training as module

CASES = [(by, field) for by in WAYS for field in RECEPTIVE_FIELDS if (by, field) != ("pooling", 3)]


@pytest.fixture(scope="module")
def units():
    """The last units of each network."""
    return {case: last_units(network(case[1], case[0], channels=1)) for case in CASES}


def test_every_network_has_the_field_that_its_name_says(units):
    for (by, field), row in units.items():
        assert row.receptive_field == (field, field), by
        assert row.jump == ((2, 2) if by in ("stride", "pooling") else (1, 1)), (by, field)
        holes = by == "dilation" and field % 4 == 1
        assert row.touched == (((field + 1) // 2,) * 2 if holes else (field, field)), (by, field)


def test_without_holes_and_with_a_jump_of_1_a_field_must_span_the_distance_and_one_more(units):
    for field in RECEPTIVE_FIELDS:
        for distance in range(1, 20):
            assert share_seen(units["depth", field], distance) == (distance + 1 <= field)


def test_a_jump_of_2_leaves_out_places(units):
    for by, field in CASES:
        if by in ("stride", "pooling"):
            for distance in range(1, 20):
                expected = min(max(field - distance, 0) / 2, 1)
                assert share_seen(units[by, field], distance) == expected


def test_holes_hide_odd_distances(units):
    for field in (5, 9, 13, 17):
        for distance in range(1, field + 3):
            seen = distance % 2 == 0 and distance + 1 <= field
            assert share_seen(units["dilation", field], distance) == seen


def test_the_best_accuracy_is_one_half_and_half_the_share(units):
    assert best_accuracy(units["depth", 5], 3, 7) == 1
    assert best_accuracy(units["depth", 5], 7, 3) == 1
    assert best_accuracy(units["stride", 7], 6, 10) == 0.75
    assert best_accuracy(units["dilation", 9], 3, 7) == 0.5


@pytest.mark.parametrize("by, field, distances, tells", [
    ("depth", 3, (3, 7), False),
    ("depth", 5, (3, 7), True),
    ("depth", 5, (6, 10), False),
    ("depth", 7, (6, 10), True),
    ("dilation", 9, (3, 7), False),
    ("stride", 5, (6, 10), False),
    ("stride", 7, (6, 10), True),
    ("pooling", 9, (9, 13), False),
])  # fmt: skip
def test_an_untrained_network_answers_twins_alike_just_when_the_ledger_says_so(by, field, distances, tells):
    module.keras.utils.set_random_seed(1)
    model = network(field, by)
    assert (best_accuracy(last_units(model), *distances) > 0.5) == tells
    images = pairs(*distances, 40)[0].astype(np.float32)
    # Values of 255 and no training: large differences, where there are any.
    features = module.keras.Model(model.inputs[0], model.layers[-2].output)(images, training=False)
    differences = np.abs(np.diff(np.asarray(features).reshape(20, 2, -1), axis=1)).max(axis=(1, 2))
    assert (differences > 1e-3).any() == tells
    if not tells:
        assert differences.max() < 1e-5 * np.abs(features).max()


def test_the_same_seed_gives_the_same_point(monkeypatch):
    monkeypatch.setattr(module, "STEPS", 5)
    first, second = (experiments.point(3, seed=1) for _ in range(2))
    assert replace(first, cpu_seconds=0) == replace(second, cpu_seconds=0)
    assert (first.by, first.receptive_field, first.distance_a, first.seed) == ("depth", 3, 3, 1)
    assert first.predicted == 0.5 and first.cpu_seconds > 0


def test_a_sweep_trains_every_combination_but_pooling_with_a_field_of_3(monkeypatch):
    monkeypatch.setattr(module, "point", lambda *case: case)
    points = experiments.sweep(("depth", "pooling"), (3, 5), DISTANCES, seeds=(0, 1))
    assert len(points) == len(set(points)) == 3 * 3 * 2
    assert (3, DISTANCES[0], "depth", 0) in points and not [p for p in points if p[0] == 3 and p[2] == "pooling"]


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        ((4,), "receptive_field is 4; by depth it can be any odd number from 3 on"),
        ((5.0,), "receptive_field is 5.0"),
        ((3, (3, 7), "pooling"), "by pooling it can be any odd number from 5 on"),
        ((3, (3, 7), "width"), "by is 'width'; choose one of depth, stride"),
        ((3, (3, 6), "stride"), "Steps of 2 pixels tell distances of 3 and 6 apart"),
        ((3, (13, 17)), "need at least 31"),
    ],
)
def test_bad_input_gets_one_sentence(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        experiments.point(*arguments)


def test_a_network_without_global_pooling_has_no_last_units():
    model = module.keras.Sequential([module.keras.Input((8, 8, 1)), module.keras.layers.Flatten()], name="flat")
    with pytest.raises(ValueError, match="flat has no GlobalAveragePooling2D"):
        last_units(model)


def test_a_record_is_read_as_it_was_written(tmp_path):
    points = [Point("depth", 3, 1, 3, 3, 7, 0, 0.5, 0.5, 0.5, 1.25)] * 2
    path = tmp_path / "pairs.json"
    experiments.save(points, path)
    about, again = experiments.load(path)
    assert again == points
    assert about["cpu_seconds"] == 2.5 and about["data"]["test_images"] == 1000 and "keras" in about["versions"]
    path.write_text('{"about": {}}')
    with pytest.raises(ValueError, match="can't be read as a record of pairs.*restore it"):
        experiments.load(path)


@pytest.fixture(scope="module")
def record():
    return experiments.load()


def test_the_record_holds_what_the_ledger_predicts_today(record, units):
    for point in record[1]:
        row = units[point.by, point.receptive_field]
        assert (point.jump, point.touched) == (row.jump[1], row.touched[1])
        assert point.predicted == best_accuracy(row, point.distance_a, point.distance_b)


def test_no_network_of_the_record_does_better_than_the_ledger_allows(record):
    about, points = record
    error = about["data"]["standard_error_of_guessing"]
    assert about["data"]["test_images"] * error**2 == pytest.approx(0.25, rel=0.01)
    for point in points:
        assert point.test_accuracy < point.predicted + 3 * error
        if point.predicted == 0.5:
            # Twins get the same answer, so one of the two is wrong.
            assert abs(point.test_accuracy - 0.5) < error and abs(point.train_accuracy - 0.5) < 0.1


def test_five_seeds_of_every_network_that_is_too_small_stay_at_chance(record):
    for distances in DISTANCES:
        for field in RECEPTIVE_FIELDS:
            if field < distances[0] + 1:
                seeds = {
                    p.seed
                    for p in record[1]
                    if (p.by, p.receptive_field, p.distance_a, p.distance_b) == ("depth", field, *distances)
                }
                assert len(seeds) >= 5


def test_nearly_every_network_of_the_record_learns_what_it_can_see(record):
    able = [p for p in record[1] if p.predicted == 1]
    assert all(p.train_accuracy > 0.95 for p in able)
    learnt = [p for p in able if p.test_accuracy > 0.95]
    assert len(learnt) > 0.95 * len(able)
    ways = {(p.by, p.distance_a) for p in learnt}
    assert ways == {(by, distances[0]) for by in WAYS for distances in DISTANCES}


def test_the_record_is_none_of_the_runs():
    assert "pairs" not in runs.names()
