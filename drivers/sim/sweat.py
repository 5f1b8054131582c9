"""A synthetic skin: a tonic level that wanders, responses of its own accord, and responses to what happens.

A response rises and recovers as a bi-exponential of 0.75 and 2 s (Benedek and Kaernbach, J. Neurosci. Methods 190,
2010), which peaks after 1.18 s. It begins 1 to 3 s after its event (Boucsein et al., Psychophysiology 49,
2012).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

RISE_S, RECOVERY_S = 0.75, 2.0
PEAK_S = math.log(RECOVERY_S / RISE_S) * RISE_S * RECOVERY_S / (RECOVERY_S - RISE_S)
PEAK = math.exp(-PEAK_S / RECOVERY_S) - math.exp(-PEAK_S / RISE_S)
LASTS_S = 20.0
SPONTANEOUS_S = 25.0  # 1 to 3 a minute at rest (Boucsein et al. 2012)
TONIC_US = 6.0


@dataclass(frozen=True, slots=True)
class TrueResponse:
    """What a detector should find."""

    onset_s: float
    amplitude_us: float

    @property
    def peak_s(self) -> float:
        """The top, if nothing else happened."""
        return self.onset_s + PEAK_S


class Sweat:
    """Conductance over the world's time, the same for the same seed.

    events_s: what the person responds to, half a microsiemens and more. off: while the electrodes touch nothing,
    (from, to) in seconds. responsive: one person in ten has no responses at all.
    """

    def __init__(
        self,
        events_s: Sequence[float] = (),
        seed: int = 7,
        off: Sequence[tuple[float, float]] = (),
        responsive: bool = True,
    ) -> None:
        self._random = Random(seed)
        self._phases = [self._random.uniform(0.0, 2.0 * math.pi) for _ in range(3)]
        self.off = list(off)
        self._evoked = [
            TrueResponse(at_s + self._random.uniform(1.2, 2.6), self._random.uniform(0.5, 1.5)) for at_s in events_s
        ]
        self._responsive = responsive
        self._responses: list[TrueResponse] = list(self._evoked) if responsive else []
        self._responses.sort(key=_onset)
        self._known_s = 0.0

    def responses_until(self, t_s: float) -> list[TrueResponse]:
        """All that begin from 0 to t_s, in order."""
        self._live(t_s)
        return self._responses[: bisect_left(self._responses, t_s, key=_onset)]

    def conductance_us(self, t_s: float) -> float:
        """Microsiemens; 0 while the electrodes are off."""
        if any(from_s <= t_s < to_s for from_s, to_s in self.off):
            return 0.0
        self._live(t_s)
        wander = sum(
            size * math.sin(2.0 * math.pi * t_s / period_s + phase)
            for size, period_s, phase in zip((0.6, 0.2, 0.05), (410.0, 170.0, 61.0), self._phases, strict=True)
        )
        first = bisect_left(self._responses, t_s - LASTS_S, key=_onset)
        last = bisect_left(self._responses, t_s, key=_onset)
        return TONIC_US + wander + sum(r.amplitude_us * _shape(t_s - r.onset_s) for r in self._responses[first:last])

    def _live(self, until_s: float) -> None:
        """Spontaneous responses, as they come; none while one to an event is under way."""
        while self._known_s <= until_s:
            self._known_s += 4.0 + self._random.expovariate(1.0 / (SPONTANEOUS_S - 4.0))
            response = TrueResponse(self._known_s, self._random.uniform(0.1, 0.6))
            clear = all(abs(self._known_s - other.onset_s) > 4.0 for other in self._evoked)
            if self._responsive and clear:
                self._responses.insert(bisect_left(self._responses, self._known_s, key=_onset), response)


def _onset(response: TrueResponse) -> float:
    return response.onset_s


def _shape(since_s: float) -> float:
    """0 to 1 at its peak."""
    return (math.exp(-since_s / RECOVERY_S) - math.exp(-since_s / RISE_S)) / PEAK
