"""Turns to movements: what is told, when, and that it depends on the turns' own times only."""

from __future__ import annotations

from random import Random

import pytest
from pointing import Person, S, play, someone

from drivers.readings import Knob, Turn
from rig.hands.meaning import Movement
from rig.hands.movements import LATE_NS, Movements


def stroke(start_s: float, detents: int, knob: Knob = "dodge", hz: float = 12.0) -> list[Turn]:
    person = Person(Random(4), noise=0.0, bounce=0.0)
    return person.turns(person.stroke(start_s, detents, hz), knob)


def told(turns: list[Turn], until_s: float, hz: float = 30.0, zone: float | None = 3.0) -> list[Movement]:
    """What Movements tells of them, ticked that often."""
    movements, left, all_told = Movements(), sorted(turns, key=lambda turn: turn.t_ns), []
    for frame in range(int(until_s * hz) + 1):
        now_ns = round(frame / hz * S)
        while left and left[0].t_ns <= now_ns:
            movements.add(left.pop(0), zone)
        movements.tick(now_ns)
        all_told += movements.take()
    return all_told


def kinds(movements: list[Movement]) -> list[str]:
    return [movement.kind for movement in movements]


def test_a_sweep_is_told_whole_once_it_is_over_and_then_the_dwelling_at_it() -> None:
    turns = stroke(1.0, -12)
    sweep, linger = told(turns, 15.0)
    assert (sweep.kind, sweep.knob, sweep.detents, sweep.zone) == ("sweep", "dodge", -12, 3.0)
    assert (sweep.t_ns, sweep.end_ns) == (turns[0].t_ns, turns[-1].t_ns)
    assert sweep.tempo_hz == pytest.approx(11 * S / (turns[-1].t_ns - turns[0].t_ns))
    assert sweep.sparc == pytest.approx(-1.41, abs=0.1)
    assert sweep.ldlj is not None
    assert (linger.kind, linger.t_ns) == ("linger", sweep.end_ns)
    assert linger.end_ns - linger.t_ns == round(2.4 * S), "nothing tells that the hand is still there"


def test_a_hand_that_comes_back_or_looks_at_the_negative_was_there_all_along() -> None:
    first = stroke(1.0, 8)
    end_ns = first[-1].t_ns
    for after_s, lasts_s in ((4.0, 4.0), (7.0, 2.4)):
        again = stroke(end_ns / S + after_s, 8)
        _, linger, _ = told(first + again, end_ns / S + after_s + 4)
        assert linger.end_ns - linger.t_ns == (again[0].t_ns - end_ns if after_s < 6 else round(lasts_s * S))
    corrected = stroke(end_ns / S + 2.0, 1)
    assert told(first + corrected, end_ns / S + 12)[-1].end_ns == corrected[-1].t_ns + 6 * S
    movements = Movements()
    for turn in first:
        movements.add(turn)
    movements.tick(end_ns + 2 * S)
    movements.sign("dodge", end_ns + 3 * S)
    movements.tick(end_ns + 20 * S)
    assert movements.take()[-1].end_ns == end_ns + 9 * S


def test_it_is_not_told_while_it_may_go_on() -> None:
    turns = stroke(1.0, 12)
    end_s = turns[-1].t_ns / S
    assert told(turns, end_s + 1.6) == []
    assert kinds(told(turns, end_s + 1.8)) == ["sweep"]


def test_a_pause_inside_is_one_movement_and_a_longer_one_makes_two() -> None:
    first = stroke(1.0, 8)
    end_s = first[-1].t_ns / S
    assert kinds(told(first + stroke(end_s + 0.8, 8), end_s + 4))[0] == "hesitate"
    assert kinds(told(first + stroke(end_s + 2.5, 8), end_s + 6)) == ["sweep", "linger", "sweep"]


def test_single_corrections_belong_to_the_dwelling_and_the_next_move_ends_it() -> None:
    first = stroke(1.0, 8)
    end_s = first[-1].t_ns / S
    corrections = stroke(end_s + 2.0, 1) + stroke(end_s + 4.5, -1) + stroke(end_s + 6.5, -1)
    after = stroke(end_s + 9.0, -9)
    sweep, linger, last = told(first + corrections + after, end_s + 12)
    assert (sweep.kind, linger.kind, last.kind) == ("sweep", "linger", "sweep")
    assert linger.detents == -1
    assert (linger.t_ns, linger.end_ns) == (sweep.end_ns, last.t_ns)


