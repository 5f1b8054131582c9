"""The photographer's hands: play a knob script edge by edge, with bounce, on whatever the knobs are wired to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import floor
from random import Random
from typing import TYPE_CHECKING

from drivers.clock import OnDeath, Service
from drivers.readings import SoulPosition
from drivers.settings import KnobPins, KnobsSettings
from drivers.sim.script import GAP_S, MARGIN_S, TAP_S, Move, load_script, parse_script, read_hands
from drivers.sim.wiring import Put, by_pushes, fourth_push, wire

if TYPE_CHECKING:
    from drivers.sim.world import World

__all__ = ["Move", "SimHands", "edges_of", "load_script", "parse_script"]

PERIOD_NS = 2_000_000
BOTH_LAG_S = 0.012  # two fingers are never quite together
BOUNCE_SHARE = 0.4  # of the way to the knob's next edge at most: a wiper that moves faster bounces shorter

# (A, B) by phase, clockwise, with pull-ups: as drivers/knobs/quadrature.py reads it
_LEVELS = ((True, True), (False, True), (False, False), (True, False))


@dataclass(frozen=True, slots=True)
class PinEdge:
    """A pin (BCM number) comes to a level, at a time. heard: whether whoever watches the pin is told."""

    t_ns: int
    pin: int
    level: bool
    heard: bool = True


class SimHands:
    """Hands that move from the moment they are started."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._service: Service | None = None
        self._left: Iterator[PinEdge] = iter(())
        self._next: PinEdge | None = None
        self._put: Put = self._no_wire
        self._soul: SoulPosition = "set"  # of a board that steps it

    def start(self, settings: KnobsSettings | None = None, on_death: OnDeath | None = None) -> None:
        """Play the scenario's ``hands`` on these pins, time zero being now. BadInput when it is no script.

        on_death: told if the hands die, as Clock.serve has it.
        """
        moves = read_hands(self._world.scenario.hands)
        self.play(moves, settings or KnobsSettings(), on_death)

    def play(self, moves: Iterable[Move], settings: KnobsSettings, on_death: OnDeath | None = None) -> None:
        """Play these moves from now on (what is under way is dropped)."""
        self.stop()
        scenario, clock = self._world.scenario, self._world.clock
        wired, self._put = wire(self._world, settings)
        made = [(moves, wired)]
        if settings.name == "seesaw":
            others, pushes, self._soul = by_pushes(moves, self._soul)
            made = [(others, wired), (pushes, fourth_push(wired))]
        edges = [
            edge
            for some, where in made
            for edge in edges_of(some, where, clock.now_ns(), scenario.bounce_ms, scenario.seed)
        ]
        edges.sort(key=lambda edge: edge.t_ns)
        self._left = iter(edges)
        self._next = next(self._left, None)
        if self._next is not None:
            self._service = clock.serve("simulated hands", self.step, PERIOD_NS, on_death or _reraise)

    @property
    def done(self) -> bool:
        """True when the script is over (or never began)."""
        return self._next is None

    def step(self, now_ns: int) -> None:
        """Move the pins as far as the script has come."""
        while self._next is not None and self._next.t_ns <= now_ns:
            edge = self._next
            self._put(edge.pin, edge.level, edge.t_ns, edge.heard)
            self._next = next(self._left, None)
        if self._next is None and self._service is not None:
            self._service.stop()

    def _no_wire(self, pin: int, level: bool, t_ns: int, heard: bool) -> None:
        """Before they play, they touch nothing."""

    def stop(self) -> None:
        """Let go; harmless when nothing plays."""
        if self._service is not None:
            self._service.stop()
        self._service, self._next = None, None


def _reraise(_name: str, error: Exception) -> None:
    raise error


