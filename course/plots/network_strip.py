"""A network as a strip of volumes."""

from math import ceil, inf, log2

from matplotlib.patches import Polygon

from course.plots.picture import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MARGIN,
    MUTED,
    ORANGE,
    PURPLE,
    SKY_BLUE,
    SMALL,
    VERMILLION,
    WIDTH,
    YELLOW,
    Picture,
    counted,
    darker,
    in_house_style,
    text_width,
)

_COLOURS = {
    "input": FAINT,
    "convolution": BLUE,
    "depthwise convolution": SKY_BLUE,
    "separable convolution": GREEN,
    "pooling": ORANGE,
    "global pooling": YELLOW,
    "dense": PURPLE,
    "other": "#999999",
}
_TALL = 92  # pixels on the page, for the height of the image
_SLANT = 0.17  # how far a volume's depth goes right and up, for each pixel of its size
_LINE = 16  # pixels on the page, for a line of text
_WIDEST = 84  # pixels on the page, for one volume's column
_MOST = 16  # volumes in a row
_HEADS = ("size", "channels", "RF")
_WEIGHTS = ("normal", "normal", "bold")  # one RF is set in bold
_TEXT = 8  # points: 15 columns of 32x32 fit


class _Volume:
    """What one drawn layer puts out."""

    def __init__(self, name, kind, shape, field):
        self.name, self.kind, self.field = name, kind, field
        flat = len(shape) == 1
        self.height, self.width = (1, 1) if flat else shape[:2]
        self.channels = shape[-1]
        self.labels = ("\u2013" if flat else f"{shape[0]}\u00d7{shape[1]}", f"{shape[-1]}", _pair(field))


