"""Every exercise: its right answer, its named mistakes, and answers nobody foresaw."""

import re
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from course import exercises
from course.data.shapes import OUTLINES
from course.exercises.exercise import Parts, distinct
from course.exercises.watching import STAR

SINGLE = [
    pytest.param(exercise, id=f"{key}/{part}" if part else key)
    for key, found in exercises.EXERCISES.items()
    for part, exercise in (found.parts.items() if isinstance(found, Parts) else [("", found)])
]
# Their answers are read from the record of timings.
FROM_A_MACHINE = {"narrow_speed", "small_is_fast"}


@pytest.mark.parametrize("exercise", SINGLE)
def test_right_answer_and_three_named_mistakes(exercise):
    right = exercise.check(exercise.answer)
    assert right.verdict == "right" and right.text == exercise.working
    assert len(exercise.wrong) >= 3
    for value, why in exercise.wrong:
        feedback = exercise.check(value)
        assert feedback.verdict == "wrong" and why in feedback.text and feedback.mistake == why


@pytest.mark.parametrize("exercise", SINGLE)
def test_other_answers(exercise):
    assert exercise.check(None).verdict == exercise.check(...).verdict == "open"
    assert exercise.check("ten").verdict == exercise.check(True).verdict == "wrong"
    unforeseen = exercise.check(exercise.answer + 1234.5)
    assert unforeseen.verdict == "wrong" and "less" in unforeseen.text and exercise.hint in unforeseen.text
    assert exercise.check(float("nan")).verdict == "wrong"
    assert str(exercise.answer) not in exercise.hint


@pytest.mark.parametrize("key", exercises.EXERCISES)
def test_the_answer_is_the_one_worked_out_on_paper(key):
    by_hand = exercises.EXERCISES[key].by_hand
    if key in FROM_A_MACHINE:
        assert by_hand is None
    else:
        assert exercises.check(key, by_hand).verdict == "right"


def test_no_exercise_takes_the_name_of_another():
    sources = [path.read_text(encoding="utf-8") for path in Path(exercises.__file__).parent.glob("*.py")]
    made = sum(len(re.findall(r"^@(?:exercise|parts)\(", source, re.M)) for source in sources)
    assert made == len(exercises.EXERCISES) > 40


def test_parts_are_judged_one_by_one():
    table = exercises.check("fields", {"block1_pool": 6, "block2_conv1": 8})
    assert [row.verdict for row in table.rows.values()] == ["right", "wrong", "open"]
    assert table.verdict == "wrong"
    assert exercises.check("fields").verdict == "open"
    assert "block9" in exercises.check("fields", {"block9": 1}).text
    assert exercises.check("fields", 6).verdict == "wrong"


def test_notes_are_judged_from_the_note_before():
    table = exercises.check("notes", {"conv1": 3, "conv2": 5, "pool1": 10, "mix": 10, "conv3": 12})
    texts = {name: row.text for name, row in table.rows.items()}
    assert "pooling multiplies the jump" in texts["pool1"]
    assert texts["mix"] == "The step is right, but it starts from a wrong number. Put pool1 right first."
    assert "2 was added" in texts["conv3"]
    assert table.rows["conv4"].verdict == "open"
    # By luck is not right.
    lucky = exercises.check("notes", {"conv1": 3, "conv2": 5, "pool1": 10, "mix": 10, "conv3": 12, "conv4": 14})
    assert lucky.rows["conv4"].verdict == "wrong" and "by luck" in lucky.rows["conv4"].text
    assert exercises.check("notes").verdict == "open"
    assert exercises.check("notes", {"conv1": "three"}).verdict == "wrong"


def test_hints_and_solutions():
    assert repr(exercises.hint("steps")).startswith("Hint. Divide")
    assert "390.625" in repr(exercises.solution("steps"))
    assert "1,344" in exercises.solution("parameters", "block1_conv1").text
    assert len(exercises.solution("fields").rows) == 3
    assert "there are block1_pool, block2_conv1, block2_pool" in exercises.hint("fields", "nowhere").text
    assert exercises.solution("fields", "block1pool").text.endswith("did you mean 'block1_pool'?")


@pytest.mark.parametrize("exercise", SINGLE)
def test_a_hint_says_more_than_a_wrong_answer_and_less_than_the_solution(exercise):
    said, wrong = exercise.show("hint").text, exercise.check(exercise.answer + 1234.5).text
    assert said.startswith(exercise.hint) and said not in wrong
    low, high = (
        float(part.replace(",", "")) for part in re.search(r"between (\S+) and ([\d.,]*\d)", said).groups()
    )
    assert low <= exercise.answer < high == (min(2 * low, 100) if exercise.unit == " %" else 2 * low)
    assert exercise.working not in said


def test_feedback_is_shown_as_text_and_html():
    feedback = exercises.check("image_numbers", 1024)
    assert repr(feedback).startswith("Not yet. 1,024? That is the number of pixels.")
    assert "Not yet." in feedback._repr_html_()
    assert "<script" not in exercises.check("steps", "<script>")._repr_html_()
    assert "block1_pool" in exercises.check("fields")._repr_html_()


