"""Which classes a network finds hard."""

from math import isnan

from course import evaluation
from course.plots.axes import beside, room_for
from course.plots.picture import FAINT, LINES, MARGIN, TEXT, WIDTH, Picture, darker, plot, text_width
from course.plots.several import few, names_of, sources_of
from course.table import Table

_LINE = 17  # pixels on the page, for a run's dot
_GAP = 9
_MARKERS = "osD"


@plot
def per_class(runs, title=None):
    """Draw the accuracy on the test images of each class, the hardest class of all runs together on top.

    Parameters
    ----------
    runs : course.runs.Run or list of Run
        Three at most, with predictions for the same classes.

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
    headings = "class", *(f"{name}{what} (%)" for name in found for what in ("", ", standard error"))
    rows = [
        (classes[0][i], *(100 * v for each in found.values() for v in (each[i].accuracy, each[i].standard_error)))
        for i in order
    ]
    table = Table(headings, rows, formats=".1f")
    row = len(found) * _LINE + _GAP
    picture = Picture(
        len(order) * row + 64,
        title or _finding(found, table),
        f"Accuracy by class, hardest on top. Bars: one standard error. {sources_of(runs)}",
        table=table,
    )
    axes = picture.add_subplot()
    texts, ends, lowest = [], [], 100
    for place, (name, colour) in enumerate(zip(found, LINES, strict=False)):
        for position, cells in enumerate(table.rows):
            value, error = cells[2 * place + 1 : 2 * place + 3]
            lowest = min(lowest, value - error)
            y = position * row + (place - (len(found) - 1) / 2) * _LINE
            axes.plot([value - error, value + error], [y, y], color=colour, linewidth=1.6)
            axes.plot(value, y, color=colour, marker=_MARKERS[place], markersize=5.5)
            # The first row's labels say which run is which.
            texts.append(f"{value:.1f} %" + (f"  {name}" if position == 0 else ""))
            ends.append(value + error)
            weight = "bold" if position == 0 else "normal"
            beside(axes, texts[-1], (ends[-1], y), color=darker(colour), weight=weight)
    names = table.column("class")
    axes.set_yticks([position * row for position in range(len(order))], names, size=TEXT)
    axes.set_ylim((len(order) - 0.5) * row, -0.5 * row)
    for position in range(1, len(order)):
        axes.axhline((position - 0.5) * row, color=FAINT, linewidth=0.8, zorder=0)
    wide = WIDTH - 2 * MARGIN - max(text_width(name, TEXT) for name in names) - 20
    low = max(0, 5 * (lowest // 5) - 5)
    axes.set_xlim(low, max(100, room_for(texts, ends, wide, low)))
    axes.set_xticks([tick for tick in range(0, 101, 10) if tick >= low])
    axes.set_xlabel("accuracy on the test images of the class (%)")
    axes.tick_params(left=False)
    axes.spines["left"].set_visible(False)
    picture.describe("Dot plot of accuracy by class", *(
        f"{name}: {', '.join(f'{cells[0]} {cells[2 * place + 1]} %' for cells in table.texts)}."
        for place, name in enumerate(found)
    ))  # fmt: skip
    return picture


def _finding(found, table):
    (hardest, *low), (easiest, *high) = table.rows[0], table.rows[-1]
    whose = f" for {next(iter(found))}" if len(found) == 1 else " for these runs together"
    low, high = _span(low[::2]), _span(high[::2])
    return f"{hardest} is the hardest class{whose}, at {low}; {easiest} the easiest, at {high}"


def _span(values):
    low, high = f"{min(values):.1f}", f"{max(values):.1f}"
    return f"{low} %" if low == high else f"{low} to {high} %"
