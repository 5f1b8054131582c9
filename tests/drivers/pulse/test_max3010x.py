from __future__ import annotations

import errno
from itertools import pairwise

import numpy as np
import pytest
from i2c_path import wired

from drivers.errors import DeviceLost, DeviceNotFound, WrongDevice
from drivers.names import Bench
from drivers.pulse.max3010x import Max3010x, make
from drivers.readings import PulseSamples
from drivers.settings import PulseSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.max30102 import Max30102
from drivers.sim.scenario import Scenario
from drivers.sim.world import World

MS = 1_000_000


class Rig:
    """A sensor on a simulated chip, and what it gave."""

    def __init__(self, clock_error: float = 0.004, **settings: object) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock, Scenario(chip_clock_error=clock_error))
        self.sensor: Max3010x = make(
            PulseSettings(bus="sim", **settings),  # type: ignore[arg-type]
            Bench(self.clock, lambda: wired(self.world)),
        )
        self.got: list[PulseSamples] = []

    @property
    def chip(self) -> Max30102:
        chip = self.world.bus.devices[0x57]
        assert isinstance(chip, Max30102)
        return chip

    def wait(self, ms: float) -> None:
        self.clock.sleep_until_ns(self.clock.now_ns() + round(ms * MS))

    def run(self, seconds: float) -> None:
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.sensor.period_ns)
            self.got += self.sensor.step(self.clock.now_ns())

    def time_errors_ms(self, readings: list[PulseSamples]) -> np.ndarray:
        """Reported against true times, for the samples since the chip began (none lost before)."""
        true = np.array(self.chip.sample_t_ns)
        return np.concatenate([(r.t_ns - true[r.first_sample : r.first_sample + len(r.t_ns)]) / MS for r in readings])


def check_numbers(readings: list[PulseSamples]) -> None:
    """Numbers go on, the lost ones counted; times rise."""
    for before, after in pairwise(readings):
        assert after.first_sample == before.first_sample + len(before.t_ns) + after.lost_samples
    assert np.all(np.diff(np.concatenate([r.t_ns for r in readings])) > 0)


@pytest.mark.parametrize("clock_error", [-0.02, 0.004, 0.40])
@pytest.mark.parametrize("rate_hz", [50, 100, 200, 400])
def test_nothing_is_lost_and_every_sample_knows_its_time(clock_error: float, rate_hz: int) -> None:
    rig = Rig(clock_error, rate_hz=rate_hz)
    rig.sensor.open()
    rig.run(6.0)
    check_numbers(rig.got)
    count = sum(len(r.t_ns) for r in rig.got)
    assert rig.chip.lost == 0
    assert count == pytest.approx(6.0 * rate_hz * (1 + clock_error), abs=6)
    assert rig.got[-1].clock_error == pytest.approx(clock_error, abs=2e-3)
    late = [r for r in rig.got if r.t_ns[0] > rig.got[0].t_ns[0] + 2_000_000_000]
    assert np.abs(rig.time_errors_ms(late)).max() < 0.5e3 / rate_hz + 0.1  # half a period: all that can be known
    assert all(r.t_ns[-1] <= rig.clock.now_ns() for r in rig.got)


def test_the_counts_are_those_of_the_finger_without_the_junk() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    ir = np.concatenate([r.ir_counts for r in rig.got])
    red = np.concatenate([r.red_counts for r in rig.got])
    true = [rig.world.pulse.counts(rig.world.seconds(t)) for t in rig.chip.sample_t_ns[: len(ir)]]
    assert list(zip(red.tolist(), ir.tolist(), strict=True)) == true
    assert (ir.dtype, red.dtype, rig.got[0].t_ns.dtype) == (np.int32, np.int32, np.int64)
    assert not rig.got[0].ir_counts.flags.writeable


def test_a_stall_of_1_5_s_costs_samples_and_nothing_else() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(3.0)
    before = len(rig.got)
    rig.wait(1500)
    rig.run(2.0)
    check_numbers(rig.got)
    assert sum(r.lost_samples for r in rig.got[before:]) == pytest.approx(rig.chip.lost, abs=1)
    assert rig.chip.lost > 100
    assert rig.got[-1].first_sample + len(rig.got[-1].t_ns) == pytest.approx(rig.chip.taken, abs=1)
    assert rig.clock.now_ns() - rig.got[-1].t_ns[-1] < 20 * MS


