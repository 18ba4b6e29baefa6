"""The glossary: every word has its entry, and is a link to it where a notebook first uses it."""

import functools
import re

import nbformat
import pytest

from course.notebooks import NOTEBOOKS

PAGE = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
# Words of every day, which a notebook may use before they mean something of their own.
EVERYDAY = set("board convolution floor map parameter rank record start step width window".split())


def anchor(heading):
    """Return the anchor that GitHub gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def entries():
    """Return the text of each entry by its heading."""
    parts = re.split(r"^## (.+)$", PAGE, flags=re.M)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@functools.cache
def passages():
    """Return (notebook, text) for each paragraph of the notebooks in order: no headings, openings or code."""
    found = []
    for path in PATHS:
        for cell in nbformat.read(path, as_version=4).cells[1:]:
            if cell.cell_type == "markdown":
                text = re.sub(r"`[^`]*`", "", cell.source)
                for line in text.splitlines():
                    if not line.startswith(("#", "Next: ")):
                        found.append((path.name, line))
    return found


def first_link(target):
    """Return (notebook, its number among the passages, text of the link, what stands before it) or None."""
    for number, (name, text) in enumerate(passages()):
        if found := re.search(rf"\[([^\]]*)\]\(glossary\.md#{re.escape(target)}\)", text):
            return name, number, found[1].strip("*"), text[: found.start()]
    return None


def test_the_anchor_of_a_heading_is_githubs():
    assert [anchor(text) for text in ("warm-up", "CIFAR-10", "What you'll do: 1×1 (twice)")] == [
        "warm-up",
        "cifar-10",
        "what-youll-do-11-twice",
    ]


def test_entries_are_in_alphabetical_order_and_short():
    names = list(entries())
    assert len(names) > 50 and names == sorted(names, key=str.lower)
    assert len({anchor(name) for name in names}) == len(names)
    for name, text in entries().items():
        prose = re.sub(r"\$+.*?\$+", "", text.rsplit("First used", 1)[0])
        assert 3 < len(prose.split()) <= 45, name


@pytest.mark.parametrize("name", entries())
def test_a_word_is_a_link_where_it_is_first_used(name):
    link = first_link(anchor(name))
    assert link, f"No notebook links to {name!r}."
    notebook, number, words, before = link
    assert entries()[name].rstrip().endswith(f"First used in [notebook {notebook[:2]}]({notebook})."), notebook
    assert words.lower().startswith(name.lower()[:7]), words
    if name in EVERYDAY:
        return
    # BatchNormalization is not a first use of "batch", nor "test images" of "images".
    uses = re.compile(rf"(?<![\w-]){re.escape(name)}s?(?![\w-])", re.I)
    earlier = [text for _, text in passages()[:number]] + [before]
    assert not [text for text in earlier if uses.search(re.sub(r"\]\([^)]*\)", "", text))]


def test_every_link_of_the_notebooks_to_the_glossary_leads_to_an_entry():
    known = {anchor(name) for name in entries()}
    linked = [target for _, text in passages() for target in re.findall(r"glossary\.md#([^)]*)\)", text)]
    assert set(linked) <= known and len(linked) == len(set(linked)), "a word is a link once"


def test_links_of_the_glossary_exist():
    for target in re.findall(r"\]\(([^)#]+)\)", PAGE):
        assert (NOTEBOOKS / target).is_file(), target
