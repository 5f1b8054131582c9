"""The hands' manner moment by moment: early, smooth, the same however often it is asked for."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from pointing import Person, S, bell, play, someone

from drivers.readings import Grip, Knob, Motion, Press, Slide, Soul, Turn
from rig.hands.manner_reader import MannerReader
from rig.hands.meaning import Manner


def stroke(start_s: float, detents: int, knob: Knob = "dodge", hz: float = 12.0) -> list[Turn]:
    person = Person(Random(4), noise=0.0, bounce=0.0)
    return person.turns(person.stroke(start_s, detents, hz), knob)


def stopped(start_s: float, detents: int, of: int, hz: float = 12.0) -> list[Turn]:
    """The first detents of a move that was meant to be of more."""
    return [Turn(round((start_s + t_s) * S), "dodge", 1) for t_s in bell(of, of / hz)[:detents]]


def played(turns: list[Turn], until_s: float, hz: float = 30.0) -> dict[float, Manner]:
    reader, left, manners = MannerReader(), list(turns), {}
    for frame in range(int(until_s * hz) + 1):
        now_ns = round(frame / hz * S)
        while left and left[0].t_ns <= now_ns:
            reader.add(left.pop(0), now_ns, 3.0)
        reader.tick(now_ns)
        manners[round(frame / hz, 3)] = reader.read(now_ns)
    return manners


def near(manners: dict[float, Manner], at_s: float) -> Manner:
    return manners[min(manners, key=lambda t_s: abs(t_s - at_s))]


def test_a_hesitation_is_known_during_the_pause_and_sure_when_the_move_goes_on() -> None:
    first = stopped(1.0, 12, of=20)
    end_s = first[-1].t_ns / S
    manners = played(first + stroke(end_s + 0.8, 8), end_s + 6)
    assert near(manners, end_s).hesitation < 0.05
    assert near(manners, end_s + 0.3).hesitation > 0.25
    assert 0.45 < near(manners, end_s + 0.75).hesitation < 0.9
    assert near(manners, end_s + 1.3).hesitation > 0.85
    assert near(manners, end_s + 5.5).hesitation < 0.1


def test_at_the_end_of_a_move_it_stays_low() -> None:
    for detents in (12, 18, 24):
        turns = stroke(1.0, detents)
        assert max(manner.hesitation for manner in played(turns, 8.0).values()) < 0.35, detents


def test_a_hand_stopped_in_the_midst_is_told_from_one_that_has_arrived() -> None:
    def at_half_a_second(turns: list[Turn]) -> float:
        return near(played(turns, 6.0), turns[-1].t_ns / S + 0.5).hesitation

    for seed in range(8):
        person = Person(Random(seed), noise=0.05, bounce=0.0)
        whole = person.turns(person.stroke(1.0, 20, 12.0))
        assert at_half_a_second(whole[:12]) > at_half_a_second(whole) + 0.2, seed


def test_a_turn_back_or_a_single_correction_after_the_pause_is_no_hesitation() -> None:
    first = stopped(1.0, 12, of=20)
    end_s = first[-1].t_ns / S
    for after in (stroke(end_s + 0.7, -6), stroke(end_s + 0.7, 1)):
        manners = played(first + after, end_s + 4)
        later = [manner.hesitation for t_s, manner in manners.items() if t_s > end_s + 0.75]
        assert max(later) < 0.87
        assert later[-1] < 0.05


@pytest.mark.parametrize("kind", ["flick", "lean-in", "nudge"])
def test_what_is_none_shows_none(kind: str) -> None:
    for seed in range(5):
        turns, _ = play(kind, someone(seed))
        manners = played(turns, turns[-1].t_ns / S + 3)
        assert max(manner.hesitation for manner in manners.values()) < 0.4, (kind, seed)


def test_lingering_comes_after_the_move_stays_through_corrections_and_goes() -> None:
    turns = stroke(1.0, 9)
    end_s = turns[-1].t_ns / S
    corrected = played(turns + stroke(end_s + 4.0, 1), end_s + 20)
    assert near(corrected, end_s + 1.1).lingering == 0.0
    assert near(corrected, end_s + 5.5).lingering > 0.8
    assert near(corrected, end_s + 9.0).lingering > 0.95  # the correction has made it longer
    assert near(corrected, end_s + 19.0).lingering < 0.05
    moved = played(turns + stroke(end_s + 4.0, 6), end_s + 8)
    assert near(moved, end_s + 5.2).lingering < 0.25


def test_a_hand_that_may_have_left_lingers_little_and_not_for_long() -> None:
    turns = stroke(1.0, 9)
    end_s = turns[-1].t_ns / S
    manners = played(turns, end_s + 12)
    assert 0.1 < max(manner.lingering for manner in manners.values()) < 0.34
    assert near(manners, end_s + 4.0).lingering < 0.05
    assert near(manners, end_s + 8.0).lingering == 0.0


def test_a_grip_or_a_tremor_tells_that_the_hand_is_still_there() -> None:
    def lingering(force_n: float, tremble: float) -> float:
        """Two and a half seconds after a move, by what a resistor and an inertial sensor feel meanwhile."""
        reader, turns = MannerReader(), stroke(1.0, 9)
        end_ns = turns[-1].t_ns
        noise = np.random.default_rng(3).normal(0.0, 0.02, (800, 3))
        for at in range(0, 800, 2):
            t_ns = (np.arange(at, at + 2) * 10_000_000).astype(np.int64)
            while turns and turns[0].t_ns <= t_ns[0]:
                reader.add(turns.pop(0), int(t_ns[0]), 3.0)
            pull = noise[at : at + 2] + [[tremble * np.sin(2 * np.pi * 10 * t / S), 0.0, 9.81] for t in t_ns]
            reader.add(Motion(t_ns, pull.astype(np.float32), np.zeros((2, 3), np.float32)), int(t_ns[-1]))
            reader.add(Grip(t_ns, np.full(2, force_n, np.float32)), int(t_ns[-1]))
            if t_ns[-1] >= end_ns + 2.5 * S:
                return reader.read(int(t_ns[-1])).lingering
        raise AssertionError

    assert lingering(0.0, 0.0) < 0.34
    assert lingering(4.0, 0.0) > 0.75
    assert lingering(0.0, 0.2) > 0.75


def test_a_push_or_the_other_knob_ends_the_lingering_and_a_look_at_the_negative_does_not() -> None:
    turns = stroke(1.0, 9)
    end_ns = turns[-1].t_ns
    turns += stroke((end_ns + 2 * S) / S, 1)
    for own_knob_s in (0.08, 0.6, None):
        reader = MannerReader()
        for turn in turns:
            reader.add(turn, turn.t_ns)
        assert reader.read(end_ns + 5 * S).lingering > 0.9
        if own_knob_s is None:
            reader.add(Turn(end_ns + 5 * S, "burn", 1), end_ns + 5 * S)
        else:
            reader.add(Press(end_ns + 5 * S, "dodge", True), end_ns + 5 * S)
            reader.add(Press(end_ns + round((5 + own_knob_s) * S), "dodge", False), end_ns + 6 * S)
        later = reader.read(end_ns + 9 * S).lingering
        assert later > 0.9 if own_knob_s == 0.6 else later < 0.05, own_knob_s
    reader.add(Press(end_ns + 9 * S, "record", True), end_ns + 9 * S)
    assert reader.read(end_ns + 10 * S).lingering < 0.05


def test_small_slow_steps_after_stillness_lean_in() -> None:
    slow = [Turn(round((4.0 + 0.4 * number) * S), "burn", -1) for number in range(6)]
    manners = played(slow, 12.0)
    assert near(manners, 4.3).leaning == 0.0
    assert near(manners, 6.2).leaning > 0.8
    assert near(manners, 11.5).leaning < 0.05


def test_nothing_jumps_from_frame_to_frame() -> None:
    for kind in ("sweep", "hesitate", "linger", "reverse", "flick", "lean-in"):
        for seed in range(4):
            turns, _ = play(kind, someone(seed))
            manners = list(played(turns, turns[-1].t_ns / S + 10).values())
            for name in ("hesitation", "lingering", "leaning"):
                values = [getattr(manner, name) for manner in manners]
                assert max(abs(b - a) for a, b in pairwise(values)) < 0.3, (kind, name)
                assert all(0.0 <= value <= 1.0 for value in values)


def test_how_often_it_is_asked_for_makes_no_difference() -> None:
    turns, _ = play("hesitate", someone(3))
    often, seldom = played(turns, 8.0, hz=60.0), played(turns, 8.0, hz=10.0)
    for t_s in seldom:
        # smoothness glides from when its movement was told; all else from the readings' own times
        assert replace(near(often, t_s), smoothness=None) == replace(seldom[t_s], smoothness=None), t_s


def test_tempo_is_detents_a_second() -> None:
    even = [Turn(round((1.0 + number / 15) * S), "dodge", 1) for number in range(30)]
    manners = played(even, 5.0)
    assert near(manners, 2.5).tempo_hz == pytest.approx(15.0, abs=2.0)
    assert near(manners, 5.0).tempo_hz < 0.01


def test_bounce_is_no_tempo_and_no_turn_back() -> None:
    clean = stroke(1.0, 12)
    dirty = [
        *clean[:6],
        Turn(clean[5].t_ns + 1_000_000, "dodge", -1),
        Turn(clean[5].t_ns + 2_000_000, "dodge", 1),
        *clean[6:],
    ]
    for t_s, manner in played(dirty, 6.0).items():
        there = near(played(clean, 6.0), t_s) if t_s in (1.9, 2.5, 4.0) else None
        if there is not None:
            assert manner.tempo_hz == pytest.approx(there.tempo_hz)
            assert manner.hesitation == pytest.approx(there.hesitation)


def test_smoothness_is_of_the_last_movement() -> None:
    turns = stroke(1.0, 14)
    manners = played(turns, 8.0)
    assert near(manners, 2.0).smoothness is None
    assert (near(manners, 7.0).smoothness or 0.0) > 0.9
    paused = stopped(1.0, 8, of=14)
    paused += stroke(paused[-1].t_ns / S + 0.7, 8)
    assert (near(played(paused, 9.0), 8.5).smoothness or 0.0) < 0.6


def test_a_potentiometer_moves_as_a_knob_does() -> None:
    reader, told = MannerReader(), []
    for number, t_s in enumerate(bell(24, 1.6)):
        t_ns = round((1.0 + t_s) * S)
        told += reader.add(Slide(t_ns, "dodge", number / 24), t_ns, 4.0)
    told += reader.tick(6 * S)
    assert [(one.kind, one.knob, one.zone) for one in told] == [("sweep", "dodge", 4.0)]
    assert told[0].detents == 23


def test_a_sensor_that_is_silent_is_unknown() -> None:
    reader = MannerReader()
    assert reader.read(S) == Manner()
    t_ns = (np.arange(300) * 10_000_000).astype(np.int64)
    shake = 0.3 * np.sin(2 * np.pi * 10 * np.arange(300) / 100)
    pull = np.column_stack([shake, np.zeros(300), np.full(300, 9.81)]).astype(np.float32)
    for at in range(0, 300, 3):
        part = slice(at, at + 3)
        motion = Motion(t_ns[part], pull[part], np.zeros((3, 3), np.float32))
        reader.add(motion, int(t_ns[part][-1]))
        reader.add(Grip(t_ns[part], np.full(3, 5.0, np.float32)), int(t_ns[part][-1]))
    now_ns = int(t_ns[-1])
    manner = reader.read(now_ns)
    assert (manner.tremor or 0.0) > 0.9
    assert manner.grip == 1.0
    assert manner.newest_ns == now_ns
    silent = reader.read(now_ns + 3 * S)
    assert silent.tremor is silent.grip is silent.newest_ns is None


def test_a_hole_in_the_motion_begins_its_window_anew() -> None:
    reader = MannerReader()
    for start in (0, 1_000_000_000):  # 0.9 s of tremor each, a hole between
        t_ns = (start + np.arange(90) * 10_000_000).astype(np.int64)
        pull = np.column_stack([np.sin(2 * np.pi * 10 * t_ns / S), np.zeros(90), np.full(90, 9.81)])
        reader.add(Motion(t_ns, pull.astype(np.float32), np.zeros((90, 3), np.float32)), int(t_ns[-1]))
    assert reader.read(1_900_000_000).tremor is None


def test_the_body_and_the_grip_lean_in_too_but_less_surely() -> None:
    reader = MannerReader()
    for number in range(720):  # a light hold for 35 s, then a firm one
        t_ns = np.array([number * 50_000_000], np.int64)
        force_n = 8.0 if number < 2 else 2.0 if number < 700 else 6.0
        reader.add(Grip(t_ns, np.array([force_n], np.float32)), int(t_ns[-1]))
    assert 0.2 < reader.read(36 * S).leaning <= 0.6
    body = MannerReader()
    t_s = np.arange(0, 4.0, 0.01)
    angle = np.radians(12) * np.clip((t_s - 1.6) / 1.5, 0, 1)
    pull = 9.81 * np.column_stack([np.sin(angle), np.zeros(400), np.cos(angle)])
    for at in range(0, 400, 2):
        part = slice(at, at + 2)
        times = (t_s[part] * S).astype(np.int64)
        body.add(Motion(times, pull[part].astype(np.float32), np.zeros((2, 3), np.float32)), int(times[-1]))
    assert 0.3 < body.read(4 * S).leaning <= 0.6


def test_other_controls_are_no_manner() -> None:
    reader = MannerReader()
    assert reader.add(Soul(S, "proof"), S) == []
    assert reader.add(Turn(S, "dodge", 0), S) == []
    assert reader.read(S) == replace(Manner(), newest_ns=S)
