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
    climbed,
    dial,
    log,
    others,
    paired,
    placed,
    predicting,
    roof_timings,
    run,
    some_images,
    some_predictions,
    stages,
    thirty_layers,
)

from course import benchmarks
from course.anatomy import BRIGHTEST, KINDS, Convolution, patch_of, terms
from course.benchmarks import Ceilings, Timing
from course.challenge import board
from course.data import DISTURBANCES
from course.plots import (
    Picture,
    anatomy,
    calibration,
    confusion_matrix,
    conversion,
    fit_curve,
    groups_dial,
    image_grid,
    kernel_slices,
    ladder,
    layer_bars,
    network_strip,
    pareto,
    per_class,
    reproduction,
    robustness,
    roofline,
    selection,
    speed_ups,
    spread,
    step_bars,
    training_curves,
)
from course.widgets.budget_slider import BudgetSlider
from course.widgets.budget_slider.state import Scaling

_, RECORDED, RECORD = benchmarks.load()


def slider(*state):
    """Return the still picture of a budget slider."""
    shell = BudgetSlider(Scaling(*state))
    return shell.still(shell.state)


PATCH = patch_of(some_images(1)[0])


def far_below_0(convolution, row, column, output):
    """Return what to draw of a patch that makes an output value as small, and so its number as long, as can be."""
    k, step, slopes = convolution.window, convolution.step, np.zeros_like(PATCH)
    for term in terms(convolution, PATCH, row, column, output):
        part = term.weights * (1 if term.mixing is None else term.mixing)
        slopes[row * step : row * step + k, column * step : column * step + k, term.channel] += part
    return convolution, np.where(slopes < 0, BRIGHTEST, 0), row, column, output


