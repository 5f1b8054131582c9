"""What ticks, on simulated pins: each pattern as it is felt, silence when it is released, errors in words."""

from __future__ import annotations

import itertools
from typing import Literal

import pytest

from drivers.errors import DeviceNotFound
from drivers.interfaces import Tick, Ticker
from drivers.names import Bench, make_tick
from drivers.pi_pins import SharedPins
from drivers.settings import TickSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.world import World
from drivers.tick.pin import PATTERNS

Kind = Literal["buzzer", "piezo", "motor"]


class Hearing:
    """A ticker on its simulated pin."""

    def __init__(self, name: Kind) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        settings = TickSettings(name=name, pins="sim")
        self.ticker: Ticker = make_tick(settings, Bench(self.clock, lambda: self.world))
        self.ticker.open()
        self.pin = self.world.pins.pin(12)

    def run(self, seconds: float = 1.0) -> list[tuple[int, float]]:
        """(ms since now, what the pin was told)."""
        start_ns, heard = self.clock.now_ns(), len(self.pin.driven)
        while self.clock.now_ns() < start_ns + seconds * 1e9:
            assert list(self.ticker.step(self.clock.now_ns())) == []
            self.clock.sleep_until_ns(self.clock.now_ns() + self.ticker.period_ns)
        return [(round((t_ns - start_ns) / 1e6), value) for t_ns, value in self.pin.driven[heard:]]


@pytest.mark.parametrize("what", PATTERNS)
def test_a_buzzer_sounds_each_pattern_and_is_silent_after(what: Tick) -> None:
    hearing = Hearing("buzzer")
    hearing.ticker.tick(what)
    heard = hearing.run()
    lengths = [b[0] - a[0] for a, b in itertools.pairwise(heard)]
    assert lengths == pytest.approx(PATTERNS[what], abs=5)
    assert [value for _, value in heard] == [1, 0] * (len(heard) // 2)
    assert hearing.run() == []


def test_a_piezo_is_given_its_tone_and_a_motor_has_time_to_be_felt() -> None:
    hearing = Hearing("piezo")
    hearing.ticker.tick("zero")
    hearing.ticker.step(hearing.clock.now_ns())
    assert (hearing.pin.frequency, hearing.pin.driven[-1][1]) == (2700, 0.5)
    assert hearing.run()[-1][1] == 0
    assert hearing.pin.frequency is None
    motor = Hearing("motor")
    motor.ticker.tick("zero")
    (began, _), (ended, _) = motor.run()
    assert ended - began >= 60


def test_a_new_one_cuts_short_the_one_that_sounds() -> None:
    hearing = Hearing("buzzer")
    hearing.ticker.tick("record")
    hearing.run(0.05)
    hearing.ticker.tick("zero")
    heard = hearing.run()
    assert heard[-1] == (30, 0)


def test_it_is_silent_at_once_when_it_is_closed_and_closed_is_harmless() -> None:
    hearing = Hearing("buzzer")
    hearing.ticker.tick("record")
    hearing.ticker.step(hearing.clock.now_ns())
    assert hearing.pin.driven[-1][1] == 1
    hearing.ticker.close()
    assert hearing.pin.driven[-1][1] == 0
    hearing.ticker.close()
    hearing.ticker.tick("zero")
    assert list(hearing.ticker.step(hearing.clock.now_ns())) == []
    hearing.ticker.open()
    assert hearing.ticker.name == "buzzer on pin 12"


class Busy:
    """Pins that another program holds."""

    def pin(self, number: int) -> None:
        raise OSError("GPIO busy")


def test_a_pin_that_cannot_be_had_is_said_with_what_to_do() -> None:
    world = World(SimulatedClock())
    world.__dict__["pins"] = Busy()
    ticker = make_tick(TickSettings(name="buzzer", pins="sim"), Bench(world.clock, lambda: world))
    with pytest.raises(DeviceNotFound, match=r"tick.pin: expected pin 12 as an output, got GPIO busy: does another"):
        ticker.open()


class Factory:
    """Counts how often it is closed."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_pins_are_shared_by_all_drivers_and_let_go_by_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Factory] = []

    def make(where: str) -> Factory:
        made.append(Factory())
        return made[-1]

    monkeypatch.setattr("drivers.pi_pins.pi_pins", make)
    shared = SharedPins()
    assert shared.open("knobs") is shared.open("tick")
    shared.close()
    assert made[0].closed == 0
    shared.close()
    assert made[0].closed == 1
    assert shared.open("knobs") is made[1]
