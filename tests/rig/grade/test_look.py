"""A Look to a dict and back, its targets, and words for mistakes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.errors import UserError
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

LOOKS = st.builds(
    lambda values: look_from_dict(
        {op: {n.split(".")[1]: v for n, v in values.items() if n.startswith(f"{op}.")} for op in operations()}
    ),
    st.fixed_dictionaries({name: st.floats(target(name).low, target(name).high) for name in targets()}),
)


@given(LOOKS)
def test_a_look_survives_its_dict_and_json(look: Look) -> None:
    assert look_from_dict(json.loads(json.dumps(look_to_dict(look)))) == look


@given(LOOKS, st.sampled_from(targets()), st.floats(-1e3, 1e3))
def test_one_value_changes_one_value_and_stays_in_its_range(look: Look, name: str, value: float) -> None:
    changed = with_value(look, name, value)
    parameter = target(name)
    assert get(changed, name) == min(max(value, parameter.low), parameter.high)
    assert all(get(changed, other) == get(look, other) for other in targets() if other != name)


def test_the_defaults_fold_to_nothing_even_with_another_aim() -> None:
    assert Look().fold().is_neutral
    look = Look()
    for name in ("dodge.zone", "burn.zone", "dodge.feather", "contrast.pivot", "vignette.size"):
        look = with_value(look, name, target(name).low)
    assert look.fold().is_neutral


def test_every_mistake_is_told_with_its_range_and_what_was_meant() -> None:
    with pytest.raises(UserError) as told:
        look_from_dict({"dogde": {"stops": 1.0}, "exposure": {"ev": 9.0}, "burn": {"stop": 1.0}})
    assert str(told.value).splitlines() == [
        "look: dogde: expected one of exposure, temperature, tint, dodge, burn, contrast, saturation, vignette, "
        "got dogde, did you mean dodge?",
        "look: exposure.ev: expected -4 to 4 EV, got 9.0",
        "look: burn.stop: expected one of stops, zone, feather, got stop, did you mean stops?",
    ]


def test_an_unknown_target_names_the_one_that_was_meant() -> None:
    with pytest.raises(UserError, match=r"got temprature\.mired, did you mean temperature\.mired"):
        target("temprature.mired")


def test_sliders_come_in_the_order_of_the_look() -> None:
    assert [slider["target"] for slider in look_sliders()] == list(targets())
    assert list(operations()) == [
        "exposure", "temperature", "tint", "dodge", "burn", "contrast", "saturation", "vignette",
    ]  # fmt: skip
