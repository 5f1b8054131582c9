"""The four-encoder board: the real driver on the simulated one, with all that the real one is known to do."""

from __future__ import annotations

import errno
from dataclasses import replace

import pytest

from drivers.errors import BadInput, DeviceLost, DeviceNotFound, WrongDevice
from drivers.knobs.seesaw import SeesawKnobs
from drivers.knobs.seesaw_board import signed32
from drivers.names import Bench, make_knobs
from drivers.readings import HandReading, Press, Soul, Turn
from drivers.settings import KnobPins, KnobsSettings
from drivers.sim.clock import SimulatedClock
from drivers.sim.script import parse_script
from drivers.sim.seesaw import SeesawQuad
from drivers.sim.world import SEESAW, World

SETTINGS = KnobsSettings(name="seesaw", bus="sim")


class Run:
    def __init__(self, settings: KnobsSettings = SETTINGS, board: SeesawQuad | None = None) -> None:
        self.clock = SimulatedClock()
        self.world = World(self.clock)
        if board is not None:
            self.world.bus.devices[SEESAW] = self.world.__dict__["seesaw"] = board
        self.settings = settings
        knobs = make_knobs(settings, Bench(self.clock, lambda: self.world))
        assert isinstance(knobs, SeesawKnobs)
        self.knobs = knobs

    @property
    def board(self) -> SeesawQuad:
        return self.world.seesaw

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

    def turn(self, encoder: int, detents: int) -> None:
        for _ in range(abs(detents)):
            for end, level in (("a", False), ("b", False), ("a", True), ("b", True)):
                self.board.set_contact(encoder, end if detents > 0 else {"a": "b", "b": "a"}[end], level)


@pytest.fixture
def run() -> Run:
    made = Run()
    made.knobs.open()
    return made


def turned(readings: list[HandReading], knob: str = "dodge") -> int:
    return sum(reading.detents for reading in readings if isinstance(reading, Turn) and reading.knob == knob)


def test_a_script_on_the_board_is_heard_as_it_was_played(run: Run) -> None:
    readings = run.play("0.1 dodge +12 at 100/s\n0.5 burn -3\n1 dodge tap\n1.3 burn tap\n1.6 record press", 2.0)
    assert (turned(readings), turned(readings, "burn")) == (12, -3)
    presses = [(one.control, one.down) for one in readings if isinstance(one, Press)]
    assert presses == [(name, down) for name in ("dodge", "burn", "record") for down in (True, False)]
    times = [one.t_ns for one in readings]
    assert times == sorted(times)


def test_a_detent_is_told_within_two_rounds_and_takes_no_time_of_the_step(run: Run) -> None:
    run.step(0.1)
    run.turn(1, 1)
    before_ns = run.clock.now_ns()
    readings = run.step(0.03)
    [turn] = [one for one in readings if isinstance(one, Turn)]
    assert before_ns <= turn.t_ns <= before_ns + 16_000_000
    before_ns = run.clock.now_ns()
    for _ in range(3):
        run.knobs.step(run.clock.now_ns())
    assert run.clock.now_ns() == before_ns


def test_the_fourth_push_steps_the_soul_which_is_told_at_first(run: Run) -> None:
    assert next(one for one in run.step(0.1) if isinstance(one, Soul)).position == "set"
    readings = run.play("0.1 soul proof\n1 soul off\n2 soul set\n3 soul off", 4.0)
    assert [one.position for one in readings if isinstance(one, Soul)] == ["proof", "off", "set", "proof", "off"]
    assert not [one for one in readings if isinstance(one, Press | Turn)]


def test_reverse_turns_the_knob_round() -> None:
    run = Run(replace(SETTINGS, dodge=replace(SETTINGS.dodge, reverse=True)))
    run.knobs.open()
    run.turn(0, 3)
    assert turned(run.step(0.1)) == -3
    # and hands that know how it is wired are heard as they meant it
    assert turned(run.play("0.1 dodge +4", 1.0)) == 4


