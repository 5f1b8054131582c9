"""Every line of the grammar of MISSION.md, "The hand on the knob"."""

from __future__ import annotations

import pytest
from playing import Player, S

from drivers.readings import Knob, Slide, Soul, Turn
from rig.hands.state import HandState


def test_at_first_dodge_is_at_three_and_burn_at_eight(player: Player) -> None:
    assert player.state == HandState(0.0, 3.0, 0.0, 8.0, 0.0, "set")


def test_turn_is_a_twelfth_of_a_stop_a_detent(player: Player) -> None:
    player.turn(0, "dodge", 5)
    player.turn(0, "burn", 12)
    assert player.state.dodge_stops == pytest.approx(5 / 12)
    assert player.state.burn_stops == 1.0
    player.turn(1, "dodge", -5)
    assert player.state.dodge_stops == 0.0


@pytest.mark.parametrize(("knob", "most"), [("dodge", 2.0), ("burn", 3.0)])
def test_no_wind_up_past_the_ends(player: Player, knob: Knob, most: float) -> None:
    player.turn(0, knob, -30)
    assert getattr(player.state, f"{knob}_stops") == 0.0
    player.turn(1, knob, 1)
    assert getattr(player.state, f"{knob}_stops") == pytest.approx(1 / 12)
    player.turn(2, knob, 100)
    assert getattr(player.state, f"{knob}_stops") == most
    player.turn(4, knob, -1)
    assert getattr(player.state, f"{knob}_stops") == pytest.approx(most - 1 / 12)


def test_a_tap_aims_at_the_spot_at_once(player: Player) -> None:
    player.tap(1, "dodge", 4.37)
    assert (player.state.dodge_aim, player.state.burn_aim) == (4.37, 8.0)
    player.tap(2, "burn", 6.5)
    assert (player.state.dodge_aim, player.state.burn_aim) == (4.37, 6.5)


def test_hold_shows_the_bare_negative_while_it_is_held(player: Player) -> None:
    player.press(1, "burn", True)
    player.tick(1.249)
    assert not player.state.bare
    player.tick(1.25)
    assert player.state.bare
    player.tick(3)
    assert player.state.bare
    player.press(3.1, "burn", False)
    assert player.state == HandState()
    assert player.kinds() == ["hold"]


def test_a_hold_needs_no_tick(player: Player) -> None:
    player.press(1, "burn", True, 2.0)
    player.press(1.3, "burn", False, 2.0)
    assert player.state == HandState()
    assert player.kinds() == ["hold"]


def test_a_release_that_comes_late_is_still_a_tap(player: Player) -> None:
    player.press(1, "burn", True, 2.0)
    player.tick(1.26)  # the frame was there before the release was drained
    player.press(1.2, "burn", False, 2.0)
    assert (player.state.burn_aim, player.state.bare) == (2.0, False)


def test_a_slip_is_told_by_the_times_of_the_readings_and_not_by_when_a_frame_was(player: Player) -> None:
    player.press(1, "burn", True, 2.0)
    player.turn(1.05, "burn", 3)
    player.tick(1.26)  # the frame was there before the release was drained
    assert player.state.burn_aim is None
    player.press(1.2, "burn", False, 2.0)
    assert (player.state.burn_aim, player.state.burn_stops) == (8.0, 0.25)
    assert player.hands.undo()
    assert not player.hands.undo()


def test_a_slip_of_the_page_that_turns_by_several_at_once_is_a_turn(player: Player) -> None:
    player.press(1, "dodge", True)
    player.hands.add(Turn(round(1.1 * S), "dodge", 4), 5.0)
    player.press(1.2, "dodge", False)
    assert (player.state.dodge_aim, player.state.dodge_stops) == (3.0, pytest.approx(4 / 12))


def test_there_and_back_while_it_is_pressed_is_no_turn(player: Player) -> None:
    player.press(1, "dodge", True, 6.0)
    for number, detents in enumerate((1, -1, 1, -1, 1)):
        player.hands.add(Turn(round((1.03 + 0.03 * number) * S), "dodge", detents), 5.0)
    player.press(1.2, "dodge", False, 6.0)
    assert (player.state.dodge_aim, player.state.dodge_stops) == (6.0, 0.0)


