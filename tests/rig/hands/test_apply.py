"""The hands' state into a look, to the timeline, and back."""

from __future__ import annotations

import json

import pytest

from rig.errors import UserError
from rig.hands.apply import apply, state_of_look
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
    state = HandState(0.5, None, 1.0, 6.25, -0.25, "proof", True, 3, 2.0, 6.25, True)
    assert HandState.from_dict(json.loads(json.dumps(state.to_dict()))) == state
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
