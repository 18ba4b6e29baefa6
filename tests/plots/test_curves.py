"""Training curves: the finding, the marks, the data, and the sentences for bad input."""

import pytest
from matplotlib.text import Text
from plot_samples import run

from course.plots import training_curves


def test_curves_state_the_end_the_gap_the_best_and_the_data():
    picture = training_curves(run())
    assert picture.title == "baseline ends at 75.00 % on the test images; training ends 15.0 points higher"
    assert "rises from 50.00 % in epoch 1 to 75.00 % in epoch 3, best 80.00 % in epoch 2" in picture.alt
    assert "training accuracy rises from 40.00 % in epoch 1 to 90.00 % in epoch 3" in picture.alt
    assert "CIFAR-10 (JPEG copy), 390 steps an epoch" in picture.alt
    texts = [text.get_text() for text in picture.findobj(Text)]
    assert "\u25cf test, last 75.00 %" in texts and "\u25cb best 80.00 %, epoch 2" in texts
    assert "CIFAR-10 (JPEG copy), 390 steps an epoch" in texts
    open_dot, dot = _dots(picture)
    assert (open_dot.get_xdata()[0], open_dot.get_ydata()[0]) == (2, 80)
    assert (dot.get_xdata()[0], dot.get_ydata()[0]) == (3, 75)


def _dots(picture):
    dots = [line for line in picture.axes[0].lines if line.get_marker() == "o"]
    return sorted(dots, key=lambda line: line.get_fillstyle() != "none")


def test_the_best_loss_is_the_lowest():
    picture = training_curves(run(), "loss")
    assert picture.title == "baseline's test loss is lowest in epoch 2 and 0.050 higher at the end"
    assert _dots(picture)[0].get_xdata()[0] == 2


def test_training_is_dashed_and_a_run_keeps_one_colour():
    first, second = (training_curves([run("a"), run("b")]).axes[0].lines[i : i + 4] for i in (0, 4))
    assert [line.get_linestyle() for line in first[:2]] == ["--", "-"]
    for lines in (first, second):
        assert len({line.get_color() for line in lines}) == 1
    assert first[0].get_color() != second[0].get_color()


def test_runs_on_different_data_are_never_compared():
    shapes = run("baseline", (0.9, 0.95, 0.99), source="generated shapes", recipe={"steps_per_epoch": 100})
    picture = training_curves([run(), shapes])
    assert picture.title.startswith("These runs saw different data")
    said = " ".join(text.get_text() for text in picture.texts)
    assert "baseline, run 1: CIFAR-10 (JPEG copy), 390 steps an epoch" in said
    assert "baseline, run 2: generated shapes, 100 steps an epoch" in said
    copies = training_curves([run(), run("official", (0.9, 0.9, 0.9), source="CIFAR-10")])
    assert copies.title == "official ends highest, at 90.00 % on the test images, 15.0 points above baseline"


def test_ends_on_different_images_are_never_compared():
    title = "Measured on different images: compare the shapes of the curves, not their heights"
    only_training, watched = run("a", (None, None, None)), run("a", monitor="validation")
    assert training_curves([only_training, run("b")]).title == title
    assert training_curves([run("b"), watched]).title == title
    assert training_curves([run("b"), watched], "loss").title == title
    assert training_curves([only_training, run("b", (None, None, None), (0.4, 0.7, 0.8))]).title == (
        "a ends highest, at 90.00 % on the training images, 10.0 points above b"
    )


@pytest.mark.parametrize(
    ("ends", "accuracy", "loss"),
    [
        ([0.75, 0.75], "a and b end level, at 75.00 %", "a and b end level, at a loss of 1.250"),
        ([0.75, 0.75, 0.5], "a and b end level, at 75.00 %", "a and b end level, at a loss of 1.250"),
        ([0.75, 0.75, 0.75], "3 runs end level, at 75.00 %", "3 runs end level, at a loss of 1.250"),
        ([0.75001, 0.75], "a and b end level, at 75.00 %", "a and b end level, at a loss of 1.250"),
    ],
)
def test_ends_that_round_alike_are_level(ends, accuracy, loss):
    drawn = [run(name, (0.5, 0.8, end)) for name, end in zip("abc", ends, strict=False)]
    rest = ", ahead of the rest" if 0.5 in ends else ""
    assert training_curves(drawn).title == f"{accuracy} on the test images{rest}"
    assert training_curves(drawn, "loss").title == f"{loss} on the test images{rest}"


def test_a_lead_that_is_named_is_never_nought():
    title = training_curves([run("a", (0.5, 0.8, 0.7503)), run("b")]).title
    assert title == "a ends highest, at 75.03 % on the test images, 0.03 points above b"


@pytest.mark.parametrize(("name", "columns"), [("run", 2), ("a network with document 000's augmentation", 1)])
def test_the_names_of_many_runs_stay_on_the_page(name, columns):
    picture = training_curves([run(f"{name} {i}") for i in range(6)])
    (legend,) = picture.legends
    picture.canvas.draw()
    assert legend._ncols == columns and legend.get_window_extent().x1 <= picture.bbox.x1


def test_no_two_of_many_runs_look_alike():
    picture = training_curves([run() for _ in range(9)])
    looks = {(line.get_color(), line.get_marker()) for line in picture.axes[0].lines}
    assert len(looks) == 9


def test_a_published_run_and_one_watched_on_validation_images_are_named_so():
    published = run("separable_65k", published=True, data={"source": "CIFAR-10"}, recipe="as in its report")
    assert training_curves(published).title.startswith("separable_65k (published) ends at")
    watched = training_curves(run(monitor="validation"))
    assert "on the validation images" in watched.title
    assert "351 steps an epoch" in watched.alt


def test_epochs_that_were_not_measured():
    picture = training_curves(run(held=(None, 0.6, None), train=(0.5, 0.6, None)))
    assert picture.title == "baseline ends at 60.00 % on the test images, level with training"
    assert "test accuracy is 60.00 % in epoch 2" in picture.alt
    only_training = training_curves(run(held=(None, None, None)))
    assert only_training.title == "baseline ends at 90.00 % on the training images"


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (([],), "no run to draw"),
        ((run(held=[], train=[]),), "baseline has no epoch with a measured accuracy"),
        ((run(held=[None], train=[float("nan")]),), "no epoch with a measured accuracy"),
        ((run(), "error"), "metric is 'error'; it must be"),
    ],
)
def test_curves_of_nothing(arguments, sentence):
    with pytest.raises(ValueError, match=sentence):
        training_curves(*arguments)
