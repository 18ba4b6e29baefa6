"""Texts made by rule, with known truth: a style is a layout and a way to write a note."""

import json
import random
import re
from collections import Counter

from course import annotations
from course.annotations.judging.verdicts import ACCUSED
from course.arithmetic import Conv2D, LayerError, MaxPooling2D, SeparableConv2D, ledger

FORMS = (
    # (name, note, legend or None)
    ("plain", "{h}x{h}x{c}, RF {r}", None),
    ("words", "Output: ({h}, {h}, {c}) | Receptive Field: {r}x{r}", None),
    ("letters", "S-{h}, R-{r}", None),
    ("slashes", "{h}/{h}/{c} RF-{r}", None),
    ("tuple", "({h},{h},{c}) -> RF={r}", None),
    ("out", "out {h}, rf {r}", None),
    ("bare pair", "{h}, {r}", None),
    ("legend of three", "{h} | {c} | {r}", "size | channels | RF"),
    ("legend, RF first", "{r} - {h}", "receptive field - output size"),
    ("brackets", "[{h}, {h}, {c}] [{r}, {r}]", None),
    ("numbered", "Layer {n}: {h}x{h}x{c}, receptive field {r}x{r}", None),
    ("ordinals", "output of layer {n} is {h}x{h}x{c}; rf after layer {n} is {r}", None),
    ("arrow", "{i}x{i} -> {h}x{h}, RF {r}", None),
    ("German", "Ausgabe {h}x{h}x{c}, rezeptives Feld {r}", None),
    ("Spanish", "salida: {h}x{h}x{c} / campo: {r}", None),
    ("batch", "(None, {h}, {h}, {c}) rf {r}", None),
    ("maps", "{c} maps {h}x{h}, sees {r}", None),
    ("jumps", "r={r} n={h} j={j}", None),
    ("in and out", "Input {i}x{i}, Output {h}x{h}, RF {r}", None),
    ("at", "{c}@{h}x{h}, {r}x{r}", None),
    ("hashes", "#{h} #RF={r}", None),
    ("in and out of fields", "rf_in {q} rf_out {r}, {h}x{h}", None),
    ("with parameters", "size {h}, filters {c}, RF {r}, params {p}", None),
    ("sizes", "{h}x{h}", None),
    ("fields", "RF {r}", None),
    ("bare fields", "{r}x{r}", None),
    ("bare sides", "{h}", None),
    ("misspelt", "recptive feild={r}, outpt={h}", None),
    ("o/p", "O/P {h}*{h}*{c} R.F {r}*{r}", None),
    ("own words", "x: {h}x{h}x{c} y: {r}", None),
    ("W H D", "W{h} H{h} D{c} R{r}", None),
    ("side and channels", "{h}, {c}", None),
    ("sentence", "now it is {h}x{h}x{c} and each unit looks at {r} pixels", None),
    ("two arrows", "{i} -> {h} | {q} -> {r}", None),
    ("heading", "Output {n}: {h}x{h}x{c}", None),
    ("units", "{h}px / {c}c / {r}px", "size / channels / rf"),
)
LAYOUTS = (
    "add", "list", "graph", "above", "below", "trailing", "fenced", "html", "helper", "apart", "notebook",
    "function",
)  # fmt: skip
TWISTS = (
    None, "no image", "image in variables", "filters in a variable", "own layer", "preprocessing", "partial",
    "two models", "Keras 1", "dead layer", "totals",
)  # fmt: skip
MISTAKES = (None, "jump ignored", "doubles", "same", "rounding", "typo")
PARTS = {"r": "rf", "h": "size", "p": "parameters"}


def network(rng):
    """Return layers of a random small network, and its image."""
    while True:
        layers, image = _network(rng)
        try:
            ledger(layers, image)
        except LayerError:
            continue
        return layers, image


