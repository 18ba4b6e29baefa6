"""The training loop: plain Keras steps, one line an epoch, and a record of it all."""

from dataclasses import replace

import numpy as np

from course import runs
from course._given import check_seed, is_number, shown
from course._quiet import import_keras
from course.data import batch, split
from course.data.dataset import check_dataset, check_images
from course.progress import bar
from course.training.about import about
from course.training.checkpoint import UnfinishedEpoch, run_folder
from course.training.recipes import Recipe
from course.training.setting import Averages, compile_for
from course.training.uninterrupted import uninterrupted

keras = import_keras()


def train(
    model, data, recipe, *,
    epochs=None, seed=0, out=None, resume=False, checkpoint_minutes=5, watch=None, advice=None,
):  # fmt: skip
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
        A folder for the record and weights, written after every epoch, and for checkpoints.
    resume : bool
        Go on from the last checkpoint in `out`, or from the start where there is none. The result
        is the same, to the last bit, as that of a run without a break.
    checkpoint_minutes : float
        How often to save a checkpoint within an epoch: all that a process that is killed can lose.
        One is saved after every epoch too, and on Ctrl-C.
    watch : callable, optional
        Called after every step as watch(run, part, steps), with the record of the finished epochs, the
        `UnfinishedEpoch` and the steps of an epoch; nothing is then printed. What raises KeyboardInterrupt in
        it ends training as Ctrl-C does.
    advice : dict of str, optional
        What to print after a run that ends "interrupted" or "diverged", by these words: for a caller that sets
        the recipe and the folder itself, so that the advice of this function would fail.

    Returns
    -------
    Run
        `about["status"]` is "complete", "interrupted" or "diverged".

    Raises
    ------
    ValueError
        When `epochs` is below 1, the model does not fit the images and classes, there are fewer
        images than one batch needs, `out` holds a run that can't be resumed or was not to be, or
        another process trains into it.
    """
    if not isinstance(recipe, Recipe):
        raise ValueError(f"recipe is {recipe!r}; it must be a training.Recipe, such as training.quick.")
    check_dataset(data)
    if epochs is not None:
        recipe = replace(recipe, epochs=epochs)
    images, labels, val_images, val_labels = _parts(data, recipe)
    steps = recipe.steps_per_epoch or len(images) // recipe.batch_size
    if not 1 <= steps <= len(images) // recipe.batch_size:
        raise ValueError(
            f"{steps or 1} x {recipe.batch_size} images a training epoch are more than the "
            f"{len(images):,} there are: lower batch_size or steps_per_epoch."
        )
    seed = check_seed(seed)
    if not (is_number(checkpoint_minutes) and checkpoint_minutes >= 0):
        raise ValueError(f"checkpoint_minutes is {shown(checkpoint_minutes)}; it must be a number, at least 0.")
    if resume and out is None:
        raise ValueError("resume=True needs a folder: say with `out` which run to go on with.")
    _check_model(model, images[:2], len(data.names))

    with run_folder(out, resume, checkpoint_minutes) as folder:
        compile_for(model, recipe)
        averages = folder.averages = Averages(model, recipe.ema_momentum)
        run, part = runs.Run(about(model, data, recipe, seed)), UnfinishedEpoch()
        if resume:
            run, part = folder.load(model, run)
        on_test, watched = recipe.monitor == "test", recipe.monitor != "nothing"
        try:
            while len(run.epochs) < recipe.epochs:
                _finish_epoch(model, images, labels, recipe, seed, steps, run, part, folder, watch)
                row = {
                    "epoch": len(run.epochs) + 1,
                    "loss": float(np.mean(part.losses)),
                    "accuracy": float(np.mean(part.accuracies)),
                }
                if watched:
                    with averages.in_place():
                        probabilities = predict(model, val_images)
                    row["val_loss"] = _cross_entropy(probabilities, val_labels)
                    row["val_accuracy"] = _accuracy(probabilities, val_labels)
                part.read_clock()
                row["seconds"] = part.seconds
                # The last step's update alone can spoil the weights: then only val_loss shows it.
                if not np.isfinite([row["loss"], row.get("val_loss", 0)]).all():
                    run.about["status"] = "diverged"
                    break
                with uninterrupted():
                    run.epochs.append(row)
                    run.about["wall_seconds"] += part.seconds
                    run.about["cpu_seconds"] += part.cpu_seconds
                    run.labels, run.probabilities = (val_labels, probabilities) if on_test else (None, None)
                    folder.save(model, run.summarise(), UnfinishedEpoch())
                    folder.write_record(model, run)
                    if watch is None:
                        _print_epoch(row, recipe.epochs, steps)
                    part = UnfinishedEpoch()
            else:
                if run.probabilities is None:
                    reading = UnfinishedEpoch()
                    with averages.in_place():
                        probabilities = predict(model, data.test_images)
                    reading.read_clock()
                    if np.isfinite(probabilities).all():
                        run.labels, run.probabilities = data.test_labels, probabilities
                        run.about["wall_seconds"] += reading.seconds
                        run.about["cpu_seconds"] += reading.cpu_seconds
                run.about["status"] = "diverged" if run.probabilities is None else "complete"
                folder.save(model, run.summarise(), part)
                folder.write_record(model, run)
        except KeyboardInterrupt:
            run.about["status"] = "interrupted"
        with uninterrupted() as pressed:
            if run.about["status"] == "interrupted" and part.losses:
                folder.save(model, run, part)
            folder.write_status(run.summarise())
            averages.keep()
            pressed.clear()  # training has ended: a second press would only lose the record
    if watch is None:
        _say_how_it_ended(run, recipe, advice or _advice(recipe, resume, folder.holds_run()))
    return run


def predict(model, images, batch_size=25):
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

    Raises
    ------
    DataError
        When `images` has another shape or dtype.
    """
    check_images(images, "images")
    return np.concatenate(
        [model.predict_on_batch(_as_floats(images[i : i + batch_size])) for i in range(0, len(images), batch_size)]
    ).astype(np.float32)


