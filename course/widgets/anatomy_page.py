"""What the convolution anatomy shows: one output value with the inputs and weights that make it."""

import html
from dataclasses import dataclass, field, replace

import numpy as np

from course.anatomy import MAPS, SETTINGS, Convolution, possible_groups, terms
from course.plots.anatomy import counts_in_words, in_words, scene, spelt_out
from course.plots.marks import svg
from course.plots.picture import WIDTH
from course.widgets.rendered import Rendered, paragraph, styled

# What each setting can be chosen from; a patch has seven rows, so every window fits.
CHOICES = {
    "channels": (1, 2, 3, 4, 6),
    "filters": (1, 2, 3, 4, 6),
    "kernel": (1, 2, 3, 5),
    "stride": (1, 2, 3),
    "depth_multiplier": (1, 2),
}


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

    Used in notebook 03.
    """

    patch: np.ndarray = field(compare=False, repr=False)
    convolution: Convolution = Convolution()
    cell: int = 0
    output: int = 0

    @property
    def size(self):
        """(rows, columns) of the output."""
        return self.convolution.counts(len(self.patch)).output_shape[:2]

    @property
    def place(self):
        """(row, column, channel) of the output value."""
        return (*divmod(self.cell, self.size[1]), self.output)


def change(state, **settings):
    """Return the state with other settings, and what no longer fits moved to the nearest that does.

    Parameters
    ----------
    state : Anatomy
    **settings
        Of `course.anatomy.Convolution`.

    Returns
    -------
    Anatomy
    """
    old = state.convolution
    held = {key: getattr(old, key) for key in Convolution.__dataclass_fields__} | settings
    if held["kind"] == "grouped" and old.kind != "grouped" and len(groups_of(held)) < 3:
        # A dial with one stop shows nothing.
        held |= {"channels": 6, "filters": 6}
    held["groups"] = max(g for g in groups_of(held) if g <= held["groups"])
    convolution = Convolution(**held)
    row, column, output = state.place
    rows, columns = replace(state, convolution=convolution, cell=0).size
    cell = min(row, rows - 1) * columns + min(column, columns - 1)
    return replace(state, convolution=convolution, cell=cell, output=min(output, convolution.outputs - 1))


def groups_of(held):
    """Return the numbers of groups that some channels and filters allow."""
    return possible_groups(held["channels"], held["filters"])


def render(state):
    """Return one output value as a drawing and as arithmetic, and what the layer costs.

    Parameters
    ----------
    state : Anatomy

    Returns
    -------
    Rendered

    Used in notebook 03.
    """
    marks, height = scene(state.convolution, state.patch, *state.place)
    text = words(state)
    lines = "".join(
        f'<tr><td class="left">{html.escape(MAPS[term.channel])}</td>'
        f'<td class="note">{html.escape(spelt_out(term))}</td></tr>'
        for term in terms(state.convolution, state.patch, *state.place)
    )
    return Rendered(
        styled(
            svg(marks, WIDTH, height, text),
            f'<table style="margin-top:8px">{lines}</table>',
            paragraph(_equal(state.convolution), "boxed") if _equal(state.convolution) else "",
        ),
        text,
    )


def words(state):
    """Return the output value and what the layer costs, in two sentences."""
    return f"{in_words(state.convolution, state.patch, *state.place)} {counts_in_words(state.convolution)}."


def used(convolution):
    """Return which settings can be chosen for a convolution's kind."""
    return SETTINGS[convolution.kind]


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
