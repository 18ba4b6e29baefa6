"""The recurrence against brute force: which pixels of the image can change a unit?

The brute force knows nothing of jumps and receptive fields. It asks each layer which units of its
input a unit of its output reads, and follows the answers down to the image: once on the axis as it
is, where what lies outside does not exist, and once on an axis without ends, where padding is more
image.
"""

from fractions import Fraction
from functools import lru_cache
from math import ceil, floor, prod

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from thorough import THOROUGH, thorough

from course.arithmetic import Axis, Conv2DTranspose, UpSampling2D
from course.arithmetic.axis import chain, merge

PADDING = st.sampled_from(["valid", "same"])
WINDOW = st.tuples(st.just("window"), st.integers(1, 5), st.integers(1, 3), st.integers(1, 2), PADDING)
PADDED, CROPPED = (
    st.tuples(st.just("ends"), st.integers(*limits), st.integers(*limits)) for limits in ((0, 3), (-3, 0))
)
NEAREST = st.tuples(st.just("nearest"), st.integers(1, 3))
BILINEAR = st.tuples(st.just("bilinear"), st.integers(1, 4))
TRANSPOSED = st.tuples(
    st.just("transposed"), st.integers(1, 5), st.integers(1, 3), st.integers(1, 2), PADDING
).filter(lambda step: min(step[2], step[3]) == 1)  # Keras builds no other
STEPS = st.lists(st.one_of(WINDOW, WINDOW, PADDED, CROPPED, NEAREST, BILINEAR, TRANSPOSED), max_size=5)


