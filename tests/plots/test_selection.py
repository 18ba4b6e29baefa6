"""Best against last: bars, diamonds and the histogram are the records' differences."""

import math

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from plot_samples import run

from course import evaluation
from course.plots import selection

OTHERS = {
    "final_test_accuracy": np.array([82.0, 82.0, 82.0, 82.0, np.nan]),
    "best_test_accuracy": np.array([82.0, 82.1, 82.3, 82.35, 82.0]),
}


def made(*held, **about):
    return run(held=held, train=held, **about).summarise()


def bars(axes):
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def diamonds(axes):
    return [line.get_xydata()[0].tolist() for line in axes.lines if line.get_marker() == "D"]


def test_bars_and_words_are_best_less_last():
    picture = selection([made(0.5, 0.8, 0.75), made(0.5, 0.81, 0.8, name="b", published=True, source="CIFAR-10")])
    assert picture.title == "Choosing the best epoch on the test images adds 1.00 to 5.00 points to these 2 runs"
    (axes,) = picture.axes
    assert np.allclose([bar.get_width() for bar in bars(axes)], [5, 1])
    assert axes.get_xlim() == pytest.approx((0, 10))  # words have the right half
    assert [text.get_text() for text in axes.texts] == [
        "5.00: last 75.00 %, best 80.00 % (epoch 2)", "1.00: last 80.00 %, best 81.00 % (epoch 2)"
    ]  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["baseline", "b (published)"]
    assert "b (published): 1.00: last 80.00 %, best 81.00 % (epoch 2)." in picture.alt
    said = " ".join(text.get_text() for text in picture.texts)
    assert "baseline: CIFAR-10 (JPEG copy). b (published): CIFAR-10." in said and "Diamond" not in said


def test_a_diamond_is_what_noise_alone_would_add():
    noisy = made(*np.random.default_rng(0).normal(0.7, 0.02, 50))
    picture = selection([made(0.5, 0.6), noisy])
    chance = 100 * evaluation.selection(noisy).by_chance
    assert np.allclose(diamonds(picture.axes[0]), [[chance, 1]])
    assert f"\u25c6 {chance:.2f} by noise alone" in [text.get_text() for text in picture.axes[0].texts]
    assert f"choosing among late epochs adds {chance:.2f} if they are noise" in picture.alt
    assert "Diamond" in " ".join(text.get_text() for text in picture.texts)
    # Words begin right of everything that is drawn.
    assert all(text.xy[0] > max(chance, bars(picture.axes[0])[1].get_width()) for text in picture.axes[0].texts)


def test_the_histogram_counts_differences_and_its_line_is_their_median():
    picture = selection(others=OTHERS)
    assert (
        picture.title
        == "Choosing the best epoch on the test images adds 0.20 points in the median of 4 public runs"
    )
    # 82.1 - 82.0 and 82.3 - 82.0 are not quite 0.1 and 0.3 in binary.
    assert [bar.get_height() for bar in bars(picture.axes[0])] == [1, 1, 0, 2]
    assert np.allclose([bar.get_x() for bar in bars(picture.axes[0])], [0, 0.1, 0.2, 0.3])
    assert math.isclose(picture.axes[0].lines[0].get_xdata()[0], 0.2, abs_tol=1e-9)
    assert "from 0.00 to 0.35 points" in picture.alt


def test_runs_stand_above_the_others_on_one_axis():
    picture = selection([made(0.5, 0.81, 0.8)], OTHERS)
    assert picture.title == (
        "Choosing the best epoch on the test images adds 1.00 points to baseline, "
        "and 0.20 in the median of 4 public runs"
    )
    above, below = picture.axes
    assert above.get_xlim() == below.get_xlim()
    assert len(bars(above)) == 1 and len(bars(below)) == 4


@pytest.mark.filterwarnings("error")
def test_runs_that_end_with_their_best():
    picture = selection([made(0.5, 0.6), made(0.4, 0.7)])
    assert picture.title.endswith("adds 0.00 points to these 2 runs")
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == [
        "baseline, run 1",
        "baseline, run 2",
    ]


def test_a_title_of_ones_own():
    assert selection(others=OTHERS, title="Mine").title == "Mine"


def test_what_can_not_be_drawn():
    watched = run(monitor="validation", test_accuracy_last=0.7)
    for runs, sentence in (
        ([], "There is no run to draw: pass some, or others=published.base_runs"),
        ([watched], "baseline was not tested after each epoch: it has no best epoch on test images"),
        ([run(held=(None, None, None)).summarise()], "baseline has no test accuracy after its last epoch"),
    ):
        with pytest.raises(ValueError, match=sentence):
            selection(runs)
