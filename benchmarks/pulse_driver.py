#!/usr/bin/env python3
"""The MAX3010x driver and Pimoroni's published one (PyPI max30105) through the same ten minutes (two with --quick).

One simulated chip at register level each, the same finger, both asked every 16.18 ms: once with nothing wrong, once
with stalls of up to 5 s, a clock 40 % fast, junk bits (always), 1 % of all transfers not acknowledged, one brown-out.
Pimoroni's driver lets an OSError out: whoever calls it is taken to try again at the next step.

It does not mask the junk bits, so that no value of it is right; "masked" is the same with whoever calls it doing that.
A sample is right where both its values are those of one true sample, newer than the one before; wrong where they are
not. Not told: lost, and not said to be. The CPU is ours at 100 samples/s with smbus2's own Python, without the kernel.
"""

from __future__ import annotations

import errno
import importlib
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from time import thread_time
from typing import Any

import numpy as np
from figures import Figure, main, missing
from smbus2 import SMBus, i2c_msg, smbus2

from drivers.names import Bench
from drivers.pulse.max3010x import make
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.max30102 import Max30102
from drivers.sim.world import World

ADDRESS = 0x57
STEP_NS = 16_180_000
FULL_MINUTES, QUICK_MINUTES = 10.0, 2.0
NO_PEER = "max30105 is not installed: pip install -e '.[dev]'"


class NumberedFinger:
    """A finger whose samples are known by the lowest digits of their values: times (s) and values of all of them."""

    def __init__(self) -> None:
        self.t_s: list[float] = []
        self.values: list[tuple[int, int]] = []

    def counts(self, t_s: float) -> tuple[int, int]:
        """(red, ir)."""
        k, blood = len(self.values), math.sin(7.0 * t_s)
        self.t_s.append(t_s)
        self.values.append((64 * round(1850 - 5 * blood) + k % 59, 64 * round(2300 - 14 * blood) + k % 61))
        return self.values[-1]


@dataclass
class Stage:
    """A chip on a bus on a clock."""

    clock_error: float = 0.004
    finger: NumberedFinger = field(default_factory=NumberedFinger)

    def __post_init__(self) -> None:
        """Put it together."""
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        self.chip = Max30102(self.finger, self.clock, self.clock.now_ns(), self.clock_error)
        self.bus = SimBus({ADDRESS: self.chip})

    def ours(self, bus: object) -> Any:
        """Our driver on that bus, open."""
        self.world.__dict__["bus"] = bus
        sensor = make(PulseSettings(bus="sim"), Bench(self.clock, lambda: self.world))
        sensor.open()
        return sensor

    def play(self, step: Callable[[], None], minutes: float, bad: bool) -> None:
        """Call step as the minutes pass, good ones or bad ones."""
        random, start_ns = Random(1), self.clock.now_ns()
        end_ns = start_ns + round(minutes * 60e9)
        stall_ns, brown_out_ns = start_ns + 5_000_000_000, (start_ns + end_ns) // 2
        if bad:
            self.bus.fail_share(errno.EREMOTEIO, 0.01, seed=1)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + STEP_NS)
            if bad and self.clock.now_ns() > stall_ns:
                self.clock.sleep_until_ns(self.clock.now_ns() + round(random.uniform(0.2, 5.0) * 1e9))
                stall_ns = self.clock.now_ns() + round(random.uniform(2.0, 20.0) * 1e9)
            if bad and self.clock.now_ns() > brown_out_ns:
                self.chip.brown_out()
                brown_out_ns = end_ns + 1
            step()


@dataclass(frozen=True)
class Outcome:
    """Of one driver: samples it should have given, right and wrong ones, those it said were lost, its time error."""

    should: int
    right: int
    wrong: int
    told_lost: int = 0
    time_error_ms: float = 0.0

    @property
    def missing_percent(self) -> float:
        """Samples that nobody got."""
        return 100.0 * (1.0 - self.right / self.should)

    @property
    def not_told(self) -> int:
        """Samples lost and not said to be, or said to be and not lost."""
        return abs(self.should - self.right - self.told_lost)


def matched(got: list[tuple[int, int]], true: list[tuple[int, int]]) -> list[int]:
    """The index of each sample among the true ones, in order; -1 where it is none of the next 2000."""
    places: dict[tuple[int, int], list[int]] = {}
    for k, sample in enumerate(true):
        places.setdefault(sample, []).append(k)
    found, newest = [], -1
    for sample in got:
        index = next((k for k in places.get(sample, ()) if newest < k <= newest + 2000), -1)
        newest = max(newest, index)
        found.append(index)
    return found


def ours(minutes: float, bad: bool) -> Outcome:
    """Our driver's minutes."""
    stage = Stage(0.40 if bad else 0.004)
    got: list[PulseSamples] = []
    sensor = stage.ours(stage.bus)
    stage.play(lambda: got.extend(sensor.step(stage.clock.now_ns())), minutes, bad)
    samples = [pair for r in got for pair in zip(r.red_counts.tolist(), r.ir_counts.tolist(), strict=True)]
    index = np.array(matched(samples, stage.finger.values))
    t_s = (np.concatenate([r.t_ns for r in got]) - stage.world.start_ns) / 1e9
    settled = (index >= 0) & (t_s > 5.0)
    errors = np.abs(t_s - np.array(stage.finger.t_s)[index])[settled]
    told = sum(r.lost_samples for r in got)
    # all that a chip which never stops would have made, less what is still in the FIFO
    should = round((got[-1].t_ns[-1] - got[0].t_ns[0]) / 1e9 * 100.0 * (1.0 + stage.clock_error)) + 1
    right, wrong = int((index >= 0).sum()), int((index < 0).sum())
    return Outcome(should, right, wrong, told - got[0].lost_samples, 1e3 * float(errors.max()))


