"""Keras code with notes beside it, read into layers with claims."""

import io
import re
import tokenize
from dataclasses import replace

from course.annotations.claims import IMAGE, Claim, Noted, ReadError, Reading
from course.annotations.judging import sense
from course.annotations.notes.columns import Columns, planes_noted
from course.annotations.notes.image import image_sides
from course.annotations.notes.note import Note
from course.annotations.notes.owners import LAYER_CALL, Comment, Owners
from course.annotations.notes.sentences import Said, lines_named, named_lines, quoted
from course.annotations.reading.keras_calls import KERAS_1_SIGNS
from course.annotations.reading.networks import ANYTHING
from course.annotations.reading.repair import MARK, repaired
from course.annotations.reading.walk import Walk
from course.annotations.truth import truth_of
from course.table import times

LONGEST_SOURCE = 300
LONGEST_TEXT = 500_000
MOST_LINES = 20_000


def readings_of_code(text, image=None):
    """Return the layers of each model in Keras code, each layer with what its note claims.

    Parameters
    ----------
    text : str
        Code, also broken or with prose around it. It is parsed and never executed.
    image : tuple of int, optional
        (height, width, channels), where the code does not say.

    Returns
    -------
    list of Reading
        In the order in which the models begin.

    Raises
    ------
    ReadError
        When no layer is found.
    """
    if len(text) > LONGEST_TEXT or text.count("\n") > MOST_LINES:
        raise ReadError(f"The text is longer than {MOST_LINES:,} lines or {LONGEST_TEXT:,} characters.")
    text, tree, mended = repaired(text)
    keras_1 = any(re.search(rf"\b{sign}\b", text) for sign in KERAS_1_SIGNS)
    source = _Source(text, mended)
    read = source.readings(tree, keras_1, image)
    if not read:
        raise ReadError("No layers were found: the text needs Keras code such as model.add(Conv2D(48, 3)).")
    if source.is_two_ways:
        # Conv2D(32, 3, 3) has a 3x3 kernel in Keras 1 and a stride of 3 since: the notes know which was meant.
        other = source.readings(tree, not keras_1, image)
        if len(other) == len(read):
            read = [max(pair, key=lambda each: each[1]) for pair in zip(read, other, strict=True)]
    return [reading for reading, _ in read]


class _Source:
    """A text that has been repaired: its lines and its comments."""

    def __init__(self, text, mended):
        self.lines = text.split("\n")
        self.comments = _comments(text)
        self.mended = mended
        self.is_two_ways = False

    def readings(self, tree, keras_1, image):
        """Return (reading, how much sense its notes make) for each model."""
        walk = Walk(tree, keras_1)
        networks = [network for network in walk.networks if network.layers and not network.joined]
        self.is_two_ways = any(placed.spec.remark for network in networks for placed in network.layers)
        owners = Owners(networks, self.lines, self.comments)
        networks.sort(key=lambda network: min(placed.first for placed in network.layers))
        return [self.reading(network, owners, walk, image) for network in networks]

    def reading(self, network, owners, walk, image):
        index = {None: IMAGE, ANYTHING: None} | {placed: i for i, placed in enumerate(network.layers)}
        noted = [
            Noted(
                placed.spec.kind, placed.spec.layer, placed.spec.name, placed.first,
                _source(self.lines, placed.spec.node), tuple(index.get(item, IMAGE) for item in placed.inputs),
                Claim(), placed.spec.other, placed.spec.opaque,
                others=tuple(tuple(index.get(item, IMAGE) for item in other) for other in placed.others),
                maybe=placed.maybe,
            )
            for placed in network.layers
        ]  # fmt: skip
        said = Said(network, walk, owners)
        beside = [(index[layer], comment) for layer, comment in owners.beside(network)
                  if not (owners.is_repeated(layer, comment.line) and said.repeats(layer, comment))]  # fmt: skip
        above, below = ([(index[layer], c) for layer, c in side] for side in owners.alone(network))
        found = _Reader(noted, image, network.input_shape, [c.text for c in self.comments if c.alone])
        best = found.best(beside, above, below, owners.is_first([c for _, c in (*above, *below)]))
        read = best.layers
        for i, comment in best.notes:
            at = comment.line if comment.line in network.layers[i].sites else read[i].line
            read[i] = replace(read[i], line=at, notes=(*read[i].notes, comment.line))
            made = [j for j, placed in enumerate(network.layers) if comment.line in placed.sites]
            claim = read[i].claim
            if claim.macs and sum(bool(best.truth.ledger[j].macs) for j in made) > 1:
                read[i] = replace(read[i], claim=replace(claim, macs=replace(claim.macs, of_several=True)))
        unread = (*self._lost(network), *best.unread(), *said.unread(), *self._stray(network, owners, best))
        mended = [f"Line {line}: a bracket is missing; it is read as closed." for line in self.mended
                  if said.covers(line)]  # fmt: skip
        reading = Reading(
            tuple(read), best.image, None, tuple(dict.fromkeys(unread)),
            (*mended, *best.remarks, *said.remarks()), network.name, min(p.first for p in network.layers),
            is_written=network.input_shape is not None,
        )  # fmt: skip
        return reading, sense(read, best.truth)

    def _lost(self, network):
        """Name the lines among a network's that look like layers and are no Python."""
        first, last = network.layers[0].first, network.layers[-1].last
        for number, line in enumerate(self.lines, start=1):
            if line.startswith(MARK) and (found := LAYER_CALL.search(line)):
                if first - 10 <= number <= last + 10:
                    yield f"Line {number}: this {found[1]} could not be read; the line is not Python."

    def _stray(self, network, owners, best):
        """Name the notes with sizes or fields among a network's layers that are no layer's."""
        taken = {comment.line for _, comment in best.notes}
        for comment in owners.stray(network, taken):
            note = Note(comment.text)
            if any(token.label in ("size", "field") for token in note.values):
                yield f"Line {comment.line}: {quoted(comment.text)} is beside no layer."


