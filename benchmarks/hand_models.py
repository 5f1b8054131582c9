"""Simulated hands that turn a knob: from the angle over time to the edges of two pins, and through the real decoder.

A hand adds up minimum-jerk submovements (T. Flash, N. Hogan, J. Neuroscience 5(7), 1985) that overlap, more of them
where it is slow (J. Doeringer, N. Hogan, J. Neurophysiology 80(4), 1998), with a correction near the goal (D. Meyer et
al., Psychological Review 95(3), 1988). Their amplitudes err by a share of themselves (C. Harris, D. Wolpert, Nature
394, 1998). It takes longer for further goals (P. Fitts, 1954), shakes at 8 to 12 Hz, and its clock errs by 10 %.

The knob has 24 uneven detents, falls into them as far as the fingers give way, and its contacts bounce for up to 2 ms.
What a movement is, is what the hand was up to, and never what a detector sees in it. A pause is where the intended
speed, without tremor, is below 5 % of the movement's highest for at least 0.2 s; a movement that does not come out as
its kind is defined is made anew.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from drivers.knobs.edges import Edge
from drivers.knobs.quadrature import REST_NS, Quadrature
from drivers.readings import Turn
from rig.hands.meaning import MovementKind

KINDS: tuple[MovementKind, ...] = ("hesitate", "sweep", "nudge", "reverse", "flick", "linger", "lean-in")
PEOPLE = 20
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 1.2
START_NS = 1_000_000_000_000
_A, _B = 17, 27
_RATE_HZ = 2000.0
_EDGE = (0.125, 0.375, 0.625, 0.875)  # of the way from one detent to the next: at each detent both pins are high
_LEVELS = ((True, True), (False, True), (False, False), (True, False))
_BOUNCE_NS = 2_000_000
_TIMING = 0.10
_TRIES = 400
_SETTLED_NS = 60_000_000  # after the last edge the driver has seen that nothing moves, and has told the decoder

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Person:
    """How one hand is: tempo 1 is usual, more is slower; noise is a share of each submovement; tremor in detents."""

    tempo: float
    noise: float
    tremor: float
    tremor_hz: float
    snap: float
    clicks: bool
    detents: Floats
    edges: Floats

    @classmethod
    def some(cls, random: Generator) -> Person:
        """Anybody, with a knob of their own."""
        return cls(
            tempo=float(np.exp(random.normal(0.0, 0.22))),
            noise=float(random.uniform(0.04, 0.10)),
            tremor=float(random.uniform(0.005, 0.03)),
            tremor_hz=float(random.uniform(8.0, 12.0)),
            snap=float(random.uniform(0.5, 0.9)),
            clicks=bool(random.random() < 0.3),
            detents=random.normal(0.0, 0.04, 24),
            edges=random.normal(0.0, 0.02, (24, 4)),
        )


@dataclass(frozen=True)
class Submovement:
    """A minimum-jerk stroke: when it begins, how long it takes, how many detents it goes."""

    onset_s: float
    length_s: float
    detents: float


@dataclass(frozen=True)
class Trial:
    """One movement of a hand: what it was, and what comes of it. still_s: stillness before it."""

    person: int
    kind: MovementKind
    turns: tuple[Turn, ...]
    still_s: float


class Hand:
    """One person's hand, planning movements."""

    def __init__(self, person: Person, random: Generator) -> None:
        self._person, self._random = person, random

    def plan(self, kind: MovementKind) -> list[Submovement]:
        """The submovements of one such movement, all of it upwards."""
        plans = {
            "hesitate": self._hesitate,
            "sweep": self._sweep,
            "nudge": self._nudge,
            "reverse": self._reverse,
            "flick": self._flick,
            "linger": self._linger,
            "lean-in": self._lean_in,
        }
        return plans[kind]()

    def _about(self, seconds: float) -> float:
        return seconds * float(np.exp(self._random.normal(0.0, _TIMING)))

    def _between(self, least: int, most: int) -> int:
        return int(self._random.integers(least, most + 1))

    def _stroke(self, onset_s: float, length_s: float, detents: float) -> Submovement:
        noise = float(self._random.normal(0.0, self._person.noise))
        return Submovement(onset_s, self._about(length_s), detents * (1.0 + noise))

    def _reach(self, onset_s: float, detents: float, vigour: float | None = None) -> list[Submovement]:
        """One go: 0.4 s for 5 detents, more or less; in more strokes the longer it takes, and homing in on some."""
        if vigour is None:
            vigour = self._vigour()
        length_s = self._person.tempo * vigour * (0.12 + 0.11 * float(np.log2(abs(detents) + 1.0)))
        homing = abs(detents) >= 3 and self._random.random() < 0.3
        first = detents * (float(self._random.uniform(0.8, 0.95)) if homing else 1.0)
        count = max(1, round(length_s / 0.35))
        each_s = 2.0 * length_s / (count + 1)
        shares = self._random.dirichlet(np.full(count, 20.0))
        strokes = [self._stroke(onset_s + k * each_s / 2.0, each_s, first * float(shares[k])) for k in range(count)]
        if homing:
            last = strokes[-1]
            gone = sum(each.detents for each in strokes)
            strokes.append(self._stroke(last.onset_s + 0.6 * last.length_s, self._about(0.22), detents - gone))
        return strokes

    def _vigour(self) -> float:
        """How slow one go is: a third of them are careful, with the eyes on the picture."""
        careful = self._random.random() < 1.0 / 3.0
        return float(np.exp(self._random.normal(np.log(2.5) if careful else 0.0, 0.3)))

    def _pause_s(self) -> float:
        while True:
            pause_s = float(np.exp(self._random.normal(np.log(0.5), 0.5)))
            if SHORTEST_PAUSE_S <= pause_s <= LONGEST_PAUSE_S:
                return pause_s

    def _hesitate(self) -> list[Submovement]:
        vigour = self._vigour()
        strokes = self._reach(0.0, self._between(2, 6), vigour)
        for _ in range(2 if self._random.random() < 0.2 else 1):
            strokes += self._reach(_end_s(strokes) + self._pause_s(), self._between(2, 6), self._about(vigour))
        return strokes

    def _sweep(self) -> list[Submovement]:
        return self._reach(0.0, self._between(5, 12))

    def _nudge(self) -> list[Submovement]:
        count = self._between(1, 3)
        if not self._person.clicks:
            return self._reach(0.0, count)
        apart_s = self._person.tempo * float(self._random.uniform(0.10, 0.20))
        return [self._stroke(self._about(k * apart_s), 0.16, 1.0) for k in range(count)]

    def _reverse(self) -> list[Submovement]:
        forth = self._between(3, 9)
        strokes = self._reach(0.0, forth)
        turn_s = float(self._random.uniform(-0.05, 0.30))
        return strokes + self._reach(_end_s(strokes) + turn_s, -self._between(2, forth))

    def _flick(self) -> list[Submovement]:
        return [self._stroke(0.0, float(self._random.uniform(0.15, 0.24)), self._between(4, 9))]

    def _linger(self) -> list[Submovement]:
        strokes = self._reach(0.0, self._between(2, 9))
        at_s, place = _end_s(strokes), 0
        for k in range(self._between(0, 3)):
            at_s += float(self._random.uniform(1.3, 2.2) if k == 0 else self._random.uniform(0.5, 1.8))
            way = -place if place else int(self._random.choice([-1, 1]))
            place += way  # never more than one detent from where it was
            strokes.append(self._stroke(at_s, 0.18, way))
            at_s = _end_s(strokes)
        return strokes

    def _lean_in(self) -> list[Submovement]:
        apart_s = float(self._random.uniform(0.3, 0.7))
        strokes, at_s = [], 0.0
        for _ in range(self._between(3, 7)):
            strokes.append(self._stroke(at_s, self._person.tempo * 0.2, 1.0))
            at_s += self._about(apart_s)
        return strokes


