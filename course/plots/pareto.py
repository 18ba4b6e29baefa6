"""Which networks nothing beats at their price: accuracy against parameters, MACs or processor time."""

from matplotlib.lines import Line2D

from course.plots.picture import (
    FAINT,
    INK,
    LINES,
    MUTED,
    SMALL,
    WIDTH,
    Picture,
    counted,
    darker,
    in_house_style,
    listed,
    text_width,
)

_AGAINST = {"parameters": "parameters", "macs": "MACs for one image", "cpu_seconds": "CPU seconds of training"}
_MANTISSAS = ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 5, 7), (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9))
_BUDGET = 100_000
_LINE, _LEFT, _NAMES, _UNDER, _ABOVE = 17, 58, 212, 46, 46  # pixels on the page
_LEAST = 300
_TICK = 74
_BELOW = 10  # points under the median of all: what no one asks about, and would flatten the rest


@in_house_style
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
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture

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
    known = [place for place in places if getattr(place, against) is not None]
    if not known:
        raise ValueError(f"No place here says its {_AGAINST[against]}.")
    fronts = {images: _front([p for p in known if p.images == images], against) for images in kinds}
    fronts = {images: front for images, front in fronts.items() if front}
    named = [place for place in known if not _is_dot(place)]
    height = max(_LEAST, _LINE * len(named))
    drawn, said = _drawn(known, fronts), f"Accuracy after the last epoch; {places[0].protocol}."
    if left_out := len(places) - len(known):
        said += f" {counted(left_out, 'network')} left out: {_AGAINST[against]} not known."
    if low_ones := len(known) - len(drawn):
        least = min(100 * place.accuracy for place in drawn)
        said += f" {counted(low_ones, 'public submission')} below {least:.1f} % not drawn."
    picture = Picture(
        height + _UNDER + _ABOVE,
        title or _finding(known, fronts, against),
        said,
    )
    axes = _axes(picture, height)
    low, high = _limits([getattr(place, against) for place in drawn])
    axes.set(xscale="log", xlim=(low, high), xlabel=f"{_AGAINST[against]} (logarithmic)", ylabel="accuracy (%)")
    axes.grid(color=FAINT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.minorticks_off()
    ticks = _ticks(low, high, WIDTH - _LEFT - _NAMES)
    axes.set_xticks(ticks, [_short(tick) for tick in ticks])
    values = [100 * place.accuracy for place in drawn]
    room = max(0.06 * (max(values) - min(values)), 0.5)
    axes.set_ylim(min(values) - room, max(values) + room)
    for colour, (images, front) in zip(LINES, fronts.items(), strict=False):
        _draw(axes, [place for place in drawn if place.images == images], front, against, colour)
    if against == "parameters" and low < _BUDGET < high:
        axes.axvline(_BUDGET, color=MUTED, linewidth=1, linestyle=(0, (2, 3)), zorder=1)
    _name(axes, named, against, height, dict(zip(fronts, LINES, strict=False)))
    _legend(axes, known, fronts, against == "parameters" and low < _BUDGET < high)
    picture.alt = _alt(picture.title, known, fronts, named, against)
    return picture


def _is_dot(place):
    return place.source == "public submission"


def _front(places, against):
    """Return the places that none of the same price or less is better than, the cheapest first."""
    front = []
    for place in sorted(places, key=lambda p: (getattr(p, against), -p.accuracy)):
        if not front or place.accuracy > front[-1].accuracy:
            front.append(place)
    return front


def _drawn(places, fronts):
    """Return the places without those public submissions that are far below the others."""
    floor = 100 * sorted(place.accuracy for place in places)[len(places) // 2] - _BELOW
    kept = {place for front in fronts.values() for place in front}
    return [p for p in places if p in kept or not _is_dot(p) or 100 * p.accuracy >= floor]


def _axes(picture, height):
    """Return axes with a column of names at their right."""
    picture.set_layout_engine("none")
    whole = picture.get_figheight() * 100
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


def _draw(axes, places, front, against, colour):
    if len(places) > 1:
        xs = [getattr(place, against) for place in front]
        ys = [100 * place.accuracy for place in front]
        axes.step([*xs, axes.get_xlim()[1]], [*ys, ys[-1]], where="post", color=colour, linewidth=1.6, zorder=2)
    for place in places:
        axes.plot(getattr(place, against), 100 * place.accuracy, color=colour, **_mark(place), zorder=4)


def _mark(place):
    if place.own:
        return {
            "marker": "*",
            "markersize": 15,
            "markeredgecolor": INK,
            "markeredgewidth": 0.8,
            "linestyle": "none",
        }
    if _is_dot(place):
        return {"marker": "o", "markersize": 3.5, "alpha": 0.7, "linestyle": "none"}
    return {"marker": "D", "markersize": 6, "linestyle": "none"}


def _name(axes, places, against, height, colours):
    """Write names in a column at the right, each with a line to its place."""
    low, high = axes.get_ylim()
    ordered = sorted(places, key=lambda place: -place.accuracy)
    heights = [height * (100 * place.accuracy - low) / (high - low) for place in ordered]
    for i in range(1, len(heights)):
        heights[i] = min(heights[i], heights[i - 1] - _LINE)
    floor = _LINE / 2
    for i in reversed(range(len(heights))):
        heights[i] = max(heights[i], floor)
        floor = heights[i] + _LINE
    for place, y in zip(ordered, heights, strict=True):
        weight = "bold" if place.own else "normal"
        at = axes.transLimits.transform(axes.transScale.transform((getattr(place, against), 100 * place.accuracy)))
        axes.plot(
            [at[0], 1.025], [at[1], y / height], transform=axes.transAxes, color=MUTED, linewidth=0.5, zorder=1.5,
            clip_on=False,
        )  # fmt: skip
        axes.text(
            1.03,
            y / height,
            _fitting(place.name, f"  {100 * place.accuracy:.2f} %", weight),
            transform=axes.transAxes,
            va="center",
            size=SMALL,
            weight=weight,
            color=darker(colours[place.images]),
        )


def _fitting(name, accuracy, weight):
    """Return a name and its accuracy, the name cut where the column is too narrow for it."""
    cut = name
    while text_width(cut + accuracy, SMALL, weight) > _NAMES - 24 and len(cut) > 1:
        cut = f"{cut.removesuffix('…')[:-1]}…"
    return cut + accuracy


def _legend(axes, places, fronts, budget):
    handles = [
        Line2D([], [], color=colour, linewidth=1.6, marker="D", markersize=6, label=f"{images}, and its front")
        for colour, images in zip(LINES, fronts, strict=False)
    ]
    if any(map(_is_dot, places)):
        mark = next(_mark(place) for place in places if _is_dot(place))
        handles.append(Line2D([], [], color=LINES[0], **mark, label="public submission"))
    if any(place.own for place in places):
        handles.append(Line2D([], [], color=MUTED, marker="*", markersize=12, linestyle="none", label="entry"))
    if budget:
        handles.append(Line2D([], [], color=MUTED, linewidth=1, linestyle=(0, (2, 3)), label="the budget"))
    axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-_LEFT / (WIDTH - _LEFT - _NAMES) + 0.01, 1.01),
        ncols=3, fontsize=SMALL, frameon=False, borderaxespad=0, columnspacing=1.4, handlelength=1.8,
    )  # fmt: skip


