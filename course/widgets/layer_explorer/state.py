"""A stack of layers that can be changed: what the layer explorer shows and edits.

A state never changes. Each move returns a new one, which remembers the one before.
"""

from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cached_property

from course import annotations
from course.arithmetic import LAYERS, LayerError, Unknown, ledger
from course.arithmetic.layer import Named
from course.inspection import chain_of
from course.inspection.chain import SHARED
from course.plots.picture import listed
from course.widgets.layer_explorer.code import in_code

# What a layer is when it is new, for each kind that can be chosen.
NEW = {kind: layer(**layer.new) for kind, layer in LAYERS.items() if layer.new is not None}
# What the explorer calls a setting, and what Keras calls it, one kind or another.
SETTINGS = {
    "filters": ("filters", "units"),
    "kernel": ("kernel_size", "pool_size"),
    "stride": ("strides",),
    "dilation": ("dilation_rate",),
    "padding": ("padding",),
    "zeros": ("padding",),
}
VIEWS = ("ledger", "side by side", "code", "annotated code", "paste code")
IMAGES = ((28, 28, 1), (32, 32, 3), (64, 64, 3), (96, 96, 3), (224, 224, 3))


@dataclass(frozen=True)
class Stack:
    """Layers, which of them is selected, and how they are shown.

    Parameters
    ----------
    layers : tuple of course.arithmetic.Layer
        From the image onwards.
    input_shape : tuple of int
        (height, width, channels) of one image.
    selected : int
        The number of the selected layer, from 0. Without layers it means nothing.
    view : str
        One of `VIEWS`.
    previous : Stack, optional
        The stack before the last move.
    origin, kept : Stack, optional
        Where it began, and what it is compared with.
    trouble : str
        Why pasted code could not be read, as a sentence.
    """

    layers: tuple
    input_shape: tuple = (32, 32, 3)
    selected: int = 0
    view: str = "ledger"
    previous: "Stack" = field(default=None, compare=False, repr=False)
    origin: "Stack" = field(default=None, compare=False, repr=False)
    kept: "Stack" = field(default=None, compare=False, repr=False)
    trouble: str = ""

    @cached_property
    def so_far(self):
        """The ledger up to the first layer that can't be, and the sentence that says why, or ""."""
        try:
            return ledger(self.layers, self.input_shape), ""
        except LayerError as why:
            for count in range(len(self.layers), -1, -1):
                try:
                    return ledger(self.layers[:count], self.input_shape), str(why)
                except LayerError:
                    pass
            raise

    @property
    def layer(self):
        """The selected layer, or None."""
        return self.layers[self.selected] if self.layers else None


def add(stack, layer=NEW["Conv2D"]):
    """Return the stack with a layer more, after the selected one, and selected."""
    place = stack.selected + 1 if stack.layers else 0
    layers = (*stack.layers[:place], layer, *stack.layers[place:])
    return _moved(stack, layers=layers, selected=place)


def remove(stack):
    """Return the stack without the selected layer; the next one, or the last, is then selected."""
    if not stack.layers:
        return stack
    layers = stack.layers[: stack.selected] + stack.layers[stack.selected + 1 :]
    return _moved(stack, layers=layers, selected=max(0, min(stack.selected, len(layers) - 1)))


def move(stack, steps):
    """Return the stack with the selected layer some places later, or earlier where `steps` is negative."""
    place = stack.selected + steps
    if not 0 <= place < len(stack.layers):
        return stack
    layers = list(stack.layers)
    layers.insert(place, layers.pop(stack.selected))
    return _moved(stack, layers=tuple(layers), selected=place)


def edit(stack, **changes):
    """Return the stack with the selected layer's kind or settings changed.

    Parameters
    ----------
    stack : Stack
    **changes
        `kind`, and those of `SETTINGS` that the layer has. Whether the value makes sense is for the
        ledger to say.

    Returns
    -------
    Stack
    """
    layer = stack.layer
    if layer is None:
        return add(stack, NEW[changes["kind"]]) if "kind" in changes else stack
    for setting, value in changes.items():
        layer = _of_kind(layer, value) if setting == "kind" else _set(layer, setting, value)
    if layer == stack.layer:
        return stack
    layers = (*stack.layers[: stack.selected], layer, *stack.layers[stack.selected + 1 :])
    after = _moved(stack, layers=layers)
    if lost := [key for key, _ in stack.layer.settings if key not in dict(layer.settings)]:
        passed = f"did not pass from the {stack.layer.kind} to the {layer.kind}"
        return replace(after, trouble=f"What was set as {listed(lost)} {passed}. Undo brings it back.")
    return after


def undo(stack):
    """Return the stack before the last move, shown as this one is and beside the same."""
    return replace(stack.previous, view=stack.view, kept=stack.kept, trouble="") if stack.previous else stack


def begin(stack, layers, input_shape):
    """Return a stack with other layers, in which the move can be undone and from which *Reset* starts."""
    new = Stack(tuple(layers), tuple(input_shape), view=stack.view, previous=stack, kept=stack.kept)
    return replace(new, origin=new)


