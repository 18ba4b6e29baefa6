"""A scene: marks that a live page shows as SVG and a still picture draws, so that both show the same.

To the boxes and words of `course.plots.marks` come pixels, lines and dots. Places and sizes are pixels on the
page, from the scene's upper left corner.
"""

import base64
import html
import io
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from matplotlib.patches import Circle, Rectangle
from PIL import Image

from course.plots import marks as plain
from course.plots.picture import DPI, INK

_POINT = 72 / DPI  # of a pixel on the page


@dataclass(frozen=True, eq=False)
class Raster:
    """Pixels, each a rectangle of one colour.

    Parameters
    ----------
    x, y, width, height : float
    pixels : numpy.ndarray
        uint8, shape (rows, columns, 3), or 4 where some are to be seen through.
    palette : numpy.ndarray, optional
        uint8, shape (256, 4). With one, the pixels are its rows, shape (rows, columns): a quarter of the bytes.
    """

    x: float
    y: float
    width: float
    height: float
    pixels: np.ndarray
    palette: np.ndarray = None


@dataclass(frozen=True)
class Line:
    """A line through points. Without a colour it has the page's.

    Parameters
    ----------
    points : tuple of (float, float)
    colour : str, optional
    width : float
    dashes : tuple of float
    opacity : float
    inside : (float, float, float, float), optional
        x, y, width and height of a box; what lies outside of it is cut off.
    closed : bool
        Whether it ends where it begins.
    """

    points: tuple
    colour: str = None
    width: float = 1
    dashes: tuple = ()
    opacity: float = 1
    inside: tuple = None
    closed: bool = False


@dataclass(frozen=True)
class Dot:
    """A circle. Without a fill it is a ring. Pointed at, it says its title."""

    x: float
    y: float
    radius: float
    colour: str = None
    filled: bool = True
    width: float = 1.5
    title: str = ""


@dataclass(frozen=True)
class Upright:
    """Words that run upwards, centred on a place: the name of a vertical axis."""

    x: float
    y: float
    text: str
    size: float


def outline(x, y, width, height, colour, line=2, dashes=(), casing="white", wider=2, inside=None):
    """Return a rectangle's outline on one of another colour, so that it stands out from any image."""
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    under = [Line(corners, casing, line + wider, closed=True, inside=inside)] if casing else []
    return [*under, Line(corners, colour, line, tuple(dashes), closed=True, inside=inside)]


def shifted(marks, right, down):
    """Return marks some pixels further right and down."""
    moved = []
    for mark in marks:
        if isinstance(mark, Line):
            inside = mark.inside and (mark.inside[0] + right, mark.inside[1] + down, *mark.inside[2:])
            mark = replace(mark, points=tuple((x + right, y + down) for x, y in mark.points), inside=inside)
        else:
            mark = replace(mark, x=mark.x + right, y=mark.y + down)
        moved.append(mark)
    return moved


def svg(marks, box, label="", tell="", shrinks=True):
    """Return marks as an SVG element.

    Parameters
    ----------
    marks : sequence
    box : (float, float, float, float)
        Left, top, width and height of what is shown.
    label : str
        What a screen reader says; without one it says nothing.
    tell : str
        The mark of a click in it, for `Shell.click`.
    shrinks : bool
        Whether it does where the page is narrower.

    Returns
    -------
    str
    """
    about = f'role="img" aria-label="{html.escape(label)}"' if label else 'aria-hidden="true"'
    style = "max-width:100%;height:auto;" * shrinks + "cursor:pointer" * bool(tell)
    return (
        f'<svg {about}{f" data-tell={chr(34)}{tell}{chr(34)}" if tell else ""} width="{box[2]:g}" '
        f'height="{box[3]:g}" viewBox="{" ".join(f"{value:g}" for value in box)}" style="{style}">'
        f"{''.join(map(_element, marks))}</svg>"
    )


