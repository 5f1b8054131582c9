"""Whole shoots on the simulated rig: what is kept, what is shown, what failing devices do to it (nothing)."""

from __future__ import annotations

import errno
import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from shooting import shoot

from drivers.readings import Frame, Turn
from drivers.sim.scenario import HeartChange
from rig.build import Built
from rig.decide import Decider
from rig.reprint import recorded_looks, shown_looks
from rig.service import Stop
from rig.session.entries import BeatEntry, FaultEntry, FrameEntry, GestureEntry, TurnEntry
from rig.session.summary import summarise
from rig.session.verify import verify

SCRIPT = """
0.5 dodge +6
2.0 burn +9 at 40/s
3.0 dodge tap
4.0 burn -2
5.0 dodge hold 0.4
"""


@pytest.mark.slow
def test_four_minutes_at_64x36(tmp_path: Path) -> None:
    shot = shoot(tmp_path, 240.0, SCRIPT, keep_prints=False, heart=[HeartChange(0, 64), HeartChange(120, 92)])
    (take,) = shot.takes
    assert verify(take.path) == []
    summary = summarise(take)
    assert summary.frames == 7_200
    assert summary.dropped == {}
    assert not summary.faults
    assert {knob: turned.sum_detents for knob, turned in summary.turns.items()} == {"dodge": 6, "burn": 7}
    # two minutes at 64 and two at 92 beats/min are 312 beats
    assert summary.beats == pytest.approx(312, abs=8)


def test_the_take_says_which_look_each_frame_had_and_it_can_be_made_again(tmp_path: Path) -> None:
    shot = shoot(tmp_path, 8.0, SCRIPT)
    (take,) = shot.takes
    shown = [made.look for made in shown_looks(take)]
    assert shown == [print_.look for print_ in shot.page.prints]
    assert [made.look for made in recorded_looks(take)] == shown
    assert shown[-1].dodge.stops == pytest.approx(0.5)
    assert shown[-1].burn.stops == pytest.approx(7 / 12)


def test_arousal_cools_the_print_and_the_recorded_signals_say_why(tmp_path: Path) -> None:
    shot = shoot(tmp_path, 75.0, heart=[HeartChange(0, 62), HeartChange(40, 96)])
    (take,) = shot.takes
    mireds = [print_.look.temperature.mired for print_ in shot.page.prints]
    coolest = min(mireds)
    assert -5.0 <= coolest < -1.5
    steps = [abs(b - a) for a, b in itertools.pairwise(mireds)]
    assert max(steps) < 0.7, "the print jumped"
    at = mireds.index(coolest)
    arousal = take.frames()[at].signals["body.arousal"]
    assert arousal is not None
    assert arousal > 0.3


def test_the_record_button_makes_takes_and_the_rig_goes_on(tmp_path: Path) -> None:
    script = "1 record press\n4 record press\n6 record press\n8 record press\n9 dodge +1\n"

    def stop_later(built: Built, stop: Stop) -> None:
        built.shoot.clock.serve("end", lambda now: now > end_ns and stop.ask(), 10_000_000, lambda name, error: None)

    from drivers.sim.clock import SimulatedClock

    end_ns = SimulatedClock().now_ns() + 10_000_000_000
    shot = shoot(tmp_path, None, script, prepare=stop_later)
    assert [round(summarise(take).duration_s) for take in shot.takes] == [3, 2]
    assert all(verify(take.path) == [] for take in shot.takes)
    assert len({take.start.session_id for take in shot.takes}) == 1


def test_a_pulse_sensor_that_dies_and_comes_back_never_costs_a_frame(tmp_path: Path) -> None:
    def unplug(built: Built, stop: Stop) -> None:
        clock = built.shoot.clock
        start_ns = clock.now_ns()
        done: list[str] = []

        def step(now_ns: int) -> None:
            bus = built.world().bus
            if now_ns - start_ns > 10e9 and not done:
                done.append("out")
                bus.fail(errno.EREMOTEIO, 10_000)
            if now_ns - start_ns > 16e9 and done == ["out"]:
                done.append("in")
                bus.heal()

        clock.serve("cable", step, 100_000_000, lambda name, error: pytest.fail(str(error)))

    shot = shoot(tmp_path, 40.0, prepare=unplug)
    (take,) = shot.takes
    assert summarise(take).frames == 1200
    faults = list(take.entries(FaultEntry))
    assert [fault.recovered for fault in faults] == [False, True]
    assert "0x57" in faults[0].message
    assert shot.page.faults[0][2] is False
    rates = [moment.body.heart_rate_bpm for moment in shot.page.moments]
    assert rates[30 * 9] is not None
    assert rates[30 * 15] is None
    assert rates[-1] is not None
    beats = [beat.t_ns for beat in take.entries(BeatEntry)]
    assert beats == sorted(beats)


