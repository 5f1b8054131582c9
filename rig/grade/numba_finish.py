"""The finish as the Numba engine wants it: three fine tables, then one cube, both exact where they can be."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.colour import rgb_to_yuv_matrix, yuv_to_rgb_matrix
from drivers.readings import Colour
from rig.grade.cdl import LUMA, SlopeOffsetPower
from rig.grade.lut import Looked
from rig.grade.numba_layout import HIGHEST, LOWEST
from rig.grade.recipe import FinishPart

ENTRIES = 4097  # of a CDL's tables
BAKED = 65  # entries a side of a cube that several steps are baked into
Arrays = tuple[NDArray[np.float32], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Finish:
    """steps: curves (3, n), then luma weights (3,) and saturation (1,); cube (n^3, 3) by blue, green, red,
    its low end (3,), entries per unit (3,), strength (1,). cdl, cube: whether there are curves, and a cube."""

    steps: Arrays
    cdl: bool
    cube: bool


@lru_cache(maxsize=2)
def finish_tables(steps: tuple[FinishPart, ...]) -> Finish:
    """The tables of a finish. What comes first and takes each channel by itself (1D tables, a CDL, whose saturation
    follows) are curves; a cube alone, or after them, is kept as it is; any more are baked into one cube (0 to 1) of 65
    entries a side."""
    rest = list(steps)
    channels = np.linspace(LOWEST, HIGHEST, ENTRIES)[:, None].repeat(3, axis=1)
    saturation = 1.0
    while rest and saturation == 1.0 and (alone := _of_each_channel(rest[0])) is not None:
        step = rest.pop(0)
        channels = alone.finish(channels)
        saturation = step.saturation if isinstance(step, SlopeOffsetPower) else 1.0
    bends = len(rest) < len(steps)
    values = np.zeros((2, 2, 2, 3), np.float32)
    low, high, strength = np.zeros(3), np.ones(3), 0.0
    if len(rest) == 1 and isinstance(rest[0], Looked) and rest[0].cube.values.ndim == 4:
        cube, strength = rest[0].cube, rest[0].strength
        values = np.ascontiguousarray(cube.values, np.float32)
        low, high = np.asarray(cube.low), np.asarray(cube.high)
    elif rest:
        values, strength = _baked(rest), 1.0
    per_unit = (values.shape[0] - 1) / (high - low)
    curves = channels.T if bends else np.zeros((3, 2))
    arrays = (curves, LUMA, [saturation], values.reshape(-1, 3), low, per_unit, [strength])
    return Finish(tuple(_fixed(array) for array in arrays), bends, bool(rest))


def _of_each_channel(step: FinishPart) -> FinishPart | None:
    """What a step does to each channel by itself, before what it does to all of them; None where that is nothing."""
    if isinstance(step, SlopeOffsetPower):
        return replace(step, saturation=1.0)
    return step if isinstance(step, Looked) and step.cube.values.ndim == 2 else None


@lru_cache(maxsize=4)
def colour_matrices(colour: Colour) -> Arrays:
    """(3, 4) each: codes of Y and of U, V about 0, to red, green, blue of which 1 is white, and back."""
    to_rgb, to_yuv = yuv_to_rgb_matrix(colour) / 255.0, rgb_to_yuv_matrix(colour)
    to_rgb[:, 3] += 128.0 * to_rgb[:, 1:3].sum(axis=1)
    to_yuv[:, :3] *= 255.0
    to_yuv[1:, 3] = 0.0
    return _fixed(to_rgb), _fixed(to_yuv)


def _baked(steps: list[FinishPart]) -> NDArray[np.float32]:
    axis = np.linspace(0.0, 1.0, BAKED)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    rgb = np.stack([red, green, blue], axis=-1)
    for step in steps:
        rgb = step.finish(rgb)
    return np.ascontiguousarray(rgb, np.float32)


def _fixed(values: Any) -> NDArray[np.float32]:
    array = np.array(values, np.float32, order="C")
    array.flags.writeable = False
    return array
