"""The front: what is on it, what is drawn, and what can't be compared."""

from dataclasses import replace

import numpy as np
import pytest
from plot_samples import placed

from course.plots import pareto

COPY = "CIFAR-10 (JPEG copy)"
PLACES = [
    placed("small", 20_000, 0.80, source="the kit's record"),
    placed("worse", 30_000, 0.79, source="public submission"),
    placed("Ada", 40_000, 0.84),
    placed("as good", 50_000, 0.84, source="public submission"),
    placed("far below", 60_000, 0.30, source="public submission"),
    placed("large", 90_000, 0.88, source="published report"),
]


def marks(picture):
    """Return what is drawn as points: (price, accuracy in per cent)."""
    lines = [line for line in picture.axes[0].lines if line.get_linestyle() == "None"]
    return [(float(line.get_xdata()[0]), round(float(line.get_ydata()[0]), 6)) for line in lines]


def test_the_front_and_the_points_are_what_was_given():
    picture = pareto(PLACES)
    (front,) = [line for line in picture.axes[0].lines if line.get_drawstyle() == "steps-post"]
    assert front.get_xdata()[:3].tolist() == [20_000, 40_000, 90_000]
    assert np.allclose(front.get_ydata(), [80, 84, 88, 88])
    drawn = [place for place in PLACES if place.name != "far below"]
    assert marks(picture) == [(place.parameters, round(100 * place.accuracy, 6)) for place in drawn]
    names = {text.get_text() for text in picture.axes[0].texts}
    assert names == {"small  80.00 %", "Ada  84.00 %", "large  88.00 %"}
    assert picture.title == "Ada ends at 84.00 % with 40,000 parameters, and nothing as small is better"
    assert "Front: small (20,000, 80.00 %), Ada (40,000, 84.00 %) and large (90,000, 88.00 %)." in picture.alt
    assert "from 30.00 to 88.00 %" in picture.alt  # also what is not drawn


def test_the_title_says_how_many_are_better():
    assert pareto([*PLACES, placed("Bob", 45_000, 0.785), placed("Ada", 30_000, 0.78)]).title.startswith(
        "Ada ends at 84"
    )
    title = pareto([place for place in PLACES if not place.own] + [placed("Bob", 55_000, 0.79)]).title
    assert title == "Bob ends at 79.00 % with 55,000 parameters; 2 of 3 as small are better"
    assert pareto([placed()]).title == "Ada ends at 85.00 % with 80,000 parameters"


def test_each_kind_of_images_has_its_own_front():
    picture = pareto([*PLACES, placed("Eve", 70_000, 0.82, COPY), placed("Max", 80_000, 0.81, COPY)])
    fronts = [
        line.get_xdata()[:-1].tolist() for line in picture.axes[0].lines if line.get_drawstyle() != "default"
    ]
    assert fronts == [[20_000, 40_000, 90_000], [70_000]]
    assert "on the same images" in picture.title


def test_what_is_not_known_is_left_out_and_counted():
    picture = pareto([placed(macs=10**6), placed("Bob", macs=3 * 10**6, accuracy=0.9), placed("Eve")], "macs")
    assert [x for x, _ in marks(picture)] == [10**6, 3 * 10**6]
    words = " ".join(text.get_text() for text, _ in picture._header)
    assert "1 network left out: MACs for one image not known" in words


@pytest.mark.parametrize(
    ("places", "against", "words"),
    [
        ([], "parameters", "No place here says its parameters"),
        ([placed()], "macs", "No place here says its MACs"),
        ([placed()], "seconds", "against is 'seconds'; it must be one of 'parameters', 'macs' and 'cpu_seconds'"),
        ([placed(), replace(placed(), protocol="qualifier")], "parameters", "several protocols"),
        ([placed(), placed(images="Shapes")], "parameters", "can't be compared"),
    ],
)
def test_what_can_not_be_drawn_is_named(places, against, words):
    with pytest.raises(ValueError, match=words):
        pareto(places, against)
