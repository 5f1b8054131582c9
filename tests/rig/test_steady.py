"""A camera that goes away and comes back: its frames go on counting, in order, and the loss is a gap."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from drivers.errors import DeviceLost
from drivers.interfaces import CameraInfo
from drivers.readings import Colour, Frame
from drivers.sim.clock import SimulatedClock
from rig.steady import SteadyCamera

FRAME_NS = 33_333_333


@dataclass
class Cable:
    """A camera whose cable comes loose before some frames and, each time, takes some openings to hold again."""

    clock: SimulatedClock
    loose_at: dict[int, int]
    index: int = 0
    opened: int = 0
    calls: list[str] = field(default_factory=list)

    def open(self) -> CameraInfo:
        self.calls.append("open")
        self.index = 0
        return CameraInfo("cable", 4, 4, 30.0, Colour())

    def read(self) -> Frame | None:
        left = self.loose_at.get(self.opened, 0)
        if self.index == 10 and self.opened == 0:
            self.opened = 1
            raise DeviceLost("no frame for 2 s: is the cable in?")
        if self.opened and left > 0:
            self.loose_at[self.opened] = left - 1
            raise DeviceLost("still nothing")
        self.clock.sleep_until_ns(self.clock.now_ns() + FRAME_NS)
        self.index += 1
        return Frame(self.clock.now_ns(), self.index - 1, np.zeros((6, 4), np.uint8))

    def lock(self) -> None:
        self.calls.append("lock")

    def unlock(self) -> None:
        self.calls.append("unlock")

    def close(self) -> None:
        self.calls.append("close")


def test_it_is_opened_again_with_back_off_locked_as_before_and_counts_on() -> None:
    clock, said = SimulatedClock(), []
    cable = Cable(clock, {1: 2})
    steady = SteadyCamera(cable, clock, lambda: True, lambda *fault: said.append(fault))
    steady.open()
    steady.lock()
    frames = [steady.read() for _ in range(15)]
    indices = [frame.index for frame in frames if frame is not None]
    times = [frame.t_ns for frame in frames if frame is not None]
    assert indices[:10] == list(range(10))
    assert indices == sorted(set(indices))
    # away for 0.5 + 1 + 2 s: about 106 frames of 30 Hz were never there
    assert indices[10] - indices[9] == round((times[10] - times[9]) * 30 / 1e9)
    assert 100 < indices[10] - indices[9] < 110
    assert indices[10:] == list(range(indices[10], indices[10] + 5))
    assert cable.calls == ["open", "lock", *["close", "open", "lock"] * 3]
    assert [(where, recovered) for _, where, _, recovered in said] == [("camera", False), ("camera", True)]
    assert "is the cable in?; reconnecting" in said[0][2]


def test_it_gives_up_at_once_when_asked_to_stop() -> None:
    clock = SimulatedClock()
    asked_ns = clock.now_ns() + 5_000_000_000
    steady = SteadyCamera(Cable(clock, {1: 1000}), clock, lambda: clock.now_ns() < asked_ns, lambda *fault: None)
    steady.open()
    for _ in range(10):
        assert steady.read() is not None
    assert steady.read() is None
    assert clock.now_ns() - asked_ns < 300_000_000


def test_while_it_is_away_somebody_is_called_four_times_a_second() -> None:
    clock, called = SimulatedClock(), []
    cable = Cable(clock, {1: 6})

    def meanwhile() -> bool:
        called.append(clock.now_ns())
        return True

    steady = SteadyCamera(cable, clock, meanwhile, lambda *fault: None)
    steady.open()
    for _ in range(11):
        assert steady.read() is not None
    gaps_s = [(b - a) / 1e9 for a, b in itertools.pairwise(called)]
    assert max(gaps_s) <= 0.26, "a watchdog of ten seconds would have killed the rig"


def test_a_camera_that_cannot_be_locked_does_not_end_the_shoot() -> None:
    clock = SimulatedClock()

    class Loose(Cable):
        def lock(self) -> None:
            raise DeviceLost("no answer")

    steady = SteadyCamera(Loose(clock, {}), clock, lambda: True, lambda *fault: None)
    steady.open()
    steady.lock()
    assert steady.read() is not None
