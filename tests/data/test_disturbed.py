"""What can happen to test images: each does what it says, and as much of it as asked."""

import numpy as np
import pytest

from course.data import DISTURBANCES, DataError, disturbed, shapes

IMAGES = shapes().test_images[:20]


def error(one, other):
    return np.abs(one.astype(float) - other).mean()


@pytest.mark.parametrize("kind", DISTURBANCES)
def test_more_changes_more_and_images_stay_images(kind):
    before = IMAGES.copy()
    errors = []
    for strength in DISTURBANCES[kind]:
        made = disturbed(IMAGES, kind, strength)
        assert made.shape == IMAGES.shape and made.dtype == np.uint8 and not np.shares_memory(made, IMAGES)
        errors.append(error(made, IMAGES))
    assert errors == sorted(errors) and errors[-1] > 3
    assert np.array_equal(IMAGES, before)


@pytest.mark.parametrize("kind", ["shifted", "noisy", "blurred"])
def test_strength_0_changes_nothing(kind):
    assert np.array_equal(disturbed(IMAGES, kind, 0), IMAGES)


def test_a_shift_moves_and_mirrors_what_is_missing():
    row = np.arange(32, dtype=np.uint8).reshape(1, 1, 32, 1) * np.ones((1, 32, 1, 3), np.uint8)
    moved = disturbed(row, "shifted", 2)[0, 0, :, 0]
    assert moved[:5].tolist() == [2, 1, 0, 1, 2] and moved[-1] == 29
    assert np.array_equal(disturbed(disturbed(row, "mirrored", 1), "mirrored", 1), row)


def test_noise_has_its_deviation_and_follows_its_seed():
    grey = np.full((10, 32, 32, 3), 128, np.uint8)
    made = disturbed(grey, "noisy", 8)
    assert abs(made.std() - 8) < 0.2 and abs(made.mean() - 128) < 0.2
    assert np.array_equal(made, disturbed(grey, "noisy", 8))
    assert not np.array_equal(made, disturbed(grey, "noisy", 8, seed=1))


def test_a_blurred_dot_has_the_variance_of_its_window():
    dot = np.zeros((1, 32, 32, 3), np.uint8)
    dot[0, 16, 16] = 255
    made = disturbed(dot, "blurred", 1.5)[0, 1:, 1:, 0].astype(float)
    places = np.arange(31) - 15
    # Small values are rounded to whole ones, so the far ends of the window are missing.
    assert made.sum(0) @ places**2 / made.sum() == pytest.approx(1.5**2, rel=0.15)
    assert np.array_equal(made, made.T) and np.array_equal(made, made[::-1])


def test_what_is_no_image_or_no_kind_is_named():
    with pytest.raises(ValueError, match="kind is 'rotated'; it must be one of shifted, noisy"):
        disturbed(IMAGES, "rotated", 1)
    with pytest.raises(ValueError, match=r"kind is \(None\); it must be one of"):
        disturbed(IMAGES, [None], 1)
    with pytest.raises(DataError):
        disturbed(IMAGES.astype(float), "noisy", 1)


@pytest.mark.parametrize(
    ("kind", "strength", "words"),
    [
        ("shifted", 1.5, "strength is 1.5; for 'shifted' it must be a whole number from 0 to 31."),
        ("shifted", 32, "strength is 32; for 'shifted'"),
        ("noisy", -1, "strength is -1; for 'noisy' it must be a number from 0 to 255."),
        ("noisy", np.nan, "strength is nan"),
        ("noisy", True, "strength is True"),
        ("blurred", "a", "strength is 'a'; for 'blurred' it must be a number from 0 to 32."),
        ("compressed", None, "strength is None"),
        ("compressed", 0, "strength is 0; for 'compressed' it must be a whole number from 1 to 100."),
    ],
)
def test_a_strength_out_of_its_range_is_refused(kind, strength, words):
    with pytest.raises(ValueError) as caught:
        disturbed(IMAGES, kind, strength)
    assert words in str(caught.value)
