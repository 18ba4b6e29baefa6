"""A Dataset is checked on arrival, and its fingerprint tells any two apart."""

import numpy as np
import pytest

from course.data import DataError, Dataset


def parts(**changes):
    rng = np.random.default_rng(0)
    made = {
        "train_images": rng.integers(0, 256, (6, 32, 32, 3), np.uint8),
        "train_labels": np.array([0, 1, 2, 0, 1, 2]),
        "test_images": rng.integers(0, 256, (3, 32, 32, 3), np.uint8),
        "test_labels": np.array([2, 1, 0]),
        "names": ("a", "b", "c"),
        "source": "Noise",
    }
    return made | changes


def test_a_sound_data_set():
    data = Dataset(**parts())
    assert str(data) == "Noise: 6 training and 3 test images, 3 classes"
    assert not data.is_cifar10
    assert Dataset(**parts(source="CIFAR-10 (JPEG copy)")).is_cifar10
    assert len(repr(data)) < 200  # no pixels


def noise(*shape, dtype=np.uint8):
    return np.zeros(shape, dtype)


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        ("train_images", noise(6, 32, 32), r"train_images has shape \(6, 32, 32\); images must have shape"),
        ("train_images", noise(6, 3, 32, 32), r"train_images has shape \(6, 3, 32, 32\)"),
        ("train_images", noise(6, 28, 28, 1), r"train_images has shape \(6, 28, 28, 1\)"),
        ("test_images", noise(0, 32, 32, 3), "test_images has shape .* with N > 0"),
        ("test_images", noise(3, 32, 32, 3, dtype=np.float32), "dtype float32; .* multiply by 255"),
        ("train_images", noise(6, 32, 32, 3).tolist(), r"train_images is a list; call numpy.asarray\(\)"),
        ("train_labels", [0, 1, 2, 0, 1, 2], "train_labels is a list"),
        ("train_labels", np.zeros((6, 1), int), r"has shape \(6, 1\); 6 images need labels of shape \(6,\)"),
        ("test_labels", np.zeros(2, int), r"test_labels has shape \(2,\); 3 images"),
        ("test_labels", np.zeros(3), "test_labels has dtype float64; labels must be whole numbers"),
        ("test_labels", np.zeros(3, bool), "test_labels has dtype bool"),
        ("test_labels", np.array([0, 1, 3]), "test_labels runs from 0 to 3; with 3 classes .* between 0 and 2"),
        ("train_labels", np.array([0, 1, 2, 0, 1, -1]), "train_labels runs from -1 to 2"),
        ("names", None, "names is None; it must be a list, each of it a class's name"),
        ("names", "abc", "names is 'abc'; it must be a list"),
        ("names", (1, 2, 3), "One of names is 1; it must be a class's name"),
        ("source", None, "source is None; it must be what the images are, in words"),
    ],
)
def test_what_does_not_fit_gets_a_sentence(part, value, sentence):
    with pytest.raises(DataError, match=sentence):
        Dataset(**parts(**{part: value}))


@pytest.mark.parametrize("part", ["train_images", "train_labels", "test_images", "test_labels"])
def test_one_changed_value_changes_the_fingerprint(part):
    changed = parts()[part].copy()
    changed.flat[-1] = 1 - min(changed.flat[-1], 1)
    assert Dataset(**parts(**{part: changed})).fingerprint != Dataset(**parts()).fingerprint


def test_the_fingerprint_is_of_the_content_alone():
    data = Dataset(**parts())
    assert data.fingerprint == "8d3c2fdd7ba4a74a"
    assert data.fingerprint == Dataset(**parts(source="another", names=("x", "y", "z"))).fingerprint
    upside_down = np.ascontiguousarray(data.train_images[::-1])[::-1]  # the same values, stored backwards
    assert Dataset(**parts(train_images=upside_down)).fingerprint == data.fingerprint


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.int64])
def test_labels_of_any_integer_type_are_the_same_data(dtype):
    data = Dataset(**parts(train_labels=parts()["train_labels"].astype(dtype)))
    assert data.train_labels.dtype == np.int64
    assert data.fingerprint == Dataset(**parts()).fingerprint
