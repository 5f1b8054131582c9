"""What was recorded is what a replay gives, of every sensor."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import msgspec
import numpy as np
import pytest

from drivers.readings import Motion, Placing, Press, PulseSamples, Reading, ReportedBeat, Skin, Soul, Turn
from drivers.replay import later
from rig.session.readings import sensor_of, to_entry, to_reading

RNG = np.random.default_rng(0)
T_NS = np.array([5, 7, 10], np.int64)
READINGS: list[tuple[str, Reading]] = [
    (
        "pulse",
        PulseSamples(T_NS, T_NS.astype(np.int32), T_NS.astype(np.int32), 3, 1, 31.5, 0.004, False, 7.2, 6.4, True),
    ),
    ("pulse", PulseSamples(T_NS[:0], T_NS[:0].astype(np.int32), T_NS[:0].astype(np.int32), 3, 9)),
    ("pulse", ReportedBeat(9, 850.5)),
    ("motion", Motion(T_NS, *RNG.normal(0, 9, (2, 3, 3)).astype(np.float32), 4, 2, 30.5, -0.01)),
    ("skin", Skin(T_NS, np.array([4.2, np.nan, 0.1], np.float32))),
    ("hands", Turn(9, "dodge", -1, (5, 6, 7, 9))),
    ("hands", Press(9, "record", True)),
    ("hands", Soul(9, "proof")),
    ("hands", Placing(9, 5.5)),
]


def told(reading: Reading, of: str) -> Any:
    value = getattr(reading, of)
    return value.tolist() if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize(("sensor", "reading"), READINGS)
def test_a_reading_comes_back_from_the_timeline_as_it_was(sensor: str, reading: Reading) -> None:
    assert sensor_of(reading) == sensor
    entry = to_entry(reading, 3)
    again = to_reading(msgspec.json.decode(msgspec.json.encode(entry), type=type(entry)))
    assert type(again) is type(reading)
    for field in fields(reading):
        np.testing.assert_equal(told(again, field.name), told(reading, field.name))
        value = getattr(again, field.name)
        if isinstance(value, np.ndarray):
            assert value.dtype == getattr(reading, field.name).dtype
            assert not value.flags.writeable


@pytest.mark.parametrize(("sensor", "reading"), READINGS)
def test_a_reading_later_is_the_same_but_for_its_times(sensor: str, reading: Reading) -> None:
    moved = later(reading, 100)
    for field in fields(reading):
        value = getattr(reading, field.name)
        by = 100 if field.name == "t_ns" else 0
        if field.name == "edges_ns":
            value, by = np.array(value), 100
        if isinstance(value, np.ndarray) or by:
            np.testing.assert_array_equal(np.array(getattr(moved, field.name)), value + by)
        else:
            assert getattr(moved, field.name) == value
