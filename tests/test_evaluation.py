"""Chance, seeds, calibration and the choice of an epoch, against sums over images done the long way."""

import math
import re
from itertools import product
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course import evaluation
from course.runs import Run

seeds = st.integers(0, 2**32 - 1)


def run(held=(0.5, 0.8, 0.75), labels=None, probabilities=None, **about):
    about = {"model": "tiny", "monitor": "test", "data": {"test_images": 400}, **about}
    epochs = [{"epoch": i, "val_accuracy": value} for i, value in enumerate(held, start=1)]
    return Run(about, epochs, labels, probabilities).summarise()


def predicting(count=300, classes=4, seed=0, sharpness=1.0, **about):
    """Return a run whose labels are drawn from its own probabilities, sharpened afterwards."""
    rng = np.random.default_rng(seed)
    honest = rng.dirichlet(np.ones(classes), count)
    labels = (rng.random((count, 1)) > honest.cumsum(axis=1)).sum(axis=1).clip(0, classes - 1)
    sharpened = honest**sharpness
    return run(labels=labels, probabilities=sharpened / sharpened.sum(axis=1, keepdims=True), **about)


def sure(confidences, right):
    """Return a run of two classes on images of the first, so confident of each answer, which is right or not."""
    answers = np.stack([np.where(right, confidences, 1 - np.array(confidences))] * 2, axis=1)
    answers[:, 1] = 1 - answers[:, 1]
    return run(labels=np.zeros(len(answers), dtype=int), probabilities=answers)


def shuffled(one, order):
    return Run(one.about, one.epochs, one.labels[order], one.probabilities[order])


# --- standard errors -----------------------------------------------------------------------------


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_standard_error_is_that_of_a_mean_of_rights_and_wrongs(counts):
    right, images = counts
    each = np.arange(images) < right
    error = evaluation.standard_error(right / images, images)
    assert math.isclose(error, each.std() / math.sqrt(images), abs_tol=1e-12)


def test_the_standard_error_of_a_difference_is_what_simulated_differences_scatter_by():
    rng = np.random.default_rng(0)
    differences = (rng.binomial(200, 0.9, 100_000) - rng.binomial(200, 0.6, 100_000)) / 200
    assert math.isclose(evaluation.standard_error_of_difference(0.9, 0.6, 200), differences.std(), rel_tol=0.02)


@pytest.mark.parametrize("accuracy, images, sentence", [
    (82.1, 100, "accuracy is 82.1; it must be a fraction from 0 to 1, so divide"),
    (math.nan, 100, "accuracy is nan"),
    (0.5, 0, "images is 0; an accuracy needs at least one"),
])  # fmt: skip
def test_errors_of_what_is_no_accuracy(accuracy, images, sentence):
    with pytest.raises(ValueError, match=sentence):
        evaluation.standard_error(accuracy, images)
    with pytest.raises(ValueError, match=sentence):
        evaluation.standard_error_of_difference(0.5, accuracy, images)


@given(seeds)
def test_two_runs_are_compared_image_by_image(seed):
    first, second = predicting(seed=seed), predicting(seed=seed + 1)
    second.labels = first.labels
    gained = [
        int(np.argmax(p) == label) - int(np.argmax(q) == label)
        for p, q, label in zip(first.probabilities, second.probabilities, first.labels, strict=True)
    ]
    found = evaluation.compare(first, second)
    assert math.isclose(found.difference, np.mean(gained), abs_tol=1e-12)
    assert math.isclose(found.standard_error, np.std(gained) / math.sqrt(len(gained)), abs_tol=1e-12)
    assert (found.only_first, found.only_second) == (gained.count(1), gained.count(-1))
    other = evaluation.compare(second, first)
    assert math.isclose(other.difference, -found.difference, abs_tol=1e-12) and other.p_value == found.p_value


def test_a_comparison_is_shown_as_a_table():
    right = np.array([True, True, True, False])
    first, second = sure([0.9] * 4, right), sure([0.9] * 4, right[::-1])
    second.about = {**second.about, "published": True}
    found = evaluation.compare(first, second)
    assert str(found).splitlines() == [
        "only tiny is right              1 image",
        "only tiny (published) is right  1 image",
        "difference of the two           +0.00 ± 35.36 points",
    ]
    assert found._repr_html_() == found.as_table()._repr_html_()


