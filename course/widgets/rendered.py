"""What a widget shows, and the words, marks and style that the widgets share."""

import html
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from course import BUDGET, table
from course.plots.picture import BLUE, DEEP_ORANGE, VERMILLION

# For all widgets, put into a page once: a style that comes anew makes a browser work out its whole page again.
# JupyterLab's own colours where it sets them, so that both of its themes work. Code that is typed in keeps its
# lines: findings name their numbers.
STYLE = f"""<style>
.course-picture > .widget-html-content {{overflow-x: auto}}
.course-widget {{color: var(--jp-ui-font-color1, #222); line-height: 1.45; font-size: 13px; contain: inline-size}}
.course-widget p {{margin: 0 0 8px}}
.course-widget .muted {{color: var(--jp-ui-font-color2, #595959)}}
.course-widget .boxed .muted {{color: inherit}}
.course-widget .wrong {{border-left: 4px solid {VERMILLION}; padding: 4px 10px;
  background: var(--jp-layout-color2, #eee)}}
.course-widget .boxed {{border-left: 4px solid {BLUE}; padding: 4px 10px; margin: 0 0 10px;
  background: var(--jp-layout-color2, #f3f3f3)}}
.course-widget table {{border-collapse: collapse; font-variant-numeric: tabular-nums}}
.course-widget th, .course-widget td {{padding: 1px 7px; text-align: right; white-space: nowrap;
  vertical-align: top}}
.course-widget .left {{text-align: left}}
.course-widget thead th, .course-widget tfoot th {{font-weight: 600}}
.course-widget thead th, .course-widget thead td {{border-bottom: 1px solid var(--jp-border-color1, #bbb)}}
.course-widget tbody th {{font-weight: 400}}
.course-widget tfoot th, .course-widget tfoot td {{border-top: 1px solid var(--jp-border-color1, #bbb)}}
.course-widget caption {{color: var(--jp-ui-font-color2, #595959)}}
.course-widget tr.selected > * {{background: var(--jp-layout-color2, #eee)}}
.course-widget tr.selected > :first-child {{box-shadow: inset 4px 0 {BLUE}}}
.course-widget textarea {{width: 100%; box-sizing: border-box; resize: none; padding: 8px 10px; line-height: 1.4;
  font-size: 12px; overflow-x: auto; white-space: pre; font-family: var(--jp-code-font-family, monospace);
  color: var(--jp-content-font-color1, #222); background: var(--jp-cell-editor-background, #f5f5f5);
  border: 1px solid var(--jp-border-color2, #ddd)}}
.course-live .widget-textarea textarea {{white-space: pre; overflow-x: auto}}
.course-line code {{overflow-wrap: anywhere}}
.course-line summary {{font-size: 12px; cursor: pointer}}
.course-widget svg text {{fill: var(--jp-ui-font-color1, #222); font-size: 12px}}
</style>"""
# CSS of a table's cells: a field that spans the image, and words that may take several lines.
MARKED, WRAPPED = f"box-shadow: inset 0 -2px {DEEP_ORANGE}", "white-space: normal; min-width: 110px"


@dataclass(frozen=True)
class Rendered:
    """What a widget shows for one state.

    Parameters
    ----------
    html : str
        The picture: HTML with SVG in it.
    text : str
        The result in one or two sentences, for the line above the picture.
    spoken : str
        What the picture alone says of the last change, for a screen reader to say after the text.
    """

    html: str
    text: str
    spoken: str = ""


@dataclass(frozen=True)
class Shown:
    """A cell of a Table that is HTML already, such as a bar."""

    html: str

    def _repr_html_(self):
        return self.html


def styled(*parts):
    """Return parts of HTML as one block, for which `STYLE` is."""
    return f'<div class="course-widget">{"".join(parts)}</div>'


def paragraph(text, kind=""):
    """Return a text as an HTML paragraph of one of the style's classes."""
    return f'<p class="{kind}">{html.escape(text)}</p>'


def number(value):
    """Return a size, jump, field or start in words: not all are known, and not all are whole."""
    if value is None:
        return "?"
    if isinstance(value, Fraction) and value.denominator > 1:
        return f"{float(value):.3g}"
    return "∞" if value == inf else f"{float(value):g}".replace("-", "−")


def pair(values):
    """Return a (height, width) pair, as one number where both agree."""
    return table.pair(values, number)


def shape(values):
    """Return an output shape, such as 16×16×48; that of an unknown layer is a question mark."""
    return table.times(values) if values else "?"


def budget(parameters):
    """Return a number of parameters against the budget, in words."""
    if parameters < BUDGET:
        return f"{parameters:,} parameters: {BUDGET - parameters:,} of the {BUDGET:,} are left"
    if parameters == BUDGET:
        return f"{parameters:,} parameters: one too many, as fewer than {BUDGET:,} are asked for"
    times = parameters / BUDGET
    written = f"{times:,.0f}" if times >= 100 else f"{times:.3g}"
    return f"{parameters:,} parameters: {written} times the budget of {BUDGET:,}"
