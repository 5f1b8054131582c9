from __future__ import annotations

import math
from itertools import pairwise

import pytest

from rig.body.beats import UpstrokeFinder, _Tracker
from rig.body.period import Period
from rig.body.upstroke import Upstroke, UpstrokeSeeker


def pulse(phase: float) -> float:
    """A rise over a fifth of the interval, and a long fall; 1 % of the light."""
    return 0.01 * (
        0.5 - 0.5 * math.cos(math.pi * phase / 0.2)
        if phase < 0.2
        else 0.5 + 0.5 * math.cos(math.pi * (phase - 0.2) / 0.8)
    )


def found(seconds: float, ibi_s: float, jolts: float = 0.0, breath: float = 0.0) -> list[Upstroke]:
    """What is found in an even pulse; jolts: size of steps of a walk at 1.9 Hz, breath: swing of the mean light at
    0.25 Hz, both in the pulse's own size."""
    finder, out = UpstrokeFinder(), []
    for i in range(round(seconds * 100)):
        t = i / 100
        walk = math.sin(2 * math.pi * 1.9 * t) + 0.7 * math.sin(2 * math.pi * 3.8 * t + 1.0)
        upstroke = finder.push(
            t, pulse(t / ibi_s % 1.0) + 0.005 * jolts * walk + 0.01 * breath * math.sin(0.5 * math.pi * t)
        )
        if upstroke is not None:
            assert upstroke.t_s < t
            out.append(upstroke)
    return out


@pytest.mark.parametrize("ibi_s", [0.4, 0.6, 0.8, 1.2])
def test_an_even_pulse_is_found_whole_and_even(ibi_s: float) -> None:
    beats = [u for u in found(20.0, ibi_s) if u.t_s > 3.0]
    assert len(beats) == pytest.approx(17.0 / ibi_s, abs=1.5)
    gaps = [b.t_s - a.t_s for a, b in pairwise(beats)]
    assert gaps == pytest.approx([ibi_s] * len(gaps), abs=0.015)


def test_a_walk_as_large_as_half_the_pulse_adds_few_beats() -> None:
    beats = [u for u in found(40.0, 0.8, 0.5) if u.t_s > 10.0]
    assert len(beats) == pytest.approx(30.0 / 0.8, abs=4)


@pytest.mark.parametrize("ibi_s", [0.5, 0.8])
def test_a_breath_that_swings_by_four_pulses_hides_none(ibi_s: float) -> None:
    beats = [u for u in found(40.0, ibi_s, breath=2.0) if u.t_s > 8.0]
    assert len(beats) == pytest.approx(32.0 / ibi_s, abs=1.5)
    gaps = [b.t_s - a.t_s for a, b in pairwise(beats)]
    assert gaps == pytest.approx([ibi_s] * len(gaps), abs=0.1)


@pytest.mark.parametrize(("strength", "expected_s"), [(0.3, 0.5), (0.1, 1.0)])
def test_beats_that_follow_every_second_pulse_do_not_confirm_each_other(strength: float, expected_s: float) -> None:
    tracker, period = _Tracker(UpstrokeSeeker(2.5, 1, 2.0), 2.0), Period()
    for k in range(9):  # rises of 1 % a second apart, as if the pulses between them were not seen
        for i in range(100):
            tracker.push(k + i / 100, pulse(i / 100), 1.0)
    assert tracker.usual_ibi_s(period) == pytest.approx(1.0, abs=0.05)
    period.period_s, period.strength = 0.5, strength
    assert tracker.usual_ibi_s(period) == pytest.approx(expected_s, abs=0.05)


def test_noise_below_the_floor_is_no_pulse() -> None:
    finder = UpstrokeFinder()
    assert all(finder.push(i / 100, 5e-5 * math.sin(i * 0.08)) is None for i in range(1500))