@pytest.mark.parametrize(("late", "code"), [(False, errno.EREMOTEIO), (True, errno.EREMOTEIO), (True, errno.EIO)])
def test_a_lost_transaction_loses_no_detent(run: Run, late: bool, code: int) -> None:
    readings: list[HandReading] = []
    for _ in range(20):
        run.turn(0, 1)
        run.world.bus.fail(code, late=late)
        readings += run.step(0.1)
    assert turned(readings) == 20
    assert not [one for one in readings if isinstance(one, Press)]


def test_a_tenth_of_all_transactions_may_fail(run: Run) -> None:
    run.world.bus.fail_share(errno.EREMOTEIO, 0.1, seed=3)
    readings = run.play("0.1 dodge +60 at 30/s\n2.5 burn -40 at 30/s", 5.0)
    run.world.bus.heal()
    readings += run.step(0.5)
    assert (turned(readings), turned(readings, "burn")) == (60, -40)


def test_a_busy_board_is_asked_again(run: Run) -> None:
    run.turn(0, 2)
    run.board.busy = 4
    assert turned(run.step(0.4)) == 2


def test_stepped_too_often_it_waits_for_its_answer(run: Run) -> None:
    readings: list[HandReading] = []
    for number in range(3000):
        if number % 300 == 0:
            run.turn(0, 1)
        run.clock.sleep_until_ns(run.clock.now_ns() + 100_000)
        readings += run.knobs.step(run.clock.now_ns())
    assert turned(readings) == 10
    assert not [one for one in readings if isinstance(one, Press)]


def test_the_answer_to_the_question_before_is_not_believed(run: Run) -> None:
    run.turn(0, 3)
    run.step(0.1)
    run.board.thinks_ns = 6_000_000  # longer than a step: what is fetched is what the board had before
    run.turn(1, 2)
    readings = run.step(0.5)
    assert (turned(readings), turned(readings, "burn")) == (0, 2)
    assert not [one for one in readings if isinstance(one, Press)]


@pytest.mark.parametrize("function", [(0, 1), (0, 2), (0x11, 0x30), (0x11, 0x31), (0x01, 0x04)])
def test_what_another_program_asks_between_is_no_answer_of_ours(run: Run, function: tuple[int, int]) -> None:
    run.step(0.05)
    for number in range(30):
        run.board.write(bytes(function))
        assert run.step(0.004 * (2 + number % 3)) == []


def test_it_opens_on_a_bus_where_a_tenth_of_all_transactions_fail() -> None:
    run = Run()
    run.world.bus.fail_share(errno.EREMOTEIO, 0.1, seed=5)
    for _ in range(10):
        run.knobs.open()


def test_unplugged_it_is_lost_with_a_word_and_comes_back_without_a_jump(run: Run) -> None:
    run.turn(0, 5)
    assert turned(run.step(0.1)) == 5
    run.board.dead = True
    with pytest.raises(DeviceLost, match=r"^knobs on the seesaw board at 0x4a on the simulated bus no longer answers"):
        run.step(2.0)
    assert run.knobs.step(run.clock.now_ns()) == []
    with pytest.raises(DeviceNotFound, match=r"not found at 0x4a on the simulated bus: is it wired"):
        run.knobs.open()
    run.board.dead = False
    run.board.brown_out()
    run.knobs.open()
    assert [type(one) for one in run.step(0.5)] == [Soul]
    run.turn(0, -2)
    assert turned(run.step(0.1)) == -2


@pytest.mark.parametrize("before", [0, 1, -1, 700])
def test_a_board_that_begins_anew_is_lost_with_a_word_and_turns_nothing(run: Run, before: int) -> None:
    run.turn(0, before)
    assert turned(run.step(0.1)) == before
    run.board.brown_out()
    readings: list[HandReading] = []

    def until_lost() -> None:
        while True:
            run.clock.sleep_until_ns(run.clock.now_ns() + run.knobs.period_ns)
            readings.extend(run.knobs.step(run.clock.now_ns()))

    with pytest.raises(DeviceLost, match=r"expected encoder \d near \d+, got 0: the board began anew; is its supply"):
        until_lost()
    assert readings == []  # and no push is heard of pins without their pull-ups
    run.knobs.open()
    assert [type(one) for one in run.step(0.2)] == [Soul]


