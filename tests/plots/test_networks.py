"""Networks as strips and as bars."""

import copy

import numpy as np
import pytest
from matplotlib.text import Text
from plot_samples import baseline

from course.arithmetic import BatchNormalization, Conv2D, Dense, Dropout, Flatten, MaxPooling2D, ledger
from course.plots import layer_bars, network_strip


def test_a_strip_shows_what_changes_shape_sees_more_or_computes():
    picture = network_strip(baseline())
    assert picture.title == "1,172,410 parameters; the receptive field spans the 32-pixel image from conv2d_6 on"
    assert "12 volumes after the image" in picture.alt
    assert "conv2d_6 (convolution) 4\u00d74\u00d7192, RF 32" in picture.alt
    assert "dropout" not in picture.alt and "flatten" not in picture.alt
    texts = [text.get_text() for text in picture.findobj(Text)]
    assert "from here the RF spans the 32-pixel image" in texts
    same_shape = network_strip(ledger([Conv2D(3, 1), BatchNormalization()]))
    assert "1 volume after" in same_shape.alt and "conv2d_1" in same_shape.alt


def test_a_strip_whose_field_stays_small_says_so():
    small = network_strip(ledger([Conv2D(8, (3, 5))], (20, 24, 3)))
    ends = "the receptive field grows to 3\u00d75, less than the 20\u00d724-pixel image"
    assert small.title == f"{3 * 5 * 3 * 8 + 8} parameters; {ends}"
    assert not any("from here" in text.get_text() for text in small.findobj(Text))


def test_heights_are_to_scale():
    patches = network_strip(ledger([Conv2D(8, 3, strides=2, padding="same")])).axes[0].patches
    fronts = [patch.get_xy() for patch in patches[0:6:3]]
    heights = [np.ptp(corners[:, 1]) for corners in fronts]
    assert heights[1] == pytest.approx(heights[0] / 2)


def test_a_strip_needs_an_image_and_a_layer():
    flat = copy.copy(baseline())
    object.__setattr__(flat, "input_shape", (784,))
    with pytest.raises(ValueError, match=r"input_shape is \(784,\)"):
        network_strip(flat)
    with pytest.raises(ValueError, match="No layer of this ledger"):
        network_strip(ledger([Dropout(0.5)]))


def test_bars_name_the_fewest_layers_with_more_than_half():
    picture = layer_bars(baseline())
    assert picture.title == "Two layers, conv2d_6 and dense1, hold 62 % of 1,172,410 parameters"
    assert "dense1 393,728 (33.6 %)" in picture.alt and "Total 1,172,410." in picture.alt
    assert len(picture.axes[0].patches) == 9
    colours = [bar.get_facecolor() for bar in picture.axes[0].patches]
    assert colours[5] == colours[6] and colours.count(colours[5]) == 2
    macs = layer_bars(baseline(), quantity="macs")
    assert macs.title == "Two Conv2D layers, conv2d_2 and conv2d_4, do 59 % of 55,145,472 multiply-accumulates"
    one = layer_bars(ledger([Flatten(), Dense(10), Dense(9)]))
    assert one.title == "dense_1 alone holds 100 % of 30,829 parameters"
    assert layer_bars(ledger([Conv2D(8, 3)])).title == "conv2d_1 holds all 224 parameters"


def test_bars_of_nothing():
    with pytest.raises(ValueError, match="No layer of this ledger has parameters"):
        layer_bars(ledger([MaxPooling2D(2)]))
    with pytest.raises(ValueError, match="quantity is 'bytes'"):
        layer_bars(baseline(), quantity="bytes")
