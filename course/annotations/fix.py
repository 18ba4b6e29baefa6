"""Put notes right in the writer's own style: only the numbers that are wrong are changed.

A number is looked for where its note stands, put right, and the text read again: a change counts only when it
makes that note right and leaves every layer and every other note as it was.
"""

import json
import re
from dataclasses import replace

from course.annotations.check import check_all
from course.annotations.judging.verdicts import ACCUSED
from course.annotations.reading.documents import source_of

ARROW = r"\s*(?:[-=]*>+|→|⟶|➜|⇒|to)\s*"
THOUSANDS = "[, '_\u00a0\u202f]"  # between them
GAP = r"\s*(?:[x×*·∗,/х-]|by|px)?\s*(?:px)?\s*"  # between the numbers of a shape
MOST_TRIES = 400
PARTS = {"size": "size", "channels": "size", "RF": "receptive_field", "parameters": "parameters",
         "MACs": "macs"}  # fmt: skip


def fixed(text_or_path, input_shape=None):
    """Return a text with every note put right, and a sentence for each that could not be.

    Parameters
    ----------
    text_or_path : str or pathlib.Path
        As for `check`.
    input_shape : tuple of int, optional
        (height, width, channels) of the image, where the text does not say.

    Returns
    -------
    (str, list of str)
    """
    text, cells = source_of(text_or_path)
    work = _Work(cells if cells is not None else text, input_shape)
    left = work.run()
    if cells is None:
        return work.text, left
    return _in_json(text, cells.split("\n"), work.text.split("\n")), left


def _in_json(text, old, new):
    """Return a notebook's JSON with lines of its code changed."""
    at = 0
    for before, after in zip(old, new, strict=True):
        for is_ascii in (True, False) if before.strip() else ():
            shown, changed = (json.dumps(line, ensure_ascii=is_ascii)[1:-1] for line in (before, after))
            found = text.find(shown, at)
            if found >= 0:
                text = text[:found] + changed + text[found + len(shown) :]
                at = found + len(changed)
                break
    return text


class _Work:
    def __init__(self, text, input_shape):
        self.text, self.shape, self.tries = text, input_shape, 0
        self.found = check_all(text, input_shape)

    def run(self):
        left = []
        for number in range(len(self.found)):
            for index in range(len(self.found[number].layers)):
                for part in ("size", "channels", "RF", "parameters", "MACs"):
                    if self._is_wrong(number, index, part) and not self._put_right(number, index, part):
                        where = self.found[number].layers[index].where
                        left.append(f"{part} in the note of {where} could not be put right.")
            self._total(number)
        return left

    def _is_wrong(self, number, index, part):
        return self.found[number].layers[index].parts[part].verdict in ACCUSED

    def _put_right(self, number, index, part):
        finding = self.found[number].layers[index]
        old, new = _numbers(finding, part)
        if new is None:
            return False
        turned = self._has_channels_first(number)
        for line in finding.noted.notes or (finding.noted.line,):
            scaled = _scaled(self._line(line), finding.noted.claim.macs, new[0]) if part == "MACs" else ()
            for edited in (*scaled, *_edits(self._line(line), old, new, turned)):
                edited = self._consistent(edited, number, index, part)
                if self._accept(line, edited, number, index, part):
                    return True
        return False

    def _has_channels_first(self, number):
        """Return whether more of a model's sizes have their channels first than last, where the two differ."""
        ways = {True: 0, False: 0}
        for finding in self.found[number].layers:
            size = finding.noted.claim.size or ()
            if len(size) == 3 and size != _turned(size):
                lines = [self._line(line) for line in finding.noted.notes]
                for way, numbers in ((False, size), (True, _turned(size))):
                    ways[way] += any(_written(numbers).search(line) for line in lines)
        return ways[True] > ways[False]

    def _line(self, line):
        lines = self.text.split("\n")
        return lines[line - 1] if line and line <= len(lines) else ""

    def _accept(self, line, edited, number, index, part):
        """Read the text with one line changed, and keep it when nothing but one note has changed with it."""
        if self.tries >= MOST_TRIES:
            return False
        self.tries += 1
        lines = self.text.split("\n")
        lines[line - 1] = edited
        text = "\n".join(lines)
        try:
            found = check_all(text, self.shape)
        except ValueError:
            return False
        if len(found) != len(self.found) or found[number].layers[index].parts[part].verdict in ACCUSED:
            return False
        for i, (before, after) in enumerate(zip(self.found, found, strict=True)):
            for j, (a, b) in enumerate(zip(before.layers, after.layers, strict=False)):
                a, b = a.noted, b.noted
                if (i, j) == (number, index):
                    a, b = (replace(each, claim=_without(each.claim, part)) for each in (a, b))
                if (a.layer, a.claim) != (b.layer, b.claim):
                    return False
            if len(before.layers) != len(after.layers):
                return False
        self.text, self.found = text, found
        return True

    def _consistent(self, line, number, index, part):
        """Put right too what a note says it starts from: "28 -> 26", "5 + (3 - 1)*1 = 7"."""
        row = self.found[number].layers[index].row.row
        parent = max(row.inputs, default=-1)
        rows = self.found[number].layers
        if part == "RF":
            true = row.nominal_receptive_field[0]
            before = rows[parent].row.nominal_receptive_field[0] if parent >= 0 else 1
            jump = rows[parent].row.row.jump[0] if parent >= 0 else 1
            if before is not None and jump is not None:
                sums = rf"\d+(\s*\+\s*\(\s*\d+\s*-\s*1\s*\)\s*[*x×]\s*)\d+(\s*=\s*{true}(?!\d))"
                line = re.sub(sums, rf"{before}\g<1>{jump}\g<2>", line)
        elif part == "size" and row.output_shape:
            true, before = row.output_shape[0], (rows[parent].true_size if parent >= 0 else (None,))[0]
        else:
            return line
        if before is not None:
            leads = rf"({ARROW}{true}(?!\d))"
            line = re.sub(rf"(?<!\d)\d+(\s*[x×*]\s*)\d+{leads}", rf"{before}\g<1>{before}\g<2>", line)
            line = re.sub(rf"(?<![\dx×*])\d+{leads}", rf"{before}\g<1>", line)
        return line

    def _total(self, number):
        found = self.found[number]
        if not found.is_total_wrong:
            return
        claimed, true = found.claimed_parameters, found.parameters
        for old, new in ((f"{claimed:,}", f"{true:,}"), (str(claimed), str(true))):
            text = re.sub(rf"(?<![\d,]){old}(?![\d,]*\d)", new, self.text)
            if text != self.text and check_all(text, self.shape)[number].claimed_parameters == true:
                self.text, self.found = text, check_all(text, self.shape)
                return


