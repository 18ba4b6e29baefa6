"""What the network viewer shows: an image on its way through a network, down to one multiplication."""

import base64
import html
import io
from dataclasses import dataclass, field, replace

import numpy as np
from PIL import Image

from course.anatomy import FOLDED, unit_steps
from course.arithmetic import LayerError
from course.inspection import Activations
from course.plots.marks import svg
from course.plots.picture import BLUE, ORANGE, VERMILLION, WIDTH, counted
from course.plots.unit import in_words, signed, spelt_out, unit_scene
from course.widgets.field_viewer.page import Look, scene, visible
from course.widgets.rendered import Rendered, pair, paragraph, styled
from course.widgets.rendered import shape as in_words_shape

LEVELS = ("overview", "layer", "unit")
ALL, WRONG = "all images", "the ones it gets wrong"
OVER = ("nothing", "class activation map", "occlusion sweep")
FEW, MANY = 10, 128  # maps of a layer in the overview, and on a page of its own
_TILE, _GAP = 38, 3  # pixels of a map in the overview, and between maps
_STEP = 4  # pixels from one cover of a sweep to the next
_SWEEP = 8  # pixels, the side of its cover
_SCALE = "Blue is above 0, white is 0, vermillion is below 0; one scale a layer, its largest value the darkest."


class Watched:
    """A network and some images, with what is worked out once.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray
        uint8, shape (N, height, width, 3).
    labels : numpy.ndarray or None
        The true class of each.
    names : tuple of str
        The name of each class.
    """

    def __init__(self, model, images, labels, names):
        self.activations = Activations(model)
        self.images, self.labels, self.names = images, labels, names
        self.answers = np.concatenate(
            [self.activations.probabilities(images[start : start + 50]) for start in range(0, len(images), 50)]
        )
        self._swept = {}
        kinds = [type(layer).__name__ for layer in self.activations.layers]
        rows = self.activations.ledger
        self.alone = [(place,) for place in range(len(rows))]
        self.folded = []
        for place, kind in enumerate(kinds):
            if self.folded and kind in FOLDED and rows[place].inputs == (place - 1,):
                self.folded[-1] += (place,)
            else:
                self.folded.append((place,))

    def sweep(self, image):
        """Return by how much the answer's probability falls as a grey square moves over an image.

        Returns
        -------
        numpy.ndarray, shape (rows, columns)
            A place for every fourth pixel down and across.
        """
        if image not in self._swept:
            pixels, answer = self.images[image], int(self.answers[image].argmax())
            corners = [range(0, side - _SWEEP + 1, _STEP) for side in pixels.shape[:2]]
            covered = [cover(pixels, _SWEEP, (row, column)) for row in corners[0] for column in corners[1]]
            after = self.activations.probabilities(np.stack(covered))[:, answer]
            self._swept[image] = (self.answers[image, answer] - after).reshape(*map(len, corners))
        return self._swept[image]

    def class_map(self, image, answer):
        """Return where in the last map an answer comes from, or None where the network has no such map.

        Source: Zhou et al., "Learning Deep Features for Discriminative Localization", 2016.
        """
        layers, found = self.activations.layers, self.activations.of(image)
        kinds = [type(layer).__name__ for layer in layers]
        if "GlobalAveragePooling2D" not in kinds or not self.activations.is_chain:
            return None
        place = kinds.index("GlobalAveragePooling2D")
        after = [layer for layer, kind in zip(layers[place:], kinds[place:], strict=True) if kind == "Dense"]
        maps = found[place - 1] if place else image / 255
        if len(after) > 1 or any(kind not in (*FOLDED, "Dense") for kind in kinds[place + 1 :]):
            return None
        weights = np.asarray(after[0].kernel)[:, answer] if after else np.eye(maps.shape[-1])[answer]
        return maps @ weights


