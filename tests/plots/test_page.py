"""Every picture: its labels are on the page and clear of one another, its bytes are the same twice."""

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text
from plot_samples import (
    ACCURACIES,
    CEILINGS,
    MARKS,
    NAMES,
    baseline,
    paired,
    roof_timings,
    run,
    some_images,
    some_predictions,
    stages,
    thirty_layers,
)

from course import benchmarks
from course.benchmarks import Ceilings
from course.plots import (
    Picture,
    confusion_matrix,
    histogram_of_runs,
    image_grid,
    network_strip,
    parameter_bars,
    training_curves,
)
from course.plots.conversion import conversion
from course.plots.timings import roofline, speed_ups
from course.widgets.budget_page import Scaling
from course.widgets.budget_slider import BudgetSlider

_, RECORDED, RECORD = benchmarks.load()


def slider(*state):
    """Return the still picture of a budget slider."""
    shell = BudgetSlider(Scaling(*state))
    return shell.still(shell.state)


PICTURES = {
    "curves of one run": lambda: training_curves(run()),
    "curves of two runs": lambda: training_curves([run(), run("separable_65k", (0.6, 0.7, 0.8), published=True)]),
    "curves that end together": lambda: training_curves([run("a"), run("b"), run("c")]),
    "curves of seven runs": lambda: training_curves([run(f"compact_{i}") for i in range(7)]),
    "curve of one epoch": lambda: training_curves(run(held=[0.5], train=[0.4])),
    "curves of loss": lambda: training_curves(run(), "loss"),
    "sheet": lambda: image_grid(some_images(30), np.arange(30) % 10, NAMES),
    "captions": lambda: image_grid(
        some_images(12), np.arange(12) % 10, NAMES, captions=["automobile, taken for airplane (99 %)"] * 12
    ),
    "confusion": lambda: confusion_matrix(*some_predictions(), NAMES),
    "confusion with long names": lambda: confusion_matrix(
        np.arange(11), np.arange(11)[::-1], [f"a rather long name {i}" for i in range(11)]
    ),
    "strip of the baseline": lambda: network_strip(baseline()),
    "strip of 30 layers": lambda: network_strip(thirty_layers()),
    "strip of 30 layers, wide": lambda: network_strip(thirty_layers((128, 224, 3))),
    "bars": lambda: parameter_bars(baseline()),
    "runs": lambda: histogram_of_runs(ACCURACIES, MARKS),
    "roofline": lambda: roofline(roof_timings(), CEILINGS),
    "roofline of one layer": lambda: roofline(roof_timings()[:1], CEILINGS),
    "roofline where memory is fast": lambda: roofline(roof_timings(), Ceilings(40e9, 80e9)),
    "roofline where memory is slow": lambda: roofline(roof_timings(), Ceilings(1e13, 1e12)),
    "roofline from the record": lambda: roofline(RECORD["layers"], RECORDED),
    "speed ups": lambda: speed_ups(paired((0.5, 0.8), (1.0, 12.0), (3.0, 3.0), (4.0, 4.0))),
    "speed ups forward": lambda: speed_ups(paired((0.1,), training=(False,))),
    "speed ups from the record": lambda: speed_ups(RECORD["layers"]),
    "stages": lambda: conversion(stages(), accuracy_of="Accuracy: validation images, after 8 epochs."),
    "stages without accuracy": lambda: conversion(stages(accuracy=None, seconds=12.0, parameters=5_000_000)),
    "stages of one kind": lambda: conversion(dict.fromkeys(["a", "b"], stages()["baseline"])),
    "budget of the baseline": lambda: slider("baseline"),
    "budget of separable_65k": lambda: slider("separable_65k"),
    "budget of separable_99k": lambda: slider("separable_99k", 2.0, 2),
    "budget where nothing was measured": lambda: slider("separable_99k", 0.15, 4),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_label_is_on_the_page_and_clear_of_the_others(name, monkeypatch):
    picture = PICTURES[name]()
    assert isinstance(picture, Picture)
    assert picture.alt and picture.title in picture.alt
    # A figure also holds texts that it never draws, such as the labels of ticks beyond an axis.
    texts = []
    draw = Text.draw
    monkeypatch.setattr(Text, "draw", lambda text, renderer: (texts.append(text), draw(text, renderer)))
    picture.canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts if text.get_text().strip()]
    assert len(boxes) > 4
    page = picture.bbox
    for words, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= page.x1 and box.y1 <= page.y1, words
    for i, (words, box) in enumerate(boxes):
        for other_words, other in boxes[i + 1 :]:
            # Boxes hold room for ascenders and descenders; two pixels of 1,520 are no overlap.
            across = min(box.x1, other.x1) - max(box.x0, other.x0)
            down = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert across <= 2 or down <= 2, (words, other_words)


@pytest.mark.parametrize("name", ["curves of two runs", "strip of the baseline"])
def test_the_same_input_gives_the_same_bytes(name):
    assert PICTURES[name]().png() == PICTURES[name]().png()


def test_the_style_of_matplotlib_is_left_as_it_was():
    before = dict(matplotlib.rcParams)
    PICTURES["bars"]().png()
    assert dict(matplotlib.rcParams) == before
