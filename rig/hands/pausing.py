"""Hesitation, dwelling and slow small moves while they happen: what one knob's detents tell at once."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from math import pow

from rig.hands.dwelling import Dwelling
from rig.hands.ease import Ease, Leg
from rig.hands.kinds import AGAIN_S, DENSE_S, DWELL_S, FLICK_DETENTS, LONGEST_PAUSE_S, NOISE, SLOW_S, SLOWEST_S, STILL_S
from rig.hands.strokes import PAUSE_S, Step, usual_gap

_S = 1_000_000_000
# So many detents of one move are looked back at: the last second or two of it.
_LOOK_BACK = 24
# A rise or fall within a pause of 0.2 to 1.2 s has to be quicker than that pause; and slower than a frame, so that no
# route steps: the author's choice, each can be half or double.
_RISE_S, _FALL_S, _SURE_S = 0.15, 0.5, 0.1
_LEAN_RISE_S, _LEAN_FALL_S = 0.4, 1.0
# What a pause may be called before the move goes on: little if the hand slowed down as it does at an end, most of it if
# it was stopped in the midst; only going on makes it whole. Where a move is too short to tell, a quarter of the way
# between: more pauses are ends. The author's choice, each may go by 0.1.
_AT_AN_END, _IN_THE_MIDST, _UNKNOWN = 0.15, 0.85, 0.25
# Single steps with more than this between them are corrections, not one stroke (as in rig/hands/strokes.py).
_SINGLE_S = 0.42


class Pausing:
    """Feed it the steps of one knob; read hesitation, leaning and dwelling at any time."""

    def __init__(self) -> None:
        self.hesitation, self.leaning, self.dwelling = Ease(), Ease(), Dwelling()
        self._move: deque[Step] = deque(maxlen=_LOOK_BACK)
        self._resuming = False
        self._thrown = False
        self._sure_until_s = 0.0
        self._slow: int | None = 0

    def step(self, t_ns: int, sign: int) -> None:
        """One detent, + or -; steps come in the order of their times."""
        step = Step(t_ns / _S, sign)
        gap_s = step.t_s - self._move[-1].t_s if self._move else None
        self._lean(t_ns, gap_s, sign)
        self._hesitate(t_ns, step, gap_s)
        self._linger(t_ns, gap_s)

    def _hesitate(self, t_ns: int, step: Step, gap_s: float | None) -> None:
        move = self._move
        pause_s = min(_SINGLE_S, max(PAUSE_S, 2.2 * usual_gap(move)))
        if gap_s is None or gap_s > LONGEST_PAUSE_S or step.sign != move[-1].sign:
            move.clear()
            move.append(step)
            self._resuming = False
            self.hesitation.plan(t_ns, (Leg(0.0, 0.0, _FALL_S),))
            return
        if gap_s >= pause_s and len(move) > 1 and not self._slow:
            self._resuming = True  # if a second one follows, the move goes on
            self._thrown = self._ballistic()
            self.hesitation.plan(t_ns, (Leg(0.0, None), Leg(pause_s, 0.0, _FALL_S)))
            move.append(step)
            return
        move.append(step)
        if self._resuming and gap_s < pause_s:
            self._resuming = False
            sure_s = 0.0 if self._thrown and gap_s <= AGAIN_S else 3 * _SURE_S  # the fingers took hold anew: flicks
            self.hesitation.plan(t_ns, (Leg(0.0, 1.0, _SURE_S), Leg(sure_s, 0.0, _FALL_S)))
            self._sure_until_s = step.t_s + sure_s
            second_part = (move[-2], move[-1])
            move.clear()
            move.extend(second_part)
            return
        sure_s = max(0.0, self._sure_until_s - step.t_s)
        legs = [Leg(0.0, 1.0, _SURE_S), Leg(sure_s, 0.0, _FALL_S)]
        likely = self._likely()
        if likely > 0.0:
            legs += [Leg(max(pause_s, sure_s), likely, _RISE_S), Leg(DWELL_S, 0.0, _FALL_S)]
        self.hesitation.plan(t_ns, legs)

    def _likely(self) -> float:
        """How likely a pause after this step is a hesitation: whether the hand was slowing down as at an end.

        A minimum-jerk move of n detents is 1.875 times as fast at its middle as on average, and its position before
        its end goes with the cube of time (Flash and Hogan 1985), so that its last gap is 0.306 n^(2/3) times its
        shortest (half a detent is left at its last). Less than about 8 detents do not show it.
        """
        if len(self._move) < 3 or self._slow or self._ballistic():
            return 0.0
        gaps = [after.t_s - before.t_s for before, after in pairwise(self._move)]
        ended = max(1.2, 0.306 * pow(len(gaps) + 1, 2 / 3))
        shortest = sum(sorted(gaps)[:2]) / 2
        stopped = (ended - gaps[-1] / shortest) / (ended - 1.0) if shortest > 0.0 else _UNKNOWN
        known = min(1.0, ended - 1.2)
        stopped = _UNKNOWN + (min(1.0, max(0.0, stopped)) - _UNKNOWN) * known
        return _AT_AN_END + (_IN_THE_MIDST - _AT_AN_END) * stopped

    def _ballistic(self) -> bool:
        """As quick as only a flick is: the hand threw it."""
        count = len(self._move)
        return count >= FLICK_DETENTS and self._move[-1].t_s - self._move[0].t_s <= DENSE_S * (count - 1)

    def _linger(self, t_ns: int, gap_s: float | None) -> None:
        """A move of two steps or more sets something; single ones after it keep the dwelling going."""
        if gap_s is not None and gap_s < _SINGLE_S:
            self.dwelling.set(t_ns)
        elif not self.dwelling.sign(t_ns):
            self.dwelling.leave(t_ns)

    def _lean(self, t_ns: int, gap_s: float | None, sign: int) -> None:
        """Counts slow single steps since the last stillness; None: a quicker one was among them."""
        if gap_s is None or gap_s >= STILL_S * (1 - NOISE):
            self._slow = 0
        elif self._slow is not None:
            slow = SLOW_S * 0.7 <= gap_s <= SLOWEST_S * (1 + 3 * NOISE) and sign == self._move[-1].sign
            self._slow = self._slow + 1 if slow else None
        likely = 0.0 if not self._slow else (0.4 if self._slow == 1 else 1.0)
        tau_s = _LEAN_RISE_S if likely else _LEAN_FALL_S / 2
        fades = (Leg(SLOWEST_S * 1.5, 0.0, _LEAN_FALL_S),) if likely else ()
        self.leaning.plan(t_ns, (Leg(0.0, likely, tau_s), *fades))
