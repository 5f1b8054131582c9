"""The ground that the EV of zones is added to: edges and grain, as bytes (see EvScale in rig/grade/tables.py)."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from drivers.readings import Bytes8
from rig.grade.buffers import Buffers
from rig.grade.dither import dither_tile
from rig.grade.grain import TILE, grain_offset, grain_tile
from rig.grade.recipe import Grain, HalfGain, SpatialGain
from rig.grade.tables import EvScale
from rig.zones import SMALL

FINE_ENOUGH = 256  # pixels of the shorter side
SOFT = 64  # pixels over which one side of a half-frame filter goes over into the other
OF_A_STEP = 64  # units of the edges' EV


class Ground:
    """Owns what changes seldom: the edges and the tile of grain, in bytes."""

    def __init__(self, buffers: Buffers) -> None:
        self._buffers = buffers
        self._edges_key: object = None
        self._grain_key: object = None

    def edges(self, shape: tuple[int, ...], scale: EvScale, edges: tuple[SpatialGain, ...]) -> Bytes8:
        """No EV, but for the edges, less what grain takes; made again only when they, the scale or the size change."""
        height, width = shape
        base = self._buffers.bytes("base", height, width)
        key = (edges, scale, shape)
        if self._edges_key == key:
            return base
        self._edges_key = key
        start = scale.zero - scale.grain
        base.fill(start)
        if edges:
            every = SMALL if _are_soft(edges, width, height) else 1
            evs = np.sum([edge.ev(width, height, every) for edge in edges], axis=0)
            steps = np.rint(evs * (OF_A_STEP / scale.step)).astype(np.int16)
            up = self._buffers.shorts("edges", steps.shape[0] * every, steps.shape[1] * every)
            cv2.resize(steps, up.shape[::-1], dst=up)
            up += OF_A_STEP * start
            # dithered: from here on there are whole steps only
            rounding = np.rint((dither_tile(0) + 0.5) * (OF_A_STEP - 1)).astype(np.int16)
            for rows, tile_rows in _pieces(0, height, len(rounding)):
                for columns, tile_columns in _pieces(0, width, len(rounding)):
                    up[rows, columns] += rounding[tile_rows, tile_columns]
            np.right_shift(up, OF_A_STEP.bit_length() - 1, out=up)
            np.copyto(base, up[:height, :width], casting="unsafe")
        return base

    def add_grain(self, base: Bytes8, grain: Grain, scale: EvScale, t_ns: int, out: Bytes8) -> None:
        """Adds the tile, laid over the picture from the place that is this frame's: no grain is scale.grain in it."""
        height, width = base.shape
        tile = self._buffers.bytes("grain", TILE, TILE)
        key = (grain, height, scale)
        if self._grain_key != key:
            self._grain_key = key
            stops = np.arange(256, dtype=np.uint8).view(np.int8) * (grain.stops / 32.0)
            steps = np.clip(np.rint(stops / scale.step), -scale.grain, scale.grain) + scale.grain
            cv2.LUT(grain_tile(grain.size, height).view(np.uint8), steps.astype(np.uint8), dst=tile)
        down, right = grain_offset(t_ns)
        for rows, tile_rows in _pieces(down, height, TILE):
            for columns, tile_columns in _pieces(right, width, TILE):
                here = rows, columns
                cv2.add(base[here], tile[tile_rows, tile_columns], dst=out[here])


def _are_soft(edges: tuple[SpatialGain, ...], width: int, height: int) -> bool:
    """An eighth of the size is fine enough for something so smooth, and quick enough while a route bends it."""
    half = 0.5 * float(np.hypot(width, height))
    sides = [edge.halves.softness for edge in edges if isinstance(edge, HalfGain)]
    return min(width, height) >= FINE_ENOUGH and all(softness * half >= SOFT for softness in sides)


def _pieces(start: int, count: int, tile: int) -> Iterator[tuple[slice, slice]]:
    """Where a tile's lines, beginning with one of them, lie in the picture, and which of the tile they are."""
    done = 0
    while done < count:
        first = (start + done) % tile
        many = min(tile - first, count - done)
        yield slice(done, done + many), slice(first, first + many)
        done += many
