"""What the run explorer draws, counts and says, over every option, and that its controls change it."""

import re
from dataclasses import replace
from itertools import product
from math import sqrt

import numpy as np
import pytest
from page_words import words

from course import runs
from course.plots import Picture
from course.plots.marks import apart
from course.runs import Run
from course.widgets import run_explorer
from course.widgets.run_explorer.chart import _LABEL, DASHES, LEFT, RIGHT, TOP, UNDER, WIDE, chart, look
from course.widgets.run_explorer.page import render
from course.widgets.run_explorer.state import (
    ACCURACY,
    AXES,
    GAP,
    METRICS,
    SECONDS,
    WINDOWS,
    Comparison,
    lines_of,
    smooth,
)
from course.widgets.run_explorer.words import duration

TRAINING = "training accuracy"
CIFAR = {"source": "CIFAR-10", "train_images": 50_000, "test_images": 10_000}
COPY = {**CIFAR, "source": "CIFAR-10 (JPEG copy)"}


def run(held, training=None, seconds=60.0, data=CIFAR, monitor="test", **about):
    """A run whose accuracies are given in per cent."""
    training = held if training is None else training
    rows = [
        {
            "epoch": epoch,
            "seconds": seconds,
            "loss": None if t is None else 3 - t / 50,
            "accuracy": None if t is None else t / 100,
            "val_loss": None if h is None else 3 - h / 40,
            "val_accuracy": None if h is None else h / 100,
        }
        for epoch, (h, t) in enumerate(zip(held, training, strict=True), start=1)
    ]
    machine = {"machine": "one laptop", "wall_seconds": 90.0, "parameters": 1234567}
    return Run({"model": "net", "monitor": monitor, "data": data, **machine, **about}, rows)


LONG = run([50, 70, 62, 80, 84, 85, 86, 85.5, 87, 86], [40, 60, 70, 80, 82, 88, 90, 92, 94, 95], 20.0)
SHORT = run([55, 75, 74], [50, 70, 80])
OTHER = run([45, 65, 60], [50, 70, 65], 30.0, monitor="validation")
HOLES = run([None, 60, None, 66, None], [50, 60, 65, None, 70])
EVERY = (("long", LONG), ("short", SHORT), ("other", OTHER), ("holes", HOLES))


def compared(metric=ACCURACY, smoothing=1, axis="epochs", **records):
    return Comparison(tuple(records.items()), tuple(records), metric, smoothing, axis)


def told(state):
    """Return the line of words with ordinary spaces."""
    return render(state).text.replace("\u00a0", " ")


def page(state):
    return words(render(state)).replace("\u00a0", " ")


def column(run, metric):
    """Return a measurement worked out from the rows of a run."""
    key, factor = {
        ACCURACY: ("val_accuracy", 100), TRAINING: ("accuracy", 100), "test or validation loss": ("val_loss", 1),
        "training loss": ("loss", 1), SECONDS: ("seconds", 1), GAP: (None, 100),
    }[metric]  # fmt: skip
    found = []
    for row in run.epochs:
        value = row[key] if key else None
        if metric == GAP and None not in (row["accuracy"], row["val_accuracy"]):
            value = row["accuracy"] - row["val_accuracy"]
        found.append(np.nan if value is None else factor * value)
    return np.array(found)


@pytest.mark.parametrize("smoothing", WINDOWS)
@pytest.mark.parametrize("axis", AXES)
@pytest.mark.parametrize("metric", METRICS)
def test_every_option(metric, axis, smoothing):
    for count in range(1, len(EVERY) + 1):
        chosen = tuple(name for name, _ in EVERY[:count])
        state = Comparison(EVERY, chosen, metric, smoothing, axis)
        shown, seen = render(state), page(state)
        assert shown.text and seen.count("1,234,567") == count
        assert shown.html.count("<polyline") == count * (1 if smoothing == 1 else 2)
        assert f"over {smoothing} epochs" in seen or smoothing == 1
        assert ("minutes since the start" in seen) == (axis == "minutes")
        rows = re.findall(r"<tr>(.*?)</tr>", shown.html.partition("<tbody>")[2])
        for (_, each), row in zip(EVERY, rows, strict=False):
            values, show = column(each, metric), METRICS[metric].show
            known = values[np.isfinite(values)]
            best = known.max() if METRICS[metric].pick is max else known.min()
            epoch = 1 + list(values).index(best)
            cells = re.findall(r"<td [^>]*>(.*?)</td>", row.replace("\u00a0", " "))
            assert cells[1] == str(len(each.epochs)) and cells[-1] == "1 min 30 s"
            # Whatever is drawn, the table is never smoothed.
            error = " ± " in cells[2]
            assert error == (metric == ACCURACY)
            assert re.sub(r" ± [\d.]+", "", cells[2]) == show(known[-1])
            assert cells[3] == f"{show(best)} ({epoch})"
            if metric == SECONDS:
                assert cells[4] == show(np.median(known))
            else:
                last = best - known[-1]
                assert cells[4] == f"{last:+.{METRICS[metric].decimals}f}".replace("-", "−")


