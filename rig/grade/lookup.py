"""Looking up: of one byte a pixel, two pixels at a time, or of two bytes a pixel; in whatever way this OpenCV can."""

from __future__ import annotations

import logging
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8
from rig.grade.buffers import Buffers

log = logging.getLogger(__name__)
NO_MAP = np.empty(0, np.int16)


class Lookup:
    """Owns the buffers of the slower ways."""

    def __init__(self, buffers: Buffers, wide: bool | None = None) -> None:
        """wide: whether OpenCV looks up 16-bit indices; None finds out."""
        self.wide = _has_wide_lut() if wide is None else wide
        self._buffers = buffers
        if not self.wide:
            log.info("OpenCV %s looks up 8-bit indices only; 4.13 prints dodging and burning faster", cv2.__version__)

    def prepared(self, *tables: NDArray[Any]) -> NDArray[Any]:
        """A table of 256 entries as ``bytes`` wants it, or two: one for even and one for odd columns.

        Of 8 or 16 bits they become, where OpenCV can, one of two pixels at a time, which costs half as much.
        """
        even, odd = tables[0], tables[-1]
        if not self.wide or even.itemsize > 2:
            return np.stack([even, odd], axis=-1)[None]
        both = np.empty((256, 256, 2), even.dtype)
        both[..., 0], both[..., 1] = even[None, :], odd[:, None]
        return both.view("<u2" if even.itemsize == 1 else "<i4").ravel()

    def bytes(self, prepared: NDArray[Any], plane: Bytes8, out: NDArray[Any]) -> None:
        """What the tables say of each byte of a plane; out: of the plane's shape, entries of the tables' own type."""
        height, width = plane.shape
        if width % 2:  # one column more
            wide = self._buffers.bytes("odd", height, width + 1)
            wide[:, :width], wide[:, width] = plane, 0
            made = np.empty((height, width + 1), out.dtype)
            self.bytes(prepared, wide, made)
            out[:] = made[:, :width]
        elif prepared.ndim == 1:
            cv2.LUT(plane.view("<u2"), prepared, dst=out.view(prepared.dtype))
        else:
            cv2.LUT(plane.reshape(height, width // 2, 2), prepared, dst=out.reshape(height, width // 2, 2))

    def pairs(self, table: NDArray[Any], pairs: Bytes8, out: NDArray[Any]) -> None:
        """What a table of 65,536 entries says of pairs of bytes (h, w, 2), low and high; out: (h, w)."""
        if self.wide:
            cv2.LUT(pairs.view("<u2")[..., 0], table, dst=out)
        else:  # the table is a picture of 256 by 256, out of which each pair picks one pixel
            where = self._buffers.shorts("where", *pairs.shape)
            where[:] = pairs
            cv2.remap(table.reshape(256, 256), where, NO_MAP, cv2.INTER_NEAREST, dst=out)


def _has_wide_lut() -> bool:
    try:
        for entries in (np.uint8, np.uint16, np.int32):
            cv2.LUT(np.zeros((1, 1), np.uint16), np.zeros(65536, entries))
    except cv2.error:
        return False
    return True