def draw(marks, page):
    """Draw marks on axes whose units are pixels on the page, as `Picture.page` returns them."""
    for mark in marks:
        if isinstance(mark, Raster):
            place = (mark.x, mark.x + mark.width, mark.y + mark.height, mark.y)
            pixels = mark.pixels if mark.palette is None else mark.palette[mark.pixels]
            page.imshow(pixels, extent=place, interpolation="nearest", aspect="auto")
        elif isinstance(mark, Line):
            points = [*mark.points, mark.points[0]] if mark.closed else mark.points
            (line,) = page.plot(
                *zip(*points, strict=True), color=mark.colour or INK, linewidth=mark.width * _POINT,
                alpha=mark.opacity, dash_capstyle="butt",
                linestyle=(0, tuple(dash / mark.width for dash in mark.dashes)) if mark.dashes else "solid",
            )  # fmt: skip
            if mark.inside:
                x, y, width, height = mark.inside
                line.set_clip_path(Rectangle((x, y), width, height, transform=page.transData))
        elif isinstance(mark, Dot):
            colour = mark.colour or INK
            page.add_patch(
                Circle((mark.x, mark.y), mark.radius, facecolor=colour if mark.filled else "none",
                       edgecolor=colour, linewidth=mark.width * _POINT)
            )  # fmt: skip
        elif isinstance(mark, Upright):
            page.text(mark.x, mark.y, mark.text, size=mark.size, ha="center", va="center", rotation=90, color=INK)
        else:
            plain.draw([mark], page)


def png(pixels, palette=None):
    """Return pixels as the address of a PNG."""
    return _png(pixels.tobytes(), pixels.shape, None if palette is None else palette.tobytes())


@lru_cache(64)  # most of a picture stays as it was before a move
def _png(values, shape, palette):
    stream, image = io.BytesIO(), Image.fromarray(np.frombuffer(values, np.uint8).reshape(shape))
    if palette:
        image.putpalette(palette, "RGBA")
    image.save(stream, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def _element(mark):
    if isinstance(mark, Raster):
        return (
            f'<image href="{png(mark.pixels, mark.palette)}" x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" '
            f'height="{mark.height:g}" preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        )
    if isinstance(mark, Line):
        points = f'points="{" ".join(f"{x:.1f},{y:.1f}" for x, y in mark.points)}" fill="none"'
        kind = "polygon" if mark.closed else "polyline"
        if len(mark.points) == 2 and not mark.inside:  # such as an axis
            (x1, y1), (x2, y2) = mark.points
            kind, points = "line", f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        line = (
            f"<{kind} {points} "
            f'stroke="{mark.colour or "currentColor"}" stroke-width="{mark.width:g}"'
            + (f' stroke-dasharray="{" ".join(f"{dash:g}" for dash in mark.dashes)}"' if mark.dashes else "")
            + (f' opacity="{mark.opacity:g}"' if mark.opacity < 1 else "")
            + "/>"
        )
        if not mark.inside:
            return line
        # An SVG within cuts off what lies outside of it.
        x, y, width, height = mark.inside
        around = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
        return f'<svg {around} viewBox="{x:g} {y:g} {width:g} {height:g}">{line}</svg>'
    if isinstance(mark, Dot):
        colour = mark.colour or "currentColor"
        title = f"<title>{html.escape(mark.title)}</title>" if mark.title else ""
        return (
            f'<circle cx="{mark.x:.1f}" cy="{mark.y:.1f}" r="{mark.radius:g}" '
            f'fill="{colour if mark.filled else "transparent"}" stroke="{colour}" '
            f'stroke-width="{mark.width:g}">{title}</circle>'
        )
    if isinstance(mark, Upright):
        place = f"translate({mark.x:g} {mark.y:g}) rotate(-90)"
        style = f'text-anchor="middle" dominant-baseline="central" style="font-size:{mark.size / _POINT:.3g}px"'
        return f'<text transform="{place}" {style}>{html.escape(mark.text)}</text>'
    return plain.element(mark)
