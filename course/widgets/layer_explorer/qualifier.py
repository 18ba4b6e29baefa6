"""Train the qualifier: the layer explorer's network is trained in the background, and put on the board."""

import html
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import ipywidgets as widgets
import numpy as np

from course.plots.picture import BLUE, VERMILLION, counted
from course.widgets.rendered import Rendered, paragraph, styled

ENTRIES = Path("entries")
_WIDTH, _HEIGHT, _LEFT, _FLOOR = 560, 150, 44, 22  # pixels of the curve
_EVERY = 1.0  # seconds between two pictures
_SMOOTHED = 20  # steps


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Parameters
    ----------
    accuracies : tuple of float
        On each batch so far, over all epochs, as fractions.
    held : tuple of float
        On the images held out, after each finished epoch.
    steps, epochs : int
        Of an epoch, and in all.
    seconds : float
        Since the end of the first step.
    """

    accuracies: tuple = ()
    held: tuple = ()
    steps: int = 1
    epochs: int = 1
    seconds: float = 0.0


def render(progress):
    """Return the progress as a curve, with a sentence.

    Parameters
    ----------
    progress : Progress

    Returns
    -------
    Rendered
    """
    done, total = len(progress.accuracies), progress.steps * progress.epochs
    if not done:
        text = "The network is being checked and built."
        return Rendered(styled(paragraph(text)), text)
    now = np.mean(progress.accuracies[-_SMOOTHED:])
    text = f"Step {done:,} of {total:,}: {100 * now:.1f} % of the last training images are right"
    if done > _SMOOTHED:  # the first step takes longest: it also compiles
        left = progress.seconds / (done - 1) * (total - done)
        text += f"; about {left / 60:.0f} minutes left" if left >= 90 else f"; about {left:.0f} seconds left"
    text += "."
    if progress.held:
        text += f" Of those held out, {100 * progress.held[-1]:.1f} % after epoch {len(progress.held)}."
    return Rendered(styled(paragraph(text), _curve(progress, total, text)), text)


def _curve(progress, total, text):
    def place(step, accuracy):
        across = _LEFT + (_WIDTH - _LEFT - 10) * step / total
        return f"{across:.1f},{(_HEIGHT - _FLOOR) - (_HEIGHT - _FLOOR - 8) * accuracy:.1f}"

    values = np.asarray(progress.accuracies)
    width = min(_SMOOTHED, len(values))
    smooth = np.convolve(values, np.ones(width) / width, "valid")
    every = max(1, len(smooth) // 200)
    line = " ".join(place(i + width, a) for i, a in list(enumerate(smooth))[::every])
    dots = "".join(
        '<circle cx="{}" cy="{}" r="5" fill="{}"/>'.format(*place(i * progress.steps, a).split(","), VERMILLION)
        for i, a in enumerate(progress.held, start=1)
    )
    ruled = "".join(
        f'<polyline points="{place(0, a)} {place(total, a)}" stroke="#999" stroke-width="0.5"/>'
        f'<text x="{_LEFT - 6}" y="{place(0, a).split(",")[1]}" dy="4" text-anchor="end">{100 * a:.0f} %</text>'
        for a in (0, 0.5, 1)
    )
    return (
        f'<svg role="img" aria-label="{html.escape(text)}" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'style="max-width:100%">{ruled}<polyline points="{line}" fill="none" stroke="{BLUE}" stroke-width="2"/>'
        f'{dots}<text x="{_LEFT}" y="{_HEIGHT - 4}">line: training images; dots: images held out</text></svg>'
    )


class Qualifier:
    """A name, *Train the qualifier*, *Cancel*, and what comes of it. Trains in a thread of its own.

    Parameters
    ----------
    network : callable
        Returns the stack to train.
    """

    def __init__(self, network):
        self._network, self._stopped, self._drawn = network, threading.Event(), 0.0
        self.data = self.entry = self.thread = None
        self.name = widgets.Text(
            "my network", description="Name", tooltip="What the board calls the entry",
            layout={"width": "250px"}, style={"description_width": "62px"},
        )  # fmt: skip
        self.train = widgets.Button(
            description="Train the qualifier", layout={"width": "150px"},
            tooltip="Train this network for some minutes, and put it on the board of the challenge",
        )  # fmt: skip
        self.cancel = widgets.Button(
            description="Cancel", tooltip="Stop the training", disabled=True, layout={"width": "76px"}
        )
        self.page = widgets.HTML(layout={"width": "100%", "margin": "0"})
        self.train.on_click(lambda _: self.begin())
        self.cancel.on_click(lambda _: self._stopped.set())

    def begin(self):
        """Begin to train the network as it is now; the kernel stays free."""
        if self.thread is not None and self.thread.is_alive():
            return
        self._stopped.clear()
        self.train.disabled, self.cancel.disabled = True, False
        self.page.value = render(Progress()).html
        work = threading.Thread(target=self._work, args=(self._network(), self.name.value), daemon=True)
        self.thread = work
        work.start()

    def _work(self, stack, name):
        try:
            self.page.value = self._result(stack, name)
        except ValueError as why:
            self.page.value = styled(paragraph(str(why), "wrong"))
        except Exception as why:  # a thread's traceback would reach nobody
            self.page.value = styled(paragraph(f"The training stopped with {type(why).__name__}: {why}", "wrong"))
        finally:
            self.train.disabled, self.cancel.disabled = False, True

    def _result(self, stack, name):
        from course import challenge  # like the images, only when training is asked for
        from course.data import load

        if self.data is None:
            self.data = load()
        accuracies, began = [], []

        def watch(run, part, steps):
            if self._stopped.is_set():
                raise KeyboardInterrupt
            accuracies.append(part.accuracies[-1])
            began.append(time.monotonic())
            if time.monotonic() - self._drawn >= _EVERY:
                self._drawn = time.monotonic()
                held = tuple(row["val_accuracy"] for row in run.epochs)
                self.page.value = render(
                    Progress(tuple(accuracies), held, steps, run.about["recipe"]["epochs"], self._drawn - began[0])
                ).html

        folder = _unused(ENTRIES / re.sub(r"[^\w.-]+", "_", name.strip() or "entry"))
        self.entry = run = challenge.qualify(stack, self.data, name, out=folder, watch=watch)
        if run.about["status"] != "complete":
            cancelled = run.about["status"] == "interrupted"
            why = "was cancelled" if cancelled else f"has {run.about['status']}"
            said = f"The training {why} after {counted(len(run.epochs), 'epoch')}; it is on no board."
            if not cancelled:
                said += " Change the network, and train it again: is BatchNormalization there?"
            return styled(paragraph(said, "boxed"))
        place = next(place for place in challenge.board(run).places if place.own)
        ranking = challenge.board(ENTRIES).ranking(*place.kind)
        said = f"{name} reaches {100 * place.accuracy:.2f} % of the images held out. The entry is in {folder}."
        return styled(paragraph(said, "boxed"), challenge.Board(ranking)._repr_html_())


def _unused(folder):
    number, found = 2, folder
    while found.exists():
        found, number = folder.with_name(f"{folder.name}_{number}"), number + 1
    return found
