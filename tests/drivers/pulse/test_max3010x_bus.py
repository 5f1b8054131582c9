"""What a bus does to a driver: transfers that fail, late or at once, for a moment or for good."""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.errors import DeviceLost, DeviceNotFound
from drivers.sim.max30102 import Max30102

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownRig

    Build = Callable[..., KnownRig]


class _Disturbed:
    """The chip; a burst of samples it has given is lost on its way, ``times`` times from when that is set."""

    def __init__(self, chip: Max30102) -> None:
        self._chip, self._is_burst, self.times = chip, False, 0

    def write(self, data: bytes) -> None:
        self._is_burst = data == b"\x07"
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        data = self._chip.read(length)
        if self._is_burst and self.times:
            self.times -= 1
            raise OSError(errno.EIO, "Input/output error")
        return data


def test_a_burst_that_fails_at_its_last_byte_costs_its_samples_and_they_are_counted(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.bus.devices[0x57] = chip = _Disturbed(rig.chip)
    rig.run(2.0)
    for _ in range(20):
        rig.run(0.3)
        chip.times = 1
    rig.run(1.0)
    rig.check(rig.got)
    assert 20 <= sum(r.lost_samples for r in rig.got) <= 40
    assert rig.chip.lost == 0


def test_what_a_failed_burst_popped_is_counted_once_though_nothing_came_since(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.bus.devices[0x57] = chip = _Disturbed(rig.chip)
    rig.run(2.0)
    for _ in range(10):
        rig.run(0.3)
        chip.times, before = 1, len(rig.got)
        while chip.times:
            rig.run(0.01)
        for _ in range(6):  # asked again, and again, before the next sample
            rig.wait(0.001)
            rig.got += rig.sensor.step(rig.clock.now_ns())
        assert len(rig.got) - before <= 2
    rig.run(1.0)
    rig.check(rig.got)


def test_a_failed_burst_and_then_a_long_stall_are_counted_together(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.bus.devices[0x57] = chip = _Disturbed(rig.chip)
    rig.run(2.0)
    for stall_s in (0.1, 0.31, 0.33, 0.36, 0.45, 1.0, 4.9):
        rig.wait(0.05)
        chip.times = 1
        assert rig.sensor.step(rig.clock.now_ns()) == []
        rig.wait(stall_s)
        rig.run(2.0)
    rig.check(rig.got)
    assert sum(r.lost_samples for r in rig.got) > rig.chip.lost + 7 * 4


def test_a_brown_out_whose_flag_was_lost_with_a_failed_read_is_seen_all_the_same(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.brown_out()
    rig.bus.fail(errno.EIO, late=True)
    rig.run(2.0)
    rig.check(rig.got, begun_anew=1)
    assert rig.clock.now_ns() - rig.got[-1].t_ns[-1] < 20_000_000
    assert sum(r.lost_samples for r in rig.got) < 12


class _BrownsOut:
    """The chip, whose supply dips just before its FIFO is read."""

    def __init__(self, rig: KnownRig) -> None:
        self._rig, self.dips = rig, 1

    def write(self, data: bytes) -> None:
        if data == b"\x07" and self.dips:
            self.dips -= 1
            self._rig.chip.brown_out()
        self._rig.chip.write(data)

    def read(self, length: int) -> bytes:
        return self._rig.chip.read(length)


def test_a_brown_out_between_status_and_burst_gives_no_samples_of_nothing(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.bus.devices[0x57] = _BrownsOut(rig)
    rig.run(2.0)
    rig.check(rig.got, begun_anew=1)
    assert min(int(r.ir_counts.min()) for r in rig.got) > 100_000


class _CutOff:
    """The chip, whose supply dips in the middle of a burst: the wires' ones are all that is left of it."""

    def __init__(self, chip: Max30102, whole: int) -> None:
        self._chip, self._whole, self.is_due, self._is_burst = chip, whole, False, False

    def write(self, data: bytes) -> None:
        self._is_burst = data == b"\x07"
        self._chip.write(data)

    def read(self, length: int) -> bytes:
        data = self._chip.read(length)
        if self._is_burst and self.is_due:
            self.is_due = False
            self._chip.brown_out()
            return data[: self._whole] + b"\xff" * (length - self._whole)
        return data


@pytest.mark.parametrize("whole", [0, 4, 5, 6, 8, 11])
def test_a_brown_out_in_the_middle_of_a_burst_gives_no_torn_samples(known_rig: Build, whole: int) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(2.0)
    rig.bus.devices[0x57] = chip = _CutOff(rig.chip, whole)
    for wait_s in (0.0, 0.05, 0.003, 0.02):
        rig.wait(wait_s)
        chip.is_due = True
        rig.run(1.0)
    rig.check(rig.got, begun_anew=4)
    assert not chip.is_due


def test_a_brown_out_leaves_the_times_right(known_rig: Build) -> None:
    """The chip begins anew at another phase of its clock; five more brown-outs, five more phases."""
    rig = known_rig(clock_error=0.40)
    rig.sensor.open()
    rig.run(5.0)
    for k in range(5):
        rig.wait(0.0013 * k)
        rig.chip.brown_out()
        rig.run(0.5)
        assert rig.check(rig.run(2.0)) < 0.003
        assert rig.got[-1].clock_error == pytest.approx(0.40, abs=5e-4)
    rig.check(rig.got, begun_anew=5)


def test_one_percent_of_failures_does_not_keep_it_from_opening(known_rig: Build) -> None:
    transfers = set()
    for seed in range(40):
        rig = known_rig()
        rig.bus.fail_share(errno.EREMOTEIO, 0.01, seed)
        rig.sensor.open()
        transfers.add(rig.bus.transfers)
    assert len(transfers) > 1, "some of them had to try again"


def test_a_stuck_bus_is_told_at_once_and_in_words(known_rig: Build) -> None:
    rig = known_rig()
    rig.bus.fail(errno.ETIMEDOUT, 100)
    with pytest.raises(DeviceNotFound) as caught:
        rig.sensor.open()
    assert str(caught.value) == (
        "pulse sensor not found at 0x57 on the simulated bus "
        "(the bus is stuck: is a wire shorted, or a pull-up missing?)"
    )
    assert rig.bus.transfers == 1  # each costs a second of a real one


def test_it_is_asked_six_times_in_an_eighth_of_a_second_before_it_is_given_up(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(1.0)
    rig.bus.devices.clear()
    asked, since_ns = rig.bus.transfers, rig.clock.now_ns()
    with pytest.raises(DeviceLost, match="nothing acknowledges"):
        rig.run(1.0)
    assert rig.bus.transfers - asked == 6 + 1  # and once to send it to sleep
    assert 0.128e9 < rig.clock.now_ns() - since_ns < 0.2e9


def test_five_failures_in_a_row_lose_nothing(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(1.0)
    for _ in range(5):
        rig.bus.fail(errno.EREMOTEIO, 5)
        rig.run(0.5)
    rig.check(rig.got)
    assert sum(r.lost_samples for r in rig.got) == 0


@pytest.mark.parametrize("clock_error", [-0.02, 0.40])
@pytest.mark.parametrize("after_s", [0.0, 0.2, 0.6, 1.5])
def test_a_stall_so_soon_that_the_rate_is_hardly_known_is_counted_too(
    known_rig: Build, clock_error: float, after_s: float
) -> None:
    rig = known_rig(clock_error=clock_error)
    rig.sensor.open()
    rig.run(after_s)
    rig.wait(4.7)
    rig.run(2.0)
    rig.check(rig.got)
    number = rig.got[-1].first_sample + len(rig.got[-1].t_ns)
    assert number == pytest.approx(rig.chip.taken, abs=1)


def test_a_chip_whose_pointers_do_not_go_round_is_counted_by_the_clock(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(5.0)
    rig.wait(3.0)
    rig.bus.write_byte_data(0x57, 0x04, 3)  # 32 samples from an odd place on, whatever was lost
    rig.bus.write_byte_data(0x57, 0x06, 4)
    rig.run(1.0)
    number = rig.got[-1].first_sample + len(rig.got[-1].t_ns)
    assert number == pytest.approx(rig.chip.taken, abs=2)


def test_a_bus_that_sticks_is_given_up_sooner_for_each_try_takes_a_second(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(1.0)
    asked = rig.bus.transfers
    rig.bus.fail(errno.ETIMEDOUT, 100)
    with pytest.raises(DeviceLost) as caught:
        rig.run(1.0)
    assert str(caught.value) == (
        "pulse sensor at 0x57 on the simulated bus no longer answers "
        "(the bus is stuck: is a wire shorted, or a pull-up missing?): has a wire come loose?"
    )
    assert rig.bus.transfers - asked == 3 + 1
