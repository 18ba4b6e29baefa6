"""What the numbers of a text's notes are, where the notes don't say: settled by the layers they stand beside.

Numbers that stand in the same place of each note, or beside the same word, form a column. A column is what most of
its numbers are true of: sides, receptive fields, channels, parameters, what goes in, or things that are no claim
(kernels, strides, jumps, the numbers of the layers). So a mistake in a few of them does not hide what they are.
"""

from dataclasses import dataclass

from course.annotations.notes.facts import Facts, pair_of
from course.annotations.notes.forms import label_by_form
from course.annotations.notes.note import form_of
from course.annotations.notes.tokens import Token
from course.annotations.notes.twofold import settle_twofold
from course.annotations.truth import plane_of

CLAIMS = ("size", "field", "channels", "parameters", "entering", "macs")
NO_CLAIMS = ("kernel", "stride", "jump", "start", "before", "taken", "ordinal", "padding", "image")
CHANNEL_WORDS = (
    "channel", "filter", "kernel", "feature", "map", "class", "unit", "neuron", "node", "ch", "c", "f", "d",
)  # fmt: skip
OUT_WORDS = ("out", "o/p", "op", "result")
NEARLY = 0.9  # of a match: it follows from the number before by the layer's own step


@dataclass
class _Place:
    """A number and the layer it stands beside."""

    layer: int
    note: object
    token: object


