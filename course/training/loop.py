"""The training loop: plain Keras steps, one line an epoch, and a record of it all."""

import os
import platform
import sys
import time
from dataclasses import asdict, replace

import numpy as np
from tqdm.auto import tqdm

from course import runs
from course._quiet import import_keras
from course.data import batch, split
from course.training.checkpoint import load_checkpoint, save_checkpoint

keras = import_keras()


def train(model, data, recipe, *, epochs=None, seed=0, out=None, resume=False):
    """Train a model and return the record of it.

    Prints one line an epoch in the style of the published logs, with a progress bar above it while
    an epoch runs. Ctrl-C (in a notebook: the stop button) ends training early and keeps what was
    learnt. A loss that is no longer a number ends it too.

    Parameters
    ----------
    model : keras.Model
        Takes float images of shape (N, 32, 32, 3) from 0 to 1, returns class probabilities. It is
        compiled here and trained in place.
    data : Dataset
        uint8 images and labels.
    recipe : Recipe
        How to train.
    epochs : int, optional
        Instead of the recipe's own number.
    seed : int
        Fixes the order of images and the augmentation. (Initial weights and dropout are fixed
        where the model is built: `models.build(name, seed)`.)
    out : str or pathlib.Path, optional
        A folder for the record and weights, written after every epoch.
    resume : bool
        Go on from the last epoch recorded in `out`.

    Returns
    -------
    Run
        `about["status"]` is "complete", "interrupted" or "diverged".

    Raises
    ------
    ValueError
        When `epochs` is below 1, there are fewer images than one batch needs, or `out` already
        holds a run and `resume` is False.

    Used in notebooks 00, 01, 04 and 05.
    """
    if epochs is not None:
        recipe = replace(recipe, epochs=epochs)
    images, labels, val_images, val_labels = _parts(data, recipe)
    steps = recipe.steps_per_epoch or len(images) // recipe.batch_size
    if steps * recipe.batch_size > len(images) or steps < 1:
        raise ValueError(
            f"{steps or 1} steps of {recipe.batch_size} images need more than the {len(images):,} there are: "
            "lower batch_size or steps_per_epoch."
        )
    if out is not None and not resume and os.path.exists(os.path.join(out, "run.json")):
        raise ValueError(f"{out} already holds a run: choose another folder, or resume it.")

    model.compile(
        optimizer=keras.optimizers.Adam(recipe.learning_rate),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.optimizer.build(model.trainable_variables)
    run = runs.Run(_about(model, data, recipe, seed))
    if resume and out is not None:
        run = load_checkpoint(model, out, run)

    status = "complete"
    for epoch in range(len(run.epochs), recipe.epochs):
        started, cpu_started = time.perf_counter(), time.process_time()
        try:
            loss, accuracy = _one_epoch(model, images, labels, recipe, seed, epoch, steps)
            probabilities = predict(model, val_images)
        except KeyboardInterrupt:
            status = "interrupted"
            break
        if not np.isfinite(loss):
            status = "diverged"
            break
        row = {
            "epoch": epoch + 1,
            "seconds": time.perf_counter() - started,
            "loss": loss,
            "accuracy": accuracy,
            "val_loss": _cross_entropy(probabilities, val_labels),
            "val_accuracy": _accuracy(probabilities, val_labels),
        }
        run.epochs.append(row)
        run.about["wall_seconds"] += row["seconds"]
        run.about["cpu_seconds"] += time.process_time() - cpu_started
        if recipe.monitor == "test":
            run.labels, run.probabilities = val_labels, probabilities
        run.summarise()
        _print_epoch(row, recipe.epochs, steps)
        if out is not None:
            save_checkpoint(model, out, run)

    run.about["status"] = status
    if recipe.monitor == "validation" and run.epochs:
        run.labels, run.probabilities = data.test_labels, predict(model, data.test_images)
        run.about["test_accuracy_last"] = _accuracy(run.probabilities, run.labels)
    _say_how_it_ended(status, run, recipe)
    if out is not None and run.epochs:
        runs.save(run, out)
    return run


def predict(model, images, batch_size=500):
    """Return class probabilities for uint8 images.

    Parameters
    ----------
    model : keras.Model
        Takes float images from 0 to 1.
    images : numpy.ndarray
        uint8, shape (N, 32, 32, 3).
    batch_size : int
        Images at once; it only matters for memory.

    Returns
    -------
    numpy.ndarray
        float32 probabilities of shape (N, classes).

    Used in notebook 01.
    """
    return np.concatenate(
        [
            model.predict_on_batch(_as_floats(images[i : i + batch_size]))
            for i in range(0, len(images), batch_size)
        ]
    ).astype(np.float32)


def _parts(data, recipe):
    if recipe.monitor == "test":
        return data.train_images, data.train_labels, data.test_images, data.test_labels
    kept, held_out = split(data.train_labels, held_out=len(data.train_labels) // 10)
    return (
        data.train_images[kept],
        data.train_labels[kept],
        data.train_images[held_out],
        data.train_labels[held_out],
    )


def _one_epoch(model, images, labels, recipe, seed, epoch, steps):
    losses, accuracies = [], []
    with _bar(steps, f"epoch {epoch + 1} of {recipe.epochs}") as bar:
        for step in range(steps):
            x, y = batch(
                images,
                labels,
                seed=seed,
                epoch=epoch,
                step=step,
                batch_size=recipe.batch_size,
                augmentation=recipe.augmentation,
            )
            # Some versions of Keras return this batch's figures, others the mean since the last reset.
            model.reset_metrics()
            logs = model.train_on_batch(_as_floats(x), y, return_dict=True)
            losses.append(float(logs["loss"]))
            accuracies.append(float(logs["accuracy"]))
            if not np.isfinite(losses[-1]):
                break
            bar.update()
            bar.set_postfix_str(f"loss {np.mean(losses):.3f}, accuracy {np.mean(accuracies):.3f}", refresh=False)
    return float(np.mean(losses)), float(np.mean(accuracies))


def _bar(steps, title):
    in_notebook = tqdm.__module__ == "tqdm.notebook"
    # A log file gets the epoch lines alone.
    hidden = {} if in_notebook or sys.stderr.isatty() else {"disable": True}
    return tqdm(total=steps, desc=title, leave=False, unit="step", mininterval=0.2, **hidden)


def _as_floats(images):
    return images.astype(np.float32) / 255


def _accuracy(probabilities, labels):
    return float((probabilities.argmax(axis=1) == labels).mean())


def _cross_entropy(probabilities, labels):
    chosen = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    return float(-np.log(np.clip(chosen, 1e-7, 1)).mean())


def _print_epoch(row, epochs, steps):
    print(
        f"Epoch {row['epoch']}/{epochs} - {row['seconds']:.0f}s - {1000 * row['seconds'] / steps:.0f}ms/step"
        f" - loss: {row['loss']:.4f} - accuracy: {row['accuracy']:.4f}"
        f" - val_loss: {row['val_loss']:.4f} - val_accuracy: {row['val_accuracy']:.4f}",
        flush=True,
    )


def _say_how_it_ended(status, run, recipe):
    done = f"{len(run.epochs)} of {recipe.epochs} epochs are recorded"
    if status == "interrupted":
        print(f"Stopped in epoch {len(run.epochs) + 1}: {done}, and the model keeps what it has learnt.")
    elif status == "diverged":
        print(
            f"The loss stopped being a number in epoch {len(run.epochs) + 1}: {done}. Lower the learning "
            f"rate (now {recipe.learning_rate:g}) and train a freshly built model."
        )


def _about(model, data, recipe, seed):
    return {
        "model": model.name,
        "recipe": asdict(recipe),
        "seed": seed,
        "epochs": 0,
        "parameters": model.count_params(),
        "data": {
            "source": data.source,
            "fingerprint": data.fingerprint,
            "train_images": len(data.train_images),
            "test_images": len(data.test_images),
        },
        "monitor": recipe.monitor,
        "accelerated": False,
        "published": False,
        "status": "running",
        "versions": {
            "python": platform.python_version(),
            "keras": keras.__version__,
            "tensorflow": sys.modules["tensorflow"].__version__,
            "numpy": np.__version__,
        },
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "cpu_seconds": 0.0,
        "wall_seconds": 0.0,
        "test_accuracy_last": None,
        "test_accuracy_best": None,
        "best_epoch": None,
    }
