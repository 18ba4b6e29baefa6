"""Two stacks side by side, layer by layer and in sum."""

from course.table import Table
from course.widgets.rendered import pair, shape


def beside(kept, now):
    """Return two stacks as one HTML table: the one kept at the left, the present one at the right.

    Parameters
    ----------
    kept, now : Stack

    Returns
    -------
    str
        A layer stands beside the one at the same place of the other; a row in which they differ is marked.
    """
    books = [stack.so_far[0] for stack in (kept, now)]
    rows, differ = [], {}
    for place in range(max(map(len, books))):
        one, other = (_cells(book[place]) if place < len(book) else ("–",) * 5 for book in books)
        rows.append((place + 1, *one, *other))
        if one[1:] != other[1:]:
            differ[place] = ' class="selected"'
    head = ("output", "RF", "parameters", "MACs")
    totals = [("in all", "", "", book.parameters, book.macs) for book in books]
    return Table(
        ("", "kept: layer", *head, "now: layer", *head),
        rows,
        ("", *totals[0], *totals[1]),
        left=(1, 6),
        attributes=differ,
    )._repr_html_()


def _cells(row):
    return row.name, shape(row.output_shape), pair(row.receptive_field), row.parameters, row.macs
