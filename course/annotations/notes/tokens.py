"""Split a note into numbers, shapes, labels and what stands between them."""

import ast
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from course.annotations.reading.values import arithmetic

LONGEST = 300  # characters of a note that are looked at

_CHARACTERS = str.maketrans(
    {
        **dict.fromkeys("×✕✖⨯⨉╳х", "x"),
        **dict.fromkeys("∗·⋅", "*"),
        **dict.fromkeys("–—−‐‑‒―", "-"),
        **dict.fromkeys("→⟶➜➔➝⇒⟹►▶", ">"),
        **dict.fromkeys("│∣¦", "|"),
        **dict.fromkeys("⌊⌈", "("),
        **dict.fromkeys("⌋⌉", ")"),
        **dict.fromkeys("≈≃∼", "~"),
        **dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060", ""),
        "²": "^2",
    }
)

_VOLUME = r"\s*[:=]?\s*\(?\d+\s*[x*]\s*\d+\s*[x*]"
_NAMES = r"(?:size|shape|dimensions?|dims?|resolution|res)"
_OUT = r"(?:output|outputs|out|o/p|op|resulting|result)"
_FIELD = (
    r"(?:receptive ?fields?|rec[a-z]{2,9}[ _-]?f[iel]{3,4}ds?|receptive|rec\.? ?field|r[_-]?field|field of view"
    r"|r\.f\.?|r-f|r f(?= ?[:=])|rfs?\.?|fov)"
)
_END = r"(?![a-z_])"
_MACS = (
    r"(?:macs|mac(?= ?[:=] ?\d)|mac ops|m(?:acc|add)s|flops?|mult(?:iply|iplies)?[ -]?(?:adds?|accumulates?)"
    r"|multiplications)"
)
_SEES = r"(?:sees?|looks? at|covers?)"
_AREA = r"(?:only |just |an? )?\d{1,6} ?x ?\d{1,6}"
_OF_THE_IMAGE = (
    rf"{_SEES}(?= {_AREA}(?: ?(?:px|pixels?))? (?:of|in|from|on) the (?:original |input |whole )?"
    rf"(?:image|input|picture)(?! ?(?:map|feature|of|layer|tensor|channel|volume)|\w)"
    rf"|(?= {_AREA} (?:input|image) (?:px|pixels?)))"
)
# The first that fits wins, so phrases come before the words they begin with.
_PATTERNS = (
    (
        "ignore",
        rf"(?:(?:input|in|local|previous|prev\.?|old)[ _-]?{_FIELD}|(?:{_FIELD}|r)[ _-]?(?:input|in|before|prev)"
        rf"|lrf){_END}|rf_?i(?=\s*[:=+])",
    ),
    (
        "field",
        rf"(?:(?:global|effective|total|overall|new|final|current|cumulative|theoretical|output|out)[ _-]?)?"
        rf"(?:{_FIELD}|[get]rf)(?:[ _-]?(?:output|out|size)(?![a-z])(?!{_VOLUME}))?{_END}",
    ),
    ("field", _OF_THE_IMAGE),
    ("field", rf"r_?out{_END}|rf_?o(?=\s*[:=])|r(?=\s*[:=])"),
    ("ignore", rf"(?:total|non-?trainable|overall)[ _-]?(?:trainable )?param(?:eter)?s?{_END}"),
    (
        "parameters",
        rf"(?:no\.? of |number of |num_?|# ?|n_)?(?:trainable )?param(?:eter)?s?\.?(?: ?#| count)?{_END}",
    ),
    (
        "ignore",
        rf"(?:total|overall|whole|cumulative|network|net|model|running|accumulated|sum of)[ _-]?{_MACS}{_END}",
    ),
    ("macs", rf"(?:no\.? of |number of |num_?|# ?|n_)?{_MACS}(?: ?#| count)?{_END}"),
    (
        "ignore",
        rf"(?:kernel|filter|pool|pooling|batch|window|stride|step|patch|crop)s?[ _-]*{_NAMES}{_END}",
    ),
    (
        "entering",
        rf"(?:input|i/p|ip|n_?in|inputs)(?:[ _-]?(?:channels?|image|tensor|feature|map|layer|spatial))*"
        rf"(?:[ _-]*{_NAMES})?{_END}"
        rf"|in(?:_?(?:size|shape|ch|channels))?(?=\s*[:=-]?\s*[\d(\[])"
        r"(?!\s*-\s*\d{1,3} ?\)? ?[/+])",  # (in - 3)/2 + 1
    ),
    ("size", rf"(?:{_OUT}[ _-]?)?channels? size{_END}"),
    (
        "count",
        rf"(?:{_OUT}[ _-]?)?(?:no\.? of |number of |num_?|n_)?"
        rf"(?:channels?|filters?|kernels?|features|feature maps|classes|neurons|units|nodes|ch){_END}"
        rf"|(?:effective |output |out_?)?strides?(?:_?out)?{_END}"
        rf"|j(?:ump)?(?:[ _]?(?:in|out|output))?(?=\s*[:=\d]| ?\d)|jumps?{_END}"
        rf"|pad(?:ding)?{_END}|dilation(?:[ _]rate)?{_END}|start{_END}|groups?{_END}|epochs?{_END}|lr{_END}"
        rf"|[kspdcfhw](?=\s*[:=]\s*\d|\d)|[ro](?=\d)|(?<=\d)(?:ch?|f){_END}",
    ),
    (
        "size",
        rf"(?:(?:final|new|current)[ _-])?{_OUT}[ _-]*"
        rf"(?:(?:image|img|map|feature[ _-]?map|fmap|tensor|layer|spatial|activation)[ _-]*)?{_NAMES}?{_END}"
        rf"|(?:image|img|map|feature[ _-]?map|fmap|activation|tensor|layer|spatial|grid|o)[ _-]*{_NAMES}{_END}"
        rf"|{_NAMES}{_END}|n_?out{_END}|feature[ _-]?map{_END}|fmap{_END}|o(?=\s*[:=])",
    ),
    ("n", r"n(?=\s*[:=])"),
    (
        "describes",
        rf"(?:\d?d?conv\w*|convolutions?|separable\w*|sep\w*conv\w*|depth ?wise\w*|point ?wise\w*|dw|pw"
        rf"|(?:max|avg|average|global)?[ _-]?pool\w*|maxpool\w*|mp|window|dense|fc|dropout|drop|rate"
        rf"|block|blk|stage|layer|bn|transition|acc\w*|loss|step|line|version|v){_END}",
    ),
    ("break", rf"(?:same|unchanged|previous|before|not|no|was|were|instead|than|max|limit|under|below){_END}"),
    ("to", rf"to{_END}"),
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
_UNIT = r"(?:trainable )?(?:param|macs?(?!\w)|mult|flop)"
_THOUSANDS = re.compile(rf"(?<![\w.,])\d{{1,3}}(?:(?:['_]\d{{3}})+(?![\w.,]\d)|(?:\.\d{{3}})+(?= ?{_UNIT}))")
_BEFORE_UNIT = re.compile(rf"(?<![\w.,])[1-9]\d{{0,2}}([ ,])\d{{3}}(?:\1\d{{3}})*(?= {_UNIT})")
_BEHIND_UNIT = re.compile(
    r"((?:param[^\W\d]*|macs?|flops?)\.? ?[:=-]? ?(?:[\d ()*x+^-]{0,60}= ?)?)([1-9]\d{0,2}(?: \d{3})+)"
    r"(?= ?(?:[,;|)\]]|$))"
)
_SCALES = {"k": 3, "t": 3, "m": 6, "g": 9, "b": 9}
_SCALE = r"(k|thousand|m(?:io|n|illions?)?|g|bn?|billions?)"
_DECIMAL = r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,9}(?:[.,]\d{1,6})?)"
_SCALED_BEFORE = re.compile(rf"(?<![\w.,±^]){_DECIMAL} ?{_SCALE}[ -]?(?={_MACS}{_END})")
_SCALED_BEHIND = re.compile(
    rf"(?<!\d )(?<!\w)([kmg]?)({_MACS} ?[:=-]? ?~? ?(?:[\d ()*x+^-]{{0,60}}= ?)?){_DECIMAL}"
    rf"(?: ?{_SCALE})?(?= ?(?:[,;|)\]]|$))"
)
_NAME = r"(?!x(?!\w))[^\W\d]\w*(?!\w)(?:[\[{][^\]}=]{1,9}[\]}])?"
# Each piece of a formula has one place in it, or a long row of names would be tried in too many ways.
_TERM = (
    rf"(?:(?:(?:{_NAME} ?)?\(|[\[{{]) ?){{0,5}}(?:\d{{0,6}}{_NAME}(?: (?!x){_NAME}){{0,2}}|\d{{1,6}})"
    r"(?: ?[)\]}]){0,5}"
)
_SUM = rf"({_TERM}(?: ?[-+*/^x] ?{_TERM}){{1,20}})"
_FORMULA = re.compile(rf"(?<=[=:]) ?{_SUM} ?(?:=+|[-=]*>+) ?")
_FORMULA_BEHIND = re.compile(rf"(?<=\d) ?\(? ?= ?{_SUM} ?(?=[,;|]|$)")
_DANGLING = re.compile(r"(?:-|^[^*(]*\+|/(?! ?s(?:trides?)?$)) ?[^\W\d][\w ]*$")
_LOCAL = re.compile(
    rf"{_SEES} (?:only |just |an? )?\d{{1,6}}(?: ?x ?\d{{1,6}})?(?: ?(?:px|pixels?|units?|cells?|values?))?"
    r" (?:of|in|from|on) (?:its input|(?:the |its )?(?:previous|preceding|prior|last|layer|map|feature|own"
    r"|input (?:map|feature|of|layer|tensor|channel|volume)))"
)
_BACKWARDS = re.compile(r"(\d) ?<[-=]+ ?(?=[a-z])")  # 3 <- RF
_TIMES = re.compile(r"(\d[x*/]\d{1,5}[x*/]\d{1,5}) x ?\d(?!\d)")  # 26x26x12 x2: the layer is there twice
_GROW = re.compile(r"\d{1,6} ?\+ ?\(? ?\(? ?\d{1,3} ?- ?1 ?\) ?[*x] ?\d{1,4} ?\)? ?=")
_SHRINK = re.compile(r"\( ?\d{1,6}(?: ?[+-] ?(?:\d{1,3} ?[*x] ?)?\d{1,3}){1,3} ?\) ?/ ?\d{1,3} ?\+ ?1 ?=")


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


