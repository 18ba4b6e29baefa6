"""Where a network's parameters, or its multiply-accumulates, are."""

from course.plots.picture import BLUE, INK, MARGIN, SMALL, WIDTH, Picture, in_house_style, listed, text_width

_ROW = 23  # pixels on the page
_PALE = "#5A99C4"
_WORDS = "No One Two Three Four Five Six Seven Eight Nine".split()
_QUANTITIES = {"parameters": "parameters", "macs": "multiply-accumulates"}
_VERBS = {"parameters": ("holds", "hold"), "macs": ("does", "do")}


@in_house_style
def layer_bars(ledger, title=None, quantity="parameters"):
    """Draw a bar for each layer that holds parameters, and say which few hold more than half.

    Parameters
    ----------
    ledger : course.arithmetic.Ledger
        The network's ledger.
    title : str, optional
        Instead of the smallest set of layers that holds more than half.
    quantity : str
        "parameters", or "macs" for the multiply-accumulates of one image.

    Returns
    -------
    Picture
        Bars in the order of the layers; the layers of the title are darker.

    Raises
    ------
    ValueError
        When no layer has any, or there is no such quantity.
    """
    if quantity not in _QUANTITIES:
        raise ValueError(f"quantity is {quantity!r}; it must be 'parameters' or 'macs'.")
    rows = [(row, getattr(row, quantity)) for row in ledger if getattr(row, quantity)]
    if not rows:
        raise ValueError(f"No layer of this ledger has {_QUANTITIES[quantity]}: there is nothing to draw.")
    total = sum(value for _, value in rows)
    top = _more_than_half(rows, total)
    title = title or _finding(rows, top, total, quantity)

    picture = Picture(len(rows) * _ROW + 18, title, f"{_QUANTITIES[quantity]} per layer, first layer on top")
    axes = picture.add_subplot()
    axes.barh(
        range(len(rows)), [value for _, value in rows], height=0.72,
        color=[BLUE if i in top else _PALE for i in range(len(rows))],
    )  # fmt: skip
    axes.set_yticks(range(len(rows)), [row.name for row, _ in rows])
    ends = [f"{value:,} ({_share(value, total)})" for _, value in rows]
    for i, (end, (_, value)) in enumerate(zip(ends, rows, strict=True)):
        axes.annotate(
            end, (value, i), (5, 0), textcoords="offset points", va="center", size=SMALL, color=INK,
            weight="bold" if i in top else "normal",
        )  # fmt: skip
    axes.set_ylim(len(rows) - 0.4, -0.6)
    # The text at a bar's end takes the same room however long the bar is.
    names = max(text_width(row.name, SMALL) for row, _ in rows)
    wide = WIDTH - 2 * MARGIN - names - 20
    room = max(text_width(end, SMALL, "bold") for end in ends) + 12
    axes.set_xlim(0, max(value for _, value in rows) * wide / max(wide - room, wide / 3))
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.spines[["bottom", "left"]].set_visible(False)
    picture.alt = f"Bar chart of {_QUANTITIES[quantity]} per layer. {title}. " + "; ".join(
        f"{row.name} {end}" for (row, _), end in zip(rows, ends, strict=True)
    ) + f". Total {total:,}."
    return picture


def _more_than_half(rows, total):
    """Return the numbers of the fewest rows that hold more than half, in the order of the layers."""
    chosen, held = [], 0
    for i in sorted(range(len(rows)), key=lambda i: -rows[i][1]):
        chosen.append(i)
        held += rows[i][1]
        if 2 * held > total:
            return sorted(chosen)


def _finding(rows, top, total, quantity):
    what, (verb, plural_verb) = _QUANTITIES[quantity], _VERBS[quantity]
    share = _share(sum(rows[i][1] for i in top), total, digits=0)
    if len(rows) == 1:
        return f"{rows[0][0].name} {verb} all {total:,} {what}"
    if len(top) == 1:
        return f"{rows[top[0]][0].name} alone {verb} {share} of {total:,} {what}"
    number = _WORDS[len(top)] if len(top) < len(_WORDS) else str(len(top))
    kinds = {rows[i][0].kind for i in top}
    layers = f"{kinds.pop()} layers" if len(kinds) == 1 else "layers"
    which = f", {listed(rows[i][0].name for i in top)}," if len(top) <= 3 else f" of {len(rows)}"
    return f"{number} {layers}{which} {plural_verb} {share} of {total:,} {what}"


def _share(value, total, digits=1):
    share = 100 * value / total
    return f"{share:.{digits}f} %" if share >= 0.05 else "under 0.1 %"
