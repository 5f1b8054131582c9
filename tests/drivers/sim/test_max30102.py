from __future__ import annotations

import errno

import pytest
from smbus2 import i2c_msg

from drivers.sim.bus import SimBus
from drivers.sim.clock import SimulatedClock
from drivers.sim.max30102 import Max30102

ADDRESS = 0x57
MS = 1_000_000


class Steps:
    """Light that grows by one count a millisecond, so that a sample tells its time."""

    def counts(self, t_s: float) -> tuple[int, int]:
        return round(t_s * 1000), 100_000 + round(t_s * 1000)


class Bench:
    def __init__(self, clock_error: float = 0.0) -> None:
        self.clock = SimulatedClock()
        self.chip = Max30102(Steps(), self.clock, self.clock.now_ns(), clock_error=clock_error, seed=3)
        self.bus = SimBus({ADDRESS: self.chip})

    def start(self, fifo: int = 0x10, spo2: int = 0x27, mode: int = 0x03) -> None:
        for register, value in ((0x08, fifo), (0x0A, spo2), (0x0C, 35), (0x0D, 35), (0x09, mode)):
            self.bus.write_byte_data(ADDRESS, register, value)

    def wait(self, ms: float) -> None:
        self.clock.sleep_until_ns(self.clock.now_ns() + round(ms * MS))

    def get(self, register: int) -> int:
        return self.bus.read_byte_data(ADDRESS, register)

    def pointers(self) -> tuple[int, int, int]:
        write, overflow, read = self.bus.read_i2c_block_data(ADDRESS, 0x04, 3)
        return write, overflow, read

    def fifo(self, length: int) -> bytes:
        answer = i2c_msg.read(ADDRESS, length)
        self.bus.i2c_rdwr(i2c_msg.write(ADDRESS, [0x07]), answer)
        return bytes(answer)

    def samples(self, count: int) -> list[tuple[int, int]]:
        data = self.fifo(6 * count)
        words = [int.from_bytes(data[i : i + 3], "big") & 0x3FFFF for i in range(0, len(data), 3)]
        return list(zip(words[::2], words[1::2], strict=True))


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_part_id_and_a_quiet_chip_after_power_up(bench: Bench) -> None:
    assert bench.get(0xFF) == 0x15
    bench.wait(500)
    assert bench.pointers() == (0, 0, 0)


def test_pwr_rdy_is_set_after_power_up_and_cleared_by_reading(bench: Bench) -> None:
    assert bench.get(0x00) & 1
    assert not bench.get(0x00) & 1
    bench.chip.brown_out()
    assert bench.get(0x00) & 1


def test_reset_clears_the_registers_and_is_no_brown_out(bench: Bench) -> None:
    bench.start()
    bench.bus.write_byte_data(ADDRESS, 0x09, 0x40)
    assert (bench.get(0x09), bench.get(0x0C), bench.get(0x00)) == (0, 0, 0)


def test_samples_arrive_at_the_set_rate_and_carry_their_light(bench: Bench) -> None:
    bench.start()
    bench.wait(55)
    assert bench.pointers() == (5, 0, 0)
    assert bench.samples(5) == [(t, 100_000 + t) for t in (10, 20, 30, 40, 50)]
    assert bench.pointers() == (5, 0, 5)


def test_the_clock_is_the_chips_own() -> None:
    for error, count in ((-0.02, 24), (0.405, 35)):  # 98.0 and 140.5 samples/s at "100", over 250 ms
        bench = Bench(clock_error=error)
        bench.start()
        bench.wait(250)
        assert bench.chip.rate_hz == 100
        bench.get(0xFF)
        assert bench.chip.taken == count


def test_junk_stands_above_the_18_bits(bench: Bench) -> None:
    bench.start()
    bench.wait(205)
    data = bench.fifo(6 * 20)
    assert len({data[i] >> 2 for i in range(0, len(data), 3)}) > 5