def trials(each: int, seed: int = 1, people: int = PEOPLE) -> Iterator[Trial]:
    """That many people make that many movements of each kind, in any order, up and down."""
    for number in range(people):
        random = np.random.default_rng([seed, number])
        person = Person.some(random)
        for kind in random.permutation(np.repeat(np.array(KINDS), each)):
            yield _trial(number, person, next(known for known in KINDS if known == kind), random)


def _trial(number: int, person: Person, kind: MovementKind, random: Generator) -> Trial:
    hand = Hand(person, random)
    for _ in range(_TRIES):
        plan = hand.plan(kind)
        place, speed = _command(plan)
        turns = _turns(person, place, 1 if random.random() < 0.5 else -1, random)
        if _is(kind, _pauses_s(speed), turns):
            still_s = float(random.uniform(2.0 if kind == "lean-in" else LONGEST_PAUSE_S + 0.5, 5.0))
            return Trial(number, kind, turns, still_s)
    raise AssertionError(f"no {kind} came of {_TRIES} plans of {person}")


def _is(kind: MovementKind, pauses_s: list[float], turns: tuple[Turn, ...]) -> bool:
    """Whether a movement came out as its kind is defined."""
    if not turns:
        return False
    ways = np.array([turn.detents for turn in turns])
    upward = ways * ways[0]
    gaps_s = np.diff([turn.t_ns for turn in turns]) / 1e9
    place, lasted_s = np.cumsum(upward), float(gaps_s.sum())
    one_way = bool((upward > 0).all())
    if kind == "hesitate":
        return one_way and len(ways) >= 4 and bool(pauses_s) and max(pauses_s) <= LONGEST_PAUSE_S
    if kind == "sweep":
        return one_way and len(ways) >= 5 and not pauses_s and lasted_s > 0.15
    if kind == "nudge":
        return one_way and len(ways) <= 3
    if kind == "reverse":
        return bool(place.max() - place[-1] >= 2) and len(np.flatnonzero(np.diff(upward))) == 1
    if kind == "flick":
        return one_way and len(ways) >= 4 and lasted_s <= 0.15
    if kind == "lean-in":
        return one_way and len(ways) >= 3 and bool((gaps_s >= 0.25).all() and (gaps_s <= 0.8).all())
    dwelt = np.flatnonzero(gaps_s > LONGEST_PAUSE_S)
    first = int(dwelt[0]) if dwelt.size else len(ways) - 1  # the last detent of the move itself
    near = bool((np.abs(place[first:] - place[first]) <= 1).all())
    return first >= 1 and bool((upward[: first + 1] > 0).all()) and near