def test_a_hand_that_goes_to_something_else_at_once_dwells_nowhere() -> None:
    first = stroke(1.0, 8)
    end_ns = first[-1].t_ns
    for after_s, lingers in ((0.5, []), (1.4, [1.4])):
        movements = Movements()
        for turn in first:
            movements.add(turn)
        movements.interrupt("dodge", end_ns + round(after_s * S))
        movements.interrupt("dodge", end_ns + 5 * S)
        movements.tick(end_ns + 20 * S)
        told_s = [(one.end_ns - one.t_ns) / S for one in movements.take() if one.kind == "linger"]
        assert told_s == pytest.approx(lingers)
    looked = Movements()
    for turn in first:
        looked.add(turn)
    looked.sign("dodge", end_ns + S)
    looked.tick(end_ns + 20 * S)
    assert looked.take()[-1].end_ns == end_ns + 7 * S


def test_a_nudge_of_one_sets_nothing_to_dwell_at() -> None:
    assert kinds(told(stroke(1.0, 1), 12.0)) == ["nudge"]


def test_the_other_knob_or_a_push_ends_the_dwelling() -> None:
    dodge = stroke(1.0, 8)
    end_s = dodge[-1].t_ns / S
    both = told(dodge + stroke(end_s + 3.0, 8, "burn"), end_s + 5.5)
    assert [(one.kind, one.knob) for one in both] == [("sweep", "dodge"), ("linger", "dodge"), ("sweep", "burn")]
    movements = Movements()
    for turn in dodge:
        movements.add(turn)
    movements.tick(dodge[-1].t_ns + 2 * S)
    movements.interrupt("dodge", dodge[-1].t_ns + 2 * S)
    movements.tick(dodge[-1].t_ns + 20 * S)
    sweep, linger = movements.take()
    assert (sweep.kind, linger.end_ns - linger.t_ns) == ("sweep", 2 * S)


def test_both_hands_at_once_are_two_movements() -> None:
    both = told(stroke(1.0, 12) + stroke(1.02, -5, "burn"), 4.0)
    assert {(one.knob, one.kind, one.detents) for one in both} == {("dodge", "sweep", 12), ("burn", "sweep", -5)}


def test_slow_single_detents_lean_in_after_stillness_only() -> None:
    slow = [Turn(round((4.0 + 0.4 * number) * S), "dodge", 1) for number in range(4)]
    assert kinds(told(slow, 8.0)) == ["lean-in"]
    first = stroke(1.0, 8)
    soon = [Turn(first[-1].t_ns + round((1.6 + 0.4 * number) * S), "dodge", 1) for number in range(4)]
    assert "lean-in" not in kinds(told(first + soon, 8.0))


def test_how_often_it_is_ticked_and_a_late_frame_make_no_difference() -> None:
    turns, at_s = [], 0.0
    for number, kind in enumerate(("sweep", "hesitate", "linger", "reverse", "flick", "lean-in", "nudge") * 2):
        burst, _ = play(kind, someone(number))
        turns += [Turn(turn.t_ns + round(at_s * S), turn.knob, turn.detents) for turn in burst]
        at_s = turns[-1].t_ns / S
    all_told = told(turns, at_s + 12)
    assert len(all_told) >= 14
    assert told(turns, at_s + 12, hz=2.0) == all_told
    late, movements, count = [], Movements(), 0
    for turn in turns:
        movements.tick(turn.t_ns + LATE_NS)
        movements.add(turn, 3.0)
        count += turn.detents
    movements.tick(round((at_s + 12) * S))
    late = movements.take()
    assert late == all_told
    assert sum(one.detents for one in late) == count


def test_nothing_is_nothing() -> None:
    movements = Movements()
    movements.add(Turn(S, "dodge", 0))
    movements.tick(100 * S)
    assert movements.take() == []
