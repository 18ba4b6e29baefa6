"""The widgets in Notebook 7 and Voila, once each, and pages narrow and dark in JupyterLab."""

from importlib.util import find_spec

import pytest
from lab import FAULTS, Book, Server, axe, ours

needs = {
    app: pytest.mark.skipif(not find_spec(app), reason=f"{app} is not installed") for app in ("notebook", "voila")
}


@needs["notebook"]
def test_notebook_7_on_two_days(browser, folder):
    with Server(folder, "notebook") as server:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        book = Book(page, server, "widgets.ipynb").open().run_all()
        assert book.faults(book.cells()) == [] and page.locator(".course-live").count() == 6
        assert not page.locator(".course-still").first.is_visible()
        book.show(0)
        book.widget(0).get_by_label("Layer").focus()
        for key in ("ArrowDown", "b", "d", "d"):
            page.keyboard.press(key)
        page.wait_for_function("() => document.querySelector('.course-words').innerText.includes('Layer 2, ')")
        assert page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == 7
        book.save()
        book.end_kernel()
        page.close()
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        again = Book(page, server, "widgets.ipynb").open()
        words = again.cells()
        assert again.faults(words) == [] and sum("Run this cell to play." in text for text in words) == 6
        again.end_kernel()
        page.close()


@needs["voila"]
def test_voila(browser, folder):
    with Server(folder, "voila") as server:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        page.goto(server.address("widgets.ipynb"), timeout=120_000)
        page.wait_for_function(
            "() => document.querySelectorAll('.course-picture .course-widget').length === 6", timeout=60_000
        )
        assert not [bad for bad in FAULTS if bad in page.locator("body").inner_text()]
        assert not page.locator(".course-still").first.is_visible()
        before = page.locator(".course-words").first.inner_text()
        page.get_by_label("Filters", exact=True).first.fill("8")
        page.keyboard.press("Tab")
        page.wait_for_function(
            "before => document.querySelector('.course-words').innerText !== before", arg=before, timeout=60_000
        )
        page.close()


@pytest.mark.parametrize("width", [700, 1200])
def test_no_scroll_bar_where_there_is_room_and_names_everywhere(browser, lab, width, findings):
    page = browser.new_page(viewport={"width": width, "height": 1400})
    book = Book(page, lab, "widgets.ipynb").open().run_all()
    assert book.faults(book.cells()) == []
    wide = page.evaluate(
        """() => [...document.querySelectorAll('.course-live, .course-live *')]
           .filter(e => e.scrollWidth > e.clientWidth)
           .filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX))
           .map(e => e.parentElement.className)"""
    )
    # On a narrow page, wide tables scroll by themselves, by key too.
    assert not [each for each in wide if width == 1200 or "course-picture" not in each]
    findings[f"live widgets, {width} px"] = found = axe(page)
    assert ours(found) == []
    names = page.evaluate(
        "() => [...document.querySelectorAll('.course-live [role=slider]')].map(e => e.getAttribute('aria-label'))"
    )
    assert len(names) > 5 and all(names)
    titles = page.evaluate("""() => [...document.querySelectorAll('.course-live select')].map(e => e.title)""")
    assert len(titles) > 5 and all(titles)
    words = page.locator(".course-words .widget-html-content").first
    assert words.get_attribute("role") == "status"
    words.evaluate("element => window.region = element")
    book.widget(0).get_by_label("Layer").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_function("() => window.region.innerText.includes('Layer 2, block1_norm1')")
    assert page.evaluate("window.region.isConnected")
    book.end_kernel()
    page.close()
