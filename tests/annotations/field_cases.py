"""Texts with known truth, and how what a check says of one is scored.

In field/*.txt a text begins after a line `##### NAME`. Behind a line stands what its note says, set off by `<==`:

    30x30x8         a size; `30` a side, or the length of a vector
    rf 3            a receptive field; `p 448` parameters; `in 32x32x3` the size of what goes in
    rf 8!10         a wrong one, and the right value
    16x16x8~        one that can't be told from the text: it may be taken for right, or not be judged

Lines `#####: WHAT` behind it are further demands; see `demands`.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from course import annotations
from course.annotations.judging.verdicts import ACCUSED

HERE = Path(__file__).parent / "field"


@dataclass
class Text:
    name: str
    text: str
    truth: dict  # line -> {part: (claimed, true or None, whether it can't be told)}
    demands: list = field(default_factory=list)

    @property
    def is_free(self):
        return "free" in self.demands


def texts(name):
    """Return the texts of a file."""
    found = []
    for part in re.split(r"^##### ", (HERE / name).read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, _, body = part.partition("\n")
        lines = [line for line in body.split("\n") if not line.startswith("#####:")]
        asked = [line[6:].strip() for line in body.split("\n") if line.startswith("#####:")]
        while lines and not lines[-1].strip():
            lines.pop()
        kept, truth = [], {}
        for number, line in enumerate(lines, start=1):
            line, _, said = line.partition("  <== ")
            kept.append(line)
            if said:
                truth[number] = parsed(said)
        found.append(Text(title, "\n".join(kept) + "\n", truth, asked))
    return found


def parsed(said):
    """Return {part: (claimed, true, can't be told)} of what stands behind a line."""
    parts, what = {}, "size"
    for word in said.split():
        if word in ("rf", "p", "in"):
            what = word
            continue
        claimed, _, true = word.rstrip("~").partition("!")
        parts[what] = (numbers(claimed), numbers(true) if true else None, word.endswith("~"))
        what = "size"
    return parts


def numbers(text):
    return tuple(int(n) if n != "?" else None for n in text.split("x"))


def scored(case, **options):
    """Return counts of what a check says of a text, and a line for each thing that is not as it should be."""
    counts, faults = Counter(), []
    refused = next((d.partition(" ")[2] for d in case.demands if d.startswith("refused")), None)
    try:
        found = annotations.check(case.text, **options)
    except annotations.ReadError as why:
        if not refused or refused not in str(why) or len(str(why)) > 120:
            faults.append(f"refused: {why}")
        return counts, faults, None
    if refused:
        faults.append("is not refused")
        return counts, faults, found
    shown = found.as_dict()
    lines = case.text.split("\n")
    at = {}
    for layer, each in zip(found.layers, shown["layers"], strict=True):
        line = each["line"] or next(
            (n for n, text in enumerate(lines, 1) if text.split()[:1] == [layer.noted.name]), None
        )
        at.setdefault(line, []).append(each)
    unread = " ".join(shown["unread"])
    for line, parts in case.truth.items():
        claims = at.get(line, [])
        for part, (claimed, true, _) in parts.items():
            counts["notes"] += 1
            wrong = true is not None
            counts["wrong" if wrong else "right"] += 1
            layer = next((each for each in claims if _claimed(each, part, claimed)), None)
            if layer is None:
                other = next((each for each in claims if _has(each, part)), None)
                if other:
                    counts["read as something else"] += 1
                    faults.append(f"line {line}: {part} {claimed} read as {other['claimed']}")
                elif re.search(rf"\b{line}\b", unread):
                    counts["said to be unread"] += 1
                else:
                    counts["unread in silence"] += 1
                    faults.append(f"line {line}: {part} {claimed} unread in silence")
                continue
            accused = _accused(layer, part, claimed)
            if wrong and not accused:
                counts["wrong missed"] += 1
                faults.append(f"line {line}: {part} {claimed} is {true}; not found ({layer['parts']})")
            counts["wrong found"] += wrong and accused
            if not wrong and accused and part != "in":
                counts["accused"] += 1
                faults.append(f"line {line}: {part} {claimed} accused: {layer['explanation']}")
            if wrong and not _true(layer, part, true):
                faults.append(f"line {line}: {part} is said to be {layer['true']}, not {true}")
    for line, claims in at.items():
        for each in claims:
            for part in ("size", "rf", "p"):
                if _has(each, part) and part not in case.truth.get(line, {}) and not case.is_free:
                    if part == "p" and case.truth.get(line):  # a summary's own column
                        continue
                    same = each["claimed"]["size"] == each["true"]["size"]
                    if part == "size" and same and "rf" in case.truth.get(line, {}):
                        continue
                    counts["read as something else"] += 1
                    faults.append(f"line {line}: read {part} of {each['claimed']} where there is none")
    faults += list(demands(case, found, shown))
    return counts, faults, found


def demands(case, found, shown):
    """Yield a sentence for each demand that is not met."""
    mistakes = {p["mistake"] for layer in shown["layers"] for p in layer["parts"].values() if p["mistake"]}
    for demand in case.demands:
        what, _, rest = demand.partition(" ")
        if what == "says" and rest == "nothing wrong":
            if not found.all_right:
                yield "something is said to be wrong"
        elif what == "says" and rest not in str(found):
            yield f"does not say {rest!r}"
        elif what == "never" and rest in str(found):
            yield f"says {rest!r}"
        elif what == "names" and not any(rest in mistake for mistake in mistakes):
            yield f"does not name {rest!r}: {mistakes}"
        elif what == "namesonly" and not all(rest in mistake for mistake in mistakes):
            yield f"names {mistakes}"
        elif what == "accuses" and not found.all_right:
            yield "accuses"
        elif what == "total":
            claimed, _, true = rest.partition("!")
            expected = {"claimed": int(claimed), "true": int(true or claimed)}
            if shown["parameters"] != expected:
                yield f"total is {shown['parameters']}, not {expected}"


def _claimed(each, part, claimed):
    got = each["claimed"]
    if part == "rf":
        return got["rf"] is not None and _pair(got["rf"]) == _pair(claimed)
    if part == "p":
        return got["parameters"] == claimed[0]
    if part == "in":
        return got["entering"] is not None and tuple(got["entering"]) == claimed
    size = got["size"]
    if size is None:
        return False
    size = tuple(size)
    channels = size[2] if len(size) == 3 else got["channels"]
    if len(claimed) == 3:
        return _pair(size[:2]) == claimed[:2] and channels in (claimed[2], None)
    if len(claimed) == 1 and size in ((1, *claimed), (*claimed, 1), (1, 1, *claimed)):
        return True
    return _pair(size[:2]) == _pair(claimed)


def _has(each, part):
    key = {"rf": "rf", "p": "parameters", "size": "size", "in": "entering"}[part]
    return each["claimed"][key] is not None


def _accused(each, part, claimed):
    keys = {"rf": ("rf",), "p": ("parameters",), "in": ("size",), "size": ("size", "channels")}[part]
    return any(each["parts"][key]["verdict"] in ACCUSED for key in keys)


def _true(each, part, true):
    got = each["true"][{"rf": "rf", "p": "parameters"}.get(part, "size")]
    if got is None:
        return part == "size"  # not known as a whole
    if part == "size":
        got = got[: len(true)] if len(got) == 3 else got
        return all(a in (None, b) or b is None for a, b in zip(got, true, strict=False))
    return _pair(got) == _pair(true)


def _pair(value):
    if isinstance(value, int):
        return value, value
    return tuple(value) if len(value) > 1 else tuple(value) * 2
