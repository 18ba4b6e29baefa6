"""The data set that ships as code: ten kinds of paper-cut shapes on patterned paper.

Every number comes from operations that IEEE 754 rounds in one way only (+ - * / sqrt, floor and
comparisons, on float64), and from `numpy.random.Generator.random`, whose stream NumPy keeps. So
the same seed gives the same bytes on every machine. That is why there is no sine, no power and no
matrix product below: those may differ in the last bit from one library to the next.

The signed distances follow Inigo Quilez, "2D distance functions",
https://iquilezles.org/articles/distfunctions2d/.
"""

import numpy as np

from course._given import check_seed, is_whole, shown
from course.data.dataset import Dataset

SIZE = 32
CELLS = 4  # confetti falls into 4 x 4 cells of 8 x 8 pixels, at most one piece in each
KNOTS = 6  # noise is interpolated between 6 x 6 random heights
NUMBERS = 13 + 5 * CELLS**2 + KNOTS**2  # random numbers an image takes
CHUNK = 40  # images drawn at once: few enough for a processor's cache

# Two tones of paper, its confetti, and three inks that stand out from all of those.
PALETTES = (
    "F7E8CF F0D9B2 E3B27A C43B32 1E5464 5B2A55",  # cream
    "DDECF1 C5DEE8 94BDD0 1D3557 C9374F A8480F",  # powder blue
    "DFEFDC C6E2C8 93C7A3 17503F BF3B2B 4A2C6B",  # mint
    "FAE0DA F4C8C1 E8A19B 8C1C3B 1C5361 3B3561",  # blush
    "E8E1F3 D5CAEA B09BD6 3C2A78 0B5A62 A92D56",  # lilac
    "FCF0C8 F6E19C E4BC54 2B4C7E BA3C0C 5A2B3C",  # butter
    "15213F 213158 4A6A9C F7C653 F58F7C A9E2E0",  # midnight
    "133A34 1D4F46 4A8C78 F5E5B5 F7A8A0 F3B93A",  # forest
    "3A1F48 4F2B60 8A5BA0 FFD166 FFB3C1 9BE3CE",  # aubergine
    "2B292E 3D3A42 77707C FF9369 F9EACB 8AD3C8",  # charcoal
    "0E4656 165C70 4A98A8 FFE4A6 FFB79E F8F1E4",  # deep teal
    "651B29 7D2836 B85A60 FCE4C2 FACA88 C1E3DF",  # oxblood
    "DB7A55 D26A47 EBA582 FFF3DF 3A1A2B 0F3540",  # terracotta
    "E6B744 DDA731 F0D07F 4A1942 15334F 7A1D1D",  # mustard
    "43A09B 38908B 79C0B8 FFF6DC 0F2F3A 4A1330",  # lagoon
    "7288CE 6277C0 9FB0E2 FFF2CF 1B1D4A 451047",  # periwinkle
)
COLOURS = np.array([[list(bytes.fromhex(c)) for c in p.split()] for p in PALETTES], dtype=np.float64)