def _price(place, against):
    return f"{getattr(place, against):,.0f} {_AGAINST[against].split(' for ')[0].split(' of ')[0]}"


def _finding(known, fronts, against):
    own = [place for place in known if place.own]
    best = max(own or known, key=lambda place: place.accuracy)
    rivals = [place for place in known if place.images == best.images and place is not best]
    said = f"{best.name} ends at {100 * best.accuracy:.2f} % with {_price(best, against)}"
    as_cheap = [place for place in rivals if getattr(place, against) <= getattr(best, against)]
    better = [place for place in as_cheap if place.accuracy > best.accuracy]
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


def _alt(title, known, fronts, named, against):
    words = [f"Scatter plot of accuracy against {_AGAINST[against]}. {title}."]
    for images, front in fronts.items():
        those = [place for place in known if place.images == images]
        accuracies, prices = [100 * p.accuracy for p in those], [getattr(p, against) for p in those]
        words.append(
            f"{images}: {counted(len(those), 'network')}, from {min(prices):,.0f} to {max(prices):,.0f} "
            f"and from {min(accuracies):.2f} to {max(accuracies):.2f} %. Front: "
            + listed(f"{p.name} ({getattr(p, against):,.0f}, {100 * p.accuracy:.2f} %)" for p in front)
            + "."
        )
    for place in sorted(named, key=lambda place: -place.accuracy):
        words.append(f"{place.name}: {_price(place, against)}, {100 * place.accuracy:.2f} %.")
    return " ".join(words)
