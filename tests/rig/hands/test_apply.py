"""The hands' state into a look, to the timeline, and back."""

from __future__ import annotations

import json

import pytest

from rig.errors import UserError
from rig.grade.look import look_from_dict
from rig.hands.apply import apply, state_of_look
from rig.hands.place import HandPlace, HandStroke
from rig.hands.state import HandState


def test_the_hands_are_the_base_look() -> None:
    look = {"exposure": {"ev": 0.5}, "contrast": {"contrast": 0.2}, "dodge": {"stops": 0.1, "zone": 2.0, "feather": 2}}
    state = HandState(dodge_stops=1.0, dodge_aim=4.5, burn_stops=0.25, burn_aim=7.0, ev=-1.0)
    made = apply(look, state)
    assert made == {
        "exposure": {"ev": -0.5},
        "contrast": {"contrast": 0.2},
        "dodge": {"stops": 1.0, "zone": 4.5, "feather": 2},
        "burn": {"stops": 0.25, "zone": 7.0},
    }
    assert look["exposure"] == {"ev": 0.5}
    assert look["dodge"]["stops"] == 0.1


def test_at_the_whole_picture_the_dodge_stays_where_it_was() -> None:
    made = apply({}, HandState(dodge_stops=1.0, dodge_aim=None, dodge_zone=4.0, ev=1.0))
    assert made["dodge"] == {"stops": 1.0, "zone": 4.0}


def test_places_and_strokes_go_into_the_look_after_its_own() -> None:
    look = {
        "strokes": {"kept": [{"stops": 1.0, "zone": 2.0}]},
        "burn": {"feather": 2.0},
        "dodge": {"place": {"x": 0.1}},
    }
    there = HandPlace(0.25, 0.75, 0.5, 3)
    kept = (HandStroke(0.5, 3.0, there), HandStroke(-1.5, 8.0))
    made = apply(look, HandState(dodge_place=there, strokes=kept))
    assert made["dodge"]["place"] == {"x": 0.25, "y": 0.75, "height": 0.5, "number": 3}
    assert "place" not in made["burn"]
    assert made["strokes"]["kept"] == [
        {"stops": 1.0, "zone": 2.0},
        {"stops": 0.5, "zone": 3.0, "place": {"x": 0.25, "y": 0.75, "height": 0.5, "number": 3}},
        {"stops": -1.5, "zone": 8.0, "feather": 2.0},
    ]
    assert len(look["strokes"]["kept"]) == 1
    folded = look_from_dict(made)
    assert folded.strokes.kept[1].place == folded.dodge.place
    assert "place" not in apply(look, HandState())["dodge"]


def test_the_numbers_of_places_are_the_hands_own() -> None:
    of_another_shoot = {"x": 0.2, "y": 0.3, "height": 0.4, "number": 1}
    look = {
        "dodge": {"stops": 0.5, "place": of_another_shoot},
        "strokes": {"kept": [{"stops": 1.0, "zone": 2.0, "place": of_another_shoot}]},
    }
    state = state_of_look(look)
    assert state.dodge_place == HandPlace(0.2, 0.3, 0.4, 0)
    made = apply(look, state)
    assert made["strokes"]["kept"][0]["place"]["number"] == 0
    assert of_another_shoot["number"] == 1
    assert state.followed() == {}


def test_a_placed_spot_is_the_base_exposure() -> None:
    look = {"exposure": {"ev": 0.5}, "place": {"spot": 1.0, "zone": 2.0}}
    assert apply(look, HandState(ev=0.25))["place"] == {"spot": 1.0, "zone": 2.0}
    made = apply(look, HandState(ev=0.25, place_spot=3.5, place_zone=5.0))
    assert made["place"] == {"spot": 3.5, "zone": 5.0}
    assert made["exposure"]["ev"] == 0.25
    assert look_from_dict(made).fold().ev == 1.75


def test_the_sum_of_exposures_stays_in_range() -> None:
    assert apply({"exposure": {"ev": 3.0}}, HandState(ev=3.0))["exposure"]["ev"] == 4.0


def test_the_knobs_go_on_from_the_looks_own_dodge() -> None:
    look = {"exposure": {"ev": 0.5}, "dodge": {"stops": 0.5, "zone": 2.0}, "burn": {"stops": 9.0}}
    state = state_of_look(look)
    assert state == HandState(dodge_stops=0.5, dodge_aim=2.0, dodge_zone=2.0, burn_stops=3.0)
    assert apply(look, state)["dodge"] == {"stops": 0.5, "zone": 2.0}
    assert apply(look, state)["exposure"]["ev"] == 0.5
    assert state_of_look({}) == HandState()


def test_to_the_timeline_and_back() -> None:
    there = HandPlace(0.25, 0.75, 0.5, 3)
    strokes = (HandStroke(0.5, 3.0, there), HandStroke(-1.5, 8.0))
    state = HandState(
        *(0.5, None, 1.0, 6.25, -0.25, "proof", True, 3, 2.0, 6.25, True, there, None, strokes, 3.5, 5.0, 4, "burn")
    )
    back = HandState.from_dict(json.loads(json.dumps(state.to_dict())))
    assert (back, back.places, back.last) == (state, 4, "burn")
    assert HandState.from_dict(state.to_dict()) == state
    assert HandState.from_dict({}) == HandState()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"dodge_stops": 2.5}, "hands.dodge_stops: expected 0 to 2 stops, got 2.5"),
        ({"ev": "bright"}, "hands.ev: expected -4 to 4 EV, got 'bright'"),
        ({"burn_aim": 11}, "hands.burn_aim: expected 0 to 10 zones, got 11"),
        ({"burn_zone": None}, "hands.burn_zone: expected 0 to 10 zones, got None"),
        ({"soul": "loud"}, "hands.soul: expected off, set or proof, got 'loud'"),
        ({"record_presses": -1}, "hands.record_presses: expected a count, got -1"),
        ({"dodge_place": 3}, "hands.dodge_place: expected a table, got 3"),
        ({"dodge_place": {"z": 3}}, "hands.dodge_place.z: expected one of height, number, x, y"),
        ({"burn_place": {"x": 2}}, "hands.burn_place.x: expected 0 to 1 of the width, got 2"),
        ({"burn_place": {"number": -1}}, "hands.burn_place.number: expected a count, got -1"),
        ({"strokes": 7}, "hands.strokes: expected a list of at most 16 strokes, got 7"),
        ({"strokes": [{"stops": 1.0}]}, "hands.strokes.1.zone: expected a number, got none"),
        ({"strokes": [{"stops": -4, "zone": 1}]}, "hands.strokes.1.stops: expected -3 to 2 stops, got -4"),
        ({"place_spot": 5.0}, "hands.place_zone: expected it together with hands.place_spot, got one of them"),
        ({"last": "thumb"}, "hands.last: expected dodge or burn, got 'thumb'"),
        ({"bare": 1}, "hands.bare: expected true or false, got 1"),
    ],
)
def test_a_wrong_state_is_named(data: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        HandState.from_dict(data)
    assert str(caught.value) == message


def test_an_unknown_value_is_named() -> None:
    with pytest.raises(UserError, match=r"^hands\.dodge: expected one of bare, burn_aim"):
        HandState.from_dict({"dodge": 1})
