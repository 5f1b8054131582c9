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
    """Owns the buffers of the slower way."""

    def __init__(self, buffers: Buffers, wide: bool | None = None) -> None:
        """wide: whether OpenCV looks up 16-bit indices; None finds out."""
        self.wide = _has_wide_lut() if wide is None else wide
        self._buffers = buffers
        if not self.wide:
            log.info("OpenCV %s looks up 8-bit indices only; 4.13 prints dodging and burning faster", cv2.__version__)

    def prepared(self, table: NDArray[Any]) -> NDArray[Any]:
        """A table of 256 entries of 8 or 16 bits as ``bytes`` wants it: where OpenCV can, of two pixels at a time,
        which costs half as much."""
        if not self.wide:
            return table
        both = np.empty((256, 256, 2), table.dtype)
        both[..., 0], both[..., 1] = table[None, :], table[:, None]
        return both.view("<u2" if table.itemsize == 1 else "<i4").ravel()

    def bytes(self, prepared: NDArray[Any], plane: Bytes8, out: NDArray[Any]) -> None:
        """What the table says of each byte of a plane; out: of the plane's shape, entries of the table's own type."""
        if prepared.size > 256 and plane.shape[1] % 2 == 0:
            cv2.LUT(plane.view("<u2"), prepared, dst=out.view(prepared.dtype))
        else:  # an odd width: the low halves of the first 256 entries are the table itself
            table = prepared if prepared.size == 256 else prepared[:256].astype(out.dtype)
            cv2.LUT(plane, table, dst=out)

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
