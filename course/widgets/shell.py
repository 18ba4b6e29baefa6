"""What all the widgets' shells do: move values in and pictures out."""

import html

import ipywidgets as widgets

_ROW = {"flex_flow": "row wrap", "grid_gap": "0 6px", "align_items": "center"}


class Shell(widgets.VBox):
    """Controls around a picture, over a state that only pure functions change.

    Where a kernel runs, it shows as live controls. A notebook file keeps a still picture with its
    alt text, for GitHub and for whoever opens the file without running it.
    """

    def __init__(self, state, controls):
        self.state = state
        self._words = widgets.HTML(layout={"width": "100%", "margin": "0 0 4px"})
        self._picture = widgets.HTML(layout={"width": "100%"})
        # Setting a control calls whoever observes it; while this is true, nobody listens.
        self._filling = False
        rows = [widgets.HBox(row, layout=_ROW) for row in controls]
        super().__init__([self._words, *rows, self._picture], layout={"padding": "2px 0 8px"})
        self.show(state)

    def render(self, state):
        """Return the Rendered for a state."""
        raise NotImplementedError

    def fill(self, state):
        """Set the controls to a state's values."""
        raise NotImplementedError

    def still(self, state):
        """Return the state as a Picture, or None where there is nothing to draw."""
        raise NotImplementedError

    def show(self, state):
        """Take on a new state: set the controls, draw the picture, say the result in words."""
        self.state = state
        self._filling = True
        try:
            self.fill(state)
        finally:
            self._filling = False
        rendered = self.render(state)
        self._picture.value = rendered.html
        # A screen reader reads the line again when it changes.
        self._words.value = (
            '<div role="status" aria-live="polite" style="line-height:1.45;font-size:14px;font-weight:600;'
            f'color:var(--jp-ui-font-color1,#222)">{html.escape(rendered.text)}</div>'
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

    def _repr_mimebundle_(self, **kwargs):
        live = super()._repr_mimebundle_(**kwargs)
        picture = self.still(self.state)
        if picture is None:
            return {**live, "text/plain": self.render(self.state).text}, {}
        still, about = picture._repr_mimebundle_()
        return {**live, **still}, about
