"""The figure that carries its alt text: what it shows, what it stores, what it leaves alone."""

import base64
import gc
import struct
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import nbclient
import nbformat
import pytest
from matplotlib.backends.backend_agg import RendererAgg

from course import plots
from course.plots import Picture
from course.plots.picture import ranked, text_width, wrapped

PNG = b"\x89PNG\r\n\x1a\n"


def test_a_file_is_named_as_the_function_in_it():
    drawing = [name for name in plots.__all__ if name not in ("Picture", "projector")]
    assert len(drawing) > 20
    for name in drawing:
        assert getattr(plots, name).__module__ == f"course.plots.{name}"


@pytest.mark.parametrize(
    ("value", "words"),
    [(80.2, "below all 4"), (82, "above none of 4"), (82.5, "above 1 of 4"), (90, "above all 4")],
)
def test_a_place_among_others_in_words(value, words):
    assert ranked(value, [82, 83, 83, 84]) == words


def drawn(**options):
    picture = Picture(150, "A line rises", "from 1 to 2", **options)
    picture.add_subplot().plot([1, 2])
    return picture


def size_of(png):
    return struct.unpack(">II", png[16:24])


def image_of(data):
    """Return the attributes of the one image in an output, and its bytes."""
    (image,) = ElementTree.fromstring(f"<page>{data['text/html'][:-1]}/></page>")
    start, encoded = image.get("src").split(",")
    assert image.tag == "img" and start == "data:image/png;base64"
    return image, base64.b64decode(encoded, validate=True)


def test_a_mime_bundle_has_the_image_at_twice_its_size_and_the_alt_text_twice():
    alt = 'A "line" rises from 1 to <2> & on.'
    data, _ = drawn(alt=alt)._repr_mimebundle_()
    image, png = image_of(data)
    assert png.startswith(PNG)
    assert data["text/plain"] == image.get("alt") == alt
    shown = int(image.get("width")), int(image.get("height"))
    assert size_of(png) == (2 * shown[0], 2 * shown[1])
    assert shown[0] == 760


def test_no_picture_without_alt_text():
    with pytest.raises(ValueError, match="no alt text: set its alt attribute"):
        drawn()._repr_mimebundle_()


def test_the_same_picture_gives_the_same_bytes_and_names_no_version():
    first = drawn(alt="a").png()
    assert first == drawn(alt="a").png()
    assert matplotlib.__version__.encode() not in first


def test_a_picture_that_a_notebook_keeps_does_not_keep_its_bitmap():
    picture = drawn()
    png = picture.png()
    gc.collect()
    renderers = [each for each in gc.get_objects() if isinstance(each, RendererAgg)]
    assert picture.texts and max(each.width for each in renderers) <= 1
    assert picture.png() == png


def test_a_learners_style_changes_nothing_and_is_left_alone():
    plain = drawn(alt="a").png()
    with matplotlib.rc_context({"text.color": "red", "figure.facecolor": "black", "savefig.bbox": "tight"}):
        picture = drawn(alt="a")
        assert size_of(picture.png()) == size_of(plain)
        assert picture.get_facecolor()[:3] == (1, 1, 1)
        assert picture.texts[0].get_color() != "red"
        assert matplotlib.rcParams["text.color"] == "red"


def test_save_and_savefig(tmp_path):
    picture = drawn(alt="a")
    picture.save(tmp_path / "a.png")
    assert (tmp_path / "a.png").read_bytes() == picture.png()
    picture.savefig(tmp_path / "a.svg")
    assert b"<svg" in (tmp_path / "a.svg").read_bytes()
    with pytest.raises(ValueError, match="does not end in .png"):
        picture.save(tmp_path / "a.svg")


def test_a_long_title_wraps_within_the_page_and_pushes_the_body_down():
    short, long = Picture(100, "Short"), Picture(100, "A finding that takes many words " * 6 + "x" * 300)
    assert long.get_figheight() > short.get_figheight()
    for text in long.texts:
        assert text.get_window_extent().x1 <= long.bbox.x1
    assert "".join(text.get_text() for text in long.texts).replace(" ", "") == long.title.replace(" ", "")


def test_a_dollar_is_a_dollar_and_a_percentage_stays_whole():
    picture = Picture(100, "From $1 to $2")
    assert picture.texts[0].get_text() == "From $1 to $2"
    assert not picture.texts[0].get_parse_math()
    assert wrapped("about 12 %", text_width("about 12")) == ["about", "12\u00a0%"]


def test_importing_the_plots_loads_neither_pyplot_nor_tensorflow():
    code = "import course.plots, sys; print([m for m in ('matplotlib.pyplot', 'tensorflow') if m in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_a_notebook_stores_one_output_with_image_and_alt_text_even_after_pyplot():
    make = "picture = Picture(80, 'Title', alt='What it shows: 12')\npicture.add_subplot().plot([1, 2])\n"
    notebook = nbformat.v4.new_notebook()
    notebook.cells = [
        nbformat.v4.new_code_cell(source)
        for source in (
            f"from course.plots import Picture\n{make}picture",
            f"{make}display(picture)",
            "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.close(plt.figure())",
            f"{make}picture",
        )
    ]
    nbclient.NotebookClient(notebook, kernel_name="python3").execute()
    nbformat.validate(notebook)
    stored = [cell.outputs for cell in notebook.cells]
    for outputs in (stored[0], stored[1], stored[3]):
        assert len(outputs) == 1
        assert set(outputs[0].data) == {"text/html", "text/plain"}
        image, png = image_of(outputs[0].data)
        assert outputs[0].data["text/plain"] == image.get("alt") == "What it shows: 12"
        assert png.startswith(PNG)
    assert stored[0][0].data == stored[1][0].data == stored[3][0].data
    assert stored[2] == []
