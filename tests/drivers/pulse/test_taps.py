from __future__ import annotations

from drivers.clock import SystemClock
from drivers.names import Bench, make_pulse
from drivers.pulse.taps import Taps
from drivers.readings import ReportedBeat
from drivers.settings import PulseSettings
from drivers.sim.world import World

SECOND = 1_000_000_000


def opened() -> Taps:
    clock = SystemClock()
    taps = make_pulse(PulseSettings(name="taps"), Bench(clock, lambda: World(clock)))
    assert isinstance(taps, Taps)
    taps.open()
    return taps


def test_each_tap_is_a_beat_at_its_own_time() -> None:
    taps = opened()
    for t in (1, 2, 3):
        taps.tap(t * SECOND)
    assert taps.step(9 * SECOND) == [ReportedBeat(t * SECOND) for t in (1, 2, 3)]
    assert taps.step(9 * SECOND) == []


def test_a_held_key_is_one_tap() -> None:
    taps = opened()
    for i in range(90):  # three seconds
        taps.tap(SECOND + i * 33_000_000)
    taps.tap(6 * SECOND)
    assert taps.step(9 * SECOND) == [ReportedBeat(SECOND), ReportedBeat(6 * SECOND)]


def test_taps_while_closed_are_left_out() -> None:
    taps = opened()
    taps.tap(SECOND)
    taps.close()
    taps.tap(2 * SECOND)
    taps.open()
    assert taps.step(3 * SECOND) == []
