"""Both motion drivers on their chips at register level: nothing is lost, or it is counted; faults end in words."""

from __future__ import annotations

import errno
from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from drivers.errors import DeviceLost, DeviceNotFound, DevicePermission, WrongDevice

if TYPE_CHECKING:
    from tests.drivers.motion.conftest import MotionRig

Make = Callable[..., "MotionRig"]

# the family, by name and WHO_AM_I, and the seconds that its FIFO holds at 100 samples/s
CHIPS = [
    ("mpu6050", 0x68, 0.85),
    ("mpu6050", 0x70, 0.42),
    ("lsm6dsox", 0x6C, 2.45),
    ("lsm6dsox", 0x6A, 3.28),
    ("lsm6dsox", 0x69, 6.56),
]
BOTH = pytest.mark.parametrize("name", ["mpu6050", "lsm6dsox"])
EVERY = pytest.mark.parametrize(("name", "who_am_i", "holds_s"), CHIPS)


def lost(rig: MotionRig) -> int:
    return sum(reading.lost_samples for reading in rig.got)


@EVERY
@pytest.mark.parametrize(("clock_error", "rate_hz"), [(-0.03, 100), (0.008, 200), (0.05, 100), (0.0, 200)])
def test_nothing_is_lost_and_every_sample_knows_its_time(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, clock_error: float, rate_hz: int
) -> None:
    rig = motion_rig(name, clock_error, who_am_i, rate_hz)
    rig.sensor.open()
    rig.run(4.0)
    assert rig.check() < 0.6 / rate_hz
    assert rig.chip.lost == 0
    assert lost(rig) == rig.got[0].lost_samples == pytest.approx(0.1 * rate_hz, rel=0.06)  # while it settled
    assert rig.got[-1].clock_error == pytest.approx(clock_error, abs=2e-3)
    assert rig.clock.now_ns() - rig.got[-1].t_ns[-1] < 35e6
    assert all(reading.t_ns[-1] <= rig.clock.now_ns() for reading in rig.got)
    last = rig.got[-1]
    assert (last.t_ns.dtype, last.acceleration_m_s2.dtype, last.rotation_rad_s.dtype) == (np.int64, "f4", "f4")
    assert last.acceleration_m_s2.shape == last.rotation_rad_s.shape == (len(last.t_ns), 3)
    assert not last.acceleration_m_s2.flags.writeable


@EVERY
def test_a_stall_that_the_fifo_holds_costs_nothing(motion_rig: Make, name: str, who_am_i: int, holds_s: float) -> None:
    rig = motion_rig(name, 0.008, who_am_i)
    rig.sensor.open()
    rig.run(2.0)
    rig.wait(0.9 * holds_s)
    rig.run(1.2 * holds_s)
    rig.check()
    assert rig.chip.lost == 0
    assert lost(rig) == rig.got[0].lost_samples


@EVERY
@pytest.mark.parametrize("stall_s", [7.1, 11.03])
def test_what_a_longer_stall_costs_is_counted_to_the_sample(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, stall_s: float
) -> None:
    rig = motion_rig(name, 0.013, who_am_i)
    rig.sensor.open()
    rig.run(5.0)
    for _ in range(3):
        rig.wait(stall_s)
        rig.run(2.0 + 1.5 * holds_s)
    assert rig.check() < 0.006
    assert 0 < rig.chip.lost <= lost(rig)
    assert lost(rig) <= rig.chip.lost + 3 * (1 + 102 * holds_s) + 12  # the 6050's FIFO is emptied when it ran over


@EVERY
def test_what_was_lost_before_it_was_first_read_is_counted(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float
) -> None:
    """A rig warms up for up to half a minute between opening its sensors and reading them."""
    rig = motion_rig(name, 0.02, who_am_i)
    rig.sensor.open()
    rig.wait(20.0)
    rig.run(3.0)
    rig.check()
    true = np.searchsorted(rig.chip.sampling.t_ns, rig.got[0].t_ns[0] + round(1e9 * rig.delay_s) + 5_000_000) - 1
    assert rig.got[0].first_sample == rig.got[0].lost_samples == pytest.approx(true, abs=6)
    assert rig.got[0].lost_samples > 1000


@EVERY
def test_a_burst_that_fails_after_it_was_read_is_counted(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float
) -> None:
    rig = motion_rig(name, 0.008, who_am_i)
    rig.sensor.open()
    rig.run(3.0)
    settled = lost(rig)
    for _ in range(20):
        rig.bus.spoil = 1
        rig.run(0.31)
    rig.run(0.5)
    rig.check()
    assert 20 <= lost(rig) - settled <= 60