@pytest.mark.parametrize("metric, axis, smoothing", list(product(METRICS, AXES, (1, 3))))
def test_the_chart_draws_the_values(metric, axis, smoothing):
    lines = lines_of(Comparison(EVERY, ("long", "short", "other", "holes"), metric, smoothing, axis))
    placed = chart(lines)
    right, base = WIDE - RIGHT, placed.height - UNDER
    scales = []
    for ticks in (placed.across, placed.up):
        assert 3 <= len(ticks) <= 10
        (low, first), *_, (high, last) = ((place, float(text.replace("−", "-"))) for place, text in ticks)
        scales.append(
            lambda value, low=low, first=first, k=(high - low) / (last - first): low + k * (value - first)
        )
    x, y = scales
    for each, (_, source_run) in zip(placed.drawn, EVERY, strict=True):
        values = column(source_run, metric)
        epochs = np.nonzero(np.isfinite(values))[0] + 1
        at = np.cumsum([row["seconds"] for row in source_run.epochs]) / 60 if axis == "minutes" else None
        places = epochs if at is None else at[epochs - 1]
        wanted = [(x(a), y(v)) for a, v in zip(places, values[epochs - 1], strict=True)]
        assert np.allclose(each.measured, wanted, atol=0.01)
        assert np.allclose(each.smoothed, [(x(a), y(v)) for a, v in zip(places, each.line.smoothed, strict=True)])
        assert each.last == each.measured[-1]
        pick = min if METRICS[metric].pick is max else max  # pixels count downwards
        assert each.best[1] == pick(point[1] for point in each.measured)
        assert all(LEFT <= a <= right and TOP <= b <= base for a, b in each.measured + each.smoothed)
        assert TOP <= each.label <= base
    assert (np.array(lines[0].smoothed) != lines[0].values).any() == (smoothing == 3 and metric != SECONDS)


def test_the_svg_has_the_points_of_the_chart():
    state = Comparison(EVERY, ("long", "other"), smoothing=5)
    drawn = re.findall(r'<polyline points="([^"]*)"', render(state).html)
    placed = [points for each in chart(lines_of(state)).drawn for points in (each.measured, each.smoothed)]
    assert drawn == [" ".join(f"{x:.1f},{y:.1f}" for x, y in points) for points in placed]


def test_the_running_mean_by_hand():
    values = np.array([1.0, 4, 10, 4, 1])
    assert smooth(values, 1).tolist() == values.tolist()
    assert smooth(values, 3).tolist() == [1, 5, 6, 5, 1]
    assert smooth(values, 5).tolist() == [1, 5, 4, 5, 1]
    assert smooth(values, 9).tolist() == [1, 5, 4, 5, 1]
    assert values.tolist() == [1, 4, 10, 4, 1]


@pytest.mark.parametrize("window", WINDOWS)
def test_the_running_mean_leaves_slopes_and_holes(window):
    slope = np.arange(12.0)
    assert np.allclose(smooth(slope, window), slope)
    holes = np.array([np.nan, 2, np.nan, 4, 9, np.nan])
    means = smooth(holes, window)
    assert np.isnan(means).tolist() == np.isnan(holes).tolist()
    assert means[[1, 4]].tolist() == [2, 9]
    assert means[3] == (4 if window == 1 else 6.5)


def test_who_is_ahead_and_whether_chance_would_make_it():
    text = told(compared(a=run([50, 80]), b=run([60, 70]), c=run([50, 75])))
    twice = 2 * 100 * sqrt((0.8 * 0.2 + 0.75 * 0.25) / 10_000)
    assert text == (
        "a ends 5.00 points above c in test accuracy: 80.00 % in epoch 2 against 75.00 % in epoch 2. That is more "
        f"than two standard errors of the difference ({twice:.2f} points): chance in the choice of images would "
        "rarely make it. Last of the 3: b, 70.00 %."
    )
    assert "That is within two standard errors" in told(compared(a=run([80]), b=run([79.5])))
    # The same difference, on a tenth of the images.
    few = {**CIFAR, "test_images": 1000}
    assert "chance in the choice of images could well make it" in told(
        compared(a=run([80], data=few), b=run([77], data=few))
    )
    assert "would rarely" in told(compared(a=run([80]), b=run([77])))


