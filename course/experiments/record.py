"""The committed record of the experiment, and how one is written."""

import json
from dataclasses import asdict

from course import runs
from course.experiments.networks import SIZE
from course.experiments.training import BATCH_SIZE, LEARNING_RATE, STEPS, TEST_IMAGES, Point

RECORD = runs.RECORDS / "pairs.json"


def save(points, path=RECORD):
    """Write points, how they were made and on what machine, as JSON.

    Parameters
    ----------
    points : list of Point
    path : str or pathlib.Path, optional
        Where to; the kit's own record if left out.
    """
    about = {
        "data": {
            "size": SIZE,
            "train_images": STEPS * BATCH_SIZE,
            "test_images": TEST_IMAGES,
            # Of the share of right answers, where each of the test images is guessed.
            "standard_error_of_guessing": round((0.25 / TEST_IMAGES) ** 0.5, 4),
        },
        "training": {"steps": STEPS, "batch_size": BATCH_SIZE, "learning_rate": LEARNING_RATE},
        **runs.made_on(),
        "cpu_seconds": round(sum(p.cpu_seconds for p in points), 1),
    }
    lines = ",\n".join(f"  {json.dumps(asdict(p))}" for p in points)
    text = f'{{"about": {json.dumps(about, indent=1)},\n"points": [\n{lines}\n]}}\n'
    with runs.replacing(path) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")


def load(path=RECORD):
    """Return what `save` wrote.

    Parameters
    ----------
    path : str or pathlib.Path, optional
        The kit's own record if left out.

    Returns
    -------
    (dict, list of Point)
        Settings, versions, machine and CPU seconds; then the points.

    Raises
    ------
    ValueError
        When the file can't be read as such a record.
    """
    try:
        with open(path, encoding="utf-8") as file:
            record = json.load(file)
        return record["about"], [Point(**point) for point in record["points"]]
    except (OSError, ValueError, KeyError, TypeError) as why:
        raise ValueError(
            f"{path} can't be read as a record of pairs ({why}): restore it, or write one with save()."
        ) from None
