"""Leaning in: the body coming forward by the inertial sensor, and a firmer grip."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.readings import Grip
from rig.hands.lean import GripOwn, lean_of

RATE_HZ = 100.0
S = 1_000_000_000


def tilted(
    by_deg: float, lasts_s: float = 1.4, shake_m_s2: float = 0.05, walking: float = 0.0
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """3.6 s: still for 1.4 s, then tilted over lasts_s as a minimum-jerk move, then still."""
    rng = np.random.default_rng(2)
    t_s = np.arange(360) / RATE_HZ
    u = np.clip((t_s - 1.4) / lasts_s, 0, 1)
    angle = np.radians(by_deg) * u**3 * (10 - 15 * u + 6 * u**2)
    pull = 9.81 * np.column_stack([np.sin(angle), np.zeros(360), np.cos(angle)]) + rng.normal(0, shake_m_s2, (360, 3))
    pull[:, 2] += walking * np.sin(2 * np.pi * 1.9 * t_s)
    turning = rng.normal(0, 0.02, (360, 3))
    turning[:, 1] += np.gradient(angle) * RATE_HZ
    return pull.astype(np.float32), turning.astype(np.float32)


@pytest.mark.parametrize("by_deg", [10.0, 15.0, 25.0, -12.0])
def test_a_slow_tilt_after_stillness_is_a_lean(by_deg: float) -> None:
    assert (lean_of(*tilted(by_deg), RATE_HZ) or 0.0) > 0.9


def test_it_rises_with_the_tilt() -> None:
    some = [lean_of(*tilted(by_deg), RATE_HZ) or 0.0 for by_deg in (2, 4, 6, 8, 10)]
    assert some == sorted(some)
    assert some[0] == 0.0
    assert 0.2 < some[2] < 0.8


@pytest.mark.parametrize(
    "motion",
    [
        tilted(0.0),
        tilted(12.0, walking=2.0),
        tilted(60.0, lasts_s=2.0),
        tilted(25.0, lasts_s=0.2),
        tilted(12.0, shake_m_s2=1.0),
    ],
    ids=["still", "walking", "lifted", "snatched", "shaken"],
)
def test_no_lean(motion: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    assert lean_of(*motion, RATE_HZ) == 0.0


def test_a_short_or_broken_window_tells_nothing() -> None:
    pull, turning = tilted(12.0)
    assert lean_of(pull[:300], turning[:300], RATE_HZ) is None
    pull[300] = np.nan
    assert lean_of(pull, turning, RATE_HZ) is None


def grip(own: GripOwn, force_n: float, from_s: float, lasts_s: float) -> None:
    t_ns = (np.arange(from_s, from_s + lasts_s, 0.02) * S).astype(np.int64)
    own.add(Grip(t_ns, np.full(len(t_ns), force_n, np.float32)))


def test_grip_is_of_this_persons_own_strongest_so_far() -> None:
    own = GripOwn()
    assert own.value is None
    grip(own, 0.5, 0.0, 2.0)
    assert own.value == pytest.approx(0.25, abs=0.02)  # a light touch is not all there is
    grip(own, 8.0, 2.0, 2.0)
    assert own.value == pytest.approx(1.0, abs=0.02)
    grip(own, 4.0, 4.0, 3.0)
    assert own.value == pytest.approx(0.5, abs=0.02)


def test_firmer_than_just_before_tells_and_becomes_usual() -> None:
    own = GripOwn()
    grip(own, 8.0, 0.0, 1.0)
    grip(own, 2.0, 1.0, 40.0)
    assert own.firmer == 0.0
    grip(own, 6.0, 41.0, 1.5)
    assert own.firmer > 0.7
    grip(own, 6.0, 42.5, 40.0)
    assert own.firmer == 0.0


def test_an_unknown_or_old_force_is_left_out() -> None:
    own = GripOwn()
    own.add(Grip(np.array([S, 2 * S], np.int64), np.array([3.0, np.nan], np.float32)))
    assert own.newest_ns == S
    own.add(Grip(np.array([S // 2], np.int64), np.array([50.0], np.float32)))
    assert own.value == 1.0
    assert own.newest_ns == S
