"""Check every submission in a folder: one line a file, for a teacher."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from course.annotations.check import check
from course.annotations.claims import ReadError
from course.annotations.findings import SCHEMA
from course.annotations.judging.verdicts import INHERITED, LUCKY, RIGHT, UNJUDGED, WRONG
from course.annotations.reading.documents import SUFFIXES
from course.table import Table

COLUMNS = ("file", "notes", "right", "wrong", "not judged", "first mistake")


@dataclass(frozen=True)
class Submission:
    """What was found in one file.

    Parameters
    ----------
    file : str
        Its path in the folder.
    notes, right, wrong, not_judged : int or None
        Notes of sizes and receptive fields; None where the file could not be read.
    first : str
        The first mistake, with its line; or why the file could not be read.
    """

    file: str
    notes: int | None
    right: int | None
    wrong: int | None
    not_judged: int | None
    first: str

    @property
    def cells(self):
        """The values under `COLUMNS`, as text."""
        counts = (self.notes, self.right, self.wrong, self.not_judged)
        return (self.file, *("" if n is None else str(n) for n in counts), self.first)


@dataclass(frozen=True, repr=False)
class Submissions:
    """What was found in a folder. Prints as a table.

    Parameters
    ----------
    rows : tuple of Submission
    """

    rows: tuple

    def as_csv(self):
        """Return the table as CSV, its first line the names of the columns."""
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *(row.cells for row in self.rows)])
        return out.getvalue()

    def as_dict(self):
        """Return the table for JSON; `SCHEMA` is the version of its form."""
        names = ("file", "notes", "right", "wrong", "not_judged", "first")
        return {"schema": SCHEMA, "files": [{name: getattr(row, name) for name in names} for row in self.rows]}

    def __str__(self):
        return str(Table(COLUMNS, (row.cells for row in self.rows), left=(0, 5)))

    __repr__ = __str__


def check_folder(folder, input_shape=None):
    """Check every file in a folder and below it that may hold a network.

    Parameters
    ----------
    folder : str or pathlib.Path
    input_shape : tuple of int, optional
        (height, width, channels) of the image, where a text does not say.

    Returns
    -------
    Submissions
        A file that can't be read has a line too, with the reason.

    Raises
    ------
    ReadError
        When there is no such folder, or no such file in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise ReadError(f"{str(folder)!r} is not a folder; give the one that holds the submissions.")
    paths = [path for path in sorted(root.rglob("*")) if path.suffix.lower() in SUFFIXES]
    paths = [path for path in paths if not any(part.startswith(".") for part in path.relative_to(root).parts)]
    if not paths:
        raise ReadError(f"{str(folder)!r} holds no file to check: it needs {', '.join(SUFFIXES)}.")
    return Submissions(tuple(_checked(path, path.relative_to(root).as_posix(), input_shape) for path in paths))


def _checked(path, name, input_shape):
    try:
        found = check(path, input_shape)
        counts = found.counts
        wrong = counts[WRONG] + counts[INHERITED] + counts[LUCKY]
        return Submission(name, counts["notes"], counts[RIGHT], wrong, counts[UNJUDGED], found.first_mistake())
    except ReadError as why:
        return Submission(name, None, None, None, None, str(why))
    except Exception as why:  # whatever is wrong with one file, the others are still checked
        return Submission(name, None, None, None, None, f"could not be read ({type(why).__name__})")
