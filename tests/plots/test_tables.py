"""A picture is a table drawn: what it says in figures and what it draws are its table's numbers."""

import math
import re
from collections import Counter

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.text import Text
from plot_samples import run, stages
from test_fields import hill, seen
from test_page import PICTURES
from test_seeing import POINTS

from course import plots
from course.arithmetic import Conv2D, MaxPooling2D

MORE = {
    "accuracy_against_receptive_field": lambda: plots.accuracy_against_receptive_field(POINTS),
    "field_picture of two": lambda: plots.field_picture(
        {"untrained": hill(seen(), 3), "trained": hill(seen(), 1)}, seen(), "the centre unit of conv"
    ),
    "wiring": lambda: plots.wiring([Conv2D(1, 3), MaxPooling2D(2), Conv2D(1, 3)], size=16),
}
# A widget's still has its figures on the widget's page.
DRAWN = {name: make for name, make in {**PICTURES, **MORE}.items() if not name.startswith("budget")}


def function_of(name):
    """Return which of the plots a picture is made by."""
    return next(one for one in plots.__all__ if one in DRAWN[name].__code__.co_names)


_NUMBER = re.compile(r"(?<![\w.-])[-+]?\d+(?:,\d{3})*(?:\.\d+)?(?!\w)(?= (million|ms|%))?")
# What a number in words is of a cell, by the unit after it: shares and seconds are kept as they were measured.
_TIMES = {"million": (1e-6,), "ms": (1, 1000), "%": (1, 100), None: (1,)}
# Titles with a figure that is worked out from the table's, and is not one of them.
WORKED_OUT = {
    "accuracy_against_receptive_field": "counts of networks, and the 95 % that count as learnt",
    "conversion": "a ratio below 1 is turned over",
    "layer_bars": "the sum of the largest shares",
    "robustness": "the fall from the first strength to the last",
    "roofline": "speeds as shares of the ceiling",
    "speed_ups": "on how many inputs it is slower",
    "training_curves": "how far two curves end apart",
}
# The coordinate that is a row's or a column's place, and no figure.
PLACES = {"ladder": 1, "per_class": 1, "reproduction": 0, "robustness": 0, "selection": 1, "spread": 1}
# Their figures are in words and shades: a patch's every value, a weight's colour, a pixel's.
UNDRAWN = ("anatomy", "field_picture", "image_grid", "kernel_slices")


def written(text):
    return {number.group().lstrip("+-").replace(",", "") for number in _NUMBER.finditer(text)}


def cells_of(table):
    cells = [cell for row in (*table.rows, table.totals) for cell in row]
    return [float(cell) for cell in cells if isinstance(cell, (int, float, np.number)) and math.isfinite(cell)]


def missing(words, table):
    """Return the numbers of a text that a table neither says nor holds, rounded as in the text, nor counts."""
    # How many rows and how many names it has, and how many rows each of them, need not be said.
    counts = [len(table.rows)]
    for column in zip(*table.rows, strict=True):
        counts += [len(set(column)), *Counter(cell for cell in column if isinstance(cell, str)).values()]
    known = written(str(table)) | set(map(str, counts))
    lost = []
    for number in _NUMBER.finditer(words.replace("\u2212", "-")):
        text = number.group().lstrip("+-").replace(",", "")
        digits = len(text.partition(".")[2])
        times = _TIMES[number.group(1)]
        rounded = (f"{abs(cell) * factor:.{digits}f}" for cell in cells_of(table) for factor in times)
        if text not in known and text not in rounded:
            lost.append(text)
    return lost


def marks(picture, place):
    """Return the figures that bars, marks and curves are drawn at, but for the coordinate that is a place."""
    found = []
    for axes in picture.axes:
        for bars in axes.containers:
            if isinstance(bars, BarContainer):
                lying = bars.orientation == "horizontal"
                sides = [bar.get_width() if lying else bar.get_height() for bar in bars]
                # A histogram has empty bins, and a table need not.
                found += [side for side in sides if side or lying]
        points = [line.get_xydata() for line in axes.lines if _marked(line)]
        points += [drawn.get_offsets() for drawn in axes.collections if isinstance(drawn, PathCollection)]
        for line in points:
            found += [value for point in line for at, value in enumerate(point) if at != place]
    return found


def _marked(line):
    # Shorter lines without marks join quartiles or stand for a median, a ceiling, the front.
    curve = len(line.get_xdata()) > 3 and line.get_drawstyle() == "default"
    return line.get_marker() not in ("", "None") or curve


def strange(picture, function):
    """Return what a picture draws that its table does not hold."""
    if function in UNDRAWN:
        return []
    page = [axes for axes in picture.axes if not axes.axison]
    if page:
        return missing(" ".join(text.get_text() for text in page[0].findobj(Text)), picture.table)
    known = np.array([*cells_of(picture.table), *map(float, written(str(picture.table)))])
    drawn = marks(picture, PLACES.get(function))
    assert drawn, "nothing is drawn"
    return [value for value in drawn if not np.isclose(value, known, rtol=1e-9, atol=1e-12).any()]


def test_every_plot_is_looked_at():
    # `mistakes` needs TensorFlow: its table is looked at in test_mistakes.
    assert {function_of(name) for name in DRAWN} == {*plots.__all__} - {"Picture", "mistakes", "projector"}


@pytest.mark.parametrize("name", DRAWN)
def test_words_and_drawing_are_the_tables(name):
    picture, function = DRAWN[name](), function_of(name)
    assert picture.table.rows or picture.table.notes
    title, words = picture.title, picture.alt.partition(f"{picture.title}.")[2] or picture.alt
    assert not missing(words, picture.table)
    assert function in WORKED_OUT or not missing(title, picture.table)
    assert not strange(picture, function)


def test_what_is_drawn_or_said_beside_the_table_is_found():
    bars = plots.conversion(stages())
    assert missing("100,001 parameters, 20 ms and 76 %", bars.table) == ["100001", "76"]
    bars.axes[1].patches[0].set_width(50.1e6)
    assert strange(bars, "conversion") == [50.1e6]
    curves = plots.training_curves(run())
    line = next(line for line in curves.axes[0].lines if line.get_fillstyle() == "none")
    line.set_ydata([80.01])
    assert strange(curves, "training_curves") == [80.01]
    strip = PICTURES["strip of the baseline"]()
    strip.axes[0].texts[-20].set_text("77")
    assert strange(strip, "network_strip") == ["77"]