def test_full_looks_like_empty_and_the_overflow_counter_tells(bench: Bench) -> None:
    bench.start()
    bench.wait(325)
    assert bench.pointers() == (0, 0, 0)  # 32 samples, none lost yet
    assert bench.get(0x00) & 0x80  # A_FULL says so
    bench.wait(50)
    write, overflow, read = bench.pointers()
    assert (write, overflow) == (read, 5)


def test_rollover_keeps_the_newest(bench: Bench) -> None:
    bench.start(fifo=0x10)
    bench.wait(1000)
    assert bench.pointers()[1] == 15  # the counter saturates
    samples = bench.samples(32)
    assert [red for red, _ in samples] == list(range(690, 1001, 10))
    assert bench.pointers()[1] == 0  # a pop clears it
    assert bench.chip.lost == 68


def test_without_rollover_the_oldest_stay_and_the_sensor_is_stuck(bench: Bench) -> None:
    bench.start(fifo=0x00)
    bench.wait(1000)
    assert [red for red, _ in bench.samples(32)] == list(range(10, 321, 10))
    assert bench.chip.lost == 68


def test_a_long_sleep_costs_nothing_and_counts_right(bench: Bench) -> None:
    bench.start()
    bench.wait(3_600_000)
    assert len(bench.samples(32)) == 32
    assert bench.chip.taken == 360_000
    assert bench.chip.lost == 360_000 - 32


def test_the_read_pointer_moves_with_a_samples_first_byte_and_the_rest_is_gone(bench: Bench) -> None:
    bench.start()
    bench.wait(35)
    bench.fifo(7)  # one sample and the first byte of the next
    assert bench.pointers() == (3, 0, 2)
    assert bench.samples(1) == [(30, 100_030)]


def test_an_empty_fifo_gives_old_bytes_and_its_pointers_stay(bench: Bench) -> None:
    bench.start()
    bench.wait(15)
    bench.samples(1)
    bench.fifo(6)
    assert bench.pointers() == (1, 0, 1)


def test_pointers_can_be_cleared(bench: Bench) -> None:
    bench.start()
    bench.wait(105)
    for register in (0x04, 0x05, 0x06):
        bench.bus.write_byte_data(ADDRESS, register, 0)
    assert bench.pointers() == (0, 0, 0)


def test_shutdown_stops_and_waking_starts_again(bench: Bench) -> None:
    bench.start()
    bench.wait(25)
    bench.bus.write_byte_data(ADDRESS, 0x09, 0x83)
    bench.wait(100)
    assert bench.pointers() == (2, 0, 0)
    bench.bus.write_byte_data(ADDRESS, 0x09, 0x03)
    bench.wait(15)
    assert bench.pointers() == (3, 0, 0)


def test_averaging_means_the_light_and_divides_the_rate(bench: Bench) -> None:
    bench.start(fifo=0x50)  # four
    bench.wait(85)
    assert bench.pointers()[0] == 2
    assert bench.samples(2) == [(25, 100_025), (65, 100_065)]


def test_too_fast_a_rate_falls_back_to_what_the_pulse_width_allows(bench: Bench) -> None:
    bench.start(spo2=0x33)  # 800 samples/s at 411 us: 400 with two LEDs
    assert bench.chip.rate_hz == 400


def test_a_short_pulse_gives_fewer_bits_left_justified(bench: Bench) -> None:
    bench.start(spo2=0x24)  # 69 us: 15 bits
    bench.wait(105)
    assert all(red % 8 == 0 and ir % 8 == 0 for red, ir in bench.samples(10))


def test_one_led_makes_words_of_three_bytes(bench: Bench) -> None:
    bench.start(mode=0x02)
    bench.wait(35)
    data = bench.fifo(9)
    assert [int.from_bytes(data[i : i + 3], "big") & 0x3FFFF for i in (0, 3, 6)] == [10, 20, 30]
    assert bench.pointers() == (3, 0, 3)


