"""A sensor on a simulated chip whose motion is known to the code: what was delivered is held against it."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from drivers.motion.chip import STANDARD_GRAVITY
from drivers.motion.imu import Imu
from drivers.names import Bench, make_motion
from drivers.readings import Motion
from drivers.settings import MotionSettings
from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.handheld import Vector
from drivers.sim.imu_sampling import codes
from drivers.sim.lsm6dsox import Lsm6dsox
from drivers.sim.mpu6050 import Mpu6050
from drivers.sim.world import World

SCALES = {
    "mpu6050": (STANDARD_GRAVITY / 8192, math.radians(1 / 65.5)),
    "lsm6dsox": (0.122e-3 * STANDARD_GRAVITY, math.radians(17.5e-3)),
}


class Ramps:
    """Six ramps of different lengths: no two moments within minutes look the same."""

    def at(self, t_s: float) -> tuple[Vector, Vector]:
        ax, ay, az, rx, ry, rz = (40.0 * (t_s / period % 1.0 - 0.5) for period in (0.7, 3.1, 13.0, 1.9, 7.3, 29.0))
        return (ax, ay, az), (rx / 3, ry / 3, rz / 3)


class SpoilingBus(SimBus):
    """Loses the next ``spoil`` bursts after the chip has given them, or the next one after ``tear`` of its bytes."""

    spoil = tear = 0

    def _read(self, address: int, register: int, length: int) -> bytes:
        return super()._read(address, register, self._torn(address, bytes([register]), length))

    def i2c_rdwr(self, *i2c_msgs: Any) -> None:
        if len(i2c_msgs) == 2:
            self._torn(i2c_msgs[0].addr, bytes(list(i2c_msgs[0])), i2c_msgs[1].len)
        super().i2c_rdwr(*i2c_msgs)

    def _torn(self, address: int, register: bytes, length: int) -> int:
        tear = self.tear
        if not tear or length < 12:
            return length
        self.tear = 0
        chip = self.devices[address]
        chip.write(register)
        chip.read(min(tear, length - 1))
        raise OSError(errno.EIO, "disturbed")

    def _late(self, data: bytes) -> bytes:
        if self.spoil and len(data) >= 12:
            self.spoil -= 1
            raise OSError(errno.EIO, "disturbed")
        return super()._late(data)


class SlowWire:
    """The chip at the end of a wire of 100 kHz: samples come while it is read. held_up_s: once, before ``at`` is asked.

    at: a register. held_up: how often it was. spoils: whether what is read then is lost on its way. dips_after: bytes
    of the next long read after which the chip's supply dips, None for never.
    """

    BYTE_NS = 90_000

    def __init__(self, rig: MotionRig) -> None:
        self._chip, self._clock = rig.chip, rig.clock
        self.at, self.held_up_s, self.held_up = 0, 0.0, 0
        self.spoils = self._is_spoilt = False
        self.dips_after: int | None = None
        self._register = 0

    def write(self, data: bytes) -> None:
        """Bytes from the master."""
        self._register = data[0]
        if self.held_up_s and data[0] == self.at:
            seconds, self.held_up_s = self.held_up_s, 0.0
            self.held_up += 1
            self._is_spoilt = self.spoils
            self._take(round(seconds * 1e9))
        self._take((1 + len(data)) * self.BYTE_NS)
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        """Bytes for the master: registers at once, of the FIFO as many as it gives at once."""
        self._take(self.BYTE_NS)
        data, word = b"", {0x74: 1, 0x78: 7, 0x3E: 2}.get(self._register, length)
        while len(data) < length:
            if self.dips_after is not None and length >= 12 and len(data) >= self.dips_after:
                self.dips_after = None
                self._chip.brown_out()
                return data + bytes([0xFF]) * (length - len(data))  # nobody pulls the wire down any more
            part = self._chip.read(min(word, length - len(data)))
            self._take(len(part) * self.BYTE_NS)
            data += part
        if self._is_spoilt:
            self._is_spoilt = False
            raise OSError(errno.EIO, "Input/output error")
        return data

    def _take(self, time_ns: int) -> None:
        self._clock.sleep_until_ns(self._clock.now_ns() + time_ns)


class MotionRig:
    """The real driver, the chip at register level, and all readings so far."""

    def __init__(self, name: str, clock_error: float = 0.008, who_am_i: int | None = None, rate_hz: int = 100) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        self.moved, self.scales = Ramps(), SCALES[name]
        start_ns = self.clock.now_ns()
        self.chip: Mpu6050 | Lsm6dsox
        if name == "mpu6050":
            delay_s = 0.00485 if rate_hz == 100 else 0.0029
            if who_am_i not in (None, 0x68):
                delay_s = 0.00885 if rate_hz == 100 else 0.00585
            self.chip = Mpu6050(self.moved, self.clock, start_ns, clock_error, who_am_i or 0x68, delay_s)
            self.delay_s = delay_s
        else:
            self.chip = Lsm6dsox(self.moved, self.clock, start_ns, clock_error, who_am_i or 0x6C)
            self.delay_s = 0.0
        self.address = 0x68 if name == "mpu6050" else 0x6A
        self.bus = SpoilingBus({self.address: self.chip})
        self.world.__dict__["bus"] = self.bus
        settings = MotionSettings(name=name, bus="sim", rate_hz=rate_hz)  # type: ignore[arg-type]
        sensor = make_motion(settings, Bench(self.clock, lambda: self.world))
        assert isinstance(sensor, Imu)
        self.sensor = sensor
        self.got: list[Motion] = []

    @property
    def now_s(self) -> float:
        """Since the chip was made."""
        return (self.clock.now_ns() - self.world.start_ns) / 1e9

    def slow_wire(self) -> SlowWire:
        """From now on the chip is read through it."""
        self.bus.devices[self.address] = wire = SlowWire(self)
        return wire

    def wait(self, seconds: float) -> None:
        """The host is busy elsewhere."""
        self.clock.sleep_until_ns(self.clock.now_ns() + round(seconds * 1e9))

    def run(self, seconds: float) -> list[Motion]:
        """Step as a service does; what came in this time."""
        end_ns, before = self.clock.now_ns() + round(seconds * 1e9), len(self.got)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            self.got += self.sensor.step(self.clock.now_ns())
        return self.got[before:]

    def check(self, begun_anew: int = 0, after_s: float = 0.0) -> float:
        """Every sample is the motion of its moment, every lost one is counted; the worst time error in seconds.

        begun_anew: how many gaps may be off by two samples, because the chip began to sample anew in them. The error
        is that of the samples from after_s on.
        """
        readings = self.got
        true_ns = np.array(self.chip.sampling.t_ns)
        delay_ns = round(self.delay_s * 1e9)
        t_ns = np.concatenate([reading.t_ns for reading in readings]) + delay_ns
        assert np.all(np.diff(t_ns) > 0)
        index = np.clip(np.searchsorted(true_ns, t_ns), 1, len(true_ns) - 1)
        index -= t_ns - true_ns[index - 1] < true_ns[index] - t_ns
        expected = []
        for i in index.tolist():
            moment_s = (self.chip.sampling.t_ns[i] - self.world.start_ns) / 1e9 - self.delay_s
            acceleration, rotation = self.moved.at(moment_s)
            expected.append(codes(acceleration, self.scales[0]) + codes(rotation, self.scales[1]))
        values = np.concatenate(
            [np.column_stack([r.acceleration_m_s2, r.rotation_rad_s]).astype(np.float64) for r in readings]
        )
        np.testing.assert_array_equal(np.rint(values / np.repeat(self.scales, 3)), expected)
        numbers = np.concatenate([r.first_sample + np.arange(len(r.t_ns)) for r in readings])
        starts = np.cumsum([len(r.t_ns) for r in readings])[:-1]
        assert [r.lost_samples for r in readings[1:]] == (numbers[starts] - numbers[starts - 1] - 1).tolist()
        off = np.diff(index) - np.diff(numbers)
        assert np.count_nonzero(off) <= begun_anew
        return float(np.abs(t_ns - true_ns[index])[t_ns >= self.world.start_ns + 1e9 * after_s].max()) / 1e9


@pytest.fixture
def motion_rig() -> Callable[..., MotionRig]:
    """Builds one: motion_rig(name, clock_error, who_am_i, rate_hz)."""
    return MotionRig
