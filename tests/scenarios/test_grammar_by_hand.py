"""One hand on one knob: each row of the grammar (MISSION.md), clean and sloppy, from the pins' edges to the look."""

from __future__ import annotations

import pytest
from by_hand import by_hand

from drivers.readings import Press
from rig.hands.place import HandPlace
from rig.hands.state import HandState

DIRTY_MS = 2.0


# turn


def test_a_turn_is_a_twelfth_of_a_stop_a_detent_and_acts_in_the_next_frame() -> None:
    played = by_hand("0.5 dodge +12\n1.5 burn +6 at 60/s", 2.6)
    assert played.hands == HandState(dodge_stops=1.0, burn_stops=0.5)
    assert (played.look.dodge.stops, played.look.burn.stops) == (1.0, 0.5)
    assert played.gestures() == [("turn", "dodge", 12), ("turn", "burn", 6)]
    # the first detent is there at 0.55 s: seen in the frame at 0.567 s
    assert (played.at(0.53).dodge_stops, played.at(0.566).dodge_stops) == (0.0, pytest.approx(1 / 12))


def test_a_turn_past_an_end_winds_nothing_up() -> None:
    played = by_hand("0.1 dodge +40 at 100/s\n0.8 dodge -1\n1.5 burn -9\n2.5 burn +1", 3.4)
    assert played.at(0.7).dodge_stops == 2.0
    assert played.hands == HandState(dodge_stops=pytest.approx(23 / 12), burn_stops=pytest.approx(1 / 12))


@pytest.mark.parametrize("rate", [5, 20, 100])
def test_a_turn_whose_contacts_bounce_for_two_milliseconds_loses_and_reverses_nothing(rate: int) -> None:
    played = by_hand(f"0.1 dodge +12 at {rate}/s bounce 2\n3.0 dodge -7 at {rate}/s bounce 2", 5.4, DIRTY_MS)
    assert [turn.detents for turn in played.readings()] == [1] * 12 + [-1] * 7
    assert played.hands.dodge_stops == pytest.approx(5 / 12)


def test_half_a_detent_and_back_is_nothing() -> None:
    played = by_hand("0.2 dodge +0.5\n0.6 dodge -0.5\n1.0 dodge -0.5\n1.4 dodge +0.5", 2.6, DIRTY_MS)
    assert played.readings() == []
    assert played.hands == HandState()


def test_a_turn_that_rests_between_two_clicks_counts_the_detent_once_it_is_reached() -> None:
    played = by_hand("0.2 dodge +2.5\n1.5 dodge +0.5\n2.5 dodge -0.5\n3.0 dodge +0.5", 4.2, DIRTY_MS)
    assert played.at(1.4).dodge_stops == pytest.approx(2 / 12)
    assert played.at(1.7).dodge_stops == pytest.approx(3 / 12)
    assert played.hands.dodge_stops == pytest.approx(3 / 12)


# tap


def test_a_tap_aims_at_the_spot_the_moment_the_finger_is_up() -> None:
    played = by_hand("0.5 dodge +6\n1.5 dodge tap", 2.5)
    assert played.hands.dodge_place == HandPlace(0.5, 0.5, 1 / 3, 1)
    assert played.hands.dodge_aim == played.look.dodge.zone == played.spot
    assert played.look.dodge.place is not None
    # up at 1.58 s; it does not wait for a second tap
    assert (played.at(1.53).dodge_aim, played.at(1.6).dodge_aim) == (3.0, played.spot)
    assert played.hands.dodge_stops == 0.5, "an aim is no turn"


def test_a_tap_on_a_switch_that_bounces_is_one_tap() -> None:
    played = by_hand("0.5 burn tap bounce 2\n2.0 burn tap bounce 4", 3.0)
    assert [press.down for press in played.readings() if isinstance(press, Press)] == [True, False] * 2
    assert played.kinds() == ["tap", "tap"]


def test_a_tap_that_slips_into_a_turn_by_a_detent_is_the_tap_alone() -> None:
    for slip in ("+1", "-1"):
        played = by_hand(f"0.5 dodge +6\n1.5 dodge hold 0.15 {slip} at 25/s", 2.5, DIRTY_MS)
        assert played.gestures() == [("turn", "dodge", 6), ("tap", "dodge", 0)]
        assert (played.hands.dodge_aim, played.hands.dodge_stops) == (played.spot, 0.5)
        assert played.bare_s() is None


def test_a_press_that_slips_into_a_turn_of_several_detents_turns_and_walks_no_aim() -> None:
    played = by_hand("0.5 dodge hold 0.2 +4 at 40/s\n0.75 dodge +3", 2.0)
    assert (played.hands.dodge_aim, played.hands.dodge_stops) == (3.0, pytest.approx(7 / 12))
    assert played.gestures() == [("turn", "dodge", 7)], "one gesture, one step of undo"


