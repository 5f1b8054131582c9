"""Values of the hands that glide: where they go and when is planned, and reading them changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import TypeAlias

_S = 1_000_000_000
_CLOSE = 1e-4


@dataclass(frozen=True, slots=True)
class Leg:
    """after_s: from the plan's beginning. to: where it glides then, None is to stay. tau_s: 63 % of the way in that."""

    after_s: float
    to: float | None
    tau_s: float = 1.0


Plan: TypeAlias = Sequence[Leg]


class Ease:
    """One value, 0..1, as a pure function of time between its plans: how often it is read makes no difference."""

    def __init__(self, value: float = 0.0) -> None:
        self._t_ns = 0
        self._value = value
        self._legs: Plan = ()

    def plan(self, t_ns: int, legs: Plan) -> None:
        """From t_ns on, starting where it then is; replaces what was planned. legs: in the order of their times."""
        self._value, self._t_ns, self._legs = self.at(t_ns), t_ns, legs

    def at(self, now_ns: int) -> float:
        """The value at that time; before its plan the one it began with."""
        value, legs, now_s = self._value, self._legs, (now_ns - self._t_ns) / _S
        for number, leg in enumerate(legs):
            if leg.after_s >= now_s:
                break
            if leg.to is not None:
                until_s = legs[number + 1].after_s if number + 1 < len(legs) else now_s
                value = leg.to + (value - leg.to) * exp((leg.after_s - min(until_s, now_s)) / leg.tau_s)
        return value if value > _CLOSE else 0.0


class Tempo:
    """Detents a second, smooth: each detent is a bump x exp(-x), x = time / 0.1 s, which whole is one detent.

    0.1 s, the author's choice: the rate of a 10 a second sweep is a line and not a comb; 0.07 to 0.2 do as well.
    """

    _TAU_S = 0.1

    def __init__(self) -> None:
        self._t_ns = 0
        self._new = self._known = 0.0

    def add(self, t_ns: int, detents: int) -> None:
        """That many detents at once; older than the newest count as at the newest."""
        if t_ns > self._t_ns:
            self._new, self._known = self._faded(t_ns)
            self._t_ns = t_ns
        self._new += abs(detents)

    def at(self, now_ns: int) -> float:
        """Detents a second."""
        known = self._faded(now_ns)[1]
        return known / self._TAU_S if known > _CLOSE else 0.0

    def _faded(self, now_ns: int) -> tuple[float, float]:
        x = max(0.0, (now_ns - self._t_ns) / _S / self._TAU_S)
        left = exp(-x) if x < 50 else 0.0
        return self._new * left, (self._known + self._new * x) * left