def test_what_was_moved_is_told_once_and_as_it_came(player: Player) -> None:
    player.turn(1, "dodge", 2)
    assert [turn.detents for turn in player.hands.moved()] == [1, 1]
    assert player.hands.moved() == []
    player.press(3, "dodge", True)
    player.turn(3.05, "dodge", 2)
    assert player.hands.moved() == []
    player.press(3.2, "dodge", False)
    assert [turn.t_ns for turn in player.hands.moved()] == [3_050_000_000, 3_060_000_000]
    player.press(5, "dodge", True)
    player.turn(5.4, "dodge", 2)
    player.hands.add(Slide(round(5.5 * S), "dodge", 0.5))
    player.press(6, "dodge", False)
    player.press(6.1, "lock", True)
    player.turn(6.2, "dodge", 2)
    player.hands.add(Slide(round(6.3 * S), "dodge", 0.75))
    assert player.hands.moved() == []


def test_hold_and_turn_walks_the_aim_zone_by_zone(player: Player) -> None:
    player.press(1, "dodge", True)
    player.tick(1.3)
    assert player.state.bare
    player.turn(1.4, "dodge", 1)
    assert (player.state.bare, player.state.dodge_aim, player.state.dodge_stops) == (False, 4.0, 0.0)
    player.turn(1.5, "dodge", -3)
    assert player.state.dodge_aim == 1.0
    player.tick(2)
    assert not player.state.bare  # the print stays for as long as it is still held
    player.turn(2, "dodge", -5)
    assert player.state.dodge_aim == 0.0
    player.press(2.5, "dodge", False)
    assert player.state.dodge_aim == 0.0
    assert player.kinds() == ["walk"]


def test_a_walk_from_between_two_zones_goes_to_the_next_whole_one() -> None:
    for detents, aim in ((1, 5.0), (-1, 4.0), (2, 6.0), (-2, 3.0)):
        player = Player(HandState(dodge_aim=4.37, dodge_zone=4.37))
        player.press(1, "dodge", True)
        player.turn(1.4, "dodge", detents)
        assert player.state.dodge_aim == aim


def test_the_last_stop_is_the_whole_picture(player: Player) -> None:
    player.turn(0, "dodge", 12)
    player.press(1, "dodge", True)
    player.turn(1.4, "dodge", 8)
    player.press(2, "dodge", False)
    assert player.state.dodge_aim is None
    assert (player.state.dodge_stops, player.state.dodge_zone) == (1.0, 3.0)  # what it dodged stays where it was
    player.turn(3, "dodge", 6)
    assert (player.state.ev, player.state.dodge_stops) == (0.5, 1.0)
    player.turn(4, "dodge", 100)
    assert player.state.ev == 4.0
    player.press(6, "dodge", True)
    player.turn(6.4, "dodge", -1)
    player.press(7, "dodge", False)
    assert player.state.dodge_aim == 10.0


def test_burn_at_the_whole_picture_darkens(player: Player) -> None:
    player.press(1, "burn", True)
    player.turn(1.4, "burn", 3)
    player.press(2, "burn", False)
    assert player.state.burn_aim is None
    player.turn(3, "burn", 12)
    assert player.state.ev == -1.0
    player.turn(4, "burn", -60)
    assert player.state.ev == 4.0
    player.turn(6, "burn", 200)
    assert player.state.ev == -4.0


def test_a_double_tap_zeroes_and_takes_the_first_aim_back(player: Player) -> None:
    player.turn(0, "dodge", 7)
    player.tap(1, "dodge", 6.2)
    assert player.state.dodge_aim == 6.2  # at once
    player.tap(1.3, "dodge", 6.4)
    assert (player.state.dodge_aim, player.state.dodge_stops) == (3.0, 0.0)
    assert player.hands.undo()
    assert (player.state.dodge_aim, player.state.dodge_stops) == (3.0, pytest.approx(7 / 12))


def test_a_double_tap_at_the_whole_picture_zeroes_the_exposure() -> None:
    player = Player(HandState(dodge_stops=1.0, dodge_aim=None, ev=1.5))
    player.tap(1, "dodge")
    player.tap(1.2, "dodge")
    assert player.state == HandState(dodge_stops=1.0, dodge_aim=None, ev=0.0)


