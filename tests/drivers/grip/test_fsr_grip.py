"""The grip on a simulated converter: right forces at right times, a chip shared with the skin, faults in words."""

from __future__ import annotations

import errno
import math
import re
from pathlib import Path

import numpy as np
import pytest

from drivers.doctor import examine_grip
from drivers.errors import DeviceLost, DeviceNotFound
from drivers.names import Bench, make_grip, make_skin
from drivers.readings import Grip
from drivers.settings import GripSettings, SkinSettings
from drivers.sim.ads1115 import Ads1115
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import GripChange, Scenario
from drivers.sim.world import World

FSR = GripSettings(name="fsr", bus="sim")


class Held:
    """A grip sensor on its simulated converter."""

    def __init__(self, *changes: GripChange) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock, Scenario(grips=list(changes)))
        self.bench = Bench(self.clock, lambda: self.world)
        self.sensor = make_grip(FSR, self.bench)

    @property
    def chip(self) -> Ads1115:
        chip = self.world.bus.devices[0x48]
        assert isinstance(chip, Ads1115)
        return chip

    def run(self, seconds: float) -> list[Grip]:
        got: list[Grip] = []
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            got += self.sensor.step(self.clock.now_ns())
        return got


def forces(got: list[Grip]) -> np.ndarray:
    return np.concatenate([grip.force_n for grip in got])


def test_it_tells_the_force_of_the_hand_a_hundred_times_a_second() -> None:
    held = Held(GripChange(1.0, 15.0))
    held.sensor.open()
    got = held.run(3.0)
    times = np.concatenate([grip.t_ns for grip in got])
    assert 280 <= len(times) <= 300
    assert np.all(np.diff(times) > 0)
    assert times[-1] <= held.clock.now_ns()
    true = [held.world.grasp.newtons(held.world.seconds(int(t_ns))) for t_ns in times]
    assert np.abs(forces(got) - true).max() < 0.15
    assert forces(got)[50] == pytest.approx(4.0, abs=0.5)
    assert forces(got)[-1] == pytest.approx(15.0, abs=1.0)


def test_an_open_wire_is_no_force_and_a_short_is_said() -> None:
    held = Held()
    held.sensor.open()
    held.chip._inputs[7] = lambda t_ns: 0.0
    held.run(0.1)
    assert set(forces(held.run(0.5))) == {0.0}
    held.chip._inputs[7] = lambda t_ns: 3.3
    held.run(0.1)
    assert all(math.isnan(force) for force in forces(held.run(1.0)))
    with pytest.raises(DeviceLost, match=r"A3: expected less than the supply, got all of it for 2 s: is the"):
        held.run(3.0)
    held.chip._inputs[7] = lambda t_ns: 1.0
    held.sensor.open()
    assert forces(held.run(0.5))[-1] > 0.0


def test_a_bus_that_fails_for_long_is_a_lost_sensor_and_it_comes_back() -> None:
    held = Held()
    held.sensor.open()
    held.run(0.2)
    held.world.bus.fail(errno.EREMOTEIO, 3)
    assert len(held.run(1.0)) > 80
    held.world.bus.fail(errno.EREMOTEIO, 100_000)
    with pytest.raises(DeviceLost, match="grip sensor at 0x48 on the simulated bus no longer answers"):
        held.run(3.0)
    with pytest.raises(DeviceNotFound, match="grip sensor not found at 0x48"):
        held.sensor.open()
    held.world.bus.heal()
    held.sensor.open()
    assert len(held.run(1.0)) > 80


def test_after_a_brown_out_it_goes_on() -> None:
    held = Held()
    held.sensor.open()
    held.run(0.2)
    held.chip.brown_out()
    assert forces(held.run(0.5))[-1] == pytest.approx(4.0, abs=0.5)


def test_a_chip_that_converts_no_more_is_a_lost_sensor() -> None:
    held = Held()
    held.sensor.open()
    held.chip.dead = True
    with pytest.raises(DeviceLost, match="expected a sample within 2 s"):
        held.run(3.0)


def test_skin_and_grip_on_one_chip_read_their_own_and_neither_starves() -> None:
    held = Held()
    skin = make_skin(SkinSettings(name="grove", bus="sim"), held.bench)
    skin.open()
    held.sensor.open()
    levels, got = [], []
    for number in range(1000):
        held.clock.sleep_until_ns(held.clock.now_ns() + 5_000_000)
        now_ns = held.clock.now_ns()
        if number % 2 == 0:
            got += held.sensor.step(now_ns)
        if number % 9 == 0:
            levels += [float(each.conductance_us[0]) for each in skin.step(now_ns)]
    assert len(levels) > 100
    assert len(got) > 350
    assert np.std(levels) < 1.0
    assert np.abs(forces(got) - 4.0).max() < 0.5


def test_the_doctor_says_how_hard_it_is_held(tmp_path: Path) -> None:
    held = Held()
    assert re.search(r"0x48 on the simulated bus, A3: [34]\.\d N$", examine_grip(FSR, "", tmp_path, held.bench).says)
    held.chip._inputs[7] = lambda t_ns: 3.3
    assert examine_grip(FSR, "", tmp_path, held.bench).remedy == "is the force resistor shorted?"
    del held.world.bus.devices[0x48]
    assert "grip sensor not found at 0x48" in examine_grip(FSR, "", tmp_path, held.bench).says
