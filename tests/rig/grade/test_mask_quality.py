"""What the mask does to a picture: no halo, no gradient turned round, texture kept, nothing flickering or pumping.

Smaller versions of benchmarks/grade_quality.py, which defines the measures and has all cases.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from drivers.colour import planes
from drivers.readings import Frame
from rig.grade.look import Look
from rig.grade.mask import Mask
from rig.grade.picture import picture_of
from rig.grade.reference import local_ev
from rig.zones import decode, encode, small_zones, value_of_zone, zones_of_codes

MakeLook = Callable[..., Look]
Grey = Callable[..., Frame]
Luma = NDArray[np.uint8]
ENDS = {"dodge__stops": 2, "burn__stops": 3}


def code(zone: float) -> int:
    return round(value_of_zone(zone, "srgb") * 255)


def slanted(*zones: float, width: int = 0) -> Luma:
    """Two tones, or three with the middle one ``width`` wide; the edge runs through all places in a small pixel."""
    at = 300 + np.arange(96)[:, None] // 7
    x = np.arange(640)[None, :]
    return np.where(x < at, code(zones[0]), np.where(x < at + width, code(zones[1]), code(zones[-1]))).astype(np.uint8)


def noisy(picture: NDArray[np.generic], sigma: float, rng: np.random.Generator) -> Luma:
    return np.asarray(np.clip(np.rint(picture + rng.normal(0, sigma, picture.shape)), 0, 255), np.uint8)


def ev_of(frame: Frame, look: Look, mask: Mask | None = None) -> NDArray[np.float64]:
    recipe = look.fold()
    lines = (mask or Mask()).update(small_zones(frame), frame.t_ns, recipe.zones)
    return local_ev(picture_of(frame), recipe, lines)


@pytest.mark.parametrize(
    ("tones", "values", "at_most"),
    [
        ((3, 5), {"dodge__stops": 1}, 0.03),
        ((2, 5), {"dodge__stops": 1}, 0.03),
        ((4, 6), {"dodge__stops": 1}, 0.03),
        ((5, 7.4), {"burn__stops": 1}, 0.03),
        ((3, 7.4), {"dodge__stops": 1, "burn__stops": 1}, 0.03),
        ((2, 5), {"dodge__stops": 2}, 0.03),
        ((3, 5), {"dodge__stops": 2}, 0.14),  # the step would be gone: the mask leaves a fifth of it
    ],
)
def test_a_step_gets_no_halo(
    tones: tuple[float, float], values: dict[str, float], at_most: float, grey: Grey, look: MakeLook
) -> None:
    luma = slanted(*tones)
    ev = ev_of(grey(luma), look(**values))
    left, right = ev[:, :8].mean(), ev[:, -8:].mean()
    assert abs(right - left) > 0.4
    leaves = max(np.abs(ev[luma == luma[0, 0]] - left).max(), np.abs(ev[luma == luma[0, -1]] - right).max())
    assert leaves <= at_most * abs(right - left)


def test_a_step_through_the_zone_shows_no_line(grey: Grey, look: MakeLook) -> None:
    luma = slanted(1, 5)
    assert np.abs(ev_of(grey(luma), look(dodge__stops=2))).max() < 0.02


def test_a_face_between_dark_and_light_is_dodged_without_lightening_either(grey: Grey, look: MakeLook) -> None:
    luma = slanted(1, 3, 6.5, width=64)
    ev = ev_of(grey(luma), look(dodge__stops=1))
    assert ev[luma == code(3)].mean() > 0.75
    beside = ev[:, 330:][luma[:, 330:] == code(6.5)]
    assert np.abs(beside).mean() < 0.01
    assert np.abs(ev[:, :280]).max() < 0.1


@pytest.mark.parametrize("name", ["camera", "coins"])
@pytest.mark.parametrize("values", [{"dodge__stops": 1, "burn__stops": 1}, ENDS])
def test_no_strong_gradient_turns_round(name: str, values: dict[str, float], grey: Grey, look: MakeLook) -> None:
    picture = getattr(data, name)()
    negative = noisy(picture[: picture.shape[0] // 2 * 2], 1.5, np.random.default_rng(1))
    after = decode(negative / 255.0, "srgb") * 2.0 ** ev_of(grey(negative), look(**values))
    for axis in (0, 1):
        before = np.diff(negative.astype(int), axis=axis)
        strong = np.abs(before) > 4
        assert strong.sum() > 10_000
        assert np.count_nonzero(strong & (np.sign(before) * np.diff(after, axis=axis) < 0)) == 0


def test_dodging_darkens_no_pixel_and_burning_lightens_none(
    market: Frame, look: MakeLook, printed: Callable[..., NDArray[np.uint8]]
) -> None:
    before = planes(market.pixels)[0].astype(int)
    for zone in range(11):
        dodged = planes(printed(market, look(dodge__stops=2, dodge__zone=zone)))[0]
        burnt = planes(printed(market, look(burn__stops=3, burn__zone=zone)))[0]
        assert np.all(dodged >= before)
        assert np.all(burnt <= before)


def test_lamps_in_a_dodged_doorway_are_not_darkened_by_the_dodging_while_lights_are_burnt(
    grey: Grey, look: MakeLook
) -> None:
    luma = np.full((240, 480), code(3), np.uint8)
    luma[112:124, 200:212] = 240
    frame = grey(luma)
    both, burnt = ev_of(frame, look(dodge__stops=2, burn__stops=2)), ev_of(frame, look(burn__stops=2))
    lamp = luma == 240
    assert np.all(both[lamp] >= burnt[lamp] - 0.03)
    assert both[20, 20] == pytest.approx(2.0, abs=0.01)


@pytest.mark.parametrize("zone", [2.0, 3.0, 4.0])
def test_texture_keeps_its_detail_inside_a_zone(zone: float, grey: Grey, look: MakeLook) -> None:
    picture = data.gravel()[:256, :256].astype(float)
    texture = picture - cv2.GaussianBlur(picture, (0, 0), 32)  # in a flat zone: without its own light and shade
    zones = zone + 0.25 * (texture - texture.mean()) / texture.std()
    luma = np.rint(np.asarray(encode(0.18 * 2.0 ** (zones - 5), "srgb")) * 255).astype(np.uint8)
    frame = grey(luma)
    before = zones_of_codes(frame.colour)[luma]
    after = before + ev_of(frame, look(dodge__stops=1))
    assert after.std() / before.std() == pytest.approx(1.0, abs=0.02)


def test_a_static_noisy_scene_does_not_flicker(grey: Grey, look: MakeLook) -> None:
    rng, mask, asked = np.random.default_rng(2), Mask(), look(dodge__stops=1, burn__stops=1)
    blocks = []
    for index in range(24):
        ev = ev_of(grey(noisy(data.camera()[:256, :512], 2.0, rng), index), asked, mask)
        blocks.append(ev.reshape(16, 16, 32, 16).mean(axis=(1, 3)))
    flicker_mev = np.std(blocks[8:], axis=0) * 1000
    assert 0.0 < np.percentile(flicker_mev, 99) <= 2.0


def test_a_bright_thing_far_away_moves_nothing_here(grey: Grey, look: MakeLook) -> None:
    scene = noisy(data.camera()[:256] * 0.7 + 10, 2.0, np.random.default_rng(3))
    entered = scene.copy()
    entered[80:180, 100:200] = 250
    for values in ({"dodge__stops": 1, "burn__stops": 1}, ENDS):
        before, after = ev_of(grey(scene), look(**values)), ev_of(grey(entered), look(**values))
        moved = np.abs(after - before)[:, 320:].reshape(16, 16, 12, 16).mean(axis=(1, 3))
        assert moved.max() <= 0.002


def test_an_aim_beyond_viii_holds_the_whitest_tones(grey: Grey, look: MakeLook) -> None:
    white = grey(np.full((64, 64), 252, np.uint8))
    assert ev_of(white, look(burn__stops=1, burn__zone=10))[32, 32] == pytest.approx(-1.0, abs=0.02)
