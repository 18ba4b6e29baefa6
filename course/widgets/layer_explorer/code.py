"""Layers as the Keras code that builds them."""

import json
import re
from dataclasses import MISSING, fields
from math import isfinite

from course.arithmetic import POINTWISE, KerasObject
from course.arithmetic.layer import Named, plain
from course.plots.picture import listed
from course.widgets.rendered import number

_WIDE = 100  # a longer line has its comment right behind it
# Written without their names, as most people do, even where they are the default.
_PLAIN = ("filters", "kernel_size", "units", "pool_size", "rate")
# What the ledger keeps of layers whose settings it does not read.
_UNSAID = ("name", "keras_kind", "counts", "shape", "settings")


def keras_code(layers, input_shape, rows=None, fits=None, why=""):
    """Return Keras code that builds a stack.

    Parameters
    ----------
    layers : iterable of course.arithmetic.Layer
    input_shape : tuple of int
        (height, width, channels) of one image.
    rows : iterable of course.arithmetic.Row, optional
        The first layers' rows in a ledger. Each then gets its size and receptive field as a comment.
    fits : int, optional
        How many of the layers can be built, where not all can.
    why : str
        Why the next one can't, as a sentence.

    Returns
    -------
    str
        It defines `model`.
    """
    lines = [f"keras.Input(shape={tuple(input_shape)}),", *(f"layers.{_call(layer)}," for layer in layers)]
    comments = [""] + [_missing(layer) for layer in layers]
    for place, row in enumerate(rows or (), start=1):
        comments[place] = "; ".join(filter(None, (note(row), comments[place])))
    if fits is not None and fits < len(lines) - 1:
        comments[fits + 1] = f"DOES NOT FIT: {why}"
        comments[fits + 2 :] = ["not reached"] * (len(lines) - fits - 2)
    wide = max(len(line) for line in lines if len(line) <= _WIDE)
    body = [
        f"    {line:{wide}}  # {comment}" if comment else f"    {line}"
        for line, comment in zip(lines, comments, strict=True)
    ]
    return "\n".join(["import keras", "from keras import layers", "", "model = keras.Sequential([", *body, "])"])


def note(row):
    """Return a row as learners note it beside a layer: 30x30x64, RF 5."""
    field = "x".join(dict.fromkeys(map(number, row.receptive_field)))
    return f"{'x'.join(map(str, row.output_shape))}, RF {field}"


def _call(layer):
    """Return the call that makes a layer; what is the default anyway is left out."""
    arguments = []
    for f in fields(layer):
        value = getattr(layer, f.name)
        if f.name in _UNSAID or value == "custom":
            continue
        if f.name in _PLAIN or f.default is MISSING:
            arguments.append(in_code(value))
        elif value != f.default:
            arguments.append(f"{f.name}={in_code(value)}")
    arguments += _arguments(layer.settings)
    # Keras numbers its own names; repeated here, they would clash with those it hands out.
    if layer.name and not re.fullmatch(rf"{layer.snake_name}(_\d+)?", layer.name):
        # The ledger calls a layer of a model within the model outer/inner, which Keras allows no layer.
        arguments.append(f"name={in_code(layer.name.replace('/', '_'))}")
    return f"{layer.kind}({', '.join(arguments)})"


def in_code(value, made=None):
    """Return a value that a layer holds as Python code.

    Parameters
    ----------
    value : object
        A number, a word, None, a `KerasObject`, or a tuple of them.
    made : callable, optional
        What a `KerasObject` is written as, instead of the call of Keras's that makes it.

    Returns
    -------
    str
        It needs no import but `keras`.
    """
    value = plain(value)
    if isinstance(value, KerasObject):
        return made(value) if made else f"keras.{value.path}({', '.join(_arguments(value.settings))})"
    if isinstance(value, tuple):
        parts = [in_code(part, made) for part in value]
        return f"({', '.join(parts)}{',' * (len(parts) == 1)})"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return f'float("{value}")' if isinstance(value, float) and not isfinite(value) else repr(value)


def _arguments(settings):
    return [f"{key}={in_code(value)}" if key else in_code(value) for key, value in settings if value != "custom"]


def _missing(layer):
    held = {f.name: getattr(layer, f.name) for f in fields(layer) if f.name not in _UNSAID} | dict(layer.settings)
    if own := [key for key, value in held.items() if value == "custom"]:
        return f"put your own {listed(own)} here"
    if isinstance(layer, Named) and layer.kind not in POINTWISE:
        return "put its settings here, or a layer that does the same"
    return ""
