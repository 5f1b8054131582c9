"""Finger on, finger off, at whatever current and range."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from drivers.pulse.finger import OFF_NA_A_MA, ON_NA_A_MA, Finger

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownRig

COUNTS_A_NA = 0x3FFFF / 4096


def test_on_above_one_threshold_off_below_another_and_between_them_as_it_was() -> None:
    finger = Finger(4096)
    told = [
        finger.see(na_a_ma * 7.0 * COUNTS_A_NA, 7.0)
        for na_a_ma in (5.0, OFF_NA_A_MA + 5, ON_NA_A_MA + 1, 300.0, OFF_NA_A_MA + 1, OFF_NA_A_MA - 1, ON_NA_A_MA - 1)
    ]
    assert told == [False, False, True, True, True, False, False]


@pytest.mark.parametrize("ma", [0.4, 7.0, 30.0])
@pytest.mark.parametrize("range_na", [2048, 16384])
def test_neither_current_nor_range_matters(ma: float, range_na: int) -> None:
    a_count = 0x3FFFF / range_na
    assert Finger(range_na).see(min(0x3FFFF, 300.0 * ma * a_count), ma)
    assert not Finger(range_na).see(10.0 * ma * a_count, ma)


def test_light_that_is_cut_off_is_a_finger_and_a_dark_led_sees_none() -> None:
    finger = Finger(2048)
    assert finger.see(0x3FFFF, 51.0)
    assert not finger.see(5, 0.0)


def test_the_readings_say_it_at_once(known_rig: Callable[..., KnownRig]) -> None:
    rig = known_rig()
    rig.sensor.open()
    assert all(r.finger for r in rig.run(3.0))
    rig.light.level = 0.02
    away = rig.run(3.0)
    assert not any(r.finger for r in away[3:])
    rig.light.level = 0.9
    back = rig.run(3.0)
    assert all(r.finger for r in back[3:])


def test_a_finger_that_hovers_between_the_thresholds_does_not_flicker(known_rig: Callable[..., KnownRig]) -> None:
    rig = known_rig(auto_light=False)
    rig.sensor.open()
    rig.light.level = 0.25  # 80 nA a mA, give or take the beats
    told = [r.finger for r in rig.run(10.0)]
    assert sum(a != b for a, b in pairwise(told)) <= 1
