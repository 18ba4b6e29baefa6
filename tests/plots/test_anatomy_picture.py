"""The picture of one output value says its numbers, in the drawing and in its alt text."""

import re

import numpy as np
import pytest

from course.anatomy import KINDS, MAPS, Convolution, output_map, patch_of, terms
from course.data import shapes
from course.plots import anatomy
from course.plots.anatomy import counts_in_words, in_words, scene, spelt_out
from course.plots.marks import Box, Words
from course.plots.picture import INK

PATCH = patch_of(shapes(50).train_images[24])


def texts(*value):
    return [mark.text for mark in scene(*value)[0] if isinstance(mark, Words)]


@pytest.mark.parametrize(
    ("convolution", "one", "layer", "parameters"),
    [
        (Convolution(), "27 multiplications make", "2,700", "112 parameters"),
        (Convolution("separable"), "30 multiplications make", "975", "43 parameters"),
        (
            Convolution("grouped", channels=6, filters=6, groups=3),
            "18 multiplications make", "2,700", "114 parameters",
        ),
        (Convolution("pointwise", channels=1, filters=1), "1 multiplication makes", "49", "2 parameters"),
    ],
)  # fmt: skip
def test_the_titles(convolution, one, layer, parameters):
    kind = convolution.kind
    title = f"{one} one value of the {kind} convolution; the layer does {layer} and holds {parameters}"
    assert anatomy(convolution, PATCH).title == title == counts_in_words(convolution)


def test_a_title_of_ones_own():
    named = anatomy(Convolution(), PATCH, title="A title of my own")
    assert named.title == "A title of my own" and "27 multiplications make one value" in named.alt


def test_the_sentence_about_the_value():
    value = Convolution("grouped", channels=6, filters=6, groups=3), PATCH, 1, 1, 3
    assert in_words(*value) == "Output (1, 1) of channel 3 is −35, from 2 of 6 input channels."
    alone = Convolution("depthwise", channels=1), PATCH, 0, 2, 0
    shown = str(output_map(alone[0], PATCH, 0)[0, 2]).replace("-", "−")
    assert in_words(*alone) == f"Output (0, 2) of channel 0 is {shown}, from 1 of 1 input channel."


@pytest.mark.parametrize("kind", KINDS)
def test_the_alt_text_holds_all_numbers(kind):
    value = Convolution(kind, channels=4, filters=4, depth_multiplier=2, groups=2), PATCH, 1, 2, 3
    picture = anatomy(*value)
    assert picture.title in picture.alt and in_words(*value) in picture.alt
    for term in terms(*value):
        assert f" {MAPS[term.channel]}: {spelt_out(term)}." in picture.alt


def test_a_term_is_spelt_out():
    patch = np.zeros((7, 7, 6), int)
    patch[0, :2, 0], patch[1, :2, 0] = (3, 4), (5, 9)
    (term,) = terms(Convolution(channels=1, filters=1, kernel=2), patch, 0, 0, 0)
    w = [f"(−{-n})" if n < 0 else str(n) for n in term.weights.ravel()]
    total = str((patch[:2, :2, 0] * term.weights).sum()).replace("-", "−")
    assert spelt_out(term) == f"3×{w[0]} + 4×{w[1]} + 5×{w[2]} + 9×{w[3]} = {total}"
    found = terms(Convolution("separable", channels=1, filters=3, kernel=1), patch, 0, 0, 0)
    assert re.fullmatch(r"3×\S+ = \S+; \S+ × \S+ = \S+", spelt_out(found[0]))


