"""Finds rises in a smoothed skin conductance, one value at a time: where one begins, and where it ends.

It is looked for where the slope grows beyond what a level drifts by, ends where it has gone again, and began where it
had a tenth of its steepest. What the level climbs meanwhile is no part of its height. Where the slope nearly goes and
comes back, one response rides on another: they are told apart at the bend between them (Boucsein et al.,
Psychophysiology 49, 2012, on overlapping responses).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median

# uS, onset to peak: the upper end of Boucsein's 0.01 to 0.05, for a small sensor on a hand that holds a rig.
LEAST_RISE = 0.05
# uS/s. A response of 0.05 uS that rises for 2 s is that steep on the average, and twice as steep in its middle; a level
# drifts by less than 0.5 uS in a minute (.008). Author's choice: .01 to .04 and .03 to .06 tell the same.
STEEP, STEEP_ENOUGH = 0.02, 0.04
SHORTEST_S, LONGEST_S = 0.5, 6.0  # of a rise: 0.5 to 5 s (Boucsein, Electrodermal Activity, 2012), and smoothed
ONSET = 0.1  # of its steepest: there it began; .05 to .2 move that by less than .05 s
# Of its steepest: so slow between two humps, and so steep again. Author's choice; .2 to .5 and .4 to .7 tell the same.
BEND, AGAIN = 0.35, 0.5
SPAN = 2  # values back that a slope is taken over
# The level's climb is the median slope of so many seconds: responses fall for longer than they rise, so that however
# many there are, they do not make one. Author's choice; 15 to 30 s find the same.
CLIMB_S = 20.0


@dataclass(frozen=True, slots=True)
class Rise:
    """From trough to peak; times in seconds, amplitude in uS."""

    onset_s: float
    peak_s: float
    amplitude: float


@dataclass(frozen=True, slots=True)
class _Point:
    t_s: float
    value: float
    slope: float


class Rises:
    """Fed a value every ``period_s``."""

    def __init__(self, period_s: float) -> None:
        self._slope_s, self._most = SPAN * period_s, round(2.0 * LONGEST_S / period_s)
        self._last: deque[tuple[float, float]] = deque(maxlen=SPAN + 1)
        self._path: deque[_Point] = deque(maxlen=self._most)  # of the rise under way
        self._slopes: deque[float] = deque(maxlen=round(CLIMB_S / period_s))
        self.restart()

    def restart(self) -> None:
        """The signal starts anew: what was rising is forgotten."""
        self._last.clear()
        self._path.clear()
        self._slopes.clear()
        self._steepest, self._least = 0.0, LEAST_RISE
        self._bend: _Point | None = None

    def push(self, t_s: float, value: float, least: float = LEAST_RISE) -> Rise | None:
        """The next value; the rise that has ended with it, where it is one of a response, and ``least`` uS high."""
        self._least = max(least, LEAST_RISE)
        self._last.append((t_s, value))
        if len(self._last) <= SPAN:
            return None
        middle_s, middle = self._last[SPAN // 2]
        point = _Point(middle_s, middle, (value - self._last[0][1]) / self._slope_s)
        self._slopes.append(point.slope)
        if not self._path:
            if point.slope > STEEP:
                self._start([point])
            return None
        self._path.append(point)
        if self._bend is None:
            self._steepest = max(self._steepest, point.slope)
        if point.slope <= 0.0 or point.slope <= min(STEEP, ONSET * self._steepest):
            rise = self._ended(max(self._path, key=lambda at: at.value))
            self._path.clear()
            return rise
        return self._rising(point)

    def _start(self, path: list[_Point]) -> None:
        self._path.clear()
        self._path.extend(path)
        self._steepest, self._bend = max(point.slope for point in path), None

    def _rising(self, point: _Point) -> Rise | None:
        """It goes on; a rise that has ended where another one rides on it."""
        bend = self._bend
        if bend is None or point.slope < bend.slope:
            if point.slope < BEND * self._steepest:
                self._bend = point
            return None
        if point.slope <= max(AGAIN * self._steepest, bend.slope + STEEP):
            return None
        rise = self._ended(bend)
        self._start([at for at in self._path if at.t_s >= bend.t_s])
        return rise

    def _ended(self, peak: _Point) -> Rise | None:
        """The rise up to ``peak``, where it is as high, as steep and as long as a response."""
        if self._steepest < STEEP_ENOUGH:
            return None
        onset = self._path[0]
        steep = False
        for point in reversed(self._path):
            steep = steep or (point.t_s <= peak.t_s and point.slope >= self._steepest)
            if steep and point.slope < ONSET * self._steepest:
                onset = point
                break
        rise = Rise(onset.t_s, peak.t_s, peak.value - onset.value)
        took_s = rise.peak_s - rise.onset_s
        if not SHORTEST_S <= took_s <= LONGEST_S:
            return None
        climbed = max(0.0, median(self._slopes)) * took_s
        return rise if rise.amplitude - climbed >= max(self._least, STEEP * took_s) else None
