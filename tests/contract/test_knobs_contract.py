"""What every Knobs implementation keeps to: gpio on simulated pins, keyboard on a pseudo terminal, page, replay."""

from __future__ import annotations

import os
import pty
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from drivers.clock import Clock, SystemClock
from drivers.interfaces import Knobs
from drivers.knobs.gpio import make
from drivers.knobs.keyboard import KeyboardKnobs
from drivers.knobs.page import PageKnobs
from drivers.names import Bench
from drivers.readings import Press, Soul, Turn
from drivers.replay import ReplaySensor
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.script import Move
from drivers.sim.world import World

Rig = tuple[Knobs, Callable[[], None], Clock]
SIM = KnobsSettings(pins="sim")


def gpio(clock: Clock, stack: ExitStack) -> tuple[Knobs, Callable[[], None]]:
    world = World(clock)

    def twist() -> None:
        world.hands.play([Move(0.0, "dodge", "turn", 2, 100.0), Move(0.03, "burn", "tap")], SIM)
        give_up_ns = clock.now_ns() + 10_000_000_000
        while not world.hands.done and clock.now_ns() < give_up_ns:
            clock.sleep_until_ns(clock.now_ns() + 20_000_000)
        clock.sleep_until_ns(clock.now_ns() + 20_000_000)  # bounce is over

    stack.callback(world.hands.stop)
    return make(SIM, Bench(clock, lambda: world)), twist


def keyboard(clock: Clock, stack: ExitStack) -> tuple[Knobs, Callable[[], None]]:
    hand, program = pty.openpty()
    stack.callback(os.close, hand)
    stack.callback(os.close, program)

    def twist() -> None:
        os.write(hand, b"kkb")

    return KeyboardKnobs(clock, program), twist


def page(clock: Clock, stack: ExitStack) -> tuple[Knobs, Callable[[], None]]:
    knobs = PageKnobs()

    def twist() -> None:
        knobs.turn("dodge", 2, clock.now_ns())
        knobs.press("burn", True, clock.now_ns())
        knobs.press("burn", False, clock.now_ns())

    return knobs, twist


def replay(clock: Clock, stack: ExitStack) -> tuple[Knobs, Callable[[], None]]:
    t_ns = clock.now_ns()
    readings = [Turn(t_ns, "dodge", 2), Press(t_ns, "burn", True), Press(t_ns, "burn", False)]
    knobs: Knobs = ReplaySensor("replayed knobs", [(t_ns, reading) for reading in readings])
    return knobs, lambda: None


@pytest.fixture(params=[gpio, keyboard, page, replay], ids=lambda one: one.__name__)
def knobs_and_twist(request: pytest.FixtureRequest, clock: Clock) -> Iterator[Rig]:
    with ExitStack() as stack:
        knobs, twist = request.param(clock, stack)
        stack.callback(knobs.close)
        yield knobs, twist, clock


@pytest.fixture(params=[SimulatedClock, SystemClock], ids=["simulated", "system"])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


@pytest.fixture
def began_ns(clock: Clock) -> int:
    return clock.now_ns()


def test_a_turn_and_a_tap(began_ns: int, knobs_and_twist: Rig) -> None:
    knobs, twist, clock = knobs_and_twist
    knobs.open()
    twist()
    readings = [reading for reading in knobs.step(clock.now_ns()) if not isinstance(reading, Soul)]
    turns = [reading for reading in readings if isinstance(reading, Turn)]
    assert sum(turn.detents for turn in turns) == 2
    assert {turn.knob for turn in turns} == {"dodge"}
    presses = [reading for reading in readings if isinstance(reading, Press)]
    assert [(press.control, press.down) for press in presses] == [("burn", True), ("burn", False)]
    times = [reading.t_ns for reading in readings]
    assert times == sorted(times)
    assert began_ns <= times[0] <= times[-1] <= clock.now_ns()
    assert knobs.step(clock.now_ns()) == []


def test_it_says_what_it_is_and_how_often_it_wants_to_be_called(knobs_and_twist: Rig) -> None:
    knobs, _, _ = knobs_and_twist
    assert "knobs" in knobs.name
    assert 1_000_000 <= knobs.period_ns <= 20_000_000


def test_closed_it_gives_nothing_and_closing_twice_is_harmless(knobs_and_twist: Rig) -> None:
    knobs, _, clock = knobs_and_twist
    knobs.close()
    assert knobs.step(clock.now_ns()) == []
    knobs.open()
    knobs.close()
    knobs.close()
    assert knobs.step(clock.now_ns()) == []


def test_it_opens_again(knobs_and_twist: Rig) -> None:
    knobs, twist, clock = knobs_and_twist
    knobs.open()
    knobs.close()
    knobs.open()
    twist()
    assert any(isinstance(reading, Turn) for reading in knobs.step(clock.now_ns()))
