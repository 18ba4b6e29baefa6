"""For the projector: one call makes pictures vectors and larger, another takes it back."""

import base64
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from plot_samples import NAMES, run, some_images

from course.plots import image_grid, projector, training_curves


@pytest.fixture(autouse=True)
def taken_back():
    yield
    projector(1)


def shown(picture):
    """Return the width and height of a picture on the page, the kind of its file, and its content."""
    image = picture._repr_mimebundle_()[0]["text/html"]
    sides = re.search(r'width="(\d+)" height="(\d+)"', image).groups()
    kind, content = re.search(r"data:image/([\w+]+);base64,([^\"]+)", image).groups()
    return *map(int, sides), kind, base64.b64decode(content)


def test_pictures_become_vectors_and_half_as_large_again():
    width, height, kind, _ = shown(training_curves(run()))
    assert (width, kind) == (760, "png")
    assert repr(projector()) == "Pictures and text are 1.5 times as large."
    larger, taller, kind, content = shown(training_curves(run()))
    assert (larger, kind) == (1140, "svg+xml") and abs(taller - 1.5 * height) <= 1
    assert ElementTree.fromstring(content).tag.endswith("svg")
    assert shown(training_curves(run()))[3] == content, "the same picture has the same bytes"


def test_photographs_stay_images_and_grow_too():
    projector(2)
    width, _, kind, _ = shown(image_grid(some_images(4), np.arange(4), NAMES))
    assert (width, kind) == (1520, "png")


def test_text_and_code_grow_and_all_is_taken_back():
    page = projector(2)._repr_html_()
    assert "--jp-content-font-size1:28px" in page and "--jp-code-font-size:26px" in page
    back = projector(1)
    # The earlier style sheet stays in the page: each of its sizes must be taken back by name.
    assert "px" not in back._repr_html_() and back._repr_html_().count(":inherit;") == page.count("px;")
    assert repr(back) == "Pictures and text have their own size."
    assert shown(training_curves(run()))[::2] == (760, "png")


@pytest.mark.parametrize("scale", [0.5, 4, "large", True, None])
def test_another_scale_is_one_sentence(scale):
    with pytest.raises(ValueError, match="give a number from 1 to 3"):
        projector(scale)
