"""The network viewer: an image on its way through a trained network, down to one multiplication."""

from dataclasses import replace

import ipywidgets as widgets
import numpy as np
from traitlets import TraitError

from course.inspection import ledger_of
from course.widgets.field_viewer.scene import nearest
from course.widgets.network_viewer.page import render
from course.widgets.network_viewer.state import (
    ALL,
    LEVELS,
    MANY,
    OVER,
    WRONG,
    Watch,
    Watched,
    at_stage,
    at_which,
    chosen,
    folded,
    layout,
    look,
    most_active,
    stepped,
)
from course.widgets.network_viewer.still import still
from course.widgets.shell import Shell, moved_from

_WIDE = {"layout": {"width": "240px"}, "style": {"description_width": "60px"}}
_MOST = 200  # images of a Dataset
COVERS = {"nothing": 0, "4×4": 4, "8×8": 8, "12×12": 12, "16×16": 16}


def network_viewer(model, images, labels=None, names=(), **start):
    """Return a viewer of what a network makes of images: overview, one layer, and one unit by its numbers.

    What a layer puts out is computed once an image and kept for four images: 3.4 MB an image for `separable_65k`.

    Parameters
    ----------
    model : keras.Model
        Sequential or functional, with an image of a fixed size and values from 0 to 1. A network with branches
        is shown without the third level.
    images : course.data.Dataset or numpy.ndarray
        The first 200 test images of a Dataset, or images of shape (N, height, width, 3), uint8.
    labels : sequence of int, optional
        The true class of each image, where they are no Dataset.
    names : sequence of str, optional
        The name of each class.
    **start
        Where to begin: fields of `course.widgets.network_viewer.state.Watch`, such as level="unit".

    Returns
    -------
    NetworkViewer
        Leave it as the last line of a cell, or call `display` on it.

    Raises
    ------
    ValueError
        When it is no model, the images do not fit it, or there is no such place to begin.
    LayerError
        When the model can't be read: not built, or its input is no image.
    """
    if not hasattr(model, "layers"):
        raise ValueError(f"network_viewer needs a Keras model, not {model!r}.")
    listed = not hasattr(images, "test_images")
    if not listed:
        labels, names = images.test_labels[:_MOST], images.names
        images = images.test_images[:_MOST]
    images = np.asarray(images)
    size = tuple(ledger_of(model).input_shape)
    if images.ndim != 4 or not len(images) or images.shape[1:] != size or images.dtype != np.uint8 or size[2] != 3:
        raise ValueError(
            f"The images have shape {images.shape} and dtype {images.dtype}; {model.name} takes {size}, and "
            "colour images are shown: pass uint8 images of shape (N, height, width, 3) that fit."
        )
    if labels is not None:
        labels = np.asarray(labels)
        if labels.shape != (len(images),):
            raise ValueError(f"There are {len(images)} images and labels of shape {labels.shape}: pass one each.")
        if names and labels.max() >= len(names):
            raise ValueError(f"A label is {labels.max()} and there are {len(names)} names: name every class.")
    state = Watch(Watched(model, images, labels, tuple(names)), unfolded=start.pop("unfolded", False))
    try:
        state = at_stage(state, start.pop("stage", 0))
        state = replace(state, **start)
        maps = state.maps()
        fits = all(0 <= at < n for at, n in zip((*state.unit, state.channel), maps.shape, strict=True))
    except (TypeError, IndexError) as why:
        raise ValueError(f"There is no such place to begin: {why}.") from None
    if state.level not in LEVELS or state.over not in OVER or not fits or not 0 <= state.image < len(images):
        raise ValueError(
            f"There is no such place to begin: level is one of {', '.join(LEVELS)}, and image, channel and "
            f"unit are counted from 0 in {len(images)} images and maps of {maps.shape}."
        )
    try:
        return NetworkViewer(state, listed)
    except TraitError as why:
        raise ValueError(f"There is no such place to begin: {why}") from None


