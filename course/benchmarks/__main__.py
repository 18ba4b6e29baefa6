"""Take the kit's record of timings on this machine: python -m course.benchmarks [PATH]"""

import sys

from course import CHAINS, models
from course.benchmarks import (
    MULTIPLIERS,
    RECORD,
    WIDTHS,
    ceilings,
    save,
    scaled_name,
    time_groups,
    time_layers,
    time_networks,
)


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


def main(path=RECORD):
    """Take the timings that `load` lists, and write them. It takes about two minutes."""
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


if __name__ == "__main__":
    main(*sys.argv[1:])
