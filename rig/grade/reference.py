"""The reference engine: the recipe in float64, pixel by pixel. Slow; it is the definition of a print."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from drivers.colour import planes, rgb_to_yuv_matrix
from drivers.readings import Bytes8, Frame
from rig.grade.chroma import reduce
from rig.grade.dither import OF_CHROMA, dither
from rig.grade.grain import TILE, grain_offset, grain_tile
from rig.grade.mask import Line
from rig.grade.picture import Picture, picture_of
from rig.grade.recipe import Recipe
from rig.grade.tone import film_weights, lift, luma_weights, tint, tone, white
from rig.grade.zone_fit import Fit, Plane, ZoneFit
from rig.zones import SMALL, Floats


class ReferenceEngine:
    """Prints through float64 NumPy. The same bytes on every run."""

    name = "reference"

    def __init__(self, dithers: bool = True) -> None:
        """dithers: spread the rounding to 8 bits, so that no smooth tone breaks into contours."""
        self._dithers = dithers

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line], out: Bytes8 | None = None) -> Bytes8:
        """The printed frame, I420 of the frame's own size and colour, in ``out`` where that is given; chroma such that,
        enlarged again, it is the print's."""
        rgb = print_picture(picture_of(frame), recipe, lines)
        matrix = rgb_to_yuv_matrix(frame.colour)
        yuv = 255.0 * (rgb @ matrix[:, :3].T) + matrix[:, 3]
        pixels = np.empty_like(frame.pixels) if out is None else out
        for index, plane in enumerate(planes(pixels)):
            values = yuv[..., index] if index == 0 else reduce(yuv[..., index])
            if self._dithers:
                values = values + dither(values.shape[0], values.shape[1], index) * (OF_CHROMA if index else 1.0)
            plane[:] = np.clip(np.rint(values), 0, 255)
        return pixels

    def warm_up(self) -> None:
        """Nothing: every print is as ready as the next."""

    def zone_fit(self, zones: Plane) -> Fit:
        """What the mask asks of a picture's zones."""
        return ZoneFit(zones)

    def let_go(self) -> None:
        """Nothing: it keeps no memory of its own."""


def print_picture(picture: Picture, recipe: Recipe, lines: Sequence[Line]) -> Floats:
    """The print as encoded RGB, float64 (h, w, 3), 1 is white; values beyond 0..1 are kept, unless by the finish.

    out = C(u) + s g C'(u) (v - l) + tint(C(u)), with v a channel after white balance, l its luma, u the luma that the
    film sees after EV, g the gain that EV gives to chroma, s the saturation.
    """
    colour, transfer = picture.colour, picture.colour.transfer
    rgb = _balanced(picture, recipe)
    luma = np.asarray(rgb @ luma_weights(colour))
    seen = np.asarray(rgb @ film_weights(recipe.film, colour)) if recipe.film != (1.0, 1.0, 1.0) else luma
    ev = recipe.ev + local_ev(picture, recipe, lines)
    toned, gain = tone(seen, ev, recipe.curve, recipe.saturation, transfer)
    out = toned[..., None] + gain[..., None] * (rgb - luma[..., None])
    if recipe.toning is not None:
        out = out + tint(toned, recipe.toning, colour)
    for step in recipe.finish:
        out = step.finish(out)
    return np.asarray(out)


def _balanced(picture: Picture, recipe: Recipe) -> Floats:
    rgb = np.asarray(picture.rgb, np.float64)
    if recipe.gains == (1.0, 1.0, 1.0) and recipe.half is None:
        return rgb
    lifted = lift(picture.luma(), picture.colour.transfer)[..., None]
    first = recipe.gains if recipe.half is None else _times(recipe.gains, recipe.half.first)
    gains = white(first, picture.colour)
    out = rgb * gains + (gains - 1.0) * lifted
    if recipe.half is not None:
        gains = white(_times(recipe.gains, recipe.half.second), picture.colour)
        share = recipe.half.halves.share(picture.width, picture.of_height, rows=picture.rows)[..., None]
        out = out + share * (rgb * gains + (gains - 1.0) * lifted - out)
    return np.asarray(out)


def _times(a: tuple[float, float, float], b: tuple[float, float, float]) -> tuple[float, float, float]:
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


def local_ev(picture: Picture, recipe: Recipe, lines: Sequence[Line]) -> Floats:
    """Stops added at each pixel by zones, places and grain, float64 (h, w). Each line is clamped before it is added."""
    height, width = picture.height, picture.width
    total = np.zeros((height, width))
    if lines:
        zones = picture.zones()
        for line in lines:
            rows, columns = line.a.shape
            a, b = (
                np.asarray(cv2.resize(plane.astype(np.float64), (columns * SMALL, rows * SMALL)))[:height, :width]
                for plane in (line.a, line.b)
            )
            total += np.clip(a * zones + b, line.low, line.high)
    for edge in recipe.edges:
        total += edge.ev(width, picture.of_height, rows=picture.rows)
    if recipe.grain is not None:
        tile = grain_tile(recipe.grain.size, picture.of_height)
        down, right = grain_offset(picture.t_ns)
        rows, columns = (np.arange(height) + picture.top + down) % TILE, (np.arange(width) + right) % TILE
        total += recipe.grain.stops / 32.0 * tile[rows[:, None], columns[None, :]]
    return total