@pytest.mark.parametrize("only_first", range(8))
def test_the_p_value_counts_tosses_that_fall_as_unevenly(only_first):
    # The runs disagree on the first seven images; both are right about the eighth and wrong about the last two.
    image = np.arange(10)
    first = sure([0.9] * 10, (image < only_first) | (image == 7))
    second = sure([0.9] * 10, ((only_first <= image) & (image < 7)) | (image == 7))
    found = evaluation.compare(first, second)
    assert (found.only_first, found.only_second) == (only_first, 7 - only_first)
    tosses = [abs(2 * sum(toss) - 7) >= abs(2 * only_first - 7) for toss in product((0, 1), repeat=7)]
    assert math.isclose(found.p_value, np.mean(tosses))


def test_a_run_compared_with_itself_does_not_differ():
    found = evaluation.compare(predicting(), predicting())
    assert (found.difference, found.standard_error, found.only_first, found.p_value) == (0, 0, 0, 1)


def test_runs_tested_on_different_images_are_not_compared():
    one = predicting()
    with pytest.raises(ValueError, match="tiny and tiny were tested on different images"):
        evaluation.compare(one, predicting(seed=1))
    with pytest.raises(ValueError, match="different images"):
        evaluation.compare(predicting(data={"fingerprint": "a"}), predicting(data={"fingerprint": "b"}))
    assert evaluation.compare(one, predicting(data={"fingerprint": "b"})).difference == 0


# --- what predictions say ------------------------------------------------------------------------


@given(seeds)
def test_classes_are_counted_one_by_one(seed):
    one = predicting(seed=seed, data={"names": ["ant", "bee", "cat", "dog"]})
    found = evaluation.per_class(one)
    assert [each.name for each in found] == ["ant", "bee", "cat", "dog"]
    assert sum(each.images for each in found) == len(one.labels)
    for number, each in enumerate(found):
        rows = [row for row, label in zip(one.probabilities, one.labels, strict=True) if label == number]
        right = np.array([row.argmax() == number for row in rows])
        assert math.isclose(each.accuracy, right.mean())
        assert math.isclose(each.standard_error, right.std() / math.sqrt(len(rows)), abs_tol=1e-12)


def test_a_class_without_images_or_name():
    one = sure([0.9, 0.8], [True, True])
    one.about["data"]["names"] = ["a", "b", "one too many"]
    first, second = evaluation.per_class(one)
    assert (first.name, first.images, first.accuracy) == ("class 0", 2, 1)
    assert (second.name, second.images) == ("class 1", 0)
    assert math.isnan(second.accuracy) and math.isnan(second.standard_error)


@given(seeds, st.integers(1, 40), st.sampled_from([0.3, 1.0, 4.0]))
def test_calibration_is_the_sum_over_bins_done_the_long_way(seed, bins, sharpness):
    one = predicting(seed=seed, sharpness=sharpness)
    found = evaluation.calibration(one, bins)
    gaps = 0
    for m in range(bins):
        inside = [
            (row.max(), row.argmax() == label)
            for row, label in zip(one.probabilities, one.labels, strict=True)
            if m / bins < row.max() <= (m + 1) / bins
        ]
        assert found.counts[m] == len(inside)
        if not inside:
            assert math.isnan(found.confidence[m]) and math.isnan(found.accuracy[m])
            continue
        confidence, accuracy = np.mean(inside, axis=0)
        assert math.isclose(found.confidence[m], confidence)
        assert math.isclose(found.accuracy[m], accuracy, abs_tol=1e-12)
        gaps += len(inside) / len(one.labels) * abs(accuracy - confidence)
    assert math.isclose(found.ece, gaps, abs_tol=1e-12)
    assert 0 <= found.ece <= 1
    # Bins can only hide gaps that cancel within them.
    assert found.ece >= abs(found.mean_accuracy - found.mean_confidence) - 1e-12
    order = np.random.default_rng(seed).permutation(len(one.labels))
    assert math.isclose(evaluation.calibration(shuffled(one, order), bins).ece, found.ece, abs_tol=1e-12)


def test_labels_drawn_from_the_probabilities_are_calibrated_and_sharpened_ones_are_not():
    assert evaluation.calibration(predicting(40_000)).ece < 0.02
    over = evaluation.calibration(predicting(40_000, sharpness=3))
    assert over.ece > 0.1 and over.mean_confidence > over.mean_accuracy + 0.1
    under = evaluation.calibration(predicting(40_000, sharpness=0.5))
    assert under.ece > 0.1 and under.mean_confidence < under.mean_accuracy - 0.1


