"""The board: entries beside public submissions, published reports and the kit's own records."""

import html
from dataclasses import dataclass
from pathlib import Path

from course import published, runs
from course.challenge.entries import PROTOCOLS, verify
from course.challenge.rules import LIMIT


@dataclass(frozen=True)
class Place:
    """One line of a board: accuracy as a fraction; what is not known is None."""

    name: str
    parameters: int
    accuracy: float
    source: str
    macs: int = None
    cpu_seconds: float = None
    own: bool = False


@dataclass(frozen=True)
class Board:
    """Places on one kind of images under one protocol, the best first; and why others are not there."""

    images: str
    protocol: str
    places: tuple
    left_out: tuple = ()

    @property
    def title(self):
        """What is ranked, in words."""
        return f"{self.protocol.capitalize()} on {self.images}"

    def _cells(self):
        for number, place in enumerate(self.places, start=1):
            macs = "" if place.macs is None else f"{place.macs / 1e6:.1f} M"
            seconds = "" if place.cpu_seconds is None else f"{place.cpu_seconds:,.0f}"
            accuracy = f"{100 * place.accuracy:.2f} %"
            yield str(number), place.name, f"{place.parameters:,}", macs, accuracy, seconds, place.source

    def __str__(self):
        rows = [_HEADS, *self._cells()]
        widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADS))]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
        return "\n".join([self.title, *(line.rstrip() for line in lines), *self.left_out])

    __repr__ = __str__

    def _repr_html_(self):
        heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
        body = "".join(
            f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in self._cells()
        )
        left = "".join(f"<p>{html.escape(line)}</p>" for line in self.left_out)
        return f"<table><caption>{html.escape(self.title)}</caption><tr>{heads}</tr>{body}</table>{left}"


_HEADS = ("place", "name", "parameters", "MACs", "accuracy", "CPU seconds", "source")


def board(*folders, images="CIFAR-10", protocol="full", data=None):
    """Rank entries of one kind.

    Parameters
    ----------
    *folders : str or pathlib.Path
        Entries, or folders of entries: a class's shared folder.
    images : str
        "CIFAR-10" (the official images, with the public submissions), "CIFAR-10 (JPEG copy)" or "shapes".
    protocol : str
        "full" (50 epochs, judged on test images) or "qualifier".
    data : Dataset, optional
        Verify each entry with these images; one that is refused is left out, with the reason.

    Returns
    -------
    Board

    Raises
    ------
    ValueError
        When a folder does not exist, or there is no such protocol.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"protocol is {protocol!r}; it must be one of {', '.join(PROTOCOLS)}.")
    places, left_out = [], []
    if protocol == "full":
        places += _public() if images == "CIFAR-10" else []
        places += _records(images)
    for folder in _entries(folders):
        try:
            run = runs.load(folder)
            entry = run.about["challenge"]
            if (_kind(entry["images"]), entry["protocol"]) != (images, protocol):
                continue
            if (run.about["test_accuracy_last"], run.about["status"])[0] is None:
                raise ValueError(f"it is {run.about['status']}")
            place = Place(
                str(entry["author"] or folder.name), int(run.about["parameters"]),
                float(run.about["test_accuracy_last"]), "entry", entry["macs"], run.about["cpu_seconds"], True,
            )  # fmt: skip
        except (ValueError, KeyError, TypeError) as why:
            left_out.append(f"{folder.name}: no finished entry ({why}).")
            continue
        if data is not None and not (verdict := verify(folder, data)).ok:
            left_out.append(str(verdict))
            continue
        places.append(place)
    return Board(images, protocol, tuple(sorted(places, key=lambda place: -place.accuracy)), tuple(left_out))


def _entries(folders):
    for folder in map(Path, folders):
        if not folder.is_dir():
            raise ValueError(f"There is no folder {folder}: name an entry, or a folder of entries.")
        found = [folder] if (folder / "run.json").is_file() else [p.parent for p in folder.glob("*/run.json")]
        yield from sorted(found)


def _kind(source):
    return source if source.startswith("CIFAR-10") else "shapes"


def _public():
    found = published.submissions()
    columns = zip(found["parameters"], found["final_test_accuracy"], strict=True)
    for number, (parameters, accuracy) in enumerate(columns, start=1):
        if accuracy == accuracy:  # a log may not show its last epoch
            yield Place(f"submission {number}", int(parameters), accuracy / 100, "public")


def _records(images):
    for name in runs.names():
        about = runs.load(name).about
        if (
            about["parameters"] < LIMIT
            and about["epochs"] == 50
            and about["test_accuracy_last"] is not None
            and _kind(about["data"]["source"]) == images
        ):
            source = "published report" if about["published"] else "the kit's record"
            yield Place(
                name, about["parameters"], about["test_accuracy_last"], source, cpu_seconds=about["cpu_seconds"]
            )