def test_two_level_runs():
    assert told(compared(a=run([80]), b=run([80]))).startswith("a and b end level in test accuracy: 80.00 %")


@pytest.mark.parametrize("metric, text", [
    (ACCURACY, "a ends at 75.00 % test accuracy in epoch 2 (standard error 0.43 points); "
               "its best is 77.00 % in epoch 1."),
    (TRAINING, "a ends at 81.00 % training accuracy in epoch 2."),
    (GAP, "a ends with training accuracy 6.00 points above test accuracy."),
    ("test or validation loss", "a ends at 1.125 test loss in epoch 2; its best is 1.075 in epoch 1."),
    ("training loss", "a ends at 1.380 training loss in epoch 2."),
    (SECONDS, "a takes 60.0 s an epoch (median)."),
])  # fmt: skip
def test_one_run(metric, text):
    assert told(compared(metric, a=run([77, 75], [70, 81]))) == text


@pytest.mark.parametrize("metric, text", [
    (TRAINING, "a ends 11.00 points above b in training accuracy: 81.00 % in epoch 2 against 70.00 % in epoch 2."),
    (GAP, "a ends with training accuracy 6.00 points above test accuracy, the largest gap. "
          "The smallest: b, with training accuracy 5.00 points below test accuracy."),
    ("test or validation loss", "a ends 0.000 below b"),
    ("training loss", "a ends 0.220 below b in training loss: 1.380 in epoch 2 against 1.600 in epoch 2."),
    (SECONDS, "b takes 40.0 s an epoch against 60.0 s of a (medians)."),
])  # fmt: skip
def test_two_runs(metric, text):
    both = compared(metric, a=run([77, 75], [70, 81]), b=run([60, 75], [70, 70], 40.0))
    if metric == "test or validation loss":
        text = "a and b end level in test loss: 1.125 in epoch 2 against 1.125 in epoch 2."
    assert told(both) == text


def test_a_time_is_ranked_by_its_median():
    held_up = run([60] * 5, seconds=10.0)
    held_up.epochs[-1]["seconds"] = 900.0
    steady = run([60] * 5, seconds=11.0)
    assert told(compared(SECONDS, a=steady, b=held_up)) == "b takes 10.0 s an epoch against 11.0 s of a (medians)."


def test_errors_are_of_the_images_that_were_measured():
    assert run([1]).monitored == ("test", 10_000)
    assert run([1], monitor="validation").monitored == ("validation", 5000)
    seen = page(compared(a=run([64]), b=run([64], monitor="validation")))
    assert f"64.00 ± {100 * sqrt(0.64 * 0.36 / 10_000):.2f} %" in seen
    assert f"64.00 ± {100 * sqrt(0.64 * 0.36 / 5_000):.2f} %" in seen
    unknown = compared(a=run([64], data={"source": "CIFAR-10"}), b=run([74]))
    assert "How many images that was is not recorded" in told(unknown)
    assert "64.00 %" in page(unknown) and "an unknown number of test images" in page(unknown)


def test_validation_images_are_never_taken_for_test_images():
    state = compared(a=run([64]), b=run([60], monitor="validation"))
    assert "64.00 % on test images in epoch 1 against 60.00 % on validation images in epoch 1" in told(state)
    seen = page(state)
    assert "Not measured on the same images: a on test images; b on validation images." in seen
    assert "measured on 5,000 validation images" in seen and "test or validation accuracy (%)" in seen
    assert "same images" not in page(replace(state, metric=TRAINING))
    alone = compared(b=run([60], monitor="validation", test_accuracy_last=0.5912))
    assert told(alone).startswith("b ends at 60.00 % validation accuracy")
    assert "once on the test images: 59.12 %" in page(alone)


