"""Finds the beats: each pulse as its upstroke ends, from the blood volume alone.

Two seekers look at the same blood volume. The quick one tells a pulse about 0.1 s after its top and is used while
nearly every rise is a pulse; the slow one, whose low-pass leaves little but the pulse's own frequency, where a moving
hand adds rises of its own.
"""

from __future__ import annotations

import math
from collections import deque

from rig.body.grid import STEP_S
from rig.body.path import BeatPath
from rig.body.period import Period
from rig.body.upstroke import Upstroke, UpstrokeSeeker

# Choices, made on 18 open recordings; where a range is given the figures hardly changed within it.
QUICK_HZ, QUICK_ENDED = 4.5, 3  # low-pass, and the steps without a rise that end an upstroke
QUICK_DRIFT, SLOW_DRIFT = 0.75, 2.0  # usual intervals (.5 to 1; 1.5 on: the slow one sees little but the pulse anyway)
SLOW_HZ, SLOW_ENDED = 2.5, 1  # (2.2 to 2.6): the fundamental of 150 beats a minute; its delay leaves no time to wait
QUICK_MARGIN, SLOW_MARGIN = 3.0, 2.0  # how far behind an upstroke may be and yet be told (2.5 to 3.5; 1.8 to 2.2)
FLOOR = 2.0e-4  # of the light: a rise smaller than 0.02 % is the sensor's own noise
LEAST = 0.25  # of the usual rise: what is smaller is not looked at
LATE = 1.6  # usual intervals without a beat: from there on less and less is asked of a rise
LEARN_S, SURE_S = 0.6, 1.5  # the first look at a new signal
SMALL, SMALL_COST, SMALL_MOST = 1.0, 3.0, 6.0  # octaves below the usual rise that cost nothing; each more; at most
LARGE, LARGE_COST, LARGE_MOST = 1.2, 1.0, 2.0  # and above it
PERIODIC = 0.4  # strength of a period that is believed more than the intervals between the beats found (to 0.5)
FAINTLY, MULTIPLE = 0.2, 0.15  # and of one that those are a multiple of, as nearly as this
# At CLOSE = 0.5 one of the recordings is taken at half its rate.
SHORTEST_S, CLOSE, LONGEST_S = 0.28, 0.45, 2.2  # 214 beats a minute; of the usual interval; 27 beats a minute
SAME = 0.2  # of a period: the means of ten seconds and of eight; .15 to .25 show the same
CLUTTER_S = 12.0  # chosen
CLUTTER, CLEAR = 0.25, 0.12  # rises that are no beats for each beat: the slow seeker is asked, or again the quick one


class _Tracker:
    """One seeker, its path through what it found, and what is usual of the pulses on it."""

    def __init__(self, seeker: UpstrokeSeeker, margin: float) -> None:
        self.seeker = seeker
        self._margin = margin
        self._path = BeatPath()
        self.restart()

    def restart(self) -> None:
        """The signal starts anew: learn its size again."""
        self.seeker.restart()
        self._path.restart()
        self._age_s = 0.0
        self._learnt = 0.0
        self._rises: deque[float] = deque(maxlen=9)
        self._ibis: deque[float] = deque(maxlen=9)
        self._last_s: float | None = None
        self.clutter = 0.0  # upstrokes that were no beats, for each that was one
        self._fates: deque[tuple[float, bool]] = deque()  # (time, whether it was a beat) of every upstroke

    def usual_ibi_s(self, period: Period) -> float:
        """Interval that the next beat is expected after: the period of all of it, or that of the beats."""
        if period.period_s is not None and period.strength > PERIODIC:
            return period.period_s
        own_s = _middle(self._ibis)
        period_s = period.period_s
        if own_s and period_s is not None and period.strength > FAINTLY and _multiple(own_s, period_s):
            return period_s  # every second or third pulse is followed: they would go on confirming each other
        return own_s or period.period_s or 0.8

    def push(self, t_s: float, x: float, ibi: float) -> Upstroke | None:
        """The next step; an Upstroke where a beat has just been told. ibi: the interval that is expected, in s."""
        self._age_s += STEP_S
        if self._age_s < SURE_S:
            self._learnt = max(self._learnt, self.seeker.sum)
        usual = _middle(self._rises) or 0.7 * self._learnt
        late = t_s - self._last_s - LATE * ibi if self._last_s is not None else self._age_s - SURE_S
        asked = usual * math.exp2(-late / ibi) if late > 0.0 else usual
        found = self.seeker.push(t_s, x, max(FLOOR, LEAST * asked), ibi)
        if found is None or self._age_s < LEARN_S:
            return None
        return self._judge(found, usual, asked, ibi)

    def _judge(self, found: Upstroke, usual: float, asked: float, ibi: float) -> Upstroke | None:
        smaller = math.log2(asked / found.rise) if asked > 0.0 else 0.0
        larger = math.log2(found.rise / usual) if usual > 0.0 else 0.0
        weight = -min(SMALL_MOST, SMALL_COST * max(0.0, smaller - SMALL)) - min(
            LARGE_MOST, LARGE_COST * max(0.0, larger - LARGE)
        )
        lead = self._path.add(found.t_s, weight, ibi)
        beat = lead >= -self._margin and (
            self._last_s is None or found.t_s - self._last_s >= max(SHORTEST_S, CLOSE * ibi)
        )
        self._fates.append((found.t_s, beat))
        while self._fates[0][0] < found.t_s - CLUTTER_S:
            self._fates.popleft()
        beats = sum(told for _, told in self._fates)
        self.clutter = (len(self._fates) - beats) / max(1, beats)
        if not beat:
            return None
        middle = _middle(self._rises)
        if middle > 2.0 * asked and found.rise < 0.5 * middle:  # the pulse has shrunk
            self._rises = deque([0.5 * rise for rise in self._rises], self._rises.maxlen)
            middle *= 0.5
        self._rises.append(min(found.rise, 2.0 * middle) if middle else found.rise)
        if self._last_s is not None and found.t_s - self._last_s < LONGEST_S:
            self._ibis.append(found.t_s - self._last_s)
        self._last_s = found.t_s
        return found