@pytest.mark.parametrize("ask", [lambda key: exercises.check(key, 1), exercises.hint, exercises.solution])
def test_a_misspelt_exercise_gets_the_nearest_name(ask):
    assert ask("step").text == "There is no exercise 'step': did you mean 'steps'?"
    assert "there are image_numbers, " in ask("qqq").text and ask("qqq").verdict == "wrong"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("6", "Write the number without quotation marks: 6."),
        ("3,072", "Write the number without quotation marks: 3072."),
        ("0,38", "Write the number without quotation marks: 0.38."),
        ((19, 500), "To Python a comma parts two numbers. If you mean one, write 19500."),
        ((19, 0), "To Python a comma parts two numbers. If you mean one, write 19000."),
        ((3, 72), "To Python a comma parts two numbers. If you mean one, write 3.72."),
        ((0, 385), "To Python a comma parts two numbers. If you mean one, write 0.385."),
        (Fraction(7, 2), "3.5 is not it: it is more."),
        ("six", "Give one number, not 'six'."),
        ([6], "Give one number, not [6]."),
        (float("nan"), "Give one number, not nan."),
        (float("-inf"), "Give one number, not -inf."),
        (10**400, "That is far more than it can be: give a number of ordinary size."),
        (6.00001, "6.00001 is not it: it is less."),
        (6.000001234, "6.000001234 is not it: it is less."),
    ],
)
def test_what_is_no_answer_is_a_sentence(answer, words):
    feedback = exercises.check("pooling", answer)
    assert feedback.verdict == "wrong" and feedback.text.startswith(words)


def test_a_number_with_a_comma_is_answered():
    said = exercises.check("all_steps", 19, 500)
    assert said.text == "To Python a comma parts two numbers. If you mean one, write 19500."


def test_no_star_is_larger_than_the_exercise_says():
    line = np.linspace(-1.3, 1.3, 521)
    x, y = np.meshgrid(line, line)
    for lean in np.radians([-20, -10, 0, 10, 20]):
        u, v = x * np.cos(lean) + y * np.sin(lean), y * np.cos(lean) - x * np.sin(lean)
        inside = OUTLINES["star"](u, v) < 0
        # The largest radius is 13 pixels.
        assert all(STAR - 2 < 13 * np.ptp(line[inside.any(axis)]) < STAR for axis in (0, 1))


def test_of_two_foreseen_numbers_the_nearer_is_meant():
    assert "the nine wrong classes" in exercises.check("guessing_loss", 0.105).text


@pytest.mark.parametrize(("key", "rounded"), [("standard_error", 0.4), ("odds_of_floors", 1.8)])
def test_a_rounded_answer_is_right(key, rounded):
    assert exercises.check(key, rounded).verdict == "right"


def test_floats_are_not_wrong_for_their_last_digits():
    assert exercises.check("pooling", 6.0000001).verdict == exercises.check("pooling", 0.1 * 60).verdict == "right"
    assert (
        exercises.check("pooling", np.int64(6)).verdict
        == exercises.check("pooling", np.float32(6)).verdict
        == "right"
    )


def test_parts_in_a_list_are_told_their_names():
    said = exercises.check("fields", [6, 10, 16]).text
    assert said.endswith('each part: {"block1_pool": ..., "block2_conv1": ..., "block2_pool": ...}.')


def test_wrong_answers_are_a_table():
    table = exercises.wrong_answers("steps")
    assert table.headings == ("answer", "wrong answer", "why") and "How many full batches" in table.caption
    assert ("390", "391", exercises.EXERCISES["steps"].wrong[0][1]) in table.rows
    table = exercises.wrong_answers("separable_parameters")
    assert {row[:2] for row in table.rows} == {
        ("document 000, second layer", "4,736"),
        ("document 002, first layer", "155"),
    }
    assert {row[0] for row in exercises.wrong_answers("dense_share").rows} == {"45 %"}


def test_nothing_is_worked_out_before_it_is_asked_for():
    made = exercises.Exercise("How many?", lambda: 1 / 0, hint="Count.")
    assert made.check(None).verdict == "open" and made.check("ten").verdict == "wrong"
    with pytest.raises(ZeroDivisionError):
        made.check(1)


def test_what_is_worked_out_is_worked_out_once():
    asked = []

    def work():
        asked.append(1)
        return 4, "2 × 2 = 4.", (2, "That is one side."), (8, "That is twice the sides."), (1, "Count again.")

    made = exercises.Exercise("How many?", work, hint="Count.")
    assert [made.check(answer).verdict for answer in (4, 2, 5)] == ["right", "wrong", "wrong"]
    assert made.show("solution").text == "2 × 2 = 4." and len(asked) == 1


def test_of_two_mistakes_with_one_number_the_first_is_named():
    pairs = (3, "First."), (4, "Right after all."), (3, "Second."), (5, "Third.")
    assert distinct(4, pairs) == ((3, "First."), (5, "Third."))


def test_a_number_below_zero_has_a_hint_too():
    made = exercises.Exercise("How many?", lambda: (-2, "1 − 3 = −2."), hint="Take away.")
    assert made.show("hint").text == "Take away."
