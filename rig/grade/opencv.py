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
from rig.grade.buffers import Buffers
from rig.grade.local_ev import LocalEv
from rig.grade.lookup import Lookup
from rig.grade.mask import Line
from rig.grade.opencv_balance import LumaBalancer
from rig.grade.opencv_chroma import ChromaPrinter
from rig.grade.opencv_finish import Finisher
from rig.grade.recipe import Recipe
from rig.grade.tables import Tables, compile_tables
from rig.grade.zone_fit import Fit, Plane, ZoneFit


class OpenCvEngine:
    """Owns its buffers and the tables of the newest recipe. The same bytes on every run."""

    name = "opencv"

    def __init__(self, wide_lut: bool | None = None, dithers: bool = True) -> None:
        """wide_lut: whether OpenCV looks up 16-bit indices; None finds out. dithers: spread the rounding to 8 bits."""
        self._dithers = dithers
        self._buffers = Buffers()
        self._lookup = Lookup(self._buffers, wide_lut)
        self._local_ev = LocalEv(self._buffers, self._lookup)
        self._balancer = LumaBalancer(self._buffers)
        self._chroma_printer = ChromaPrinter(self._buffers, self._lookup, dithers)
        self._finisher = Finisher(self._buffers, self._lookup)
        self._recipe: Recipe | None = None
        self._colour: Colour | None = None
        self._tables: Tables | None = None
        self._luma: Sequence[NDArray[Any]] = ()
        self._chroma: NDArray[Any] = np.zeros(0, np.uint8)
        self._tints: NDArray[Any] = np.zeros(0, np.int32)

    def print(self, frame: Frame, recipe: Recipe, lines: Sequence[Line], out: Bytes8 | None = None) -> Bytes8:
        """The printed frame, I420 of the frame's own size and colour, in ``out`` where that is given."""
        tables = self._compiled(recipe, frame.colour)
        y, u, v = planes(frame.pixels)
        pixels = np.empty_like(frame.pixels) if out is None else out
        out_y, out_u, out_v = planes(pixels)
        local = None
        if tables.scale is not None:
            local = self._local_ev.bytes(y, frame.colour, tables.scale, lines, recipe, frame.t_ns)
        seen = y if tables.balance is None else self._balancer.balanced(y, u, v, tables.balance)
        gain = None
        if tables.tone.gain is not None:
            gain = self._print_luma_and_gain(seen, local, out_y)
        elif tables.luma_stays:
            np.copyto(out_y, seen)
        else:
            self._look_up(seen, local, out_y)
        self._print_chroma((y, u, v), frame.colour, gain, (out_u, out_v), tables)
        if tables.tints is not None:
            self._tone(out_y, out_u, out_v)
        if recipe.finish:
            self._finisher.finish(out_y, out_u, out_v, recipe.finish, frame.colour)
        return pixels

    def warm_up(self) -> None:
        """Nothing: its tables come with the first print through a recipe."""

    def zone_fit(self, zones: Plane) -> Fit:
        """What the mask asks of a picture's zones."""
        return ZoneFit(zones)

    def let_go(self) -> None:
        """Of the memory that only a warm-up needed."""
        self._buffers.let_go()

    def _compiled(self, recipe: Recipe, colour: Colour) -> Tables:
        before = self._tables
        if before is not None and recipe == self._recipe and colour == self._colour:
            return before
        tables = compile_tables(recipe, colour, self._dithers)
        tone = tables.tone
        if before is None or tone is not before.tone:
            luma: Sequence[NDArray[Any]] = tone.luma
            if tone.gain is not None:  # one look-up gives both
                luma = [_beside(*each) for each in zip(tone.luma, tone.gain, strict=True)]
            # by one byte, the phases are for columns, and make one table; by two, for lines
            self._luma = luma if tables.scale is not None else [self._lookup.prepared(*luma)]
            if tone.chroma:
                self._chroma = self._lookup.prepared(*tone.chroma)
        if tables.tints is not None and (before is None or tables.tints is not before.tints):
            self._tints = self._lookup.prepared(*tables.tints)
        self._tables, self._recipe, self._colour = tables, recipe, colour
        return tables

    def _look_up(self, y: Bytes8, local: Bytes8 | None, out: NDArray[Any]) -> None:
        """Luma, with the gain where that is beside it in the tables."""
        if local is None:
            self._lookup.bytes(self._luma[0], y, out)
            return
        pair = self._buffers.bytes("luma and ev", *y.shape, 2)
        cv2.merge([y, local], dst=pair)
        every = len(self._luma)
        for first, table in enumerate(self._luma):
            self._lookup.pairs(table, pair[first::every], out[first::every])

    def _print_luma_and_gain(self, y: Bytes8, local: Bytes8 | None, out: Bytes8) -> NDArray[np.int16]:
        """Prints luma, and gives the gain of chroma at half the size, 128 being one in its table.

        It is looked up at full size and then averaged: at the edge of a light, the gain of the average is another one.
        Luma is below it in the same number, as a part of it (see ToneTables).
        """
        height, width = out.shape
        both = self._buffers.words("luma and gain", height, width)
        self._look_up(y, local, both)
        np.copyto(out, both, casting="unsafe")
        half = self._buffers.words("half luma and gain", height // 2, width // 2)
        cv2.resize(both, half.shape[::-1], dst=half, interpolation=cv2.INTER_AREA)
        np.right_shift(half, 1, out=half)
        return half.view(np.int16)

    def _print_chroma(
        self,
        negative: tuple[Bytes8, Bytes8, Bytes8],
        colour: Colour,
        gain: NDArray[np.int16] | None,
        out: tuple[Bytes8, Bytes8],
        tables: Tables,
    ) -> None:
        tone = tables.tone
        if tone.chroma_gain == 0.0:
            for printed in out:
                printed.fill(128)
        elif gain is not None or tables.balance is not None:
            scale = tone.chroma_gain if gain is None else tone.chroma_gain / 128.0
            self._chroma_printer.print(negative, colour, tables.balance, gain, scale, out)
        else:
            for plane, printed in zip(negative[1:], out, strict=True):
                if tables.chroma_stays:
                    np.copyto(printed, plane)
                else:
                    self._lookup.bytes(self._chroma, plane, printed)

    def _tone(self, y: Bytes8, u: Bytes8, v: Bytes8) -> None:
        """Adds to U and V what the printed luma gives them."""
        height, width = u.shape
        luma = self._buffers.bytes("half printed", height, width)
        cv2.resize(y, luma.shape[::-1], dst=luma, interpolation=cv2.INTER_AREA)
        both = self._buffers.bytes("tints", height, width, 4)
        self._lookup.bytes(self._tints, luma, both.view("<i4")[..., 0])
        parts = [self._buffers.bytes(name, height, width) for name in ("to u", "from u", "to v", "from v")]
        cv2.split(both, parts)
        for plane, added, taken in ((u, *parts[:2]), (v, *parts[2:])):
            cv2.add(plane, added, dst=plane)
            cv2.subtract(plane, taken, dst=plane)


def _beside(low: Bytes8, high: Bytes8) -> NDArray[np.uint16]:
    """Two tables of bytes as one of 16 bits."""
    return np.asarray(cv2.merge([low, high]), np.uint8).view("<u2").ravel()
