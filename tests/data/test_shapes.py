"""The generated shapes: the same bytes everywhere, balanced, visible, and not to be told by colour."""

import importlib

import numpy as np
import pytest

from course.data import shapes

# `course.data.shapes` as an attribute is the function; this is the module round it.
module = importlib.import_module("course.data.shapes")

LUMA = np.array([0.299, 0.587, 0.114])


@pytest.fixture(scope="module")
def data():
    return shapes(3000)


def test_the_same_bytes_on_every_machine_and_numpy():
    assert shapes(200, seed=0).fingerprint == "0cccd1c14675f8a4"


def test_forms_names_and_balance(data):
    assert data.source == "Shapes (generated)" and not data.is_cifar10
    assert data.train_images.shape == (3000, 32, 32, 3) and data.test_images.shape == (600, 32, 32, 3)
    assert data.train_images.dtype == data.test_images.dtype == np.uint8
    assert data.train_labels.dtype == data.test_labels.dtype == np.int64
    assert len(set(data.names)) == 10 and all(name.isalpha() and name.islower() for name in data.names)
    assert np.bincount(data.train_labels).tolist() == [300] * 10
    assert np.bincount(data.test_labels).tolist() == [60] * 10
    assert data.train_labels[:10].tolist() == list(range(10))


def test_a_larger_set_begins_with_the_smaller_one():
    small, large = shapes(100), shapes(150)
    np.testing.assert_array_equal(small.train_images, large.train_images[:100])
    np.testing.assert_array_equal(small.test_images, large.test_images[:20])


def test_drawing_in_other_chunks_changes_nothing(monkeypatch):
    expected = shapes(100).fingerprint
    monkeypatch.setattr(module, "CHUNK", 7)
    assert shapes(100).fingerprint == expected


def test_no_image_comes_twice(data):
    everything = np.concatenate([data.train_images, data.test_images])
    assert len({image.tobytes() for image in everything}) == 3600


def test_seeds_differ():
    first, second = shapes(50, seed=0), shapes(50, seed=1)
    for a, b in ((first.train_images, second.train_images), (first.test_images, second.test_images)):
        assert not (a == b).all(axis=(1, 2, 3)).any()
    assert shapes(50, seed=1).fingerprint == second.fingerprint


def test_every_ink_stands_out_from_its_papers():
    luma = module.COLOURS @ LUMA
    inks, papers = luma[:, 3:, None], luma[:, None, :2]
    assert np.abs(inks - papers).min() > 70
    assert np.abs(luma[:, 3:] - luma[:, 2:3]).min() > 50, "confetti"


def test_every_object_stands_out_in_the_picture(data):
    # Where the object lies comes from the numbers that the images were drawn from.
    count = 500
    numbers = np.random.default_rng([0, 0, 32, 32]).random((count, module.NUMBERS))
    distance, _ = module._object(data.train_labels[:count], *numbers[:, 3:7].T)
    on, off = distance[:, 2:, 2:] < -1, (distance[:, 2:, 2:] > 2) & (distance[:, :-2, :-2] > 2)
    luma = data.train_images[:count] @ LUMA
    for picture, inside, outside in zip(luma, on, off, strict=True):
        assert inside.sum() > 20 and outside.sum() > 100
        assert abs(np.median(picture[inside]) - np.median(picture[outside])) > 60


def test_every_object_lies_within_its_picture():
    numbers = np.random.default_rng(1).random((2000, module.NUMBERS))
    distance, _ = module._object(np.arange(2000) % 10, *numbers[:, 3:7].T)
    distance = distance[:, 2:, 2:]
    border = np.concatenate([distance[:, [0, -1]].reshape(2000, -1), distance[:, :, [0, -1]].reshape(2000, -1)], 1)
    assert border.min() > -0.5


def test_inks_are_as_often_lighter_as_darker_than_the_paper():
    luma = module.COLOURS @ LUMA
    assert 0.4 < (luma[:, 3:] > luma[:, :1]).mean() < 0.6


def test_mean_colour_does_not_give_the_class_away(data):
    train, test = data.train_images.mean(axis=(1, 2)), data.test_images.mean(axis=(1, 2))
    means = np.stack([train[data.train_labels == k].mean(axis=0) for k in range(10)])
    nearest = ((test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == data.test_labels).mean() < 0.15


def test_a_linear_classifier_stays_under_40_percent(data):
    x, test = (
        images.reshape(len(images), -1) / np.float32(255) - np.float32(0.5)
        for images in (data.train_images, data.test_images)
    )
    targets = np.eye(10, dtype=np.float32)[data.train_labels] - np.float32(0.1)
    # Ridge regression in its dual form: as many unknowns as images, not as pixels.
    products, identity = x @ x.T, np.eye(len(x), dtype=np.float32)
    for penalty in (100, 1000):
        weights = x.T @ np.linalg.solve(products + penalty * identity, targets)
        accuracy = ((test @ weights).argmax(axis=1) == data.test_labels).mean()
        assert 0.15 < accuracy < 0.40


@pytest.mark.parametrize("n", [0, -50, 10, 49, 120, 1001, 100.0, "100"])
def test_a_bad_n_gets_one_sentence(n):
    with pytest.raises(ValueError, match=rf"^n is {n!r}; it must be 50, .* a larger multiple of 50.*\.$"):
        shapes(n)


@pytest.mark.parametrize("seed", [-1, 0.5, None, True, 2**32])
def test_a_bad_seed_gets_one_sentence(seed):
    with pytest.raises(ValueError, match=r"^seed is .*; it must be a whole number from 0 to 4,294,967,295\.$"):
        shapes(50, seed=seed)
