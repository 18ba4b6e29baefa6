"""A table of figures: as text with aligned numbers, as HTML that says what heads what, and for JSON."""

import html
from dataclasses import dataclass, field
from numbers import Integral, Real


@dataclass(frozen=True, repr=False)
class Table:
    """Rows of figures under headings. Prints as aligned text; a notebook shows it as HTML.

    Parameters
    ----------
    headings : tuple of str
        One a column; none at all where each row is a name and what is said of it.
    rows : iterable of tuple
        A row's cells. A number is written as `formats` says, a tuple as a size such as 32×32×3, None as "?".
        What has a `_repr_html_` of its own is asked for it.
    totals : tuple, optional
        The last row, under a rule.
    notes : tuple of str
        Lines under the table.
    caption : str
        What the table holds.
    formats : dict of str to str, or str
        Python's format of the numbers under a heading, such as ".1%"; a str is that of all numbers but whole ones.
        Without one, thousands are parted.
    left : tuple of int, optional
        The columns of words. If not given, those in which a str stands that is not empty.
    marks : dict of (int, int) to str
        CSS of single cells, by row and column, such as that of a wrong one.
    attributes : dict of int to str
        HTML attributes of whole rows, such as ` class="selected"`.

    Raises
    ------
    ValueError
        When a row has not as many cells as another or as there are headings.
    """

    headings: tuple
    rows: tuple
    totals: tuple = ()
    notes: tuple = ()
    caption: str = ""
    formats: dict | str = field(default_factory=dict)
    left: tuple = None
    marks: dict = field(default_factory=dict)
    attributes: dict = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "rows", tuple(map(tuple, self.rows)))
        lengths = {len(cells) for cells in (self.headings, *self.rows, self.totals) if cells}
        if len(lengths) > 1:
            raise ValueError(f"A table's rows and headings have {sorted(lengths)} cells: give each as many.")
        if not isinstance(self.formats, str) and (strange := self.formats.keys() - set(self.headings)):
            raise ValueError(f"A format is given for {min(strange)!r}, which is none of the headings.")
        if self.left is None:
            columns = enumerate(zip(*self.rows, strict=True))
            found = tuple(i for i, cells in columns if any(isinstance(cell, str) and cell for cell in cells))
            object.__setattr__(self, "left", found)

    def __str__(self):
        lines = [self.headings, *map(self._texts, self.rows), self._texts(self.totals)]
        widths = [max(map(len, column)) for column in zip(*filter(None, lines), strict=True)]
        rule = ["-" * (sum(widths) + 2 * len(widths) - 2)]

        def line(cells):
            places = enumerate(zip(cells, widths, strict=True))
            return "  ".join(c.ljust(w) if i in self.left else c.rjust(w) for i, (c, w) in places).rstrip()

        return "\n".join([
            *([self.caption] if self.caption else []),
            *([line(self.headings), *rule] if self.headings else []),
            *map(line, lines[1:-1]),
            *(rule if self.totals or self.notes else []),
            *([line(lines[-1])] if self.totals else []),
            *self.notes,
        ])  # fmt: skip

    __repr__ = __str__

    def _repr_html_(self):
        rows = "".join(self._row(cells, number) for number, cells in enumerate(self.rows))
        if self.headings:
            rows = f"<thead>{self._row(self.headings, 'head')}</thead><tbody>{rows}</tbody>"
        if self.totals:
            rows += f"<tfoot>{self._row(self.totals, 'foot')}</tfoot>"
        caption = f'<caption style="text-align:left">{html.escape(self.caption)}</caption>' if self.caption else ""
        notes = "".join(f"<div>{html.escape(note)}</div>" for note in self.notes)
        return f"<table>{caption}{rows}</table>{notes}"

    @property
    def texts(self):
        """The rows, each cell as it is printed."""
        return [tuple(self._texts(cells)) for cells in self.rows]

    def column(self, heading):
        """Return the cells under a heading as they were given, without those that are empty.

        Raises
        ------
        ValueError
            When there is no such heading.
        """
        if heading not in self.headings:
            raise ValueError(
                f"There is no column {heading!r}: choose one of {', '.join(map(repr, self.headings))}."
            )
        place = self.headings.index(heading)
        return [cells[place] for cells in self.rows if cells[place] != ""]

    def as_dict(self):
        """Return the table for JSON, its numbers as they were given."""
        return {
            "caption": self.caption,
            "headings": list(self.headings),
            "rows": [list(map(_plain, cells)) for cells in self.rows],
            "totals": list(map(_plain, self.totals)),
            "notes": list(self.notes),
        }

    def _texts(self, cells):
        return [self._text(cell, i) for i, cell in enumerate(cells)]

    def _text(self, cell, column):
        if isinstance(self.formats, str):
            return written(cell, "" if isinstance(cell, Integral) else self.formats)
        return written(cell, self.formats.get(self.headings[column], "") if self.headings else "")

    def _row(self, cells, place):
        made = []
        for i, cell in enumerate(cells):
            own = getattr(cell, "_repr_html_", None)
            text = own() if own else html.escape(self._text(cell, i))
            # An empty cell heads nothing.
            heads = text and (place == "head" or i == 0)
            tag, scope = ("th", f' scope="{"col" if place == "head" else "row"}"') if heads else ("td", "")
            side, mark = "left" if i in self.left else "right", self.marks.get((place, i), "")
            style = f"text-align:{side}" + (f";{mark}" if mark else "")
            made.append(f'<{tag}{scope} style="{style}">{text}</{tag}>')
        return f"<tr{self.attributes.get(place, '')}>{''.join(made)}</tr>"


def written(value, form=""):
    """Return a cell as text.

    Parameters
    ----------
    value : object
        Numbers, sizes and words; None is what is not known.
    form : str
        Python's format of a number.

    Returns
    -------
    str
    """
    if value is None:
        return "?"
    if isinstance(value, tuple):
        return times(value)
    if isinstance(value, str | bool) or not isinstance(value, Real):
        return str(value)
    return format(value, form or ("," if isinstance(value, Integral) else "g"))


def times(values, show=str):
    """Return numbers as a size, such as 32×32×3; one that is None is a question mark."""
    return "×".join("?" if value is None else show(value) for value in values)


def pair(values, show=str):
    """Return a (height, width) pair, as one number where both agree."""
    return times(values[:1] if values[0] == values[1] else values, show)


def _plain(cell):
    # NumPy's numbers are none that JSON knows.
    cell = cell.item() if hasattr(cell, "item") else cell
    if isinstance(cell, tuple):
        return list(map(_plain, cell))
    return cell if cell is None or isinstance(cell, str | bool | int | float) else str(cell)