KERNELS = {
    name: np.random.default_rng(0).normal(size=shape)
    for name, shape in {"square": (3, 3, 8, 12), "flat": (1, 7, 2, 9), "small": (2, 2, 4, 2)}.items()
}
LARGEST = {"channels": 6, "filters": 6, "kernel": 5, "depth_multiplier": 2}
ANATOMIES = {
    "a standard one": (Convolution(), PATCH, 2, 2, 1),
    "the smallest": (Convolution(channels=1, filters=1, kernel=1), PATCH, 6, 6),
    **{
        f"the largest {kind} one": (Convolution(kind, **LARGEST), PATCH, 2, 2, 5)
        for kind in KINDS
        if kind != "pointwise"
    },
    "the largest pointwise one": (Convolution("pointwise", **LARGEST), PATCH, 0, 6, 5),
    "five channels": (Convolution("separable", channels=5, filters=6, kernel=2, depth_multiplier=2), PATCH, 5, 0),
    "a window that is the patch": (Convolution("separable", channels=6, filters=1, kernel=7), PATCH),
    "groups of one": (Convolution("grouped", channels=6, filters=6, groups=6), PATCH, 0, 4, 5),
    "large values": far_below_0(Convolution(channels=6, filters=3, kernel=5), 2, 2, 2),
    "large values and products": far_below_0(Convolution("separable", **LARGEST), 1, 1, 3),
    "one output": (Convolution("depthwise", channels=1, kernel=5, stride=3), PATCH),
}
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
    "ladder of two rungs": lambda: ladder({"one": [climbed(0.7)], "two": [climbed(0.7004)]}),
    "ladder of nine rungs with long names": lambda: ladder(
        {f"{'a rather long name ' * 2}{i}": [climbed(0.6 + i / 60 + j / 200) for j in range(3)] for i in range(9)}
    ),
    "robustness of one network to one thing": lambda: robustness({"a": {"blurred": [(0, 0.8), (2, 0.5)]}}),
    "robustness of four networks": lambda: robustness(
        {
            f"separable_{i}_rather_long": {
                kind: [(at, 0.9 - 0.1 * i - 0.15 * j) for j, at in enumerate(strengths)]
                for kind, strengths in DISTURBANCES.items()
            }
            for i in range(4)
        }
    ),
    "front of one place": lambda: pareto([placed()]),
    "front of the board": lambda: pareto(board().ranking("CIFAR-10")),
    "front of the board and an entry on other images": lambda: pareto(
        [*board().ranking("CIFAR-10"), *board().ranking("CIFAR-10 (JPEG copy)"), placed(accuracy=0.91)]
    ),
    "front of 30 entries with long names": lambda: pareto(
        [placed(f"{'WMW ' * 9}{i}", 50_000 + 90 * i, 0.85 + i % 7 / 1e4, macs=10**7 + i) for i in range(30)],
        "macs",
    ),
    "front over a wide range": lambda: pareto([placed(cpu_seconds=10.0**i) for i in range(1, 8)], "cpu_seconds"),
    "strip of the baseline": lambda: network_strip(baseline()),
    "strip of 30 layers": lambda: network_strip(thirty_layers()),
    "strip of 30 layers, wide": lambda: network_strip(thirty_layers((128, 224, 3))),
    "bars": lambda: layer_bars(baseline()),
    "runs": lambda: spread(ACCURACIES, MARKS),
    "reproduction of a log": lambda: reproduction(log(shift=-0.003), log(published=True)),
    "reproduction of fewer epochs": lambda: reproduction(log(4), log(published=True)),
    "reproduction in one epoch": lambda: reproduction(log(1), log(1, published=True)),
    "reproduction among other runs": lambda: reproduction(log(shift=-0.02), others=others()),
    "reproduction of a log among other runs": lambda: reproduction(log(name="a" * 40), log(shift=0.05), others()),
    "reproduction to the last image": lambda: reproduction(log(), log()),
    "calibration of one run": lambda: calibration(predicting()),
    "calibration of three runs": lambda: calibration([predicting(f"a network of a long name {i}") for i in "abc"]),
    "calibration of a run that is always right": lambda: calibration(predicting(wrong=0, confidence=1)),
    "classes of one run": lambda: per_class(predicting()),
    "classes of three runs": lambda: per_class([predicting(f"separable_{i}", i / 4) for i in range(3)]),
    "classes of runs of long names": lambda: per_class([predicting("compact_" * 6, 0.1), predicting(wrong=0)]),
    "selection": lambda: selection([log(), log(published=True), log(4), log(name="compact_" * 6)], others()),
    "selection of one run": lambda: selection([log(3)]),
    "selection of runs": lambda: selection([log(name=f"compact_{i}") for i in range(6)]),
    "selection of others": lambda: selection(others=others()),
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
    "dial of groups": lambda: groups_dial(RECORD["groups"]),
    "dial of ten stops": lambda: groups_dial(dial({2**i: 1 + i for i in range(10)}, 512, 0.002)),
    "dial of two stops": lambda: groups_dial(dial({1: 1, 2: 0.5}, 2, 0.5)),
    "dial that does not reach the channels": lambda: groups_dial(dial({1: 1, 8: 0.13, 16: 0.07}, 48, 0.02)),
    "dial where time stays": lambda: groups_dial(dial({1: 1, 2: 1}, 2, 1)),
    "steps": lambda: step_bars(RECORD["training"][-5:], "Where the time goes", "On a machine."),
    "one step": lambda: step_bars([Timing("a", (0.0004,), batch=1)], "One"),
    "twelve long steps": lambda: step_bars(
        [Timing(f"a network with a rather long name {i}", (i + 1, 2 * i + 1), batch=128) for i in range(12)],
        "Many",
    ),
    "slices of one kernel": lambda: kernel_slices({"a": KERNELS["square"]}),
    "slices of three kernels": lambda: kernel_slices(
        {f"the kernel of a layer that has a long name, {name}": kernel for name, kernel in KERNELS.items()}
    ),
    "one slice": lambda: kernel_slices({"dot": np.ones((1, 1, 1, 1))}),
    "fit of one point": lambda: fit_curve({"dot": np.ones((1, 1, 1, 1))}),
    "fit of 49": lambda: fit_curve({"large": np.random.default_rng(1).normal(size=(7, 7, 2, 64))}),
    "fit of five kernels": lambda: fit_curve({f"block{i}_conv2, trained": KERNELS["square"] for i in range(5)}),
    **{f"anatomy of {name}": lambda value=value: anatomy(*value) for name, value in ANATOMIES.items()},
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
    texts = [text for text in texts if text.get_text().strip()]
    assert len(texts) > 4
    words = [text.get_text() for text in texts]
    x0, y0, x1, y1 = np.array([text.get_window_extent().extents for text in texts]).T
    page = picture.bbox
    off = (x0 < 0) | (y0 < 0) | (x1 > page.x1) | (y1 > page.y1)
    assert not off.any(), [words[i] for i in np.flatnonzero(off)]
    across = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0)
    down = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0)
    # Boxes hold room for ascenders and descenders; two pixels of 1,520 are no overlap.
    overlaps = np.argwhere(np.triu((across > 2) & (down > 2), 1))
    assert not len(overlaps), [(words[i], words[j]) for i, j in overlaps]


@pytest.mark.parametrize("name", ["curves of two runs", "strip of the baseline"])
def test_the_same_input_gives_the_same_bytes(name):
    assert PICTURES[name]().png() == PICTURES[name]().png()


def test_the_style_of_matplotlib_is_left_as_it_was():
    before = dict(matplotlib.rcParams)
    PICTURES["bars"]().png()
    assert dict(matplotlib.rcParams) == before
