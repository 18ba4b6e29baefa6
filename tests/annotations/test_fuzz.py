"""Mutated texts: each gives Findings or a ReadError of one sentence, never another exception.

COURSE_FUZZ sets how many are tried.
"""

import json
import os
import random

from thorough import THOROUGH, thorough

from course.annotations import ReadError, check, read

COUNT = int(os.environ.get("COURSE_FUZZ", 3000 if THOROUGH else 300))

TEXTS = [
    "model.add(Conv2D(48, (3, 3), padding='same', input_shape=(32, 32, 3)))  # 32x32x48, RF 3\n"
    "model.add(MaxPooling2D(pool_size=(2, 2)))  # 16x16x48, RF: 4x4\nmodel.add(Dense(10))\n",
    "f = 16\nx = Input((32, 32, 3))\nfor i in range(3):\n    x = Conv2D(f * 2**i, 3)(x)  # rf 3\nadd([x, x])\n",
    "m = Sequential([\n  layers.Conv2D(8, 3),  # -> 30*30*8 | 3\n  layers.Conv2D(8, 3),  # -> 28*28*8 | 5\n])\n",
    "def block(x, n):\n    return Activation('relu')(SeparableConv2D(n, 3)(x))\n"
    "x = block(block(Input((8, 8, 1)), 4), 4)\n",
    "<p>m.add(Conv2D(8, 3)) <b>Output - 30/30/8, RF-3</b><br>\nTotal parameters - 224</p>\n",
    "Layer (type)  Output Shape  Param #\n====\nconv2d_1 (Conv2D) (None, 30, 30, 8) 224\n"
    "max_pooling2d_1 (MaxPooling2 (None, 15, 15, 8) 0\nTotal params: 224\n",
    '{"cells": [{"cell_type": "code", "source": ["model.add(Conv2D(8, 3))  # 30, RF 3"]}]}',
]
PIECES = [
    *"()[]{}'\"#\\\n\r\t\0\f=:;,*-×²½０৩\u202e\ufeff\U0001f600\ud800",
    '"""', "9" * 400, "10**400", "9**9**9", "1e400", "0x" + "f" * 5000, "1," * 2000, "3x" * 500,
    "(None, 99999999, 9, 3)",
    "(" * 300, "[" * 3000, "-" * 3000, "+1" * 3000, "lambda:" * 200, "not " * 500,
    "a" + ".b" * 2000, "f" + "()" * 800,
    "while True:\n    ", "for i in range(10**9):\n", "if 1:\n", "def f(x):\n    return f(x)\n",
    "a = [a] * 1000\n", "a = a + a\n", "strides=(0, 0)", "kernel_size=(1, 2, 3)", "filters=True", "padding=3",
    "dilation_rate=-1", "<" * 500, "&#1114112;", "```\n", "│", "RF", "30x30x48",
]  # fmt: skip


def mutated(rng):
    text = rng.choice(TEXTS)
    for _ in range(rng.choice((1, 1, 2, 4, 12))):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 1, 3, 20, 200)))
        text = rng.choice(
            (
                text[:start],
                text[start:],
                text[:start] + text[end:],
                text[:start] + rng.choice(PIECES) + text[end:],
                text[:end] + text[start:end] * rng.choice((1, 50)) + text[end:],
                text[:start] + chr(rng.randrange(0x110000)) + text[end:],
                text[:start] + rng.choice(TEXTS)[rng.randrange(80) :] + text[end:],
            )
        )
    return text


@thorough
def test_mutated_texts_are_checked_or_refused():
    checked = 0
    for seed in range(COUNT):
        text = mutated(random.Random(seed))
        try:
            found = check(text)
        except ReadError as why:
            assert "\n" not in str(why), seed
        else:
            checked += 1
            json.dumps(found.as_dict(), allow_nan=False)
            assert str(found) and "<table>" in found._repr_html_(), seed
            assert all(index < i for i, each in enumerate(found.layers) for index in each.noted.inputs), seed
    assert checked > COUNT // 4


def test_a_very_long_line_and_very_deep_nesting():
    layer = "model.add(Conv2D(48, 3))  # 30x30x48, RF 3\n"
    for piece in ("(", "[", "9", "-", "not ", "<b>", "<", "3x", "&amp;", "\0", "x.", '"', "1,", " "):
        reading = read(layer + "x = " + piece * (400_000 // len(piece)))
        assert reading.layers[0].claim.size == (30, 30, 48)