def test_the_least_and_the_largest_calibration_error():
    assert evaluation.calibration(sure([1.0] * 5, [True] * 5)).ece == 0
    assert evaluation.calibration(sure([1.0] * 5, [False] * 5)).ece == 1


def test_a_confidence_rounded_above_1_falls_into_the_last_bin():
    assert evaluation.calibration(sure([np.nextafter(1, 2)], [True]), bins=4).counts.tolist() == [0, 0, 0, 1]


def test_a_bin_holds_its_upper_edge():
    found = evaluation.calibration(sure([0.625, 0.75, 0.875, 1.0], [True] * 4), bins=4)
    assert found.edges.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert found.counts.tolist() == [0, 0, 2, 2]


@given(seeds, st.integers(0, 400))
def test_mistakes_are_those_of_the_highest_confidence(seed, count):
    one = predicting(seed=seed)
    found = evaluation.confident_mistakes(one, count)
    wrong = [i for i, row in enumerate(one.probabilities) if row.argmax() != one.labels[i]]
    assert len(found) == min(count, len(wrong))
    assert [each.confidence for each in found] == sorted(
        (one.probabilities[i].max() for i in wrong), reverse=True
    )[:count]
    for each in found:
        row, label = one.probabilities[each.image], one.labels[each.image]
        assert (each.true, each.predicted) == (
            f"class {label}",
            f"class {row.argmax()}",
        ) and each.true != each.predicted
        assert (each.confidence, each.true_probability) == (row.max(), row[label])


def test_mistakes_of_equal_confidence_keep_their_order():
    one = sure([0.75, 0.875] * 100, [False] * 198 + [True] * 2)
    found = evaluation.confident_mistakes(one, 200)
    assert [each.image for each in found] == [*range(1, 198, 2), *range(0, 198, 2)]


@pytest.mark.parametrize("work", [
    evaluation.per_class, evaluation.calibration, evaluation.confident_mistakes,
    lambda one: evaluation.compare(predicting(), one),
])  # fmt: skip
def test_a_run_without_predictions(work):
    with pytest.raises(ValueError, match="tiny has no predictions: choose a record with a test_predictions.npz"):
        work(run())


def test_calibration_without_bins():
    with pytest.raises(ValueError, match="bins is 0"):
        evaluation.calibration(predicting(), 0)


# --- seeds ---------------------------------------------------------------------------------------


def test_the_spread_of_runs_is_that_of_their_last_accuracies():
    found = evaluation.spread([run(held=(0.9, value)) for value in (0.5, 0.6, 0.8, 0.7)])
    assert (found.runs, found.lowest, found.highest, found.warning) == (4, 0.5, 0.8, "")
    assert math.isclose(found.mean, 0.65)
    # Squares of 0.15, 0.05, 0.15 and 0.05 over 3.
    assert math.isclose(found.standard_deviation, math.sqrt(0.05 / 3))
    assert math.isclose(found.standard_error, math.sqrt(0.05 / 3) / 2)
    assert evaluation.spread([50.0, 60.0, 80.0, 70.0]).mean == 65
    assert evaluation.spread([50.0, np.nan, 70.0]).mean == 60


@pytest.mark.filterwarnings("error")
def test_one_run_and_two_runs_come_with_a_warning():
    alone = evaluation.spread([run()])
    assert repr(evaluation.spread(run())) == repr(alone)
    assert alone.warning.startswith("One run") and alone.mean == 0.75
    assert math.isnan(alone.standard_deviation) and math.isnan(alone.standard_error)
    two = evaluation.spread([0.5, 0.7])
    assert math.isclose(two.standard_deviation, 0.2 / math.sqrt(2))
    # The standard deviation of two readings is |z| times the true one, z normal.
    low, high, level = map(
        float, re.search(r"be ([\d.]+) to ([\d.]+) times this one \(([\d.]+) %", two.warning).groups()
    )
    z = NormalDist()
    assert abs(2 * (z.cdf(1 / low) - z.cdf(1 / high)) - level / 100) < 0.015
    assert evaluation.spread([0.5, 0.6, 0.7]).warning == ""


def test_the_spread_of_nothing():
    with pytest.raises(ValueError, match="There is no accuracy"):
        evaluation.spread([])
    with pytest.raises(ValueError, match="There is no accuracy"):
        evaluation.spread([np.nan])
    with pytest.raises(ValueError, match="tiny has no test accuracy after its last epoch"):
        evaluation.spread([run(monitor="validation")])


