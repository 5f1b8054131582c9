"""Zones, key, spot, clipping and motion of pictures whose light is known."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.readings import Colour, Frame
from rig.scene.reader import SceneReader
from rig.scene.scene import Scene, scene_from_dict, scene_to_dict
from rig.zones import value_of_zone


def code(zone: float, colour: Colour) -> int:
    value = value_of_zone(zone, colour.transfer)
    return round(16 + 219 * value if colour.range == "limited" else 255 * value)


def frame_of(zones: np.ndarray, colour: Colour | None = None, index: int = 0) -> Frame:
    colour = colour or Colour()
    height, width = zones.shape
    pixels = np.full((height * 3 // 2, width), 128, np.uint8)
    codes = {zone: code(zone, colour) for zone in np.unique(zones)}
    pixels[:height] = np.vectorize(codes.__getitem__, otypes=[np.uint8])(zones)
    return Frame(t_ns=index * 33_333_333, index=index, pixels=pixels, colour=colour)


@pytest.mark.parametrize(
    "colour", [Colour(range=r, transfer=t) for r in ("limited", "full") for t in ("srgb", "bt709")]
)
def test_known_greys_give_their_zones_key_and_spot(colour: Colour) -> None:
    zones = np.full((160, 320), 5.0)
    zones[:, :160] = 3.0
    zones[72:88, 144:176] = 7.0
    scene = SceneReader().look(frame_of(zones, colour))
    assert sum(scene.zones) == pytest.approx(1.0)
    assert scene.zones[3] == pytest.approx(0.495, abs=0.001)
    assert scene.zones[5] == pytest.approx(0.495, abs=0.001)
    assert scene.zones[7] == pytest.approx(0.01, abs=0.001)
    assert scene.key_ev == pytest.approx((0.495 * -2 + 0.01 * 2), abs=0.03)
    assert scene.spot_zone == pytest.approx(7.0, abs=0.06)
    assert scene.motion == 0.0


def test_clipped_is_the_share_of_white_pixels() -> None:
    frame = frame_of(np.full((160, 320), 5.0))
    pixels = frame.pixels.copy()
    pixels[:40] = 255
    assert SceneReader().look(replace(frame, pixels=pixels)).clipped == pytest.approx(0.25, abs=0.01)
    assert SceneReader().look(frame).clipped == 0.0


def test_motion_is_nothing_for_a_still_all_for_a_cut_and_the_same_at_any_rate() -> None:
    reader, still, other = SceneReader(), np.full((160, 320), 5.0), np.full((160, 320), 7.0)
    assert [reader.look(frame_of(still, index=i)).motion for i in range(2)] == [0.0, 0.0]
    assert reader.look(frame_of(other, index=2)).motion == 1.0

    def slide(step: int) -> float:
        ramp = np.arange(320, dtype=float)[None, :].repeat(160, axis=0)
        reader = SceneReader()
        for index in (0, step, 2 * step):
            scene = reader.look(frame_of(np.round(3 + (ramp + 4 * index) / 160, 2), index=index))
        return scene.motion

    assert 0.02 < slide(1) < 0.5
    assert slide(1) == pytest.approx(slide(2), rel=0.15)


def test_after_a_gap_or_another_size_there_is_no_motion() -> None:
    reader = SceneReader()
    reader.look(frame_of(np.full((160, 320), 5.0)))
    assert reader.look(frame_of(np.full((160, 320), 7.0), index=60)).motion == 0.0
    assert reader.look(frame_of(np.full((80, 160), 5.0), index=61)).motion == 0.0


def test_the_cameras_small_picture_is_used_where_there_is_one() -> None:
    frame = frame_of(np.full((160, 320), 5.0))
    small = frame_of(np.full((80, 160), 3.0)).pixels
    assert SceneReader().look(replace(frame, small=small)).spot_zone == pytest.approx(3.0, abs=0.06)


def test_the_spot_is_told_without_what_the_sensors_exposure_has_moved() -> None:
    frame = frame_of(np.full((160, 320), 6.0))
    scene = SceneReader().look(frame, light_ev=1.0)
    assert scene.spot_zone == pytest.approx(5.0, abs=0.06)
    assert scene.zones[6] == 1.0  # the shares are of the negative as it is
    assert SceneReader().look(frame, light_ev=9.0).spot_zone == 0.0


@given(
    st.lists(st.floats(0, 1), min_size=11, max_size=11),
    st.floats(-5, 5),
    st.floats(0, 10),
    st.none() | st.floats(-99, 99),
)
def test_a_scene_survives_its_dict_and_json(zones: list[float], key: float, spot: float, white: float | None) -> None:
    scene = Scene(key, tuple(zones), spot, 0.5, 0.25, white, None if white is None else 0.5)
    assert scene_from_dict(json.loads(json.dumps(scene_to_dict(scene)))) == scene


def test_what_is_no_scene_is_refused() -> None:
    kept = scene_to_dict(Scene(0.0, (0.0,) * 11, 5.0, 0.0, 0.0))
    with pytest.raises(ValueError, match="expected 11 shares"):
        scene_from_dict({**kept, "zones": [1.0]})
    with pytest.raises(ValueError, match="motion: expected a number"):
        scene_from_dict({**kept, "motion": [1.0]})
