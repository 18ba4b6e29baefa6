"""Every notebook in JupyterLab as on a first and on a second day, and as an exported page."""

from collections import Counter

import pytest
from jupyter import Book, axe
from nbconvert import HTMLExporter

from course.notebooks import NOTEBOOKS

IMAGES = """where => [...document.querySelectorAll(where + ' img')].filter(image => image.offsetParent)
  .map(image => [image.getAttribute('alt') ?? '', image.closest('.course-still') !== null])"""
# The rest of a page is JupyterLab's or nbconvert's.
OUTPUTS = ".jp-OutputArea-output"
# Findings in what is not ours: rule, a word of the element, and whose it is.
THEIRS = (
    ("aria-input-field-name", "cm-content", "JupyterLab: its editors have no names"),
    ("aria-required-children", "jp-WindowedPanel-viewport", "JupyterLab: a feed of cells that are not articles"),
    ("button-name", "jp-collapseHeadingButton", "JupyterLab: it folds a section, and has no name"),
    ("link-in-text-block", "", "nbconvert: its links have no underline"),
    ("color-contrast", "Prompt", "nbconvert: the numbers beside cells"),
    ("color-contrast", "highlight", "Pygments: its colours for code"),
)


def ours(found):
    """Return axe's findings without those that lie in JupyterLab's and nbconvert's own elements."""
    return [
        each[:3] for each in found
        if not any(rule in each[1] and word in each[2] + each[3] for rule, word, _ in THEIRS)
    ]  # fmt: skip


@pytest.mark.parametrize("name", [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))])
def test_the_first_and_the_second_day(browser, lab, name, request):
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    book = Book(page, lab, name).open().run_all()
    words = book.cells()
    assert book.faults(words) == [] and any(words)
    widgets = page.locator(".course-live").count()
    assert page.locator(".course-still").count() == widgets
    assert not any(still for _, still in page.evaluate(IMAGES, ".jp-OutputArea"))
    assert [alt for alt, _ in page.evaluate(IMAGES, ".jp-OutputArea") if len(alt) <= 40] == []
    book.save()
    stored = book.stored()
    assert not [out for cell in stored.cells for out in cell.get("outputs", ()) if out.output_type == "error"]

    book.end_kernel()
    page.close()
    page = browser.new_page(viewport={"width": 1200, "height": 1400})
    book = Book(page, lab, name).open()
    words = book.cells()
    assert book.faults(words) == []
    seen = page.evaluate(IMAGES, ".jp-OutputArea")
    assert sum(still for _, still in seen) == widgets and all(len(alt) > 40 for alt, _ in seen)
    assert sum("Run this cell to play." in text for text in words) == widgets
    second_day = axe(page, OUTPUTS)
    book.end_kernel()

    exported, _ = HTMLExporter().from_notebook_node(stored)
    page.set_content(exported, wait_until="domcontentloaded")
    seen = page.evaluate(IMAGES, ".jp-OutputArea")
    assert "No description has been provided" not in exported and all(len(alt) > 40 for alt, _ in seen)
    found = {"second day": second_day, "exported": axe(page, OUTPUTS)}
    page.close()
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        for day, each in found.items():
            print(f"\n{name}, {day}: axe {dict(Counter(one[0] for one in each))}, ours {len(ours(each))}", end="")
    assert {day: ours(each) for day, each in found.items()} == dict.fromkeys(found, [])