@pytest.mark.parametrize(
    ("convolution", "lines"),
    [
        (
            Convolution(),
            [
                "3×3×3 = 27 multiplications for this value",
                "27 × 5×5 positions × 4 output channels = 2,700 for the layer",
                "108 weights + 4 biases (0 here) = 112 parameters",
            ],
        ),
        (
            Convolution("separable", filters=4, depth_multiplier=2, stride=2),
            [
                "3×3×6 + 6 = 60 multiplications for this value",
                "all 4 filters share the first 54:",
                "(54 + 6×4) × 3×3 positions = 702 for the layer",
                "54 + 24 weights + 4 biases (0 here) = 82 parameters",
            ],
        ),
        (
            Convolution("separable", channels=1, filters=1, kernel=5, stride=3),
            ["(25 + 1×1) × 1 position = 26 for the layer", "25 + 1 weights + 1 bias (0 here) = 27 parameters"],
        ),
        (
            Convolution(channels=1, filters=1, kernel=1),
            [
                "1×1×1 = 1 multiplication for this value",
                "1 × 7×7 positions × 1 output channel = 49 for the layer",
                "1 weight + 1 bias (0 here) = 2 parameters",
            ],
        ),
        (
            Convolution("depthwise", depth_multiplier=2),
            ["3×3×1 = 9 multiplications for this value", "54 weights + 6 biases (0 here) = 60 parameters"],
        ),
    ],
)
def test_how_it_is_counted(convolution, lines):
    written = texts(convolution, PATCH, 0, 0, 0)
    assert set(lines) <= set(written)
    assert ("all 1 filters share" in " ".join(written)) is False
    for line in lines:
        if line.endswith("for the layer"):
            assert f" = {convolution.counts().macs:,} for" in line
        if line.endswith(("parameters", "parameter")):
            assert f" = {convolution.counts().parameters:,} param" in line


def test_the_sum_in_the_drawing():
    value = Convolution(), PATCH, 2, 2, 1
    parts = [term.part for term in terms(*value)]
    assert parts == [-6, 11, -6] and "−6 + 11 − 6 = −1" in texts(*value)
    assert "the value is −14" in texts(
        Convolution("depthwise", channels=4, depth_multiplier=2, stride=2), PATCH, 1, 1, 3
    )
    many = Convolution("separable", channels=6, filters=6, depth_multiplier=2, kernel=5), PATCH, 1, 1, 3
    first, second = (
        text for text in texts(*many) if re.match(r"[−+]?\s?\d+ [−+] ", text) and "weights" not in text
    )
    sums = f"{first} {second}".replace("−", "-").split(" = ")
    assert eval(sums[0]) == int(sums[1]) == output_map(many[0], PATCH, 3)[1, 1]
    assert len(re.findall(r"\d+", sums[0])) == 12


@pytest.mark.parametrize("kind", KINDS)
def test_which_numbers_are_drawn(kind):
    value = Convolution(kind, channels=4, filters=4, stride=2, depth_multiplier=2, groups=2), PATCH, 1, 2, 3
    found = terms(*value)
    written = texts(*value)
    used = {term.channel for term in found}
    sheets = [str(n) for channel in range(4) for n in PATCH[..., channel].ravel()]
    weights = [str(n).replace("-", "−") for term in found for n in term.weights.ravel()]
    values = [str(n).replace("-", "−") for n in output_map(value[0], PATCH, 3).ravel()]
    sums = [str(term.sum).replace("-", "−") for term in found]
    numbers = [text for text in written if re.fullmatch(r"−?\d+", text)]
    assert sorted(numbers) == sorted([*sheets, *weights, *values, *sums])
    assert {text for text in written if text in MAPS} == set(MAPS[:4])
    assert ("2 pointwise" in written) == (kind == "separable") and ("kernel" in written) == (kind != "separable")
    products = [text for text in written if text.startswith("× ")]
    # The first kernels of all channels come before the second ones.
    mixed = sorted((term for term in found if term.mixing is not None), key=lambda term: found.index(term) % 2)
    assert len(products) == len(mixed) and bool(mixed) == (kind == "separable")
    for text, term in zip(products, mixed, strict=True):
        numbers, result = text.replace("−", "-").replace("×", "*").split(" = ")
        assert eval(f"{term.sum} {numbers}") == int(result) == term.part
    # The window is framed on the channels that feed the value, and the value in its map.
    marks = scene(*value)[0]
    assert sum(isinstance(mark, Box) and mark.edge == INK for mark in marks) == len(used) + 1
    bold = [mark.text for mark in marks if isinstance(mark, Words) and mark.bold]
    windows = {term.channel: term.values.ravel() for term in found}
    chosen = sum(term.part for term in found)
    assert sorted(text for text in bold if re.fullmatch(r"−?\d+", text)) == sorted(
        [*(str(n) for values in windows.values() for n in values), str(chosen).replace("-", "−")]
    )


def test_what_can_not_be_drawn():
    with pytest.raises(ValueError, match="There is no output"):
        anatomy(Convolution(), PATCH, 5, 0)
    with pytest.raises(ValueError, match="make it with patch_of"):
        anatomy(Convolution(), PATCH[..., :2])
    with pytest.raises(ValueError, match="make it with patch_of"):
        anatomy(Convolution(channels=7), PATCH)