def _numbers(finding, part):
    """Return a part of a note as the numbers written, and as they should be."""
    claim = finding.noted.claim
    if part == "RF":
        return claim.receptive_field, finding.true_field if None not in finding.true_field else None
    if part == "MACs":
        return (claim.macs.value,), finding.row.macs and (finding.row.macs * claim.macs.per_mac,)
    if part == "parameters":
        return (claim.parameters,), finding.row.parameters and (finding.row.parameters,)
    true = finding.true_size
    if part == "channels" and claim.channels is not None:
        return (claim.channels,), true and true[-1:]
    if true is None or claim.size is None:
        return claim.size, None
    if len(true) == 1:
        return claim.size[-1:], true
    new = true[: len(claim.size)]
    if None in new[:2]:
        return claim.size, None
    return claim.size, tuple(a if b is None else b for a, b in zip(claim.size, new, strict=False))


def _edits(line, old, new, turned=False):
    """Yield a line with numbers replaced, in each place where they may stand: longer forms, later places first.

    A size of three equal numbers can be read in two ways: `turned` says that its channels come first.
    """
    forms = [(old, new)] if len(old) > 1 else []
    if len(old) == 3:
        forms.insert(0 if turned else 1, (_turned(old), _turned(new)))
    if len(set(old[:2])) == 1:
        forms.append((old[:1], new[:1]))
    forms = forms or [(old, new)]
    for numbers, values in forms:
        for found in list(_written(numbers).finditer(line))[::-1]:
            edited = line
            for group, value in reversed(list(enumerate(values, start=1))):
                start, end = found.span(group)
                sign = re.sub(r"\d", "", found[group])[:1]
                shown = f"{value:,}".replace(",", sign)
                edited = edited[:start] + shown + edited[end:]
            yield edited


def _scaled(line, claim, new):
    """Yield a line with a number of thousands or millions replaced, to two digits at least."""
    for scale in (3, 6, 9):
        decimals = scale + 1 - len(str(claim.place))
        if decimals >= 0 and claim.place > 1:
            old = f"{claim.value / 10**scale:.{decimals}f}".replace(".", "[.,]")
            while decimals < scale and new < 10 ** (scale - decimals + 1):
                decimals += 1
            for found in list(re.finditer(rf"(?<![\d.,]){old}(?![.,]?\d)", line))[::-1]:
                sign = "," if "," in found[0] else "."
                shown = f"{new / 10**scale:.{decimals}f}".replace(".", sign)
                yield line[: found.start()] + shown + line[found.end() :]


def _turned(size):
    """Return a size with its channels first."""
    return size[2:] + size[:2]


def _written(numbers):
    """Return the pattern of numbers as they may stand in a note, each a group."""
    each = [rf"({n}|{f'{n:,}'.replace(',', THOUSANDS)})" for n in numbers]
    return re.compile(r"(?<![\d.])" + GAP.join(rf"{part}(?!\d)" for part in each))


def _without(claim, part):
    if part == "channels":
        return replace(claim, channels=None, size=claim.size and claim.size[:2])
    return replace(claim, **{PARTS[part]: None})
