"""The picture of dots and lines."""

import pytest

from course.arithmetic import Conv2D, Flatten, MaxPooling2D
from course.plots import wiring


def test_two_windows_see_five_pixels():
    picture = wiring([Conv2D(1, 3), Conv2D(1, 3)], size=9)
    assert picture.title == "Unit 2 of the last layer sees 5 pixels of the image: pixels 2 to 6"
    assert "5 pixels wide." in picture.alt and "conv2d_2, 5 units, RF 5, jump 1" in picture.alt
    assert picture.png()[:4] == b"\x89PNG"


def test_at_the_border_and_with_holes():
    dilated = [Conv2D(1, 3, padding="same", dilation_rate=2)] * 2
    picture = wiring(dilated, size=14, unit=1)
    assert "sees 3 pixels of the image: some of pixels 1 to 5" in picture.title
    assert "9 pixels wide, padding included" in picture.alt
    assert "9 pixels wide, holes included" in wiring(dilated, size=14).alt


def test_pooling_doubles_the_jump():
    assert "RF 8, jump 2" in wiring([Conv2D(1, 3), MaxPooling2D(2), Conv2D(1, 3)], size=16).alt


@pytest.mark.parametrize(
    ("layers", "options", "words"),
    [
        ([Conv2D(1, 3)], {"size": 0}, "size is 0"),
        ([Conv2D(1, 3)], {"size": 100}, "from 1 to 48"),
        ([Conv2D(1, 3)], {"size": 9, "unit": 7}, "units 0 to 6"),
        ([Conv2D(1, 9)], {"size": 5}, "does not fit"),
        ([Flatten()], {}, "flatten_1 moves no window"),
    ],
)
def test_what_can_not_be_drawn(layers, options, words):
    with pytest.raises(ValueError, match=words):
        wiring(layers, **options)