class _Reader:
    """Finds what the notes of one network claim: whose those that stand alone are, and what is in which column."""

    def __init__(self, noted, image, written, legends):
        self.noted, self.legends = noted, [text for text in legends if len(text) < 300]
        self.written = written
        self.image = image if written is None or (len(written) == 3 and None in written and image) else written

    def best(self, beside, above, below, starts_above):
        """Return the better of two readings: notes above their layers, or below them."""
        if not above and not below:
            return self._read(beside)
        tries = []
        for number, side in enumerate((above, below)):
            found = self._read([*beside, *side])
            points = sense(found.layers, found.truth), *found.agreement()
            tries.append(((*points, (number == 0) == starts_above, len(side)), -number, found))
        return max(tries, key=lambda each: each[:2])[2]

    def _read(self, pairs):
        pairs = sorted(pairs, key=lambda pair: (pair[0], pair[1].line))
        truth = truth_of(self.noted, self.image)
        remarks = []
        if -1 in truth.doubtful:
            sides, fits, of = self._sides(pairs, truth)
            if sides:
                channels = truth.image[2]
                truth = truth_of(self.noted, (*sides, channels))
                shown = times(sides)
                which = f"all noted sizes fit {shown}" if fits == of else f"the first noted size fits {shown}"
                remarks.append(f"The image's size is not in the text; {which}. Name another with --input.")
            elif any(Note(comment.text).claim().size for _, comment in pairs):
                remarks.append("The image's size is not in the text, so sizes are judged step by step; "
                               "name it with --input.")  # fmt: skip
        return _Read(self.noted, truth, pairs, self.legends, remarks)

    def _sides(self, pairs, truth):
        """Return the (height, width) that the noted sizes agree on, how many do, and of how many."""
        read = _Read(self.noted, truth, pairs, self.legends, [])
        candidates = [read.planes] if read.planes else read.bare_columns()
        best = (None, 0, 0)
        for planes in candidates:
            sides, fits = image_sides(truth, planes)
            enough = fits == len(planes) or bool(read.planes) or (fits >= 2 and fits > len(planes) / 2)
            if fits > best[1] and enough:
                best = (sides, fits, len(planes))
        return best