class UpstrokeFinder:
    """Blood volume at even steps of 10 ms in (any unit, here -ln of the light), beats' upstrokes out, each once."""

    def __init__(self) -> None:
        self._quick = _Tracker(UpstrokeSeeker(QUICK_HZ, QUICK_ENDED, QUICK_DRIFT), QUICK_MARGIN)
        self._slow = _Tracker(UpstrokeSeeker(SLOW_HZ, SLOW_ENDED, SLOW_DRIFT), SLOW_MARGIN)
        self._period = Period()
        self._sums: deque[float] = deque(maxlen=40)  # the last 0.4 s: an upstroke, and the delay of the slow seeker
        self._rises: deque[float] = deque(maxlen=9)
        self._ibis: deque[float] = deque(maxlen=9)
        self.restart()

    def restart(self) -> None:
        """The signal starts anew (a gap, a finger put back): learn its size again."""
        self._quick.restart()
        self._slow.restart()
        self._period.restart()
        self._sums.clear()
        self._rises.clear()
        self._ibis.clear()
        self._last_s: float | None = None
        self.cluttered = False

    @property
    def usual_rise(self) -> float:
        """Middle rise of the last pulses; 0 before the first."""
        return _middle(self._rises)

    @property
    def usual_ibi_s(self) -> float:
        """Middle interval of the last pulses; 0.8 s before any."""
        return _middle(self._ibis) or 0.8

    def doubts(self, ibi_s: float) -> bool:
        """Whether beats so far apart may not be what they are taken for: there are many rises that are none, and the
        period of the whole is another one."""
        period_s = self._period.period_s
        return self.cluttered and period_s is not None and abs(math.log(ibi_s / period_s)) > SAME

    def push(self, t_s: float, x: float, ibi_s: float | None = None) -> Upstroke | None:
        """The next step; an Upstroke where a beat has just been told. Its rise is the quick seeker's in any case.

        ibi_s: the interval to expect, where something knows better than this light (the accelerometer as well).
        """
        self._period.push(x)
        expected_s = ibi_s or self._slow.usual_ibi_s(self._period)
        quick = self._quick.push(t_s, x, ibi_s or self._quick.usual_ibi_s(self._period))
        slow = self._slow.push(t_s, x, expected_s)
        self._sums.append(self._quick.seeker.sum)
        self.cluttered = self._quick.clutter > (CLEAR if self.cluttered else CLUTTER)
        found = slow if self.cluttered else quick
        if found is None:
            return None
        if self._last_s is not None:
            ibi = found.t_s - self._last_s
            if ibi < max(SHORTEST_S, CLOSE * expected_s):
                return None
            if ibi < LONGEST_S:
                self._ibis.append(ibi)
        self._last_s = found.t_s
        rise = max(self._sums)
        self._rises.append(rise)
        return Upstroke(found.t_s, rise)


def _multiple(ibi_s: float, period_s: float) -> bool:
    return any(abs(ibi_s / (pulses * period_s) - 1.0) < MULTIPLE for pulses in (2, 3))


def _middle(values: deque[float]) -> float:
    """The middle one; 0 of none."""
    return sorted(values)[len(values) // 2] if values else 0.0
