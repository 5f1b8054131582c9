"""The fast engine that is always there: OpenCV and NumPy, YUV420 in and out, a few table look-ups a pixel.

The EV of each pixel is a byte beside its luma: the two, seen as one 16-bit number, are looked up in a table of 65,536
(OpenCV's own look-up from 4.13, its remap before), which gives the printed luma and the gain of chroma that goes with
it. Chroma follows at half the size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.colour import planes
from drivers.readings import Bytes8, Colour, Frame
from rig.grade.balance import Balance
from rig.grade.buffers import Buffers
from rig.grade.local_ev import LocalEv
from rig.grade.lookup import Lookup
from rig.grade.mask import Line
from rig.grade.recipe import Recipe
from rig.grade.tables import Tables, compile_tables


class OpenCvEngine:
    """Owns its buffers and the tables of the newest recipe. The same bytes on every run."""

    name = "opencv"

    def __init__(self, wide_lut: bool | None = None) -> None:
        """wide_lut: whether OpenCV looks up 16-bit indices; None finds out."""
        self._buffers = Buffers()
        self._lookup = Lookup(self._buffers, wide_lut)
        self._local_ev = LocalEv(self._buffers, self._lookup)
        self._recipe: Recipe | None = None
        self._colour: Colour | None = None
        self._tables: Tables | None = None
        self._luma: NDArray[Any] = np.zeros(0, np.uint8)
        self._chroma: NDArray[Any] = np.zeros(0, np.uint8)
        self._casts: NDArray[Any] = np.zeros(0, np.uint16)

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line]) -> Bytes8:
        """The printed frame, I420 of the frame's own size and colour."""
        tables = self._compiled(recipe, frame.colour)
        y, u, v = planes(frame.pixels)
        pixels = np.empty_like(frame.pixels)
        out_y, out_u, out_v = planes(pixels)
        local = None
        if tables.scale is not None:
            local = self._local_ev.bytes(y, frame.colour, tables.scale, lines, recipe.edges)
        if tables.balance is not None:
            y, u, v = self._balanced(y, u, v, tables.balance, colour=tables.chroma is not None)
        gain = None
        if tables.gain is not None:
            gain = self._print_luma_and_gain(y, local, out_y)
        elif tables.luma_stays:
            out_y[:] = y
        else:
            self._look_up(self._luma, y, local, out_y, "luma and ev")
        for plane, printed, name in ((u, out_u, "u"), (v, out_v, "v")):
            if tables.chroma is None or tables.chroma_stays:
                printed[:] = 128 if tables.chroma is None else plane
            else:
                self._look_up(self._chroma, plane, gain, printed, f"{name} and gain")
        return pixels

    def _compiled(self, recipe: Recipe, colour: Colour) -> Tables:
        before = self._tables
        if before is None or recipe != self._recipe or colour != self._colour:
            tables = compile_tables(recipe, colour)
            if before is None or tables.luma is not before.luma:
                luma = tables.luma
                if tables.gain is not None:  # one look-up gives both
                    luma = np.asarray(cv2.merge([luma, tables.gain]), np.uint8).view("<u2").ravel()
                self._luma = self._lookup.prepared(luma) if luma.size == 256 else luma
            if tables.chroma is not None and (before is None or tables.chroma is not before.chroma):
                self._chroma = self._lookup.prepared(tables.chroma) if tables.chroma.size == 256 else tables.chroma
            if tables.balance is not None and (before is None or tables.balance is not before.balance):
                self._casts = self._lookup.prepared(tables.balance.casts)
            self._tables, self._recipe, self._colour = tables, recipe, colour
            return tables
        return before

    def _look_up(self, table: NDArray[Any], low: Bytes8, high: Bytes8 | None, out: NDArray[Any], name: str) -> None:
        """By one byte, or by two beside each other."""
        if high is None:
            self._lookup.bytes(table, low, out)
        else:
            pair = self._buffers.bytes(name, *low.shape, 2)
            cv2.merge([low, high], dst=pair)
            self._lookup.pairs(table, pair, out)

    def _print_luma_and_gain(self, y: Bytes8, local: Bytes8 | None, out: Bytes8) -> Bytes8:
        """Prints luma, and gives the gain of chroma at half the size.

        It is looked up at full size and then averaged: at the edge of a light, the gain of the average is another one.
        """
        both = self._buffers.bytes("luma and gain", *out.shape, 2)
        self._look_up(self._luma, y, local, both.view("<u2")[..., 0], "luma and ev")
        full = self._buffers.bytes("gain", *out.shape)
        cv2.split(both, [out, full])
        return self._half(full, "half gain")

    def _half(self, plane: Bytes8, name: str) -> Bytes8:
        half = self._buffers.bytes(name, plane.shape[0] // 2, plane.shape[1] // 2)
        cv2.resize(plane, half.shape[::-1], dst=half, interpolation=cv2.INTER_AREA)
        return half

    def _balanced(
        self, y: Bytes8, u: Bytes8, v: Bytes8, balance: Balance, colour: bool
    ) -> tuple[Bytes8, Bytes8, Bytes8]:
        """The negative with its white balanced, rounded to bytes; U and V are left alone when colour is not wanted."""
        balanced = y if balance.on_y is None else self._balanced_luma(y, u, v, balance.on_y)
        if not colour:
            return balanced, u, v
        casts = self._buffers.bytes("casts", *u.shape, 2)
        self._lookup.bytes(self._casts, self._half(y, "half negative"), casts.view("<u2")[..., 0])
        cast_u, cast_v = (self._buffers.bytes(name, *u.shape) for name in ("cast of u", "cast of v"))
        cv2.split(casts, [cast_u, cast_v])
        return (
            balanced,
            self._balanced_chroma(u, u, v, balance.on_u, cast_u, balance.takes[0], "balanced u"),
            self._balanced_chroma(v, u, v, balance.on_v, cast_v, balance.takes[1], "balanced v"),
        )

    def _balanced_luma(self, y: Bytes8, u: Bytes8, v: Bytes8, weights: tuple[float, float]) -> Bytes8:
        scale = min(16.0, 127.0 / (128.0 * (abs(weights[0]) + abs(weights[1]))))
        small = self._buffers.bytes("white", *u.shape)
        at_u, at_v = scale * weights[0], scale * weights[1]
        cv2.addWeighted(u, at_u, v, at_v, 128.0 - 128.0 * (at_u + at_v), dst=small)
        wide = self._buffers.bytes("white up", *y.shape)
        cv2.resize(small, y.shape[::-1], dst=wide, interpolation=cv2.INTER_LINEAR)
        balanced = self._buffers.bytes("balanced", *y.shape)
        cv2.addWeighted(y, 1.0, wide, 1.0 / scale, -128.0 / scale, dst=balanced)
        return balanced

    def _balanced_chroma(
        self,
        plane: Bytes8,
        u: Bytes8,
        v: Bytes8,
        weights: tuple[float, float] | None,
        cast: Bytes8,
        takes: bool,
        name: str,
    ) -> Bytes8:
        """U or V, whichever plane is; the cast is what the negative's Y puts on it, or takes from it."""
        out = self._buffers.bytes(name, *plane.shape)
        if weights is not None:
            cv2.addWeighted(u, weights[0], v, weights[1], 128.0 - 128.0 * sum(weights), dst=out)
            plane = out
        (cv2.subtract if takes else cv2.add)(plane, cast, dst=out)
        return out
