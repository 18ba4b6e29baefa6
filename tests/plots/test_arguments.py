"""Arguments of another kind: each picture refuses them in a sentence that names them."""

import inspect

import numpy as np
import pytest
from plot_samples import run

from course import plots
from course.plots.arguments import _ONE, _SEVERAL

KNOWN = _ONE.keys() | _SEVERAL.keys()


def first_checked(picture):
    """Return the arguments that must be given, and the first that is checked; others come from pictures."""
    parameters = inspect.signature(getattr(plots, picture)).parameters
    needed = [name for name, each in parameters.items() if each.default is each.empty] or [next(iter(parameters))]
    return needed, next((name for name in needed if name in KNOWN), None)


PICTURES = [name for name in plots.__all__ if name not in ("Picture", "mistakes") and first_checked(name)[1]]


def test_nearly_every_picture_is_among_them():
    assert set(plots.__all__) - set(PICTURES) == {"Picture", "mistakes", "projector"}


@pytest.mark.parametrize("value", [5, object(), b"runs", "x" * 5000, [None], np.nan])
@pytest.mark.parametrize("picture", PICTURES)
def test_what_is_of_another_kind_is_named(picture, value):
    needed, name = first_checked(picture)
    with pytest.raises(ValueError) as caught:
        getattr(plots, picture)(**dict.fromkeys(needed, value))
    words = str(caught.value)
    assert words.startswith((f"{name} is ", f"One of {name} is ")) and "; it must be " in words
    assert len(words) < 150 and "\n" not in words


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: plots.spread([80, 81], {}, title=5), "title is 5; it must be a title in quotes."),
        (lambda: plots.spread([80, 81], {}, []), "title is (); it must be a title in quotes."),
        (lambda: plots.ladder({"a": [run()], "b": run()}), "the rung 'b' is Run('baseline', 3 epochs, "),
        (lambda: plots.ladder({"a": [run()], "b": [None]}), "One of the rung 'b' is None; it must be a run"),
        (lambda: plots.reproduction(run(), others=[1]), "others is (1); it must be a dict of"),
        (lambda: plots.training_curves([run(), "baseline"]), "One of runs is 'baseline'; it must be a run"),
        (lambda: plots.spread(["a", "b"], {}), "accuracies must be numbers"),
        (lambda: plots.spread(None, {}), "accuracies"),
        (lambda: plots.projector(True), "scale is True: give a number from 1 to 3"),
    ],
)
def test_other_arguments_get_a_sentence_too(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value)


def test_runs_may_come_one_by_one_and_one_alone():
    assert plots.training_curves(each for each in [run()]).alt == plots.training_curves(run()).alt
