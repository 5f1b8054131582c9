"""A sensor on a simulated chip whose light is known to the count: what was delivered is held against it."""

from __future__ import annotations

import errno
import math
from collections.abc import Callable

import numpy as np
import pytest
from i2c_path import wired

from drivers.names import Bench
from drivers.pulse.max3010x import Max3010x, make
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.max30102 import Max30102
from drivers.sim.world import World


class KnownLight:
    """A quiet finger of 67 beats a minute, both lights numbered in their lowest digits, and what it was asked for.

    level: of the light, 1 is a usual finger's; red_perfusion: of IR's. Both may be changed at any time.
    """

    def __init__(self, level: float = 1.0, red_perfusion: float = 0.4) -> None:
        self.level, self.red_perfusion = level, red_perfusion
        self.t_s: list[float] = []
        self.red: list[int] = []
        self.ir: list[int] = []

    def counts(self, t_s: float) -> tuple[int, int]:
        """(red, ir) at t_s."""
        k, blood = len(self.t_s), 0.006 * math.sin(7.0 * t_s)
        red = 64 * round(1850 * self.level * (1.0 - self.red_perfusion * blood)) + k % 59
        ir = 64 * round(2300 * self.level * (1.0 - blood)) + k % 61
        self.t_s.append(t_s)
        self.red.append(red)
        self.ir.append(ir)
        return red, ir


class SlowWire:
    """The chip at the end of a wire of 100 kHz: samples come while it is read. held_up_s: once, before ``at`` is asked.

    at: a register, 0 for the flags and pointers, 7 for the samples. held_up: how often it was. spoils: whether what is
    read then is lost on its way.
    """

    BYTE_NS = 90_000

    def __init__(self, rig: KnownRig) -> None:
        self._chip, self._clock = rig.chip, rig.clock
        self.at, self.held_up_s, self.held_up = 0, 0.0, 0
        self.spoils = self._is_spoilt = False

    def write(self, data: bytes) -> None:
        """Bytes from the master."""
        if self.held_up_s and data[0] == self.at:
            seconds, self.held_up_s = self.held_up_s, 0.0
            self.held_up += 1
            self._is_spoilt = self.spoils
            self._take(round(seconds * 1e9))
        self._take((1 + len(data)) * self.BYTE_NS)
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        """Bytes for the master, a sample at a time."""
        self._take(self.BYTE_NS)
        data = b""
        while len(data) < length:
            part = self._chip.read(min(6, length - len(data)))
            self._take(len(part) * self.BYTE_NS)
            data += part
        if self._is_spoilt:
            self._is_spoilt = False
            raise OSError(errno.EIO, "Input/output error")
        return data

    def _take(self, time_ns: int) -> None:
        self._clock.sleep_until_ns(self._clock.now_ns() + time_ns)


class KnownRig:
    """The real driver, the chip at register level, and all readings so far."""

    def __init__(
        self, light: KnownLight | None = None, clock_error: float = 0.004, swapped: bool = False, **settings: object
    ) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        self.light = light or KnownLight()
        self.chip = Max30102(self.light, self.clock, self.clock.now_ns(), clock_error, swapped=swapped)
        self.bus = SimBus({0x57: self.chip})
        self.world.__dict__["bus"] = self.bus
        self.settings = PulseSettings(bus="sim", **settings)  # type: ignore[arg-type]
        self.period_s = 1.0 / self.settings.rate_hz / (1.0 + clock_error)
        self.sensor: Max3010x = make(self.settings, Bench(self.clock, lambda: wired(self.world)))
        self.got: list[PulseSamples] = []

    @property
    def now_s(self) -> float:
        """Since the chip was made."""
        return (self.clock.now_ns() - self.world.start_ns) / 1e9

    def slow_wire(self) -> SlowWire:
        """From now on the chip is read through it."""
        self.bus.devices[0x57] = wire = SlowWire(self)
        return wire

    def wait(self, seconds: float) -> None:
        """The host is busy elsewhere."""
        self.clock.sleep_until_ns(self.clock.now_ns() + round(seconds * 1e9))

    def run(self, seconds: float) -> list[PulseSamples]:
        """Step as a service does; what came in this time."""
        end_ns, before = self.clock.now_ns() + round(seconds * 1e9), len(self.got)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            self.got += self.sensor.step(self.clock.now_ns())
        return self.got[before:]

    def check(self, readings: list[PulseSamples], begun_anew: int = 0, after_s: float = 0.0) -> float:
        """Every sample is the light of its moment, every lost one is counted, none comes twice; the worst time error.

        begun_anew: how many gaps may be off by one sample, because the chip began to sample anew in them. The error is
        in seconds, of the samples from after_s on.
        """
        true_s, red, ir = np.array(self.light.t_s), np.array(self.light.red), np.array(self.light.ir)
        sizes = [len(reading.t_ns) for reading in readings]
        t_s = (np.concatenate([reading.t_ns for reading in readings]) - self.world.start_ns) / 1e9
        index = np.clip(np.searchsorted(true_s, t_s), 1, len(true_s) - 1)
        index -= t_s - true_s[index - 1] < true_s[index] - t_s
        apart = np.repeat([self.chip.swapped and not reading.swapped for reading in readings], sizes)
        lights = np.where(apart, red[index], ir[index]), np.where(apart, ir[index], red[index])
        for light, counts, ma in (
            (lights[0], [r.ir_counts for r in readings], [r.ir_ma for r in readings]),
            (lights[1], [r.red_counts for r in readings], [r.red_ma for r in readings]),
        ):
            codes = np.repeat(np.rint(np.array(ma, np.float64) / 0.2).astype(np.int64), sizes)
            np.testing.assert_array_equal(np.concatenate(counts), np.minimum(light * codes // 35, 0x3FFFF))
        numbers = np.concatenate([r.first_sample + np.arange(len(r.t_ns)) for r in readings])
        starts = np.cumsum(sizes)[:-1]
        assert [r.lost_samples for r in readings[1:]] == (numbers[starts] - numbers[starts - 1] - 1).tolist()
        off = np.diff(true_s[index]) / self.period_s - np.diff(numbers)
        assert np.count_nonzero(np.abs(off) > 0.01) <= begun_anew
        assert np.abs(off).max(initial=0.0) <= 1.0
        return float(np.abs(t_s - true_s[index])[t_s >= after_s].max())


@pytest.fixture
def known_rig() -> Callable[..., KnownRig]:
    """Builds one: known_rig(light, clock_error, swapped, **settings)."""
    return KnownRig
