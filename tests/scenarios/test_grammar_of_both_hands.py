"""Both hands, both knobs, the switches: the rest of the grammar, clean and sloppy, from the pins' edges to the look."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from by_hand import by_hand
from shooting import shoot

from rig.build import Built
from rig.hands.curves import Curves
from rig.hands.state import HandState
from rig.reprint import reanalysed_looks, shown_looks
from rig.service import Stop
from rig.session.entries import GestureEntry
from rig.session.verify import verify

TURNED = "0.2 dodge +6\n0.9 burn +3\n"


# both pressed


def test_both_pressed_take_one_gesture_back() -> None:
    played = by_hand(TURNED + "2.0 both press 0.1\n3.0 both press 0.1\n4.0 both press 0.1", 5.0)
    assert [played.at(at_s).burn_stops for at_s in (1.9, 2.1)] == [0.25, 0.0]
    assert [played.at(at_s).dodge_stops for at_s in (2.9, 3.1)] == [0.5, 0.0]
    assert played.hands == HandState()
    assert played.kinds() == ["turn", "turn", "undo", "undo"]


@pytest.mark.parametrize(
    "pressed",
    [
        "2.0 dodge press 0.1\n2.06 burn press 0.1",
        "2.0 burn press 0.2\n2.14 dodge press 0.2",
        "2.0 dodge press 0.08\n2.14 burn press 0.08",  # the one is up before the other is down
        "2.0 dodge press 0.1 bounce 2\n2.05 burn press 0.12 bounce 3",
    ],
)
def test_both_pressed_not_quite_together_are_both_pressed(pressed: str) -> None:
    played = by_hand(f"{TURNED}{pressed}\n", 3.0)
    assert played.hands == HandState(dodge_stops=0.5), "no aim is left of either push"
    assert played.kinds()[-1] == "undo"
    assert played.bare_s() is None


def test_two_taps_of_two_hands_one_after_the_other_are_two_aims() -> None:
    played = by_hand(TURNED + "2.0 dodge tap\n2.17 burn tap", 3.0)
    assert (played.hands.dodge_aim, played.hands.burn_aim) == (played.spot, played.spot)
    assert played.kinds() == ["turn", "turn", "tap", "tap"]


def test_both_pressed_and_one_let_go_late_is_one_undo_and_shows_no_negative() -> None:
    played = by_hand(TURNED + "2.0 dodge press 0.1\n2.03 burn press 1.5", 4.5)
    assert played.hands == HandState(dodge_stops=0.5)
    assert played.kinds() == ["turn", "turn", "undo"]
    assert played.bare_s() is None


def test_both_pressed_with_a_slip_of_one_of_them_is_an_undo() -> None:
    played = by_hand(TURNED + "2.0 dodge hold 0.2 +1\n2.04 burn press 0.15", 3.0)
    assert played.hands.burn_stops == 0.0
    assert played.hands.dodge_aim == 3.0
    assert played.kinds().count("undo") == 1


def test_a_push_while_the_other_hand_holds_the_negative_up_is_its_own_gesture() -> None:
    played = by_hand(TURNED + "2.0 dodge hold 1.5\n2.6 burn tap", 4.5)
    assert (played.hands.burn_aim, played.hands.burn_stops) == (played.spot, 0.25)
    assert played.kinds() == ["turn", "turn", "tap", "hold"]
    assert (played.bare_s() or (0, 0))[1] == pytest.approx(3.5, abs=0.034)


def test_a_tap_while_the_other_hand_walks_takes_nothing_back() -> None:
    played = by_hand("0.5 dodge hold 1.5 +6 at 8/s\n1.5 burn tap", 3.0)
    assert (played.hands.dodge_aim, played.hands.burn_aim) == (9.0, played.spot)
    assert played.kinds() == ["tap", "walk"]


# both hands at once


def test_both_hands_turn_at_once_and_each_turn_is_one_step() -> None:
    turned = "0.5 dodge +12 at 10/s bounce 2\n0.6 burn +20 at 17/s bounce 2\n"
    played = by_hand(turned, 3.0)
    assert played.hands == HandState(dodge_stops=1.0, burn_stops=pytest.approx(20 / 12))
    assert sorted(played.gestures()) == [("turn", "burn", 20), ("turn", "dodge", 12)]
    undone = by_hand(turned + "3.0 both press 0.1", 3.6)
    assert undone.hands == HandState(dodge_stops=1.0)


def test_a_tap_while_the_other_knob_turns_cuts_that_turn_in_no_two() -> None:
    script = "0.5 burn +20 at 12/s\n1.2 dodge tap\n"
    played = by_hand(script, 3.2)
    assert (played.hands.dodge_aim, played.hands.burn_stops) == (played.spot, pytest.approx(20 / 12))
    assert sorted(played.gestures()) == [("tap", "dodge", 0), ("turn", "burn", 20)]
    undone = by_hand(script + "3.2 both press 0.1\n4.0 both press 0.1", 4.6)
    assert undone.hands == HandState()


def test_a_double_tap_while_the_other_knob_turns_is_one() -> None:
    played = by_hand("0.1 dodge +9\n1.0 burn +20 at 12/s\n1.5 dodge double-tap", 4.0)
    assert played.hands == HandState(burn_stops=pytest.approx(20 / 12))
    assert "zero" in played.kinds()


def test_a_hold_while_the_other_knob_turns_shows_the_negative_and_the_turn_counts() -> None:
    played = by_hand("0.5 burn +20 at 12/s\n0.8 dodge hold 1.0", 3.0)
    assert played.hands == HandState(burn_stops=pytest.approx(20 / 12))
    assert played.bare_s() == (pytest.approx(1.05, abs=0.034), pytest.approx(1.8, abs=0.034))


def test_a_turn_that_slips_into_a_press_while_the_other_hand_taps_takes_nothing_back() -> None:
    played = by_hand("0.1 dodge +4\n1.0 burn +20 pushed 0.42 0.1\n1.35 dodge tap", 3.2)
    assert (played.hands.dodge_stops, played.hands.burn_stops) == (pytest.approx(4 / 12), pytest.approx(20 / 12))
    assert "undo" not in played.kinds()


# undo


def test_undo_is_one_step_a_gesture_however_sloppy_it_was() -> None:
    """A turn with a push in it, a tap that slipped, a walk with a pause, a double tap: four steps and no more."""
    script = (
        "0.5 dodge +16 pushed 0.22 0.15\n2.5 burn hold 0.15 +1 at 25/s\n"
        "3.5 burn hold 2.0 -2 at 2/s\n6.5 dodge double-tap bounce 2\n"
    )
    undos = "".join(f"{8 + number} both press 0.1\n" for number in range(5))
    played = by_hand(script + undos, 13.0)
    stages = [played.at(at_s) for at_s in (2.4, 3.4, 6.4, 7.9)]
    back = [played.at(8.5 + number) for number in range(4)]
    assert back == [stages[2], stages[1], stages[0], HandState()]
    assert played.kinds().count("undo") == 4, "the fifth has nothing to take back"


# record, soul, lock


def test_record_and_soul_are_where_they_are_and_no_undo_moves_them() -> None:
    played = by_hand(
        "0.2 soul proof\n0.5 record press bounce 3\n1.5 record press bounce 3\n2.2 both press 0.1", 3.0, 2.0
    )
    assert played.hands == HandState(record_presses=2, soul="proof")
    assert played.kinds() == []


def test_locked_knobs_do_nothing_but_show_the_negative() -> None:
    script = (
        "0.2 dodge +6\n1.0 burn tap\n1.5 dodge hold 0.8 +2\n2.6 both press 0.1\n3.2 dodge double-tap\n4.0 record press"
    )
    played = by_hand(script, 7.0, prepare=lambda decider: decider.hands.lock())
    assert played.hands == HandState(locked=True, record_presses=1)
    assert played.kinds() == ["hold"]
    assert played.bare_s() == (pytest.approx(1.75, abs=0.034), pytest.approx(2.3, abs=0.034))


# what counts as a movement of the hands


def test_turns_are_movements_and_walks_slips_and_locked_knobs_are_none() -> None:
    turned = by_hand("0.5 dodge +9\n", 6.0)
    assert turned.movements() == [("sweep", "dodge")]
    assert max(moment.signals["hands.tempo"].value or 0.0 for moment in turned.moments) > 0.3
    walked = by_hand("0.5 dodge hold 1.2 +9\n2.5 burn hold 0.15 +1 at 25/s\n", 6.0)
    locked = by_hand("0.5 dodge +9\n2.0 burn -12\n", 6.0, prepare=lambda decider: decider.hands.lock())
    assert walked.kinds() == ["walk", "tap"]
    for nothing in (walked, locked):
        assert nothing.movements() == []
        for name in ("hands.tempo", "hands.hesitation", "hands.lingering", "hands.leaning"):
            assert {moment.signals[name].value for moment in nothing.moments} <= {0.0, None}, name


def test_a_press_that_slips_into_a_turn_is_a_movement() -> None:
    assert by_hand("0.5 dodge hold 0.2 +4 at 40/s", 4.0).movements()[0][1] == "dodge"


# the curve of a knob


def test_a_gentle_knob_is_finer_near_zero_and_comes_back_exactly() -> None:
    gentle = Curves(dodge="gentle")
    played = by_hand(
        "0.5 dodge +1\n1.5 dodge +12\n3.0 dodge -12\n4.5 dodge +50 at 60/s\n6 burn +12", 7.5, curves=gentle
    )
    once = played.at(1.4).dodge_stops
    assert 0.02 < once < 0.05
    assert played.at(4.4).dodge_stops == once
    assert (played.hands.dodge_stops, played.hands.burn_stops) == (2.0, 1.0)
    stops = [value for value, _ in itertools.groupby(moment.look.dodge.stops for moment in played.moments)]
    assert stops.count(once) == 2


# over the ends of a take


def test_a_hold_longer_than_the_take(tmp_path: Path) -> None:
    script = "0.1 dodge +2\n0.2 record press\n0.4 burn hold 1.4\n1.2 record press\n1.5 record press\n2.1 record press\n"

    def stop_later(built: Built, stop: Stop) -> None:
        end_ns = built.shoot.clock.now_ns() + 2_300_000_000
        built.shoot.clock.serve("end", lambda now: now > end_ns and stop.ask(), 10_000_000, lambda *_: None)

    shot = shoot(tmp_path, None, script, prepare=stop_later, keep_prints=False)
    first, second = shot.takes
    for take in shot.takes:
        assert verify(take.path) == []
    bare = [[entry.bare for entry in take.frames()] for take in (first, second)]
    assert (bare[0][0], bare[0][-1]) == (False, True), "the first take ends on the bare negative"
    assert (bare[1][0], bare[1][-1]) == (True, False), "and the second begins on it"
    assert [done.kind for done in first.entries(GestureEntry)] == ["turn"]
    assert [done.kind for done in second.entries(GestureEntry)] == ["hold"]
    for take in shot.takes:
        assert [made.look for made, _ in reanalysed_looks(take)] == [made.look for made in shown_looks(take)]
