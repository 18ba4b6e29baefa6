"""From the notes beside layers to claims: output size, receptive field, parameters.

Every writer has a style of their own: "32x32x48, RF 3", "-> 30*30*64 | 5", "# o/p 30 (r.f. = 5x5)".
A number counts when a label says what it is, or when it has the form (height, width, channels), or
when all the notes of a text agree on what their columns are. What stays ambiguous is not claimed.
"""

from course.annotations.claims import Claim
from course.annotations.tokens import Token, tokens

MOST_WORDS = 4  # between a label and its number
MOST_KERNEL = 7  # a bare "7x7" or less is rather a kernel than a size
LABELS = ("size", "field", "parameters", "ignore", "count")


def claims_of(texts, legends=()):
    """Return what each of a text's notes claims.

    Parameters
    ----------
    texts : sequence of str
        The notes beside the layers of one model, in order.
    legends : sequence of str
        Other comments, one of which may name the columns: "output | RF".

    Returns
    -------
    list of Claim
        One a note; a false one where it claims nothing.
    """
    notes = [_Note(text) for text in texts]
    _name_columns(notes, [_Note(text) for text in legends])
    return [note.claim() for note in notes]


def claim_of(text):
    """Return what a note claims on its own."""
    return claims_of([text])[0]


class _Note:
    def __init__(self, text):
        if ".add(" in text:  # code that is commented out
            text = ""
        found = tokens(text)
        kinds = {token.kind for token in found}
        for token in found:
            if token.kind == "n":
                token.kind = "size" if "field" in kinds else "ignore"
        self.tokens = _without_steps(_without_sums(found))
        self._label()
        self.values = [token for token in self.tokens if token.is_value]
        self.labels = [token.kind for token in self.tokens if token.kind in LABELS]
        self.is_bare = (
            bool(self.values)
            and not self.labels
            and not any(
                token.label or token.kind in ("describes", "word", "other", "break") for token in self.tokens
            )
        )

    def _label(self):
        """Give each number the label that goes with it."""
        ends_in_label = bool(self.tokens) and self.tokens[-1].kind in LABELS and self.tokens[0].is_value
        for i, token in enumerate(self.tokens):
            if token.kind in LABELS:
                before = self._before(i, token.kind)
                after, is_close = self._after(i, token.kind)
                is_ahead = after is not None and (is_close or before is None)
                follower = self.tokens[i + 1] if i + 1 < len(self.tokens) else token
                is_count = token.kind == "count" and follower.kind not in ("link", "equals")
                is_behind = before is not None and (is_count or (ends_in_label and follower is after))
                chosen = after if is_ahead and not is_behind else before
                if chosen is not None:
                    chosen.label = token.kind
            elif token.kind == "describes":
                self._describe(i)
        for i, token in enumerate(self.tokens):  # a sum without its result
            beside = self.tokens[max(0, i - 1) : i + 2]
            if token.is_value and any(t.text == "+" for t in beside):
                token.label = "ignore"

    def _before(self, i, kind):
        kinds = [token.kind for token in self.tokens[max(0, i - 1) : i + 2]]
        i -= kinds[0] == "open" and kinds[-1] == "close"  # 5x5 (RF)
        token = self.tokens[i - 1] if i > 0 else None
        fits = token is not None and token.is_value and token.label is None
        return token if fits and not (kind == "field" and _is_volume(token)) and _can_be(kind, token) else None

    def _after(self, i, kind):
        """Return the number a label announces, and whether nothing parts the two."""
        words, is_close = 0, True
        for j in range(i + 1, len(self.tokens)):
            token = self.tokens[j]
            if token.is_value:
                follower = self.tokens[j + 1] if j + 1 < len(self.tokens) else None
                if not is_close and follower is not None and follower.kind in LABELS:
                    return None, False
                fits = token.label is None and _can_be(kind, token)
                return (token, is_close) if fits else (None, False)
            if token.kind in ("link", "equals", "arrow", "open", "close", "to"):
                continue
            if token.kind == "separator" and token.text in (".", "#", "'", '"', "`", "@"):
                continue
            if token.kind == "separator" and j == i + 1 and token.text in ",|;":
                is_close = False
            elif token.kind in ("word", "describes") and words < MOST_WORDS and is_close:
                words += 1
            elif token.kind == "size" and kind in ("field", "size", "parameters") and is_close:
                continue
            else:
                return None, False
        return None, False

    def _describe(self, i):
        """Set apart the kernel in "3x3 conv" and "conv 3x3", and the count in "block 1"."""
        for j in (i - 1, i + 1):
            token = self.tokens[j] if 0 <= j < len(self.tokens) else None
            if token is None or not token.is_value or token.label:
                continue
            if not _is_volume(token) or (j < i and token.value[0] <= MOST_KERNEL):
                token.label = "ignore"
                return

    def claim(self):
        """Return what the note claims."""
        found = {label: [t for t in self.values if t.label == label] for label in LABELS}
        size = next(filter(None, map(_size, found["size"])), None)
        field = next(filter(None, map(_field, found["field"])), None)
        parameters = next((n for n in map(_count, found["parameters"]) if n is not None), None)
        if size is None:
            bare = [t for t in self.values if t.label is None]
            volumes = [t for t in bare if _is_volume(t)]
            areas = [t for t in bare if t.kind == "shape" and len(t.value) == 2 and "/" not in t.text]
            if volumes:
                size = _size(volumes[-1])
            elif field and len(areas) == 1:
                size = areas[0].value
        return Claim(size, field, parameters)


def _can_be(kind, token):
    """Return whether a number can be a count of channels or filters, where that is the label."""
    return kind != "count" or not _is_volume(token) or token.value[0] <= MOST_KERNEL


