"""What is looked at in a network viewer: an image, a layer, a map and a unit, and the moves between them."""

from dataclasses import dataclass, field, replace

import numpy as np

from course.anatomy import FOLDED, unit_steps
from course.arithmetic import LayerError
from course.inspection import Activations
from course.widgets.field_viewer.state import Look

LEVELS = ("overview", "layer", "unit")
ALL, WRONG = "all images", "the ones it gets wrong"
OVER = ("nothing", "class activation map", "occlusion sweep")
MANY = 128  # maps on a layer's page
STEP = 4  # pixels from one cover of a sweep to the next
SWEEP = 8  # pixels, the side of its cover


class Watched:
    """A network and some images, with what is worked out once.

    Parameters
    ----------
    model : keras.Model
    images : numpy.ndarray
        uint8, shape (N, height, width, 3).
    labels : numpy.ndarray or None
        The true class of each.
    names : tuple of str
        The name of each class.
    """

    def __init__(self, model, images, labels, names):
        self.activations = Activations(model)
        self.images, self.labels, self.names = images, labels, names
        self.answers = self.activations.probabilities(images)
        self._swept = {}
        kinds = [type(layer).__name__ for layer in self.activations.layers]
        rows = self.activations.ledger
        self.alone = [(place,) for place in range(len(rows))]
        self.folded = []
        for place, kind in enumerate(kinds):
            if self.folded and kind in FOLDED and rows[place].inputs == (place - 1,):
                self.folded[-1] += (place,)
            else:
                self.folded.append((place,))

    def sweep(self, image):
        """Return by how much the answer's probability falls as a grey square moves over an image.

        Returns
        -------
        numpy.ndarray, shape (rows, columns)
            A place for every fourth pixel down and across.
        """
        if image not in self._swept:
            pixels, answer = self.images[image], int(self.answers[image].argmax())
            corners = [range(0, side - SWEEP + 1, STEP) for side in pixels.shape[:2]]
            covered = [cover(pixels, SWEEP, (row, column)) for row in corners[0] for column in corners[1]]
            after = self.activations.probabilities(np.stack(covered))[:, answer]
            self._swept[image] = (self.answers[image, answer] - after).reshape(*map(len, corners))
        return self._swept[image]

    def class_map(self, image, answer):
        """Return where in the last map an answer comes from, or None where the network has no such map.

        Source: Zhou et al., "Learning Deep Features for Discriminative Localization", 2016.
        """
        layers, found = self.activations.layers, self.activations.of(image)
        kinds = [type(layer).__name__ for layer in layers]
        if "GlobalAveragePooling2D" not in kinds or not self.activations.is_chain:
            return None
        place = kinds.index("GlobalAveragePooling2D")
        after = [layer for layer, kind in zip(layers[place:], kinds[place:], strict=True) if kind == "Dense"]
        maps = found[place - 1] if place else image / 255
        if len(after) > 1 or any(kind not in (*FOLDED, "Dense") for kind in kinds[place + 1 :]):
            return None
        weights = np.asarray(after[0].kernel)[:, answer] if after else np.eye(maps.shape[-1])[answer]
        return maps @ weights


@dataclass(frozen=True)
class Watch:
    """What is looked at: an image, a level, a layer, one of its maps, and a unit of it.

    Parameters
    ----------
    network : Watched
    image : int
        Its number among all images.
    which : str
        `ALL`, `WRONG` or a class: through which images next and previous go.
    level : str
        One of `LEVELS`.
    stage, channel : int
        The layer's number among those shown, and the map's, from 0.
    unit : (int, int)
        Row and column in the map, from 0.
    unfolded : bool
        Whether normalisation, activation and Dropout are shown as layers of their own.
    cover : int
        The side of a grey square that hides a part of the image, in pixels; 0 for none.
    corner : (int, int)
        Its first row and column.
    over : str
        One of `OVER`, drawn over the image.
    """

    network: Watched = field(compare=False, repr=False)
    image: int = 0
    which: str = ALL
    level: str = LEVELS[0]
    stage: int = 0
    channel: int = 0
    unit: tuple = (0, 0)
    unfolded: bool = False
    cover: int = 0
    corner: tuple = (8, 8)
    over: str = OVER[0]

    @property
    def stages(self):
        """The layers shown, each as the numbers of its rows in the ledger."""
        return self.network.alone if self.unfolded else self.network.folded

    @property
    def row(self):
        """The ledger's row of the layer that does the work, the first of those folded together."""
        return self.network.activations.ledger[self.stages[self.stage][0]]

    @property
    def pixels(self):
        """The image, with what is covered grey."""
        whole = self.network.images[self.image]
        return cover(whole, self.cover, self.corner) if self.cover else whole

    @property
    def values(self):
        """What each row of the ledger puts out for the image as it is shown."""
        return self.network.activations.of(self.pixels)

    def maps(self, stage=None):
        """Return the maps of a layer, shape (rows, columns, channels)."""
        found = self.values[self.stages[self.stage if stage is None else stage][-1]]
        return found if found.ndim == 3 else found.reshape(1, 1, -1)


