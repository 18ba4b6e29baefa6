"""A teacher's own exercises: read from a text file, judged like the kit's, or refused in one sentence."""

import inspect
import re

import pytest

from course import exercises
from course.exercises import own

EXAMPLE = """# batches
How many full batches of 64
fit into 50,000 images?

answer: 50,000 // 64
working: 50,000 / 64 = 781.25,
  so 781 full batches.
hint: Divide, and keep only full batches.
unit: batches
- 782: You counted the last batch, which is not full.
* 50,000 / 64: A batch is full or it is not.
  Round down.

# below_zero
How much is less than nothing?
answer: −(2 × 3) + 2**2
working: 4 - 6 = -2.
hint: Take away.
within: 0.5
- 2: That is the size. Which side of zero?
"""


@pytest.fixture(autouse=True)
def _as_before(monkeypatch):
    monkeypatch.setattr(own, "_own", {})
    kept = dict(exercises.EXERCISES)
    yield
    exercises.EXERCISES.clear()
    exercises.EXERCISES.update(kept)


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "mine.md"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_they_are_judged_like_those_of_the_kit(file):
    table = exercises.add(file(EXAMPLE))
    assert table.rows == (
        ("batches", "How many full batches of 64 fit into 50,000 images?"),
        ("below_zero", "How much is less than nothing?"),
    )
    assert repr(exercises.check("batches", 781)) == "Right. 50,000 / 64 = 781.25, so 781 full batches."
    assert repr(exercises.check("batches", 781.25)) == (
        "Not yet. 781.25 batches? A batch is full or it is not. Round down."
    )
    assert "782 batches? You counted the last batch" in repr(exercises.check("batches", 782))
    assert "7 batches is not it: it is more. Divide, and keep" in repr(exercises.check("batches", 7))
    assert exercises.check("batches").verdict == "open"
    assert "between 512 and 1,024 batches" in repr(exercises.hint("batches"))
    assert exercises.check("below_zero", -2.4).verdict == "right"
    assert repr(exercises.hint("below_zero")) == "Hint. Take away."
    assert exercises.wrong_answers("batches").rows[0][:2] == ("781 batches", "782 batches")


def test_a_file_that_was_changed_is_added_again(file):
    exercises.add(file(EXAMPLE))
    exercises.add(file(EXAMPLE.replace("// 64", "// 64 + 1").replace("- 782", "- 781")))
    assert exercises.check("batches", 782).verdict == "right"
    exercises.add(file(EXAMPLE.replace("# batches", "# full_batches")))
    assert "full_batches" in exercises.EXERCISES and "batches" not in exercises.EXERCISES


def test_two_files_keep_their_exercises_apart(file, tmp_path):
    exercises.add(file(EXAMPLE))
    other = tmp_path / "other.md"
    other.write_text(EXAMPLE, encoding="utf-8")
    with pytest.raises(ValueError, match="other.md, line 1: mine.md has an exercise 'batches': call yours other"):
        exercises.add(other)


def test_the_example_of_the_docstring_works(file):
    text = inspect.getdoc(own.add)
    block = re.search(r"::\n\n((?: {4}.*\n|\n)+)", text)[1]
    exercises.add(file(inspect.cleandoc(block)))
    assert exercises.check("batches_of_64", 781).verdict == "right"
    assert len(exercises.EXERCISES["batches_of_64"].wrong) == 2


@pytest.mark.parametrize(
    ("was", "becomes", "line", "words"),
    [
        ("# batches", "Mine:\n# batches", 1, "stands before the first exercise: begin one with a line '# name'."),
        ("# batches", "# full batches", 1, "name is one word of letters, digits and _, not 'full batches'."),
        ("# batches", "# steps", 1, "the kit has an exercise 'steps': call yours otherwise."),
        ("# below_zero", "# batches", 14, "there are two exercises 'batches': call one of them otherwise."),
        (
            "answer: 50",
            "anser: 50",
            5,
            "begins with 'anser', which is none of answer, working, hint, within, unit.",
        ),
        ("unit: batches", "hint: Again.", 9, "gives 'batches' a second hint: leave one of them out."),
        ("50,000 // 64\n", "many\n", 5, "'many' is neither a number nor a sum of numbers, such as 3 * 3 * 64."),
        ("50,000 // 64\n", "1 / 0\n", 5, "'1 / 0' is neither a number"),
        ("50,000 // 64\n", "9 ** 9 ** 9\n", 5, "'9 ** 9 ** 9' is neither a number"),
        ("50,000 // 64\n", "1e308 * 10\n", 5, "'1e308 * 10' is neither a number"),
        ("50,000 // 64\n", "(-8) ** 0.5\n", 5, "'(-8) ** 0.5' is neither a number"),
        ("50,000 // 64\n", "len('abc')\n", 5, "is neither a number"),
        ("- 782: You", "- 782 You", 10, "a wrong answer is a line '- number: what was probably done'."),
        ("- 782: You", "-782: You", 10, "write a space after the dash, '- 5: ...', and '- -5: ...' below 0."),
        ("- 782", "- many", 10, "'many' is neither a number"),
        ("- 782", "- 781", 10, "781 counts as right, so it is no wrong answer."),
        ("* 50,000 / 64", "- 782", 11, "782 stands there twice: leave one of them out."),
        ("hint: Take away.\n", "", 14, "the exercise 'below_zero' lacks a line 'hint: ...'."),
        ("hint: Take away.", "hint:", 14, "the exercise 'below_zero' lacks a line 'hint: ...'."),
        (
            "How much is less than nothing?\n",
            "",
            14,
            "the exercise 'below_zero' lacks the question below its name.",
        ),
        ("- 2: That", "That", 14, "the exercise 'below_zero' lacks a line '- number: what was probably done'."),
    ],
)
def test_what_can_not_be_read_is_one_sentence_with_its_line(file, was, becomes, line, words):
    assert was in EXAMPLE
    path = file(EXAMPLE.replace(was, becomes, 1))
    known = set(exercises.EXERCISES)
    with pytest.raises(ValueError) as refused:
        exercises.add(path)
    said = str(refused.value)
    assert said.startswith(f"{path}, line {line}") and said.endswith(words) or words in said, said
    assert "\n" not in said and set(exercises.EXERCISES) == known


def test_a_file_that_is_not_there_or_no_text_or_empty(tmp_path, file):
    with pytest.raises(ValueError, match="none.md can't be read as exercises: No such file"):
        exercises.add(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes("# größe".encode("latin-1"))
    with pytest.raises(ValueError, match="latin.md can't be read as exercises: it is not in UTF-8."):
        exercises.add(tmp_path / "latin.md")
    with pytest.raises(ValueError, match="mine.md holds no exercise: begin one with a line '# name'."):
        exercises.add(file("\n\n"))
