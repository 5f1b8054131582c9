"""Fits a sensor's sample numbers to host time: its clock is its own, and the host looks at it late and unevenly.

Of two real MAX30102 set to 100 samples/s one ran at 98.06 and the other at 140.5 (FACTS: jdesbonnet's raw logs).

Each look says: sample n - 1 was there already, sample n was not yet. So a line through (n - 1/2, time of the look) has
the slope of the sensor's clock; and the newest sample may be neither in the future nor more than a period old, which
holds the line in its corridor however late the host is.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

MEMORY_S = 30.0  # looks fade with this time constant: long enough for 0.01 %, short enough for a warming oscillator
HELD_UP_S = 0.005
LEAST_S = 0.5  # of looks before the slope is believed
FORGOTTEN_S = 4.0 * MEMORY_S  # without a look: what was learnt weighs 2 % and less, and the line begins anew
# So many looks in a row more than a period off the line: the sensor's clock has changed (its supply, its temperature),
# and what was learnt before is of another clock. The author's choice: half a dozen to fifty do, the fewer the sooner.
ASTRAY_LOOKS = 8


class ClockFit:
    """Least squares of time over sample number, with fading memory, in one look's constant time and space."""

    def __init__(self, nominal_period_s: float) -> None:
        self.nominal_period_s = nominal_period_s
        self.period_s = nominal_period_s
        self.known = False
        self._clear()

    def _clear(self) -> None:
        self._w = self._wn = self._wt = self._wnn = self._wnt = 0.0
        self._n0, self._t0_s = 0, 0.0
        self._at_s: float | None = None
        self._first_s = 0.0
        self._shift_s = 0.0
        self._astray = 0  # looks in a row
        self._before_nn = self._before_nt = 0.0  # spreads of the looks before a resume(), fading like the others
        self._before_s = 0.0

    def restart(self) -> None:
        """The numbers begin anew (opened again, maybe another chip); the rate that was learnt is kept for a start."""
        self._clear()

    def resume(self) -> None:
        """The sensor began to sample anew, at another phase of the same clock; the numbers go on.

        What was learnt of the rate stays, with its weight: each run of looks has a line of its own, all one slope.
        """
        if self._w:
            (nn, nt), at_s = self._spreads(), self._at_s or 0.0
            self._clear()
            self._before_nn, self._before_nt, self._before_s = nn, nt, at_s

    def shift(self, by: int) -> None:
        """All numbers so far were too small by so many."""
        self._n0 += by

    @property
    def clock_error(self) -> float | None:
        """How much faster the sensor's clock runs than the host's, 0.01 = 1 %; None while unknown."""
        return self.nominal_period_s / self.period_s - 1.0 if self.known else None

    @property
    def rate_uncertainty(self) -> float:
        """Standard error of the rate, of 1: a look falls anywhere in a sample's period, wrong by 0.29 of it."""
        spread = self._spreads()[0] if self._w else 0.0
        return min(1.0, math.sqrt(1.0 / 12.0 / spread)) if spread > 0.0 else 1.0

    @property
    def started(self) -> bool:
        """True from the first look on."""
        return self._at_s is not None

    def look(self, number: int, before_s: float, after_s: float, since_s: float = -math.inf) -> None:
        """Between before_s and after_s the samples before ``number`` were there, and ``number`` was not.

        The two are read around the transfer; a look during which the host was held up for more than 5 ms moves the
        corridor only. since_s: when ``number`` - 1 was not yet there, where that is known (an interrupt pin tells it).
        """
        now_s = 0.5 * (before_s + after_s)
        if self._at_s is not None and (now_s - self._at_s > FORGOTTEN_S or self._astray >= ASTRAY_LOOKS):
            self._clear()
        if self._at_s is None:
            self._n0, self._t0_s, self._first_s, self._at_s = number, now_s, now_s, now_s
            if self._before_nn:
                self._fade_before(now_s)
        if after_s - before_s <= HELD_UP_S or self._w == 0.0:
            keep = math.exp((self._at_s - now_s) / MEMORY_S)
            self._at_s = now_s
            n, t = number - 0.5 - self._n0, now_s - self._t0_s
            if now_s - since_s < self.period_s:  # sample number - 1 was taken between the two
                n, t = number - 1 - self._n0, t - 0.5 * (now_s - since_s)
            self._w = keep * self._w + 1.0
            self._wn, self._wt = keep * self._wn + n, keep * self._wt + t
            self._wnn, self._wnt = keep * self._wnn + n * n, keep * self._wnt + n * t
            self._before_nn, self._before_nt = keep * self._before_nn, keep * self._before_nt
            spread_nn, spread_nt = self._spreads()
            if now_s - self._first_s >= LEAST_S and spread_nn > 0:
                self.period_s = spread_nt / spread_nn
                self.known = True
        self._shift_s = 0.0
        newest_s = self.time_s(number - 1)
        if newest_s > after_s:
            self._shift_s = after_s - newest_s
        elif newest_s + self.period_s < before_s:
            self._shift_s = before_s - newest_s - self.period_s
        if after_s - before_s <= HELD_UP_S:
            # a line that has only just begun still has the slope of the one before, and may be of another clock
            is_astray = now_s - self._first_s >= LEAST_S and abs(self._shift_s) > self.period_s
            self._astray = self._astray + 1 if is_astray else 0

    def _spreads(self) -> tuple[float, float]:
        """Of number with number, and of number with time, around their means."""
        nn = self._wnn - self._wn * self._wn / self._w + self._before_nn
        return nn, self._wnt - self._wn * self._wt / self._w + self._before_nt

    def _fade_before(self, now_s: float) -> None:
        keep = max(0.0, 1.0 - (now_s - self._before_s) / MEMORY_S)  # sooner than within one line: no line bridges it
        self._before_nn, self._before_nt = keep * self._before_nn, keep * self._before_nt

    def time_s(self, number: int) -> float:
        """When sample ``number`` was (or will be) taken."""
        if self._at_s is None:
            raise ValueError("expected a look before the first time is asked for")
        middle_n, middle_t = self._wn / self._w, self._wt / self._w
        return self._t0_s + self._shift_s + middle_t + (number - self._n0 - middle_n) * self.period_s

    def number_at(self, now_s: float) -> int:
        """The number that the first sample after now_s has."""
        return int((now_s - self.time_s(0)) // self.period_s) + 1

    def times_ns(self, first: int, count: int, after_ns: int, now_ns: int, earlier_s: float = 0.0) -> NDArray[np.int64]:
        """(count,), read-only: when samples ``first`` and on were taken. They rise from after_ns, the newest time that
        was told, even while the fit is still being corrected, and none is ahead of now_ns. earlier_s: by how much the
        chip's filter delays them."""
        first_s, step_ns, times = self.time_s(first) - earlier_s, int(0.25e9 * self.period_s), []
        for i in range(count):
            t_ns = max(round((first_s + self.period_s * i) * 1e9), after_ns + step_ns)
            after_ns = min(t_ns, now_ns - (count - 1 - i))
            times.append(after_ns)
        found = np.array(times, np.int64)
        found.flags.writeable = False
        return found
