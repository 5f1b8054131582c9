"""The luma that the tables see, in OpenCV: white balance and film luma at full size, as rig/grade/balance.py says."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8
from rig.grade.balance import Balance, Pair, Side
from rig.grade.buffers import Buffers
from rig.grade.recipe import Halves

# Where U and V move Y by no more codes than this, two by two pixels share what they give: half a code off at the
# hardest edges, for a third of the time.
SHARED_AT_MOST = 16.0


class LumaBalancer:
    """Owns the shares of the newest half-frame filter."""

    def __init__(self, buffers: Buffers) -> None:
        self._buffers = buffers
        self._shares_key: object = None

    def balanced(self, y: Bytes8, u: Bytes8, v: Bytes8, balance: Balance) -> Bytes8:
        """Y of the negative with its white balanced, as the film sees it, rounded to codes."""
        sides = balance.sides
        if all(side.on_y is None and side.greys is None for side in sides):
            return y
        shares = None if balance.halves is None else self._shares(balance.halves, y.shape)
        seen = self._greys(y, sides, shares)
        reach = max(side.reach for side in sides)
        if reach == 0.0:
            return seen
        shared = reach <= SHARED_AT_MOST
        scale = 1.0 if shared else min(16.0, 127.0 / reach)
        smalls = []
        for number, side in enumerate(sides):
            smalls.append(self._buffers.bytes(f"of chroma {number}", *u.shape))
            self._of_chroma(u, v, side.on_y or (0.0, 0.0), scale, smalls[-1])
        small = smalls[0]
        if shares is not None:
            small = self._buffers.bytes("of chroma", *u.shape)
            cv2.blendLinear(smalls[0], smalls[1], shares[0], shares[1], dst=small)
        out = self._buffers.bytes("balanced", *y.shape)
        if shared:
            self._add_shared(seen, small, out)
        else:
            wide = self._buffers.bytes("of chroma, wide", *y.shape)
            cv2.resize(small, y.shape[::-1], dst=wide, interpolation=cv2.INTER_LINEAR)
            cv2.addWeighted(seen, 1.0, wide, 1.0 / scale, -128.0 / scale, dst=out)
        return out

    def _of_chroma(self, u: Bytes8, v: Bytes8, weights: Pair, scale: float, out: Bytes8) -> None:
        """What U and V give to Y, times the scale, from 128."""
        at_u, at_v = scale * weights[0], scale * weights[1]
        cv2.addWeighted(u, at_u, v, at_v, 128.0 - 128.0 * (at_u + at_v), dst=out)

    def _add_shared(self, y: Bytes8, small: Bytes8, out: Bytes8) -> None:
        """Adds bytes of half the size, from 128, each to two by two pixels; merged with itself, a plane is as wide."""
        height, width = small.shape
        more, less = (self._buffers.bytes(name, height, width) for name in ("more", "less"))
        grey = np.array([128.0])
        cv2.subtract(small, grey, dst=more)
        cv2.subtract(grey, small, dst=less)
        doubled = []
        for name, part in (("more, wide", more), ("less, wide", less)):
            wide = self._buffers.bytes(name, height, width, 2)
            cv2.merge([part, part], dst=wide)
            doubled.append(wide.reshape(height, 2 * width))
        for first in (0, 1):
            cv2.add(y[first::2], doubled[0], dst=out[first::2])
            cv2.subtract(out[first::2], doubled[1], dst=out[first::2])

    def _greys(self, y: Bytes8, sides: tuple[Side, ...], shares: list[NDArray[np.float32]] | None) -> Bytes8:
        """Y as the film sees greys."""
        if all(side.greys is None for side in sides):
            return y
        made = []
        for number, side in enumerate(sides):
            made.append(self._buffers.bytes(f"greys {number}", *y.shape))
            cv2.LUT(y, np.arange(256, dtype=np.uint8) if side.greys is None else side.greys, dst=made[-1])
        if shares is None:
            return made[0]
        wide = [self._buffers.floats(f"share {number}, wide", *y.shape) for number in (0, 1)]
        for share, large in zip(shares, wide, strict=True):
            cv2.resize(share, y.shape[::-1], dst=large)
        out = self._buffers.bytes("greys", *y.shape)
        cv2.blendLinear(made[0], made[1], wide[0], wide[1], dst=out)
        return out

    def _shares(self, halves: Halves, shape: tuple[int, ...]) -> list[NDArray[np.float32]]:
        """Of the first and of the second side, at half the size."""
        height, width = shape
        shares = [self._buffers.floats(f"share {number}", height // 2, width // 2) for number in (0, 1)]
        if self._shares_key != (halves, shape):
            self._shares_key = halves, shape
            shares[1][:] = halves.share(width, height, 2)
            np.subtract(np.float32(1.0), shares[1], out=shares[0])
        return shares
