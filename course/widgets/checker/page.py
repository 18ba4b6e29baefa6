"""What the checker shows for a text: the table of its notes, and a sentence for each mistake."""

import re
from dataclasses import dataclass
from functools import lru_cache

from course import annotations
from course.widgets.rendered import Rendered, paragraph, styled

EXAMPLE = """model = Sequential()
model.add(Conv2D(32, 3, padding='same', input_shape=(32, 32, 3)))  # 32x32x32, RF 3
model.add(MaxPooling2D(2))  # 16x16x32, RF 6
model.add(Conv2D(64, 3, padding='same'))  # 16x16x64, RF 10
"""


@dataclass(frozen=True)
class Notes:
    """A text with notes, and how to read it.

    Parameters
    ----------
    text : str
        Keras code with notes, or a pasted summary.
    image : str
        The image, such as "32x32x3", where the text does not say; empty to take it from the notes.
    model : int or None
        Of several models in the text, its number counted from 1; None for the one with the most notes.
    """

    text: str = EXAMPLE
    image: str = ""
    model: int | None = None


@lru_cache(8)  # the page and the choice of a model both ask
def findings(state):
    """Return the Findings for a state.

    Raises
    ------
    ReadError
        When there is nothing to check, or the image is not written as it should be.
    """
    image = state.image.strip().lower()
    if image and not re.fullmatch(r"[1-9]\d{0,4}([x×,* ]+[1-9]\d{0,4}){2}", image):
        raise annotations.ReadError(f"The image is {image!r}; write it as 32x32x3.")
    if not state.text.strip():
        raise annotations.ReadError("Paste a network here, with its notes beside the layers.")
    # A text that is only one line might be taken for a file's name.
    return annotations.check(f"{state.text}\n", tuple(map(int, re.findall(r"\d+", image))) or None, state.model)


def render(state):
    """Return the Rendered for a state: never an error, whatever the text holds.

    Parameters
    ----------
    state : Notes
    """
    try:
        found = findings(state)
    except annotations.ReadError as why:
        return Rendered(styled(paragraph(str(why), "wrong")), str(why))
    mistake = found.first_mistake()
    return Rendered(styled(found._repr_html_()), found.summary() + (f" First: {mistake}." if mistake else ""))


def models(state):
    """Return (title, number) of each model in a text."""
    try:
        found = findings(state)
    except annotations.ReadError:
        return [("the text", None)]
    names = [name or "without a name" for name, _, _ in found.models]
    return [("the one with the most notes", None), *((f"{i} {name}", i) for i, name in enumerate(names, start=1))]