class NetworkViewer(Shell):
    """The controls of a Watch."""

    def __init__(self, watch, listed=True):
        # Whether labels and names were given beside the images, and not by a Dataset.
        self.listed = listed
        network = watch.network
        self.level = widgets.ToggleButtons(
            options=LEVELS, style={"button_width": "auto"}, tooltip="How near to look",
            tooltips=["All layers", "All maps of one layer", "One unit by its numbers"],
        )  # fmt: skip
        answers = [] if network.labels is None else [WRONG, *(network.names or ())]
        self.which = widgets.Dropdown(
            options=[ALL, *answers], description="Images", tooltip="Through which images to go", **_WIDE
        )
        self.previous, self.following = (
            widgets.Button(description=f"{word} image", tooltip=f"The {word.lower()} of these images",
                           layout={"width": "auto"})
            for word in ("Previous", "Next")
        )  # fmt: skip
        self.layer = widgets.Dropdown(
            description="Layer", tooltip="Which layer to look at; arrow keys step through the list", **_WIDE
        )
        self.unfolded = widgets.Checkbox(
            description="Unfold", indent=False, layout={"width": "auto"},
            tooltip="Show normalisation, activation and Dropout as layers of their own",
        )  # fmt: skip
        self.channel, self.row, self.column, *self.corner = (
            widgets.IntSlider(min=0, description=what, tooltip=f"{tip}, from 0: arrow keys move it", **_WIDE)
            for what, tip in (
                ("Map", "Which map"), ("Row", "The unit's row"), ("Column", "The unit's column"),
                ("Cover row", "The first row covered"), ("Cover col.", "The first column covered"),
            )
        )  # fmt: skip
        self.cover = widgets.Dropdown(
            options=[*COVERS.items()],
            description="Cover",
            **_WIDE,
            tooltip="Hide a part of the image behind a grey square",
        )
        self.over = widgets.Dropdown(
            options=OVER, description="Draw over", **_WIDE | {"style": {"description_width": "76px"}},
            tooltip="Over the image: where the answer comes from, or what a moving cover takes from it",
        )  # fmt: skip
        self.on(self.level, lambda watch, level: replace(watch, level=level))
        self.on(self.which, at_which)
        self.on_click(self.previous, lambda watch: stepped(watch, -1))
        self.on_click(self.following, lambda watch: stepped(watch, 1))
        self.on(self.layer, at_stage)
        self.on(self.unfolded, folded)
        self.on(self.channel, lambda watch, channel: replace(watch, channel=channel))
        self.on(self.row, lambda watch, row: replace(watch, unit=(row, watch.unit[1])))
        self.on(self.column, lambda watch, column: replace(watch, unit=(watch.unit[0], column)))
        self.on(self.cover, lambda watch, side: _covered(replace(watch, cover=side), *watch.corner))
        self.on(self.corner[0], lambda watch, row: replace(watch, corner=(row, watch.corner[1])))
        self.on(self.corner[1], lambda watch, column: replace(watch, corner=(watch.corner[0], column)))
        self.on(self.over, lambda watch, over: replace(watch, over=over))
        super().__init__(
            watch,
            [
                [self.level, self.which, self.previous, self.following],
                [self.layer, self.unfolded, self.channel, self.row, self.column],
                [self.cover, *self.corner, self.over],
            ],
            render,
            still,
        )

    def fill(self, watch):
        """Set the controls; what a level does not use is hidden."""
        self.level.value, self.which.value = watch.level, watch.which
        numbers = chosen(watch)
        self.previous.disabled = self.following.disabled = not numbers or numbers == [watch.image]
        ledger = watch.network.activations.ledger
        names = [(ledger[rows[0]].name, place) for place, rows in enumerate(watch.stages)]
        if [*self.layer.options] != names:
            self.layer.options = names
        self.layer.value, self.unfolded.value = watch.stage, watch.unfolded
        rows, columns, channels = watch.maps().shape
        height, width = watch.network.images.shape[1:3]
        for slider, count, place in (
            (self.channel, channels, watch.channel), (self.row, rows, watch.unit[0]),
            (self.column, columns, watch.unit[1]), (self.corner[0], height - watch.cover + 1, watch.corner[0]),
            (self.corner[1], width - watch.cover + 1, watch.corner[1]),
        ):  # fmt: skip
            slider.max, slider.value, slider.disabled = count - 1, place, count == 1
        self.cover.value, self.over.value = watch.cover, watch.over
        overview = watch.level == LEVELS[0]
        for control in (self.channel, self.row, self.column):
            control.layout.display = "none" if overview else None
        self.over.layout.display = None if overview else "none"
        for slider in self.corner:
            slider.layout.display = None if watch.cover else "none"

    def click(self, watch, what, across, down):
        """Go to the layer, map or unit that was clicked, or move the cover there."""
        if what.startswith("stage"):
            return replace(at_stage(watch, int(what.split()[1])), level="layer")
        if what == "cover":
            height, width = watch.network.images.shape[1:3]
            side = watch.cover or 8
            return _covered(
                replace(watch, cover=side), int(down * height) - side // 2, int(across * width) - side // 2
            )
        maps = watch.maps()
        if what == "map":
            order = most_active(maps)[:MANY]
            columns = min(layout(watch)[0], len(order))
            rows = -(-len(order) // columns)
            number = min(int(down * rows), rows - 1) * columns + min(int(across * columns), columns - 1)
            return replace(watch, channel=int(order[min(number, len(order) - 1)]))
        if what == "unit":
            unit = tuple(min(int(share * n), n - 1) for share, n in zip((down, across), maps.shape, strict=False))
            return replace(watch, unit=unit)
        return replace(watch, unit=nearest(look(watch), across, down))

    def call(self, watch):
        """Return what brings a state back."""
        network = watch.network
        given = ["model", "images", *(["labels"] if network.labels is not None and self.listed else [])]
        given += ["names=names"] * bool(network.names and self.listed)
        first = replace(at_stage(Watch(network, unfolded=watch.unfolded), watch.stage), unfolded=False)
        return "network_viewer", given, {
            **({"stage": watch.stage} if watch.stage else {}), **moved_from(watch, first)
        }  # fmt: skip


def _covered(watch, row, column):
    """Return the watch with its cover at a place, moved back where it would leave the image."""
    height, width = watch.network.images.shape[1:3]
    ends = height - watch.cover, width - watch.cover
    return replace(watch, corner=tuple(min(max(at, 0), end) for at, end in zip((row, column), ends, strict=True)))
