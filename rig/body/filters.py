"""Small causal filters, one sample at a time, in plain Python: a chunk of two samples is too short for NumPy."""

from __future__ import annotations

import math


class Biquad:
    """A second-order section in transposed direct form II. It starts settled at the first value it is given.

    b0, b1, b2, a1, a2: coefficients with a0 = 1.
    """

    __slots__ = ("_a1", "_a2", "_b0", "_b1", "_b2", "_s1", "_s2", "_settled")

    def __init__(self, b0: float, b1: float, b2: float, a1: float, a2: float) -> None:
        self._b0, self._b1, self._b2, self._a1, self._a2 = b0, b1, b2, a1, a2
        self._s1 = self._s2 = 0.0
        self._settled = False

    def push(self, x: float) -> float:
        """The next value in, the next value out."""
        if not self._settled:
            gain = (self._b0 + self._b1 + self._b2) / (1.0 + self._a1 + self._a2)
            y = gain * x
            self._s2 = self._b2 * x - self._a2 * y
            self._s1 = self._b1 * x - self._a1 * y + self._s2
            self._settled = True
        y = self._b0 * x + self._s1
        self._s1 = self._b1 * x - self._a1 * y + self._s2
        self._s2 = self._b2 * x - self._a2 * y
        return y

    def restart(self) -> None:
        """Forget the past: the next value is taken as what was always there."""
        self._settled = False


def lowpass(cutoff_hz: float, rate_hz: float, q: float) -> Biquad:
    """Second-order low-pass (R. Bristow-Johnson, Audio EQ Cookbook); q 0.577 is Bessel: the flattest delay."""
    omega = 2.0 * math.pi * cutoff_hz / rate_hz
    cos, alpha = math.cos(omega), math.sin(omega) / (2.0 * q)
    a0 = 1.0 + alpha
    b = (1.0 - cos) / (2.0 * a0)
    return Biquad(b, 2.0 * b, b, -2.0 * cos / a0, (1.0 - alpha) / a0)


def highpass(cutoff_hz: float, rate_hz: float, q: float) -> Biquad:
    """Second-order high-pass (same source); q 0.707 is Butterworth."""
    omega = 2.0 * math.pi * cutoff_hz / rate_hz
    cos, alpha = math.cos(omega), math.sin(omega) / (2.0 * q)
    a0 = 1.0 + alpha
    b = (1.0 + cos) / (2.0 * a0)
    return Biquad(b, -2.0 * b, b, -2.0 * cos / a0, (1.0 - alpha) / a0)


def lowpass_delay_s(cutoff_hz: float, q: float) -> float:
    """Delay of slow signals through lowpass(): 1 / (q * omega), the slope of its phase at zero."""
    return 1.0 / (q * 2.0 * math.pi * cutoff_hz)
