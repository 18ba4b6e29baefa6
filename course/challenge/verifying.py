"""Whether an entry is what it claims to be: its weights are evaluated again."""

from dataclasses import dataclass

import numpy as np

from course import runs, training
from course._given import check_path
from course.challenge.building import BuildError
from course.challenge.protocols import PROTOCOLS, judged_on, recipe_as_recorded, score
from course.challenge.rules import check
from course.challenge.saved import rebuilt
from course.data.dataset import check_dataset
from course.inspection import ledger_of
from course.training.checkpoint import CHECKPOINT, PREVIOUS, WEIGHTS

# Processors round differently, in bfloat16 most: a few images of a thousand may change sides.
_ACCURACY = 0.005
_PROBABILITY = 0.01  # mean difference; another network's is some ten times that


@dataclass(frozen=True, repr=False)
class Verdict:
    """What came of verifying an entry.

    Parameters
    ----------
    name : str
        What the entry, or else its folder, is called.
    disagrees : tuple of str
        A sentence for each thing that does not agree. None: it is verified.
    accuracy : float or None
        As evaluated again, a fraction.
    """

    name: str
    disagrees: tuple
    accuracy: float | None = None

    @property
    def ok(self):
        """Whether all of it agrees."""
        return not self.disagrees

    def __str__(self):
        if self.ok:
            return f"{self.name}: verified, {100 * self.accuracy:.2f} %."
        return f"{self.name}: refused. {' '.join(self.disagrees)}"

    __repr__ = __str__


class _Refused(Exception):
    pass


def verify(folder, data):
    """Rebuild an entry from its configuration, evaluate its weights again, and compare with what it claims.

    What can't be told from an entry: how long it took, and whether its weights come from the training it
    claims. Nothing that the folder holds is run as code.

    Parameters
    ----------
    folder : str or pathlib.Path
        Of an entry.
    data : Dataset
        The images that it was made with.

    Returns
    -------
    Verdict
        Of a folder that is no entry too.

    Raises
    ------
    ValueError
        When `data` is no Dataset, or `folder` no path: that is no fault of the entry.
    """
    check_dataset(data)
    folder = check_path("folder", folder)  # a word alone would be the kit's record of that name
    name = folder.name
    if stopped_early(folder):
        return Verdict(name, (unfinished("running"),))
    if not (folder / "run.json").is_file():
        return Verdict(name, (f"{folder} is no record: name an entry's folder, which holds a run.json.",))
    try:
        run = runs.load(folder)
        name = in_a_line(run.about.get("name", name))
        return Verdict(name, *_compared(run, folder, data))
    except OverflowError as why:  # JSON knows Infinity, and numbers of any length
        return Verdict(name, (f"Its record holds a number that is too large ({why}).",))
    except (_Refused, ValueError) as why:
        return Verdict(name, (str(why),))
    except (KeyError, TypeError, AttributeError, IndexError) as why:
        return Verdict(name, (f"Its record is not as this kit writes it ({type(why).__name__}: {why}).",))


def stopped_early(folder):
    """Return whether a folder holds a training that was stopped before it had a record."""
    # The weights are written before run.json, so they may be there.
    begun = any((folder / file).is_file() for file in (CHECKPOINT, PREVIOUS))
    return begun and not (folder / "run.json").is_file()


def in_a_line(words):
    """Return words without line breaks, with which a name could print a row of its own."""
    return " ".join(str(words).split())


def unfinished(status):
    """Return what to do about a run that is not complete; only a complete record says that it is an entry."""
    if status == "diverged":
        return "Its loss or its outputs are not numbers: change the network, and name another folder as out."
    found = "not complete" if status == "running" else status  # also where the process was killed
    return f"Its run is {found}. If it is an entry, make the same call with the same out to go on."


