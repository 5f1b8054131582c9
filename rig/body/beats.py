"""Finds the upstroke of each pulse as it ends, from the blood volume alone.

The slope sum of Zong, Heldt, Moody and Mark (Computers in Cardiology 30, 2003), built for arterial pressure, made live:
the rise of the last moments against a threshold that follows the pulses before, high right after a beat (where the
dicrotic wave is) and lower where the next one is due. Decided 40 ms after the rise has ended.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from rig.body.filters import lowpass, lowpass_delay_s
from rig.body.grid import RATE_HZ, STEP_S

CUTOFF_HZ = 7.0
BESSEL = 0.577
WINDOW = 18  # steps of the slope sum: about the longest upstroke of a finger, 180 ms
ENDED = 4  # steps without a rise that end an upstroke
REFRACTORY_S = 0.28  # 214 beats a minute
FLOOR = 2.0e-4  # of the light: a rise smaller than 0.02 % is the sensor's own noise
LATE = 1.6  # usual intervals without a beat: the threshold goes down
LEARN_S = 1.5  # the first look at a new signal


@dataclass(frozen=True, slots=True)
class Upstroke:
    """A pulse that has just risen: when (s), and by how much (natural log of the light, so 0.01 is about 1 %)."""

    t_s: float
    rise: float


class UpstrokeFinder:
    """Blood volume at even steps of 10 ms in (any unit, here -ln of the light), upstrokes out, each once."""

    def __init__(self) -> None:
        self._smooth = lowpass(CUTOFF_HZ, RATE_HZ, BESSEL)
        self._delay_s = lowpass_delay_s(CUTOFF_HZ, BESSEL) + 0.5 * STEP_S
        self.restart()

    def restart(self) -> None:
        """The signal starts anew (a gap, a finger put back): learn its size again."""
        self._smooth.restart()
        self._y: float | None = None
        self._rises: deque[float] = deque([0.0] * WINDOW, WINDOW)
        self._sum = 0.0
        self._age_s = 0.0
        self._peaks: deque[float] = deque(maxlen=7)
        self._ibis: deque[float] = deque(maxlen=7)
        self._learnt = 0.0
        self._last_s: float | None = None
        self._since: list[tuple[float, float]] | None = None  # (t, rise) of the upstroke under way
        self._still = 0
        self._most = 0.0

    @property
    def usual_rise(self) -> float:
        """Middle rise of the last pulses; 0 before the first."""
        return sorted(self._peaks)[len(self._peaks) // 2] if self._peaks else 0.0

    @property
    def usual_ibi_s(self) -> float:
        """Middle interval of the last pulses; 0.8 s before any."""
        return sorted(self._ibis)[len(self._ibis) // 2] if self._ibis else 0.8

    def push(self, t_s: float, x: float) -> Upstroke | None:
        """The next step; an Upstroke where one has just ended."""
        y = self._smooth.push(x)
        rise = 0.0 if self._y is None else max(0.0, y - self._y)
        self._y = y
        self._sum += rise - self._rises[0]
        self._rises.append(rise)
        self._age_s += STEP_S
        if self._age_s <= LEARN_S:
            self._learnt = max(self._learnt, self._sum)
            return None
        if self._since is None:
            if self._sum > self._threshold(t_s):
                start = t_s - (WINDOW - 1) * STEP_S
                self._since = [(start + i * STEP_S, r) for i, r in enumerate(self._rises)]
                self._most, self._still = self._sum, 0
            return None
        self._since.append((t_s, rise))
        self._most = max(self._most, self._sum)
        self._still = self._still + 1 if rise < 0.02 * self._most else 0
        if self._still < ENDED and len(self._since) < 3 * WINDOW:
            return None
        return self._end(self._since)

    def _threshold(self, t_s: float) -> float:
        level = self.usual_rise or 0.7 * self._learnt
        if self._last_s is None:
            return max(FLOOR, 0.6 * level * math.exp2(LEARN_S - self._age_s))
        ibi, since = self.usual_ibi_s, t_s - self._delay_s - self._last_s
        if since < max(REFRACTORY_S, 0.35 * ibi):
            return float("inf")
        part = 0.8 - 0.35 * min(1.0, since / (0.8 * ibi))
        late = since - LATE * ibi
        if late > 0:
            part *= math.exp2(-late / ibi)
        return max(FLOOR, part * level)

    def _end(self, course: list[tuple[float, float]]) -> Upstroke:
        steepest = max(range(len(course)), key=lambda i: course[i][1])
        near = course[max(0, steepest - 6) : steepest + 7]
        weight = sum(r * r for _, r in near)
        t_s = sum(t * r * r for t, r in near) / weight - self._delay_s
        size = self._most
        usual = self.usual_rise
        if usual and self._last_s is not None and t_s - self._last_s > LATE * self.usual_ibi_s and size < 0.5 * usual:
            self._peaks = deque([0.5 * peak for peak in self._peaks], self._peaks.maxlen)  # the pulse has shrunk
            usual *= 0.5
        self._peaks.append(min(size, 2.0 * usual) if usual else size)
        if self._last_s is not None and 0.27 < t_s - self._last_s < 2.2:
            self._ibis.append(t_s - self._last_s)
        self._last_s, self._since = t_s, None
        return Upstroke(t_s, size)
