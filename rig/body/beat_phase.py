"""Where the heart is between two beats, foretold: what goes with the pulse goes with it, though beats are told late.

A beat is told a tenth of a second after it was, and the next one is not known yet. The phase runs on at the rate of
the last intervals; each beat that is told says by how much it was wrong, and that is caught up with within one interval
or two, so that the phase never jumps.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import median

INTERVALS = 5  # of which the usual one is the median: one that a missed beat made double counts for nothing
RUNS = 16  # beats that may be known and not yet count, and the one in force: 2.5 s of a strap at 220 beats/min
LOST = 2.5  # intervals without another beat: nothing is foretold any more
# While it catches up, it runs at least half and at most twice as fast as the heart: it never stands, or runs back.
SLOWEST, FASTEST = 0.5, 2.0


@dataclass(frozen=True, slots=True)
class _Run:
    """From a time on: the phase there, how fast it runs until it has caught up, and how fast then."""

    from_s: float
    phase: float
    rate_hz: float
    until_s: float
    usual_hz: float
    lost_s: float

    def at(self, now_s: float) -> float:
        """Of a time from then on."""
        caught_up_s = min(now_s, self.until_s) - self.from_s
        rest_s = max(0.0, now_s - self.until_s)
        return (self.phase + caught_up_s * self.rate_hz + rest_s * self.usual_hz) % 1.0


class BeatPhase:
    """Feed it beats as they are told; ask for any time. It depends on the beats' own times, not on when they came."""

    def __init__(self) -> None:
        self._ibis_s: deque[float] = deque(maxlen=INTERVALS)
        self._runs: deque[_Run] = deque(maxlen=RUNS)

    def add(self, beat_s: float, ibi_s: float | None, late_s: float) -> None:
        """A beat at beat_s; ibi_s: since the one before, None where that is not known. late_s: how long after a beat
        it is told at the latest: it counts from then on."""
        if ibi_s is None:
            return
        from_s = beat_s + late_s
        known = self.at(from_s)
        self._ibis_s.append(ibi_s)
        usual_s = median(self._ibis_s)
        phase = late_s / usual_s % 1.0 if known is None else known
        wrong = (late_s / usual_s - phase + 0.5) % 1.0 - 0.5
        faster = min(FASTEST, max(SLOWEST, 1.0 + wrong)) - 1.0
        lasts_s = wrong / faster * usual_s if faster else 0.0
        lost_s = from_s + LOST * usual_s
        self._runs.append(_Run(from_s, phase, (1.0 + faster) / usual_s, from_s + lasts_s, 1.0 / usual_s, lost_s))

    def forget(self) -> None:
        """Another finger, or none."""
        self._ibis_s.clear()
        self._runs.clear()

    def at(self, now_s: float) -> float | None:
        """0..1 of the way from one beat to the next; None where it cannot be foretold."""
        run = next((run for run in reversed(self._runs) if run.from_s <= now_s), None)
        return None if run is None or now_s > run.lost_s else run.at(now_s)