def _compared(run, folder, data):
    """Return what disagrees, and the accuracy as evaluated again."""
    about = run.about
    entry = about.get("challenge")
    # First, for it becomes an entry only when it is complete.
    if about.get("status", "complete") != "complete":
        raise _Refused(unfinished(about["status"]))
    if not isinstance(entry, dict) or entry.get("protocol") not in PROTOCOLS:
        raise _Refused("It is a record, but none of an entry: make one with challenge.qualify or challenge.full.")
    for file in ("test_predictions.npz", WEIGHTS):
        if not (folder / file).is_file():
            raise _Refused(f"It has no {file}: copy the whole folder.")
    if about["data"]["fingerprint"] != data.fingerprint:
        raise _Refused(
            f"It was made with other images ({about['data']['source']}) than these ({data.source}): "
            "verify it with its own."
        )
    wrong = [*_images(about["data"], data), *_recipe(about, run, entry["protocol"])]
    model = _network(entry)
    checked = check(model)
    wrong += checked.broken
    wrong += _counts(about, entry, model)
    wrong += _stored(run, data)
    if not checked.ok:  # one that asks for more memory than there is must not be run
        raise _Refused(" ".join(wrong))
    if about["accelerated"]:  # so that it rounds as it did
        model = training.accelerate(model, bfloat16=bool(about["bfloat16"]))
    try:
        model.load_weights(folder / WEIGHTS)
    except Exception as why:  # a broken file can raise nearly anything
        first = str(why).splitlines()[0] if str(why) else type(why).__name__
        raise _Refused(" ".join([*wrong, f"Its weights don't fit its configuration: {first[:150]}."])) from None
    again = training.predict(model, data.test_images)
    apart = float(np.abs(again - run.probabilities).mean()) if again.shape == run.probabilities.shape else np.inf
    if not apart <= _PROBABILITY:
        changed = (again.argmax(axis=1) != run.probabilities.argmax(axis=1)).sum() if np.isfinite(apart) else "all"
        wrong.append(
            f"Its weights disagree with its stored predictions: {changed} of {len(again):,} test images are "
            "taken for another class."
        )
    images, labels = judged_on(data, entry["protocol"])
    accuracy, claimed = float((training.predict(model, images).argmax(axis=1) == labels).mean()), score(run)
    if not abs(accuracy - claimed) <= _ACCURACY:
        wrong.append(f"It claims {100 * claimed:.2f} %, and its weights reach {100 * accuracy:.2f} %.")
    return tuple(wrong), accuracy


def _images(claimed, data):
    """Yield what differs between the data of the record, by which entries are ranked apart, and the data given."""
    for key, true in (
        ("source", data.source),
        ("train_images", len(data.train_images)),
        ("test_images", len(data.test_images)),
        ("names", list(data.names)),
    ):
        if claimed.get(key) != true:
            yield f"Its data has {key} {claimed.get(key)!r}; that of these images is {true!r}."


def _recipe(about, run, protocol):
    """Yield what differs between the recipe of the record and the protocol's."""
    for key, wanted in recipe_as_recorded(protocol).items():
        if about["recipe"].get(key) != wanted:
            yield f"Its recipe has {key} {about['recipe'].get(key)!r}; that of the {protocol} is {wanted!r}."
    if len(run.epochs) != PROTOCOLS[protocol].epochs:
        yield f"It holds {len(run.epochs)} epochs; the {protocol} takes {PROTOCOLS[protocol].epochs}."


def _network(entry):
    try:
        return rebuilt(entry["config"])
    except BuildError as why:
        many = "Its network has too many parameters: " if why.rule == "parameters" else ""
        raise _Refused(f"{many}{why}") from None


def _counts(about, entry, model):
    book = ledger_of(model)
    for what, claimed, true in (
        ("parameters", about["parameters"], model.count_params()),
        ("MACs", entry["macs"], book.macs),
    ):
        if claimed != true:
            yield f"It claims {claimed:,} {what}, and its network has {true:,}."


def _stored(run, data):
    """Yield what disagrees between the figures of the record and its stored predictions and epochs."""
    if not np.array_equal(run.labels, data.test_labels):
        yield "The labels beside its predictions are not those of the test images."
        return
    stored, claimed = (
        float((run.probabilities.argmax(axis=1) == run.labels).mean()),
        run.about["test_accuracy_last"],
    )
    if claimed is None or abs(stored - claimed) > 1e-6:
        said = "no accuracy" if claimed is None else f"{100 * claimed:.2f} %"
        yield f"It claims {said} on the test images, and its stored predictions have {100 * stored:.2f} %."
