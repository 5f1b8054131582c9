"""What the hand hears: zero, an aim, record, a lost pulse; each once, and nothing while it is muted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from shooting import shoot

from drivers.interfaces import Tick
from drivers.readings import Frame, Press, Reading, Turn
from drivers.settings import TickSettings
from rig.body.meaning import Body
from rig.build import Built, simulated
from rig.config import Config
from rig.decide import Decider, Moment
from rig.grade.look import Look
from rig.hands.place import HandPlace
from rig.hands.state import HandState
from rig.service import Stop
from rig.ticks import Ticks

S = 1_000_000_000


class Seen:
    """Moments of a frame that never changes."""

    def __init__(self) -> None:
        decider = Decider(Look(), ())
        self._any = decider.decide(decider.see(Frame(0, 0, np.full((54, 64), 100, np.uint8))), [])
        self.ticks = Ticks()
        self.t_ns = 0

    def __call__(
        self, hands: HandState | None = None, body: Body | None = None, recording: bool = False, *readings: Reading
    ) -> list[Tick]:
        self.t_ns += S // 30
        moment: Moment = replace(
            self._any, hands=hands or HandState(), body=body or Body(), readings=readings, movements=()
        )
        return self.ticks.add(moment, self.t_ns, recording)

    def for_s(self, seconds: float, body: Body) -> list[Tick]:
        return [tick for _ in range(round(seconds * 30)) for tick in self(None, body)]


def test_zero_is_told_where_something_comes_to_rest_and_not_while_it_turns() -> None:
    seen = Seen()
    turned = replace(HandState(), dodge_stops=0.5, burn_stops=1.0, ev=-0.5)
    assert seen() == seen(turned) == seen(replace(turned, dodge_stops=0.25)) == []
    assert seen(replace(turned, dodge_stops=0.0)) == ["zero"]
    assert seen(replace(turned, dodge_stops=0.0, ev=0.0)) == ["zero"]
    assert seen(replace(turned, dodge_stops=0.0, ev=0.0)) == []


def test_what_an_undo_brings_back_is_no_hand_s_zero() -> None:
    seen = Seen()
    decider = Decider(Look(), ())
    for t_ns, readings in ((0, [Turn(0, "dodge", 6)]), (S, [Press(S, "undo", True), Press(S, "undo", False)])):
        frame = Frame(t_ns, 0, np.full((54, 64), 100, np.uint8))
        moment = decider.decide(decider.see(frame), readings)
        assert seen.ticks.add(moment, t_ns, recording=False) == []
    assert moment.hands.dodge_stops == 0.0


def test_each_step_of_a_walk_and_each_tap_is_an_aim() -> None:
    seen = Seen()
    hands = HandState()
    seen(hands)
    for aim in (4.0, 5.0, None):
        assert seen(replace(hands, dodge_aim=aim)) == ["aim"]
    tapped = replace(hands, dodge_aim=None, dodge_place=HandPlace(number=1))
    assert seen(tapped) == ["aim"]
    assert seen(tapped) == []


def test_record_is_told_when_it_has_really_begun_and_ended() -> None:
    seen = Seen()
    assert [seen(None, None, on) for on in (False, True, True, False)] == [[], ["record"], [], ["record"]]


def test_a_pulse_that_was_there_and_is_lost_is_told_once() -> None:
    seen = Seen()
    good, gone = Body(heart_rate_bpm=70.0, sqi=0.9), Body()
    assert seen.for_s(5.0, gone) == []  # there never was one
    assert seen.for_s(2.0, good) + seen.for_s(5.0, gone) == []  # not for long enough to be missed
    assert seen.for_s(4.0, good) + seen.for_s(1.5, gone) + seen.for_s(4.0, good) == []  # it came back
    assert seen.for_s(10.0, gone) == ["lost"]
    assert seen.for_s(4.0, good) + seen.for_s(10.0, gone) == ["lost"]


def test_muted_it_says_nothing_and_unmuted_nothing_that_was() -> None:
    seen = Seen()
    turned = replace(HandState(), dodge_stops=0.5)
    seen(turned)
    assert seen(HandState(), None, True, Press(1, "mute", True)) == []
    assert seen(HandState(), None, True, Press(2, "mute", False)) == []
    assert seen(turned, None, True) + seen(HandState(), None, True) == ["zero"]


def test_on_the_simulated_rig_the_pin_ticks(tmp_path: Path) -> None:
    config = simulated(Config(tick=TickSettings(name="buzzer")))
    pins = []

    def prepare(built: Built, stop: Stop) -> None:
        pins.append(built.world().pins.pin(12))
        clock = built.shoot.clock
        ends_ns = clock.now_ns() + 6 * S
        clock.serve("end", lambda now_ns: stop.ask() if now_ns > ends_ns else None, S // 10, lambda name, error: None)

    shoot(tmp_path, None, "1 dodge +2\n2 dodge -2\n3 record press\n4 record press\n", config=config, prepare=prepare)
    heard = [value for _, value in pins[0].driven]
    assert heard.count(1) == 3  # zero, record, record
    assert heard[-1] == 0
