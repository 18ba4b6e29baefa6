"""Answers on record, without a name and only when asked for, and a sheet of a class's."""

import json
import secrets
from collections import Counter
from datetime import date
from pathlib import Path

from course.exercises.exercise import EXERCISES, Feedback, Parts, no_number, show
from course.table import Table

_kept = None  # the file, and the answers given so far by (exercise, part); None where nothing is recorded
KEYS = {"date": str, "exercise": str, "part": (str, type(None)), "answer": (int, float), "right": bool,
        "mistake": (str, type(None)), "attempt": int}  # fmt: skip


def record_answers(path):
    """Write a line for each answer that `check` judges from now on. Without this call none is written.

    A line is JSON: the date, exercise, part, answer, whether it is right, which mistake was recognised, and
    the number of the attempt. It holds no name, no machine, no time of day, and nothing that is typed but
    numbers. An answer that is given again unchanged, as when a cell is run twice, is no new attempt.

    Parameters
    ----------
    path : str, pathlib.Path or None
        The file to go on with. Of a folder, such as one that a class shares, a new file in it with a random
        name; in a kernel that was started again, name that file to stay one learner. Who owns the file the
        machine knows; the lines don't say it. None stops it.

    Returns
    -------
    Feedback
        A sentence that says where the lines go.

    Raises
    ------
    ValueError
        When the file can't be written to, or holds something else.
    """
    global _kept
    if path is None:
        _kept = None
        return Feedback("open", "No answers are recorded.")
    path = Path(path)
    if _kept and _kept[0].parent.resolve() == path.resolve():
        file = _kept[0]  # as when the cell is run twice: another file would count as another learner
    else:
        file = path / f"{secrets.token_hex(8)}.jsonl" if path.is_dir() else path
    try:
        with file.open("a", encoding="utf-8"):
            pass
        lines, bad = _read(file)
    except (OSError, UnicodeDecodeError) as why:
        why = "it holds something else" if isinstance(why, UnicodeDecodeError) else why.strerror
        raise ValueError(f"Answers can't be written to {file}: {why}. Name another file, or a folder.") from None
    if bad:
        raise ValueError(f"{bad[0]} Name another file to record answers in.")
    given = {}
    for line in lines:
        given.setdefault((line["exercise"], line["part"]), []).append(line["answer"])
    _kept = file, given
    return Feedback("open", f"Your answers go to {file}, without your name. record_answers(None) stops it.")


def note(key, answer, feedback):
    """Write what `check` was asked and said, if that is wanted.

    Parameters
    ----------
    key : str
        The exercise.
    answer : number or dict
        As it was given.
    feedback : Feedback or FeedbackTable
        On it.
    """
    if _kept is None or isinstance(answer, dict) != isinstance(EXERCISES[key], Parts):
        return
    given = answer if isinstance(answer, dict) else {None: answer}
    for part, said in getattr(feedback, "rows", {None: feedback}).items():
        if part in given:
            _write(key, part, given[part], said)


def _write(key, part, answer, said):
    global _kept
    # What is no number might say who wrote it.
    if _kept is None or said.verdict not in ("right", "wrong") or no_number(answer):
        return
    file, given = _kept
    before = given.setdefault((key, part), [])
    number = int(answer) if answer == int(answer) else float(answer)
    if before[-1:] == [number]:
        return
    before.append(number)
    line = {
        "date": date.today().isoformat(), "exercise": key, "part": part, "answer": number,
        "right": said.verdict == "right", "mistake": said.mistake, "attempt": len(before),
    }  # fmt: skip
    try:
        with file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as why:
        _kept = None
        print(f"Your answers can't be written to {file} any more ({why.strerror}): from now on none is recorded.")


def _read(file):
    """Return a file's lines, and a sentence for each that is none of ours."""
    lines, bad = [], []
    for number, text in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            line = json.loads(text)
            whole = line.keys() == KEYS.keys() and all(isinstance(line[key], KEYS[key]) for key in KEYS)
        except (ValueError, AttributeError, RecursionError):
            whole = False
        if whole:
            lines.append(line)
        else:
            bad.append(f"{file}, line {number} is no recorded answer.")
    return lines, bad


def class_sheet(folder, most=5):
    """Return what a class answered, from the files that `record_answers` wrote.

    Parameters
    ----------
    folder : str or pathlib.Path
        Where the files lie, one a learner, each ending in .jsonl.
    most : int
        How many wrong answers are listed of an exercise, the most frequent first.

    Returns
    -------
    (dict of str to Table, list of str)
        For each exercise, or part of one, that was tried: its wrong answers, how many learners gave each, and
        what it says of them; below, how many tried, were right at once, and in the end. Then a sentence for
        each line that was left out.

    Raises
    ------
    ValueError
        When the folder holds no recorded answers.
    """
    files, tried, left_out = sorted(Path(folder).glob("*.jsonl")), {}, []
    for file in files:
        try:
            lines, bad = _read(file)
        except (OSError, UnicodeDecodeError):
            lines, bad = [], [f"{file} can't be read."]
        left_out += bad
        for line in lines:
            learners = tried.setdefault((line["exercise"], line["part"]), {})
            learners.setdefault(file, []).append(line)
    if not tried:
        raise ValueError(
            f"{folder} holds no recorded answers: gather there what course.exercises.record_answers wrote, "
            "in files that end in .jsonl."
        )
    places = {key: place for place, key in enumerate(EXERCISES)}
    keys = sorted(tried, key=lambda key: places.get(key[0], len(places)))
    return {" ".join(filter(None, key)): _sheet(*key, tried[key].values(), most) for key in keys}, left_out


def _sheet(key, part, learners, most):
    """Return the table of one exercise, or part of one; of each learner, the lines in order."""
    numbers, wrong = {}, Counter()
    for lines in learners:
        # One who gives an answer twice gives it once. A mistake may be a different number each time.
        for why in dict.fromkeys(line["mistake"] or line["answer"] for line in lines if not line["right"]):
            wrong[why] += 1
        for line in lines:
            numbers.setdefault(line["mistake"] or line["answer"], Counter())[line["answer"]] += 1
    rows = [
        (show(numbers[why].most_common(1)[0][0]), count, why if isinstance(why, str) else "")
        for why, count in wrong.most_common(most)
    ]
    if len(wrong) > most:
        rows.append(("others", sum(wrong.values()) - sum(row[1] for row in rows), ""))
    at_once = sum(lines[0]["right"] for lines in learners)
    in_the_end = sum(any(line["right"] for line in lines) for lines in learners)
    return Table(
        ("wrong answer", "learners", "what was probably done"),
        rows,
        caption=f"{key}, {part}" if part else getattr(EXERCISES.get(key), "question", key),
        notes=(f"{len(learners)} tried, {at_once} right at the first attempt, {in_the_end} in the end.",),
        left=(0, 2),
    )