def size_and_reader(step, size):
    """Return the size of a layer's output, and a function from a unit to the input's units that it reads."""
    kind, *options = step
    if kind == "ends":
        before, after = options
        return size + before + after, lambda unit: [unit - before]
    if kind == "nearest":
        (factor,) = options
        return size * factor, lambda unit: [floor(Fraction(unit, factor))]
    if kind == "bilinear":
        (factor,) = options

        def neighbours(unit):
            place = (unit + Fraction(1, 2)) / factor - Fraction(1, 2)
            return {floor(place), ceil(place)}

        return size * factor, neighbours
    kernel, stride, dilation, padding = options
    reach = dilation * (kernel - 1)
    if kind == "transposed":
        # A window on the output for each unit of the input: a unit is read wherever its window lies.
        cut = max(reach + 1 - stride, 0) // 2 if padding == "same" else 0
        longer = max(reach + 1 - stride, 0) if padding == "valid" else 0
        return size * stride + longer, lambda unit: [
            (unit + cut - tap) // stride
            for tap in range(0, reach + 1, dilation)
            if (unit + cut - tap) % stride == 0
        ]
    if padding == "valid":
        places = [place for place in range(0, size, stride) if place + reach < size]
        return len(places), lambda unit: [unit * stride + tap * dilation for tap in range(kernel)]
    count = ceil(Fraction(size, stride))
    zeros = max((count - 1) * stride + reach + 1 - size, 0)
    return count, lambda unit: [unit * stride + tap * dilation - zeros // 2 for tap in range(kernel)]


def by_hand(steps, size):
    """Return the output's size and two functions from a unit to pixels: on the axis as it is, and without ends.

    Stops where a size falls below 1.
    """

    def below(real, endless, size, read):
        return (
            lru_cache(None)(lambda unit: frozenset().union(*(real(u) for u in read(unit) if 0 <= u < size))),
            lru_cache(None)(lambda unit: frozenset().union(*map(endless, read(unit)))),
        )

    real = endless = lambda unit: frozenset([unit])
    for step in steps:
        count, read = size_and_reader(step, size)
        real, endless = below(real, endless, size, read)
        size = count
        if size < 1:
            break
    return size, real, endless


def walk(steps, axis):
    for step in steps:
        kind, *options = step
        if kind == "window":
            axis = axis.window(*options)
        elif kind == "ends":
            axis = axis.pad(*options)
        elif kind == "transposed":
            kernel, stride, dilation, padding = options
            layer = Conv2DTranspose(1, (kernel, 1), (stride, 1), padding, (dilation, 1))
            axis = layer.axes((axis, Axis.image(1)), (axis.size, 1, 1))[0]
        else:
            layer = UpSampling2D((options[0], 1), kind)
            axis = layer.axes((axis, Axis.image(1)), (axis.size, 1, 1))[0]
        if axis.size < 1:
            break
    return axis


def pixels(mask):
    return frozenset(i for i in range(mask.bit_length()) if mask >> i & 1)


def ends(field):
    return (min(field), max(field)) if field else None


def width(field):
    return max(field) - min(field) + 1 if field else 0


def growth(steps):
    """Return after how many units the pattern of any upsampling has surely come round."""
    places = {"transposed": 2, "nearest": 1, "bilinear": 1}
    return prod(step[places[step[0]]] for step in steps if step[0] in places)


@thorough
@settings(max_examples=2000 if THOROUGH else 500, deadline=None)
@given(STEPS, st.integers(1, 24))
def test_an_axis_agrees_with_brute_force(steps, size):
    count, real, endless = by_hand(steps, size)
    assume(count <= 200)
    axis = walk(steps, Axis.image(size))
    if count < 1:
        assert axis.size < 1
        return
    assert axis.size == count
    seen = [real(unit) for unit in range(count)]
    assert [pixels(mask) for mask in axis.sees] == seen
    assert axis.clipped == max(map(width, seen))
    assert axis.touched == max(map(len, seen))
    fields = [endless(unit) for unit in range(count)]
    assert [axis.field(unit) for unit in range(count)] == [ends(field) for field in fields]
    assert axis.receptive_field == max(map(width, fields))
    assert axis.start == (sum(ends(fields[0])) / 2 if fields[0] else None)
    round_ = growth(steps)
    first = next((unit for unit in range(count) if fields[unit]), None)
    if first is not None:
        assert axis.jump == Fraction(min(endless(first + round_)) - min(fields[first]), round_)


@settings(max_examples=500, deadline=None)
@given(st.lists(WINDOW, max_size=2), STEPS, STEPS, st.integers(4, 24), st.integers(-2, 2))
def test_a_merge_is_the_union_of_its_paths(stem, one, two, size, shift):
    ways = []
    for steps in (stem + one, stem + two):
        count = by_hand(steps, size)[0]
        assume(1 <= count <= 60)
        ways.append((steps, count))
    (one, count), (two, other) = ways
    # The second path is cut or padded to the size of the first.
    before = (count - other) // 2 + shift
    two = two + [("ends", before, count - other - before)]
    assume(other > max(-before, 0) + max(before - (count - other), 0))
    hands = [by_hand(steps, size)[1:] for steps in (one, two)]
    axis, aligned = merge([walk(steps, Axis.image(size)) for steps in (one, two)])
    assert axis.size == count
    assert [pixels(mask) for mask in axis.sees] == [hands[0][0](u) | hands[1][0](u) for u in range(count)]
    fields = [(hands[0][1](u), hands[1][1](u)) for u in range(count)]
    assert [axis.field(u) for u in range(count)] == [ends(a | b) for a, b in fields]
    assert axis.receptive_field == max(width(a | b) for a, b in fields)
    assert aligned == all(sum(ends(a)) == sum(ends(b)) for a, b in fields if a and b)


@settings(max_examples=200, deadline=None)
@given(STEPS, STEPS, st.integers(1, 16))
def test_maps_put_one_after_another_keep_what_they_see(one, two, size):
    hands = [by_hand(steps, size) for steps in (one, two)]
    assume(all(1 <= count <= 200 for count, *_ in hands))
    axis = chain([walk(steps, Axis.image(size)) for steps in (one, two)])
    units = [(hand, unit) for hand in hands for unit in range(hand[0])]
    assert [pixels(mask) for mask in axis.sees] == [hand[1](unit) for hand, unit in units]
    assert [axis.field(i) for i in range(axis.size)] == [ends(hand[2](unit)) for hand, unit in units]


def test_padding_moves_the_start_and_not_the_field():
    axis = Axis.image(32).pad(2, 1)
    assert (axis.size, axis.start, axis.receptive_field) == (35, -2, 1)
    assert axis.sees[:3] == (0, 0, 1) and axis.sees[-1] == 0


def test_gathering_sees_everything():
    axis = Axis(2, fields=((-7, 28),), advance=8)
    assert (axis.receptive_field, axis.start, axis.jump) == (36, 10.5, 8)
    assert (axis.gather().size, axis.gather().receptive_field, axis.gather().start) == (1, 44, 14.5)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding", "expected"),
    [(13, 2, 2, "valid", 6), (13, 2, 2, "same", 7), (32, 3, 2, "same", 16), (2, 3, 1, "valid", 0)],
)
def test_sizes_that_do_not_divide_are_floored_or_padded(size, kernel, stride, padding, expected):
    assert Axis(size).window(kernel, stride, padding=padding).size == expected
