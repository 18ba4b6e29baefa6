"""The notebooks' Markdown: formulas that render, sections in their order, a way onward."""

import re

import nbformat
import pytest

from course.notebooks import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))
# As the design of a notebook has them; the first three open it, the last three close it.
OPENING = ["What you'll do", "What you'll learn", "What you'll need"]
CLOSING = ["Key points", "On your own", "Further reading"]
# A notebook that is left open keeps its memory.
SHUT_DOWN = "*Kernel*, then *Shut Down Kernel*"


def prose(path):
    """Return the source of each Markdown cell, code in it left out."""
    cells = nbformat.read(path, as_version=4).cells
    return [re.sub(r"`[^`]*`", "", cell.source) for cell in cells if cell.cell_type == "markdown"]


def faults_of_formulas(text):
    """Return what keeps the formulas of a text from rendering."""
    faults = []
    # In JSON a backslash is written as two. Written so by hand, both reach the page, and \\cdot reads "cdot".
    faults += re.findall(r"\\\\[A-Za-z]+", text)
    outside = re.sub(r"\$\$.+?\$\$|\$[^$\n]+\$", "", text, flags=re.DOTALL)
    faults += re.findall(r"\$.*|\\[A-Za-z]{2,}", outside)
    for formula in re.findall(r"\$+([^$]+)\$+", text):
        bare = re.sub(r"\\[{}]", "", formula)
        if bare.count("{") != bare.count("}") or formula != formula.strip():
            faults.append(formula)
    return faults


def faults_of_headings(cells):
    """Return what is wrong with the headings of Markdown cells: their levels, and the closing sections' order."""
    headings = [match for text in cells for match in re.findall(r"^(#+) (.+)$", text, re.MULTILINE)]
    levels = [len(marks) for marks, _ in headings]
    faults = []
    if levels[:1] != [1] or levels.count(1) != 1:
        faults.append("one title, and it comes first")
    faults += [
        title for before, (marks, title) in zip(levels, headings[1:], strict=False) if len(marks) > before + 1
    ]
    if [title for _, title in headings[-len(CLOSING) :]] != CLOSING:
        faults.append("the closing sections")
    if re.findall(r"^\*\*(.+?)\*\*$", cells[0], re.MULTILINE) != OPENING:
        faults.append("the opening's parts")
    return faults


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (r"Its variance is $9 \\cdot 2 / (C + 1)$.", [r"\\cdot"]),
        (r"$$\frac{1}{N} \qquad k^2$$ and $k^2 \, C N$", []),
        (r"One $k^2 of them", ["$k^2 of them"]),
        (r"It is \frac{1}{N}.", [r"\frac"]),
        (r"$\frac{1}{N$", [r"\frac{1}{N"]),
        (r"between $ k $ and $k$", [" k "]),
    ],
)
def test_a_formula_that_does_not_render_is_found(text, faults):
    assert faults_of_formulas(text) == faults


def test_headings_out_of_order_are_found():
    opening = "# Title\n\n" + "\n\n".join(f"**{part}**" for part in OPENING)
    closing = "\n\n".join(f"## {title}" for title in CLOSING)
    assert faults_of_headings([opening, "## One\n\n### Within", closing]) == []
    assert faults_of_headings([opening, "### Within", closing]) == ["Within"]
    assert faults_of_headings([opening, "# Two", closing]) == ["one title, and it comes first"]
    moved = "\n\n".join(f"## {title}" for title in reversed(CLOSING))
    assert faults_of_headings([opening, moved]) == ["the closing sections"]
    assert faults_of_headings([opening, closing, "## One more"]) == ["the closing sections"]
    assert faults_of_headings(["# Title\n\n**What you'll learn**", closing]) == ["the opening's parts"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_formulas_render_and_sections_are_in_order(path):
    cells = prose(path)
    assert [fault for text in cells for fault in faults_of_formulas(text)] == []
    assert faults_of_headings(cells) == []
    # A formula that stands alone is said in words too, for whoever hears the page.
    assert [text for text in cells if "$$" in text and "In words: " not in text] == []


@pytest.mark.parametrize(
    ("path", "onward"),
    [
        pytest.param(path, onward, id=path.name)
        for path, onward in zip(PATHS, PATHS[1:], strict=False)
    ],
)
def test_a_notebook_ends_with_the_way_to_the_next_and_frees_its_memory(path, onward):
    cells = nbformat.read(path, as_version=4).cells
    last = [cell.source for cell in cells if cell.cell_type == "markdown"][-1].splitlines()[-1]
    assert re.match(rf"Next: \[{onward.name[:2]}, [^]]+\]\({re.escape(onward.name)}\)", last), last
    assert SHUT_DOWN in last
