"""Grain: noise in the light itself, before the curve: it fades in black, and in white where light is added."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated

import cv2
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from rig.grade import recipe as folded
from rig.grade.recipe import Recipe

VERSION = 1
TILE = 1024  # pixels; a tile is laid over the picture again and again, from another place in every frame
STEP = 32  # places are multiples of it: rows stay aligned, which fast engines need
HEIGHT = 1080.0  # of the picture in whose pixels the size is told


@dataclass(frozen=True, slots=True)
class Grain:
    """Plain grain: of one size, the same in all colours, another in every frame."""

    stops: Annotated[float, Meta(ge=0, le=0.5, description="how strong", extra={"unit": "stops"})] = 0.0
    size: Annotated[
        float, Meta(ge=1, le=6, description="of a grain", extra={"unit": "pixels of a picture 1080 high"})
    ] = 2.0

    def fold(self, recipe: Recipe) -> Recipe:
        """Set the grain; its size in quarters of a pixel, since another size is another tile."""
        if self.stops == 0.0:
            return recipe
        return replace(recipe, grain=folded.Grain(self.stops, round(4.0 * self.size) / 4.0))


@lru_cache(maxsize=2)
def grain_tile(size: float, height: int) -> NDArray[np.int8]:
    """(TILE, TILE), read-only: grain of standard deviation 32, cut at 127, for a picture so many pixels high.

    White noise through a Gaussian of half a grain's width, wrapped round, so that tiles meet without a seam.
    """
    noise = _white_noise()
    sigma = 0.5 * size * height / HEIGHT
    if sigma > 0.3:
        edge = int(np.ceil(4.0 * sigma))
        wrapped = np.pad(noise, edge, mode="wrap")
        noise = np.asarray(cv2.GaussianBlur(wrapped, (0, 0), sigma), np.float32)[edge:-edge, edge:-edge]
    tile: NDArray[np.int8] = np.clip(np.rint(noise * (32.0 / noise.std())), -127, 127).astype(np.int8)
    tile.flags.writeable = False
    return tile


@lru_cache(maxsize=1)
def _white_noise() -> NDArray[np.float32]:
    """(TILE, TILE), read-only. Kept: a route may bend the size, and each size is made from it while frames wait."""
    noise = np.random.default_rng(1839).standard_normal((TILE, TILE), np.float32)
    noise.flags.writeable = False
    return noise


def grain_offset(t_ns: int) -> tuple[int, int]:
    """Where in the tile (rows, columns) the frame of that time begins: another place in every frame, always the same
    for the same one. (The mixing of SplitMix64: G. Steele, D. Lea, C. Flood, 2014.)"""
    mixed = (t_ns + 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    mixed ^= mixed >> 31
    places = TILE // STEP
    return int(mixed % places) * STEP, int(mixed // places % places) * STEP
