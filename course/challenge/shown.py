"""A table as text and as HTML: what a check found, and the board."""

import html

# After Okabe and Ito. Each colour stands beside a word that says the same.
_COLOURS = {"kept": "#009E73", "broken": "#D55E00"}


def as_text(headings, rows, left=()):
    """Return a table of words as aligned text.

    Parameters
    ----------
    headings : sequence of str
    rows : sequence of sequence of str
    left : collection of int
        The columns that are words, which begin at the left; the others are numbers.

    Returns
    -------
    str
    """
    lines = [list(headings), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def line(cells):
        parts = [
            c.ljust(w) if i in left else c.rjust(w) for i, (c, w) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(parts).rstrip()

    rule = "-" * (sum(widths) + 2 * (len(widths) - 1))
    return "\n".join([line(lines[0]), rule, *map(line, lines[1:])])


def as_html(caption, headings, rows, left=(), strong=()):
    """Return a table of words as HTML; see `as_text`.

    Parameters
    ----------
    caption : str
    headings, rows, left
        As for `as_text`.
    strong : collection of int
        The rows that are in bold type.

    Returns
    -------
    str
    """

    def cells(values, tag, bold=False):
        for i, value in enumerate(values):
            style = f"text-align:{'left' if i in left else 'right'}"
            if value in _COLOURS:
                style += f";box-shadow:inset 4px 0 {_COLOURS[value]};padding-left:10px"
            if bold:
                style += ";font-weight:bold"
            yield f'<{tag} style="{style}">{html.escape(value)}</{tag}>'

    body = "".join(f"<tr>{''.join(cells(row, 'td', i in strong))}</tr>" for i, row in enumerate(rows))
    return (
        f'<table><caption style="text-align:left">{html.escape(caption)}</caption>'
        f"<thead><tr>{''.join(cells(headings, 'th'))}</tr></thead><tbody>{body}</tbody></table>"
    )
