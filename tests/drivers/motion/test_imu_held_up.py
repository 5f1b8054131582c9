"""A host that is held up between two transfers, and a wire so slow that samples come while others are read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.motion.conftest import MotionRig

Make = Callable[..., "MotionRig"]

# the family, by name and WHO_AM_I, the seconds that its FIFO holds at 100 samples/s, and where its samples are read
CHIPS = [
    ("mpu6050", 0x68, 0.85, 0x74),
    ("mpu6050", 0x70, 0.42, 0x74),
    ("lsm6dsox", 0x6C, 2.45, 0x78),
    ("lsm6dsox", 0x6A, 3.28, 0x3E),
    ("lsm6dsox", 0x69, 6.56, 0x3E),
]
EVERY = pytest.mark.parametrize(("name", "who_am_i", "holds_s", "data"), CHIPS)


@EVERY
@pytest.mark.parametrize("rate_hz", [100, 200])
def test_a_fifo_that_runs_over_while_it_is_read_is_counted_right(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, data: int, rate_hz: int
) -> None:
    """Asked when it is all but full, or just over."""
    rig, random, holds_s = motion_rig(name, 0.013, who_am_i, rate_hz), Random(3), holds_s * 100 / rate_hz
    rig.sensor.open()
    rig.slow_wire()
    rig.run(5.0)
    for _ in range(6):
        rig.wait(random.uniform(0.94, 1.02) * holds_s)
        rig.run(0.4 + holds_s)
    assert rig.check(after_s=5.0) < 0.3 / rate_hz
    assert rig.chip.lost > 0


@EVERY
@pytest.mark.parametrize("spoils", [False, True])
@pytest.mark.parametrize("is_at_data", [False, True])
def test_held_up_in_the_middle_of_a_step_it_tells_no_wrong_time(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, data: int, is_at_data: bool, spoils: bool
) -> None:
    """Between the look and the burst a FIFO runs over unseen: its oldest sample is torn, or of seconds later."""
    rig = motion_rig(name, -0.02, who_am_i)
    rig.sensor.open()
    wire = rig.slow_wire()
    wire.at, wire.spoils = data if is_at_data else {"mpu6050": 0x72, "lsm6dsox": 0x3A}[name], spoils
    rig.run(5.0)
    for k, held_up_s in enumerate((0.02, 0.3, 0.6, 3.0, 8.0)):
        rig.wait((0.0, 0.5, 0.97)[k % 3] * holds_s)  # and the FIFO as full as that
        wire.held_up_s = held_up_s
        rig.run(held_up_s + 0.4 + 0.6 * holds_s)
    assert wire.held_up == 5
    assert rig.check(after_s=5.0) < 0.003


@EVERY
def test_a_supply_that_dips_within_a_burst_tears_no_sample(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, data: int
) -> None:
    rig, random = motion_rig(name, 0.008, who_am_i), Random(5)
    rig.sensor.open()
    wire = rig.slow_wire()
    rig.run(3.0)
    for _ in range(16):
        wire.dips_after = random.randrange(1, 24)
        rig.run(random.uniform(0.6, 0.9))
        assert wire.dips_after is None
    assert rig.check(begun_anew=16) < 0.006


@EVERY
def test_a_look_that_is_held_up_begins_no_line(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, data: int
) -> None:
    """The first after it was configured again: when its samples were there is not known to a third of a second."""
    rig = motion_rig(name, 0.008, who_am_i)
    rig.sensor.open()
    wire = rig.slow_wire()
    wire.at = {"mpu6050": 0x72, "lsm6dsox": 0x3A}[name]
    rig.run(3.0)
    wire.dips_after = 1
    while wire.dips_after is not None:
        rig.run(0.01)
    wire.held_up_s = 0.35
    rig.run(1.0)
    assert wire.held_up == 1
    assert rig.check(begun_anew=1) < 0.006


@pytest.mark.parametrize(("name", "who_am_i", "holds_s", "data"), CHIPS[:4])
@pytest.mark.parametrize("rate_hz", [100, 200])
def test_a_stall_soon_after_opening_puts_times_off_by_less_than_half_a_sample(
    motion_rig: Make, name: str, who_am_i: int, holds_s: float, data: int, rate_hz: int
) -> None:
    """What a second has taught of the rate is wrong by a sample and more over a stall of some seconds.

    The 682 samples of an LSM6DS3 go further back than two seconds of looks can tell: left out.
    """
    random = Random(rate_hz)
    for clock_error in (0.013, -0.02, 0.004):
        rig = motion_rig(name, clock_error, who_am_i, rate_hz)
        rig.sensor.open()
        rig.slow_wire()
        rig.run(1.2 + random.uniform(0.0, 0.1))
        rig.wait(random.uniform(1.3, 1.6) * holds_s * 100 / rate_hz)
        rig.run(3.0 + holds_s)
        assert rig.chip.lost > 0
        assert rig.check(begun_anew=1, after_s=1.5) < 0.5 / rate_hz  # of hundreds lost, one may be miscounted
