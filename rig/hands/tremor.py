"""Tremor: 8 to 12 Hz of the hand that holds the rig, by its inertial sensor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Physiological and enhanced tremor of the hand is at 8 to 12 Hz (J. H. McAuley and C. D. Marsden, Brain 123, 2000).
TREMOR_HZ = (8.0, 12.0)
# All of a hand's motion: below 1 Hz it aims and breathes, above 25 Hz there is little, and half of 100 Hz is at 50.
ALL_HZ = (1.0, 25.0)
# Seconds: half-hertz lines, as 8 to 12 Hz wants them; 1.5 to 4 do as well.
WINDOW_S = 2.0
# The share of 8 to 12 Hz that is none: noise without any form has 5 of 24 Hz there (half a line either side is
# counted in), 0.21, and a short window gives it half as much again at times. All of it never is: from 0.7 it is called
# 1. Each may go by 0.05.
_NONE, _FULL = 0.3, 0.7


def tremor_share(acceleration_m_s2: NDArray[np.float32], rate_hz: float) -> float | None:
    """The share of power at 8 to 12 Hz of that at 1 to 25 Hz, 0..1, whichever way the axes point.

    acceleration_m_s2: (n, 3), evenly sampled; gravity, and a slow turn of it, are taken out as a straight line. Hann
    window; a line's power is at most 2 lines from it, and is counted to its band. None below 1.5 s, below 50 samples a
    second, or without any motion.
    """
    count = acceleration_m_s2.shape[0]
    if rate_hz < 2.0 * ALL_HZ[1] or count < 1.5 * rate_hz:
        return None
    values = acceleration_m_s2.astype(np.float64)
    if not np.isfinite(values).all():
        return None
    x = np.linspace(-1.0, 1.0, count)
    values -= values.mean(axis=0)
    values -= np.outer(x, (x @ values) / (x @ x))
    power = (np.abs(np.fft.rfft(values * np.hanning(count)[:, None], axis=0)) ** 2).sum(axis=1)
    lines_hz = np.fft.rfftfreq(count, 1.0 / rate_hz)
    whole = float(power[(lines_hz >= ALL_HZ[0]) & (lines_hz <= ALL_HZ[1])].sum())
    if whole <= 0.0:
        return None
    return float(power[(lines_hz >= TREMOR_HZ[0] - 0.5) & (lines_hz <= TREMOR_HZ[1] + 0.5)].sum()) / whole


def tremor_of(acceleration_m_s2: NDArray[np.float32], rate_hz: float) -> float | None:
    """Tremor 0..1: 0 where 8 to 12 Hz are no more than of noise or a walk, 1 where the motion is all theirs."""
    share = tremor_share(acceleration_m_s2, rate_hz)
    return None if share is None else min(1.0, max(0.0, (share - _NONE) / (_FULL - _NONE)))