class Columns(Facts):
    """The notes of one network and the truth about it."""

    def settle(self, notes, legends=()):
        """Label the numbers of notes.

        Parameters
        ----------
        notes : list of (int, Note)
            Each with the number of its layer.
        legends : list of Note
            Other comments, one of which may name the columns: "output | RF".
        """
        self.turned = settle_twofold(self, notes)
        self._directions(notes)
        self._counts(notes)
        taken = {}
        columns = self._columns(notes)
        ranked = sorted(((self._best(each, key), key, each) for key, each in columns.items()),
                        key=lambda ranked: -ranked[0][0][0] if ranked[0] else 0)  # fmt: skip
        named = self._named_by(legends, notes, columns)
        for choices, key, places in ranked:
            used = {label for place in places for label in taken.get(id(place.note), ())}
            has = {token.label for place in places for token in place.note.values if token.label}
            label = named.get(key) or next(
                (label for _, label in choices if label not in NO_CLAIMS and label not in used | (has - {"ignore"})
                 or label in NO_CLAIMS or (label == "size" and label in used and key[2] != "volume")), None
            )  # fmt: skip
            if label:
                for place in places:
                    place.token.label = label if label in CLAIMS else "ignore"
                    taken.setdefault(id(place.note), set()).add(label)
        label_by_form([note for _, note in notes])
        for layer, note in notes:
            self._volumes(layer, note)

    def _volumes(self, layer, note):
        """Set apart shapes in sentences that are not about what comes out: "the images are 28x28x1"."""
        words = sum(token.kind in ("word", "describes") for token in note.tokens)
        for token in note.values:
            if token.label is None and form_of(token) == "volume" and not self.fits("size", token, layer):
                if self.fits("entering", token, layer) and words >= 2:
                    token.label = "entering"
                elif words >= 4 and not note.labels:
                    token.label = "unread"

    def _columns(self, notes):
        columns = {}
        self._part_areas(notes)
        pairs = sum(note.has_pair for _, note in notes) >= 2
        for layer, note in notes:
            note.split(pairs)
            for token in note.values:
                shape = self.truth.rows[layer].output_shape
                if token.label is None and token.kind == "shape" and len(token.value) == len(shape or ()) == 1:
                    token.label = "size"  # (None, 32)
            free = [token for token in note.values if token.label is None]
            bare = sum(not token.word for token in free)
            at = 0
            for token in free:
                place = (token.word, 0, 0) if token.word else ("", at, bare)
                at += not token.word
                key = (place[0], place[1:], form_of(token))
                columns.setdefault(key, []).append(_Place(layer, note, token))
        return columns

    def _part_areas(self, notes):
        """Read "26x16" as a side and the channels, or "(26, 3)" as one and a field, where most such notes are."""
        areas = [
            _Place(layer, note, token)
            for layer, note in notes
            for token in note.values
            if token.label in (None, "size") and form_of(token) == "area"
        ]
        telling = [place for place in areas if place.token.value[0] != place.token.value[1]]
        most, labels = max(
            (sum(self._are(pair, place) for place in telling), pair)
            for pair in (("channels", "size"), ("field", "size"), ("size", "channels"), ("size", "field"))
        )
        whole = sum(self.fits("size", place.token, place.layer) for place in telling)
        if len(telling) < len(areas) / 2 or most < max(2, len(telling) / 2) or most <= whole:
            return
        for place in areas:
            parts = [Token("number", "", n, label) for n, label in zip(place.token.value, labels, strict=True)]
            values = place.note.values
            at = next(i for i, token in enumerate(values) if token is place.token)
            place.note.values = [*values[:at], *parts, *values[at + 1 :]]

    def _are(self, labels, place):
        """Return whether the two numbers of an area are what two labels say."""
        tokens = [Token("number", "", n) for n in place.token.value]
        return all(self.fits(label, token, place.layer) for label, token in zip(labels, tokens, strict=True))

    def _best(self, places, key):
        """Return (score, label) pairs of what a column may be, the best first."""
        count, word = len(places), key[0]
        stays, scored = self._is_another_constant(places), []
        for label in (*CLAIMS, *NO_CLAIMS):
            if (label == "image" and count > 1 and not stays) or (label == "channels" and stays):
                continue
            hits = self.score(places, label)
            enough = hits >= count / 2 and (hits >= 2 * NEARLY or count == 1 or (count <= 2 and bool(word)))
            if enough:
                scored.append((hits, label))
        scored.sort(key=lambda pair: -pair[0])
        if scored and scored[0][1] in ("entering", "before"):
            # Where little sets in and out apart, a column is about what comes out.
            out = "size" if scored[0][1] == "entering" else "field"
            if self.score(places, out) >= scored[0][0] - NEARLY and count > 2:
                scored.insert(0, (scored[0][0], out))
        return scored

    def _is_another_constant(self, places):
        """Return whether a column stays the same where the channels don't, as "of 32" behind each field."""
        shapes = [self.truth.rows[place.layer].output_shape for place in places]
        channels = {shape[-1] for shape in shapes if shape}
        return len(places) > 2 and len({place.token.value for place in places}) == 1 < len(channels)

    def score(self, places, label):
        """Return how many numbers of a column are what a label says."""
        hits, before = 0, None
        for place in places:
            if self.fits(label, place.token, place.layer):
                hits += 1
            elif self.steps(label, place) or (before is not None and self.follows(label, before, place)):
                hits += NEARLY
            before = place
        return hits

    def _directions(self, notes):
        """Tell what goes in from what comes out, where a label does not: a column is about one of the two."""
        for word in {token.word for _, note in notes for token in note.values if token.label == "size"}:
            places = [
                _Place(layer, note, token)
                for layer, note in notes
                for token in note.values
                if token.label == "size" and token.word == word
            ]
            telling = [p for p in places if self.into(p.layer) != self.truth.rows[p.layer].output_shape]
            labels = ("size", "entering", "channels")
            out, into, channels = (sum(self.fits(each, p.token, p.layer) for p in telling) for each in labels)
            label, enough = None, max(2, len(telling) / 2 + 0.1)
            if into >= enough and out < into / 2 and not any(part in word for part in OUT_WORDS):
                label = "entering"
            if channels >= enough and out < channels / 2:
                label = "channels"
            for place in places if label else ():
                place.token.label = label

    def _counts(self, notes):
        """Settle numbers beside words of counting: channels where they are, letters by what fits."""
        groups = {}
        for layer, note in notes:
            for token in note.values:
                if token.label == "count":
                    groups.setdefault(token.word, []).append(_Place(layer, note, token))
        for word, places in groups.items():
            label = "ignore"
            stem = word.rpartition(" ")[2].rstrip("s")
            if any(stem == each or (len(each) > 2 and each in word) for each in CHANNEL_WORDS):
                if self.score(places, "channels") >= len(places) / 2:
                    label = "channels"
            if len(word) == 1 and label == "ignore":
                best = self._best(places, (word, (), "number"))
                label = best[0][1] if best and best[0][1] in CLAIMS else "ignore"
                label = "size" if word in "hw" else label
            has = {id(note) for _, note in notes for token in note.values if token.label == label}
            for place in places:
                taken = label != "size" and label != "ignore" and id(place.note) in has
                place.token.label = "ignore" if taken else label

    def _named_by(self, legends, notes, columns):
        """Return the labels that a legend gives to columns."""
        names = {"count": "channels"}
        for legend in [*legends, *(note for _, note in notes)]:
            labels = [names.get(label, label) for label in legend.labels if label != "ignore"]
            if len(labels) < 2 or legend.values or len(set(labels)) < len(labels):
                continue
            named = {}
            for key, places in columns.items():
                at = {_place(place) for place in places if len(place.note.values) == len(labels)}
                if len(at) == 1 and not key[0]:
                    named[key] = labels[at.pop()]
            if not named:
                continue
            hits = sum(self.score(columns[key], label) for key, label in named.items())
            if hits >= sum(len(columns[key]) for key in named) / 2:
                return named
        return {}



def _place(place):
    """Return which of its note's numbers one is."""
    return next(i for i, token in enumerate(place.note.values) if token is place.token)


def planes_noted(notes):
    """Return {layer: (height, width)} of the sizes that notes claim."""
    found = {}
    for layer, note in notes:
        size = note.claim().size
        if size:
            found[layer] = plane_of(size) if len(size) == 3 else pair_of(size if len(size) > 1 else size[0])
    return found
