"""What the receptive-field viewer shows: the pixels of an image that one unit can see."""

import html

from course.plots.marks import Box
from course.plots.picture import ORANGE, VERMILLION
from course.table import times
from course.widgets import scene
from course.widgets.field_viewer.scene import boxes, frame, image_scene, units_scene
from course.widgets.field_viewer.state import visible, words
from course.widgets.rendered import Rendered, paragraph, styled

SIDE = 400  # pixels on the page, for the longer side of the image and what is shown around it
_GRID = 150  # pixels on the page, for the longer side of the map of units
_SWATCH = (-2, -2, 26, 16)


def render(look):
    """Return what a unit sees: the image with the rest dimmed, the unit's place, and a sentence.

    Parameters
    ----------
    look : Look

    Returns
    -------
    Rendered
    """
    seen = visible(look)
    text = words(look, seen)
    parts = [
        '<div style="display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start">',
        drawn(look, text, SIDE),
        f"<div>{_units(look)}{_key(look, seen)}</div></div>",
        paragraph(look.trouble, "wrong") if look.trouble else "",
    ]
    return Rendered(styled(*parts), text)


def drawn(look, text, side):
    """Return the image in its frame as an SVG element, of which a screen reader says the text."""
    marks, box = image_scene(look, visible(look), side)
    return scene.svg(marks, box, text, "image")


def _units(look):
    """Return the map of the layer's units, with the one that looks."""
    marks, wide, tall = units_scene(look, _GRID)
    return f'<div class="muted">{html.escape(look.row.name)}: {times(look.units)} units</div>' + scene.svg(
        marks, (-1, -1, wide + 2, tall + 2), tell="unit"
    )


def _key(look, seen):
    lines = []
    if seen is not None and seen.any():
        around = scene.outline(0, 0, 22, 12, "white", casing="black")
        lines.append((around, "round the pixels it can see; the rest is dimmed"))
    if boxes(look, seen)[1]:
        cut = "; what lies still further out is not drawn" if _beyond(look) else ""
        dashed = scene.outline(0, 0, 22, 12, VERMILLION, dashes=(6, 4))
        lines.append((dashed, f"receptive field, which may leave the image{cut}"))
        cross = [scene.Line(points, VERMILLION, 1.5) for points in (((6, 6), (16, 6)), ((11, 1), (11, 11)))]
        lines.append((cross, "its centre; click the image or the units to move it"))
    if look.effect is not None:
        lines.append(([Box(0, 0, 22, 12, ORANGE)], "effective field: the brighter, the more it matters"))
    rows = "".join(
        f'<div style="display:flex;gap:8px;align-items:center">{scene.svg(marks, _SWATCH, shrinks=False)}'
        f"<span>{words}</span></div>"
        for marks, words in lines
    )
    return f'<div style="margin-top:10px">{rows}</div>'


def _beyond(look):
    """Return whether the unit's field reaches out of the frame."""
    left, top, wide, tall = frame(look)
    x, y, across, down = boxes(look, None)[1]
    return x < left or y < top or x + across > left + wide or y + down > top + tall
