"""What all the widgets' shells do: move values in and pictures out."""

import html
from dataclasses import fields

import ipywidgets as widgets

from course.widgets.hook import hook
from course.widgets.rendered import STYLE, paragraph

_ROW = {"flex_flow": "row wrap", "grid_gap": "0 6px", "align_items": "center"}
LIVE = "application/vnd.jupyter.widget-view+json"

_UNSEEN = "position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)"

# A file keeps both outputs. Where the live one stands it takes the place of the still one; where no kernel
# has it, what Jupyter says of that is not shown. Whoever drops the style sees both.
ONE_OF_TWO = """<style>
.jp-OutputArea:has(.course-live) .course-still {display: none}
.jp-OutputArea:not(:has(.course-live)) .jp-OutputArea-child:has(.course-still) +
.jp-OutputArea-child:has(> .lm-Panel.jp-OutputArea-output) {display: none}
</style>"""


class Shell(widgets.VBox):
    """Controls around a picture, over a state that only pure functions change.

    Where a kernel runs, it shows as live controls. A notebook file keeps a still picture with its
    alt text beside them, for GitHub and for whoever opens the file without running it.

    Parameters
    ----------
    state
    controls : list of list of ipywidgets.Widget
        Row by row.
    render : callable
        From a state to its `Rendered`.
    still : callable
        From a state to a Picture, or to None where there is nothing to draw.
    """

    def __init__(self, state, controls, render, still):
        self.state, self.render, self.still = state, render, still
        self._words = widgets.HTML(layout={"width": "100%", "margin": "0 0 4px"})
        self._picture = widgets.HTML(layout={"width": "100%", "margin": "0"})
        self._line = widgets.HTML(layout={"width": "100%", "margin": "0"})
        self._told = widgets.Text(layout={"display": "none"})
        tips = {control.description: control.tooltip for row in controls for control in row if control.tooltip}
        hooked = widgets.HTML(STYLE + hook(tips), layout={"display": "none"})
        for part, name in (
            (self._words, "words"),
            (self._picture, "picture"),
            (self._line, "line"),
            (self._told, "told"),
            (self, "live"),
        ):
            part.add_class(f"course-{name}")
        self._told.observe(lambda event: self._clicked(event["new"]), "value")
        # Setting a control calls whoever observes it; while this is true, nobody listens.
        self._filling = False
        rows = [widgets.HBox(row, layout=_ROW) for row in controls]
        super().__init__(
            [self._words, *rows, self._picture, self._line, self._told, hooked], layout={"padding": "2px 0 8px"}
        )
        self.show(state)

    def fill(self, state):
        """Set the controls to a state's values."""
        raise NotImplementedError

    def call(self, state):
        """Return what brings a state back: the function's name, what it was given, and where it is to begin.

        Returns
        -------
        (str, list of str, dict)
            The second are arguments as code; the third is from a keyword to its value, without those at which
            it begins anyway.
        """
        raise NotImplementedError

    def line(self):
        """Return the line of code that brings this state back, though not the moves that led to it."""
        name, given, chosen = self.call(self.state)
        return f"{name}({', '.join([*given, *(f'{key}={value!r}' for key, value in chosen.items())])})"

    def click(self, state, what, across, down):
        """Return the state after a click on what the picture marks with `data-tell`.

        Parameters
        ----------
        state
        what : str
            The mark.
        across, down : float
            Where in the marked element, from 0 to 1.
        """
        return state

    def show(self, state):
        """Take on a new state: draw the picture, set the controls, say the result in words."""
        self.state = state
        rendered = self.render(state)
        # First, as a page takes its time for each message: that is up to 30 for the controls.
        self._picture.value = rendered.html
        self._filling = True
        try:
            self.fill(state)
        finally:
            self._filling = False
        self._words.value = (
            '<div style="line-height:1.45;font-size:14px;font-weight:600;'
            f'color:var(--jp-ui-font-color1,#222)">{html.escape(rendered.text)}</div>'
            f'<div style="{_UNSEEN}">{html.escape(rendered.spoken)}</div>'
        )
        self._line.value = (
            '<details class="course-widget"><summary>This view as a line of code</summary>'
            f"<code>{html.escape(self.line())}</code></details>"
        )

    def on(self, control, change):
        """When the learner moves a control, show the state that change(state, value) returns."""

        def moved(event):
            if not self._filling:
                self.show(change(self.state, event["new"]))

        control.observe(moved, "value")

    def on_click(self, button, change):
        """When the learner presses a button, show the state that change(state) returns."""
        button.on_click(lambda _: self.show(change(self.state)))

    def _clicked(self, told):
        what, across, down, _ = told.rsplit(" ", 3)
        self.show(self.click(self.state, what, float(across), float(down)))

    def stored(self, otherwise=""):
        """Return what a file keeps: a mime bundle with the still picture, or its words where nothing is drawn.

        Parameters
        ----------
        otherwise : str
            HTML in place of those words.
        """
        picture, told = self.still(self.state), self.render(self.state).text
        still, _ = picture._repr_mimebundle_() if picture else ({"text/html": "", "text/plain": told}, {})
        shown = still["text/html"] or otherwise or paragraph(told)
        page = f'{ONE_OF_TWO}<div class="course-still"><p>Run this cell to play.</p>{shown}</div>'
        return {"text/html": page, "text/plain": still["text/plain"]}

    def _ipython_display_(self):
        # One output for each: of a bundle with both, Jupyter shows the live one even where its kernel has ended.
        from IPython.display import publish_display_data

        publish_display_data(self.stored())
        publish_display_data({LIVE: self._repr_mimebundle_()[LIVE]})


def moved_from(state, first):
    """Return the fields of a state, by name, that are not those of the state where it begins."""
    names = [each.name for each in fields(state) if each.compare]
    return {name: value for name in names if (value := getattr(state, name)) != getattr(first, name)}
