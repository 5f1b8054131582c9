"""How much the hand moves, in units of its own gravity, and the window that the spectrum asks for."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.readings import Motion
from rig.body.moving import KEPT, STEP_RATE_HZ, Moving

Floats = NDArray[np.float64]
DOWN = np.array([0.3, -0.5, 0.81])


def feel(moving: Moving, t_s: Floats, acceleration: Floats, chunk: int = 3) -> None:
    for k in range(0, len(t_s), chunk):
        some = acceleration[k : k + chunk].astype(np.float32)
        t_ns = np.rint(t_s[k : k + chunk] * 1e9).astype(np.int64)
        moving.add(Motion(t_ns, some, np.zeros_like(some)), 0)


def held(seconds: float, swing_g: float, rate_hz: float = 104.0, unit: float = 9.81) -> tuple[Floats, Floats]:
    t = np.arange(0.0, seconds, 1.0 / rate_hz)
    swing = swing_g * np.sqrt(2.0) * np.sin(2 * np.pi * 1.8 * t)
    return t, unit * (DOWN / np.linalg.norm(DOWN) + swing[:, None] * np.array([0.6, 0.0, 0.8]))


@pytest.mark.parametrize(
    ("swing_g", "least", "most"), [(0.0, 0.0, 0.0), (0.01, 0.0, 0.0), (0.15, 0.3, 0.7), (0.6, 1.0, 1.0)]
)
@pytest.mark.parametrize("unit", [9.81, 1.0, 16_384.0])
@pytest.mark.parametrize("rate_hz", [52.0, 104.0, 416.0])
def test_a_still_hand_is_0_and_a_walking_one_1_in_any_unit(
    swing_g: float, least: float, most: float, unit: float, rate_hz: float
) -> None:
    moving = Moving()
    feel(moving, *held(8.0, swing_g, rate_hz, unit))
    assert least <= moving.now(8.0) <= most


def test_turning_the_rig_round_slowly_is_hardly_movement() -> None:
    t = np.arange(0.0, 20.0, 0.01)
    turned = 9.81 * np.stack([np.sin(t / 10.0), np.zeros_like(t), np.cos(t / 10.0)], axis=1)
    moving = Moving()
    feel(moving, t, turned)
    assert moving.now(20.0) < 0.4


def test_without_a_sensor_or_after_a_second_of_silence_nothing_moves() -> None:
    moving = Moving()
    assert (moving.now(0.0), moving.newest_step, moving.window(10, 5)) == (0.0, None, None)
    feel(moving, *held(4.0, 0.6))
    assert moving.now(4.5) == 1.0
    assert moving.now(5.5) == 0.0


def test_the_window_is_of_the_steps_asked_for_in_g() -> None:
    t = np.arange(0.0, 6.0, 0.01)
    moving = Moving()
    ramp = 9.81 * (DOWN / np.linalg.norm(DOWN))[None, :] * np.ones((len(t), 1))
    ramp[:, 0] += 1e-3 * np.floor(t * STEP_RATE_HZ)
    feel(moving, t, ramp)
    newest = moving.newest_step
    assert newest == 148
    window = moving.window(newest - 4, 20)
    assert window is not None
    assert np.linalg.norm(window[-1]) == pytest.approx(1.0, abs=0.02)
    wanted = 9.81 * DOWN[0] / np.linalg.norm(DOWN) + 1e-3 * np.arange(125, 145)
    assert window[:, 0] / window[0, 0] == pytest.approx(wanted / wanted[0], rel=1e-5)
    assert moving.window(newest + 1, 20) is None
    assert moving.window(newest, KEPT + 1) is None


def test_a_hole_keeps_the_steps_in_time_and_nonsense_is_left_out() -> None:
    t, acceleration = held(6.0, 0.2)
    acceleration[10] = np.nan
    keep = (t < 3.0) | (t > 3.5)
    whole, holed = Moving(), Moving()
    feel(whole, t, np.nan_to_num(acceleration))
    feel(holed, t[keep], acceleration[keep])
    assert holed.newest_step == whole.newest_step
    a, b = whole.window(140, 40), holed.window(140, 40)
    assert a is not None
    assert b is not None
    assert b == pytest.approx(a, abs=0.02)
