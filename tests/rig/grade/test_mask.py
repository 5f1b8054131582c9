"""The dodging mask: no halo, no gradient turned round, nothing darkened by dodging, nothing flickering or pumping."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from drivers.colour import planes
from drivers.readings import Frame
from rig.grade.look import Look
from rig.grade.mask import Mask
from rig.grade.printer import Printer
from rig.grade.recipe import ZoneGain
from rig.grade.reference import local_ev
from rig.zones import encode, value_of_zone, zones_of_codes

MakeLook = Callable[..., Look]
Grey = Callable[..., Frame]
Luma = NDArray[np.uint8]


def code(zone: float) -> int:
    return round(value_of_zone(zone, "srgb") * 255)


def two_tone(dark: float, light: float) -> Luma:
    luma = np.full((240, 480), code(dark), np.uint8)
    luma[:, 240:] = code(light)
    return luma


def noisy(picture: NDArray[np.uint8], sigma: float, rng: np.random.Generator) -> Luma:
    return np.clip(np.rint(picture + rng.normal(0, sigma, picture.shape)), 0, 255).astype(np.uint8)


def ev_of(frame: Frame, look: Look, mask: Mask | None = None) -> NDArray[np.float64]:
    recipe = look.fold()
    return local_ev(frame, recipe, (mask or Mask()).update(frame, recipe.zones))


@pytest.mark.parametrize(
    ("tones", "values"),
    [
        ((3, 7), {"dodge__stops": 2}),
        ((3, 5), {"dodge__stops": 2}),
        ((5, 7.4), {"burn__stops": 3}),
        ((3, 7.4), {"dodge__stops": 2, "burn__stops": 3}),
    ],
)
def test_a_step_gets_no_halo(tones: tuple[float, float], values: dict[str, float], grey: Grey, look: MakeLook) -> None:
    line = ev_of(grey(two_tone(*tones)), look(**values))[120]
    far = sorted((line[8], line[-8]))
    assert far[1] - far[0] > 0.9
    overshoot = max(line.max() - far[1], far[0] - line.min())
    assert overshoot <= 0.03 * (far[1] - far[0])


@pytest.mark.parametrize("name", ["camera", "coins"])
def test_no_strong_gradient_turns_round(name: str, grey: Grey, look: MakeLook) -> None:
    picture = getattr(data, name)()
    negative = noisy(picture[: picture.shape[0] // 2 * 2], 1.5, np.random.default_rng(1))
    out = planes(Printer().print(grey(negative), look(dodge__stops=2, burn__stops=3)).pixels)[0]
    for axis in (0, 1):
        before, after = (np.diff(picture.astype(int), axis=axis) for picture in (negative, out))
        strong = np.abs(before) > 4
        assert strong.sum() > 10_000
        assert np.count_nonzero(strong & (np.sign(before) * np.sign(after) < 0)) == 0


@pytest.mark.parametrize("engine", ["opencv", "reference"])
def test_dodging_darkens_no_pixel_and_burning_lightens_none(engine: str, market: Frame, look: MakeLook) -> None:
    before = planes(market.pixels)[0].astype(int)
    for zone in range(11):
        dodged = planes(Printer(engine).print(market, look(dodge__stops=2, dodge__zone=zone)).pixels)[0]
        burnt = planes(Printer(engine).print(market, look(burn__stops=3, burn__zone=zone)).pixels)[0]
        assert np.all(dodged >= before)
        assert np.all(burnt <= before)


def test_lamps_in_a_dodged_doorway_are_not_darkened_by_the_dodging_while_lights_are_burnt(
    grey: Grey, look: MakeLook
) -> None:
    luma = np.full((240, 480), code(3), np.uint8)
    luma[112:124, 200:212] = 240
    frame = grey(luma)
    both, burnt = ev_of(frame, look(dodge__stops=2, burn__stops=2)), ev_of(frame, look(burn__stops=2))
    assert np.all(both >= burnt - 1e-9)
    assert both[20, 20] == pytest.approx(2.0, abs=0.01)


def test_texture_keeps_its_detail_inside_a_zone(grey: Grey, look: MakeLook) -> None:
    for name in ("brick", "gravel"):
        texture = getattr(data, name)()[:256, :256].astype(float)
        zones = 3 + 0.25 * (texture - texture.mean()) / texture.std()
        luma = np.rint(np.asarray(encode(0.18 * 2.0 ** (zones - 5), "srgb")) * 255).astype(np.uint8)
        frame = grey(luma)
        before = zones_of_codes(frame.colour)[luma]
        after = before + ev_of(frame, look(dodge__stops=1))
        assert after.std() / before.std() == pytest.approx(1.0, abs=0.02)
        assert (after - before).mean() == pytest.approx(1.0, abs=0.02)


def test_a_static_noisy_scene_does_not_flicker(grey: Grey, look: MakeLook) -> None:
    rng, mask, asked = np.random.default_rng(2), Mask(), look(dodge__stops=1, burn__stops=1)
    blocks = []
    for index in range(24):
        ev = ev_of(grey(noisy(data.camera()[:256, :512], 2.0, rng), index), asked, mask)
        blocks.append(ev.reshape(16, 16, 32, 16).mean(axis=(1, 3)))
    flicker_mev = np.std(blocks[8:], axis=0) * 1000
    assert 0.0 < np.percentile(flicker_mev, 99) <= 2.5


def test_a_bright_thing_far_away_moves_nothing_here(grey: Grey, look: MakeLook) -> None:
    scene = noisy(data.camera()[:256] // 2 + 20, 2.0, np.random.default_rng(3))
    entered = scene.copy()
    entered[80:180, 100:200] = 250
    asked = look(dodge__stops=1, burn__stops=1)
    moved_mev = np.abs(ev_of(grey(scene), asked) - ev_of(grey(entered), asked))[:, 320:] * 1000
    assert moved_mev.mean() <= 2.0


def test_the_lines_follow_time_and_not_the_count_of_frames(grey: Grey) -> None:
    gains = (ZoneGain(1.0, 3.0, 1.0),)
    dark, mid = np.full((64, 64), code(3), np.uint8), np.full((64, 64), code(5), np.uint8)

    def after(step: int) -> float:
        mask = Mask()
        mask.update(grey(dark, 0), gains)
        for index in range(step, 7, step):
            lines = mask.update(grey(mid, index), gains)
        return float(lines[0].b[4, 4] + 5.0 * lines[0].a[4, 4])

    assert after(1) == pytest.approx(after(3), abs=1e-5)
    assert after(1) == pytest.approx(np.exp(-0.2 / 0.15), abs=1e-3)


def test_a_turned_knob_acts_at_once_and_a_gap_or_another_aim_starts_afresh(grey: Grey) -> None:
    dark, mid = np.full((64, 64), code(3), np.uint8), np.full((64, 64), code(5), np.uint8)
    mask = Mask()

    def ev(luma: Luma, index: int, gain: ZoneGain) -> float:
        (line,) = mask.update(grey(luma, index), (gain,))
        return float(line.b[4, 4] + line.a[4, 4] * zones_of_codes(grey(luma).colour)[luma[0, 0]])

    assert ev(dark, 0, ZoneGain(0.5, 3.0, 1.0)) == pytest.approx(0.5)
    assert ev(dark, 1, ZoneGain(2.0, 3.0, 1.0)) == pytest.approx(2.0)
    assert 0.2 < ev(mid, 2, ZoneGain(2.0, 3.0, 1.0)) < 1.9
    assert ev(mid, 100, ZoneGain(2.0, 3.0, 1.0)) == pytest.approx(0.0, abs=1e-6)
    assert ev(mid, 101, ZoneGain(2.0, 5.0, 1.0)) == pytest.approx(2.0)
    mask.reset()
    assert ev(dark, 102, ZoneGain(2.0, 5.0, 1.0)) == pytest.approx(0.0, abs=1e-6)


def test_an_aim_beyond_viii_holds_the_whitest_tones(grey: Grey, look: MakeLook) -> None:
    white = grey(np.full((64, 64), 252, np.uint8))
    assert ev_of(white, look(burn__stops=1, burn__zone=10))[32, 32] == pytest.approx(-1.0, abs=0.02)
