"""From the notes beside layers to numbers with labels, as far as a note says on its own what they are.

Every writer has a style of their own: "32x32x48, RF 3", "-> 30*30*64 | 5", "# o/p 30 (r.f. = 5x5)".
A number counts when a label says what it is, or when it has the form (height, width, channels). What
is still open is settled by `columns`, from all the notes of a text and the layers they stand beside.
"""

from course.annotations.claims import Claim, Operations
from course.annotations.notes.sums import simplified
from course.annotations.notes.tokens import Token, is_thousands, tokens

MOST_WORDS = 4  # between a label and its number
MOST_KERNEL = 7  # a bare "7x7" or less is rather a kernel than a size
LABELS = ("size", "field", "parameters", "macs", "entering", "ignore", "count")
ORDINALS = ("layer", "block", "blk", "stage", "step", "line", "version", "v")
NAMES = ("conv", "pool", "dense", "fc")  # "conv 3: 24x24", but "RF after conv 5"
NOT_ALONE = (  # words beside MACs that may be those of more or of something else than one layer
    "+", "total", "overall", "whole", "block", "blk", "stage", "network", "net", "model", "unit", "cumulative",
    "sum", "all", "far", "per", "batch", "epoch", "saves", "saved", "saving", "fewer", "less", "more", "vs",
    "versus", "instead", "than", "would", "plain", "standard", "normal", "depthwise", "pointwise", "dw", "pw",
    "was", "were", "before",
)  # fmt: skip
ABOUT = ("~", "about", "approx", "approximately", "ca", "circa", "roughly", "around", "almost", "nearly")
SEEING = ("see", "sees", "look", "looks", "cover", "covers")  # "each output pixel sees 3 pixels" is no size of it


