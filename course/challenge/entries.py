"""The entries in folders, and among runs: each once."""

import json
from os import PathLike

from course import runs
from course._given import check_path, shown
from course.challenge.verifying import stopped_early, unfinished
from course.training.checkpoint import CHECKPOINT, WEIGHTS


def entries(folders, left_out):
    """Yield each entry once, whatever folders and runs it is found by.

    Parameters
    ----------
    folders : sequence of str, pathlib.Path or course.runs.Run
        As for `board`.
    left_out : list of str
        Takes a sentence for each folder that can't be read as an entry.

    Yields
    ------
    (course.runs.Run, pathlib.Path or None)
        An entry and its folder; None for a run whose folder was not found.

    Raises
    ------
    ValueError
        When what is given is neither a folder nor a run.
    """
    found, contents = set(), []
    for given in (each for each in folders if not isinstance(each, runs.Run)):
        if not isinstance(given, str | PathLike):
            raise ValueError(f"{shown(given)} is no entry: give folders, each in quotes, or runs, one by one.")
        folder = check_path("A folder", given)
        if not folder.is_dir():
            raise ValueError(f"There is no folder {folder}: name an entry, or a folder of entries.")
        for entry in _within(folder):
            if entry.resolve() in found:
                continue
            found.add(entry.resolve())
            if stopped_early(entry):
                left_out.append(f"{entry.name}: left out. {unfinished('running')}")
                continue
            if not (entry / "run.json").is_file():
                where = "" if entry == folder else f" one level below {folder}"
                left_out.append(
                    f"{entry.name}: left out. It holds no run.json: copy the entry's whole folder{where}."
                )
                continue
            try:
                run = runs.load(entry)
            except ValueError as why:
                left_out.append(str(why))
                continue
            contents.append(_content(run))
            yield run, entry
    # Last, so that one whose folder is given too, which can be verified, is not listed again.
    for run in (each for each in folders if isinstance(each, runs.Run)):
        if _content(run) not in contents:
            contents.append(_content(run))
            yield run, None


def _content(run):
    """Return what a run's record says, by which one in memory is known on the disk."""
    return json.dumps(run.about, default=str)


def _within(folder):
    """Return a folder itself where it holds files of an entry, and those in it that hold any file."""
    own = any((folder / name).is_file() for name in ("run.json", CHECKPOINT, WEIGHTS))
    inside = [path for path in sorted(folder.glob("*")) if path.is_dir() and _holds_files(path)]
    return [folder, *inside] if own else inside


def _holds_files(folder):
    """Return whether a folder holds a file; programs keep their own in hidden ones."""
    if folder.name.startswith("."):
        return False
    return any(_holds_files(path) if path.is_dir() else not path.name.startswith(".") for path in folder.glob("*"))
