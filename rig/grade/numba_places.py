"""What the Numba engine knows of places: the mask's lines, edges, shares of a half-frame filter, grain and dither."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rig.grade.dither import TILE as DITHER_TILE
from rig.grade.dither import dither_tile
from rig.grade.grain import grain_tile
from rig.grade.mask import Line
from rig.grade.numba_compile import Kernels
from rig.grade.numba_layout import PIECE, SLOPE_SCALE, ZERO_ZONE
from rig.grade.numba_scratch import pieces
from rig.grade.recipe import EdgeGain, HalfGain, Halves, SpatialGain
from rig.zones import SMALL

# What changes over fewer pixels than this, or in a smaller picture, is reckoned at every pixel instead of every eighth.
SMOOTH_OVER = 160
FINE_ENOUGH = 256
Shorts = NDArray[np.int16]


class Lines:
    """Owns the mask's lines in integers, and writes each frame's."""

    def __init__(self, kernels: Kernels) -> None:
        self._kernels = kernels
        self.grids: Shorts = np.zeros((4, 2, 2), np.int16)
        self.limits: Shorts = np.zeros(4, np.int16)

    def fill(self, lines: Sequence[Line], width: int, units: float) -> None:
        """Slope and offset of each line, with one more row and column around and as wide as the pieces."""
        rows = lines[0].a.shape[0] + 2 if lines else 2
        shape = (4, rows, pieces(width) * PIECE // SMALL + 2)
        if self.grids.shape != shape:
            self.grids = np.zeros(shape, np.int16)
        for index, line in enumerate(lines):
            self._kernels.fill_line(*self.arguments(index, line, units))
            self.limits[2 * index] = round(line.low * units)
            self.limits[2 * index + 1] = round(line.high * units)

    def arguments(self, index: int, line: Line, units: float) -> tuple[Any, ...]:
        """Of the kernel ``fill_line``."""
        a, b = readonly(line.a, np.float32), readonly(line.b, np.float32)
        scales = np.float32(ZERO_ZONE), np.float32(units * SLOPE_SCALE), np.float32(units)
        return a, b, *scales, self.grids[2 * index], self.grids[2 * index + 1]


class Smooth:
    """Owns one plane that depends on the place alone, and makes it again only when that changes. cell: pixels of the
    picture for one of the plane's, 8 or 1; 0: there is none."""

    def __init__(self) -> None:
        self._key: object = None
        self.plane: Shorts = np.zeros((2, 2), np.int16)
        self.cell = 0

    def fill_edges(self, edges: tuple[SpatialGain, ...], width: int, height: int, units: float) -> None:
        """The sum of edges, in units."""
        key = (edges, width, height, units)
        if key != self._key:
            self._key, self.cell = key, 0
            if edges:
                self.cell = _cell(min(_over(edge, width, height) for edge in edges), width, height)
                stops = np.sum([edge.ev(width, height, self.cell) for edge in edges], axis=0)
                self._put(stops * units, width)

    def fill_share(self, halves: Halves | None, width: int, height: int) -> None:
        """The second half's share, 0..32767."""
        key = (halves, width, height)
        if key != self._key:
            self._key, self.cell = key, 0
            if halves is not None:
                self.cell = _cell(_over(halves, width, height), width, height)
                self._put(halves.share(width, height, self.cell) * 32767.0, width)

    def _put(self, values: NDArray[Any], width: int) -> None:
        plane = np.rint(values).astype(np.int16)
        if self.cell == SMALL:
            beyond = pieces(width) * PIECE // SMALL + 1 - plane.shape[1]
            plane = np.pad(plane, ((1, 1), (1, beyond)), mode="edge")
        self.plane = np.ascontiguousarray(plane)


def _over(smooth: SpatialGain | Halves, width: int, height: int) -> float:
    """The pixels over which something changes; 0 where that is not known."""
    half_diagonal = 0.5 * float(np.hypot(width, height))
    if isinstance(smooth, EdgeGain):
        return (1.0 - smooth.size) * half_diagonal
    if isinstance(smooth, HalfGain):
        return smooth.halves.softness * half_diagonal
    return smooth.softness * half_diagonal if isinstance(smooth, Halves) else 0.0


def _cell(over: float, width: int, height: int) -> int:
    return SMALL if over >= SMOOTH_OVER and min(width, height) >= FINE_ENOUGH else 1


@lru_cache(maxsize=1)
def grain_of(size: float, height: int) -> NDArray[np.int8]:
    """(1024, 1024 + a piece): the grain's tile, with its beginning once more at the end."""
    tile = grain_tile(size, height)
    return readonly(np.hstack([tile, tile[:, :PIECE]]), np.int8)


def no_grain() -> NDArray[np.int8]:
    """What stands for the grain where there is none."""
    return readonly(np.zeros((1, 1), np.int8), np.int8)


def dithers(wanted: bool, planes: tuple[int, ...], bits: int, zero: float = 0.0, share: float = 1.0) -> Shorts:
    """(planes, 64, a piece): what is added to codes with so many bits behind the point before cutting them off: that
    share of the dither, so that it is below half a code, or half a code; and zero."""
    units = 2.0**bits
    tiles = [share * dither_tile(plane) if wanted else np.zeros((DITHER_TILE, DITHER_TILE)) for plane in planes]
    whole = np.floor((np.stack(tiles) + 0.5) * units) + zero * units
    return readonly(np.tile(whole, PIECE // DITHER_TILE), np.int16)


def readonly(array: NDArray[Any], dtype: Any) -> NDArray[Any]:
    """The array, or a copy of that type, as a C-contiguous view that cannot be written: to Numba, one type for all."""
    view = np.ascontiguousarray(array, dtype).view()
    view.flags.writeable = False
    return view
