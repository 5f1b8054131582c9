"""The curve of a knob: the same ends, as many detents, exact back and forth, whatever lies between."""

from __future__ import annotations

from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.readings import Knob, Press, Slide, Turn
from rig.config import HandsSettings, KnobCurve
from rig.errors import UserError
from rig.hands.curves import MOST_STOPS, Curve, Curves, detents_of, place_of, stops_at
from rig.hands.hands import Hands
from rig.hands.state import HandState

S = 1_000_000_000
GENTLE = Curves("gentle", "gentle")


def stops(hands: Hands, knob: str) -> float:
    value: float = getattr(hands.state, f"{knob}_stops")
    return value


@pytest.mark.parametrize("knob", ["dodge", "burn"])
@pytest.mark.parametrize("curve", get_args(Curve))
def test_it_rises_from_zero_to_the_end_in_as_many_detents(knob: Knob, curve: Curve) -> None:
    way = [stops_at(place, knob, curve) for place in range(detents_of(knob) + 1)]
    assert (way[0], way[-1]) == (0.0, MOST_STOPS[knob])
    steps = [b - a for a, b in pairwise(way)]
    assert min(steps) > 0.0
    if curve == "linear":
        assert all(step == pytest.approx(1 / 12) for step in steps)
    else:
        assert all(b > a for a, b in pairwise(steps)), "each coarser than the one before"
        assert steps[0] < 0.5 / 12 < 1.5 / 12 < steps[-1]
    assert [place_of(value, knob, curve) for value in way] == list(range(detents_of(knob) + 1))
    assert stops_at(-3, knob, curve) == 0.0
    assert stops_at(99, knob, curve) == MOST_STOPS[knob]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["dodge", "burn"]), st.floats(0.0, 2.0), st.integers(1, 40))
def test_so_many_up_and_as_many_down_end_where_they_began(knob: Knob, begin: float, detents: int) -> None:
    base = HandState(dodge_stops=begin, burn_stops=begin)
    for curves in (Curves(), GENTLE):
        hands = Hands(base, curves)
        room = int(detents_of(knob) - place_of(begin, knob, curves.of(knob)))
        for number in range(min(detents, room)):
            hands.add(Turn(S + number * 10_000_000, knob, 1))
        there = stops(hands, knob)
        hands.add(Turn(5 * S, knob, -min(detents, room)))
        assert stops(hands, knob) == pytest.approx(begin, abs=1e-6)
        hands.add(Turn(9 * S, knob, min(detents, room)))
        assert stops(hands, knob) == pytest.approx(there, abs=1e-6)


def test_from_a_whole_detent_it_is_exact_to_the_bit() -> None:
    hands = Hands(None, GENTLE)
    for start in range(13):
        hands.add(Turn((10 * start + 1) * S, "burn", 1))
        before = stops(hands, "burn")
        hands.add(Turn((10 * start + 3) * S, "burn", 12))
        hands.add(Turn((10 * start + 5) * S, "burn", -12))
        assert stops(hands, "burn") == before


def test_the_other_knob_and_the_base_exposure_stay_linear() -> None:
    hands = Hands(HandState(dodge_aim=None), Curves(dodge="gentle"))
    hands.add(Turn(S, "dodge", 6))
    hands.add(Turn(2 * S, "burn", 6))
    assert (hands.state.ev, hands.state.burn_stops) == (0.5, 0.5)


def test_a_potentiometer_reaches_every_value_and_picks_up_where_its_knob_stands() -> None:
    hands, way = Hands(None, GENTLE), detents_of("dodge")
    for place in range(way + 1):
        hands.add(Slide((place + 1) * S, "dodge", place / way))
        assert stops(hands, "dodge") == stops_at(place, "dodge", "gentle")
    hands.add(Press(40 * S, "undo", True))
    before = stops(hands, "dodge")
    place = round(place_of(before, "dodge", "gentle"))
    hands.add(Slide(41 * S, "dodge", (place + 2) / way))
    assert stops(hands, "dodge") == before, "not yet where it picks up"
    hands.add(Slide(42 * S, "dodge", (place - 1) / way))
    assert stops(hands, "dodge") == stops_at(place - 1, "dodge", "gentle")


def test_a_take_keeps_what_is_not_linear_and_an_old_one_is_linear() -> None:
    assert Curves().to_dict() == {}
    assert Curves.from_dict({}) == Curves()
    assert Curves.from_dict(Curves(burn="gentle").to_dict()) == Curves(burn="gentle")
    with pytest.raises(UserError, match=r'^take: knob_curves.dodge: expected linear or gentle, got "gentel", did you '):
        Curves.from_dict({"dodge": "gentel"}, "take: knob_curves")
    with pytest.raises(UserError, match='expected dodge or burn, got "zoom"'):
        Curves.from_dict({"zoom": "linear"})


def test_the_configuration_has_the_same_curves() -> None:
    assert get_args(KnobCurve) == get_args(Curve)
    assert Curves(HandsSettings().dodge_curve, HandsSettings().burn_curve) == Curves()