class _Time:
    """What the published driver knows of time, on the simulated clock."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock

    def time(self) -> float:
        return self._clock.now_ns() / 1e9

    def sleep(self, seconds: float) -> None:
        self._clock.sleep_until_ns(self._clock.now_ns() + round(seconds * 1e9))


class _WithBlocks:
    """The simulated bus with the one more call of smbus2 that i2cdevice uses."""

    def __init__(self, bus: SimBus) -> None:
        self._bus = bus
        self.read_i2c_block_data = bus.read_i2c_block_data

    def write_i2c_block_data(self, address: int, register: int, values: list[int]) -> None:
        self._bus.i2c_rdwr(i2c_msg.write(address, [register, *values]))


def pimoroni(minutes: float, bad: bool) -> dict[str, Outcome]:
    """The published driver's, as it is and masked, at the same settings. ImportError where it is not installed."""
    module = importlib.import_module("max30105")
    stage = Stage(0.40 if bad else 0.004)
    known_time, module.time = module.time, _Time(stage.clock)
    try:
        sensor = module.MAX30105(i2c_dev=_WithBlocks(stage.bus))
        sensor.setup(led_power=7.0, sample_average=1, leds_enable=2, sample_rate=100, pulse_width=411, adc_range=4096)
        words: list[int] = []

        def step() -> None:
            try:
                words.extend(sensor.get_samples() or [])
            except OSError:  # it has no other answer to a transfer that fails
                return

        start_s = stage.clock.now_ns() / 1e9
        stage.play(step, minutes, bad)
        passed_s = stage.clock.now_ns() / 1e9 - start_s
    finally:
        module.time = known_time
    should, outcomes = round(passed_s * 100.0 * (1.0 + stage.clock_error)), {}
    for name, mask in (("pimoroni", -1), ("pimoroni_masked", 0x3FFFF)):
        pairs = [(red & mask, ir & mask) for red, ir in zip(words[::2], words[1::2], strict=False)]
        right = sum(index >= 0 for index in matched(pairs, stage.finger.values))
        outcomes[name] = Outcome(should, right, len(pairs) - right)
    return outcomes


class _Kernel:
    """The ioctl that smbus2 calls, answered by a simulated bus; the time spent here is nobody's."""

    def __init__(self, bus: SimBus) -> None:
        self._bus, self._address, self.spent_s = bus, 0, 0.0

    def __call__(self, fd: int, request: int, argument: Any) -> None:
        began_s = thread_time()
        if request == smbus2.I2C_SLAVE:
            self._address = argument
        elif request == smbus2.I2C_RDWR:
            self._bus.i2c_rdwr(*(argument.msgs[k] for k in range(argument.nmsgs)))
        else:
            self._smbus(argument)
        self.spent_s += thread_time() - began_s

    def _smbus(self, argument: Any) -> None:
        data = argument.data.contents
        if argument.read_write == smbus2.I2C_SMBUS_WRITE:
            self._bus.write_byte_data(self._address, argument.command, data.byte)
        elif argument.size == smbus2.I2C_SMBUS_BYTE_DATA:
            data.byte = self._bus.read_byte_data(self._address, argument.command)
        else:
            answer = self._bus.read_i2c_block_data(self._address, argument.command, data.block[0])
            data.block[1 : len(answer) + 1] = answer


def core_percent(seconds: float = 60.0) -> float:
    """CPU of our driver and of smbus2's Python at 100 samples/s, in percent of this machine's core."""
    stage = Stage()
    kernel = _Kernel(stage.bus)
    known_ioctl, smbus2.ioctl = smbus2.ioctl, kernel
    try:
        sensor = stage.ours(SMBus())
        kernel.spent_s, cpu_s = 0.0, 0.0
        for _ in range(round(seconds * 1e9 / sensor.period_ns)):
            stage.clock.sleep_until_ns(stage.clock.now_ns() + sensor.period_ns)
            began_s = thread_time()
            sensor.step(stage.clock.now_ns())
            cpu_s += thread_time() - began_s
    finally:
        smbus2.ioctl = known_ioctl
    return 100.0 * (cpu_s - kernel.spent_s) / seconds


def measure(quick: bool) -> list[Figure]:
    """Both drivers, both kinds of minutes."""
    minutes = QUICK_MINUTES if quick else FULL_MINUTES
    found = []
    for kind, bad in (("good", False), ("bad", True)):
        we = ours(minutes, bad)
        try:
            they = pimoroni(minutes, bad)
        except ImportError:
            they = {}
        for name, unit, bar, attribute in (
            ("wrong_values", "samples", 0.0, "wrong"),
            ("not_told", "samples", 1.0, "not_told"),  # a brown-out ends within a sample: it is nobody's or somebody's
            ("missing", "%", None, "missing_percent"),
            ("time_error", "ms", 5.0, "time_error_ms"),
        ):
            timed = attribute == "time_error_ms"  # the peer gives no times
            peers = {} if timed else {peer: float(getattr(outcome, attribute)) for peer, outcome in they.items()}
            found.append(Figure(f"{kind}_minutes_{name}", float(getattr(we, attribute)), unit, bar, peers=peers))
        if not they:
            found.append(missing(f"{kind}_minutes_pimoroni", "", None, NO_PEER))
    found.append(Figure("driver_core_percent", core_percent(), "%", 1.0))
    return found


if __name__ == "__main__":
    raise SystemExit(main(__doc__ or "", measure))
