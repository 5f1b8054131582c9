"""The LED currents follow the finger, and nobody who takes their logarithm off sees a step."""

from __future__ import annotations

import errno
from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest

from drivers.readings import PulseSamples
from drivers.sim.max30102 import Max30102

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownLight, KnownRig

    Build = Callable[..., KnownRig]

FULL = 0x3FFFF


def levels(reading: PulseSamples) -> tuple[float, float]:
    return float(reading.ir_counts.mean()) / FULL, float(reading.red_counts.mean()) / FULL


def changes(readings: list[PulseSamples]) -> int:
    lit = [(reading.ir_ma, reading.red_ma) for reading in readings]
    return sum(a != b for a, b in pairwise(lit))


def light_of(rig: KnownRig, level: float) -> KnownLight:
    rig.light.level = level
    return rig.light


@pytest.mark.parametrize("level", [0.35, 0.5, 1.7, 3.5, 10.0])
def test_a_finger_dark_or_bright_comes_into_40_to_70_percent_and_stays(known_rig: Build, level: float) -> None:
    rig = known_rig()
    light_of(rig, level)
    rig.sensor.open()
    rig.run(12.0)
    after = rig.run(30.0)
    for reading in after:
        assert all(0.40 <= part <= 0.70 for part in levels(reading))
    assert changes(after) == 0
    assert 1 <= changes(rig.got) <= 4
    rig.check(rig.got)
    assert sum(r.lost_samples for r in rig.got) == changes(rig.got)  # the one sample that both currents have lit


def test_the_light_over_its_current_has_no_step(known_rig: Build) -> None:
    rig = known_rig()
    light_of(rig, 0.4)
    rig.sensor.open()
    rig.run(15.0)
    assert changes(rig.got) >= 1
    x = np.concatenate([np.log(r.ir_counts / np.float64(r.ir_ma or 0.0)) for r in rig.got])
    assert np.abs(np.diff(x)).max() < 0.003  # a step of the current is 0.2 and more; a beat rises by 0.0004 a sample


def test_a_light_that_is_good_enough_is_left_alone(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(10.0)
    for level in (0.95, 1.1, 1.2):
        light_of(rig, level)
        rig.run(10.0)
    assert changes(rig.got) == 0
    assert (rig.got[-1].ir_ma, rig.got[-1].red_ma) == (7.0, 7.0)


def test_without_a_finger_nothing_is_changed(known_rig: Build) -> None:
    rig = known_rig()
    light_of(rig, 0.01)
    rig.sensor.open()
    rig.run(20.0)
    assert changes(rig.got) == 0
    assert not any(r.finger for r in rig.got)


def test_a_finger_that_comes_and_goes_moves_nothing_while_it_is_away(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    for _ in range(10):
        light_of(rig, 0.5)
        rig.run(1.5)
        light_of(rig, 0.01)
        rig.run(1.5)
    assert changes(rig.got) == 0


def test_it_can_be_switched_off(known_rig: Build) -> None:
    rig = known_rig(auto_light=False, led_ma=3.0, red_led_ma=12.0)
    rig.sensor.open()
    rig.run(15.0)
    assert changes(rig.got) == 0
    assert (rig.got[-1].ir_ma, rig.got[-1].red_ma) == (3.0, 12.0)
    rig.check(rig.got)


def test_a_dark_led_stays_dark(known_rig: Build) -> None:
    rig = known_rig(red_led_ma=0.0)
    light_of(rig, 0.5)
    rig.sensor.open()
    rig.run(15.0)
    assert rig.got[-1].red_ma == 0.0
    assert not rig.got[-1].red_counts.any()
    assert (rig.got[-1].ir_ma or 0.0) > 7.0


def test_no_current_is_driven_beyond_30_ma(known_rig: Build) -> None:
    rig = known_rig(led_ma=25.0, red_led_ma=25.0, adc_range_na=16384)
    rig.sensor.open()
    light_of(rig, 0.4)
    rig.run(30.0)
    assert (rig.got[-1].ir_ma, rig.got[-1].red_ma) == (30.0, 30.0)


class _DeafInAChange:
    """The chip, which does not acknowledge three transfers, the first one ``at`` after a change of current began."""

    def __init__(self, chip: Max30102, at: int) -> None:
        self._chip, self._at = chip, at
        self._since: int | None = None

    def write(self, data: bytes) -> None:
        if data[0] == 0x0C and len(data) == 2 and self._since is None:
            self._since = 0
        if self._since is not None:
            self._since += 1
            if self._at < self._since <= self._at + 3:
                raise OSError(errno.EREMOTEIO, "Remote I/O error")
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        return self._chip.read(length)


@pytest.mark.parametrize("at", range(6))
def test_a_bad_contact_in_the_middle_of_a_change_tells_no_wrong_current(known_rig: Build, at: int) -> None:
    """Red's current, IR's, the write pointer, and the first reads after them: not one sample says a wrong current."""
    rig = known_rig()
    light_of(rig, 0.6)
    rig.sensor.open()
    rig.bus.devices[0x57] = _DeafInAChange(rig.chip, at)
    rig.run(12.0)
    assert changes(rig.got) == 1
    rig.check(rig.got)
    assert rig.chip.lost + 1 <= sum(r.lost_samples for r in rig.got) <= rig.chip.lost + 12


def test_what_was_found_for_a_finger_holds_after_a_brown_out_and_a_reopening(known_rig: Build) -> None:
    rig = known_rig()
    light_of(rig, 0.4)
    rig.sensor.open()
    rig.run(10.0)
    ma = rig.got[-1].ir_ma
    assert ma != 7.0
    rig.chip.brown_out()
    assert {r.ir_ma for r in rig.run(2.0)} == {ma}
    rig.check(rig.got, begun_anew=1)
    rig.sensor.close()
    rig.sensor.open()
    assert {r.ir_ma for r in rig.run(2.0)} == {ma}