def test_a_dark_led_sees_nothing(bench: Bench) -> None:
    bench.start()
    bench.bus.write_byte_data(ADDRESS, 0x0C, 0)
    bench.wait(15)
    assert bench.samples(1) == [(0, 100_010)]


def test_the_temperature_takes_29_ms(bench: Bench) -> None:
    bench.chip.temperature_c = -3.25
    bench.bus.write_byte_data(ADDRESS, 0x21, 1)
    bench.wait(20)
    assert bench.get(0x21) == 1
    bench.wait(10)
    assert bench.get(0x21) == 0
    assert bench.get(0x01) & 0x02
    assert not bench.get(0x01) & 0x02
    whole, part = bench.bus.read_i2c_block_data(ADDRESS, 0x1F, 2)
    assert (whole - 256) + part / 16 == -3.25


def test_nacks_come_from_the_chip(bench: Bench) -> None:
    bench.chip.nack(1)
    with pytest.raises(OSError) as caught:
        bench.get(0xFF)
    assert caught.value.errno == errno.EREMOTEIO
    assert bench.get(0xFF) == 0x15


def test_the_pointers_go_round_with_every_sample_lost_or_not(bench: Bench) -> None:
    bench.start()
    for ms, taken in ((1005, 100), (60_000, 6100), (330, 6133)):
        bench.wait(ms)
        write, _, read = bench.pointers()
        assert write == read == taken % 32


def test_light_goes_with_the_current_and_the_range_up_to_full_scale(bench: Bench) -> None:
    bench.start()
    for register, value in ((0x0C, 70), (0x0D, 70)):
        bench.bus.write_byte_data(ADDRESS, register, value)
    bench.wait(15)
    assert bench.samples(1) == [(20, 200_020)]
    bench.bus.write_byte_data(ADDRESS, 0x0D, 105)
    bench.wait(10)
    assert bench.samples(1) == [(40, 0x3FFFF)]
    bench.bus.write_byte_data(ADDRESS, 0x0A, 0x67)  # 16384 nA: a quarter
    bench.wait(10)
    (sample,) = bench.samples(1)
    assert sample[1] == pytest.approx(100_030 * 3 / 4, abs=20)


def test_a_swapped_board_swaps_the_leds_and_their_samples(bench: Bench) -> None:
    bench.chip.swapped = True
    bench.start()
    bench.bus.write_byte_data(ADDRESS, 0x0D, 70)
    bench.wait(15)
    assert bench.samples(1) == [(100_010, 20)]


def test_the_interrupt_is_pulled_by_what_is_enabled_and_let_go_by_reading(bench: Bench) -> None:
    assert bench.chip.interrupt  # PWR_RDY asks nobody
    bench.get(0x00)
    bench.start()
    bench.wait(15)
    assert not bench.chip.interrupt
    bench.bus.write_byte_data(ADDRESS, 0x02, 0x40)
    assert bench.chip.interrupt
    bench.samples(1)
    assert not bench.chip.interrupt
    bench.wait(10)
    assert bench.chip.interrupt
    bench.get(0x00)
    assert not bench.chip.interrupt


def test_a_bus_fails_late_after_the_chip_has_popped(bench: Bench) -> None:
    bench.start()
    bench.wait(35)
    bench.bus.fail(errno.EIO, late=True)
    with pytest.raises(OSError, match="Input/output error"):
        bench.samples(1)
    assert bench.samples(1) == [(20, 100_020)]


def test_a_bus_fails_by_a_share_of_its_transfers_the_same_each_time(bench: Bench) -> None:
    def failures() -> list[int]:
        bench.bus.fail_share(errno.EREMOTEIO, 0.01, seed=5)
        failed = []
        for k in range(3000):
            try:
                bench.get(0xFF)
            except OSError:
                failed.append(k)
        return failed

    first = failures()
    assert 15 < len(first) < 50
    assert failures() == first
    bench.bus.heal()
    assert bench.get(0xFF) == 0x15
