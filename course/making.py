"""The kit's records, and how each is made: `python -m course record NAME`."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import partial
from itertools import product
from pathlib import Path

import numpy as np

from course import benchmarks, data, experiments, models, published, runs, training
from course.data.disturbed import through_jpeg
from course.experiments import compression
from course.table import Table

WEIGHTS = "weights.weights.h5"
# What the record of a training keeps besides its figures. Weights are large: what nothing reads is left out.
ANSWERS, WHOLE = ("answers",), ("answers", "weights")
IMAGES, ORIGINALS, DOCUMENTS = "CIFAR-10", "a copy of CIFAR-10 and originals.npz", "the two reports"


@dataclass(frozen=True)
class Record:
    """One of the kit's records.

    Parameters
    ----------
    what : str
        What it holds.
    make : callable
        Takes the record's name and what `--data` names. Returns False where the record is not whole yet.
    needs : str
        What has to be named with `--data`, if anything.
    awaited : bool
        Whether the kit has the record still to come.
    """

    what: str
    make: Callable
    needs: str = ""
    awaited: bool = False


def _cifar10(where):
    return data.cifar10(where, download=False)


def _shapes(where):
    return data.shapes()


def _compressed_once_more(where):
    """Return images that went through JPEG once more, as CIFAR-10's copy did: quality 75, colours halved.

    JPEG works on blocks of 8x8 pixels, and a second pass over the same blocks changes almost nothing. So the
    images get a border of 4 pixels first, which moves the blocks by half their width.
    """
    images = _cifar10(where)

    def twice(some):
        wide = (np.pad(image, ((4, 4), (4, 4), (0, 0)), mode="edge") for image in some)
        return np.stack([through_jpeg(image, 75)[4:-4, 4:-4] for image in wide])

    return replace(
        images,
        train_images=twice(images.train_images),
        test_images=twice(images.test_images),
        source=f"{images.source}, compressed once more",
    )


def _training(network, recipe, title="", *, images=_cifar10, awaited=False, **how):
    """Return the record of a training; `how` is what `_train` takes. A model of the kit's begins the title."""
    if network in models.MODELS:
        title, network = network + title, models.MODELS[network]
    return Record(
        f"{title}: {recipe.epochs} epochs",
        partial(_train, network=network, recipe=recipe, title=title, images=images, **how),
        needs="" if images is _shapes else IMAGES,
        awaited=awaited,
    )


def _train(name, where, *, network, recipe, title, images, seed=0, prepare=training.accelerate, keeps=()):
    """Train a network, or go on where that was stopped."""
    shown = images(where)
    models.keras.utils.set_random_seed(seed)
    model = prepare(network())
    print(f"{name}: {title}, {model.count_params():,} parameters", flush=True)
    folder, target = Path("runs/records") / name, runs.RECORDS / name
    run = training.train(model, shown, recipe, seed=seed, out=folder, resume=True)
    if run.about["status"] != "complete":
        return False
    if title != run.about["model"]:
        run.about["name"] = title
    if "weights" in keeps:
        target.mkdir(parents=True, exist_ok=True)
        with runs.replacing(target / WEIGHTS) as path:
            shutil.copyfile(folder / WEIGHTS, path)
    if "answers" not in keeps:
        run.labels = run.probabilities = None
        if recipe.monitor == "validation":
            # What is tried to choose by is not looked up on the test images.
            run.summarise()
    runs.save(run, target)
    return True


def _report(name, where):
    if where is None:
        raise ValueError(f"{name} is read from a report: name the folder that holds it with --data.")
    run = published.report(name.removeprefix("published_"), where)
    print(runs.save(run, runs.RECORDS / name), *run.about["notes"], sep="\n  ")


def _trained(name):
    """Return the network of a record, with the record's weights."""
    network = training.accelerate(models.build(runs.load(name).about["model"]))
    network.load_weights(runs.RECORDS / name / WEIGHTS)
    return network


