"""A take with a motion and a skin sensor: their readings are kept and whole, also when both come loose on the way."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import cast

import pytest
from shooting import shoot

from drivers.sim.ads1115 import Ads1115
from drivers.sim.lsm6dsox import Lsm6dsox
from drivers.sim.mpu6050 import Mpu6050
from rig.build import Built, simulated
from rig.config import Config
from rig.service import Stop
from rig.session.entries import FaultEntry, MotionEntry, SkinEntry
from rig.session.verify import verify

LOOSE_S, FIRM_S = 1.5, 2.9


def unplugging(addresses: tuple[int, ...], loses_power: bool) -> Callable[[Built, Stop], None]:
    def prepare(built: Built, stop: Stop) -> None:
        world = built.world()
        chips = {address: cast("Ads1115 | Lsm6dsox | Mpu6050", world.bus.devices[address]) for address in addresses}

        def wire(now_ns: int) -> None:
            for address, chip in chips.items():
                if LOOSE_S <= world.seconds(now_ns) < FIRM_S:
                    world.bus.devices.pop(address, None)
                elif address not in world.bus.devices:
                    world.bus.devices[address] = chip
                    if loses_power:
                        chip.brown_out()

        world.clock.serve("a loose wire", wire, 50_000_000, lambda name, error: pytest.fail(f"{name}: {error}"))

    return prepare


@pytest.mark.parametrize(
    ("motion", "skin", "addresses", "loses_power"),
    [("mpu6050", "grove", (0x68, 0x48), False), ("lsm6dsox", "tinygsr", (0x6A, 0x49), True)],
)
def test_a_take_goes_on_when_its_sensors_come_loose(
    tmp_path: Path, motion: str, skin: str, addresses: tuple[int, ...], loses_power: bool
) -> None:
    config = simulated(Config())
    config = replace(config, motion=replace(config.motion, name=motion), skin=replace(config.skin, name=skin))
    shot = shoot(tmp_path, 4.6, config=config, prepare=unplugging(addresses, loses_power), keep_prints=False)
    (take,) = shot.takes
    assert verify(take.path) == []
    kept = list(take.entries(MotionEntry))
    times_s = [t_ns / 1e9 for entry in kept for t_ns in entry.sample_t_ns]
    gaps = [after - before for before, after in pairwise(times_s)]
    assert 1.3 < max(gaps) < 2.5
    assert sorted(gaps)[-2] < 0.03
    assert len(times_s) > 200
    up = [row[2] for entry in kept for row in entry.acceleration_m_s2]
    assert sum(up) / len(up) == pytest.approx(9.8, abs=0.1)
    felt = list(take.entries(SkinEntry))
    gaps = [(b.sample_t_ns[0] - a.sample_t_ns[-1]) / 1e9 for a, b in pairwise(felt)]
    assert 1.3 < max(gaps) < 2.9
    assert sorted(gaps)[-2] < 0.14
    assert len(felt) > 40
    assert all(4.5 < (value or math.nan) < 9.0 for entry in felt for value in entry.conductance_us)
    faults = list(take.entries(FaultEntry))
    for kind in ("motion sensor", "skin sensor"):
        lost, back = [fault for fault in faults if fault.where.startswith(kind)]  # one Fault, one recovery
        assert "no longer answers" in lost.message
        assert (back.message, back.recovered) == ("is back", True)
    assert len(faults) == 4
