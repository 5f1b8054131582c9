"""The period of the whole: of a pulse, of one with jolts in it, of noise."""

from __future__ import annotations

import math
from random import Random

import pytest

from rig.body.period import Period


def pulse(t_s: float, period_s: float) -> float:
    """A rise, and a longer fall with a second wave on it, 1 % of the light."""
    phase = 2.0 * math.pi * t_s / period_s
    return 0.01 * (math.sin(phase) + 0.4 * math.sin(2.0 * phase + 0.5))


@pytest.mark.parametrize("period_s", [0.4, 0.55, 0.8, 1.2])
@pytest.mark.parametrize("jolt", [0.0, 0.03])
def test_of_a_pulse_it_is_the_interval_between_beats(period_s: float, jolt: float) -> None:
    period = Period()
    for step in range(1200):
        t_s = 0.01 * step
        period.push(pulse(t_s, period_s) + (jolt if 800 <= step < 810 else 0.0))
    assert period.period_s == pytest.approx(period_s, rel=0.06)
    assert period.strength > 0.4


@pytest.mark.parametrize("turns", [2, 3])
@pytest.mark.parametrize("period_s", [0.4, 0.5])
def test_pulses_that_are_large_by_turns_are_all_counted(turns: int, period_s: float) -> None:
    period = Period()
    for step in range(1200):
        t_s = 0.01 * step
        weak = 0.6 * math.cos(2.0 * math.pi * t_s / (turns * period_s))
        period.push(pulse(t_s, period_s) * (1.0 + weak))
    assert period.period_s == pytest.approx(period_s, rel=0.06)


def test_noise_has_next_to_none() -> None:
    period, dice = Period(), Random(2)
    strengths = []
    for _ in range(3000):
        period.push(dice.gauss(0.0, 0.01))
        strengths.append(period.strength)
    assert sorted(strengths)[len(strengths) // 2] < 0.4
