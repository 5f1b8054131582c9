"""Which upstrokes are beats: the most likely path through all of them, known at every moment.

Each upstroke has a weight (how much it looks like a pulse) and each interval another (how well it fits the rhythm);
the best path to every upstroke is kept, not only the one that was told, so that a jolt that was taken for a beat is
left again when the beats after it do not follow from it (dynamic programming, R. Bellman 1957; for the beats of music:
D. P. W. Ellis, J. New Music Research 36, 2007). Ours decides at once: an upstroke is a beat when the best path that
ends in it is not much worse than every path that still waits for its next beat.
"""

from __future__ import annotations

import math

# In natural logs of odds. All four are choices; the figures hardly change between the ends of the given ranges.
SPREAD = 0.18  # standard deviation of ln(interval / usual): 3 to 10 % at rest (HRV), more with a breath: chosen
SURPRISE = 3.5  # the most that a strange interval costs: ectopic beats and beats unseen happen: chosen (3 to 3.5)
PACE = 2.0  # what a path gains with each usual interval: one that leaves beats out falls behind: chosen (2 to 3)
TOO_SOON = 5.0  # and an interval that no heart can make
REMEMBERED_S = 3.0
SOONEST_S, SOONEST = 0.28, 0.35  # 214 beats a minute; of the usual interval


class BeatPath:
    """Weighed upstrokes in, how much better each is as a beat than none out."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The beats before are not known any more."""
        self._ends: list[tuple[float, float]] = []  # (time, score of the best path that ends there)

    def add(self, t_s: float, weight: float, ibi_s: float) -> float:
        """The next upstroke; gives its lead: its path's score less that of the best path that still waits."""
        self._ends = [end for end in self._ends if t_s - REMEMBERED_S < end[0] < t_s]
        if not self._ends:
            self._ends.append((t_s, 0.0))
            return math.inf
        soonest = max(SOONEST_S, SOONEST * ibi_s)
        score = waits = -math.inf
        for end_s, before in self._ends:
            since = t_s - end_s
            fit = _fit(since, ibi_s)
            score = max(score, before + fit - (TOO_SOON if since < soonest else 0.0))
            waits = max(waits, before + (0.0 if since < ibi_s else fit))
        score += weight
        self._ends.append((t_s, score))
        return score - waits


def _fit(interval_s: float, ibi_s: float) -> float:
    ratio = interval_s / ibi_s
    strange = math.log(ratio) / SPREAD
    return max(-SURPRISE, -0.5 * strange * strange) + PACE * (1.0 - ratio)
