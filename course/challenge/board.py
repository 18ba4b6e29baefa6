"""The board: entries beside public submissions, published reports and the kit's records, each kind apart."""

from dataclasses import dataclass, replace
from functools import cache
from html import escape
from math import isfinite

from course import BUDGET, models, published, runs
from course.challenge.entries import entries
from course.challenge.protocols import PROTOCOLS, score
from course.challenge.verifying import in_a_line, unfinished, verify
from course.data.dataset import check_dataset
from course.inspection import ledger_of
from course.table import Table

_HEADINGS = ("rank", "name", "parameters", "MACs", "accuracy (%)", "CPU seconds", "source")
_FORMATS = {"accuracy (%)": ".2f", "CPU seconds": ",.0f"}
_LEFT = (1, 6)
_EPOCHS = 50
_SHOWN = 5  # of the public submissions, besides those next to an entry
_DOCUMENTS = {"published_separable_65k": "document 000", "published_separable_99k": "document 002"}
ENTRY, SUBMISSION, REPORT, RECORD = "entry", "public submission", "published report", "the kit's record"


@dataclass(frozen=True)
class Place:
    """One network on the board. What is not known is None.

    Parameters
    ----------
    name : str
    parameters : int
    accuracy : float
        A fraction, after the last epoch: on test images, or for a qualifier on those held out.
    images : str
        What it was trained on, such as "CIFAR-10 (JPEG copy)".
    protocol : str
        One of `PROTOCOLS`.
    source : str
        "entry", "public submission", "published report" or "the kit's record".
    macs : int, optional
        For one image.
    cpu_seconds : float, optional
    """

    name: str
    parameters: int
    accuracy: float
    images: str
    protocol: str
    source: str
    macs: int | None = None
    cpu_seconds: float | None = None

    @property
    def kind(self):
        """(images, protocol): only places of one kind are ranked together."""
        return self.images, self.protocol

    @property
    def own(self):
        """Whether it is an entry, not one of those that the kit brings."""
        return self.source == ENTRY


@dataclass(frozen=True, repr=False)
class Board:
    """Places of every kind. Prints as a table a kind; a notebook shows it as HTML.

    Parameters
    ----------
    places : tuple of Place
        In the order of the tables, the most accurate of a kind first.
    left_out : tuple of str
        A sentence for each folder that is on no table, though it holds something.
    """

    places: tuple
    left_out: tuple = ()

    @property
    def kinds(self):
        """The (images, protocol) that there are."""
        return tuple(dict.fromkeys(place.kind for place in self.places))

    def ranking(self, images, protocol="50 epochs"):
        """Return the places of one kind, the most accurate first.

        Parameters
        ----------
        images : str
            As the entries name them, such as "CIFAR-10 (JPEG copy)"; `kinds` lists what there is.
        protocol : str
            One of `PROTOCOLS`.

        Returns
        -------
        tuple of Place

        Raises
        ------
        ValueError
            When there is none.
        """
        found = tuple(place for place in self.places if place.kind == (images, protocol))
        if not found:
            known = "; ".join(f"{images!r}, {protocol!r}" for images, protocol in self.kinds) or "none"
            raise ValueError(f"Nothing on this board is {images!r}, {protocol!r}; what there is: {known}.")
        return found

    def as_tables(self):
        """Return a `course.table.Table` for each kind."""
        tables = []
        for images, protocol in self.kinds:
            places = self.ranking(images, protocol)
            judged = "images held out" if PROTOCOLS[protocol].monitor == "validation" else "test images"
            caption = f"{images}, {protocol}, accuracy on {judged}"
            shown = _shown(places)
            rows, own, hidden = [], [], 0
            for rank, place in enumerate(places, start=1):
                if place not in shown:
                    hidden += 1
                    continue
                rows += [_hidden(hidden)] if hidden else []
                hidden = 0
                own += [len(rows)] if place.own else []
                rows.append(_cells(rank, place))
            rows += [_hidden(hidden)] if hidden else []
            marks = {(row, column): "font-weight:bold" for row in own for column in range(len(_HEADINGS))}
            tables.append(Table(_HEADINGS, rows, caption=caption, formats=_FORMATS, left=_LEFT, marks=marks))
        return tables

    def __str__(self):
        return "\n\n".join([*map(str, self.as_tables()), *(["\n".join(self.left_out)] if self.left_out else [])])

    __repr__ = __str__

    def _repr_html_(self):
        tables = [table._repr_html_() for table in self.as_tables()]
        return "".join([*tables, *(f"<p>{escape(sentence)}</p>" for sentence in self.left_out)])


