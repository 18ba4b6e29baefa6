"""The checker: a box to paste a network with notes into, and beside it what is found as one types."""

from dataclasses import replace

import ipywidgets as widgets

from course.widgets.checker.page import EXAMPLE, Notes, models, render
from course.widgets.shell import Shell, moved_from


def checker(text=EXAMPLE, image="", model=None):
    """Return a box for a network with notes, with every note checked beside it as you type.

    Parameters
    ----------
    text : str
        Keras code with notes, or a pasted summary. It is read, never run.
    image : str
        The image, such as "32x32x3", where the text does not say.
    model : int, optional
        Of several models in the text, its number counted from 1; that with the most notes if left out.

    Returns
    -------
    Checker
        Leave it as the last line of a cell, or call `display` on it.
    """
    return Checker(Notes(text, image, model))


class Checker(Shell):
    """The box and the findings."""

    def __init__(self, state):
        self.text = widgets.Textarea(
            description="Your network, with notes", continuous_update=True, rows=18,
            layout={"width": "100%", "height": "340px"}, style={"description_width": "0px"},
            tooltip="Keras code with notes beside or above the layers, or a pasted summary; it is never run",
        )  # fmt: skip
        self.image = widgets.Text(
            description="Image", placeholder="32x32x3", continuous_update=True, layout={"width": "190px"},
            tooltip="Height x width x channels, where the text does not say; empty to take it from the notes",
        )  # fmt: skip
        self.model = widgets.Dropdown(
            options=[("the one with the most notes", None)], description="Model", layout={"width": "330px"},
            tooltip="Which of several models in the text; Space opens the list",
        )  # fmt: skip
        # Another text may hold other models.
        self.on(self.text, lambda state, text: replace(state, text=text, model=None))
        self.on(self.image, lambda state, image: replace(state, image=image))
        self.on(self.model, lambda state, model: replace(state, model=model))
        super().__init__(state, [[self.image, self.model]], render, lambda _: None)
        words, options, picture, *others = self.children
        self.text.layout.flex, picture.layout.flex = "1 1 380px", "1 1 520px"
        picture.layout.width = self.text.layout.width = "auto"
        side = {"flex_flow": "row wrap", "grid_gap": "0 12px", "align_items": "flex-start"}
        self.children = [words, options, widgets.HBox([self.text, picture], layout=side), *others]

    def fill(self, state):
        """Set the controls; the choice of a model is shown where there are several."""
        self.text.value, self.image.value = state.text, state.image
        self.model.options = models(replace(state, model=None))
        self.model.value = state.model
        self.model.layout.display = None if len(self.model.options) > 2 else "none"

    def call(self, state):
        """Return what brings a state back."""
        return "checker", [], moved_from(state, Notes())

    def stored(self):
        """Return what a file keeps: a mime bundle with the findings as they stand."""
        # Without the style, as on GitHub, which drops styles.
        return super().stored(self.render(self.state).html)
