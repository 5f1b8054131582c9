"""Dither: what is added before rounding to 8 bits, less than half a code, so that smooth tones show no contours."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from rig.zones import Floats

TILE = 64
# U and V of a frame are moved half as far: in the dark a code of them is more than a just noticeable difference, and at
# half the size their contours are the softer ones (false contours 0.34 codes with half of it, 0.57 with none).
OF_CHROMA = 0.5


@lru_cache(maxsize=4)
def dither_tile(plane: int) -> Floats:
    """(TILE, TILE), read-only, each of its values once, evenly spread over -1/2..1/2 (both excluded).

    plane: 0 is Y, 1 U, 2 V (for RGB: red, green, blue), each with another pattern. Ranks of interleaved gradient noise
    (J. Jimenez, Next generation post processing in Call of Duty: Advanced Warfare, SIGGRAPH 2014).
    """
    y, x = np.mgrid[0:TILE, 0:TILE] + 17.0 * plane
    noise = (52.9829189 * ((0.06711056 * x + 0.00583715 * y) % 1.0)) % 1.0
    ranks = np.empty(TILE * TILE)
    ranks[np.argsort(noise, axis=None, kind="stable")] = np.arange(TILE * TILE)
    tile = ((ranks + 0.5) / (TILE * TILE) - 0.5).reshape(TILE, TILE)
    tile.flags.writeable = False
    return np.asarray(tile)


def dither(height: int, width: int, plane: int) -> Floats:
    """(height, width): the tile, laid over a plane."""
    tile = dither_tile(plane)
    return np.asarray(np.tile(tile, (-(-height // TILE), -(-width // TILE)))[:height, :width])