def test_every_scripted_detent_is_on_the_timeline_with_its_edges(tmp_path: Path) -> None:
    shot = shoot(tmp_path, 6.0, "1 dodge +12 at 60/s\n2 burn +5 at 100/s\n3 burn -5 at 100/s\n")
    turns = list(shot.takes[0].entries(TurnEntry))
    assert sum(turn.detents for turn in turns if turn.knob == "dodge") == 12
    assert sum(abs(turn.detents) for turn in turns if turn.knob == "burn") == 10
    assert all(len(turn.edges_ns) >= 4 for turn in turns)
    assert all(turn.edges_ns[-1] == turn.t_ns for turn in turns)
    readings = [reading for moment in shot.page.moments for reading in moment.readings if isinstance(reading, Turn)]
    assert len(readings) == len(turns)


def test_no_room_is_said_and_the_shoot_goes_on(tmp_path: Path) -> None:
    (tmp_path / "takes").write_text("in the way")

    def stop_later(built: Built, stop: Stop) -> None:
        start_ns = built.shoot.clock.now_ns()
        built.shoot.clock.serve(
            "end", lambda now: now > start_ns + 3_000_000_000 and stop.ask(), 10_000_000, lambda name, error: None
        )

    shot = shoot(tmp_path, None, "1 record press\n", prepare=stop_later)
    assert shot.takes == []
    assert len(shot.page.prints) >= 85
    ((where, message, recovered),) = shot.page.faults
    assert (where, recovered) == ("takes", False)
    assert "takes" in message


def test_what_the_hands_did_is_told_gesture_by_gesture(tmp_path: Path) -> None:
    shot = shoot(tmp_path, 8.0, SCRIPT + "6 both press 0.1\n")
    told = [(entry.kind, entry.knob, entry.detents) for entry in shot.takes[0].entries(GestureEntry)]
    assert told == [
        ("turn", "dodge", 6),
        ("turn", "burn", 9),
        ("tap", "dodge", 0),
        ("turn", "burn", -2),
        ("hold", "dodge", 0),
        ("undo", None, 0),
    ]
    states = [moment.hands for moment in shot.page.moments]
    assert states[-1].burn_stops == pytest.approx(9 / 12), "both pressed takes the last turn back"
    assert any(state.bare for state in states)


def test_with_frames_that_were_not_kept_the_looks_are_made_again_all_the_same(tmp_path: Path) -> None:
    def lose_some(built: Built, stop: Stop) -> None:
        recorder = built.shoot.keeper.recorder
        keep, seen = recorder.frame, []

        def sometimes(frame: Frame, entry: FrameEntry) -> bool:
            seen.append(frame.index)
            return len(seen) % 50 < 35 and keep(frame, entry)

        recorder.frame = sometimes  # type: ignore[method-assign]
        decider = built.shoot.decider
        look = replace(decider.look, auto=replace(decider.look.auto, strength=0.8))
        built.shoot.decider = Decider(look, decider.routes, auto={"auto.ev": -1.0})  # it has a way to go

    shot = shoot(tmp_path, 45.0, heart=[HeartChange(0, 62), HeartChange(20, 100)], prepare=lose_some)
    (take,) = shot.takes
    shown = [made.look for made in shown_looks(take)]
    assert 800 < len(shown) < 1000
    assert len({look.temperature.mired for look in shown}) > 20, "the route has to move for this"
    assert len({look.exposure.ev for look in shown}) > 1, "and so does the automatic light"
    assert [made.look for made in recorded_looks(take)] == shown


def test_the_camera_is_held_only_while_a_take_is_under_way(tmp_path: Path) -> None:
    calls: list[str] = []

    def listen(built: Built, stop: Stop) -> None:
        camera = built.shoot.camera
        camera.lock = lambda: calls.append("lock")  # type: ignore[method-assign]
        camera.unlock = lambda: calls.append("unlock")  # type: ignore[method-assign]
        start_ns = built.shoot.clock.now_ns()
        built.shoot.clock.serve(
            "end", lambda now: now > start_ns + 6_000_000_000 and stop.ask(), 10_000_000, lambda name, error: None
        )

    shoot(tmp_path, None, "1 record press\n2 record press\n3 record press\n4 record press\n", prepare=listen)
    assert calls == ["lock", "unlock", "lock", "unlock"]
    calls.clear()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "takes").write_text("in the way")
    shoot(tmp_path / "other", None, "1 record press\n", prepare=listen)
    assert calls == []
