"""The two fixed ways to train an entry, and what its record holds besides."""

import json
import re
from dataclasses import asdict

from course import runs, training
from course._given import check_path, check_seed, shown
from course.challenge.rules import check
from course.challenge.saved import described, rebuilt
from course.data import split
from course.data.dataset import check_dataset

# By name: the recipe. The qualifier is judged on the images it holds out, the other on the test images.
PROTOCOLS = {"qualifier": training.qualifier, "50 epochs": training.annealed}


def qualify(model_or_build, data, name, seed=0, out=None, watch=None):
    """Train a network for some minutes and judge it on images that were held out.

    The protocol is the recipe `training.qualifier`: 3 epochs of nine tenths of the training images (45,000 of
    CIFAR-10's), with the other tenth to judge on. The network starts from new weights, whatever it has learnt.
    `separable_65k` takes three minutes on two idle cores that multiply in bfloat16, and longer on others.

    Parameters
    ----------
    model_or_build : callable, keras.Model, or a layer explorer
        As for `check`.
    data : Dataset
    name : str
        What the board calls the entry.
    seed : int
        Fixes the weights, the order of images and the augmentation.
    out : str or pathlib.Path, optional
        A folder for the entry. Where it holds one that was stopped, training goes on.
    watch : callable, optional
        As for `training.train`.

    Returns
    -------
    Run
        An ordinary record; `about["challenge"]` holds what an entry needs. `score(run)` is its accuracy.

    Raises
    ------
    ValueError
        When a rule is broken (the sentence names each), or training can't begin; see `training.train`.
    """
    return _entered(model_or_build, data, name, seed, out, "qualifier", watch)


def full(model_or_build, data, name, seed=0, out=None, watch=None):
    """Train a network for 50 epochs with the recipe `training.annealed`, and read the test images once.

    Otherwise as `qualify`; `separable_65k` takes about an hour on two idle cores.
    """
    return _entered(model_or_build, data, name, seed, out, "50 epochs", watch)


def score(run):
    """Return the accuracy that counts: of an entry as its protocol says, of other runs that on the test images.

    Parameters
    ----------
    run : course.runs.Run

    Returns
    -------
    float or None
        A fraction, after the last epoch; None where it was not measured.
    """
    protocol = run.about.get("challenge", {}).get("protocol")
    if protocol in PROTOCOLS and PROTOCOLS[protocol].monitor == "validation":
        return run.epochs[-1]["val_accuracy"] if run.epochs else None
    return run.about["test_accuracy_last"]


def judged_on(data, protocol):
    """Return the (images, labels) on which a protocol judges."""
    if PROTOCOLS[protocol].monitor != "validation":
        return data.test_images, data.test_labels
    # As `training.train` holds them out.
    _, held_out = split(data.train_labels, held_out=runs.held_out(len(data.train_labels)))
    return data.train_images[held_out], data.train_labels[held_out]


def recipe_as_recorded(protocol):
    """Return a protocol's recipe as a record's JSON holds it."""
    return json.loads(json.dumps(asdict(PROTOCOLS[protocol])))


def _entered(model_or_build, data, name, seed, out, protocol, watch):
    if not (isinstance(name, str) and name.strip()):
        raise ValueError(f"name is {shown(name)}; it must be what the board calls the entry, such as 'Ada'.")
    # Before the network is built and checked, which takes a while.
    check_dataset(data)
    check_seed(seed)
    if out is not None:
        out = check_path("out", out)
    found = check(model_or_build)
    if not found.ok:
        raise ValueError(f"{name} can't be entered. {' '.join(found.broken)}")
    # Keras numbers the names of models that have none, so that they change from run to run.
    config = described(found.model, re.sub(r"[^\w.-]+", "_", name.strip()))
    model = training.accelerate(rebuilt(config, seed))
    run = training.train(
        model, data, PROTOCOLS[protocol],
        seed=seed, out=out, resume=out is not None, watch=watch, advice=_advice(out),
    )  # fmt: skip
    run.about["name"] = name.strip()
    run.about["challenge"] = {"protocol": protocol, "macs": found.ledger.macs, "config": config}
    # Of a run that was stopped, the record on the disk may be of an epoch before.
    if out is not None and run.about["status"] == "complete":
        runs.save(run, out)
    return run


def _advice(out):
    """Return what to do when an entry's training ends early: its recipe is fixed, and it resumes by itself."""
    change = "The recipe of an entry is fixed, so change the network: is BatchNormalization there?"
    if out is None:
        return {
            "interrupted": "Nothing was saved on the disk: name a folder as out next time.",
            "diverged": change,
        }
    # The folder goes on with the network it has, and refuses a changed one.
    return {
        "interrupted": "Make the same call, with the same out, to go on.",
        "diverged": f"{change} Name another folder as out for it.",
    }
