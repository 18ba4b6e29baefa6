"""The pictures of kernels and of how close separable layers come to them."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle

from course.plots import fit_curve, kernel_slices
from course.separable import dense_kernel, fit_errors, separate

RNG = np.random.default_rng(5)
KERNEL = RNG.normal(size=(3, 3, 8, 12))
SEPARABLE = dense_kernel(RNG.normal(size=(3, 3, 4, 1)), RNG.normal(size=(1, 1, 4, 7)))
RANK_2 = dense_kernel(RNG.normal(size=(3, 3, 4, 2)), RNG.normal(size=(1, 1, 8, 12)))


def held(kernel):
    """Return what share of the squared weights the closest separable layer has, worked out without fit_errors."""
    closest = dense_kernel(*separate(kernel))
    return f"{100 * (closest**2).sum() / (kernel**2).sum():.0f} %"


def slices(picture):
    """Return the arrays drawn, row by row as on the page."""
    (page,) = picture.axes
    places = sorted(page.images, key=lambda image: (round(image.get_extent()[3]), image.get_extent()[0]))
    return [np.asarray(image.get_array()) for image in places]


def test_the_share_that_one_pattern_holds():
    picture = kernel_slices({"trained": KERNEL, "closest": dense_kernel(*separate(KERNEL))})
    assert picture.title == f"trained: one pattern for each channel holds {held(KERNEL)} of the squared weights"
    assert picture.title in picture.alt
    assert f"trained, 3×3×8×12: one pattern for each channel holds {held(KERNEL)};" in picture.alt
    assert "closest, 3×3×8×12: one pattern for each channel holds 100 %." in picture.alt
    assert "Slices of trained and closest" in picture.alt
    assert kernel_slices({"a": KERNEL}, title="My own").title == "My own"


def test_rows_are_filters_and_columns_channels():
    drawn = slices(kernel_slices({"a": KERNEL}))
    assert len(drawn) == 36
    for i, values in enumerate(drawn):
        assert np.array_equal(values, KERNEL[..., i % 6, i // 6])


def test_small_kernels_leave_no_empty_rows():
    small, large = kernel_slices({"a": KERNEL[..., :2, :3]}), kernel_slices({"a": KERNEL})
    assert len(slices(small)) == 6 and small.body < large.body - 100
    both = kernel_slices({"a": KERNEL[..., :2, :3], "b": KERNEL[..., :1, :5]})
    assert len(slices(both)) == 11
    assert len(slices(kernel_slices({"dot": np.ones((1, 1, 1, 1))}))) == 1


def test_all_kernels_share_one_scale_that_holds_what_is_drawn():
    large = KERNEL.copy()
    large[..., 7, 11] = 1000  # not drawn
    large[0, 0, 0, 0] = -9
    images = kernel_slices({"a": KERNEL[..., :2, :2] / 10, "b": large}).axes[0].images
    assert {image.get_clim() for image in images} == {(-9, 9)}
    blue, red = (images[0].get_cmap()(value)[:3] for value in (0.9, 0.1))
    assert blue[2] > blue[0] and red[0] > red[2]


def test_cells_are_square_also_where_the_kernel_is_not():
    (image, *_), page = (
        (picture := kernel_slices({"a": RNG.normal(size=(1, 7, 2, 2))})).axes[0].images,
        picture.axes[0],
    )
    left, right, bottom, top = image.get_extent()
    assert (right - left) / 7 == pytest.approx((bottom - top) / 1)
    frames = [patch for patch in page.patches if isinstance(patch, Rectangle)]
    assert len(frames) == 4 and frames[0].get_bbox().width == pytest.approx(right - left)


def test_how_far_the_closest_is():
    picture = fit_curve({"trained": KERNEL, "other": SEPARABLE})
    errors = 100 * fit_errors(KERNEL) ** 2
    assert picture.title == (
        f"trained: with one kernel a channel the closest separable layer misses {errors[0]:.0f} % of the squared "
        "weights; with 9, nothing"
    )
    assert picture.title in picture.alt
    for multiplier, error in enumerate(errors, start=1):
        assert f"{error:.0f} % at {multiplier}" in picture.alt
    assert "other: 0 % at 1, 0 % at 2" in picture.alt
    first, second = picture.axes[0].lines
    assert np.allclose(first.get_ydata(), errors) and list(first.get_xdata()) == list(range(1, 10))
    assert len(second.get_xdata()) == 7
    (legend,) = [picture.axes[0].get_legend()]
    assert [text.get_text() for text in legend.texts] == [
        f"trained: {errors[0]:.0f} % with one", "other: 0 % with one",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kernel", "words"),
    [
        (SEPARABLE, "k: with one kernel a channel a separable layer misses nothing"),
        (KERNEL[..., :1], "k: with one kernel a channel a separable layer misses nothing"),
        (RANK_2, "; with 2, nothing"),
        (KERNEL[..., :3], "; with 3, nothing"),
    ],
)
def test_from_where_on_nothing_is_missed(kernel, words):
    assert fit_curve({"k": kernel}).title.endswith(words)


@pytest.mark.parametrize(("filters", "ticks"), [(1, [1]), (12, [*range(1, 10)]), (64, [*range(1, 50, 5)])])
def test_the_ticks_are_whole_multipliers(filters, ticks):
    kernel = RNG.normal(size=(7, 7, 1, filters) if filters == 64 else (3, 3, 1, filters))
    assert list(fit_curve({"k": kernel}).axes[0].get_xticks()) == ticks


@pytest.mark.parametrize("draw", [kernel_slices, fit_curve])
@pytest.mark.parametrize(
    ("kernels", "words"),
    [
        ({}, "There (are 0|is no) kernel"),
        ({"a": np.ones((3, 3))}, r"kernel has shape \(3, 3\)"),
        ({"a": KERNEL, "b": KERNEL * np.nan}, "not finite"),
        ({"a": KERNEL * 0}, "all zeros"),
    ],
)
def test_what_can_not_be_drawn(draw, kernels, words):
    with pytest.raises(ValueError, match=words):
        draw(kernels)


def test_four_kernels_do_not_fit_side_by_side():
    with pytest.raises(ValueError, match="There are 4 kernels; from one to three"):
        kernel_slices(dict.fromkeys("abcd", KERNEL))
    assert len(fit_curve(dict.fromkeys("abcdefghi", KERNEL)).axes[0].lines) == 9
