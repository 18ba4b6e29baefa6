"""Every notebook in JupyterLab as on a first and on a second day, and as an exported page."""

import pytest
from lab import Book, axe, ours
from nbconvert import HTMLExporter

from course.notebooks import NOTEBOOKS

ALTS = """() => [...document.querySelectorAll('.jp-OutputArea img')].filter(image => image.offsetParent)
  .map(image => image.getAttribute('alt') ?? '')"""
# What each still widget tells: a picture's alt text, or the words themselves where nothing is drawn.
STILLS = """() => [...document.querySelectorAll('.jp-OutputArea .course-still')]
  .filter(still => still.offsetParent)
  .map(still => still.querySelector('img')?.alt ?? still.innerText.replace('Run this cell to play.', '').trim())"""
# The rest of a page is JupyterLab's or nbconvert's.
OUTPUTS = ".jp-OutputArea-output"


_begun = {}  # by name, notebooks that run


def _page(browser):
    return browser.new_page(viewport={"width": 1200, "height": 1400})


@pytest.fixture
def running(browser, lab, request):
    """The test's notebook, running. The next one begins too: it runs while this one is looked at."""
    tests = [item for item in request.session.items if item.path == request.path]
    place = tests.index(request.node)
    for name in (item.callspec.params["name"] for item in tests[place : place + 2]):
        if name not in _begun:
            _begun[name] = Book(_page(browser), lab, name).open().begin()
    return _begun.pop(request.node.callspec.params["name"])


@pytest.mark.parametrize("name", [path.name for path in sorted(NOTEBOOKS.glob("*.ipynb"))])
def test_the_first_and_the_second_day(browser, lab, name, running, findings):
    book, page = running.end(), running.page
    words = book.cells()
    assert book.faults(words) == [] and any(words)
    widgets = page.locator(".course-live").count()
    players = page.locator(".course-live .course-picture").count()
    assert page.locator(".course-still").count() == widgets
    assert page.evaluate(STILLS) == []
    assert [alt for alt in page.evaluate(ALTS) if len(alt) <= 40] == []
    book.save()
    stored = book.stored()
    assert not [out for cell in stored.cells for out in cell.get("outputs", ()) if out.output_type == "error"]

    book.end_kernel()
    page.close()
    page = _page(browser)
    book = Book(page, lab, name).open()
    words = book.cells()
    assert book.faults(words) == []
    stills = page.evaluate(STILLS)
    assert len(stills) == widgets and all(len(told) > 40 for told in stills)
    assert [alt for alt in page.evaluate(ALTS) if len(alt) <= 40] == []
    assert sum("Run this cell to play." in text for text in words) == players
    second_day = axe(page, OUTPUTS)
    book.end_kernel()

    exported, _ = HTMLExporter().from_notebook_node(stored)
    page.set_content(exported, wait_until="domcontentloaded")
    assert "No description has been provided" not in exported
    assert [alt for alt in page.evaluate(ALTS) if len(alt) <= 40] == []
    found = {"second day": second_day, "exported": axe(page, OUTPUTS)}
    page.close()
    findings.update({f"{name}, {day}": each for day, each in found.items()})
    assert {day: ours(each) for day, each in found.items()} == dict.fromkeys(found, [])
