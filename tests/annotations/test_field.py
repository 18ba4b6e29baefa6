"""What people really write: texts by hand and texts by rule, each with known truth.

COURSE_TEXTS sets how many of the generated ones are tried.
"""

import os

import field_cases
import generated
import pytest

COUNT = int(os.environ.get("COURSE_TEXTS", "120"))
BY_HAND = [case for name in ("kinds.txt", "people.txt", "variants.txt") for case in field_cases.texts(name)]


@pytest.mark.parametrize("case", BY_HAND, ids=[case.name for case in BY_HAND])
def test_a_text_by_hand(case):
    _, faults, _ = field_cases.scored(case)
    if case.is_free:
        faults = [fault for fault in faults if "accused" in fault]
    assert faults == []


def test_texts_by_rule():
    for name, text, truth in generated.cases(COUNT):
        assert generated.scored(text, truth)[1] == [], f"{name}\n{text}"


def test_there_are_enough_texts():
    styles = {(form[0], layout) for form in generated.FORMS for layout in generated.LAYOUTS}
    assert len(BY_HAND) >= 160 and len(styles) >= 300
