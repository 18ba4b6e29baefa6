"""Print the ledger's receptive fields beside published and independently computed ones, and its time.

Run it from the repository's root with `python -m tests.benchmarks.oracles`; building the networks takes
a minute. Published: the table of Araujo, Norris, Sim, "Computing Receptive Fields of Convolutional Neural
Networks", Distill 2019; for its ResNets the padding is that of Keras, which pads otherwise than the slim
networks in the table. Computed: by interval arithmetic and exact sets of pixels, apart from this code.
The claims it checks: all agree; 23 ledgers of Keras's own networks take under a second together, a chain
of 10,000 layers under a second, and the time grows with the number of layers. Times depend on the
machine, so this is no unit test.
"""

import gc
import time

from course._quiet import import_keras
from course.arithmetic import BatchNormalization, Conv2D, ledger
from course.inspection import ledger_of

PUBLISHED = {
    "VGG16": {
        "block1_pool": (6, 2, 2), "block2_pool": (16, 4, 6), "block3_pool": (44, 8, 18),
        "block4_pool": (100, 16, 42), "block5_pool": (212, 32, 90),
    },
    "ResNet50": {"conv5_block3_out": (483, 32, 241)},
    "ResNet101": {"conv5_block3_out": (1027, 32, 513)},
    "ResNet152": {"conv5_block3_out": (1507, 32, 753)},
    "ResNet50V2": {"post_relu": (483, 32, 241)},
    "ResNet101V2": {"post_relu": (1027, 32, 513)},
    "ResNet152V2": {"post_relu": (1507, 32, 753)},
    "InceptionV3": {"mixed10": (1311, 32, 618)},
    "InceptionResNetV2": {"conv_7b_ac": (3039, 32, 1482)},
    "MobileNet": {"conv_pw_13": (315, 32, 126)},
}  # fmt: skip
COMPUTED = {
    "VGG19": {"block5_pool": (268, 32, 118)},
    "DenseNet121": {"relu": (2071, 32, 1021)},
    "DenseNet169": {"relu": (3351, 32, 1661)},
    "DenseNet201": {"relu": (3863, 32, 1917)},
    "Xception": {"block14_sepconv2": (1083, 32, 534)},
    "MobileNetV2": {"out_relu": (491, 32, 214)},
    "MobileNetV3Small": {None: (639, 32, None)},
    "MobileNetV3Large": {None: (595, 32, None)},
    "NASNetMobile": {"normal_concat_12": (2407, 32, 1174)},
    "EfficientNetB0": {"top_activation": (851, 32, 394)},
    "EfficientNetV2B0": {"top_activation": (763, 32, None)},
    "EfficientNetV2S": {"top_activation": (1487, 32, None)},
    "ConvNeXtTiny": {None: (1688, 32, 828)},
}


def networks():
    """Print a line for each end point; return the seconds of all ledgers together and the disagreements."""
    applications = import_keras().applications
    print(f"{'network':18} {'end point':24} {'known r/S/P':>15} {'ours':>15}  agree  misaligned      rows     ms")
    total, wrong = 0, 0
    for name, end_points in (PUBLISHED | COMPUTED).items():
        model = getattr(applications, name)(weights=None)
        gc.collect()
        started = time.perf_counter()
        found = ledger_of(model, (224, 224, 3) if None in model.input_shape[1:] else None)
        seconds = time.perf_counter() - started
        total += seconds
        maps = [row for row in found if len(row.output_shape) == 3 and row.output_shape[0] > 1]
        for end_point, known in end_points.items():
            row = found[end_point] if end_point else maps[-1]
            ours = figures(row)
            agree = all(k is None or k == o for k, o in zip(known, ours, strict=True))
            wrong += not agree
            marks = "nominal" if row.marks["receptive_field"] == "nominal" else ""
            print(
                f"{name:18} {row.name:24} {shown(known):>15} {shown(ours):>15}  {'yes' if agree else 'NO':5}"
                f"  {sum(not each.aligned for each in found):10} {marks:7} {len(found):4} {1000 * seconds:6.1f}"
            )
        wrong += found.parameters != model.count_params()
    return total, wrong


def figures(row):
    """Return the nominal receptive field, the jump and the effective padding of a row with square fields."""
    (field, across), (jump, _), (start, _) = row.nominal_receptive_field, row.jump, row.start
    assert field == across
    return field, jump, (field - 1) / 2 - start


def shown(values):
    return "/".join("-" if value is None else f"{value:g}" for value in values)


def chain(length):
    """Return the seconds for the ledger of a chain of convolutions and normalisations."""
    layers = [Conv2D(8, 3, padding="same"), BatchNormalization()] * (length // 2)
    gc.collect()
    started = time.perf_counter()
    ledger(layers, (32, 32, 3))
    return time.perf_counter() - started


def main():
    total, wrong = networks()
    print(f"{len(PUBLISHED | COMPUTED)} ledgers: {total:.2f} s together; {wrong} disagreements")
    for length in (1_000, 10_000, 100_000):
        print(f"a chain of {length:,} layers: {chain(length):.3f} s")


if __name__ == "__main__":
    main()