def board(*folders, data=None):
    """Return entries beside 52 public submissions, documents 000 and 002 and the kit's own records.

    Official images, the JPEG copy and the shapes are ranked apart, and so are qualifiers and 50 epochs.

    Parameters
    ----------
    *folders : str, pathlib.Path or course.runs.Run
        Entries, or folders that hold entries in folders of their own: a class's shared folder.
    data : Dataset, optional
        Verify each entry with these images first, rank it by the accuracy that it has there, and leave out
        those that are refused. So are those made with other images, and a `Run` that is given without its
        folder: neither can be verified with these.

    Returns
    -------
    Board
        An entry that can't be read, or is not complete, is left out with a sentence.

    Raises
    ------
    ValueError
        When what is given is neither a folder nor a run, or `data` is no Dataset.
    """
    if data is not None:
        check_dataset(data)
    places, left_out = [*_submissions(), *_records()], []
    for run, folder in entries(folders, left_out):
        status = run.about.get("status", "complete")
        if status != "complete":
            left_out.append(f"{_called(run, folder)}: left out. {unfinished(status)}")
            continue
        try:
            place = _placed(run)
        except (ValueError, OverflowError, KeyError, TypeError, IndexError, AttributeError) as why:
            left_out.append(f"{_called(run, folder)}: left out, for it is no complete entry ({why}).")
            continue
        if data is not None and folder is None:
            left_out.append(f"{_called(run, folder)}: left out. Name its folder: a run alone can't be verified.")
            continue
        if data is not None:
            verdict = verify(folder, data)
            if not verdict.ok:
                left_out.append(f"{folder.name}, {verdict}")
                continue
            place = replace(place, accuracy=verdict.accuracy)  # what it claims may be a little more
        places.append(place)
    order = {"CIFAR-10": 0, "CIFAR-10 (JPEG copy)": 1}
    places.sort(key=lambda p: (order.get(p.images, 2), p.images, p.protocol, -p.accuracy, p.parameters))
    return Board(tuple(places), tuple(map(in_a_line, left_out)))


def _called(run, folder):
    return folder.name if folder is not None else str(run.about.get("name", "A run"))


def _placed(run):
    """Return an entry's place."""
    about = run.about
    if "challenge" not in about:
        raise ValueError("it is an ordinary record")
    protocol, accuracy = about["challenge"]["protocol"], score(run)
    if protocol not in PROTOCOLS or accuracy is None or not 0 <= accuracy <= 1:
        raise ValueError("it has no known protocol or no accuracy")
    parameters, macs, seconds = about["parameters"], about["challenge"]["macs"], about["cpu_seconds"]
    for what, value in (("parameters", parameters), ("MACs", macs), ("CPU seconds", seconds)):
        if what == "CPU seconds" and value is None:  # not measured
            continue
        if not (isfinite(value) and value > 0):
            raise ValueError(f"its {what} are {value!r}; they must be a number above 0")
    return Place(
        in_a_line(about["name"]), int(parameters), float(accuracy), _images(about["data"]), protocol, ENTRY,
        int(macs), None if seconds is None else float(seconds),
    )  # fmt: skip


def _images(data):
    """Return what a run was trained on; of a part or a set of another size, with how many there were."""
    whole = 50_000 if data["source"].startswith("CIFAR-10") else 10_000
    count = int(data["train_images"])
    return in_a_line(data["source"]) + ("" if count == whole else f", {count:,} images")


@cache
def _submissions():
    found = published.submissions()
    return [
        Place(f"submission {i}", int(count), float(last) / 100, "CIFAR-10", "50 epochs", SUBMISSION)
        for i, (count, last) in enumerate(zip(found["parameters"], found["final_test_accuracy"], strict=True), 1)
        if last == last  # NaN where a log does not show it
    ]


@cache
def _records():
    """Return the published reports, and the kit's whole runs of 50 epochs."""
    places = []
    for name in runs.names():
        about = runs.load(name).about
        if about["epochs"] != _EPOCHS or about["status"] != "complete" or about["test_accuracy_last"] is None:
            continue
        source = REPORT if about["published"] else RECORD
        place = Place(
            _DOCUMENTS.get(name, name), about["parameters"], about["test_accuracy_last"], _images(about["data"]),
            "50 epochs", source, _macs(about["model"], about["parameters"]), about["cpu_seconds"],
        )  # fmt: skip
        places.append(place)
    return places


@cache
def _macs(name, parameters):
    """Return the MACs of one of the kit's models; None where the record is of another network."""
    if name not in models.MODELS:
        return None
    book = ledger_of(models.MODELS[name]())
    return book.macs if book.parameters == parameters else None


def _shown(places):
    """Return what a table shows of a ranking: of many submissions the first, and those next to an entry."""
    shown = {place for place in places if place.source != SUBMISSION}
    shown.update([place for place in places if place.source == SUBMISSION][:_SHOWN])
    for i, place in enumerate(places):
        if place.own:
            shown.update(places[max(0, i - 1) : i + 2])
    return shown


def _hidden(count):
    return ("", f"… {count} more public submission{'' if count == 1 else 's'}", "", "", "", "", "")


def _cells(rank, place):
    name = place.name + (" (over the budget)" if place.parameters >= BUDGET else "")
    return rank, name, place.parameters, place.macs, 100 * place.accuracy, place.cpu_seconds, place.source
