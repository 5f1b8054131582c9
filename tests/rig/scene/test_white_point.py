"""The white point: casts that are put on a picture are read off it again, and where nobody can know, nobody does."""

from __future__ import annotations

import numpy as np
import pytest

from drivers.colour import from_rgb
from drivers.readings import Colour, Frame
from rig.grade.temperature import daylight_gains
from rig.scene.white import white_point
from rig.zones import decode, encode

COLOURS = [Colour(m, r, t) for m in ("bt601", "bt709") for r in ("limited", "full") for t in ("srgb", "bt709")]


def frame_of(light: np.ndarray, colour: Colour | None = None) -> Frame:
    colour = colour or Colour()
    noise = np.random.default_rng(0).normal(0.0, 1.5, light.shape)
    codes = np.rint(255.0 * encode(np.clip(light, 0.0, 1.0), colour.transfer) + noise)
    return Frame(0, 0, from_rgb(np.clip(codes, 0, 255).astype(np.uint8), colour), colour)


def cast(mired: float, tint: float) -> np.ndarray:
    gains = np.array(daylight_gains(mired)) * [1.0, 2.0 ** (-0.25 * tint), 1.0]
    return gains / gains.max()


def greys() -> np.ndarray:
    """A street of greys with some red and some blue in it."""
    light = np.repeat(np.linspace(0.05, 0.6, 640)[None, :, None], 480, axis=0) * np.ones(3)
    light[100:200, 100:300] = (0.5, 0.03, 0.03)
    light[300:400, 300:400] = (0.02, 0.05, 0.5)
    return light


@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_greys_under_white_light_are_neutral(colour: Colour) -> None:
    assert white_point(frame_of(greys(), colour)) == pytest.approx((0.0, 0.0), abs=1.0)


@pytest.mark.parametrize(("mired", "tint"), [(30, 0), (-40, 0), (80, 0.2), (0, 0.6), (0, -0.6), (60, -0.3)])
def test_a_cast_is_read_in_the_prints_own_units(mired: float, tint: float) -> None:
    found = white_point(frame_of(greys() * cast(mired, tint)))
    assert found is not None
    assert found[0] == pytest.approx(mired, abs=3.0)
    assert found[1] == pytest.approx(tint, abs=0.08)


def test_on_a_photograph_a_cast_adds_to_its_own() -> None:
    data = pytest.importorskip("skimage.data")
    light = 0.8 * decode(data.astronaut()[:480, :512] / 255.0, "srgb")
    before, after = white_point(frame_of(light)), white_point(frame_of(light * cast(40, 0)))
    assert before is not None
    assert after is not None
    assert after[0] - before[0] == pytest.approx(40.0, abs=5.0)
    assert after[1] - before[1] == pytest.approx(0.0, abs=0.1)


@pytest.mark.parametrize(
    "light",
    [
        np.full((480, 640, 3), (0.5, 0.02, 0.02)),  # a red wall
        np.full((480, 640, 3), (0.05, 0.3, 0.05)),  # leaves
        np.full((480, 640, 3), 0.001),  # night
        np.full((480, 640, 3), 1.0),  # nothing but white: clipped
        np.full((16, 16, 3), 0.18),  # too little to tell
    ],
    ids=["red", "green", "dark", "clipped", "tiny"],
)
def test_where_there_is_no_grey_nobody_is_sure(light: np.ndarray) -> None:
    assert white_point(frame_of(light)) is None
