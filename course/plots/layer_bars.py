"""Where a network's parameters, or its multiply-accumulates, are."""

from course.plots.axes import hbars
from course.plots.picture import BLUE, PALE, SMALL, Picture, listed, plot
from course.table import Table

_ROW = 23  # pixels on the page
_WORDS = "No One Two Three Four Five Six Seven Eight Nine".split()
# What it is called, and what one layer and several do with it.
_QUANTITIES = {"parameters": ("parameters", "holds", "hold"), "macs": ("multiply-accumulates", "does", "do")}


@plot
def layer_bars(ledger, title=None, quantity="parameters"):
    """Draw a bar for each layer that holds parameters, and say which few hold more than half: they are darker.

    Parameters
    ----------
    ledger : course.arithmetic.Ledger
        The network's ledger.
    quantity : str
        "parameters", or "macs" for the multiply-accumulates of one image.

    Raises
    ------
    ValueError
        When no layer has any, or there is no such quantity.
    """
    if quantity not in _QUANTITIES:
        raise ValueError(f"quantity is {quantity!r}; it must be 'parameters' or 'macs'.")
    what = _QUANTITIES[quantity][0]
    held = [(row.name, row.kind, value) for row in ledger if (value := getattr(row, quantity))]
    if not held:
        raise ValueError(f"No layer of this ledger has {what}: there is nothing to draw.")
    total = sum(value for *_, value in held)
    rows = [(*cells, _share(cells[-1], total)) for cells in held]
    table = Table(("layer", "kind", what, "share"), rows, ("total", "", total, ""), left=(0, 1))
    top = _more_than_half(table.column(what))
    finding = title or _finding(table, top, quantity)
    picture = Picture(len(rows) * _ROW + 18, finding, f"{what} per layer, first layer on top", table=table)
    axes = picture.add_subplot()
    ends = [f"{value} ({share})" for *_, value, share in table.texts]
    chosen = [i in top for i in range(len(rows))]
    hbars(
        axes, table.column("layer"), table.column(what), ends, [BLUE if one else PALE for one in chosen],
        size=SMALL, scale=False, weight=["bold" if one else "normal" for one in chosen],
    )  # fmt: skip
    axes.spines["left"].set_visible(False)
    each = "; ".join(f"{name} {end}" for name, end in zip(table.column("layer"), ends, strict=True))
    picture.describe(f"Bar chart of {what} per layer", f"{each}. Total {total:,}.")
    return picture


def _more_than_half(values):
    """Return the numbers of the fewest rows that hold more than half, in the order of the layers."""
    chosen, held = [], 0
    for i in sorted(range(len(values)), key=lambda i: -values[i]):
        chosen.append(i)
        held += values[i]
        if 2 * held > sum(values):
            return sorted(chosen)


def _finding(table, top, quantity):
    what, verb, plural_verb = _QUANTITIES[quantity]
    rows, total = table.rows, table.totals[2]
    names = [rows[i][0] for i in top]
    share = _share(sum(rows[i][2] for i in top), total, digits=0)
    if len(rows) == 1:
        return f"{names[0]} {verb} all {total:,} {what}"
    if len(top) == 1:
        return f"{names[0]} alone {verb} {share} of {total:,} {what}"
    number = _WORDS[len(top)] if len(top) < len(_WORDS) else str(len(top))
    kinds = {rows[i][1] for i in top}
    layers = f"{kinds.pop()} layers" if len(kinds) == 1 else "layers"
    which = f", {listed(names)}," if len(top) <= 3 else f" of {len(rows)}"
    return f"{number} {layers}{which} {plural_verb} {share} of {total:,} {what}"


def _share(value, total, digits=1):
    share = 100 * value / total
    return f"{share:.{digits}f} %" if share >= 0.05 else "under 0.1 %"
