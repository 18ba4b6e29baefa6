"""The parameter counts that a text claims for a whole model."""

import re

_NUMBER = r"(\d{1,3}(?:[,_ \u00a0\u202f]\d{3}){1,3}|\d{1,10})(?![\d,.]*[\dkKmM%])"
_TOTAL = re.compile(
    r"(?P<what>total|model|overall|final|number of|no\.? of|#)?[ \t*_#]{0,9}(?:trainable |model )?"
    r"param(?:eter)?s?\b(?: count)?[ \t*_)]{0,9}(?:[:=\-\u2013\u2014]|is|are|of){1,2}[ \t*_`]{0,9}" + _NUMBER,
    re.I,
)
_OF_ANOTHER = re.compile(r"\b(?:base|baseline|given|original|reference)\b", re.I)
_HEADING = re.compile(r"^\s{0,9}(?:#{1,6} |[*_]{2}|model\b.{0,40}:$)", re.I)
_NON_TOTAL = re.compile(r"non-?\s?trainable|\btrainable", re.I)


def claimed_totals(text):
    """Return the parameters a text claims for its model: each count that is called a total, in order.

    Parameters
    ----------
    text : str
        Such as "Total params: 98,887". A count under a heading of the base or given model is passed over.
    """
    named, bare, heading = [], [], ""
    for line in text.split("\n"):
        line = line[:500]
        if _HEADING.match(line) and not _TOTAL.search(line):
            heading = line
        found = _TOTAL.search(line)
        if not found or _OF_ANOTHER.search(line) or _NON_TOTAL.search(line):
            continue
        count = int(re.sub(r"\D", "", found[2]))
        if found["what"] and found["what"] != "#" and not _OF_ANOTHER.search(heading):
            named.append((found["what"].lower() == "total", count))
        elif not line[: found.start()].strip(" \t#*_-<>") and "(" not in line and not _OF_ANOTHER.search(heading):
            bare.append(count)
    totals = [count for is_total, count in named if is_total] or [count for _, count in named]
    return tuple(dict.fromkeys(totals or (bare if len(bare) == 1 else ())))
