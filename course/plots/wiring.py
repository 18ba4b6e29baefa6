"""Dots and lines: which units of which layer reach one unit, in one dimension."""

from course._given import check_whole, is_whole, shown
from course.arithmetic import LayerError, ledger
from course.plots.picture import (
    BLUE,
    FAINT,
    INK,
    MARGIN,
    MUTED,
    ORANGE,
    SMALL,
    VERMILLION,
    WIDTH,
    Picture,
    counted,
    darker,
    plot,
    text_width,
)
from course.table import Table

_ROW = 64  # pixels on the page between two layers
_WIDEST = 44  # pixels on the page between two pixels of the image
_MOST = 48  # pixels of the image that can be told apart


@plot
def wiring(layers, size=12, unit=None, title=None):
    """Draw a stack of layers in one dimension as rows of dots, with the paths that lead to one unit.

    Parameters
    ----------
    layers : list of course.arithmetic.Layer
        Windows: convolutions and pooling. Their widths are drawn.
    size : int
        Pixels of the image, from 1 to 48.
    unit : int, optional
        Which unit of the last layer; one in the middle if not given.

    Raises
    ------
    ValueError
        When the image has no or too many pixels, there is no such unit, or a layer can't be drawn.
    """
    check_whole("size", size, 1, _MOST)
    rows, levels = _levels(layers, size)
    last = levels[-1][0]
    unit = (last - 1) // 2 if unit is None else unit
    if not (is_whole(unit) and 0 <= unit < last):
        raise ValueError(f"unit is {shown(unit)}; the last layer has units 0 to {last - 1}.")
    reached = [{unit}]
    for _, taps in reversed(levels[1:]):
        reached.insert(0, {source for target in reached[0] for source in taps[target] if source >= 0})
    inside = {(level, u) for level, units in enumerate(reached) for u in units if u < levels[level][0]}
    field = rows[-1].axes[1].field(unit)
    seen = sorted(u for level, u in inside if level == 0)
    holes = len(seen) < seen[-1] - seen[0] + 1
    span = f"{'some of ' if holes else ''}pixels {seen[0]} to {seen[-1]}" if len(seen) > 1 else f"pixel {seen[0]}"
    finding = f"Unit {unit} of the last layer sees {counted(len(seen), 'pixel')} of the image: {span}"
    width = field[1] - field[0] + 1
    beyond = ", padding included" if width > seen[-1] - seen[0] + 1 else ", holes included" if holes else ""
    aside = f"Its receptive field is {counted(width, 'pixel')} wide{beyond}."

    found = [("image", 1, 1), *((row.name, row.receptive_field[1], row.jump[1]) for row in rows)]
    table = Table(
        ("layer", "units", "RF", "jump", "units that count"),
        [
            (name, count, field, jump, sum(level == at for level, _ in inside))
            for at, ((name, field, jump), (count, _)) in enumerate(zip(found, levels, strict=True))
        ],
        notes=(f"{finding}.", aside),
    )
    names = table.column("layer")
    labels = [f"RF {field}, jump {jump}" for _, _, field, jump, _ in table.texts]
    left = MARGIN + max(text_width(text, SMALL) for text in names + labels) + 18
    step = min(_WIDEST, (WIDTH - MARGIN - left - 12) / size)
    picture = Picture(_ROW * len(levels) + 8, title or finding, aside, table=table)
    page = picture.page()

    def place(level, u):
        start, jump = (0, 1) if not level else (rows[level - 1].start[1], rows[level - 1].jump[1])
        return left + 6 + (start + u * jump) * step, _ROW * (len(levels) - level) - _ROW / 2

    for level, (count, taps) in enumerate(levels):
        for target in range(count) if level else ():
            for source in taps[target]:
                if 0 <= source < levels[level - 1][0]:
                    chosen = (level, target) in inside
                    page.plot(*zip(place(level - 1, source), place(level, target), strict=True),
                              color=BLUE if chosen else FAINT, linewidth=1.6 if chosen else 0.8,
                              zorder=2 if chosen else 1)  # fmt: skip
        for u in range(count):
            chosen = (level, u) in inside
            colour = VERMILLION if level == len(levels) - 1 else BLUE if level else ORANGE
            edge = darker(colour) if chosen else MUTED
            page.scatter(*place(level, u), s=(min(step, 22) * 0.72 * 0.62) ** 2, zorder=3, linewidth=1,
                         color=colour if chosen else "white", edgecolor=edge)  # fmt: skip
        y = place(level, 0)[1]
        page.text(MARGIN, y - 8, names[level], size=SMALL, va="center", weight="bold", color=INK)
        page.text(MARGIN, y + 8, labels[level], size=SMALL, va="center", color=darker(MUTED))
    each = (
        f"{name}, {counted(count, 'unit')}, {label}"
        for (name, count, *_), label in zip(table.rows, labels, strict=True)
    )
    picture.describe(
        f"{counted(len(levels), 'row')} of dots, the image's {size} pixels lowest, joined by lines from each unit "
        "to the units it is computed from", aside, f"From the image up: {'; '.join(each)}.",
    )  # fmt: skip
    return picture


def _levels(layers, size):
    """Return the ledger, and for the image and each layer its number of units and which units each takes."""
    try:
        # One row of pixels: along the height every window is padded to fit.
        found = ledger([*layers], (_MOST, size, 1))
    except LayerError as why:
        raise ValueError(str(why)) from None
    levels = [(size, None)]
    for row in found:
        layer = row.layer
        if not hasattr(layer, "taps") or row.axes[1].varies:
            raise ValueError(f"{row.name} moves no window: only convolutions and pooling are drawn.")
        kernel, stride, dilation = (pair[1] for pair in layer.taps())
        before, after = levels[-1][0], row.axes[1].size
        extent = (kernel - 1) * dilation + 1
        padding = max((after - 1) * stride + extent - before, 0) // 2 if layer.padding == "same" else 0
        taps = [[u * stride - padding + t * dilation for t in range(kernel)] for u in range(after)]
        levels.append((after, taps))
    return found, levels