# --- the choice of an epoch ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "held, inflation", [((0.5, 0.8, 0.75), 0.05), ((0.5, 0.6), 0), ((0.4,), 0), ((None, 0.9, 0.7), 0.2)]
)
def test_inflation_is_the_best_less_the_last(held, inflation):
    assert math.isclose(evaluation.inflation(run(held)), inflation, abs_tol=1e-12)


def test_the_expected_best_of_a_few_normal_readings():
    assert abs(evaluation.expected_best(1, 1.0)) < 0.02
    assert math.isclose(evaluation.expected_best(2, 1.0), 1 / math.sqrt(math.pi), rel_tol=0.02)
    assert math.isclose(evaluation.expected_best(3, 1.0), 1.5 / math.sqrt(math.pi), rel_tol=0.02)
    assert math.isclose(evaluation.expected_best(20, 0.5), 1.8675 / 2, rel_tol=0.01)
    assert math.isclose(evaluation.expected_best(50, 0.5), 2.2491 / 2, rel_tol=0.01)
    with pytest.raises(ValueError, match="readings is 0"):
        evaluation.expected_best(0, 1.0)


def test_late_epochs_are_split_into_a_line_and_scatter_about_it():
    # The signs sum to 0, and to 0 along the line too, so they leave the fitted line where it is.
    line = 0.70 + 0.01 * np.arange(4)
    found = evaluation.selection(run([None, 0.9, *(line + 0.002 * np.array([1, -1, -1, 1]))]), late=4)
    assert (found.late, found.best_epoch, found.best) == (4, 2, 0.9)
    assert math.isclose(found.last, 0.732) and math.isclose(found.inflation, 0.9 - 0.732)
    assert math.isclose(found.level, 0.73)
    assert math.isclose(found.scatter, 0.002 * math.sqrt(4 / 2))
    assert math.isclose(found.by_chance, found.scatter * 1.0294, rel_tol=0.02)  # of four normal readings


def test_by_chance_is_what_choosing_adds_where_accuracy_stands_still():
    rng = np.random.default_rng(0)
    found = [evaluation.selection(run(rng.normal(0.7, 0.01, 50))) for _ in range(200)]
    assert {each.late for each in found} == {20}
    assert math.isclose(np.mean([each.scatter for each in found]), 0.01, rel_tol=0.05)
    lifted = [rng.normal(0, 0.01, 20).max() for _ in range(5000)]
    assert math.isclose(np.mean([each.by_chance for each in found]), np.mean(lifted), rel_tol=0.05)


@pytest.mark.parametrize("held, late, sentence", [
    ((0.5, 0.6, 0.7), None, "tiny has 3 tested epochs, and 1 late ones were asked for"),
    ((0.5, 0.6, 0.7), 4, "and 4 late ones were asked for: their scatter takes at least 3"),
    ((None, None), None, "tiny has no tested epoch"),
])  # fmt: skip
def test_too_few_epochs(held, late, sentence):
    with pytest.raises(ValueError, match=sentence):
        evaluation.selection(run(held), late)


def test_epochs_watched_on_validation_images_have_no_inflation():
    for work in (evaluation.inflation, evaluation.selection):
        with pytest.raises(ValueError, match="was watched on validation images: no epoch was chosen on the test"):
            work(run(monitor="validation"))


def test_the_table_of_results_says_what_is_not_known():
    table = evaluation.results(run(parameters=65101, cpu_seconds=90), run(published=True))
    first, second = table.rows
    assert first[:5] == ("tiny", 65101, run().source, 3, 1.5) and second[0] == "tiny (published)"
    assert second[4] is None and str(table).splitlines()[-1].split()[-3:-1] == ["?", "75.00%"]
    assert first[5:] == (0.75, math.sqrt(0.75 * 0.25 / 400))


def test_the_row_of_a_table():
    about = {"parameters": 65101, "cpu_seconds": 7.5, "wall_seconds": 9.5}
    row = evaluation.summary(run(**about))
    assert row.pop("standard_error") == math.sqrt(0.75 * 0.25 / 400)
    assert math.isclose(row.pop("inflation"), 0.05)
    assert row == {"name": "tiny", "epochs": 3, "last": 0.75, "best": 0.8, "best_epoch": 2} | about
    assert evaluation.summary(run(published=True))["name"] == "tiny (published)"
    watched = evaluation.summary(predicting(monitor="validation", data={"test_images": 300}))
    assert (watched["best"], watched["best_epoch"], watched["inflation"]) == (None, None, None)