def _check_model(model, images, classes):
    takes, gives = getattr(model, "input_shape", None), getattr(model, "output_shape", None)
    if takes not in ((None, 32, 32, 3), (None, None, None, 3)):
        raise ValueError(
            f"The model's input shape is {takes}, not (None, 32, 32, 3) as the images need: "
            "begin it with keras.Input(shape=(32, 32, 3))."
        )
    if gives != (None, classes):
        raise ValueError(
            f"The model's output shape is {gives}, not (None, {classes}) as {classes} classes need: "
            f"end it with {_flattening(gives)}keras.layers.Dense({classes}, activation='softmax')."
        )
    outputs = np.asarray(model(_as_floats(images), training=False), dtype=np.float64)
    if not (outputs.min() >= 0 and np.allclose(outputs.sum(axis=1), 1, atol=0.01)):
        raise ValueError(
            "The model's outputs are not probabilities: end it with activation='softmax', "
            "and build it afresh if its weights are no longer numbers."
        )


def _flattening(shape):
    """Return what has to come before a Dense layer, so that an output of this shape becomes a vector."""
    if not isinstance(shape, tuple) or len(shape) == 2:
        return ""
    if len(shape) == 4:
        return "keras.layers.GlobalAveragePooling2D() (or Flatten()), then "
    return "keras.layers.Flatten(), then "


def _parts(data, recipe):
    if recipe.monitor != "validation":
        return data.train_images, data.train_labels, data.test_images, data.test_labels
    kept, held_out = split(data.train_labels, held_out=runs.held_out(len(data.train_labels)))
    return (
        data.train_images[kept],
        data.train_labels[kept],
        data.train_images[held_out],
        data.train_labels[held_out],
    )


def _finish_epoch(model, images, labels, recipe, seed, steps, run, part, folder, watch):
    """Take the steps that are left of an epoch, and note in `part` what each has come to."""
    epoch, done = len(run.epochs), len(part.losses)
    options = {"unit": "step", "initial": done} | ({} if watch is None else {"hide": True})
    with bar(steps, f"epoch {epoch + 1} of {recipe.epochs}", **options) as progress:
        for step in range(done, steps):
            model.optimizer.learning_rate = recipe.learning_rate_at(epoch * steps + step, recipe.epochs * steps)
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
            with uninterrupted():
                logs = model.train_on_batch(_as_floats(x), y, return_dict=True)
                folder.averages.update(epoch * steps + step)
                part.losses.append(float(logs["loss"]))
                part.accuracies.append(float(logs["accuracy"]))
                part.read_clock()
            if not np.isfinite(part.losses[-1]):
                break
            folder.save_if_due(model, run, part)
            if watch is not None:
                watch(run, part, steps)
            progress.update()
            progress.set_postfix_str(
                f"loss {np.mean(part.losses):.3f}, accuracy {np.mean(part.accuracies):.3f}", refresh=False
            )


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
        + "".join(f" - {key}: {row[key]:.4f}" for key in runs.COLUMNS[2:] if key in row),
        flush=True,
    )


def _say_how_it_ended(run, recipe, advice):
    status, done = run.about["status"], len(run.epochs)
    if status == "complete":
        return
    recorded = f"{done} of {recipe.epochs} epochs are recorded"
    if status == "interrupted":
        what = f"Stopped: {recorded}."
    elif done == recipe.epochs:
        # No epoch fails any more: it was the look at the test images after them.
        what = "The outputs for the test images are not numbers after the last epoch."
    else:
        what = f"The loss stopped being a number in epoch {done + 1}: {recorded}."
    print(f"{what} {advice[status]}")


def _advice(recipe, resume, saved):
    again = "the same call" if resume else "resume=True (or --resume)"
    onward = f"; {again} goes on from the last checkpoint" if saved else ""
    return {
        "interrupted": f"The model keeps what it has learnt{onward}.",
        "diverged": f"Lower the learning rate (now {recipe.learning_rate:g}) and train a freshly built model.",
    }
