"""Dwelling at a setting while it happens. A hand that has left looks like one that dwells: it is sure only where a sign
tells that the hand is still there."""

from __future__ import annotations

from rig.hands.ease import Ease, Leg
from rig.hands.kinds import DWELL_S
from rig.hands.movements import LONGEST_DWELL_S, UNSEEN_DWELL_S

_S = 1_000_000_000
# Slower than a frame, so that no route steps: the author's choice, each can be half or double.
_RISE_S, _FALL_S, _MOVED_S = 0.8, 2.0, 0.3
# Without a sign it is a third at most, for as many hands rest at a knob as have left it, and a third of a route is
# seldom seen; the fall has it below a twentieth 4 s after the move. The author's choice: 0.2 to 0.5, half to double.
_UNSEEN, _UNSEEN_FALL_S = 1.0 / 3.0, 0.6


class Dwelling:
    """Of one knob. Told what it set and of signs of a hand; read at any time, which changes nothing."""

    def __init__(self) -> None:
        self._sure, self._maybe, self._unseen = Ease(), Ease(), Ease()
        self._set_ns: int | None = None
        self._sign_ns = 0

    def set(self, t_ns: int) -> None:
        """A move has set something, or goes on doing so."""
        self._set_ns = self._sign_ns = t_ns
        self._sure.plan(t_ns, (Leg(0.0, 0.0, _MOVED_S),))
        rises = (Leg(0.0, 0.0, _MOVED_S), Leg(DWELL_S, 1.0, _RISE_S))
        self._maybe.plan(t_ns, (*rises, Leg(DWELL_S + LONGEST_DWELL_S, 0.0, _FALL_S)))
        self._unseen.plan(t_ns, (Leg(0.0, _UNSEEN, _MOVED_S), Leg(UNSEEN_DWELL_S, 0.0, _UNSEEN_FALL_S)))

    def sign(self, t_ns: int) -> bool:
        """The hand is still at what was set: a single detent of correction, or it was pushed a while. False where
        nothing was set, or the last sign is too long ago."""
        if self._set_ns is None or t_ns - self._sign_ns >= LONGEST_DWELL_S * _S:
            return False
        self._sign_ns = t_ns
        wait_s = max(0.0, DWELL_S - (t_ns - self._set_ns) / _S)
        self._sure.plan(t_ns, (Leg(wait_s, 1.0, _RISE_S), Leg(LONGEST_DWELL_S, 0.0, _FALL_S)))
        return True

    def leave(self, t_ns: int) -> None:
        """Something else is done: no dwelling any more."""
        self._set_ns = None
        for ease in (self._sure, self._maybe):
            ease.plan(t_ns, (Leg(0.0, 0.0, _MOVED_S),))

    def at(self, now_ns: int, there: float = 0.0) -> float:
        """Dwelling, 0..1. there: 0..1, how surely a hand is at the rig by what else feels it (grip, tremor)."""
        return max(self._sure.at(now_ns), self._maybe.at(now_ns) * max(self._unseen.at(now_ns), there))
