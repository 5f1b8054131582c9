"""Measure the knobs: turned once clockwise by a known number of detents, their raw edges tell how they are made."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from calibration.profile import KnobProfile, KnobsProfile
from drivers.errors import BadInput
from drivers.knobs.edges import Edge
from drivers.readings import Knob
from drivers.settings import KnobPins

DETENTS = 20  # one turn of the usual encoder
CHATTER_NS = 5_000_000  # edges of one pin closer than this are one contact's bounce
MOST_BOUNCE_MS = 20.0
MISCOUNT = 0.15  # as far as a person may be out when counting detents

_PHASE = {(True, True): 0, (False, True): 1, (False, False): 2, (True, False): 3}
_SIZES: tuple[Literal[1, 2, 4], ...] = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class KnobTurn:
    """What was heard while a knob was turned: where its pins stood before, and every edge since, oldest first."""

    a: bool
    b: bool
    edges: Sequence[Edge]


def calibrate_knobs(
    listen: Callable[[Knob], KnobTurn], pins: Mapping[Knob, KnobPins], date: datetime.date, detents: int = DETENTS
) -> KnobsProfile:
    """Both knobs, one after the other. listen: asks for the turn of that knob and hears it. BadInput: what to mend."""
    dodge, burn = (measure_knob(knob, pins[knob], listen(knob), detents) for knob in ("dodge", "burn"))
    return KnobsProfile(date, dodge, burn)


def measure_knob(knob: Knob, pins: KnobPins, turn: KnobTurn, detents: int = DETENTS) -> KnobProfile:
    """Direction, edges a detent and bounce of one knob that was turned clockwise by so many detents.

    Clockwise should run (A, B) 11 01 00 10 11 as drivers/knobs/quadrature.py reads it: where it runs the other way,
    the knob is wired the other way round. BadInput tells what is wrong and what to do.
    """
    edges = [edge for edge in turn.edges if edge.pin in (pins.a, pins.b)]
    for end, pin in (("A", pins.a), ("B", pins.b)):
        if not any(edge.pin == pin for edge in edges):
            both = "either pin" if not edges else f"pin {pin}"
            raise BadInput(
                f"{knob}: expected edges on pins {pins.a} and {pins.b}, got none on {both}: "
                f"is {end} wired to pin {pin}, and the middle contact to ground?"
            )
    positions = _positions(edges, pins, turn.a, turn.b)
    went = positions[-1]
    size = min(_SIZES, key=lambda one: abs(abs(went) / detents - one))
    if abs(abs(went) / detents - size) > MISCOUNT * size:
        raise BadInput(
            f"{knob}: expected {detents} detents of 1, 2 or 4 edges each, got {abs(went)} edges: "
            f"turn it clockwise by exactly {detents} detents"
        )
    furthest = 0
    for position in positions:
        ahead = position if went > 0 else -position
        furthest = max(furthest, ahead)
        if furthest - ahead > size:
            raise BadInput(f"{knob}: expected it to be turned one way, got a turn there and back: turn it once more")
    bounce_ms = round(_chatter_ns(edges) / 1e6, 3)
    if bounce_ms > MOST_BOUNCE_MS:
        raise BadInput(
            f"{knob}: expected its contacts to be quiet within {MOST_BOUNCE_MS:g} ms, got {bounce_ms:g} ms: "
            "look for a loose wire, or change the encoder"
        )
    return KnobProfile(reverse=went < 0, edges_a_detent=size, bounce_ms=bounce_ms)


def _positions(edges: Sequence[Edge], pins: KnobPins, a: bool, b: bool) -> list[int]:
    """Edges travelled after each edge, + where A leads; a repeated level (a lost edge) goes nowhere."""
    positions: list[int] = []
    position, levels = 0, (a, b)
    for edge in edges:
        before = levels
        levels = (edge.level, levels[1]) if edge.pin == pins.a else (levels[0], edge.level)
        position += {0: 0, 1: 1, 3: -1}[(_PHASE[levels] - _PHASE[before]) % 4]
        positions.append(position)
    return positions


def _chatter_ns(edges: Sequence[Edge]) -> int:
    """The longest that one contact went on changing before it was quiet."""
    longest_ns = 0
    for _, run in groupby(edges, key=lambda edge: edge.pin):
        began_ns = before_ns = -CHATTER_NS
        for edge in run:
            if edge.t_ns - before_ns >= CHATTER_NS:
                began_ns = edge.t_ns
            before_ns = edge.t_ns
            longest_ns = max(longest_ns, before_ns - began_ns)
    return longest_ns
