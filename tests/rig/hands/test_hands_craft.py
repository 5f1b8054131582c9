"""Places of taps, strokes that are kept, and a spot that is placed on a zone."""

from __future__ import annotations

import pytest
from playing import Player, S

from drivers.readings import Placing
from rig.hands.place import HandPlace, HandStroke
from rig.hands.state import HandState


def test_a_tap_aims_at_a_place_with_a_number_of_its_own(player: Player) -> None:
    player.tap(1, "dodge", 4.0)
    player.tap(2, "burn", 7.0)
    assert player.state.dodge_place == HandPlace(0.5, 0.5, 1 / 3, 1)
    assert player.state.burn_place == HandPlace(0.5, 0.5, 1 / 3, 2)
    assert player.state.followed() == {1: (0.5, 0.5), 2: (0.5, 0.5)}
    assert player.hands.undo()
    assert (player.state.burn_place, player.state.places) == (None, 2)
    player.tap(3, "burn", 7.0)  # another place than the one that was taken back
    assert player.state.burn_place == HandPlace(number=3)
    assert player.hands.undo()
    assert player.hands.redo()
    assert player.state.burn_place == HandPlace(number=3)


def test_a_double_tap_takes_the_first_taps_place_back(player: Player) -> None:
    player.tap(1, "dodge", 4.0)
    player.turn(2, "dodge", 6)
    player.tap(4, "dodge", 6.0)
    assert player.state.dodge_place == HandPlace(number=2)
    player.tap(4.2, "dodge", 6.0)
    assert (player.state.dodge_place, player.state.dodge_aim) == (HandPlace(number=1), 4.0)
    assert player.state.dodge_stops == 0.0


def test_a_walk_keeps_the_place_until_it_has_been_at_the_whole_picture(player: Player) -> None:
    player.tap(1, "dodge", 7.0)
    player.turn(2, "dodge", 6)
    player.press(3, "dodge", True)
    player.turn(3.4, "dodge", 2)
    assert (player.state.dodge_aim, player.state.dodge_place) == (9.0, HandPlace(number=1))
    player.turn(3.6, "dodge", 2)
    player.press(4, "dodge", False)
    assert (player.state.dodge_aim, player.state.dodge_zone) == (None, 7.0)
    assert player.state.dodge_place == HandPlace(number=1)  # what it dodged stays where it was
    player.press(5, "dodge", True)
    player.turn(5.4, "dodge", -4)
    player.press(6, "dodge", False)
    assert (player.state.dodge_aim, player.state.dodge_place) == (7.0, None)
    assert player.hands.undo()
    assert player.state.dodge_place == HandPlace(number=1)


def test_keep_puts_the_stroke_of_the_knob_used_last_away(player: Player) -> None:
    player.press(0.5, "keep", True)
    assert player.state == HandState()  # nothing to keep
    player.tap(1, "dodge", 4.0)
    player.turn(2, "dodge", 6)
    player.turn(3, "burn", 12)
    player.press(4, "keep", True)
    player.press(4.1, "keep", False)
    assert player.state.strokes == (HandStroke(-1.0, 8.0),)
    assert (player.state.burn_stops, player.state.dodge_stops) == (0.0, 0.5)
    player.press(5, "keep", True)  # burn is at zero now
    assert len(player.state.strokes) == 1
    player.turn(6, "dodge", 1)
    player.press(7, "keep", True)
    assert player.state.strokes[1] == HandStroke(pytest.approx(7 / 12), 4.0, HandPlace(number=1))
    assert player.state.followed() == {1: (0.5, 0.5)}
    player.tap(8, "dodge", 4.0)
    player.tap(8.2, "dodge", 4.0)  # a double tap leaves what was kept alone
    assert len(player.state.strokes) == 2
    assert player.hands.undo()
    assert (len(player.state.strokes), player.state.dodge_stops) == (1, pytest.approx(7 / 12))
    assert player.kinds() == ["tap", "turn", "turn", "keep", "turn", "keep", "tap", "zero", "undo"]


def test_no_more_strokes_than_the_mask_can_hold(player: Player) -> None:
    for number in range(20):
        player.turn(number, "dodge", 6)
        player.press(number + 0.5, "keep", True)
    assert len(player.state.strokes) == 16
    assert player.state.dodge_stops == 2.0


def test_placing_is_one_step_and_the_base_exposure_begins_anew(player: Player) -> None:
    player.press(1, "dodge", True)
    player.turn(1.4, "dodge", 8)
    player.press(2, "dodge", False)
    player.turn(3, "dodge", 6)
    player.hands.add(Placing(4 * S, 6.0), 3.5, 3.75)
    state = player.state
    assert (state.place_spot, state.place_zone, state.ev) == (3.75, 6.0, 0.0)  # on the negative as it is
    player.turn(5, "dodge", 1)
    assert player.state.ev == pytest.approx(1 / 12)
    assert player.hands.undo()
    assert player.hands.undo()
    assert (player.state.place_spot, player.state.place_zone, player.state.ev) == (None, None, 0.5)
    (placed,) = [gesture for gesture in player.hands.events() if gesture.kind == "place"]
    assert (placed.knob, placed.aim, placed.t_ns) == (None, 6.0, 4 * S)


def test_locked_knobs_place_and_keep_nothing(player: Player) -> None:
    player.turn(0, "dodge", 6)
    player.press(1, "lock", True)
    player.press(2, "keep", True)
    player.hands.add(Placing(3 * S, 6.0), 3.5)
    player.tap(4, "burn", 2.0)
    assert player.state == HandState(dodge_stops=0.5, locked=True)
    assert player.state.places == 0
