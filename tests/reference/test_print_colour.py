"""Colours through the print: all matrices and ranges, skin that does not turn, tones without contours."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.color import rgb2lab

from drivers.colour import from_rgb, planes, to_rgb
from drivers.readings import Colour, Frame
from rig.grade.look import look_from_dict
from rig.grade.mask import Mask
from rig.grade.picture import Picture, picture_of
from rig.grade.reference import print_picture
from rig.zones import small_zones

COLOURS = [Colour(matrix=m, range=r) for m in ("bt601", "bt709") for r in ("limited", "full")]
PATCHES = [(200, 60, 40), (60, 160, 70), (40, 70, 190), (220, 200, 60), (128, 128, 128), (230, 230, 230), (30, 24, 20)]
# X-Rite ColorChecker "dark skin" and "light skin"; the Monk Skin Tone scale, 1 to 10 (E. Monk, 2019).
SKINS = {
    "dark skin": (115, 82, 68), "light skin": (194, 150, 130),
    "Monk 1": (246, 237, 228), "Monk 2": (243, 231, 219), "Monk 3": (247, 234, 208), "Monk 4": (234, 218, 186),
    "Monk 5": (215, 189, 150), "Monk 6": (160, 126, 86), "Monk 7": (130, 92, 67), "Monk 8": (96, 65, 52),
    "Monk 9": (58, 49, 42), "Monk 10": (41, 36, 32),
}  # fmt: skip


def printed(engine: Any, rgb: tuple[int, int, int], colour: Colour, **tables: dict[str, float]) -> NDArray[np.int64]:
    patch = np.full((32, 32, 3), rgb, np.uint8)
    frame = Frame(0, 0, from_rgb(patch, colour), colour)
    return to_rgb(engine.print(frame, look_from_dict(tables).fold(), ()), colour)[16, 16].astype(int)


@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_a_print_that_hardly_does_anything_keeps_known_patches_within_two_codes(engine: Any, colour: Colour) -> None:
    for patch in PATCHES:
        out = printed(engine, patch, colour, exposure={"ev": 0.001}, vignette={"stops": 0.01, "size": 0.9})
        assert np.abs(out - patch).max() <= 2


def test_the_same_look_gives_the_same_colour_in_every_matrix_and_range(engine: Any) -> None:
    tables = {
        "exposure": {"ev": -0.4},
        "temperature": {"mired": 12.0},
        "contrast": {"contrast": 0.2},
        "saturation": {"saturation": 0.9},
    }
    for patch in PATCHES[4:]:  # of greys; coloured luma differs between the matrices, and so does what hangs on it
        outs = [printed(engine, patch, colour, **tables) for colour in COLOURS]
        assert np.ptp(outs, axis=0).max() <= 3


def hue(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIELAB hue in degrees of encoded colours (n, 3), as a screen shows them."""
    lab = rgb2lab(np.clip(rgb, 0.0, 1.0)[None])[0]
    return np.degrees(np.arctan2(lab[:, 2], lab[:, 1]))


@pytest.mark.parametrize("matrix", ["bt601", "bt709"])
@pytest.mark.parametrize("skin", list(SKINS))
def test_skin_keeps_its_hue_from_minus_one_to_plus_0_8_ev(skin: str, matrix: Any) -> None:
    """In the definition: the rounding to codes alone turns a hue by half a degree.

    Up to zone VI 3/4, which is as light as skin is printed, by half a degree at most. Beyond, where its red has no room
    left, the shoulder fades it, and no gain of chroma that depends on luma alone keeps CIELAB's hue much better: Monk 5
    at +0.8 EV turns by 1.9 degrees. Less light turns nothing: CIELAB itself does, below 0.9 % of white, where its cube
    root is a line, so that darker prints are held against exactly as much less light.
    """
    rgb = np.array(SKINS[skin]) / 255.0
    weights = {"bt601": [0.299, 0.587, 0.114], "bt709": [0.2126, 0.7152, 0.0722]}[matrix]
    for ev in np.linspace(-1.0, 0.8, 19):
        recipe = look_from_dict({"exposure": {"ev": float(ev)}}).fold()
        out = print_picture(Picture(rgb[None, None], Colour(matrix, "full")), recipe, ())[0]
        exact = (rgb + 0.055) * 2.0 ** (ev / 2.4) - 0.055  # as much more light: sRGB above its toe
        turned = float(np.abs(hue(out) - hue(exact[None] if ev < 0 else rgb[None]))[0])
        assert turned <= (0.5 if exact @ weights <= 0.8 else 2.0)


@pytest.mark.parametrize(
    "tables",
    [
        {"contrast": {"contrast": 0.8}, "exposure": {"ev": 1.0}},
        {"split_grade": {"soft": 0.8, "hard": -0.8}},
        {"exposure": {"ev": -2.0}, "temperature": {"mired": 40.0}},
        {"curve": {"points": [[0.0, 0.3], [1.0, 0.6]]}, "split_tone": {"shadow_strength": 0.5}},
        {"cdl": {"power_r": 2.0, "power_g": 2.0, "power_b": 2.0}},
        {"dodge": {"stops": 2.0}, "burn": {"stops": 3.0}},
        {"vignette": {"stops": 2.0}},
    ],
    ids=lambda tables: "+".join(tables),
)
def test_a_smooth_ramp_through_a_strong_print_shows_no_contours(engine: Any, tables: dict[str, Any]) -> None:
    """With dither, and low-passed as an eye does: near the print before rounding. (The bar is 0.6 codes; rounding
    without dither is 0.2 to 0.4 off.)"""
    ramp = np.linspace(40.0, 215.0, 512)[None, :].repeat(128, axis=0)
    spread = np.random.default_rng(4).uniform(-0.5, 0.5, ramp.shape)  # a negative without contours of its own
    pixels = np.full((192, 512), 128, np.uint8)
    pixels[:128] = np.rint(ramp + spread)
    frame, recipe = Frame(0, 0, pixels, Colour(range="full")), look_from_dict(tables).fold()
    lines = Mask().update(small_zones(frame), 0, recipe.zones) if recipe.zones else ()
    out = type(engine)().print(frame, recipe, lines)
    truth = 255.0 * print_picture(picture_of(frame), recipe, lines) @ [0.2126, 0.7152, 0.0722]
    apart = (planes(out)[0] - np.clip(truth, 0, 255)).reshape(8, 16, 32, 16).mean(axis=(1, 3))
    assert np.abs(apart).max() <= (0.1 if engine.name == "reference" else 0.4)
