"""How close separable layers come to a kernel."""

from itertools import cycle, zip_longest

from course.plots.picture import INK, LINES, TEXT, Picture, listed, plot
from course.separable import fit_errors
from course.table import Table


@plot
def fit_curve(kernels, title=None):
    """Draw how far the closest separable layer is from a kernel, against the depth multiplier.

    Parameters
    ----------
    kernels : dict of str to array, shape (kh, kw, C, N)
        By what to call them.

    Raises
    ------
    ValueError
        When there is none, or one is no kernel.
    """
    if not kernels:
        raise ValueError("There is no kernel to fit: pass at least one.")
    errors = zip_longest(*(100 * fit_errors(kernel) ** 2 for kernel in kernels.values()), fillvalue="")
    headings = "depth multiplier", *kernels
    rows = [(multiplier, *missed) for multiplier, missed in enumerate(errors, start=1)]
    table = Table(headings, rows, formats=".1f")
    picture = Picture(
        260,
        title or _finding(headings[1], table.column(headings[1])),
        "Squares of the differences over the squares of the weights, by least squares.",
        table=table,
    )
    axes = picture.add_subplot()
    for name, colour, mark in zip(kernels, cycle(LINES), cycle("osD^v"), strict=False):
        values = table.column(name)
        axes.plot(
            range(1, len(values) + 1), values, color=colour, marker=mark, markersize=5, linewidth=2,
            label=f"{name}: {values[0]:.0f} % with one", clip_on=False,
        )  # fmt: skip
    most = len(rows)
    axes.set(
        xlim=(0.7, most + 0.3), ylim=(0, 104), xticks=range(1, most + 1, -(-most // 12)),
        xlabel="depth multiplier: kernels for each channel", ylabel="missed (% of squared weights)",
    )  # fmt: skip
    # Every curve falls to the right.
    axes.legend(fontsize=TEXT, loc="upper right", labelcolor=INK)
    picture.describe("Line chart", *(
        f"{name}: {listed(f'{value:.0f} % at {m}' for m, value in enumerate(table.column(name), start=1))}."
        for name in kernels
    ))  # fmt: skip
    return picture


def _finding(name, errors):
    # What is separable leaves a rounding error, not 0.
    enough = next(m for m, error in enumerate(errors, start=1) if error < 1e-8)
    if enough == 1:
        return f"{name}: with one kernel a channel a separable layer misses nothing"
    return (
        f"{name}: with one kernel a channel the closest separable layer misses {errors[0]:.0f} % of "
        f"the squared weights; with {enough}, nothing"
    )
