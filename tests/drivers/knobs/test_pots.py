"""Potentiometers as knobs: the real driver on the simulated ADS1115 and pins, beside those it shares them with."""

from __future__ import annotations

import errno
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from drivers.errors import BadInput, DeviceLost, DeviceNotFound
from drivers.knobs.pots import DETENTS
from drivers.knobs.wiper import Wiper
from drivers.names import Bench, make_grip, make_knobs, make_skin
from drivers.readings import Grip, HandReading, Press, Skin, Slide, Soul
from drivers.settings import GripSettings, KnobsSettings, SkinSettings
from drivers.sim.ads1115 import Ads1115
from drivers.sim.clock import SimulatedClock
from drivers.sim.script import parse_script
from drivers.sim.world import World
from rig.hands.curves import detents_of

SETTINGS = KnobsSettings(name="pots", bus="sim", pins="sim")
STEP_NS = 8_000_000


class Run:
    def __init__(self, settings: KnobsSettings = SETTINGS) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        self.bench = Bench(self.clock, lambda: self.world)
        self.settings = settings
        self.knobs = make_knobs(settings, self.bench)

    def step(self, seconds: float) -> list[HandReading]:
        readings: list[HandReading] = []
        end_ns = self.clock.now_ns() + round(seconds * 1e9)
        while self.clock.now_ns() < end_ns:
            self.clock.sleep_until_ns(self.clock.now_ns() + self.knobs.period_ns)
            readings += self.knobs.step(self.clock.now_ns())
        return readings

    def play(self, script: str, seconds: float) -> list[HandReading]:
        self.world.hands.play(parse_script(script), self.settings)
        return self.step(seconds)

    @property
    def chip(self) -> Ads1115:
        chip = self.world.bus.devices[0x48]
        assert isinstance(chip, Ads1115)
        return chip


@pytest.fixture
def run() -> Run:
    made = Run()
    made.knobs.open()
    return made


def places(readings: list[HandReading], knob: str = "dodge") -> list[float]:
    return [one.position for one in readings if isinstance(one, Slide) and one.knob == knob]


def hear(wiper: Wiper, shares: list[float]) -> list[float]:
    told = (wiper.hear(n * STEP_NS, share * 3.3) for n, share in enumerate(shares))
    return [one for one in told if one is not None]


def test_where_they_stand_is_told_once_at_the_start(run: Run) -> None:
    run.world.pots["dodge"].put(0.25)
    run.world.pots["burn"].put(0.75)
    readings = run.step(3.0)
    assert places(readings) == [pytest.approx(0.25, abs=0.01)]
    assert places(readings, "burn") == [pytest.approx(0.75, abs=0.01)]
    assert [one.position for one in readings if isinstance(one, Soul)] == ["set"]


def test_a_script_moves_them_as_it_moves_encoders(run: Run) -> None:
    run.step(0.2)
    readings = run.play("0.1 dodge +6\n1 burn +18\n2.5 burn -6\n3.2 dodge tap\n3.5 record press\n4 soul proof", 4.5)
    dodge, burn = places(readings), places(readings, "burn")
    assert [round(one * DETENTS["dodge"]) for one in (dodge[-1], max(dodge))] == [6, 6]
    assert [round(one * DETENTS["burn"]) for one in (max(burn), burn[-1])] == [18, 12]
    assert [(one.control, one.down) for one in readings if isinstance(one, Press)] == [
        ("dodge", True),
        ("dodge", False),
        ("record", True),
        ("record", False),
    ]
    assert [one.position for one in readings if isinstance(one, Soul)] == ["proof"]
    times = [one.t_ns for one in readings]
    assert times == sorted(times)


def test_the_ends_are_reached_exactly(run: Run) -> None:
    run.world.pots["dodge"].put(0.5)
    run.step(0.2)
    readings = run.play("0.1 dodge +15\n2 dodge -30", 4.5)
    assert max(places(readings)) == 1.0
    assert places(readings)[-1] == 0.0


def test_reverse_turns_them_round() -> None:
    run = Run(replace(SETTINGS, burn=replace(SETTINGS.burn, reverse=True)))
    run.world.pots["burn"].put(0.25)
    run.knobs.open()
    assert places(run.step(0.2), "burn") == [pytest.approx(0.75, abs=0.01)]
    assert places(run.play("0.1 burn +3", 0.6), "burn")[-1] == pytest.approx(0.75 + 3 / 36, abs=0.01)


def test_a_move_is_told_soon(run: Run) -> None:
    run.world.pots["dodge"].put(0.5)
    run.step(0.2)
    began_ns = run.clock.now_ns()
    run.world.pots["dodge"].put(0.5 + 1 / 24)
    [first, *_] = [one for one in run.step(0.2) if isinstance(one, Slide)]
    assert first.t_ns - began_ns <= 32_000_000


def test_how_fine_a_move_is_told_is_as_fine_as_the_hands_count() -> None:
    assert {"dodge": detents_of("dodge"), "burn": detents_of("burn")} == DETENTS


