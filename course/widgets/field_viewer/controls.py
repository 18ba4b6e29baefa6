"""The receptive-field viewer: pick a unit, and see which pixels of a real image it can see."""

from dataclasses import replace

import ipywidgets as widgets
import numpy as np

from course.arithmetic import LayerError
from course.data import shapes
from course.inspection import ledger_of
from course.widgets.field_viewer.page import render
from course.widgets.field_viewer.scene import nearest, still
from course.widgets.field_viewer.state import Look, at_layer, at_unit
from course.widgets.shell import Shell

_SIZE = {"layout": {"width": "260px"}, "style": {"description_width": "56px"}}


def field_viewer(model_or_ledger, image=None, effective=None, layer=None, unit=None):
    """Return a viewer of what each unit of a network can see.

    Parameters
    ----------
    model_or_ledger : keras.Model or course.arithmetic.Ledger
    image : numpy.ndarray, optional
        uint8, shape (height, width, 3), of the network's height and width. If None, one of the shapes.
    effective : callable, optional
        Takes a layer's name and a unit, which is (row, column), or () where the layer's output is no map;
        returns how much each pixel matters to it, an array of shape (height, width). It is called once for
        each unit looked at.
    layer : str, optional
        The layer to begin with; the last that sees further than those before, but not all, if left out.
    unit : (int, int), optional
        The unit to begin with, row and column from 0; the middle one if left out.

    Returns
    -------
    FieldViewer
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When it is neither, when there is no such layer or unit, or when the image does not fit the network.
    LayerError
        When the model can't be read.
    """
    if not any(hasattr(model_or_ledger, part) for part in ("rows", "layers")):
        raise ValueError(f"field_viewer needs a Keras model or a ledger, not {model_or_ledger!r}.")
    ledger = model_or_ledger if hasattr(model_or_ledger, "rows") else ledger_of(model_or_ledger)
    if not len(ledger):
        raise ValueError(f"{ledger.name} has no layers: there is no unit to look from.")
    given = ["model_or_ledger"] + ["image"] * (image is not None) + ["effective=effective"] * bool(effective)
    size = tuple(ledger.input_shape[:2])
    image = _default_image(size) if image is None else np.asarray(image)
    if image.shape != (*size, 3) or image.dtype != np.uint8:
        raise ValueError(
            f"The image has shape {image.shape} and dtype {image.dtype}; {ledger.name} needs a uint8 image of "
            f"shape {(*size, 3)}."
        )
    look = _begun(ledger, image)
    names = [row.name for row in ledger]
    if layer is not None:
        if layer not in names:
            raise ValueError(f"{ledger.name} has no layer {layer!r}: it has {', '.join(names)}.")
        look = at_layer(look, names.index(layer))
    unit = tuple(count // 2 for count in look.units) if unit is None else tuple(unit)
    if len(unit) != 2 or not all(place in range(count) for place, count in zip(unit, look.units, strict=True)):
        raise ValueError(f"There is no unit {unit}: {look.row.name} has {look.units[0]}×{look.units[1]} of them.")
    return FieldViewer(at_unit(look, unit), effective, given)


class FieldViewer(Shell):
    """The controls of a Look."""

    def __init__(self, look, effective=None, given=()):
        self.effective, self.given, self._known = effective, given, {}
        self.layer = widgets.Dropdown(
            options=[(row.name, place) for place, row in enumerate(look.ledger)], description="Layer",
            tooltip="Whose units to look from; arrow keys step through the list", **_SIZE,
        )  # fmt: skip
        self.unit = [
            widgets.IntSlider(
                min=0, description=what, tooltip=f"The unit's {what.lower()}, counted from 0: arrow keys move it",
                **_SIZE,
            )
            for what in ("Row", "Column")
        ]  # fmt: skip
        self.with_effect = widgets.Checkbox(
            description="Effective field", indent=False, layout={"width": "auto", "margin": "0 0 0 12px"},
            tooltip="How much each pixel matters to the unit, as the network is now",
        )  # fmt: skip
        self.on(self.layer, lambda look, layer: self._measured(at_layer(look, layer)))
        for axis, slider in enumerate(self.unit):
            self.on(slider, lambda look, place, axis=axis: self._measured(self._moved(look, axis, place)))
        self.on(self.with_effect, lambda look, _: self._measured(at_unit(look, look.unit)))
        extra = [self.with_effect] if effective else []
        super().__init__(look, [[self.layer, *self.unit, *extra]], render, still)

    def fill(self, look):
        """Set the controls to the unit that looks."""
        self.layer.value = look.layer
        for slider, count, place in zip(self.unit, look.units, look.unit, strict=True):
            slider.max, slider.value, slider.disabled = count - 1, place, count == 1

    def click(self, look, what, across, down):
        """Look from the unit that was clicked, or from the one that looks at about that place of the image."""
        unit = nearest(look, across, down)
        if what == "unit":
            unit = (
                min(int(down * look.units[0]), look.units[0] - 1),
                min(int(across * look.units[1]), look.units[1] - 1),
            )
        return self._measured(at_unit(look, unit))

    def _moved(self, look, axis, place):
        return at_unit(look, (place, look.unit[1]) if axis == 0 else (look.unit[0], place))

    def _measured(self, look):
        """Return the look with its effect on it, when the box is ticked."""
        if not self.with_effect.value:
            return look
        key = look.row.name, look.unit if len(look.row.output_shape) == 3 else ()
        if key not in self._known:
            try:
                effect = np.asarray(self.effective(*key), float)
            except (LayerError, ValueError) as why:
                return replace(look, trouble=str(why))
            if effect.shape != look.image.shape[:2]:
                return replace(
                    look,
                    trouble=f"The effective field has shape {effect.shape}; it must be {look.image.shape[:2]}.",
                )
            self._known[key] = effect
        return replace(look, effect=self._known[key])

    def call(self, look):
        """Return what brings a state back: the unit, but not whether its effective field is shown."""
        first = _begun(look.ledger, look.image)
        chosen = {} if look.layer == first.layer else {"layer": look.row.name}
        if look.unit != tuple(count // 2 for count in look.units):
            chosen["unit"] = look.unit
        return "field_viewer", self.given, chosen


def _begun(ledger, image):
    return Look(ledger, image, _telling_layer(ledger))


def _telling_layer(ledger):
    """Return the number of the last layer that sees further than those before, but no unit of which sees all."""
    fields = [(1, 1), *(row.receptive_field for row in ledger)]
    telling = [
        place
        for place, row in enumerate(ledger)
        if None not in row.receptive_field
        and row.receptive_field != fields[place]
        and all(axis.size > 1 for axis in row.axes)
        and all(field < side for field, side in zip(row.receptive_field, ledger.input_shape, strict=False))
    ]
    return telling[-1] if telling else 0


def _default_image(size):
    image = shapes(50).train_images[24]  # bright, with something in every corner
    rows, columns = (np.arange(n) * side // n for n, side in zip(size, image.shape, strict=False))
    return image[rows[:, None], columns]
