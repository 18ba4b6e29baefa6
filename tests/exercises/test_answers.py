"""Answers on record: off unless asked for, without a name; and the sheet of a class's."""

import json
import re
from datetime import date

import pytest

from course import exercises
from course.__main__ import main
from course.exercises import answers, check, class_sheet, record_answers


@pytest.fixture(autouse=True)
def _off():
    record_answers(None)
    yield
    record_answers(None)


def lines(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_nothing_is_written_unless_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check("steps", 391)
    assert not list(tmp_path.iterdir())
    record_answers(tmp_path / "mine.jsonl")
    record_answers(None)
    check("steps", 391)
    assert lines(tmp_path / "mine.jsonl") == []


def test_a_line_for_each_answer_and_nothing_about_who_gave_it(tmp_path):
    path = tmp_path / "mine.jsonl"
    said = record_answers(path)
    assert f"{path}, without your name" in said.text
    for given in (None, 391, 391, 400, "Ada Lovelace", 390):
        check("steps", given)
    today, why = date.today().isoformat(), exercises.EXERCISES["steps"].wrong[0][1]
    assert lines(path) == [
        {"date": today, "exercise": "steps", "part": None, "answer": 391, "right": False, "mistake": why,
         "attempt": 1},
        {"date": today, "exercise": "steps", "part": None, "answer": 400, "right": False, "mistake": None,
         "attempt": 2},
        {"date": today, "exercise": "steps", "part": None, "answer": 390, "right": True, "mistake": None,
         "attempt": 3},
    ]  # fmt: skip
    assert "Ada" not in path.read_text()


def test_parts_have_lines_of_their_own(tmp_path):
    path = tmp_path / "mine.jsonl"
    record_answers(path)
    check("fields", {"block1_pool": 6, "block2_conv1": 8})
    check("fields", {"block1_pool": 6, "block2_conv1": 10, "block2_pool": None})
    for given in (None, 6, {"nowhere": 6}):
        check("fields", given)
    check("steps", {"steps": 390})
    check("nothing", 5)
    assert [(line["part"], line["answer"], line["right"], line["attempt"]) for line in lines(path)] == [
        ("block1_pool", 6, True, 1), ("block2_conv1", 8, False, 1), ("block2_conv1", 10, True, 2),
    ]  # fmt: skip
    assert "2 was added" in lines(path)[1]["mistake"]
    check("notes", {"conv1": 3, "conv2": 5, "pool1": 10, "mix": 10})
    assert "pooling multiplies the jump" in lines(path)[-2]["mistake"]
    assert lines(path)[-1]["mistake"].endswith("Put pool1 right first.")


def test_attempts_are_counted_on_in_a_file_that_was_begun(tmp_path):
    path = tmp_path / "mine.jsonl"
    record_answers(path)
    check("steps", 391)
    record_answers(path)
    check("steps", 391)
    check("steps", 390.0)
    assert [(line["answer"], line["attempt"]) for line in lines(path)] == [(391, 1), (390, 2)]
    assert "390.0" not in path.read_text()


def test_a_folder_gets_files_with_random_names(tmp_path):
    for _ in range(2):
        record_answers(tmp_path)
        record_answers(tmp_path)  # a cell that is run twice
        check("steps", 390)
        record_answers(None)
    names = [path.name for path in tmp_path.iterdir()]
    assert len(names) == 2 and all(re.fullmatch(r"[0-9a-f]{16}\.jsonl", name) for name in names)


def test_what_can_not_be_written_to_is_one_sentence(tmp_path, capsys):
    (tmp_path / "diary.txt").write_text("Dear diary")
    with pytest.raises(ValueError, match="diary.txt, line 1 is no recorded answer. Name another file"):
        record_answers(tmp_path / "diary.txt")
    assert (tmp_path / "diary.txt").read_text() == "Dear diary"
    (tmp_path / "picture").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="picture: it holds something else. Name another file"):
        record_answers(tmp_path / "picture")
    with pytest.raises(ValueError, match="nowhere.* Name another file, or a folder."):
        record_answers(tmp_path / "nowhere" / "mine.jsonl")
    folder = tmp_path / "soon_gone"
    folder.mkdir()
    record_answers(folder / "mine.jsonl")
    (folder / "mine.jsonl").unlink()
    folder.rmdir()
    assert check("steps", 391).verdict == "wrong"
    assert "can't be written to" in capsys.readouterr().out
    check("steps", 390)
    assert capsys.readouterr().out == ""


@pytest.fixture
def taught(tmp_path):
    """Three learners: one right at once, one in the end, one never."""
    for name, given in {"a": [390], "b": [391, 400, 390], "c": [391, 50_000, 1, 2, 3, 4, 5]}.items():
        record_answers(tmp_path / f"{name}.jsonl")
        for answer in given:
            check("steps", answer)
    check("image_numbers", 3072)
    check("fields", {"block1_pool": 6, "block2_conv1": 8})
    record_answers(None)
    return tmp_path


def test_the_sheet_of_a_class(taught):
    tables, left_out = class_sheet(taught)
    assert list(tables) == ["image_numbers", "steps", "fields block1_pool", "fields block2_conv1"] and not left_out
    table = tables["steps"]
    assert table.caption == "How many full batches of 128 fit into CIFAR-10's training images?"
    why = dict((value, why) for value, why in exercises.EXERCISES["steps"].wrong)
    assert table.rows[0] == ("391", 2, why[391])
    assert ("50,000", 1, why[50_000]) in table.rows and ("400", 1, "") in table.rows
    assert table.rows[-1] == ("others", 3, "") and len(table.rows) == 6
    assert table.notes == ("3 tried, 1 right at the first attempt, 2 in the end.",)
    assert tables["image_numbers"].rows == ()
    assert "1 tried, 1 right at the first" in str(tables["image_numbers"])
    assert tables["fields block2_conv1"].caption == "fields, block2_conv1"


def test_a_mistake_is_one_whatever_the_number(tmp_path):
    for name, answer in {"a": 45.0, "b": 33.6, "c": 33.5, "d": 33.6}.items():
        record_answers(tmp_path / f"{name}.jsonl")
        check("dense_share", answer)
    (row,) = class_sheet(tmp_path)[0]["dense_share"].rows
    assert row == ("33.6", 3, "That is dense1 alone. There are two more.")


def test_the_sheet_is_printed(taught, capsys):
    assert main(["class", str(taught)]) == 0
    printed = capsys.readouterr()
    assert "How many full batches of 128" in printed.out and "391" in printed.out and not printed.err
    with (taught / "c.jsonl").open("a") as file:
        file.write('{"exercise": "steps"}\n')
    (taught / "d.jsonl").write_bytes(b"\xff\xfe")
    assert main(["class", str(taught)]) == 1
    printed = capsys.readouterr()
    assert "c.jsonl, line 11 is no recorded answer." in printed.err and "d.jsonl can't be read." in printed.err
    assert "3 tried, 1 right at the first attempt, 2 in the end." in printed.out


@pytest.mark.parametrize("folder", ["nowhere", "."])
def test_a_folder_without_answers_is_one_sentence(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["class", folder]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and "holds no recorded answers" in printed.err


def test_an_exercise_that_is_not_known_here_is_listed_last(taught):
    line = {**lines(taught / "a.jsonl")[0], "exercise": "of_another_teacher"}
    (taught / "e.jsonl").write_text(json.dumps(line) + "\n")
    tables, _ = class_sheet(taught)
    assert list(tables)[-1] == "of_another_teacher" == tables["of_another_teacher"].caption
    assert answers.KEYS.keys() == line.keys()
