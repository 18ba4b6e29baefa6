"""The network viewer's levels as still pictures, drawn from the scenes of the live page."""

from course.arithmetic import LayerError
from course.plots.marks import Box, Words
from course.plots.picture import BLUE, MARGIN, MUTED, SMALL, WIDTH, Picture, in_house_style
from course.plots.unit import in_words, unit_scene
from course.widgets.field_viewer.scene import image_scene as field_scene
from course.widgets.field_viewer.state import visible
from course.widgets.network_viewer.maps import image_scene, map_scene, sheet
from course.widgets.network_viewer.page import FEW, bars, render
from course.widgets.network_viewer.state import LEVELS, MANY, layout, look, steps_of
from course.widgets.network_viewer.words import title
from course.widgets.scene import draw, shifted

_SIDE, _BAR = 190, 80  # pixels on the page: of the image, and of a bar of 100 %


@in_house_style
def still(watch):
    """Return what is looked at as a Picture, or None where the level has nothing to show."""
    text = render(watch).text
    under = "Blue is above 0, white is 0, vermillion is below 0."
    if watch.level == LEVELS[0]:
        marks, height = _overview(watch)
        about, alt = f"The image, the answer, and each layer's most active maps. {under}", text
    elif watch.level == LEVELS[1]:
        marks, height = _layer(watch)
        about, alt = f"The unit's field on the image, its map, and all maps, the most active first. {under}", text
    else:
        try:
            steps = steps_of(watch)
        except LayerError:
            return None
        top, down = _near(watch)
        numbers, height = unit_scene(steps)
        marks, height = top + shifted(numbers, 0, down), height + down
        about, alt = "Every number that leads to it.", f"{text} {in_words(steps)}."
    picture = Picture(height + MARGIN, text.split(". ")[0].split(": they")[0].rstrip("."), about, alt=alt)
    picture.photographic = watch.level == LEVELS[0]
    page = picture.page()
    draw(marks, page)
    page.set(xlim=(0, WIDTH), ylim=(picture.body, 0))
    return picture


def _overview(watch):
    marks, wide, down = image_scene(watch, _SIDE)
    marks, y = shifted(marks, MARGIN, 0), down + 18
    left = MARGIN + max(len(name) for name, _, _ in bars(watch)) * 7 + 8
    for name, now, _ in bars(watch):
        marks.append(Words(left - 6, y, name, SMALL, "end"))
        marks.append(Box(left, y - 5, _BAR * now, 10, BLUE))
        marks.append(Words(left + _BAR * now + 5, y, f"{now:.1%}", SMALL, "start"))
        y += 17
    left, top = MARGIN + wide + 160, 0
    for stage in range(len(watch.stages)):
        maps, _, tall = sheet(watch.maps(stage), FEW, 34, FEW)
        marks.append(Words(left - 8, top + tall / 2, title(watch, stage), SMALL, "end"))
        marks += shifted(maps, left, top)
        top += tall + 5
    return marks, max(top, y)


def _near(watch):
    """Return the unit's field on the image, and its map, side by side; and their height."""
    looking = look(watch)
    marks, (left, top, wide, tall) = field_scene(looking, visible(looking), _SIDE)
    units, _, down = map_scene(watch, _SIDE)
    right = MARGIN + wide + 30
    size = "×".join(map(str, watch.maps().shape[:2]))
    named = Words(right, 8, f"map {watch.channel}: {size} units", SMALL, "start", colour=MUTED)
    return [*shifted(marks, MARGIN - left, -top), named, *shifted(units, right, 20)], max(tall, down + 20) + 12


def _layer(watch):
    marks, down = _near(watch)
    columns, tile = layout(watch)
    maps, _, tall = sheet(watch.maps(), columns, tile, MANY, watch.channel)
    return marks + shifted(maps, MARGIN, down), down + tall