def test_trembling_of_less_than_half_a_detent_is_no_move() -> None:
    noise = np.random.default_rng(5).uniform(-0.3 / 24, 0.3 / 24, 2000)
    assert len(hear(Wiper(3.3, 24), [0.5 + float(one) for one in noise])) == 1


def test_one_odd_sample_is_dirt() -> None:
    shares = [0.5] * 50
    shares[20], shares[30] = 0.0, 1.0
    assert hear(Wiper(3.3, 24), shares) == [pytest.approx(0.5)]


@pytest.mark.parametrize("end", [0.0, 0.004, 0.014])
def test_an_end_is_an_end_whatever_its_resistance(end: float) -> None:
    up = [*[end] * 5, *np.linspace(end, 1.0 - end, 100), *[1.0 - end] * 20]
    told = hear(Wiper(3.3, 36), [*up, *up[::-1], *[end] * 20])
    assert (told[0], max(told), told[-1]) == (0.0, 1.0, 0.0)


@pytest.mark.parametrize("rest", list(np.linspace(0.3, 0.35, 7)))
def test_where_it_comes_to_rest_is_told_and_then_nothing_more(rest: float) -> None:
    told = hear(Wiper(3.3, 36), [*[0.1] * 10, *np.linspace(0.1, rest, 40), *[rest] * 20])
    assert told[-1] == pytest.approx((rest - 0.015) / 0.97, abs=0.25 / 36)
    assert all(abs(b - a) > 0.25 / 36 for a, b in pairwise(told[:-1]))


def test_skin_grip_and_potentiometers_share_one_chip_and_never_read_each_other() -> None:
    run = Run()
    run.world.pots["dodge"].put(0.5)
    run.world.pots["burn"].put(0.75)
    skin = make_skin(SkinSettings(name="grove", bus="sim"), run.bench)
    grip = make_grip(GripSettings(name="fsr", bus="sim"), run.bench)
    sensors = [run.knobs, skin, grip]
    for sensor in sensors:
        sensor.open()
    due = [run.clock.now_ns()] * 3
    got: list[object] = []
    end_ns = run.clock.now_ns() + 10_000_000_000
    while min(due) < end_ns:
        next_one = due.index(min(due))
        run.clock.sleep_until_ns(due[next_one])
        got += sensors[next_one].step(run.clock.now_ns())
        due[next_one] += sensors[next_one].period_ns
    skins = np.concatenate([one.conductance_us for one in got if isinstance(one, Skin)])
    truth = [run.world.skin.conductance_us(t / 100.0) for t in range(1000)]
    assert len(skins) > 150
    assert min(truth) - 0.2 < skins.min() <= skins.max() < max(truth) + 0.2
    forces = np.concatenate([one.force_n for one in got if isinstance(one, Grip)])
    assert len(forces) > 400
    assert 3.5 < forces.min() <= forces.max() < 4.5
    slides = [one for one in got if isinstance(one, Slide)]
    assert {one.knob: one.position for one in slides} == pytest.approx({"dodge": 0.5, "burn": 0.75}, abs=0.01)
    assert len(slides) == 2
    run.world.pots["burn"].put(0.9)
    moved_ns = run.clock.now_ns()
    while not (told := run.step(0.004)):
        for sensor in (skin, grip):
            sensor.step(run.clock.now_ns())
    assert told[0].t_ns - moved_ns < 60_000_000


def test_a_bus_that_fails_now_and_then_moves_nothing(run: Run) -> None:
    run.world.pots["dodge"].put(0.5)
    run.step(0.2)
    run.world.bus.fail_share(errno.EREMOTEIO, 0.1, seed=1)
    assert places(run.step(3.0)) == []


def test_a_brown_out_moves_nothing(run: Run) -> None:
    run.world.pots["dodge"].put(0.5)
    run.step(0.2)
    for _ in range(20):
        run.chip.brown_out()
        assert places(run.step(0.0501)) == []


def test_unplugged_it_is_lost_with_a_word_and_comes_back() -> None:
    run = Run()
    run.knobs.open()
    run.step(0.2)
    chip = run.world.bus.devices.pop(0x48)
    with pytest.raises(DeviceLost, match=r"^knobs on potentiometers at 0x48 on the simulated bus no longer answers"):
        run.step(2.0)
    assert run.knobs.step(run.clock.now_ns()) == []
    with pytest.raises(DeviceNotFound, match=r"^knobs on potentiometers not found at 0x48"):
        run.knobs.open()
    run.world.bus.devices[0x48] = chip
    run.knobs.open()
    assert places(run.step(0.2)) == [0.0]


def test_each_has_an_input_and_a_pin_of_its_own() -> None:
    with pytest.raises(BadInput, match=r"knobs.burn_input: expected an input of its own, got 1, which dodge_input has"):
        Run(replace(SETTINGS, burn_input=1)).knobs.open()
    with pytest.raises(BadInput, match=r"knobs.record: expected a pin of its own, got 27, which knobs.dodge.push has"):
        Run(replace(SETTINGS, record=27)).knobs.open()
    Run(replace(SETTINGS, record=17)).knobs.open()  # A of an encoder that is not there
