"""When the beats of a chest strap were: its intervals, laid back in time from the arrivals of its messages.

A strap says once a second which intervals ended since it last spoke, never when. The intervals, added up, are a chain
on the strap's own clock; what is unknown is how far the host's clock is ahead of it. Every message bounds that: its
newest beat was before it arrived. The wait between the two is anything from nothing to a second, for the beats do not
know when the strap speaks; so the smallest distance of the last 40 s, one of some forty waits, is the one with hardly
any waiting in it (a fortieth of a second on average) and carries the chain over. From this follows:

- no beat is in the future, for the message that brought it is one of those that bound the chain;
- beats are as far apart as their intervals, and each is later than the one before;
- nothing drifts: a clock 50 ppm wrong (a usual crystal) is off by 2 ms in 40 s, then the bound has been renewed.

What stays is what cannot be seen from here: the strap's own processing and the radio, some ten milliseconds and up,
the same for all beats.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

WINDOW_NS = 40_000_000_000  # choice; 20 to 90 s only trade a smaller least wait for a staler one
RISE_NS = 5_000_000  # a message, when a smaller wait has left the window: far below the 20 ms that RMSSD allows
LOST_NS = 250_000_000  # a message later than that for no reason: an interval is missing from the chain
SHORTEST_S, LONGEST_S = 0.27, 2.2  # 222 to 27 beats/min: other intervals are the strap's mistakes


class BeatTimes:
    """Messages in, times of beats out. All ``*_ns`` are host time."""

    def __init__(self) -> None:
        self._newest_ns: int | None = None  # newest beat given, kept when the chain starts anew
        self.restart()

    def restart(self) -> None:
        """The chain is broken (contact lost, connected anew): the next message starts another."""
        self._chain_ns = 0.0  # the newest beat on the strap's clock
        self._ahead_ns: float | None = None  # how far the host's clock is ahead of it, as it was last used
        self._bounds: deque[tuple[int, float]] = deque()  # (arrival, distance), distances rising: the first is least
        self._arrived_ns: int | None = None

    def add(self, arrived_ns: int, rr_s: Sequence[float]) -> list[tuple[int, float | None]]:
        """A message of these intervals: (time of the beat, interval that it ends in ms) each, oldest first.

        The interval is None where it is no heart's. A beat that would not be later than the one before is left out.
        """
        before_ns, self._arrived_ns = self._arrived_ns, arrived_ns
        if not rr_s:
            return []
        self._chain_ns += 1e9 * sum(rr_s)
        distance_ns = arrived_ns - self._chain_ns
        if self._ahead_ns is not None and before_ns is not None:
            waited_ns = distance_ns - self._bounds[0][1]
            if waited_ns > arrived_ns - before_ns + LOST_NS:  # older than the message before, and not in it
                self.restart()
                self._arrived_ns, distance_ns = arrived_ns, float(arrived_ns)
        self._bound(arrived_ns, distance_ns)
        least_ns = self._bounds[0][1]
        ahead_ns = least_ns if self._ahead_ns is None else min(least_ns, self._ahead_ns + RISE_NS)
        self._ahead_ns = ahead_ns
        beats: list[tuple[int, float | None]] = []
        left_ns = 1e9 * sum(rr_s)
        for rr in rr_s:
            left_ns -= 1e9 * rr
            t_ns = round(self._chain_ns + ahead_ns - left_ns)
            if self._newest_ns is None or t_ns > self._newest_ns:
                self._newest_ns = t_ns
                beats.append((t_ns, 1000.0 * rr if SHORTEST_S <= rr <= LONGEST_S else None))
        return beats

    def _bound(self, arrived_ns: int, distance_ns: float) -> None:
        while self._bounds and self._bounds[-1][1] >= distance_ns:
            self._bounds.pop()
        self._bounds.append((arrived_ns, distance_ns))
        while self._bounds[0][0] < arrived_ns - WINDOW_NS:
            self._bounds.popleft()
