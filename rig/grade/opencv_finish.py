"""The finish (CDL, .cube) on the planes of a print, in OpenCV: its exact steps, baked into tables over codes of YUV.

Chroma, at half the size, is looked up by luma, U and V; luma, at full size, by itself, as in a grey, and what its
colour adds to that is looked up with chroma, as a value and a slope. The table is a tall picture, one slice of U by V
for every few codes of luma, out of which cv2.remap picks, linear between U and V.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import rgb_to_yuv_matrix, yuv_to_rgb_matrix
from drivers.readings import Bytes8, Colour
from rig.grade.buffers import Buffers
from rig.grade.lookup import Lookup
from rig.grade.recipe import FinishPart
from rig.zones import Floats

SLICE, KNOT = 4, 8  # codes of luma, codes of U and V from one entry to the next
SLICES, KNOTS = 256 // SLICE + 1, 256 // KNOT + 1
FINE = 32  # remap's own: it interpolates in 32nds
OF_A_CODE, OF_A_SLOPE = 16, 64  # units of greys in 16 bits, of slopes in 8


@dataclass(frozen=True, slots=True, eq=False)
class FinishTables:
    """greys: printed Y in 16ths of a code by Y, of a grey. colours: (SLICES * KNOTS, KNOTS, 4), by V and luma and by U:
    U, V, what Y gets more than a grey (from 128) and how much of that each code of Y gets (64ths, from 128)."""

    greys: NDArray[np.int16]
    colours: Bytes8


@lru_cache(maxsize=2)
def finish_tables(parts: tuple[FinishPart, ...], colour: Colour) -> FinishTables:
    """The tables of a finish for prints of that colour."""
    greys = _finished(np.arange(256, dtype=np.float64), np.array([128.0]), parts, colour)[0].ravel()
    luma = np.arange(-1, SLICES + 1, dtype=np.float64) * SLICE
    y, u, v = _finished(luma, np.arange(KNOTS, dtype=np.float64) * KNOT, parts, colour)
    inside = np.clip(luma, 0.0, 255.0)
    grey_y = np.interp(inside, np.arange(256.0), greys)[:, None, None]
    more = y - grey_y
    slope = (more[2:] - more[:-2]) / (inside[2:] - inside[:-2])[:, None, None]
    made = np.stack([u[1:-1], v[1:-1], more[1:-1] + 128.0, slope * OF_A_SLOPE + 128.0], axis=-1)
    colours = np.clip(np.rint(made), 0, 255).astype(np.uint8).reshape(SLICES * KNOTS, KNOTS, 4)
    return FinishTables(np.rint(greys * OF_A_CODE).astype(np.int16), colours)


def _finished(luma: Floats, chroma: Floats, parts: tuple[FinishPart, ...], colour: Colour) -> Sequence[Floats]:
    """Codes of Y, U, V, each by luma, V and U."""
    codes = np.stack(
        np.broadcast_arrays(
            np.clip(luma, 0.0, 255.0)[:, None, None], chroma.reshape(1, 1, -1), chroma.reshape(1, -1, 1)
        ),
        axis=-1,
    )
    to_rgb, to_yuv = yuv_to_rgb_matrix(colour), rgb_to_yuv_matrix(colour)
    rgb = (codes @ to_rgb[:, :3].T + to_rgb[:, 3]) / 255.0
    for part in parts:
        rgb = part.finish(rgb)
    yuv = 255.0 * (rgb @ to_yuv[:, :3].T) + to_yuv[:, 3]
    return yuv[..., 0], yuv[..., 1], yuv[..., 2]


class Finisher:
    """Owns the table of the newest finish, as it is looked up."""

    def __init__(self, buffers: Buffers, lookup: Lookup) -> None:
        self._buffers, self._lookup = buffers, lookup
        self._tables: FinishTables | None = None
        self._greys: NDArray[Any] = np.zeros(0, np.int16)
        codes = np.arange(256, dtype=np.int16)
        nearest = (codes + SLICE // 2) // SLICE * KNOTS
        self._where = [lookup.prepared(table.astype(np.int16)) for table in (codes // KNOT, nearest)]
        part = (codes % KNOT * (FINE // KNOT)).astype(np.uint16)
        self._parts = [lookup.prepared(table) for table in (part, part * np.uint16(FINE))]
        away = (codes + SLICE // 2) // SLICE * SLICE
        self._slices = lookup.prepared(away.astype(np.int16))

    def finish(self, y: Bytes8, u: Bytes8, v: Bytes8, parts: tuple[FinishPart, ...], colour: Colour) -> None:
        """Y, U and V of the print, in place."""
        tables = finish_tables(parts, colour)
        if tables is not self._tables:
            self._tables, self._greys = tables, self._lookup.prepared(tables.greys)
        height, width = u.shape
        luma = self._buffers.bytes("half finished", height, width)
        cv2.resize(y, (width, height), dst=luma, interpolation=cv2.INTER_AREA)
        picked = self._buffers.bytes("picked", height, width, 4)
        cv2.remap(tables.colours, *self._places(luma, u, v), cv2.INTER_LINEAR, dst=picked)
        more, slope = (self._buffers.bytes(name, height, width) for name in ("more", "slope"))
        cv2.split(picked, [u, v, more, slope])
        self._finish_luma(y, luma, more, slope)

    def _places(self, luma: Bytes8, u: Bytes8, v: Bytes8) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
        """Where in the table each pixel is: whole entries, and 32nds of them."""
        height, width = u.shape
        x, of_v, of_luma = (self._buffers.shorts(name, height, width) for name in ("x", "y of v", "y of luma"))
        for table, plane, out in ((0, u, x), (0, v, of_v), (1, luma, of_luma)):
            self._lookup.bytes(self._where[table], plane, out)
        cv2.add(of_v, of_luma, dst=of_v)
        whole = self._buffers.shorts("whole", height, width, 2)
        cv2.merge([x, of_v], dst=whole)
        parts, more = (self._buffers.words(name, height, width) for name in ("parts", "more parts"))
        self._lookup.bytes(self._parts[0], u, parts)
        self._lookup.bytes(self._parts[1], v, more)
        cv2.add(parts, more, dst=parts)
        return whole, parts

    def _finish_luma(self, y: Bytes8, luma: Bytes8, more: Bytes8, slope: Bytes8) -> None:
        """As a grey, and what the colour of two by two pixels adds: more + slope * (y - the slice's luma)."""
        height, width = luma.shape
        slopes, offsets, slices = (
            self._buffers.shorts(name, height, width) for name in ("slopes", "offsets", "slices")
        )
        np.subtract(slope, 128, out=slopes, dtype=np.int16)
        self._lookup.bytes(self._slices, luma, slices)
        cv2.multiply(slopes, slices, dst=slices, scale=OF_A_CODE / OF_A_SLOPE)
        np.subtract(more, 128, out=offsets, dtype=np.int16)
        np.multiply(offsets, np.int16(OF_A_CODE), out=offsets)
        cv2.subtract(offsets, slices, dst=offsets)
        wide = []
        for name, plane in (("wide slopes", slopes), ("wide offsets", offsets)):
            doubled = self._buffers.shorts(name, height, width, 2)
            cv2.merge([plane, plane], dst=doubled)
            wide.append(doubled.reshape(height, 2 * width))
        greys, of_y = (self._buffers.shorts(name, *y.shape) for name in ("greys", "of y"))
        self._lookup.bytes(self._greys, y, greys)
        np.copyto(of_y, y)
        for first in (0, 1):
            rows = of_y[first::2]
            cv2.multiply(rows, wide[0], dst=rows, scale=OF_A_CODE / OF_A_SLOPE)
            cv2.add(rows, wide[1], dst=rows)
        cv2.add(greys, of_y, dst=greys)
        cv2.threshold(greys, 0.0, 0.0, cv2.THRESH_TOZERO, dst=greys)
        cv2.convertScaleAbs(greys, dst=y, alpha=1.0 / OF_A_CODE)
