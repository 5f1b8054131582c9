"""What goes wrong at /dev/i2c-N, told in words by the real driver over the real smbus2; run under the shim."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import pytest
from i2c_path import I2cPath, i2c_path

from drivers.errors import DeviceLost, DeviceNotFound, DevicePermission, WrongDevice
from drivers.names import Bench
from drivers.pulse.max3010x import Max3010x, make
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.max30102 import Max30102
from drivers.sim.scenario import Scenario
from drivers.sim.world import World


class OnThePath:
    """The driver as a rig on a Pi has it, by the number of its bus, and the chip at the other end."""

    def __init__(self) -> None:
        self.path: I2cPath = i2c_path()
        self.clock = SimulatedClock()
        self.world = World(self.clock, Scenario(chip_clock_error=0.004))
        self.bus = self.path.connect(self.world.bus)
        self.where = f"/dev/i2c-{self.bus}"
        self.sensor: Max3010x = make(PulseSettings(bus=self.bus), Bench(self.clock, self._no_world))
        self.got: list[PulseSamples] = []

    @staticmethod
    def _no_world() -> World:
        raise AssertionError("a sensor on a numbered bus knows no simulated world")

    @property
    def chip(self) -> Max30102:
        chip = self.world.bus.devices[0x57]
        assert isinstance(chip, Max30102)
        return chip

    def run(self, seconds: float) -> None:
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            self.got += self.sensor.step(self.clock.now_ns())


@pytest.fixture
def rig() -> Iterator[OnThePath]:
    made = OnThePath()
    yield made
    made.world.bus.heal()
    made.path.refused.clear()
    made.sensor.close()


def test_every_sample_comes_through_the_ioctls(rig: OnThePath) -> None:
    asked = rig.path.asked
    rig.sensor.open()
    rig.run(5.0)
    assert rig.path.asked - asked > 600  # looks at the pointers, and bursts
    counts = [pair for r in rig.got for pair in zip(r.red_counts.tolist(), r.ir_counts.tolist(), strict=True)]
    true = [rig.world.pulse.counts(rig.world.seconds(t)) for t in rig.chip.sample_t_ns[: len(counts)]]
    assert counts == true
    assert len(counts) == pytest.approx(502, abs=5)


def test_no_bus(rig: OnThePath) -> None:
    del rig.path.buses[rig.bus]
    with pytest.raises(DeviceNotFound) as caught:
        rig.sensor.open()
    assert str(caught.value) == (f"I2C bus {rig.where} is not there: is I2C on? (sudo raspi-config, Interface, I2C)")


def test_no_permission(rig: OnThePath) -> None:
    rig.path.refused[rig.bus] = errno.EACCES
    with pytest.raises(DevicePermission) as caught:
        rig.sensor.open()
    assert str(caught.value) == (
        f"I2C bus {rig.where} may not be opened by this user: sudo usermod -aG i2c $USER, then log in again"
    )


def test_no_chip_at_its_address(rig: OnThePath) -> None:
    rig.world.bus.devices.clear()
    with pytest.raises(DeviceNotFound) as caught:
        rig.sensor.open()
    assert str(caught.value) == (
        f"pulse sensor not found at 0x57 on {rig.where}: is it wired, and is I2C on? "
        "(sudo raspi-config, Interface, I2C)"
    )


def test_another_chip_there(rig: OnThePath) -> None:
    rig.chip.part_id = 0x11
    with pytest.raises(WrongDevice) as caught:
        rig.sensor.open()
    assert str(caught.value) == (
        f"pulse sensor at 0x57 on {rig.where}: expected part id 0x15 (MAX30102, 30101 or 30105), got 0x11: "
        "that is a MAX30100, which has other registers: use a MAX30102"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.ETIMEDOUT, "the bus is stuck: is a wire shorted, or a pull-up missing?"),
        (errno.EBUSY, "a kernel driver has taken this address"),
        (errno.EAGAIN, "another master holds the bus"),
    ],
)
def test_a_bus_that_cannot_be_had(rig: OnThePath, code: int, words: str) -> None:
    rig.world.bus.fail(code, 100)
    with pytest.raises(DeviceNotFound) as caught:
        rig.sensor.open()
    assert str(caught.value) == f"pulse sensor not found at 0x57 on {rig.where} ({words})"


def test_a_bus_that_sticks_in_a_take(rig: OnThePath) -> None:
    rig.sensor.open()
    rig.run(1.0)
    rig.world.bus.fail(errno.ETIMEDOUT, 100)
    with pytest.raises(DeviceLost, match=rf"^pulse sensor at 0x57 on {rig.where} no longer answers \(the bus is stuck"):
        rig.run(1.0)


def test_unplugged_and_plugged_in_again(rig: OnThePath) -> None:
    rig.sensor.open()
    rig.run(2.0)
    chip = rig.world.bus.devices.pop(0x57)
    with pytest.raises(DeviceLost) as caught:
        rig.run(1.0)
    assert str(caught.value) == (
        f"pulse sensor at 0x57 on {rig.where} no longer answers (nothing acknowledges): has a wire come loose?"
    )
    for _ in range(3):
        with pytest.raises(DeviceNotFound, match="is it wired"):
            rig.sensor.open()
    rig.world.bus.devices[0x57] = chip
    rig.chip.brown_out()  # it had no supply either
    rig.sensor.open()
    rig.got.clear()
    rig.run(2.0)
    assert rig.got[0].first_sample == 0
    assert sum(r.lost_samples for r in rig.got) == 0
    assert sum(len(r.t_ns) for r in rig.got) == pytest.approx(201, abs=4)
