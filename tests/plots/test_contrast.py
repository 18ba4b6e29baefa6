"""What a picture says can be seen (WCAG 2's contrast with what is behind it), and not by its colour alone."""

import re
from pathlib import Path

import jupyterlab
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.text import Text
from test_page import PICTURES

from course.annotations import shown
from course.challenge import rules
from course.exercises import exercise
from course.plots.picture import FAINT, LINES, darker
from course.widgets.rendered import STYLE

TEXT, GRAPHICS = 4.5, 3  # WCAG 2.2, level AA: 1.4.3 and 1.4.11


def luminance(colour):
    """Return WCAG's relative luminance of an RGB colour."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in to_rgb(colour)]
    return float(np.dot((0.2126, 0.7152, 0.0722), linear))


def contrast(colour, background):
    """Return the contrast ratio of two colours, from 1 to 21."""
    dark, light = sorted((luminance(colour), luminance(background)))
    return (light + 0.05) / (dark + 0.05)


def over(colour, background):
    """Return a colour that may be transparent, as it looks on a background."""
    *colour, alpha = to_rgba(colour)
    return tuple(alpha * np.array(colour) + (1 - alpha) * np.array(to_rgb(background)))


def test_the_ratio_is_wcags():
    assert contrast("#000", "#fff") == pytest.approx(21) and contrast("#777", "#777") == 1
    # https://www.w3.org/TR/WCAG20-TECHS/G18.html has grey 767676 as the palest that passes on white.
    assert contrast("#767676", "#fff") >= TEXT > contrast("#777777", "#fff")


# Of each kind of picture, one with much in it.
SHOWN = (
    "curves of seven runs", "captions", "confusion", "ladder of nine rungs with long names",
    "robustness of four networks", "front of the board and an entry on other images", "strip of the baseline",
    "bars", "runs", "reproduction among other runs", "calibration of three runs", "classes of three runs",
    "selection", "roofline", "speed ups", "stages", "budget of separable_65k", "dial of groups", "steps",
    "slices of three kernels", "fit of five kernels", "anatomy of a standard one",
)  # fmt: skip


def ground(picture):
    """Return a picture's pixels without its texts, and the texts that it draws."""
    texts = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", lambda text, renderer: texts.append(text))
        picture.canvas.draw()
    behind = np.asarray(picture.canvas.buffer_rgba())[::-1, :, :3]
    return behind, [text for text in texts if text.get_text().strip()]


def coloured(axes):
    """Return (colour as seen on white, what else tells it) of the lines, marks and bars that say something."""
    for line in axes.lines:
        if (line.get_alpha() or 1) < 0.2:
            continue  # a rule that only leads the eye, as FAINT's
        if line.get_visible() and len(line.get_xdata()) and to_hex(line.get_color()) != FAINT.lower():
            seen = over((*to_rgb(line.get_color()), line.get_alpha() or 1), "white")
            yield (
                to_hex(seen),
                (line.get_linestyle(), line.get_linewidth(), line.get_marker(), line.get_fillstyle()),
            )
    for container in axes.containers:
        for bar in getattr(container, "patches", ()):
            yield to_hex(over(bar.get_facecolor(), "white")), ("bar", bar.get_x(), bar.get_y())


@pytest.mark.parametrize("name", SHOWN)
def test_what_a_picture_says_can_be_seen_and_not_by_colour_alone(name):
    picture = PICTURES[name]()
    behind, texts = ground(picture)
    faint = []
    for text in texts:
        box = text.get_window_extent()
        rows, columns = (slice(max(0, int(a)), int(b) + 1) for a, b in ((box.y0, box.y1), (box.x0, box.x1)))
        pixels, counts = np.unique(behind[rows, columns].reshape(-1, 3), axis=0, return_counts=True)
        under = tuple(pixels[counts.argmax()] / 255)
        ratio = contrast(over((*to_rgb(text.get_color()), text.get_alpha() or 1), under), under)
        if ratio < TEXT:
            faint.append((text.get_text(), to_hex(text.get_color()), to_hex(under), round(ratio, 2)))
    for axes in picture.axes:
        faint += [each for each in coloured(axes) if contrast(each[0], "white") < GRAPHICS]
    assert faint == []
    labels = {to_hex(text.get_color()) for text in texts}
    for axes in picture.axes:
        ways = {}
        for colour, way in coloured(axes):
            # A label in the line's own colour, or darker, stands beside it.
            if not {colour, to_hex(darker(colour)), to_hex(darker(colour, 0.5))} & labels:
                ways.setdefault(way, set()).add(colour)
        assert all(len(colours) == 1 for colours in ways.values()), ways


def test_lines_take_colours_that_can_be_seen():
    assert min(contrast(colour, "white") for colour in LINES) >= GRAPHICS


def theme(name):
    """Return JupyterLab's colours in one of its themes, by their names."""
    folder = Path(jupyterlab.__file__).parent / "themes/@jupyterlab" / f"theme-{name}-extension"
    text = (folder / "index.css").read_text(encoding="utf-8")
    values = {key: value.strip() for key, value in re.findall(r"--([\w-]+):([^;}]+)", text)}

    def colour(key):
        value = values[key]
        if value.startswith("var("):
            first, _, fallback = value[4:-1].partition(",")
            return colour(first[2:]) if first[2:] in values else to_rgba(fallback.strip())
        if value.startswith("rgba("):
            *parts, alpha = map(float, value[5:-1].split(","))
            return (*(part / 255 for part in parts), alpha)
        return to_rgba(value)

    return colour


@pytest.mark.parametrize("name", ["light", "dark"])
def test_widgets_can_be_read_in_both_of_jupyterlabs_themes(name):
    colour = theme(name)
    # The boxes, which have a ground of their own, take the stronger ink.
    assert ".boxed .muted {color: inherit}" in STYLE and "background: var(--jp-layout-color2" in STYLE
    for ink, grounds in (
        ("jp-ui-font-color1", ("jp-layout-color0", "jp-layout-color1", "jp-layout-color2")),
        ("jp-ui-font-color2", ("jp-layout-color0", "jp-layout-color1")),
        ("jp-content-font-color1", ("jp-cell-editor-background",)),
    ):
        assert f"var(--{ink}" in STYLE
        for under in grounds:
            assert contrast(over(colour(ink), colour(under)), colour(under)) >= TEXT, (ink, under)
    # The edges that go with words: of boxes, feedback, findings and rules.
    edges = {*re.findall("#[0-9A-F]{6}", STYLE), *shown._COLOURS.values(), *rules._COLOURS.values()}
    edges = {*edges, *(edge for _, edge in exercise.HEADS.values())}
    for edge in edges - {"#595959"}:
        assert contrast(edge, colour("jp-layout-color0")) >= GRAPHICS, edge