def test_copies_of_the_images_and_machines_are_named():
    state = compared(a=run([64], data=COPY), b=run([60], machine="a GPU"))
    seen = page(state)
    assert "Not the same copy of the images: a on CIFAR-10 (JPEG copy); b on CIFAR-10." in seen
    assert "Images: CIFAR-10 (JPEG copy); measured on 10,000 test images. Trained on one laptop." in seen
    assert "same machine" not in seen
    for other in (replace(state, metric=SECONDS), replace(state, axis="minutes")):
        assert "Not timed on the same machine: a on one laptop; b on a GPU." in page(other)
    # Another copy of the images takes the same time.
    assert "same copy" not in page(replace(state, metric=SECONDS))
    many = compared(**{f"run{i}": run([60 + i], data=COPY if i else CIFAR) for i in range(6)})
    assert "run0 on CIFAR-10; 5 records on CIFAR-10 (JPEG copy)" in page(many)


def test_runs_on_different_data_are_not_ranked():
    state = compared(a=run([64]), b=run([90], data={"source": "generated shapes", "test_images": 100}))
    for metric in METRICS:
        other = replace(state, metric=metric)
        assert told(other).startswith("These records saw different data")
        assert "Different data: a on CIFAR-10; b on generated shapes." in page(other)
        assert " ends " not in told(other) and " ends " not in page(other)


def test_runs_of_different_length_are_compared_where_both_are():
    seen = page(compared(a=run([50, 60, 90]), b=run([55, 65])))
    assert (
        "Not trained equally long: 2 to 3 epochs. In epoch 2, the last that all have: b 65.00 % and a 60.00 %."
        in seen
    )
    assert "equally long" not in page(compared(a=run([50, 60]), b=run([55, 65])))
    losses = page(compared("training loss", a=run([50, 60, 90]), b=run([55, 65])))
    assert "the last that all have: b 1.700 and a 1.800." in losses


def test_nothing_chosen():
    state = Comparison(EVERY)
    assert told(state) == "No record is chosen: tick at least one."
    assert "Tick one of those there are: long, short, other and holes." in page(state)
    assert "<svg" not in render(state).html and "<table" not in render(state).html


def test_a_run_without_the_measurement():
    empty = run([None, None], [50, 60])
    state = compared(a=SHORT, b=empty)
    assert "Not drawn: b, for no epoch has test or validation accuracy; choose another measure." in page(state)
    assert told(state).startswith("a ends at")
    assert render(state).html.count("<polyline") == 1
    assert told(compared(b=empty)) == (
        "b can't be drawn: no epoch has test or validation accuracy; choose another measure."
    )
    timeless = run([50, 60])
    timeless.epochs[0]["seconds"] = None
    assert "choose another measure or axis" in told(compared(axis="minutes", a=timeless))
    assert "can't be drawn" in told(compared(a=run([])))
    bare = Run({"model": "net", "monitor": "test"}, run([50]).epochs)
    assert "data not recorded" in page(compared(a=bare)) and "a machine not recorded" in page(compared(a=bare))


def test_runs_that_are_not_chosen_are_listed():
    # What is not ticked is seen from the boxes.
    assert "holes" not in page(Comparison(EVERY, ("long", "other")))


def test_notes_of_a_record_and_how_it_ended():
    seen = page(compared(a=run([50], notes=["Paused once."], status="interrupted", cpu_seconds=3725)))
    assert "Trained on one laptop, 1 h 2 min of processor time. Status: interrupted. Paused once." in seen
    assert "Status" not in page(compared(a=run([50], status="complete")))


def test_best_is_called_a_choice():
    assert "a choice, made on the images it was measured on" in page(compared(a=SHORT))
    assert "with dropout and augmentation on" in page(compared(GAP, a=SHORT))


def test_names_are_escaped():
    name = '<script>alert("1")</script> & more'
    shown = render(compared(**{name: SHORT}, b=run([50], data={"source": "<i>mine</i>"}, notes=["<b>"])))
    assert "<script" not in shown.html and "<i>" not in shown.html and "<b>." not in shown.html
    assert '<script>alert("1")</script> & more' in words(shown)


@pytest.mark.parametrize("seconds, text", [
    (4.21, "4.2 s"), (60, "1 min 0 s"), (1249.96, "20 min 50 s"), (3599.7, "1 h 0 min"), (6472, "1 h 47 min"),
    (float("nan"), "–"),
])  # fmt: skip
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_no_two_lines_look_alike():
    assert len({look(place) for place in range(28)}) == 28
    assert len({dashes for _, dashes in map(look, range(4))}) == len(DASHES)
    # A record keeps its look whatever else is chosen.
    (alone,) = chart(lines_of(Comparison(EVERY, ("other",)))).drawn
    among = chart(lines_of(Comparison(EVERY, ("long", "other")))).drawn[1]
    assert (alone.colour, alone.dashes) == (among.colour, among.dashes) == look(2)