def normalised(text):
    """Return a note in lower case, with one spelling for each sign, and one space between words."""
    text = unicodedata.normalize("NFKC", text[: 2 * LONGEST].translate(_CHARACTERS)).casefold()
    text = re.sub(r"</?[a-z][a-z0-9]{0,9} ?/?>", " ", text)
    text = " ".join(text.split())[:LONGEST]
    text = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), text)
    text = _FORMULA_BEHIND.sub(_without_names, _FORMULA.sub(_without_names, _LOCAL.sub(" ", text)))
    text = _BEHIND_UNIT.sub(lambda found: found[1] + found[2].replace(" ", "_"), _BEFORE_UNIT.sub(_joined, text))
    text = _SCALED_BEHIND.sub(_spelt_behind, _SCALED_BEFORE.sub(_spelt_before, text))
    text = _TIMES.sub(r"\1 ", _BACKWARDS.sub(r"\1 ", text))
    if "rf" not in text and "field" not in text:
        text = _GROW.sub(lambda found: f"rf {found[0]}", _SHRINK.sub(lambda found: f"size {found[0]}", text))
    return text


def _joined(found):
    """Return a number without the signs between its thousands, or as it is where what stands before it parts it.

    A space may part two numbers all the same, so a mark is left there: 4_640.
    """
    before = found.string[: found.start()].rstrip("~ ")
    is_volume = found[1] == " " and re.search(r"(?<!\d)(\d+) ?[,/] ?\1 ?[,/]$", before)
    if is_volume or not re.search(r"(?:^|[,;|(\[&]|[\d)\]}](?: ?[-:=]| /))$", before):  # RF 3 640 params
        return found[0]
    return found[0].replace(",", "").replace(" ", "_")