def reset(stack):
    """Return the stack as it began."""
    first = stack.origin or stack
    return _moved(stack, layers=first.layers, input_shape=first.input_shape, selected=0)


def resize(stack, input_shape):
    """Return the stack over an image of another shape."""
    return _moved(stack, input_shape=tuple(input_shape))


def paste(stack, text):
    """Return a stack with the layers of Keras code, which is read and never run; or with why it can't be."""
    try:
        found = annotations.read(text)
        if any(note.inputs != (number - 1,) for number, note in enumerate(found.layers)):
            raise LayerError("this network branches, and the explorer edits chains only")
    except (annotations.ReadError, LayerError) as why:
        return replace(stack, trouble=f"{str(why)[:1].upper()}{str(why)[1:].rstrip('.')}.")
    layers, once = [], {}
    for note in found.layers:
        layer = _simplest(note.layer) if note.layer else Unknown(note.kind)
        # No two layers may have one name.
        layers.append(replace(layer, name=None) if note.layer and id(note.layer) in once else layer)
        once[id(note.layer)] = note
    new = begin(stack, layers, found.input_shape or stack.input_shape)
    for note, row in zip(found.layers, new.so_far[0], strict=False):
        if row.parameters and once.pop(id(note.layer), None) is None:
            return replace(stack, trouble=f"This network calls one {note.kind} more than once, {SHARED}")
    return replace(new, view="ledger", trouble=" ".join(map(str, (*found.unread, *found.remarks))))


def settings(layer):
    """Return what can be edited in a layer: a dict from names of `SETTINGS` to values.

    A setting that differs between height and width is left out: the explorer's controls hold one number.
    """
    return {
        key: value
        for key, value in held(layer).items()
        if isinstance(value, str if key == "padding" else (int, float))
    }


def held(layer):
    """Return all that a layer holds of `SETTINGS`, whether it can be edited or not."""
    if layer is None:
        return {}
    found = {setting: getattr(layer, key) for setting in SETTINGS if (key := _key(layer, setting))}
    if found.get("stride", 0) is None:
        found["stride"] = found["kernel"]
    if "padding" in found:
        found.pop("zeros" if isinstance(found["padding"], str) else "padding")
    return found


def layers_of(model):
    """Return a Keras model's layers as those of `course.arithmetic`, in the simplest spelling.

    Raises
    ------
    LayerError
        When the model is not built, is no chain, or calls a layer with weights more than once.
    """
    return tuple(map(_simplest, chain_of(model)))


def spelled(layer):
    """Return a layer or a `KerasObject` as the code of `course.arithmetic`, without what is the default anyway."""
    shown = [f.name for f in fields(layer) if f.default is MISSING]
    chosen = [f.name for f in fields(layer) if f.name not in shown and getattr(layer, f.name) != f.default]
    values = [in_code(getattr(layer, key), spelled) for key in shown]
    values += [f"{key}={in_code(getattr(layer, key), spelled)}" for key in chosen]
    return f"{type(layer).__name__}({', '.join(values)})"


def _moved(stack, **changes):
    """Return the stack after a move that can be undone."""
    return replace(stack, previous=stack, trouble="", **changes)


def _key(layer, setting):
    return next((key for key in SETTINGS[setting] if hasattr(layer, key)), None)


def _set(layer, setting, value):
    if setting not in settings(layer):
        known = ", ".join(settings(layer)) or "nothing"
        raise ValueError(f"The {setting} of this {layer.kind} can't be set here; what can: {known}.")
    # A field for numbers gives 3.0 for 3; what is no whole number is for the ledger to refuse.
    value = int(value) if isinstance(value, float) and value.is_integer() else value
    return replace(layer, **{_key(layer, setting): value})


def _of_kind(layer, kind):
    """Return a new layer of a kind, with the other's settings where both are convolutions."""
    if kind == layer.kind:
        return layer
    new = NEW[kind]
    if not (hasattr(new, "kernel_size") and hasattr(layer, "kernel_size")):
        return new
    shared = {f.name for f in fields(new)} & {f.name for f in fields(layer)} - {"name", "groups", "settings"}
    return replace(new, **{key: getattr(layer, key) for key in shared})


def _simplest(layer):
    """Return a layer with one number where height and width agree, and without what is the default anyway."""
    if isinstance(layer, Named):  # it has no settings, and its counts are a pair
        return layer
    whole = ("target_shape", "shared_axes", "axis", "settings")  # as many as there are
    given = {f.name: getattr(layer, f.name) for f in fields(layer)}
    plain = {key: value if key in whole else _one(value) for key, value in given.items()}
    if plain.get("strides") == plain.get("pool_size", 0):
        plain["strides"] = None
    if plain.get("activation") == "linear" and layer.kind != "Activation":
        plain["activation"] = None
    return replace(layer, **plain)


def _one(value):
    if isinstance(value, (tuple, list)):
        parts = tuple(map(_one, value))
        # ((0, 1), (0, 1)) is not (0, 1), which Keras reads as ((0, 0), (1, 1)).
        alike = len(parts) == 2 and parts[0] == parts[1] and not isinstance(parts[0], tuple)
        return parts[0] if alike else parts
    return value