@dataclass(frozen=True)
class Watch:
    """What is looked at: an image, a level, a layer, one of its maps, and a unit of it.

    Parameters
    ----------
    network : Watched
    image : int
        Its number among all images.
    which : str
        `ALL`, `WRONG` or a class: through which images next and previous go.
    level : str
        One of `LEVELS`.
    stage, channel : int
        The layer's number among those shown, and the map's, from 0.
    unit : (int, int)
        Row and column in the map, from 0.
    unfolded : bool
        Whether normalisation, activation and Dropout are shown as layers of their own.
    cover : int
        The side of a grey square that hides a part of the image, in pixels; 0 for none.
    corner : (int, int)
        Its first row and column.
    over : str
        One of `OVER`, drawn over the image.
    """

    network: Watched = field(compare=False, repr=False)
    image: int = 0
    which: str = ALL
    level: str = LEVELS[0]
    stage: int = 0
    channel: int = 0
    unit: tuple = (0, 0)
    unfolded: bool = False
    cover: int = 0
    corner: tuple = (8, 8)
    over: str = OVER[0]

    @property
    def stages(self):
        """The layers shown, each as the numbers of its rows in the ledger."""
        return self.network.alone if self.unfolded else self.network.folded

    @property
    def row(self):
        """The ledger's row of the layer that does the work, the first of those folded together."""
        return self.network.activations.ledger[self.stages[self.stage][0]]

    @property
    def pixels(self):
        """The image, with what is covered grey."""
        whole = self.network.images[self.image]
        return cover(whole, self.cover, self.corner) if self.cover else whole

    @property
    def values(self):
        """What each row of the ledger puts out for the image as it is shown."""
        return self.network.activations.of(self.pixels)

    def maps(self, stage=None):
        """Return the maps of a layer, shape (rows, columns, channels)."""
        found = self.values[self.stages[self.stage if stage is None else stage][-1]]
        return found if found.ndim == 3 else found.reshape(1, 1, -1)


def cover(pixels, side, corner):
    """Return an image with a square of it grey."""
    covered = pixels.copy()
    row, column = corner
    covered[row : row + side, column : column + side] = 128
    return covered


def chosen(watch):
    """Return the numbers of the images that next and previous go through."""
    network = watch.network
    if watch.which == ALL or network.labels is None:
        return list(range(len(network.images)))
    if watch.which == WRONG:
        return np.flatnonzero(network.answers.argmax(axis=1) != network.labels).tolist()
    return np.flatnonzero(network.labels == network.names.index(watch.which)).tolist()


def stepped(watch, by):
    """Return the watch with the next or previous of the chosen images."""
    numbers = chosen(watch)
    later = [number for number in numbers if number > watch.image] if by > 0 else numbers
    earlier = [number for number in numbers if number < watch.image]
    image = (later or numbers)[0] if by > 0 else (earlier or numbers)[-1]
    return replace(watch, image=image)


def at_which(watch, which):
    """Return the watch with another choice of images, at the first of them; as it was where there is none."""
    new = replace(watch, which=which)
    numbers = chosen(new)
    return new if watch.image in numbers else replace(new, image=numbers[0]) if numbers else watch


def at_stage(watch, stage):
    """Return the watch at another layer, at its most active map and about the same place in it."""
    new = replace(watch, stage=stage)
    before, maps = watch.maps().shape, new.maps()
    unit = tuple(
        (2 * min(place, size - 1) + 1) * now // (2 * size)
        for place, size, now in zip(watch.unit, before, maps.shape, strict=False)
    )
    return replace(new, unit=unit, channel=int(most_active(maps)[0]))


def folded(watch, unfolded):
    """Return the watch with layers folded or not, at the same layer and unit."""
    number = watch.stages[watch.stage][0]
    new = replace(watch, unfolded=unfolded)
    return replace(new, stage=next(i for i, rows in enumerate(new.stages) if number in rows))


def most_active(maps):
    """Return the channels of a layer, that with the largest mean distance from 0 first."""
    return np.argsort(-np.abs(maps).mean(axis=(0, 1)), kind="stable")


