"""Print how long the widgets take for one update in the kernel: from a moved control to the new picture.

Run it from the repository's root with `python -m tests.benchmarks.widget_update`; it takes about ten
seconds. The claim it checks: one update stays under 50 ms. The figures depend on the machine, so
this is no unit test.
"""

import time
from statistics import median

import numpy as np

from course import CHAINS, models, runs
from course.anatomy import KINDS
from course.arithmetic import Conv2D, ledger
from course.data import shapes
from course.widgets import convolution_anatomy, field_viewer, layer_explorer, network_viewer
from course.widgets.budget_slider import budget_slider
from course.widgets.budget_slider.state import MULTIPLIERS, WIDTHS
from course.widgets.run_explorer import run_explorer
from course.widgets.run_explorer.state import METRICS, WINDOWS


def milliseconds(update, values):
    """Return the median and the longest time that update(value) takes, over some values."""
    times = []
    for value in values:
        started = time.perf_counter()
        update(value)
        times.append(1000 * (time.perf_counter() - started))
    return median(times), max(times)


def setter(control):
    """Return a function that sets a control's value."""
    return lambda value: setattr(control, "value", value)


def main():
    for name in CHAINS:
        explorer = layer_explorer(name)
        show(f"explorer, {name}: another layer", setter(explorer.layer), [i % 17 for i in range(1, 60)])
        explorer.layer.value = 0
        show(
            f"explorer, {name}: another kernel",
            setter(explorer.settings["kernel"]),
            [1 + i % 5 for i in range(60)],
        )
        explorer.view.value = "annotated code"
        show(
            f"explorer, {name}: the same, as code",
            setter(explorer.settings["kernel"]),
            [2 + i % 5 for i in range(60)],
        )
    model = models.separable_65k()
    viewer = field_viewer(model)
    show("viewer, separable_65k: another unit", setter(viewer.unit[0]), [i % 4 for i in range(60)])
    show("viewer, separable_65k: another layer", setter(viewer.layer), [i % 20 for i in range(1, 60)])
    large = ledger([Conv2D(8, 3, padding="same", dilation_rate=2**i) for i in range(6)], (224, 224, 3), "large")
    noise = np.random.default_rng(0).integers(0, 256, (224, 224, 3)).astype(np.uint8)
    viewer = field_viewer(large, noise, lambda name, unit: noise[..., 0])
    viewer.with_effect.value = True
    show("viewer, 224x224 with an effect: another unit", setter(viewer.unit[1]), range(60))
    largest = {"channels": 6, "filters": 6, "kernel": 5, "depth_multiplier": 2}
    for kind in KINDS:
        anatomy = convolution_anatomy(kind=kind, **largest)
        anatomy.cell.value = 0
        show(f"anatomy, {kind}: another position", setter(anatomy.cell), [i % 9 for i in range(1, 60)])
    show(
        "anatomy, separable: another kernel",
        setter(anatomy.settings["kernel"]),
        [(1, 2, 3, 5)[i % 4] for i in range(60)],
    )
    show("anatomy: another kind", setter(anatomy.kind), [KINDS[i % 5] for i in range(60)])
    images = shapes(500)
    for name in models.MODELS:
        watched = network_viewer(models.build(name), images)
        kept = sum(value.nbytes for value in watched.state.network.activations.of(watched.state.pixels)) / 1e6
        print(f"network viewer, {name}: {kept:.1f} MB kept an image")
        last = len(watched.state.stages) - 1
        show(f"network viewer, {name}: next image", lambda _, live=watched: live.following.click(), range(20))
        for level in ("layer", "unit"):
            watched.level.value = level
            watched.layer.value = last
            show(f"network viewer, {name}: {level}, layer", setter(watched.layer), [i % last for i in range(20)])
            watched.layer.value = 1
            show(f"network viewer, {name}: {level}, map", setter(watched.channel), [i % 7 for i in range(1, 20)])
    slider = budget_slider()
    # Each of the first few works out a whole curve; what it keeps serves all later ones.
    show("budget: another multiplier", setter(slider.depth_multiplier), MULTIPLIERS[1:])
    show("budget: another model", setter(slider.model), ["baseline", "separable_99k", "separable_65k"])
    show("budget: another width", setter(slider.width), WIDTHS)
    compared = run_explorer(*runs.names())
    show(f"runs, all {len(runs.names())}: another measure", setter(compared.metric), [*METRICS][::-1] * 10)
    show("runs: another smoothing", setter(compared.smoothing), WINDOWS[::-1] * 15)
    show("runs: one more, one less", setter(compared.records["baseline"]), [False, True] * 30)


def show(what, update, values):
    middle, longest = milliseconds(update, values)
    print(f"{what:50} median {middle:5.1f} ms, longest {longest:5.1f} ms", flush=True)


if __name__ == "__main__":
    main()
