"""A recorded network's mistakes among a learner's own images."""

import pytest
from plot_samples import NAMES, some_images

from course import data, models, plots, runs, training
from course.data.dataset import Dataset


def test_where_the_images_are_none_of_cifar10_the_recorded_mistakes_are_listed():
    table = plots.mistakes("separable_65k", data.load("shapes"), count=3)
    run = runs.load("separable_65k")
    for number, answer, right, confidence in table.rows:
        assert right == run.about["data"]["names"][run.labels[number]] != answer
        assert confidence == run.probabilities[number].max()
    assert len(table.rows) == 3 and "fetch it as notebook 00 shows" in table.notes[0]


def test_the_surest_wrong_answers_are_shown_with_what_was_answered():
    model = models.build("separable_65k")
    model.load_weights(runs.RECORDS / "separable_65k" / "weights.weights.h5")
    images = some_images(12)
    answers = training.predict(model, images)
    # Every second label is right, so that only the others can be shown.
    labels = answers.argmax(axis=1)
    labels[::2] = (labels[::2] + 1) % 10
    own = Dataset(images, labels, images, labels, tuple(NAMES), "CIFAR-10 (made up)")
    picture = plots.mistakes("separable_65k", own, count=4)
    wrong = sorted(range(0, 12, 2), key=lambda i: -answers[i].max())[:4]
    expected = [f"{NAMES[answers[i].argmax()]}, not {NAMES[labels[i]]}" for i in wrong]
    assert "; ".join(expected) in picture.alt
    confidences = [answers[i].max() for i in wrong]
    assert picture.table.column("test image") == wrong
    assert picture.table.column("confidence") == pytest.approx(confidences)
    assert picture.table.column("answer") == [NAMES[answers[i].argmax()] for i in wrong]
    assert picture.title == "The 4 most confident mistakes of separable_65k"
    shown = [image.get_array() for image in picture.axes[0].images]
    assert all((image == images[i]).all() for image, i in zip(shown, wrong, strict=True))
    right = Dataset(images, answers.argmax(axis=1), images, answers.argmax(axis=1), tuple(NAMES), "CIFAR-10")
    with pytest.raises(ValueError, match="right on all 12"):
        plots.mistakes("separable_65k", right)