def test_a_turn_that_slips_into_a_press_goes_on_turning() -> None:
    played = by_hand("0.5 dodge +16 pushed 0.22 0.15", 2.4, DIRTY_MS)
    assert any(isinstance(press, Press) for press in played.readings())
    assert (played.hands.dodge_aim, played.hands.dodge_stops) == (3.0, pytest.approx(16 / 12))
    assert played.gestures() == [("turn", "dodge", 16)]


def test_a_slow_turn_that_slips_into_a_press_goes_on_turning() -> None:
    played = by_hand("0.5 dodge +6 at 5/s pushed 0.55 0.2", 3.4, DIRTY_MS)  # 0.15 s after a detent, 0.05 s before one
    assert played.gestures() == [("turn", "dodge", 6)]
    assert played.hands == HandState(dodge_stops=0.5)


def test_a_turn_by_a_heavy_hand_that_pushes_to_the_end_goes_on_turning_and_shows_no_negative() -> None:
    played = by_hand("0.5 dodge +20 pushed 0.22 1.5", 3.0)
    assert played.hands == HandState(dodge_stops=pytest.approx(20 / 12))
    assert played.bare_s() is None
    assert played.gestures() == [("turn", "dodge", 20)]


@pytest.mark.parametrize("at_s", [0.48, 0.53, 0.58])
def test_a_turn_that_ends_in_a_slip_of_the_push_aims_at_nothing(at_s: float) -> None:
    played = by_hand(f"0.5 dodge +10 pushed {at_s} 0.12", 2.0)  # the last detent is 0.5 s after it began
    assert any(isinstance(press, Press) for press in played.readings())
    assert played.hands == HandState(dodge_stops=pytest.approx(10 / 12))
    assert played.kinds() == ["turn"]


def test_a_tap_soon_after_a_turn_is_meant() -> None:
    played = by_hand("0.5 dodge +10\n1.15 dodge tap", 2.0)  # 0.15 s after the last detent
    assert (played.hands.dodge_aim, played.hands.dodge_stops) == (played.spot, pytest.approx(10 / 12))


def test_a_finger_that_lands_on_the_knob_and_nudges_it_before_it_taps_does_both() -> None:
    played = by_hand("0.5 dodge +1\n0.6 dodge tap", 1.6)
    assert (played.hands.dodge_aim, played.hands.dodge_stops) == (played.spot, pytest.approx(1 / 12))


def test_a_tap_whose_release_was_lost_is_still_a_tap() -> None:
    played = by_hand("0.5 dodge tap unheard\n2.0 dodge +3", 3.4)
    assert (played.hands.dodge_aim, played.hands.dodge_stops) == (played.spot, 0.25)
    assert played.kinds() == ["tap", "turn"]
    assert played.bare_s() is None


# hold


def test_a_hold_shows_the_bare_negative_after_a_quarter_of_a_second_for_as_long_as_it_is_held() -> None:
    played = by_hand("0.5 dodge +6\n1.5 burn hold 1.0", 3.0)
    first_s, last_s = played.bare_s() or (0.0, 0.0)
    assert first_s == pytest.approx(1.75, abs=0.034)
    assert last_s == pytest.approx(2.5, abs=0.034)
    assert played.hands == HandState(dodge_stops=0.5), "it has changed nothing"
    assert played.kinds() == ["turn", "hold"]


def test_a_hold_that_bounces_or_slips_by_a_detent_as_it_is_pressed_is_a_hold() -> None:
    for slop in ("0.5 dodge hold 1.5 bounce 2", "0.5 dodge press 1.5\n0.52 burn +0.5"):
        played = by_hand(slop, 2.6)
        assert played.kinds() == ["hold"]
        assert played.hands == HandState()
    slipped = by_hand("0.5 dodge +1 at 8/s pushed 0.05 1.2", 2.4)  # down at 0.55 s, the detent at 0.625 s
    assert slipped.kinds() == ["hold"]
    assert slipped.hands == HandState()
    first_s, last_s = slipped.bare_s() or (0.0, 0.0)
    assert (first_s, last_s) == (pytest.approx(0.8, abs=0.034), pytest.approx(1.75, abs=0.034))


def test_a_press_just_too_short_for_a_hold_is_a_tap() -> None:
    short, long = by_hand("0.5 dodge press 0.24", 1.5), by_hand("0.5 dodge press 0.26", 1.5)
    assert (short.kinds(), long.kinds()) == (["tap"], ["hold"])
    assert (short.hands.dodge_aim, long.hands.dodge_aim) == (short.spot, 3.0)


def test_a_hold_whose_release_was_lost_ends_all_the_same() -> None:
    played = by_hand("0.5 dodge hold 0.6 unheard\n2.0 dodge tap", 3.0)
    _, last_s = played.bare_s() or (0.0, 0.0)
    assert last_s == pytest.approx(1.1, abs=0.1), "the pin is looked at while a push is down"
    assert played.kinds() == ["hold", "tap"]