def _is_volume(token):
    """Return whether a token reads (height, width, channels)."""
    value = token.value
    if token.kind == "list":
        return len(value) == 3 and value[0] == value[1]
    return token.kind == "shape" and (len(value) == 3 or (len(value) == 4 and value[0] == 1))


def _size(token):
    value = token.value
    if isinstance(value, int):
        return (value,)
    if token.kind == "list" and _is_thousands(token):
        return (_count(token),)
    if len(value) == 4 and value[0] == 1:
        value = value[1:]
    return value if len(value) <= 3 else None


def _field(token):
    value = token.value
    if isinstance(value, int):
        return value, value
    if len(value) == 1:
        return value * 2
    is_fraction = "/" in token.text and value[0] != value[1]
    return value if len(value) == 2 and not is_fraction else None


def _count(token):
    if isinstance(token.value, int):
        return token.value
    if len(token.value) == 1:
        return token.value[0]
    return int(token.text.replace(",", "")) if token.kind == "list" and _is_thousands(token) else None


def _is_thousands(token):
    first, *rest = token.text.split(",")
    return len(first) <= 3 and all(len(part) == 3 and part.isdigit() for part in rest) and first.strip("0") != ""


def _without_sums(found):
    """Replace "4 + (3-1)*2 = 8" by its result."""
    out = []
    for token in found:
        if token.kind == "equals":
            start = len(out)
            while start and (
                _is_of_a_sum(out[start - 1])
                or (out[start - 1].kind in ("ignore", "word") and out[start:] and out[start].kind == "operator")
            ):
                start -= 1
            if any(t.is_value for t in out[start:]):
                del out[start:]
                continue
        out.append(token)
    return out


def _is_of_a_sum(token):
    return token.is_value or token.kind in ("operator", "open", "close", "other") or token.text == "-"


def _without_steps(found):
    """Replace "32 -> 30" by where it leads."""
    out = []
    for token in found:
        if token.is_value and len(out) > 1 and out[-1].kind in ("arrow", "to") and out[-2].is_value:
            del out[-2:]
        out.append(token)
    return out


def _name_columns(notes, legends):
    """Label the numbers of notes that hold nothing else, where their columns leave no doubt."""
    bare = {}
    for note in notes:
        if note.is_bare:
            note.values = _split(note.values)
            bare.setdefault(tuple(map(_form, note.values)), []).append(note)
    legend = next((note.labels for note in [*legends, *notes] if len(note.labels) > 1 and not note.values), None)
    has_fields = any(token.label == "field" for note in notes for token in note.values)
    for form, group in bare.items():
        names = legend if legend and len(legend) == len(form) else _names(form, group, has_fields)
        for note in group:
            for token, name in zip(note.values, names, strict=False):
                token.label = name
    _name_sizes(notes)


def _split(values):
    """Read "30,30,64,5" as a shape and a number, "30, 5" and "30/5" as two numbers."""
    if len(values) != 1 or isinstance(values[0].value, int):
        return values
    token = values[0]
    parts = token.value
    if len(parts) == 4 and parts[0] == parts[1] and token.kind == "list":
        return [Token("shape", "", parts[:3]), Token("number", "", parts[3])]
    if len(parts) == 2 and (token.kind == "list" or "/" in token.text) and parts[0] != parts[1]:
        return [Token("number", "", part) for part in parts]
    return values


def _form(token):
    if isinstance(token.value, int):
        return "number"
    return "volume" if _is_volume(token) else "area" if len(token.value) == 2 else "other"


def _names(form, group, has_fields):
    """Return labels for the columns of notes of one form, None for what is in doubt."""
    columns = [[_first(note.values[i]) for note in group] for i in range(len(form))]
    shrinks = [column[0] > column[-1] and column[0] > MOST_KERNEL for column in columns]
    grows = [column[0] < column[-1] for column in columns]
    if len(form) == 2 and "volume" in form and len(group) >= 2 and not has_fields:
        other = 1 - form.index("volume")
        if form[other] in ("number", "area") and grows[other]:
            return ["field" if i == other else "size" for i in (0, 1)]
    if len(form) == 2 and set(form) <= {"number", "area"} and len(group) >= 3 and not has_fields:
        for size, field in ((0, 1), (1, 0)):
            if shrinks[size] and grows[field] and columns[field][0] <= MOST_KERNEL:
                return ["size" if i == size else "field" for i in (0, 1)]
    if len(form) == 1 and form[0] in ("number", "area") and len(group) >= 4:
        (column,) = columns
        if shrinks[0] and all(a >= b for a, b in zip(column, column[1:], strict=False)):
            return ["size"]
        if form == ("number",) and column[0] <= MOST_KERNEL and not has_fields:
            if grows[0] and all(a <= b for a, b in zip(column, column[1:], strict=False)):
                return ["field"]
    return [None] * len(form)


def _first(token):
    return token.value if isinstance(token.value, int) else token.value[0]


def _name_sizes(notes):
    """Label the first number of notes such as "30, RF 5" a size, where it shrinks from note to note."""
    group = [
        note
        for note in notes
        if "size" not in note.labels
        and len(note.values) == 2
        and sorted(str(token.label) for token in note.values) == ["None", "field"]
        and not any(token.kind in ("word", "describes") for token in note.tokens)
    ]
    free = [next(token for token in note.values if token.label is None) for note in group]
    free = [token for token in free if isinstance(token.value, int)]
    if len(free) >= 2 and free[0].value > free[-1].value and free[0].value > MOST_KERNEL:
        for token in free:
            token.label = "size"
