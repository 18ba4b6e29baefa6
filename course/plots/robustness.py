"""What is left of a network's accuracy when something happens to the images."""

from course.data.disturbed import UNITS
from course.plots.picture import INK, LINES, SMALL, TEXT, Picture, darker, listed, plot
from course.table import Table


@plot
def robustness(measured, title=None):
    """Draw accuracy against the strength of each disturbance, a line a network.

    Parameters
    ----------
    measured : dict of str to dict
        By network: by kind of `course.data.DISTURBANCES`, a list of (strength, accuracy as a fraction).
        "mirrored" has no strengths to draw, and is left out.

    Raises
    ------
    ValueError
        When nothing is given, or the networks were not measured alike.
    """
    if not measured:
        raise ValueError("There is no network to draw: pass at least one.")
    strengths = [{kind: [at for at, _ in pairs] for kind, pairs in kinds.items()} for kinds in measured.values()]
    if any(other != strengths[0] for other in strengths):
        raise ValueError("The networks were measured at different strengths: measure them alike.")
    kinds = [kind for kind in strengths[0] if kind != "mirrored"]
    if not kinds:
        raise ValueError("Nothing was measured at more than one strength.")
    rows = [
        (kind, at, *(100 * by_kind[kind][i][1] for by_kind in measured.values()))
        for kind in kinds
        for i, at in enumerate(strengths[0][kind])
    ]
    table = Table(("disturbance", "strength", *measured), rows, formats=dict.fromkeys(measured, ".1f"))
    picture = Picture(
        270 + 22 * -(-len(measured) // 3),
        title or _finding(table),
        "Accuracy on the test images, in per cent, after each image was disturbed.",
        table=table,
    )
    grid = picture.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for axes, kind in zip(grid, kinds, strict=True):
        ats, *columns = _columns(table, kind)
        for name, accuracies, colour in zip(measured, columns, LINES, strict=False):
            axes.plot(accuracies, color=colour, marker="o", markersize=4, linewidth=2, label=name)
        axes.set_title(kind, size=TEXT, color=INK)
        axes.set_xlabel(UNITS[kind].replace(", ", ",\n"), size=SMALL)
        axes.set_xticks(range(len(ats)), [f"{at:g}" for at in ats])
    grid[0].set_ylim(0, 100)
    grid[0].set_ylabel("accuracy (%)")
    legend = picture.legend(
        *grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=min(len(measured), 3),
        fontsize=TEXT,
    )  # fmt: skip
    for text, colour in zip(legend.get_texts(), LINES, strict=False):
        text.set_color(darker(colour))
    columns = {kind: _columns(table, kind) for kind in kinds}
    picture.describe("Line charts", *(
        f"{name}, {kind} by {listed(f'{at:g}' for at in columns[kind][0])}: "
        f"{listed(f'{accuracy:.1f}' for accuracy in columns[kind][place])} %."
        for place, name in enumerate(measured, start=1)
        for kind in kinds
    ))  # fmt: skip
    return picture


def _columns(table, kind):
    """Return the strengths of a disturbance, and each network's accuracies."""
    return list(zip(*(row[1:] for row in table.rows if row[0] == kind), strict=True))


def _finding(table):
    """Return which disturbance, at its strongest, costs the first network most."""
    name, lost = table.headings[2], {}
    for kind in table.column("disturbance"):
        _, accuracies, *_ = _columns(table, kind)
        lost[kind] = accuracies[0] - accuracies[-1]
    worst = max(lost, key=lost.get)
    return f"{name} loses most when images are {worst}: {lost[worst]:.0f} points at the strongest"
