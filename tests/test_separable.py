"""A separable layer is a standard layer, the fit by SVD is the best one, and the counts are the ledger's."""

import subprocess
import sys

import numpy as np
import pytest

from course.arithmetic import Conv2D, SeparableConv2D, ledger
from course.separable import dense_kernel, fit_errors, saving, separate

RNG = np.random.default_rng(4)
KERNEL = RNG.normal(size=(3, 3, 4, 12))


def distance(kernel, parts):
    return np.linalg.norm(kernel - dense_kernel(*parts)) / np.linalg.norm(kernel)


@pytest.mark.parametrize("multiplier", [1, 2, 3])
@pytest.mark.parametrize("strides", [1, 2])
@pytest.mark.parametrize("padding", ["valid", "same"])
def test_keras_gives_equal_outputs(multiplier, strides, padding):
    from course.models import keras

    images = RNG.normal(size=(2, 9, 8, 3)).astype("float32")
    window = {"kernel_size": (3, 2), "strides": strides, "padding": padding}
    separable = keras.layers.SeparableConv2D(5, depth_multiplier=multiplier, bias_initializer="normal", **window)
    expected = np.asarray(separable(images))
    standard = keras.layers.Conv2D(5, **window)
    standard.build(images.shape)
    depthwise, pointwise, bias = separable.weights
    standard.set_weights([dense_kernel(depthwise, pointwise), np.asarray(bias)])
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(np.asarray(standard(images)), expected, atol=1e-5)


def test_a_fitted_layer_runs_in_keras():
    from course.models import keras

    images = RNG.normal(size=(1, 6, 6, 4)).astype("float32")
    standard, separable = keras.layers.Conv2D(12, 3), keras.layers.SeparableConv2D(12, 3, depth_multiplier=9)
    standard.build(images.shape)
    separable.build(images.shape)
    separable.set_weights([*separate(standard.kernel, 9), np.asarray(standard.bias)])
    np.testing.assert_allclose(np.asarray(separable(images)), np.asarray(standard(images)), atol=1e-5)


@pytest.mark.parametrize("multiplier", [1, 2, 3])
def test_the_fit_is_as_far_off_as_it_says(multiplier):
    parts = separate(KERNEL, multiplier)
    assert parts[0].shape == (3, 3, 4, multiplier) and parts[1].shape == (1, 1, 4 * multiplier, 12)
    assert distance(KERNEL, parts) == pytest.approx(fit_errors(KERNEL)[multiplier - 1])


@pytest.mark.parametrize("multiplier", [1, 2])
def test_neither_chance_nor_descent_beats_the_fit(multiplier):
    best = fit_errors(KERNEL)[multiplier - 1]
    fit = separate(KERNEL, multiplier)
    for size in (1e-3, 1e-1, 1):
        for _ in range(50):
            near = [part + size * RNG.normal(size=part.shape) for part in fit]
            assert distance(KERNEL, near) > best
    found = distance(KERNEL, descended(KERNEL, multiplier))
    # Descent comes close, so the bound is one that can be reached.
    assert best - 1e-9 <= found < best + 0.01


def descended(kernel, multiplier):
    """Fit both parts by gradient descent from a random start."""
    kh, kw, channels, filters = kernel.shape
    depthwise = RNG.normal(size=(kh, kw, channels, multiplier)) / 3
    pointwise = RNG.normal(size=(channels, multiplier, filters)) / 3
    for _ in range(3000):
        wrong = np.einsum("hwcm,cmn->hwcn", depthwise, pointwise) - kernel
        down = np.einsum("hwcn,cmn->hwcm", wrong, pointwise), np.einsum("hwcn,hwcm->cmn", wrong, depthwise)
        depthwise, pointwise = depthwise - 0.02 * down[0], pointwise - 0.02 * down[1]
    return depthwise, pointwise.reshape(1, 1, -1, filters)


@pytest.mark.parametrize("shape", [(3, 3, 4, 12), (3, 3, 2, 5), (1, 5, 3, 8), (1, 1, 6, 4)])
def test_the_error_falls_to_nothing_at_full_rank(shape):
    kernel = RNG.normal(size=shape)
    exact = min(shape[0] * shape[1], shape[3])
    errors = fit_errors(kernel)
    assert len(errors) == exact
    assert all(a > b for a, b in zip(errors, errors[1:], strict=False))
    assert errors[-1] == 0
    assert distance(kernel, separate(kernel, exact)) < 1e-12


def test_what_is_separable_is_found_again():
    kernel = dense_kernel(RNG.normal(size=(3, 3, 4, 2)), RNG.normal(size=(1, 1, 8, 12)))
    first, second, *_ = fit_errors(kernel)
    assert first > 0.1 and second < 1e-7


@pytest.mark.parametrize(("k", "channels", "filters", "m"), [(3, 3, 48, 1), (5, 16, 8, 2), ((1, 7), 4, 3, 3)])
def test_the_saving_is_the_ledgers(k, channels, filters, m):
    options = {"use_bias": False, "padding": "same"}
    standard = ledger([Conv2D(filters, k, **options)], (9, 9, channels))
    separable = ledger([SeparableConv2D(filters, k, depth_multiplier=m, **options)], (9, 9, channels))
    assert saving(k, filters, m) == pytest.approx(separable.parameters / standard.parameters)
    assert saving(k, filters, m) == pytest.approx(separable[0].macs / standard[0].macs)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: dense_kernel(np.ones((3, 3, 4, 2)), np.ones((1, 1, 4, 8))), r"must be \(1, 1, 8, filters\)"),
        (lambda: dense_kernel(np.ones((3, 3, 4)), np.ones((1, 1, 4, 8))), r"depthwise has shape \(3, 3, 4\)"),
        (lambda: separate(np.ones((9, 12))), r"kernel has shape \(9, 12\)"),
        (lambda: separate(KERNEL, 10), "from 1 to 9, where the fit is exact"),
        (lambda: separate(KERNEL, 0), "depth_multiplier is 0"),
        (lambda: fit_errors(KERNEL * np.nan), "not finite"),
        (lambda: fit_errors(KERNEL * 0), "all zeros"),
        (lambda: saving(3, 0), "filters is 0"),
        (lambda: saving((3, 1.5), 8), "kernel_size is \\(3, 1.5\\)"),
    ],
)
def test_what_can_not_be(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_the_algebra_needs_no_tensorflow():
    code = "import sys, course.separable; assert not {'keras', 'tensorflow'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
