"""Automatic light: photographs get nearer the key and nearer neutral, slowly and never past it; off costs nothing."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import skimage.data

from drivers.colour import from_rgb
from drivers.readings import Colour, Frame
from rig.grade.auto import Auto
from rig.grade.look import Look, get, with_value
from rig.grade.printer import Printer
from rig.grade.temperature import daylight_gains
from rig.modulation.auto_light import DARK_ADAPTATION, MOST_EV, AutoLight, wanted_light
from rig.scene.reader import SceneReader
from rig.scene.scene import Scene
from rig.zones import decode, encode

ON = replace(Look(), auto=Auto(strength=1.0))
COLOUR = Colour(range="full")
GREY = Scene(0.0, (0.0,) * 5 + (1.0,) + (0.0,) * 5, 5.0, 0.0, 0.0)
FRAME_NS = 33_333_333


def scene(key_ev: float, **values: float) -> Scene:
    """A scene all of one zone."""
    zones = [0.0] * 11
    zones[round(5 + key_ev)] = 1.0
    return replace(GREY, key_ev=key_ev, zones=tuple(zones), **values)


def photograph(name: str, stops: float = 0.0, mired: float = 0.0) -> Frame:
    """A photograph of scikit-image, 256 wide, in another light."""
    rgb = getattr(skimage.data, name)()[..., :3]
    rgb = cv2.resize(rgb, (256, round(rgb.shape[0] * 256 / rgb.shape[1] / 2) * 2), interpolation=cv2.INTER_AREA)
    light = decode(rgb / 255.0, "srgb") * 2.0**stops * np.asarray(daylight_gains(mired))
    pixels = from_rgb(np.clip(np.rint(encode(light, "srgb") * 255.0), 0, 255).astype(np.uint8), COLOUR)
    pixels.flags.writeable = False
    return Frame(t_ns=0, index=0, pixels=pixels, colour=COLOUR)


def printed(frame: Frame, look: Look) -> Scene:
    made = Printer("reference").print(frame, look)
    return SceneReader().look(Frame(0, 0, made.pixels, made.colour))


def path(auto: AutoLight, scenes: list[Scene], look: Look = ON, start: int = 0) -> list[Look]:
    return [auto.light(look, each, (start + number) * FRAME_NS) for number, each in enumerate(scenes)]


def values(looks: list[Look], target: str) -> list[float]:
    return [get(look, target) for look in looks]


def test_off_is_the_very_same_look_and_nothing_is_kept() -> None:
    auto = AutoLight()
    auto.light(ON, scene(-3.0), 0)
    look = Look()
    assert auto.light(look, scene(-3.0), 1) is look
    assert auto.state() == {}


def test_a_scene_that_lies_on_its_key_is_left_alone() -> None:
    assert AutoLight().light(ON, GREY, 0) == ON


@pytest.mark.parametrize("name", ["astronaut", "coffee", "rocket", "chelsea"])
@pytest.mark.parametrize("stops", [-3.0, -1.5, 1.0])
def test_photographs_get_nearer_the_key_and_never_past_it(name: str, stops: float) -> None:
    frame = photograph(name, stops)
    before = SceneReader().look(frame)
    after = printed(frame, AutoLight().light(ON, before, 0))
    if abs(before.key_ev) > 0.3:
        assert abs(after.key_ev) < 0.9 * abs(before.key_ev)
        assert after.key_ev * before.key_ev > 0.0
    else:  # on its key already: only highlights that are too much of it are held
        assert abs(after.key_ev) < 0.3
    assert sum(after.zones[8:]) + after.clipped <= sum(before.zones[8:]) + before.clipped + 0.02


@pytest.mark.parametrize("mired", [-50.0, 60.0])
@pytest.mark.parametrize("name", ["astronaut", "immunohistochemistry"])
def test_a_cast_is_taken_out_in_part(name: str, mired: float) -> None:
    frame = photograph(name, -0.5, mired)
    before = SceneReader().look(frame)
    after = printed(frame, AutoLight().light(ON, before, 0))
    assert before.white_mired is not None
    assert after.white_mired is not None
    assert abs(after.white_mired) < 0.6 * abs(before.white_mired)
    assert after.white_mired * before.white_mired > 0.0


@pytest.mark.parametrize(("away", "target"), [(-3.0, "exposure.ev"), (2.0, "exposure.ev"), (-4.0, "zones.z1")])
def test_it_comes_one_way_and_does_not_overshoot(away: float, target: str) -> None:
    looks = path(AutoLight(), [GREY] + [scene(away)] * 900)
    found = values(looks, target)
    assert found[0] == 0.0
    steps = [b - a for a, b in itertools.pairwise(found)]
    assert all(step >= 0 for step in steps) or all(step <= 0 for step in steps)
    settled = get(AutoLight().light(ON, scene(away), 0), target)
    assert found[-1] == pytest.approx(settled, abs=1 / 32)
    assert abs(found[-1]) <= abs(settled) + 1e-9
    assert max(abs(step) for step in steps) < 0.1


def test_never_faster_than_the_eye_and_slower_into_the_dark() -> None:
    """63 % of a change of light after light_s where it grows, after three times as long where it fades."""
    darker = values(path(AutoLight(), [GREY] + [scene(2.0)] * 300), "exposure.ev")
    lighter = values(path(AutoLight(), [GREY] + [scene(-2.0)] * 600), "exposure.ev")
    end = abs(wanted_light(ON.auto, scene(2.0))["auto.ev"] or 0.0)
    assert abs(darker[60]) == pytest.approx(end * (1 - np.exp(-1)), abs=0.03)
    assert abs(lighter[round(60 * DARK_ADAPTATION)]) == pytest.approx(end * (1 - np.exp(-1)), abs=0.03)
    warm = values(path(AutoLight(), [GREY] + [replace(GREY, white_mired=50.0)] * 300), "temperature.mired")
    assert warm[240] == pytest.approx(-30.0 * (1 - np.exp(-1)), abs=0.6)
    assert max(abs(b - a) for a, b in itertools.pairwise(warm)) <= 0.5


def test_it_is_bounded_and_strength_scales_it() -> None:
    for key in (-5.0, 2.5):
        look = AutoLight().light(ON, replace(scene(key), white_mired=200.0, white_tint=-2.0), 0)
        assert abs(look.exposure.ev) <= MOST_EV
        assert look.temperature.mired == -50.0
        assert look.tint.tint == 0.5
    half = replace(Look(), auto=Auto(strength=0.5))
    assert AutoLight().light(half, scene(-3.0), 0).exposure.ev == pytest.approx(
        AutoLight().light(ON, scene(-3.0), 0).exposure.ev / 2, abs=1 / 64
    )


def test_highlights_are_protected() -> None:
    dark = replace(scene(-2.0), zones=(0.2, 0.2, 0.2, 0.2, 0, 0, 0, 0.2, 0, 0, 0))
    assert get(AutoLight().light(ON, replace(dark, clipped=0.15), 0), "exposure.ev") < 0.8 * get(
        AutoLight().light(ON, scene(-2.0), 0), "exposure.ev"
    )


def test_it_adds_to_what_the_hands_have_set() -> None:
    base = with_value(with_value(ON, "exposure.ev", 0.5), "zones.z1", 0.25)
    lit, plain = AutoLight().light(base, scene(-4.0), 0), AutoLight().light(ON, scene(-4.0), 0)
    assert lit.exposure.ev == pytest.approx(plain.exposure.ev + 0.5)
    assert lit.zones.z1 == pytest.approx(plain.zones.z1 + 0.25)
    assert lit.dodge == base.dodge


def test_from_its_state_it_goes_on_bit_for_bit_also_through_a_take() -> None:
    rng = np.random.default_rng(2)
    scenes = [replace(scene(-1.0), key_ev=float(k), white_mired=float(10 * k)) for k in rng.normal(-1.0, 0.4, 200)]
    one = AutoLight()
    path(one, scenes[:100])
    other = AutoLight(json.loads(json.dumps({**one.state(), "stirred": 0.3})))
    assert other.light(ON, scenes[99], 99 * FRAME_NS) == one.light(ON, scenes[99], 99 * FRAME_NS)
    assert path(one, scenes[100:], start=100) == path(other, scenes[100:], start=100)
    assert other.state() == one.state()


def test_noise_moves_nothing_and_a_slow_drift_keeps_few_looks() -> None:
    rng = np.random.default_rng(2)
    noisy = [replace(scene(-2.0), key_ev=-2.0 + float(n)) for n in rng.normal(0.0, 0.01, 600)]
    looks = path(AutoLight(), noisy)
    assert len({id(look) for look in looks}) <= 3
    drift = [replace(scene(-1.0), key_ev=-1.0 - n / 3600) for n in range(1800)]
    changed = sum(a is not b for a, b in itertools.pairwise(path(AutoLight(), drift)))
    assert 5 < changed < 40


def test_after_a_gap_it_goes_on_and_does_not_jump() -> None:
    auto = AutoLight()
    before = auto.light(ON, GREY, 0).exposure.ev
    after = auto.light(ON, scene(2.0), 60_000_000_000).exposure.ev
    assert abs(after - before) < 0.3
    assert auto.light(ON, scene(2.0), 59_000_000_000).exposure.ev == after


def test_a_white_that_nobody_is_sure_of_leaves_the_colour_where_it_is() -> None:
    auto = AutoLight()
    path(auto, [replace(GREY, white_mired=50.0)] * 10)
    assert get(auto.light(ON, GREY, 11 * FRAME_NS), "temperature.mired") == -30.0
    assert AutoLight().light(ON, GREY, 0).temperature.mired == 0.0
