"""The EV that zones and edges give each pixel, as a byte beside its luma (see EvScale in rig/grade/tables.py).

Reckoned in integers of 16 bits: half the memory of floats, and fine enough for far less than a step of EV. Pairs of
lines of the picture share what the mask says, which moves by a sixteenth from one small pixel to the next.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8, Colour
from rig.grade.buffers import Buffers
from rig.grade.lookup import Lookup
from rig.grade.mask import Line
from rig.grade.recipe import SpatialGain
from rig.grade.tables import EvScale
from rig.zones import SMALL, zones_of_codes

FINE_ENOUGH = 256  # pixels of the shorter side
Shorts = NDArray[np.int16]

# Units of 1 in 16 bits. A line's slope is at most 0.8 of its stops a zone (mask.EDGE_EPS) and no zone is further than 5
# from the middle one; with its stops being at most 252 steps, slopes stay below 26,000 and offsets below 20,000.
MIDDLE_ZONE = 5.0
OF_A_STEP, OF_A_ZONE, OF_A_SLOPE = 16, 2048, 8 * 16


class LocalEv:
    """Owns the edges' bytes, which change seldom, and writes everything else into the engine's buffers."""

    def __init__(self, buffers: Buffers, lookup: Lookup) -> None:
        self._buffers, self._lookup = buffers, lookup
        self._colour: Colour | None = None
        self._zones: NDArray[np.int32] | Shorts = np.zeros(256, np.int16)
        self._edges_key: object = None
        self._edges: Bytes8 = np.zeros((0, 0), np.uint8)

    def bytes(
        self, y: Bytes8, colour: Colour, scale: EvScale, lines: Sequence[Line], edges: tuple[SpatialGain, ...]
    ) -> Bytes8:
        """Of each pixel of Y. Each line is clamped on its own, then added."""
        total = self._buffers.bytes("local ev", *y.shape)
        if lines:
            zones, sign = self._zones_of(y, colour), _stops(lines[0])
            steps = self._line(lines[0], zones, scale, "steps")
            for line in lines[1:]:
                put = cv2.add if _stops(line) * sign > 0 else cv2.subtract
                put(steps, self._line(line, zones, scale, "more steps"), dst=steps)
            cv2.convertScaleAbs(steps, dst=total, alpha=np.copysign(1.0 / OF_A_STEP, sign), beta=scale.zero)
        else:
            total.fill(scale.zero)
        if edges:
            cv2.subtract(total, self._edge_bytes(y.shape[1], y.shape[0], scale, edges), dst=total)
        return total

    def _zones_of(self, y: Bytes8, colour: Colour) -> Shorts:
        """The zone of each pixel, from the middle one."""
        if colour != self._colour:
            zones = np.rint((zones_of_codes(colour) - MIDDLE_ZONE) * OF_A_ZONE)
            self._colour, self._zones = colour, self._lookup.prepared(zones.astype(np.int16))
        of_pixel = self._buffers.shorts("zones", *y.shape)
        self._lookup.bytes(self._zones, y, of_pixel)
        return of_pixel

    def _line(self, line: Line, zones: Shorts, scale: EvScale, name: str) -> Shorts:
        """What the line adds or, burning, takes: between none and all of its stops."""
        a_stop = np.float32(np.copysign(1.0 / scale.step, _stops(line)))
        slope = self._enlarged(line.a * (a_stop * OF_A_SLOPE), zones.shape, "slope")
        offset = self._enlarged((line.b + MIDDLE_ZONE * line.a) * (a_stop * OF_A_STEP), zones.shape, "offset")
        steps = self._buffers.shorts(name, *zones.shape)
        for rows, of_rows in ((steps[0::2], zones[0::2]), (steps[1::2], zones[1::2])):
            cv2.multiply(slope, of_rows, dst=rows, scale=OF_A_STEP / (OF_A_SLOPE * OF_A_ZONE))
            cv2.add(rows, offset, dst=rows)
        cv2.threshold(steps, 0.0, 0.0, cv2.THRESH_TOZERO, dst=steps)
        cv2.threshold(steps, round(float(a_stop) * _stops(line) * OF_A_STEP), 0.0, cv2.THRESH_TRUNC, dst=steps)
        return steps

    def _enlarged(self, small: NDArray[np.float32], shape: tuple[int, int], name: str) -> Shorts:
        """As integers, at the full width and half the height of the picture."""
        rows, columns = small.shape
        large = self._buffers.shorts(name, rows * SMALL // 2, columns * SMALL)
        cv2.resize(np.rint(small).astype(np.int16), large.shape[::-1], dst=large)
        return large[: shape[0] // 2, : shape[1]]

    def _edge_bytes(self, width: int, height: int, scale: EvScale, edges: tuple[SpatialGain, ...]) -> Bytes8:
        """Steps of EV that the edges take; made again only when they, the scale or the size change."""
        key = (edges, scale.step, width, height)
        if self._edges_key != key:
            # an eighth of the size is fine enough for something so smooth, and quick enough while a route bends it
            every = SMALL if min(width, height) >= FINE_ENOUGH else 1
            evs = np.sum([edge.ev(width, height, every) for edge in edges], axis=0)
            steps = (evs / -scale.step).astype(np.float32)
            up = np.asarray(cv2.resize(steps, (steps.shape[1] * every, steps.shape[0] * every)))
            self._edges = np.asarray(cv2.convertScaleAbs(up[:height, :width]), np.uint8)
            self._edges_key = key
        return self._edges


def _stops(line: Line) -> float:
    return line.high or line.low
