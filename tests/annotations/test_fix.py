"""Notes put right in the writer's own style, and nothing else changed."""

import json

import generated
import pytest

from course import annotations
from course.__main__ import main

STYLES = [
    (
        "m = Sequential()\n"
        "m.add(Conv2D(16, 3, input_shape=(28, 28, 1)))   # 28 -> 26 | RF 1 -> 3\n"
        "m.add(MaxPooling2D(2))                          # 26 -> 13 | RF 3 -> 6\n"
        "m.add(Conv2D(16, 3))                            # 13 -> 12 | RF 6 -> 10\n"
        "# Total params: 5,000\n",
        {"RF 3 -> 6": "RF 3 -> 4", "13 -> 12 | RF 6 -> 10": "13 -> 11 | RF 4 -> 8", "5,000": "2,480"},
    ),
    (
        "# Output: (30, 30, 16), RF = 1 + (3-1)*1 = 3\nnet.add(Conv2D(16, 3, input_shape=(32, 32, 3)))\n"
        "# Output: (15, 15, 16), RF = 3 + (2-1)*1 = 4\nnet.add(MaxPooling2D(2))\n"
        "# Output: (15, 15, 32), RF = 4 + (3-1)*1 = 6\nnet.add(Conv2D(32, 3))\n"
        "# Output: (13, 13, 32), RF = 6 + (3-1)*2 = 10\nnet.add(Conv2D(32, 3))\n",
        {"(15, 15, 32), RF = 4 + (3-1)*1 = 6": "(13, 13, 32), RF = 4 + (3-1)*2 = 8",
         "(13, 13, 32), RF = 6 + (3-1)*2 = 10": "(11, 11, 32), RF = 8 + (3-1)*2 = 12"},
    ),
    (
        "<p>m.add(Conv2D(8, 3, input_shape=(28, 28, 1))) <b>26/26/8 RF-3</b><br>\n"
        "m.add(MaxPooling2D(2)) <b>14/14/8 RF-6</b><br>\nm.add(Conv2D(8, 1)) <b>14/14/6 RF-6</b><br></p>\n",
        {"14/14/8 RF-6": "13/13/8 RF-4", "14/14/6 RF-6": "13/13/8 RF-4"},
    ),
    (
        "Layer (type)                 Output Shape              Param #     RF\n"
        "conv2d_1 (Conv2D)            (None, 26, 26, 8)         80          3\n"
        "max_pooling2d_1 (MaxPooling2 (None, 13, 13, 8)         0           6\n",
        {"0           6": "0           4"},
    ),
    (
        "m.add(Conv2D(8, 3, input_shape=(28, 28, 1)))  # 26, 8 filters, 81 params\n"
        "m.add(Conv2D(16, 3))                          # 24, 17 filters, 1,152 params\n"
        "m.add(Conv2D(16, 3))                          # 22, 16 filters, 2,320 params\n",
        {"81 params": "80 params", "17 filters, 1,152": "16 filters, 1,168"},
    ),
    (
        "m.add(Conv2D(16, 3, padding='same', input_shape=(32, 32, 3)))  # (16, 32, 32), 449 params\n"
        "m.add(Conv2D(16, 3))  # (16, 32, 32), 2\u202f321 params\n"
        "m.add(Conv2D(16, 3))  # (16, 30, 30), 2 320 params\n",
        {"449": "448", "(16, 30, 30)": "(16, 28, 28)", "(16, 32, 32), 2\u202f321": "(16, 30, 30), 2\u202f320"},
    ),
    (  # of three equal numbers the others tell where the channels stand
        "m.add(Conv2D(16, 3, padding='same', input_shape=(18, 18, 3)))  # (16, 18, 18)\n"
        "m.add(Conv2D(16, 3))  # (16, 16, 16)\nm.add(Conv2D(16, 3))  # 16, 16, 16\n"
        "m.add(Conv2D(32, 3))  # (32, 12, 12)\n",
        {"16, 16, 16\n": "16, 14, 14\n"},
    ),
    (
        "m.add(Conv2D(16, 3, padding='same', input_shape=(18, 18, 3)))  # (18, 18, 16)\n"
        "m.add(Conv2D(16, 3))  # (16, 16, 16)\nm.add(Conv2D(16, 3))  # 16, 16, 16\n"
        "m.add(Conv2D(32, 3))  # (12, 12, 32)\n",
        {"16, 16, 16\n": "14, 14, 16\n"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "changes"), STYLES)
def test_wrong_numbers_are_changed_and_nothing_else(text, changes):
    fixed, left = annotations.fixed(text)
    for old, new in changes.items():
        text = text.replace(old, new, 1)
    assert fixed == text and left == []
    assert annotations.check(fixed).all_right


def test_a_notebook_stays_as_it_is_but_for_its_notes(tmp_path, capsys):
    lines = ["model = Sequential()  # été\n", "model.add(Conv2D(8, 3, input_shape=(8, 8, 3)))  # 6x6x8, RF 4\n"]
    text = json.dumps({"cells": [{"cell_type": "code", "source": lines, "x": 4}], "nbformat": 4}, indent=3)
    path = tmp_path / "mine.ipynb"
    path.write_text(text)
    assert main(["check", "--fix", str(path)]) == 0
    assert capsys.readouterr().out == text.replace("RF 4", "RF 3")
    assert path.read_text() == text


def test_what_is_right_already_is_left_alone():
    for _, text, truth in generated.cases(40, 700):
        if all(noted == true for parts in truth.values() for noted, true in parts.values()):
            assert annotations.fixed(text) == (text, [])


def test_generated_texts_are_put_right():
    for name, text, _ in generated.cases(24, 800):
        fixed, left = annotations.fixed(text)
        assert left == [] and annotations.check(fixed).all_right, name
        assert len(fixed.split("\n")) == len(text.split("\n"))