@pytest.mark.parametrize("wanted", [[100] * 8, [20, 21, 22, 250, 251, 252], [280, 10], [150], [60, 58, 56, 300]])
def test_labels_do_not_overlap(wanted):
    places = apart(wanted, _LABEL, 27 - _LABEL / 2, 290 + _LABEL / 2)
    order = np.argsort(wanted, kind="stable")
    assert all(np.diff(np.array(places)[order]) >= _LABEL - 1e-9)
    assert min(places) >= 27 - 1e-9 and max(places) <= 290 + 1e-9
    assert apart([60, 120, 200], _LABEL) == [60, 120, 200]


def test_a_constant_run_and_a_perfect_one_can_be_drawn():
    for values in ([10, 10, 10], [100], [0, 100], [0]):
        for metric in METRICS:
            placed = chart(lines_of(compared(metric, a=run(values))))
            assert len(placed.up) >= 2 and placed.across
            assert np.isfinite(placed.drawn[0].measured).all()
    for values in ([0, 100], [100, 100], [0, 0]):
        ups = [float(text) for _, text in chart(lines_of(compared(a=run(values)))).up]
        assert min(ups) >= 0 and max(ups) <= 100


def test_a_folder_called_as_a_record_of_the_kit_hides_none(tmp_path, monkeypatch):
    runs.save(runs.load("separable_99k"), tmp_path / "baseline")
    monkeypatch.chdir(tmp_path)
    explorer = run_explorer("./baseline")
    mine, *others = explorer.state.records
    assert mine[0] == "baseline" and mine[1].about["model"] == "separable_99k"
    kits = dict(others)["baseline (the kit's)"]
    assert kits.about["model"] == "baseline" and explorer.state.chosen == ("baseline",)


def test_the_kits_records():
    explorer = run_explorer()
    assert [name for name, _ in explorer.state.records] == runs.names() == list(explorer.records)
    trials = {name for name in runs.names() if name.startswith(("suspect_", "shapes_"))}
    on_test = tuple(name for name in runs.names() if runs.load(name).about["monitor"] == "test")
    assert trials and explorer.state.chosen == tuple(name for name in on_test if name not in trials)
    some = run_explorer("published_separable_99k", "published_separable_65k")
    assert some.state.chosen == ("published_separable_99k", "published_separable_65k")
    assert {name for name, _ in some.state.records} == set(runs.names())
    seen = page(some.state)
    for name in some.state.chosen:
        about = runs.load(name).about
        assert f"{about['parameters']:,}" in seen and f"{100 * about['test_accuracy_last']:.2f} ± " in seen
        assert f"{100 * about['test_accuracy_best']:.2f} % ({about['best_epoch']})" in seen


def test_folders_and_runs_keep_names_of_their_own(tmp_path):
    mine = tmp_path / "baseline"
    runs.save(SHORT, mine)
    explorer = run_explorer("baseline", mine, SHORT, SHORT, run([50], published=True))
    names = ("baseline", str(mine), "net", "net, run 2", "net (published)")
    assert explorer.state.chosen == names
    assert dict(explorer.state.records)[str(mine)].column("val_accuracy") == pytest.approx([0.55, 0.75, 0.74])
    assert run_explorer(tmp_path / "baseline").state.chosen == ("baseline",)


@pytest.mark.parametrize("record, text", [(3, "3 is no record: give"), ("nowhere", "nowhere is no record")])
def test_what_is_no_record_is_one_sentence(record, text):
    with pytest.raises(ValueError, match=text):
        run_explorer(record)


def test_the_controls_move_the_state():
    explorer = run_explorer(LONG, SHORT)
    first, second = explorer.state.chosen
    seen = [explorer._picture.value]

    def moved(**wanted):
        seen.append(explorer._picture.value)
        assert seen[-1] != seen[-2] and seen[-1] == render(explorer.state).html
        assert all(getattr(explorer.state, key) == value for key, value in wanted.items())

    explorer.metric.value = GAP
    moved(metric=GAP, smoothing=1)
    explorer.smoothing.value = 5
    moved(metric=GAP, smoothing=5)
    explorer.axis.value = "minutes"
    moved(axis="minutes")
    explorer.records[first].value = False
    moved(chosen=(second,))
    explorer.records["baseline"].value = True
    moved(chosen=(second, "baseline"))
    explorer.records[first].value = True
    moved(chosen=(first, second, "baseline"))
    for box in explorer.records.values():
        box.value = False
    moved(chosen=())
    assert "No record is chosen" in explorer._words.value
    for control in (explorer.metric, explorer.smoothing, *explorer.records.values()):
        assert control.description and len(control.tooltip) > 10
    assert len(explorer.axis.tooltips) == len(explorer.axis.options)


