"""What several pictures draw alike: bars in rows, texts beside what they name, samples for a legend, epochs."""

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from course.plots.picture import BLUE, INK, MARGIN, SMALL, TEXT, WIDTH, text_width, wrapped

DASHED = (0, (4, 3))
QUARTILES = "lower quartile", "upper quartile"


def beside(axes, text, place, right=5, up=0, **style):
    """Write a text so many points right of a place and above it."""
    style = {"va": "center", "size": SMALL, "color": INK, **style}
    return axes.annotate(text, place, (right, up), textcoords="offset points", **style)


def hbars(
    axes, names, values, ends, colours=BLUE, panels=1, size=TEXT, places=None, ticks=None, scale=True, **each
):
    """Draw a bar for each row, the first on top, with a text at its end that has room.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    names : list of str
        One for each tick.
    values : list of float
        How long the bars are; one that is None is not drawn.
    ends, colours : list of str
        A text and a colour for each bar; one colour may be for all.
    panels : int
        How many axes share the picture's width.
    size : float
        Points of the names.
    places, ticks : list of float, optional
        How far down bars and names are, if not at 0, 1, 2, ...
    scale : bool
        Whether the axis is numbered.
    **each : list
        Of the texts, such as weight, and the `start` of those that do not begin at the end: one for each bar.
    """
    places = range(len(values)) if places is None else places
    drawn = [0 if value is None else value for value in values]
    colours = [colours] * len(ends) if isinstance(colours, str) else colours
    for i, (value, end, place, colour) in enumerate(zip(values, ends, places, colours, strict=True)):
        if value is not None:
            axes.barh(place, value, height=0.7, color=colour)
        style = {what: one[i] for what, one in each.items()}
        beside(axes, end, (style.pop("start", drawn[i]), place), **style)
    names = ["\n".join(wrapped(name, 0.3 * WIDTH, size)) for name in names]
    axes.set_yticks(places if ticks is None else ticks, names, size=size)
    aside = max(text_width(line, size) for name in names for line in name.split("\n"))
    starts = each.get("start", drawn)
    axes.set(
        ylim=(places[-1] + 0.5, places[0] - 0.5),
        xlim=(0, room_for(ends, starts, (WIDTH - 2 * MARGIN - aside - 20) / panels) or 1),
    )
    axes.tick_params(left=False)
    axes.xaxis.get_major_locator().set_params(steps=[1, 2, 5, 10])
    if not scale:
        axes.tick_params(bottom=False, labelbottom=False)
        axes.spines["bottom"].set_visible(False)


def room_for(texts, places, wide, low=0):
    """Return where an axis of so many pixels must end, for texts that begin at places on it to have room."""
    rooms = [wide - text_width(text, SMALL, "bold") - 12 for text in texts]
    return max(low + (x - low) * wide / max(room, wide / 4) for x, room in zip(places, rooms, strict=True))


def epochs(axes, last, ticks=12):
    """Make the horizontal axis one of epochs, which count from 1."""
    axes.set(xlabel="epoch", xlim=(max(0.5, 1 - 0.02 * last) if last > 1 else 0.5, 1.02 * last))
    axes.xaxis.set_major_locator(MaxNLocator(ticks, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def sample(label, colour=INK, **style):
    """Return an entry of a legend: a line, or a mark where there is no line."""
    style = {"linestyle": "none" if "marker" in style else "solid"} | style
    return Line2D([], [], label=label, color=colour, **style)


def by_epoch(curves):
    """Return a table's rows from lists of (epochs, values), a row an epoch, "" where nothing was measured."""
    found = [dict(zip(map(int, epochs), values, strict=True)) for epochs, values in curves]
    every = sorted(set().union(*found))
    return [(epoch, *(each.get(epoch, "") for each in found)) for epoch in every]


def dots(axes, x, y, colour, **style):
    """Draw marks that no line joins, whole also at the edge of the axes."""
    return axes.plot(x, y, color=colour, linestyle="none", clip_on=False, **{"marker": "o", "zorder": 3} | style)
