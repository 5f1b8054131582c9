"""Bends the base look by the routes, slewed by attack and release so that nothing ever jumps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from rig.grade.look import Look, get, with_value
from rig.modulation.curves import CURVES
from rig.modulation.routes import Route
from rig.modulation.signals import Signals

SOUL = {"off": 0.0, "set": 1.0, "proof": 3.0}

# attack and release say when 95 % of the way is done: three time constants of a one-pole filter.
_CONSTANTS = 3.0
# A route moves in steps of a 500th of its amount (5 mired: 0.01): nobody sees one, and the recipe of the print is not
# compiled anew, nor a LookChange kept, for every frame of a slow drift.
_STEPS = 500.0


@dataclass(frozen=True, slots=True)
class Bend:
    """What one route does to the print at this moment, in its target's unit."""

    name: str
    target: str
    value: float


class Bender:
    """Owns how far each route stands. Given the same times, signals and start it gives the same looks, bit for bit."""

    def __init__(self, routes: Sequence[Route], state: Mapping[str, float] | None = None) -> None:
        self.routes = tuple(routes)
        self._level = {route.name: (state or {}).get(route.name, 0.0) for route in self.routes}
        self._t_ns: int | None = None

    def state(self) -> dict[str, float]:
        """Where each route stands (amount 0..1 of its way, before soul): what Bender() takes to go on from here."""
        return dict(self._level)

    def bend(self, base: Look, signals: Signals, soul: float, t_ns: int) -> tuple[Look, tuple[Bend, ...]]:
        """The look of the frame at t_ns, and what each route did to it. An unknown signal is neutral."""
        elapsed_s = 0.0 if self._t_ns is None else max(0, t_ns - self._t_ns) / 1e9
        self._t_ns = t_ns
        look, bends = base, []
        for route in self.routes:
            level = self._step(route, signals.get(route.source), soul, elapsed_s)
            value = round(level * _STEPS) / _STEPS * route.amount
            bends.append(Bend(route.name, route.target, value))
            if value:
                look = with_value(look, route.target, get(look, route.target) + value)
        return look, tuple(bends)

    def _step(self, route: Route, signal: float | None, soul: float, elapsed_s: float) -> float:
        wanted = 0.0 if signal is None else CURVES[route.curve](min(1.0, max(0.0, signal))) * soul
        level = self._level[route.name]
        slow_s = route.attack_s if wanted > level else route.release_s
        level += (wanted - level) * (1.0 - exp(-_CONSTANTS * elapsed_s / slow_s))
        self._level[route.name] = level
        return level
