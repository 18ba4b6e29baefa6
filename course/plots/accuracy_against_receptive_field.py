"""Whether networks can do what their receptive fields allow, and no more."""

from course.plots.axes import DASHED, beside, dots
from course.plots.picture import BLUE, INK, MUTED, TEXT, VERMILLION, Picture, counted, listed, plot
from course.table import Table

_ROW = 165  # pixels on the page, for a row of panels
_ALLOWED = "#BBBBBB"
_CHANCE, _LEARNT = 50, 95  # per cent
_HEADINGS = ("enlarged by", "dots apart", "receptive field", "allowed (%)", "training (%)", "test (%)")


@plot
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

    Raises
    ------
    ValueError
        When there is no point.
    """
    if not points:
        raise ValueError("There is no point to draw: pass those of experiments.load() or experiments.sweep().")
    rows = [
        (p.by, f"{p.distance_a} or {p.distance_b}", p.receptive_field,
         *(100 * share for share in (p.predicted, p.train_accuracy, p.test_accuracy)))
        for p in points
    ]  # fmt: skip
    off = sum(abs(training - test) > 5 for *_, training, test in rows)
    networks = counted(len(rows), "network")
    note = f"Training and test accuracy differ by more than 5 points in {off} of {networks}."
    table = Table(_HEADINGS, rows, notes=(note,), formats=dict.fromkeys(_HEADINGS[3:], ".1f"))
    ways = list(dict.fromkeys(table.column("enlarged by")))
    distances = sorted({(p.distance_a, p.distance_b) for p in points})
    picture = Picture(
        len(ways) * _ROW + 45,
        title or _finding(table),
        "Dots: test images. Rings: training images. Grey bars: the best that the ledger allows.\n"
        "Dashed: the field that spans the two closer dots. Dotted: guessing.",
        table=table,
    )
    panels = picture.subplots(len(ways), len(distances), sharex=True, sharey=True, squeeze=False)
    said = []
    for row, by in zip(panels, ways, strict=True):
        for axes, pair in zip(row, distances, strict=True):
            apart = f"{pair[0]} or {pair[1]}"
            here = [row[2:] for row in rows if row[:2] == (by, apart)]
            _draw(axes, here, min(pair))
            axes.set_title(f"{apart} pixels apart, by {by}", size=TEXT, color=INK)
            if here:
                said.append(f"By {by}, dots {apart} pixels apart: test accuracy {_in_words(here)}.")
    fields = sorted(set(table.column("receptive field")))
    left = min(fields[0], 1 + min(map(min, distances))) - 1
    panels[0][0].set(xlim=(left, fields[-1] + 1), ylim=(40, 105), xticks=fields, yticks=[50, 75, 100])
    for axes in panels[-1]:
        axes.set_xlabel("receptive field (pixels)")
    for axes in panels[:, 0]:
        axes.set_ylabel("accuracy (%)")
    picture.describe("Dot plots of accuracy against receptive field", *said, *table.notes)
    return picture


def _finding(table):
    """Return the default title: how networks that see too little did, and the others."""
    blind, able = ([row[-1] for row in table.rows if row[3] == allowed] for allowed in (_CHANCE, 100))
    parts = []
    if blind:
        networks = counted(len(blind), "network")
        parts.append(f"where no unit sees both dots, {networks} reached {max(blind):.1f} % at most")
    if able:
        learnt = sum(accuracy > _LEARNT for accuracy in able)
        parts.append(f"where one always does, {learnt} of {len(able)} exceeded {_LEARNT} %")
    finding = "; ".join(parts) or "Units see both dots in some places only"
    return finding[0].upper() + finding[1:]


def _draw(axes, rows, distance):
    axes.axhline(_CHANCE, color=MUTED, linewidth=0.8, linestyle="dotted", zorder=1)
    axes.axvline(distance + 1, color=INK, linewidth=1.2, linestyle=DASHED, zorder=1)
    beside(axes, f"{distance} + 1", (distance + 1, 41), 3, va="bottom")
    for field, allowed in dict.fromkeys(row[:2] for row in rows):
        axes.plot([field - 0.7, field + 0.7], [allowed, allowed], color=_ALLOWED, linewidth=5, zorder=2)
    fields, _, training, test = zip(*rows, strict=True) if rows else ([],) * 4
    dots(axes, fields, test, BLUE, markersize=4)
    dots(axes, fields, training, VERMILLION, markersize=8, fillstyle="none", markeredgewidth=1.2)


def _in_words(rows):
    fields = {}
    for field, *_, test in rows:
        fields.setdefault(field, []).append(test)
    spans = {field: (f"{min(tests):.0f}", f"{max(tests):.0f}") for field, tests in sorted(fields.items())}
    return listed(f"{low if low == high else f'{low} to {high}'} % at {at}" for at, (low, high) in spans.items())