@EVERY
def test_a_burst_that_breaks_off_in_the_middle_gives_no_torn_sample(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float
) -> None:
    """The chip has given some bytes and goes on after them: not where a sample, or a word, begins."""
    rig, random = motion_rig(name, 0.008, who_am_i), Random(who_am_i)
    rig.sensor.open()
    rig.run(3.0)
    before = len(rig.got)
    for _ in range(20):
        rig.bus.tear = random.randrange(1, 36)
        rig.run(0.31)
        assert rig.bus.tear == 0
    rig.run(0.5)
    rig.check()
    assert sum(len(reading.t_ns) for reading in rig.got[before:]) > 400
    assert 10 <= sum(reading.lost_samples for reading in rig.got[before:]) <= 200


@pytest.mark.parametrize("junk", [0x00, 0x55, 0xFF])
@EVERY
def test_a_chip_that_answers_nothing_but_junk_is_lost(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, junk: int
) -> None:
    rig = motion_rig(name, 0.008, who_am_i)
    rig.sensor.open()
    rig.run(2.0)
    before = sum(len(reading.t_ns) for reading in rig.got)
    setattr(rig.chip, "read", lambda length: bytes([junk]) * length)  # noqa: B010
    with pytest.raises(DeviceLost, match="expected a sample within 2 s, got none"):
        rig.run(4.0)
    assert sum(len(reading.t_ns) for reading in rig.got) == before


@EVERY
def test_it_goes_on_after_a_moment_of_noise_on_the_line(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float
) -> None:
    """Whatever bytes come."""
    for seed in range(6):
        rig, random = motion_rig(name, 0.008, who_am_i), Random(seed)
        rig.sensor.open()
        rig.run(1.0)
        honest, share = rig.chip.read, (0.1, 0.5, 1.0)[seed % 3]

        def noise(length: int, honest=honest, random=random, share=share) -> bytes:  # type: ignore[no-untyped-def]
            data = bytes(honest(length))
            return random.randbytes(length) if random.random() < share else data

        setattr(rig.chip, "read", noise)  # noqa: B010
        rig.run(1.0)
        setattr(rig.chip, "read", honest)  # noqa: B010
        rig.run(2.0)
        assert sum(len(reading.t_ns) for reading in rig.run(1.0)) == pytest.approx(104, abs=8)


@EVERY
def test_a_bad_minute_costs_no_wrong_value(motion_rig: Make, name: str, who_am_i: int, holds_s: float) -> None:
    """Stalls of up to 8 s, 1 % of all transfers not acknowledged, one brown-out."""
    rig, random = motion_rig(name, -0.02, who_am_i), Random(who_am_i)
    rig.bus.fail_share(errno.EREMOTEIO, 0.01, who_am_i)
    rig.sensor.open()
    browned_out = False
    while rig.now_s < 80.0:
        rig.run(random.uniform(1.0, 15.0))
        rig.wait(random.uniform(0.2, 8.0))
        if rig.now_s > 35.0 and not browned_out:
            rig.chip.brown_out()
            browned_out = True
    rig.run(1.0)
    assert rig.check(begun_anew=1) < 0.010
    assert rig.got[-1].clock_error == pytest.approx(-0.02, abs=1e-3)


@EVERY
@pytest.mark.parametrize("after_s", [0.0, 0.3, 5.0])
def test_after_a_brown_out_it_is_configured_again(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, after_s: float
) -> None:
    rig = motion_rig(name, 0.008, who_am_i)
    rig.sensor.open()
    rig.run(3.0)
    before = len(rig.got)
    rig.chip.brown_out()
    rig.wait(after_s)
    rig.run(2.0)
    gap = rig.got[before]
    gap_s = (gap.t_ns[0] - rig.got[before - 1].t_ns[-1]) / 1e9
    rate_hz = 100.8 if name == "mpu6050" else 104.9
    assert gap.lost_samples == pytest.approx(gap_s * rate_hz - 1, abs=2 + 0.002 * after_s * rate_hz)
    assert gap_s == pytest.approx(after_s + 0.2, abs=0.1)
    assert np.ptp(rig.got[-1].acceleration_m_s2[0]) > 0
    assert rig.check(begun_anew=1) < 0.006


@BOTH
def test_the_die_is_as_warm_as_it_says(motion_rig: Make, name: str) -> None:
    rig = motion_rig(name)
    rig.sensor.open()
    rig.run(13.0)
    warm = [reading.temperature_c for reading in rig.got if reading.temperature_c is not None]
    assert warm == pytest.approx([rig.chip.temperature_c] * 2, abs=0.02)


