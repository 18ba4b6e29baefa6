"""The image's height and width, where a text does not say: what the first noted size and most others fit."""

from course.annotations.truth import Moves
from course.arithmetic.layer import RESHAPING, RESIZING

COMMON = (32, 28, 64, 224, 96, 128, 256, 299, 48, 160, 192, 150, 227, 512)
WIDEST = 64  # how many sizes that lead to one noted size are looked at
MOST = 64  # and how many in all


def image_sides(truth, sizes):
    """Return the (height, width) that fits the first noted size and the most others, and how many it fits.

    Parameters
    ----------
    truth : Truth
        With any image.
    sizes : dict of int to (int, int)
        Noted (height, width) of layers.

    Returns
    -------
    ((int, int) or None, int)
        Nothing where no image leads to any of them.
    """
    moves = Moves(truth.ledger)
    # A mistake is mostly built on by what follows, so the first note counts.
    first = min(sizes)
    sides = [_before(moves, first, sizes[first][axis]) for axis in (0, 1)]
    if None in sides:
        return None, 0
    square = sizes[first][0] == sizes[first][1]
    candidates = list(zip(*sides, strict=True)) if square else [(sides[0][0], sides[1][0])]
    ranked = sorted(candidates, key=lambda pair: (pair[0] not in COMMON, pair[0] % 2, pair))[:MOST]
    best, fits = None, 0
    for image in ranked:
        count = sum(moves.lead(-1, image, layer) == plane for layer, plane in sizes.items())
        if count > fits:
            best, fits = image, count
    return best, fits


def _before(moves, layer, size):
    """Return the sides of an image that lead to a size along one axis; None where they can't be told."""
    low = high = size
    while layer >= 0:
        move = moves.each[layer]
        if move.shape is None or len(move.shape) != 3 or move.true == (1, 1) != (size, size):
            return None
        if hasattr(move.layer, "output_padding"):
            return None
        if move.padding is not None:
            kernels, strides, dilations = move.layer.taps()
            extent, stride = (kernels[0] - 1) * dilations[0] + 1, strides[0]
            if move.padding == "valid":
                low, high = (low - 1) * stride + extent, (high - 1) * stride + extent + stride - 1
            else:
                low, high = (low - 1) * stride + 1, high * stride
        elif move.layer.role in (RESIZING, RESHAPING):
            grown = [n for n in range(1, 2 * high + 16) if (move.after((n, n)) or (0,))[0] in range(low, high + 1)]
            if not grown or move.layer.role == RESHAPING:
                return None
            low, high = grown[0], grown[-1]
        layer = moves.parents[layer]
    if low < 1 or low > 10_000:
        return None
    return list(range(low, min(high, low + WIDEST) + 1))
