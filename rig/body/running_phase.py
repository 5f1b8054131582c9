"""A phase that runs on by itself and never jumps: what is learnt about it is caught up with within about one round."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

# While it catches up, it runs at least half and at most twice as fast as usual: it never stands, or runs back.
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


class RunningPhase:
    """Told now and then where it should be; asked at any time, also one before what it was told last."""

    def __init__(self, runs: int) -> None:
        """runs: how many of the things that it was told may lie ahead of the times that it is asked for."""
        self._runs: deque[_Run] = deque(maxlen=runs)

    def follow(self, from_s: float, phase: float, usual_hz: float, lost_s: float) -> None:
        """From from_s on it should have been at phase (0..1 there) and go usual_hz rounds a second; after lost_s
        nothing is known any more."""
        known = self.at(from_s)
        start = phase % 1.0 if known is None else known
        wrong = (phase - start + 0.5) % 1.0 - 0.5
        faster = min(FASTEST, max(SLOWEST, 1.0 + wrong)) - 1.0
        lasts_s = wrong / faster / usual_hz if faster else 0.0
        self._runs.append(_Run(from_s, start, (1.0 + faster) * usual_hz, from_s + lasts_s, usual_hz, lost_s))

    def forget(self) -> None:
        """Nothing is known."""
        self._runs.clear()

    def at(self, now_s: float) -> float | None:
        """0..1 of a round; None where it cannot be foretold."""
        run = next((run for run in reversed(self._runs) if run.from_s <= now_s), None)
        return None if run is None or now_s > run.lost_s else run.at(now_s)
