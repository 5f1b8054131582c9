"""The reference engine: the recipe in float64, pixel by pixel. Slow; it is the definition of a print."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from drivers.colour import planes, rgb_to_yuv_matrix, yuv_to_rgb_matrix
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.mask import Line
from rig.grade.recipe import Recipe
from rig.grade.tone import lift, tone, white, white_on_yuv
from rig.zones import SMALL, Floats, luma_of_codes, zones_of_codes


class ReferenceEngine:
    """Prints through float64 NumPy. The same bytes on every run."""

    name = "reference"

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line]) -> Bytes8:
        """The printed frame, I420 of the frame's own size and colour.

        Chroma stays at half the size: each code takes the mean gain of its four pixels.
        """
        colour = frame.colour
        luma, toned, gain = _toned(frame, recipe, lines)
        chroma = np.stack(planes(frame.pixels)[1:], axis=-1) - 128.0
        if recipe.turns_colour:
            of_chroma, of_grey = white_on_yuv(recipe.gains, colour)
            grey = _quarter(luma + lift(luma, colour.transfer))
            chroma = chroma @ of_chroma[1:].T + of_grey[1:] * grey[..., None]
        chroma = 128.0 + chroma * _quarter(gain)[..., None]
        zero, span = (16.0, 219.0) if colour.range == "limited" else (0.0, 255.0)
        pixels = np.empty_like(frame.pixels)
        y, u, v = planes(pixels)
        for plane, values in ((y, toned * span + zero), (u, chroma[..., 0]), (v, chroma[..., 1])):
            plane[:] = np.clip(np.rint(values), 0, 255)
        return pixels


def print_rgb(frame: Frame, recipe: Recipe, lines: Sequence[Line]) -> Floats:
    """The print as encoded RGB at full size, float64 (h, w, 3), 1 is white; values beyond 0..1 are kept."""
    luma, toned, gain = _toned(frame, recipe, lines)
    rgb = _balanced(frame, recipe, luma)
    return np.asarray(toned[..., None] + gain[..., None] * (rgb - _luma(rgb, frame.colour)[..., None]))


def _toned(frame: Frame, recipe: Recipe, lines: Sequence[Line]) -> tuple[Floats, Floats, Floats]:
    """Of each pixel: the negative's luma, the printed luma, and the gain of chroma."""
    negative = luma_of_codes(frame.colour)[planes(frame.pixels)[0]]
    luma = negative
    if recipe.turns_colour:
        luma = _luma(_balanced(frame, recipe, negative), frame.colour)
    ev = recipe.ev + local_ev(frame, recipe, lines)
    return negative, *tone(luma, ev, recipe.curve, recipe.saturation, frame.colour.transfer)


def _balanced(frame: Frame, recipe: Recipe, luma: Floats) -> Floats:
    rgb = negative_rgb(frame)
    if not recipe.turns_colour:
        return rgb
    gains = white(recipe.gains, frame.colour)
    return np.asarray(rgb * gains + (gains - 1.0) * lift(luma, frame.colour.transfer)[..., None])


def _luma(rgb: Floats, colour: Colour) -> Floats:
    return np.asarray(rgb @ rgb_to_yuv_matrix(Colour(matrix=colour.matrix, range="full"))[0, :3])


def _quarter(values: Floats) -> Floats:
    """Means of two by two pixels."""
    height, width = values.shape
    return np.asarray(values.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3)))


def negative_rgb(frame: Frame) -> Floats:
    """The negative as encoded RGB, float64 (h, w, 3), chroma interpolated linearly."""
    y, u, v = planes(frame.pixels)
    size = (frame.width, frame.height)
    up = [np.asarray(cv2.resize(plane.astype(np.float64), size, interpolation=cv2.INTER_LINEAR)) for plane in (u, v)]
    matrix = yuv_to_rgb_matrix(frame.colour)
    yuv = np.stack([y.astype(np.float64), *up], axis=-1)
    return np.asarray((yuv @ matrix[:, :3].T + matrix[:, 3]) / 255.0)


def local_ev(frame: Frame, recipe: Recipe, lines: Sequence[Line]) -> Floats:
    """Stops added at each pixel by zones and edges, float64 (h, w). Each zone gain is clamped before it is added."""
    height, width = frame.height, frame.width
    zones = zones_of_codes(frame.colour)[planes(frame.pixels)[0]]
    total = np.zeros((height, width))
    for line in lines:
        rows, columns = line.a.shape
        a, b = (
            np.asarray(cv2.resize(plane.astype(np.float64), (columns * SMALL, rows * SMALL)))[:height, :width]
            for plane in (line.a, line.b)
        )
        total += np.clip(a * zones + b, min(line.stops, 0.0), max(line.stops, 0.0))
    for edge in recipe.edges:
        total += edge.ev(width, height)
    return total
