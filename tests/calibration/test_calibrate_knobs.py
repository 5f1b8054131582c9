"""The knobs' truth, recovered from raw edges of simulated pins."""

from __future__ import annotations

import datetime
from contextlib import ExitStack
from typing import Literal

import pytest

from calibration.knobs import KnobTurn, calibrate_knobs, measure_knob
from drivers.errors import BadInput
from drivers.knobs.edges import Edge
from drivers.knobs.gpio import open_edges
from drivers.names import Bench
from drivers.readings import Knob
from drivers.settings import KnobPins, KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import Scenario
from drivers.sim.script import Move
from drivers.sim.world import World

DAY = datetime.date(2026, 11, 22)
PINS = KnobPins(a=17, b=18, push=27)


def turned(settings: KnobsSettings, knob: Knob, detents: int, bounce_ms: float, rate: float = 15.0) -> KnobTurn:
    clock = SimulatedClock()
    world = World(clock, Scenario(bounce_ms=bounce_ms))
    with ExitStack() as stack:
        edges = open_edges(settings, Bench(clock, lambda: world), stack)
        world.hands.play([Move(0.1, knob, "turn", detents, rate)], settings)
        clock.sleep_until_ns(clock.now_ns() + 4_000_000_000)
        return KnobTurn(True, True, edges.take())


@pytest.mark.parametrize("bounce_ms", [0.0, 0.4, 2.5])
@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_direction_edges_and_bounce_are_found(size: Literal[1, 2, 4], reverse: bool, bounce_ms: float) -> None:
    burn = KnobPins(22, 23, 24, reverse, size)
    settings = KnobsSettings(pins="sim", burn=burn)
    profile = calibrate_knobs(
        lambda knob: turned(settings, knob, 20, bounce_ms), {"dodge": settings.dodge, "burn": burn}, DAY
    )
    assert (profile.burn.reverse, profile.burn.edges_a_detent) == (reverse, size)
    assert (profile.dodge.reverse, profile.dodge.edges_a_detent) == (False, 4)
    assert profile.date == DAY
    for made in (profile.dodge, profile.burn):  # of some dozens of draws from 0 to bounce_ms the longest is near it
        assert 0.8 * bounce_ms <= made.bounce_ms <= bounce_ms


def test_one_detent_miscounted_is_forgiven_and_more_is_not() -> None:
    settings = KnobsSettings(pins="sim")
    assert measure_knob("dodge", PINS, turned(settings, "dodge", 21, 0.3)).edges_a_detent == 4
    with pytest.raises(BadInput) as caught:
        measure_knob("dodge", PINS, turned(settings, "dodge", 15, 0.3))
    assert str(caught.value) == (
        "dodge: expected 20 detents of 1, 2 or 4 edges each, got 60 edges: turn it clockwise by exactly 20 detents"
    )


def test_nothing_came() -> None:
    with pytest.raises(BadInput) as caught:
        measure_knob("dodge", PINS, KnobTurn(True, True, []))
    assert str(caught.value) == (
        "dodge: expected edges on pins 17 and 18, got none on either pin: "
        "is A wired to pin 17, and the middle contact to ground?"
    )


def test_one_pin_is_silent() -> None:
    edges = [Edge(number * 10_000_000, 17, bool(number % 2)) for number in range(40)]
    with pytest.raises(BadInput, match=r"got none on pin 18: is B wired to pin 18"):
        measure_knob("dodge", PINS, KnobTurn(True, True, edges))


def test_there_and_back() -> None:
    settings = KnobsSettings(pins="sim")
    there = turned(settings, "dodge", 25, 0.0)
    back = turned(settings, "dodge", -5, 0.0)
    both = [*there.edges, *(Edge(edge.t_ns + 4_000_000_000, edge.pin, edge.level) for edge in back.edges)]
    with pytest.raises(BadInput, match=r"^dodge: expected it to be turned one way, got a turn there and back"):
        measure_knob("dodge", PINS, KnobTurn(True, True, both))


def test_a_loose_wire() -> None:
    clean = list(turned(KnobsSettings(pins="sim"), "dodge", 20, 0.0, 5.0).edges)
    edge = clean[40]
    chatter = [
        Edge(edge.t_ns + number * 3_000_000, edge.pin, edge.level == bool(number % 2 == 0)) for number in range(1, 11)
    ]
    with pytest.raises(BadInput, match=r"quiet within 20 ms, got 30 ms: look for a loose wire"):
        measure_knob("dodge", PINS, KnobTurn(True, True, clean[:41] + chatter + clean[41:]))
