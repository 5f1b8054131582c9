#!/usr/bin/env python3
"""How near the live engines print to the definition (rig.grade.reference.print_picture, the same lines), in CIEDE2000.

Photographs are scikit-image's bundled ones with sensor noise of 1.5 codes, through every look of LOOKS; each figure is
the worst photograph through the worst look, and for YUV420 the worst engine.

rgb_ciede2000_*: 8-bit RGB in and out against the unrounded truth.
yuv_ciede2000_p99_over_floor: p99 of I420 against the unrounded truth, less max(0.9, p99 of the truth itself stored as
I420 of 8 bits). At most 0.1 is GRADE's max(1.0, floor + 0.1).
skin_hue_degrees: turn of the CIELAB hue between a patch of skin and its print, -1 to +0.8 EV: the ColorChecker's dark
and light skin, and CIELAB L 25 (deep) to 65 (pale), chroma 16 and 22, hue 45, 55 and 65 degrees, about the span of
measured skin; means over dithered patches of 64 x 64. The palest, L 70 and 75, are told apart: what is that light when
it is lightened once more lies in the shoulder, and goes towards white.
false_contour_codes: clean ramps of 256 codes, 16 pixels a code, grey and in colours; the print less the unrounded
truth, through a box of 16 x 64 pixels: what is left of the rounding, in code values.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from figures import Figure, main, missing
from grade_speed import FULL, NO_NUMBA
from numpy.typing import NDArray
from skimage import data
from skimage.color import deltaE_ciede2000, lab2rgb, rgb2lab

from drivers.colour import from_rgb, planes, rgb_to_yuv_matrix, to_rgb
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.engines import installed_engines, make_engine
from rig.grade.look import look_from_dict
from rig.grade.mask import Line, Mask
from rig.grade.picture import STILL, Picture, picture_of
from rig.grade.recipe import Recipe
from rig.grade.reference import print_picture

Floats = NDArray[Any]
LOOKS: dict[str, dict[str, Any]] = {
    "lighter": {"exposure": {"ev": 0.8}},
    "darker": {"exposure": {"ev": -1.0}},
    "warm": {"temperature": {"mired": 15.0}},
    "hard": {"contrast": {"contrast": 0.4}},
    "dodged": {"dodge": {"stops": 1.0}},
    "burnt": {"burn": {"stops": 1.5}},
    "split tone": {"split_tone": {"shadow_strength": 0.4, "highlight_strength": 0.4}},
    "black and white": {"bw_filter": {"strength": 1.0, "hue": 30.0}},
    "cdl": {"cdl": {"slope_r": 1.1, "offset_b": 0.02, "power_g": 1.05, "saturation": 0.85}},
    "full": FULL,
}
QUICK = ("lighter", "darker", "burnt", "cdl", "full")
PHOTOGRAPHS = ("astronaut", "coffee", "chelsea", "rocket")
NOISE = 1.5
LIVE = ("numba", "opencv")
SKIN_L, PALEST_L, SKIN_CHROMA, SKIN_HUES = (25, 35, 45, 55, 65), (70, 75), (16, 22), (45, 55, 65)
COLOR_CHECKER = ((115, 82, 68), (194, 150, 130))  # X-Rite (sRGB, 2005): dark skin, light skin
PATCH = 64
SKIN_EV = (-1.0, -0.7, -0.4, -0.2, 0.2, 0.4, 0.6, 0.8)
RAMPS = {"grey": (1.0, 1.0, 1.0), "skin": (1.0, 0.77, 0.65), "sky": (0.45, 0.65, 1.0), "leaf": (0.4, 0.8, 0.3)}
CODE_WIDE, RAMP_ROWS = 16, 192


def photograph(name: str, every: int) -> Bytes8:
    """8-bit RGB with sensor noise, both sides multiples of 16."""
    rgb = getattr(data, name)()[::every, ::every, :3]
    rgb = rgb[: rgb.shape[0] // 16 * 16, : rgb.shape[1] // 16 * 16]
    noisy = rgb + np.random.default_rng(1).normal(0.0, NOISE, rgb.shape)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def lines_of(picture: Picture, recipe: Recipe) -> Sequence[Line]:
    """What the mask says of a picture."""
    return Mask().update(picture.small_zones(), 0, recipe.zones) if recipe.zones else ()


def difference(truth: Floats, printed: Floats) -> Floats:
    """CIEDE2000 of each pixel."""
    return np.asarray(deltaE_ciede2000(rgb2lab(np.clip(truth, 0, 1)), rgb2lab(printed)))


def yuv_planes(rgb: Floats, colour: Colour) -> list[Floats]:
    """Code values of Y, U, V of encoded RGB, chroma averaged over two by two pixels; not rounded."""
    matrix = rgb_to_yuv_matrix(colour)
    yuv = 255.0 * rgb @ matrix[:, :3].T + matrix[:, 3]
    height, width = yuv.shape[:2]
    half = yuv.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    return [yuv[..., 0], half[..., 1], half[..., 2]]


def stored(rgb: Floats, colour: Colour) -> Floats:
    """The truth as I420 of 8 bits keeps it."""
    height, width = rgb.shape[:2]
    pixels = np.empty((height * 3 // 2, width), np.uint8)
    for plane, values in zip(planes(pixels), yuv_planes(np.clip(rgb, 0, 1), colour), strict=True):
        plane[:] = np.clip(np.rint(values), 0, 255)
    return to_rgb(pixels, colour) / 255.0


def engines() -> dict[str, Any]:
    """The live ones that are installed, by name."""
    return {name: make_engine(name) for name in LIVE if name in installed_engines()}


def photographs(live: dict[str, Any], quick: bool) -> dict[str, float]:
    """The worst of each measure over photographs and looks."""
    worst: dict[str, float] = {}

    def note(name: str, value: float) -> None:
        worst[name] = max(worst.get(name, -np.inf), value)

    for name in PHOTOGRAPHS[: 3 if quick else None]:
        rgb = photograph(name, 2 if quick else 1)
        frame = Frame(0, 0, from_rgb(rgb, Colour()), Colour())
        frame.pixels.flags.writeable = False
        of_rgb, of_yuv = Picture(rgb / 255.0, STILL), picture_of(frame)
        for kind in QUICK if quick else LOOKS:
            recipe = look_from_dict(LOOKS[kind]).fold()
            if "numba" in live:
                lines = lines_of(of_rgb, recipe)
                printed = live["numba"].print_rgb(rgb, recipe, lines) / 255.0
                apart = difference(print_picture(of_rgb, recipe, lines), printed)
                note("rgb_p99", float(np.percentile(apart, 99)))
                note("rgb_max", float(apart.max()))
            lines = lines_of(of_yuv, recipe)
            truth = np.clip(print_picture(of_yuv, recipe, lines), 0.0, 1.0)
            floor = float(np.percentile(difference(truth, stored(truth, Colour())), 99))
            for engine, printer in live.items():
                printed = to_rgb(printer.print(frame, recipe, lines), Colour()) / 255.0
                p99 = float(np.percentile(difference(truth, printed), 99))
                note(f"{engine}_yuv_p99", p99)
                note(f"{engine}_yuv_over_floor", p99 - max(0.9, floor))
    return worst


def skins(lightness: Sequence[int], more: Sequence[tuple[int, int, int]] = ()) -> Bytes8:
    """Patches of skin beside each other, 8-bit RGB."""
    turns = [(light, chroma, np.radians(hue)) for light in lightness for chroma in SKIN_CHROMA for hue in SKIN_HUES]
    lab = np.array([[light, chroma * np.cos(hue), chroma * np.sin(hue)] for light, chroma, hue in turns])
    rgb = np.concatenate([np.rint(255.0 * lab2rgb(lab[None])[0]), np.array(more).reshape(-1, 3)]).astype(np.uint8)
    return np.repeat(np.repeat(rgb[None], PATCH, axis=1), PATCH, axis=0)


def skin(patches: Bytes8, printed: Callable[[Bytes8, Recipe], Floats]) -> float:
    """The largest turn of hue of any patch, degrees; printed: the encoded print of the patches."""

    def hues(rgb: Floats) -> Floats:
        means = np.clip(rgb, 0.0, 1.0).reshape(PATCH, -1, PATCH, 3).mean(axis=(0, 2))
        lab = rgb2lab(means[None])[0]
        return np.asarray(np.degrees(np.arctan2(lab[:, 2], lab[:, 1])))

    worst, before = 0.0, hues(patches / 255.0)
    for ev in SKIN_EV:
        turned = hues(printed(patches, look_from_dict({"exposure": {"ev": ev}}).fold())) - before
        worst = max(worst, float(np.abs(turned).max()))
    return worst


def ramps() -> Iterator[Bytes8]:
    """Clean ramps, black to the named colour at full code."""
    codes = np.repeat(np.arange(256), CODE_WIDE)
    for colour in RAMPS.values():
        ramp = np.rint(codes[:, None] * np.asarray(colour)).astype(np.uint8)
        yield np.broadcast_to(ramp, (RAMP_ROWS, *ramp.shape)).copy()


def left_of_rounding(printed: Floats, truth: Floats) -> float:
    """The largest difference in code values after the low-pass; where the truth is beyond black or white, none."""
    apart = np.asarray(printed, np.float64) - np.clip(truth, 0.0, 255.0)
    smooth = cv2.blur(apart, (CODE_WIDE, 64), borderType=cv2.BORDER_REFLECT)
    return float(np.abs(smooth).max())


def contours(live: dict[str, Any]) -> dict[str, float]:
    """False contours of each engine, in code values of its own output."""
    worst: dict[str, float] = {}
    for ramp in ramps():
        frame = Frame(0, 0, from_rgb(ramp, Colour()), Colour())
        frame.pixels.flags.writeable = False
        of_rgb, of_yuv = Picture(ramp / 255.0, STILL), picture_of(frame)
        for kind in ("lighter", "darker", "hard", "full"):
            recipe = look_from_dict(LOOKS[kind]).fold()
            if "numba" in live:
                lines = lines_of(of_rgb, recipe)
                truth, printed = print_picture(of_rgb, recipe, lines), live["numba"].print_rgb(ramp, recipe, lines)
                for channel in range(3):
                    found = left_of_rounding(printed[..., channel], 255.0 * truth[..., channel])
                    worst["numba_rgb"] = max(worst.get("numba_rgb", 0.0), found)
            lines = lines_of(of_yuv, recipe)
            values = yuv_planes(print_picture(of_yuv, recipe, lines), Colour())
            for name, engine in live.items():
                for plane, truth in zip(planes(engine.print(frame, recipe, lines)), values, strict=True):
                    worst[f"{name}_yuv"] = max(worst.get(f"{name}_yuv", 0.0), left_of_rounding(plane, truth))
    return worst


def measure(quick: bool) -> list[Figure]:
    """Everything of colour."""
    cv2.setNumThreads(1)
    live = engines()
    worst = photographs(live, quick)

    printers: dict[str, Callable[[Bytes8, Recipe], Floats]] = {
        "reference": lambda patches, recipe: print_picture(Picture(patches / 255.0, STILL), recipe, ())
    }
    if "numba" in live:
        printers["numba_rgb"] = lambda patches, recipe: live["numba"].print_rgb(patches, recipe, ()) / 255.0
    usual, palest = skins(SKIN_L, COLOR_CHECKER), skins(PALEST_L)
    turns = {name: skin(usual, printed) for name, printed in printers.items()}
    turns |= {f"{name}_palest": skin(palest, printed) for name, printed in printers.items()}
    return figures(list(live), worst, turns, contours(live))


def figures(
    live: Sequence[str], worst: dict[str, float], turns: dict[str, float], found: dict[str, float]
) -> list[Figure]:
    """Those with a bar, each the worst of what is installed; then every engine's own."""
    told = []
    for name, key, bar in (("rgb_ciede2000_p99", "rgb_p99", 1.1), ("rgb_ciede2000_max", "rgb_max", 2.0)):
        told.append(Figure(name, worst[key], "", bar) if key in worst else missing(name, "", bar, NO_NUMBA))
    told += [
        Figure("yuv_ciede2000_p99_over_floor", max(worst[f"{name}_yuv_over_floor"] for name in live), "", 0.1),
        Figure("skin_hue_degrees", max(turns[name] for name in turns if "palest" not in name), "degrees", 0.5),
        Figure("false_contour_codes", max(found.values()), "codes", 0.6),
    ]
    for name in live:
        told.append(Figure(f"{name}_yuv_ciede2000_p99", worst[f"{name}_yuv_p99"], "", None))
        told.append(Figure(f"{name}_yuv_ciede2000_p99_over_floor", worst[f"{name}_yuv_over_floor"], "", None))
    told += [Figure(f"{name}_skin_hue_degrees", turn, "degrees", None) for name, turn in turns.items()]
    return told + [Figure(f"{name}_false_contour_codes", codes, "codes", None) for name, codes in found.items()]


if __name__ == "__main__":
    sys.exit(main(__doc__ or "", measure))
