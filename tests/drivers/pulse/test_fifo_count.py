from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pulse.fifo_count import FifoCount


@given(number=st.integers(0, 10_000), lost=st.integers(0, 5_000), wrong=st.integers(-15, 15))
def test_pointers_and_a_rough_estimate_give_the_exact_count(number: int, lost: int, wrong: int) -> None:
    count = FifoCount()
    count.number, count.expected = number, number % 32
    assert count.count((number + lost) % 32, 15, lost + wrong) == lost
    assert (count.number, count.take(), count.lost) == (number + lost, lost, 0)


@pytest.mark.parametrize("overflow", [1, 7, 14])
def test_a_short_loss_needs_no_estimate(overflow: int) -> None:
    count = FifoCount()
    count.expected = 30
    assert count.is_clear((30 + overflow) % 32, overflow)
    assert count.count((30 + overflow) % 32, overflow, 1e9) == overflow


def test_popped_by_a_burst_that_failed_and_no_overflow_is_the_way_the_pointer_went() -> None:
    count = FifoCount()
    assert count.count(2, 0, -5.0) == 2


def test_after_a_new_beginning_the_estimate_alone_counts() -> None:
    count = FifoCount()
    count.expected = None
    assert count.count(0, 0, 22.4) == 22


def test_pointers_far_from_a_sure_estimate_are_not_believed() -> None:
    count = FifoCount()
    assert count.count(20, 15, 301.0, within=2.0) == 301
    assert count.count(20, 15, 309.0, within=2.0) == 308
