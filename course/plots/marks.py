"""A drawing as a list of marks, for the two places where it is shown: a picture, and a live widget.

Places and sizes are pixels on the page, from the upper left corner.
"""

import html
from dataclasses import dataclass
from math import inf

import numpy as np
from matplotlib.patches import Rectangle

from course.plots.picture import DPI, INK, SMALL


@dataclass(frozen=True)
class Box:
    """A rectangle. Without a fill it is an outline, without an edge it has none."""

    x: float
    y: float
    width: float
    height: float
    fill: str = None
    edge: str = None
    line: float = 1


@dataclass(frozen=True)
class Words:
    """A line of text, centred on its height.

    Parameters
    ----------
    x, y : float
    text : str
    size : float
        Points.
    anchor : str
        "start", "middle" or "end": what lies at x.
    bold : bool
    colour : str, optional
        Text that stands on a box has one; other text has the page's.
    """

    x: float
    y: float
    text: str
    size: float = SMALL
    anchor: str = "middle"
    bold: bool = False
    colour: str = None


def svg(marks, width, height, label):
    """Return marks as an SVG element, which shrinks where the page is narrower.

    Parameters
    ----------
    marks : sequence of Box and Words
    width, height : float
    label : str
        What a screen reader says.

    Returns
    -------
    str
    """
    return (
        f'<svg role="img" aria-label="{html.escape(label)}" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" style="max-width:100%;height:auto">'
        f"{''.join(map(element, marks))}</svg>"
    )


def draw(marks, page):
    """Draw marks on axes whose units are pixels on the page, as `Picture.page` returns them."""
    sides = {"start": "left", "middle": "center", "end": "right"}
    for mark in marks:
        if isinstance(mark, Words):
            page.text(
                mark.x, mark.y, mark.text, size=mark.size, ha=sides[mark.anchor], va="center_baseline",
                weight="bold" if mark.bold else "normal", color=mark.colour or INK,
            )  # fmt: skip
        else:
            box = Rectangle((mark.x, mark.y), mark.width, mark.height, facecolor=mark.fill or "none")
            box.set(edgecolor=mark.edge or "none", linewidth=mark.line * 72 / DPI)
            page.add_patch(box)


def apart(wanted, heights, low=-inf, high=inf):
    """Return places as near to the wanted ones as lets each label clear the others, between two ends.

    Parameters
    ----------
    wanted : sequence of float
        The middles of labels, in any order.
    heights : float or sequence of float
        The room that each label takes.
    low, high : float
        The ends. Where there is too little room between them, labels reach below `low`.

    Returns
    -------
    list of float
    """
    places, half = np.array(wanted, float), np.broadcast_to(heights, len(wanted)) / 2
    order = np.argsort(places, kind="stable")
    for i in order:
        places[i] = max(places[i], low + half[i])
        low = places[i] + half[i]
    for i in order[::-1]:
        places[i] = min(places[i], high - half[i])
        high = places[i] - half[i]
    return places.tolist()


def element(mark):
    """Return a Box or Words as an element of SVG.

    Parameters
    ----------
    mark : Box or Words

    Returns
    -------
    str
    """
    if isinstance(mark, Box):
        return (
            f'<rect x="{mark.x:g}" y="{mark.y:g}" width="{mark.width:g}" height="{mark.height:g}" '
            f'fill="{mark.fill or "none"}" stroke="{mark.edge or "none"}" stroke-width="{mark.line:g}"/>'
        )
    pixels = mark.size * DPI / 72
    style = f"font-size:{pixels:.3g}px;font-weight:{600 if mark.bold else 400}"
    style += f";fill:{mark.colour}" if mark.colour else ""
    return (
        f'<text x="{mark.x:g}" y="{mark.y + 0.35 * pixels:.4g}" text-anchor="{mark.anchor}" style="{style}">'
        f"{html.escape(mark.text)}</text>"
    )
