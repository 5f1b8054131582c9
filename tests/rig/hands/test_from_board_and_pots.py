"""From the four-encoder board and from potentiometers to the state: the same hands, the real drivers, the grammar."""

from __future__ import annotations

import pytest

from drivers.names import Bench, make_knobs
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import Scenario
from drivers.sim.world import World
from rig.hands.hands import Hands
from rig.hands.place import HandPlace
from rig.hands.state import HandState

SEESAW = KnobsSettings(name="seesaw", bus="sim")
POTS = KnobsSettings(name="pots", bus="sim", pins="sim")
FRAME_NS = 33_333_333


def state_after(settings: KnobsSettings, script: str, seconds: float = 4.0) -> tuple[HandState, list[str]]:
    clock = SimulatedClock()
    world = World(clock, Scenario(hands=script, bounce_ms=1.0))
    knobs, hands = make_knobs(settings, Bench(clock, lambda: world)), Hands()
    knobs.open()
    readings = []
    clock.serve("knobs", lambda now: readings.extend(knobs.step(now)), knobs.period_ns, lambda *_: None)
    clock.sleep_until_ns(clock.now_ns() + 3 * FRAME_NS)
    world.hands.start(settings)
    for _ in range(round(seconds * 30)):
        clock.sleep_until_ns(clock.now_ns() + FRAME_NS)
        for reading in readings:
            hands.add(reading, 6.0)
        readings.clear()
        hands.tick(clock.now_ns())
    knobs.close()
    return hands.state, [gesture.kind for gesture in hands.events()]


@pytest.mark.parametrize(
    ("script", "state", "kinds"),
    [
        ("0.1 dodge +12\n1 burn +6 at 60/s", HandState(dodge_stops=1.0, burn_stops=0.5), ["turn", "turn"]),
        ("0.1 dodge +100 at 100/s", HandState(dodge_stops=2.0), ["turn"]),
        ("0.1 dodge tap", HandState(dodge_aim=6.0, dodge_zone=6.0, dodge_place=HandPlace(number=1)), ["tap"]),
        ("0.1 burn +6\n1 burn double-tap", HandState(), ["turn", "tap", "zero"]),
        ("0.1 dodge hold 0.6 +2", HandState(dodge_aim=5.0, dodge_zone=5.0), ["walk"]),
        ("0.1 dodge +6\n1 burn +3\n2 both press 0.1", HandState(dodge_stops=0.5), ["turn", "turn", "undo"]),
        ("0.1 record press\n1 record press\n2 soul proof", HandState(record_presses=2, soul="proof"), []),
        ("0.1 soul off\n1 soul set\n2 soul off", HandState(soul="off"), []),
    ],
)
def test_scripted_hands_on_the_board(script: str, state: HandState, kinds: list[str]) -> None:
    assert state_after(SEESAW, script) == (state, kinds)


@pytest.mark.parametrize(
    ("script", "state", "kinds"),
    [
        ("0.1 dodge +12\n1 burn +6", HandState(dodge_stops=1.0, burn_stops=0.5), ["turn", "turn"]),
        ("0.1 dodge +100 at 60/s", HandState(dodge_stops=2.0), ["turn"]),
        ("0.1 dodge +10\n1.5 dodge -10", HandState(), ["turn", "turn"]),
        # the undo leaves the burn's wiper at 6 where nothing is burnt: going on does nothing until it comes past there
        ("0.1 burn +6\n1 both press 0.1\n2 burn +3", HandState(), ["turn", "undo"]),
        ("0.1 record press\n2 soul proof", HandState(record_presses=1, soul="proof"), []),
    ],
)
def test_scripted_hands_on_potentiometers(script: str, state: HandState, kinds: list[str]) -> None:
    assert state_after(POTS, script) == (state, kinds)
