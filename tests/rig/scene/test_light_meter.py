"""What the sensor's exposure moves is taken out of the zones: held while they are named, else leaking away."""

from __future__ import annotations

from math import exp

import numpy as np
import pytest

from drivers.readings import Frame
from rig.scene.light import LightMeter

PIXELS = np.full((36, 32), 128, np.uint8)
S = 1_000_000_000


def frame(at_s: float, exposure_ns: int | None = 10_000_000, gain: float | None = 2.0) -> Frame:
    return Frame(round(at_s * S), round(at_s * 30), PIXELS, exposure_ns=exposure_ns, gain=gain)


def test_the_first_exposure_is_what_the_others_are_told_against() -> None:
    meter = LightMeter()
    assert meter.read(frame(1), held=True) == 0.0
    assert meter.read(frame(2, 20_000_000), held=True) == pytest.approx(1.0)
    assert meter.read(frame(3, 20_000_000, 0.5), held=True) == pytest.approx(-1.0)
    assert meter.read(frame(300, 20_000_000, 0.5), held=True) == pytest.approx(-1.0)


def test_unheld_it_leaks_away_with_five_seconds() -> None:
    meter = LightMeter()
    meter.read(frame(0), held=False)
    light_ev = 1.0
    for tenth in range(1, 51):
        light_ev = meter.read(frame(tenth / 10, 20_000_000), held=False)
    assert light_ev == pytest.approx(exp(-1), abs=0.01)
    assert meter.read(frame(5.1, 20_000_000), held=True) == light_ev


def test_a_camera_that_tells_nothing_moves_nothing() -> None:
    meter = LightMeter()
    assert meter.read(frame(0, None), held=True) == 0.0
    assert meter.read(frame(1, 10_000_000, None), held=True) == 0.0
    assert meter.read(frame(2, 0), held=True) == 0.0
    meter.read(frame(3), held=True)
    assert meter.read(frame(4, None), held=True) == 0.0
    assert meter.read(frame(5, 40_000_000), held=True) == pytest.approx(2.0)


def test_a_take_that_is_read_again_begins_where_it_began() -> None:
    meter = LightMeter(0.75)
    assert meter.read(frame(0), held=True) == pytest.approx(0.75)
    assert meter.read(frame(1, 5_000_000), held=True) == pytest.approx(-0.25)