def _network(rng):
    side = rng.choice((28, 32, 48, 64, 36))
    layers, channels, size = [], rng.choice((8, 12, 16)), side
    for _ in range(rng.randint(4, 8)):
        kind = rng.random()
        if kind < 0.3 and layers and size >= 12 and not isinstance(layers[-1], MaxPooling2D):
            layers.append(MaxPooling2D(2))
            size //= 2
        elif size >= 8:
            kernel = rng.choice((3, 3, 3, 5))
            padding = rng.choice(("same", "valid"))
            layers.append(rng.choice((Conv2D, SeparableConv2D))(channels, kernel, padding=padding))
            size -= (kernel - 1) * (padding == "valid")
            channels = rng.choice((channels, channels * 2, channels + 4))
    if not any(isinstance(layer, MaxPooling2D) for layer in layers):
        layers.insert(2, MaxPooling2D(2))
    return layers, (side, side, rng.choice((1, 3)))


def claims(layers, image, mistake, rng):
    """Return {part: value} as noted and as true for each layer, with one mistake that others build on."""
    rows = list(ledger(layers, image))
    true = [
        {"h": row.output_shape[0], "c": row.output_shape[2], "r": row.receptive_field[0], "p": row.parameters,
         "j": row.jump[0], "k": row.layer.taps()[0][0]}
        for row in rows
    ]  # fmt: skip
    noted = [dict(each) for each in true]
    pools = [i for i, layer in enumerate(layers) if isinstance(layer, MaxPooling2D)]
    valid = [i for i, layer in enumerate(layers) if getattr(layer, "padding", "") == "valid" and i not in pools]
    if mistake == "jump ignored":
        after = [i for i in range(pools[0] + 1, len(layers)) if i not in pools]
        if after:
            lost = (true[after[0]]["k"] - 1) * (true[after[0]]["j"] - 1)
            for i in range(after[0], len(layers)):
                noted[i]["r"] -= lost
    elif mistake == "doubles":
        before = true[pools[0] - 1]["r"] if pools[0] else 1
        for i in range(pools[0], len(layers)):
            noted[i]["r"] += 2 * before - true[pools[0]]["r"]
    elif mistake == "typo":
        i = rng.randrange(1, len(layers))
        noted[i]["r"] += 1
        noted[i]["h"] += 1
    elif mistake in ("same", "rounding") and (valid if mistake == "same" else pools):
        start = (valid if mistake == "same" else pools)[0]
        size = noted[start - 1]["h"] if start else image[0]
        size = size if mistake == "same" else -(-size // 2) + (size % 2 == 0)
        for i in range(start, len(layers)):
            if i > start:
                layer = layers[i]
                if i in pools:
                    size //= 2
                elif layer.padding == "valid":
                    size -= layer.kernel_size - 1
            noted[i]["h"] = size
    into = [image[0], *(each["h"] for each in noted)]
    reach = [1, *(each["r"] for each in noted)]
    for n, each in enumerate(noted):
        each.update(i=into[n], q=reach[n], n=n + 1)
    return noted, true


def call(layer, shape=None):
    """Return a layer as Keras code."""
    more = f", input_shape={shape}" if shape else ""
    if isinstance(layer, MaxPooling2D):
        return f"MaxPooling2D({layer.pool_size}{more})"
    same = ', padding="same"' if layer.padding == "same" else ""
    return f"{layer.kind}({layer.filters}, {layer.kernel_size}{same}{more})"


def text(form, layout, seed, mistake, twist=None):
    """Return (text, truth): for each line of a layer {part: (noted, true)}.

    Parameters
    ----------
    form : tuple
        One of FORMS.
    layout : str
        One of LAYOUTS.
    seed : int
    mistake : str or None
        One of MISTAKES.
    twist : str or None
        One of TWISTS: what else is odd about the text.
    """
    rng = random.Random(seed)
    layers, image = network(rng)
    noted, true = claims(layers, image, mistake, rng)
    _, template, legend = form
    parts = [part for key, part in PARTS.items() if "{" + key in template]
    notes = [template.format(**each) for each in noted]
    calls = [call(layer, image if i == 0 and layout != "graph" else None) for i, layer in enumerate(layers)]
    lines, places = written(twisted(calls, layers, image, twist, rng), image, notes, layout, legend)
    lines, places = framed(lines, places, layers, image, twist, layout, rng)
    keys = {part: key for key, part in PARTS.items()}
    truth = {
        line: {part: (noted[i][keys[part]], true[i][keys[part]]) for part in parts}
        for i, line in enumerate(places)
    }
    body = "\n".join(lines) + "\n"
    if layout == "notebook":
        cells = [{"cell_type": "markdown", "source": ["# Mine\n"]}, {"cell_type": "code", "source": body}]
        return json.dumps({"nbformat": 4, "cells": cells}), truth
    return body, truth


def twisted(calls, layers, image, twist, rng):
    """Return the calls as an odd text has them."""
    shape = f", input_shape={image}"
    if twist == "no image":
        return [each.replace(shape, "") for each in calls]
    if twist == "image in variables":
        return [each.replace(shape, f", input_shape=(rows, cols, {image[2]})") for each in calls]
    if twist == "filters in a variable":
        at = rng.choice([i for i, layer in enumerate(layers) if hasattr(layer, "filters")])
        calls[at] = re.sub(r"\(\d+", "(width", calls[at], count=1)
    if twist == "partial":
        return [re.sub(r"^Conv2D\((\d+), 3", r"C3(\1", each) for each in calls]  # as the writer may have it
    if twist == "Keras 1":
        return [re.sub(r"^(\w*Conv2D)\((\d+), (\d)", r"\1(\2, \3, \3", each) for each in calls]
    return calls


OTHER = """old = Sequential()
old.add(Conv2D(7, 5, input_shape=(40, 40, 3)))  # 36x36x7
old.add(MaxPooling2D(2))
old.add(Dense(n))

"""


def framed(lines, places, layers, image, twist, layout, rng):
    """Return a text with what is odd about it put before, between or after its lines."""
    name = "model" if layout in ("add", "notebook", "trailing") else "net"
    ahead, after = [], []
    if twist == "two models" and layout in ("add", "above", "apart", "below"):
        ahead = OTHER.split("\n")
    if twist == "partial":
        ahead = ["from functools import partial", "", "C3 = partial(Conv2D, kernel_size=3)"]
    if twist == "preprocessing" and layout in ("add", "notebook"):
        front = [f"{name}.add(Rescaling(1 / 255, input_shape={image}))", f"{name}.add(RandomFlip())"]
        lines, places = [lines[0], *front, *lines[1:]], [place + 2 for place in places]
    if twist == "totals" and layout in ("add", "above", "graph", "function"):
        true = ledger(layers, image).parameters
        after = [f"# Total params: {true + 1000:,} at first", f"# Total params: {true:,}"]
    if twist in ("own layer", "dead layer") and layout in ("add", "trailing", "above", "apart"):
        at = rng.randrange(len(places))
        dead = f"# {name}.add(Conv2D(99, 3))  # 99x99x99, RF 99"
        extra = f"{name}.add(Swish())" if twist == "own layer" else dead
        lines = [*lines[: places[at]], extra, *lines[places[at] :]]
        places = [place + (i > at) for i, place in enumerate(places)]
    return [*ahead, *lines, *after], [place + len(ahead) for place in places]


def written(calls, image, notes, layout, legend):
    """Return the lines of a text, and the line of each layer."""
    head = [f"# {legend}"] if legend else []
    lines, places = list(head), []

    def put(line, own=True):
        lines.append(line)
        if own:
            places.append(len(lines))

    if layout in ("add", "notebook"):
        lines.insert(0, "model = Sequential()")
        for each, note in zip(calls, notes, strict=True):
            put(f"model.add({each})  # {note}")
            put("model.add(BatchNormalization())", False)
    elif layout == "list":
        put("model = keras.Sequential([", False)
        for each, note in zip(calls, notes, strict=True):
            put(f"    {'' if each.startswith('C3') else 'layers.'}{each},  # {note}")
        put("])", False)
    elif layout == "graph":
        put(f"inputs = Input(shape={image})", False)
        put("x = inputs", False)
        for each, note in zip(calls, notes, strict=True):
            put(f"x = {each}(x)  # {note}")
        put("model = Model(inputs, x)", False)
    elif layout in ("above", "below", "apart"):
        for each, note in zip(calls, notes, strict=True):
            if layout != "below":
                put(f"# {note}", False)
            put(f"net.add({each})")
            if layout == "below":
                put(f"# {note}", False)
            if layout == "apart":
                put("net.add(Dropout(0.1))", False)
                put("", False)
    elif layout == "trailing":
        for each, note in zip(calls, notes, strict=True):
            put(f"model.add({each}) -> {note}")
    elif layout == "fenced":
        lines[:0] = ["# My model", "", "It has few parameters.", "", "```python"]
        for each, note in zip(calls, notes, strict=True):
            put(f"model.add({each})  # {note}")
        put("```", False)
    elif layout == "html":
        lines[:] = ["<h3>Model</h3><p>", *(f"# {legend}<br>" for _ in head)]
        for each, note in zip(calls, notes, strict=True):
            put(f"model1.add({each}) <b>{note}</b><br>")
        put("</p>", False)
    elif layout == "helper":
        lines[:0] = ["def unit(layer):", "    net.add(layer)", "    net.add(BatchNormalization())", ""]
        put("net = Sequential()", False)
        for each, note in zip(calls, notes, strict=True):
            put(f"unit({each})  # {note}")
    elif layout == "function":
        put("def build():", False)
        put("    model = Sequential()", False)
        for each, note in zip(calls, notes, strict=True):
            put(f"    model.add({each})  # {note}")
            put("    model.add(Activation('relu'))", False)
        put("    return model", False)
    return lines, places


def cases(count=None, seed=0):
    """Yield (name, text, truth) of every style, with a mistake or without, again until `count` is reached."""
    styles = [(form, layout) for form in FORMS for layout in LAYOUTS]
    order = random.Random(seed)
    number = 0
    while count is None or number < count:
        order.shuffle(styles)
        for form, layout in styles:
            mistake, twist = order.choice(MISTAKES), order.choice(TWISTS) if number % 2 else None
            if twist == "partial" and layout == "fenced":
                twist = None
            if twist == "own layer":
                mistake = None  # what comes next to it can't be told
            if twist in ("no image", "image in variables") and mistake in ("same", "rounding"):
                mistake = "doubles"  # a larger image would make such sizes right
            name = f"{form[0]} / {layout} / {mistake} / {twist} / {seed + number}"
            yield (name, *text(form, layout, seed + number, mistake, twist))
            number += 1
            if count is not None and number >= count:
                return
        if count is None:
            return


def scored(text, truth):
    """Return counts of what a check says of a text, and a line for each thing that is not as it should be."""
    shown = annotations.check(text).as_dict()
    counts, faults, at = Counter(texts=1), [], {}
    for each in shown["layers"]:
        if each["line"] not in at or any(value is not None for value in each["claimed"].values()):
            at[each["line"]] = each
    unread = " ".join(shown["unread"])
    for line, parts in truth.items():
        for part, (noted, true) in parts.items():
            each = at.get(line)
            counts["notes"] += 1
            counts["right" if noted == true else "wrong"] += 1
            got = each and _one(each["claimed"][part])
            if got is None:
                said = re.search(rf"\b(?:{line - 1}|{line}|{line + 1})\b", unread)  # above, beside or below
                counts["said to be unread" if said else "unread in silence"] += 1
                faults += [] if said else [f"line {line}: {part} {noted} unread in silence"]
            elif got != noted:
                counts["read as something else"] += 1
                faults.append(f"line {line}: {part} {noted} read as {got}")
            else:
                verdict = each["parts"][part]["verdict"]
                what = ("accused" if noted == true else "wrong found") if verdict in ACCUSED else (
                    "right as such" if noted == true else "wrong missed"
                )
                counts[what] += 1
                if what in ("accused", "wrong missed"):
                    faults.append(f"line {line}: {part} {noted}, is {true}: {verdict}. {each['explanation']}")
    return counts, faults


def _one(value):
    if isinstance(value, list) and len(value) > 1 and value[0] != value[1]:
        return tuple(value)
    return value[0] if isinstance(value, list) else value
