"""Print what training costs: CPU seconds for 1,000 images, in plain Keras, accelerated, and in PyTorch.

Run it from the repository's root with `python -m tests.benchmarks.training_cost [MODEL ...]`, on an idle
machine; it takes a few minutes. The ways take turns, each in a process of its own, as the settings of one
library would disturb the other. PyTorch is left out where it is not installed. The last line is what the
machine's arithmetic allows: the MACs of a step, forward and twice back, at the rate of a large product.

On two cores with avx512_bf16 (November 2026, TensorFlow 2.21) it printed for separable_65k, in CPU seconds:
plain 5.91, float32 2.91, bfloat16 1.84, PyTorch 8.51 and 4.26, arithmetic alone 1.08. That is 0.31 of plain
Keras; the goal was 0.25. Tried, and no cheaper: BatchNormalization's sums compiled whole by XLA (which take it
three times as long as TensorFlow), two units' masks from one random word, a convolution's weight
gradient as one matrix product or as many, the bias's gradient apart from it, other numbers of threads, other
allocators. What is left is bound by memory: passes over maps that only a fused kernel in C++ would save.

On two cores with AVX2 alone (the same month), where bfloat16 does not pay: plain 12.1 for separable_65k and
10.3 for compact_100k; accelerated 9.4 and 8.6 before pooling and, in float32, BatchNormalization were compiled,
and 7.8 and 6.1 since. A sum over places is quick when it is compiled as one down the rows and TensorFlow adds up
the rest. In bfloat16 that gained nothing, neither there nor on a processor that has instructions for it: with
pooling compiled 1.56 and 2.11 CPU seconds, with Keras's own 1.53 and 2.06 (separable_65k without Dropout and
compact_100k, medians of five). On the first, with glibc told to keep large blocks, and in huge pages
(GLIBC_TUNABLES=glibc.malloc.hugetlb=1 with glibc.malloc.mmap_threshold and trim_threshold at 4294967295), another
10 to 25 % fewer seconds went by; on the second none did.
"""

import json
import os
import resource
import subprocess
import sys
import time
from statistics import median

BATCH, STEPS, ROUNDS = 128, 10, 3
WAYS = {
    "plain Keras": ("keras", None),
    "accelerated, float32": ("keras", False),
    "accelerated, bfloat16": ("keras", True),
    "PyTorch, float32": ("torch", False),
    "PyTorch, bfloat16": ("torch", True),
}


def measured(step):
    """Return CPU and wall seconds for 1,000 images, after three steps that do not count."""
    for _ in range(3):
        step()
    cpu, wall = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    for _ in range(STEPS):
        step()
    wall, now = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_SELF)
    cpu = now.ru_utime + now.ru_stime - cpu.ru_utime - cpu.ru_stime
    return [seconds * 1000 / (STEPS * BATCH) for seconds in (cpu, wall)]


def keras_step(name, half):
    """Return a function that trains one of the kit's models for a step; half is None for plain Keras."""
    import numpy as np

    from course import models, training

    model = models.build(name)
    if half is not None:
        model = training.accelerate(model, half)
    model.compile(models.keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    rng = np.random.default_rng(0)
    x, y = rng.random((BATCH, 32, 32, 3)).astype("float32"), rng.integers(0, 10, BATCH)
    return lambda: model.train_on_batch(x, y)


def torch_step(name, half):
    """Return a function that trains the same layers in PyTorch for a step."""
    import torch

    model = torch_model(name).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(model.parameters(), 1e-3)
    x = torch.rand(BATCH, 3, 32, 32).to(memory_format=torch.channels_last)
    y = torch.randint(0, 10, (BATCH,))

    def step():
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            outputs = model(x)
        torch.nn.functional.cross_entropy(outputs.float(), y).backward()
        optimizer.step()

    return step


def torch_model(name):
    """Return one of the kit's models with PyTorch's layers, without the softmax."""
    from torch import nn

    from course import models
    from course.inspection import ledger_of

    made, shape = [], (32, 32, 3)
    for row in ledger_of(models.build(name)):
        layer, channels = row.layer, shape[-1]
        if row.kind in ("Conv2D", "SeparableConv2D"):
            kernel = layer.taps()[0]
            padding = "same" if layer.padding == "same" else 0
            if row.kind == "SeparableConv2D":
                made.append(nn.Conv2d(channels, channels, kernel, padding=padding, groups=channels, bias=False))
                made.append(nn.Conv2d(channels, layer.filters, 1))
            else:
                made.append(nn.Conv2d(channels, layer.filters, kernel, padding=padding))
            made.append(nn.ReLU())
        elif row.kind == "BatchNormalization":
            made.append((nn.BatchNorm2d if len(shape) == 3 else nn.BatchNorm1d)(channels, eps=1e-3, momentum=0.01))
        elif row.kind == "Dropout":
            made.append(nn.Dropout(layer.rate))
        elif row.kind == "MaxPooling2D":
            made.append(nn.MaxPool2d(2))
        elif row.kind == "GlobalAveragePooling2D":
            made += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        elif row.kind == "Flatten":
            made.append(nn.Flatten())
        elif row.kind == "Dense":
            made += [nn.Linear(channels, layer.units), nn.ReLU()]
        shape = row.output_shape
    while isinstance(made[-1], nn.ReLU) and name != "separable_65k":
        made.pop()
    return nn.Sequential(*made)


def limit(name):
    """Return CPU seconds for 1,000 images at the rate of a large matrix product."""
    from course import benchmarks, models
    from course.inspection import ledger_of

    rate = benchmarks.ceilings(9).macs_per_second
    return 3 * 1000 * ledger_of(models.build(name)).macs / rate * os.cpu_count()


def main(names):
    """Take all ways in turns and print their medians."""
    for name in names or ("separable_65k", "separable_99k", "baseline"):
        took = {way: [] for way in WAYS}
        for _ in range(ROUNDS):
            for way in WAYS:
                run = subprocess.run(
                    [sys.executable, "-m", "tests.benchmarks.training_cost", "--one", name, way],
                    capture_output=True, text=True,
                )  # fmt: skip
                if run.returncode == 0:
                    took[way].append(json.loads(run.stdout.splitlines()[-1]))
                elif "No module named 'torch'" not in run.stderr:
                    print(f"{name}, {way}: {run.stderr.strip().splitlines()[-1]}")
        plain = median(cpu for cpu, _ in took["plain Keras"])
        print(f"{name}, for 1,000 images     CPU seconds  of plain  wall seconds")
        for way, seconds in took.items():
            if seconds:
                cpu, wall = (median(column) for column in zip(*seconds, strict=True))
                print(f"  {way:27} {cpu:11.2f} {cpu / plain:9.2f} {wall:13.2f}", flush=True)
        at_most = limit(name)
        print(f"  {'the arithmetic alone, float32':27} {at_most:9.2f} {at_most / plain:9.2f}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        library, half = WAYS[sys.argv[3]]
        print(json.dumps(measured({"keras": keras_step, "torch": torch_step}[library](sys.argv[2], half))))
    else:
        main(sys.argv[1:])
