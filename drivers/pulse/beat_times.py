"""When the beats of a chest strap were: its intervals, laid back in time from the arrivals of its messages.

A strap says once a second which intervals ended since it last spoke, never when. The intervals, added up, are a chain
on the strap's own clock; what is unknown is how far the host's clock is ahead of it (drivers/pulse/ahead.py). Each
message bounds that from both sides: its newest beat was before it arrived, and its first one was after the message
before. From this follows:

- no beat is in the future;
- beats are as far apart as their intervals, but for some milliseconds, and each is later than the one before;
- nothing drifts, for every message bounds anew;
- an interval that went missing, with a message or without, is noticed by the beats that no longer fit between the
  messages: the chain goes on that much later, and the beat after the hole ends no interval. Where it cannot be told yet
  whether one is missing, or a message is only late, the beats wait for the next message.

What stays is what cannot be seen from here: the strap's own processing and the radio, some ten milliseconds and up,
the same for all beats.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence

from drivers.pulse.ahead import Ahead, Said

SHORTEST_S, LONGEST_S = 0.27, 2.2  # 222 to 27 beats/min: other intervals are the strap's mistakes
USUAL_S = 1.0  # between two messages, before that is known
LATE_TURNS = 1.25  # of that: so late, the radio was disturbed
EVEN_S = 0.15  # where messages are missing, the next one comes after whole turns: one that is only late seldom does
MOST_GONE = 16  # beats: more are no chain any more
SURE = 0.8  # choice; over .84 nothing is told at once, under .7 hardly anything waits
HOLE = 0.6  # of an interval: the chain has gone on by that or more, so intervals were missing


class BeatTimes:
    """Messages in, times of beats out. All ``*_ns`` are host time."""

    def __init__(self) -> None:
        self._newest_ns: int | None = None  # newest beat given, kept when the chain starts anew
        self.restart()

    def restart(self) -> None:
        """The chain is broken (contact lost): the next message starts another. Beats that still waited are given up: no
        message can tell their place any more."""
        self._chain_s = 0.0  # the newest beat on the strap's clock
        self._ahead = Ahead()
        self._ahead_s: float | None = None  # as it was last used
        self._interval_s = USUAL_S
        self._arrived_ns: int | None = None
        self._gaps_s: deque[float] = deque(maxlen=9)
        self._held: list[tuple[float, float | None]] = []
        self._hole = self._newest_ns is not None

    def add(self, arrived_ns: int, rr_s: Sequence[float]) -> list[tuple[int, float | None]]:
        """A message of these intervals: (time of the beat, interval that it ends in ms) each, oldest first.

        The interval is None where it is no heart's, and after a hole. A beat that would not be later than the one
        before is left out. Beats that are not sure of their place yet come with the next message that has intervals.
        """
        before_ns, self._arrived_ns = self._arrived_ns, arrived_ns
        usual_s = sorted(self._gaps_s)[len(self._gaps_s) // 2] if self._gaps_s else USUAL_S
        gap_s = None if before_ns is None else (arrived_ns - before_ns) / 1e9
        if gap_s is not None:
            self._gaps_s.append(gap_s)
        if not rr_s:
            return []
        said = self._said(arrived_ns / 1e9, gap_s, usual_s, rr_s)
        beats = [*self._held, *self._lengthened(rr_s)]
        ahead_s, sure = self._ahead.add(said)
        late = gap_s is not None and gap_s > LATE_TURNS * usual_s
        if (late or sure < SURE) and not self._held:
            self._held = beats
            return []
        self._held = []
        if self._ahead_s is not None and ahead_s - self._ahead_s > HOLE * said.interval:
            self._hole = True
        self._ahead_s = ahead_s
        return self._placed(beats, min(ahead_s, said.latest))

    def _said(self, arrived_s: float, gap_s: float | None, usual_s: float, rr_s: Sequence[float]) -> Said:
        """What the message bounds. The chain is still the one before it."""
        hearts = [rr for rr in rr_s if SHORTEST_S <= rr <= LONGEST_S]
        self._interval_s = hearts[-1] if hearts else self._interval_s
        latest_s = arrived_s - self._chain_s - sum(rr_s)
        if gap_s is None:
            return Said(latest_s, -math.inf, self._interval_s)
        late_s = gap_s - usual_s * max(1, round(gap_s / usual_s)) if usual_s > 0.0 else 0.0
        gone = gap_s > LATE_TURNS * usual_s and abs(late_s) < EVEN_S
        beats = min(MOST_GONE, math.ceil(gap_s / self._interval_s)) if gone else 0
        # the one before may itself have been late, but it was sent a turn before this one
        earliest_s = arrived_s - max(gap_s, usual_s) - self._chain_s - rr_s[0]
        return Said(latest_s, earliest_s, self._interval_s, beats)

    def _lengthened(self, rr_s: Sequence[float]) -> list[tuple[float, float | None]]:
        """The beats of these intervals on the strap's clock."""
        beats: list[tuple[float, float | None]] = []
        for rr in rr_s:
            self._chain_s += rr
            beats.append((self._chain_s, 1000.0 * rr if SHORTEST_S <= rr <= LONGEST_S else None))
        return beats

    def _placed(self, beats: Sequence[tuple[float, float | None]], ahead_s: float) -> list[tuple[int, float | None]]:
        placed: list[tuple[int, float | None]] = []
        for at_s, ibi_ms in beats:
            t_ns = round((at_s + ahead_s) * 1e9)
            if self._newest_ns is None or t_ns > self._newest_ns:
                self._newest_ns = t_ns
                placed.append((t_ns, None if self._hole else ibi_ms))
                self._hole = False
        return placed
