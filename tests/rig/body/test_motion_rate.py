"""The heart rate under movement: what the spectrum, the belief and both together make of a pulse and of steps."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.readings import Motion
from rig.body.belief import BEGIN, Belief
from rig.body.motion_rate import MotionRate
from rig.body.moving import STEP_RATE_HZ, Moving
from rig.body.spectrum import DELAYS, LENGTH, Spectrum

Floats = NDArray[np.float64]
SPECTRUM = Spectrum()


def steps_at(t_s: Floats, per_minute: float) -> Floats:
    """Acceleration in g of somebody who takes so many steps a minute; along z gravity."""
    phase = 2 * np.pi * per_minute / 60.0 * t_s
    return np.stack(
        [0.3 * np.sin(phase / 2), 0.2 * np.cos(phase + 0.4), 1 + 0.5 * np.sin(phase) + 0.2 * np.sin(2 * phase)], 1
    )


def window(heart_bpm: float, walk_per_minute: float | None, of_pulse: float, seed: int = 0) -> tuple[Floats, Floats]:
    t = np.arange(LENGTH + DELAYS - 1) / STEP_RATE_HZ
    rng = np.random.default_rng(seed)
    acceleration = steps_at(t, walk_per_minute) if walk_per_minute else np.tile([0.0, 0.0, 1.0], (len(t), 1))
    acceleration = acceleration + 0.003 * rng.normal(size=acceleration.shape)
    phase = 2 * np.pi * heart_bpm / 60.0 * t
    pulse = np.sin(phase) + 0.4 * np.sin(2 * phase + 1.0) + 0.1 * rng.normal(size=len(t))
    artefact = np.roll(acceleration[:, 2] - 1.0, 2) + 0.6 * acceleration[:, 0]
    return (pulse + of_pulse * artefact)[DELAYS - 1 :], acceleration


@pytest.mark.parametrize("heart_bpm", [48.0, 75.0, 120.0, 170.0])
def test_a_still_hand_leaves_the_pulse_as_it_is(heart_bpm: float) -> None:
    spectrum = SPECTRUM.of(*window(heart_bpm, None, 0.0))
    assert spectrum.max() == pytest.approx(1.0)
    assert SPECTRUM.rates_bpm[np.argmax(spectrum)] == pytest.approx(heart_bpm, abs=2.0)


@pytest.mark.parametrize(("heart_bpm", "walk"), [(80.0, 110.0), (130.0, 165.0), (150.0, 110.0)])
def test_steps_many_times_as_strong_as_the_pulse_are_taken_out(heart_bpm: float, walk: float) -> None:
    pulse, acceleration = window(heart_bpm, walk, 6.0)
    seen = SPECTRUM.of(pulse, np.tile([0.0, 0.0, 1.0], (len(acceleration), 1)))
    assert SPECTRUM.rates_bpm[np.argmax(seen)] != pytest.approx(heart_bpm, abs=5.0)
    assert SPECTRUM.rates_bpm[np.argmax(SPECTRUM.of(pulse, acceleration))] == pytest.approx(heart_bpm, abs=3.0)


@pytest.mark.parametrize("scale", [1e-6, 1e6])
def test_the_pulses_unit_does_not_matter(scale: float) -> None:
    pulse, acceleration = window(80.0, 110.0, 3.0)
    assert SPECTRUM.of(scale * pulse + 7.0, acceleration) == pytest.approx(SPECTRUM.of(pulse, acceleration), abs=1e-4)


def peak(bpm: float) -> Floats:
    return np.exp(-0.5 * ((SPECTRUM.rates_bpm - bpm) / 3.0) ** 2)


def test_a_peak_that_stays_is_believed_after_some_seconds_and_followed() -> None:
    belief = Belief(SPECTRUM.rates_bpm)
    first = None
    for i in range(20):
        belief.see(float(i), peak(90.0))
        if first is None and belief.heart_rate_bpm(float(i)) is not None:
            first = i
    assert first is not None
    assert 2 <= first <= 10
    for i in range(20, 60):
        belief.see(float(i), peak(90.0 + (i - 20)))
    assert belief.heart_rate_bpm(59.0) == pytest.approx(129.0, abs=5.0)
    assert belief.sureness > BEGIN


def test_a_passing_peak_elsewhere_is_not_followed() -> None:
    belief = Belief(SPECTRUM.rates_bpm)
    for i in range(20):
        belief.see(float(i), peak(90.0))
    for i in range(20, 23):
        belief.see(float(i), peak(140.0))
        rate = belief.heart_rate_bpm(float(i))
        assert rate is None or rate == pytest.approx(90.0, abs=3.0)


def test_noise_is_unknown_and_so_is_silence() -> None:
    rng = np.random.default_rng(3)
    belief = Belief(SPECTRUM.rates_bpm)
    shown = 0
    for i in range(120):
        pulse = rng.normal(size=LENGTH)
        acceleration = np.tile([0.0, 0.0, 1.0], (LENGTH + DELAYS - 1, 1))
        belief.see(float(i), SPECTRUM.of(pulse, acceleration))
        shown += belief.heart_rate_bpm(float(i)) is not None
    assert shown < 12
    for i in range(120, 150):
        belief.see(float(i), peak(70.0))
    assert belief.heart_rate_bpm(149.0) == pytest.approx(70.0, abs=2.0)
    assert belief.heart_rate_bpm(153.0) is None
    belief.lost()
    assert belief.heart_rate_bpm(149.0) is None


@pytest.mark.parametrize("late_s", [0.0, 0.3])
def test_pulse_and_accelerometer_meet_whichever_comes_first(late_s: float) -> None:
    moving = Moving()
    rate = MotionRate(moving)
    t = np.arange(0.0, 40.0, 0.01)
    acceleration = steps_at(t, 112.0).astype(np.float32)
    phase = 2 * np.pi * 84.0 / 60.0 * t
    light = 0.01 * np.sin(phase) + 0.03 * np.roll(acceleration[:, 2] - 1.0, 8)
    behind = round(late_s * 100)
    for i in range(len(t)):
        j = i - behind
        if j >= 0:
            t_ns = np.array([round(t[j] * 1e9)], np.int64)
            moving.add(Motion(t_ns, acceleration[j : j + 1], acceleration[j : j + 1]), 0)
        rate.push(float(t[i]), float(light[i]))
    assert rate.heart_rate_bpm(40.0) == pytest.approx(84.0, abs=2.0)
    rate.restart()
    assert rate.heart_rate_bpm(40.0) is None


def test_without_an_accelerometer_it_knows_nothing() -> None:
    rate = MotionRate(Moving())
    for i in range(2000):
        rate.push(i * 0.01, float(np.sin(i * 0.08)))
    assert rate.heart_rate_bpm(20.0) is None
