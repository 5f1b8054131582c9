"""A rate from two seconds of pulse."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.sim.heart import Heart
from drivers.sim.scenario import HeartChange
from rig.body.first_look import FirstLook


@pytest.mark.parametrize("bpm", [52.0, 70.0, 100.0, 150.0])
def test_two_beats_are_enough(bpm: float) -> None:
    heart = Heart([HeartChange(0.0, bpm)], 3)
    look = FirstLook()
    for i in range(240):
        look.push(i * 0.01, -np.log(heart.counts(7.0 + i * 0.01)[1]))
    assert look.heart_rate_bpm(2.4) == pytest.approx(bpm, rel=0.08)
    assert look.heart_rate_bpm(5.0) is None
    look.restart()
    assert look.heart_rate_bpm(2.4) is None


@pytest.mark.parametrize("seed", range(8))
def test_noise_and_a_still_thing_have_no_rate(seed: int) -> None:
    rng = np.random.default_rng(seed)
    noise, still = FirstLook(), FirstLook()
    told = 0
    for i in range(700):
        noise.push(i * 0.01, 0.002 * rng.normal())
        still.push(i * 0.01, 1e-5 * np.sin(i * 0.07))
        told += noise.heart_rate_bpm(i * 0.01) is not None
        assert still.heart_rate_bpm(i * 0.01) is None
    assert told < 100
