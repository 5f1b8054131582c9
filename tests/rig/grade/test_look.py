"""A Look to a dict and back, its targets, and words for mistakes."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rig.errors import UserError
from rig.grade.curve import Curve
from rig.grade.look import (
    Look,
    get,
    look_from_dict,
    look_sliders,
    look_to_dict,
    operations,
    target,
    targets,
    with_value,
)
from rig.grade.strokes import Spot, Stroke

SPOTS = st.none() | st.builds(
    lambda x, y, height, number: {"x": x, "y": y, "height": height, "number": number},
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0.05, 2),
    st.integers(0, 9),
)
STROKES = st.builds(
    lambda stops, zone, feather, place: (
        {"stops": stops, "zone": zone, "feather": feather} | ({"place": place} if place else {})
    ),
    st.floats(-3, 2),
    st.floats(0, 10),
    st.floats(0.25, 3),
    SPOTS,
)
POINTS = st.lists(st.integers(0, 20), unique=True, max_size=6).map(
    lambda places: [[x / 20, (x / 20) ** 2] for x in sorted(places)]
)


def tables(values: dict[str, float], kept: list[Any], points: list[Any], place: Any, file: str) -> dict[str, Any]:
    made: dict[str, Any] = {operation: {} for operation in operations()}
    for name, value in values.items():
        operation, _, parameter = name.partition(".")
        made[operation][parameter] = value
    made["strokes"] = {"kept": kept}
    made["curve"] = {"points": points}
    made["lut"]["file"] = file
    if place is not None:
        made["dodge"]["place"] = made["burn"]["place"] = place
    return made


VALUES = st.fixed_dictionaries({name: st.floats(target(name).low, target(name).high) for name in targets()})
LOOKS = st.builds(tables, VALUES, st.lists(STROKES, max_size=3), POINTS, SPOTS, st.text(max_size=8)).map(look_from_dict)


@settings(max_examples=25)
@given(LOOKS)
def test_a_look_survives_its_dict_and_json(look: Look) -> None:
    assert look_from_dict(json.loads(json.dumps(look_to_dict(look)))) == look


@settings(max_examples=25)
@given(LOOKS, st.sampled_from(targets()), st.floats(-1e3, 1e3))
def test_one_value_changes_one_value_and_stays_in_its_range(look: Look, name: str, value: float) -> None:
    changed = with_value(look, name, value)
    parameter = target(name)
    assert get(changed, name) == min(max(value, parameter.low), parameter.high)
    assert all(get(changed, other) == get(look, other) for other in targets() if other != name)


def test_a_value_that_is_no_number_is_the_default() -> None:
    assert get(with_value(Look(), "dodge.zone", math.nan), "dodge.zone") == 3.0


NEEDS_ANOTHER = (
    "auto.key", "auto.light_s", "auto.colour_s", "split_filter.angle", "split_filter.position", "split_filter.softness",
    "bw_filter.hue", "bw_filter.density", "dodge.zone", "dodge.feather", "burn.zone", "burn.feather", "vignette.size",
    "grain.size", "contrast.pivot", "split_tone.shadow_hue", "split_tone.highlight_hue", "split_tone.balance",
    "lut.strength",
)  # fmt: skip


@pytest.mark.parametrize("name", targets())
def test_every_target_does_something_but_those_that_only_say_how_another_does_it(name: str) -> None:
    """Auto's strength bends other targets; that is tested where it does (rig/modulation)."""
    parameter = target(name)
    for value in (parameter.low, parameter.high):
        idle = value == parameter.default or name in (*NEEDS_ANOTHER, "auto.strength")
        assert with_value(Look(), name, value).fold().is_neutral == idle


def test_nothing_is_done_by_what_does_nothing() -> None:
    assert Look().fold().is_neutral
    still = {
        "strokes": {"kept": [{"stops": 0.0, "zone": 3.0}]},
        "dodge": {"place": {"x": 0.2}},
        "place": {"spot": 4.0, "zone": 4.0},
        "lut": {"file": "nowhere.cube", "strength": 0.0},
    }
    assert look_from_dict(still).fold().is_neutral


def test_places_points_and_strokes_come_as_what_they_are() -> None:
    look = look_from_dict({
        "dodge": {"stops": 1.0, "place": {"x": 0.25, "number": 2}},
        "curve": {"points": [[0.25, 0.5], [1, 0.75]]},
        "strokes": {"kept": [{"stops": -1, "zone": 7}]},
    })  # fmt: skip
    assert look.dodge.place == Spot(x=0.25, number=2)
    assert look.curve == Curve(((0.25, 0.5), (1.0, 0.75)))
    assert look.strokes.kept == (Stroke(-1.0, 7.0),)
    assert hash(look.fold()) == hash(look.fold())
    assert "place" not in look_to_dict(look)["burn"]


def test_every_mistake_is_told_with_its_range_and_what_was_meant() -> None:
    with pytest.raises(UserError) as told:
        look_from_dict({"dogde": {"stops": 1.0}, "exposure": {"ev": 9.0}, "burn": {"stop": 1.0}})
    assert str(told.value).splitlines() == [
        f"look: dogde: expected one of {', '.join(operations())}, got dogde, did you mean dodge?",
        "look: exposure.ev: expected -4 to 4 EV, got 9.0",
        "look: burn.stop: expected one of stops, zone, feather, place, got stop, did you mean stops?",
    ]


def test_an_unknown_target_names_the_one_that_was_meant() -> None:
    with pytest.raises(
        UserError, match=r"^did you mean temperature\.mired\? expected a parameter of auto, .*, got temprature"
    ):
        target("temprature.mired")


def test_sliders_come_in_the_order_of_the_look_and_only_for_what_can_be_turned() -> None:
    assert [slider["target"] for slider in look_sliders()] == list(targets())
    assert list(operations()) == [
        "auto", "place", "exposure", "temperature", "tint", "split_filter", "bw_filter", "zones", "dodge", "burn",
        "strokes", "vignette", "grain", "contrast", "split_grade", "curve", "saturation", "split_tone", "cdl", "lut",
    ]  # fmt: skip
    assert not {"curve.points", "strokes.kept", "lut.file", "dodge.place", "burn.place"} & set(targets())
    assert [name for name in targets() if name.startswith("zones.")] == [f"zones.z{zone}" for zone in range(11)]
