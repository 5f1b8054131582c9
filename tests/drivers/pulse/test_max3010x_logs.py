"""Four logs of real MAX30102 boards: their clocks, their junk bits, their light, through fit, chip and driver."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from drivers.clock_fit import ClockFit

if TYPE_CHECKING:
    from tests.drivers.pulse.conftest import KnownRig

LOGS = ("100sps_dev0", "100sps_dev1", "200sps_dev0", "200sps_dev1")


def load(shared: Path, name: str) -> tuple[Any, float, float]:
    """The log, its nominal rate, and by how much its chip was faster: the slope of number over host time."""
    log = np.load(shared / f"data/pulse/raw_max30102_jd_left_hand_{name}.npz")
    t_s = log["t_host"] - log["t_host"][0]
    nominal_hz = float(name[:3])
    slope_s, _ = np.polyfit(np.arange(len(t_s)), t_s, 1)
    return log, nominal_hz, 1.0 / slope_s / nominal_hz - 1.0


@pytest.mark.shared
@pytest.mark.parametrize("name", LOGS)
def test_the_clock_of_a_real_board_is_found_within_0_1_percent_from_2_s_on(shared: Path, name: str) -> None:
    """Polled as the driver polls: a look sees the samples that had come to the host by then."""
    log, nominal_hz, clock_error = load(shared, name)
    arrived_s = log["t_host"] - log["t_host"][0]
    fit, now_s, seen = ClockFit(1.0 / nominal_hz), 0.0, 0
    while now_s < arrived_s[-1]:
        now_s += 0.01618
        number = int(np.searchsorted(arrived_s, now_s, side="right"))
        if number > seen:
            seen = number
            fit.look(number, now_s, now_s)
        if now_s > 2.0:
            assert fit.clock_error == pytest.approx(clock_error, abs=1e-3)
    assert fit.clock_error == pytest.approx(clock_error, abs=2e-4)


@pytest.mark.shared
@pytest.mark.parametrize("name", LOGS)
def test_the_light_of_a_real_board_comes_through_chip_and_driver_as_it_was(
    shared: Path, known_rig: Callable[..., KnownRig], name: str
) -> None:
    log, nominal_hz, clock_error = load(shared, name)
    rig = known_rig(clock_error=clock_error, rate_hz=int(nominal_hz), auto_light=False)
    words, asked = np.stack([log["red_word"], log["ir_word"]], axis=1) & 0x3FFFF, iter(range(10**9))
    rig.light.counts = lambda t_s: (int(words[(k := next(asked)) % len(words), 0]), int(words[k % len(words), 1]))  # type: ignore[method-assign]
    rig.sensor.open()
    rig.run(len(words) / nominal_hz / (1.0 + clock_error) - 0.2)
    ir = np.concatenate([r.ir_counts for r in rig.got])
    red = np.concatenate([r.red_counts for r in rig.got])
    np.testing.assert_array_equal(ir, log["ir"][: len(ir)])
    np.testing.assert_array_equal(red, log["red"][: len(red)])
    assert rig.got[-1].clock_error == pytest.approx(clock_error, abs=1e-3)
    assert all(r.finger for r in rig.got)
    assert not any(r.swapped for r in rig.got)
    assert len(ir) > 0.95 * len(words)
