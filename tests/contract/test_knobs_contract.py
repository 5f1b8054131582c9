"""What every Knobs implementation keeps to: gpio on simulated pins, the four-encoder board and potentiometers on a
simulated bus, keyboard on a pseudo terminal, page, replay."""

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
from drivers.names import Bench, make_knobs
from drivers.readings import HandReading, Press, Slide, Soul, Turn
from drivers.replay import ReplaySensor
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.script import Move
from drivers.sim.world import World

Twist = Callable[[], list[HandReading]]  # what was told meanwhile, of knobs that are looked at now and then
Rig = tuple[Knobs, Twist, Clock]
SIM = KnobsSettings(pins="sim")


def gpio(clock: Clock, stack: ExitStack) -> tuple[Knobs, Twist]:
    world = World(clock)

    def twist() -> list[HandReading]:
        world.hands.play([Move(0.0, "dodge", "turn", 2, 100.0), Move(0.03, "burn", "tap")], SIM)
        give_up_ns = clock.now_ns() + 10_000_000_000
        while not world.hands.done and clock.now_ns() < give_up_ns:
            clock.sleep_until_ns(clock.now_ns() + 20_000_000)
        clock.sleep_until_ns(clock.now_ns() + 20_000_000)  # bounce is over
        return []

    stack.callback(world.hands.stop)
    return make(SIM, Bench(clock, lambda: world)), twist


def polled(settings: KnobsSettings, clock: Clock, stack: ExitStack) -> tuple[Knobs, Twist]:
    world = World(clock)
    knobs = make_knobs(settings, Bench(clock, lambda: world))

    def step(for_s: float) -> list[HandReading]:
        readings: list[HandReading] = []
        end_ns = clock.now_ns() + round(for_s * 1e9)
        while clock.now_ns() < end_ns or not world.hands.done:
            clock.sleep_until_ns(clock.now_ns() + knobs.period_ns)
            readings += knobs.step(clock.now_ns())
        return readings

    def twist() -> list[HandReading]:
        before = step(0.1)
        world.hands.play([Move(0.0, "dodge", "turn", 2, 100.0), Move(0.03, "burn", "tap")], settings)
        return before + step(0.3)

    stack.callback(world.hands.stop)
    return knobs, twist


def seesaw(clock: Clock, stack: ExitStack) -> tuple[Knobs, Twist]:
    return polled(KnobsSettings(name="seesaw", bus="sim"), clock, stack)


def pots(clock: Clock, stack: ExitStack) -> tuple[Knobs, Twist]:
    return polled(KnobsSettings(name="pots", bus="sim", pins="sim"), clock, stack)


def keyboard(clock: Clock, stack: ExitStack) -> tuple[Knobs, Twist]:
    hand, program = pty.openpty()
    stack.callback(os.close, hand)
    stack.callback(os.close, program)

    def twist() -> list[HandReading]:
        os.write(hand, b"kkb")
        return []

    return KeyboardKnobs(clock, program), twist


def page(clock: Clock, stack: ExitStack) -> tuple[Knobs, Twist]:
    knobs = PageKnobs()

    def twist() -> list[HandReading]:
        knobs.turn("dodge", 2, clock.now_ns())
        knobs.press("burn", True, clock.now_ns())
        knobs.press("burn", False, clock.now_ns())
        return []

    return knobs, twist


def replay(clock: Clock, stack: ExitStack) -> tuple[Knobs, Twist]:
    t_ns = clock.now_ns()
    readings = [Turn(t_ns, "dodge", 2), Press(t_ns, "burn", True), Press(t_ns, "burn", False)]
    knobs: Knobs = ReplaySensor("replayed knobs", [(t_ns, reading) for reading in readings])
    return knobs, list


def detents(moved: list[Turn | Slide]) -> int:
    """What was turned; of a potentiometer of 24 detents, from where it stood at first."""
    slides = [one.position for one in moved if isinstance(one, Slide)]
    return sum(one.detents for one in moved if isinstance(one, Turn)) or round(24 * (slides[-1] - slides[0]))


@pytest.fixture(params=[gpio, seesaw, pots, keyboard, page, replay], ids=lambda one: one.__name__)
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
    told = [*twist(), *knobs.step(clock.now_ns())]
    readings = [reading for reading in told if not isinstance(reading, Soul)]
    assert (
        detents([reading for reading in readings if isinstance(reading, Turn | Slide) and reading.knob == "dodge"]) == 2
    )
    of_burn = [reading for reading in readings if isinstance(reading, Turn | Slide) and reading.knob == "burn"]
    assert [type(reading) for reading in of_burn] in ([], [Slide])  # where it stands
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
    told = [*twist(), *knobs.step(clock.now_ns())]
    assert any(isinstance(reading, Turn | Slide) for reading in told)
