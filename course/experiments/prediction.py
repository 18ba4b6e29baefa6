"""What the ledger says beforehand about telling two distances apart."""

from course.inspection import ledger_of


def last_units(model):
    """Return the ledger's row of the layer before the global pooling.

    Parameters
    ----------
    model : keras.Model
        A chain of layers with a GlobalAveragePooling2D.

    Returns
    -------
    course.arithmetic.Row
        Its `receptive_field`, `jump` and `sees` decide what the network can tell apart.

    Raises
    ------
    ValueError
        When the network has no global average pooling after another layer.
    """
    rows = list(ledger_of(model))
    for row, following in zip(rows, rows[1:], strict=False):
        if following.kind == "GlobalAveragePooling2D":
            return row
    raise ValueError(
        f"{model.name} has no GlobalAveragePooling2D after another layer: add one before its Dense layer."
    )


def share_seen(row, distance):
    """Return in what share of all places some unit sees both of two dots.

    Dots `distance` apart span distance + 1 pixels. Without holes and with a jump of 1, a unit sees
    both somewhere just when distance + 1 <= receptive field: the share is 0 or 1. A larger jump
    leaves out places: the share is (receptive field - distance) / jump, or 1 where that is more.
    Here it is counted, from the pixels that each unit touches, and so it is right for holes too.

    Parameters
    ----------
    row : course.arithmetic.Row
        The units, see `last_units`.
    distance : int
        From one dot to the other, along the rows of the image, in pixels.

    Returns
    -------
    float
        From 0 to 1.
    """
    fields, jump = set(row.sees[1]), row.jump[1]
    pairs_of_dots = [(1 | 1 << distance) << place for place in range(jump)]
    return sum(any(field & dots == dots for field in fields) for dots in pairs_of_dots) / jump


def best_accuracy(row, distance_a, distance_b):
    """Return the highest accuracy a network can have on `pairs` with these last units, over all places.

    Where some unit sees both dots of the one class, the network can be right about both classes:
    what it does not see is the other class. In all other places it guesses.

    Parameters
    ----------
    row : course.arithmetic.Row
        The units, see `last_units`.
    distance_a, distance_b : int
        In pixels.

    Returns
    -------
    float
        From 0.5 to 1.
    """
    return (1 + max(share_seen(row, distance_a), share_seen(row, distance_b))) / 2
