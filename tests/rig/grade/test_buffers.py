"""The memory a print works in: shared by its steps, never by two that both still need it, and not kept for ever."""

from __future__ import annotations

import numpy as np

from rig.grade.buffers import LOOK_BACK, Buffers


def address(array: np.ndarray) -> int:
    return int(array.ctypes.data)


def test_a_step_gets_the_memory_of_one_that_is_done_whatever_its_name_and_type() -> None:
    buffers = Buffers()
    first = buffers.bytes("zones", 16, 24)
    where = address(first)
    other = buffers.shorts("line", 16, 12)
    assert address(other) != where  # the first is still held
    del first
    assert address(buffers.shorts("steps", 8, 24)) == where


def test_a_view_holds_it_too() -> None:
    buffers = Buffers()
    rows = buffers.shorts("steps", 16, 24)[:9, 3:].reshape(-1)
    rows[:] = 7
    buffers.shorts("slope", 16, 24)[:] = 9
    assert (rows == 7).all()


def test_what_is_kept_holds_from_print_to_print_until_its_shape_changes() -> None:
    buffers = Buffers(kept=("edges",))
    buffers.bytes("edges", 16, 24)[:] = 5
    for _ in range(2 * LOOK_BACK):
        buffers.bytes("line", 16, 24)[:] = 1
    assert (buffers.bytes("edges", 16, 24) == 5).all()
    assert buffers.bytes("edges", 8, 24).shape == (8, 24)


def test_what_nobody_asks_for_any_more_is_let_go() -> None:
    buffers = Buffers()
    many = [buffers.bytes("a", 16, 24) for _ in range(5)]
    buffers.bytes("b", 320, 240)
    del many
    for _ in range(2 * LOOK_BACK):
        buffers.bytes("a", 16, 24)
    assert {size: len(arrays) for size, arrays in buffers._shared.items()} == {16 * 24: 1}
    buffers.let_go()
    assert buffers.bytes("a", 16, 24).shape == (16, 24)