def steps_of(watch):
    """Return every step to the unit's value, from `course.anatomy.unit_steps`.

    Raises
    ------
    LayerError
        When the layer's arithmetic is not known, or the network is no chain.
    """
    network, rows = watch.network.activations, watch.stages[watch.stage]
    if not network.is_chain:
        raise LayerError(
            f"{network.model.name} has branches, so a unit's numbers come by more than one way: the third level "
            "is for chains, and the first two show this network"
        )
    inputs = watch.values[rows[0] - 1] if rows[0] else watch.pixels.astype(np.float32) / 255
    vector = watch.values[rows[-1]].ndim == 1
    place = (watch.channel,) if vector else (*watch.unit, watch.channel)
    return unit_steps([network.layers[row] for row in rows], inputs, place)


def render(watch):
    """Return one of the three levels as a page, with the result in words.

    Parameters
    ----------
    watch : Watch

    Returns
    -------
    Rendered
    """
    return {"overview": _overview, "layer": _layer, "unit": _unit}[watch.level](watch)


# The first level.


def _overview(watch):
    text = f"{_answer(watch)} {_changed(watch)}".strip()
    cards = "".join(_card(watch, stage) for stage in range(len(watch.stages)))
    parts = [
        '<div style="display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start">',
        _picture(watch, text),
        f"<div>{_bars(watch)}</div></div>",
        paragraph(_over_words(watch)) if watch.over != OVER[0] else "",
        f'<p class="muted" style="margin-top:8px">{_SCALE} The most active maps come first.</p>',
        f'<div style="display:flex;flex-wrap:wrap;gap:12px 18px">{cards}</div>',
    ]
    return Rendered(styled(*parts), text)


def _answer(watch):
    network = watch.network
    answer = _probabilities(watch)
    first = int(answer.argmax())
    says = f"{network.activations.model.name} says {_name(network, first)}, {answer[first]:.0%}"
    if network.labels is None:
        return f"Image {watch.image}: {says}."
    truth = int(network.labels[watch.image])
    right = "right" if truth == first else f"wrong: it gives {_name(network, truth)} {answer[truth]:.0%}"
    return f"Image {watch.image} ({_name(network, truth)}): {says}, which is {right}."


def _name(network, number):
    return network.names[number] if number < len(network.names) else f"class {number}"


def _probabilities(watch):
    return watch.values[-1].ravel()


def _changed(watch):
    """Return what a cover changed, in words."""
    if not watch.cover:
        return ""
    before, after = watch.network.answers[watch.image], _probabilities(watch)
    first = int(before.argmax())
    row, column = watch.corner
    open_ = replace(watch, cover=0)
    most = max(range(len(watch.stages)), key=lambda stage: _shift(watch, open_, stage)[1])
    channel, share = _shift(watch, open_, most)
    return (
        f"With {watch.cover}×{watch.cover} pixels covered from row {row}, column {column}, "
        f"{_name(watch.network, first)} goes from {before[first]:.0%} to {after[first]:.0%}. Most changed is map "
        f"{channel} of {_title(watch, most)}, by {share:.0%} of the layer's largest value on average."
    )


def _shift(watch, open_, stage):
    before, after = open_.maps(stage), watch.maps(stage)
    change = np.abs(after - before).mean(axis=(0, 1)) / max(float(np.abs(before).max()), 1e-12)
    return int(change.argmax()), float(change.max())


def _title(watch, stage):
    return watch.network.activations.ledger[watch.stages[stage][0]].name


