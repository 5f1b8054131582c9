from __future__ import annotations

import math

import numpy as np
import pytest

from rig.body.filters import Biquad, highpass, lowpass, lowpass_delay_s
from rig.body.grid import RATE_HZ, Grid


def gain(filtered: Biquad, hz: float) -> float:
    y = [filtered.push(math.sin(2 * math.pi * hz * i / RATE_HZ)) for i in range(2000)]
    return max(abs(v) for v in y[1000:])


def test_lowpass_and_highpass_cut_where_they_say() -> None:
    assert gain(lowpass(8.0, RATE_HZ, 0.7071), 8.0) == pytest.approx(0.7071, abs=0.01)
    assert gain(lowpass(8.0, RATE_HZ, 0.7071), 1.0) == pytest.approx(1.0, abs=0.01)
    assert gain(lowpass(8.0, RATE_HZ, 0.7071), 40.0) < 0.01
    assert gain(highpass(0.5, RATE_HZ, 0.7071), 0.5) == pytest.approx(0.7071, abs=0.01)
    assert gain(highpass(0.5, RATE_HZ, 0.7071), 9.7) == pytest.approx(1.0, abs=0.01)


def test_a_filter_starts_settled() -> None:
    low, high = lowpass(7.0, RATE_HZ, 0.577), highpass(0.5, RATE_HZ, 0.707)
    assert [low.push(-11.9) for _ in range(50)] == pytest.approx([-11.9] * 50)
    assert [high.push(-11.9) for _ in range(50)] == pytest.approx([0.0] * 50, abs=1e-9)
    low.push(4.0)
    low.restart()
    assert low.push(2.0) == pytest.approx(2.0)


def test_the_stated_delay_is_the_delay_of_a_slow_ramp() -> None:
    low = lowpass(7.0, RATE_HZ, 0.577)
    for i in range(300):
        y = low.push(i / RATE_HZ)
    assert 299 / RATE_HZ - y == pytest.approx(lowpass_delay_s(7.0, 0.577), abs=1e-3)


@pytest.mark.parametrize("rate_hz", [25.0, 98.06, 400.0])
def test_the_grid_gives_a_straight_line_back(rate_hz: float) -> None:
    grid = Grid()
    steps = [s for i in range(round(rate_hz)) for s in grid.push(3.0 + i / rate_hz, 10.0 * i / rate_hz)[1]]
    t, x = np.array(steps).T
    assert np.diff(t) == pytest.approx(np.full(len(t) - 1, 0.01))
    assert x == pytest.approx(10.0 * (t - 3.0))


def test_the_grid_makes_no_aliases() -> None:
    """At 400 samples/s a tone at the grid's own rate, which picking samples would turn into a constant, is gone."""
    grid = Grid()
    steps = [s for i in range(400) for s in grid.push(i / 400, math.cos(2 * math.pi * 100 * i / 400))[1]]
    assert max(abs(x) for _, x in steps) < 1e-9


def test_a_gap_starts_anew_and_old_samples_are_left_out() -> None:
    grid = Grid()
    assert grid.push(1.0, 5.0) == (True, [])
    assert grid.push(1.02, 5.0)[0] is False
    assert grid.push(1.02, 9.0) == (False, [])
    assert grid.push(1.01, 9.0) == (False, [])
    assert grid.push(1.40, 7.0) == (True, [])
    assert [x for _, x in grid.push(1.42, 7.0)[1]] == pytest.approx([7.0, 7.0])