def test_what_the_chip_lost_before_it_was_first_read_is_counted() -> None:
    """A rig warms up for up to half a minute between opening its sensors and reading them."""
    rig = Rig()
    rig.sensor.open()
    rig.wait(20_000)
    rig.run(2.0)
    check_numbers(rig.got)
    assert rig.got[0].first_sample == rig.got[0].lost_samples == pytest.approx(rig.chip.lost, rel=0.005)
    assert rig.chip.lost > 1900


def test_a_fifo_that_is_just_full_is_not_taken_for_an_empty_one() -> None:
    rig = Rig(0.0)
    rig.sensor.open()
    rig.run(1.0)
    rig.wait(305)
    rig.run(1.0)
    check_numbers(rig.got)
    assert (rig.chip.lost, sum(r.lost_samples for r in rig.got)) == (0, 0)


def test_a_brown_out_is_mended_and_its_gap_counted() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.brown_out()
    rig.wait(200)
    rig.run(2.0)
    check_numbers(rig.got)
    assert sum(r.lost_samples for r in rig.got) == pytest.approx(22, abs=4)
    assert rig.clock.now_ns() - rig.got[-1].t_ns[-1] < 20 * MS
    assert rig.got[-1].clock_error == pytest.approx(0.004, abs=1e-3)


class Deaf:
    """A chip that does not acknowledge the next ``writes`` of a register, and answers everything else."""

    def __init__(self, chip: Max30102, writes: int) -> None:
        self._chip, self._writes = chip, writes

    def write(self, data: bytes) -> None:
        if len(data) > 1 and self._writes:
            self._writes -= 1
            raise OSError(errno.EREMOTEIO, "Remote I/O error")
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        return self._chip.read(length)


@pytest.mark.parametrize("writes", [1, 4])
def test_a_brown_out_is_mended_though_the_chip_is_not_back_at_once(writes: int) -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.brown_out()
    rig.world.bus.devices[0x57] = Deaf(rig.chip, writes)
    rig.run(2.0)
    check_numbers(rig.got)
    assert rig.clock.now_ns() - rig.got[-1].t_ns[-1] < 20 * MS
    assert sum(r.lost_samples for r in rig.got) == pytest.approx(3 + 1.6 * writes, abs=4)


def test_a_chip_that_cannot_be_configured_again_is_lost() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.brown_out()
    rig.world.bus.devices[0x57] = Deaf(rig.chip, 1_000)
    with pytest.raises(DeviceLost, match="no longer answers"):
        rig.run(1.0)


@pytest.mark.parametrize("pointer", [0, 11])  # at 0 it stands after a brown-out, too
def test_a_brown_out_that_nobody_is_told_of_is_mended_in_a_fifth_of_a_second(pointer: int) -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    while {rig.world.bus.read_byte_data(0x57, register) for register in (4, 6)} != {pointer}:
        rig.run(0.01)
    rig.chip.brown_out()
    rig.world.bus.read_byte_data(0x57, 0)  # somebody else reads, and clears, PWR_RDY
    rig.run(2.0)
    check_numbers(rig.got)
    assert sum(r.lost_samples for r in rig.got) < 20


class _Deaf:
    """The chip, which can no longer be woken."""

    def __init__(self, chip: Max30102) -> None:
        self._chip = chip

    def write(self, data: bytes) -> None:
        self._chip.write(data if data[0] != 0x09 else data[:1])

    def read(self, length: int) -> bytes:
        return self._chip.read(length)


def test_a_chip_that_sleeps_on_is_lost_after_two_seconds_and_opens_again() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.brown_out()
    chip = rig.chip
    rig.world.bus.devices[0x57] = _Deaf(chip)
    since_ns = rig.clock.now_ns()
    with pytest.raises(DeviceLost) as caught:
        rig.run(5.0)
    assert rig.clock.now_ns() - since_ns == pytest.approx(2e9, rel=0.02)
    assert str(caught.value) == (
        "pulse sensor max3010x at 0x57 on the simulated bus: expected a sample within 2 s, got none; "
        "is its supply firm? (3V3, GND)"
    )
    assert rig.sensor.step(rig.clock.now_ns()) == []
    rig.world.bus.devices[0x57] = chip
    rig.sensor.open()
    rig.got.clear()
    rig.run(3.0)
    check_numbers(rig.got)


