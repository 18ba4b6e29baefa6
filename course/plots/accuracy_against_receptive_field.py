"""Whether networks can do what their receptive fields allow, and no more."""

from course.plots.picture import (
    BLUE,
    INK,
    MUTED,
    SMALL,
    TEXT,
    VERMILLION,
    Picture,
    counted,
    in_house_style,
    listed,
)

_ROW = 165  # pixels on the page, for a row of panels
_ALLOWED = "#BBBBBB"
_CHANCE, _LEARNT = 50, 95  # per cent


@in_house_style
def accuracy_against_receptive_field(points, title=None):
    """Draw the accuracy of trained networks against their receptive field, beside what the ledger predicts.

    A row of panels for each way to enlarge the field, a panel for each pair of distances. A dot is
    the accuracy of one network on test images, the ring its accuracy on training images; networks
    that differ in the seed share their place. Grey bars are the best accuracy that the ledger
    allows. The dashed line is where a field first spans the two closer dots.

    Parameters
    ----------
    points : list of course.experiments.Point
        What was trained, as `experiments.sweep` and `experiments.load` return it.
    title : str, optional
        Instead of the finding.

    Returns
    -------
    Picture
        760 pixels wide; accuracy in per cent.

    Raises
    ------
    ValueError
        When there is no point.
    """
    points = list(points)
    if not points:
        raise ValueError("There is no point to draw: pass those of experiments.load() or experiments.sweep().")
    ways = list(dict.fromkeys(p.by for p in points))
    distances = sorted({(p.distance_a, p.distance_b) for p in points})
    title = title or _finding(points)
    picture = Picture(
        len(ways) * _ROW + 45,
        title,
        "Dots: test images. Rings: training images. Grey bars: the best that the ledger allows.\n"
        "Dashed: the field that spans the two closer dots. Dotted: guessing.",
    )
    panels = picture.subplots(len(ways), len(distances), sharex=True, sharey=True, squeeze=False)
    said = []
    for row, by in zip(panels, ways, strict=True):
        for axes, pair in zip(row, distances, strict=True):
            here = [p for p in points if (p.by, p.distance_a, p.distance_b) == (by, *pair)]
            _draw(axes, here, min(pair))
            axes.set_title(f"{pair[0]} or {pair[1]} pixels apart, by {by}", size=TEXT, color=INK)
            said.append(_in_words(here, by, pair))
    fields = sorted({p.receptive_field for p in points})
    left = min(fields[0], 1 + min(map(min, distances))) - 1
    panels[0][0].set(xlim=(left, fields[-1] + 1), ylim=(40, 105), xticks=fields, yticks=[50, 75, 100])
    for axes in panels[-1]:
        axes.set_xlabel("receptive field (pixels)")
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy (%)")
    apart = sum(abs(p.train_accuracy - p.test_accuracy) > 0.05 for p in points)
    said.append(
        f"Training and test accuracy differ by more than 5 points in {apart} of {counted(len(points), 'network')}."
    )
    picture.alt = f"Dot plots of accuracy against receptive field. {title}. {' '.join(filter(None, said))}"
    return picture


def _finding(points):
    """Return the default title: how networks that see too little did, and the others."""
    blind = [100 * p.test_accuracy for p in points if 100 * p.predicted == _CHANCE]
    able = [100 * p.test_accuracy for p in points if p.predicted == 1]
    parts = []
    if blind:
        networks = counted(len(blind), "network")
        parts.append(f"where no unit sees both dots, {networks} reached {max(blind):.1f} % at most")
    if able:
        learnt = sum(accuracy > _LEARNT for accuracy in able)
        parts.append(f"where one always does, {learnt} of {len(able)} exceeded {_LEARNT} %")
    finding = "; ".join(parts) or "Units see both dots in some places only"
    return finding[0].upper() + finding[1:]


def _draw(axes, points, distance):
    axes.axhline(_CHANCE, color=MUTED, linewidth=0.8, linestyle="dotted", zorder=1)
    axes.axvline(distance + 1, color=INK, linewidth=1.2, linestyle=(0, (4, 3)), zorder=1)
    axes.annotate(
        f"{distance} + 1", (distance + 1, 41), (3, 0), textcoords="offset points", size=SMALL, va="bottom"
    )
    for field, allowed in dict.fromkeys((p.receptive_field, 100 * p.predicted) for p in points):
        axes.plot([field - 0.7, field + 0.7], [allowed, allowed], color=_ALLOWED, linewidth=5, zorder=2)
    fields = [p.receptive_field for p in points]
    dots = {"linestyle": "none", "marker": "o", "clip_on": False, "zorder": 3}
    axes.plot(fields, [100 * p.test_accuracy for p in points], markersize=4, color=BLUE, **dots)
    axes.plot(
        fields, [100 * p.train_accuracy for p in points], markersize=8, color=VERMILLION, fillstyle="none",
        markeredgewidth=1.2, **dots,
    )  # fmt: skip


def _in_words(points, by, pair):
    if not points:
        return ""
    fields = sorted({p.receptive_field for p in points})
    each = listed(f"{_shown([p for p in points if p.receptive_field == field])} at {field}" for field in fields)
    return f"By {by}, dots {pair[0]} or {pair[1]} pixels apart: test accuracy {each}."


def _shown(points):
    accuracies = sorted(100 * p.test_accuracy for p in points)
    low, high = f"{accuracies[0]:.0f}", f"{accuracies[-1]:.0f}"
    return f"{low} %" if low == high else f"{low} to {high} %"
