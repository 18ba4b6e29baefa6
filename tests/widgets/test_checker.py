"""What the checker widget shows, and that typing changes it."""

import random

import pytest
from page_words import words

from course.annotations import check
from course.widgets import checker
from course.widgets.checker.page import EXAMPLE, Notes, models, render

TWO = EXAMPLE + EXAMPLE.replace("model", "other").replace("RF 6", "RF 4").replace("RF 10", "RF 8")


def test_the_example():
    shown = render(Notes())
    page = words(shown)
    assert shown.text == (
        "6 notes of sizes and receptive fields: 4 right, 1 wrong, 1 inherited. "
        "First: line 3, RF: pooling doubles RF."
    )
    for sentence in ("Line 3, MaxPooling2D, RF: pooling doubles RF", "Passed on to line 4."):
        assert sentence in page
    assert page.count("MaxPooling2D") == 2


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (Notes("  \n "), "Paste a network here"),
        (Notes("hello"), "No layers were found"),
        (Notes("README.md"), "No layers were found"),
        (Notes("import torch"), "This is PyTorch"),
        (Notes(image="32"), "write it as 32x32x3"),
        (Notes(image="axbxc"), "write it as 32x32x3"),
        (Notes(model=3), "There is no model 3"),
    ],
)
def test_a_wrong_input_gets_a_sentence(state, sentence):
    shown = render(state)
    assert sentence in shown.text and sentence in words(shown)
    assert "Traceback" not in shown.html and "\n" not in shown.text


def test_every_option():
    bare = "m.add(Conv2D(8, 3))  # 62x62x8, RF 3"
    assert render(Notes(bare)).text.endswith("2 right.")
    for image in ("32x32x3", "32×32×3", " 32, 32, 3 ", "32 32 3"):
        assert "1 right, 1 wrong" in render(Notes(bare, image)).text
    assert [number for _, number in models(Notes(TWO))] == [None, 1, 2]
    assert "pooling doubles" in render(Notes(TWO, model=1)).text
    assert render(Notes(TWO, model=2)).text.endswith("6 right.")


def test_what_is_typed_half_is_never_an_error():
    text = TWO + "# Total params: 19,392\n<script>alert(1)</script>"
    for end in sorted(random.Random(0).sample(range(len(text)), 60)):
        page = render(Notes(text[:end])).html
        assert "<script" not in page and words(render(Notes(text[:end])))


def test_typing_and_choosing():
    widget = checker()
    assert widget.model.layout.display == "none" and "pooling doubles" in widget._words.value
    widget.text.value = TWO
    assert widget.model.layout.display is None and "number 1" in widget._picture.value
    widget.model.value = 2
    assert widget.state == Notes(TWO, model=2) and "6 right" in widget._words.value
    widget.text.value = "x = Conv2D(8, 3)(x)  # 62x62x8, RF 3"
    assert widget.state.model is None and "2 right" in widget._words.value
    widget.image.value = "32x32x3"
    assert "1 wrong" in widget._words.value
    assert widget.text.tooltip and widget.image.tooltip and widget.model.tooltip


def test_the_file_keeps_the_findings():
    data = checker().stored()
    assert "MaxPooling2D" in data["text/html"] and data["text/plain"] == render(Notes()).text


def test_it_says_what_the_checker_says():
    assert render(Notes(TWO, model=2)).text == check(TWO, model=2).summary()
