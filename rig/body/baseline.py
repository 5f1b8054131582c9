"""What is usual for this person: a mean that follows slowly, and two quiet minutes that were measured on purpose."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from rig.body.meaning import Body

QUIET_S = 120.0  # of a clean pulse. RMSSD of 120 s agrees with that of five minutes at r = .986 (Munoz et al. 2015)
CLEAN_SQI = 0.5  # as of a beat that counts (rhythm.py)
LEAST_RMSSD_S = 30.0  # of it, to believe its middle value
RESTLESS = 0.08  # the halves' heart rates differ by less in a person who sits still; 0.05 to 0.12 do as well


class Rolling:
    """A mean that follows slowly: of everything at first, of about the last ``time_constant_s`` afterwards."""

    def __init__(self, time_constant_s: float) -> None:
        self._time_constant_s = time_constant_s
        self.value = 0.0
        self.known_s = 0.0

    def add(self, value: float, lasted_s: float) -> None:
        """The value held for lasted_s."""
        self.known_s += lasted_s
        window = min(self.known_s, self._time_constant_s)
        if window > 0:
            self.value += (value - self.value) * min(1.0, lasted_s / window)

    def doubt(self, keep_s: float) -> None:
        """What was learnt counts as keep_s at most: learn anew, quickly."""
        self.known_s = min(self.known_s, keep_s)


@dataclass(frozen=True, slots=True)
class QuietBaseline:
    """What this person's heart does when nothing happens. rmssd_ms None: not known.

    There is no pulse amplitude in it: that depends on how the thumb lies and how warm it is, on this very day, so that
    only a rolling baseline of it means anything.
    """

    heart_rate_bpm: float
    rmssd_ms: float | None = None


class QuietMinutes:
    """Watches a person who does nothing, and gives the baseline when a clean pulse of QUIET_S was seen."""

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._rates: list[float] = []
        self._rmssds: list[float] = []
        self._rmssd_s = 0.0
        self.clean_s = 0.0

    def add(self, now_s: float, body: Body) -> None:
        """The body at now_s; call it a few times a second."""
        lasted_s = min(1.0, max(0.0, now_s - self._last_s)) if self._last_s is not None else 0.0
        self._last_s = now_s
        if body.heart_rate_bpm is None or body.sqi < CLEAN_SQI or self.done:
            return
        self.clean_s += lasted_s
        self._rates.append(body.heart_rate_bpm)
        if body.rmssd_ms is not None:
            self._rmssds.append(body.rmssd_ms)
            self._rmssd_s += lasted_s

    @property
    def done(self) -> bool:
        """Whether enough was seen."""
        return self.clean_s >= QUIET_S

    @property
    def restless(self) -> bool:
        """Whether the heart went faster or slower from one half to the other than that of a person at rest does."""
        half = len(self._rates) // 2
        if half == 0:
            return False
        before, after = median(self._rates[:half]), median(self._rates[half:])
        return abs(after - before) > RESTLESS * min(before, after)

    def baseline(self) -> QuietBaseline:
        """The middle of what was seen; ValueError before ``done``."""
        if not self.done:
            raise ValueError(f"baseline: expected {QUIET_S:g} s of a clean pulse, got {self.clean_s:g}")
        rmssd = median(self._rmssds) if self._rmssd_s >= LEAST_RMSSD_S else None
        return QuietBaseline(median(self._rates), rmssd)