@pytest.mark.parametrize(("gap_s", "double"), [(0.29, True), (0.31, False)])
def test_the_window_of_a_double_tap(player: Player, gap_s: float, double: bool) -> None:
    player.turn(0, "burn", 12)
    player.tap(1, "burn", 4.0)
    player.tap(1.08 + gap_s, "burn", 6.0)
    assert (player.state.burn_stops == 0.0) is double
    assert player.state.burn_aim == (8.0 if double else 6.0)


def test_taps_of_two_knobs_and_a_turn_between_are_no_double_tap(player: Player) -> None:
    player.turn(0, "dodge", 6)
    player.tap(1, "dodge", 4.0)
    player.tap(1.16, "burn", 5.0)
    player.tap(1.32, "dodge", 6.0)
    assert (player.state.dodge_aim, player.state.burn_aim, player.state.dodge_stops) == (6.0, 5.0, 0.5)
    player.turn(1.45, "dodge", 1)
    player.tap(1.5, "dodge", 7.0)
    assert player.state.dodge_aim == 7.0
    assert player.state.dodge_stops == pytest.approx(7 / 12)


def test_both_pressed_takes_one_gesture_back(player: Player) -> None:
    player.turn(0, "dodge", 6)
    player.turn(2, "burn", 3)
    for at_s in (4, 5, 6):
        player.press(at_s, "dodge", True)
        player.press(at_s + 0.02, "burn", True)
        player.press(at_s + 0.1, "dodge", False)
        player.press(at_s + 0.12, "burn", False)
        player.tick(at_s + 0.5)
        assert player.state.burn_stops == 0.0
        assert player.state.dodge_stops == (0.5 if at_s == 4 else 0.0)
    assert (player.state.dodge_aim, player.state.burn_aim) == (3.0, 8.0)  # no release was a tap
    assert player.kinds() == ["turn", "turn", "undo", "undo"]


def test_a_turn_while_both_are_pressed_turns_and_walks_no_aim(player: Player) -> None:
    player.press(1, "burn", True)
    player.press(1.1, "dodge", True)
    player.turn(1.3, "dodge", 3)
    player.turn(1.6, "burn", 2)
    assert (player.state.dodge_aim, player.state.burn_aim) == (3.0, 8.0)
    assert (player.state.dodge_stops, player.state.burn_stops) == (pytest.approx(3 / 12), pytest.approx(2 / 12))
    player.press(2, "burn", False)
    player.turn(2.8, "dodge", 1)  # the one that is left was down together with the other: it walks no aim either
    player.press(3, "dodge", False)
    player.tick(4)
    assert (player.state.dodge_aim, player.state.dodge_stops) == (3.0, pytest.approx(4 / 12))
    assert player.kinds() == ["turn", "turn", "turn"]


def test_both_held_long_show_no_negative(player: Player) -> None:
    player.press(1, "burn", True)
    player.press(1.1, "dodge", True)
    player.tick(2)
    assert not player.state.bare
    player.press(2.1, "dodge", False)
    player.tick(3)
    assert not player.state.bare


def test_turns_within_six_tenths_are_one_gesture(player: Player) -> None:
    player.turn(0, "dodge", 1)
    player.turn(0.6, "dodge", 1)
    player.turn(1.2, "dodge", -3)
    player.turn(3, "dodge", 4)
    assert player.hands.undo()
    assert player.state.dodge_stops == 0.0
    assert not player.hands.undo()  # the first came to nothing: two up, three down


def test_both_hands_at_once_are_one_gesture_a_knob(player: Player) -> None:
    for number in range(5):
        player.turn(0.2 * number, "dodge", 1)
        player.turn(0.2 * number + 0.1, "burn", 1)
    assert player.hands.undo()
    assert (player.state.dodge_stops, player.state.burn_stops) == (pytest.approx(5 / 12), 0.0)
    assert player.hands.undo()
    assert player.state == HandState()


