"""Where the heart is between two beats, foretold: what goes with the pulse goes with it, though beats are told late.

A beat is told a tenth of a second after it was, and the next one is not known yet. The phase runs on at the rate of
the last intervals; each beat that is told says by how much it was wrong, and that is caught up with within one interval
or two, so that the phase never jumps.
"""

from __future__ import annotations

from collections import deque
from statistics import median

from rig.body.running_phase import RunningPhase

INTERVALS = 5  # of which the usual one is the median: one that a missed beat made double counts for nothing
RUNS = 16  # beats that may be known and not yet count, and the one in force: 2.5 s of a strap at 220 beats/min
LOST = 2.5  # intervals without another beat: nothing is foretold any more


class BeatPhase:
    """Feed it beats as they are told; ask for any time. It depends on the beats' own times, not on when they came."""

    def __init__(self) -> None:
        self._ibis_s: deque[float] = deque(maxlen=INTERVALS)
        self._running = RunningPhase(RUNS)

    def add(self, beat_s: float, ibi_s: float | None, late_s: float) -> None:
        """A beat at beat_s; ibi_s: since the one before, None where that is not known. late_s: how long after a beat
        it is told at the latest: it counts from then on."""
        if ibi_s is None:
            return
        self._ibis_s.append(ibi_s)
        usual_s = median(self._ibis_s)
        from_s = beat_s + late_s
        self._running.follow(from_s, late_s / usual_s, 1.0 / usual_s, from_s + LOST * usual_s)

    def forget(self) -> None:
        """Another finger, or none."""
        self._ibis_s.clear()
        self._running.forget()

    def at(self, now_s: float) -> float | None:
        """0..1 of the way from one beat to the next; None where it cannot be foretold."""
        return self._running.at(now_s)