def _end_s(strokes: list[Submovement]) -> float:
    return max(each.onset_s + each.length_s for each in strokes)


def _command(plan: list[Submovement]) -> tuple[Floats, Floats]:
    """Place (detents) and speed that the hand intends, with some rest before and after."""
    t_s = np.arange(-0.1, _end_s(plan) + 0.2, 1.0 / _RATE_HZ)
    place, speed = np.zeros(t_s.size), np.zeros(t_s.size)
    for each in plan:
        x = np.clip((t_s - each.onset_s) / each.length_s, 0.0, 1.0)
        place += each.detents * x**3 * (10.0 - 15.0 * x + 6.0 * x**2)
        speed += each.detents / each.length_s * 30.0 * x**2 * (1.0 - x) ** 2
    return place, speed


def _pauses_s(speed: Floats) -> list[float]:
    """Inside the movement, where it is slower than 5 % of its highest speed for 0.2 s or more."""
    moving = np.flatnonzero(np.abs(speed) > 0.05 * np.abs(speed).max())
    gaps_s = np.diff(moving) / _RATE_HZ
    return [float(gap_s) for gap_s in gaps_s if gap_s >= SHORTEST_PAUSE_S]


def _turns(person: Person, place: Floats, way: int, random: Generator) -> tuple[Turn, ...]:
    """The turns that the real decoder makes of a hand that intends to be at these places."""
    count, knots = place.size, place.size // 100 + 3
    warp = np.interp(np.arange(count) / 100.0, np.arange(knots), random.normal(0.0, _TIMING, knots))
    t_s = np.cumsum(np.exp(warp)) / _RATE_HZ
    begin = int(random.integers(0, 24))
    # of two near frequencies: a tremor that comes and goes
    shake = sum(
        np.sin(2.0 * np.pi * person.tremor_hz * f * t_s + random.uniform(0.0, 2.0 * np.pi)) for f in (0.93, 1.07)
    )
    angle = place * way + person.tremor * np.asarray(shake) * 0.7
    knob = angle - person.snap / (2.0 * np.pi) * np.sin(2.0 * np.pi * angle)
    return _decoded(_edges(_thresholds(person, knob, begin), knob, t_s, random), random)


