"""A board whose red and IR LEDs are swapped is found out with a finger on, and undone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from drivers.pulse.swap import SwapFinder, perfusion_ratio

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownRig

    Build = Callable[..., KnownRig]


@pytest.mark.parametrize("swapped", [False, True])
def test_it_is_told_within_15_s_and_once(known_rig: Build, swapped: bool) -> None:
    rig = known_rig(swapped=swapped)
    rig.sensor.open()
    rig.run(30.0)
    told = [r.swapped for r in rig.got]
    assert told == sorted(told)
    assert told[-1] == swapped
    if swapped:
        assert 10e9 < rig.got[told.index(True)].t_ns[0] - rig.world.start_ns < 15e9
    rig.check(rig.got)
    assert sum(r.lost_samples for r in rig.got) == rig.chip.lost == 0


def test_each_current_goes_with_its_own_light(known_rig: Build) -> None:
    rig = known_rig(swapped=True, led_ma=6.0, red_led_ma=8.0, auto_light=False)
    rig.sensor.open()
    rig.run(20.0)
    assert (rig.got[0].ir_ma, rig.got[0].red_ma) == (6.0, 8.0)
    assert (rig.got[-1].ir_ma, rig.got[-1].red_ma) == (8.0, 6.0)
    rig.check(rig.got)


def test_without_a_finger_nothing_is_told(known_rig: Build) -> None:
    rig = known_rig(swapped=True)
    rig.light.level = 0.02
    rig.sensor.open()
    rig.run(30.0)
    assert not any(r.swapped for r in rig.got)


def test_a_board_that_is_opened_again_is_known_and_another_one_is_found_out(known_rig: Build) -> None:
    rig = known_rig(swapped=True)
    rig.sensor.open()
    rig.run(16.0)
    rig.sensor.close()
    rig.sensor.open()
    assert all(r.swapped for r in rig.run(16.0))
    rig.sensor.close()
    rig.chip.swapped = False  # unplugged, and a better one plugged in
    rig.sensor.open()
    rig.run(16.0)
    assert not rig.got[-1].swapped


def decide(ratio: float, noise: float, seconds: float = 60.0) -> SwapFinder:
    """Two lights of one pulse of 1 %, the first one's ratio times as deep, with noise."""
    finder, random = SwapFinder(), Random(4)
    for k in range(round(seconds * 100)):
        blood = 0.005 * np.sin(2 * np.pi * 1.2 * k / 100)
        lights = [[round(150_000 * (1 - depth * blood + noise * random.gauss(0.0, 1.0)))] for depth in (ratio, 1.0)]
        finder.add(lights[0], lights[1], 0.01)
    return finder


@pytest.mark.parametrize(("ratio", "swapped"), [(0.4, False), (0.6, False), (0.75, False), (1.35, True), (2.5, True)])
def test_a_clear_ratio_decides(ratio: float, swapped: bool) -> None:
    finder = decide(ratio, 0.0001)
    assert (finder.is_decided, finder.swapped) == (True, swapped)


@pytest.mark.parametrize(("ratio", "noise"), [(1.0, 0.0001), (1.2, 0.0001), (0.85, 0.0001), (2.0, 0.01), (0.0, 0.0005)])
def test_what_is_not_clear_decides_nothing(ratio: float, noise: float) -> None:
    """A ratio near one (a hand that moves gives one), noise, and two lights that do not go together."""
    assert not decide(ratio, noise).is_decided


def test_a_moved_finger_is_no_pulse() -> None:
    t_s = np.arange(400) / 100
    jolt = 1.0 + 0.1 * np.sin(2 * np.pi * t_s)
    assert perfusion_ratio((150_000 * jolt).tolist(), (100_000 * jolt).tolist()) is None


@pytest.mark.shared
@pytest.mark.parametrize("name", ["100sps_dev0", "100sps_dev1", "200sps_dev0", "200sps_dev1"])
def test_four_real_boards_are_not_called_swapped_unless_they_are(shared: Path, name: str) -> None:
    log = np.load(shared / f"data/pulse/raw_max30102_jd_left_hand_{name}.npz")
    period_s = float(np.diff(log["t_mcu_us"]).mean()) * 1e-6
    for first, second, swapped in ((log["red"], log["ir"], False), (log["ir"], log["red"], True)):
        finder = SwapFinder()
        for k in range(0, len(first), 2):
            finder.add(first[k : k + 2].tolist(), second[k : k + 2].tolist(), period_s)
        assert (finder.is_decided, finder.swapped) == (True, swapped)