class Note:
    """One note, its numbers labelled as far as it says on its own what they are."""

    def __init__(self, text):
        if ".add(" in text:  # code that is commented out
            text = ""
        found = tokens(text)
        kinds = {token.kind for token in found}
        for token in found:
            if token.kind == "n":
                token.kind = "size" if "field" in kinds else "ignore"
        self.tokens = simplified(found)
        self._number()
        self._label()
        self._word()
        self.values = [token for token in self.tokens if token.is_value]
        self.labels = [token.kind for token in self.tokens if token.kind in LABELS]

    @property
    def is_bare(self):
        """Whether it holds numbers and no words."""
        return bool(self.values) and not any(
            token.label or token.kind in (*LABELS, "describes", "word", "other", "break") for token in self.tokens
        )

    @property
    def has_pair(self):
        """Whether it has two numbers that are not one shape: "30, 5" or "30/5"."""
        return any(token.label is None and len(_split(token)) == 2 for token in self.values)

    def split(self, pairs=False):
        """Read "30,30,64,5" as a shape and a number, "30, 5" and "30/5" as two numbers.

        Parameters
        ----------
        pairs : bool
            Read "10/10" so too, as others of the text's notes are.
        """
        split = [part for token in self.values for part in ([token] if token.label else _split(token, pairs))]
        if len(split) > len(self.values):
            self.values = split

    def _number(self):
        """Set the numbers of layers apart: "layer 3", "3) 26x26", "output 2: 24x24"."""
        for i, token in enumerate(self.tokens):
            after = self.tokens[i + 1] if i + 1 < len(self.tokens) else None
            then = self.tokens[i + 2] if i + 2 < len(self.tokens) else None
            more = any(t.is_value for t in self.tokens[i + 2 :])
            is_number = token.text in ORDINALS or (token.text in NAMES and more)
            if token.kind == "describes" and is_number and after is not None:
                if after.kind == "number":
                    after.label = "ignore"
                if after.text == "#" and then is not None and then.kind == "number":
                    then.label = "ignore"
            if i == 0 and token.kind == "number" and after is not None and after.text in (")", ".", "):"):
                token.label = "ignore"
            if token.kind == "size" and after is not None and after.kind == "number" and after.value < 100:
                is_heading = then is not None and then.kind in ("link", "close") and ":" in f"{then.text}:"
                if is_heading and i + 3 < len(self.tokens) and self.tokens[i + 3].kind == "shape":
                    after.label = "ignore"

    def _label(self):
        """Give each number the label that goes with it."""
        ends_in_label = bool(self.tokens) and self.tokens[-1].kind in LABELS and self.tokens[0].is_value
        for i, token in enumerate(self.tokens):
            if token.kind in LABELS:
                before = self._before(i, token.kind)
                after, is_close = self._after(i, token.kind)
                if token.kind == "macs" and (not is_close or (i and self.tokens[i - 1].kind == "other")):
                    after = None  # 4.4e5 MACs | 5
                is_ahead = after is not None and (is_close or before is None)
                follower = self.tokens[i + 1] if i + 1 < len(self.tokens) else token
                is_count = token.kind == "count" and follower.kind not in ("link", "equals")
                is_behind = before is not None and (
                    is_count or (ends_in_label and follower is after) or self._is_anothers(after, token.kind)
                )
                chosen = after if is_ahead and not is_behind else before
                if chosen is not None:
                    chosen.label, chosen.word = token.kind, token.text
            elif token.kind == "describes":
                self._describe(i)
        for i, token in enumerate(self.tokens):  # a sum without its result
            beside = self.tokens[max(0, i - 1) : i + 2]
            if token.is_value and token.before is None and any(t.text == "+" for t in beside):
                token.label = "ignore"

    def _word(self):
        """Note for each number without a label which word stands before it, or else behind it."""
        for i, token in enumerate(self.tokens):
            if not token.is_value or token.label:
                continue
            j = i - 1
            while j >= 0 and self.tokens[j].kind in ("link", "equals", "open", "arrow"):
                j -= 1
            if j >= 0 and self.tokens[j].kind in ("word", "describes"):
                token.word = self.tokens[j].text
                continue
            j = i + 1
            if j < len(self.tokens) and self.tokens[j].kind in ("word", "describes"):
                token.word = f"~{self.tokens[j].text}"

    def _before(self, i, kind):
        kinds = [token.kind for token in self.tokens[max(0, i - 1) : i + 2]]
        i -= kinds[0] == "open" and kinds[-1] == "close"  # 5x5 (RF)
        token = self.tokens[i - 1] if i > 0 else None
        fits = token is not None and token.is_value and token.label is None
        return token if fits and not (kind == "field" and is_volume(token)) and _can_be(kind, token) else None

    def _after(self, i, kind):
        """Return the number a label announces, and whether nothing parts the two."""
        words, is_close = 0, True
        for j in range(i + 1, len(self.tokens)):
            token = self.tokens[j]
            if token.is_value:
                if token.label == "ignore" and is_close:  # the number of a layer
                    continue
                follower = self.tokens[j + 1] if j + 1 < len(self.tokens) else None
                if not is_close and follower is not None and follower.kind in LABELS:
                    return None, False
                if kind == "size" and isinstance(token.value, int) and _counts_channels(follower):
                    return None, False
                fits = token.label is None and _can_be(kind, token)
                return (token, is_close) if fits else (None, False)
            if token.kind in ("link", "equals", "arrow", "open", "close", "to"):
                continue
            if token.kind == "separator" and token.text in (".", "#", "'", '"', "`", "@"):
                continue
            if token.kind == "separator" and j == i + 1 and token.text in ",|;":
                is_close = False
            elif token.text in SEEING and kind != "field":
                return None, False
            elif token.kind in ("word", "describes") and words < MOST_WORDS and is_close:
                words += 1
            elif token.kind == "size" and kind in ("field", "size", "parameters", "entering") and is_close:
                continue
            else:
                return None, False
        return None, False

    def _is_anothers(self, value, kind):
        """Return whether a number behind a count's label has one of its own behind it: "MACs (448 params)"."""
        i = next((i for i, token in enumerate(self.tokens) if token is value), len(self.tokens))
        then = self.tokens[i + 1].kind if i + 1 < len(self.tokens) else None
        return {kind, then} <= {"parameters", "macs"}

    def _describe(self, i):
        """Set apart the kernel in "3x3 conv" and "conv 3x3", and the count in "block 1"."""
        for j in (i - 1, i + 1):
            token = self.tokens[j] if 0 <= j < len(self.tokens) else None
            if token is None or not token.is_value or token.label:
                continue
            if not is_volume(token) or (j < i and token.value[0] <= MOST_KERNEL):
                token.label, token.word = "ignore", self.tokens[i].text
                return

    def claim(self):
        """Return what the note claims."""
        found = {}
        for token in self.values:
            found.setdefault(token.label, []).append(token)
        sizes = [size for size in map(_size, found.get("size", ())) if size]
        size = sizes[0] if sizes else None
        if len(sizes) > 1 and [len(each) for each in sizes[:2]] == [1, 1]:
            size = sizes[0] + sizes[1]
        field = next(filter(None, map(_field, found.get("field", ()))), None)
        parameters = next((n for n in map(count_of, found.get("parameters", ())) if n is not None), None)
        channels = next((n for n in map(count_of, found.get("channels", ())) if n is not None), None)
        entering = next(filter(None, map(_size, found.get("entering", ()))), None)
        macs = self._operations(found.get("macs", ()))
        if size is None:
            bare = found.get(None, [])
            volumes = [t for t in bare if is_volume(t)]
            areas = [t for t in bare if t.kind == "shape" and len(t.value) == 2 and "/" not in t.text]
            if volumes:
                size = _size(volumes[-1])
            elif field and len(areas) == 1:
                size = areas[0].value
        return Claim(size, field, parameters, channels, entering, macs)

    def _operations(self, counts):
        """Return the MACs or FLOPs that are noted, as far as they were written."""
        counts = [token for token in counts if count_of(token) is not None]
        if not counts:
            return None
        value, text = count_of(counts[0]), counts[0].text
        words = {token.text.strip(".:-") for token in self.tokens if not token.is_value}
        zeros = len(str(value)) - len(str(value).rstrip("0"))
        exact = 0 if words.intersection(ABOUT) else 2  # digits that are taken at their word
        place = 10 ** max(0, min(zeros, len(str(value)) - exact))
        return Operations(
            value,
            int(text.partition("±")[2]) if "±" in text else place if value else 1,
            2 if "flop" in counts[0].word else 1,
            len(counts) > 1 or not words.isdisjoint(NOT_ALONE),
        )

    def unread(self):
        """Return the numbers of which nothing is known."""
        claim = self.claim()
        return [
            token
            for token in self.values
            if token.label == "unread"
            or (token.label == "size" and _size(token) is None)
            or (token.label == "field" and _field(token) is None)
            or (token.label is None and not (claim.size and _size(token) == claim.size) and not is_volume(token))
        ]


