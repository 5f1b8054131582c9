"""Chroma of a print, in OpenCV: white balance and gain on U and V at half the size, in integers of 16 bits.

They are rounded to codes once, at the end, towards the even squares of a chessboard a little higher: a
smooth colour is then right on the average, and one that the print leaves alone stays.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Colour
from rig.grade.balance import Balance, Side, lifted
from rig.grade.buffers import Buffers
from rig.grade.dither import OF_CHROMA
from rig.grade.lookup import Lookup
from rig.grade.recipe import Halves

Shorts = NDArray[np.int16]
# Units of 1 in 16 bits: of the negative's chroma (balanced, it is less than 4 times as far from grey), and at the end.
OF_A_CODE, AT_THE_END = 32, 16
OF_A_LUMA, OF_A_SHARE = 16384, 16384
DITHER = 0.25 * OF_CHROMA  # of a code


class ChromaPrinter:
    """Owns the lifted luma of codes, the shares of the newest half-frame filter, and the dither."""

    def __init__(self, buffers: Buffers, lookup: Lookup, dithers: bool) -> None:
        self._buffers, self._lookup, self._dithers = buffers, lookup, dithers
        self._colour: Colour | None = None
        self._lifted: NDArray[Any] = np.zeros(0, np.int16)
        self._shares_key: object = None
        self._greys: Shorts = np.zeros((0, 0), np.int16)

    def print(
        self,
        negative: tuple[Bytes8, Bytes8, Bytes8],
        colour: Colour,
        balance: Balance | None,
        gain: Shorts | None,
        scale: float,
        out: tuple[Bytes8, Bytes8],
    ) -> None:
        """U and V into ``out``. negative: its Y, U and V. Their distance from grey is multiplied by gain times scale,
        or by scale."""
        both = self._balanced(*negative, colour, balance)
        for plane, printed in zip(both, out, strict=True):
            self._rounded(plane, gain, scale, printed)

    def _rounded(self, plane: Shorts, gain: Shorts | None, scale: float, out: Bytes8) -> None:
        grey = self._grey(*plane.shape)
        if gain is None:
            cv2.addWeighted(plane, scale * AT_THE_END / OF_A_CODE, grey, 1.0, 0.0, dst=plane)
        else:
            cv2.multiply(plane, gain, dst=plane, scale=scale * AT_THE_END / OF_A_CODE)
            cv2.add(plane, grey, dst=plane)
        cv2.threshold(plane, 0.0, 0.0, cv2.THRESH_TOZERO, dst=plane)
        cv2.convertScaleAbs(plane, dst=out, alpha=1.0 / AT_THE_END)

    def _grey(self, height: int, width: int) -> Shorts:
        """The code of grey, and the dither."""
        if self._greys.shape != (height, width):
            squares = np.add.outer(np.arange(height), np.arange(width)) & 1
            lighter = DITHER * (2.0 * squares - 1.0) if self._dithers else np.zeros((height, width))
            self._greys = ((128.0 + lighter) * AT_THE_END).astype(np.int16)
        return self._greys

    def _balanced(self, y: Bytes8, u: Bytes8, v: Bytes8, colour: Colour, balance: Balance | None) -> list[Shorts]:
        """The distance of U and V from grey, of the negative with its white balanced."""
        wide = []
        for plane, name in ((u, "u"), (v, "v")):
            wide.append(self._buffers.shorts(f"wide {name}", *plane.shape))
            np.copyto(wide[-1], plane)
        if balance is None:
            for chroma in wide:
                np.subtract(chroma, 128, out=chroma)
                np.left_shift(chroma, OF_A_CODE.bit_length() - 1, out=chroma)
            return wide
        sides, luma = balance.sides, None
        if any(side.casts is not None for side in sides):
            luma = self._lifted_luma(y, colour)
        made = [self._side(wide, luma, side, number) for number, side in enumerate(sides)]
        if balance.halves is not None:
            share = self._share(balance.halves, y.shape)
            for first, second in zip(*made, strict=True):
                cv2.subtract(second, first, dst=second)
                cv2.multiply(second, share, dst=second, scale=1.0 / OF_A_SHARE)
                cv2.add(first, second, dst=first)
        return made[0]

    def _lifted_luma(self, y: Bytes8, colour: Colour) -> Shorts:
        """The negative's luma + lift at half the size, what casts hang on."""
        if colour != self._colour:
            self._colour = colour
            self._lifted = self._lookup.prepared(np.rint(lifted(colour) * OF_A_LUMA).astype(np.int16))
        half = self._buffers.bytes("half negative", y.shape[0] // 2, y.shape[1] // 2)
        cv2.resize(y, half.shape[::-1], dst=half, interpolation=cv2.INTER_AREA)
        luma = self._buffers.shorts("lifted", *half.shape)
        self._lookup.bytes(self._lifted, half, luma)
        return luma

    def _side(self, wide: list[Shorts], luma: Shorts | None, side: Side, number: int) -> list[Shorts]:
        made = []
        for index, (at_u, at_v) in enumerate((side.on_u, side.on_v)):
            plane = self._buffers.shorts(f"side {index} {number}", *wide[0].shape)
            at_u, at_v = at_u * OF_A_CODE, at_v * OF_A_CODE
            cv2.addWeighted(wide[0], at_u, wide[1], at_v, -128.0 * (at_u + at_v), dst=plane)
            if side.casts is not None and luma is not None:
                cv2.addWeighted(plane, 1.0, luma, side.casts[index] * OF_A_CODE / OF_A_LUMA, 0.0, dst=plane)
            made.append(plane)
        return made

    def _share(self, halves: Halves, shape: tuple[int, ...]) -> Shorts:
        """Of the second side of a half-frame filter, at half the size."""
        height, width = shape
        share = self._buffers.shorts("share", height // 2, width // 2)
        if self._shares_key != (halves, shape):
            self._shares_key = halves, shape
            share[:] = np.rint(halves.share(width, height, 2) * OF_A_SHARE)
        return share
