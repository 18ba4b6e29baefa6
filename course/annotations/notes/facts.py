"""What numbers beside a layer could be: whether they are what a label says, or follow from others."""

from course.annotations.notes.note import form_of
from course.annotations.truth import Moves

MOST = 50  # layers from one number to the next that follows from it


class Facts:
    """The truth about one network, to be asked what is true at a layer.

    Parameters
    ----------
    noted : sequence of Noted
    truth : Truth
    """

    def __init__(self, noted, truth):
        self.noted, self.truth, self.numbers = noted, truth, {}
        self.moves = Moves(truth.ledger)

    def fits(self, label, token, layer):
        """Return whether a number is what a label says of a layer's output, or of the layer."""
        form, value = form_of(token), token.value
        if form == "other":
            return False
        row = self.truth.rows[layer]
        if label in ("size", "entering"):
            shape = row.output_shape if label == "size" else self.into(layer)
            return shape is not None and _is_shape(form, value, shape)
        if label in ("field", "before"):
            field = row.nominal_receptive_field
            if label == "before":
                parent = self.moves.parents[layer]
                field = (1, 1) if parent < 0 else self.truth.rows[parent].nominal_receptive_field
            return form in ("number", "area") and pair_of(value) == field
        if form == "number":
            if layer not in self.numbers:
                self.numbers[layer] = self._numbers(layer, row)
            return value in self.numbers[layer][label]
        if label == "image":
            return self.truth.image is not None and tuple(value) == self.truth.image[: len(value)]
        kernel = self._taps(layer)[0]
        return label == "kernel" and tuple(value[:2]) == kernel

    def _numbers(self, layer, row):
        kernel, strides, padding = self._taps(layer)
        shape, into = row.output_shape, self.into(layer)
        return {
            "channels": (shape[-1],) if shape else (),
            "parameters": (row.parameters,),
            "macs": (row.macs,) if row.macs else (),
            "kernel": kernel[:1],
            "stride": strides[:1],
            "jump": row.row.jump[:1],
            "start": row.row.start[:1],
            "taken": (into[-1],) if into else (),
            "ordinal": (layer + 1,),
            "padding": padding,
            "image": self.truth.image or (),
        }

    def _taps(self, layer):
        each = self.truth.rows[layer].row.layer
        if not hasattr(each, "taps"):
            return (), (), ()
        kernel, strides, _ = each.taps()
        return kernel, strides, (0,) if each.padding == "valid" else (kernel[0] // 2, 1)

    def into(self, layer):
        """Return the shape of what goes into a layer."""
        parent = self.moves.parents[layer]
        return self.truth.image if parent < 0 else self.truth.rows[parent].output_shape

    def follows(self, label, before, place):
        """Return whether a number is one layer's right step, or several, from the number before it."""
        a, b = before.token.value, place.token.value
        if label == "field" and form_of(place.token) in ("number", "area"):
            fields = [self.truth.rows[i].nominal_receptive_field for i in (before.layer, place.layer)]
            if None in (*fields[0], *fields[1]) or isinstance(a, int) != isinstance(b, int):
                return False
            return pair_of(a)[0] - fields[0][0] == pair_of(b)[0] - fields[1][0] and before.layer < place.layer
        if label == "size" and before.layer < place.layer:
            return self.moves.lead(before.layer, pair_of(a), place.layer, MOST) == pair_of(b)
        return False

    def steps(self, label, place):
        """Return whether a number is the layer's right step from the one written before its arrow."""
        token, before = place.token, place.token.before
        if before is None or isinstance(before, int) != isinstance(token.value, int):
            return False
        if label == "size":
            return self.moves.each[place.layer].after(pair_of(before)) == pair_of(token.value)
        parent = self.moves.parents[place.layer]
        fields = [(1, 1) if parent < 0 else self.truth.rows[parent].nominal_receptive_field,
                  self.truth.rows[place.layer].nominal_receptive_field]  # fmt: skip
        if label != "field" or None in (*fields[0], *fields[1]):
            return False
        return pair_of(token.value)[0] - pair_of(before)[0] == fields[1][0] - fields[0][0]


def _is_shape(form, value, shape):
    """Return whether a number can mean this shape."""
    if len(shape) != 3:
        units = shape[-1]
        if form == "number":
            return value == units
        return units is not None and (value in ((1, units), (units, 1), (1, 1, units), (1, 1)))
    if form == "number":
        return value in shape[:2]
    if form == "area":
        return tuple(value) == shape[:2]
    value = value[-3:]
    channels = shape[2]
    return tuple(value[:2]) == shape[:2] and channels in (None, value[2])


def pair_of(value):
    """Return a number, or the first of a shape, as (height, width)."""
    return (value, value) if isinstance(value, int) else tuple(value[:2]) if len(value) > 1 else tuple(value) * 2