class _Read:
    """One way to read the notes of a network."""

    def __init__(self, noted, truth, pairs, legends, remarks):
        self.noted, self.truth, self.notes = noted, truth, pairs
        self.labelled = [(layer, Note(comment.text)) for layer, comment in pairs]
        columns = Columns(noted, truth)
        columns.settle(self.labelled, [Note(text) for text in legends])
        self.claims = [Claim()] * len(noted)
        order = sorted(range(len(pairs)), key=lambda i: (pairs[i][1].alone, -pairs[i][1].line))
        for i in order:
            layer = pairs[i][0]
            self.claims[layer] = self.claims[layer].completed(self.labelled[i][1].claim())
        self.planes = planes_noted(self.labelled)
        self.image = truth.image if truth.image != (None, None, None) else None
        self.remarks = remarks + self._turned(columns.turned) + self._entering()

    @property
    def layers(self):
        """The layers with what is claimed of them."""
        return [replace(note, claim=claim) for note, claim in zip(self.noted, self.claims, strict=True)]

    def bare_columns(self):
        """Return {layer: (n, n)} for each column of numbers that might be sides."""
        columns = {}
        for layer, note in self.labelled:
            for place, token in enumerate(token for token in note.values if token.label is None):
                if isinstance(token.value, int):
                    columns.setdefault((place, token.word), {})[layer] = (token.value, token.value)
                elif len(token.value) == 2:
                    columns.setdefault((place, token.word), {})[layer] = tuple(token.value)
        return [column for column in columns.values() if len(column) >= 3 and max(column.values()) > (7, 7)]

    def agreement(self):
        """Return how many claims are true, and how many follow from the truth about channels alone."""
        true = channels = 0
        for claim, row in zip(self.claims, self.truth.rows, strict=True):
            shape = row.output_shape
            true += claim.receptive_field is not None and claim.receptive_field == row.nominal_receptive_field
            true += claim.parameters is not None and claim.parameters == row.parameters
            true += claim.macs is not None and row.macs is not None and claim.macs.is_of(row.macs)
            if claim.size and shape:
                true += tuple(claim.size[:2]) == tuple(shape[:2]) or claim.size[-1:] == shape == claim.size
                channels += len(claim.size) == 3 and claim.size[-1] == shape[-1]
        return true + channels, channels

    def _turned(self, notes):
        """Return a remark where sizes have channels first."""
        pairs = zip(self.notes, self.labelled, strict=True)
        lines = [comment.line for (_, comment), (_, note) in pairs if note in notes and note.claim().size]
        what = "channels come first in what is noted; it is read as (height, width, channels)"
        return [f"{lines_named(lines)}: {what}."] if lines else []

    def _entering(self):
        """Return a remark where a column is about what goes into the layers."""
        notes = [i for i, claim in enumerate(self.claims) if claim.entering]
        if len(notes) < 2 or any(claim.size for claim in self.claims):
            return []
        parents = [max(self.noted[i].inputs, default=IMAGE) for i in notes]
        into = [self.truth.image if i < 0 else self.truth.rows[i].output_shape for i in parents]
        pairs = zip((self.claims[i].entering[:2] for i in notes), into, strict=True)
        right = sum(shape is not None and size == shape[: len(size)] for size, shape in pairs)
        return [
            f"The sizes noted beside {len(notes)} layers are read as those of what goes in, not of what comes "
            f"out; {right} of them {'is' if right == 1 else 'are'} right as that."
        ]

    def unread(self):
        """Yield a sentence for the notes of which a number was not understood."""
        lines = {}
        for (layer, comment), (_, note) in zip(self.notes, self.labelled, strict=True):
            if note.unread():
                lines.setdefault(comment.line, comment.text)
            elif self._differs(layer, note):
                yield f"Line {comment.line}: {quoted(comment.text)} contradicts another note of its layer."
        yield from named_lines(lines)

    def _differs(self, layer, note):
        """Return whether a note claims a number that another note of its layer has put aside."""
        claim, own = self.claims[layer], note.claim()
        size, field = claim.size or (), claim.receptive_field
        other = own.size is not None and own.size not in (size, size[: len(own.size)])
        counts = any(getattr(own, each) not in (None, getattr(claim, each)) for each in ("parameters", "macs"))
        return other or own.receptive_field not in (None, field) or counts


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
