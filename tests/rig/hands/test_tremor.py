"""Tremor: told from noise, from walking and from slow turning, whichever way the chip is mounted."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from rig.hands.tremor import tremor_of, tremor_share

RATE_HZ = 104.0


def hand(
    hz: float = 0.0, of_m_s2: float = 0.0, walking: float = 0.0, noise: float = 0.02, seed: int = 0, tilt: float = 0.0
) -> NDArray[np.float32]:
    """Two seconds of acceleration, gravity along z; walking: m/s2 at 1.9 Hz and falling harmonics of it up to 15 Hz."""
    rng = np.random.default_rng(seed)
    t_s = np.arange(208) / RATE_HZ
    values = rng.normal(0, noise, (208, 3)) + np.array([0.0, 0.0, 9.81])
    way = rng.normal(size=3)
    way /= np.linalg.norm(way)
    values += np.outer(of_m_s2 * np.sin(2 * np.pi * hz * t_s + rng.uniform(0, 6)), way)
    for number in range(1, 9):
        phase = rng.uniform(0, 6)
        values[:, 2] += walking / number * np.sin(2 * np.pi * 1.9 * number * t_s + phase)
    values[:, 0] += tilt * t_s
    return values.astype(np.float32)


@pytest.mark.parametrize("hz", [8.0, 8.7, 10.0, 11.3, 12.0])
def test_eight_to_twelve_hertz_in_noise_are_tremor(hz: float) -> None:
    for seed in range(5):
        assert (tremor_of(hand(hz, 0.2, noise=0.04, seed=seed), RATE_HZ) or 0.0) > 0.85


@pytest.mark.parametrize("hz", [1.5, 3.0, 5.5, 15.0, 20.0])
def test_other_sines_are_none(hz: float) -> None:
    assert tremor_of(hand(hz, 0.2), RATE_HZ) == 0.0


def test_noise_alone_is_none_and_has_the_share_of_its_lines() -> None:
    shares = [tremor_share(hand(noise=0.05, seed=seed), RATE_HZ) for seed in range(40)]
    assert np.mean([share or 0.0 for share in shares]) == pytest.approx(5 / 24, abs=0.03)  # of 24 Hz
    assert np.mean([tremor_of(hand(noise=0.05, seed=seed), RATE_HZ) or 0.0 for seed in range(40)]) < 0.02


@pytest.mark.parametrize("walking", [0.5, 2.0])
def test_walking_is_none_though_its_harmonics_reach_it(walking: float) -> None:
    for seed in range(10):
        assert tremor_of(hand(walking=walking, seed=seed), RATE_HZ) == 0.0


def test_a_slow_turn_of_the_rig_hides_no_tremor() -> None:
    assert (tremor_of(hand(10.0, 0.2, tilt=1.5), RATE_HZ) or 0.0) > 0.8


def test_how_the_chip_is_mounted_makes_no_difference() -> None:
    values = hand(9.5, 0.05, seed=3)
    turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(3, 3)))
    assert tremor_share(values @ turn.astype(np.float32), RATE_HZ) == pytest.approx(
        tremor_share(values, RATE_HZ), rel=1e-3
    )


def test_what_cannot_tell_is_unknown() -> None:
    assert tremor_of(hand()[:100], RATE_HZ) is None
    assert tremor_of(hand(), 40.0) is None
    assert tremor_of(np.zeros((208, 3), np.float32), RATE_HZ) is None
    broken = hand()
    broken[7, 1] = np.nan
    assert tremor_of(broken, RATE_HZ) is None
