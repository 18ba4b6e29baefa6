"""Mistakes of a recorded network among a learner's own test images."""

from course import evaluation, runs
from course.plots.image_grid import image_grid
from course.table import Table


def mistakes(name, images, count=10):
    """Draw the most confident mistakes of a recorded network, or list those of its record.

    Records hold no images. So the network is built again with the record's weights, and answers for yours. Where
    yours are not CIFAR-10, the mistakes are those that were recorded.

    Parameters
    ----------
    name : str
        One of `course.models.MODELS` with a record of that name.
    images : course.data.dataset.Dataset
        Whose test images to use.
    count : int
        How many at most.

    Returns
    -------
    Picture or course.table.Table
        The table, as is the picture's own, where `images` are not CIFAR-10.

    Raises
    ------
    ValueError
        When there is no such model, or it makes no mistake among these images.
    """
    if not images.is_cifar10:
        return _listed(
            evaluation.confident_mistakes(runs.load(name), count),
            "The pictures need CIFAR-10: fetch it as notebook 00 shows, then run this notebook again.",
        )
    # TensorFlow takes seconds to load, and no other picture needs it.
    from course import models, training

    model = models.build(name)
    model.load_weights(runs.RECORDS / name / "weights.weights.h5")
    about = runs.load(name).about | {"data": {"names": images.names}}
    answers = training.predict(model, images.test_images)
    found = evaluation.confident_mistakes(runs.Run(about, labels=images.test_labels, probabilities=answers), count)
    if not found:
        raise ValueError(f"{name} is right on all {len(images.test_images)} of these images: give it more.")
    numbers = [mistake.image for mistake in found]
    picture = image_grid(
        images.test_images[numbers],
        images.test_labels[numbers],
        images.names,
        answers=answers[numbers].argmax(axis=1),
        columns=5,
        title=f"The {len(found)} most confident mistakes of {name}",
    )
    picture.table = _listed(found)
    return picture


def _listed(found, *notes):
    rows = [(one.image, one.predicted, one.true, one.confidence) for one in found]
    return Table(("test image", "answer", "right", "confidence"), rows, notes=notes, formats=".1%")