def test_a_host_that_slept_for_long_finds_its_sensor_again() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.wait(60_000)
    rig.run(2.0)
    check_numbers(rig.got)


def test_a_bad_contact_of_a_moment_is_ridden_out() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(1.0)
    for _ in range(20):
        rig.world.bus.fail(errno.EREMOTEIO, 3)
        rig.run(0.2)
    check_numbers(rig.got)
    assert sum(r.lost_samples for r in rig.got) == rig.chip.lost == 0


def test_a_sensor_that_stays_away_is_lost_in_words_and_can_be_opened_again() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.nack(1_000)
    with pytest.raises(DeviceLost) as caught:
        rig.run(1.0)
    assert str(caught.value) == (
        "pulse sensor at 0x57 on the simulated bus no longer answers (nothing acknowledges): has a wire come loose?"
    )
    assert rig.sensor.step(rig.clock.now_ns()) == []
    with pytest.raises(DeviceNotFound, match="is it wired, and is I2C on"):
        rig.sensor.open()
    rig.chip.nack(0)
    rig.sensor.open()
    rig.got.clear()
    rig.run(1.0)
    assert rig.got[0].first_sample == 0
    assert rig.got[0].clock_error == pytest.approx(0.004, abs=2e-3)  # the rate is remembered: no wait
    check_numbers(rig.got)


def test_an_empty_address_is_not_found() -> None:
    rig = Rig()
    rig.world.bus.devices.clear()
    with pytest.raises(DeviceNotFound) as caught:
        rig.sensor.open()
    assert str(caught.value) == (
        "pulse sensor not found at 0x57 on the simulated bus: "
        "is it wired, and is I2C on? (sudo raspi-config, Interface, I2C)"
    )


@pytest.mark.parametrize(
    ("part_id", "remedy"),
    [
        (0x11, "that is a MAX30100, which has other registers: use a MAX30102"),
        (0xFF, "is another device at this address (a DS3231 clock board's memory)?"),
    ],
)
def test_another_chip_is_not_configured(part_id: int, remedy: str) -> None:
    rig = Rig()
    rig.chip.part_id = part_id
    with pytest.raises(WrongDevice) as caught:
        rig.sensor.open()
    assert str(caught.value) == (
        "pulse sensor at 0x57 on the simulated bus: expected part id 0x15 (MAX30102, 30101 or 30105), "
        f"got 0x{part_id:02x}: {remedy}"
    )
    assert rig.world.bus.read_byte_data(0x57, 0x09) == 0


def test_the_die_temperature_comes_now_and_then() -> None:
    rig = Rig()
    rig.chip.temperature_c = 33.0625
    rig.sensor.open()
    rig.run(12.0)
    assert [r.temperature_c for r in rig.got if r.temperature_c is not None] == [33.0625, 33.0625]


@pytest.mark.parametrize("temperature_c", [-0.0625, -3.4375, -40.0])
def test_a_die_below_freezing_has_a_negative_temperature(temperature_c: float) -> None:
    rig = Rig()
    rig.chip.temperature_c = temperature_c
    rig.sensor.open()
    rig.run(1.5)
    assert [r.temperature_c for r in rig.got if r.temperature_c is not None] == [temperature_c]


def test_the_light_is_set_in_steps_of_0_2_ma() -> None:
    rig = Rig(led_ma=7.0)
    rig.sensor.open()
    assert rig.world.bus.read_i2c_block_data(0x57, 0x08, 6) == [0x10, 0x03, 0x27, 0, 35, 35]


def test_close_sends_the_chip_to_sleep_and_may_be_called_twice() -> None:
    rig = Rig()
    rig.sensor.close()
    rig.sensor.open()
    rig.run(0.1)
    rig.sensor.close()
    rig.sensor.close()
    assert rig.world.bus.read_byte_data(0x57, 0x09) & 0x80
    taken = rig.chip.taken
    rig.wait(500)
    rig.world.bus.read_byte_data(0x57, 0xFF)
    assert rig.chip.taken == taken


def test_a_step_moves_at_most_eight_samples() -> None:
    rig = Rig()
    rig.sensor.open()
    rig.run(1.0)
    rig.wait(1500)
    counts = []
    for _ in range(10):
        rig.wait(20)
        counts.append(sum(len(r.t_ns) for r in rig.sensor.step(rig.clock.now_ns())))
    assert max(counts) == 8
    assert counts[-1] <= 3  # caught up
