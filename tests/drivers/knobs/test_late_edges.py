"""Levels and edges on their own ways: an edge that is late and an edge that is lost, on the real driver."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from drivers.knobs.gpio import PERIOD_NS, GpioKnobs
from drivers.names import Bench
from drivers.readings import HandReading, Press, Turn
from drivers.settings import KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.pins import SimPin
from drivers.sim.world import World

MS = 1_000_000
SIM = KnobsSettings(pins="sim")
LEVELS = ((True, True), (False, True), (False, False), (True, False))


class Pins:
    """The real driver on simulated pins whose edges are told ``delay_ns`` after the level moved, as lgpio's are."""

    def __init__(self, delay_ns: int = 0) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        self.knobs = GpioKnobs(SIM, Bench(self.clock, lambda: self.world))
        self.readings: list[HandReading] = []
        self.knobs.open()
        self.deaths: list[Exception] = []
        self.clock.serve("knobs", self._step, PERIOD_NS, lambda _, error: self.deaths.append(error))
        self._delay_ns = delay_ns

    def _step(self, now_ns: int) -> None:
        self.readings += self.knobs.step(now_ns)

    def pin(self, number: int) -> SimPin:
        pin = self.world.pins.pin(number)
        assert isinstance(pin, SimPin)
        return pin

    def move(self, number: int, level: bool) -> None:
        """The level now, its edge after the delay, with the time at which it happened."""
        moved_ns = self.clock.now_ns()
        self.lose(number, level)
        self.clock.sleep_until_ns(moved_ns + self._delay_ns)
        self.pin(number).tell(moved_ns, level)

    def lose(self, number: int, level: bool) -> None:
        """The level moves and no edge comes."""
        self.pin(number)._state = level

    def wait(self, ms: float) -> None:
        self.clock.sleep_until_ns(self.clock.now_ns() + round(ms * MS))
        assert self.deaths == []

    def presses(self) -> list[bool]:
        return [reading.down for reading in self.readings if isinstance(reading, Press)]


@pytest.fixture
def pins() -> Iterator[Pins]:
    made = Pins()
    made.wait(100)
    yield made
    made.knobs.close()


@pytest.mark.parametrize("delay_ms", [0.0, 0.5, 1.5, 3.0, 6.0])
def test_a_slow_hand_that_turns_about_loses_nothing_while_edges_are_on_their_way(delay_ms: float) -> None:
    pins, random, phase = Pins(round(delay_ms * MS)), Random(3), 0
    ways = [random.choice((1, 1, -1)) for _ in range(300)]
    for way in ways:
        for _ in range(4):
            was_a, phase = LEVELS[phase % 4][0], phase + way
            a, b = LEVELS[phase % 4]
            pins.move(*((SIM.dodge.a, a) if a != was_a else (SIM.dodge.b, b)))
            pins.wait(random.uniform(28, 38) - delay_ms)
        pins.wait(random.uniform(30, 60))
    assert [turn.detents for turn in pins.readings if isinstance(turn, Turn)] == ways


def test_the_last_edge_of_a_detent_is_made_up_for_though_the_pin_is_doubted_first(pins: Pins) -> None:
    for number, level in ((SIM.dodge.a, False), (SIM.dodge.b, False), (SIM.dodge.a, True)):
        pins.move(number, level)
        pins.wait(5)
    pins.lose(SIM.dodge.b, True)
    pins.wait(60)
    assert [turn.detents for turn in pins.readings if isinstance(turn, Turn)] == [1]


@pytest.mark.parametrize("held_ms", [10, 80, 2_000])
@pytest.mark.parametrize("number", [SIM.dodge.push, SIM.record])
def test_a_button_whose_release_was_lost_comes_back_by_itself(pins: Pins, number: int, held_ms: int) -> None:
    pins.move(number, False)
    pins.wait(held_ms)
    pins.lose(number, True)
    pins.wait(60)
    assert pins.presses() == [True, False]
    pins.move(number, False)
    pins.wait(100)
    pins.move(number, True)
    pins.wait(100)
    assert pins.presses() == [True, False] * 2


def test_a_button_that_moved_once_more_than_it_told_ends_where_its_pin_is(pins: Pins) -> None:
    pins.move(SIM.record, False)
    pins.wait(100)
    pins.move(SIM.record, True)
    pins.wait(10)
    pins.lose(SIM.record, False)
    pins.wait(60)
    assert pins.presses() == [True, False, True]


def test_a_release_that_is_on_its_way_is_told_once_with_its_own_time() -> None:
    pins = Pins(6 * MS)
    pins.move(SIM.record, False)
    pins.wait(100)
    let_go_ns = pins.clock.now_ns()
    pins.move(SIM.record, True)
    pins.wait(100)
    assert pins.presses() == [True, False]
    assert pins.readings[-1].t_ns == let_go_ns