@in_house_style
def network_strip(ledger, title=None):
    """Draw a network as a strip of volumes, with output size, channels and receptive field under each.

    A layer has a volume if it changes the shape, or can see further than the one before, or computes
    something. Activations, normalisation, dropout and Flatten are left out. Long networks continue
    on a second line.

    Parameters
    ----------
    ledger : course.arithmetic.Ledger
        The network's ledger, for an input of shape (height, width, channels).
    title : str, optional
        Instead of the parameter count and where the receptive field first spans the image.

    Returns
    -------
    Picture
        Heights and depths are drawn to scale with the output size, widths with log2 of the channels.

    Raises
    ------
    ValueError
        When the input is no image, or no layer is left to draw.
    """
    if len(ledger.input_shape) != 3:
        raise ValueError(
            f"input_shape is {tuple(ledger.input_shape)}; a strip is drawn for images: (height, width, channels)."
        )
    volumes = _volumes(ledger)
    if len(volumes) == 1:
        raise ValueError("No layer of this ledger changes the image or computes anything: pass a whole network's.")
    size = ledger.input_shape[:2]
    spanning = next((v for v in volumes if all(r >= n for r, n in zip(v.field, size, strict=True))), None)
    title = title or _finding(ledger, volumes, spanning)

    aside = max(text_width(head, SMALL) for head in _HEADS) + 12
    widest = max(
        text_width(text, _TEXT, weight)
        for volume in volumes
        for text, weight in zip(volume.labels, _WEIGHTS, strict=True)
    )
    room = WIDTH - 2 * MARGIN - aside
    per_line = max(1, min(_MOST, int(room // (widest + 5))))
    per_line = ceil(len(volumes) / ceil(len(volumes) / per_line))
    lines = [volumes[start : start + per_line] for start in range(0, len(volumes), per_line)]
    column = min(_WIDEST, room / per_line)

    # Each line is as tall as its tallest volume, with room above for the mark.
    tops = [max(sum(_height_and_slant(volume, size)) for volume in line) for line in lines]
    under = 10 + len(_HEADS) * _LINE + 12
    picture = Picture(
        sum(tops) + len(lines) * (_LINE + 6 + under) + _LINE + MARGIN,
        title,
        "Height and depth: output size. Width: channels, on a log scale. RF: receptive field in pixels.",
    )
    page = picture.page()
    floor = -under
    for line, top in zip(lines, tops, strict=True):
        floor += under + _LINE + 6 + top
        for i, head in enumerate(_HEADS):
            page.text(MARGIN, floor + 10 + (i + 0.5) * _LINE, head, size=SMALL, color=MUTED, va="center")
        for place, volume in enumerate(line):
            left = MARGIN + aside + place * column
            _draw(page, volume, size, left, floor, column)
            for i, text in enumerate(volume.labels):
                bold = volume is spanning and i == 2
                page.text(
                    left + column / 2, floor + 10 + (i + 0.5) * _LINE, text, size=_TEXT, ha="center", va="center",
                    weight="bold" if bold else "normal", color=darker(VERMILLION, 0.2) if bold else INK,
                )  # fmt: skip
            if volume is spanning:
                _mark(page, f"from here the RF spans the {_pair(size)}-pixel image", left, floor, top)
    _key(page, volumes, floor + under)
    picture.alt = (
        f"A network drawn as {counted(len(volumes) - 1, 'volume')} after the image. {title}. From left to right: "
        + "; ".join(f"{v.name} ({v.kind}) {_described(v)}" for v in volumes)
        + "."
    )
    return picture


def _volumes(ledger):
    volumes = [_Volume("input", "input", ledger.input_shape, (1, 1))]
    shape, field = tuple(ledger.input_shape), (1, 1)
    for row in ledger:
        changed = tuple(row.output_shape) != shape or tuple(row.receptive_field) != field
        # A further input of the network takes nothing in.
        if row.inputs and row.layer.is_drawn and (changed or row.macs):
            volumes.append(_Volume(row.name, row.layer.family, row.output_shape, row.receptive_field))
        shape, field = tuple(row.output_shape), tuple(row.receptive_field)
    return volumes


def _finding(ledger, volumes, spanning):
    total = f"{ledger.parameters:,} parameters"
    side = _pair(ledger.input_shape[:2])
    if spanning is None:
        widest = max((v.field for v in volumes), key=lambda field: field[0] * field[1])
        return f"{total}; the receptive field grows to {_pair(widest)}, less than the {side}-pixel image"
    return f"{total}; the receptive field spans the {side}-pixel image from {spanning.name} on"


def _draw(page, volume, size, left, floor, column):
    """Draw a box: front, top and side, each a shade of its kind's colour."""
    tall, slant = _height_and_slant(volume, size)
    # The widest box, at full size and 1,024 channels, just fills its column.
    wide = 3 + (column - 10 - _SLANT * _TALL) * min(1, log2(volume.channels + 1) / 10)
    x = left + (column - wide - slant) / 2
    front = [(x, floor), (x + wide, floor), (x + wide, floor - tall), (x, floor - tall)]
    top = [front[3], front[2], (x + wide + slant, floor - tall - slant), (x + slant, floor - tall - slant)]
    side = [front[1], (x + wide + slant, floor - slant), top[2], front[2]]
    colour = _COLOURS[volume.kind]
    for corners, shade in ((front, 0), (top, 0.14), (side, 0.3)):
        page.add_patch(Polygon(corners, facecolor=darker(colour, shade), edgecolor="white", linewidth=0.6))


def _height_and_slant(volume, size):
    return max(5, _TALL * volume.height / size[0]), max(2, _SLANT * _TALL * volume.width / size[1])


def _mark(page, text, left, floor, tall):
    top = floor - tall - _LINE
    bottom = floor + 10 + len(_HEADS) * _LINE
    page.plot([left, left], [top, bottom], color=VERMILLION, linewidth=1.2, linestyle="dashed")
    right = left + 6 + text_width(text, SMALL, "bold") <= WIDTH - MARGIN
    page.text(
        left + (6 if right else -6), top + 2, text, size=SMALL, weight="bold", color=darker(VERMILLION, 0.2),
        ha="left" if right else "right", va="center",
    )  # fmt: skip


def _key(page, volumes, top):
    left = MARGIN
    for kind in _COLOURS:
        if any(volume.kind == kind for volume in volumes):
            corners = [(left, top + 3), (left + 11, top + 3), (left + 11, top + 14), (left, top + 14)]
            page.add_patch(Polygon(corners, facecolor=_COLOURS[kind], edgecolor=MUTED, linewidth=0.5))
            page.text(left + 16, top + 8.5, kind, size=SMALL, va="center")
            left += 16 + text_width(kind, SMALL) + 18


def _described(volume):
    size, channels, field = volume.labels
    shape = channels if size == "\u2013" else f"{size}\u00d7{channels}"
    return f"{shape}, RF {field}"


def _pair(values):
    shown = ["\u221e" if v == inf else f"{v:g}" for v in values]
    return shown[0] if shown[0] == shown[1] else "\u00d7".join(shown)
