"""Turns to Movements: a burst of each knob is told once it is over, and the dwelling after it when that is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from drivers.readings import Knob, Turn
from rig.hands.kinds import DWELL_S, LONGEST_PAUSE_S, kind_of
from rig.hands.meaning import Movement, MovementKind
from rig.hands.smoothness import RATE_HZ, ldlj, movement_speed, sparc
from rig.hands.strokes import steps_of

__all__ = ["Movements", "kind_of", "movement_of"]

_S = 1_000_000_000
# A reading may come this much after a frame that is younger than it, as in rig/hands/hands.py.
LATE_NS = 250_000_000
_OVER_NS = round(LONGEST_PAUSE_S * _S)
# After this the hand has left, or the eye: the author's choice, 4 to 10 s do as well.
LONGEST_DWELL_S = 6.0
_LEFT_NS = round(LONGEST_DWELL_S * _S)
# Without any sign of a hand after the move, a linger is told as this long: the author's choice, 1.5 to 4 s.
UNSEEN_DWELL_S = 2.0 * DWELL_S
_UNSEEN_NS = round(UNSEEN_DWELL_S * _S)
_DWELT_NS = round(DWELL_S * _S)
# With fewer detents there is no form of a movement to be smooth or not.
_FORMED = 5
_ONE_EDGE_NS = 1_000_000


@dataclass(slots=True)
class _Burst:
    turns: list[Turn]
    zone: float | None
    still_s: float | None


@dataclass(slots=True)
class _Dwelling:
    """At what was set: since when, the newest correction, and all of them."""

    since_ns: int
    newest_ns: int
    zone: float | None
    detents: int = 0
    seen: bool = False  # a sign of the hand came after the move


@dataclass(slots=True)
class _Played:
    """What one knob does now. left_ns, sign_ns: when the hand first left it after its newest detent, and showed last
    that it had not, though the burst may still go on."""

    burst: _Burst | None = None
    dwelling: _Dwelling | None = None
    newest_ns: int | None = None
    left_ns: int = 0
    sign_ns: int = 0


class Movements:
    """Feed it turns in the order of their knob, tick with any time, take what is over. Depends on the turns' own times
    only, so that the same turns are the same movements whenever they are asked for.

    A burst is over after 1.47 s without a detent (a hesitation lasts at most 1.2 s, its two ends and noise added), and
    told 0.25 s after that. What then follows is dwelling, told as a linger from the burst's last detent to its own last
    correction or to the next move, if it was longer than 1.2 s; after 6 s with nothing it ends, and without any sign of
    a hand it was 2.4 s.
    """

    def __init__(self) -> None:
        self._knobs: dict[Knob, _Played] = {"dodge": _Played(), "burn": _Played()}
        self._told: list[Movement] = []

    def add(self, turn: Turn, zone: float | None = None) -> None:
        """Detents of a knob, and the zone (0 to 10) that it works on; None is the whole picture."""
        if not turn.detents:
            return
        self.tick(turn.t_ns)
        played = self._knobs[turn.knob]
        if played.burst is not None and turn.t_ns - (played.newest_ns or 0) > _OVER_NS:
            self._end_burst(turn.knob)
        if played.burst is None:
            still_s = None if played.newest_ns is None else (turn.t_ns - played.newest_ns) / _S
            played.burst = _Burst([], zone, still_s)
        played.burst.turns.append(turn)
        played.newest_ns = max(turn.t_ns, played.newest_ns or turn.t_ns)
        for knob in self._knobs:
            if knob != turn.knob:
                self.interrupt(knob, turn.t_ns)

    def interrupt(self, knob: Knob, t_ns: int) -> None:
        """Something else was done, a push: nobody dwells at that knob any more."""
        played = self._knobs[knob]
        if played.newest_ns is not None and played.left_ns <= played.newest_ns:
            played.left_ns = t_ns
        self._end_dwelling(knob, t_ns, seen=True)

    def sign(self, knob: Knob, t_ns: int) -> None:
        """The hand is still at that knob, and turns it by nothing: it was pushed a while."""
        played = self._knobs[knob]
        played.sign_ns, dwelling = t_ns, played.dwelling
        if dwelling is not None and t_ns - dwelling.newest_ns <= _LEFT_NS:
            dwelling.newest_ns, dwelling.seen = t_ns, True

    def tick(self, now_ns: int) -> None:
        """Time goes on: bursts and dwellings end."""
        for knob, played in self._knobs.items():
            if played.newest_ns is None:
                continue
            if played.burst is not None and now_ns - played.newest_ns > _OVER_NS + LATE_NS:
                self._end_burst(knob)
            dwelling = played.dwelling
            if dwelling is not None and played.burst is None and now_ns - dwelling.newest_ns > _LEFT_NS + LATE_NS:
                self._end_dwelling(knob, dwelling.newest_ns + _LEFT_NS)

    def take(self) -> list[Movement]:
        """What was over since the last call, in the order it was known."""
        told, self._told = self._told, []
        return told

    def _end_burst(self, knob: Knob) -> None:
        played = self._knobs[knob]
        burst, played.burst = played.burst, None
        if burst is None:
            return
        steps = steps_of(burst.turns, burst.turns[0].t_ns)
        if not steps:
            return
        start_ns, end_ns = burst.turns[0].t_ns, burst.turns[-1].t_ns
        dwelling = played.dwelling
        if dwelling is not None and len(steps) == 1 and start_ns - dwelling.newest_ns <= _LEFT_NS:
            dwelling.newest_ns, dwelling.detents, dwelling.seen = end_ns, dwelling.detents + steps[0].sign, True
            return
        self._end_dwelling(knob, start_ns, seen=True)
        movement = movement_of(burst.turns, burst.zone, still_s=burst.still_s)
        self._told.append(movement)
        if len(steps) > 1:
            seen = played.sign_ns > end_ns
            played.dwelling = _Dwelling(end_ns, max(end_ns, played.sign_ns), burst.zone, seen=seen)
            if played.left_ns > end_ns:
                self._end_dwelling(knob, played.left_ns, seen=True)

    def _end_dwelling(self, knob: Knob, t_ns: int, seen: bool = False) -> None:
        """seen: what ends it was done by a hand, so that one was there where that is not too long after."""
        dwelling, self._knobs[knob].dwelling = self._knobs[knob].dwelling, None
        if dwelling is None:
            return
        seen = dwelling.seen or (seen and t_ns - dwelling.newest_ns <= _LEFT_NS)
        longest_ns = _LEFT_NS if seen else _UNSEEN_NS
        end_ns = max(dwelling.newest_ns, min(t_ns, dwelling.newest_ns + longest_ns))
        if end_ns - dwelling.since_ns > _DWELT_NS:
            movement = Movement(dwelling.since_ns, end_ns, "linger", knob, dwelling.detents, dwelling.zone, 0.0)
            self._told.append(movement)


def movement_of(turns: Sequence[Turn], zone: float | None, still_s: float | None = None) -> Movement:
    """The movement that these turns of one knob were. At least one turn; still_s: as of kind_of()."""
    kind: MovementKind = kind_of(turns, still_s=still_s)
    steps = steps_of(turns, turns[0].t_ns)
    lasts_s = steps[-1].t_s - steps[0].t_s if steps else 0.0
    smooth = rough = None
    if len(steps) >= _FORMED:
        speed = movement_speed(*_path(turns))
        smooth, rough = sparc(speed, RATE_HZ), ldlj(speed, RATE_HZ)
    return Movement(
        turns[0].t_ns,
        turns[-1].t_ns,
        kind,
        turns[0].knob,
        sum(turn.detents for turn in turns),
        zone,
        (len(steps) - 1) / lasts_s if lasts_s > 0.0 else 0.0,
        smooth,
        rough,
    )


def _path(turns: Sequence[Turn]) -> tuple[list[float], list[float]]:
    """Where the knob was when: at each detent, and at its edges between where no bounce is among them."""
    since_ns, place = turns[0].t_ns, 0.0
    points: list[tuple[int, float]] = []
    for turn in turns:
        edges = turn.edges_ns
        if abs(turn.detents) == 1 and len(edges) in (2, 4) and _clean(edges):
            points += [(t_ns, place + turn.detents * (n + 1) / len(edges)) for n, t_ns in enumerate(edges[:-1])]
        place += turn.detents
        points.append((turn.t_ns, place))
    points.sort()
    return [(t_ns - since_ns) / _S for t_ns, _ in points], [at for _, at in points]


def _clean(edges_ns: Sequence[int]) -> bool:
    return all(b - a >= _ONE_EDGE_NS for a, b in pairwise(edges_ns))
