"""The kit's networks, as plain Keras layers that a learner could have typed.

`baseline` is the network the assignment asks to beat. `separable_65k` and `separable_99k` are the
final models of the two published reports, layer for layer; `separable_baseline` leads from the one to
the others in steps. `compact_100k`, `compact_fine` and `compact_quick` are the kit's own answers.
"""

from course._quiet import import_keras

keras = import_keras()

from course.models.changed import pooled, scaled, twin, without, without_activation  # noqa: E402  (after the quiet import)
from course.models.compact import compact_100k, compact_fine, compact_quick  # noqa: E402
from course.models.conversion import CONVERSION, separable_baseline  # noqa: E402
from course.models.published import CLASSES, IMAGE_SHAPE, baseline, separable_65k, separable_99k  # noqa: E402
from course.models.trained import trained  # noqa: E402

__all__ = [
    "CLASSES",
    "CONVERSION",
    "IMAGE_SHAPE",
    "MODELS",
    "baseline",
    "build",
    "compact_100k",
    "compact_fine",
    "compact_quick",
    "keras",
    "pooled",
    "scaled",
    "separable_65k",
    "separable_99k",
    "separable_baseline",
    "trained",
    "twin",
    "without",
    "without_activation",
]

MODELS = {
    model.__name__: model
    for model in (baseline, separable_65k, separable_99k, compact_100k, compact_fine, compact_quick)
}


def build(name, seed=0):
    """Return one of the kit's models, its initial weights fixed by a seed.

    Parameters
    ----------
    name : str
        One of `MODELS`.
    seed : int
        Fixes the initial weights and the dropout masks.

    Returns
    -------
    keras.Model
        The built, uncompiled model.

    Raises
    ------
    ValueError
        When there is no model of that name.
    """
    if name not in MODELS:
        raise ValueError(f"There is no model {name!r}: choose one of {', '.join(MODELS)}.")
    keras.utils.set_random_seed(seed)
    return MODELS[name]()
