"""Two stacks side by side, layer by layer and in sum."""

import html

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
    lines = []
    for place in range(max(map(len, books))):
        cells = [_cells(book[place]) if place < len(book) else ("–",) * 5 for book in books]
        differ = ' class="selected"' if cells[0][1:] != cells[1][1:] else ""
        lines.append(f"<tr{differ}><td>{place + 1}</td>{_written((*cells[0], *cells[1]))}</tr>")
    totals = [("in all", "", "", _count(book.parameters), _count(book.macs)) for book in books]
    head = ("layer", "output", "RF", "parameters", "MACs")
    return (
        '<table><thead><tr><td></td><th colspan="5" class="left">kept</th>'
        '<th colspan="5" class="left">now</th></tr>'
        f"<tr><td></td>{_written(head * 2, 'th')}</tr></thead><tbody>{''.join(lines)}</tbody>"
        f"<tfoot><tr><td></td>{_written((*totals[0], *totals[1]), 'th')}</tr></tfoot></table>"
    )


def _cells(row):
    return row.name, shape(row.output_shape), pair(row.receptive_field), _count(row.parameters), _count(row.macs)


def _count(value):
    return "?" if value is None else f"{value:,}"


def _written(values, tag="td"):
    cells = [(tag if value else "td", "left" if i % 5 == 0 else "", value) for i, value in enumerate(values)]
    return "".join(f'<{tag} class="{side}">{html.escape(value)}</{tag}>' for tag, side, value in cells)