def _spelt_before(found):
    """Return "0.44 M" before MACs as the number and what its last digit is worth: 440000±10000."""
    return f"{_spelt(found[1], found[2])} " if _spelt(found[1], found[2]) else found[0]


def _spelt_behind(found):
    scale, label, number, own = found.groups()
    spelt = _spelt(number, own or scale) if scale or own else None
    return f"{label}{spelt}" if spelt else found[0]


def _spelt(number, scale):
    """Return a number of thousands, millions or billions in full, None where its comma may part either."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", number):
        return None
    number = number.replace(",", "") if "." in number else number.replace(",", ".")
    digits = _SCALES[scale[0]] - len(number.partition(".")[2])
    return f"{round(float(number) * 10 ** _SCALES[scale[0]])}±{10 ** max(digits, 0)}"


def _without_names(found):
    """Drop a formula between a label and its result: "RF = RF_in + (k - 1)*j = 10".

    A name at its end may be a label of its own: "RF = 3 - out = 30".
    """
    formula = found[1]
    is_formula = re.search(r"[^\W\d](?: ?[-+*/^)\]}]| x )", formula) and not _DANGLING.search(formula)
    return " " if is_formula else found[0]


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


def simplified(found):
    """Return tokens with lists of counts parted, and sums and steps replaced by where they lead."""
    return _without_steps(_without_sums(_parted(found)))


def is_thousands(token):
    """Return whether a list of numbers is one number with commas: 1,758."""
    first, *rest = token.text.split(",")
    return len(first) <= 3 and all(len(part) == 3 and part.isdigit() for part in rest) and first.strip("0") != ""


def _parted(found):
    """Read the last number of "64, 6464 params" apart from the others, and the first of "RF 5, 30"."""
    out = []
    for i, token in enumerate(found):
        then = found[i + 1].kind if i + 1 < len(found) else None
        is_list = token.kind == "list"
        counted = is_list and then in ("parameters", "macs", "count") and not is_thousands(token)
        unequal = is_list and len(set(token.value)) == len(token.value) == 2
        if counted or (unequal and _labels_field(out)):
            out += [Token("number", str(part), part) for part in token.value]
        else:
            out.append(token)
    return out


def _labels_field(before):
    """Return whether what comes next is a receptive field: "RF: "."""
    kinds = [token.kind for token in before if token.kind not in ("link", "equals", "arrow")]
    return kinds[-1:] == ["field"]


def _without_sums(found):
    """Replace "4 + (3-1)*2 = 8" and "8 = 4 + (3-1)*2" by the result."""
    out, until = [], 0
    for at, token in enumerate(found):
        if at < until:
            continue
        if token.kind == "equals":
            start = len(out)
            while start and (
                _is_of_a_sum(out[start - 1])
                or (out[start - 1].kind in ("ignore", "word") and out[start:] and out[start].kind == "operator")
            ):
                if out[start - 1].is_value and out[start:] and (out[start].is_value or out[start].kind == "open"):
                    start += out[start].kind == "open"  # RF 5 (3*3 = 9
                    break
                start -= 1
            if any(t.is_value for t in out[start:]):
                until = at + 1 + _explains(out[start:], found[at + 1 :])
                if until == at + 1:
                    if at + 1 < len(found) and found[at + 1].is_value:
                        found[at + 1].terms = _worth(out[start:])
                    del out[start:]
                else:
                    next(t for t in out[start:] if t.is_value).terms = _worth(found[at + 1 : until])
                continue
        out.append(token)
    return out


def _explains(before, behind):
    """Return how many tokens behind "8 =" say what 8 is the sum or the product of."""
    result = [token.value for token in before if token.kind != "open"]
    length = next((i for i, token in enumerate(behind) if not _is_of_a_sum(token)), len(behind))
    leads_on = length < len(behind) and behind[length].kind == "equals"
    if leads_on or len(result) != 1:
        return 0
    while length and behind[length - 1].kind == "operator":
        length -= 1
    is_sum = any(token.text in ("+", "*") for token in behind[:length])
    is_product = length > 0 and behind[0].kind == "shape" and prod(behind[0].value) == result[0]
    return length if is_sum or is_product else 0


def _worth(terms):
    """Return what a sum or product of whole numbers comes to, None where it is none."""
    text = "".join(token.text for token in terms).replace("x", "*").replace("^2", "**2")
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    worth = _folded(tree, 0) if isinstance(tree, ast.BinOp) else None
    return worth if type(worth) is int else None


def _folded(node, depth):
    if isinstance(node, ast.BinOp) and depth < 40:
        return arithmetic(node, _folded(node.left, depth + 1), _folded(node.right, depth + 1))
    return node.value if isinstance(node, ast.Constant) else None


def _is_of_a_sum(token):
    return token.is_value or token.kind in ("operator", "open", "close", "other") or token.text == "-"


def _without_steps(found):
    """Replace "32 -> 30" by where it leads."""
    out = []
    for token in found:
        if token.is_value and len(out) > 1 and out[-1].kind in ("arrow", "to") and out[-2].is_value:
            if out[-1].text == ">" and _labels_field(out[:-2]) and _exceeds(out[-2].value, token.value):
                del out[-1]
                continue
            token.before = out[-2].value
            del out[-2:]
            while out and out[-1].text == "+":  # RF 6+4 -> 10
                del out[-2 if len(out) > 1 and out[-2].is_value else -1 :]
        out.append(token)
    return out


def _exceeds(value, other):
    """Return whether "RF 74 > 64" compares a receptive field with an image that it exceeds."""
    return isinstance(value, int) and isinstance(other, int) and value > other
