"""Every exercise: its right answer, its named mistakes, and answers nobody foresaw."""

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
    with pytest.raises(KeyError, match="block1_pool"):
        exercises.hint("fields", "nowhere")


def test_feedback_is_shown_as_text_and_html():
    feedback = exercises.check("image_numbers", 1024)
    assert repr(feedback).startswith("Not yet. 1,024? That is the number of pixels.")
    assert "Not yet." in feedback._repr_html_()
    assert "<script" not in exercises.check("steps", "<script>")._repr_html_()
    assert "block1_pool" in exercises.check("fields")._repr_html_()


def test_unknown_exercise_lists_the_exercises():
    with pytest.raises(KeyError, match="image_numbers"):
        exercises.check("nothing", 1)
