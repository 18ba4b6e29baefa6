"""The convolution anatomy: choose a kind of convolution and step through its output, value by value."""

from dataclasses import replace

import ipywidgets as widgets

from course.anatomy import KINDS, SETTINGS, Convolution, patch_of, possible_groups
from course.data import shapes
from course.plots.anatomy import anatomy
from course.widgets.convolution_anatomy.page import CHOICES, MANY_GROUPS, Anatomy, change, render
from course.widgets.shell import Shell, moved_from

_TIPS = {
    "channels": "How many of the six maps are the input",
    "filters": "How many channels it puts out",
    "kernel": "Rows and columns of the window",
    "stride": "How far the window moves",
    "depth_multiplier": "Kernels for each channel",
    "groups": "1 is a standard convolution; as many as channels is a depthwise one",
}
_NAMES = {"depth_multiplier": "Depth mult."}
_WIDE = {"layout": {"width": "226px"}, "style": {"description_width": "80px"}}


def convolution_anatomy(image=None, cell=None, output=0, **settings):
    """Return an explorer of how one output value of a convolution comes about.

    Parameters
    ----------
    image : numpy.ndarray, optional
        uint8, shape (height, width, 3); a patch of it is the input. One of the shapes if left out.
    cell : int, optional
        The position of the output, counted row by row from 0; the middle one if left out.
    output : int
        The output channel, from 0.
    **settings
        Where to begin: those of `course.anatomy.Convolution`, such as kind="depthwise". A grouped
        convolution begins with 6 channels, 6 filters and 2 groups unless they are given.

    Returns
    -------
    ConvolutionAnatomy
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When the image is too small or of another kind, or the settings make no convolution to choose here.
    """
    if unknown := [key for key in settings if key not in Convolution.__dataclass_fields__]:
        raise ValueError(
            f"A convolution has no {unknown[0]!r}: it has {', '.join(Convolution.__dataclass_fields__)}."
        )
    if settings.get("kind") == "grouped":
        settings = MANY_GROUPS | settings
    convolution = Convolution(**settings)
    for setting, choices in CHOICES.items():
        if getattr(convolution, setting) not in choices:
            raise ValueError(_choose(setting, convolution, choices))
    # Only now are channels and filters known to be numbers.
    if convolution.groups not in (possible := possible_groups(convolution.channels, convolution.filters)):
        raise ValueError(_choose("groups", convolution, possible))
    if convolution.kind == "grouped" and "groups" not in settings:
        convolution = replace(convolution, groups=possible[min(1, len(possible) - 1)])
    given = [] if image is None else ["image"]
    image = shapes(50).train_images[24] if image is None else image
    state = _begun(patch_of(image), convolution)
    cells = state.size[0] * state.size[1]
    for what, place, count in (("cell", cell, cells), ("output", output, convolution.outputs)):
        if place is not None and place not in range(count):
            raise ValueError(f"{what} is {place!r}; this convolution has {count}, counted from 0.")
    cell = state.cell if cell is None else cell
    return ConvolutionAnatomy(replace(state, cell=cell, output=output), given)


def _choose(setting, convolution, choices):
    return f"{setting} is {getattr(convolution, setting)!r}; choose one of {', '.join(map(str, choices))}."


class ConvolutionAnatomy(Shell):
    """The controls of an Anatomy."""

    def __init__(self, state, given=()):
        self.given = given
        self.kind = widgets.ToggleButtons(
            options=list(KINDS), style={"button_width": "auto"},
            tooltips=[f"Take a {kind} convolution apart" for kind in KINDS], tooltip="The kind of convolution",
        )  # fmt: skip
        self.settings = {
            name: widgets.SelectionSlider(
                options=CHOICES.get(name, (1,)), description=_NAMES.get(name, name.capitalize()),
                tooltip=f"{_TIPS[name]}: arrow keys move it", **_WIDE,
            )
            for name in _TIPS
        }  # fmt: skip
        self.cell = widgets.IntSlider(
            min=0, description="Position", readout=False,
            tooltip="Which position of the output, row by row: arrow keys step through it", **_WIDE,
        )  # fmt: skip
        self.output = widgets.IntSlider(
            min=0, description="Out channel", tooltip="Which output channel, from 0: arrow keys move it", **_WIDE
        )
        self.on(self.kind, lambda state, kind: change(state, kind=kind))
        for name, control in self.settings.items():
            self.on(control, lambda state, value, name=name: change(state, **{name: value}))
        self.on(self.cell, lambda state, cell: replace(state, cell=cell))
        self.on(self.output, lambda state, output: replace(state, output=output))
        super().__init__(state, [[self.kind], [*self.settings.values()], [self.cell, self.output]], render, still)

    def fill(self, state):
        """Set the controls; what the kind does not use is hidden."""
        convolution = state.convolution
        self.kind.value = convolution.kind
        self.settings["groups"].options = possible_groups(convolution.channels, convolution.filters)
        for name, control in self.settings.items():
            control.layout.display = None if name in SETTINGS[convolution.kind] else "none"
            control.value = getattr(convolution, name)
        for slider, count, place in (
            (self.cell, state.size[0] * state.size[1], state.cell),
            (self.output, convolution.outputs, state.output),
        ):
            slider.max, slider.value, slider.disabled = count - 1, place, count == 1

    def call(self, state):
        """Return what brings a state back."""
        begun = _begun(state.patch, state.convolution)
        convolution = state.convolution
        # A grouped one begins with other numbers.
        numbers = ("channels", "filters", "groups") if convolution.kind == "grouped" else ()
        return "convolution_anatomy", self.given, {
            **moved_from(convolution, Convolution()),
            **{key: getattr(convolution, key) for key in numbers},
            **({} if state.cell == begun.cell else {"cell": state.cell}),
            **({} if state.output == begun.output else {"output": state.output}),
        }  # fmt: skip


def still(state):
    """Return the same drawing as a picture."""
    return anatomy(state.convolution, state.patch, *state.place)


def _begun(patch, convolution):
    """Return a convolution at the middle of its output."""
    state = Anatomy(patch, convolution)
    rows, columns = state.size
    return replace(state, cell=rows // 2 * columns + columns // 2)
