"""The widgets in Notebook 7 and Voila, once each."""

from importlib.util import find_spec

import pytest
from lab import FAULTS, Book, Server

needs = {
    app: pytest.mark.skipif(not find_spec(app), reason=f"{app} is not installed") for app in ("notebook", "voila")
}


@needs["notebook"]
def test_notebook_7_on_two_days(browser, folder):
    with Server(folder, "notebook") as server:
        page = browser.new_page(viewport={"width": 1200, "height": 1400})
        book = Book(page, server, "widgets.ipynb").open().run_all()
        assert book.faults(book.cells()) == [] and page.locator(".course-live").count() == 7
        assert not page.locator(".course-still").first.is_visible()
        book.show(0)
        book.widget(0).get_by_label("Layer").focus()
        for key in ("ArrowDown", "b", "d", "d"):
            page.keyboard.press(key)
        page.wait_for_function("() => document.querySelector('.course-words').innerText.includes('Layer 2, ')")
        assert page.evaluate("window.jupyterapp.shell.currentWidget.content.widgets.length") == 8
        book.save()
        book.shut_down(7)
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
        page.get_by_role("button", name="Shut this notebook down").click()
        page.get_by_text("Where there is no such menu, close the page").wait_for()
        page.close()
