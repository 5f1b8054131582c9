"""The fast engine that is always there: OpenCV and NumPy, YUV420 in and out, a few table look-ups a pixel.

The EV of each pixel is a byte beside its luma: the two, seen as one 16-bit number, are looked up in a table of 65,536
(OpenCV's own look-up from 4.13, its remap before). Chroma, at half the size, follows through the gain that goes with
luma and EV.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.buffers import Buffers
from rig.grade.local_ev import LocalEv
from rig.grade.mask import Line
from rig.grade.recipe import Recipe
from rig.grade.tables import Balance, Tables, compile_tables
from rig.zones import zones_of_codes

log = logging.getLogger(__name__)


class OpenCvEngine:
    """Owns its buffers and the tables of the newest recipe. The same bytes on every run."""

    name = "opencv"

    def __init__(self, wide_lut: bool | None = None) -> None:
        """wide_lut: whether OpenCV looks up 16-bit indices; None finds out."""
        self._wide_lut = _has_wide_lut() if wide_lut is None else wide_lut
        if not self._wide_lut:
            log.info("OpenCV %s looks up 8-bit indices only; 4.13 prints dodging and burning faster", cv2.__version__)
        self._buffers = Buffers()
        self._local_ev = LocalEv(self._buffers)
        self._recipe: Recipe | None = None
        self._colour: Colour | None = None
        self._tables: Tables | None = None
        self._zones: NDArray[np.float32] = np.zeros(256, np.float32)

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line]) -> Bytes8:
        """The printed frame, I420 of the frame's own size and colour."""
        tables = self._compiled(recipe, frame.colour)
        y, u, v = planes(frame.pixels)
        pixels = np.empty_like(frame.pixels)
        out_y, out_u, out_v = planes(pixels)
        local = None
        if tables.scale is not None:
            local = self._local_ev.bytes(y, self._zones, tables.scale, lines, recipe.edges)
        if tables.balance is not None:
            y, u, v = self._balanced(y, u, v, tables.balance, colour=tables.chroma is not None)
        # luma, or luma and EV beside each other: what the tables are looked up by
        index = y if local is None else self._pair(y, local, "luma and ev")
        gain = None
        if tables.gain is not None:
            gain = self._luma_and_gain(tables.luma, tables.gain, index, out_y)
        elif tables.luma_stays:
            out_y[:] = y
        else:
            self._look_up(tables.luma, index, out_y)
        for plane, printed, name in ((u, out_u, "u"), (v, out_v, "v")):
            if tables.chroma is None or tables.chroma_stays:
                printed[:] = 128 if tables.chroma is None else plane
            else:
                by = plane if gain is None else self._pair(plane, gain, f"{name} and gain")
                self._look_up(tables.chroma, by, printed)
        return pixels

    def _compiled(self, recipe: Recipe, colour: Colour) -> Tables:
        if self._tables is None or recipe != self._recipe or colour != self._colour:
            if colour != self._colour:
                self._zones = zones_of_codes(colour).astype(np.float32)
            self._tables, self._recipe, self._colour = compile_tables(recipe, colour), recipe, colour
        return self._tables

    def _pair(self, low: Bytes8, high: Bytes8, name: str) -> Bytes8:
        """(h, w, 2): the bytes of the number low + 256 * high at each pixel."""
        pair = self._buffers.bytes(name, *low.shape, 2)
        cv2.merge([low, high], dst=pair)
        return pair

    def _look_up(self, table: Bytes8, index: Bytes8, out: Bytes8) -> None:
        """index: (h, w), or pairs (h, w, 2)."""
        if index.ndim == 2:
            cv2.LUT(index, table, dst=out)
        elif self._wide_lut:
            cv2.LUT(index.view("<u2")[..., 0], table, dst=out)
        else:
            self._pick(table.reshape(256, 256), index, out)

    def _pick(self, table: NDArray[Any], index: Bytes8, out: NDArray[Any]) -> None:
        """The table as a picture of 256 by 256, out of which each pair picks one pixel."""
        where = self._buffers.shorts("where", *index.shape)
        where[:] = index
        cv2.remap(table, where, np.empty(0, np.int16), cv2.INTER_NEAREST, dst=out)

    def _luma_and_gain(self, luma: Bytes8, gain: Bytes8, index: Bytes8, out: Bytes8) -> Bytes8:
        """Prints luma, and gives the gain of chroma at half the size.

        It is looked up at full size and then averaged: at the edge of a light, the gain of the average is another one.
        """
        full = self._buffers.bytes("gain", *out.shape)
        if index.ndim == 2 or self._wide_lut:
            self._look_up(luma, index, out)
            self._look_up(gain, index, full)
        else:  # picking a pair of bytes costs no more than picking one
            both = self._buffers.bytes("luma and gain", *out.shape, 2)
            table = np.asarray(cv2.merge([luma.reshape(256, 256), gain.reshape(256, 256)]), np.uint8)
            self._pick(table.view("<u2")[..., 0], index, both.view("<u2")[..., 0])
            cv2.extractChannel(both, 0, dst=out)
            cv2.extractChannel(both, 1, dst=full)
        return self._half(full, "half gain")

    def _half(self, plane: Bytes8, name: str) -> Bytes8:
        half = self._buffers.bytes(name, plane.shape[0] // 2, plane.shape[1] // 2)
        cv2.resize(plane, half.shape[::-1], dst=half, interpolation=cv2.INTER_AREA)
        return half

    def _balanced(
        self, y: Bytes8, u: Bytes8, v: Bytes8, balance: Balance, colour: bool
    ) -> tuple[Bytes8, Bytes8, Bytes8]:
        """The negative with its white balanced, rounded to bytes; U and V are left alone when colour is not wanted."""
        weights = balance.of_chroma
        scale = min(16.0, 127.0 / (128.0 * float(np.abs(weights[0]).sum()) + 1e-9))
        small = self._buffers.bytes("white", *u.shape)
        at_u, at_v = scale * weights[0]
        cv2.addWeighted(u, at_u, v, at_v, 128.0 - 128.0 * (at_u + at_v), dst=small)
        wide = self._buffers.bytes("white up", *y.shape)
        cv2.resize(small, y.shape[::-1], dst=wide, interpolation=cv2.INTER_LINEAR)
        balanced = self._buffers.bytes("balanced", *y.shape)
        cv2.addWeighted(y, 1.0, wide, 1.0 / scale, -128.0 / scale, dst=balanced)
        if colour:
            half = self._half(y, "half negative")
            u, v = (
                self._balanced_chroma(u, v, half, weights[row], of_luma, "uv"[row - 1])
                for row, of_luma in ((1, balance.u_of_luma), (2, balance.v_of_luma))
            )
        return balanced, u, v

    def _balanced_chroma(
        self, u: Bytes8, v: Bytes8, half: Bytes8, weights: NDArray[np.float64], of_luma: NDArray[np.float32], name: str
    ) -> Bytes8:
        turned = self._buffers.floats("turned", *u.shape)
        gamma = 128.0 - 128.0 * float(weights.sum())
        cv2.addWeighted(u, float(weights[0]), v, float(weights[1]), gamma, dst=turned, dtype=cv2.CV_32F)
        cast = self._buffers.floats("cast", *u.shape)
        cv2.LUT(half, of_luma, dst=cast)
        out = self._buffers.bytes(f"balanced {name}", *u.shape)
        cv2.add(turned, cast, dst=out, dtype=cv2.CV_8U)
        return out


def _has_wide_lut() -> bool:
    try:
        cv2.LUT(np.zeros((1, 1), np.uint16), np.zeros(65536, np.uint8))
    except cv2.error:
        return False
    return True
