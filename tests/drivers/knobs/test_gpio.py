"""The real driver on simulated pins: what is scripted at edge level comes out exactly, on both clocks."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from itertools import pairwise

import pytest

from drivers.clock import Clock, SystemClock
from drivers.errors import BadInput, LibraryMissing
from drivers.knobs.edges import Edge
from drivers.knobs.gpio import PERIOD_NS, GpioKnobs, make, open_edges
from drivers.names import Bench, make_knobs
from drivers.readings import HandReading, Press, Soul, Turn
from drivers.settings import KnobPins, KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.scenario import Scenario
from drivers.sim.world import World

SIM = KnobsSettings(pins="sim")
MS = 1_000_000


def play(
    script: str,
    seconds: float,
    settings: KnobsSettings = SIM,
    bounce_ms: float = 0.3,
    clock: Clock | None = None,
    seed: int = 7,
) -> tuple[list[HandReading], int]:
    """Readings of a script (without the switch's first position), and when the hands started."""
    clock = clock or SimulatedClock()
    world = World(clock, Scenario(hands=script, bounce_ms=bounce_ms, seed=seed))
    knobs = make(settings, Bench(clock, lambda: world))
    knobs.open()
    readings: list[HandReading] = []
    deaths: list[Exception] = []
    service = clock.serve(
        "knobs", lambda now: readings.extend(knobs.step(now)), PERIOD_NS, lambda _, error: deaths.append(error)
    )
    start_ns = clock.now_ns()
    world.hands.start(settings)
    clock.sleep_until_ns(start_ns + round(seconds * 1e9))
    while not world.hands.done and clock.now_ns() < start_ns + 20_000 * MS:  # a busy machine is late, not wrong
        clock.sleep_until_ns(clock.now_ns() + 100 * MS)
    assert world.hands.done
    service.stop()
    knobs.close()
    assert deaths == []
    return [reading for reading in readings if not isinstance(reading, Soul) or reading.t_ns > start_ns], start_ns


def detents(readings: list[HandReading], knob: str) -> list[int]:
    return [reading.detents for reading in readings if isinstance(reading, Turn) and reading.knob == knob]


def test_by_name() -> None:
    clock = SimulatedClock()
    knobs = make_knobs(SIM, Bench(clock, lambda: World(clock)))
    assert knobs.name == "knobs on GPIO (sim)"


@pytest.mark.parametrize("clock", [SimulatedClock(), SystemClock()], ids=["simulated", "system"])
def test_a_script_comes_out_exactly(clock: Clock) -> None:
    script = "0.02 dodge +6 at 60/s\n0.05 burn +4 at 50/s\n0.2 dodge -2 at 40/s\n0.3 burn tap\n0.3 record press 0.05\n"
    readings, start_ns = play(script, 0.5, clock=clock)
    assert detents(readings, "dodge") == [1] * 6 + [-1] * 2
    assert detents(readings, "burn") == [1] * 4
    presses = [reading for reading in readings if isinstance(reading, Press)]
    assert sorted((press.control, press.down) for press in presses) == [
        ("burn", False),
        ("burn", True),
        ("record", False),
        ("record", True),
    ]
    turn = next(reading for reading in readings if isinstance(reading, Turn))
    # the edge's own time, not that of the callback or of the step; the last raw edge may be its bounce
    slack_ns = 1 if isinstance(clock, SimulatedClock) else 2 * MS
    wanted_ns = start_ns + 20 * MS + round(1e9 / 60)
    assert 0 <= turn.t_ns - wanted_ns + slack_ns <= 2 * slack_ns + 0.3 * MS
    assert len(turn.edges_ns) >= 4
    assert all(before <= after for before, after in pairwise(turn.edges_ns))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("bounce_ms", [0.0, 0.3, 2.0, 5.0])
def test_a_fast_spin_with_bounce_loses_nothing(bounce_ms: float, seed: int) -> None:
    readings, _ = play("0.1 dodge +100 at 100/s\n1.2 dodge -60 at 120/s", 2.0, bounce_ms=bounce_ms, seed=seed)
    assert detents(readings, "dodge") == [1] * 100 + [-1] * 60


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("size", [1, 2, 4])
def test_every_kind_of_encoder(size: int, reverse: bool) -> None:
    pins = replace(SIM.dodge, reverse=reverse, edges_a_detent=size)  # type: ignore[arg-type]
    readings, _ = play("0.1 dodge +7\n1 dodge -5 at 10/s\n2 dodge +1", 2.3, replace(SIM, dodge=pins))
    assert sum(detents(readings, "dodge")) == 3
    assert [way for way, after in pairwise(detents(readings, "dodge")) if way != after] == [1, -1]


@pytest.mark.parametrize("bounce_ms", [0.0, 1.0, 4.9])
def test_buttons_answer_their_first_edge_once(bounce_ms: float) -> None:
    readings, start_ns = play("0.1 dodge tap\n0.5 both press 0.1\n0.8 burn double-tap", 1.5, bounce_ms=bounce_ms)
    presses = [(reading.control, reading.down) for reading in readings if isinstance(reading, Press)]
    assert presses[:4] == [("dodge", True), ("dodge", False), ("dodge", True), ("burn", True)]
    assert sorted(presses[4:6]) == [("burn", False), ("dodge", False)]  # let go together
    assert presses[6:] == [("burn", True), ("burn", False)] * 2
    assert readings[0].t_ns == start_ns + 100 * MS


def test_the_soul_switch() -> None:
    clock = SimulatedClock()
    world = World(clock, Scenario(hands="0.1 soul proof\n0.5 soul off\n0.9 soul set", bounce_ms=3.0))
    world.pins.set_level(SIM.soul_off, False, clock.now_ns())  # it stands at off before the driver looks
    knobs = make(SIM, Bench(clock, lambda: world))
    knobs.open()
    assert [reading.position for reading in knobs.step(clock.now_ns()) if isinstance(reading, Soul)] == ["off"]
    world.pins.set_level(SIM.soul_off, True, clock.now_ns())
    world.hands.start(SIM)
    seen: list[HandReading] = []
    clock.serve("knobs", lambda now: seen.extend(knobs.step(now)), PERIOD_NS, lambda *_: None)
    clock.sleep_until_ns(clock.now_ns() + 1_200 * MS)
    assert [reading.position for reading in seen if isinstance(reading, Soul)] == ["set", "proof", "off", "set"]


def test_a_burst_that_waited_is_decoded_with_its_own_times() -> None:
    clock = SimulatedClock()
    world = World(clock, Scenario(hands="0.0 burn +30 at 100/s"))
    knobs = GpioKnobs(SIM, Bench(clock, lambda: world))
    knobs.open()
    world.hands.start(SIM)
    clock.sleep_until_ns(clock.now_ns() + 1_000 * MS)  # nobody stepped the knobs meanwhile
    turns = [reading for reading in knobs.step(clock.now_ns()) if isinstance(reading, Turn)]
    assert len(turns) == 30
    apart = [(after.t_ns - before.t_ns) / MS for before, after in pairwise(turns)]
    assert apart == pytest.approx([10.0] * 29, abs=1.1)


def test_nothing_comes_after_close_and_it_opens_again() -> None:
    clock = SimulatedClock()
    world = World(clock, Scenario(hands="0.1 dodge +3"))
    knobs = make(SIM, Bench(clock, lambda: world))
    knobs.open()
    knobs.close()
    knobs.close()
    world.hands.start(SIM)
    clock.sleep_until_ns(clock.now_ns() + 500 * MS)
    assert knobs.step(clock.now_ns()) == []
    knobs.open()
    world.hands.start(SIM)
    clock.sleep_until_ns(clock.now_ns() + 500 * MS)
    assert detents(list(knobs.step(clock.now_ns())), "dodge") == [1, 1, 1]


def test_the_pins_keep_no_history() -> None:
    clock = SimulatedClock()
    world = World(clock)
    for number in range(1000):
        world.pins.set_level(17, bool(number % 2), number)
    assert len(world.pins.pin(17).states) == 0


def test_raw_edges_for_the_calibration() -> None:
    clock = SimulatedClock()
    world = World(clock)
    with ExitStack() as stack:
        edges = open_edges(SIM, Bench(clock, lambda: world), stack)
        world.pins.set_level(17, False, clock.now_ns())
        clock.sleep_until_ns(clock.now_ns() + 5 * MS)
        world.pins.set_level(17, True, clock.now_ns() - 2 * MS)
        assert edges.take() == [
            Edge(clock.now_ns() - 5 * MS, 17, False),
            Edge(clock.now_ns() - 2 * MS, 17, True),
        ]
    world.pins.set_level(17, False, clock.now_ns())
    assert edges.take() == []


def test_without_lgpio_it_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lgpio", None)
    monkeypatch.delitem(sys.modules, "gpiozero.pins.lgpio", raising=False)
    clock = SimulatedClock()
    knobs = make(KnobsSettings(), Bench(clock, lambda: World(clock)))
    with pytest.raises(LibraryMissing) as caught:
        knobs.open()
    assert str(caught.value) == (
        "knobs on GPIO: expected the library lgpio, got none: sudo apt install python3-lgpio (on a Pi), "
        "or use knobs.name keyboard, or the simulated rig (--sim)"
    )
    assert knobs.step(0) == []


def test_two_purposes_for_one_pin() -> None:
    clock = SimulatedClock()
    settings = replace(SIM, burn=KnobPins(a=17, b=23, push=24))
    with pytest.raises(BadInput) as caught:
        make(settings, Bench(clock, lambda: World(clock))).open()
    assert str(caught.value) == (
        "knobs.burn.a: expected a pin of its own, got 17, which knobs.dodge.a has: "
        "give one of them another pin (rig config --check)"
    )
