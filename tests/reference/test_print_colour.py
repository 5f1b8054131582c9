"""Colours through the print: all matrices and ranges, and skin that does not turn."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.color import rgb2lab

from drivers.colour import from_rgb, to_rgb
from drivers.readings import Colour, Frame
from rig.grade.look import look_from_dict
from rig.grade.printer import ENGINES, Printer

COLOURS = [Colour(matrix=m, range=r) for m in ("bt601", "bt709") for r in ("limited", "full")]
PATCHES = [(200, 60, 40), (60, 160, 70), (40, 70, 190), (220, 200, 60), (128, 128, 128), (230, 230, 230), (30, 24, 20)]
# X-Rite ColorChecker "dark skin" and "light skin", and three between and beyond.
SKINS = [(115, 82, 68), (194, 150, 130), (198, 134, 100), (160, 104, 75), (92, 56, 40)]


def printed(rgb: tuple[int, int, int], colour: Colour, engine: str, **tables: dict[str, float]) -> np.ndarray:
    patch = np.full((32, 32, 3), rgb, np.uint8)
    frame = Frame(0, 0, from_rgb(patch, colour), colour)
    return to_rgb(Printer(engine).print(frame, look_from_dict(tables)).pixels, colour)[16, 16].astype(int)


@pytest.mark.parametrize("engine", list(ENGINES))
@pytest.mark.parametrize("colour", COLOURS, ids=str)
def test_a_print_that_hardly_does_anything_keeps_known_patches_within_two_codes(engine: str, colour: Colour) -> None:
    for patch in PATCHES:
        out = printed(patch, colour, engine, exposure={"ev": 0.001}, vignette={"stops": 0.01, "size": 0.9})
        assert np.abs(out - patch).max() <= 2


@pytest.mark.parametrize("engine", list(ENGINES))
def test_the_same_look_gives_the_same_colour_in_every_matrix_and_range(engine: str) -> None:
    tables = {
        "exposure": {"ev": -0.4},
        "temperature": {"mired": 12.0},
        "contrast": {"contrast": 0.2},
        "saturation": {"saturation": 0.9},
    }
    for patch in PATCHES[4:]:  # of greys; coloured luma differs between the matrices, and so does what hangs on it
        outs = [printed(patch, colour, engine, **tables) for colour in COLOURS]
        assert np.ptp(outs, axis=0).max() <= 3


@pytest.mark.parametrize("skin", SKINS)
def test_skin_keeps_its_hue_from_minus_one_to_plus_0_8_ev(skin: tuple[int, int, int]) -> None:
    """Against the formulas, without the rounding of codes, which alone turns a hue by half a degree."""
    from drivers.colour import rgb_to_yuv_matrix
    from rig.grade.recipe import Curve
    from rig.grade.tone import tone

    rgb = np.array(skin) / 255.0
    luma = rgb @ rgb_to_yuv_matrix(Colour(range="full"))[0, :3]

    def hue(colour: np.ndarray) -> float:
        _, a, b = rgb2lab(np.clip(colour, 0, 1)[None])[0]
        return float(np.degrees(np.arctan2(b, a)))

    for ev in np.linspace(-1.0, 0.8, 19):
        toned, gain = tone(luma, ev, Curve(), 1.0, "srgb")
        assert abs(hue(toned + gain * (rgb - luma)) - hue(rgb)) <= 0.5
