"""Train the qualifier, in the layer explorer: it runs beside the kernel, can be cancelled, ends on the board."""

import threading

import pytest
from entries import build_model

from course import challenge
from course.widgets import layer_explorer
from course.widgets.layer_explorer import qualifier
from course.widgets.layer_explorer.qualifier import Progress, render


@pytest.fixture
def explorer(data, tmp_path, monkeypatch):
    monkeypatch.setattr(qualifier, "ENTRIES", tmp_path / "entries")
    monkeypatch.setattr(qualifier, "_EVERY", 0.0)
    made = layer_explorer(build_model())
    made.qualifier.data = data
    return made


def test_it_trains_beside_the_kernel_and_ends_on_the_board(explorer, data, tmp_path, capsys):
    part, pages = explorer.qualifier, []
    part.page.observe(lambda event: pages.append(event["new"]), "value")
    part.name.value = "Ada L."
    part.train.click()
    assert part.train.disabled and not part.cancel.disabled
    explorer.buttons["Add Conv2D"].click()  # the controls go on working, and the training with the first network
    part.thread.join()
    assert "Ada L. reaches" in part.page.value and "<table>" in part.page.value, part.page.value
    assert not part.train.disabled and part.cancel.disabled and capsys.readouterr().out == ""
    assert sum("<svg" in page for page in pages) > 3
    assert part.entry.about["parameters"] == build_model().count_params()
    assert challenge.verify(tmp_path / "entries" / "Ada_L.", data).ok
    part.name.value, part.thread = "Ada L.", None
    part._network = lambda: None
    part.train.click()
    part.thread.join()
    assert "Rule broken: builds a Keras model" in part.page.value and not part.train.disabled


def test_it_can_be_cancelled(explorer, tmp_path):
    part = explorer.qualifier
    part.page.observe(lambda event: part.cancel.click() if "<svg" in event["new"] else None, "value")
    part.train.click()
    part.thread.join()
    assert "The training was cancelled after 0 epochs; it is on no board." in part.page.value
    assert part.entry.about["status"] == "interrupted" and not part.train.disabled


def test_one_that_diverges_says_what_to_change(explorer, monkeypatch):
    part, qualify = explorer.qualifier, challenge.qualify

    def diverges(*network, **how):
        run = qualify(*network, **how)
        run.about["status"] = "diverged"
        return run

    monkeypatch.setattr(challenge, "qualify", diverges)
    part.train.click()
    part.thread.join()
    said = "The training has diverged after 2 epochs; it is on no board. Change the network, and train it again"
    assert said in part.page.value and not part.train.disabled


def test_one_training_at_a_time(explorer, monkeypatch):
    part, wait = explorer.qualifier, threading.Event()
    monkeypatch.setattr(part, "_result", lambda stack, name: wait.wait(20) and "done")
    part.train.click()
    first = part.thread
    part.begin()
    assert part.thread is first
    wait.set()
    first.join()
    assert part.page.value == "done"


def test_a_fault_is_a_sentence(explorer, monkeypatch):
    part = explorer.qualifier

    def fails(stack, name):
        raise RuntimeError("no memory")

    monkeypatch.setattr(part, "_result", fails)
    part.train.click()
    part.thread.join()
    assert "The training stopped with RuntimeError: no memory" in part.page.value and not part.train.disabled


def test_images_that_can_not_be_read_are_a_sentence(explorer, monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "nowhere"))
    part = explorer.qualifier
    part.data = None
    part.train.click()
    part.thread.join()
    assert "nowhere does not exist" in part.page.value and not part.train.disabled


@pytest.mark.parametrize("done", [0, 1, 5, 500, 1053])
def test_the_curve_at_every_stage(done):
    steps = 351
    found = render(Progress((0.25,) * done, (0.5,) * (done // steps), steps, 3, done * 0.2))
    if done:
        assert f"Step {done:,} of 1,053: 25.0 %" in found.text and "<svg" in found.html
        assert found.html.count("<circle") == done // steps
        assert ("left" in found.text) == (done > 20)
        assert done != 500 or "about 2 minutes left" in found.text
        assert ("of those held out, 50.0 %" in found.text.lower()) == (done >= steps)
    else:
        assert "is being checked and built" in found.text
