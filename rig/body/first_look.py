"""A heart rate from the first two or three seconds of a pulse, until there are intervals enough to count.

A finger that is put on is to be known again within three seconds, and that may be two beats. So its slope is laid over
itself, later and later: where it fits again is the period (normalised autocorrelation, each part without its own mean).
The slope, because a finger that settles wanders more than it pulses.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np
from numpy.typing import NDArray

from rig.body.filters import lowpass
from rig.body.grid import RATE_HZ

EVERY = 4  # steps of 10 ms: 25 values a second
LEAST_S, MOST_S = 1.5, 6.0  # of signal that is looked at
DONE_S = 12.0  # by then there are intervals, or there is no pulse
LOOK_S = 0.12
SHORTEST_S, LONGEST_S = 0.3, 1.5  # 200 to 40 beats/min
LONGEST = 0.55  # of the signal: more than three quarters of a period must fit
# Author's choices. Two looks in a row must give the same: noise at 25 Hz fits itself so well now and then, not twice.
FITS = 0.8  # .75 to .9 do as well
SAME = 0.06
# Standard deviation, as ln of the light: a pulse of .05 % to 20 % of the light; less is noise.
LEAST_SWING, MOST_SWING = 2.0e-4, 0.1


class FirstLook:
    """Fed at even steps of 10 ms since the signal began."""

    def __init__(self) -> None:
        """Nothing was seen yet."""
        self._smooth = lowpass(5.0, RATE_HZ, 0.577)
        self._values: deque[float] = deque(maxlen=round(MOST_S * RATE_HZ / EVERY))
        self._restart()

    def restart(self) -> None:
        """The signal starts anew."""
        if self._steps:
            self._restart()

    def _restart(self) -> None:
        self._smooth.restart()
        self._values.clear()
        self._steps = 0
        self._period_s: float | None = None
        self._rate: tuple[float, float] | None = None  # when it was told, and what
        self.done = False

    def push(self, t_s: float, x: float) -> None:
        """The next step of the blood volume, as -ln of the light. After DONE_S nothing is looked at any more."""
        if self.done:
            return
        y = self._smooth.push(x)
        self._steps += 1
        if self._steps % EVERY:
            return
        self._values.append(y)
        seconds = self._steps / RATE_HZ
        if seconds > DONE_S:
            self.done = True
        elif seconds >= LEAST_S and self._steps % round(LOOK_S * RATE_HZ) == 0:
            before, self._period_s = self._period_s, self._period()
            if before and self._period_s and abs(self._period_s / before - 1.0) < SAME:
                self._rate = t_s, 60.0 / self._period_s
            else:
                self._rate = None

    def heart_rate_bpm(self, now_s: float) -> float | None:
        """Beats/min of the last look; None where nothing fits, or where it is 2 s old."""
        return self._rate[1] if self._rate is not None and now_s - self._rate[0] < 2.0 else None

    def _period(self) -> float | None:
        y = np.array(self._values)
        n = len(y)
        line = np.linspace(-1.0, 1.0, n)
        if not LEAST_SWING <= float(np.std(y - np.polyval(np.polyfit(line, y, 2), line))) <= MOST_SWING:
            return None
        y, n = np.diff(y), n - 1
        longest = min(math.ceil(LONGEST * n), math.floor(LONGEST_S * RATE_HZ / EVERY))
        lags = range(math.floor(SHORTEST_S * RATE_HZ / EVERY) - 1, longest + 2)
        fits = np.array([_fit(y[lag:], y[: n - lag]) for lag in lags])
        peaks = [i for i in range(1, len(fits) - 1) if fits[i] >= fits[i - 1] and fits[i] > fits[i + 1]]
        if not peaks or max(fits[i] for i in peaks) < FITS:
            return None
        best = max(fits[i] for i in peaks)
        i = next(i for i in peaks if fits[i] >= 0.9 * best)  # twice the period fits as well as the period
        left, middle, right = fits[i - 1 : i + 2]
        part = 0.5 * (left - right) / (left - 2.0 * middle + right)
        return float((lags[i] + part) * EVERY / RATE_HZ)


def _fit(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a, b = a - a.mean(), b - b.mean()
    size = math.sqrt(float(a @ a) * float(b @ b))
    return float(a @ b) / size if size > 0.0 else 0.0
