"""The spelling of a note: one sign for each thing, and numbers written in full."""

import re
import unicodedata

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

END = r"(?![a-z_])"
MACS = (
    r"(?:macs|mac(?= ?[:=] ?\d)|mac ops|m(?:acc|add)s|flops?|mult(?:iply|iplies)?[ -]?(?:adds?|accumulates?)"
    r"|multiplications)"
)
SEES = r"(?:sees?|looks? at|covers?)"
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
_SCALED_BEFORE = re.compile(rf"(?<![\w.,±^]){_DECIMAL} ?{_SCALE}[ -]?(?={MACS}{END})")
_SCALED_BEHIND = re.compile(
    rf"(?<!\d )(?<!\w)([kmg]?)({MACS} ?[:=-]? ?~? ?(?:[\d ()*x+^-]{{0,60}}= ?)?){_DECIMAL}"
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
    rf"{SEES} (?:only |just |an? )?\d{{1,6}}(?: ?x ?\d{{1,6}})?(?: ?(?:px|pixels?|units?|cells?|values?))?"
    r" (?:of|in|from|on) (?:its input|(?:the |its )?(?:previous|preceding|prior|last|layer|map|feature|own"
    r"|input (?:map|feature|of|layer|tensor|channel|volume)))"
)
_BACKWARDS = re.compile(r"(\d) ?<[-=]+ ?(?=[a-z])")  # 3 <- RF
_TIMES = re.compile(r"(\d[x*/]\d{1,5}[x*/]\d{1,5}) x ?\d(?!\d)")  # 26x26x12 x2: the layer is there twice
_GROW = re.compile(r"\d{1,6} ?\+ ?\(? ?\(? ?\d{1,3} ?- ?1 ?\) ?[*x] ?\d{1,4} ?\)? ?=")
_SHRINK = re.compile(r"\( ?\d{1,6}(?: ?[+-] ?(?:\d{1,3} ?[*x] ?)?\d{1,3}){1,3} ?\) ?/ ?\d{1,3} ?\+ ?1 ?=")


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
    spelt = _spelt(found[1], found[2])
    return f"{spelt} " if spelt else found[0]


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