def _write_accuracy(name, images, accuracy):
    record = {"data": images.source, **runs.made_on(), "accuracy": accuracy}
    with runs.replacing(runs.RECORDS / f"{name}.json") as path:
        path.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _robustness(name, where):
    """Measure how much accuracy trained networks keep when something happens to the test images."""
    images = _cifar10(where)
    networks = {
        trained: _trained(trained) for trained in ("separable_65k", "separable_65k_annealed", "compact_100k_muon")
    }
    measured = {trained: {kind: [] for kind in data.DISTURBANCES} for trained in networks}
    for kind, strengths in data.DISTURBANCES.items():
        for strength in strengths:
            changed = data.disturbed(images.test_images, kind, strength)
            for trained, network in networks.items():
                right = training.predict(network, changed).argmax(axis=1) == images.test_labels
                measured[trained][kind].append((strength, float(right.mean())))
                print(f"{trained}, {kind} {strength:g}: {right.mean():.2%}", flush=True)
    _write_accuracy(name, images, measured)


def _flip_averaged(name, where):
    """Measure the mean of the probabilities of each test image and of its mirror image."""
    images, accuracy = _cifar10(where), {}
    mirrored = images.test_images[:, :, ::-1]
    of_small = ("separable_65k", "separable_65k_annealed", "separable_65k_muon")
    for trained in (*of_small, "compact_100k", "compact_100k_muon"):
        network = _trained(trained)
        single, other = (training.predict(network, views) for views in (images.test_images, mirrored))
        accuracy[trained] = [
            float((answers.argmax(axis=1) == images.test_labels).mean()) for answers in (single, single + other)
        ]
        print(trained, *(f"{share:.2%}" for share in accuracy[trained]), flush=True)
    _write_accuracy(name, images, accuracy)


def _pairs(name, where):
    points = experiments.sweep(distances=experiments.DISTANCES, seeds=range(5))
    ways, fields = ("stride", "pooling", "dilation"), (3, 5, 7, 9, 11, 13)
    points += experiments.sweep(ways, fields, experiments.DISTANCES, seeds=(0, 1))
    experiments.save(points, runs.RECORDS / f"{name}.json")


def _compression(name, where):
    """Train pairs of networks on original images and on their twins of the JPEG copy, where they are missing."""
    images = _cifar10(where)
    kinds, labels = compression.kinds_of(images, Path(where or "") / "originals.npz")
    path = runs.RECORDS / f"{name}.json"
    rows = json.loads(path.read_text(encoding="utf-8"))["runs"] if path.exists() else []
    folder = Path("runs/records") / name
    recipes = {network: str(recipe) for network, recipe in compression.RECIPES.items()}
    about = {"recipes": recipes, "images": len(labels), **runs.made_on()}
    for (network, recipe), seed in product(compression.RECIPES.items(), compression.SEEDS):
        if not any((row["network"], row["seed"]) == (network, seed) for row in rows):
            pair = compression.pair(network, seed, kinds, labels, images.names, folder, recipe)
            if pair is None:
                return False
            rows += pair
            with runs.replacing(path) as draft:
                draft.write_text(json.dumps({**about, "runs": rows}, indent=1) + "\n", encoding="utf-8")
            print(*pair, sep="\n", flush=True)
    return True


def _timings(name, where):
    benchmarks.take(runs.RECORDS / f"{name}.json")


def _by_hand(name, where):
    raise ValueError(f"{name} was collected by hand: {RECORDS[name].what}. No command makes it.")


_small, _large = (training.recipe_for(f"separable_{size}") for size in ("65k", "99k"))
_augmented = replace(_large, augmentation=_small.augmentation)
_few_epochs = training.Recipe("conversion", epochs=5, monitor="validation")
# A tenth of the training images is held out to choose by.
_chosen = replace(training.annealed, epochs=8, monitor="validation")
_muon = replace(training.annealed_muon, monitor="validation")
_muon_rung = training.LADDER["muon"]
_adamw = replace(_chosen, optimizer="adamw", learning_rate=0.01, weight_decay=0.05)


