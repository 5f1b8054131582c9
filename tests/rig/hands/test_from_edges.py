"""From the edge to the state: scripted hands on simulated pins, the real driver, and the grammar above it."""

from __future__ import annotations

import pytest

from drivers.knobs.gpio import PERIOD_NS, make
from drivers.names import Bench
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import Scenario
from drivers.sim.world import World
from rig.hands.hands import Hands
from rig.hands.place import HandPlace
from rig.hands.state import HandState

SIM = KnobsSettings(pins="sim")
FRAME_NS = 33_333_333


def state_after(script: str, seconds: float, bounce_ms: float = 1.0) -> tuple[HandState, list[str], bool]:
    """The state at the end, the gestures, and whether the negative was ever bare; as the frame loop does it."""
    clock = SimulatedClock()
    world = World(clock, Scenario(hands=script, bounce_ms=bounce_ms))
    knobs, hands = make(SIM, Bench(clock, lambda: world)), Hands()
    knobs.open()
    world.hands.start(SIM)
    readings = []
    clock.serve("knobs", lambda now: readings.extend(knobs.step(now)), PERIOD_NS, lambda *_: None)
    bare = False
    for _ in range(round(seconds * 30)):
        clock.sleep_until_ns(clock.now_ns() + FRAME_NS)
        for reading in readings:
            hands.add(reading, 6.0)
        readings.clear()
        hands.tick(clock.now_ns())
        bare |= hands.state.bare
    knobs.close()
    return hands.state, [gesture.kind for gesture in hands.events()], bare


@pytest.mark.parametrize(
    ("script", "state", "kinds", "bare"),
    [
        ("0.1 dodge +12\n1 burn +6 at 60/s", HandState(dodge_stops=1.0, burn_stops=0.5), ["turn", "turn"], False),
        ("0.1 dodge +100 at 100/s", HandState(dodge_stops=2.0), ["turn"], False),
        ("0.1 dodge tap", HandState(dodge_aim=6.0, dodge_zone=6.0, dodge_place=HandPlace(number=1)), ["tap"], False),
        ("0.1 burn +6\n1 burn double-tap", HandState(), ["turn", "tap", "zero"], False),
        ("0.1 dodge hold 0.5", HandState(), ["hold"], True),
        ("0.1 dodge hold 0.6 +2", HandState(dodge_aim=5.0, dodge_zone=5.0), ["walk"], True),
        ("0.1 dodge hold 1 +9\n2 dodge +6", HandState(dodge_aim=None, ev=0.5), ["walk", "turn"], True),
        ("0.1 dodge +6\n1 burn +3\n2 both press 0.1", HandState(dodge_stops=0.5), ["turn", "turn", "undo"], False),
        ("0.1 record press\n1 record press\n2 soul proof", HandState(record_presses=2, soul="proof"), [], False),
    ],
)
def test_scripted_hands(script: str, state: HandState, kinds: list[str], bare: bool) -> None:
    assert state_after(script, 4.0) == (state, kinds, bare)
