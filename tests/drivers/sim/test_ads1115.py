"""The simulated converters at register level: what the datasheets say of pointer, bits, ranges and time."""

from __future__ import annotations

import pytest
from smbus2 import i2c_msg

from drivers.sim.ads1115 import Ads1115
from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.tla2022 import tla2022

MS = 1_000_000


class Bench:
    def __init__(self, small: bool = False, volts: float = 1.0) -> None:
        self.clock = SimulatedClock()
        self.volts = volts
        self.chip = (
            tla2022(lambda t_ns: self.volts, self.clock, 0.0)
            if small
            else Ads1115({4: lambda t_ns: self.volts, 0: lambda t_ns: -self.volts}, self.clock, 0.0)
        )
        self.chip.noise_v = 0.0
        self.bus = SimBus({0x48: self.chip})

    def set(self, value: int, register: int = 1) -> None:
        self.bus.i2c_rdwr(i2c_msg.write(0x48, [register, value >> 8, value & 0xFF]))

    def get(self, register: int) -> int:
        high, low = self.bus.read_i2c_block_data(0x48, register, 2)
        return high << 8 | low

    def wait(self, ms: float) -> None:
        self.clock.sleep_until_ns(self.clock.now_ns() + round(ms * MS))


def test_registers_after_power_up() -> None:
    bench = Bench()
    assert [bench.get(register) for register in range(4)] == [0x0000, 0x8583, 0x8000, 0x7FFF]


def test_a_single_shot_takes_its_time_and_ends() -> None:
    bench = Bench()
    bench.set(0xC543)  # start, A0 to ground, 2.048 V, single shot, 32 samples/s
    assert not bench.get(1) & 0x8000
    bench.wait(31.2)
    assert (bench.get(1) & 0x8000, bench.get(0)) == (0, 0)
    bench.wait(0.1)
    assert (bench.get(1), bench.get(0)) == (0xC543, 16000)
    bench.volts = 0.5
    bench.wait(100)
    assert bench.get(0) == 16000  # nothing goes on by itself


@pytest.mark.parametrize(("mux", "code"), [(4, 16000), (0, 0x10000 - 16000), (5, 0)])
def test_the_multiplexer_and_the_sign(mux: int, code: int) -> None:
    bench = Bench()
    bench.set(0x8543 | mux << 12)
    bench.wait(40)
    assert bench.get(0) == code


@pytest.mark.parametrize(("gain", "code"), [(0, 5333), (1, 8000), (2, 16000), (3, 32000), (4, 0x7FFF), (7, 0x7FFF)])
def test_ranges_and_their_ends(gain: int, code: int) -> None:
    bench = Bench()
    bench.set(0xC143 | gain << 9)
    bench.wait(40)
    assert bench.get(0) == code


def test_continuous_mode_gives_the_newest_whole_conversion() -> None:
    bench = Bench()
    bench.set(0x4443)
    bench.wait(32)
    assert bench.get(0) == 16000
    bench.volts = 0.25
    bench.wait(20)
    assert bench.get(0) == 16000
    bench.wait(12)
    assert bench.get(0) == 4000
    assert len(bench.chip.started_ns) == 2


def test_a_brown_out_forgets_the_configuration() -> None:
    bench = Bench()
    bench.set(0xC543)
    bench.chip.brown_out()
    bench.wait(40)
    assert (bench.get(1), bench.get(0)) == (0x8583, 0)


def test_the_small_one_has_twelve_bits_at_the_left_and_faster_rates() -> None:
    bench = Bench(small=True)
    bench.set(0x8503)  # start, 2.048 V, single shot, 128 samples/s
    bench.wait(7.8)
    assert not bench.get(1) & 0x8000
    bench.wait(0.1)
    assert (bench.get(1), bench.get(0)) == (0x8503, 1000 << 4)
    bench.volts = -5.0
    bench.set(0x8503)
    bench.wait(8)
    assert bench.get(0) == 0x8000
    assert bench.get(2) == 0
