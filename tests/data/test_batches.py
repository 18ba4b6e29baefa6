"""Splits, augmentation and batches: pure functions, checked against plain loops."""

import hashlib

import numpy as np
import pytest

from course.data import Augmentation, augment, batch, split
from course.data.batches import _zoom

EVERYTHING = Augmentation(flip=True, crop=4, zoom=0.1)

# The kit's records name only a seed. If one of these changes, no record can be repeated.
PLAIN_LABELS = [18, 8, 15, 4, 49, 32, 0, 45, 36, 40]
AUGMENTED_DIGEST = "2dd4d4e3d2c48c3b"
SPLIT_DIGEST = "76ba27fdc82ffda1"


def random_images(count, seed=0):
    images = np.random.default_rng(seed).integers(0, 256, (count, 32, 32, 3), np.uint8)
    images.flags.writeable = False  # so that no function can change its input unseen
    return images


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


# --- batches -------------------------------------------------------------------------------------


def ids_of_epoch(count, batch_size, **which):
    images = np.zeros((count, 32, 32, 3), np.uint8)
    steps = count // batch_size
    parts = [batch(images, np.arange(count), step=s, batch_size=batch_size, **which)[1] for s in range(steps)]
    return np.concatenate(parts)


def test_a_batch_depends_on_seed_epoch_and_step_alone():
    images, labels = random_images(64), np.arange(64)

    def get(seed, epoch, step):
        return batch(
            images, labels, seed=seed, epoch=epoch, step=step, batch_size=8, augmentation=EVERYTHING
        )

    keys = [(seed, epoch, step) for seed in (0, 1) for epoch in (0, 1, 2) for step in (0, 1, 7)]
    first = {key: get(*key) for key in keys}
    np.random.seed(3)  # NumPy's global generator must not matter
    for key in reversed(keys):
        again = get(*key)
        assert (again[0] == first[key][0]).all() and (again[1] == first[key][1]).all()
    assert len({digest(x) for x, _ in first.values()}) == len(keys)


def test_batches_have_the_images_of_their_labels():
    images, labels = random_images(40), np.arange(40)
    x, y = batch(images, labels, seed=5, epoch=3, step=2, batch_size=8)
    assert x.dtype == np.uint8 and x.shape == (8, 32, 32, 3)
    assert (x == images[y]).all()


@pytest.mark.parametrize(("count", "batch_size"), [(96, 32), (100, 32), (7, 7), (5, 1)])
def test_an_epoch_visits_no_image_twice(count, batch_size):
    ids = ids_of_epoch(count, batch_size, seed=0, epoch=0)
    assert len(ids) == count // batch_size * batch_size
    assert len(set(ids)) == len(ids)


def test_epochs_and_seeds_have_orders_of_their_own():
    orders = {
        tuple(ids_of_epoch(96, 32, seed=seed, epoch=epoch)) for seed in range(3) for epoch in range(5)
    }
    assert len(orders) == 15


@pytest.mark.parametrize("step", [-1, 3, 400])
def test_a_step_beyond_the_epoch_is_refused(step):
    images = random_images(100)
    with pytest.raises(ValueError, match=f"no step {step}: 100 images make 3 batches of 32"):
        batch(images, np.arange(100), seed=0, epoch=0, step=step, batch_size=32)


def test_augmentation_does_not_repeat_the_numbers_that_order_the_epoch():
    # NumPy seeds [0, 4, 0] and [0, 4] alike.
    count = 256
    images = random_images(count)
    x, y = batch(
        images, np.arange(count), seed=0, epoch=4, step=0, batch_size=count, augmentation=Augmentation(flip=True)
    )
    flipped = (x != images[y]).any(axis=(1, 2, 3))
    assert (flipped != (np.random.default_rng([0, 4]).random(count) < 0.5)).any()


def test_batches_are_the_same_on_every_machine():
    images, labels = random_images(50), np.arange(50)
    plain = batch(images, labels, seed=1, epoch=2, step=3, batch_size=10)
    augmented = batch(images, labels, seed=1, epoch=2, step=3, batch_size=10, augmentation=EVERYTHING)
    assert plain[1].tolist() == PLAIN_LABELS
    assert digest(augmented[0]) == AUGMENTED_DIGEST


