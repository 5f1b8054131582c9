"""The pool of frames: handed out again when nobody looks, never while anybody does."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.colour import planes
from drivers.pool import LOOK_BACK, FramePool

SHAPE = (36, 64)


def test_what_is_dropped_is_handed_out_again_and_may_be_written() -> None:
    pool = FramePool()
    first = pool.take(SHAPE)
    address = first.ctypes.data
    first.flags.writeable = False
    del first
    again = pool.take(SHAPE)
    assert again.ctypes.data == address
    assert again.flags.writeable
    assert again.flags.c_contiguous
    assert again.dtype == np.uint8
    assert pool.count == 1


@pytest.mark.parametrize(
    "look",
    [
        lambda array: array,
        lambda array: array[3:5],
        lambda array: planes(array)[2][1:],
        lambda array: array.reshape(-1).view("<u2"),
        lambda array: memoryview(array),
        lambda array: np.frombuffer(memoryview(array), np.uint8)[5:],
        lambda array: lambda: array,
        lambda array: np.asarray(array).T,
    ],
    ids=["itself", "view", "view of a view", "other type", "memoryview", "from a buffer", "closure", "transposed"],
)
def test_nothing_is_handed_out_while_anybody_looks_into_it(look) -> None:
    pool = FramePool()
    array = pool.take(SHAPE)
    address, looker = array.ctypes.data, look(array)
    del array
    assert pool.take(SHAPE).ctypes.data != address
    del looker
    taken = [pool.take(SHAPE) for _ in range(2)]
    assert address in [each.ctypes.data for each in taken]


def test_a_video_frame_of_pyav_keeps_its_array() -> None:
    import av

    pool = FramePool()
    array = pool.take((48 * 3 // 2, 64))
    address = array.ctypes.data
    frame = av.VideoFrame.from_numpy_buffer(array, "yuv420p")
    del array
    assert pool.take((48 * 3 // 2, 64)).ctypes.data != address
    assert frame.width == 64
    del frame
    assert address in [each.ctypes.data for each in [pool.take((48 * 3 // 2, 64)) for _ in range(2)]]


def test_only_a_few_free_arrays_are_kept_whatever_their_shapes() -> None:
    pool = FramePool(spare=2)
    many = [pool.take(SHAPE) for _ in range(9)]
    assert pool.count == 9
    del many
    small = pool.take((18, 32))
    assert small.shape == (18, 32)
    assert pool.count == 3
    assert pool.take(SHAPE).shape == SHAPE
    assert pool.count == 3


def test_what_was_free_all_the_time_is_let_go() -> None:
    pool = FramePool(spare=3)
    many = [pool.take(SHAPE) for _ in range(4)]
    del many
    for _ in range(LOOK_BACK):
        two = pool.take(SHAPE), pool.take(SHAPE)
        del two  # both are needed, but one of them is free now and then: it stays
    assert pool.count == 2


def filled(array: np.ndarray, value: int) -> tuple[np.ndarray, np.ndarray]:
    array[:] = value
    return array, array.copy()


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.sampled_from([SHAPE, (18, 32)])), max_size=60))
def test_no_two_holders_ever_share_memory(steps: list[tuple[bool, int, tuple[int, int]]]) -> None:
    pool, held = FramePool(spare=2), []
    for take, which, shape in steps:
        if take or not held:
            held.append(filled(pool.take(shape), len(held) + which))
            assert pool.count <= len(held) + 2
        else:
            held.pop(which % len(held))
        assert all(np.array_equal(one, as_it_was) for one, as_it_was in held)
        assert len({one.ctypes.data for one, _ in held}) == len(held)


def test_other_threads_may_drop_what_they_got() -> None:
    pool, wrong, line = FramePool(), [], []
    done = threading.Event()

    def look() -> None:
        while not done.is_set() or line:
            if line:
                number, array = line.pop(0)
                if not (array == number).all():
                    wrong.append(number)

    looker = threading.Thread(target=look)
    looker.start()
    for number in range(300):
        array = pool.take(SHAPE)
        array[:] = number % 251
        line.append((number % 251, array))
        while len(line) > 5:
            pass
    done.set()
    looker.join()
    assert wrong == []
    assert pool.count < 40
