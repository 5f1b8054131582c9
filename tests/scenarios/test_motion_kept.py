"""A take with a motion sensor: its readings are kept and whole, also when it comes loose on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from shooting import shoot

from rig.build import Built, simulated
from rig.config import Config
from rig.service import Stop
from rig.session.entries import FaultEntry, MotionEntry
from rig.session.verify import verify

LOOSE_S, FIRM_S = 2.0, 4.0


def unplugging(address: int) -> Callable[[Built, Stop], None]:
    def prepare(built: Built, stop: Stop) -> None:
        world = built.world()
        chip = world.bus.devices[address]

        def wire(now_ns: int) -> None:
            if LOOSE_S <= world.seconds(now_ns) < FIRM_S:
                world.bus.devices.pop(address, None)
            else:
                world.bus.devices[address] = chip

        world.clock.serve("a loose wire", wire, 50_000_000, lambda name, error: pytest.fail(f"{name}: {error}"))

    return prepare


@pytest.mark.parametrize(("name", "address"), [("mpu6050", 0x68), ("lsm6dsox", 0x6A)])
def test_a_take_goes_on_when_the_motion_sensor_comes_loose(tmp_path: Path, name: str, address: int) -> None:
    config = simulated(Config())
    config = replace(config, motion=replace(config.motion, name=name))
    shot = shoot(tmp_path, 7.0, config=config, prepare=unplugging(address))
    (take,) = shot.takes
    assert verify(take.path) == []
    kept = list(take.entries(MotionEntry))
    times_s = [t_ns / 1e9 for entry in kept for t_ns in entry.sample_t_ns]
    gaps = [after - before for before, after in pairwise(times_s)]
    assert 1.5 < max(gaps) < 4.5
    assert sorted(gaps)[-2] < 0.03
    assert len(times_s) > 250
    up = [row[2] for entry in kept for row in entry.acceleration_m_s2]
    assert sum(up) / len(up) == pytest.approx(9.8, abs=0.1)
    said = [fault.message for fault in take.entries(FaultEntry)]
    assert len(said) == 2
    assert "no longer answers" in said[0]
    assert said[1] == "is back"