# --- augmentation --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "augmentation",
    [
        Augmentation(), Augmentation(flip=True), Augmentation(crop=4), Augmentation(zoom=0.3),
        Augmentation(cutout=8), EVERYTHING,
    ],
)
def test_augmented_images_are_new_uint8_arrays(augmentation):
    images = random_images(6)
    before = images.copy()
    out = augment(images, augmentation, np.random.default_rng(0))
    assert out.dtype == np.uint8 and out.shape == images.shape and out.flags.c_contiguous
    assert not np.shares_memory(out, images) and (images == before).all()


def test_no_augmentation_is_the_identity():
    images = random_images(6)
    assert (augment(images, Augmentation(zoom=0.0), np.random.default_rng(0)) == images).all()


def test_flip_mirrors_about_half_and_does_nothing_else():
    images = random_images(1000)
    out = augment(images, Augmentation(flip=True), np.random.default_rng(0))
    same = (out == images).all(axis=(1, 2, 3))
    mirrored = (out == images[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (same ^ mirrored).all()
    assert 450 < mirrored.sum() < 550


def test_crop_cuts_every_window_of_the_reflected_image_and_no_other():
    image = random_images(1)[0]
    padded = np.pad(image, ((4, 4), (4, 4), (0, 0)), mode="reflect")
    windows = {padded[r : r + 32, c : c + 32].tobytes() for r in range(9) for c in range(9)}
    out = augment(np.repeat(image[None], 1000, axis=0), Augmentation(crop=4), np.random.default_rng(0))
    assert len(windows) == 81
    assert {crop.tobytes() for crop in out} == windows


def shown(epoch, seed=0, count=40, flip="alternating"):
    """Which images an epoch mirrors, in the order of the images."""
    images, found = random_images(count), np.zeros(count, bool)
    for step in range(count // 8):
        x, y = batch(
            images, np.arange(count), seed=seed, epoch=epoch, step=step, batch_size=8,
            augmentation=Augmentation(flip=flip),
        )  # fmt: skip
        found[y] = (x == images[y][:, :, ::-1]).all(axis=(1, 2, 3))
        assert (found[y] | (x == images[y]).all(axis=(1, 2, 3))).all()
    return found


def test_alternating_flips_show_each_image_the_other_way_round_in_the_next_epoch():
    first = shown(0)
    assert 10 < first.sum() < 30
    assert (shown(1) == ~first).all() and (shown(2) == first).all() and (shown(7) == ~first).all()
    assert (shown(0, seed=1) != first).any()
    assert (shown(1, flip=True) != ~shown(0, flip=True)).any()


@pytest.mark.parametrize("side", [1, 5, 8, 32])
def test_cutout_greys_out_one_square_and_leaves_the_rest(side):
    image = np.full((32, 32, 3), 7, np.uint8)
    out = augment(np.repeat(image[None], 2000, axis=0), Augmentation(cutout=side), np.random.default_rng(0))
    grey = (out == 128).all(axis=3)
    assert ((out == 7).all(axis=3) ^ grey).all()
    rows, columns = grey.any(axis=2), grey.any(axis=1)
    # A square: what is grey is a block of rows by a block of columns.
    assert (grey == rows[:, :, None] & columns[:, None, :]).all()
    assert (np.abs(np.diff(rows.astype(int), axis=1)).sum(axis=1) <= 2).all()
    # Its centre is anywhere on the image, and what hangs over the edge is lost.
    seen = {(row.argmax(), row.sum()) for row in rows}
    lows = [centre - side // 2 for centre in range(32)]
    assert seen == {(max(0, low), min(32, low + side) - max(0, low)) for low in lows}


def test_crop_keeps_images_that_are_not_square():
    images = np.arange(2 * 6 * 9 * 3, dtype=np.uint8).reshape(2, 6, 9, 3)
    assert augment(images, Augmentation(crop=3), np.random.default_rng(0)).shape == images.shape


def slow_zoom(image, down, across):
    """Bilinear zoom, a pixel at a time: whoever stands at distance d sees what lay at factor * d."""
    height, width, channels = image.shape
    out = np.zeros(image.shape)

    def source(i, size, factor):
        centre = (size - 1) / 2
        position = min(max((i - centre) * factor + centre, 0), size - 1)
        low = min(int(position), size - 2)
        return low, position - low

    for i in range(height):
        row, v = source(i, height, down)
        for j in range(width):
            column, h = source(j, width, across)
            for c in range(channels):
                a, b = float(image[row, column, c]), float(image[row, column + 1, c])
                d, e = float(image[row + 1, column, c]), float(image[row + 1, column + 1, c])
                out[i, j, c] = (1 - v) * ((1 - h) * a + h * b) + v * ((1 - h) * d + h * e)
    return out


@pytest.mark.parametrize("shape", [(32, 32, 3), (7, 12, 3), (2, 2, 1)])
def test_zoom_agrees_with_plain_loops(shape):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (5, *shape), np.uint8)
    factors = np.array([[0.9, 1.1, 1.0, 0.1, 1.9], [1.1, 1.1, 0.93, 1.7, 0.5]])
    exact = np.stack([slow_zoom(image, *f) for image, f in zip(images, factors.T, strict=True)])
    # Positions are kept to 1/256 of a pixel: up to 255 * 2/512 before rounding.
    assert np.abs(_zoom(images, factors) - exact).max() <= 255 * 2 / 512 + 0.5


def test_zoom_by_whole_256ths_is_exact():
    # 17 pixels put the centre on one, and factors of k/16 put every position on a 256th of a pixel.
    images = np.random.default_rng(2).integers(0, 256, (4, 17, 17, 3), np.uint8)
    factors = np.array([[15, 17, 16, 11], [18, 14, 15, 21]]) / 16
    exact = np.stack([slow_zoom(image, *f) for image, f in zip(images, factors.T, strict=True)])
    assert (_zoom(images, factors) == np.rint(exact)).all()


def test_zoom_by_exactly_one_is_the_identity():
    images = random_images(4)
    assert (_zoom(images, np.ones((2, 4))) == images).all()


def test_zoom_of_one_colour_is_that_colour():
    images = np.full((3, 32, 32, 3), 255, np.uint8)
    assert (_zoom(images, np.array([[0.5, 1.3, 0.91], [1.7, 0.6, 1.09]])) == 255).all()


def test_a_factor_above_one_shrinks_and_axes_are_independent():
    image = np.zeros((1, 32, 32, 3), np.uint8)
    image[:, 8:24, 8:24] = 200
    out = _zoom(image, np.array([[2.0], [0.5]]))[0, :, :, 0] > 100
    rows, columns = out.any(axis=1), out.any(axis=0)
    assert rows.nonzero()[0].tolist() == list(range(12, 20))
    assert columns.all()


def test_zoom_draws_both_factors_from_its_range():
    # On a ramp, the step from one pixel to the next is the factor itself.
    ramp = np.zeros((400, 32, 32, 3), np.uint8)
    ramp[..., 0] = 4 * np.arange(32)[:, None]
    ramp[..., 1] = 4 * np.arange(32)
    out = augment(ramp, Augmentation(zoom=0.1), np.random.default_rng(0)).astype(float)
    down = (out[:, 26, 16, 0] - out[:, 6, 16, 0]) / 80
    across = (out[:, 16, 26, 1] - out[:, 16, 6, 1]) / 80
    for factor in (down, across):
        assert 0.88 < factor.min() < 0.92 and 1.08 < factor.max() < 1.12
        assert abs(factor.mean() - 1) < 0.01
    assert abs(np.corrcoef(down, across)[0, 1]) < 0.15


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"zoom": 1}, "zoom is 1; it must be at least 0 and below 1"),
        ({"zoom": -0.1}, "zoom is -0.1"),
        ({"zoom": float("nan")}, "zoom is nan"),
        ({"zoom": "a"}, "zoom is 'a'; it must be at least 0 and below 1"),
        ({"zoom": None}, "zoom is None"),
        ({"zoom": True}, "zoom is True"),
        ({"crop": True}, "crop is True"),
        ({"crop": -1}, "crop is -1; it must be a whole number of pixels from 0 to 31"),
        ({"crop": 32}, "crop is 32"),
        ({"crop": 2.5}, "crop is 2.5"),
        ({"flip": "sometimes"}, "flip is 'sometimes'; it must be False, True or 'alternating'"),
        ({"flip": 2}, "flip is 2"),
        ({"flip": 1}, "flip is 1"),
        ({"flip": None}, "flip is None"),
        ({"cutout": 33}, "cutout is 33; it must be a whole number of pixels from 0 to 32"),
        ({"cutout": 1.5}, "cutout is 1.5"),
    ],
)
def test_wrong_augmentation(wrong, sentence):
    with pytest.raises(ValueError, match=sentence):
        Augmentation(**wrong)


