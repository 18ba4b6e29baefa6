"""Sentences on what was not understood, each once, with all its lines."""

import re

from course.annotations.notes.note import Note
from course.annotations.reading.repair import MARK

MOST_NAMED = 12  # lines named in one sentence


def named_lines(notes):
    """Return one sentence for notes that were not understood, from {line: text}."""
    if not notes:
        return []
    (line, text), *others = notes.items()
    if not others:
        return [f"Line {line}: {quoted(text)} is not understood."]
    return [f"{lines_named(list(notes))}: notes not understood, such as {quoted(text)}."]


def quoted(text):
    """Return what a learner wrote in quotation marks, in one line, and shortened where it is long."""
    text = " ".join(text.replace(MARK[1:], "").split())
    return f'"{text if len(text) <= 60 else text[:57] + "..."}"'


def lines_named(numbers):
    """Return the beginning of a sentence on lines: "Lines 3, 5"."""
    numbers = sorted(dict.fromkeys(numbers))
    more = f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else ""
    named = ", ".join(map(str, numbers[:MOST_NAMED]))
    return f"Line{'s' if len(numbers) > 1 else ''} {named}{more}"


class Said:
    """The walk's sentences that are about one network, each once, with all its lines."""

    def __init__(self, network, walk, owners):
        self.network, self.walk, self.repeated = network, walk, {}
        self.lines = {line for p in network.layers for line in (p.first, p.spec.node.lineno, *p.sites)}
        self.names = [n.name for n in walk.networks]

    def covers(self, line):
        """Return whether a line is among the network's."""
        return line is None or min(self.lines) <= line <= max(self.lines)

    def repeats(self, layer, comment):
        if any(token.is_value for token in Note(comment.text).values):
            self.repeated[comment.line] = comment.text
        return True

    def unread(self):
        yield from self._about(self.walk.unread)
        if self.repeated:
            what = "the layer is read several times, so whose this note is can't be told"
            yield f"{lines_named(list(self.repeated))}: {what}."

    def remarks(self):
        return list(self._about(self.walk.remarks))

    def _about(self, said):
        grouped = {}
        for line, what, network in said:
            own = network is not None and network.root() is self.network
            is_gone = network is None or network.root() not in self.walk.networks  # it has become part of another
            if line is None:
                grouped.setdefault(what, [])
            elif own or (is_gone and self.covers(line)):
                key = re.sub(r"^[\w.]+\(([\d, ]+)\)", "Calls", what) if " is read as Keras " in what else what
                grouped.setdefault(key, []).append((line, what))
        for key, places in grouped.items():
            if not places:
                yield key
            else:
                yield f"{lines_named([line for line, _ in places])}: {places[0][1]}."
