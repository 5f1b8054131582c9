"""One declaration of a parameter gives its table, its clamp, its check and its slider."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta

from rig.grade.look import operations
from rig.params import Parameter, check, clamp, parameters, sliders


@dataclass(frozen=True)
class Lamp:
    level: Annotated[
        float, Meta(ge=-2, le=6, description="how bright", extra={"unit": "stops", "label": "brightness"})
    ] = 1.0
    zone: Annotated[float, Meta(ge=0, le=10, extra={"unit": "zone"})] = 5.0


def test_a_declaration_is_read_once_and_whole() -> None:
    level, zone = parameters(Lamp)
    assert level == Parameter("level", "stops", -2.0, 6.0, 1.0, "brightness", "how bright")
    assert (zone.label, zone.description) == ("zone", "zone")


def test_a_field_that_declares_too_little_is_no_parameter() -> None:
    @dataclass(frozen=True)
    class Loose:
        level: Annotated[float, Meta(ge=0)] = 1.0

    with pytest.raises(TypeError, match=r"Loose\.level: a parameter declares ge, le, a unit and a default"):
        parameters(Loose)


def test_check_tells_all_mistakes_with_range_and_unit() -> None:
    assert check(Lamp()) == ()
    assert check(Lamp(level=9.0, zone=math.nan)) == (
        "level: expected -2 to 6 stops, got 9.0",
        "zone: expected 0 to 10 zone, got nan",
    )


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_clamped_values_are_always_allowed_and_allowed_ones_stay(value: float) -> None:
    for cls in operations().values():
        for parameter in parameters(cls):
            kept = clamp(parameter, value)
            assert parameter.low <= kept <= parameter.high
            assert kept == value or not parameter.low <= value <= parameter.high


def test_sliders_are_json_and_start_at_the_default() -> None:
    drawn = json.loads(json.dumps(sliders({"lamp": Lamp})))
    assert [slider["target"] for slider in drawn] == ["lamp.level", "lamp.zone"]
    assert drawn[0]["step"] == pytest.approx(0.04)
    assert all(slider["low"] <= slider["default"] <= slider["high"] for slider in drawn)


def test_parameters_need_neither_numpy_nor_opencv() -> None:
    code = "import sys, rig.params, rig.toml_lines; sys.exit(bool({'numpy', 'cv2'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
