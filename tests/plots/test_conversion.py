"""A network's stages side by side: the finding, for what falls and for what rises, and every number in words."""

import pytest
from plot_samples import stages

from course.plots import Picture
from course.plots.conversion import conversion


@pytest.mark.parametrize(
    ("last", "finding"),
    [
        ({}, "10 times fewer parameters, 10 times fewer MACs, and a step 10 times as fast"),
        ({"parameters": 400_000}, "2.5 times fewer parameters, 10 times fewer MACs, and a step 10 times as fast"),
        ({"seconds": 0.3}, "10 times fewer parameters, 10 times fewer MACs, and a step 1.5 times as long"),
        ({"seconds": 0.201}, "10 times fewer parameters, 10 times fewer MACs, and a step as long"),
        ({"macs": 5e9}, "10 times fewer parameters, 100 times as many MACs, and a step 10 times as fast"),
        ({"macs": 50e6, "parameters": 1_000_000}, "As many parameters, as many MACs, and a step 10 times as fast"),
        ({"parameters": 100_400}, "10 times fewer parameters, 10 times fewer MACs, and a step 10 times as fast"),
        ({"parameters": 101_000}, "9.9 times fewer parameters, 10 times fewer MACs, and a step 10 times as fast"),
        ({"parameters": 500}, "2,000 times fewer parameters, 10 times fewer MACs, and a step 10 times as fast"),
    ],
)
def test_the_title_compares_the_last_stage_with_the_first(last, finding):
    assert conversion(stages(accuracy=None, **last)).title == finding
    assert conversion(stages(**last)).title == f"{finding}; accuracy goes from 80.0 % to 75.0 %"


def test_a_title_of_ones_own():
    picture = conversion(stages(), title="Mine")
    assert isinstance(picture, Picture) and picture.title == "Mine" and " Mine." in picture.alt


def test_bars_and_labels_are_the_stages_numbers():
    picture = conversion(stages(seconds=0.0204))
    bars = [[bar.get_width() for bar in axes.patches] for axes in picture.axes]
    assert bars == [[1_000_000, 600_000, 100_000], [50e6, 25e6, 5e6], [0.2, 0.15, 0.0204], [0.8, 0.75]]
    labels = [[text.get_text() for text in axes.texts] for axes in picture.axes]
    assert labels == [
        ["1.00 M", "600 k", "100 k"], ["50.0 M", "25.0 M", "5.0 M"], ["200", "150", "20"],
        ["80.0", "not measured", "75.0"],
    ]  # fmt: skip
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == list(stages())


def test_the_alt_text_has_every_number():
    picture = conversion(stages(), accuracy_of="Accuracy after 8 epochs.")
    assert picture.alt == (
        f"Bar charts of parameters, MACs, milliseconds of a training step and accuracy. {picture.title}. "
        "Accuracy after 8 epochs. "
        "baseline: 1,000,000 parameters, 50.0 million MACs, 200 ms, 80.0 %; "
        "all blocks separable: 600,000 parameters, 25.0 million MACs, 150 ms, accuracy not measured; "
        "pooled: 100,000 parameters, 5.0 million MACs, 20 ms, 75.0 %."
    )
    assert "  " not in conversion(stages()).alt


@pytest.mark.parametrize(
    ("some", "words"),
    [
        ({}, "0 stages can't be compared: pass at least two"),
        ({"baseline": stages()["baseline"]}, "1 stage can't be compared"),
        (
            {**stages(), "small": {"parameters": 1, "macs": 2, "accuracy": None}},
            "The stage 'small' has no seconds",
        ),
    ],
)
def test_what_can_not_be_compared(some, words):
    with pytest.raises(ValueError, match=words):
        conversion(some)
