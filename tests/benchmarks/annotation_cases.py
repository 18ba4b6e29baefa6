"""Measure the annotation checker: python tests/benchmarks/annotation_cases.py [FILE] [--texts N]

Without a file it counts the texts of tests/annotations: those by hand, and N by rule (900 unless given).
With one, it counts a file of real notes.

The file lists networks as JSON: for each layer what it is, what was noted and what is true, and for each
network at which layers a mistake starts, and which. Each network is written out as Keras code in several
styles of notes, and read back and checked. Prints how many wrong notes are found, how many right ones are
accused, and how many mistakes are named as in the file. Ends with status 1 unless all are.
"""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

from course import annotations

STYLES = {
    "plain": ("{out}x{out}x{channels}, RF {rf}", "{out}x{out}, RF {rf}", "RF {rf}", "{out}x{out}"),
    "words": ("Output: ({out}, {out}, {channels})  Receptive Field: {rf}x{rf}",
              "Output: ({out}, {out})  Receptive Field: {rf}x{rf}", "Receptive Field: {rf}x{rf}",
              "Output: ({out}, {out})"),
    "slashes": ("Output - {out}/{out}/{channels}, RF-{rf}", "Output - {out}/{out}, RF-{rf}", "RF-{rf}",
                "Output - {out}/{out}"),
    "short": ("o/p {out}*{out}*{channels} | rf={rf}", "o/p {out}*{out} | rf={rf}", "rf={rf}", "o/p {out}*{out}"),
}  # fmt: skip
LAYOUTS = ("model.add({call})  # {note}", "    layers.{call},  # {note}", "x = {call}(x)  # {note}")


def main(path):
    """Print the counts over all styles, and return whether every one is perfect."""
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    counts, texts = Counter(), 0
    for case in cases:
        for style in STYLES.values():
            for layout in LAYOUTS:
                text = written(case, style, layout)
                found = annotations.check(text, tuple(case["input_shape"])).as_dict()["layers"]
                texts += 1
                if len(found) != len(case["layers"]):
                    print(f"{case['id']}: {len(found)} of {len(case['layers'])} layers were read from\n{text}")
                    return False
                counts += scored(case, found)
    print(f"{len(cases)} networks in {len(STYLES) * len(LAYOUTS)} styles, {texts} texts")
    for part, name in (("rf", "receptive fields"), ("size", "output sizes")):
        print(
            f"{name}: {counts[part, 'wrong found']} of {counts[part, 'wrong']} wrong notes found; "
            f"{counts[part, 'accused']} of {counts[part, 'right']} right notes accused; "
            f"{counts[part, 'named']} of {counts[part, 'starts']} mistakes named where they start; "
            f"{counts[part, 'invented']} named where none starts"
        )
    return all(
        counts[part, "wrong found"] == counts[part, "wrong"]
        and counts[part, "named"] == counts[part, "starts"]
        and not counts[part, "accused"] + counts[part, "invented"]
        for part in ("rf", "size")
    )


def texts(count):
    """Print the counts of the texts by hand and by rule, and return whether no right note is accused."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "annotations"))
    import field_cases
    import generated

    by_hand, by_rule, styles = Counter(), Counter(), set()
    for name in ("kinds.txt", "people.txt", "variants.txt"):
        for case in field_cases.texts(name):
            counts, _, _ = field_cases.scored(case)
            by_hand += counts if not case.is_free else Counter()
            by_hand["texts"] += 1
    for name, text, truth in generated.cases(count):
        by_rule += generated.scored(text, truth)[0]
        styles.add(tuple(name.split(" / ")[:2]))
    for title, counts in (("by hand", by_hand), (f"by rule, in {len(styles)} styles", by_rule)):
        print(
            f"{counts['texts']} texts {title}, {counts['notes']} notes: "
            f"{counts['wrong found']} of {counts['wrong']} wrong notes found; "
            f"{counts['accused']} of {counts['right']} right notes accused; "
            f"{counts['read as something else']} read as something else; "
            f"{counts['said to be unread']} said to be unread, {counts['unread in silence']} unread in silence"
        )
    return not by_hand["accused"] + by_rule["accused"]


def written(case, style, layout):
    """Return a network as code, with its notes in a style."""
    lines = []
    for layer in case["layers"]:
        claim = layer["claimed"]
        line = layout.format(call=call(dict(layer["layer"])), note=note(claim, style) if claim else "")
        lines.append(line if claim else line.split("  # ")[0])
    return "\n".join(lines)


def call(layer):
    """Return a layer as Keras code."""
    op, given = layer.pop("op"), {"kernel": "kernel_size", "pool": "pool_size"}
    options = {
        given.get(key, key): tuple(value) if isinstance(value, list) else value for key, value in layer.items()
    }
    return f"{op}({', '.join(f'{key}={value!r}' for key, value in options.items())})"


def note(claim, style):
    """Return what was noted beside a layer, in a style."""
    if "rf" not in claim:
        which = 3
    elif "out" not in claim:
        which = 2
    else:
        which = 0 if "channels" in claim else 1
    return style[which].format(**claim)


def scored(case, found):
    """Return what was found, accused and named in one text."""
    counts = Counter()
    starts = {
        "rf": {error["layer"]: error["kind"] for error in case["first_errors"]},
        "size": {error["layer"]: error["kind"] for error in case["size_errors"]},
    }
    for number, (layer, finding) in enumerate(zip(case["layers"], found, strict=True)):
        for part, key in (("rf", "rf"), ("size", "out")):
            if key not in layer["claimed"]:
                continue
            verdict = finding["parts"][part]
            accused = verdict["verdict"] in ("wrong", "inherited")
            if layer["claimed"][key] == layer["true"][key]:
                counts[part, "right"] += 1
                counts[part, "accused"] += accused
            else:
                counts[part, "wrong"] += 1
                counts[part, "wrong found"] += accused
            if number in starts[part]:
                counts[part, "starts"] += 1
                counts[part, "named"] += verdict["mistake"] == starts[part][number]
            else:
                counts[part, "invented"] += verdict["mistake"] is not None
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", nargs="?")
    parser.add_argument("--texts", type=int, default=900)
    given = parser.parse_args()
    sys.exit(0 if (main(given.file) if given.file else texts(given.texts)) else 1)
