"""Keras code with notes beside it, read into layers with claims."""

import io
import re
import tokenize
from collections import Counter
from dataclasses import dataclass

from course.annotations.claims import IMAGE, Claim, Noted, ReadError, Reading
from course.annotations.keras_calls import KERAS_1_SIGNS, KNOWN
from course.annotations.notes import claims_of
from course.annotations.repair import MARK, repaired
from course.annotations.walk import Walk

LONGEST_SOURCE = 300
LAYER_CALL = re.compile(rf"\b({'|'.join(KNOWN)})\s?\(")
LONGEST_TEXT = 500_000
MOST_LINES = 20_000
FARTHEST = 8  # lines between a note and its layer


@dataclass(frozen=True)
class Comment:
    """A comment or trailing text: its line, what it says, and whether it stands alone there."""

    line: int
    text: str
    alone: bool


def read_code(text):
    """Return the layers of Keras code, each with what its note claims.

    Parameters
    ----------
    text : str
        Code, also broken or with prose around it. It is parsed and never executed.

    Returns
    -------
    Reading
        Of the model that has the most notes; a remark names the others.

    Raises
    ------
    ReadError
        When no layer is found.
    """
    if len(text) > LONGEST_TEXT or text.count("\n") > MOST_LINES:
        raise ReadError(f"The text is longer than {MOST_LINES:,} lines or {LONGEST_TEXT:,} characters.")
    text, tree, mended = repaired(text)
    keras_1 = any(re.search(rf"\b{sign}\b", text) for sign in KERAS_1_SIGNS)
    walk = Walk(tree, keras_1)
    networks = [network for network in walk.networks if network.layers and not network.joined]
    if not networks:
        raise ReadError("No layers were found: the text needs Keras code such as model.add(Conv2D(48, 3)).")
    lines = text.split("\n")
    notes = _Notes(networks, lines, _comments(text), walk)
    read = [(network, [notes.claim(placed) for placed in network.layers]) for network in networks]
    network, found = max(read, key=lambda pair: (sum(map(bool, pair[1])), len(pair[1])))
    remarks = [f"Line {line}: a bracket is missing; it is read as closed." for line in mended] + list(walk.remarks)
    if len(networks) > 1:
        remarks.insert(0, _chosen(network, networks))
    index = {None: IMAGE} | {placed: i for i, placed in enumerate(network.layers)}
    layers = tuple(
        Noted(
            placed.spec.kind,
            placed.spec.layer,
            placed.spec.name,
            placed.first,
            _source(lines, placed.spec.node),
            tuple(index.get(item, IMAGE) for item in placed.inputs),
            claim,
        )
        for placed, claim in zip(network.layers, found, strict=True)
    )
    unread = tuple(dict.fromkeys([*_lost(lines, network), *walk.unread]))
    return Reading(layers, network.input_shape, None, unread, tuple(remarks))


def _chosen(network, networks):
    title = f"`{network.name}`" if network.name else "the one"
    return (
        f"The text holds {len(networks)} models; read here is {title} from line {network.layers[0].first} on, "
        "which has the most notes."
    )


def _lost(lines, network):
    """Name the lines among a network's that look like layers and are no Python."""
    first, last = network.layers[0].first, network.layers[-1].last
    for number, line in enumerate(lines, start=1):
        if line.startswith(MARK) and (found := LAYER_CALL.search(line)):
            if first - 10 <= number <= last + 10:
                yield f"Line {number}: this {found[1]} could not be read; the line is not Python."


def _source(lines, node):
    """Return the code of a node, on one line."""
    chunk = [line.encode() for line in lines[node.lineno - 1 : node.end_lineno]]
    chunk[-1] = chunk[-1][: node.end_col_offset]
    chunk[0] = chunk[0][node.col_offset :]
    return " ".join(b" ".join(chunk).decode(errors="replace").split())[:LONGEST_SOURCE]


def _comments(text):
    found = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                row, column = token.start
                found.append(Comment(row, token.string.lstrip("#"), not token.line[:column].strip()))
    except (tokenize.TokenError, SyntaxError, RecursionError, MemoryError):
        pass  # what was found so far stands
    return found


class _Notes:
    """Whose is each note?"""

    def __init__(self, networks, lines, comments, walk):
        placed = [layer for network in networks for layer in network.layers]
        self.walk = walk
        self.times = Counter((layer.first, id(layer.spec.node)) for layer in placed)
        self.starts = {layer.first: layer for layer in placed}
        self.ends = {layer.last: layer for layer in placed}
        self.lines, self.channels, channels = {}, {}, None
        for layer in placed:
            channels = self.channels[layer] = getattr(layer.spec.layer, "filters", channels)
            for line in range(layer.first, min(layer.last, layer.first + 50) + 1):
                self.lines.setdefault(line, layer)
            self.lines[layer.last] = layer
            self.lines[layer.first] = layer
        self.beside = self._claims([c for c in comments if not c.alone and c.line in self.lines], comments)
        self.lonely = {c.line for c in comments if c.alone}
        self.lonely_or_empty = self.lonely | {i for i, line in enumerate(lines, start=1) if not line.strip()}
        self.alone = self._claims([c for c in comments if c.alone and any(self._neighbours(c.line))], comments)
        self.owned = self._owned()

    def claim(self, layer):
        """Return what the notes of a layer claim."""
        claim = Claim()
        lines = [layer.last, layer.first, *range(layer.first + 1, min(layer.last, layer.first + 50))]
        for line in lines:
            if self.lines.get(line) is layer and line in self.beside:
                claim = claim.completed(self.beside[line])
        for line in self.owned.get(layer, ()):
            claim = claim.completed(self.alone[line])
        if claim and self.times[(layer.first, id(layer.spec.node))] > 1:
            self.walk.report(
                layer.spec.node, "the layer is read several times, so whose this note is can't be told"
            )
            return Claim()
        return claim

    def _claims(self, notes, comments):
        found = claims_of([note.text for note in notes], [comment.text for comment in comments if comment.alone])
        return {note.line: claim for note, claim in zip(notes, found, strict=True) if claim}

    def _neighbours(self, line):
        """Return the layers next below and above a line of comment, None where there is none."""
        for between in (self.lonely, self.lonely_or_empty):
            down = up = line
            while down in between and down - line < FARTHEST:
                down += 1
            while up in between and line - up < FARTHEST:
                up -= 1
            if down in self.starts or up in self.ends:
                break
        return self.starts.get(down), self.ends.get(up)

    def _owned(self):
        """Return {layer: lines of its notes that stand alone}, all above their layers or all below."""
        sides = ({}, {})
        for line in self.alone:
            for side, layer in zip(sides, self._neighbours(line), strict=True):
                if layer:
                    side[line] = layer
        # Before a model's first note there is no layer of it, where notes stand above theirs.
        starts_above = bool(self.alone) and self._neighbours(min(self.alone))[1] is None
        above, below = ((self._agreeing(side), i != starts_above, len(side)) for i, side in enumerate(sides))
        choice = sides[above < below]
        owned = {}
        for line, layer in choice.items():
            owned.setdefault(layer, []).append(line)
        return owned

    def _agreeing(self, side):
        """Return how many notes give as many channels as their layer's output has."""
        return sum(
            self.alone[line].size[-1] == self.channels.get(layer)
            for line, layer in side.items()
            if len(self.alone[line].size or ()) == 3
        )
