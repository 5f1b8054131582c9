"""Waiting for pictures that another thread brings: the newest few are kept, silence is told apart from a slow start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from drivers.clock import Clock
from drivers.errors import DeviceLost
from drivers.handover import Line

T = TypeVar("T")

STALL_NS = 2_000_000_000  # FACTS.md, Camera: a camera that gave nothing for 2 s hangs
POLL_NS = 1_000_000


def next_arrival(line: Line[T], clock: Clock, is_open: Callable[[], bool], where: str) -> T | None:
    """The oldest waiting item; None once the camera is closed. Raises DeviceLost after two seconds of nothing.

    It asks once a millisecond, for only the clock may wait.
    """
    give_up_ns = clock.now_ns() + STALL_NS
    while is_open():
        if came := line.take(1):
            return came[0]
        now_ns = clock.now_ns()
        if now_ns >= give_up_ns:
            raise DeviceLost(f"{where}: expected a frame within 2 s, got none; is its cable firm, or did it hang?")
        clock.sleep_until_ns(now_ns + POLL_NS)
    return None