def test_redo_until_something_new_is_done(player: Player) -> None:
    player.turn(0, "dodge", 6)
    player.tap(2, "burn", 6.0)
    assert player.hands.undo()
    assert player.hands.undo()
    assert player.hands.redo()
    assert (player.state.dodge_stops, player.state.burn_aim) == (0.5, 8.0)
    player.turn(4, "burn", 1)
    assert not player.hands.redo()


def test_undo_at_the_whole_picture(player: Player) -> None:
    player.press(1, "dodge", True)
    player.turn(1.4, "dodge", 8)
    player.press(2, "dodge", False)
    player.turn(3, "dodge", 6)
    assert player.hands.undo()
    assert (player.state.ev, player.state.dodge_aim) == (0.0, None)
    assert player.hands.undo()
    assert player.state == HandState()


def test_undo_while_walking_ends_the_walk(player: Player) -> None:
    player.press(1, "dodge", True)
    player.turn(1.4, "dodge", 2)
    assert player.hands.undo()
    assert player.state.dodge_aim == 3.0
    player.turn(1.8, "dodge", 1)
    assert player.state.dodge_aim == 4.0
    player.press(2, "dodge", False)
    assert player.hands.undo()
    assert player.state.dodge_aim == 3.0


def test_lock(player: Player) -> None:
    player.turn(0, "dodge", 6)
    player.press(1, "lock", True)
    assert player.state.locked
    assert not player.hands.can_undo
    player.turn(2, "dodge", 3)
    player.tap(3, "burn", 2.0)
    player.press(4, "dodge", True)
    player.turn(4.1, "dodge", 2)
    player.press(5, "dodge", False)
    assert not player.hands.undo()
    assert player.state == HandState(dodge_stops=0.5, locked=True)
    player.press(6, "record", True)
    player.hands.add(Soul(6 * S, "off"), 5.0)
    player.press(7, "burn", True)
    player.tick(8)
    assert (player.state.record_presses, player.state.soul, player.state.bare) == (1, "off", True)
    player.press(8.1, "burn", False)
    player.press(9, "lock", False)
    assert player.hands.can_undo
    player.press(9.1, "undo", True)
    player.press(9.15, "undo", False)
    assert player.state.dodge_stops == 0.0
    assert (player.hands.can_undo, player.hands.can_redo) == (False, True)
    player.press(9.2, "redo", True)
    assert player.state.dodge_stops == 0.5
    assert (player.hands.can_undo, player.hands.can_redo) == (True, False)


def test_record_counts_presses_and_soul_follows_the_switch(player: Player) -> None:
    player.tap(1, "record")
    player.tap(2, "record")
    player.hands.add(Soul(3 * S, "proof"), 5.0)
    assert (player.state.record_presses, player.state.soul) == (2, "proof")
    assert not player.hands.undo()  # a switch and a button are where they are


def test_a_lost_release_does_not_stick(player: Player) -> None:
    player.press(1, "dodge", True)
    player.tick(2)
    assert player.state.bare
    player.press(3, "dodge", True, 6.0)
    assert not player.state.bare
    player.press(3.1, "dodge", False, 6.0)
    assert player.state.dodge_aim == 6.0
    player.press(4, "burn", False)  # a release of nothing
    assert player.state.burn_aim == 8.0


def test_the_newest_edge(player: Player) -> None:
    assert player.hands.newest_edge_ns is None
    player.turn(1, "dodge", 1)
    player.hands.add(Turn(S // 2, "burn", 1), 5.0)  # of another device, and older
    assert player.hands.newest_edge_ns == S
    player.hands.add(Soul(9 * S, "off"), 5.0)
    assert player.hands.newest_edge_ns == S


def test_gestures_are_told_when_they_are_complete(player: Player) -> None:
    player.turn(1, "dodge", 3)
    player.tick(1.3)
    assert player.kinds() == []
    player.tick(3)
    (turn,) = player.hands.events()
    assert (turn.kind, turn.knob, turn.detents, turn.aim, turn.t_ns, turn.end_ns) == (
        *("turn", "dodge", 3, 3.0),
        *(S, S + 20_000_000),
    )
    player.tap(4, "burn", 5.5)
    player.tap(4.2, "burn", 5.5)
    assert player.kinds() == ["tap", "zero"]
    assert player.kinds() == []
