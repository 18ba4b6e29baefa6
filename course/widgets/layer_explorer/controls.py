"""The layer explorer: build a network layer by layer and watch what each move costs and sees."""

from dataclasses import replace

import ipywidgets as widgets

from course import CHAINS
from course.plots import network_strip
from course.widgets.layer_explorer import state as moves
from course.widgets.layer_explorer.page import render
from course.widgets.layer_explorer.qualifier import Qualifier
from course.widgets.layer_explorer.state import IMAGES, NEW, SETTINGS, VIEWS, Stack, layers_of, settings
from course.widgets.rendered import budget
from course.widgets.shell import Shell, moved_from

_TIPS = {
    "network": "Begin again from one of the kit's networks; arrow keys step through the list",
    "image": "Height, width and channels of one image; arrow keys step through the list",
    "layer": "Which layer to look at and to edit; arrow keys step through the list",
    "kind": "What the layer is; arrow keys step through the list",
    "filters": "How many filters, or units of a Dense layer",
    "kernel": "Rows and columns of the window",
    "stride": "How many rows and columns the window moves at a step",
    "dilation": "Distance between the window's taps; 1 leaves no holes",
    "padding": "valid: the window stays inside; same: zeros are added around the map",
    "zeros": "Rows and columns of zeros at each side",
}
_VIEWS = {
    "ledger": "A table of what every layer costs and sees; click a row to select it",
    "side by side": "The kept network at the left, this one at the right",
    "code": "The stack as Keras code, to copy",
    "annotated code": "The code with size and receptive field beside each layer",
    "paste code": "Put in Keras code of your own",
}
_MOVES = {
    "Add Conv2D": ("Add a convolution after this layer; choose its kind then", moves.add),
    "Remove": ("Remove this layer", moves.remove),
    "Up": ("Move this layer one place towards the image", lambda stack: moves.move(stack, -1)),
    "Down": ("Move this layer one place away from the image", lambda stack: moves.move(stack, 1)),
    "Undo": ("Take back the last move", moves.undo),
    "Reset": ("Begin again with the network that was first here", moves.reset),
    "Keep": (
        "Keep this network, to see later ones beside it",
        lambda stack: replace(stack, kept=stack, view="side by side"),
    ),
}
_EMPTY = "no layers"


def layer_explorer(start="baseline", input_shape=None, selected=0, view="ledger"):
    """Return an explorer in which layers are added, removed, moved and edited.

    Parameters
    ----------
    start : str, sequence of course.arithmetic.Layer, or keras.Model
        The first stack: one of the kit's models by name, layers, or a built model that is a chain.
    input_shape : tuple of int, optional
        (height, width, channels) of one image; the model's own, and (32, 32, 3) for layers, if left out.
    selected : int
        The number of the layer that is selected, from 0.
    view : str
        What is shown below it: "ledger", "side by side", "code", "annotated code" or "paste code".

    Returns
    -------
    LayerExplorer
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When there is no model of that name, no such layer or no such view.
    LayerError
        When the model is not built, is no chain, or its first layers already don't fit.
    """
    stack = replace(_first(start), previous=None)
    if view not in VIEWS or not 0 <= selected < max(len(stack.layers), 1):
        raise ValueError(
            f"There is no such place to begin: view is one of {', '.join(VIEWS)}, and selected the number of a "
            f"layer, from 0 to {max(len(stack.layers) - 1, 0)}."
        )
    if input_shape:
        stack = moves.begin(stack, stack.layers, input_shape)
    return LayerExplorer(replace(stack, previous=None, selected=selected, view=view))


def _network(stack, name):
    """Return the stack of one of the kit's models, or with no layers."""
    if not name:
        return stack
    return moves.begin(stack, *((), Stack(()).input_shape) if name == _EMPTY else _kits(name))


_KITS = {}  # by name, those that were asked for: what loads TensorFlow is not done in vain


def _kits(name):
    if name not in _KITS:
        from course import models

        # Not models.build, which would set the learner's random seed.
        _KITS[name] = layers_of(models.MODELS[name]()), models.IMAGE_SHAPE
    return _KITS[name]


def _first(start):
    if isinstance(start, str) and start in CHAINS:
        return moves.begin(Stack(()), *_kits(start))
    if isinstance(start, str):
        from course.models import build  # loads TensorFlow, which layers alone don't need

        start = build(start)
    if hasattr(start, "get_config") and hasattr(start, "layers"):
        return moves.begin(Stack(()), layers_of(start), start.input_shape[1:])
    return moves.begin(Stack(()), start, Stack(()).input_shape)


