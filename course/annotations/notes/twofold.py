"""Numbers that can be read in two ways, of which the layer they stand beside tells the right one."""

from course.annotations.notes.note import SEEING, count_of, without_batch
from course.annotations.notes.tokens import Token


def settle_twofold(facts, notes):
    """Settle what each note leaves open on its own, and return the notes of which sizes have channels first.

    Parameters
    ----------
    facts : Facts
    notes : list of (int, Note)
        Each with the number of its layer.
    """
    turned = []
    for layer, note in notes:
        for label in ("parameters", "macs"):
            _thousands(note, label, getattr(facts.truth.rows[layer], label))
        for token in note.values:
            if token.label == "field" and token.word.partition(" ")[0] in SEEING:
                if facts.fits("kernel", token, layer) and not facts.fits("field", token, layer):
                    token.label = "ignore"  # "sees 3x3 pixels of the input", its own
            if token.label is None and token.terms is not None:
                token.label = _formula(facts, token, layer)
            shape = facts.into(layer) if token.label == "entering" else facts.truth.rows[layer].output_shape
            if token.label in (None, "size", "entering") and _has_channels_first(token, shape):
                channels, *plane = without_batch(token)
                token.value = (*plane, channels)
                turned.append(note)
    return turned


def _formula(facts, token, layer):
    """Return what "3*3*3*64 + 64 = 1792" counts, where its result or its terms fit that and nothing else."""
    if any(facts.fits(label, token, layer) for label in ("size", "field", "channels", "entering")):
        return None
    true = {label: getattr(facts.truth.rows[layer], label) for label in ("parameters", "macs")}
    return next((label for label, n in true.items() if n and n in (count_of(token), token.terms)), None)


def _thousands(note, label, true):
    """Read "3 128 params" as two numbers where a layer holds 128, "5 4 640 params" as 4640 where it holds that."""
    for token in [token for token in note.values if token.label == label and "_" in token.text]:
        parts = token.text.split("_")
        if str(true) in parts:
            at = next(i for i, each in enumerate(note.values) if each is token)
            note.values[at : at + 1] = [
                Token("number", part, int(part), label if part == str(true) else None) for part in parts
            ]
    for first, second in zip(note.tokens, note.tokens[1:], strict=False):
        if second.label == label and first.label is None and f"{first.text}{second.text}" == str(true):
            if len(second.text) == 3:
                note.values = [token for token in note.values if token is not first]
                second.value = true


def _has_channels_first(token, shape):
    """Return whether a size makes sense as (channels, height, width), and none as (height, width, channels)."""
    if isinstance(token.value, int) or shape is None or len(shape) != 3 or len(without_batch(token)) != 3:
        return False
    value = without_batch(token)
    if value[:2] == shape[:2] or value[2] == shape[2]:
        return False
    channels, height, width = value
    if token.kind == "list" and token.label is None:
        return (height, width, channels) == shape
    return (height, width) == shape[:2] or (height == width and channels == shape[2])
