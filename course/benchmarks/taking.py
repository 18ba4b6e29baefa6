"""Take the timings that the kit's record holds, on this machine."""

from course import CHAINS, models
from course.benchmarks.measuring import ceilings, time_groups, time_layers, time_networks
from course.benchmarks.record import MULTIPLIERS, RECORD, WIDTHS, save, scaled_name


def trained():
    """Return the networks whose training steps are timed together, by what the record calls them."""
    whole = models.build("separable_65k")
    return {
        **{name: models.separable_baseline(**how) for name, how in models.CONVERSION.items()},
        "separable_99k": models.build("separable_99k"),
        "separable_65k": whole,
        "without Dropout": models.without(whole, "Dropout"),
        "without BatchNormalization": models.without(whole, "BatchNormalization"),
        "without either": models.without(whole, "Dropout", "BatchNormalization"),
        "with standard convolutions": models.twin(whole),
    }


def take(path=RECORD):
    """Take the timings that `load` lists, and write them. It takes about two minutes on an idle machine.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        Where to; the kit's own record if left out.
    """
    timings = {"layers": time_layers(rounds=21), "groups": time_groups()}
    timings["training"] = time_networks(trained(), batch=128, rounds=9, training=True)
    scaled = {
        scaled_name(name, width, multiplier): models.scaled(whole, width, multiplier)
        for name in CHAINS
        for whole in [models.build(name)]
        for width in WIDTHS
        for multiplier in (MULTIPLIERS if name != "baseline" else (1,))
    }
    timings["scaled"] = time_networks(scaled, rounds=9)
    ceiling = ceilings(rounds=15)
    save(ceiling, timings, path)
    macs, memory = ceiling.macs_per_second / 1e9, ceiling.bytes_per_second / 1e9
    print(f"{macs:.0f} GMAC/s, {memory:.1f} GB/s: written to {path}.")
