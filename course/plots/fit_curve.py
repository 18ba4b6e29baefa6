"""How close separable layers come to a kernel."""

from itertools import cycle

from course.plots.picture import INK, LINES, TEXT, Picture, in_house_style, listed
from course.separable import fit_errors


@in_house_style
def fit_curve(kernels, title=None):
    """Draw how far the closest separable layer is from a kernel, against the depth multiplier.

    Parameters
    ----------
    kernels : dict of str to array, shape (kh, kw, C, N)
        By what to call them.
    title : str, optional
        Instead of the finding, which is about the first.

    Returns
    -------
    Picture

    Raises
    ------
    ValueError
        When there is none, or one is no kernel.
    """
    if not kernels:
        raise ValueError("There is no kernel to fit: pass at least one.")
    errors = {name: 100 * fit_errors(kernel) ** 2 for name, kernel in kernels.items()}
    title = title or _finding(*next(iter(errors.items())))
    picture = Picture(260, title, "Squares of the differences over the squares of the weights, by least squares.")
    axes = picture.add_subplot()
    for (name, values), colour, mark in zip(errors.items(), cycle(LINES), cycle("osD^v"), strict=False):
        axes.plot(
            range(1, len(values) + 1), values, color=colour, marker=mark, markersize=5, linewidth=2,
            label=f"{name}: {values[0]:.0f} % with one", clip_on=False,
        )  # fmt: skip
    most = max(map(len, errors.values()))
    axes.set(
        xlim=(0.7, most + 0.3), ylim=(0, 104), xticks=range(1, most + 1, -(-most // 12)),
        xlabel="depth multiplier: kernels for each channel", ylabel="missed (% of squared weights)",
    )  # fmt: skip
    # Every curve falls to the right.
    axes.legend(frameon=False, fontsize=TEXT, loc="upper right", labelcolor=INK)
    picture.alt = f"Line chart. {title}. " + " ".join(
        f"{name}: {listed(f'{value:.0f} % at {m}' for m, value in enumerate(values, start=1))}."
        for name, values in errors.items()
    )
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
