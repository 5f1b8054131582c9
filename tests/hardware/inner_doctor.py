"""`rig doctor` asks the chips at /dev/i2c-N, over the real smbus2; run under the shim."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from i2c_path import i2c_path

from drivers.doctor import Finding, examine_motion, examine_pulse, examine_skin
from drivers.names import Bench
from drivers.settings import MotionSettings, PulseSettings, SkinSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.mpu6050 import Mpu6050
from drivers.sim.world import World

PI = "Raspberry Pi 5 Model B Rev 1.0"


class OnThePath:
    """A world's bus at /dev/i2c-N, and a root folder in which that file is."""

    def __init__(self, root: Path) -> None:
        self.world, self.root = World(SimulatedClock()), root
        self.bus = i2c_path().connect(self.world.bus)
        (root / "dev").mkdir()
        (root / f"dev/i2c-{self.bus}").touch()
        self.where = f"/dev/i2c-{self.bus}"
        self.bench = Bench(self.world.clock, lambda: self.world)

    def motion(self, name: str, address: int = 0) -> Finding:
        settings = MotionSettings(name=name, bus=self.bus, address=address)  # type: ignore[arg-type]
        return examine_motion(settings, PI, self.root)


@pytest.fixture
def rig(tmp_path: Path) -> OnThePath:
    return OnThePath(tmp_path)


def test_the_chips_that_are_there_are_named(rig: OnThePath) -> None:
    pulse = examine_pulse(PulseSettings(bus=rig.bus), PI, rig.root)
    assert (pulse.state, pulse.says) == ("ok", f"MAX3010x at 0x57 on {rig.where}")
    assert rig.motion("mpu6050").says == f"MPU-6050 at 0x68 on {rig.where}"
    assert rig.motion("lsm6dsox").says == f"LSM6DSO, DSOX at 0x6a on {rig.where}"


@pytest.mark.parametrize(("name", "address"), [("grove", 0x48), ("tinygsr", 0x49)])
def test_the_skin_is_measured(rig: OnThePath, name: str, address: int) -> None:
    wanted = SkinSettings(name=name, bus=rig.bus)  # type: ignore[arg-type]
    finding = examine_skin(wanted, PI, rig.root, rig.bench)
    assert finding.state == "ok"
    assert finding.says.startswith(f"{name} at 0x{address:02x} on {rig.where}: the electrodes touch something, 6.")


def test_a_chip_that_is_not_there_is_said_with_the_other_address(rig: OnThePath) -> None:
    del rig.world.bus.devices[0x68]
    finding = rig.motion("mpu6050")
    assert (finding.state, finding.says) == ("fail", f"nothing answers at 0x68 on {rig.where} (nothing acknowledges)")
    assert finding.remedy == "SDA, SCL, 3V3, GND wired? Its address pin high? motion.address = 0x69"
    assert "address pin" not in rig.motion("mpu6050", 0x69).remedy


def test_a_neighbour_is_told_by_its_name(rig: OnThePath) -> None:
    chip = rig.world.bus.devices[0x68]
    assert isinstance(chip, Mpu6050)
    chip.who_am_i = 0x12
    finding = rig.motion("mpu6050")
    assert finding.state == "fail"
    assert finding.says.endswith("got 0x12 (ICM-20602), which this driver does not know")


def test_a_stuck_bus_is_said_in_words(rig: OnThePath) -> None:
    rig.world.bus.fail(errno.ETIMEDOUT, 20)
    assert "the bus is stuck" in rig.motion("mpu6050").says
    finding = examine_skin(SkinSettings(name="grove", bus=rig.bus), PI, rig.root, rig.bench)
    assert finding.state == "fail"
    assert "the bus is stuck" in finding.says
    rig.world.bus.heal()
