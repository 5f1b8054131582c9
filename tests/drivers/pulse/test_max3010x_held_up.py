"""A host that is held up between two transfers, and a wire so slow that samples come while others are read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownRig

    Build = Callable[..., KnownRig]


@pytest.mark.parametrize(("rate_hz", "clock_error"), [(100, 0.40), (100, -0.02), (400, 0.004)])
def test_a_full_fifo_that_goes_on_while_it_is_read_is_counted_right(
    known_rig: Build, rate_hz: int, clock_error: float
) -> None:
    rig, random = known_rig(rate_hz=rate_hz, clock_error=clock_error), Random(3)
    rig.sensor.open()
    rig.slow_wire()
    for _ in range(30):
        rig.run(random.uniform(0.3, 0.6))
        rig.wait(random.uniform(0.25, 1.0))
    rig.run(1.0)
    assert rig.check(rig.got, after_s=5.0) < 0.002
    number = rig.got[-1].first_sample + len(rig.got[-1].t_ns)
    assert number == pytest.approx(rig.chip.taken, abs=8)


@pytest.mark.parametrize("at", [0x00, 0x07])
@pytest.mark.parametrize("held_up_s", [0.02, 0.18, 0.28, 0.3, 0.32, 0.35, 0.65, 3.0])
def test_held_up_in_the_middle_of_a_step_it_tells_no_wrong_time(known_rig: Build, at: int, held_up_s: float) -> None:
    rig = known_rig()
    rig.sensor.open()
    wire = rig.slow_wire()
    wire.at = at
    rig.run(5.0)
    for k in range(6):
        rig.wait((0.0, 0.07, 0.2, 0.31, 0.4, 1.0)[k])  # and the FIFO as full as that
        wire.held_up_s = held_up_s
        rig.run(held_up_s + 0.6)
    assert wire.held_up == 6
    if at == 0x00:
        assert sum(r.lost_samples for r in rig.got) == rig.chip.lost, "what the FIFO still had was not thrown away"
    assert rig.check(rig.got, after_s=5.0) < 0.002
    number = rig.got[-1].first_sample + len(rig.got[-1].t_ns)
    assert number == pytest.approx(rig.chip.taken, abs=4)


def test_a_burst_that_fails_after_a_long_wait_is_counted_by_the_clock(known_rig: Build) -> None:
    rig = known_rig()
    rig.sensor.open()
    wire = rig.slow_wire()
    wire.at, wire.spoils = 0x07, True
    rig.run(5.0)
    for held_up_s in (0.3, 0.33, 0.5, 1.2):
        wire.held_up_s = held_up_s
        rig.run(held_up_s + 0.6)
    assert wire.held_up == 4
    assert rig.check(rig.got, after_s=5.0) < 0.002
    number = rig.got[-1].first_sample + len(rig.got[-1].t_ns)
    assert number == pytest.approx(rig.chip.taken, abs=4)


@pytest.mark.parametrize("seconds", [20.0, 60.0, 600.0])
def test_a_suspended_host_finds_numbers_and_rate_again(known_rig: Build, seconds: float) -> None:
    rig = known_rig()
    rig.sensor.open()
    rig.run(10.0)
    rig.wait(seconds)
    rig.run(3.0)
    assert rig.got[-1].clock_error == pytest.approx(0.004, abs=2e-3)
    late_ns = rig.clock.now_ns() - rig.got[-1].t_ns[-1]
    assert 0 <= late_ns < 20_000_000
    number = rig.got[-1].first_sample + len(rig.got[-1].t_ns)
    assert number == pytest.approx(rig.chip.taken, abs=4 if seconds < 100 else 40)
