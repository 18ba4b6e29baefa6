"""Pictures and text for the projector: larger, and as vectors."""

import html

from course._given import is_number, shown
from course.plots.picture import SHOWN


def projector(scale=1.5):
    """Show pictures as vectors and larger, with their letters, and the notebook's text and code larger too.

    Call it in a cell of its own; it holds for pictures shown after it, until the kernel starts anew.

    Parameters
    ----------
    scale : float
        How many times as large, from 1 to 3. `projector(1)` takes it back.

    Returns
    -------
    object
        A notebook shows it: its style sheet sets the size of text and code.

    Raises
    ------
    ValueError
        When the scale is no such number.
    """
    if not (is_number(scale) and 1 <= scale <= 3):
        raise ValueError(f"scale is {shown(scale)}: give a number from 1 to 3, such as 1.5.")
    SHOWN.update(scale=scale, vector=scale > 1)
    # JupyterLab's names, and its own sizes in pixels. The style sheet of an earlier cell stays in the page, and
    # the later one counts, so taking it back is a rule too.
    sizes = {"--jp-content-font-size1": 14, "--jp-code-font-size": 13, "--jp-ui-font-size1": 13}
    larger = {name: f"{scale * size:g}px" if scale > 1 else "inherit" for name, size in sizes.items()}
    rules = "".join(f"{name}:{value};" for name, value in larger.items())
    how = f"are {scale:g} times as large" if scale > 1 else "have their own size"
    return _Style(f".jp-Notebook{{{rules}}}", f"Pictures and text {how}.")


class _Style:
    """A style sheet for the page that shows it."""

    def __init__(self, text, said):
        self.text, self.said = text, said

    def __repr__(self):
        return self.said

    def _repr_html_(self):
        return f"<style>{self.text}</style>{html.escape(self.said)}"