def shapes(n=10_000, seed=0):
    """Return the generated data set: n training and n // 5 test images of ten drawn shapes.

    Image i shows class i mod 10, so every class has the same number of images and the first ten
    show one of each. Shape and everything else (colours, size, place, lean, pattern, confetti) are
    drawn independently, so no colour gives a class away. A larger n only adds images: those of
    shapes(100) are the first of shapes(200). Training and test images come from two random streams.

    Parameters
    ----------
    n : int
        How many training images, a multiple of 50.
    seed : int
        Which set. The kit's own results use 0.

    Returns
    -------
    Dataset
        uint8 images of shapes (n, 32, 32, 3) and (n // 5, 32, 32, 3), int64 labels.

    Raises
    ------
    ValueError
        When `n` is not a positive multiple of 50, or `seed` is no seed.
    """
    if not is_whole(n) or n < 50 or n % 50:
        raise ValueError(
            f"n is {shown(n)}; it must be 50, 100, 150 or a larger multiple of 50, so that the n training and the "
            "n // 5 test images show every class equally often."
        )
    check_seed(seed)
    test = _draw_split(n // 5, seed, 1)
    train = _draw_split(n, seed, 0)
    return Dataset(*train, *test, NAMES, "Shapes (generated)")


def _draw_split(count, seed, part):
    # 32 keeps these streams apart from those of split() and batch().
    numbers = np.random.default_rng([seed, part, 32, 32]).random((count, NUMBERS))
    images = np.empty((count, SIZE, SIZE, 3), np.uint8)
    labels = np.arange(count, dtype=np.int64) % len(NAMES)
    for start in range(0, count, CHUNK):
        some = slice(start, start + CHUNK)
        images[some] = _draw(numbers[some], labels[some])
    return images, labels


def _draw(numbers, labels):
    """Return one uint8 image for each row of random numbers, showing the class of its label."""
    count = len(labels)
    palette, ink, accent, size, x, y, turn, kind, angle, period, shift_x, shift_y, crowd = numbers[:, :13].T
    cells, knots = np.split(numbers[:, 13:], [5 * CELLS**2], axis=1)
    tone = _paper(_choose(kind, len(PATTERNS)), angle, period, shift_x, shift_y, knots)
    specks = _confetti(cells, crowd)
    distance, lit = _object(labels, size, x, y, turn)
    # Light comes from the upper left, so the shadow lies two pixels down and to the right.
    shade = 1 - 0.32 * np.clip(0.5 - 0.25 * distance[:, :-2, :-2], 0, 1)
    cover = _inside(distance[:, 2:, 2:])
    bright, dim = np.maximum(lit, 0), np.minimum(lit, 0)

    ink = _choose(ink, 3)
    # Three images in ten have confetti of another ink than the shape's.
    accent = np.where(accent < 0.3, 3 + (ink + 1) % 3, 2)
    colours = COLOURS[_choose(palette, len(COLOURS))]
    roles = [colours[np.arange(count), role] for role in (0, 1, accent, 3 + ink)]
    images = np.empty((count, SIZE, SIZE, 3), np.uint8)
    for channel in range(3):
        light, dark, confetti, paint = (colour[:, channel, None, None] for colour in roles)
        plane = light + (dark - light) * tone
        plane += (confetti - plane) * specks
        plane *= shade
        plane += (paint + (255 - paint) * bright + paint * dim - plane) * cover
        images[..., channel] = plane + 0.5
    return images


def _choose(u, options):
    return np.floor(u * options).astype(np.intp)


def _inside(distance):
    # A pixel is partly covered while the outline passes within half a pixel of its centre.
    return np.clip(0.5 - distance, 0, 1)


def _length(x, y):
    return np.sqrt(x * x + y * y)


def _tilted(t):
    # Cosine and sine of the angle whose half has the tangent t: exact to the bit, unlike cos and sin.
    return (1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)


def _direction(u):
    """Turn numbers from 0 to 1 into unit vectors, very nearly uniform: a quarter turn, then a tilt."""
    quarter = np.floor(4 * u)
    cosine, sine = _tilted((2 * (4 * u - quarter) - 1) * 0.41421356237309503)
    odd = quarter % 2 == 1
    sign = np.where(quarter < 2, 1.0, -1.0)
    return sign * np.where(odd, -sine, cosine), sign * np.where(odd, cosine, sine)


# Paper: each pattern mixes the two tones, as numbers from 0 to 1, at the turned positions (u, v).


def _sawtooth(u, period):
    return u - np.floor(u / period) * period - period / 2


def _stripes(u, period):
    return np.clip(np.abs(_sawtooth(u, period)) - period / 4 + 0.5, 0, 1)


def _checks(u, v, period, knots):
    a, b = _stripes(u, 1.4 * period), _stripes(v, 1.4 * period)
    return a + b - 2 * a * b


def _clouds(u, v, period, knots):
    position = (np.arange(SIZE) + 0.5) * (KNOTS - 1) / SIZE
    low = np.floor(position).astype(np.intp)
    part = position - low
    part = part * part * (3 - 2 * part)
    knots = knots.reshape(-1, KNOTS, KNOTS)
    rows = knots[:, low] + (knots[:, low + 1] - knots[:, low]) * part[:, None]
    return rows[:, :, low] + (rows[:, :, low + 1] - rows[:, :, low]) * part


def _contours(u, v, period, knots):
    height = 4 * _clouds(u, v, period, knots)
    step = np.floor(height)
    return (step + np.clip((height - step - 0.5) * 3 + 0.5, 0, 1)) / 4


PATTERNS = (
    lambda u, v, period, knots: np.clip(0.5 + u / SIZE, 0, 1),
    lambda u, v, period, knots: _stripes(u, period),
    lambda u, v, period, knots: (_stripes(u, period) + _stripes(v, period)) / 2,
    lambda u, v, period, knots: _stripes(_length(u, v), period),
    lambda u, v, period, knots: _stripes(u + 1.8 * np.abs(_sawtooth(v, 2 * period)), period),
    lambda u, v, period, knots: _inside(_length(_sawtooth(u, period), _sawtooth(v, period)) - 0.3 * period),
    _checks,
    _clouds,
    _contours,
)


def _paper(kind, angle, period, shift_x, shift_y, knots):
    pixel = np.arange(SIZE)
    x, y = pixel - SIZE * shift_x[:, None, None], pixel[:, None] - SIZE * shift_y[:, None, None]
    cosine, sine = (a[:, None, None] for a in _direction(angle))
    u, v = cosine * x + sine * y, cosine * y - sine * x
    period = (5 + 5 * period)[:, None, None]
    tone = np.empty(u.shape)
    for k, pattern in enumerate(PATTERNS):
        here = kind == k
        tone[here] = pattern(u[here], v[here], period[here], knots[here])
    return tone


def _confetti(cells, crowd):
    """Return how much of each pixel a dot or a dash covers."""
    cells = cells.reshape(-1, 5, CELLS, CELLS, 1, 1)
    present, turn, x, y, length = cells.transpose(1, 0, 2, 3, 4, 5)
    pixel = np.arange(SIZE // CELLS) - 3.5
    x, y = pixel - 3 * (x - 0.5), pixel[:, None] - 3 * (y - 0.5)
    cosine, sine = _direction(turn)
    along, across = cosine * x + sine * y, cosine * y - sine * x
    half = np.where(length < 0.5, 0.0, 1 + 1.5 * length)
    distance = _length(along - np.clip(along, -half, half), across) - np.where(half > 0, 0.7, 1.2)
    cover = _inside(distance) * (present < 0.45 * crowd[:, None, None, None, None])
    return cover.transpose(0, 1, 3, 2, 4).reshape(-1, SIZE, SIZE)


# Shapes: signed distances, negative inside, to an outline of about radius 1 round the origin.
# x runs right and y down, as in the image.


def _box(x, y, half_width, half_height):
    x, y = np.abs(x) - half_width, np.abs(y) - half_height
    return _length(np.maximum(x, 0), np.maximum(y, 0)) + np.minimum(np.maximum(x, y), 0)


def _polygon(x, y, corners):
    """Return the distance to a polygon that y = 0 cuts into mirrored halves, from one half's corners."""
    y = np.abs(y)
    nearest, inside = np.inf, False
    for (ax, ay), (bx, by) in zip(corners[:-1], corners[1:], strict=True):
        ex, ey, px, py = bx - ax, by - ay, x - ax, y - ay
        t = np.clip((px * ex + py * ey) / (ex * ex + ey * ey), 0, 1)
        gx, gy = px - t * ex, py - t * ey
        nearest = np.minimum(nearest, gx * gx + gy * gy)
        # A point is inside when an odd number of edges pass on its far side from the axis.
        over = (x >= min(ax, bx)) & (x < max(ax, bx))
        inside = inside ^ (over & ((py * ex < px * ey) if ex > 0 else (py * ex > px * ey)))
    return np.where(inside, -1.0, 1.0) * np.sqrt(nearest)


def _crescent(x, y):
    # A disc of radius 0.92 less one of radius 0.76 centred at (0.42, 0): they cross at two tips.
    x, y = x + 0.12, np.abs(y)
    tip_x, tip_y = 0.53, 0.7519973404208289
    arcs = np.maximum(_length(x, y) - 0.92, 0.76 - _length(x - 0.42, y))
    near_tip = x * tip_y - y * tip_x > 0.42 * np.maximum(tip_y - y, 0)
    return np.where(near_tip, _length(x - tip_x, y - tip_y), arcs) - 0.04


def _heart(x, y):
    x, y = np.abs(x) / 1.55, 0.55 - y / 1.55
    lobe = _length(x - 0.25, y - 0.75) - 0.35355339059327373
    foot = np.maximum(x + y, 0) / 2
    flank = np.minimum(_length(x, y - 1), _length(x - foot, y - foot))
    return 1.55 * np.where(x + y > 1, lobe, np.where(x > y, flank, -flank)) - 0.03


def _flower(x, y):
    x, y = -y, np.abs(x)
    petals = np.minimum(_length(x - 0.6, y), _length(x - 0.18541020, y - 0.57063391))
    petals = np.minimum(petals, _length(x + 0.48541020, y - 0.35267115)) - 0.36
    return np.maximum(np.minimum(petals, _length(x, y) - 0.5), 0.2 - _length(x, y))


TRIANGLE = ((0.96, 0), (-0.48, 0.83138439), (-0.48, 0))
ARROW = ((0.98, 0), (0.14, 0.76), (0.14, 0.24), (-0.9, 0.24), (-0.9, 0))
STAR = ((0.98, 0), (0.36405765, 0.26450336), (0.30283665, 0.93203539))
STAR += ((-0.13905765, 0.42797545), (-0.79283665, 0.57602954), (-0.45, 0))

OUTLINES = {
    "circle": lambda x, y: _length(x, y) - 0.86,
    "ring": lambda x, y: np.abs(_length(x, y) - 0.72) - 0.24,
    "square": lambda x, y: _box(x, y, 0.7, 0.7) - 0.04,
    "triangle": lambda x, y: _polygon(-y, x, TRIANGLE) - 0.09,
    "star": lambda x, y: _polygon(-y, x, STAR) - 0.06,
    "cross": lambda x, y: np.minimum(_box(x, y, 0.88, 0.22), _box(x, y, 0.22, 0.88)) - 0.07,
    "crescent": _crescent,
    "heart": _heart,
    "arrow": lambda x, y: _polygon(x, y, ARROW) - 0.07,
    "flower": _flower,
}
NAMES = tuple(OUTLINES)


def _object(labels, size, x, y, turn):
    """Return distances in pixels from two pixels above and left of the image on, and the light on it."""
    radius = 10 + 3 * size
    room = SIZE - 2 * radius - 2
    x, y = (SIZE - 1) / 2 + (x - 0.5) * room, (SIZE - 1) / 2 + (y - 0.5) * room
    # Mirrored or not, then leaning up to 20 degrees either way: 0.1763 is the tangent of half that.
    mirrored = np.floor(2 * turn)
    cosine, sine = _tilted((2 * (2 * turn - mirrored) - 1) * 0.1763)
    radius, x, y, mirrored, cosine, sine = (
        a[:, None, None] for a in (radius, x, y, mirrored, cosine, sine)
    )
    pixel = np.arange(-2, SIZE)
    x, y = (pixel - x) / radius, (pixel[:, None] - y) / radius
    u, v = (1 - 2 * mirrored) * (cosine * x + sine * y), cosine * y - sine * x
    distance = np.empty(u.shape)
    for k, outline in enumerate(OUTLINES.values()):
        here = labels == k
        distance[here] = outline(u[here], v[here])
    return distance * radius, np.clip(-0.112 * (x + y)[:, 2:, 2:], -0.16, 0.16)
