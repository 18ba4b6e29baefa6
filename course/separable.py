"""A separable convolution as algebra: the standard kernel it equals, and the one closest to a given kernel.

Kernels are laid out as Keras lays them out. Needs NumPy alone.
"""

import numpy as np

from course._given import is_whole, shown
from course.arithmetic import Conv2D, LayerError, SeparableConv2D, ledger


def dense_kernel(depthwise, pointwise):
    """Return the kernel of the standard convolution that a separable one equals.

    A filter's slice for one input channel is a weighted sum of that channel's depthwise kernels:
    D[i, j, c, n] = sum over m of depthwise[i, j, c, m] * pointwise[c * M + m, n].

    Parameters
    ----------
    depthwise : array, shape (kh, kw, C, M)
        M kernels for each of C input channels.
    pointwise : array, shape (1, 1, C * M, N)

    Returns
    -------
    numpy.ndarray, shape (kh, kw, C, N)

    Raises
    ------
    ValueError
        When the two do not fit together.
    """
    depthwise, pointwise = np.asarray(depthwise), np.asarray(pointwise)
    if depthwise.ndim != 4:
        raise ValueError(
            f"depthwise has shape {depthwise.shape}; it must be (height, width, channels, multiplier)."
        )
    channels, multiplier = depthwise.shape[2:]
    if pointwise.ndim != 4 or pointwise.shape[:3] != (1, 1, channels * multiplier):
        raise ValueError(
            f"pointwise has shape {pointwise.shape}; after a depthwise kernel of shape {depthwise.shape} "
            f"it must be (1, 1, {channels * multiplier}, filters)."
        )
    return np.einsum("ijcm,cmn->ijcn", depthwise, pointwise.reshape(channels, multiplier, -1))


def separate(kernel, depth_multiplier=1):
    """Return the separable layer whose dense kernel is closest to a given one, by least squares.

    For each input channel the kernel is a matrix of k*k rows and N columns, and a separable layer
    can give any matrix of rank M. The closest one keeps the M largest singular values (Eckart and
    Young, "The approximation of one matrix by another of lower rank", Psychometrika 1936).

    Parameters
    ----------
    kernel : array, shape (kh, kw, C, N)
    depth_multiplier : int
        M, the number of depthwise kernels for each channel. With the smaller of kh * kw and N nothing is lost.

    Returns
    -------
    (numpy.ndarray, numpy.ndarray)
        Depthwise kernel, shape (kh, kw, C, M), and pointwise kernel, shape (1, 1, C * M, N).

    Raises
    ------
    ValueError
        When the kernel has another shape or is not finite, or the multiplier is out of range.
    """
    left, values, right = _decomposed(kernel)
    _check_multiplier(depth_multiplier, values.shape[1])
    height, width, channels, filters = np.shape(kernel)
    # Each half takes the root of the singular value, so that neither step's weights dwarf the other's.
    root = np.sqrt(values[:, :depth_multiplier])
    depthwise = left[:, :, :depth_multiplier] * root[:, None, :]
    pointwise = right[:, :depth_multiplier] * root[:, :, None]
    return (
        depthwise.transpose(1, 0, 2).reshape(height, width, channels, depth_multiplier),
        pointwise.reshape(1, 1, channels * depth_multiplier, filters),
    )


def fit_errors(kernel):
    """Return how far the closest separable layer is from a kernel, for every depth multiplier.

    Parameters
    ----------
    kernel : array, shape (kh, kw, C, N)

    Returns
    -------
    numpy.ndarray, shape (min(kh * kw, N),)
        For multipliers 1, 2, ... the length of the difference over the length of the kernel: 1 would
        be all wrong, 0 is exact. It is the root of the dropped singular values' share of all squares.

    Raises
    ------
    ValueError
        When the kernel has another shape, is not finite, or is all zeros.
    """
    squares = (_decomposed(kernel)[1] ** 2).sum(axis=0)
    if not squares.sum():
        raise ValueError("The kernel is all zeros: there is nothing to fit.")
    # Summed from the smallest, so that the last is 0 and not a rounding error.
    dropped = np.append(np.cumsum(squares[::-1])[::-1][1:], 0.0)
    return np.sqrt(dropped / squares.sum())


def saving(kernel_size, filters, depth_multiplier=1):
    """Return the share of a standard convolution's weights, and MACs, that a separable one keeps.

    For depth multiplier M it is M (1 / N + 1 / k^2), whatever the input (Howard and others,
    "MobileNets", 2017, section 3.1, for M = 1). Biases are not counted.

    Parameters
    ----------
    kernel_size : int or (int, int)
    filters : int
        N.
    depth_multiplier : int

    Returns
    -------
    float

    Raises
    ------
    ValueError
        When a number is no whole one of at least 1.
    """
    window = {"kernel_size": kernel_size, "padding": "same", "use_bias": False}
    try:
        standard = ledger([Conv2D(filters, **window)], (1, 1, 1))
        separable = ledger([SeparableConv2D(filters, depth_multiplier=depth_multiplier, **window)], (1, 1, 1))
    except LayerError as why:
        raise ValueError(str(why)) from None
    return separable.macs / standard.macs


def _decomposed(kernel):
    """Return each channel's matrix as its singular vectors and values: (C, kk, r), (C, r), (C, r, N)."""
    kernel = np.asarray(kernel, dtype=np.float64)
    if kernel.ndim != 4:
        raise ValueError(f"kernel has shape {kernel.shape}; it must be (height, width, channels, filters).")
    if not np.isfinite(kernel).all():
        raise ValueError("kernel holds values that are not finite: load or train the weights again.")
    height, width, channels, filters = kernel.shape
    matrices = kernel.transpose(2, 0, 1, 3).reshape(channels, height * width, filters)
    return np.linalg.svd(matrices, full_matrices=False)


def _check_multiplier(multiplier, most):
    if not (is_whole(multiplier) and 1 <= multiplier <= most):
        raise ValueError(
            f"depth_multiplier is {shown(multiplier)}; it must be a whole number from 1 to {most}, "
            "where the fit is exact already."
        )
