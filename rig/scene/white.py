"""The white point of a scene: how far the light on its greys is from neutral, or that nobody can be sure.

Shades of grey (G. Finlayson, E. Trezzi, 2004) says where to begin; the greys near it say where it is (after J. Huo and
others, Robust automatic white balance algorithm using gray color points in images, 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import log2

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes, yuv_to_rgb_matrix
from drivers.readings import Bytes8, Colour, Frame
from rig.zones import decode, luma_of_codes

EVERY = 16  # each sixteenth pixel of each sixteenth line
DARKEST, BRIGHTEST = 0.12, 0.92  # luma: darker is noise, brighter is clipped in some channel
NORM = 5.0  # Minkowski norm of the shades of grey
NEAR_STOPS = 0.3  # so near to the light's own colour a pixel is taken for a grey
STEPS, SETTLED_STOPS = 4, 0.01
LEAST_PIXELS, LEAST_SHARE = 40, 0.12  # of what is neither dark nor clipped
MOST_MIRED, MOST_TINT = 120.0, 0.8  # a light beyond is none that a scene is looked at by
# CIE daylight about D65 in linear sRGB, -60 to +100 mired, fitted to 0.7 mired and 0.003 stops: mired of
# log2(red / blue), and log2(red / green) + log2(blue / green) of mired. Tint: a quarter of a stop of green is 1.
_MIRED = (-2.015, 67.70, -0.24)
_SUM = (-1.350e-6, -3.465e-3, -1.0e-3)
_STOPS_OF_TINT = 0.25


def white_point(frame: Frame) -> tuple[float, float] | None:
    """(mired, tint) by which the light of the scene is off neutral: + is warmer, + is more magenta, in the units of
    the print's temperature and tint. None where too little of the picture is near a grey."""
    tables = _tables(frame.colour)
    codes = _pixels(frame, tables)
    if codes.shape[1] < LEAST_PIXELS:
        return None
    logs = [np.take(tables.logs, channel) for channel in codes]
    reds, blues = logs[0] - logs[1], logs[2] - logs[1]
    shades = [log2(float(np.take(tables.powers, channel).mean())) / NORM for channel in codes]
    about = _limited(shades[0] - shades[1], shades[2] - shades[1])
    for _ in range(STEPS):
        red, blue = reds - np.float32(about[0]), blues - np.float32(about[1])
        near = red * red + blue * blue < NEAR_STOPS**2
        if np.count_nonzero(near) < max(LEAST_PIXELS, LEAST_SHARE * len(reds)):
            return None
        before, half = about, int(np.count_nonzero(near)) // 2
        about = _limited(float(np.partition(reds[near], half)[half]), float(np.partition(blues[near], half)[half]))
        if max(abs(about[0] - before[0]), abs(about[1] - before[1])) < SETTLED_STOPS:
            break
    mired, tint = _mired_and_tint(*about)
    if abs(mired) > 0.99 * MOST_MIRED or abs(tint) > 0.99 * MOST_TINT:
        return None
    return mired, tint


@dataclass(frozen=True, slots=True, eq=False)
class _Tables:
    """By code. good: luma that is neither dark nor clipped. logs, powers: of linear light."""

    to_rgb: NDArray[np.float64]
    good: NDArray[np.bool_]
    logs: NDArray[np.float32]
    powers: NDArray[np.float32]


@cache
def _tables(colour: Colour) -> _Tables:
    luma = luma_of_codes(colour)
    light = np.maximum(decode(np.arange(256) / 255.0, colour.transfer), 1e-4)
    good = (luma > DARKEST) & (luma < BRIGHTEST)
    return _Tables(yuv_to_rgb_matrix(colour), good, np.log2(light).astype(np.float32), (light**NORM).astype(np.float32))


def _pixels(frame: Frame, tables: _Tables) -> Bytes8:
    """Red, green, blue codes (3, n) of a grid of pixels that are neither dark nor clipped."""
    y, u, v = planes(frame.pixels)
    half, first = EVERY // 2, EVERY // 4
    u, v, y = u[first::half, first::half], v[first::half, first::half], y[2 * first :: EVERY, 2 * first :: EVERY]
    rows, columns = min(u.shape[0], y.shape[0]), min(u.shape[1], y.shape[1])
    if not rows or not columns:
        return np.zeros((3, 0), np.uint8)
    y, u, v = y[:rows, :columns], u[:rows, :columns], v[:rows, :columns]
    good = tables.good[y]
    chosen = np.stack([y[good], u[good], v[good]], axis=-1)[:, None]
    if not len(chosen):
        return np.zeros((3, 0), np.uint8)
    rgb = np.ascontiguousarray(cv2.transform(chosen, tables.to_rgb)[:, 0].T)
    inside = (np.minimum(np.minimum(rgb[0], rgb[1]), rgb[2]) > 0) & (
        np.maximum(np.maximum(rgb[0], rgb[1]), rgb[2]) < 255
    )
    return np.asarray(rgb[:, inside], np.uint8)


def _mired_and_tint(red: float, blue: float) -> tuple[float, float]:
    """Of log2 of red and blue over green."""
    difference = red - blue
    mired = (_MIRED[0] * difference + _MIRED[1]) * difference + _MIRED[2]
    return mired, (red + blue - _sum(mired)) / (2.0 * _STOPS_OF_TINT)


def _limited(red: float, blue: float) -> tuple[float, float]:
    """The nearest colour that a light to see by can have."""
    mired, tint = _mired_and_tint(red, blue)
    if abs(mired) <= MOST_MIRED and abs(tint) <= MOST_TINT:
        return red, blue
    mired, tint = min(max(mired, -MOST_MIRED), MOST_MIRED), min(max(tint, -MOST_TINT), MOST_TINT)
    both, difference = _sum(mired) + 2.0 * _STOPS_OF_TINT * tint, mired / _MIRED[1]
    return (both + difference) / 2.0, (both - difference) / 2.0


def _sum(mired: float) -> float:
    return (_SUM[0] * mired + _SUM[1]) * mired + _SUM[2]
