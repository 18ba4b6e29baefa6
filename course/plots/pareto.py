"""Which networks nothing beats at their price: accuracy against parameters, MACs or processor time."""

from typing import NamedTuple

from course import BUDGET
from course.plots.axes import sample
from course.plots.marks import apart
from course.plots.picture import (
    DPI,
    INK,
    LINES,
    MUTED,
    SMALL,
    WIDTH,
    Picture,
    counted,
    darker,
    listed,
    plot,
    text_width,
)
from course.table import Table

_AGAINST = {"parameters": "parameters", "macs": "MACs for one image", "cpu_seconds": "CPU seconds of training"}
_MANTISSAS = ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5, 7), (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9))
_LINE, _LEFT, _NAMES, _UNDER, _ABOVE = 17, 58, 254, 46, 46  # pixels on the page
_LEAST = 300
_TICK = 74
_DOTTED = (0, (2, 3))
_BELOW = 10  # points under the median of all: what no one asks about, and would flatten the rest


@plot
def pareto(places, against="parameters", title=None):
    """Draw accuracy against a price, and the front: what no network of that price or less is better than.

    Images of several kinds may be in one picture if all are real; each kind has its own front.

    Parameters
    ----------
    places : sequence of course.challenge.Place
        All of one protocol. Public submissions are dots without a name, all others are named; entries have a
        star.
    against : str
        "parameters", "macs" or "cpu_seconds"; a place that does not know it is left out.

    Raises
    ------
    ValueError
        When nothing is left to draw, or what is to be drawn can't be compared.
    """
    if against not in _AGAINST:
        raise ValueError(f"against is {against!r}; it must be one of {listed(map(repr, _AGAINST))}.")
    if len({place.protocol for place in places}) > 1:
        raise ValueError("These places are of several protocols: draw a picture for each.")
    kinds = list(dict.fromkeys(place.images for place in places))
    if len(kinds) > 1 and not all(images.startswith("CIFAR-10") for images in kinds):
        raise ValueError(f"{listed(kinds)} can't be compared: draw a picture for each.")
    known = [
        _Dot(place.name, price, 100 * place.accuracy, place.images, place.source, place.own)
        for place in places
        if (price := getattr(place, against)) is not None
    ]
    if not known:
        raise ValueError(f"No place here says its {_AGAINST[against]}.")
    fronts = {images: front for images in kinds if (front := _front(dot for dot in known if dot.images == images))}
    headings = "network", _AGAINST[against], "accuracy (%)", "images", "source", "on the front"
    rows = [(*dot[:-1], "yes" if dot in fronts[dot.images] else "no") for dot in known]
    table = Table(headings, rows, formats={headings[1]: ",.0f", headings[2]: ".2f"})
    named = sorted((dot for dot in known if not dot.public), key=lambda dot: -dot.accuracy)
    height = max(_LEAST, _LINE * len(named))
    drawn, said = _drawn(known, fronts), f"Accuracy after the last epoch; {places[0].protocol}."
    if left_out := len(places) - len(known):
        said += f" {counted(left_out, 'network')} left out: {_AGAINST[against]} not known."
    values = [dot.accuracy for dot in drawn]
    if low_ones := len(known) - len(drawn):
        said += f" {counted(low_ones, 'public submission')} below {min(values):.1f} % not drawn."
    picture = Picture(height + _UNDER + _ABOVE, title or _finding(known, fronts, against), said, table=table)
    axes = _axes(picture, height)
    low, high = _limits([dot.price for dot in drawn])
    room = max(0.06 * (max(values) - min(values)), 0.5)
    axes.set(
        xscale="log", xlim=(low, high), ylim=(min(values) - room, max(values) + room),
        xlabel=f"{_AGAINST[against]} (logarithmic)", ylabel="accuracy (%)",
    )  # fmt: skip
    axes.grid()
    axes.minorticks_off()
    ticks = _ticks(low, high, WIDTH - _LEFT - _NAMES)
    axes.set_xticks(ticks, [_short(tick) for tick in ticks])
    colours = dict(zip(fronts, LINES, strict=False))
    for images, colour in colours.items():
        _draw(axes, [dot for dot in drawn if dot.images == images], fronts[images], colour)
    budget = against == "parameters" and low < BUDGET < high
    if budget:
        axes.axvline(BUDGET, color=MUTED, linewidth=1, linestyle=_DOTTED, zorder=1)
    _name(axes, named, height, colours)
    _legend(axes, known, colours, budget)
    told = [_told([dot for dot in known if dot.images == images], front) for images, front in fronts.items()]
    told += [f"{dot.name}: {_price(dot, against)}, {dot.accuracy:.2f} %." for dot in named]
    picture.describe(f"Scatter plot of accuracy against {_AGAINST[against]}", *told)
    return picture


class _Dot(NamedTuple):
    """A row of the table, but for its last cell."""

    name: str
    price: float
    accuracy: float  # in per cent
    images: str
    source: str
    own: bool

    @property
    def public(self):
        return self.source == "public submission"


def _front(places):
    """Return the places that none of the same price or less is better than, the cheapest first."""
    front = []
    for place in sorted(places, key=lambda dot: (dot.price, -dot.accuracy)):
        if not front or place.accuracy > front[-1].accuracy:
            front.append(place)
    return front