@pytest.mark.parametrize("before", [300, -40, 6])
def test_a_board_that_cannot_be_set_begins_anew_and_turns_and_pushes_nothing(before: int) -> None:
    run = Run(board=SeesawQuad(SimulatedClock(), first=0))
    run.board._clock = run.clock
    run.knobs.open()
    for _ in range(abs(before)):
        run.turn(0, 1 if before > 0 else -1)
        run.step(0.01)
    run.step(0.1)
    run.board.brown_out()
    readings: list[HandReading] = []

    def until_lost() -> None:
        while True:
            run.clock.sleep_until_ns(run.clock.now_ns() + run.knobs.period_ns)
            readings.extend(run.knobs.step(run.clock.now_ns()))

    with pytest.raises(DeviceLost, match="the board began anew; is its supply firm"):
        until_lost()
    assert readings == []
    run.knobs.open()
    assert [type(one) for one in run.step(0.2)] == [Soul]
    run.turn(0, 2)
    assert turned(run.step(0.1)) == 2


def test_the_soul_stays_where_it_was_when_the_board_comes_back(run: Run) -> None:
    run.play("0.1 soul proof", 0.6)
    run.knobs.close()
    run.knobs.open()
    assert [one.position for one in run.step(0.1) if isinstance(one, Soul)] == ["proof"]


@pytest.mark.parametrize(("first", "detents"), [(-0x80000000 + 2, 5), (0x7FFFFFFF - 2, -5)])
def test_positions_may_go_over_the_end_of_32_bits(first: int, detents: int) -> None:
    clock = SimulatedClock()
    run = Run(board=SeesawQuad(clock, first=first))
    run.board._clock = run.clock
    run.knobs.open()
    readings: list[HandReading] = []
    for _ in range(abs(detents)):
        run.turn(0, 1 if detents > 0 else -1)
        readings += run.step(0.05)
    assert turned(readings) == detents
    assert signed32(run.board.positions[0]) * detents > 0  # it went over


def test_a_push_held_down_while_it_opens_counts_once_pressed_again() -> None:
    run = Run()
    run.board.set_contact(0, "push", False)
    run.knobs.open()
    assert [type(one) for one in run.step(0.2)] == [Soul]
    run.board.set_contact(0, "push", True)
    run.step(0.1)
    run.board.set_contact(0, "push", False)
    assert [one.down for one in run.step(0.1) if isinstance(one, Press)] == [True]


def test_another_board_is_told_from_it() -> None:
    run = Run()
    run.world.bus.devices[SEESAW] = SeesawQuad(run.clock, product=4991)
    with pytest.raises(WrongDevice, match=r"expected product 5752 on an ATtiny817 \(0x87\), got product 4991"):
        run.knobs.open()
    run.world.bus.devices[SEESAW] = SeesawQuad(run.clock, hardware_id=0x55)
    with pytest.raises(WrongDevice, match=r"got product 5752, hardware 0x55: is another board"):
        run.knobs.open()
    tiny_gsr = Run(replace(SETTINGS, address=0x49))  # a TLA2022 is where the board usually is
    with pytest.raises(WrongDevice, match=r"at 0x49 on the simulated bus: expected product 5752"):
        tiny_gsr.knobs.open()


def test_an_address_it_cannot_have_is_refused() -> None:
    with pytest.raises(BadInput, match=r"knobs.address: expected 0x49 to 0x50 \(0 is the first\), got 0x36"):
        Run(replace(SETTINGS, address=0x36)).knobs.open()


def test_pins_in_the_settings_do_not_matter() -> None:
    run = Run(replace(SETTINGS, dodge=KnobPins(1, 1, 1), record=1))
    run.knobs.open()
    assert turned(run.play("0.1 dodge +2", 0.5)) == 2