# --- splits --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cifar_like():
    return np.arange(50_000) % 10


def test_the_split_is_balanced_disjoint_and_complete(cifar_like):
    kept, held_out = split(cifar_like)
    assert np.bincount(cifar_like[held_out]).tolist() == [500] * 10
    assert len(kept) == 45_000 and (np.diff(kept) > 0).all() and (np.diff(held_out) > 0).all()
    assert (np.sort(np.concatenate([kept, held_out])) == np.arange(50_000)).all()


def test_the_split_never_changes(cifar_like):
    held_out = split(cifar_like)[1]
    assert digest(held_out.astype("<i8")) == SPLIT_DIGEST
    assert (split(cifar_like.tolist())[1] == held_out).all()
    assert (split(cifar_like, seed=1)[1] != held_out).any()


@pytest.mark.parametrize(
    ("sizes", "held_out"),
    [((700, 200, 99, 1), 100), ((1000, *[1] * 20), 102), ((3, 3, 3), 4), ((5,), 2), ((50, 51, 52), 1)],
)
def test_an_unbalanced_split_is_within_one_image_of_proportional(sizes, held_out):
    labels = np.random.default_rng(0).permutation(np.repeat(np.arange(len(sizes)), sizes))
    kept, chosen = split(labels, held_out=held_out)
    assert len(chosen) == held_out and len(kept) + len(chosen) == sum(sizes)
    counts = np.bincount(labels[chosen], minlength=len(sizes))
    assert (np.abs(counts - np.array(sizes) * held_out / sum(sizes)) < 1).all()