def cover(pixels, side, corner):
    """Return an image with a square of it grey."""
    covered = pixels.copy()
    row, column = corner
    covered[row : row + side, column : column + side] = 128
    return covered


def chosen(watch):
    """Return the numbers of the images that next and previous go through."""
    network = watch.network
    if watch.which == ALL or network.labels is None:
        return list(range(len(network.images)))
    if watch.which == WRONG:
        return np.flatnonzero(network.answers.argmax(axis=1) != network.labels).tolist()
    return np.flatnonzero(network.labels == network.names.index(watch.which)).tolist()


def stepped(watch, by):
    """Return the watch with the next or previous of the chosen images."""
    numbers = chosen(watch)
    later = [number for number in numbers if number > watch.image] if by > 0 else numbers
    earlier = [number for number in numbers if number < watch.image]
    image = (later or numbers)[0] if by > 0 else (earlier or numbers)[-1]
    return replace(watch, image=image)


def at_which(watch, which):
    """Return the watch with another choice of images, at the first of them; as it was where there is none."""
    new = replace(watch, which=which)
    numbers = chosen(new)
    return new if watch.image in numbers else replace(new, image=numbers[0]) if numbers else watch


def at_stage(watch, stage):
    """Return the watch at another layer, at its most active map and about the same place in it."""
    new = replace(watch, stage=stage)
    before, maps = watch.maps().shape, new.maps()
    unit = tuple(
        (2 * min(place, size - 1) + 1) * now // (2 * size)
        for place, size, now in zip(watch.unit, before, maps.shape, strict=False)
    )
    return replace(new, unit=unit, channel=int(most_active(maps)[0]))


def folded(watch, unfolded):
    """Return the watch with layers folded or not, at the same layer and unit."""
    number = watch.stages[watch.stage][0]
    new = replace(watch, unfolded=unfolded)
    return replace(new, stage=next(i for i, rows in enumerate(new.stages) if number in rows))


def most_active(maps):
    """Return the channels of a layer, that with the largest mean distance from 0 first."""
    return np.argsort(-np.abs(maps).mean(axis=(0, 1)), kind="stable")


def steps_of(watch):
    """Return every step to the unit's value, from `course.anatomy.unit_steps`.

    Raises
    ------
    LayerError
        When the layer's arithmetic is not known, or the network is no chain.
    """
    network, rows = watch.network.activations, watch.stages[watch.stage]
    if not network.is_chain:
        raise LayerError(
            f"{network.model.name} has branches, so a unit's numbers come by more than one way: the third level "
            "is for chains, and the first two show this network"
        )
    inputs = watch.values[rows[0] - 1] if rows[0] else watch.pixels.astype(np.float32) / 255
    vector = watch.values[rows[-1]].ndim == 1
    place = (watch.channel,) if vector else (*watch.unit, watch.channel)
    return unit_steps([network.layers[row] for row in rows], inputs, place)


def layout(watch):
    """Return how many maps stand in a row on the layer's page, and the pixels of one."""
    return (16, 40) if watch.maps().shape[2] > 64 else (12, 54)


def look(watch):
    """Return the unit as the field viewer looks from it."""
    rows = watch.stages[watch.stage]
    return Look(watch.network.activations.ledger, watch.pixels, rows[-1], watch.unit)


def zeros(watch):
    """Return the row of the layer whose output holds most zeros, such as that with the ReLU, and that output."""
    rows = watch.stages[watch.stage]
    row = max(rows, key=lambda row: (watch.values[row] == 0).mean())
    found = watch.values[row]
    return watch.network.activations.ledger[row], found if found.ndim == 3 else found.reshape(1, 1, -1)
