"""Bends the lit look by the routes: each slewed by its attack and release, all of them by what an eye follows.

Signal → curve → level (attack, release) → value (amount) → all routes of a target together, within its cap → the print,
at most 0.2 CIEDE2000 a frame: nothing ever jumps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from rig.grade.look import Look, get, with_value
from rig.modulation.beat import MOST_EV, MOST_GAIN, following_the_beat, swing_ev
from rig.modulation.curves import CURVES, Curve, through
from rig.modulation.route import ROUTE, Route
from rig.modulation.signals import UNKNOWN, Signal, Signals
from rig.modulation.visibility import SLEW_DE, cap_of, visibility_of

SOUL = {"off": 0.0, "set": 1.0, "proof": 3.0}

# attack and release say when 95 % of the way is done: three time constants of a one-pole filter.
_CONSTANTS = 3.0
# A route moves in steps of a 500th of its amount (5 mired: 0.01): nobody sees one, and the recipe of the print is not
# compiled anew, nor a LookChange kept, for every frame of a slow drift.
_STEPS = 500.0
_FRAME_S = 1.0 / 30.0  # of the slew: slower frames are allowed no larger steps
_BENT = "bent:"  # in the state: how far a parameter is bent, in its unit


@dataclass(frozen=True, slots=True)
class Bend:
    """What one route does to the print at this moment, in its target's unit."""

    name: str
    target: str
    value: float


@dataclass(frozen=True, slots=True)
class Trace:
    """How a route came to what it does. curved: the signal through the curve, 0..1, before soul. gain: what other
    routes make of its amount. level: where attack and release have brought it. value: in ``unit``.

    held: what keeps it back, in words; empty where nothing does.
    """

    name: str
    source: str
    target: str
    unit: str
    amount: float
    signal: float | None
    quality: float
    age_s: float
    curved: float
    gain: float
    level: float
    value: float
    held: str


@dataclass(slots=True)
class _Line:
    """A route as it runs."""

    route: Route
    curve: Curve
    level: float
    heard: Signal = UNKNOWN
    gated: bool = False
    curved: float = 0.0
    gain: float = 1.0
    value: float = 0.0