@pytest.mark.parametrize("held_out", [0, -1, 20, 21, "1", None, 1.5, True])
def test_a_split_that_leaves_nothing_is_refused(held_out):
    with pytest.raises(ValueError, match=f"held_out is {held_out!r}; with 20 images it must be from 1 to 19"):
        split(np.arange(20) % 2, held_out=held_out)


IMAGES, LABELS = np.zeros((20, 32, 32, 3), np.uint8), np.arange(20) % 10
RNG = np.random.default_rng(0)


def batch_of(**changed):
    given = {"images": IMAGES, "labels": LABELS, "seed": 0, "epoch": 0, "step": 0, "batch_size": 5, **changed}
    return batch(given.pop("images"), given.pop("labels"), **given)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: split(None), "labels has shape () and dtype object; it must be whole numbers of shape (N,)."),
        (lambda: split([0.0, np.nan], 1), "labels has shape (2,) and dtype float64"),
        (lambda: split(LABELS, 5, seed=-1), "seed is -1; it must be a whole number from 0 to 4,294,967,295."),
        (lambda: split(LABELS, 5, seed="a"), "seed is 'a'"),
        (lambda: batch_of(batch_size=0), "batch_size is 0; it must be a whole number of at least 1."),
        (lambda: batch_of(batch_size="5"), "batch_size is '5'"),
        (lambda: batch_of(step=None), "There is no step None: 20 images make 4 batches of 5"),
        (lambda: batch_of(step=True), "There is no step True"),
        (lambda: batch_of(epoch=-1), "epoch is -1; it must be a whole number of at least 0."),
        (lambda: batch_of(seed=None), "seed is None"),
        (lambda: batch_of(images=None), "images is a NoneType"),
        (lambda: batch_of(labels=LABELS[:5]), "labels has shape (5,); 20 images need labels of shape (20,)."),
        (lambda: batch_of(augmentation=True), "augmentation is True; it must be an Augmentation, such as"),
        (lambda: augment(IMAGES, None, RNG), "augmentation is None; it must be an Augmentation"),
        (lambda: augment(IMAGES[0], Augmentation(), RNG), "must have shape (N, height, width, channels) with"),
        (lambda: augment(IMAGES, Augmentation(), 0), "rng is 0; it must be what numpy.random.default_rng(0)"),
        (lambda: augment(IMAGES, Augmentation(flip=True), RNG, [1] * 20), "it must be True or False for each"),
    ],
)  # fmt: skip
def test_what_can_make_no_batch_gets_one_sentence(call, words):
    with pytest.raises(ValueError) as caught:
        call()
    assert words in str(caught.value) and "\n" not in str(caught.value)