@pytest.mark.parametrize("metric", METRICS)
def test_the_still_picture_has_the_numbers_in_its_alt_text(metric):
    explorer = run_explorer(LONG, OTHER)
    explorer.metric.value = metric
    picture = explorer.still(explorer.state)
    assert isinstance(picture, Picture)
    text = picture.alt.replace("\u00a0", " ")
    assert text.startswith(told(explorer.state)) and "Line chart of" in text
    for each in (LONG, OTHER):
        values, show = column(each, metric), METRICS[metric].show
        assert f"{show(values[-1])}" in text and f"in epoch {len(values)}, {METRICS[metric].picked}" in text
    assert text.count("1,234,567 parameters") == 2
    drawn = [line.get_xydata() for line in picture.axes[0].lines]
    for each in chart(lines_of(explorer.state)).drawn:
        assert any(np.array_equal(points, each.smoothed) for points in drawn)
    assert explorer.stored()["text/plain"] == picture.alt and "<img alt=" in explorer.stored()["text/html"]


def test_nothing_to_draw_leaves_its_sentence_in_the_file():
    explorer = run_explorer(SHORT)
    explorer.records["net"].value = False
    stored = explorer.stored()
    assert stored["text/plain"] == "No record is chosen: tick at least one."
    assert stored["text/plain"] in stored["text/html"] and "<img" not in stored["text/html"]


@pytest.mark.parametrize("metric", METRICS)
def test_zoomed_in_the_second_halves_fill_the_chart(metric):
    lines = lines_of(Comparison(EVERY, ("long", "other"), metric))
    placed = chart(lines, zoom=True)
    base = placed.height - UNDER
    inside = [y for each in placed.drawn for _, y in each.measured[len(each.measured) // 2 :]]
    assert all(TOP <= y <= base for y in inside + [each.best[1] for each in placed.drawn])
    assert max(inside) - min(inside) >= max(
        y for each in chart(lines).drawn for _, y in each.measured[len(each.measured) // 2 :]
    ) - min(y for each in chart(lines).drawn for _, y in each.measured[len(each.measured) // 2 :])


def test_all_and_none():
    explorer = run_explorer()
    explorer.all.click()
    assert set(explorer.state.chosen) == set(explorer.records) and explorer.all.disabled
    assert not [name for name in explorer.records if name not in explorer._picture.value]
    explorer.none.click()
    assert explorer.state.chosen == () and explorer.none.disabled
    explorer.zoom.value = True
    assert explorer.state.zoom


def test_records_stand_in_groups_and_no_two_sorts_of_images_in_one():
    explorer = run_explorer(LONG)
    groups = {}
    for row in explorer.children[1:-5]:
        heading, *boxes = row.children
        groups[heading.value] = {box.description for box in boxes}
    assert sum(map(len, groups.values())) == len(explorer.records)
    assert {"separable_65k", "baseline"} <= groups["<b>Whole runs, test images</b>"]
    assert "ablation_65k" in groups["<b>One part changed, validation images</b>"]
    assert "separable_65k_annealed" in groups["<b>Whole runs, measured at their end alone</b>"]
    assert "shapes_65k" in groups["<b>On the generated shapes, test images</b>"]
    assert len(groups) == 8 and any("Yours" in heading for heading in groups)


def test_a_run_that_was_not_watched_says_so():
    page = run_explorer("separable_65k", "separable_65k_annealed")._picture.value.replace("\u00a0", " ")
    assert "not measured on the way, and once on the test images: 85.87 %" in page and "nothing images" not in page


def test_where_images_differ_each_line_says_which():
    mixed = run_explorer("separable_65k", "ablation_65k")
    assert " %, test images<" in mixed._picture.value.replace("\u00a0", " ")
    assert " %, validation images<" in mixed._picture.value.replace("\u00a0", " ")
    assert "images</text>" not in run_explorer("separable_65k", "baseline")._picture.value
