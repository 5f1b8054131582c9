"""How what the body drives moves: towards each new value without a jump, and to neutral when the pulse is lost."""

from __future__ import annotations

import math

PACE = 1.6  # per s: half of the way after 1.05 s, nine tenths after 2.4 s, as quickly as vessels narrow (arousal.py)
STEEPEST = PACE / math.e  # per s, of the range of the targets: the most that a Glide ever moves
FADE_S = 1.5  # from all there to neutral
RISE_S = 2.0  # and back


class Glide:
    """Two first-order lags of 1/PACE one after the other, solved exactly, so that it matters not when it is asked.

    A single lag would start each new way at full speed; this one begins gently, and a target that was learnt of a
    moment late makes no step that could be seen. Targets within [low, high] keep it within them, and its slope below
    STEEPEST * (high - low): the step response's steepest slope is PACE / e, and no bounded input makes a steeper one.
    """

    def __init__(self, value: float) -> None:
        self._t_s = 0.0
        self._first = self._second = self._target = value

    def aim(self, t_s: float, target: float) -> None:
        """From t_s on, go to ``target``. Times do not go back."""
        self._first, self._second = self._both(t_s)
        self._t_s, self._target = max(t_s, self._t_s), target

    def at(self, t_s: float) -> float:
        """Where it is."""
        return self._both(t_s)[1]

    def _both(self, t_s: float) -> tuple[float, float]:
        way = PACE * max(0.0, t_s - self._t_s)
        left = math.exp(-way)
        first, second = self._first - self._target, self._second - self._target
        return self._target + first * left, self._target + (second + first * way) * left


class Fade:
    """How much of it is there, 0..1: rises from a trusted beat on, falls when the next ones do not come."""

    def __init__(self) -> None:
        self._since: tuple[float, float] | None = None  # the newest beat, and how much was there then
        self._falls_s = 0.0

    def beat(self, t_s: float, patience_s: float) -> None:
        """A trusted beat at t_s; without another one it falls after patience_s."""
        self._since = (t_s, self.at(t_s))
        self._falls_s = t_s + patience_s

    def lost(self, t_s: float) -> None:
        """The pulse is lost at t_s: fall from now on, if it does not fall already."""
        if self._since is not None:
            self._falls_s = max(self._since[0], min(self._falls_s, t_s))

    def at(self, t_s: float, lost_s: float = math.inf) -> float:
        """How much is there. lost_s: when the pulse was lost, where ``lost`` has not said so."""
        if self._since is None:
            return 0.0
        top, falls_s = self._top(t_s, lost_s)
        return max(0.0, top - max(0.0, t_s - falls_s) / FADE_S)

    def gone(self, t_s: float, lost_s: float = math.inf) -> bool:
        """Whether nothing was ever there, or all of it has faded."""
        if self._since is None:
            return True
        top, falls_s = self._top(t_s, lost_s)
        return t_s - falls_s >= FADE_S * top

    def _top(self, t_s: float, lost_s: float) -> tuple[float, float]:
        """How far it had risen when it began to fall, and when that is."""
        assert self._since is not None
        from_s, level = self._since
        falls_s = max(from_s, min(self._falls_s, lost_s))
        return min(1.0, level + max(0.0, min(t_s, falls_s) - from_s) / RISE_S), falls_s
