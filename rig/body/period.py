"""How often the pulse repeats itself: the autocorrelation of its last eight seconds, looked at twice a second."""

from __future__ import annotations

from collections import deque

import numpy as np
from numpy.typing import NDArray

from rig.body.filters import highpass, lowpass
from rig.body.grid import RATE_HZ

EVERY = 4  # steps: 25 points a second are enough for what is below 4 Hz
RATE = RATE_HZ / EVERY
WINDOW, LEAST = 200, 75  # points: the 8 s that are usual for a rate (Zhang et al., TROIKA, IEEE TBME 62, 2015); 3 s
LOOK = 50  # steps between two looks
SHORTEST, LONGEST = 8, 40  # points: 0.32 to 1.6 s, 188 to 38 beats a minute
FIRST = 0.85  # the first peak that is nearly the highest is the period; the others are its multiples
# Pulses that are large and small by turns fit best after two or three of them. Yet in a pulse the fundamental is the
# strongest wave: where the one of half (a third) of the period has so many times its power, and fits so well, that is
# the period. 2 to 5, and .3 to .6, find the same.
TURNS, TURN_POWER, TURN_FITS, NEAR = (3, 2), 3.0, 0.4, 0.12
JOLT = 4.0  # times the middle deviation: what is larger is cut, or one jolt would be all that is seen
LENGTH = 512  # points of the transform: more than twice the window, so that nothing wraps around
FAINT = 0.1  # of all that varies: a repetition below that is none

Floats = NDArray[np.float64]


class Period:
    """Blood volume in, one step after the other; ``period_s`` and how periodic it is (``strength``, 0..1) out."""

    def __init__(self) -> None:
        self._high = highpass(0.5, RATE_HZ, 0.707)
        self._low = lowpass(4.0, RATE_HZ, 0.577)
        self._points: deque[float] = deque(maxlen=WINDOW)
        self.restart()

    def restart(self) -> None:
        """The signal starts anew."""
        self._high.restart()
        self._low.restart()
        self._points.clear()
        self._steps = 0
        self.period_s: float | None = None
        self.strength = 0.0

    def push(self, x: float) -> None:
        """The next step of the blood volume."""
        y = self._low.push(self._high.push(x))
        self._steps += 1
        if self._steps % EVERY == 0:
            self._points.append(y)
        if self._steps % LOOK == 0 and len(self._points) >= LEAST:
            self._look()

    def _look(self) -> None:
        z = np.array(self._points)
        z -= z.mean()
        most = JOLT * float(np.median(np.abs(z)))
        z = np.clip(z, -most, most)
        n = len(z)
        power: Floats = np.abs(np.fft.rfft(z, LENGTH)) ** 2
        raw = np.fft.irfft(power)[: min(LONGEST, n // 2) + 1]
        lags = np.arange(len(raw))
        a: list[float] = (raw / max(float(raw[0]), 1e-30) * n / (n - lags)).tolist()
        peaks = [i for i in range(SHORTEST, len(a) - 1) if a[i - 1] < a[i] >= a[i + 1]]
        best = max((a[i] for i in peaks), default=0.0)
        self.strength = min(1.0, best)
        if best < FAINT:
            self.strength = 0.0
            return
        i = _by_turns(next(i for i in peaks if a[i] >= FIRST * best), peaks, a, power)
        bend = a[i - 1] - 2.0 * a[i] + a[i + 1]
        self.period_s = (i + (0.5 * (a[i - 1] - a[i + 1]) / bend if bend else 0.0)) / RATE


def _by_turns(i: int, peaks: list[int], a: list[float], power: Floats) -> int:
    """The peak of the period: i, or the one at a half or a third of it."""
    for turns in TURNS:
        near = [j for j in peaks if abs(j * turns / i - 1.0) <= NEAR and a[j] >= TURN_FITS * a[i]]
        if near and _power_at(power, turns / i) > TURN_POWER * _power_at(power, 1.0 / i):
            return max(near, key=lambda j: a[j])
    return i


def _power_at(power: Floats, per_point: float) -> float:
    """The most within 0.1 Hz: a window of 8 s tells no two nearer waves apart."""
    bin_ = round(LENGTH * per_point)
    return float(power[max(1, bin_ - 2) : bin_ + 3].max())