def edges_of(
    moves: Iterable[Move], settings: KnobsSettings, start_ns: int, bounce_ms: float = 0.3, seed: int = 7
) -> list[PinEdge]:
    """Every edge of a script, bounce included, in order of time. The same seed gives the same edges."""
    random = Random(seed)
    knobs = {"dodge": _Hand(settings.dodge), "burn": _Hand(settings.burn)}
    soul = {settings.soul_off: True, settings.soul_proof: True}
    plain: list[_Edge] = []
    for move in moves:
        since, heard = len(plain), not move.slop.unheard
        if move.actor == "soul":
            levels = {settings.soul_off: move.position != "off", settings.soul_proof: move.position != "proof"}
            plain += [_Edge(move.at_s, pin, level) for pin, level in levels.items() if soul[pin] != level]
            soul = levels
        elif move.actor == "record":
            plain += _press(settings.record, move.at_s, move.seconds, heard)
        elif move.actor == "both":
            plain += _press(settings.dodge.push, move.at_s, move.seconds, heard)
            plain += _press(settings.burn.push, move.at_s + BOTH_LAG_S, move.seconds - BOTH_LAG_S, heard)
        else:
            plain += knobs[move.actor].edges(move)
        plain[since:] = [replace(edge, bounce_ms=move.slop.bounce_ms) for edge in plain[since:]]
    bounced: list[PinEdge] = []
    for edge in plain:
        t_ns = start_ns + round(edge.at_s * 1e9)
        bounced.append(PinEdge(t_ns, edge.pin, edge.level, edge.heard))
        own_ms = bounce_ms if edge.bounce_ms is None else edge.bounce_ms
        longest_ns = min(own_ms * 1e6, edge.room_s * 1e9) if edge.heard else 0.0
        times = sorted(random.uniform(0.0, longest_ns) for _ in range(2 * random.randrange(4)))
        level = edge.level
        for after_ns in times if longest_ns >= 1000 else []:
            level = not level
            bounced.append(PinEdge(t_ns + max(1, round(after_ns)), edge.pin, level))
    bounced.sort(key=lambda edge: edge.t_ns)
    return bounced


@dataclass(frozen=True, slots=True)
class _Edge:
    at_s: float
    pin: int
    level: bool
    room_s: float = 1.0
    bounce_ms: float | None = None
    heard: bool = True


def _press(pin: int, at_s: float, seconds: float, heard: bool) -> list[_Edge]:
    """heard: whether its release is."""
    return [_Edge(at_s, pin, False), _Edge(at_s + seconds, pin, True, heard=heard)]


class _Hand:
    """On one knob; it remembers where the knob stands, for its levels go on from there."""

    def __init__(self, pins: KnobPins) -> None:
        self._pins, self._phase = pins, 0
        self._place = 0.0  # in detents, where it began at one

    def edges(self, move: Move) -> list[_Edge]:
        push, at_s, heard = self._pins.push, move.at_s, not move.slop.unheard
        if move.action == "turn":
            slop = move.slop
            pushed = _press(push, at_s + slop.pushed_at_s, slop.pushed_s, heard) if slop.pushed_s else []
            return self._turn(at_s, move) + pushed
        if move.action == "tap":
            return _press(push, at_s, TAP_S, heard)
        if move.action == "double-tap":
            return _press(push, at_s, TAP_S, True) + _press(push, at_s + TAP_S + GAP_S, TAP_S, heard)
        return _press(push, at_s, move.seconds, heard) + self._turn(move.end_s - MARGIN_S - move.turning_s, move)

    def _turn(self, at_s: float, move: Move) -> list[_Edge]:
        """Detents evenly spaced, and the edges evenly within them; the last edge comes one detent's time after at_s.

        A knob with one edge a detent has none at a half.
        """
        pins = self._pins
        size = pins.edges_a_detent
        way = (1 if move.detents > 0 else -1) * (-1 if pins.reverse else 1)
        apart_s = 1.0 / move.rate / size
        edges: list[_Edge] = []
        before_edges, self._place = floor(self._place * size), self._place + move.detents
        for number in range(1, abs(floor(self._place * size) - before_edges) + 1):
            before = _LEVELS[self._phase]
            self._phase = (self._phase + way) % 4
            a, b = _LEVELS[self._phase]
            pin, level = (pins.a, a) if a != before[0] else (pins.b, b)
            edges.append(_Edge(at_s + number * apart_s, pin, level, apart_s * BOUNCE_SHARE))
        return edges
