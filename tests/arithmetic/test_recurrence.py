"""The recurrence against brute force: which input pixels can change a unit?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from course.arithmetic import Axis

WINDOWS = st.lists(
    st.tuples(
        st.integers(1, 5),  # kernel
        st.integers(1, 3),  # stride
        st.integers(1, 2),  # dilation
        st.sampled_from(["valid", "same"]),
    ),
    min_size=1,
    max_size=4,
)


def fields_by_hand(windows, size):
    """Return, for each output unit, the set of input positions it depends on; padding included."""
    fields = [{i} for i in range(size)]
    jump = 1
    for kernel, stride, dilation, padding in windows:
        extent = (kernel - 1) * dilation + 1
        if padding == "same":
            count = -(-len(fields) // stride)
            total = max((count - 1) * stride + extent - len(fields), 0)
            before, after = total // 2, total - total // 2
        else:
            count, before, after = (len(fields) - extent) // stride + 1, 0, 0
        if count < 1:
            return None
        # A unit of padding sees what a real one there would see: shift a neighbour's field.
        lead = [{p - k * jump for p in fields[0]} for k in range(before, 0, -1)]
        tail = [{p + k * jump for p in fields[-1]} for k in range(1, after + 1)]
        padded = lead + fields + tail
        fields = [
            set().union(*(padded[i * stride + tap * dilation] for tap in range(kernel))) for i in range(count)
        ]
        jump *= stride
    return fields


@settings(max_examples=300, deadline=None)
@given(WINDOWS, st.integers(1, 24))
def test_axis_agrees_with_brute_force(windows, size):
    fields = fields_by_hand(windows, size)
    axis = Axis(size)
    for kernel, stride, dilation, padding in windows:
        axis = axis.window(kernel, stride, dilation, padding)
        if axis.size < 1:
            break
    if fields is None:
        assert axis.size < 1
        return
    assert axis.size == len(fields)
    for i, field in enumerate(fields):
        assert max(field) - min(field) + 1 == axis.receptive_field
        assert (max(field) + min(field)) / 2 == axis.start + i * axis.jump


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
