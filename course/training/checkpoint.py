"""Save and restore a run after every epoch."""

from pathlib import Path

import numpy as np

from course import runs
from course._quiet import import_keras

keras = import_keras()

CHECKPOINT = "checkpoint.npz"


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
    try:
        _write(model, Path(folder), run)
    except KeyboardInterrupt:
        # The files belong together, so an impatient Ctrl-C waits until all are of this epoch.
        _write(model, Path(folder), run)
        raise


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
        When the run was of another model, recipe, seed or data set, is longer than what was asked,
        or can't be resumed.
    """
    folder = Path(folder)
    if not (folder / CHECKPOINT).is_file():
        if (folder / "run.json").is_file():
            raise ValueError(f"{folder} holds a record without {CHECKPOINT}: train into another folder.")
        return fresh
    run = runs.load(folder)
    asked = _identity(fresh.about)
    for key, was in _identity(run.about).items():
        if was != asked[key]:
            raise ValueError(
                f"{folder} holds a run with {key} {was}, not {asked[key]}: "
                "choose another folder, or ask for the same run."
            )
    done, values = _read(folder / CHECKPOINT)
    if done > fresh.about["recipe"]["epochs"]:
        raise ValueError(
            f"{folder} holds {done} epochs, more than the {fresh.about['recipe']['epochs']} asked for: "
            "ask for more, or choose another folder."
        )
    variables = _variables(model)
    if [value.shape for value in values] != [tuple(variable.shape) for variable in variables]:
        raise ValueError(f"{folder} holds a run of another network: choose another folder.")
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
    if len(run.epochs) > done:
        # The process ended while it saved: the checkpoint, written last, is of the epoch before.
        del run.epochs[done:]
        run.labels = run.probabilities = None
    run.about.update(recipe=fresh.about["recipe"], status="running")
    save_checkpoint(model, folder, run.summarise())
    return run


def _variables(model):
    # model.variables also holds the state of each dropout's random generator.
    return [*model.variables, *model.optimizer.variables]


def _write(model, folder, run):
    runs.save(run, folder)
    # A compiled model's file would hold Adam's two moments as well and be three times as large.
    bare = keras.Model(model.inputs, model.outputs)
    with runs.replacing(folder / "weights.weights.h5") as path:
        bare.save_weights(path)
    with runs.replacing(folder / CHECKPOINT) as path, path.open("wb") as file:
        values = {str(i): variable.numpy() for i, variable in enumerate(_variables(model))}
        np.savez(file, epochs=len(run.epochs), **values)


def _read(path):
    try:
        with np.load(path) as stored:
            return int(stored["epochs"]), [stored[str(i)] for i in range(len(stored.files) - 1)]
    except Exception as why:  # a broken file can raise nearly anything
        raise ValueError(f"{path} can't be read ({why}): train into another folder.") from None


def _identity(about):
    """Return all that must stay the same for a run to go on: not how many epochs it takes."""
    recipe = {f"the recipe's {key}": value for key, value in about["recipe"].items() if key != "epochs"}
    plain = {key: about[key] for key in ("model", "parameters", "seed", "accelerated")}
    return {**plain, "images of fingerprint": about["data"]["fingerprint"], **recipe}