def _picture(watch, text, side=200):
    """Return the image, large, with the cover and what is drawn over it."""
    pixels = watch.pixels
    over = _overlay(watch)
    if over is not None:
        rows, columns = (np.arange(n) * size // n for n, size in zip(pixels.shape[:2], over.shape, strict=True))
        strength = np.clip(over, 0, None)[rows[:, None], columns]
        # Never wholly orange: the image must be seen under it.
        strength = 0.7 * (strength / strength.max() if strength.max() > 0 else strength)[..., None]
        grey = pixels.mean(axis=2, keepdims=True)
        orange = np.array([int(ORANGE[i : i + 2], 16) for i in (1, 3, 5)])
        pixels = (0.6 * grey * (1 - strength) + strength * orange).astype(np.uint8)
    tall, wide = pixels.shape[:2]
    scale = side / max(tall, wide)
    box = ""
    if watch.cover:
        row, column = watch.corner
        hidden = watch.cover * scale
        place = f'x="{column * scale:g}" y="{row * scale:g}" width="{hidden:g}" height="{hidden:g}" fill="none"'
        box = f'<rect {place} stroke="white" stroke-width="4"/>'
        box += f'<rect {place} stroke="black" stroke-width="2" stroke-dasharray="4 3"/>'
    return (
        f'<svg role="img" aria-label="{html.escape(text)}" data-tell="cover" width="{wide * scale:g}" '
        f'height="{tall * scale:g}" viewBox="0 0 {wide * scale:g} {tall * scale:g}" '
        'style="max-width:100%;height:auto;cursor:pointer">'
        f'<image href="{png(pixels)}" width="{wide * scale:g}" height="{tall * scale:g}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated"/>{box}</svg>'
    )


def _overlay(watch):
    if watch.over == OVER[1]:
        return watch.network.class_map(watch.pixels, int(_probabilities(watch).argmax()))
    return watch.network.sweep(watch.image) if watch.over == OVER[2] else None


def _over_words(watch):
    over = _overlay(watch)
    if over is None:
        return (
            "No class activation map: it needs a network that ends in global average pooling and at most one "
            "Dense layer."
        )
    name = _name(watch.network, int(_probabilities(watch).argmax()))
    if watch.over == OVER[1]:
        row, column = np.unravel_index(over.argmax(), over.shape)
        return (
            f"Orange is where {name} comes from, in a map of {over.shape[0]}×{over.shape[1]}: most at row {row}, "
            f"column {column}, {signed(over.max())}; least {signed(over.min())}."
        )
    row, column = (int(place) * _STEP for place in np.unravel_index(over.argmax(), over.shape))
    return (
        f"Orange is where a grey square of {_SWEEP}×{_SWEEP} pixels takes most from the answer: at row {row}, "
        f"column {column}, {100 * over.max():.0f} points. {int((over > 0.1).sum())} of {over.size} places take "
        "more than 10."
    )


def _bars(watch):
    answer, before = _probabilities(watch), watch.network.answers[watch.image]
    if len(answer) > 12:
        shown = np.argsort(-answer, kind="stable")[:12]
    else:
        shown = range(len(answer))
    lines = []
    for number in shown:
        was = f"<td>was {before[number]:.1%}</td>" if watch.cover else ""
        lines.append(
            f'<tr><td class="left">{html.escape(_name(watch.network, number))}</td><td class="left">'
            f'<svg width="140" height="12" aria-hidden="true"><rect width="{140 * answer[number]:.1f}" '
            f'height="12" fill="{BLUE}"/></svg></td><td>{answer[number]:.1%}</td>{was}</tr>'
        )
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


def _card(watch, stage):
    maps = watch.maps(stage)
    count = maps.shape[2]
    few = most_active(maps)[:FEW]
    rest = f", {count - FEW} more" if count > FEW else ""
    size = "×".join(map(str, watch.values[watch.stages[stage][-1]].shape))
    style = f"box-shadow:inset 0 -3px {BLUE};" if stage == watch.stage else ""
    return (
        f'<div data-tell="stage {stage}" style="cursor:pointer;padding:0 0 5px;{style}">'
        f"<div><b>{html.escape(_title(watch, stage))}</b></div>"
        f'<div class="muted">{size}{rest}; up to {signed(np.abs(maps).max())}</div>'
        f"{_sheet(maps, few, 5, _TILE, None)}</div>"
    )


def _sheet(maps, order, columns, tile, mark, label=""):
    """Return maps in rows, as one raster; with a number under each where one is marked."""
    scale = float(np.abs(maps).max())
    under = 13 if mark is not None else 0
    rows = -(-len(order) // columns)
    columns = min(columns, len(order))
    down, across = (max(1, round(tile * n / max(maps.shape[:2]))) for n in maps.shape[:2])
    if max(maps.shape[:2]) == 1:
        down = across = tile // 2
    picked = (np.arange(down) * maps.shape[0] // down)[:, None], np.arange(across) * maps.shape[1] // across
    tall, wide = rows * (down + under + _GAP), columns * (across + _GAP)
    raster = np.zeros((tall, wide, 4), np.uint8)
    words = ""
    for number, channel in enumerate(order):
        top, left = number // columns * (down + under + _GAP), number % columns * (across + _GAP)
        raster[top : top + down, left : left + across] = diverging(maps[..., channel][picked], scale)
        if mark is not None:
            words += f'<text x="{left + across / 2:g}" y="{top + down + 11}" text-anchor="middle" '
            words += f'style="font-size:11px">{channel}</text>'
            if channel == mark:
                box = f'<rect x="{left + 1}" y="{top + 1}" width="{across - 2}" height="{down - 2}" fill="none" '
                words += f'{box}stroke="black" stroke-width="3"/>{box}stroke="{ORANGE}" stroke-width="1.5"/>'
    name = f'role="img" aria-label="{html.escape(label)}" data-tell="map"' if label else 'aria-hidden="true"'
    return (
        f'<svg {name} width="{wide}" height="{tall}" viewBox="0 0 {wide} {tall}" '
        'style="max-width:100%;height:auto">'
        f'<image href="{png(raster)}" width="{wide}" height="{tall}"/>{words}</svg>'
    )


def diverging(values, largest):
    """Return values as colours: white at 0, blue above, vermillion below, opaque.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, columns)
    largest : float
        The distance from 0 that gets the full colour.

    Returns
    -------
    numpy.ndarray
        uint8, shape (rows, columns, 4).
    """
    share = np.clip(np.abs(values) / largest if largest else np.zeros(values.shape), 0, 1)[..., None]
    ends = [np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) for colour in (BLUE, VERMILLION)]
    colour = np.where(values[..., None] >= 0, *ends)
    shown = 255 * (1 - share) + share * colour
    return np.concatenate([shown, np.full((*values.shape, 1), 255)], axis=2).astype(np.uint8)


def png(pixels):
    """Return pixels as the address of a PNG."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


# The second level.


def layout(watch):
    """Return the maps on the layer's page in their order, and how many stand in a row."""
    maps = watch.maps()
    return most_active(maps)[:MANY], 16 if maps.shape[2] > 64 else 12


def _layer(watch):
    maps, row = watch.maps(), watch.row
    order, columns = layout(watch)
    text = layer_words(watch)
    tile = 40 if columns == 16 else 54
    left = f"<p class='muted'>{maps.shape[2] - MANY} more maps are less active; Map reaches them.</p>"
    folded_in = [watch.network.activations.ledger[place].name for place in watch.stages[watch.stage][1:]]
    facts = [
        ("output", in_words_shape(row.output_shape)), ("receptive field", pair(row.receptive_field)),
        ("jump", pair(row.jump)), ("parameters", f"{row.parameters:,}" if row.parameters is not None else "?"),
        ("MACs", f"{row.macs:,}" if row.macs is not None else "?"),
        ("zeros", f"{(zeros(watch)[1] == 0).mean():.0%}"),
    ]  # fmt: skip
    table = "".join(f"<th>{name}</th>" for name, _ in facts), "".join(f"<td>{value}</td>" for _, value in facts)
    return Rendered(
        styled(
            f"<table><thead><tr>{table[0]}</tr></thead><tbody><tr>{table[1]}</tr></tbody></table>",
            paragraph(f"Folded in: {', '.join(folded_in)}.", "muted") if folded_in else "",
            '<div style="display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start;margin-top:8px">',
            _field(watch, text, 190),
            f"<div>{_map(watch, 190)}</div></div>",
            paragraph(f"{_SCALE} The most active map comes first; the numbers are the channels.", "muted"),
            _sheet(maps, order, columns, tile, watch.channel, text),
            left if maps.shape[2] > MANY else "",
        ),
        text,
    )


def zeros(watch):
    """Return the row of the layer whose output holds most zeros, such as that with the ReLU, and that output."""
    rows = watch.stages[watch.stage]
    row = max(rows, key=lambda row: (watch.values[row] == 0).mean())
    found = watch.values[row]
    return watch.network.activations.ledger[row], found if found.ndim == 3 else found.reshape(1, 1, -1)


def layer_words(watch):
    """Return what a layer's maps hold, in three sentences."""
    maps, channel = watch.maps(), watch.channel
    row, at_most = zeros(watch)
    dead = int((at_most == 0).all(axis=(0, 1)).sum())
    values = maps[..., channel]
    empty = f", and {counted(dead, 'map')} {'is' if dead == 1 else 'are'} 0 everywhere" if dead else ""
    last = watch.network.activations.ledger[watch.stages[watch.stage][-1]]
    where = f"Out of {row.name}" if last is not row else "Out of it"
    zero = (at_most[..., channel] == 0).mean()
    return (
        f"{_title(watch, watch.stage)}: {counted(maps.shape[2], 'map')} of {maps.shape[0]}×{maps.shape[1]}. "
        f"{where}, {(at_most == 0).mean():.0%} of all values are 0{empty}; of map {channel}, {zero:.0%}. "
        f"As shown, map {channel} goes from {signed(values.min())} to {signed(values.max())}."
    )


def look(watch):
    """Return the unit as the field viewer looks from it."""
    rows = watch.stages[watch.stage]
    return Look(watch.network.activations.ledger, watch.pixels, rows[-1], watch.unit)


def _field(watch, text, side):
    looking = look(watch)
    return scene(looking, visible(looking), text, side)


def _map(watch, side):
    """Return one map, large, with the unit marked."""
    values = watch.maps()[..., watch.channel]
    scale = side / max(values.shape)
    tall, wide = (n * scale for n in values.shape)
    row, column = watch.unit
    cell = max(scale, 4)
    mark = f'x="{column * scale:g}" y="{row * scale:g}" width="{cell:g}" height="{cell:g}" fill="none"'
    raster = png(diverging(values, float(np.abs(watch.maps()).max())))
    return (
        f'<div class="muted">map {watch.channel}: {values.shape[0]}×{values.shape[1]} units</div>'
        f'<svg width="{wide + 4:g}" height="{tall + 4:g}" viewBox="-2 -2 {wide + 4:g} {tall + 4:g}" '
        f'aria-hidden="true" data-tell="unit" style="cursor:pointer">'
        f'<image href="{raster}" width="{wide:g}" height="{tall:g}" '
        'preserveAspectRatio="none" style="image-rendering:pixelated"/>'
        f'<rect width="{wide:g}" height="{tall:g}" fill="none" stroke="var(--jp-border-color1, #bbb)"/>'
        f'<rect {mark} stroke="black" stroke-width="3.5"/>'
        f'<rect {mark} stroke="{ORANGE}" stroke-width="1.8"/></svg>'
    )


# The third level.


def _unit(watch):
    try:
        steps = steps_of(watch)
    except LayerError as why:
        text = f"{why}."
        return Rendered(styled(paragraph(text, "wrong"), _field(watch, text, 220)), text)
    text = unit_words(watch, steps)
    marks, height = unit_scene(steps)
    lines = "".join(f"<div>{html.escape(line)}</div>" for line in spelt_out(steps))
    every = f"<details><summary>Every product</summary>{lines}</details>" if lines else ""
    return Rendered(
        styled(
            '<div style="display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start">',
            _field(watch, text, 220),
            f"<div>{_map(watch, 190)}</div></div>",
            svg(marks, WIDTH, height, in_words(steps)),
            every,
        ),
        text,
    )


def unit_words(watch, steps):
    """Return the unit's value, and Keras's, in a sentence."""
    value, theirs = steps[-1][1].value, float(watch.maps()[(*watch.unit, watch.channel)])
    apart = abs(value - theirs)
    close = apart < 1e-4 * max(1, abs(theirs))
    # By how much they differ depends on the machine that runs Keras.
    how_far = "they differ by float32 rounding at most" if close else f"{signed(apart)} apart"
    return (
        f"Unit ({watch.unit[0]}, {watch.unit[1]}) of map {watch.channel} of {_title(watch, watch.stage)} is "
        f"{signed(value, 4)} by its numbers, and Keras gives {signed(theirs, 4)}: {how_far}."
    )