def _counts_channels(token):
    """Return whether what stands behind a number says that it is no size: "output: 16 channels"."""
    words = ("channel", "filter", "feature", "map")
    return token is not None and token.kind == "count" and token.text.startswith(words)


def _can_be(kind, token):
    """Return whether a number can be a count of channels, filters or parameters, where that is the label."""
    if kind in ("parameters", "macs") and token.kind == "shape" and len(token.value) > 1:
        return False
    return kind != "count" or not is_volume(token) or token.value[0] <= MOST_KERNEL


def is_volume(token):
    """Return whether a token reads (height, width, channels)."""
    value = token.value
    if token.kind in ("list", "shape"):
        value = without_batch(token)
    if token.kind == "list":
        return len(value) == 3 and value[0] == value[1]
    return token.kind == "shape" and len(value) == 3


def without_batch(token):
    """Return the numbers of a shape without the size of the batch: (128, 32, 32, 16)."""
    value = token.value
    is_batched = len(value) == 4 and (value[0] == 1 or (value[0] != value[1] == value[2] and "," in token.text))
    return value[1:] if is_batched else value


def form_of(token):
    """Return what a number looks like: "number", "area", "volume" or "other"."""
    if isinstance(token.value, int):
        return "number"
    return "volume" if is_volume(token) else "area" if len(token.value) == 2 else "other"


def _size(token):
    value = token.value
    if isinstance(value, int):
        return (value,)
    if token.kind == "list" and is_thousands(token):
        return (count_of(token),)
    value = without_batch(token)
    return value if len(value) <= 3 else None


def _field(token):
    value = token.value
    if isinstance(value, int):
        return value, value
    if len(value) == 1:
        return value * 2
    is_fraction = "/" in token.text and value[0] != value[1]
    return value if len(value) == 2 and not is_fraction else None


def count_of(token):
    """Return the number that a token is as a count, "1,792" too where it reads as a list; None for others."""
    if isinstance(token.value, int):
        return token.value
    if len(token.value) == 1:
        return token.value[0]
    return int(token.text.replace(",", "")) if token.kind == "list" and is_thousands(token) else None


def _split(token, pairs=False):
    parts = token.value
    if isinstance(parts, int):
        return [token]
    if len(parts) == 4 and parts[0] == parts[1] and token.kind == "list":
        return [Token("shape", "", parts[:3]), Token("number", "", parts[3])]
    listed = token.kind == "list" or any(sign in token.text for sign in ("/@[" if len(parts) == 3 else "/@"))
    is_count = "," in token.text and " " not in token.text and is_thousands(token)
    if len(parts) not in (2, 3) or not listed or is_count:
        return [token]
    several = parts[0] != parts[1] or (pairs and len(parts) == 2)
    return [Token("number", "", part) for part in parts] if several else [token]
