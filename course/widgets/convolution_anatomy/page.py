"""What the convolution anatomy shows: one output value with the inputs and weights that make it."""

from dataclasses import dataclass, field, replace

import numpy as np

from course.anatomy import MAPS, Convolution, possible_groups, terms
from course.plots.anatomy import counts_in_words, in_words, scene, spelt_out
from course.plots.marks import svg
from course.plots.picture import WIDTH
from course.table import Table
from course.widgets.rendered import WRAPPED, Rendered, paragraph, styled

# What each setting can be chosen from; a patch has seven rows, so every window fits.
CHOICES = {
    "channels": (1, 2, 3, 4, 6),
    "filters": (1, 2, 3, 4, 6),
    "kernel": (1, 2, 3, 5),
    "stride": (1, 2, 3),
    "depth_multiplier": (1, 2),
}
# A dial of groups with one stop shows nothing: these have four.
MANY_GROUPS = {"channels": 6, "filters": 6}


@dataclass(frozen=True)
class Anatomy:
    """A convolution over a patch, and which of its output values is looked at.

    Parameters
    ----------
    patch : numpy.ndarray, shape (7, 7, 6)
        As `course.anatomy.patch_of` returns it.
    convolution : course.anatomy.Convolution
    cell : int
        Which position of the output, counted row by row from 0.
    output : int
        Which output channel, from 0.
    before : tuple of (int, int), optional
        Channels and filters that gave way to those of a grouped convolution, and come back after it.
    """

    patch: np.ndarray = field(compare=False, repr=False)
    convolution: Convolution = Convolution()
    cell: int = 0
    output: int = 0
    before: tuple = field(default=None, compare=False, repr=False)

    @property
    def size(self):
        """(rows, columns) of the output."""
        return self.convolution.counts().output_shape[:2]

    @property
    def place(self):
        """(row, column, channel) of the output value."""
        return (*divmod(self.cell, self.size[1]), self.output)


def change(state, **settings):
    """Return the state with other settings; groups and place that no longer fit come down to what does.

    A convolution that becomes grouped has two groups at least, since with one it is a standard one.

    Parameters
    ----------
    state : Anatomy
    **settings
        Of `course.anatomy.Convolution`, one or more of `CHOICES`, the kind, or groups.

    Returns
    -------
    Anatomy
    """
    old, before = state.convolution, state.before
    held = vars(old) | settings
    possible = possible_groups(held["channels"], held["filters"])
    if held["kind"] == "grouped" != old.kind:
        if len(possible) < 3:
            before = held["channels"], held["filters"]
            held, possible = held | MANY_GROUPS, possible_groups(**MANY_GROUPS)
        held["groups"] = max(held["groups"], possible[1])
    elif {"channels", "filters"} & {*settings}:
        before = None  # those now chosen stay
    elif old.kind == "grouped" != held["kind"] and before:
        held["channels"], held["filters"] = before
        before, possible = None, possible_groups(*before)
    held["groups"] = max(groups for groups in possible if groups <= held["groups"])
    convolution = Convolution(**held)
    row, column, output = state.place
    rows, columns = replace(state, convolution=convolution, cell=0).size
    cell = min(row, rows - 1) * columns + min(column, columns - 1)
    output = min(output, convolution.outputs - 1)
    return replace(state, convolution=convolution, cell=cell, output=output, before=before)


def render(state):
    """Return one output value as a drawing and as arithmetic, and what the layer costs.

    Parameters
    ----------
    state : Anatomy

    Returns
    -------
    Rendered
    """
    marks, height = scene(state.convolution, state.patch, *state.place)
    text, equal = words(state), _equal(state.convolution)
    rows = [
        (MAPS[term.channel], _kept_together(spelt_out(term)))
        for term in terms(state.convolution, state.patch, *state.place)
    ]
    sums = Table((), rows, left=(0, 1), marks={(place, 1): WRAPPED for place in range(len(rows))})
    return Rendered(
        styled(
            svg(marks, WIDTH, height, text),
            f'<div style="margin:8px 0">{sums._repr_html_()}</div>',
            paragraph(equal, "boxed") if equal else "",
        ),
        text,
    )


def _kept_together(text):
    """Return arithmetic that is not broken before its result."""
    return text.replace(" = ", "\u00a0=\u00a0").replace(" × ", "\u00a0×\u00a0")


def words(state):
    """Return the output value and what the layer costs, in two sentences."""
    return f"{in_words(state.convolution, state.patch, *state.place)} {counts_in_words(state.convolution)}."


def _equal(convolution):
    """Return what other kind a convolution is too, or ""."""
    if convolution.kind == "grouped" and convolution.groups == 1:
        return "One group: this is a standard convolution."
    if convolution.kind == "grouped" and convolution.groups == convolution.channels:
        multiplier = convolution.filters // convolution.channels
        return f"A group for each channel: this is a depthwise convolution with depth multiplier {multiplier}."
    if convolution.kind != "pointwise" and convolution.window == 1 and convolution.step == 1:
        return {
            "standard": "A 1×1 window: this is a pointwise convolution.",
            "grouped": "A 1×1 window: this is a pointwise convolution within each group.",
            "depthwise": "A 1×1 window on one channel: each channel is only multiplied by a number.",
            "separable": "A 1×1 window: the first step only multiplies, so a pointwise convolution does the same.",
        }[convolution.kind]
    return ""
