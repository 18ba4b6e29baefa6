"""How long the steps of some networks take."""

from course.plots.arguments import checked
from course.plots.axes import QUARTILES, hbars
from course.plots.picture import INK, Picture, counted, in_house_style
from course.table import Table


@in_house_style
@checked
def step_bars(timings, title, subtitle=""):
    """Draw the time of some networks' steps as bars, in their order.

    Parameters
    ----------
    timings : list of course.benchmarks.Timing
    title : str
        The finding.
    subtitle : str
        What was timed, and where.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When there are no timings.
    """
    if not timings:
        raise ValueError("There is no timing to draw: pass those of benchmarks.time_networks().")
    headings = "step", "took", "median (ms)", *QUARTILES
    rows = [(t.name, t.took, *(1000 * seconds for seconds in (t.median, *t.quartiles))) for t in timings]
    table = Table(headings, rows, formats=dict.fromkeys(headings[2:], ".2f"))
    names, took, medians, lower, upper = zip(*table.rows, strict=True)
    picture = Picture(len(rows) * 32 + 46, title, subtitle, table=table)
    axes = picture.add_subplot()
    hbars(axes, names, medians, took, start=upper)
    for place, ends in enumerate(zip(lower, upper, strict=True)):
        axes.plot(ends, [place, place], color=INK, linewidth=1.4)
    images = counted(timings[0].batch, "image")
    axes.set_xlabel(f"time of a step of {images} (ms); lines from lower to upper quartile")
    picture.describe("Bar chart", "; ".join(f"{name}: {text}" for name, text, *_ in table.rows) + ".")
    return picture
