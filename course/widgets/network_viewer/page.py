"""What the network viewer shows: an image on its way through a network, down to one multiplication."""

import html

import numpy as np

from course.arithmetic import LayerError
from course.plots.marks import svg as unit_svg
from course.plots.picture import BLUE, WIDTH
from course.plots.unit import in_words, signed, spelt_out, unit_scene
from course.table import Table
from course.widgets.field_viewer.page import drawn
from course.widgets.network_viewer.maps import SCALE, image_scene, map_scene, sheet
from course.widgets.network_viewer.state import LEVELS, MANY, OVER, layout, look, steps_of, zeros
from course.widgets.network_viewer.words import (
    answer,
    changed,
    layer_words,
    name_of,
    over_words,
    probabilities,
    title,
    unit_words,
)
from course.widgets.rendered import Rendered, Shown, pair, paragraph, shape, styled
from course.widgets.scene import svg

FEW = 10  # maps of a layer in the overview
_ROW = '<div style="display:flex;flex-wrap:wrap;gap:0 24px;align-items:flex-start;margin:8px 0">'


def render(watch):
    """Return one of the three levels as a page, with the result in words.

    Parameters
    ----------
    watch : Watch

    Returns
    -------
    Rendered
    """
    return dict(zip(LEVELS, (_overview, _layer, _unit), strict=True))[watch.level](watch)


def _overview(watch):
    text = f"{answer(watch)} {changed(watch)}".strip()
    cards = "".join(_card(watch, stage) for stage in range(len(watch.stages)))
    marks, wide, tall = image_scene(watch, 200)
    parts = [
        f"{_ROW}{svg(marks, (0, 0, wide, tall), text, 'cover')}<div>{_bars(watch)}</div></div>",
        paragraph(over_words(watch)) if watch.over != OVER[0] else "",
        paragraph(f"{SCALE} The most active maps come first.", "muted"),
        f'<div style="display:flex;flex-wrap:wrap;gap:12px 18px">{cards}</div>',
    ]
    return Rendered(styled(*parts), text)


def bars(watch):
    """Return the classes to show as (name, probability, that without the cover), at most twelve."""
    now, before = probabilities(watch), watch.network.answers[watch.image]
    shown = np.argsort(-now, kind="stable")[:12] if len(now) > 12 else range(len(now))
    return [(name_of(watch.network, number), float(now[number]), float(before[number])) for number in shown]


def _bars(watch):
    bar = '<svg width="140" height="12" aria-hidden="true"><rect width="{:.1f}" height="12" fill="{}"/></svg>'
    rows = [
        (name, Shown(bar.format(140 * now, BLUE)), f"{now:.1%}", *([f"was {was:.1%}"] if watch.cover else []))
        for name, now, was in bars(watch)
    ]
    return Table((), rows, left=(0, 1))._repr_html_()


def _card(watch, stage):
    maps = watch.maps(stage)
    rest = f", {maps.shape[2] - FEW} more" if maps.shape[2] > FEW else ""
    size = "×".join(map(str, watch.values[watch.stages[stage][-1]].shape))
    style = f"box-shadow:inset 0 -3px {BLUE};" if stage == watch.stage else ""
    marks, wide, tall = sheet(maps, 5, 38, FEW)
    return (
        f'<div data-tell="stage {stage}" style="cursor:pointer;padding:0 0 5px;{style}">'
        f"<div><b>{html.escape(title(watch, stage))}</b></div>"
        f'<div class="muted">{size}{rest}; up to {signed(np.abs(maps).max())}</div>'
        f"{svg(marks, (0, 0, wide, tall))}</div>"
    )


def facts(watch):
    """Return the layer's row of the ledger, and its share of zeros, as a Table of one row."""
    row = watch.row
    count = "{:,}".format
    return Table(
        ("output", "receptive field", "jump", "parameters", "MACs", "zeros"),
        [(
            Shown(shape(row.output_shape)), pair(row.receptive_field), pair(row.jump),
            *("?" if value is None else count(value) for value in (row.parameters, row.macs)),
            f"{(zeros(watch)[1] == 0).mean():.0%}",
        )],
        left=(),
    )  # fmt: skip


def _layer(watch):
    maps = watch.maps()
    columns, tile = layout(watch)
    text = layer_words(watch)
    folded_in = [watch.network.activations.ledger[place].name for place in watch.stages[watch.stage][1:]]
    marks, wide, tall = sheet(maps, columns, tile, MANY, watch.channel)
    return Rendered(
        styled(
            facts(watch)._repr_html_(),
            paragraph(f"Folded in: {', '.join(folded_in)}.", "muted") if folded_in else "",
            f"{_ROW}<div>{drawn(look(watch), text, 190)}</div><div>{_map(watch)}</div></div>",
            paragraph(f"{SCALE} The most active map comes first; the numbers are the channels.", "muted"),
            svg(marks, (0, 0, wide, tall), text, "map"),
            paragraph(f"{maps.shape[2] - MANY} more maps are less active; Map reaches them.", "muted")
            if maps.shape[2] > MANY else "",
        ),
        text,
    )  # fmt: skip


def _map(watch):
    marks, wide, tall = map_scene(watch, 190)
    size = "×".join(map(str, watch.maps().shape[:2]))
    about = f'<div class="muted">map {watch.channel}: {size} units</div>'
    return about + svg(marks, (-2, -2, wide + 4, tall + 4), tell="unit")


def _unit(watch):
    field = drawn(look(watch), "The unit's field on the image", 220)
    try:
        steps = steps_of(watch)
    except LayerError as why:
        return Rendered(styled(paragraph(f"{why}.", "wrong"), field), f"{why}.")
    marks, height = unit_scene(steps)
    lines = "".join(f"<div>{html.escape(line)}</div>" for line in spelt_out(steps))
    every = f"<details><summary>Every product</summary>{lines}</details>" if lines else ""
    page = (
        f"{_ROW}<div>{field}</div><div>{_map(watch)}</div></div>",
        unit_svg(marks, WIDTH, height, in_words(steps)),
    )
    return Rendered(styled(*page, every), unit_words(watch, steps))
