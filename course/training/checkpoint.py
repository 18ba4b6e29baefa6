"""Save and restore a run after every epoch."""

from pathlib import Path

import numpy as np

from course import runs
from course._quiet import import_keras

keras = import_keras()

CHECKPOINT = "checkpoint.npz"


def _variables(model):
    # model.variables also holds the state of each dropout's random generator.
    return [*model.variables, *model.optimizer.variables]


def save_checkpoint(model, folder, run):
    """Write the record, the weights, and what training needs to go on exactly from here.

    Parameters
    ----------
    model : keras.Model
        Compiled, its optimizer built.
    folder : str or pathlib.Path
        The run's folder.
    run : Run
        The record so far.
    """
    folder = Path(folder)
    runs.save(run, folder)
    # A compiled model's file would hold Adam's two moments as well and be three times as large.
    bare = keras.Model(model.inputs, model.outputs)
    with runs.replacing(folder / "weights.weights.h5") as path:
        bare.save_weights(path)
    with runs.replacing(folder / CHECKPOINT) as path, path.open("wb") as file:
        values = {str(i): variable.numpy() for i, variable in enumerate(_variables(model))}
        np.savez(file, epochs=len(run.epochs), **values)


def load_checkpoint(model, folder, fresh):
    """Put a model back to where a run's last checkpoint left it.

    Parameters
    ----------
    model : keras.Model
        Compiled, its optimizer built; the same network as the run's.
    folder : str or pathlib.Path
        The run's folder.
    fresh : Run
        A new record for what was asked; returned where the folder holds no run yet.

    Returns
    -------
    Run
        The record up to the checkpoint.

    Raises
    ------
    ValueError
        When the run was of another model, recipe, seed or data set.
    """
    folder = Path(folder)
    if not (folder / CHECKPOINT).is_file():
        return fresh
    run = runs.load(folder)
    for key in ("model", "seed", "data"):
        if run.about[key] != fresh.about[key]:
            raise ValueError(
                f"{folder} holds a run with {key} {run.about[key]}, not {fresh.about[key]}: "
                "choose another folder, or ask for the same run."
            )
    with np.load(folder / CHECKPOINT) as stored:
        del run.epochs[int(stored["epochs"]) :]
        for i, variable in enumerate(_variables(model)):
            variable.assign(stored[str(i)])
    run.about["recipe"] = fresh.about["recipe"]
    return run
