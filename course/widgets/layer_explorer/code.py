"""Layers as the Keras code that builds them."""

import re
from dataclasses import MISSING, fields

from course.arithmetic import POINTWISE
from course.widgets.rendered import number

# Written without their names, as most people do, even where they are the default.
_PLAIN = ("filters", "kernel_size", "units", "pool_size", "rate")
# What the ledger keeps of layers whose settings it does not read.
_UNSAID = ("keras_kind", "counts", "shape", "settings")


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
    wide = max(map(len, lines))
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
        if f.name in _UNSAID:
            continue
        if f.name in _PLAIN or f.default is MISSING:
            arguments.append(_quoted(value))
        elif value != f.default and f.name != "name" and value != "custom":
            arguments.append(f"{f.name}={_quoted(value)}")
    arguments += [f"{key}={value!r}" for key, value in getattr(layer, "settings", ()) if value != "custom"]
    # Keras numbers its own names; repeated here, they would clash with those it hands out.
    if layer.name and not re.fullmatch(rf"{layer.snake_name}(_\d+)?", layer.name):
        arguments.append(f"name={_quoted(layer.name)}")
    return f"{layer.kind}({', '.join(arguments)})"


def _quoted(value):
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _missing(layer):
    given = {"activation": getattr(layer, "activation", None), **dict(getattr(layer, "settings", ()))}
    if own := [key for key, value in given.items() if value == "custom"]:
        return f"put your own {own[0]} here"
    return "put its settings here" if hasattr(layer, "keras_kind") and layer.kind not in POINTWISE else ""