def _plain(model):
    return model


def _no_dropout(model):
    return training.accelerate(models.without(model, "Dropout"))


def _no_last_relu(model):
    return training.accelerate(models.without_activation(model, "block3_conv2"))


def _pooled(model):
    return training.accelerate(models.pooled(model))


def _ablation(network, recipe, title, change=training.accelerate):
    recipe = replace(recipe, name="ablation", epochs=10, monitor="validation")
    return _training(network, recipe, f" {title}", prepare=change)


def _suspect(title, **how):
    return _training("separable_65k", replace(_small, epochs=4), f" {title}", **how)


RECORDS = {
    "baseline": _training("baseline", training.recipe_for("baseline"), keeps=WHOLE),
    "separable_65k": _training("separable_65k", _small, keeps=WHOLE),
    "separable_65k_annealed": _training("separable_65k", training.annealed, ", annealed", keeps=WHOLE),
    "separable_99k": _training("separable_99k", _large, keeps=ANSWERS),
    "separable_99k_seed1": _training("separable_99k", _large, " with seed 1", seed=1, keeps=ANSWERS),
    "compact_100k": _training("compact_100k", training.annealed, keeps=WHOLE),
    **{
        f"{network}_muon{f'_seed{seed}' if seed else ''}": _training(
            network,
            training.annealed_muon,
            f", Muon, seed {seed}",
            seed=seed,
            keeps=ANSWERS if seed else WHOLE,
            awaited=seed > come,
        )
        for network, come in (("separable_65k", 2), ("compact_100k", 2))  # the last seed that has come
        for seed in range(3)
    },
    "compact_fine_muon": _training("compact_fine", training.annealed_muon, ", Muon", keeps=ANSWERS),
    # How soon: few epochs, each time from five beginnings.
    **{
        f"clock/{epochs}_epochs_seed{seed}": _training(
            "compact_quick", replace(training.annealed_muon, epochs=epochs), f", seed {seed}", seed=seed
        )
        for epochs in (5, 12)
        for seed in range(5)
    },
    # For learners without CIFAR-10.
    "shapes_65k": _training("separable_65k", replace(training.quick, epochs=8), images=_shapes, keeps=WHOLE),
    # The published networks with one thing changed at a time.
    "ablation_65k": _ablation("separable_65k", _small, "as published"),
    "ablation_65k_no_relu": _ablation("separable_65k", _small, "without the last ReLU", _no_last_relu),
    "ablation_99k": _ablation("separable_99k", _large, "as published"),
    "ablation_99k_augmented": _ablation("separable_99k", _augmented, "with document 000's augmentation"),
    "ablation_99k_pooled": _ablation("separable_99k", _large, "with global average pooling", _pooled),
    "ablation_99k_no_dropout": _ablation("separable_99k", _large, "without Dropout", _no_dropout),
    "ablation_99k_no_dropout_augmented": _ablation(
        "separable_99k", _augmented, "without Dropout, augmented", _no_dropout
    ),
    # The first epochs of separable_65k, with one circumstance changed at a time.
    "suspect_plain": _suspect("in plain Keras", prepare=_plain),
    "suspect_float32": _suspect("in float32", prepare=partial(training.accelerate, bfloat16=False)),
    "suspect_seed": _suspect("with seed 1", seed=1),
    "suspect_jpeg": _suspect("on images compressed once more", images=_compressed_once_more),
    # Each step from the baseline to a compact network, in plain Keras.
    **{
        f"conversion_{step}".replace(",", "").replace(" ", "_"): _training(
            partial(models.separable_baseline, **how), _few_epochs, step, prepare=_plain
        )
        for step, how in {**models.CONVERSION, "all blocks separable, not normalised": {"blocks": 3}}.items()
    },
    # Each rung of the two ladders: of recipes for one network, and of networks with the recipe at their top.
    **{
        f"ladder/{rung}_seed{seed}": _training(network, recipe, f"{title}, seed {seed}", seed=seed)
        for rung, network, recipe, title in (
            *((rung, "separable_65k", recipe, f", {rung}") for rung, recipe in training.LADDER.items()),
            ("not_added", partial(models.compact_quick, residual=False), _muon_rung, "compact_quick, not added"),
            ("compact_quick", "compact_quick", _muon_rung, ""),
            ("compact_100k", "compact_100k", _muon_rung, ""),
        )
        for seed in range(2)
    },
    # What was tried to win under 100,000 parameters, what did not help included.
    **{
        f"search/{name}": _training(models.MODELS[network], replace(recipe, name=name), name)
        for name, network, recipe in (
            ("65k_adamw_10e3", "separable_65k", _adamw),
            ("65k_batches_of_64", "separable_65k", replace(_chosen, batch_size=64, learning_rate=0.3)),
            *(
                (f"quick_{epochs}_epochs", "compact_quick", replace(_muon, epochs=epochs, learning_rate=rate))
                for epochs, rate in ((5, 0.04), (9, 0.04), (15, 0.03))
            ),
        )
    },
    "published_separable_65k": Record("document 000's log", _report, DOCUMENTS),
    "published_separable_99k": Record("document 002's log", _report, DOCUMENTS),
    "pairs": Record("networks that tell dots apart, or can't", _pairs),
    "layer_timings": Record("times of layers and networks, on an idle machine", _timings),
    "compression": Record(
        "what JPEG costs: pairs of networks on originals and on their twins", _compression, ORIGINALS
    ),
    "flip_averaged": Record("accuracy on test images and their mirror images together", _flip_averaged, IMAGES),
    "robustness": Record("accuracy on images that something happened to", _robustness, IMAGES),
    "annotation_mistakes": Record("mistakes in the layer notes of 52 public submissions", _by_hand),
    "baseline_runs": Record("results of 47 public runs of the base network", _by_hand),
    "submissions": Record("results of 52 public submissions", _by_hand),
}