class LayerExplorer(Shell):
    """The controls of a Stack."""

    def __init__(self, stack):
        self.layer = widgets.Dropdown(**_labelled("layer"))
        self.kind = widgets.Dropdown(**_labelled("kind"))
        self.settings = {
            name: widgets.Dropdown(options=["valid", "same"], **_labelled(name))
            if name == "padding"
            # A field for whole numbers drops the point of 3.7 and the e of 1e3, and says nothing.
            else widgets.FloatText(step=1, **_labelled(name))
            for name in SETTINGS
        }
        self.view = widgets.ToggleButtons(
            options=list(VIEWS), tooltips=[_VIEWS[view] for view in VIEWS], style={"button_width": "auto"}
        )
        self.buttons = {
            name: widgets.Button(
                description=name, tooltip=tip, layout={"width": "112px" if len(name) > 6 else "76px"}
            )
            for name, (tip, _) in _MOVES.items()
        }
        for name, (_, change) in _MOVES.items():
            self.on_click(self.buttons[name], change)
        self.on(self.layer, lambda state, place: replace(state, selected=place))
        self.on(self.kind, lambda state, kind: moves.edit(state, kind=kind))
        self.on(self.view, lambda state, view: replace(state, view=view))
        for name, control in self.settings.items():
            self.on(control, lambda state, value, name=name: moves.edit(state, **{name: value}))
        self.network = widgets.Dropdown(
            options=[("choose one", ""), *((name, name) for name in (*CHAINS, _EMPTY))],
            value="",
            **_labelled("network"),
        )
        self.on(self.network, _network)
        self.image = widgets.Dropdown(**_labelled("image"))
        self.on(self.image, moves.resize)
        self.pasted = widgets.Textarea(
            placeholder="model = keras.Sequential([...])", layout={"width": "100%", "height": "160px"},
            tooltip="Keras code: it is read, never run", description="Code", style={"description_width": "44px"},
        )  # fmt: skip
        self.read = widgets.Button(description="Read", tooltip="Show the layers of the code as a ledger")
        self.on_click(self.read, lambda stack: moves.paste(stack, self.pasted.value))
        more = [self.buttons.pop("Reset"), self.buttons.pop("Keep")]
        which = [self.layer, self.kind, *self.buttons.values()]
        self.buttons |= {button.description: button for button in more}
        self.qualifier = Qualifier(lambda: self.state)
        super().__init__(
            stack,
            [
                [self.network, self.image, *more],
                which,
                [*self.settings.values(), self.view],
                [self.pasted, self.read],
                [self.qualifier.name, self.qualifier.train, self.qualifier.cancel],
            ],
            render,
            still,
        )
        self.children = (*self.children, self.qualifier.page)

    def click(self, stack, what, across, down):
        """Select the layer of the row that was clicked."""
        return replace(stack, selected=int(what))

    def fill(self, stack):
        """Set the controls to the selected layer; those for what it doesn't have are hidden."""
        known = IMAGES if stack.input_shape in IMAGES else (stack.input_shape, *IMAGES)
        self.image.options = [("×".join(map(str, shape)), shape) for shape in known]
        self.image.value = stack.input_shape
        for control in (self.pasted, self.read):
            control.layout.display = None if stack.view == "paste code" else "none"
        names = [row.name for row in stack.so_far[0]]
        names += [layer.name or layer.kind for layer in stack.layers[len(names) :]]
        self.layer.options = [(f"{place}  {name}", place - 1) for place, name in enumerate(names, start=1)]
        self.layer.value = stack.selected if stack.layers else None
        kind = stack.layer.kind if stack.layers else None
        self.kind.options = [*NEW] if kind is None or kind in NEW else [kind, *NEW]
        self.kind.value = kind
        held = settings(stack.layer)
        for name, control in self.settings.items():
            control.layout.display = None if name in held else "none"
            if name in held:
                control.value = held[name]
        self.view.value = stack.view
        last = len(stack.layers) - 1
        for name, off in (
            ("Remove", not stack.layers),
            ("Up", stack.selected == 0),
            ("Down", stack.selected >= last),
            ("Undo", stack.previous is None),
        ):
            self.buttons[name].disabled = off

    def call(self, stack):
        """Return what brings a stack back: a kit's network by name, or the layers with what was set of each."""
        name = next((name for name, (layers, _) in _KITS.items() if layers == stack.layers), None)
        layers = f"[{', '.join(map(moves.spelled, stack.layers))}]"
        return (
            "layer_explorer",
            [repr(name) if name else layers],
            moved_from(replace(stack, trouble=""), Stack(stack.layers)),
        )


def still(stack):
    """Return the network as a strip, or None where it has no layer that the strip draws."""
    book, _ = stack.so_far
    try:
        picture = network_strip(book, title=budget(book.parameters))
    except ValueError:
        return None
    picture.alt = f"{render(stack).text} {picture.alt}"
    return picture


def _labelled(name):
    return {
        "description": name.capitalize(),
        "tooltip": _TIPS[name],
        "layout": {
            "width": {
                "layer": "250px",
                "kind": "230px",
                "network": "250px",
                "image": "190px",
                "padding": "132px",
            }.get(name, "116px")
        },
        "style": {
            "description_width": "54px" if name in SETTINGS else "62px" if name in ("layer", "network") else "44px"
        },
    }