# hold and turn


def test_hold_and_turn_walks_zone_by_zone_and_the_print_comes_back() -> None:
    played = by_hand("0.5 dodge +6\n1.5 dodge hold 1.0 +3 at 10/s", 3.0)
    first_s, last_s = played.bare_s() or (0.0, 0.0)
    # bare from 1.75 s; the first detent is there at 2.25 s, and the print until the release at 2.5 s
    assert (first_s, last_s) == (pytest.approx(1.75, abs=0.034), pytest.approx(2.23, abs=0.034))
    assert [played.at(at_s).dodge_aim for at_s in (2.2, 2.3, 2.4, 2.5)] == [3.0, 4.0, 5.0, 6.0]
    assert (played.look.dodge.zone, played.look.dodge.stops) == (6.0, 0.5)
    assert played.gestures() == [("turn", "dodge", 6), ("walk", "dodge", 3)]


def test_the_last_stop_of_a_walk_is_the_whole_picture_and_the_knob_is_the_base_exposure() -> None:
    played = by_hand("0.5 dodge +6\n1.5 dodge hold 0.9 +12\n3.0 dodge +6\n4.0 dodge hold 0.6 -1", 5.2)
    there = played.at(3.8)
    assert (there.dodge_aim, there.ev, there.dodge_stops) == (None, 0.5, 0.5)
    assert played.look.exposure.ev == 0.5
    assert (played.hands.dodge_aim, played.hands.dodge_stops) == (10.0, 0.5)


def test_a_walk_by_a_hand_in_a_hurry_begins_when_the_press_is_a_hold_and_loses_no_zone() -> None:
    played = by_hand("0.5 dodge +6 at 20/s pushed 0.01 0.6", 2.0)  # pushed and turned at once: 0.51 s, 0.55, 0.6, ...
    assert played.hands == HandState(dodge_aim=9.0, dodge_zone=9.0)
    assert played.at(0.73) == HandState(), "so far it may be a tap that slips"
    assert played.at(0.8).dodge_aim == 9.0 or played.at(0.84).dodge_aim == 9.0
    assert played.gestures() == [("walk", "dodge", 6)]
    assert played.bare_s() is None


def test_a_walk_over_bouncing_contacts_with_half_a_detent_too_many() -> None:
    played = by_hand("0.5 burn hold 1.0 -2.5 bounce 2\n2.0 burn +0.5", 3.0, DIRTY_MS)
    assert (played.hands.burn_aim, played.hands.burn_stops) == (6.0, 0.0)


def test_a_walk_is_one_step_of_undo() -> None:
    played = by_hand("0.5 dodge hold 1.0 +4 at 8/s\n2.0 both press 0.1", 3.0)
    assert played.at(1.9).dodge_aim == 7.0
    assert played.hands == HandState()
    assert played.kinds() == ["walk", "undo"]


# double tap


def test_a_double_tap_zeroes_the_knob_and_the_first_aim_is_taken_back() -> None:
    played = by_hand("0.5 dodge +9\n1.5 dodge double-tap", 3.0)
    assert played.at(1.62).dodge_aim == played.spot, "the first tap acts at once"
    assert played.hands == HandState()
    assert played.look.dodge.stops == 0.0
    assert played.kinds() == ["turn", "tap", "zero"]


def test_a_sloppy_double_tap_bounces_and_slips_and_is_one() -> None:
    played = by_hand("0.5 dodge +9\n1.5 dodge tap bounce 2\n1.7 dodge hold 0.16 -1 at 20/s bounce 2", 3.0, DIRTY_MS)
    assert played.hands == HandState()
    assert played.kinds() == ["turn", "tap", "zero"]


def test_a_double_tap_with_a_turn_between_is_two_taps_and_a_turn() -> None:
    played = by_hand("0.5 dodge +9\n1.5 dodge tap\n1.62 dodge +2 at 40/s\n1.83 dodge tap", 3.0)
    assert sorted(played.kinds()) == ["tap", "tap", "turn", "turn"]
    assert (played.hands.dodge_aim, played.hands.dodge_stops) == (played.spot, pytest.approx(11 / 12))


def test_two_taps_too_far_apart_are_two_aims() -> None:
    played = by_hand("0.5 dodge +9\n1.5 dodge tap\n1.9 dodge tap", 3.0)
    assert (played.hands.dodge_stops, played.hands.places) == (0.75, 2)


def test_a_double_tap_is_one_step_of_undo() -> None:
    played = by_hand("0.5 dodge +9\n1.5 dodge double-tap\n2.5 both press 0.1", 3.4)
    assert played.hands == HandState(dodge_stops=0.75)