def make(names, where=None):
    """Make records again, one after the other. A training that was stopped goes on.

    Parameters
    ----------
    names : sequence of str
        Of records; `suspect_*` is all whose names begin so.
    where : str, optional
        Where what they are made from lies: CIFAR-10, as for `course.data.cifar10`, or the reports.

    Returns
    -------
    bool
        Whether all are whole. The first that is not is the last that was begun.

    Raises
    ------
    ValueError
        When there is no such record, none that a command makes, or what it is made from is not there.
    """
    asked = [one for name in names for one in _matching(name)]
    if by_hand := [name for name in asked if RECORDS[name].make is _by_hand]:
        # Said before hours are spent on the others.
        _by_hand(by_hand[0], where)
    return all(RECORDS[name].make(name, where) is not False for name in asked)


def _matching(name):
    found = [one for one in RECORDS if fnmatchcase(one, name)]
    if not found:
        near = get_close_matches(name, RECORDS, 1)
        hope = f"did you mean {near[0]}?" if near else "'python -m course record' lists them."
        raise ValueError(f"There is no record {name!r}: {hope}")
    return found


def listed():
    """Return the table of the kit's records.

    Returns
    -------
    Table
        What each holds, what it is made from, and the CPU minutes that making it took, where it says so.
    """
    rows = [(name, made.what, made.needs, _minutes(name)) for name, made in RECORDS.items()]
    headings = ("record", "holds", "made from", "CPU minutes")
    return Table(headings, rows, formats={"CPU minutes": ",.0f"}, left=(0, 1, 2))


def _minutes(name):
    if RECORDS[name].awaited:
        return "to come"
    for path in (runs.RECORDS / name / "run.json", runs.RECORDS / f"{name}.json"):
        if path.is_file():
            about = json.loads(path.read_text(encoding="utf-8"))
            seconds = about.get("about", about).get("cpu_seconds")
            return "" if seconds is None else seconds / 60
    return ""
