"""The EV that zones and edges give each pixel, as a byte beside its luma (see EvScale in rig/grade/tables.py)."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from drivers.readings import Bytes8
from rig.grade.buffers import Buffers
from rig.grade.mask import Line
from rig.grade.recipe import EdgeGain
from rig.grade.tables import EvScale
from rig.zones import SMALL

FINE_ENOUGH = 256  # pixels of the shorter side


class LocalEv:
    """Owns the edges' bytes, which change seldom, and writes everything else into the engine's buffers."""

    def __init__(self, buffers: Buffers) -> None:
        self._buffers = buffers
        self._edges_key: object = None
        self._edges: Bytes8 = np.zeros((0, 0), np.uint8)

    def bytes(
        self,
        y: Bytes8,
        zones: NDArray[np.float32],
        scale: EvScale,
        lines: Sequence[Line],
        edges: tuple[EdgeGain, ...],
    ) -> Bytes8:
        """Of each pixel of Y; zones: (256,), the zone of each code. Each line is clamped on its own, then added."""
        adding = [line for line in lines if line.stops > 0]
        taking = [line for line in lines if line.stops < 0]
        if lines:
            of_pixel = self._buffers.floats("zones", *y.shape)
            cv2.LUT(y, zones, dst=of_pixel)
        if adding:
            # the first line begins at the byte of 0 EV, from which burning is then taken
            total = self._line(adding[0], of_pixel, scale, scale.zero, "local ev")
        else:
            total = self._buffers.bytes("local ev", *y.shape)
            total.fill(scale.zero)
        for line in adding[1:]:
            cv2.add(total, self._line(line, of_pixel, scale, 0, "line"), dst=total)
        for line in taking:
            cv2.subtract(total, self._line(line, of_pixel, scale, 0, "line"), dst=total)
        if edges:
            cv2.subtract(total, self._edge_bytes(y.shape[1], y.shape[0], scale, edges), dst=total)
        return total

    def _line(self, line: Line, zones: NDArray[np.float32], scale: EvScale, start: int, name: str) -> Bytes8:
        """start, and how many steps of EV the line adds (or, burning, takes), between none and all of its stops."""
        height, width = zones.shape
        rows, columns = line.a.shape
        unit = np.float32((1.0 if line.stops > 0 else -1.0) / scale.step)
        slope, steps = (self._buffers.floats(part, rows * SMALL, columns * SMALL) for part in ("slope", "steps"))
        cv2.resize(line.a * unit, (columns * SMALL, rows * SMALL), dst=slope)
        cv2.resize(line.b * unit, (columns * SMALL, rows * SMALL), dst=steps)
        steps = steps[:height, :width]
        cv2.accumulateProduct(slope[:height, :width], zones, steps)
        cv2.threshold(steps, 0.0, 0.0, cv2.THRESH_TOZERO, dst=steps)
        out = self._buffers.bytes(name, height, width)
        cv2.convertScaleAbs(steps, dst=out, beta=start)
        most = start + round(abs(line.stops) / scale.step)
        if most < 255:
            cv2.threshold(out, most, 0.0, cv2.THRESH_TRUNC, dst=out)
        return out

    def _edge_bytes(self, width: int, height: int, scale: EvScale, edges: tuple[EdgeGain, ...]) -> Bytes8:
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