def _thresholds(person: Person, knob: Floats, begin: int) -> Floats:
    """Where an edge lies, in detents from where the knob begins; the first is number 0 of _EDGE."""
    low, high = int(np.floor(knob.min())) - 1, int(np.ceil(knob.max())) + 1
    rows = np.arange(low, high)
    here = person.detents[(rows + begin) % 24][:, None]
    return np.asarray((rows[:, None] + np.array(_EDGE) + here + person.edges[(rows + begin) % 24]).ravel())


def _edges(thresholds: Floats, knob: Floats, t_s: Floats, random: Generator) -> list[Edge]:
    """The edges of both pins, bounce included, in order."""
    thresholds = np.maximum.accumulate(thresholds)
    sector = np.searchsorted(thresholds, knob)
    clean: list[tuple[int, int, bool]] = []
    for k in np.flatnonzero(np.diff(sector)):
        before, after = int(sector[k]), int(sector[k + 1])
        step = 1 if after > before else -1
        for number, at in enumerate(range(before, after, step)):
            share = (number + 0.5) / abs(after - before)
            t_ns = START_NS + round((t_s[k] + share * (t_s[k + 1] - t_s[k])) * 1e9)
            old, new = _LEVELS[at % 4], _LEVELS[(at + step) % 4]
            pin = _A if old[0] != new[0] else _B
            clean.append((t_ns, pin, new[0] if pin == _A else new[1]))
    found: list[Edge] = []
    for pin in (_A, _B):
        own = [each for each in clean if each[1] == pin]
        for here, following in itertools.zip_longest(own, own[1:]):
            room_ns = _BOUNCE_NS if following is None else min(_BOUNCE_NS, following[0] - here[0] - 1)
            found.append(Edge(here[0], pin, here[2]))
            pairs = int(random.integers(0, 4)) if room_ns > 1000 else 0
            times = np.sort(random.integers(1, max(2, room_ns), 2 * pairs))
            found.extend(Edge(here[0] + int(t), pin, here[2] ^ (n % 2 == 0)) for n, t in enumerate(times))
    return sorted(found, key=lambda edge: edge.t_ns)


def _decoded(edges: list[Edge], random: Generator) -> tuple[Turn, ...]:
    decoder = Quadrature(_A, _B, True, True)
    levels = {_A: True, _B: True}
    turns: list[Turn] = []
    for edge, following in itertools.zip_longest(edges, edges[1:]):
        levels[edge.pin] = edge.level
        detents = decoder.edge(edge)
        seen_ns = edge.t_ns + REST_NS + int(random.integers(0, 5_000_000))
        if (following is None or following.t_ns > edge.t_ns + _SETTLED_NS) and decoder.wants_rest(seen_ns):
            decoder.believes(seen_ns, levels[_A], levels[_B])
            if decoder.believes(seen_ns + 24_000_000, levels[_A], levels[_B]):
                detents = detents + decoder.rest(levels[_A], levels[_B])
        turns.extend(Turn(each.t_ns, "dodge", each.direction, each.edges_ns) for each in detents)
    return tuple(turns)
