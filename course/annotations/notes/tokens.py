"""Split a note into numbers, shapes, labels and what stands between them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from course.annotations.notes.spelling import END, LONGEST, MACS, SEES, normalised

_VOLUME = r"\s*[:=]?\s*\(?\d+\s*[x*]\s*\d+\s*[x*]"
_NAMES = r"(?:size|shape|dimensions?|dims?|resolution|res)"
_OUT = r"(?:output|outputs|out|o/p|op|resulting|result)"
_FIELD = (
    r"(?:receptive ?fields?|rec[a-z]{2,9}[ _-]?f[iel]{3,4}ds?|receptive|rec\.? ?field|r[_-]?field|field of view"
    r"|r\.f\.?|r-f|r f(?= ?[:=])|rfs?\.?|fov)"
)
_AREA = r"(?:only |just |an? )?\d{1,6} ?x ?\d{1,6}"
_OF_THE_IMAGE = (
    rf"{SEES}(?= {_AREA}(?: ?(?:px|pixels?))? (?:of|in|from|on) the (?:original |input |whole )?"
    rf"(?:image|input|picture)(?! ?(?:map|feature|of|layer|tensor|channel|volume)|\w)"
    rf"|(?= {_AREA} (?:input|image) (?:px|pixels?)))"
)
# The first that fits wins, so phrases come before the words they begin with.
_PATTERNS = (
    (
        "ignore",
        rf"(?:(?:input|in|local|previous|prev\.?|old)[ _-]?{_FIELD}|(?:{_FIELD}|r)[ _-]?(?:input|in|before|prev)"
        rf"|lrf){END}|rf_?i(?=\s*[:=+])",
    ),
    (
        "field",
        rf"(?:(?:global|effective|total|overall|new|final|current|cumulative|theoretical|output|out)[ _-]?)?"
        rf"(?:{_FIELD}|[get]rf)(?:[ _-]?(?:output|out|size)(?![a-z])(?!{_VOLUME}))?{END}",
    ),
    ("field", _OF_THE_IMAGE),
    ("field", rf"r_?out{END}|rf_?o(?=\s*[:=])|r(?=\s*[:=])"),
    ("ignore", rf"(?:total|non-?trainable|overall)[ _-]?(?:trainable )?param(?:eter)?s?{END}"),
    (
        "parameters",
        rf"(?:no\.? of |number of |num_?|# ?|n_)?(?:trainable )?param(?:eter)?s?\.?(?: ?#| count)?{END}",
    ),
    (
        "ignore",
        rf"(?:total|overall|whole|cumulative|network|net|model|running|accumulated|sum of)[ _-]?{MACS}{END}",
    ),
    ("macs", rf"(?:no\.? of |number of |num_?|# ?|n_)?{MACS}(?: ?#| count)?{END}"),
    (
        "ignore",
        rf"(?:kernel|filter|pool|pooling|batch|window|stride|step|patch|crop)s?[ _-]*{_NAMES}{END}",
    ),
    (
        "entering",
        rf"(?:input|i/p|ip|n_?in|inputs)(?:[ _-]?(?:channels?|image|tensor|feature|map|layer|spatial))*"
        rf"(?:[ _-]*{_NAMES})?{END}"
        rf"|in(?:_?(?:size|shape|ch|channels))?(?=\s*[:=-]?\s*[\d(\[])"
        r"(?!\s*-\s*\d{1,3} ?\)? ?[/+])",  # (in - 3)/2 + 1
    ),
    ("size", rf"(?:{_OUT}[ _-]?)?channels? size{END}"),
    (
        "count",
        rf"(?:{_OUT}[ _-]?)?(?:no\.? of |number of |num_?|n_)?"
        rf"(?:channels?|filters?|kernels?|features|feature maps|classes|neurons|units|nodes|ch){END}"
        rf"|(?:effective |output |out_?)?strides?(?:_?out)?{END}"
        rf"|j(?:ump)?(?:[ _]?(?:in|out|output))?(?=\s*[:=\d]| ?\d)|jumps?{END}"
        rf"|pad(?:ding)?{END}|dilation(?:[ _]rate)?{END}|start{END}|groups?{END}|epochs?{END}|lr{END}"
        rf"|[kspdcfhw](?=\s*[:=]\s*\d|\d)|[ro](?=\d)|(?<=\d)(?:ch?|f){END}",
    ),
    (
        "size",
        rf"(?:(?:final|new|current)[ _-])?{_OUT}[ _-]*"
        rf"(?:(?:image|img|map|feature[ _-]?map|fmap|tensor|layer|spatial|activation)[ _-]*)?{_NAMES}?{END}"
        rf"|(?:image|img|map|feature[ _-]?map|fmap|activation|tensor|layer|spatial|grid|o)[ _-]*{_NAMES}{END}"
        rf"|{_NAMES}{END}|n_?out{END}|feature[ _-]?map{END}|fmap{END}|o(?=\s*[:=])",
    ),
    ("n", r"n(?=\s*[:=])"),
    (
        "describes",
        rf"(?:\d?d?conv\w*|convolutions?|separable\w*|sep\w*conv\w*|depth ?wise\w*|point ?wise\w*|dw|pw"
        rf"|(?:max|avg|average|global)?[ _-]?pool\w*|maxpool\w*|mp|window|dense|fc|dropout|drop|rate"
        rf"|block|blk|stage|layer|bn|transition|acc\w*|loss|step|line|version|v){END}",
    ),
    ("break", rf"(?:same|unchanged|previous|before|not|no|was|were|instead|than|max|limit|under|below){END}"),
    ("to", rf"to{END}"),
    (
        "shape",
        r"[(\[{<] ?(?:(?:none|\?|-1|batch(?:_size)?|bs|b|n|m) ?[,x*/] ?)?"
        r"\d{1,9}(?:(?: ?[,x*/] ?| )\d{1,9}){0,5},? ?[)\]}>]",
    ),
    (
        "shape",
        r"(?:none|\?|-1|batch(?:_size)?|bs|n) ?[,x*/] ?\d{1,9}(?:(?: ?[,x*/] ?)\d{1,9}){1,3}(?!\w)",
    ),
    (
        "shape",
        r"\d{1,9}(?: ?px)?(?:(?: ?(?:[x*@]|by(?= ?\d)) ?\d{1,9}(?: ?px)?){1,4}|(?: ?/ ?\d{1,9}){1,4})"
        r"(?:\^2)?(?!\.?\d)(?![a-wyz_])",
    ),
    ("shape", r"(?P<side>\d{1,6}) ?- ?(?P=side) ?- ?\d{1,6}(?!\w)"),
    ("shape", r"\d{1,6}\^2(?!\w)"),
    ("list", r"\d{1,9}(?: ?, ?\d{1,9}){1,5}(?![\w.]\d)(?![\w±])(?! ?[x*@] ?\d| by \d)"),
    ("number", r"\d{1,3}(?:_\d{3})+(?!\w)|\d{1,18}±\d{1,12}"),
    ("number", r"\d{1,9}(?:\.0+)?(?: ?(?:px|pixels?)(?![a-z]))?(?![\w.]\d|\w|%)|\d{1,9}(?=(?:ch?|f)(?!\w))"),
    ("other", r"\d[\w.%^]*|\.\d[\w.]*|\?"),
    ("arrow", r"[-=]*>+"),
    ("equals", r"=+"),
    ("word", r"[^\W\d_][^\W\d_]*(?:[_.']?[^\W_]+)*"),
    ("operator", r"\+|\*|/"),
    ("link", r"[:~-]+"),
    ("open", r"[(\[{<]"),
    ("close", r"[)\]}]"),
    ("separator", r"[^\s\w]|_"),
)  # fmt: skip
_TOKEN = re.compile("|".join(f"(?P<t{i}>{pattern})" for i, (_, pattern) in enumerate(_PATTERNS)))
@dataclass
class Token:
    """A piece of a note. `value` is an int, or a tuple of them for a shape or a list.

    `label` says what it is, `word` is what stands beside it in the note, `before` the number that an
    arrow leads from, `terms` what the sum or product comes to that it is said to be.
    """

    kind: str
    text: str
    value: object = None
    label: str | None = None
    word: str = ""
    before: object = None
    terms: int | None = None

    @property
    def is_value(self):
        """Whether it is a number, a shape or a list of numbers."""
        return self.value is not None


def tokens(text):
    """Return the tokens of a note."""
    return [Token(*parts) for parts in _parts(text[: 2 * LONGEST])]


@lru_cache(5_000)  # a text is read in several ways
def _parts(text):
    found = []
    for match in _TOKEN.finditer(normalised(text)):
        kind = _PATTERNS[int(match.lastgroup[1:])][0]
        value = _value(kind, match[0])
        if kind == "shape" and len(value) == 1 and re.fullmatch(r"\W*\d+\W*", match[0]):  # (3)
            kind, value = "number", value[0]
        found.append(Token(kind, match[0], value))
    return [(token.kind, token.text, token.value) for token in _spaced_shapes(found)]


def _value(kind, text):
    if kind == "number":
        return int(re.match(r"[\d_]+", text)[0])
    if kind not in ("shape", "list"):
        return None
    numbers = tuple(map(int, re.findall(r"\d+", re.sub(r"\^2|-1(?= ?[,x*/])", "", text))))
    if "^2" in text and len(numbers) == 1:
        return numbers * 2
    if "@" in text and len(numbers) == 3 and text.index("@") < 10 and not re.search(r"[x*/].*@", text):
        return (*numbers[1:], numbers[0])
    return numbers


def _spaced_shapes(found):
    """Join "30 30 64" into a shape."""
    out = []
    for token in found:
        out.append(token)
        last = out[-3:]
        if [t.kind for t in last] == ["number"] * 3 and last[0].value == last[1].value:
            values = tuple(t.value for t in last)
            out[-3:] = [Token("shape", "x".join(map(str, values)), values)]
    return out


def is_thousands(token):
    """Return whether a list of numbers is one number with commas: 1,758."""
    first, *rest = token.text.split(",")
    return len(first) <= 3 and all(len(part) == 3 and part.isdigit() for part in rest) and first.strip("0") != ""
