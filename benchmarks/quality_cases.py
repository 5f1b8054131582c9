"""The pictures and the dodging that quality is measured on: steps, textures, photographs; and our own operator."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from peers.want import Floats, Want
from skimage import data

from rig.grade.bearings import AS_AIMED
from rig.grade.mask import Mask
from rig.grade.picture import STILL, Picture
from rig.grade.recipe import NEUTRAL, ZoneGain
from rig.grade.reference import local_ev
from rig.zones import GREY, encode, value_of_zone, zones_of_codes

SIMPLE = Want((ZoneGain(1.0, 3.0, 1.0), ZoneGain(-1.0, 8.0, 1.0)))  # unaimed, a stop each
AIMED = Want((ZoneGain(1.0, 2.0, 1.0), ZoneGain(-1.0, 5.0, 1.0)))
STRONG = Want((ZoneGain(2.0, 3.0, 1.0), ZoneGain(-3.0, 8.0, 1.0)))  # as far as the knobs go
FRAME_NS = 33_333_333
PHOTOGRAPHS = ("camera", "coffee", "coins", "astronaut", "chelsea", "rocket")
TEXTURES = ("brick", "gravel")
SHADE = 32.0  # pixels
LUMA = (0.2126, 0.7152, 0.0722)

Apply = Callable[[Floats], Floats]


def ours(want: Want, every: int = 1) -> Apply:
    """Our mask and the definition of its EV. Frames are 1/30 s apart: it smooths over them as the rig does."""
    mask, recipe, count = Mask(), NEUTRAL, -1

    def ev(codes: Floats) -> Floats:
        nonlocal count
        count += 1
        negative = picture(codes, count)
        lines = mask.update(negative.small_zones(), negative.t_ns, want.gains, AS_AIMED, every)
        return local_ev(negative, recipe, lines)

    return ev


def picture(codes: Floats, index: int) -> Picture:
    """A grey negative of 8 bits, the index-th of its scene."""
    return Picture(np.repeat(codes[..., None] / 255.0, 3, axis=-1), STILL, index * FRAME_NS)


def zones_of(codes: Floats) -> Floats:
    """The zone of each pixel of a negative of 8 bits."""
    return np.asarray(zones_of_codes(STILL)[codes])


def code_of_zone(zone: float) -> float:
    """The code, with its fraction."""
    return 255.0 * value_of_zone(zone, STILL.transfer)


@cache
def two_tones(left: float, right: float, edge: str, width: int = 1280, height: int = 96) -> Floats:
    """A step from one zone to another in the middle, in codes.

    edge: "straight", between two small pixels; "within", in the middle of one; "slant", one across in seven down, with
    the mixed pixels that a lens gives it.
    """
    at = np.full((height, 1), width / 2 + (4.0 if edge == "within" else 0.0))
    if edge == "slant":
        at = at + (np.arange(height)[:, None] - height / 2) / 7.0
    share = np.clip(np.arange(width)[None, :] + 1.0 - at, 0.0, 1.0)
    light = code_of_zone(left) + share * (code_of_zone(right) - code_of_zone(left))
    return np.asarray(np.rint(light), np.uint8)


def bar(zones: tuple[float, float, float], width: int, height: int = 96) -> Floats:
    """Three tones in codes: a bar at a slant, ``width`` pixels wide, and what is left and right of it; 1280 wide."""
    at = 600 + np.arange(height)[:, None] // 7
    x = np.arange(1280)[None, :]
    tones = [np.rint(code_of_zone(zone)) for zone in zones]
    return np.asarray(np.where(x < at, tones[0], np.where(x < at + width, tones[1], tones[2])), np.uint8)


@cache
def texture(name: str, zone: float, spread: float = 0.25, size: int = 512) -> Floats:
    """A photographed texture in a flat zone: tones about it with a standard deviation of ``spread`` zones, and without
    the picture's own light and shade, broader than 32 pixels."""
    picture = getattr(data, name)()[:size, :size].astype(np.float64)
    flat = picture - cv2.GaussianBlur(picture, (0, 0), SHADE, borderType=cv2.BORDER_REFLECT)
    light = GREY * 2.0 ** (zone + spread * (flat - flat.mean()) / flat.std() - 5.0)
    return np.asarray(np.clip(np.rint(255.0 * encode(light, STILL.transfer)), 0, 255), np.uint8)


@cache
def photograph(name: str) -> Floats:
    """The luma of one of scikit-image's own photographs, in codes 0..255, float; sides are multiples of 16."""
    picture = getattr(data, name)()[..., :].astype(np.float64)
    luma = picture @ np.asarray(LUMA) if picture.ndim == 3 else picture
    return np.asarray(luma[: luma.shape[0] // 16 * 16, : luma.shape[1] // 16 * 16])


def with_noise(codes: Floats, sigma: float, rng: np.random.Generator) -> Floats:
    """As a sensor gives it, rounded to 8 bits."""
    return np.asarray(np.clip(np.rint(codes + rng.normal(0.0, sigma, codes.shape)), 0, 255), np.uint8)
