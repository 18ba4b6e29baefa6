"""Whose is each note: the layer beside it, above it or below it."""

import re
from collections import Counter
from dataclasses import dataclass

from course.annotations.reading.keras_calls import KNOWN
from course.arithmetic.layer import GLOBAL, JOINING, RESHAPING, RESIZING, WINDOW

FARTHEST = 8  # lines between a note and its layer
LAYER_CALL = re.compile(rf"\b({'|'.join(KNOWN)})\s?\(")
# A comment that begins as a layer does is a layer that was commented out, and its notes with it.
DEAD = re.compile(
    rf"^[\s#]{{0,20}}(?:[\w.]{{1,60}}\.add\s?\(|(?:\w{{1,40}}\s?=\s?)?(?:\w{{1,40}}\.){{0,4}}(?:{'|'.join(KNOWN)})\s?\()"
)


@dataclass(frozen=True)
class Comment:
    """A comment or trailing text: its line, what it says, and whether it stands alone there."""

    line: int
    text: str
    alone: bool


class Owners:
    """The layers of all networks of a text by their lines, and the comments among them."""

    def __init__(self, networks, lines, comments):
        placed = [layer for network in networks for layer in network.layers]
        self.home = {layer: network for network in networks for layer in network.layers}
        self.times = Counter((layer.first, id(layer.spec.node)) for layer in placed)
        self.starts = {layer.first: layer for layer in placed}
        self.ends = {layer.last: layer for layer in placed}
        self.lines, self.calls = {}, {}
        for layer in placed:
            node = layer.spec.node
            for line in range(node.lineno, min(node.end_lineno or node.lineno, node.lineno + 50) + 1):
                self.lines.setdefault(line, layer)
            for line in range(layer.first, min(layer.last, layer.first + 50) + 1):
                self.lines.setdefault(line, layer)
        for layer in placed:
            self.lines[layer.last] = layer
            self.lines[layer.first] = layer
        for layer in placed:
            for site in layer.sites:
                if site not in self.starts:
                    self.calls.setdefault(site, []).append(layer)
        self.dead = {c.line for c in comments if c.alone and DEAD.match(c.text)}
        self.comments = [c for c in comments if c.line not in self.dead]
        self.lonely = {c.line for c in self.comments if c.alone}
        self.lonely_or_empty = self.lonely | {i for i, line in enumerate(lines, start=1) if not line.strip()}

    def beside(self, network):
        """Return (layer, comment) pairs of the comments beside a network's layers, or calls that make them."""
        found = []
        for comment in self.comments:
            if not comment.alone and (layer := self._at(comment.line)) and self.home[layer] is network:
                found.append((layer, comment))
        return found

    def _at(self, line):
        if line in self.lines:
            return self.lines[line]
        made = self.calls.get(line)
        return made and next((layer for layer in reversed(made) if _moves(layer)), made[-1])

    def alone(self, network):
        """Return (layer, comment) pairs of comments that stand alone: those above layers, and those below."""
        sides = ([], [])
        for comment in self.comments:
            if comment.alone:
                for side, layer in zip(sides, self._neighbours(comment.line), strict=True):
                    if layer is not None and self.home[layer] is network:
                        side.append((layer, comment))
        return sides

    def is_first(self, comments):
        """Return whether no layer of a network stands above the first of its comments."""
        return bool(comments) and self._neighbours(min(c.line for c in comments))[1] is None

    def is_repeated(self, layer, line):
        """Return whether a line is read several times, so that a note on it is no one layer's."""
        return line not in layer.sites and self.times[layer.first, id(layer.spec.node)] > 1

    def stray(self, network, taken):
        """Return the comments among a network's layers that are not taken."""
        own = {line for layer in network.layers for line in (layer.first, *layer.sites)}
        first, last = min(own) - FARTHEST, max(own) + FARTHEST
        others = {line for line, layer in self.lines.items() if self.home[layer] is not network}
        return [
            c for c in self.comments if first <= c.line <= last and c.line not in taken and c.line not in others
        ]

    def _neighbours(self, line):
        """Return the layers next below and above a line of comment, None where there is none."""
        for between in (self.lonely, self.lonely_or_empty):
            down = up = line
            while down in between and down - line < FARTHEST:
                down += 1
            while up in between and line - up < FARTHEST:
                up -= 1
            if down in self.starts or up in self.ends or {down, up} & self.dead or down in self.calls:
                break
        below = self.starts.get(down)
        if below is None and down in self.calls:
            below = self._at(down)
        return below, self.ends.get(up) or (self._at(up) if up in self.calls else None)


def _moves(layer):
    taken = layer.spec.layer
    return taken is None or layer.spec.opaque or taken.role in (WINDOW, GLOBAL, RESIZING, RESHAPING, JOINING)
