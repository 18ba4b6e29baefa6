"""Every exercise: its right answer, its named mistakes, and answers nobody foresaw."""

import re

import numpy as np
import pytest

from course import exercises
from course.exercises.exercise import Parts

SINGLE = [
    pytest.param(exercise, id=f"{key}/{part}" if part else key)
    for key, found in exercises.EXERCISES.items()
    for part, exercise in (found.parts().items() if isinstance(found, Parts) else [("", found)])
]


@pytest.mark.parametrize("exercise", SINGLE)
def test_right_answer_and_three_named_mistakes(exercise):
    right = exercise.check(exercise.answer())
    assert right.verdict == "right" and right.text == exercise.working()
    assert len(exercise.mistakes) >= 3
    values = [mistake.value() for mistake in exercise.mistakes]
    for mistake, value in zip(exercise.mistakes, values, strict=True):
        feedback = exercise.check(value)
        assert feedback.verdict == "wrong" and mistake.why in feedback.text


@pytest.mark.parametrize("exercise", SINGLE)
def test_other_answers(exercise):
    assert exercise.check(None).verdict == exercise.check(...).verdict == "open"
    assert exercise.check("ten").verdict == exercise.check(True).verdict == "wrong"
    unforeseen = exercise.check(exercise.answer() + 1234.5)
    assert unforeseen.verdict == "wrong" and "less" in unforeseen.text and exercise.hint in unforeseen.text
    assert exercise.check(float("nan")).verdict == "wrong"
    assert str(exercise.answer()) not in exercise.hint


def test_published_answers():
    """The numbers a teacher would have on paper."""
    answers = {
        "image_numbers": 3072,
        "perfect_score": 99.46,
        "guessing": 10,
        "steps": 390,
        "flatten": 768,
        "dense_share": 45.0,
        "standard_error": 0.384,
        "guessing_loss": 2.303,
        "two_windows": 5,
        "pooling": 6,
        "after_pooling": 10,
        "one_by_one": 6,
        "two_by_two": 48,
        "strided": 7,
        "dilated": 18,
        "global_pooling": 36,
        "standard_value": 576,
        "separable_position": 4672,
        "saving": 8.41,
        "mobilenet_block": 5184,
        "old_call": 10,
        "rank": 9,
        "groups": 9216,
        "intensity": 1.125,
        "head_share": 86.9,
        "first_dense": 61470,
        "best_less_last": 0.93,
        "difference_error": 0.586,
        "all_steps": 19500,
        "rate": 0.235,
        "averaged_steps": 500,
        "block": 7760,
        "stage_field": 26,
        "pointwise_macs": 2359296,
        "mistakes_gone": 22.2,
        "doubtful_labels": 3.82,
        "dense_fraction": 62.2,
        "errors_apart": 5.32,
        "expected_mistakes": 1470,
        "runs_needed": 8,
        "start_left": 1.98,
        "steps_to_forget": 44,
        "odds_of_floors": 1.82,
        "unit_value": 1.474,
        "whole_star": 9,
        "cover_quarter": 3,
        "zero_map": 0.362,
    }
    for key, answer in answers.items():
        assert exercises.check(key, answer).verdict == "right", key
    parts = {
        "parameters": {
            "block1_conv1": 1344,
            "block1_conv2": 20784,
            "block2_conv1": 41568,
            "block2_conv2": 83040,
            "block3_conv1": 166080,
            "block3_conv2": 331968,
            "dense1": 393728,
            "dense2": 131328,
            "probabilities": 2570,
        },
        "separable_parameters": {"document 000, second layer": 4736, "document 002, first layer": 155},
        "fields": {"block1_pool": 6, "block2_conv1": 10, "block2_pool": 16},
        "notes": {
            "conv1": 3,
            "conv2": 5,
            "pool1": 6,
            "mix": 6,
            "conv3": 10,
            "conv4": 14,
            "pool2": 16,
            "conv5": 24,
            "conv6": 32,
            "mean": 44,
        },
    }
    for key, answer in parts.items():
        assert exercises.check(key, answer).verdict == "right", key


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
    said, wrong = exercise.show("hint").text, exercise.check(exercise.answer() + 1234.5).text
    assert said.startswith(exercise.hint) and said not in wrong
    low, high = (
        float(part.replace(",", "")) for part in re.search(r"between (\S+) and ([\d.,]*\d)", said).groups()
    )
    assert low <= exercise.answer() < high == 2 * low
    assert exercise.working() not in said


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
        ((3, 72), "To Python a comma parts two numbers. If you mean one, write 3072."),
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