class Bender:
    """Owns how far each route stands. Given the same times, signals and start it gives the same looks, bit for bit."""

    def __init__(self, routes: Sequence[Route], state: Mapping[str, float] | None = None) -> None:
        """state: of another one, to go on from there; None: nothing is bent yet."""
        self.routes = tuple(routes)
        known = state or {}
        self._lines = [_line(route, known.get(route.name, 0.0)) for route in _in_order(self.routes)]
        targets = dict.fromkeys(route.target for route in self.routes if not route.bends)
        self._caps = {
            target: max(cap_of(target), *(route.cap for route in self.routes if route.target == target))
            for target in targets
        }
        # where a state does not say, the first frame is bent as far as the routes stand
        self._bent: dict[str, float | None] = {target: known.get(_BENT + target) for target in self._caps}
        self._following = following_the_beat(self.routes)
        swing = swing_ev(self.routes)
        self._calm = min(1.0, MOST_EV / swing) if swing > 0.0 else 1.0  # proof shows no more of these
        self._held: dict[str, str] = {}
        self._t_ns: int | None = None

    def state(self) -> dict[str, float]:
        """Where each route stands, and how far each parameter is bent: what Bender() takes to go on from here."""
        bent = {_BENT + target: value for target, value in self._bent.items() if value is not None}
        return {**{line.route.name: line.level for line in self._lines}, **bent}

    def bend(self, base: Look, signals: Signals, soul: float, t_ns: int) -> tuple[Look, tuple[Bend, ...]]:
        """The look of the frame at t_ns, and what each route did to it. An unknown signal is neutral."""
        elapsed_s = 0.0 if self._t_ns is None else max(0, t_ns - self._t_ns) / 1e9
        self._t_ns = t_ns
        gains: dict[str, float] = {}
        for line in self._lines:
            route = line.route
            in_step = route.name in self._following
            _hear(line, signals, min(1.0, soul) if in_step or route.bends else soul, elapsed_s)
            if route.bends:
                line.value = route.amount * line.level
                gains[route.bends] = gains.get(route.bends, 1.0) + line.value
                continue
            line.gain = min(MOST_GAIN, max(0.0, gains.get(route.name, 1.0)))
            limit = self._calm if in_step else 1.0
            line.value = round(line.level * _STEPS) / _STEPS * route.amount * line.gain * limit
        look = self._bent_look(base, soul, elapsed_s)
        did = self._done()
        return look, tuple(Bend(each.name, each.target, did[each.name]) for each in self.routes)

    def _done(self) -> dict[str, float]:
        """What each route really did: of a parameter their sum is what it was bent by, so that what a cap, the slew or
        the stronger of two keeps back is taken from each by its share."""
        did = {line.route.name: line.value for line in self._lines}
        for target, bent in self._bent.items():
            lines = [line for line in self._lines if line.route.target == target]
            back = (bent or 0.0) - sum(line.value for line in lines)
            weight = sum(abs(line.value) for line in lines)
            for line in lines if back else ():
                share = abs(line.value) / weight if weight else float(line is lines[0])
                did[line.route.name] += back * share
        return did

    def traces(self) -> tuple[Trace, ...]:
        """How each route came to what it did to the newest frame."""
        by_name = {line.route.name: line for line in self._lines}
        return tuple(self._trace(by_name[route.name]) for route in self.routes)

    def _bent_look(self, base: Look, soul: float, elapsed_s: float) -> Look:
        self._held = {}
        wanted = {target: self._wanted(target, soul) for target in self._caps}
        ways = {t: to - now for t, to in wanted.items() if (now := self._bent[t]) is not None and to != now}
        seen = sum(abs(way) * visibility_of(target) for target, way in ways.items())
        allowed = SLEW_DE * min(1.0, elapsed_s / _FRAME_S)
        look = base
        for target, to in wanted.items():
            if target in ways and seen > allowed:
                self._held.setdefault(target, "the slew")
                to -= ways[target] * (1.0 - allowed / seen)
            self._bent[target] = to
            if to:
                look = with_value(look, target, get(look, target) + to)
        return look

    def _wanted(self, target: str, soul: float) -> float:
        """All routes of a parameter together, within its cap; proof shows more of everything, also of the cap."""
        lines = [line for line in self._lines if line.route.target == target]
        total = sum(line.value for line in lines if line.route.combine == "sum")
        total += max((line.value for line in lines if line.route.combine == "max"), key=abs, default=0.0)
        most = self._caps[target] * max(1.0, soul)
        if abs(total) <= most:
            return total
        self._held[target] = f"the cap of {most:g}"
        return most if total > 0.0 else -most

    def _trace(self, line: _Line) -> Trace:
        route, heard = line.route, line.heard
        held = "its gate" if line.gated else self._held.get(route.target, "")
        if not held and self._calm < 1.0 and route.name in self._following:
            held = f"the limit of what follows the beat, {MOST_EV:g} EV"
        return Trace(
            name=route.name,
            source=route.source,
            target=route.target,
            unit=route.unit,
            amount=route.amount,
            signal=heard.value,
            quality=heard.quality,
            age_s=heard.age_s,
            curved=line.curved,
            gain=line.gain,
            level=line.level,
            value=line.value,
            held=held,
        )


def _line(route: Route, level: float) -> _Line:
    return _Line(route, through(route.points) if route.curve == "points" else CURVES[route.curve], level)


def _hear(line: _Line, signals: Signals, soul: float, elapsed_s: float) -> None:
    """One signal through the curve, and the level on its way there."""
    route, heard = line.route, signals.get(line.route.source, UNKNOWN)
    line.heard, line.curved = heard, 0.0
    line.gated = heard.value is not None and heard.quality < route.gate
    if heard.value is not None and not line.gated:
        x = min(1.0, max(0.0, heard.value))
        line.curved = line.curve(1.0 - x if route.invert else x)
    wanted = line.curved * soul
    slow_s = route.attack_s if wanted > line.level else route.release_s
    line.level += (wanted - line.level) * (1.0 - exp(-_CONSTANTS * elapsed_s / slow_s))


def _in_order(routes: Sequence[Route]) -> list[Route]:
    """A route that bends another one before that one."""
    depth = {route.name: 0 for route in routes}
    for _ in routes:
        for route in routes:
            if route.target.startswith(ROUTE):
                depth[route.bends] = max(depth.get(route.bends, 0), depth[route.name] + 1)
    return sorted(routes, key=lambda route: depth[route.name])