@BOTH
def test_a_sensor_that_is_gone_is_said_in_words_and_found_again(motion_rig: Make, name: str) -> None:
    rig = motion_rig(name)
    rig.sensor.open()
    rig.run(2.0)
    chip = rig.bus.devices.pop(rig.address)
    with pytest.raises(DeviceLost, match=rf"motion sensor at 0x{rig.address:02x} on the simulated bus no longer ans"):
        rig.run(1.0)
    assert rig.sensor.step(rig.clock.now_ns()) == []
    with pytest.raises(DeviceNotFound, match="not found at"):
        rig.sensor.open()
    rig.bus.devices[rig.address] = chip
    rig.got.clear()
    rig.sensor.open()
    rig.run(1.0)
    rig.check()
    assert rig.got[0].first_sample == rig.got[0].lost_samples == pytest.approx(10, abs=1)


@BOTH
def test_five_failures_in_a_row_are_borne(motion_rig: Make, name: str) -> None:
    rig = motion_rig(name)
    rig.sensor.open()
    rig.run(2.0)
    rig.bus.fail(errno.EREMOTEIO, 5)
    rig.run(2.0)
    rig.check()
    assert lost(rig) == rig.got[0].lost_samples


@BOTH
def test_a_chip_that_answers_and_measures_nothing_is_lost(motion_rig: Make, name: str) -> None:
    rig = motion_rig(name)
    rig.sensor.open()
    rig.run(2.0)
    rig.chip.sampling.stop()
    with pytest.raises(DeviceLost, match="expected a sample within 2 s, got none"):
        rig.run(3.0)


@pytest.mark.parametrize(
    ("name", "who_am_i", "words"),
    [
        ("mpu6050", 0x00, r"at 0x68 on the simulated bus: expected WHO_AM_I 0x68 \(MPU-6050\), .*got 0x00: is another"),
        ("mpu6050", 0x12, r"or 0x73 \(MPU-9255\), got 0x12 \(ICM-20602\), which this driver does not know$"),
        ("lsm6dsox", 0x33, r"at 0x6a on the simulated bus: expected WHO_AM_I 0x6c \(LSM6DSO.*got 0x33: is another"),
        (
            "lsm6dsox",
            0x6D,
            r"0x6a \(LSM6DSL, DSM, DS3TR-C\) or .*got 0x6d \(LSM6DST\), which this driver does not know$",
        ),
    ],
)
def test_another_chip_at_its_address_is_told_in_words(motion_rig: Make, name: str, who_am_i: int, words: str) -> None:
    rig = motion_rig(name)
    rig.chip.who_am_i = who_am_i
    with pytest.raises(WrongDevice, match=words):
        rig.sensor.open()


@pytest.mark.parametrize(("name", "other"), [("mpu6050", "0x69"), ("lsm6dsox", "0x6b")])
def test_no_chip_is_told_with_the_address_it_may_have(motion_rig: Make, name: str, other: str) -> None:
    rig = motion_rig(name)
    del rig.bus.devices[rig.address]
    with pytest.raises(DeviceNotFound, match=rf"is it wired.*address pin is high: motion.address = {other}"):
        rig.sensor.open()
    rig.bus.fail(errno.EACCES, 100)
    with pytest.raises(DevicePermission, match="usermod -aG i2c"):
        rig.sensor.open()


@BOTH
def test_a_shaky_contact_does_not_hinder_its_opening(motion_rig: Make, name: str) -> None:
    rig = motion_rig(name)
    rig.bus.fail(errno.EREMOTEIO, 7)
    rig.sensor.open()
    rig.run(1.0)
    rig.check()
    assert sum(len(reading.t_ns) for reading in rig.got) > 80


@BOTH
def test_a_chip_that_keeps_no_setting_is_told_in_words(motion_rig: Make, name: str) -> None:
    rig = motion_rig(name)
    told = rig.chip.write
    setattr(rig.chip, "write", lambda data: told(data[:1] if data[0] in (0x1C, 0x10) else data))  # noqa: B010
    with pytest.raises(WrongDevice, match="expected to read back the settings it was told"):
        rig.sensor.open()


@BOTH
def test_a_host_that_always_comes_late_gets_what_there_is(motion_rig: Make, name: str) -> None:
    rig = motion_rig(name)
    rig.sensor.open()
    for _ in range(60):
        rig.wait(0.25)
        for _ in range(8):
            rig.got += rig.sensor.step(rig.clock.now_ns())
    rig.check()
    assert sum(len(reading.t_ns) for reading in rig.got) > 1000
