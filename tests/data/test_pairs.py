"""Pairs of dots: the distance is all that tells the classes apart, by exact count of what windows hold."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from course.data import pairs

DISTANCES = [(3, 7), (6, 10), (9, 13), (10, 2)]


def windows(image, window, jump=1, hole=1, border=None):
    """Count what a sliding window holds at each of its places, the image surrounded by zeros."""
    padded = np.pad(image[..., 0], window - 1 if border is None else border)
    views = sliding_window_view(padded, (window, window))[::jump, ::jump, ::hole, ::hole]
    return Counter(view.tobytes() for row in views for view in row)


def twins(distances, count=24):
    images, _ = pairs(*distances, count)
    return list(zip(images[::2], images[1::2], strict=True))


def test_forms_and_distances():
    images, labels = pairs(3, 7, 400)
    assert images.shape == (400, 24, 24, 1) and images.dtype == np.uint8 and labels.dtype == np.int64
    assert labels.tolist() == [0, 1] * 200
    for image, label in zip(images, labels, strict=True):
        (first, second) = np.argwhere(image[..., 0])
        assert sorted(second - first) == [0, (3, 7)[label]]
    assert set(np.unique(images)) == {0, 255}


def test_the_same_bytes_on_every_machine_and_numpy():
    images, _ = pairs(3, 7, 400, seed=1)
    assert hashlib.sha256(images.tobytes()).hexdigest()[:16] == "530b206e3d50aff4"
    np.testing.assert_array_equal(images[:40], pairs(3, 7, 40, seed=1)[0])
    assert not np.array_equal(images, pairs(3, 7, 400, seed=2)[0])


def test_all_places_and_both_directions_occur():
    images, _ = pairs(3, 7, 40_000, size=12)
    # Two directions; 12 lines; 2 places of s, and for each of them two pairs a class.
    assert len({image.tobytes() for image in images}) == 2 * 12 * 2 * 4


@pytest.mark.parametrize("distances", DISTANCES)
def test_a_single_dot_tells_nothing(distances):
    images, labels = pairs(*distances, 400)
    means = [images[labels == label].sum(axis=0, dtype=np.int64) for label in (0, 1)]
    np.testing.assert_array_equal(*means)


@pytest.mark.parametrize("distances", DISTANCES)
def test_a_window_too_small_for_both_dots_counts_the_same_in_every_image(distances):
    for window in range(1, min(distances) + 1):
        counts = [windows(image, window) for pair in twins(distances) for image in pair]
        assert all(count == counts[0] for count in counts)
        assert sum(counts[0].values()) == (24 + window - 1) ** 2


@pytest.mark.parametrize("distances", DISTANCES)
@pytest.mark.parametrize("jump", [2, 4])
def test_so_do_twins_when_the_window_moves_in_steps(distances, jump):
    for window in range(1, min(distances) + 1):
        for first, second in twins(distances):
            assert windows(first, window, jump) == windows(second, window, jump)


@pytest.mark.parametrize("distances", DISTANCES)
def test_a_window_one_pixel_larger_tells_the_classes_apart(distances):
    for first, second in twins(distances):
        assert windows(first, min(distances) + 1) != windows(second, min(distances) + 1)


def test_the_leaks_that_the_text_warns_of_are_real():
    # Steps of 2 pixels, and distances of which one is odd and one even.
    assert any(windows(first, 3, jump=2) != windows(second, 3, jump=2) for first, second in twins((3, 6)))
    # No zeros around the image, so that dots near the border are met less often.
    holes = {"window": 9, "hole": 2}
    assert all(windows(first, **holes) == windows(second, **holes) for first, second in twins((3, 7)))
    assert any(
        windows(first, **holes, border=0) != windows(second, **holes, border=0) for first, second in twins((3, 7))
    )


@pytest.mark.parametrize(
    "change, sentence",
    [
        ({"distance_a": 0}, "distance_a is 0; it must be a whole number of at least 1"),
        ({"distance_b": 2.5}, "distance_b is 2.5; it must be a whole number"),
        ({"count": 0}, "count is 0; it must be a whole number of at least 4"),
        ({"size": True}, "size is True; it must be a whole number of at least 3"),
        ({"count": 10}, "count is 10; it must be a multiple of 4"),
        ({"seed": -1}, "seed is -1; it must be"),
        ({"distance_b": 3}, "Both distances are 3"),
        ({"size": 10}, "size is 10, and distances of 3 and 7 need at least 11"),
    ],
)
def test_bad_input_gets_one_sentence(change, sentence):
    with pytest.raises(ValueError, match=sentence) as caught:
        pairs(**{"distance_a": 3, "distance_b": 7, "count": 8, **change})
    assert str(caught.value).count("\n") == 0


def test_the_smallest_image_has_room():
    assert pairs(3, 7, 8, size=11)[0].any(axis=(1, 2, 3)).all()
