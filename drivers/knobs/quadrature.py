"""Edges of an encoder's two pins to detents: every edge counted through the full table, never a step backwards.

Clockwise A leads B: seen as (A, B) with pull-ups, 11 01 00 10 11 (Bourns PEC11R data sheet, "quadrature output").
Between two detents lie 4, 2 or 1 of these edges. Bounce of one pin goes forth and back, so counting edges both ways
cancels it; what remains is told only when a whole detent is reached. Better to lose a step than to report one
backwards (gpiozero issue 1062): where it is not known which way lost edges went, the step is lost.

An edge may say the level that the pin has already: where both edges are asked for, Linux reads the level after the
interrupt (drivers/gpio/gpiolib-cdev.c, edge_irq_thread), and a contact that bounces has gone on by then. As long as the
other pin does not move between, the pin is at one side or the other of the same edge, and nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from drivers.knobs.edges import Doubt, Edge

REST_NS = 30_000_000  # no edge for this long: bounce is over, and the pins may be believed again
TURNABOUT_NS = 8_000_000  # no hand turns round and through a whole detent faster: that is an alias of lost edges
MOST_EDGES = 64  # kept of one detent; a broken contact may chatter for ever

_PHASE = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}


@dataclass(frozen=True, slots=True)
class Detent:
    """One click: +1 clockwise, -1 back. edges_ns: the raw edges it was made of, bounce included, oldest first."""

    t_ns: int
    direction: Literal[1, -1]
    edges_ns: tuple[int, ...]


class Quadrature:
    """One encoder. Fed with edges in order; all times are the edges' own, so that it needs no clock."""

    def __init__(
        self, pin_a: int, pin_b: int, a: bool, b: bool, edges_a_detent: Literal[1, 2, 4] = 4, reverse: bool = False
    ) -> None:
        """pin_a, pin_b: BCM numbers; a, b: where the pins are now; reverse: clockwise counts down as it is wired."""
        self._pin_a, self._pin_b = pin_a, pin_b
        self._levels = (a, b)
        self._size, self._sign = edges_a_detent, -1 if reverse else 1
        self._position = 0  # edges from the detent that was reported last, + clockwise as wired
        self._edges_ns: list[int] = []
        self._newest_ns: int | None = None
        self._run: tuple[int, bool, bool] | None = None  # pin that moves alone, where it was, it began with no move
        self._turned_ns: int | None = None  # when the step back came that may yet be bounce
        self._ahead = 0  # direction of the last detent, and when
        self._reported_ns = 0
        self._torn = False  # edges were lost since: what looks like a step back may be none
        self._doubt = Doubt()

    def edge(self, edge: Edge) -> list[Detent]:
        """Count one edge of either pin (others are ignored); the detents that it completes."""
        if edge.pin not in (self._pin_a, self._pin_b):
            return []
        levels = (edge.level, self._levels[1]) if edge.pin == self._pin_a else (self._levels[0], edge.level)
        self._newest_ns = edge.t_ns
        if len(self._edges_ns) < MOST_EDGES:
            self._edges_ns.append(edge.t_ns)
        if self._run is None or self._run[0] != edge.pin:
            self._torn = self._is_torn()
            self._run = edge.pin, not edge.level if levels != self._levels else edge.level, levels == self._levels
        if levels != self._levels:
            self._position += _way(self._levels, levels)
            self._levels = levels
        return self._reached(edge.t_ns)

    def wants_rest(self, now_ns: int) -> bool:
        """True once nothing has moved for a while, until rest() was told."""
        return self._newest_ns is not None and now_ns - self._newest_ns >= REST_NS

    def believes(self, now_ns: int, a: bool, b: bool) -> bool:
        """Told where the pins are while it wants rest: false while edges may be on their way: no rest() yet."""
        return self._doubt.believes(now_ns, self._levels, (a, b), self._newest_ns)

    def rest(self, a: bool, b: bool) -> list[Detent]:
        """Told where the pins really are while nothing moves: makes up for lost edges; the detents that come of it."""
        t_ns, self._newest_ns = self._newest_ns or self._reported_ns, None
        self._torn, self._run = self._is_torn(), None
        if (a, b) != self._levels:
            self._torn = True
            self._make_up(_way(self._levels, (a, b)))
            self._levels = (a, b)
        detents = self._reached(t_ns, resting=True)
        if self._position == 0:
            self._torn = False
            self._edges_ns.clear()  # what bounced after the last detent is no part of the next
        return detents

    def _is_torn(self) -> bool:
        """Edges were lost: a pin's first edge since the other's was no move, and it is where it was then."""
        if self._run is None:
            return self._torn
        pin, was, no_move = self._run
        is_back = self._levels[0 if pin == self._pin_a else 1] == was
        return self._torn or (no_move and is_back)

    def _make_up(self, way: int) -> None:
        if self._size == 1:
            self._position += way if way == self._ahead else 0
        elif way != 2:
            self._position += way
        elif self._size == 4:  # both pins are elsewhere, nobody knows which way round: nearest to the last detent
            self._position += 2 if self._position < 0 or (self._position == 0 and self._ahead > 0) else -2

    def _reached(self, t_ns: int, resting: bool = False) -> list[Detent]:
        """What is complete, but for a step back that may yet be bounce."""
        detents: list[Detent] = []
        while abs(self._position) >= self._size:
            direction: Literal[1, -1] = 1 if self._position > 0 else -1
            turns_back = direction == -self._ahead
            if turns_back and self._turned_ns is None:
                self._turned_ns = t_ns
            if turns_back and not resting and self._may_be_bounce():
                return detents
            at_ns = self._turned_ns or t_ns
            self._position -= direction * self._size
            count = -1 if at_ns < t_ns and self._position else len(self._edges_ns)  # the newest is the next one's
            edges_ns, self._edges_ns = tuple(self._edges_ns[:count]), self._edges_ns[count:]
            torn, self._torn, self._turned_ns = self._is_torn(), False, None
            if self._run is not None:
                self._run = (*self._run[:2], False)
            if turns_back and (torn or (self._size > 1 and at_ns - self._reported_ns < TURNABOUT_NS)):
                continue
            self._ahead, self._reported_ns = direction, at_ns
            detents.append(Detent(at_ns, 1 if direction * self._sign > 0 else -1, edges_ns))
        self._turned_ns = None
        return detents

    def _may_be_bounce(self) -> bool:
        """With few edges a detent a step back is sure when the other pin has moved too, or nothing moves."""
        no_move = self._run is not None and self._run[2]
        return self._size < 4 and (no_move or (self._size == 1 and abs(self._position) < 2))


def _way(before: tuple[bool, bool], after: tuple[bool, bool]) -> Literal[-1, 1, 2]:
    """Edges from one pair of levels to another: +1, -1, or 2 when both pins differ."""
    steps = (_PHASE[after] - _PHASE[before]) % 4
    return 1 if steps == 1 else -1 if steps == 3 else 2
