"""What is left of a network's accuracy when something happens to the images."""

from course.data.disturbed import UNITS
from course.plots.picture import INK, LINES, SMALL, TEXT, Picture, darker, in_house_style, listed


@in_house_style
def robustness(measured, title=None):
    """Draw accuracy against the strength of each disturbance, a line a network.

    Parameters
    ----------
    measured : dict of str to dict
        By network: by kind of `course.data.DISTURBANCES`, a list of (strength, accuracy as a fraction).
        "mirrored" has no strengths to draw, and is left out.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture

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
    rows = -(-len(measured) // 3)
    picture = Picture(
        270 + 22 * rows,
        title or _finding(measured, kinds),
        "Accuracy on the test images, in per cent, after each image was disturbed.",
    )
    grid = picture.subplots(1, len(kinds), sharey=True, squeeze=False)[0]
    for axes, kind in zip(grid, kinds, strict=True):
        places = range(len(strengths[0][kind]))
        for (name, by_kind), colour in zip(measured.items(), LINES, strict=False):
            accuracies = [100 * accuracy for _, accuracy in by_kind[kind]]
            axes.plot(places, accuracies, color=colour, marker="o", markersize=4, linewidth=2, label=name)
        axes.set_title(kind, size=TEXT, color=INK)
        axes.set_xlabel(UNITS[kind].replace(", ", ",\n"), size=SMALL)
        axes.set_xticks(places, [f"{at:g}" for at in strengths[0][kind]])
    grid[0].set_ylim(0, 100)
    grid[0].set_ylabel("accuracy (%)")
    legend = picture.legend(
        *grid[0].get_legend_handles_labels(), loc="outside lower center", ncols=min(len(measured), 3),
        frameon=False, fontsize=TEXT,
    )  # fmt: skip
    for text, colour in zip(legend.get_texts(), LINES, strict=False):
        text.set_color(darker(colour))
    picture.alt = f"Line charts. {picture.title}. " + " ".join(
        f"{name}, {kind} by {listed(f'{at:g}' for at in strengths[0][kind])}: "
        f"{listed(f'{100 * accuracy:.1f}' for _, accuracy in by_kind[kind])} %."
        for name, by_kind in measured.items()
        for kind in kinds
    )
    return picture


def _finding(measured, kinds):
    """Return which disturbance, at its strongest, costs the first network most."""
    name, by_kind = next(iter(measured.items()))
    lost = {kind: 100 * (by_kind[kind][0][1] - by_kind[kind][-1][1]) for kind in kinds}
    worst = max(lost, key=lost.get)
    return f"{name} loses most when images are {worst}: {lost[worst]:.0f} points at the strongest"
