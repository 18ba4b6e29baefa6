"""How long the steps of some networks take."""

from course.plots.picture import (
    BLUE,
    INK,
    SMALL,
    TEXT,
    Picture,
    counted,
    in_house_style,
    wrapped,
)

_NAMES = 230  # pixels on the page


@in_house_style
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
    picture = Picture(len(timings) * 32 + 46, title, subtitle)
    axes = picture.add_subplot()
    for place, timing in enumerate(timings):
        ends = [1000 * s for s in timing.quartiles]
        axes.barh(place, 1000 * timing.median, height=0.62, color=BLUE)
        axes.plot(ends, [place, place], color=INK, linewidth=1.4)
        axes.annotate(
            timing.took, (ends[1], place), (6, 0), textcoords="offset points", va="center",
            size=SMALL, color=INK,
        )  # fmt: skip
    names = ["\n".join(wrapped(timing.name, _NAMES, TEXT)) for timing in timings]
    axes.set_yticks(range(len(timings)), names, size=TEXT)
    axes.set(
        ylim=(len(timings) - 0.5, -0.5), xlim=(0, 1150 * max(t.quartiles[1] for t in timings)),
        xlabel=f"time of a step of {counted(timings[0].batch, 'image')} (ms); lines from lower to upper quartile",
    )  # fmt: skip
    axes.tick_params(left=False)
    picture.alt = f"Bar chart. {title}. {'; '.join(f'{t.name}: {t.took}' for t in timings)}."
    return picture
