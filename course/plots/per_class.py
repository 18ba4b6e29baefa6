"""Which classes a network finds hard."""

from math import isnan

from course import evaluation
from course.plots.picture import (
    FAINT,
    INK,
    LINES,
    MARGIN,
    SMALL,
    TEXT,
    WIDTH,
    Picture,
    darker,
    in_house_style,
    text_width,
)
from course.plots.several import few, names_of, sources_of

_LINE = 17  # pixels on the page, for a run's dot
_GAP = 9
_MARKERS = "osD"


@in_house_style
def per_class(runs, title=None):
    """Draw the accuracy on the test images of each class, the hardest class of all runs together on top.

    Parameters
    ----------
    runs : course.runs.Run or list of Run
        Three at most, with predictions for the same classes.
    title : str, optional
        Instead of the hardest and the easiest class.

    Returns
    -------
    Picture
        760 pixels wide; accuracy in per cent, with a standard error either side.

    Raises
    ------
    ValueError
        When there is no run or more than three, one has no predictions, or their classes differ.
    """
    runs = few(runs)
    found = {name: evaluation.per_class(run) for name, run in zip(names_of(runs), runs, strict=True)}
    classes = [[one.name for one in each] for each in found.values()]
    if any(names != classes[0] for names in classes):
        raise ValueError("These runs tell different classes apart: draw those of one set of images together.")
    tested = [i for i in range(len(classes[0])) if not any(isnan(each[i].accuracy) for each in found.values())]
    order = sorted(tested, key=lambda i: sum(each[i].accuracy for each in found.values()))
    title = title or _finding(found, order)

    row = len(found) * _LINE + _GAP
    picture = Picture(
        len(order) * row + 64,
        title,
        f"Accuracy by class, hardest on top. Bars: one standard error. {sources_of(runs)}",
    )
    axes = picture.add_subplot()
    labels = []
    for place, (name, each) in enumerate(found.items()):
        colour = LINES[place]
        for position, i in enumerate(order):
            value, error = 100 * each[i].accuracy, 100 * each[i].standard_error
            y = position * row + (place - (len(found) - 1) / 2) * _LINE
            axes.plot([value - error, value + error], [y, y], color=colour, linewidth=1.6)
            axes.plot(value, y, color=colour, marker=_MARKERS[place], markersize=5.5)
            # The first row's labels say which run is which.
            text = f"{value:.1f} %" + (f"  {name}" if position == 0 else "")
            labels.append((text, value + error))
            axes.annotate(
                text, (value + error, y), (5, 0), textcoords="offset points", va="center", size=SMALL,
                color=darker(colour), weight="bold" if position == 0 else "normal",
            )  # fmt: skip
    axes.set_yticks([position * row for position in range(len(order))], [classes[0][i] for i in order], size=TEXT)
    axes.set_ylim((len(order) - 0.5) * row, -0.5 * row)
    for position in range(1, len(order)):
        axes.axhline((position - 0.5) * row, color=FAINT, linewidth=0.8, zorder=0)
    lowest = min(100 * (each[i].accuracy - each[i].standard_error) for each in found.values() for i in order)
    wide = WIDTH - 2 * MARGIN - max(text_width(classes[0][i], TEXT) for i in order) - 20
    axes.set_xlim(*_limits(lowest, labels, wide))
    axes.set_xticks([tick for tick in range(0, 101, 10) if tick >= axes.get_xlim()[0]])
    axes.set_xlabel("accuracy on the test images of the class (%)", color=INK)
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    picture.alt = f"Dot plot of accuracy by class. {title}. " + " ".join(
        f"{name}: {', '.join(f'{each[i].name} {100 * each[i].accuracy:.1f} %' for i in order)}."
        for name, each in found.items()
    )
    return picture


def _limits(lowest, labels, wide):
    """Return the ends of the axis, so that each (text, place left of it) has room on `wide` pixels."""
    low = max(0, 5 * (lowest // 5) - 5)
    high = 100
    for text, value in labels:
        room = wide - text_width(text, SMALL, "bold") - 12
        high = max(high, low + (value - low) * wide / max(room, wide / 4))
    return low, high


def _finding(found, order):
    hardest, easiest = order[0], order[-1]
    each = list(found.values())
    low, high = ([100 * one[i].accuracy for one in each] for i in (hardest, easiest))
    whose = f" for {next(iter(found))}" if len(found) == 1 else " for these runs together"
    return (
        f"{each[0][hardest].name} is the hardest class{whose}, at {_span(low)}; "
        f"{each[0][easiest].name} the easiest, at {_span(high)}"
    )


def _span(values):
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return f"{low} %" if low == high else f"{low} to {high} %"