def _drawn(places, fronts):
    """Return the places without those public submissions that are far below the others."""
    floor = sorted(dot.accuracy for dot in places)[len(places) // 2] - _BELOW
    kept = {dot for front in fronts.values() for dot in front}
    return [dot for dot in places if dot in kept or not dot.public or dot.accuracy >= floor]


def _axes(picture, height):
    """Return axes with a column of names at their right."""
    picture.set_layout_engine("none")
    whole = picture.get_figheight() * DPI
    return picture.add_axes((_LEFT / WIDTH, _UNDER / whole, 1 - (_LEFT + _NAMES) / WIDTH, height / whole))


def _limits(prices):
    room = max((max(prices) / min(prices)) ** 0.05, 1.08)
    return min(prices) / room, max(prices) * room


def _ticks(low, high, width):
    """Return round numbers between two limits, as many as have room."""
    found = []
    for mantissas in _MANTISSAS:
        powers = range(-2, 16)
        fine = [m * 10**power for power in powers for m in mantissas if low <= m * 10**power <= high]
        apart = width / max(1, len(fine))
        if len(fine) < 2 or apart >= _TICK:
            found = fine or found
    return found


def _short(value):
    for size, letter in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if value >= size:
            return f"{value / size:g}{letter}"
    return f"{value:g}"


def _draw(axes, places, front, colour):
    if len(places) > 1:
        xs, ys = ([getattr(dot, what) for dot in front] for what in ("price", "accuracy"))
        axes.step([*xs, axes.get_xlim()[1]], [*ys, ys[-1]], where="post", color=colour, linewidth=1.6, zorder=2)
    for dot in places:
        axes.plot(dot.price, dot.accuracy, color=colour, linestyle="none", **_mark(dot), zorder=4)


def _mark(dot):
    if dot.own:
        return {"marker": "*", "markersize": 15, "markeredgecolor": INK, "markeredgewidth": 0.8}
    return {"marker": "o", "markersize": 3.5, "alpha": 0.7} if dot.public else {"marker": "D", "markersize": 6}


def _name(axes, places, height, colours):
    """Write names in a column at the right, each with a line to its place."""
    low, high = axes.get_ylim()
    # From the top, so that where it is crowded the best stay at their place.
    downs = apart([height * (high - dot.accuracy) / (high - low) for dot in places], _LINE, high=height)
    for dot, down in zip(places, downs, strict=True):
        weight, y = "bold" if dot.own else "normal", 1 - down / height
        at = axes.transLimits.transform(axes.transScale.transform((dot.price, dot.accuracy)))
        axes.plot(
            [at[0], 1.025], [at[1], y], transform=axes.transAxes, color=MUTED, linewidth=0.5, zorder=1.5,
            clip_on=False,
        )  # fmt: skip
        axes.text(
            1.03, y, _fitting(dot.name, f"  {dot.accuracy:.2f} %", weight), transform=axes.transAxes, va="center",
            size=SMALL, weight=weight, color=darker(colours[dot.images]),
        )  # fmt: skip


def _fitting(name, accuracy, weight):
    """Return a name and its accuracy, the name cut where the column is too narrow for it."""
    cut = name
    while text_width(cut + accuracy, SMALL, weight) > _NAMES - 24 and len(cut) > 1:
        cut = f"{cut.removesuffix('…')[:-1]}…"
    return cut + accuracy


def _legend(axes, places, colours, budget):
    handles = [
        sample(f"{images}, and its front", colour, linestyle="solid", linewidth=1.6, marker="D", markersize=6)
        for images, colour in colours.items()
    ]
    if public := [dot for dot in places if dot.public]:
        handles.append(sample("public submission", colours[public[0].images], **_mark(public[0])))
    if any(dot.own for dot in places):
        handles.append(sample("entry", MUTED, marker="*", markersize=12))
    if budget:
        handles.append(sample("the budget", MUTED, linewidth=1, linestyle=_DOTTED))
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-_LEFT / (WIDTH - _LEFT - _NAMES) + 0.01, 1.01),
        ncols=3, borderaxespad=0, columnspacing=1.4, handlelength=1.8,
    )  # fmt: skip


def _price(dot, against):
    return f"{dot.price:,.0f} {_AGAINST[against].split(' for ')[0].split(' of ')[0]}"


def _finding(known, fronts, against):
    own = [dot for dot in known if dot.own]
    best = max(own or known, key=lambda dot: dot.accuracy)
    rivals = [dot for dot in known if dot.images == best.images and dot is not best]
    said = f"{best.name} ends at {best.accuracy:.2f} % with {_price(best, against)}"
    as_cheap = [dot for dot in rivals if dot.price <= best.price]
    better = [dot for dot in as_cheap if dot.accuracy > best.accuracy]
    if not rivals:
        return said
    alike = "as small" if against == "parameters" else "as cheap"
    where = " on the same images" if len(fronts) > 1 else ""
    if not as_cheap:
        return f"{said}, the fewest{where}"
    if not better:
        return f"{said}, and nothing {alike}{where} is better"
    are = "is" if len(better) == 1 else "are"
    return f"{said}; {len(better)} of {len(as_cheap)} {alike}{where} {are} better"


def _told(places, front):
    accuracies, prices = [dot.accuracy for dot in places], [dot.price for dot in places]
    each = listed(f"{dot.name} ({dot.price:,.0f}, {dot.accuracy:.2f} %)" for dot in front)
    return (
        f"{places[0].images}: {counted(len(places), 'network')}, from {min(prices):,.0f} to {max(prices):,.0f} "
        f"and from {min(accuracies):.2f} to {max(accuracies):.2f} %. Front: {each}."
    )
