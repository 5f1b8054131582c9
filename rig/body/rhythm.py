"""Intervals between beats: which of them are clean, the heart rate and RMSSD they give."""

from __future__ import annotations

import math
from collections import deque
from itertools import pairwise

SHORTEST_S, LONGEST_S = 0.27, 2.0  # 222 to 30 beats a minute
STRAY = 0.3  # a clean IBI is within 30 % of the middle one
RATE_WINDOWS_S = (10.0, 5.0)
RMSSD_WINDOW_S = 60.0
RMSSD_LEAST_S = 30.0  # Munoz et al., PLoS ONE 10 (2015): 30 s strips agree with minutes at r > .9
TRUSTED = 0.5  # SQI of a beat that counts


class Rhythm:
    """Beats in, heart rate and RMSSD out."""

    def __init__(self) -> None:
        self._last: tuple[float, float] | None = None  # time and SQI of the newest beat
        self._clean: deque[tuple[float, float]] = deque()  # (time, IBI in s)
        self._recent: deque[float] = deque(maxlen=9)  # IBIs that could be, to know the middle one

    def restart(self) -> None:
        """The beat before is not known any more (a gap); what was learnt of the rhythm stays."""
        self._last = None

    def forget(self) -> None:
        """Another finger, or the same one anew: no rate and no RMSSD from what was before."""
        self._last = None
        self._clean.clear()
        self._recent.clear()

    def add(self, t_s: float, sqi: float, ibi_s: float | None = None) -> float | None:
        """A beat; gives the interval since the one before (or the reported one), in s, None where unknown."""
        before, self._last = self._last, (t_s, sqi)
        if ibi_s is None:
            ibi_s = t_s - before[0] if before is not None else None
            sqi = min(sqi, before[1]) if before is not None else 0.0
        if ibi_s is None or not SHORTEST_S <= ibi_s <= LONGEST_S:
            return None
        if sqi >= TRUSTED:
            self._recent.append(ibi_s)
            middle = sorted(self._recent)[len(self._recent) // 2]
            if abs(ibi_s - middle) <= STRAY * middle:
                self._clean.append((t_s, ibi_s))
        while self._clean and self._clean[0][0] < t_s - RMSSD_WINDOW_S:
            self._clean.popleft()
        return ibi_s

    def heart_rate_bpm(self, now_s: float) -> float | None:
        """60 over the mean clean IBI of the last ten seconds, or of the last five where that is too little.

        None with fewer than three, when they do not cover half of the time since the first of them (a jolt before
        which all was well should not hide what has come after), or when the newest is older than 3 s.
        """
        if not self._clean or now_s - self._clean[-1][0] > 3.0:
            return None
        for window_s in RATE_WINDOWS_S:
            rate_bpm = self._rate_bpm(now_s, window_s)
            if rate_bpm is not None:
                return rate_bpm
        return None

    def _rate_bpm(self, now_s: float, window_s: float) -> float | None:
        newest = [(t, ibi) for t, ibi in self._clean if t >= now_s - window_s]
        if len(newest) < 3:
            return None
        middle = sorted(ibi for _, ibi in newest)[len(newest) // 2]
        near = [ibi for _, ibi in newest if abs(ibi - middle) <= STRAY * middle]
        first_t, first_ibi = newest[0]
        if sum(near) < 0.5 * (now_s - first_t + first_ibi):
            return None
        return 60.0 * len(near) / sum(near)

    def rmssd_ms(self, now_s: float) -> float | None:
        """Root mean square of successive differences of the last minute; None before 30 s of clean intervals."""
        clean = [(t, ibi) for t, ibi in self._clean if t >= now_s - RMSSD_WINDOW_S]
        if sum(ibi for _, ibi in clean) < RMSSD_LEAST_S:
            return None
        squares = [(b - a) ** 2 for (ta, a), (tb, b) in pairwise(clean) if abs(tb - b - ta) < 0.02]
        return 1000.0 * math.sqrt(sum(squares) / len(squares)) if len(squares) >= 15 else None
